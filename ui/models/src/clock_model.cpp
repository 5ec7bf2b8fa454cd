#include "ui/models/clock_model.h"

#include "engine/api/groups/clock.h"
#include "engine/api/time.h"

#include <algorithm>

namespace wheelhouse::ui {
namespace {

constexpr const char* clockName = "cluster";

} // namespace

ClockModel::ClockModel(client::Cluster& cluster, Executor& executor, QObject* parent)
    : QObject(parent), cluster_(cluster), executor_(executor) {}

void ClockModel::start() {
    if (clocks_) return;
    clocks_ =
        std::make_unique<client::Informer>(cluster_, executor_, api::kindOf<api::lab::ClusterClock>().name);
    clocks_->addHandler({[this](const api::ObjectPtr& object) { take(object); },
                         [this](const api::ObjectPtr&, const api::ObjectPtr& object) { take(object); },
                         [this](const api::ObjectPtr& object) {
                             if (object->name() == clockName) forget();
                         }});
    clocks_->start();
}

void ClockModel::take(const api::ObjectPtr& object) {
    if (object->name() != clockName) return;
    const auto clock = object->as<api::lab::ClusterClock>();
    const auto& status = clock.status();
    // Before its keeper has spoken the wish is all there is.
    const bool told = status.has_clustertime() && status.has_realtime();
    known_ = true;
    paused_ = told ? status.paused() : clock.spec().paused();
    const double speed = QString::fromStdString(told ? status.speed() : clock.spec().speed()).toDouble();
    speed_ = speed > 0 ? speed : 1;
    suspendsMachines_ = clock.spec().suspendmachines();
    realTime_ = told ? api::fromTime(status.realtime()) : executor_.clock().wallNow();
    clusterTime_ = told ? api::fromTime(status.clustertime()) : realTime_;
    pausedSince_.reset();
    if (paused_ && status.has_pausedsince()) pausedSince_ = api::fromTime(status.pausedsince());
    lastStep_ = QString::fromStdString(status.laststep());
    message_ = QString::fromStdString(status.message());
    nextQueue_ = status.next_size() > 0 ? QString::fromStdString(status.next(0).queue()) : QString();
    nextKey_ = status.next_size() > 0 ? QString::fromStdString(status.next(0).key()) : QString();
    steps_ = std::max({steps_, clock.spec().steps(), status.steps()});
    Q_EMIT changed();
}

void ClockModel::forget() {
    known_ = false;
    paused_ = false;
    speed_ = 1;
    pausedSince_.reset();
    steps_ = 0;
    Q_EMIT changed();
}

WallTime ClockModel::now() const {
    const WallTime real = executor_.clock().wallNow();
    if (!known_) return real;
    if (paused_) return clusterTime_;
    const double passed = static_cast<double>((real - realTime_).count()) * speed_;
    return clusterTime_ + WallTime::duration(static_cast<WallTime::rep>(passed));
}

std::int64_t ClockModel::takeStepNumber() {
    return ++steps_;
}

QString speedText(double speed) {
    return QString::number(speed) + QChar(0xd7);
}

} // namespace wheelhouse::ui
