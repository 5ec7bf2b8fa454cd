#include "work_gate.h"

#include <algorithm>
#include <utility>

namespace wheelhouse::controlplane {

void WorkGate::arrive(const std::string& who, Work work) {
    if (!held_) {
        work();
        return;
    }
    if (mayGo(who)) return letGo(who, work);
    waiting_.push_back({who, std::move(work)});
    if (listener_.waiting) listener_.waiting();
}

void WorkGate::letGo(const std::string& who, const Work& work) {
    if (listener_.beforePiece) listener_.beforePiece(who);
    if (!work()) return;
    --allowed_;
    if (listener_.afterPiece) listener_.afterPiece(who);
}

void WorkGate::release() {
    held_ = false;
    allowed_ = 0;
    for (Waiting& each : std::exchange(waiting_, {}))
        control_.post([this, each = std::move(each)] { arrive(each.who, each.work); });
}

void WorkGate::allow(std::int64_t pieces, std::string of) {
    allowed_ += pieces;
    of_ = std::move(of);
    control_.post([this] { drain(); });
}

void WorkGate::drain() {
    while (allowed_ > 0) {
        const auto next = std::find_if(waiting_.begin(), waiting_.end(),
                                       [this](const Waiting& each) { return mayGo(each.who); });
        if (next == waiting_.end()) break;
        const Waiting taken = std::move(*next);
        waiting_.erase(next);
        letGo(taken.who, taken.work);
    }
    if (allowed_ > 0 && listener_.starved) listener_.starved();
}

} // namespace wheelhouse::controlplane
