#include "ui/views/add_node_panel.h"

#include "ui/models/kubectl.h"
#include "ui/models/words.h"

#include <QButtonGroup>
#include <QCompleter>
#include <QGridLayout>
#include <QLineEdit>
#include <QPainter>

namespace wheelhouse::ui {

AddNodePanel::AddNodePanel(const Theme& theme, QWidget* parent)
    : QFrame(parent, Qt::Popup | Qt::FramelessWindowHint), theme_(theme) {
    setAttribute(Qt::WA_WindowPropagation);
    setAutoFillBackground(true);
    setFixedWidth(380);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 16, 20, 16);
    column->setSpacing(12);
    column->addWidget(makeLabel(tr("Add nodes"), "heading", this));
    auto* kinds = new QHBoxLayout;
    kinds->setSpacing(8);
    vm_ = makeButton(tr("Virtual machine"), "chip", this);
    simulated_ = makeButton(tr("Simulated"), "chip", this);
    auto* group = new QButtonGroup(this);
    for (auto* button : {vm_, simulated_}) {
        button->setCheckable(true);
        group->addButton(button);
        kinds->addWidget(button, 1);
    }
    vm_->setChecked(true);
    column->addLayout(kinds);
    note_ = makeLabel({}, "muted", this);
    note_->setWordWrap(true);
    column->addWidget(note_);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(8);
    const auto plain = [](int value) { return QString::number(value); };
    count_ = new Stepper(theme, 1, 50, 1, plain, this);
    cpus_ = new Stepper(theme, 1, 64, 1, plain, this);
    memory_ = new Stepper(
        theme, 256, 65536, 512, [](int mib) { return bytesText(qint64{mib} << 20); }, this);
    memory_->setStep(256);
    zone_ = new QLineEdit(this);
    zone_->setPlaceholderText(tr("none"));
    int row = 0;
    const auto add = [&](const QString& name, QWidget* field) {
        auto* label = makeLabel(name, "muted", this);
        label->setBuddy(field);
        grid->addWidget(label, row, 0);
        grid->addWidget(field, row, 1);
        ++row;
    };
    add(tr("How many"), count_);
    add(tr("Processors each"), cpus_);
    add(tr("Memory each"), memory_);
    add(tr("Zone"), zone_);
    grid->setColumnStretch(1, 1);
    column->addLayout(grid);
    command_ = new CommandStrip(theme, this);
    column->addWidget(command_);
    add_ = makeButton(tr("Add"), "primary", this);
    column->addWidget(add_);
    connect(group, &QButtonGroup::buttonToggled, this, &AddNodePanel::refresh);
    for (auto* stepper : {count_, cpus_, memory_})
        connect(stepper, &Stepper::valueChanged, this, &AddNodePanel::refresh);
    connect(zone_, &QLineEdit::textChanged, this, &AddNodePanel::refresh);
    connect(add_, &QPushButton::clicked, this, [this] {
        hide();
        Q_EMIT chosen();
    });
    connect(zone_, &QLineEdit::returnPressed, add_, &QPushButton::click);
    refresh();
}

void AddNodePanel::prepare(std::vector<QString> taken, const QStringList& zones) {
    taken_ = std::move(taken);
    auto* completer = new QCompleter(zones, zone_);
    completer->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
    zone_->setCompleter(completer);
    refresh();
}

ClusterActions::NewMachines AddNodePanel::wanted() const {
    return {simulated_->isChecked(), count_->value(), cpus_->value(), memory_->value(),
            zone_->text().trimmed()};
}

void AddNodePanel::setSimulated(bool simulated) {
    (simulated ? simulated_ : vm_)->setChecked(true);
}

void AddNodePanel::paintEvent(QPaintEvent*) {
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const Tokens& t = theme_.tokens();
    p.setPen(QPen(Theme::mix(t.line, t.muted, 0.35), 1));
    p.setBrush(t.panel);
    p.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
}

void AddNodePanel::refresh() {
    const auto machines = wanted();
    note_->setText(machines.simulated
                       ? tr("The same node agent on a runtime that only pretends: starts at once, costs "
                            "almost nothing. Pods must ask for it.")
                       : tr("A Linux machine of its own with containerd. Takes a few seconds to come up."));
    add_->setText(machines.count == 1 ? (machines.simulated ? tr("Add simulated node") : tr("Add VM node"))
                                      : tr("Add %1 nodes").arg(machines.count));
    command_->setCommand(kubectl::apply({}, ClusterActions::machineManifest(machines, taken_), {}));
}

} // namespace wheelhouse::ui
