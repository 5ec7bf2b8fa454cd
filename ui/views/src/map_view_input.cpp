// The map's hands and voice: pointer, keys, tooltips and what assistive technology hears.
#include "engine/api/table.h"
#include "map_painter.h"
#include "ui/models/words.h"
#include "ui/views/map_view.h"

#include <QAccessible>
#include <QApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>
#include <algorithm>
#include <utility>

namespace wheelhouse::ui {

MapView::Target MapView::targetAt(QPoint point) const {
    if (point.x() < origin().x()) return {};
    const auto hit = layout_.at(point - origin(), model_);
    return {hit.card, hit.pod};
}

int MapView::queuedAt(QPoint point) const {
    const auto& queue = model_.queue();
    const int rows = queueRows();
    const int shown = static_cast<int>(queue.size()) <= rows ? static_cast<int>(queue.size()) : rows - 1;
    for (int i = 0; i < shown; ++i)
        if (queueRowRect(i).contains(point)) return i;
    return -1;
}

void MapView::refreshMarks() {
    viewport()->update();
}

void MapView::select(const QString& node, const Uid& pod) {
    if (node == selectedNode_ && pod == selectedPod_) return;
    const MapPod* known = model_.findPod(pod);
    selectedNode_ = known != nullptr ? model_.cardOf(*known) : node;
    selectedPod_ = pod;
    insideNode_ = !pod.empty();
    const QRect rect = rectOfNode(selectedNode_);
    if (!rect.isNull() && !viewport()->rect().contains(rect))
        verticalScrollBar()->setValue(verticalScrollBar()->value() + rect.center().y() -
                                      viewport()->height() / 2);
    refreshMarks();
    announce();
}

void MapView::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) pressed_ = event->pos();
}

/// What is pulled away is not opened, so opening waits for the release.
void MapView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !pressed_) return;
    activateAt(*std::exchange(pressed_, std::nullopt));
}

void MapView::activateAt(const QPoint& at) {
    if (const MapLink* link = linkAt(at)) {
        const MapLink pressed = *link;
        return Q_EMIT linkActivated(pressed, viewport()->mapToGlobal(at));
    }
    const int queued = queuedAt(at);
    if (queued >= 0) {
        const Uid uid = model_.queue()[static_cast<std::size_t>(queued)]->uid;
        select({}, uid);
        Q_EMIT podActivated(uid);
        return;
    }
    const Target target = targetAt(at);
    if (target.pod != nullptr) {
        const Uid uid = target.pod->uid;
        select(target.card->name, uid);
        Q_EMIT podActivated(uid);
    } else if (target.card != nullptr) {
        const QString name = target.card->name;
        select(name, {});
        activateCard(name);
    } else {
        select({}, {});
        Q_EMIT nothingActivated();
    }
}

void MapView::activateCard(const QString& name) {
    if (ofNodes(grouping())) return Q_EMIT nodeActivated(name);
    if (grouping() != MapGrouping::Owner) return;
    const QStringList parts = name.split(u'/');
    if (parts.size() == 3) Q_EMIT ownerActivated(parts[0], parts[1], parts[2]);
}

void MapView::startDrag() {
    const Target target = targetAt(*std::exchange(pressed_, std::nullopt));
    if (!ofNodes(grouping())) return; // nothing is pulled off a node where none is shown
    if (target.pod != nullptr)
        Q_EMIT podDragged(target.pod->uid);
    else if (target.card != nullptr)
        Q_EMIT nodeDragged(target.card->name);
}

QString MapView::nodeAt(const QPoint& at) const {
    const Target target = targetAt(at);
    return target.card == nullptr || !ofNodes(grouping()) ? QString() : target.card->name;
}

Uid MapView::podAt(const QPoint& at) const {
    const Target target = targetAt(at);
    return target.pod == nullptr ? Uid() : target.pod->uid;
}

QString MapView::zoneAt(const QPoint& at) const {
    if (grouping() != MapGrouping::Zone || at.x() < origin().x()) return {};
    for (const auto& zone : layout_.zones())
        if (zone.rect.translated(origin()).contains(at)) return zone.key;
    return {};
}

void MapView::setHints(PlacementHints hints) {
    if (hints == hints_) return;
    hints_ = std::move(hints);
    viewport()->update();
}

void MapView::setDropPlace(const DeployPlace& place) {
    if (place == dropPlace_) return;
    dropPlace_ = place;
    viewport()->update();
}

