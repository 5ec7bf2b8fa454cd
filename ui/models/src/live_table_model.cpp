#include "ui/models/live_table_model.h"

#include "engine/api/selector.h"
#include "engine/api/table.h"

#include <QDateTime>
#include <QLocale>
#include <QRegularExpression>
#include <algorithm>
#include <chrono>

namespace wheelhouse::ui {

int naturalCompare(const QString& a, const QString& b) {
    qsizetype i = 0;
    qsizetype j = 0;
    while (i < a.size() && j < b.size()) {
        const QChar x = a[i];
        const QChar y = b[j];
        if (x.isDigit() && y.isDigit()) {
            while (i < a.size() && a[i] == u'0')
                ++i;
            while (j < b.size() && b[j] == u'0')
                ++j;
            const qsizetype startA = i;
            const qsizetype startB = j;
            while (i < a.size() && a[i].isDigit())
                ++i;
            while (j < b.size() && b[j].isDigit())
                ++j;
            if (i - startA != j - startB) return i - startA < j - startB ? -1 : 1;
            const int digits =
                QStringView(a).sliced(startA, i - startA).compare(QStringView(b).sliced(startB, j - startB));
            if (digits != 0) return digits < 0 ? -1 : 1;
            continue;
        }
        const QChar lowerX = x.toLower();
        const QChar lowerY = y.toLower();
        if (lowerX != lowerY) return lowerX < lowerY ? -1 : 1;
        ++i;
        ++j;
    }
    if (i < a.size() || j < b.size()) return i < a.size() ? 1 : -1;
    const int plain = a.compare(b);
    return plain < 0 ? -1 : plain > 0 ? 1 : 0;
}

LiveTableModel::LiveTableModel(std::function<WallTime()> now, QObject* parent)
    : QAbstractTableModel(parent), now_(std::move(now)) {}

void LiveTableModel::reset(std::vector<Column> columns, std::vector<std::pair<Key, Row>> rows) {
    beginResetModel();
    order_.clear();
    items_.clear();
    columns_ = std::move(columns);
    if (sortColumn_ >= static_cast<int>(columns_.size())) sortColumn_ = 0;
    items_.reserve(rows.size());
    for (auto& [key, row] : rows) {
        const auto [place, fresh] = items_.try_emplace(key);
        place->second.key = &place->first;
        place->second.row = std::move(row);
        if (fresh && matches(place->second.row)) {
            place->second.visible = true;
            order_.push_back(&place->second);
        }
    }
    std::sort(order_.begin(), order_.end(), [this](const Item* a, const Item* b) { return less(a, b); });
    endResetModel();
}

void LiveTableModel::apply(std::vector<Delta> deltas) {
    Order added;
    std::vector<Key> gone;
    std::size_t leaving = 0;
    bool anyChanged = false;
    const auto leave = [&](Item& item) {
        if (!item.visible || item.mark == Item::Mark::Leaving) return;
        item.mark = Item::Mark::Leaving;
        ++leaving;
    };
    for (Delta& delta : deltas) {
        if (delta.change == Change::Removed) {
            const auto found = items_.find(delta.key);
            if (found == items_.end()) continue;
            leave(found->second);
            gone.push_back(delta.key);
            continue;
        }
        const auto [place, fresh] = items_.try_emplace(delta.key);
        Item& item = place->second;
        item.key = &place->first;
        if (!fresh && item.row == delta.value) continue;
        item.row = std::move(delta.value);
        const bool show = matches(item.row);
        if (item.visible && !show) {
            leave(item);
        } else if (item.visible) {
            item.mark = Item::Mark::Changed;
            anyChanged = true;
        } else if (show) {
            item.visible = true;
            added.push_back(&item);
        }
    }
    applyMarks(std::move(added), leaving, anyChanged);
    for (const Key& key : gone)
        items_.erase(key);
}

void LiveTableModel::applyMarks(Order added, std::size_t leaving, bool anyChanged) {
    if (!added.empty()) {
        const int first = static_cast<int>(order_.size());
        beginInsertRows({}, first, first + static_cast<int>(added.size()) - 1);
        order_.insert(order_.end(), added.begin(), added.end());
        endInsertRows();
    }
    if (!added.empty() || leaving != 0 || anyChanged) reorder(targetOrder(std::move(added)));
    if (leaving == 0) return;
    const int last = static_cast<int>(order_.size()) - 1;
    beginRemoveRows({}, last - static_cast<int>(leaving) + 1, last);
    for (std::size_t i = order_.size() - leaving; i < order_.size(); ++i) {
        order_[i]->visible = false;
        order_[i]->mark = Item::Mark::None;
    }
    order_.resize(order_.size() - leaving);
    endRemoveRows();
}

/// What has not changed is still in order: sort the changed ones alone and merge. Leaving rows go to the end.
LiveTableModel::Order LiveTableModel::targetOrder(Order&& added) const {
    Order still;
    Order moved = std::move(added);
    Order leaving;
    still.reserve(order_.size());
    const std::size_t old = order_.size() - moved.size();
    for (std::size_t i = 0; i < old; ++i) {
        Item* item = order_[i];
        (item->mark == Item::Mark::Leaving   ? leaving
         : item->mark == Item::Mark::Changed ? moved
                                             : still)
            .push_back(item);
    }
    const auto before = [this](const Item* a, const Item* b) { return less(a, b); };
    std::sort(moved.begin(), moved.end(), before);
    Order target;
    target.reserve(order_.size());
    std::merge(still.begin(), still.end(), moved.begin(), moved.end(), std::back_inserter(target), before);
    target.insert(target.end(), leaving.begin(), leaving.end());
    return target;
}

void LiveTableModel::reorder(Order target) {
    int firstChanged = -1;
    int lastChanged = -1;
    for (std::size_t i = 0; i < order_.size(); ++i) {
        if (order_[i]->mark != Item::Mark::Changed) continue;
        order_[i]->mark = Item::Mark::None;
        if (firstChanged < 0) firstChanged = static_cast<int>(i);
        lastChanged = static_cast<int>(i);
    }
    if (target == order_) {
        if (firstChanged >= 0 && columnCount() > 0)
            Q_EMIT dataChanged(index(firstChanged, 0), index(lastChanged, columnCount() - 1));
        return;
    }
    Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    if (!before.isEmpty()) {
        std::unordered_map<const Item*, int> position;
        position.reserve(target.size());
        for (std::size_t i = 0; i < target.size(); ++i)
            position.emplace(target[i], static_cast<int>(i));
        QModelIndexList after;
        after.reserve(before.size());
        for (const QModelIndex& old : before)
            after.push_back(index(position.at(order_[static_cast<std::size_t>(old.row())]), old.column()));
        changePersistentIndexList(before, after);
    }
    order_ = std::move(target);
    Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

void LiveTableModel::setFilter(const QString& text) {
    filterText_ = text.trimmed();
    filter_ = nullptr;
    QString pattern = filterText_;
    if (pattern.startsWith(u"-l ")) {
        auto selector = api::LabelSelector::parse(pattern.mid(3).trimmed().toStdString());
        filter_ = [selector = std::move(selector)](const Row& row) {
            return selector && row.object && selector->matches(row.object->labels());
        };
    } else if (!pattern.isEmpty()) {
        const bool inverse = pattern.startsWith(u'!');
        if (inverse) pattern = pattern.mid(1);
        QRegularExpression expression(pattern, QRegularExpression::CaseInsensitiveOption);
        if (!expression.isValid())
            expression = QRegularExpression(QRegularExpression::escape(pattern),
                                            QRegularExpression::CaseInsensitiveOption);
        filter_ = [expression, inverse](const Row& row) {
            const bool hit = std::any_of(row.cells.begin(), row.cells.end(), [&](const QString& cell) {
                return expression.match(cell).hasMatch();
            });
            return hit != inverse;
        };
    }
    Order added;
    std::size_t leaving = 0;
    for (auto& [key, item] : items_) {
        const bool show = matches(item.row);
        if (show && !item.visible) {
            item.visible = true;
            added.push_back(&item);
        } else if (!show && item.visible) {
            item.mark = Item::Mark::Leaving;
            ++leaving;
        }
    }
    applyMarks(std::move(added), leaving, false);
}

void LiveTableModel::sort(int column, Qt::SortOrder order) {
    if (column < 0 || column >= static_cast<int>(columns_.size())) return;
    sortColumn_ = column;
    sortOrder_ = order;
    Order target = order_;
    std::sort(target.begin(), target.end(), [this](const Item* a, const Item* b) { return less(a, b); });
    reorder(std::move(target));
}

bool LiveTableModel::matches(const Row& row) const {
    return !filter_ || filter_(row);
}

bool LiveTableModel::less(const Item* a, const Item* b) const {
    int result = 0;
    const auto column = static_cast<std::size_t>(sortColumn_);
    if (column < columns_.size()) {
        switch (columns_[column].type) {
        case ColumnType::Number:
            result = a->row.numbers[column] < b->row.numbers[column]   ? -1
                     : a->row.numbers[column] > b->row.numbers[column] ? 1
                                                                       : 0;
            break;
        case ColumnType::Age:
            result = a->row.born > b->row.born ? -1 : a->row.born < b->row.born ? 1 : 0;
            break;
        case ColumnType::Text:
            result = naturalCompare(a->row.cells[column], b->row.cells[column]);
            break;
        }
    }
    if (result != 0) return sortOrder_ == Qt::AscendingOrder ? result < 0 : result > 0;
    const int byName = naturalCompare(a->row.name, b->row.name);
    return byName != 0 ? byName < 0 : *a->key < *b->key;
}

void LiveTableModel::ageAll() {
    if (order_.empty()) return;
    for (std::size_t c = 0; c < columns_.size(); ++c)
        if (columns_[c].type == ColumnType::Age)
            Q_EMIT dataChanged(index(0, static_cast<int>(c)), index(rowCount() - 1, static_cast<int>(c)),
                               {Qt::DisplayRole});
}

std::vector<LiveTableModel::Key> LiveTableModel::keys() const {
    std::vector<Key> result;
    result.reserve(items_.size());
    for (const auto& [key, item] : items_)
        result.push_back(key);
    return result;
}

int LiveTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(order_.size());
}

int LiveTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(columns_.size());
}

