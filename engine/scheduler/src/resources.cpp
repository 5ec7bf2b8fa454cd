#include "resources.h"

#include "engine/api/quantity.h"

#include <algorithm>

namespace wheelhouse::scheduler {

namespace {

constexpr std::int64_t defaultMilliCpu = 100;
constexpr std::int64_t defaultMemory = 200LL * 1024 * 1024;

Resources requestsOf(const api::core::Container& container, ResourceNames& names, bool nonZero) {
    Resources out = Resources::of(container.resources().requests(), names);
    if (nonZero) {
        if (!container.resources().requests().contains("cpu")) out.milliCpu = defaultMilliCpu;
        if (!container.resources().requests().contains("memory")) out.memory = defaultMemory;
    }
    return out;
}

Resources sum(const api::core::PodSpec& spec, ResourceNames& names, bool nonZero) {
    Resources total;
    for (const auto& container : spec.containers())
        total.add(requestsOf(container, names, nonZero));
    // Sidecars stay: each init container runs beside the sidecars started before it.
    Resources sidecars;
    Resources init;
    for (const auto& container : spec.initcontainers()) {
        Resources own = requestsOf(container, names, nonZero);
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

Resources requestsOf(const api::core::PodSpec& spec, ResourceNames& names) {
    return sum(spec, names, false);
}

Resources nonZeroRequestsOf(const api::core::PodSpec& spec, ResourceNames& names) {
    return sum(spec, names, true);
}

} // namespace wheelhouse::scheduler
