#include "ui/views/fault_panel.h"

#include "place_field.h"
#include "ui/models/kubectl.h"
#include "ui/models/words.h"

#include <QCompleter>
#include <QGridLayout>
#include <QLineEdit>
#include <QPointer>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

using About = FaultTemplate::About;
using Kind = FaultPlace::Kind;

int indexOf(const std::vector<int>& values, int value) {
    const auto found = std::find(values.begin(), values.end(), value);
    return found == values.end() ? 0 : static_cast<int>(found - values.begin());
}

} // namespace

FaultPanel::FaultPanel(ClusterActions& actions, const Theme& theme, QWidget* parent)
    : OverlayPanel(theme, 600, parent), actions_(actions), what_(findFaultTemplate(QStringLiteral("power"))) {
    setAccessibleName(tr("Break something"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 20);
    column->setSpacing(12);
    auto* head = new QHBoxLayout;
    head->setSpacing(12);
    icon_ = new QLabel(this);
    title_ = makeLabel({}, "title", this);
    head->addWidget(icon_);
    head->addWidget(title_, 1);
    column->addLayout(head);
    note_ = makeLabel({}, "muted", this);
    note_->setWordWrap(true);
    column->addWidget(note_);
    buildFields();
    column->addWidget(fields_);
    foot_ = new PanelFoot(theme, tr("Break it"), "dangerPrimary", this);
    column->addWidget(foot_);
    connect(foot_, &PanelFoot::editRequested, this, [this] {
        hide();
        Q_EMIT editRequested(manifest());
    });
    connect(foot_, &PanelFoot::cancelled, this, &QWidget::hide);
    connect(foot_->button(), &QPushButton::clicked, this, &FaultPanel::apply);
    connect(&theme, &Theme::changed, this, &FaultPanel::refresh);
}

void FaultPanel::buildFields() {
    fields_ = new QWidget(this);
    auto* grid = new QGridLayout(fields_);
    grid->setContentsMargins(0, 4, 0, 4);
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(10);
    where_ = new PlaceField({Kind::Nodes, Kind::Zone, Kind::All}, tr("Whom"), fields_);
    other_ = new PlaceField({Kind::ControlPlane, Kind::Nodes, Kind::Zone}, tr("Other end"), fields_);
    oneWay_ = makeButton(tr("only what it sends"), "chip", fields_);
    oneWay_->setCheckable(true);
    nameSpace_ = new QLineEdit(fields_);
    pods_ = new QLineEdit(fields_);
    pods_->setPlaceholderText(tr("a pod's name, or app=web"));
    strength_ = new Stepper(
        theme_, 0, 0, 0,
        [this](int index) {
            return what_->strengths.empty()
                       ? QString()
                       : strengthText(what_->id, what_->strengths[static_cast<std::size_t>(index)]);
        },
        fields_);
    duration_ = new Stepper(
        theme_, 0, static_cast<int>(faultDurations().size()) - 1, 0,
        [](int index) { return durationText(faultDurations()[static_cast<std::size_t>(index)]); }, fields_);
    const auto add = [&](const QString& name, QWidget* field) {
        auto* label = makeLabel(name, "muted", fields_);
        label->setBuddy(field);
        field->setAccessibleName(name);
        const int row = static_cast<int>(rows_.size());
        grid->addWidget(label, row, 0);
        const bool narrow = field == oneWay_ || field == strength_ || field == duration_;
        grid->addWidget(field, row, 1, narrow ? Qt::AlignLeft : Qt::Alignment());
        rows_.emplace_back(label, field);
    };
    add(tr("Whom"), where_);
    add(tr("Other end"), other_);
    add(tr("One way"), oneWay_);
    add(tr("Namespace"), nameSpace_);
    add(tr("Pods"), pods_);
    add(tr("How hard"), strength_);
    add(tr("How long"), duration_);
    grid->setColumnStretch(1, 1);
    for (auto* stepper : {strength_, duration_}) {
        stepper->setMinimumWidth(240);
        connect(stepper, &Stepper::valueChanged, this, &FaultPanel::refresh);
    }
    for (auto* place : {where_, other_})
        connect(place, &PlaceField::changed, this, &FaultPanel::refresh);
    connect(oneWay_, &QPushButton::toggled, this, &FaultPanel::refresh);
    for (auto* edit : {nameSpace_, pods_, where_->edit(), other_->edit()}) {
        connect(edit, &QLineEdit::textChanged, this, &FaultPanel::refresh);
        connect(edit, &QLineEdit::returnPressed, this, [this] {
            if (foot_->button()->isEnabled()) apply();
        });
    }
}

void FaultPanel::open(const FaultWish& wish, Known known) {
    const FaultTemplate* what = findFaultTemplate(wish.id);
    if (what == nullptr) return;
    what_ = what;
    known_ = std::move(known);
    where_->setKnown(known_.nodes, known_.zones);
    other_->setKnown(known_.nodes, known_.zones);
    where_->setPlace(wish.where);
    other_->setPlace(wish.other);
    oneWay_->setChecked(wish.oneWay);
    nameSpace_->setText(wish.nameSpace);
    nameSpace_->setCompleter(new QCompleter(known_.namespaces, nameSpace_));
    pods_->setText(wish.pods);
    strength_->setRange(0, std::max(0, static_cast<int>(what_->strengths.size()) - 1));
    strength_->setValue(indexOf(what_->strengths, wish.strength));
    duration_->setValue(indexOf(faultDurations(), wish.seconds));
    title_->setText(what_->name);
    note_->setText(what_->note);
    const bool pods = what_->about == About::Pods;
    const bool link = what_->about == About::Link;
    const bool shown[] = {!pods, link, link, pods, pods, !what_->strengths.empty(), !pods};
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        rows_[row].first->setVisible(shown[row]);
        rows_[row].second->setVisible(shown[row]);
    }
    refresh();
    openOver(0);
    (pods ? pods_ : where_->edit())->setFocus();
}

