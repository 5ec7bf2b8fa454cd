#include "ui/models/help_model.h"

namespace wheelhouse::ui {

HelpModel::HelpModel(const KeyTable& table, QObject* parent) : QAbstractListModel(parent), table_(table) {
    connect(&table, &KeyTable::changed, this, [this] {
        if (!rows_.empty()) Q_EMIT dataChanged(index(0), index(rowCount() - 1));
    });
}

void HelpModel::setPlaces(const std::vector<KeyPlace>& places) {
    beginResetModel();
    rows_.clear();
    for (const KeyPlace place : places) {
        rows_.push_back({place, std::nullopt});
        for (const KeyAction& action : table_.actions())
            if (action.place == place) rows_.push_back({place, action.deed});
    }
    endResetModel();
}

std::optional<Deed> HelpModel::deedAt(const QModelIndex& index) const {
    return index.isValid() ? rows_[static_cast<std::size_t>(index.row())].deed : std::nullopt;
}

QModelIndex HelpModel::indexOf(Deed deed) const {
    for (std::size_t row = 0; row < rows_.size(); ++row)
        if (rows_[row].deed == deed) return index(static_cast<int>(row));
    return {};
}

int HelpModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

QVariant HelpModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Row& row = rows_[static_cast<std::size_t>(index.row())];
    if (role == HeadingRole) return !row.deed.has_value();
    if (!row.deed) return role == Qt::DisplayRole ? QVariant(KeyTable::placeText(row.place)) : QVariant();
    const KeyAction& action = table_.action(*row.deed);
    QStringList keys;
    for (const QKeySequence& key : action.keys)
        keys << key.toString(QKeySequence::NativeText);
    switch (role) {
    case Qt::DisplayRole:
        return action.title;
    case Qt::AccessibleTextRole:
        return keys.isEmpty() ? tr("%1: no key").arg(action.title)
                              : tr("%1: %2").arg(action.title, keys.join(QStringLiteral(", ")));
    case KeysRole:
        return keys;
    case DeedRole:
        return static_cast<int>(*row.deed);
    case FixedRole:
        return action.fixed;
    default:
        return {};
    }
}

Qt::ItemFlags HelpModel::flags(const QModelIndex& index) const {
    if (!deedAt(index)) return Qt::NoItemFlags;
    return Qt::ItemIsEnabled | Qt::ItemIsSelectable;
}

} // namespace wheelhouse::ui