/// Cards where it fits are ringed and ticked, others lie under a veil with the reason on it.
void MapView::paintHints(QPainter& p) {
    const Tokens& t = theme_.tokens();
    for (const auto& card : layout_.cards()) {
        const QRect rect = card.rect.translated(origin());
        const auto found = hints_.find(card.name);
        if (found != hints_.end() && !found->second.fits) {
            QColor veil = t.background;
            veil.setAlphaF(0.74F);
            p.setPen(Qt::NoPen);
            p.setBrush(veil);
            p.drawRoundedRect(rect, metrics::cardRadius, metrics::cardRadius);
            p.setPen(t.bad);
            p.setFont(theme_.body(metrics::smallPx, QFont::Medium));
            p.drawText(rect.adjusted(12, 8, -12, -8), Qt::AlignCenter | Qt::TextWordWrap,
                       found->second.reason);
        } else if (found != hints_.end()) {
            p.setBrush(Qt::NoBrush);
            p.setPen(QPen(t.ok, found->second.best ? 2.6 : 1.6));
            p.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), metrics::cardRadius, metrics::cardRadius);
            p.drawPixmap(rect.right() - 24, rect.top() + 8,
                         theme_.pixmap(QStringLiteral("check"), 16, t.ok, devicePixelRatioF()));
            if (found->second.best && rect.height() > 60) {
                p.setFont(theme_.body(metrics::captionPx, QFont::DemiBold));
                p.setPen(t.ok);
                p.drawText(rect.adjusted(12, 0, -12, -6), Qt::AlignRight | Qt::AlignBottom,
                           tr("would go here"));
            }
        }
    }
    const auto ring = [&](const QRect& rect) {
        p.setBrush(Qt::NoBrush);
        p.setPen(QPen(t.accent, 2, Qt::DashLine));
        p.drawRoundedRect(QRectF(rect).adjusted(-2, -2, 2, 2), metrics::cardRadius + 2,
                          metrics::cardRadius + 2);
    };
    if (!dropPlace_.node.isEmpty()) return ring(rectOfNode(dropPlace_.node));
    for (const auto& zone : layout_.zones())
        if (!dropPlace_.zone.isEmpty() && zone.key == dropPlace_.zone)
            ring(zone.rect.translated(origin()).adjusted(3, 3, -3, -3));
}

void MapView::mouseMoveEvent(QMouseEvent* event) {
    if (pressed_ && (event->buttons() & Qt::LeftButton) != 0) {
        if ((event->pos() - *pressed_).manhattanLength() >= QApplication::startDragDistance()) startDrag();
        return;
    }
    const Target target = targetAt(event->pos());
    const bool overLink = linkAt(event->pos()) != nullptr;
    if (overLink != std::exchange(overLink_, overLink))
        viewport()->setCursor(overLink || target.card != nullptr ? Qt::PointingHandCursor : Qt::ArrowCursor);
    const QString node = target.card == nullptr ? QString() : target.card->name;
    const Uid pod = target.pod == nullptr ? Uid() : target.pod->uid;
    if (node == hoverNode_ && pod == hoverPod_) return;
    QRegion dirty = rectOfNode(hoverNode_).adjusted(-4, -4, 4, 4);
    hoverNode_ = node;
    hoverPod_ = pod;
    dirty += rectOfNode(hoverNode_).adjusted(-4, -4, 4, 4);
    viewport()->update(dirty);
    viewport()->setCursor(node.isEmpty() && !overLink && queuedAt(event->pos()) < 0 ? Qt::ArrowCursor
                                                                                    : Qt::PointingHandCursor);
}

void MapView::contextMenuEvent(QContextMenuEvent* event) {
    const bool keyboard = event->reason() == QContextMenuEvent::Keyboard;
    if (keyboard) {
        if (!selectedPod_.empty())
            Q_EMIT podMenu(selectedPod_, viewport()->mapToGlobal(rectOfPod(selectedPod_).center()));
        else if (!selectedNode_.isEmpty() && ofNodes(grouping()))
            Q_EMIT nodeMenu(selectedNode_, viewport()->mapToGlobal(rectOfNode(selectedNode_).center()));
        return;
    }
    if (const MapLink* link = linkAt(event->pos())) {
        const MapLink pressed = *link;
        return Q_EMIT linkActivated(pressed, event->globalPos());
    }
    const int queued = queuedAt(event->pos());
    if (queued >= 0)
        return Q_EMIT podMenu(model_.queue()[static_cast<std::size_t>(queued)]->uid, event->globalPos());
    const Target target = targetAt(event->pos());
    if (target.pod != nullptr)
        Q_EMIT podMenu(target.pod->uid, event->globalPos());
    else if (target.card != nullptr && ofNodes(grouping()))
        Q_EMIT nodeMenu(target.card->name, event->globalPos());
}

bool MapView::event(QEvent* event) {
    // With the focus here a key is the map's before it is the window's.
    if (event->type() == QEvent::ShortcutOverride) {
        const auto& key = *static_cast<QKeyEvent*>(event);
        if (keys_.deedOf(KeyPlace::Map, key.key(), key.modifiers())) {
            event->accept();
            return true;
        }
    }
    return QAbstractScrollArea::event(event);
}

