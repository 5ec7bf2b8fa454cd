#include "housekeeper.h"

#include "engine/base/log.h"
#include "storage_limits.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>
#include <vector>

namespace wheelhouse::agent {

namespace {

/// What a pod has for its end where the node cannot wait.
constexpr Duration atOnce = std::chrono::seconds(1);

const char* wordFor(Pressure pressure) {
    switch (pressure) {
    case Pressure::Memory:
        return "memory";
    case Pressure::Disk:
        return "ephemeral-storage";
    case Pressure::Pid:
        break;
    }
    return "pids";
}

} // namespace

Housekeeper::Housekeeper(Runtime& runtime, Executor& executor, const HousekeepingOptions& options,
                         const Workers& pods, Tell tell)
    : runtime_(runtime), executor_(executor), options_(options), pods_(pods), tell_(std::move(tell)),
      gauge_(options), sweeper_(runtime, pods, options.deadContainers),
      images_(
          runtime, executor, options, pods,
          [this](const std::string& reason, const std::string& message) { tell_(true, reason, message); }),
      nextSweep_(executor.clock().now() + options.containerPeriod), nextImages_(executor.clock().now()) {}

void Housekeeper::look(std::function<void()> then) {
    runtime_.room([this, then = std::move(then), life = std::weak_ptr(life_)](Result<NodeRoom> room) {
        if (life.expired()) return;
        if (room)
            observe(*room);
        else
            log::warning("agent", "it cannot be seen what is left of the node: {}", room.error().message);
        then();
        if (life.expired() || !room) return;
        enforceLimits();
    });
}

void Housekeeper::enforceLimits() {
    const bool asked = std::any_of(pods_.begin(), pods_.end(), [](const auto& each) {
        return each.second->admitted() && limitsStorage(each.second->pod());
    });
    if (!asked || measuring_) {
        relieve();
        doChores();
        return;
    }
    measuring_ = true;
    runtime_.podShares([this, life = std::weak_ptr(life_)](const Result<std::map<Uid, PodShare>>& shares) {
        if (life.expired()) return;
        measuring_ = false;
        if (!shares)
            log::warning("agent", "it cannot be seen what pods have of the disk: {}", shares.error().message);
        // What they had is not free yet: whether others have to go shows with the next look.
        else if (evictBeyondLimits(*shares))
            return;
        relieve();
        doChores();
    });
}

bool Housekeeper::evictBeyondLimits(const std::map<Uid, PodShare>& shares) {
    std::vector<Victim> row;
    for (const auto& [uid, pod] : pods_) {
        const auto share = shares.find(uid);
        if (share == shares.end() || !pod->admitted() || pod->stopping() || isCritical(pod->pod())) continue;
        std::string message = exceededStorage(pod->pod(), share->second, room_.imagesApart);
        if (!message.empty()) row.push_back({pod, std::move(message)});
    }
    for (const Victim& each : row) {
        log::info("agent", "pod {}/{} is evicted", each.pod->podId().nameSpace, each.pod->podId().name);
        each.pod->evict(each.message, atOnce);
    }
    return !row.empty();
}

void Housekeeper::observe(const NodeRoom& room) {
    room_ = room;
    gauge_.observe(room, executor_.clock().now());
    for (const std::string& change : gauge_.takeChanges())
        tell_(false, change, fmt::format("The node's status is now: {}", change));
}

void Housekeeper::doChores() {
    if (relieving_) return;
    const Instant now = executor_.clock().now();
    if (!sweeping_ && now >= nextSweep_) {
        sweeping_ = true;
        nextSweep_ = now + options_.containerPeriod;
        sweeper_.sweep(Sweep::Usual, [this] { sweeping_ = false; });
    }
    if (!collecting_ && now >= nextImages_) {
        collecting_ = true;
        nextImages_ = now + options_.imagePeriod;
        images_.collect(room_.images, [this] { collecting_ = false; });
    }
}

void Housekeeper::relieve() {
    if (relieving_) return;
    const auto crossings = gauge_.crossings();
    if (crossings.empty()) return;
    const Crossing& worst = crossings.front();
    const Signal signal = worst.threshold.signal;
    relieving_ = true;
    tell_(true, "EvictionThresholdMet", fmt::format("Attempting to reclaim {}", wordFor(pressureOf(signal))));
    const bool images = signal == Signal::ImageFsAvailable || signal == Signal::ImageFsInodesFree;
    const bool disk = pressureOf(signal) == Pressure::Disk;
    // What containers and images take is not on a disk of volumes and logs alone.
    disk && (images || !room_.imagesApart) ? reclaim(worst) : chooseVictim(worst);
}

void Housekeeper::reclaim(const Crossing& crossing) {
    sweeper_.sweep(Sweep::Everything, [this, crossing] {
        images_.removeUnused([this, crossing] {
            runtime_.room([this, crossing, life = std::weak_ptr(life_)](Result<NodeRoom> room) {
                if (life.expired()) return;
                if (room) observe(*room);
                for (const Crossing& left : gauge_.crossings())
                    if (left.threshold.signal == crossing.threshold.signal) return chooseVictim(left);
                relieving_ = false; // that was enough
            });
        });
    });
}

void Housekeeper::chooseVictim(const Crossing& crossing) {
    if (waitsForAnEnd()) {
        relieving_ = false; // what it had is not free yet
        return;
    }
    if (crossing.threshold.signal != Signal::MemoryAvailable)
        return runtime_.podShares(
            [this, crossing, life = std::weak_ptr(life_)](Result<std::map<Uid, PodShare>> shares) {
                if (life.expired()) return;
                PodUse use;
                if (shares) use.shares = std::move(*shares);
                evict(crossing, use);
            });
    runtime_.usage([this, crossing, life = std::weak_ptr(life_)](Result<UsageSnapshot> snapshot) {
        if (life.expired()) return;
        PodUse use;
        if (snapshot)
            for (const ContainerSample& container : snapshot->containers)
                use.memory[container.id] = container.sample.memoryBytes;
        evict(crossing, use);
    });
}

void Housekeeper::evict(const Crossing& crossing, const PodUse& use) {
    relieving_ = false;
    const auto row = victims(pods_, crossing, use);
    if (row.empty()) return log::warning("agent", "the node is short of something and has no pod to evict");
    const Victim& first = row.front();
    const Duration grace =
        crossing.threshold.soft ? std::min(options_.maxPodGrace, first.pod->gracePeriod()) : atOnce;
    log::info("agent", "pod {}/{} is evicted", first.pod->podId().nameSpace, first.pod->podId().name);
    first.pod->evict(first.message, std::max(grace, atOnce));
}

bool Housekeeper::waitsForAnEnd() const {
    return std::any_of(pods_.begin(), pods_.end(), [](const auto& each) { return each.second->isLeaving(); });
}

} // namespace wheelhouse::agent
