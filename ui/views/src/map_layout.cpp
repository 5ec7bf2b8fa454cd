#include "ui/views/map_layout.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace wheelhouse::ui {
namespace {

constexpr int zoneGap = 12;
constexpr int zoneHeader = 36;

struct CellSize {
    int cell;
    int gap;
};
constexpr CellSize cellSizes[] = {{16, 5}, {13, 4}, {10, 3}, {8, 2}, {6, 2}, {4, 1}, {3, 1}};

int rowsOf(std::size_t nodes, int columns) {
    return static_cast<int>((nodes + static_cast<std::size_t>(columns) - 1) /
                            static_cast<std::size_t>(columns));
}

QString keyOf(const MapNode& node, MapGrouping grouping) {
    if (grouping != MapGrouping::Pool) return node.zone;
    return node.pool.isEmpty() ? node.provider : node.pool;
}

} // namespace

bool inTrouble(const MapNode& node) {
    return node.look == NodeLook::NotReady || node.look == NodeLook::Failed ||
           node.look == NodeLook::Stopped || node.look == NodeLook::Frozen;
}

bool inTrouble(const MapPod& pod) {
    return pod.look == PodLook::Failing || pod.look == PodLook::NotReady || pod.look == PodLook::Waiting;
}

void MapLayout::build(const ClusterMapModel& model, bool onlyTrouble, QSize area) {
    static constexpr Shape shapes[] = {
        {Density::Comfortable, 224, 152, 12, 12, 460, 196},
        {Density::Compact, 164, 104, 10, 10, 240, 120},
        {Density::Dense, 112, 62, 8, 8, 150, 70},
        {Density::Tiny, 72, 40, 6, 8, 96, 44},
    };
    std::map<QString, Group> byKey;
    for (const auto& [name, node] : model.cards()) {
        const bool show =
            !onlyTrouble || inTrouble(node) ||
            std::any_of(node.pods.begin(), node.pods.end(), [](const MapPod* p) { return inTrouble(*p); });
        if (!show) continue;
        const QString key = keyOf(node, model.grouping());
        Group& group = byKey[key];
        group.key = key;
        group.nodes.push_back(&node);
    }
    std::vector<Group> groups;
    for (auto& [key, group] : byKey) {
        std::sort(group.nodes.begin(), group.nodes.end(),
                  [](const MapNode* a, const MapNode* b) { return naturalCompare(a->name, b->name) < 0; });
        groups.push_back(std::move(group));
    }
    for (const Shape& shape : shapes) {
        std::vector<Band> bands = bandsOf(groups, shape, area.width());
        const bool last = shape.density == Density::Tiny;
        if (!last && heightOf(bands, shape, shape.height) > area.height()) continue;
        int height = shape.height;
        while (height < shape.tallest && heightOf(bands, shape, height + 1) <= area.height())
            ++height;
        density_ = shape.density;
        place(bands, shape, height, area);
        break;
    }
    for (const auto& [name, node] : model.cards())
        refit(node);
    index();
}

/// Groups side by side while each gets at least one column of cards; spare columns go where rows are most.
std::vector<MapLayout::Band> MapLayout::bandsOf(std::vector<Group>& groups, const Shape& shape, int width) {
    const auto widthOf = [&](const Group& group) {
        return group.columns * shape.width + (group.columns - 1) * shape.gap + 2 * shape.padding;
    };
    std::vector<Band> bands;
    int used = 0;
    for (Group& group : groups) {
        group.columns = 1;
        const int wanted = widthOf(group) + zoneGap;
        if (bands.empty() || used + wanted - zoneGap > width) {
            bands.emplace_back();
            used = 0;
        }
        bands.back().push_back(&group);
        used += wanted;
    }
    for (Band& band : bands) {
        int sum = -zoneGap;
        for (const Group* group : band)
            sum += widthOf(*group) + zoneGap;
        while (sum + shape.width + shape.gap <= width) {
            // All of the fullest get one more or none does: equal zones stay equal.
            int most = 1;
            for (const Group* group : band)
                most = std::max(most, rowsOf(group->nodes.size(), group->columns));
            std::vector<Group*> fullest;
            for (Group* group : band)
                if (rowsOf(group->nodes.size(), group->columns) == most) fullest.push_back(group);
            const int wider = static_cast<int>(fullest.size()) * (shape.width + shape.gap);
            if (most <= 1 || sum + wider > width) break;
            for (Group* group : fullest)
                ++group->columns;
            sum += wider;
        }
    }
    return bands;
}

