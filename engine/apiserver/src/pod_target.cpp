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

const api::core::ContainerStatus* containerStatusOf(const Pod& pod, const std::string& container) {
    for (const auto* statuses : {&pod.status().containerstatuses(), &pod.status().initcontainerstatuses(),
                                 &pod.status().ephemeralcontainerstatuses()})
        if (const auto* status = named(*statuses, container)) return status;
    return nullptr;
}

} // namespace wheelhouse::apiserver
