#include "ui/views/timeline_view.h"

#include "ui/models/clock_model.h"

#include <QAccessible>
#include <QDateTime>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace wheelhouse::ui {
namespace {

using namespace std::chrono_literals;

constexpr int marginX = 20;
constexpr int flagsHeight = 26;
constexpr int timesHeight = 18;
constexpr int barStep = 6;
constexpr Duration frame = 100ms;
constexpr double slowest = 0.25;
constexpr double fastest = 64;
const WallTime::duration shortest = std::chrono::minutes(2);

QString clockText(WallTime when) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(when.time_since_epoch()).count();
    return QDateTime::fromSecsSinceEpoch(seconds).toString(QStringLiteral("HH:mm:ss"));
}

} // namespace

TimelineView::TimelineView(TimelineModel& model, Executor& executor, std::function<WallTime()> now,
                           const KeyTable& keys, const Theme& theme, QWidget* parent)
    : QWidget(parent), model_(model), executor_(executor), now_(std::move(now)), keys_(keys), theme_(theme) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleName(tr("Timeline"));
    connect(&model_, &TimelineModel::changed, this, qOverload<>(&QWidget::update));
    connect(&theme_, &Theme::changed, this, qOverload<>(&QWidget::update));
    announce();
}

QRect TimelineView::tape() const {
    return rect().adjusted(marginX, flagsHeight + 4, -marginX, -timesHeight - 6);
}

WallTime TimelineView::to() const {
    return std::max(model_.last(), now_());
}

WallTime TimelineView::from() const {
    return model_.empty() ? to() - shortest : std::min(model_.first(), to() - shortest);
}

int TimelineView::xOf(WallTime time) const {
    const double span = static_cast<double>((to() - from()).count());
    const double share = static_cast<double>((time - from()).count()) / span;
    return tape().left() + static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * tape().width()));
}

WallTime TimelineView::timeAt(int x) const {
    const double share =
        std::clamp(static_cast<double>(x - tape().left()) / std::max(1, tape().width()), 0.0, 1.0);
    return from() + WallTime::duration(
                        static_cast<WallTime::rep>(share * static_cast<double>((to() - from()).count())));
}

void TimelineView::setHead(std::optional<Revision> revision) {
    if (revision == head_) return;
    head_ = revision;
    if (!head_) play(false);
    announce();
    update();
}

void TimelineView::announce() {
    setAccessibleDescription(
        head_ ? tr("The past, at %1, revision %2").arg(clockText(model_.timeOf(*head_))).arg(*head_)
              : tr("The present"));
    QAccessibleEvent changed(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&changed);
}

void TimelineView::scrub(int x) {
    if (model_.empty()) return;
    play(false);
    // The right end is the present itself.
    if (x >= tape().right() - 2) {
        Q_EMIT liveWanted();
        return;
    }
    const Revision revision = model_.revisionAt(timeAt(x));
    if (head_ == revision) return;
    setHead(revision);
    Q_EMIT wanted(revision);
}

void TimelineView::step(int direction) {
    if (model_.empty()) return;
    const Revision at = head_.value_or(model_.newest());
    const Revision next = direction > 0 ? model_.after(at) : model_.before(at);
    if (direction > 0 && next == at) {
        Q_EMIT liveWanted();
        return;
    }
    if (head_ == next) return;
    setHead(next);
    Q_EMIT wanted(next);
}

void TimelineView::play(bool on) {
    if (on == playing_) return;
    playing_ = on;
    timer_.stop();
    update();
    if (!on) return;
    if (!head_) {
        setHead(model_.oldest());
        Q_EMIT wanted(model_.oldest());
    }
    playTime_ = model_.timeOf(*head_);
    playOn();
}

void TimelineView::playOn() {
    timer_.start(executor_, frame, [this] {
        playTime_ += WallTime::duration(static_cast<WallTime::rep>(
            static_cast<double>(std::chrono::duration_cast<WallTime::duration>(frame).count()) * speed_));
        const Revision revision = model_.revisionAt(playTime_);
        if (revision >= model_.newest()) {
            play(false);
            Q_EMIT liveWanted();
            return;
        }
        if (head_ != revision) {
            setHead(revision);
            Q_EMIT wanted(revision);
        }
        update();
        playOn();
    });
}