int MapLayout::heightOf(const std::vector<Band>& bands, const Shape& shape, int cardHeight) {
    int height = -zoneGap;
    for (const Band& band : bands) {
        int rows = 1;
        for (const Group* group : band)
            rows = std::max(rows, rowsOf(group->nodes.size(), group->columns));
        height += zoneHeader + rows * cardHeight + (rows - 1) * shape.gap + shape.padding + zoneGap;
    }
    return height;
}

void MapLayout::place(const std::vector<Band>& bands, const Shape& shape, int cardHeight, QSize area) {
    zones_.clear();
    cards_.clear();
    byName_.clear();
    int y = 0;
    for (const Band& band : bands) {
        int columns = 0;
        int fixed = -zoneGap;
        int rows = 1;
        for (const Group* group : band) {
            columns += group->columns;
            fixed += (group->columns - 1) * shape.gap + 2 * shape.padding + zoneGap;
            rows = std::max(rows, rowsOf(group->nodes.size(), group->columns));
        }
        const int cardWidth = std::clamp((area.width() - fixed) / columns, shape.width, shape.widest);
        const int spare = std::max(0, area.width() - fixed - columns * cardWidth);
        int zoneHeight = zoneHeader + rows * cardHeight + (rows - 1) * shape.gap + shape.padding;
        if (&band == &bands.back()) zoneHeight = std::max(zoneHeight, area.height() - y);
        int x = 0;
        for (const Group* group : band) {
            const int extra = spare * group->columns / columns;
            const int width =
                group->columns * cardWidth + (group->columns - 1) * shape.gap + 2 * shape.padding + extra;
            zones_.push_back(
                {group->key, QRect(x, y, width, zoneHeight), static_cast<int>(group->nodes.size())});
            for (std::size_t i = 0; i < group->nodes.size(); ++i) {
                const int column = static_cast<int>(i) % group->columns;
                const int row = static_cast<int>(i) / group->columns;
                const QRect rect(x + shape.padding + column * (cardWidth + shape.gap),
                                 y + zoneHeader + row * (cardHeight + shape.gap), cardWidth, cardHeight);
                byName_[group->nodes[i]->name] = cards_.size();
                cards_.push_back({group->nodes[i]->name, rect, {}});
            }
            x += width + zoneGap;
        }
        y += zoneHeight + zoneGap;
    }
    size_ = QSize(area.width(), std::max(0, y - zoneGap));
}

void MapLayout::refit(const MapNode& node) {
    const auto found = byName_.find(node.name);
    if (found == byName_.end()) return;
    Card& card = cards_[found->second];
    card.grid = gridFor(card.rect.size(), node);
}

MapLayout::Grid MapLayout::gridFor(QSize card, const MapNode& node) const {
    int top = 0;
    int side = 12;
    int bottom = 12;
    std::size_t largest = 0;
    switch (density_) {
    case Density::Comfortable:
        top = !node.title.isEmpty() ? 40 : node.acceleratorReason.isEmpty() ? 62 : 76;
        break;
    case Density::Compact:
        top = node.title.isEmpty() ? 46 : 32;
        side = bottom = 9;
        largest = 1;
        break;
    case Density::Dense:
        top = 25;
        side = bottom = 7;
        largest = 2;
        break;
    case Density::Tiny:
        top = 18;
        side = bottom = 5;
        largest = 3;
        break;
    }
    Grid grid;
    grid.origin = {side, top};
    const int width = card.width() - 2 * side;
    const int height = card.height() - top - bottom;
    for (std::size_t i = largest; i < std::size(cellSizes); ++i) {
        grid.cell = cellSizes[i].cell;
        grid.gap = cellSizes[i].gap;
        const int step = grid.cell + grid.gap;
        grid.columns = std::max(1, (width + grid.gap) / step);
        grid.capacity = grid.columns * std::max(1, (height + grid.gap) / step);
        if (grid.capacity >= static_cast<int>(node.pods.size())) break;
    }
    return grid;
}