void MapView::keyPressEvent(QKeyEvent* event) {
    const auto deed = keys_.deedOf(KeyPlace::Map, event->key(), event->modifiers());
    if (!deed) return QAbstractScrollArea::keyPressEvent(event);
    switch (*deed) {
    case Deed::MapLeft:
        return moveFocus(Qt::Key_Left);
    case Deed::MapRight:
        return moveFocus(Qt::Key_Right);
    case Deed::MapUp:
        return moveFocus(Qt::Key_Up);
    case Deed::MapDown:
        return moveFocus(Qt::Key_Down);
    case Deed::MapInto: {
        const MapNode* node = model_.findCard(selectedNode_);
        if (node != nullptr && !node->pods.empty()) select(selectedNode_, node->pods.front()->uid);
        return;
    }
    case Deed::MapOut:
        if (insideNode_) return select(selectedNode_, {});
        select({}, {});
        Q_EMIT nothingActivated();
        return;
    case Deed::MapOpen:
        if (!selectedPod_.empty())
            Q_EMIT podActivated(selectedPod_);
        else if (!selectedNode_.isEmpty())
            activateCard(selectedNode_);
        return;
    default:
        return;
    }
}

void MapView::moveFocus(int key) {
    const MapNode* node = model_.findCard(selectedNode_);
    const auto* card = layout_.find(selectedNode_);
    if (!insideNode_ || node == nullptr || card == nullptr) {
        if (const auto* next = layout_.neighbour(selectedNode_, key)) select(next->name, {});
        return;
    }
    const auto found = std::find_if(node->pods.begin(), node->pods.end(),
                                    [&](const MapPod* p) { return p->uid == selectedPod_; });
    const int at = static_cast<int>(found - node->pods.begin());
    const int step = key == Qt::Key_Left    ? -1
                     : key == Qt::Key_Right ? 1
                     : key == Qt::Key_Up    ? -card->grid.columns
                                            : card->grid.columns;
    const int to = at + step;
    if (to >= 0 && to < static_cast<int>(node->pods.size()))
        select(selectedNode_, node->pods[static_cast<std::size_t>(to)]->uid);
}

QString MapView::describeNode(const MapNode& node) const {
    if (!node.title.isEmpty()) return tr("%1 in %2 · %3").arg(node.title, node.zone, stateText(node, now_()));
    QStringList lines;
    const QString state = stateText(node, now_());
    lines.push_back(
        tr("%1 · %2 · %3").arg(node.name, kindOf(node), state.isEmpty() ? wordOf(node.look) : state));
    if (!node.acceleratorReason.isEmpty())
        lines.push_back(node.accelerator + QStringLiteral(": ") + node.acceleratorReason);
    if (!node.message.isEmpty()) lines.push_back(node.message);
    if (const auto found = faults_.find(node.name); found != faults_.end())
        for (const NodeFault& fault : found->second)
            lines.push_back(tr("Broken on purpose: %1 (%2)").arg(fault.text, fault.fault));
    if (node.hasNode && node.cpuMilli > 0)
        lines.push_back(tr("Pods: %1, asking for %2 of %3 CPU and %4 of %5 memory")
                            .arg(QString::number(node.pods.size()), cpuText(node.cpuAsked),
                                 cpuText(node.cpuMilli), bytesText(node.memoryAsked),
                                 bytesText(node.memoryBytes)));
    return lines.join(u'\n');
}

QString MapView::describePod(const MapPod& pod) const {
    QString text = tr("%1 in %2 · %3").arg(pod.name, pod.nameSpace, wordOf(pod.look));
    if (!pod.reason.isEmpty()) text += u'\n' + pod.reason;
    return text;
}

/// Assistive technology hears what is selected as the widget's description.
void MapView::announce() {
    QString text;
    if (const MapPod* pod = model_.findPod(selectedPod_))
        text = describePod(*pod);
    else if (const MapNode* node = model_.findCard(selectedNode_))
        text = describeNode(*node);
    setAccessibleDescription(text);
    QAccessibleEvent changed(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&changed);
}

bool MapView::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int queued = queuedAt(help->pos());
        const Target target = targetAt(help->pos());
        QString text;
        if (const MapLink* link = linkAt(help->pos()))
            text = describeLink(*link);
        else if (queued >= 0)
            text = describePod(*model_.queue()[static_cast<std::size_t>(queued)]);
        else if (target.pod != nullptr)
            text = describePod(*target.pod);
        else if (target.card != nullptr)
            if (const MapNode* node = model_.findCard(target.card->name)) text = describeNode(*node);
        QToolTip::showText(help->globalPos(), text, viewport());
        return true;
    }
    if (event->type() == QEvent::Leave) {
        hoverNode_.clear();
        hoverPod_ = {};
        viewport()->update();
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void MapView::focusInEvent(QFocusEvent* event) {
    const bool byKey = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason;
    if (byKey && selectedNode_.isEmpty() && selectedPod_.empty() && !layout_.cards().empty())
        select(layout_.cards().front().name, {});
    QAbstractScrollArea::focusInEvent(event);
}

void MapView::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    rebuild();
}

void MapView::showEvent(QShowEvent* event) {
    QAbstractScrollArea::showEvent(event);
    tickLater();
}

void MapView::scrollContentsBy(int, int) {
    viewport()->update();
}

} // namespace wheelhouse::ui
