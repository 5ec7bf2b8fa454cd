#pragma once

#include "ui/views/map_layout.h"
#include "ui/widgets/theme.h"

#include <QPainter>
#include <QPixmap>
#include <set>
#include <unordered_set>

namespace wheelhouse::ui {

/// Draws the parts of the map into pixmaps that are kept until what they show changes. Shapes are drawn once
/// as sprites; afterwards a pod is one blit.
class MapPainter {
  public:
    MapPainter(const Theme& theme, qreal ratio) : theme_(theme), ratio_(ratio) {}
    void reset(qreal ratio);
    /// One whole card. `hidden` pods are on their way and not drawn; `faded` greys out what is no trouble.
    QPixmap card(const MapLayout::Card& card, const MapNode& node, MapLayout::Density density, WallTime now,
                 const std::unordered_set<Uid>& hidden, bool onlyTrouble);
    const QPixmap& pod(int hue, PodLook look, int cell, bool faded);
    void zone(QPainter& painter, const QRect& rect, const QString& title, const QString& note);
    /// One row of the queue.
    void queued(QPainter& painter, const QRect& rect, const MapPod& pod, bool selected);
    qreal ratio() const { return ratio_; }
    /// A pod's pixmap has this much around the cell for rings.
    static constexpr int margin = 3;

  private:
    QPixmap blank(QSize size) const;
    void frame(QPainter& p, const QSize& size, const MapNode& node);
    void heading(QPainter& p, const QSize& size, const MapNode& node, MapLayout::Density density,
                 WallTime now);
    void bars(QPainter& p, const QSize& size, const MapNode& node, MapLayout::Density density);
    void reason(QPainter& p, const QSize& size, const MapNode& node);
    void pods(QPainter& p, const MapLayout::Card& card, const MapNode& node,
              const std::unordered_set<Uid>& hidden, bool onlyTrouble);
    void boot(QPainter& p, const QSize& size, const MapNode& node);
    void failure(QPainter& p, const QSize& size, const MapNode& node);
    void line(QPainter& p, const QRect& rect, const QString& text, const QColor& color,
              int align = Qt::AlignLeft);

    const Theme& theme_;
    qreal ratio_;
    std::map<std::uint32_t, QPixmap> pods_;
};

/// "NotReady 19 s": the state in words, with since when where that matters.
QString stateText(const MapNode& node, WallTime now);

} // namespace wheelhouse::ui
