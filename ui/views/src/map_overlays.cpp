// What lies over the cards of the map: badges of nodes that something is broken on.
#include "ui/views/map_view.h"

#include <QPainter>

namespace wheelhouse::ui {
namespace {

constexpr int badgeHeight = 18;
constexpr int leastForText = 140; ///< narrower cards carry the icon only

} // namespace

void MapView::setFaults(NodeFaults faults) {
    if (faults == faults_) return;
    faults_ = std::move(faults);
    viewport()->update();
}

/// On the card's upper edge, where nothing else is.
void MapView::paintFaults(QPainter& p, const QRect& exposed) {
    const Tokens& t = theme_.tokens();
    p.setFont(theme_.body(metrics::captionPx, QFont::DemiBold));
    for (const auto& [name, faults] : faults_) {
        const QRect card = rectOfNode(name);
        if (card.isNull() || !card.adjusted(-6, -12, 6, 6).intersects(exposed)) continue;
        const NodeFault& first = faults.front();
        QString text;
        if (card.width() >= leastForText) {
            text = first.text;
            if (faults.size() > 1) text += QStringLiteral(" +%1").arg(faults.size() - 1);
            text = p.fontMetrics().elidedText(text, Qt::ElideRight, card.width() - 60);
        }
        const int width =
            text.isEmpty() ? badgeHeight : badgeHeight + 8 + p.fontMetrics().horizontalAdvance(text);
        const QRectF badge(card.right() - width - 9.5, card.top() - badgeHeight / 2.0 + 0.5, width,
                           badgeHeight);
        p.setPen(QPen(t.bad, 1.2));
        p.setBrush(Theme::mix(t.panel, t.bad, t.dark ? 0.22 : 0.12));
        p.drawRoundedRect(badge, badgeHeight / 2.0, badgeHeight / 2.0);
        p.drawPixmap(badge.topLeft() + QPointF(3, 3),
                     theme_.pixmap(first.icon, 12, t.bad, devicePixelRatioF()));
        if (text.isEmpty()) continue;
        p.setPen(t.text);
        p.drawText(badge.adjusted(badgeHeight, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, text);
    }
}

} // namespace wheelhouse::ui
