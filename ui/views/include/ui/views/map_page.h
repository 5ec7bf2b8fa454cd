#pragma once

#include "ui/models/cluster_session.h"
#include "ui/views/map_drag.h"
#include "ui/views/map_view.h"
#include "ui/widgets/controls.h"

class QButtonGroup;
class QStackedWidget;

namespace wheelhouse::ui {

class PaletteBar;

/// The applications on the map and their hues.
class MapLegend final : public QWidget {
    Q_OBJECT
  public:
    explicit MapLegend(const Theme& theme, QWidget* parent = nullptr);
    /// Names and hues.
    void setApplications(std::vector<std::pair<QString, int>> applications);
    QSize sizeHint() const override { return {200, 24}; }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    const Theme& theme_;
    std::vector<std::pair<QString, int>> applications_;
};

/// The map with its heading: grouping, "only trouble", the legend, "Add node", and what to say when there is
/// no map.
class MapPage final : public QWidget {
    Q_OBJECT
  public:
    MapPage(ClusterSession& session, const KeyTable& keys, const Theme& theme, QWidget* parent = nullptr);
    MapView* map() { return map_; }
    QPushButton* addNodeButton() { return addNode_; }
    MapDrag* drag() { return drag_; }
    PaletteBar* palette() { return palette_; }
    /// Shows this map of the past instead of the present one; null = the present.
    void showPast(ClusterMapModel* past);
    bool showsPast() const { return inPast_; }
    MapView* pastMap() { return past_; }
    void setOnlyTrouble(bool only);
    /// Nothing moves on the map, nor on the one of the past.
    void setReducedMotion(bool reduced);
    bool onlyTrouble() const;
    void setGrouping(MapGrouping grouping);

  Q_SIGNALS:
    void addNodeRequested(QWidget* near);

  private:
    static QString wordsOf(MapGrouping grouping);
    void refresh();
    ClusterSession& session_;
    MapView* map_;
    MapView* past_ = nullptr;
    bool inPast_ = false;
    MapDrag* drag_;
    PaletteBar* palette_;
    const KeyTable& keys_;
    const Theme& theme_;

    MapLegend* legend_;
    QLabel* by_;
    QButtonGroup* groupings_;
    QPushButton* trouble_;
    QPushButton* addNode_;
    QStackedWidget* stack_;
    EmptyState* empty_;
    QPushButton* emptyAdd_;
};

} // namespace wheelhouse::ui
