#include "map_painter.h"

#include "engine/api/table.h"
#include "ui/models/words.h"

#include <QCoreApplication>
#include <QPainterPath>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

QString say(const char* text) {
    return QCoreApplication::translate("wheelhouse::ui::MapView", text);
}

int elidedWidth(QPainter& p, const QString& text) {
    return p.fontMetrics().horizontalAdvance(text);
}

bool showsPods(const MapNode& node) {
    return node.hasNode;
}

void cross(QPainter& p, const QRectF& r, const QColor& color, qreal width) {
    p.setPen(QPen(color, width, Qt::SolidLine, Qt::RoundCap));
    p.drawLine(r.topLeft(), r.bottomRight());
    p.drawLine(r.topRight(), r.bottomLeft());
}

} // namespace

int readyPods(const MapNode& node) {
    return static_cast<int>(std::count_if(node.pods.begin(), node.pods.end(), [](const MapPod* pod) {
        return pod->look == PodLook::Running || pod->look == PodLook::Completed;
    }));
}

Tone toneOfCard(const MapNode& node) {
    if (node.title.isEmpty()) return toneOf(node.look);
    const bool failing = std::any_of(node.pods.begin(), node.pods.end(),
                                     [](const MapPod* pod) { return pod->look == PodLook::Failing; });
    if (failing) return Tone::Bad;
    return readyPods(node) == static_cast<int>(node.pods.size()) ? Tone::Good : Tone::Warning;
}

QString stateText(const MapNode& node, WallTime now) {
    if (!node.title.isEmpty())
        return say(QT_TRANSLATE_NOOP("wheelhouse::ui::MapView", "%1 of %2 ready"))
            .arg(readyPods(node))
            .arg(node.pods.size());
    if (node.look == NodeLook::Ready) return {};
    QString text = wordOf(node.look);
    if (node.look == NodeLook::NotReady && node.since)
        text +=
            u' ' + QString::fromStdString(api::humanDuration(std::max(now - *node.since, Duration::zero())));
    if (node.look == NodeLook::Booting && !node.steps.empty()) {
        const auto done =
            std::count_if(node.steps.begin(), node.steps.end(), [](const BootStep& s) { return s.done; });
        text += QStringLiteral(" %1/%2").arg(done).arg(node.steps.size());
    }
    return text;
}

void MapPainter::reset(qreal ratio) {
    ratio_ = ratio;
    pods_.clear();
}

QPixmap MapPainter::blank(QSize size) const {
    QPixmap pixmap(size * ratio_);
    pixmap.setDevicePixelRatio(ratio_);
    pixmap.fill(Qt::transparent);
    return pixmap;
}

const QPixmap& MapPainter::pod(int hue, PodLook look, int cell, bool faded) {
    const auto key = static_cast<std::uint32_t>(hue) | static_cast<std::uint32_t>(look) << 8U |
                     static_cast<std::uint32_t>(cell) << 16U | static_cast<std::uint32_t>(faded) << 31U;
    if (const auto found = pods_.find(key); found != pods_.end()) return found->second;
    const Tokens& t = theme_.tokens();
    QPixmap pixmap = blank({cell + 2 * margin, cell + 2 * margin});
    QPainter p(&pixmap);
    p.setRenderHint(QPainter::Antialiasing);
    QRectF box(margin, margin, cell, cell);
    const qreal radius = cell >= 13 ? 4.5 : cell >= 8 ? 2.5 : cell >= 6 ? 1.5 : 0.5;
    QColor fill = look == PodLook::Completed ? t.completed : theme_.hue(hue);
    if (faded) fill = Theme::mix(t.raised, fill, t.dark ? 0.34 : 0.3);
    const qreal ring = cell >= 13 ? theme_.stroke(1.8) : cell >= 8 ? theme_.stroke(1.4) : 1.0;
    p.setPen(Qt::NoPen);
    switch (look) {
    case PodLook::Starting: {
        p.setBrush(Theme::mix(t.raised, fill, 0.28));
        QPen pen(fill, ring);
        if (cell >= 10) pen.setDashPattern({2.0, 1.6});
        p.setPen(pen);
        p.drawRoundedRect(box.adjusted(ring / 2, ring / 2, -ring / 2, -ring / 2), radius, radius);
        break;
    }
    case PodLook::Terminating: {
        const qreal inset = cell * 0.2;
        p.setBrush(Theme::mix(t.raised, fill, 0.55));
        p.setPen(QPen(t.deleting, ring));
        p.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), radius * 0.7, radius * 0.7);
        break;
    }
    case PodLook::Completed:
        p.setBrush(Theme::mix(t.raised, fill, 0.6));
        p.drawRoundedRect(box, radius, radius);
        break;
    default:
        p.setBrush(fill);
        p.drawRoundedRect(box, radius, radius);
    }
    const bool warn = look == PodLook::Waiting || look == PodLook::NotReady;
    if (warn || look == PodLook::Failing) {
        p.setBrush(Qt::NoBrush);
        p.setPen(QPen(warn ? t.warning : t.bad, ring));
        const qreal out = cell >= 8 ? 1.6 : 0.0;
        p.drawRoundedRect(box.adjusted(-out, -out, out, out), radius + out, radius + out);
    }
    if (look == PodLook::Failing && cell >= 10) {
        const qreal inset = cell * 0.31;
        cross(p, box.adjusted(inset, inset, -inset, -inset),
              Theme::mix(t.background, t.text, t.dark ? 0.0 : 1.0), ring);
    }
    p.end();
    return pods_.emplace(key, pixmap).first->second;
}

