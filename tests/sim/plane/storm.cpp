#include "storm.h"

namespace wheelhouse::sim {

using namespace std::chrono_literals;

Storm::Storm(Plane& plane, Random& chance, unsigned faults) : plane_(plane), chance_(chance) {
    for (unsigned fault = 1; fault < everyFault; fault <<= 1)
        if ((faults & fault) != 0) faults_.push_back(static_cast<Faults>(fault));
    plane_.checker.forgiveSurplus = mayForget(faults);
}

Duration Storm::upTo(Duration longest) {
    return Duration(static_cast<std::int64_t>(chance_.below(static_cast<std::uint64_t>(longest.count()))));
}

void Storm::strike() {
    plane_.remember();
    plane_.watchSomething();
    if (faults_.empty()) return;
    if (chance_.below(2) == 0) plane_.trouble = {};
    happen(faults_[chance_.below(faults_.size())]);
}

void Storm::rage(int strikes) {
    for (int i = 0; i < strikes; ++i) {
        plane_.advance(upTo(900ms));
        strike();
    }
    calm();
}

void Storm::calm() {
    plane_.trouble = {};
    plane_.disk.stall(Duration::zero());
}

void Storm::happen(Faults fault) {
    Trouble& trouble = plane_.trouble;
    switch (fault) {
    case actorsCrash:
        return plane_.restartActors();
    case actorsPassOn:
        return plane_.restartActors(2s);
    case powerLoss:
        return plane_.losePower();
    case diskFull:
        return plane_.fillDisk(upTo(3s));
    case slowDisk:
        return plane_.disk.stall(upTo(20s));
    case badLine:
        trouble.longestDelay = chance_.below(3) == 0 ? Duration(0) : 1ms + upTo(500ms);
        trouble.lostRequests = static_cast<int>(chance_.below(20));
        trouble.lostAnswers = static_cast<int>(chance_.below(20));
        trouble.doubledRequests = static_cast<int>(chance_.below(20));
        trouble.brokenWatches = static_cast<int>(chance_.below(10));
        return;
    case cutOff:
        trouble.cutOff = true;
        return plane_.advance(upTo(10s));
    case clockSet:
        return plane_.executor.setWallAhead(upTo(4h) - 2h);
    case suspended:
        return plane_.executor.suspend(upTo(90s));
    case compaction:
        return plane_.compact(chance_.below(50));
    case noFaults:
    case everyFault:
        break;
    }
}

} // namespace wheelhouse::sim
