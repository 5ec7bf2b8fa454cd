#include "resources.h"

#include "engine/api/quantity.h"

#include <algorithm>

namespace wheelhouse::scheduler {

namespace core = api::core;

namespace {

constexpr std::int64_t defaultMilliCpu = 100;
constexpr std::int64_t defaultMemory = 200LL * 1024 * 1024;

using Statuses = google::protobuf::RepeatedPtrField<core::ContainerStatus>;

const core::ContainerStatus* statusOf(const std::string& name, const Statuses& statuses) {
    for (const auto& status : statuses) {
        if (status.name() == name) return &status;
    }
    return nullptr;
}

/// A resize the node can never grant: what the container asks for then says nothing.
bool resizeRefused(const core::Pod& pod) {
    for (const auto& condition : pod.status().conditions()) {
        if (condition.type() == "PodResizePending") return condition.reason() == "Infeasible";
    }
    return false;
}

struct Counting {
    ResourceNames& names;
    Amounts amounts;
    bool refused = false;
};

Resources requestsOf(const core::Container& container, const Statuses& statuses, const Counting& how) {
    const auto& asked = container.resources().requests();
    Resources out = Resources::of(asked, how.names);
    const core::ContainerStatus* status = statuses.empty() ? nullptr : statusOf(container.name(), statuses);
    if (status != nullptr && status->has_resources()) {
        Resources held = Resources::of(status->resources().requests(), how.names);
        held.raiseTo(Resources::of(status->allocatedresources(), how.names));
        if (how.refused) {
            out = held;
        } else {
            out.raiseTo(held);
        }
    }
    if (how.amounts == Amounts::ForScoring) {
        if (!asked.contains("cpu")) out.milliCpu = std::max(out.milliCpu, defaultMilliCpu);
        if (!asked.contains("memory")) out.memory = std::max(out.memory, defaultMemory);
    }
    return out;
}

} // namespace

std::uint32_t ResourceNames::id(const std::string& name) {
    const auto [place, isNew] = ids_.try_emplace(name, static_cast<std::uint32_t>(names_.size()));
    if (isNew) names_.push_back(name);
    return place->second;
}

Resources Resources::of(const QuantityMap& map, ResourceNames& names) {
    Resources out;
    for (const auto& [name, text] : map) {
        const Result<api::Quantity> amount = api::Quantity::parse(text.string());
        // The API server let nothing else in; a remote server's oddity counts as nothing asked.
        if (!amount) continue;
        if (name == "cpu") {
            out.milliCpu = amount->milli();
        } else if (name == "memory") {
            out.memory = amount->units();
        } else if (name == "ephemeral-storage") {
            out.ephemeral = amount->units();
        } else if (name == "pods") {
            out.pods = amount->units();
        } else {
            const std::size_t id = names.id(name);
            if (out.extended.size() <= id) out.extended.resize(id + 1);
            out.extended[id] = amount->units();
        }
    }
    return out;
}

void Resources::add(const Resources& other) {
    milliCpu += other.milliCpu;
    memory += other.memory;
    ephemeral += other.ephemeral;
    pods += other.pods;
    if (extended.size() < other.extended.size()) extended.resize(other.extended.size());
    for (std::size_t i = 0; i < other.extended.size(); ++i)
        extended[i] += other.extended[i];
}

void Resources::subtract(const Resources& other) {
    milliCpu -= other.milliCpu;
    memory -= other.memory;
    ephemeral -= other.ephemeral;
    pods -= other.pods;
    if (extended.size() < other.extended.size()) extended.resize(other.extended.size());
    for (std::size_t i = 0; i < other.extended.size(); ++i)
        extended[i] -= other.extended[i];
}

void Resources::raiseTo(const Resources& other) {
    milliCpu = std::max(milliCpu, other.milliCpu);
    memory = std::max(memory, other.memory);
    ephemeral = std::max(ephemeral, other.ephemeral);
    pods = std::max(pods, other.pods);
    if (extended.size() < other.extended.size()) extended.resize(other.extended.size());
    for (std::size_t i = 0; i < other.extended.size(); ++i)
        extended[i] = std::max(extended[i], other.extended[i]);
}

Resources requestsOf(const core::Pod& pod, ResourceNames& names, Amounts amounts) {
    const core::PodSpec& spec = pod.spec();
    const Counting how{names, amounts, resizeRefused(pod)};
    Resources total;
    for (const auto& container : spec.containers())
        total.add(requestsOf(container, pod.status().containerstatuses(), how));
    // Sidecars stay: each init container runs beside the sidecars started before it.
    Resources sidecars;
    Resources init;
    for (const auto& container : spec.initcontainers()) {
        Resources own = requestsOf(container, pod.status().initcontainerstatuses(), how);
        if (container.restartpolicy() == "Always") {
            total.add(own);
            sidecars.add(own);
            own = sidecars;
        } else {
            own.add(sidecars);
        }
        init.raiseTo(own);
    }
    total.raiseTo(init);
    const auto& whole = spec.resources().requests();
    if (!whole.empty()) {
        const Resources set = Resources::of(whole, names);
        if (whole.contains("cpu")) total.milliCpu = set.milliCpu;
        if (whole.contains("memory")) total.memory = set.memory;
    }
    total.add(Resources::of(spec.overhead(), names));
    total.pods = 0;
    return total;
}

bool asksForLess(const Resources& now, const Resources& before) {
    bool less =
        now.milliCpu < before.milliCpu || now.memory < before.memory || now.ephemeral < before.ephemeral;
    for (std::size_t i = 0; i < before.extended.size(); ++i)
        less = less || now.extendedOf(i) < before.extended[i];
    return less;
}

} // namespace wheelhouse::scheduler