void MapPainter::line(QPainter& p, const QRect& rect, const QString& text, const QColor& color, int align) {
    p.setPen(color);
    // Large type is higher than its line, and may be: what is above and below is empty.
    p.drawText(rect, align | Qt::AlignVCenter | Qt::TextSingleLine | Qt::TextDontClip,
               p.fontMetrics().elidedText(text, Qt::ElideRight, rect.width()));
}

void MapPainter::zone(QPainter& p, const QRect& rect, const QString& title, const QString& note) {
    const Tokens& t = theme_.tokens();
    p.setPen(QPen(t.line, theme_.stroke(1)));
    p.setBrush(Theme::mix(t.background, t.panel, t.dark ? 0.75 : 0.5));
    p.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12);
    p.setFont(theme_.body(metrics::bodyPx, QFont::DemiBold));
    line(p, QRect(rect.left() + 16, rect.top() + 8, rect.width() - 32, 22), title,
         Theme::mix(t.text, t.muted, 0.35));
    const int used = p.fontMetrics().horizontalAdvance(title) + 26;
    p.setFont(theme_.body(metrics::smallPx));
    if (used < rect.width() - 60)
        line(p, QRect(rect.left() + used, rect.top() + 8, rect.width() - used - 12, 22), note, t.muted);
}

QPixmap MapPainter::card(const MapLayout::Card& card, const MapNode& node, MapLayout::Density density,
                         WallTime now, const std::unordered_set<Uid>& hidden, bool onlyTrouble) {
    QPixmap pixmap = blank(card.rect.size());
    QPainter p(&pixmap);
    p.setRenderHint(QPainter::Antialiasing);
    const QSize size = card.rect.size();
    frame(p, size, node);
    heading(p, size, node, density, now);
    const bool roomy = density == MapLayout::Density::Comfortable;
    if (node.look == NodeLook::Failed && roomy) {
        failure(p, size, node);
        return pixmap;
    }
    if (!showsPods(node) || (node.look == NodeLook::Booting && node.pods.empty())) {
        if (density <= MapLayout::Density::Compact) boot(p, size, node);
        return pixmap;
    }
    if (density <= MapLayout::Density::Compact && node.title.isEmpty()) bars(p, size, node, density);
    if (roomy && !node.acceleratorReason.isEmpty()) reason(p, size, node);
    pods(p, card, node, hidden, onlyTrouble);
    return pixmap;
}

