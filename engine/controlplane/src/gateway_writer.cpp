#include "gateway_writer.h"

#include "engine/api/kind.h"
#include "engine/api/time.h"
#include "engine/base/log.h"
#include "gateway_objects.h"

#include <utility>

namespace wheelhouse::controlplane {

namespace core = api::core;
using client::Written;

namespace {

constexpr auto leaseNamespace = "kube-node-lease";
constexpr Duration retry = std::chrono::seconds(1);
constexpr Duration renewalPace = std::chrono::milliseconds(100);

const api::ResourceName& nodeResource() {
    return api::kindOf<core::Node>().name;
}
const api::ResourceName& podResource() {
    return api::kindOf<core::Pod>().name;
}
const api::ResourceName& leaseResource() {
    return api::kindOf<api::coordination::Lease>().name;
}

const core::NodeCondition* readyOf(const core::NodeStatus& status) {
    for (const core::NodeCondition& condition : status.conditions())
        if (condition.type() == "Ready") return &condition;
    return nullptr;
}

} // namespace

GatewayWriter::GatewayWriter(client::Cluster& cluster, Executor& executor, const client::Informer& nodes,
                             const client::Informer& pods, Duration leaseDuration)
    : cluster_(cluster), executor_(executor), nodeInformer_(nodes), podInformer_(pods),
      leaseDuration_(leaseDuration) {}

template <class T>
client::Callback<T> GatewayWriter::guarded(std::function<void(Result<T>)> task) {
    return [life = std::weak_ptr(life_), task = std::move(task)](Result<T> result) {
        if (!life.expired()) task(std::move(result));
    };
}

void GatewayWriter::later(std::function<void()> task) {
    executor_.postAfter(retry, [life = std::weak_ptr(life_), task = std::move(task)] {
        if (!life.expired()) task();
    });
}

// --- the Node
// -------------------------------------------------------------------------------------------------------

void GatewayWriter::registerNode(core::Node node) {
    const std::string name = node.metadata().name();
    NodeRecord& record = nodes_[name];
    record.status = node.status();
    record.statusDirty = true;
    record.registered = false;
    cluster_.get(nodeResource(), "", name,
                 guarded<api::ObjectPtr>([this, node = std::move(node)](Result<api::ObjectPtr> stored) {
                     if (stored) return updateNode(node, *stored);
                     if (stored.error().reason == Reason::NotFound) return createNode(node);
                     later([this, node] { registerNode(node); });
                 }));
}

void GatewayWriter::createNode(const core::Node& node) {
    cluster_.create(nodeResource(), "", client::body(node), {},
                    guarded<Written>([this, node](Result<Written> created) {
                        if (created) return registered(node.metadata().name());
                        log::warning("gateway", "node {} could not be registered: {}", node.metadata().name(),
                                     created.error().message);
                        if (created.error().reason == Reason::Invalid) return; // trying again changes nothing
                        later([this, node] { registerNode(node); });
                    }));
}

void GatewayWriter::updateNode(const core::Node& node, const api::ObjectPtr& stored) {
    core::Node merged = stored->as<core::Node>();
    bool changed = false;
    const auto merge = [&changed](const auto& from, auto& to) {
        for (const auto& [key, value] : from) {
            const auto it = to.find(key);
            if (it != to.end() && it->second == value) continue;
            to[key] = value;
            changed = true;
        }
    };
    merge(node.metadata().labels(), *merged.mutable_metadata()->mutable_labels());
    merge(node.metadata().annotations(), *merged.mutable_metadata()->mutable_annotations());
    const std::string name = node.metadata().name();
    if (!changed) return registered(name);
    cluster_.update(nodeResource(), "", name, client::body(std::move(merged)), {},
                    guarded<Written>([this, node, name](Result<Written> updated) {
                        if (updated) return registered(name);
                        if (updated.error().reason == Reason::Conflict) return registerNode(node);
                        later([this, node] { registerNode(node); });
                    }));
}

void GatewayWriter::registered(const std::string& node) {
    const auto it = nodes_.find(node);
    if (it == nodes_.end()) return;
    it->second.registered = true;
    pumpNode(node);
    writeLease(node);
}

void GatewayWriter::nodeStatus(const std::string& node, core::NodeStatus status) {
    NodeRecord& record = nodes_[node];
    record.status = std::move(status);
    record.statusDirty = true;
    pumpNode(node);
}

void GatewayWriter::pumpNode(const std::string& node) {
    const auto it = nodes_.find(node);
    if (it == nodes_.end() || !it->second.registered || !it->second.statusDirty || it->second.writingStatus)
        return;
    it->second.writingStatus = true;
    cluster_.get(nodeResource(), "", node,
                 guarded<api::ObjectPtr>([this, node](Result<api::ObjectPtr> stored) {
                     if (stored) return writeNodeStatus(node, *stored);
                     const auto record = nodes_.find(node);
                     if (record == nodes_.end()) return;
                     record->second.writingStatus = false;
                     // A Node that was deleted stays deleted until its agent registers again.
                     if (stored.error().reason != Reason::NotFound) later([this, node] { pumpNode(node); });
                 }));
}

void GatewayWriter::writeNodeStatus(const std::string& node, const api::ObjectPtr& stored) {
    const auto it = nodes_.find(node);
    if (it == nodes_.end()) return;
    it->second.statusDirty = false;
    core::Node object = stored->as<core::Node>();
    *object.mutable_status() =
        mergeNodeStatus(it->second.status, object.status(), api::toTime(executor_.clock().wallNow()));
    cluster_.update(nodeResource(), "", node, client::body(std::move(object)), {.subresource = "status"},
                    guarded<Written>([this, node](Result<Written> written) {
                        const auto record = nodes_.find(node);
                        if (record == nodes_.end()) return;
                        record->second.writingStatus = false;
                        if (!written && written.error().reason != Reason::NotFound) {
                            record->second.statusDirty = true;
                            if (written.error().reason != Reason::Conflict) {
                                log::warning("gateway", "status of node {}: {}", node,
                                             written.error().message);
                                return later([this, node] { pumpNode(node); });
                            }
                        }
                        pumpNode(node);
                    }));
}

void GatewayWriter::heartbeat(const std::string& node) {
    const auto it = nodes_.find(node);
    if (it == nodes_.end() || !it->second.registered) return;
    if (deleted(node)) return; // a Lease would only outlive it
    renewLease(node);
    const api::ObjectPtr stored = nodeInformer_.get(node);
    if (!stored || stored == it->second.agreed) return;
    const core::Node object = stored->as<core::Node>();
    const core::NodeCondition* known = readyOf(object.status());
    const core::NodeCondition* mine = readyOf(it->second.status);
    if (mine != nullptr && (known == nullptr || known->status() != mine->status())) {
        it->second.statusDirty = true;
        pumpNode(node);
    } else {
        it->second.agreed = stored;
    }
}

bool GatewayWriter::deleted(const std::string& node) const {
    return nodeInformer_.synced() && !nodeInformer_.get(node);
}

/// Each write alone would be a sync of the disk of its own.
void GatewayWriter::renewLease(const std::string& node) {
    renewals_.push_back(node);
    if (renewals_.size() > 1) return;
    executor_.postAfter(renewalPace, [this, life = std::weak_ptr(life_)] {
        if (life.expired()) return;
        for (const std::string& each : std::exchange(renewals_, {}))
            if (nodes_.contains(each) && !deleted(each)) writeLease(each);
    });
}

void GatewayWriter::writeLease(const std::string& node) {
    NodeRecord& record = nodes_[node];
    if (std::exchange(record.writingLease, true)) return;
    api::coordination::Lease lease;
    lease.mutable_metadata()->set_name(node);
    lease.mutable_metadata()->set_namespace_(leaseNamespace);
    if (const api::ObjectPtr owner = nodeInformer_.get(node)) {
        auto& reference = *lease.mutable_metadata()->add_ownerreferences();
        reference.set_apiversion("v1");
        reference.set_kind("Node");
        reference.set_name(node);
        reference.set_uid(owner->uid().value());
    }
    lease.mutable_spec()->set_holderidentity(node);
    lease.mutable_spec()->set_leasedurationseconds(
        static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(leaseDuration_).count()));
    *lease.mutable_spec()->mutable_renewtime() = api::toMicroTime(executor_.clock().wallNow());
    auto written = guarded<Written>([this, node](Result<Written> result) {
        const auto it = nodes_.find(node);
        if (it == nodes_.end()) return;
        it->second.writingLease = false;
        if (result) {
            it->second.leaseKnown = true;
            return;
        }
        const Reason reason = result.error().reason;
        const bool wrongVerb = (reason == Reason::AlreadyExists && !it->second.leaseKnown) ||
                               (reason == Reason::NotFound && it->second.leaseKnown);
        if (!wrongVerb) return log::warning("gateway", "lease of node {}: {}", node, result.error().message);
        it->second.leaseKnown = !it->second.leaseKnown;
        writeLease(node);
    });
    if (record.leaseKnown)
        cluster_.update(leaseResource(), leaseNamespace, node, client::body(std::move(lease)), {},
                        std::move(written));
    else
        cluster_.create(leaseResource(), leaseNamespace, client::body(std::move(lease)), {},
                        std::move(written));
}