FaultWish FaultPanel::wish() const {
    FaultWish wish = wishOf(*what_);
    wish.where = where_->place();
    wish.other = other_->place();
    wish.oneWay = what_->about == About::Link && oneWay_->isChecked();
    wish.nameSpace = nameSpace_->text().trimmed();
    wish.pods = pods_->text().trimmed();
    if (!what_->strengths.empty())
        wish.strength = what_->strengths[static_cast<std::size_t>(strength_->value())];
    if (what_->about != About::Pods)
        wish.seconds = faultDurations()[static_cast<std::size_t>(duration_->value())];
    return wish;
}

QString FaultPanel::name() const {
    return faultName(wish(), known_.faults);
}

QString FaultPanel::manifest() const {
    return faultManifest(wish(), name());
}

void FaultPanel::refresh() {
    const QString problem = problemOf(wish());
    foot_->setProblem(problem);
    foot_->button()->setEnabled(problem.isEmpty());
    foot_->setCommand(kubectl::apply({}, manifest(), {}));
    icon_->setPixmap(theme_.pixmap(what_->icon, 22, theme_.tokens().bad, devicePixelRatioF()));
}

void FaultPanel::apply() {
    foot_->button()->setEnabled(false);
    actions_.apply(manifest(), {}, {}, false,
                   [self = QPointer(this)](const Result<std::vector<client::ManifestOutcome>>& answer) {
                       if (!self) return;
                       self->foot_->button()->setEnabled(true);
                       QString problem = answer ? QString() : errorLine(answer.error());
                       if (answer)
                           for (const auto& outcome : *answer)
                               if (outcome.action == client::ManifestOutcome::Action::Failed)
                                   problem = errorLine(outcome.error);
                       self->foot_->setProblem(problem);
                       if (problem.isEmpty()) self->hide();
                   });
}

} // namespace wheelhouse::ui
