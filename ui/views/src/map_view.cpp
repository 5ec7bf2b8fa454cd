#include "ui/views/map_view.h"

#include "map_painter.h"
#include "ui/models/words.h"

#include <QKeyEvent>
#include <QPaintEvent>
#include <QScrollBar>
#include <algorithm>
#include <chrono>
#include <cmath>

namespace wheelhouse::ui {
namespace {

using namespace std::chrono_literals;

constexpr int queueWidth = 128;
constexpr int marginLeft = 20;
constexpr int marginTop = 4;
constexpr int marginRight = 20;
constexpr int marginBottom = 16;
constexpr int queueGap = 12;
constexpr int queueTop = 60; ///< first row, below the panel's title
constexpr int queueStep = 46;
constexpr qint64 flightMs = 380;
constexpr std::size_t mostFlights = 48;
constexpr std::size_t mostSprites = 1500;
constexpr std::size_t mostRegions = 100; ///< more are slower to tell apart than to paint

QPointF bezier(const QPointF& a, const QPointF& b, double t) {
    // Leaves to the right and lands from above, as a thrown thing does.
    const QPointF c1(a.x() + (b.x() - a.x()) * 0.35, a.y());
    const QPointF c2(a.x() + (b.x() - a.x()) * 0.75, b.y() - 10);
    const double u = 1 - t;
    return a * (u * u * u) + c1 * (3 * u * u * t) + c2 * (3 * u * t * t) + b * (t * t * t);
}

double eased(double t) {
    return t < 0.5 ? 4 * t * t * t : 1 - std::pow(-2 * t + 2, 3) / 2;
}

} // namespace

MapView::MapView(ClusterMapModel& model, const KeyTable& keys, const Theme& theme, Executor& executor,
                 std::function<WallTime()> now, QWidget* parent)
    : QAbstractScrollArea(parent), model_(model), keys_(keys), theme_(theme), executor_(executor),
      now_(std::move(now)), painter_(std::make_unique<MapPainter>(theme, 1.0)) {
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Cluster map"));
    clock_.start();
    animation_.setInterval(16);
    animation_.setTimerType(Qt::PreciseTimer);
    connect(&animation_, &QTimer::timeout, this, &MapView::animate);
    connect(&model_, &ClusterMapModel::changed, this, &MapView::onChanged);
    connect(&theme_, &Theme::changed, this, [this] {
        painter_->reset(devicePixelRatioF());
        sprites_.clear();
        viewport()->update();
    });
}

MapView::~MapView() = default;

void MapView::setGrouping(MapGrouping grouping) {
    if (grouping == model_.grouping()) return;
    selectedNode_.clear();
    hoverNode_.clear();
    hoverPod_ = {};
    sprites_.clear();
    model_.setGrouping(grouping);
}

void MapView::setOnlyTrouble(bool only) {
    if (only == onlyTrouble_) return;
    onlyTrouble_ = only;
    sprites_.clear();
    rebuild();
}

void MapView::rebuild() {
    layoutStale_ = true;
    viewport()->update();
}

QRect MapView::queueRect() const {
    return {marginLeft, marginTop, queueWidth, std::max(60, viewport()->height() - marginTop - marginBottom)};
}

QPoint MapView::origin() const {
    return {marginLeft + queueWidth + queueGap, marginTop - verticalScrollBar()->value()};
}

void MapView::updateScrollBar() {
    if (!layoutStale_) return;
    layoutStale_ = false;
    const QSize area(viewport()->width() - marginLeft - queueWidth - queueGap - marginRight,
                     viewport()->height() - marginTop - marginBottom);
    const auto before = layout_.density();
    std::unordered_map<std::string, QSize> sizes;
    for (const auto& card : layout_.cards())
        sizes.emplace(card.name.toStdString(), card.rect.size());
    layout_.build(model_, onlyTrouble_, area);
    if (before != layout_.density()) sprites_.clear();
    std::erase_if(sprites_, [&](const auto& entry) {
        const auto* card = layout_.find(QString::fromStdString(entry.first));
        const auto old = sizes.find(entry.first);
        return card == nullptr || old == sizes.end() || old->second != card->rect.size();
    });
    verticalScrollBar()->setPageStep(area.height());
    verticalScrollBar()->setSingleStep(40);
    verticalScrollBar()->setRange(0, std::max(0, layout_.size().height() - area.height()));
}

void MapView::onChanged(const MapChange& change) {
    launch(change);
    if (change.structure || onlyTrouble_) {
        for (const QString& name : change.nodes)
            sprites_.erase(name.toStdString());
        rebuild();
    } else {
        const bool many = change.nodes.size() > mostRegions;
        if (many) viewport()->update();
        for (const QString& name : change.nodes) {
            sprites_.erase(name.toStdString());
            if (const MapNode* node = model_.findCard(name)) layout_.refit(*node);
            if (!many) viewport()->update(rectOfNode(name).adjusted(-4, -4, 4, 4));
        }
        if (change.queue) viewport()->update(queueRect());
    }
    if (change.structure || change.queue) updateGeometry();
    tickLater();
}

/// Starts a flight for each pod that was placed or went away, as far as people could follow.
void MapView::launch(const MapChange& change) {
    if (reducedMotion_ || !isVisible() || layoutStale_ || !ofNodes(model_.grouping())) return;
    for (const auto& move : change.moves) {
        if (flights_.size() >= mostFlights) return;
        Flight flight;
        flight.uid = move.uid;
        flight.hue = move.hue;
        flight.node = move.to;
        flight.start = clock_.elapsed();
        if (move.from.isEmpty()) {
            const auto place = queuePlaces_.find(move.uid);
            flight.from = place != queuePlaces_.end()
                              ? place->second
                              : QPointF(queueRowRect(0).left() + 16, queueRowRect(0).center().y());
        } else {
            flight.from = podCentre(move.from, move.uid, &flight.cell);
        }
        if (flight.from.isNull()) continue;
        if (move.to.isEmpty()) {
            flight.to = flight.from;
        } else if (layout_.find(move.to) != nullptr) {
            hidden_.insert(move.uid);
        } else {
            continue;
        }
        flights_.push_back(flight);
    }
    if (!flights_.empty() && !animation_.isActive()) animation_.start();
}

void MapView::animate() {
    const qint64 now = clock_.elapsed();
    QRegion dirty;
    for (Flight& flight : flights_)
        dirty += flight.last.adjusted(-2, -2, 2, 2);
    const auto over = std::partition(flights_.begin(), flights_.end(),
                                     [&](const Flight& flight) { return now - flight.start < flightMs; });
    for (auto it = over; it != flights_.end(); ++it) {
        if (hidden_.erase(it->uid) == 0) continue;
        sprites_.erase(it->node.toStdString());
        dirty += rectOfNode(it->node);
    }
    flights_.erase(over, flights_.end());
    for (Flight& flight : flights_) {
        if (!flight.node.isEmpty()) {
            const QPointF to = podCentre(flight.node, flight.uid, &flight.cell);
            if (!to.isNull()) flight.to = to;
        }
        flight.last = QRectF(flight.from, flight.to).normalized().adjusted(-14, -24, 14, 14).toAlignedRect();
        dirty += flight.last;
    }
    if (flights_.empty()) animation_.stop();
    viewport()->update(dirty);
}

QPointF MapView::podCentre(const QString& node, const Uid& uid, int* cell) const {
    const auto* card = layout_.find(node);
    if (card == nullptr) return {};
    // The present order first; a pod that just went away is only in the one last drawn.
    const MapNode* now = model_.findCard(node);
    int index = -1;
    MapLayout::Grid grid = card->grid;
    if (now != nullptr) {
        const auto found =
            std::find_if(now->pods.begin(), now->pods.end(), [&](const MapPod* p) { return p->uid == uid; });
        if (found != now->pods.end()) index = static_cast<int>(found - now->pods.begin());
    }
    if (index < 0) {
        const auto sprite = sprites_.find(node.toStdString());
        if (sprite == sprites_.end()) return {};
        const auto& order = sprite->second.order;
        const auto found = std::find(order.begin(), order.end(), uid);
        if (found == order.end()) return {};
        index = static_cast<int>(found - order.begin());
        grid = sprite->second.grid;
    }
    *cell = grid.cell;
    index = std::min(index, std::max(0, grid.capacity - 1));
    return QRectF(grid.rectOf(index)).center() + card->rect.topLeft() + origin();
}

MapView::Sprite& MapView::spriteOf(const MapLayout::Card& card, const MapNode& node) {
    const auto [place, fresh] = sprites_.try_emplace(card.name.toStdString());
    Sprite& sprite = place->second;
    if (!fresh) return sprite;
    sprite.picture = painter_->card(card, node, layout_.density(), now_(), hidden_, onlyTrouble_);
    sprite.grid = card.grid;
    sprite.order.reserve(node.pods.size());
    for (const MapPod* pod : node.pods)
        sprite.order.push_back(pod->uid);
    return sprite;
}

void MapView::paintEvent(QPaintEvent* event) {
    if (painter_->ratio() != devicePixelRatioF()) {
        painter_->reset(devicePixelRatioF());
        sprites_.clear();
    }
    updateScrollBar();
    if (sprites_.size() > mostSprites) sprites_.clear();
    QPainter p(viewport());
    p.fillRect(event->rect(), theme_.tokens().background);
    p.setRenderHint(QPainter::Antialiasing);
    const QPoint shift = origin();
    const QRect exposed = event->rect();
    p.save();
    p.setClipRect(QRect(shift.x() - 6, 0, viewport()->width() - shift.x() + 6, viewport()->height()),
                  Qt::IntersectClip);
    for (const auto& zone : layout_.zones()) {
        const QRect rect = zone.rect.translated(shift);
        if (!rect.intersects(exposed)) continue;
        painter_->zone(p, rect, titleOf(zone), noteOf(zone));
    }
    paintLinks(p);
    for (const auto* card : layout_.in(exposed.translated(-shift))) {
        const MapNode* node = model_.findCard(card->name);
        if (node != nullptr) p.drawPixmap(card->rect.topLeft() + shift, spriteOf(*card, *node).picture);
    }
    paintLinkMarks(p);
    paintFaults(p, exposed);
    paintMarks(p);
    if (!hints_.empty() || dropPlace_ != DeployPlace()) paintHints(p);
    p.restore();
    if (queueRect().intersects(exposed)) paintQueue(p, exposed);
    paintFlights(p);
}

QString MapView::titleOf(const MapLayout::Zone& zone) const {
    switch (grouping()) {
    case MapGrouping::Zone:
        if (zone.key.isEmpty()) return tr("no zone");
        return zone.key.startsWith(u"zone") ? zone.key : tr("zone %1").arg(zone.key);
    case MapGrouping::Pool:
        if (zone.key.isEmpty()) return tr("nodes");
        return zone.key == u"vm" ? tr("virtual machines") : zone.key;
    case MapGrouping::Namespace:
    case MapGrouping::Owner:
        break;
    }
    return zone.key;
}

QString MapView::noteOf(const MapLayout::Zone& zone) const {
    switch (grouping()) {
    case MapGrouping::Namespace:
        return zone.cards == 1 ? tr("1 application") : tr("%1 applications").arg(zone.cards);
    case MapGrouping::Owner:
        return zone.cards == 1 ? tr("1 owner") : tr("%1 owners").arg(zone.cards);
    case MapGrouping::Zone:
    case MapGrouping::Pool:
        break;
    }
    return zone.cards == 1 ? tr("1 node") : tr("%1 nodes").arg(zone.cards);
}

void MapView::paintMarks(QPainter& p) {
    const Tokens& t = theme_.tokens();
    p.setBrush(Qt::NoBrush);
    const auto ring = [&](const QRectF& rect, qreal radius, const QColor& color, qreal width) {
        p.setPen(QPen(color, theme_.stroke(width)));
        p.drawRoundedRect(rect, radius, radius);
    };
    const auto mark = [&](const QString& node, const Uid& pod, bool strong) {
        const QRect card = rectOfNode(node);
        if (card.isNull()) return;
        const QColor color = strong ? t.accent : Theme::mix(t.line, t.muted, 0.6);
        const QRect rect = pod.empty() ? card : rectOfPod(pod);
        if (rect.isNull()) return;
        const qreal out = pod.empty() ? -0.7 : 2.2;
        ring(QRectF(rect).adjusted(-out, -out, out, out),
             pod.empty() ? (card.height() >= 90 ? metrics::cardRadius : 6) : 5, color, strong ? 2 : 1.4);
    };
    if (!hoverNode_.isEmpty()) mark(hoverNode_, hoverPod_, false);
    const MapPod* pod = model_.findPod(selectedPod_);
    // A selected pod is followed to its node.
    const QString node = pod != nullptr ? model_.cardOf(*pod) : selectedNode_;
    if (!node.isEmpty()) mark(node, pod != nullptr ? pod->uid : Uid(), true);
}

int MapView::queueRows() const {
    return std::max(1, (queueRect().height() - queueTop - 10) / queueStep);
}

QRect MapView::queueRowRect(int row) const {
    const QRect panel = queueRect();
    return {panel.left() + 8, panel.top() + queueTop + row * queueStep, panel.width() - 16, queueStep - 8};
}

void MapView::paintQueue(QPainter& p, const QRect&) {
    const Tokens& t = theme_.tokens();
    const QRect panel = queueRect();
    painter_->zone(p, panel, tr("Scheduler"), {});
    p.setFont(theme_.body(metrics::smallPx));
    p.setPen(t.muted);
    const auto& queue = model_.queue();
    const int count = static_cast<int>(queue.size());
    p.drawText(QRect(panel.left() + 16, panel.top() + 28, panel.width() - 24, 18),
               Qt::AlignLeft | Qt::AlignVCenter, count == 0 ? tr("queue") : tr("queue · %1").arg(count));
    queuePlaces_.clear();
    if (count == 0) {
        p.setFont(theme_.body(metrics::captionPx));
        p.drawText(QRect(panel.left() + 16, panel.top() + queueTop, panel.width() - 28, 60),
                   Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, tr("Nothing waits for a node."));
        return;
    }
    const int rows = queueRows();
    const int shown = count <= rows ? count : rows - 1;
    for (int i = 0; i < shown; ++i) {
        const QRect row = queueRowRect(i);
        const MapPod& pod = *queue[static_cast<std::size_t>(i)];
        painter_->queued(p, row, pod, pod.uid == selectedPod_);
        queuePlaces_.emplace(pod.uid, QPointF(row.left() + 16, row.center().y()));
    }
    if (shown == count) return;
    const QRect row = queueRowRect(shown);
    p.setPen(t.muted);
    p.setFont(theme_.body(metrics::captionPx));
    p.drawText(row, Qt::AlignCenter, tr("and %1 more").arg(count - shown));
    for (int i = shown; i < std::min(count, shown + 500); ++i)
        queuePlaces_.emplace(queue[static_cast<std::size_t>(i)]->uid,
                             QPointF(row.left() + 16, row.center().y()));
}

void MapView::paintFlights(QPainter& p) {
    if (flights_.empty()) return;
    const qint64 now = clock_.elapsed();
    const bool curves = flights_.size() <= 12;
    for (const Flight& flight : flights_) {
        const double t = std::clamp(static_cast<double>(now - flight.start) / flightMs, 0.0, 1.0);
        const bool leaves = flight.node.isEmpty();
        const QPointF at = leaves ? flight.from : bezier(flight.from, flight.to, eased(t));
        if (!leaves && flight.to.isNull()) continue;
        if (!leaves && curves) {
            p.setPen(Qt::NoPen);
            p.setBrush(theme_.tokens().accent);
            for (double dot = 0; dot < 1; dot += 0.045)
                p.drawEllipse(bezier(flight.from, flight.to, dot), 1.1, 1.1);
        }
        const QPixmap& sprite =
            painter_->pod(flight.hue, leaves ? PodLook::Terminating : PodLook::Running, flight.cell, false);
        const qreal scale = leaves ? 1 - t : 1 + 0.25 * std::sin(t * 3.14159);
        const qreal side = (flight.cell + 2 * MapPainter::margin) * scale;
        p.drawPixmap(QRectF(at.x() - side / 2, at.y() - side / 2, side, side), sprite,
                     QRectF(QPointF(0, 0), QSizeF(sprite.size())));
    }
}

QRect MapView::rectOfNode(const QString& name) const {
    const auto* card = layout_.find(name);
    return card == nullptr ? QRect() : card->rect.translated(origin());
}

QRect MapView::rectOfPod(const Uid& uid) const {
    const MapPod* pod = model_.findPod(uid);
    if (pod == nullptr) return {};
    const QString place = model_.cardOf(*pod);
    if (place.isEmpty()) {
        const auto& queue = model_.queue();
        const auto found = std::find(queue.begin(), queue.end(), pod);
        const int row = static_cast<int>(found - queue.begin());
        return found != queue.end() && row < queueRows() ? queueRowRect(row) : QRect();
    }
    const auto* card = layout_.find(place);
    const MapNode* node = model_.findCard(place);
    if (card == nullptr || node == nullptr) return {};
    const auto found = std::find(node->pods.begin(), node->pods.end(), pod);
    const int index = static_cast<int>(found - node->pods.begin());
    if (found == node->pods.end() || index >= card->grid.capacity) return {};
    return card->grid.rectOf(index).translated(card->rect.topLeft() + origin());
}

/// "NotReady 19 s" counts while it can be seen; nothing ticks otherwise.
void MapView::tickLater() {
    if (tick_.active() || !isVisible()) return;
    const bool counting = std::any_of(model_.cards().begin(), model_.cards().end(), [](const auto& entry) {
        return entry.second.look == NodeLook::NotReady && entry.second.since.has_value();
    });
    if (!counting) return;
    tick_.start(executor_, 1s, [this] {
        for (const auto& [name, node] : model_.cards()) {
            if (node.look != NodeLook::NotReady) continue;
            sprites_.erase(name.toStdString());
            viewport()->update(rectOfNode(name));
        }
        tickLater();
    });
}

} // namespace wheelhouse::ui