// --- pods
// -----------------------------------------------------------------------------------------------------------

void GatewayWriter::podStatus(const nodelink::PodRef& pod, const std::string& bytes) {
    PodRecord& record = pods_[pod.uid()];
    record.ref = pod;
    record.status = bytes;
    record.dirty = true;
    pumpPod(pod.uid());
}

void GatewayWriter::podGone(const nodelink::PodRef& pod) {
    PodRecord& record = pods_[pod.uid()];
    record.ref = pod;
    record.gone = true;
    pumpPod(pod.uid());
}

void GatewayWriter::pumpPod(const std::string& uid) {
    const auto it = pods_.find(uid);
    if (it == pods_.end() || it->second.busy) return;
    PodRecord& record = it->second;
    if (record.dirty) {
        record.busy = true;
        const api::ObjectPtr stored = podInformer_.get(record.ref.namespace_() + "/" + record.ref.name());
        if (stored && stored->uid().value() == uid) return writePodStatus(uid, stored);
        return readPod(uid);
    }
    if (record.gone) {
        record.busy = true;
        return removePod(uid);
    }
    pods_.erase(it);
}

void GatewayWriter::readPod(const std::string& uid) {
    const nodelink::PodRef ref = pods_.at(uid).ref;
    cluster_.get(podResource(), ref.namespace_(), ref.name(),
                 guarded<api::ObjectPtr>([this, uid](Result<api::ObjectPtr> stored) {
                     if (stored && (*stored)->uid().value() == uid) return writePodStatus(uid, *stored);
                     const bool notThere = stored || stored.error().reason == Reason::NotFound;
                     if (notThere) {
                         pods_.erase(uid); // deleted, perhaps replaced by another of its name: nothing to say
                         return;
                     }
                     later([this, uid] { readPod(uid); });
                 }));
}