/// The present moves on while somebody looks.
void TimelineView::tick() {
    tick_.stop();
    if (!isVisible() || model_.empty()) return;
    update();
    tick_.start(executor_, 2s, [this] { tick(); });
}

void TimelineView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    tick();
}

void TimelineView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    setFocus(Qt::MouseFocusReason);
    if (const Incident* incident = incidentAt(event->pos()); incident != nullptr && incident->revision > 0) {
        play(false);
        setHead(incident->revision);
        Q_EMIT wanted(incident->revision);
        return;
    }
    scrub(event->pos().x());
}

void TimelineView::mouseMoveEvent(QMouseEvent* event) {
    setCursor(incidentAt(event->pos()) != nullptr ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if ((event->buttons() & Qt::LeftButton) != 0) scrub(event->pos().x());
}

void TimelineView::mouseReleaseEvent(QMouseEvent* event) {
    QWidget::mouseReleaseEvent(event);
}

void TimelineView::keyPressEvent(QKeyEvent* event) {
    const auto deed = keys_.deedOf(KeyPlace::Timeline, event->key(), event->modifiers());
    if (!deed) return QWidget::keyPressEvent(event);
    switch (*deed) {
    case Deed::TapeBack:
        play(false);
        return step(-1);
    case Deed::TapeForward:
        play(false);
        return step(1);
    case Deed::TapeOldest:
        if (model_.empty()) return;
        play(false);
        setHead(model_.oldest());
        return Q_EMIT wanted(model_.oldest());
    case Deed::TapePlay:
        if (!model_.empty()) play(!playing_);
        return;
    case Deed::TapeFaster:
        speed_ = std::min(fastest, speed_ * 2);
        return update();
    case Deed::TapeSlower:
        speed_ = std::max(slowest, speed_ / 2);
        return update();
    case Deed::TapeLive:
        if (!head_) return QWidget::keyPressEvent(event);
        play(false);
        return Q_EMIT liveWanted();
    default:
        return QWidget::keyPressEvent(event);
    }
}

bool TimelineView::event(QEvent* event) {
    // With the focus here a key is the tape's before it is the window's.
    if (event->type() == QEvent::ShortcutOverride) {
        const auto& key = *static_cast<QKeyEvent*>(event);
        if (keys_.deedOf(KeyPlace::Timeline, key.key(), key.modifiers())) {
            event->accept();
            return true;
        }
    }
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    auto* help = static_cast<QHelpEvent*>(event);
    const Incident* incident = incidentAt(help->pos());
    QString text;
    if (incident != nullptr)
        text = clockText(incident->time) + u' ' + incident->text;
    else if (!model_.empty())
        text = tr("%1 · revision %2")
                   .arg(clockText(timeAt(help->pos().x())))
                   .arg(model_.revisionAt(timeAt(help->pos().x())));
    QToolTip::showText(help->globalPos(), text, this);
    return true;
}

const Incident* TimelineView::incidentAt(const QPoint& at) const {
    if (at.y() > tape().bottom()) return nullptr;
    const Incident* found = nullptr;
    for (const Incident& incident : model_.incidents()) {
        const int x = xOf(incident.time);
        if (std::abs(at.x() - x) <= 4 && (at.y() < flagsHeight || std::abs(at.x() - x) <= 2))
            found = &incident;
    }
    return found;
}

void TimelineView::paintEvent(QPaintEvent*) {
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    if (model_.empty()) {
        p.setFont(theme_.body());
        p.setPen(theme_.tokens().muted);
        p.drawText(rect().adjusted(marginX, 12, -marginX, 0), Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap,
                   tr("The tape begins with the first thing that happens."));
        return;
    }
    paintBars(p);
    paintTimes(p);
    paintIncidents(p);
    paintHead(p);
    if (hasFocus()) {
        p.setPen(QPen(theme_.tokens().accent, 1));
        p.setBrush(Qt::NoBrush);
        p.drawRoundedRect(QRectF(rect()).adjusted(10, 0.5, -10, -0.5), 6, 6);
    }
}

void TimelineView::paintBars(QPainter& p) {
    const Tokens& t = theme_.tokens();
    const QRect area = tape();
    const int count = std::max(1, area.width() / barStep);
    const std::vector<int> activity = model_.activity(from(), to(), count);
    const int most = std::max(1, *std::max_element(activity.begin(), activity.end()));
    const int headX = head_ ? xOf(model_.timeOf(*head_)) : area.right() + 1;
    p.setPen(Qt::NoPen);
    for (int i = 0; i < count; ++i) {
        const double share = std::sqrt(static_cast<double>(activity[static_cast<std::size_t>(i)]) / most);
        const double height = std::max(2.0, share * area.height());
        const int x = area.left() + i * barStep;
        p.setBrush(x <= headX ? Theme::mix(t.panel, t.accent, 0.6) : Theme::mix(t.panel, t.line, 0.9));
        p.drawRoundedRect(QRectF(x, area.bottom() - height, barStep - 2.5, height), 1, 1);
    }
}

void TimelineView::paintTimes(QPainter& p) {
    const Tokens& t = theme_.tokens();
    const QRect area = tape();
    p.setFont(theme_.mono(metrics::captionPx));
    p.setPen(t.muted);
    const int labels = std::clamp(area.width() / 160, 2, 9);
    for (int i = 0; i < labels; ++i) {
        const int x = area.left() + (area.width() - 60) * i / (labels - 1);
        p.drawText(QRect(x, height() - timesHeight - 2, 70, timesHeight), Qt::AlignLeft | Qt::AlignVCenter,
                   clockText(timeAt(x)));
    }
}

/// The newest flags have a text; older ones that would be under them only a line.
void TimelineView::paintIncidents(QPainter& p) {
    const QRect area = tape();
    int free = area.right() + 1;
    p.setFont(theme_.body(metrics::captionPx));
    const auto& incidents = model_.incidents();
    for (auto it = incidents.rbegin(); it != incidents.rend(); ++it) {
        const int x = xOf(it->time);
        const QColor color = theme_.color(it->tone);
        p.setPen(QPen(color, 1.2));
        p.drawLine(QPointF(x + 0.5, 6), QPointF(x + 0.5, area.bottom()));
        const int width = std::min(200, p.fontMetrics().horizontalAdvance(it->text) + 14);
        if (x + width > free) continue;
        p.setPen(Qt::NoPen);
        p.setBrush(theme_.tint(it->tone));
        const QRect box(x, 4, width, 19);
        p.drawRoundedRect(box, 5, 5);
        p.setPen(color);
        p.drawText(box.adjusted(7, 0, -7, 0), Qt::AlignLeft | Qt::AlignVCenter,
                   p.fontMetrics().elidedText(it->text, Qt::ElideRight, width - 14));
        free = x - 8;
    }
}

void TimelineView::paintHead(QPainter& p) {
    const Tokens& t = theme_.tokens();
    const QRect area = tape();
    const int x = head_ ? xOf(model_.timeOf(*head_)) : area.right();
    p.setPen(QPen(head_ ? t.warning : t.text, 1.6));
    p.drawLine(QPointF(x, 4), QPointF(x, area.bottom() + 4));
    p.setPen(Qt::NoPen);
    p.setBrush(head_ ? t.warning : t.text);
    p.drawEllipse(QPointF(x, 5), 4.5, 4.5);
    QString text =
        head_ ? tr("%1 · revision %2").arg(clockText(model_.timeOf(*head_))).arg(*head_) : tr("live");
    if (playing_) text += QStringLiteral(" · ") + speedText(speed_);
    p.setFont(theme_.mono(metrics::captionPx, QFont::DemiBold));
    p.setPen(head_ ? t.warning : t.muted);
    const int width = p.fontMetrics().horizontalAdvance(text) + 6;
    const int left = std::clamp(x + 6, marginX, std::max(marginX, this->width() - width - 6));
    if (head_) p.drawText(QRect(left, area.top() - 2, width, 16), Qt::AlignLeft | Qt::AlignVCenter, text);
}

} // namespace wheelhouse::ui
