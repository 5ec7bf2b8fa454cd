#include "auth/policy_bootstrap.h"
#include "core.h"
#include "engine/api/groups/networking.h"
#include "engine/api/groups/scheduling.h"
#include "metadata.h"
#include "verbs.h"

#include <deque>
#include <map>

namespace wheelhouse::apiserver {
namespace {

using api::core::Namespace;
using api::core::Service;
using google::protobuf::Message;

struct Wanted {
    const api::Kind* kind;
    std::string nameSpace;
    std::unique_ptr<Message> message;
    bool optional = false; ///< the cluster lives without
};

std::unique_ptr<Message> makeNamespace(const std::string& name) {
    auto space = std::make_unique<Namespace>();
    space->mutable_metadata()->set_name(name);
    return space;
}

std::unique_ptr<Message> makePriorityClass(const std::string& name, int value, const std::string& what) {
    auto out = std::make_unique<api::scheduling::PriorityClass>();
    out->mutable_metadata()->set_name(name);
    out->set_value(value);
    out->set_description(what);
    return out;
}

/// The address so many places after the service network's own.
std::string serviceAddress(const std::string& network, int place) {
    const std::string base = network.substr(0, network.find('/'));
    const auto last = base.rfind('.') + 1;
    return base.substr(0, last) + std::to_string(std::stoi(base.substr(last)) + place);
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
    spec.set_clusterip(serviceAddress(network, 1));
    auto& port = *spec.add_ports();
    port.set_name("https");
    port.set_protocol("TCP");
    port.set_port(443);
    port.mutable_targetport()->set_type(0);
    port.mutable_targetport()->set_intval(6443);
    return service;
}

/// The cluster's names, at the tenth address: every node answers there itself, so nothing stands behind it.
std::unique_ptr<Message> makeDnsService(const std::string& network) {
    auto service = std::make_unique<Service>();
    auto& metadata = *service->mutable_metadata();
    metadata.set_name("kube-dns");
    metadata.set_namespace_("kube-system");
    const std::map<std::string, std::string> labels{{"k8s-app", "kube-dns"},
                                                    {"kubernetes.io/cluster-service", "true"},
                                                    {"kubernetes.io/name", "CoreDNS"}};
    metadata.mutable_labels()->insert(labels.begin(), labels.end());
    service->mutable_spec()->set_clusterip(serviceAddress(network, 10));
    for (const auto& [name, protocol] : {std::pair("dns", "UDP"), std::pair("dns-tcp", "TCP")}) {
        auto& port = *service->mutable_spec()->add_ports();
        port.set_name(name);
        port.set_protocol(protocol);
        port.set_port(53);
        port.mutable_targetport()->set_type(0);
        port.mutable_targetport()->set_intval(53);
    }
    return service;
}

/// Where the addresses of services come from.
std::unique_ptr<Message> makeServiceCidr(const std::string& network) {
    auto cidr = std::make_unique<api::networking::ServiceCIDR>();
    cidr->mutable_metadata()->set_name("kubernetes");
    cidr->mutable_spec()->add_cidrs(network);
    return cidr;
}

struct Steps {
    std::deque<Wanted> left;
    std::function<void(Result<void>)> done;
};

User system() {
    return {"system:apiserver", {"system:masters"}};
}

WriteRequest writeOf(const api::Kind& kind, const std::string& nameSpace, std::unique_ptr<Message> message) {
    WriteRequest request;
    request.kind = &kind;
    request.nameSpace = nameSpace;
    request.message = std::move(message);
    request.user = system();
    return request;
}

/// Creates a default role or binding, or gives the one that is there what it lacks.
void reconcile(Core& core, auth::PolicyObject wanted, Done done) {
    const std::string name = metadataOf(*wanted.message).name();
    const auto present = core.store.newest({wanted.kind, keyOf(*wanted.kind, wanted.nameSpace, name)});
    if (!present)
        return createObject(core, writeOf(*wanted.kind, wanted.nameSpace, std::move(wanted.message)),
                            std::move(done));
    auto message = present->message();
    const auto amendment = auth::amendPolicy(*message, *wanted.message);
    if (amendment == auth::Amendment::None) return done(Outcome{});
    if (amendment == auth::Amendment::Replace) {
        RemoveRequest remove;
        remove.kind = wanted.kind;
        remove.nameSpace = wanted.nameSpace;
        remove.name = name;
        remove.user = system();
        removeObject(core, std::move(remove), [](const Result<Outcome>&) {});
        metadataOf(*message).clear_resourceversion();
        return createObject(core, writeOf(*wanted.kind, wanted.nameSpace, std::move(message)),
                            std::move(done));
    }
    WriteRequest update = writeOf(*wanted.kind, wanted.nameSpace, std::move(message));
    update.name = name;
    updateObject(core, std::move(update), std::move(done));
}

/// All at once: none needs another, and together they cost one commit.
void reconcilePolicy(const std::shared_ptr<Core>& core, const std::function<void(Result<void>)>& done) {
    struct Progress {
        std::size_t left = 1;
        std::optional<Status> failure;
    };
    auto progress = std::make_shared<Progress>();
    const Done finished = [weak = std::weak_ptr(core), progress, done](const Result<Outcome>& outcome) {
        const auto alive = weak.lock();
        if (!alive) return;
        if (!outcome && outcome.error().reason != Reason::AlreadyExists) progress->failure = outcome.error();
        if (--progress->left > 0) return;
        if (progress->failure) return done(fail(*progress->failure));
        alive->ready = true;
        done({});
    };
    for (auth::PolicyObject& wanted : auth::defaultPolicy()) {
        ++progress->left;
        reconcile(*core, std::move(wanted), finished);
    }
    finished(Outcome{});
}

void next(const std::shared_ptr<Core>& core, const std::shared_ptr<Steps>& steps) {
    if (steps->left.empty()) return reconcilePolicy(core, steps->done);
    Wanted wanted = std::move(steps->left.front());
    steps->left.pop_front();
    const auto& metadata = metadataOf(*wanted.message);
    if (core->store.newest({wanted.kind, keyOf(*wanted.kind, wanted.nameSpace, metadata.name())}))
        return next(core, steps);
    createObject(
        *core, writeOf(*wanted.kind, wanted.nameSpace, std::move(wanted.message)),
        [weak = std::weak_ptr(core), steps, optional = wanted.optional](const Result<Outcome>& outcome) {
            const auto alive = weak.lock();
            if (!alive) return;
            if (!outcome && !optional && outcome.error().reason != Reason::AlreadyExists)
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
    const auto& classes = api::kindOf<api::scheduling::PriorityClass>();
    steps->left.push_back({&classes, "",
                           makePriorityClass("system-node-critical", 2'000'001'000,
                                             "For pods of the system that must stay on their node.")});
    steps->left.push_back({&classes, "",
                           makePriorityClass("system-cluster-critical", 2'000'000'000,
                                             "For pods of the system that may move but must run.")});
    steps->left.push_back(
        {&api::kindOf<api::networking::ServiceCIDR>(), "", makeServiceCidr(core->options.serviceNetwork)});
    steps->left.push_back({&api::kindOf<Service>(), "default", makeApiService(core->options.serviceNetwork)});
    // In a lab of before its address may be somebody else's.
    steps->left.push_back(
        {&api::kindOf<Service>(), "kube-system", makeDnsService(core->options.serviceNetwork), true});
    next(core, steps);
}

} // namespace wheelhouse::apiserver