QVariant LiveTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Item& item = *order_[static_cast<std::size_t>(index.row())];
    const auto column = static_cast<std::size_t>(index.column());
    const ColumnType type = columns_[column].type;
    switch (role) {
    case Qt::DisplayRole:
        if (type == ColumnType::Age && item.row.born)
            return QString::fromStdString(api::humanDuration(now_() - *item.row.born));
        return item.row.cells[column];
    case Qt::ToolTipRole:
        if (type == ColumnType::Age && item.row.born) {
            const auto seconds =
                std::chrono::floor<std::chrono::seconds>(item.row.born->time_since_epoch()).count();
            return QLocale().toString(QDateTime::fromSecsSinceEpoch(seconds), QLocale::LongFormat);
        }
        return item.row.cells[column];
    case ToneRole:
        return static_cast<int>(item.row.tone);
    case NameRole:
        return item.row.name;
    case NamespaceRole:
        return item.row.nameSpace;
    case KeyRole:
        return QString::fromStdString(*item.key);
    case ExtraRole:
        return item.row.extra;
    case NumericRole:
        return type != ColumnType::Text;
    default:
        return {};
    }
}

QVariant LiveTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= static_cast<int>(columns_.size()))
        return {};
    const Column& column = columns_[static_cast<std::size_t>(section)];
    if (role == Qt::DisplayRole) return column.name;
    if (role == Qt::ToolTipRole) return column.description;
    return {};
}

} // namespace wheelhouse::ui
