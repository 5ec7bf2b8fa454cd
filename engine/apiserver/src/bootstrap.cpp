#include "core.h"
#include "metadata.h"
#include "verbs.h"

#include <deque>

namespace wheelhouse::apiserver {
namespace {

using api::core::Namespace;
using api::core::Service;
using google::protobuf::Message;

struct Wanted {
    const api::Kind* kind;
    std::string nameSpace;
    std::unique_ptr<Message> message;
};

std::unique_ptr<Message> makeNamespace(const std::string& name) {
    auto space = std::make_unique<Namespace>();
    space->mutable_metadata()->set_name(name);
    return space;
}

/// The API as pods see it, at the first address of the service network.
std::unique_ptr<Message> makeApiService(const std::string& network) {
    auto service = std::make_unique<Service>();
    auto& metadata = *service->mutable_metadata();
    metadata.set_name("kubernetes");
    metadata.set_namespace_("default");
    (*metadata.mutable_labels())["component"] = "apiserver";
    (*metadata.mutable_labels())["provider"] = "kubernetes";
    auto& spec = *service->mutable_spec();
    const std::string base = network.substr(0, network.find('/'));
    spec.set_clusterip(base.substr(0, base.rfind('.') + 1) +
                       std::to_string(std::stoi(base.substr(base.rfind('.') + 1)) + 1));
    auto& port = *spec.add_ports();
    port.set_name("https");
    port.set_protocol("TCP");
    port.set_port(443);
    port.mutable_targetport()->set_type(0);
    port.mutable_targetport()->set_intval(6443);
    return service;
}

struct Steps {
    std::deque<Wanted> left;
    std::function<void(Result<void>)> done;
};

void next(const std::shared_ptr<Core>& core, const std::shared_ptr<Steps>& steps) {
    if (steps->left.empty()) {
        core->ready = true;
        return steps->done({});
    }
    Wanted wanted = std::move(steps->left.front());
    steps->left.pop_front();
    const auto& metadata = metadataOf(*wanted.message);
    if (core->store.newest({wanted.kind, keyOf(*wanted.kind, wanted.nameSpace, metadata.name())}))
        return next(core, steps);
    WriteRequest request;
    request.kind = wanted.kind;
    request.nameSpace = wanted.nameSpace;
    request.message = std::move(wanted.message);
    request.user = {"system:apiserver", {"system:masters"}};
    createObject(*core, std::move(request),
                 [weak = std::weak_ptr(core), steps](const Result<Outcome>& outcome) {
                     const auto alive = weak.lock();
                     if (!alive) return;
                     if (!outcome && outcome.error().reason != Reason::AlreadyExists)
                         return steps->done(fail(outcome.error()));
                     next(alive, steps);
                 });
}

} // namespace

void bootstrap(const std::shared_ptr<Core>& core, std::function<void(Result<void>)> done) {
    auto steps = std::make_shared<Steps>();
    steps->done = std::move(done);
    for (const char* name : {"default", "kube-system", "kube-public", "kube-node-lease"})
        steps->left.push_back({&api::kindOf<Namespace>(), "", makeNamespace(name)});
    steps->left.push_back({&api::kindOf<Service>(), "default", makeApiService(core->options.serviceNetwork)});
    next(core, steps);
}

} // namespace wheelhouse::apiserver
