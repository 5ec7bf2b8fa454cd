#include "ui/models/frame_pacer.h"

#include <algorithm>

namespace wheelhouse::ui {
namespace {
constexpr qint64 frameMs = 16;
}

FramePacer::FramePacer(QObject* parent) : QObject(parent) {
    timer_.setSingleShot(true);
    timer_.setTimerType(Qt::PreciseTimer);
    connect(&timer_, &QTimer::timeout, this, &FramePacer::fire);
}

void FramePacer::request() {
    if (timer_.isActive()) return;
    const qint64 passed = sinceLast_.isValid() ? sinceLast_.elapsed() : frameMs;
    timer_.start(static_cast<int>(std::clamp<qint64>(frameMs + lastCost_ - passed, 0, 250)));
}

void FramePacer::flush() {
    if (!timer_.isActive()) return;
    timer_.stop();
    fire();
}

void FramePacer::fire() {
    QElapsedTimer cost;
    cost.start();
    Q_EMIT frame();
    lastCost_ = cost.elapsed();
    sinceLast_.start();
}

} // namespace wheelhouse::ui
