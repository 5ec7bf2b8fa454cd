#include "pressure.h"

#include <algorithm>
#include <utility>

namespace wheelhouse::agent {

namespace core = api::core;

namespace {

struct Words {
    const char* type;
    const char* bad;
    const char* good;
    const char* badMessage;
    const char* goodMessage;
};
constexpr std::array<Words, 3> words{
    {{"MemoryPressure", "HasInsufficientMemory", "HasSufficientMemory",
      "kubelet has insufficient memory available", "kubelet has sufficient memory available"},
     {"DiskPressure", "HasDiskPressure", "HasNoDiskPressure", "kubelet has disk pressure",
      "kubelet has no disk pressure"},
     {"PIDPressure", "HasInsufficientPID", "HasSufficientPID", "kubelet has insufficient PID available",
      "kubelet has sufficient PID available"}}};

} // namespace

Pressure pressureOf(Signal signal) {
    switch (signal) {
    case Signal::MemoryAvailable:
        return Pressure::Memory;
    case Signal::PidAvailable:
        return Pressure::Pid;
    case Signal::NodeFsAvailable:
    case Signal::NodeFsInodesFree:
    case Signal::ImageFsAvailable:
    case Signal::ImageFsInodesFree:
        break;
    }
    return Pressure::Disk;
}

std::optional<Reading> readingOf(Signal signal, const NodeRoom& room) {
    Reading reading;
    switch (signal) {
    case Signal::MemoryAvailable:
        reading = {room.memory, room.freeMemory};
        break;
    case Signal::NodeFsAvailable:
        reading = {room.node.bytes, room.node.freeBytes};
        break;
    case Signal::NodeFsInodesFree:
        reading = {room.node.inodes, room.node.freeInodes};
        break;
    case Signal::ImageFsAvailable:
        reading = {room.images.bytes, room.images.freeBytes};
        break;
    case Signal::ImageFsInodesFree:
        reading = {room.images.inodes, room.images.freeInodes};
        break;
    case Signal::PidAvailable:
        reading = {room.processes, room.freeProcesses};
        break;
    }
    if (reading.all <= 0) return std::nullopt;
    reading.left = std::max<std::int64_t>(reading.left, 0);
    return reading;
}

void PressureGauge::observe(const NodeRoom& room, Instant now) {
    for (std::size_t i = 0; i < options_.thresholds.size(); ++i) {
        const EvictionThreshold& threshold = options_.thresholds[i];
        const auto reading = readingOf(threshold.signal, room);
        if (!reading) continue; // what it was is all that is known
        const std::int64_t least = threshold.least.of(reading->all);
        const std::int64_t wanted = least + (crossed_[i] ? threshold.reclaim.of(reading->all) : 0);
        crossed_[i].reset();
        if (reading->left >= wanted) {
            below_[i].reset();
            continue;
        }
        if (!below_[i]) below_[i] = now;
        seen_[static_cast<std::size_t>(pressureOf(threshold.signal))] = now;
        if (now - *below_[i] >= threshold.grace) crossed_[i] = Crossing{threshold, least, reading->left};
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool is = seen_[i] && (*seen_[i] == now || now - *seen_[i] < options_.pressureTransition);
        if (std::exchange(under_[i], is) != is)
            changes_.push_back(std::string("Node") + (is ? words[i].bad : words[i].good));
    }
}

std::vector<Crossing> PressureGauge::crossings() const {
    std::vector<Crossing> out;
    for (const auto& crossing : crossed_)
        if (crossing) out.push_back(*crossing);
    std::stable_partition(out.begin(), out.end(), [](const Crossing& each) {
        return each.threshold.signal == Signal::MemoryAvailable;
    });
    return out;
}

void PressureGauge::setConditions(core::NodeStatus& status) const {
    google::protobuf::RepeatedPtrField<core::NodeCondition> before;
    before.Swap(status.mutable_conditions());
    for (std::size_t i = 0; i < words.size(); ++i) {
        core::NodeCondition& condition = *status.add_conditions();
        condition.set_type(words[i].type);
        condition.set_status(under_[i] ? "True" : "False");
        condition.set_reason(std::string("Kubelet") + (under_[i] ? words[i].bad : words[i].good));
        condition.set_message(under_[i] ? words[i].badMessage : words[i].goodMessage);
    }
    for (core::NodeCondition& each : before)
        if (std::none_of(words.begin(), words.end(),
                         [&](const Words& own) { return each.type() == own.type; }))
            *status.add_conditions() = std::move(each);
}

std::vector<std::string> PressureGauge::takeChanges() {
    return std::exchange(changes_, {});
}

} // namespace wheelhouse::agent
