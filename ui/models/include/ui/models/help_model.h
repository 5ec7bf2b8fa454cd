#pragma once

#include "ui/models/key_table.h"

#include <QAbstractListModel>

namespace wheelhouse::ui {

/// Some places of the key table as a list: a heading for each place, and what can be done there. UI thread
/// only.
class HelpModel final : public QAbstractListModel {
    Q_OBJECT
  public:
    /// Keys come as a QStringList; a heading has no deed.
    enum Roles { KeysRole = Qt::UserRole + 1, HeadingRole, DeedRole, FixedRole };

    explicit HelpModel(const KeyTable& table, QObject* parent = nullptr);
    void setPlaces(const std::vector<KeyPlace>& places);
    /// Nothing for a heading.
    std::optional<Deed> deedAt(const QModelIndex& index) const;
    QModelIndex indexOf(Deed deed) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

  private:
    struct Row {
        KeyPlace place;
        std::optional<Deed> deed;
    };
    const KeyTable& table_;
    std::vector<Row> rows_;
};

} // namespace wheelhouse::ui
