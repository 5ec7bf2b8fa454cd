#include "grants.h"

#include "engine/api/usage.h"

namespace wheelhouse::agent {

namespace core = api::core;

namespace {

bool differ(const core::ResourceRequirements& a, const core::ResourceRequirements& b,
            const std::string& name) {
    const auto same = [&](const api::QuantityMap& one, const api::QuantityMap& two) {
        const auto first = one.find(name);
        const auto second = two.find(name);
        if (first == one.end() || second == two.end()) return first == one.end() && second == two.end();
        return api::Quantity::parse(first->second.string()).value_or(api::Quantity()) ==
               api::Quantity::parse(second->second.string()).value_or(api::Quantity());
    };
    return !same(a.requests(), b.requests()) || !same(a.limits(), b.limits());
}

/// A copy in which `each` has seen every container.
template <class Each>
PodPtr rewritten(const PodPtr& pod, Each each) {
    auto copy = std::make_shared<core::Pod>(*pod);
    for (core::Container& container : *copy->mutable_spec()->mutable_initcontainers())
        each(container);
    for (core::Container& container : *copy->mutable_spec()->mutable_containers())
        each(container);
    return copy;
}

template <class List>
auto named(const List& list, const std::string& name) -> decltype(&*list.begin()) {
    for (const auto& each : list)
        if (each.name() == name) return &each;
    return nullptr;
}

} // namespace

bool sameResources(const core::ResourceRequirements& a, const core::ResourceRequirements& b) {
    return !differ(a, b, "cpu") && !differ(a, b, "memory");
}

bool sameResources(const core::Pod& a, const core::Pod& b) {
    const auto same = [](const auto& one, const auto& two) {
        for (int i = 0; i < one.size() && i < two.size(); ++i)
            if (!sameResources(one[i].resources(), two[i].resources())) return false;
        return true;
    };
    return same(a.spec().containers(), b.spec().containers()) &&
           same(a.spec().initcontainers(), b.spec().initcontainers());
}

PodPtr withResourcesOf(const PodPtr& wanted, const core::Pod& given) {
    return rewritten(wanted, [&given](core::Container& container) {
        const core::Container* like = named(given.spec().containers(), container.name());
        if (like == nullptr) like = named(given.spec().initcontainers(), container.name());
        if (like != nullptr) *container.mutable_resources() = like->resources();
    });
}

PodPtr asGivenBefore(const PodPtr& pod) {
    const core::PodStatus& status = pod->status();
    if (status.containerstatuses_size() == 0) return pod;
    return rewritten(pod, [&status](core::Container& container) {
        const core::ContainerStatus* before = named(status.containerstatuses(), container.name());
        if (before == nullptr) before = named(status.initcontainerstatuses(), container.name());
        if (before == nullptr || before->allocatedresources().empty()) return;
        for (const char* name : {"cpu", "memory"}) {
            const auto amount = before->allocatedresources().find(name);
            if (amount != before->allocatedresources().end())
                (*container.mutable_resources()->mutable_requests())[name] = amount->second;
            const auto limit = before->resources().limits().find(name);
            if (limit != before->resources().limits().end())
                (*container.mutable_resources()->mutable_limits())[name] = limit->second;
        }
    });
}

bool resizeRestarts(const core::ResourceRequirements& before, const core::Container& now) {
    for (const core::ContainerResizePolicy& policy : now.resizepolicy())
        if (policy.restartpolicy() == "RestartContainer" &&
            differ(before, now.resources(), policy.resourcename()))
            return true;
    return false;
}

} // namespace wheelhouse::agent