void MapPainter::frame(QPainter& p, const QSize& size, const MapNode& node) {
    const Tokens& t = theme_.tokens();
    const QColor base = t.dark ? t.raised : t.panel;
    QColor fill = base;
    QPen pen(t.line, theme_.stroke(1));
    if (node.look == NodeLook::NotReady || node.look == NodeLook::Failed) {
        fill = Theme::mix(base, t.bad, t.dark ? 0.1 : 0.07);
        pen = QPen(t.bad, theme_.stroke(1.4));
    } else if (node.look == NodeLook::Booting) {
        fill = Theme::mix(base, t.background, 0.35);
        pen = QPen(t.accent, theme_.stroke(1.4));
        pen.setDashPattern({4, 3});
    } else if (node.look == NodeLook::Stopped || node.look == NodeLook::Frozen ||
               node.look == NodeLook::Leaving) {
        fill = Theme::mix(base, t.background, 0.7);
    }
    p.setPen(pen);
    p.setBrush(fill);
    const qreal radius = size.height() >= 90 ? metrics::cardRadius : 6;
    p.drawRoundedRect(QRectF(QPointF(0, 0), QSizeF(size)).adjusted(0.7, 0.7, -0.7, -0.7), radius, radius);
}

void MapPainter::heading(QPainter& p, const QSize& size, const MapNode& node, MapLayout::Density density,
                         WallTime now) {
    const Tokens& t = theme_.tokens();
    const QColor tone = theme_.color(toneOfCard(node));
    const QString& name = node.title.isEmpty() ? node.name : node.title;
    struct Place {
        int x, y, height, dot, name, small;
    };
    static constexpr Place places[] = {
        {12, 10, 20, 8, 14, 12}, {9, 7, 18, 7, 12, 11}, {7, 5, 14, 6, 11, 10}, {5, 2, 14, 5, 10, 0}};
    const Place& place = places[static_cast<std::size_t>(density)];
    const qreal middle = place.y + place.height / 2.0;
    p.setPen(Qt::NoPen);
    p.setBrush(tone);
    const QRectF dot(place.x, middle - place.dot / 2.0, place.dot, place.dot);
    // State is never colour alone: off is hollow, trouble carries a cross.
    if (node.look == NodeLook::Stopped || node.look == NodeLook::Frozen) {
        p.setBrush(Qt::NoBrush);
        p.setPen(QPen(tone, theme_.stroke(1.5)));
        p.drawEllipse(dot.adjusted(0.7, 0.7, -0.7, -0.7));
    } else if ((node.look == NodeLook::NotReady || node.look == NodeLook::Failed) && place.dot >= 6) {
        cross(p, dot.adjusted(0.5, 0.5, -0.5, -0.5), tone, 1.9);
    } else {
        p.drawEllipse(dot);
    }
    int x = place.x + place.dot + (place.dot >= 7 ? 9 : 5);
    int right = size.width() - place.x;
    const QString state = stateText(node, now);
    if (!state.isEmpty() && place.small != 0 && density != MapLayout::Density::Dense) {
        p.setFont(theme_.body(place.small, QFont::DemiBold));
        const int width = elidedWidth(p, state);
        line(p, QRect(right - width, place.y, width + 1, place.height), state, tone);
        right -= width + 8;
    }
    p.setFont(theme_.body(place.name, QFont::DemiBold));
    const int nameWidth = std::min(elidedWidth(p, name) + 1, right - x);
    const bool away = node.look == NodeLook::Stopped || node.look == NodeLook::Leaving;
    line(p, QRect(x, place.y, nameWidth, place.height), name, away ? t.muted : t.text);
    x += nameWidth + 8;
    if (place.small == 0 || right - x < 24) return;
    p.setFont(theme_.body(place.small));
    line(p, QRect(x, place.y + 1, right - x, place.height),
         node.title.isEmpty() ? kindOf(node) : node.provider, t.muted);
}

