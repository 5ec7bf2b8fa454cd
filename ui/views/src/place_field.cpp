#include "place_field.h"

#include <QButtonGroup>
#include <QCompleter>
#include <QHBoxLayout>
#include <QLineEdit>

namespace wheelhouse::ui {
namespace {

using Kind = FaultPlace::Kind;

QString wordOf(Kind kind) {
    switch (kind) {
    case Kind::Nodes:
        return PlaceField::tr("Nodes");
    case Kind::Zone:
        return PlaceField::tr("Zone");
    case Kind::All:
        return PlaceField::tr("All");
    case Kind::ControlPlane:
        return PlaceField::tr("Control plane");
    }
    return {};
}

} // namespace

PlaceField::PlaceField(const std::vector<Kind>& kinds, const QString& name, QWidget* parent)
    : QWidget(parent), kind_(kinds.front()) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    auto* group = new QButtonGroup(this);
    for (const Kind kind : kinds) {
        auto* chip = makeButton(wordOf(kind), "chip", this);
        chip->setCheckable(true);
        chip->setAccessibleName(name + QStringLiteral(": ") + chip->text());
        chip->setChecked(kind == kind_);
        group->addButton(chip);
        chips_.emplace_back(kind, chip);
        row->addWidget(chip);
        connect(chip, &QPushButton::toggled, this, [this, kind](bool on) {
            if (!on) return;
            kind_ = kind;
            refresh();
            Q_EMIT changed();
        });
    }
    edit_ = new QLineEdit(this);
    edit_->setAccessibleName(name);
    row->addWidget(edit_, 1);
    connect(edit_, &QLineEdit::textChanged, this, &PlaceField::changed);
    refresh();
}

void PlaceField::setKnown(const QStringList& nodes, const QStringList& zones) {
    nodes_ = nodes;
    zones_ = zones;
    refresh();
}

void PlaceField::setPlace(const FaultPlace& place) {
    for (const auto& [kind, chip] : chips_)
        if (kind == place.kind) chip->setChecked(true);
    edit_->setText(place.text);
}

FaultPlace PlaceField::place() const {
    const bool named = kind_ == Kind::Nodes || kind_ == Kind::Zone;
    return {kind_, named ? edit_->text().trimmed() : QString()};
}

void PlaceField::refresh() {
    const bool named = kind_ == Kind::Nodes || kind_ == Kind::Zone;
    edit_->setEnabled(named);
    edit_->setPlaceholderText(kind_ == Kind::Nodes  ? tr("names, with commas between them")
                              : kind_ == Kind::Zone ? tr("the zone's name")
                                                    : QString());
    auto* completer = new QCompleter(kind_ == Kind::Zone ? zones_ : nodes_, edit_);
    completer->setFilterMode(Qt::MatchContains);
    delete edit_->completer();
    edit_->setCompleter(completer);
}

} // namespace wheelhouse::ui
