#include "clock_bar.h"

#include "ui/models/kubectl.h"
#include "ui/widgets/controls.h"

#include <QDateTime>
#include <QHBoxLayout>
#include <QMenu>
#include <algorithm>
#include <array>
#include <cmath>

namespace wheelhouse::ui {
namespace {

using namespace std::chrono_literals;

constexpr std::array<double, 4> shownSpeeds = {0.1, 1, 10, 100};
constexpr std::array<double, 9> allSpeeds = {0.1, 0.25, 0.5, 1, 2, 5, 10, 25, 100};

bool same(double a, double b) {
    return std::abs(a - b) < 1e-6;
}

QString timeText(WallTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
    return QDateTime::fromSecsSinceEpoch(seconds).toString(QStringLiteral("HH:mm:ss"));
}

QString speedFields(double speed) {
    return QStringLiteral("\"speed\":\"%1\"").arg(speed);
}

} // namespace

ClockBar::ClockBar(ClockModel& clock, ClusterActions& actions, Executor& executor, const KeyTable& keys,
                   const Theme& theme, QWidget* parent)
    : QWidget(parent), clock_(clock), actions_(actions), executor_(executor), keys_(keys), theme_(theme) {
    setObjectName(QStringLiteral("clock"));
    setAttribute(Qt::WA_StyledBackground);
    setFixedHeight(34);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(4, 3, 12, 3);
    row->setSpacing(2);
    pause_ = makeButton({}, "quiet", this);
    pause_->setObjectName(QStringLiteral("clock.pause"));
    step_ = makeButton({}, "quiet", this);
    step_->setObjectName(QStringLiteral("clock.step"));
    setThemedIcon(pause_, theme, QStringLiteral("pause"), Tone::Plain);
    setThemedIcon(step_, theme, QStringLiteral("step"), Tone::Plain);
    row->addWidget(pause_);
    row->addWidget(step_);
    for (const double speed : shownSpeeds) {
        auto* button = makeButton(speedText(speed), "quiet", this);
        button->setCheckable(true);
        button->setAccessibleName(tr("Speed of the cluster's time: %1").arg(speedText(speed)));
        setTip(button, tr("The cluster's time goes at %1").arg(speedText(speed)),
               kubectl::setClock(speedFields(speed)));
        connect(button, &QPushButton::clicked, this, [this, speed] {
            actions_.setSpeed(speed);
            refresh();
        });
        speeds_.push_back(button);
        row->addWidget(button);
    }
    present_ = makeButton({}, "quiet", this);
    present_->setAccessibleName(tr("Speed of the cluster's time"));
    present_->setMenu(new QMenu(present_));
    for (const double speed : allSpeeds)
        present_->menu()->addAction(speedText(speed), this, [this, speed] { actions_.setSpeed(speed); });
    row->addWidget(present_);
    time_ = makeLabel({}, "mono", this);
    row->addSpacing(6);
    row->addWidget(time_);
    connect(pause_, &QPushButton::clicked, this, &ClockBar::togglePause);
    connect(step_, &QPushButton::clicked, this, &ClockBar::step);
    connect(&clock_, &ClockModel::changed, this, &ClockBar::refresh);
    connect(&keys_, &KeyTable::changed, this, &ClockBar::refresh);
    connect(&theme_, &Theme::changed, this, [this] {
        shownPaused_ = !clock_.paused();
        refresh();
    });
    refresh();
}

void ClockBar::setTip(QPushButton* button, const QString& tip, const QString& command) {
    button->setToolTip(command.isEmpty() ? tip : tip + u'\n' + command);
}

void ClockBar::setCompact(bool compact) {
    if (compact == compact_) return;
    compact_ = compact;
    refresh();
}

void ClockBar::togglePause() {
    if (clock_.known()) actions_.setPaused(!clock_.paused());
}

void ClockBar::step() {
    if (clock_.known() && clock_.paused()) actions_.step(clock_.takeStepNumber(), {});
}

void ClockBar::changeSpeed(int direction) {
    if (!clock_.known()) return;
    const auto next = direction > 0
                          ? std::upper_bound(allSpeeds.begin(), allSpeeds.end(), clock_.speed() + 1e-6)
                          : std::lower_bound(allSpeeds.begin(), allSpeeds.end(), clock_.speed() - 1e-6);
    if (direction > 0 && next != allSpeeds.end()) actions_.setSpeed(*next);
    if (direction < 0 && next != allSpeeds.begin()) actions_.setSpeed(*std::prev(next));
}

void ClockBar::refresh() {
    const bool known = clock_.known();
    const bool paused = clock_.paused();
    const QString cannot = tr("Only the time of a Wheelhouse lab can be stopped: this cluster has no clock");
    for (auto* button : {pause_, present_})
        button->setEnabled(known);
    step_->setEnabled(known && paused);
    if (paused != shownPaused_ || pause_->accessibleName().isEmpty()) {
        shownPaused_ = paused;
        pause_->setIcon(paused ? theme_.icon(QStringLiteral("play"), Tone::Accent)
                               : theme_.icon(QStringLiteral("pause"), Tone::Plain));
        pause_->setAccessibleName(paused ? tr("Let the cluster's time go on")
                                         : tr("Stop the cluster's time"));
    }
    setTip(pause_,
           !known   ? cannot
           : paused ? keys_.hint(tr("Go on"), Deed::Pause)
                    : keys_.hint(tr("Stop the cluster's time: controllers, scheduler and leases stand still"),
                                 Deed::Pause),
           known ? kubectl::setClock(QStringLiteral("\"paused\":%1").arg(paused ? u"false" : u"true"))
                 : QString());
    step_->setAccessibleName(tr("Let one thing happen"));
    setTip(step_,
           !known    ? cannot
           : !paused ? tr("Stop the time first, then go step by step")
           : clock_.nextQueue().isEmpty()
               ? keys_.hint(tr("Let one thing happen"), Deed::Step)
               : keys_.hint(tr("Let %1 look at %2").arg(clock_.nextQueue(), clock_.nextKey()), Deed::Step),
           {});
    bool among = false;
    for (std::size_t i = 0; i < speeds_.size(); ++i) {
        const bool present = known && same(clock_.speed(), shownSpeeds[i]);
        among = among || present;
        speeds_[i]->setEnabled(known);
        speeds_[i]->setChecked(present);
        speeds_[i]->setVisible(!compact_ && known);
    }
    present_->setText(speedText(clock_.speed()));
    present_->setVisible(known && (compact_ || !among));
    present_->setToolTip(known ? keys_.hint(tr("How fast the cluster's time goes"), Deed::Faster) : cannot);
    restyle(time_, "tone", paused ? "warning" : "");
    tick();
}

void ClockBar::tick() {
    const bool known = clock_.known();
    time_->setVisible(known);
    timer_.stop();
    if (!known) return;
    const QString text = timeText(clock_.now());
    if (time_->text() != text) time_->setText(text);
    time_->setAccessibleName(clock_.paused() ? tr("The cluster's time stands still")
                                             : tr("The cluster's time"));
    time_->setToolTip(clock_.paused() ? tr("The cluster's time stands still") : tr("The cluster's time"));
    if (clock_.paused() || !isVisible() || window()->isMinimized()) return;
    timer_.start(executor_, clock_.speed() > 1 ? Duration(200ms) : Duration(1s), [this] { tick(); });
}

void ClockBar::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    tick();
}

} // namespace wheelhouse::ui
