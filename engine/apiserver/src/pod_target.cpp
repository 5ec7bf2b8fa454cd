#include "pod_target.h"

#include <fmt/format.h>

namespace wheelhouse::apiserver {

using api::core::Pod;

namespace {

template <class List>
const typename List::value_type* named(const List& list, const std::string& name) {
    for (const auto& each : list)
        if (each.name() == name) return &each;
    return nullptr;
}

} // namespace

Result<std::string> chooseContainer(const Pod& pod, const std::string& wanted) {
    const std::string& name = pod.metadata().name();
    if (!wanted.empty()) {
        if (named(pod.spec().containers(), wanted) || named(pod.spec().initcontainers(), wanted))
            return wanted;
        for (const auto& container : pod.spec().ephemeralcontainers())
            if (container.ephemeralcontainercommon().name() == wanted) return wanted;
        return fail(Reason::BadRequest, fmt::format("container {} is not valid for pod {}", wanted, name));
    }
    if (pod.spec().containers_size() == 1) return pod.spec().containers(0).name();
    std::string choices;
    for (const auto& container : pod.spec().containers())
        choices += (choices.empty() ? "" : " ") + container.name();
    std::string message =
        fmt::format("a container name must be specified for pod {}, choose one of: [{}]", name, choices);
    if (pod.spec().initcontainers_size() > 0) {
        std::string inits;
        for (const auto& container : pod.spec().initcontainers())
            inits += (inits.empty() ? "" : " ") + container.name();
        message += fmt::format(" or one of the init containers: [{}]", inits);
    }
    return fail(Reason::BadRequest, std::move(message));
}

Result<NodeName> streamNode(const Core& core, const Pod& pod) {
    if (pod.spec().nodename().empty())
        return fail(Reason::BadRequest,
                    fmt::format("pod {} does not have a host assigned", pod.metadata().name()));
    if (!core.streams) return fail(Reason::ServiceUnavailable, "this server has no link to nodes");
    return NodeName(pod.spec().nodename());
}

Result<std::shared_ptr<void>> streamPlace(Core& core, const std::string& user) {
    if (auto place = StreamCounts::enter(core.streamCounts, user)) return place;
    Status busy{.reason = Reason::TooManyRequests,
                .message = fmt::format("user \"{}\" has {} streams open, which is the most there may be",
                                       user, StreamCounts::perUser)};
    busy.retryAfterSeconds = 1;
    return fail(std::move(busy));
}

const api::core::ContainerStatus* containerStatusOf(const Pod& pod, const std::string& container) {
    for (const auto* statuses : {&pod.status().containerstatuses(), &pod.status().initcontainerstatuses(),
                                 &pod.status().ephemeralcontainerstatuses()})
        if (const auto* status = named(*statuses, container)) return status;
    return nullptr;
}

} // namespace wheelhouse::apiserver