void MapLayout::index() {
    bucketColumns_ = size_.width() / bucket_ + 1;
    const int rows = size_.height() / bucket_ + 1;
    buckets_.assign(static_cast<std::size_t>(bucketColumns_) * static_cast<std::size_t>(rows), {});
    for (std::size_t i = 0; i < cards_.size(); ++i) {
        const QRect& r = cards_[i].rect;
        for (int row = r.top() / bucket_; row <= r.bottom() / bucket_ && row < rows; ++row)
            for (int column = r.left() / bucket_; column <= r.right() / bucket_ && column < bucketColumns_;
                 ++column)
                buckets_[static_cast<std::size_t>(row * bucketColumns_ + column)].push_back(i);
    }
}

const MapLayout::Card* MapLayout::find(const QString& name) const {
    const auto found = byName_.find(name);
    return found == byName_.end() ? nullptr : &cards_[found->second];
}

MapLayout::Hit MapLayout::at(QPoint point, const ClusterMapModel& model) const {
    if (point.x() < 0 || point.y() < 0 || point.x() / bucket_ >= bucketColumns_) return {};
    const auto bucket = static_cast<std::size_t>(point.y() / bucket_ * bucketColumns_ + point.x() / bucket_);
    if (bucket >= buckets_.size()) return {};
    for (const std::size_t i : buckets_[bucket]) {
        const Card& card = cards_[i];
        if (!card.rect.contains(point)) continue;
        Hit hit{&card, nullptr};
        const MapNode* node = model.findCard(card.name);
        if (node == nullptr) return hit;
        const QPoint inside = point - card.rect.topLeft() - card.grid.origin;
        const int step = card.grid.cell + card.grid.gap;
        // Half the gap around a pod belongs to it, so that small ones can be hit.
        const int column = (inside.x() + card.grid.gap / 2) / step;
        const int row = (inside.y() + card.grid.gap / 2) / step;
        const int pod = row * card.grid.columns + column;
        const bool onGrid = inside.x() >= -card.grid.gap / 2 && inside.y() >= -card.grid.gap / 2 &&
                            column < card.grid.columns && pod < card.grid.capacity;
        if (onGrid && pod < static_cast<int>(node->pods.size()))
            hit.pod = node->pods[static_cast<std::size_t>(pod)];
        return hit;
    }
    return {};
}

std::vector<const MapLayout::Card*> MapLayout::in(const QRect& area) const {
    std::vector<const Card*> result;
    std::vector<bool> seen(cards_.size());
    const int rows = bucketColumns_ == 0 ? 0 : static_cast<int>(buckets_.size()) / bucketColumns_;
    for (int row = std::max(0, area.top() / bucket_); row <= area.bottom() / bucket_ && row < rows; ++row) {
        for (int column = std::max(0, area.left() / bucket_);
             column <= area.right() / bucket_ && column < bucketColumns_; ++column) {
            for (const std::size_t i : buckets_[static_cast<std::size_t>(row * bucketColumns_ + column)]) {
                if (seen[i] || !cards_[i].rect.intersects(area)) continue;
                seen[i] = true;
                result.push_back(&cards_[i]);
            }
        }
    }
    return result;
}

const MapLayout::Card* MapLayout::neighbour(const QString& from, int key) const {
    const Card* start = find(from);
    if (start == nullptr) return cards_.empty() ? nullptr : &cards_.front();
    const Card* best = nullptr;
    double nearest = std::numeric_limits<double>::max();
    for (const Card& card : cards_) {
        const QPoint way = card.rect.center() - start->rect.center();
        const bool horizontal = key == Qt::Key_Left || key == Qt::Key_Right;
        const int along = key == Qt::Key_Left    ? -way.x()
                          : key == Qt::Key_Right ? way.x()
                          : key == Qt::Key_Up    ? -way.y()
                                                 : way.y();
        const int across = std::abs(horizontal ? way.y() : way.x());
        if (along <= 0) continue;
        const double distance = along + 3.0 * across;
        if (distance >= nearest) continue;
        nearest = distance;
        best = &card;
    }
    return best;
}

} // namespace wheelhouse::ui
