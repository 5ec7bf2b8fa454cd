#pragma once

#include "engine/api/object.h"
#include "engine/base/clock.h"
#include "ui/models/mailbox.h"

#include <QAbstractTableModel>
#include <QString>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace wheelhouse::ui {

/// How a cell or a state is meant; the theme makes a colour of it, a view adds an icon.
enum class Tone : std::uint8_t { Plain, Muted, Accent, Good, Warning, Bad, Deleting, Completed };

/// A table that changes while people look at it: sorts and filters itself, and tells a view about any number
/// of changes with at most three signals (append, one re-order or dataChanged, remove the tail). Persistent
/// indexes, and with them selections, follow their row by key. UI thread only.
class LiveTableModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum class ColumnType : std::uint8_t { Text, Number, Age };
    struct Column {
        QString name;
        QString description;
        ColumnType type = ColumnType::Text;
        bool wide = false; ///< shown only when asked for
    };
    struct Row {
        std::vector<QString> cells;
        std::vector<qint64> numbers;  ///< for Number columns, by column; else 0
        std::optional<WallTime> born; ///< what Age columns count from
        QString name;
        QString nameSpace;
        api::ObjectPtr object; ///< null for kinds this program has no schema of
        Tone tone = Tone::Plain;
        QString extra; ///< for delegates: e.g. the kubectl command of a feed entry
        bool operator==(const Row&) const = default;
    };
    using Key = std::string;
    using Delta = Mailbox<Key, Row>::Delta;
    enum Roles { ToneRole = Qt::UserRole + 1, NameRole, NamespaceRole, KeyRole, ExtraRole, NumericRole };

    /// `now` is asked when ages are shown.
    explicit LiveTableModel(std::function<WallTime()> now, QObject* parent = nullptr);

    void reset(std::vector<Column> columns, std::vector<std::pair<Key, Row>> rows);
    /// Unknown keys are added and known ones replaced, whatever the delta calls it.
    void apply(std::vector<Delta> deltas);
    /// Plain text or a regular expression over all cells; `!x` = rows without x; `-l a=b` = by label. Empty
    /// shows all.
    void setFilter(const QString& text);
    QString filter() const { return filterText_; }
    void sort(int column, Qt::SortOrder order) override;
    /// Tells views that ages have moved on.
    void ageAll();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    const Row& row(int position) const { return order_[static_cast<std::size_t>(position)]->row; }
    const Key& key(int position) const { return *order_[static_cast<std::size_t>(position)]->key; }
    const std::vector<Column>& columns() const { return columns_; }
    std::vector<Key> keys() const; ///< all, filtered out or not
    std::size_t total() const { return items_.size(); }
    int sortColumn() const { return sortColumn_; }
    Qt::SortOrder sortOrder() const { return sortOrder_; }

  private:
    struct Item {
        const Key* key = nullptr;
        Row row;
        bool visible = false;
        enum class Mark : std::uint8_t { None, Changed, Leaving } mark = Mark::None;
    };
    using Order = std::vector<Item*>;

    bool matches(const Row& row) const;
    bool less(const Item* a, const Item* b) const;
    void applyMarks(Order added, std::size_t leaving, bool anyChanged);
    void reorder(Order target);
    Order targetOrder(Order&& added) const;

    std::function<WallTime()> now_;
    std::vector<Column> columns_;
    std::unordered_map<Key, Item> items_;
    Order order_;
    int sortColumn_ = 0;
    Qt::SortOrder sortOrder_ = Qt::AscendingOrder;
    QString filterText_;
    std::function<bool(const Row&)> filter_;
};

/// Text order as people expect it: runs of digits by value, letters without case; ties by the plain order.
int naturalCompare(const QString& a, const QString& b);

} // namespace wheelhouse::ui