void GatewayWriter::writePodStatus(const std::string& uid, const api::ObjectPtr& stored) {
    PodRecord& record = pods_.at(uid);
    core::PodStatus reported;
    if (!reported.ParseFromString(record.status)) {
        log::error("gateway", "the status of pod {} cannot be read", record.ref.name());
        record.dirty = record.busy = false;
        return pumpPod(uid);
    }
    record.dirty = false;
    core::Pod pod = stored->as<core::Pod>();
    *pod.mutable_status() = mergePodStatus(std::move(reported), pod.status());
    cluster_.update(podResource(), stored->nameSpace(), stored->name(), client::body(std::move(pod)),
                    {.subresource = "status"},
                    guarded<Written>([this, uid](Result<Written> written) { podWritten(uid, written); }));
}

void GatewayWriter::podWritten(const std::string& uid, const Result<Written>& written) {
    const auto it = pods_.find(uid);
    if (it == pods_.end()) return;
    if (!written && written.error().reason != Reason::NotFound) {
        it->second.dirty = true;
        if (written.error().reason == Reason::Conflict) return readPod(uid); // newer than our copy
        log::warning("gateway", "status of pod {}/{}: {}", it->second.ref.namespace_(), it->second.ref.name(),
                     written.error().message);
        if (written.error().reason == Reason::Invalid)
            it->second.dirty = false; // it stays wrong until it changes
        return later([this, uid] {
            if (const auto record = pods_.find(uid); record != pods_.end()) record->second.busy = false;
            pumpPod(uid);
        });
    }
    it->second.busy = false;
    pumpPod(uid);
}

void GatewayWriter::removePod(const std::string& uid) {
    const nodelink::PodRef ref = pods_.at(uid).ref;
    client::DeleteOptions options;
    options.gracePeriodSeconds = 0;
    options.uid = Uid(uid);
    cluster_.remove(podResource(), ref.namespace_(), ref.name(), options,
                    guarded<Written>([this, uid](Result<Written> removed) {
                        const auto it = pods_.find(uid);
                        if (it == pods_.end()) return;
                        const bool done = removed || removed.error().reason == Reason::NotFound ||
                                          removed.error().reason == Reason::Conflict; // another pod by now
                        if (done) {
                            pods_.erase(it);
                            return;
                        }
                        later([this, uid] {
                            if (pods_.contains(uid)) removePod(uid);
                        });
                    }));
}

} // namespace wheelhouse::controlplane
