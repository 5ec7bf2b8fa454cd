#include "core.h"
#include "engine/api/time.h"
#include "errors.h"
#include "metadata.h"
#include "pod_target.h"
#include "verbs.h"

#include <fmt/format.h>

namespace wheelhouse::apiserver {
namespace {

using api::core::Pod;

/// A container that never started has no log to read.
Result<void> checkStarted(const Pod& pod, const std::string& container, bool previous) {
    const auto* status = containerStatusOf(pod, container);
    const std::string& name = pod.metadata().name();
    if (previous) {
        if (status && status->laststate().has_terminated()) return {};
        return fail(
            Reason::BadRequest,
            fmt::format("previous terminated container \"{}\" in pod \"{}\" not found", container, name));
    }
    const bool ran = status && (status->state().has_running() || status->state().has_terminated() ||
                                status->laststate().has_terminated());
    if (ran) return {};
    const std::string why = status && !status->state().waiting().reason().empty()
                                ? status->state().waiting().reason()
                                : std::string("ContainerCreating");
    return fail(Reason::BadRequest,
                fmt::format("container \"{}\" in pod \"{}\" is waiting to start: {}", container, name, why));
}

} // namespace

Result<std::unique_ptr<nodelink::PodStream>> openLog(Core& core, const std::string& nameSpace,
                                                     const std::string& podName, const LogQuery& query,
                                                     std::function<void(std::string_view)> onData,
                                                     std::function<void(Result<void>)> onEnd) {
    const api::Kind& kind = api::kindOf<Pod>();
    auto object = getObject(core, kind, nameSpace, podName);
    if (!object) return fail(object.error());
    const Pod pod = (*object)->as<Pod>();
    auto container = chooseContainer(pod, query.container);
    if (!container) return fail(container.error());
    if (pod.spec().nodename().empty())
        return fail(Reason::BadRequest, fmt::format("pod {} does not have a host assigned", podName));
    if (auto started = checkStarted(pod, *container, query.previous); !started) return fail(started.error());
    if (query.sinceSeconds && !query.sinceTime.empty())
        return fail(Reason::BadRequest, "at most one of `sinceTime` or `sinceSeconds` may be specified");
    if ((query.tailLines && *query.tailLines < 0) || (query.sinceSeconds && *query.sinceSeconds < 1) ||
        (query.limitBytes && *query.limitBytes < 1))
        return fail(Reason::BadRequest,
                    "tailLines must not be negative, sinceSeconds and limitBytes must be positive");

    nodelink::LogRequest request;
    request.nameSpace = nameSpace;
    request.pod = podName;
    request.podUid = (*object)->uid();
    request.container = *container;
    request.follow = query.follow;
    request.previous = query.previous;
    request.timestamps = query.timestamps;
    request.tailLines = query.tailLines;
    request.limitBytes = query.limitBytes;
    request.sinceTime = query.sinceTime;
    if (query.sinceSeconds)
        request.sinceTime = api::formatTime(core.dates.wallNow() - std::chrono::seconds(*query.sinceSeconds));
    if (!core.streams) return fail(Reason::ServiceUnavailable, "this server has no link to nodes");
    return core.streams->openLog(NodeName(pod.spec().nodename()), request, std::move(onData),
                                 std::move(onEnd));
}

} // namespace wheelhouse::apiserver
