// What lies between and over the cards of the map: links, and badges of nodes that something is broken on.
#include "ui/views/map_view.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

namespace wheelhouse::ui {
namespace {

constexpr int badgeHeight = 18;
constexpr int leastForText = 140; ///< narrower cards carry the icon only
constexpr double nearEnough = 5;  ///< a line is pressed by what is not further from it
constexpr int markRadius = 9;
constexpr int laneTop = 20; ///< below a card's upper edge: the first line to the control plane
constexpr int laneStep = 7;

double distance(const QPointF& point, const QLineF& line) {
    const QPointF along = line.p2() - line.p1();
    const double length = QPointF::dotProduct(along, along);
    const double t =
        length <= 0 ? 0 : std::clamp(QPointF::dotProduct(point - line.p1(), along) / length, 0.0, 1.0);
    return QLineF(point, line.pointAt(t)).length();
}

double widthOf(double bytesPerSecond) {
    return std::clamp(1.2 + std::log10(1 + bytesPerSecond / 200), 1.2, 5.0);
}

} // namespace

void MapView::setLinks(std::vector<MapLink> links) {
    if (links == links_) return;
    links_ = std::move(links);
    viewport()->update();
}

/// Two nodes are joined between the edges that face each other; the control plane, at the left, by a
/// horizontal line, each column of cards having its own height so that they do not cover each other.
QLineF MapView::lineOf(const MapLink& link) const {
    const QRectF from = rectOfNode(link.from);
    if (from.isNull()) return {};
    if (link.to.isEmpty()) {
        int lane = 0;
        for (const auto& card : layout_.cards()) {
            const QRect rect = card.rect.translated(origin());
            if (rect.top() == from.toRect().top() && rect.left() < from.left()) ++lane;
        }
        const int lanes = std::max(1, (static_cast<int>(from.height()) - 2 * laneTop) / laneStep + 1);
        const double first = std::min<double>(laneTop, from.height() / 2);
        const double y = from.top() + first + (lane % lanes) * laneStep;
        return {QPointF(queueRect().right() + 1, y), QPointF(from.left(), y)};
    }
    const QRectF to = rectOfNode(link.to);
    if (to.isNull()) return {};
    if (from.right() < to.left())
        return {QPointF(from.right(), from.center().y()), QPointF(to.left(), to.center().y())};
    if (to.right() < from.left())
        return {QPointF(from.left(), from.center().y()), QPointF(to.right(), to.center().y())};
    const bool below = from.center().y() < to.center().y();
    return {QPointF(from.center().x(), below ? from.bottom() : from.top()),
            QPointF(to.center().x(), below ? to.top() : to.bottom())};
}

void MapView::paintLinks(QPainter& p) {
    const Tokens& t = theme_.tokens();
    p.save();
    p.setClipRect(QRect(queueRect().right() + 1, 0, viewport()->width(), viewport()->height()));
    for (const MapLink& link : links_) {
        const QLineF line = lineOf(link);
        if (line.isNull()) continue;
        const bool whole = link.state == MapLink::State::Whole;
        const bool slow = link.state == MapLink::State::Slow;
        const double share = std::min(1.0, 0.25 + std::log10(1 + link.bytesPerSecond / 100) / 4);
        QPen pen(whole  ? Theme::mix(t.line, t.second, link.bytesPerSecond < 1 ? 0 : share)
                 : slow ? t.warning
                        : t.bad,
                 whole ? widthOf(link.bytesPerSecond) : 2.0);
        if (!whole) pen.setDashPattern(slow ? QList<qreal>{4, 3} : QList<qreal>{2, 3});
        pen.setCapStyle(whole ? Qt::RoundCap : Qt::FlatCap);
        p.setPen(pen);
        p.drawLine(line);
    }
    p.restore();
}

/// Beside its own card for the control plane, as other lines pass under the cards between; of two nodes the
/// middle, or as near to it as no card covers it.
QPoint MapView::pointOfLink(const MapLink& link) const {
    const QLineF line = lineOf(link);
    if (line.isNull()) return {};
    if (link.to.isEmpty()) return QPointF(std::max(line.x1() + 3, line.x2() - 6), line.y2()).toPoint();
    for (double off = 0; off <= 0.5; off += 0.04)
        for (const double t : {0.5 - off, 0.5 + off}) {
            const QPoint at = line.pointAt(t).toPoint();
            if (targetAt(at).card == nullptr) return at;
        }
    return line.center().toPoint();
}

/// A cut carries a cross and what is slow a clock, over everything: they are pressed to mend it.
void MapView::paintLinkMarks(QPainter& p) {
    const Tokens& t = theme_.tokens();
    p.save();
    p.setClipRect(QRect(queueRect().right() + 1, 0, viewport()->width(), viewport()->height()));
    for (const MapLink& link : links_) {
        if (link.state == MapLink::State::Whole) continue;
        const QPoint at = pointOfLink(link);
        if (at.isNull()) continue;
        const bool slow = link.state == MapLink::State::Slow;
        const QColor color = slow ? t.warning : t.bad;
        p.setPen(QPen(color, theme_.stroke(1.6)));
        p.setBrush(Theme::mix(t.background, color, 0.15));
        p.drawEllipse(QPointF(at), markRadius, markRadius);
        const QString icon = slow                                      ? QStringLiteral("clock")
                             : link.state == MapLink::State::CutOneWay ? QStringLiteral("oneway")
                                                                       : QStringLiteral("close");
        p.drawPixmap(at - QPoint(6, 6), theme_.pixmap(icon, 12, color, devicePixelRatioF()));
    }
    p.restore();
}

/// Marks lie over the cards, lines under them.
const MapLink* MapView::linkAt(const QPoint& at) const {
    if (at.x() <= queueRect().right()) return nullptr;
    for (const MapLink& link : links_)
        if (link.state != MapLink::State::Whole &&
            QLineF(QPointF(at), QPointF(pointOfLink(link))).length() <= markRadius)
            return &link;
    if (links_.empty() || targetAt(at).card != nullptr) return nullptr;
    const MapLink* best = nullptr;
    double nearest = nearEnough;
    for (const MapLink& link : links_) {
        const QLineF line = lineOf(link);
        const double away = line.isNull() ? nearest : distance(at, line);
        if (away >= nearest) continue;
        nearest = away;
        best = &link;
    }
    return best;
}

QString MapView::describeLink(const MapLink& link) {
    QString text = link.to.isEmpty() ? tr("%1 ⇄ control plane").arg(link.from)
                                     : link.from + QStringLiteral(" ⇄ ") + link.to;
    const QString rate = rateText(link.bytesPerSecond);
    if (!rate.isEmpty()) text += QStringLiteral(" · ") + rate;
    if (!link.text.isEmpty()) text += u'\n' + tr("Broken on purpose: %1").arg(link.text);
    return text + u'\n' + (link.faults.isEmpty() ? tr("Press to cut or slow it") : tr("Press to mend it"));
}

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
        p.setPen(QPen(t.bad, theme_.stroke(1.2)));
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
