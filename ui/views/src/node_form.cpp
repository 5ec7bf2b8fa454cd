#include "ui/views/node_form.h"

#include "ui/models/kubectl.h"
#include "ui/models/words.h"

#include <QButtonGroup>
#include <QCompleter>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPainter>
#include <algorithm>
#include <set>

namespace wheelhouse::ui {
namespace {

const std::vector<int> counts{1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 30, 40, 50};
const std::vector<int> processors{1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64};
const std::vector<int> mebibytes{256,  512,  768,   1024,  1536,  2048,  3072,  4096,
                                 6144, 8192, 12288, 16384, 24576, 32768, 49152, 65536};

QString plain(int value) {
    return QString::number(value);
}

} // namespace

RoomBars::RoomBars(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void RoomBars::show(const Provision& provision) {
    provision_ = provision;
    setAccessibleName(tr("Room on this computer"));
    setAccessibleDescription(provision.warnings.join(u' '));
    update();
}

void RoomBars::paintEvent(QPaintEvent*) {
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const Tokens& t = theme_.tokens();
    const auto line = [&](int y, const QString& name, double had, double asked, double all,
                          const QString& words) {
        p.setFont(theme_.body(metrics::smallPx));
        p.setPen(t.muted);
        p.drawText(QRect(0, y, 92, 18), Qt::AlignLeft | Qt::AlignVCenter, name);
        p.setFont(theme_.mono(metrics::captionPx));
        const int room = p.fontMetrics().horizontalAdvance(words) + 4;
        p.drawText(QRect(width() - room, y, room, 18), Qt::AlignRight | Qt::AlignVCenter, words);
        const QRectF bar(100, y + 6, std::max(20, width() - 100 - room - 12), 6);
        // Beyond its end the bar is full: how much too much it is, the words say.
        const double whole = std::max({all, had + asked, 1e-9});
        p.setPen(Qt::NoPen);
        p.setBrush(t.line);
        p.drawRoundedRect(bar, 3, 3);
        const QColor tone = had + asked <= all ? t.second : theme_.color(Tone::Bad);
        p.setBrush(tone);
        p.drawRoundedRect(QRectF(bar.left(), bar.top(), bar.width() * (had + asked) / whole, bar.height()), 3,
                          3);
        p.setBrush(t.muted);
        if (had > 0)
            p.drawRoundedRect(QRectF(bar.left(), bar.top(), bar.width() * had / whole, bar.height()), 3, 3);
        if (had + asked > all) {
            p.setBrush(t.text);
            p.drawRect(QRectF(bar.left() + bar.width() * all / whole - 1, bar.top() - 3, 2, 12));
        }
    };
    const Provision& v = provision_;
    const auto promised = [](auto had, auto asked, const auto& text) {
        return had > 0 ? QStringLiteral("%1 + %2").arg(text(had), text(asked)) : text(asked);
    };
    const auto bytes = [](qint64 value) { return value == 0 ? QStringLiteral("0") : bytesText(value); };
    line(0, tr("Memory"), static_cast<double>(v.had.memory), static_cast<double>(v.asked.memory),
         static_cast<double>(v.memory),
         tr("%1 of %2").arg(promised(v.had.memory, v.asked.memory, bytes), bytesText(v.memory)));
    line(22, tr("Processors"), v.had.processors, v.asked.processors, v.processors,
         tr("%1 of %2").arg(promised(v.had.processors, v.asked.processors, plain)).arg(v.processors));
}

NodeForm::NodeForm(const Theme& theme, HostModel& host, ClusterMapModel& map, QWidget* parent)
    : QWidget(parent), theme_(theme), host_(host), map_(map) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(10);
    column->addWidget(buildKinds());
    note_ = makeLabel({}, "muted", this);
    note_->setWordWrap(true);
    column->addWidget(note_);
    column->addWidget(buildSliders());
    room_ = new RoomBars(theme, this);
    column->addWidget(room_);
    warningBox_ = buildWarning();
    column->addWidget(warningBox_);
    command_ = new CommandStrip(theme, this);
    column->addWidget(command_);
    for (auto* field : {count_, cpus_, memory_})
        connect(field, &SliderField::valueChanged, this, &NodeForm::render);
    connect(zone_, &QLineEdit::textChanged, this, &NodeForm::render);
    connect(zone_, &QLineEdit::returnPressed, this, &NodeForm::accepted);
    connect(&host_, &HostModel::changed, this, &NodeForm::render);
    refresh();
}

QWidget* NodeForm::buildKinds() {
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    vm_ = makeButton(tr("Virtual machine"), "chip", box);
    simulated_ = makeButton(tr("Simulated"), "chip", box);
    auto* group = new QButtonGroup(box);
    for (auto* button : {vm_, simulated_}) {
        button->setCheckable(true);
        group->addButton(button);
        row->addWidget(button, 1);
    }
    vm_->setChecked(true);
    connect(group, &QButtonGroup::buttonToggled, this, &NodeForm::render);
    return box;
}

QWidget* NodeForm::buildSliders() {
    auto* box = new QWidget(this);
    auto* grid = new QGridLayout(box);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(8);
    int row = 0;
    const auto add = [&](const QString& name, auto* field) {
        auto* label = makeLabel(name, "muted", box);
        label->setBuddy(field);
        grid->addWidget(label, row, 0);
        grid->addWidget(field, row, 1);
        ++row;
        return field;
    };
    const auto slider = [&](const QString& name, const std::vector<int>& stops, int value, auto text) {
        return add(name, new SliderField(name, stops, value, text, box));
    };
    count_ = slider(tr("How many"), counts, 1, plain);
    cpus_ = slider(tr("Processors each"), processors, 1, plain);
    memory_ = slider(tr("Memory each"), mebibytes, 512, [](int mib) { return bytesText(qint64{mib} << 20); });
    zone_ = add(tr("Zone"), new QLineEdit(box));
    zone_->setPlaceholderText(tr("none; several, with commas, are taken in turn"));
    zone_->setAccessibleName(tr("Zone"));
    grid->setColumnStretch(1, 1);
    return box;
}

QWidget* NodeForm::buildWarning() {
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    warningIcon_ = new QLabel(box);
    row->addWidget(warningIcon_, 0, Qt::AlignTop);
    warning_ = makeLabel({}, "warning", box);
    warning_->setWordWrap(true);
    row->addWidget(warning_, 1);
    connect(&theme_, &Theme::changed, this, &NodeForm::render);
    return box;
}

void NodeForm::refresh() {
    taken_.clear();
    std::set<QString> zones;
    for (const auto& [name, node] : map_.nodes()) {
        taken_.push_back(name);
        if (!node.zone.isEmpty()) zones.insert(node.zone);
    }
    promised_ = promisedTo(map_.nodes());
    const QStringList known(zones.begin(), zones.end());
    if (zone_->completer() == nullptr || zone_->property("known").toStringList() != known) {
        zone_->setProperty("known", known);
        auto* completer = new QCompleter(known, zone_);
        completer->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
        zone_->setCompleter(completer);
    }
    render();
}

ClusterActions::NewMachines NodeForm::wanted() const {
    return {simulated_->isChecked(), count_->value(), cpus_->value(), memory_->value(),
            zone_->text().trimmed()};
}

void NodeForm::setSimulated(bool simulated) {
    (simulated ? simulated_ : vm_)->setChecked(true);
}

QString NodeForm::deed() const {
    const auto machines = wanted();
    if (machines.count > 1) return tr("Add %1 nodes").arg(machines.count);
    return machines.simulated ? tr("Add simulated node") : tr("Add VM node");
}

void NodeForm::render() {
    const auto machines = wanted();
    note_->setText(machines.simulated
                       ? tr("The same node agent on a runtime that only pretends: starts at once, costs "
                            "almost nothing. Pods must ask for it.")
                       : tr("A Linux machine of its own with containerd. Takes a few seconds to come up."));
    Provision provision;
    if (host_.facts()) provision = provisionOf(*host_.facts(), promised_, machines);
    room_->setVisible(host_.facts() && !machines.simulated);
    room_->show(provision);
    warning_->setText(provision.warnings.join(u'\n'));
    warningBox_->setVisible(!provision.warnings.isEmpty());
    warningIcon_->setPixmap(
        theme_.pixmap(QStringLiteral("warning"), 16, theme_.color(provision.tone), devicePixelRatioF()));
    restyle(warning_, "kind", provision.tone == Tone::Bad ? "bad" : "warning");
    command_->setCommand(kubectl::apply({}, ClusterActions::machineManifest(machines, taken_), {}));
    Q_EMIT changed();
}

} // namespace wheelhouse::ui
