#include "semantics/table_cells.h"

#include "engine/api/time.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace wheelhouse::api::semantics {

namespace {

/// What the Ready, Status and Restarts columns say, gathered as Kubernetes gathers it
/// (pkg/printers/internalversion).
struct Summary {
    std::string reason;
    int ready = 0;
    int total = 0;
    int restarts = 0;
    std::int64_t lastRestart = 0; ///< seconds since 1970; 0 = never
};

const core::PodCondition* condition(const core::Pod& pod, std::string_view type) {
    for (const core::PodCondition& each : pod.status().conditions()) {
        if (each.type() == type) return &each;
    }
    return nullptr;
}

bool isTrue(const core::PodCondition* each) {
    return each != nullptr && each->status() == "True";
}

void countRestarts(const core::ContainerStatus& status, int& restarts, std::int64_t& last) {
    restarts += status.restartcount();
    if (status.laststate().has_terminated()) {
        last = std::max<std::int64_t>(last, status.laststate().terminated().finishedat().seconds());
    }
}

bool isSidecar(const core::Pod& pod, const std::string& name) {
    for (const core::Container& container : pod.spec().initcontainers()) {
        if (container.name() == name) return container.restartpolicy() == "Always";
    }
    return false;
}

/// Walks the init containers in order up to the one that is not through. Returns whether one is still in the
/// way.
bool summariseInit(const core::Pod& pod, Summary& all, Summary& sidecars) {
    for (int i = 0; i < pod.status().initcontainerstatuses_size(); ++i) {
        const core::ContainerStatus& status = pod.status().initcontainerstatuses(i);
        const bool sidecar = isSidecar(pod, status.name());
        countRestarts(status, all.restarts, all.lastRestart);
        if (sidecar) countRestarts(status, sidecars.restarts, sidecars.lastRestart);
        const core::ContainerState& state = status.state();
        if (state.has_terminated() && state.terminated().exitcode() == 0) continue;
        if (sidecar && status.started()) {
            if (status.ready()) ++all.ready;
            continue;
        }
        if (state.has_terminated()) {
            const core::ContainerStateTerminated& end = state.terminated();
            if (!end.reason().empty()) {
                all.reason = "Init:" + end.reason();
            } else if (end.signal() != 0) {
                all.reason = fmt::format("Init:Signal:{}", end.signal());
            } else {
                all.reason = fmt::format("Init:ExitCode:{}", end.exitcode());
            }
        } else if (!state.waiting().reason().empty() && state.waiting().reason() != "PodInitializing") {
            all.reason = "Init:" + state.waiting().reason();
        } else {
            all.reason = fmt::format("Init:{}/{}", i, pod.spec().initcontainers_size());
        }
        return true;
    }
    return false;
}

void summariseMain(const core::Pod& pod, Summary& all) {
    bool running = false;
    for (int i = pod.status().containerstatuses_size() - 1; i >= 0; --i) {
        const core::ContainerStatus& status = pod.status().containerstatuses(i);
        countRestarts(status, all.restarts, all.lastRestart);
        const core::ContainerState& state = status.state();
        if (!state.waiting().reason().empty()) {
            all.reason = state.waiting().reason();
        } else if (state.has_terminated()) {
            const core::ContainerStateTerminated& end = state.terminated();
            if (!end.reason().empty()) {
                all.reason = end.reason();
            } else if (end.signal() != 0) {
                all.reason = fmt::format("Signal:{}", end.signal());
            } else {
                all.reason = fmt::format("ExitCode:{}", end.exitcode());
            }
        } else if (status.ready() && state.has_running()) {
            running = true;
            ++all.ready;
        }
    }
    // One container that ended does not make a pod complete while another still runs.
    if (all.reason == "Completed" && running)
        all.reason = isTrue(condition(pod, "Ready")) ? "Running" : "NotReady";
}

Summary summarise(const core::Pod& pod) {
    Summary all;
    all.reason = pod.status().reason().empty() ? pod.status().phase() : pod.status().reason();
    all.total = pod.spec().containers_size();
    for (const core::Container& container : pod.spec().initcontainers()) {
        if (container.restartpolicy() == "Always") ++all.total;
    }
    const core::PodCondition* scheduled = condition(pod, "PodScheduled");
    if (scheduled != nullptr && scheduled->reason() == "SchedulingGated") all.reason = "SchedulingGated";
    Summary sidecars;
    const bool initialising = summariseInit(pod, all, sidecars);
    if (!initialising || isTrue(condition(pod, "Initialized"))) {
        all.restarts = sidecars.restarts;
        all.lastRestart = sidecars.lastRestart;
        summariseMain(pod, all);
    }
    if (pod.metadata().deletiontimestamp().seconds() != 0) {
        const bool ended = pod.status().phase() == "Succeeded" || pod.status().phase() == "Failed";
        if (pod.status().reason() == "NodeLost") {
            all.reason = "Unknown";
        } else if (!ended) {
            all.reason = "Terminating";
        }
    }
    return all;
}

std::string readinessGates(const core::Pod& pod) {
    if (pod.spec().readinessgates().empty()) return "<none>";
    int passed = 0;
    for (const core::PodReadinessGate& gate : pod.spec().readinessgates()) {
        if (isTrue(condition(pod, gate.conditiontype()))) ++passed;
    }
    return fmt::format("{}/{}", passed, pod.spec().readinessgates_size());
}

} // namespace

Cells podCells(const core::Pod& pod, WallTime now) {
    const Summary all = summarise(pod);
    std::string restarts = std::to_string(all.restarts);
    if (all.restarts != 0 && all.lastRestart != 0) {
        meta::Time last;
        last.set_seconds(all.lastRestart);
        restarts += fmt::format(" ({} ago)", since(last, now));
    }
    const std::string ip =
        pod.status().podips_size() > 0 ? pod.status().podips(0).ip() : pod.status().podip();
    return {pod.metadata().name(),
            fmt::format("{}/{}", all.ready, all.total),
            all.reason,
            restarts,
            since(pod.metadata().creationtimestamp(), now),
            orNone(ip),
            orNone(pod.spec().nodename()),
            orNone(pod.status().nominatednodename()),
            readinessGates(pod)};
}

} // namespace wheelhouse::api::semantics