void MapPainter::bars(QPainter& p, const QSize& size, const MapNode& node, MapLayout::Density density) {
    const Tokens& t = theme_.tokens();
    const bool labels = density == MapLayout::Density::Comfortable;
    const int side = labels ? 12 : 9;
    const int y = labels ? 44 : 34;
    const int half = (size.width() - 2 * side - 12) / 2;
    const QColor trough = Theme::mix(t.dark ? t.raised : t.panel, t.line, t.dark ? 0.8 : 0.75);
    const auto bar = [&](int x, const QString& label, qint64 used, qint64 total) {
        int start = x;
        if (labels) {
            p.setFont(theme_.body(metrics::captionPx));
            const int width = elidedWidth(p, label);
            line(p, QRect(x, y - 8, width + 1, 16), label, t.muted);
            start += width + 7;
        }
        const qreal thick = theme_.stroke(4);
        const QRectF box(start, y + 0.5 - thick / 2, x + half - start, thick);
        p.setPen(Qt::NoPen);
        p.setBrush(trough);
        p.drawRoundedRect(box, thick / 2, thick / 2);
        if (total <= 0 || used <= 0) return;
        const double load = std::min(1.0, static_cast<double>(used) / static_cast<double>(total));
        p.setBrush(load >= 0.9 ? t.bad : load >= 0.7 ? t.warning : t.second);
        p.drawRoundedRect(QRectF(box.x(), box.y(), std::max(thick, box.width() * load), thick), thick / 2,
                          thick / 2);
    };
    p.setOpacity(node.look == NodeLook::Stopped || node.look == NodeLook::Leaving ? 0.4 : 1.0);
    bar(side, say(QT_TRANSLATE_NOOP("wheelhouse::ui::MapView", "cpu")), node.cpuAsked, node.cpuMilli);
    bar(side + half + 12, say(QT_TRANSLATE_NOOP("wheelhouse::ui::MapView", "mem")), node.memoryAsked,
        node.memoryBytes);
    p.setOpacity(1.0);
}

void MapPainter::reason(QPainter& p, const QSize& size, const MapNode& node) {
    p.setFont(theme_.body(metrics::captionPx));
    line(p, QRect(12, 54, size.width() - 24, 16),
         node.accelerator + QStringLiteral(": ") + node.acceleratorReason, theme_.tokens().muted);
}

void MapPainter::pods(QPainter& p, const MapLayout::Card& card, const MapNode& node,
                      const std::unordered_set<Uid>& hidden, bool onlyTrouble) {
    const auto& grid = card.grid;
    const int count = static_cast<int>(node.pods.size());
    const int shown = count <= grid.capacity ? count : std::max(0, grid.capacity - 1);
    const bool away = node.look == NodeLook::NotReady || node.look == NodeLook::Stopped ||
                      node.look == NodeLook::Failed || node.look == NodeLook::Frozen;
    for (int i = 0; i < shown; ++i) {
        const MapPod& pod = *node.pods[static_cast<std::size_t>(i)];
        if (!hidden.empty() && hidden.contains(pod.uid)) continue;
        const bool faded = away || (onlyTrouble && !inTrouble(pod));
        p.drawPixmap(grid.rectOf(i).topLeft() - QPoint(margin, margin),
                     this->pod(pod.hue, pod.look, grid.cell, faded));
    }
    if (shown < count) {
        p.setFont(theme_.body(std::max(8, std::min(10, grid.cell + 2))));
        p.setPen(theme_.tokens().muted);
        const QRect last = grid.rectOf(shown);
        p.drawText(last.adjusted(0, -3, 30, 3), Qt::AlignLeft | Qt::AlignVCenter,
                   QStringLiteral("+%1").arg(count - shown));
    }
    if (count == 0 && grid.cell >= 16 && node.look == NodeLook::Ready) {
        p.setFont(theme_.body(metrics::smallPx));
        const QRect rest(grid.origin.x(), grid.origin.y() - 2, card.rect.width() - 24, 18);
        line(p, rest, say(QT_TRANSLATE_NOOP("wheelhouse::ui::MapView", "no pods yet")),
             Theme::mix(theme_.tokens().raised, theme_.tokens().muted, 0.75));
    }
}

