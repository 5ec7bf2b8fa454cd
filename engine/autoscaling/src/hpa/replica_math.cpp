#include "hpa/replica_math.h"

#include "engine/api/quantity.h"
#include "engine/api/time.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>

namespace wheelhouse::autoscaling {

namespace core = api::core;

namespace {

std::int32_t ceilOf(double value) {
    return static_cast<std::int32_t>(std::ceil(value));
}

const core::PodCondition* readyCondition(const core::Pod& pod) {
    for (const core::PodCondition& condition : pod.status().conditions())
        if (condition.type() == "Ready") return &condition;
    return nullptr;
}

std::optional<std::int64_t> requestOf(const core::ResourceRequirements& resources,
                                      const std::string& resource) {
    const auto found = resources.requests().find(resource);
    if (found == resources.requests().end()) return std::nullopt;
    return api::Quantity::parse(found->second.string()).value_or(api::Quantity()).milli();
}

/// A measure of the readings: how far they are from the target.
struct Measure {
    double ratio = 1;
    std::int64_t average = 0;
    std::optional<std::int32_t> percent;
};

/// How the number follows from the readings, once it is known who counts: shared by the kinds of targets.
struct Steps {
    std::int32_t current = 0;
    const Tolerance& tolerance;
    std::function<Result<Measure>(const Readings&)> measure;
    std::function<std::int64_t(const std::string& pod)>
        ifShrinking; ///< what a pod without a reading counts as
};

Result<Proposal> propose(const Steps& steps, Readings readings, int ready,
                         const std::vector<std::string>& unready, const std::vector<std::string>& missing) {
    const auto first = steps.measure(readings);
    if (!first) return fail(first.error());
    Proposal out;
    out.replicas = steps.current;
    out.milli = first->average;
    out.percent = first->percent;
    out.ratio = first->ratio;
    out.measured = static_cast<int>(readings.size());
    out.ignored = static_cast<int>(unready.size());
    out.unmeasured = static_cast<int>(missing.size());
    const bool withUnready = !unready.empty() && out.ratio > 1;
    if (!withUnready && missing.empty()) {
        out.beforeTolerance = ceilOf(out.ratio * ready);
        if (!steps.tolerance.covers(out.ratio)) out.replicas = out.beforeTolerance;
        return out;
    }
    for (const std::string& pod : missing) {
        if (out.ratio < 1)
            readings[pod] = {.milli = steps.ifShrinking(pod)};
        else if (out.ratio > 1)
            readings[pod] = {};
    }
    if (withUnready)
        for (const std::string& pod : unready)
            readings[pod] = {};
    const auto second = steps.measure(readings);
    if (!second) return fail(second.error());
    const double ratio = second->ratio;
    out.ratioWithUnmeasured = ratio;
    out.beforeTolerance = ceilOf(ratio * static_cast<double>(readings.size()));
    const bool turned = (out.ratio < 1 && ratio > 1) || (out.ratio > 1 && ratio < 1) ||
                        (ratio < 1 && out.beforeTolerance > steps.current) ||
                        (ratio > 1 && out.beforeTolerance < steps.current);
    if (!steps.tolerance.covers(ratio) && !turned) out.replicas = out.beforeTolerance;
    return out;
}

std::int64_t sumOf(const Readings& readings) {
    std::int64_t sum = 0;
    for (const auto& [pod, reading] : readings)
        sum += reading.milli;
    return sum;
}

} // namespace

bool ReplicaMath::unready(const core::Pod& pod, const Reading& reading) const {
    const core::PodCondition* ready = readyCondition(pod);
    if (ready == nullptr || !pod.status().has_starttime()) return true;
    const WallTime started = api::fromTime(pod.status().starttime());
    const WallTime changed = api::fromTime(ready->lasttransitiontime());
    // While it starts up, what it used before it was ready says nothing of its work.
    if (started + rules_.cpuInitialization > now_)
        return ready->status() == "False" || reading.at < changed + reading.window;
    return ready->status() == "False" && started + rules_.initialReadiness > changed;
}

ReplicaMath::Groups ReplicaMath::group(const std::string& resource, Readings& readings) const {
    Groups groups;
    for (const core::Pod& pod : pods_) {
        const std::string& name = pod.metadata().name();
        const std::string& phase = pod.status().phase();
        if (pod.metadata().has_deletiontimestamp() || phase == "Failed") {
            readings.erase(name);
            continue;
        }
        const auto reading = readings.find(name);
        if (phase == "Pending" || phase.empty()) {
            groups.unready.push_back(name);
        } else if (reading == readings.end()) {
            groups.missing.push_back(name);
            continue;
        } else if (resource == "cpu" && unready(pod, reading->second)) {
            groups.unready.push_back(name);
        } else {
            ++groups.ready;
            continue;
        }
        readings.erase(name);
    }
    return groups;
}

Result<std::map<std::string, std::int64_t>> ReplicaMath::requests(const std::string& resource,
                                                                  const std::string& container) const {
    std::map<std::string, std::int64_t> out;
    for (const core::Pod& pod : pods_) {
        const std::string& name = pod.metadata().name();
        if (container.empty() && pod.spec().has_resources())
            if (const auto whole = requestOf(pod.spec().resources(), resource)) {
                out[name] = *whole;
                continue;
            }
        std::vector<const core::Container*> counted;
        for (const core::Container& each : pod.spec().containers())
            counted.push_back(&each);
        for (const core::Container& each : pod.spec().initcontainers())
            if (each.restartpolicy() == "Always") counted.push_back(&each);
        std::int64_t sum = 0;
        bool found = container.empty();
        for (const core::Container* each : counted) {
            if (!container.empty() && each->name() != container) continue;
            found = true;
            const auto request = requestOf(each->resources(), resource);
            if (!request)
                return fail(Reason::InternalError,
                            fmt::format("missing request for {} in container {} of Pod {}", resource,
                                        each->name(), name));
            sum += *request;
        }
        if (!found)
            return fail(Reason::InternalError,
                        fmt::format("container {} not found in Pod {}", container, name));
        out[name] = sum;
    }
    return out;
}

Result<Proposal> ReplicaMath::utilization(std::int32_t current, std::int32_t target,
                                          const std::string& resource, const std::string& container,
                                          Readings readings, const Tolerance& tolerance) const {
    if (pods_.empty())
        return fail(Reason::InternalError, "no pods returned by selector while calculating replica count");
    const Groups groups = group(resource, readings);
    const auto requested = requests(resource, container);
    if (!requested) return fail(requested.error());
    if (readings.empty())
        return fail(Reason::InternalError,
                    "did not receive metrics for targeted pods (pods might be unready)");
    const auto requestOfPod = [&](const std::string& pod) {
        const auto found = requested->find(pod);
        return found == requested->end() ? std::int64_t{0} : found->second;
    };
    const auto measure = [&](const Readings& of) -> Result<Measure> {
        std::int64_t used = 0;
        std::int64_t wanted = 0;
        std::int64_t count = 0;
        for (const auto& [pod, reading] : of) {
            if (requested->count(pod) == 0) continue; // of a pod that is no more
            used += reading.milli;
            wanted += requestOfPod(pod);
            ++count;
        }
        if (wanted == 0) return fail(Reason::InternalError, "no metrics returned matched known pods");
        const auto percent = static_cast<std::int32_t>(used * 100 / wanted);
        return Measure{static_cast<double>(percent) / target, used / count, percent};
    };
    const auto ifShrinking = [&](const std::string& pod) {
        return requestOfPod(pod) * std::max(100, target) / 100;
    };
    return propose({current, tolerance, measure, ifShrinking}, std::move(readings), groups.ready,
                   groups.unready, groups.missing);
}

Result<Proposal> ReplicaMath::average(std::int32_t current, std::int64_t target, const std::string& resource,
                                      Readings readings, const Tolerance& tolerance) const {
    if (pods_.empty())
        return fail(Reason::InternalError, "no pods returned by selector while calculating replica count");
    const Groups groups = group(resource, readings);
    if (readings.empty())
        return fail(Reason::InternalError,
                    "did not receive metrics for targeted pods (pods might be unready)");
    const auto measure = [target](const Readings& of) -> Result<Measure> {
        const std::int64_t average = sumOf(of) / static_cast<std::int64_t>(of.size());
        return Measure{static_cast<double>(average) / static_cast<double>(target), average, std::nullopt};
    };
    return propose({current, tolerance, measure, [target](const std::string&) { return target; }},
                   std::move(readings), groups.ready, groups.unready, groups.missing);
}

Result<Proposal> ReplicaMath::whole(std::int32_t current, std::int64_t target, std::int64_t value,
                                    const Tolerance& tolerance) const {
    Proposal out;
    out.milli = value;
    out.ratio = static_cast<double>(value) / static_cast<double>(target);
    out.replicas = current;
    if (current == 0) { // nothing runs that could be measured by: as many as the value is times the target
        out.replicas = out.beforeTolerance = ceilOf(out.ratio);
        return out;
    }
    if (pods_.empty())
        return fail(Reason::InternalError,
                    "unable to calculate ready pods: no pods returned by selector while "
                    "calculating replica count");
    for (const core::Pod& pod : pods_) {
        const core::PodCondition* ready = readyCondition(pod);
        if (pod.status().phase() == "Running" && ready != nullptr && ready->status() == "True")
            ++out.measured;
    }
    out.beforeTolerance = ceilOf(out.ratio * out.measured);
    if (!tolerance.covers(out.ratio)) out.replicas = out.beforeTolerance;
    return out;
}

Proposal ReplicaMath::perReplica(std::int32_t actual, std::int64_t target, std::int64_t value,
                                 const Tolerance& tolerance) {
    Proposal out;
    out.replicas = actual;
    out.beforeTolerance = ceilOf(static_cast<double>(value) / static_cast<double>(target));
    // With no replicas any value is infinitely much for each of them.
    out.ratio = actual == 0 ? (value > 0 ? HUGE_VAL : 1)
                            : static_cast<double>(value) / (static_cast<double>(target) * actual);
    if (actual == 0 || !tolerance.covers(out.ratio)) out.replicas = out.beforeTolerance;
    out.milli = actual == 0 ? 0 : static_cast<std::int64_t>(std::ceil(static_cast<double>(value) / actual));
    return out;
}

} // namespace wheelhouse::autoscaling
