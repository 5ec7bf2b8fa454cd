#pragma once

#include "engine/base/executor.h"
#include "ui/models/cluster_map_model.h"
#include "ui/models/deploy_template.h"
#include "ui/models/key_table.h"
#include "ui/models/link_model.h"
#include "ui/models/placement_preview.h"
#include "ui/views/map_layout.h"
#include "ui/widgets/theme.h"

#include <QAbstractScrollArea>
#include <QElapsedTimer>
#include <QLineF>
#include <QTimer>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace wheelhouse::ui {

class MapPainter;

/// The cluster map: the scheduler's queue at the left, then zones with node cards and their pods. One widget
/// that paints itself from kept pixmaps and redraws only what changed; pods fly from the queue to their node
/// (at most 400 ms, not at all with reduced motion). Arrow keys move between nodes, Space steps into a node's
/// pods, Return opens; the key table may say otherwise. When nothing happens no timer runs. UI thread only;
/// model, keys and theme must outlive it.
class MapView final : public QAbstractScrollArea {
    Q_OBJECT
  public:
    /// `now` is the time the cluster lives by.
    MapView(ClusterMapModel& model, const KeyTable& keys, const Theme& theme, Executor& executor,
            std::function<WallTime()> now, QWidget* parent = nullptr);
    ~MapView() override;

    void setGrouping(MapGrouping grouping);
    MapGrouping grouping() const { return model_.grouping(); }
    void setOnlyTrouble(bool only);
    void setReducedMotion(bool reduced) { reducedMotion_ = reduced; }
    bool reducedMotion() const { return reducedMotion_; }
    void select(const QString& node, const Uid& pod);
    const MapLayout& layoutOfMap() const { return layout_; }
    /// Where a pod or node is in the viewport, for tests and for pointing at it; null rectangle when it is
    /// not shown.
    QRect rectOfPod(const Uid& uid) const;
    QRect rectOfNode(const QString& name) const;
    /// Whether what is dragged would fit on each node, drawn over the cards; empty = nothing is dragged.
    void setHints(PlacementHints hints);
    const PlacementHints& hints() const { return hints_; }
    /// The node or the zone that something dragged is meant for.
    void setDropPlace(const DeployPlace& place);
    /// What lies at a point of the viewport; empty = nothing. Nodes and zones only while they are shown.
    QString nodeAt(const QPoint& at) const;
    QString zoneAt(const QPoint& at) const;
    Uid podAt(const QPoint& at) const;
    /// Nodes that something is broken on: they carry a badge.
    void setFaults(NodeFaults faults);
    const NodeFaults& faults() const { return faults_; }
    /// Links between nodes, and from nodes to the control plane, which is where the queue is.
    void setLinks(std::vector<MapLink> links);
    const std::vector<MapLink>& links() const { return links_; }
    /// Where a link can be pressed; a null point when it is not shown.
    QPoint pointOfLink(const MapLink& link) const;
    bool animating() const { return !flights_.empty(); }

  Q_SIGNALS:
    void podActivated(const wheelhouse::Uid& uid);
    void nodeActivated(const QString& name);
    /// The card of what owns pods: its namespace, kind and name.
    void ownerActivated(const QString& nameSpace, const QString& kind, const QString& name);
    void nothingActivated();
    /// A pod or a node is pulled away by the pointer.
    void podDragged(const wheelhouse::Uid& uid);
    void nodeDragged(const QString& name);
    void podMenu(const wheelhouse::Uid& uid, const QPoint& at);
    /// A link was pressed; `at` is on the screen.
    void linkActivated(const wheelhouse::ui::MapLink& link, const QPoint& at);
    void nodeMenu(const QString& name, const QPoint& at);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void showEvent(QShowEvent* event) override;
    bool viewportEvent(QEvent* event) override;

  private:
    struct Sprite {
        QPixmap picture;
        std::vector<Uid> order; ///< whose pods are where, as drawn
        MapLayout::Grid grid;
    };
    struct Flight {
        Uid uid;
        QPointF from; ///< centre, viewport coordinates
        QPointF to;
        QString node; ///< where it lands; empty = it goes away
        int hue = 0;
        int cell = 13;
        qint64 start = 0;
        QRect last; ///< painted there
    };
    struct Target {
        const MapLayout::Card* card = nullptr;
        const MapPod* pod = nullptr;
    };

    void onChanged(const MapChange& change);
    void launch(const MapChange& change);
    void animate();
    void rebuild();
    void updateScrollBar();
    QString titleOf(const MapLayout::Zone& zone) const;
    QString noteOf(const MapLayout::Zone& zone) const;
    void paintQueue(QPainter& p, const QRect& exposed);
    void paintFlights(QPainter& p);
    void paintMarks(QPainter& p);
    void paintHints(QPainter& p);
    void paintFaults(QPainter& p, const QRect& exposed);
    void paintLinks(QPainter& p);
    void paintLinkMarks(QPainter& p);
    QLineF lineOf(const MapLink& link) const;
    const MapLink* linkAt(const QPoint& at) const;
    static QString describeLink(const MapLink& link);
    void activateAt(const QPoint& at);
    void activateCard(const QString& name);
    void startDrag();
    void tickLater();
    Sprite& spriteOf(const MapLayout::Card& card, const MapNode& node);
    QPoint origin() const; ///< of content in the viewport
    QRect queueRect() const;
    QRect queueRowRect(int row) const;
    int queueRows() const;
    int queuedAt(QPoint point) const;
    Target targetAt(QPoint point) const;
    QPointF podCentre(const QString& node, const Uid& uid, int* cell) const;
    void announce();
    QString describeNode(const MapNode& node) const;
    QString describePod(const MapPod& pod) const;
    void refreshMarks();
    void moveFocus(int key);

    ClusterMapModel& model_;
    const KeyTable& keys_;
    const Theme& theme_;
    Executor& executor_;
    std::function<WallTime()> now_;
    std::unique_ptr<MapPainter> painter_;
    MapLayout layout_;
    bool onlyTrouble_ = false;
    bool reducedMotion_ = false;
    bool layoutStale_ = true;
    std::unordered_map<std::string, Sprite> sprites_;
    std::unordered_map<Uid, QPointF> queuePlaces_;
    std::vector<Flight> flights_;
    std::unordered_set<Uid> hidden_;
    QTimer animation_;
    QElapsedTimer clock_;
    ScopedTimer tick_;
    PlacementHints hints_;
    DeployPlace dropPlace_;
    NodeFaults faults_;
    std::vector<MapLink> links_;
    bool overLink_ = false;
    std::optional<QPoint> pressed_;
    QString selectedNode_;
    Uid selectedPod_;
    QString hoverNode_;
    Uid hoverPod_;
    bool insideNode_ = false;
};

} // namespace wheelhouse::ui
