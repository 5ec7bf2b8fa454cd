#pragma once

#include "ui/models/cluster_map_model.h"

#include <QRect>
#include <QSize>
#include <QString>
#include <map>
#include <optional>
#include <vector>

namespace wheelhouse::ui {

/// Where everything is on the map, in content coordinates: plain geometry, no painting. Chooses how big cards
/// can be so that the whole cluster fits, and only then lets it scroll. Finds what lies at a point through a
/// grid of buckets.
class MapLayout {
  public:
    /// How much of a card there is room for.
    enum class Density : std::uint8_t { Comfortable, Compact, Dense, Tiny };
    struct Grid {
        QPoint origin; ///< of the first pod, in the card
        int cell = 16;
        int gap = 5;
        int columns = 1;
        int capacity = 0; ///< pods that fit; the rest are a "+N"
        QRect rectOf(int index) const {
            return {origin.x() + (index % columns) * (cell + gap),
                    origin.y() + (index / columns) * (cell + gap), cell, cell};
        }
    };
    struct Card {
        QString name;
        QRect rect;
        Grid grid;
    };
    struct Zone {
        QString key;
        QRect rect;
        int cards = 0;
    };
    struct Hit {
        const Card* card = nullptr;
        const MapPod* pod = nullptr;
    };

    /// `area` is the viewport left of nothing: the queue is not part of it.
    void build(const ClusterMapModel& model, bool onlyTrouble, QSize area);
    /// Where the pods of one card go, after their number changed.
    void refit(const MapNode& node);

    Density density() const { return density_; }
    const std::vector<Zone>& zones() const { return zones_; }
    const std::vector<Card>& cards() const { return cards_; }
    const Card* find(const QString& name) const;
    QSize size() const { return size_; }
    Hit at(QPoint point, const ClusterMapModel& model) const;
    /// Cards that touch `area`.
    std::vector<const Card*> in(const QRect& area) const;
    /// The nearest card from `from` towards `key` (Qt::Key_Left, …), or null.
    const Card* neighbour(const QString& from, int key) const;

  private:
    struct Group {
        QString key;
        std::vector<const MapNode*> nodes;
        int columns = 1;
    };
    struct Shape {
        Density density;
        int width;
        int height;
        int gap;
        int padding;
        int widest;
        int tallest;
    };
    using Band = std::vector<Group*>;
    static std::vector<Band> bandsOf(std::vector<Group>& groups, const Shape& shape, int width);
    static int heightOf(const std::vector<Band>& bands, const Shape& shape, int cardHeight);
    void place(const std::vector<Band>& bands, const Shape& shape, int cardHeight, QSize area);
    Grid gridFor(QSize card, const MapNode& node) const;
    void index();

    Density density_ = Density::Comfortable;
    std::vector<Zone> zones_;
    std::vector<Card> cards_;
    std::map<QString, std::size_t> byName_;
    QSize size_;
    int bucket_ = 128;
    int bucketColumns_ = 1;
    std::vector<std::vector<std::size_t>> buckets_;
};

bool inTrouble(const MapNode& node);
bool inTrouble(const MapPod& pod);

} // namespace wheelhouse::ui