void MapPainter::boot(QPainter& p, const QSize& size, const MapNode& node) {
    const Tokens& t = theme_.tokens();
    const bool roomy = size.height() >= 140;
    const int side = roomy ? 12 : 9;
    const int top = roomy ? 44 : 36;
    if (node.look == NodeLook::Booting) {
        const auto done =
            std::count_if(node.steps.begin(), node.steps.end(), [](const BootStep& s) { return s.done; });
        const double part =
            node.steps.empty()
                ? 0.04
                : std::max(0.04, static_cast<double>(done) / static_cast<double>(node.steps.size()));
        const QRectF box(side, top - 2, size.width() - 2 * side, 5);
        p.setPen(Qt::NoPen);
        p.setBrush(Theme::mix(t.raised, t.line, 0.8));
        p.drawRoundedRect(box, 2.5, 2.5);
        p.setBrush(t.accent);
        p.drawRoundedRect(QRectF(box.x(), box.y(), box.width() * part, box.height()), 2.5, 2.5);
    } else if (node.look == NodeLook::Stopped || node.look == NodeLook::Frozen) {
        p.setFont(theme_.body(metrics::smallPx));
        line(p, QRect(side, top - 8, size.width() - 2 * side, 18),
             node.look == NodeLook::Frozen
                 ? say(QT_TRANSLATE_NOOP("wheelhouse::ui::MapView", "its processors stand still"))
                 : say(QT_TRANSLATE_NOOP("wheelhouse::ui::MapView", "switched off")),
             t.muted);
        return;
    }
    const int step = 19;
    const int room = (size.height() - top - 18) / step;
    const int count = static_cast<int>(node.steps.size());
    const int first = std::max(
        0, std::min(count - room, static_cast<int>(std::count_if(node.steps.begin(), node.steps.end(),
                                                                 [](const BootStep& s) { return s.done; })) -
                                      room + 1));
    for (int i = first; i < count && i - first < room; ++i) {
        const BootStep& s = node.steps[static_cast<std::size_t>(i)];
        const QRect row(side, top + 12 + (i - first) * step, size.width() - 2 * side, step);
        p.setFont(theme_.body(metrics::smallPx));
        line(p, row.adjusted(0, 0, -60, 0), s.name, s.done ? t.muted : t.text);
        p.setFont(theme_.mono(metrics::captionPx));
        line(p, row, s.done ? stepTime(s.milliseconds) : QStringLiteral("…"), t.muted, Qt::AlignRight);
    }
}

void MapPainter::failure(QPainter& p, const QSize& size, const MapNode& node) {
    const Tokens& t = theme_.tokens();
    p.setFont(theme_.body(metrics::smallPx));
    p.setPen(t.text);
    const QRect words(12, 36, size.width() - 24, 34);
    p.drawText(words, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, node.message);
    QStringList lines = node.consoleTail.split(u'\n', Qt::SkipEmptyParts);
    const QRect box(12, 76, size.width() - 24, size.height() - 88);
    if (lines.isEmpty() || box.height() < 24) return;
    p.setPen(Qt::NoPen);
    p.setBrush(Theme::mix(t.dark ? t.background : t.raised, t.bad, 0.04));
    p.drawRoundedRect(box, 6, 6);
    p.setFont(theme_.mono(10));
    const int step = 14;
    const int room = std::max(1, (box.height() - 8) / step);
    lines = lines.mid(std::max<qsizetype>(0, lines.size() - room));
    for (int i = 0; i < lines.size(); ++i)
        line(p, QRect(box.left() + 8, box.top() + 4 + i * step, box.width() - 16, step), lines[i], t.muted);
}

void MapPainter::queued(QPainter& p, const QRect& rect, const MapPod& pod, bool selected) {
    const Tokens& t = theme_.tokens();
    p.setPen(QPen(selected ? t.accent : t.line, theme_.stroke(selected ? 1.4 : 1)));
    p.setBrush(selected ? Theme::mix(t.raised, t.accent, 0.12) : (t.dark ? t.raised : t.panel));
    p.drawRoundedRect(QRectF(rect).adjusted(0.7, 0.7, -0.7, -0.7), 8, 8);
    const int cell = 13;
    const QPixmap& sprite = this->pod(pod.hue, PodLook::Running, cell, false);
    p.drawPixmap(rect.left() + 9 - margin, rect.center().y() - cell / 2 - margin, sprite);
    p.setFont(theme_.mono(metrics::captionPx));
    const int x = rect.left() + 30;
    const int width = rect.width() - 38;
    // The tail of a pod's name tells it from its siblings.
    p.setPen(t.text);
    p.drawText(QRect(x, rect.top() + 4, width, 16), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip,
               p.fontMetrics().elidedText(pod.name, Qt::ElideMiddle, width));
    p.setFont(theme_.body(metrics::captionPx));
    const bool refused = !pod.reason.isEmpty();
    line(p, QRect(x, rect.top() + 19, width, 15),
         refused ? say(QT_TRANSLATE_NOOP("wheelhouse::ui::MapView", "no node fits"))
                 : say(QT_TRANSLATE_NOOP("wheelhouse::ui::MapView", "waiting")),
         refused ? t.warning : t.muted);
}

} // namespace wheelhouse::ui
