#include "plane.h"

#include "engine/client/metadata.h"

#include <algorithm>

namespace wheelhouse::sim {

using namespace std::chrono_literals;

// --- checker
// ------------------------------------------------------------------------------------------------------

void Checker::saw(const store::Change& change) {
    Revision& last = last_[change.object->kind().kind];
    if (change.revision <= last)
        complaints.push_back("revision " + std::to_string(change.revision) + " after " +
                             std::to_string(last));
    last = change.revision;
    for (const char c : change.object->bytes())
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    const std::string& kind = change.object->kind().kind;
    if (kind == "ReplicaSet") {
        int& most = wanted_[change.object->uid().value()];
        most = std::max(most, change.object->as<apps::ReplicaSet>().spec().replicas());
    }
    if (kind == "Pod") checkPods(change);
}

void Checker::checkPods(const store::Change& change) {
    podHistory_.push_back(change.revision);
    const auto pod = change.object->as<core::Pod>();
    const std::string& uid = pod.metadata().uid();
    std::string& node = nodeOf_[uid];
    if (!node.empty() && node != pod.spec().nodename())
        complaints.push_back("pod " + pod.metadata().name() + " was bound to " + node + " and then to " +
                             pod.spec().nodename());
    node = pod.spec().nodename();
    const auto* owner = client::controllerOf(pod.metadata());
    if (!owner) return;
    if (owner->kind() == "ReplicaSet") checkReplicas(change, pod, *owner);
    if (owner->kind() == "DaemonSet") checkDaemons(change, pod, *owner);
}

void Checker::checkReplicas(const store::Change& change, const core::Pod& pod,
                            const api::meta::OwnerReference& owner) {
    const std::string& uid = pod.metadata().uid();
    auto& active = active_[owner.uid()];
    const bool ended = pod.status().phase() == "Failed" || pod.status().phase() == "Succeeded";
    if (change.type == store::Change::Type::Deleted || change.object->deleting() || ended)
        active.erase(uid);
    else
        active.insert(uid);
    int& most = wanted_[owner.uid()];
    most = std::max(most, wantedNow(pod.metadata().namespace_() + "/" + owner.name()));
    if (change.type == store::Change::Type::Created && !forgiveSurplus &&
        static_cast<int>(active.size()) > wanted_[owner.uid()])
        complaints.push_back("ReplicaSet " + owner.name() + " has " + std::to_string(active.size()) +
                             " pods and never wanted more than " + std::to_string(wanted_[owner.uid()]));
}

/// One pod a node: a second one not even while the first is on its way out.
void Checker::checkDaemons(const store::Change& change, const core::Pod& pod,
                           const api::meta::OwnerReference& owner) {
    std::string node;
    const auto& required =
        pod.spec().affinity().nodeaffinity().requiredduringschedulingignoredduringexecution();
    for (const auto& term : required.nodeselectorterms())
        for (const auto& field : term.matchfields())
            node = field.values(0);
    auto& present = daemons_[owner.uid() + " " + node];
    if (change.type == store::Change::Type::Deleted)
        present.erase(pod.metadata().uid());
    else
        present.insert(pod.metadata().uid());
    if (change.type == store::Change::Type::Created && !forgiveSurplus && present.size() > 1)
        complaints.push_back("DaemonSet " + owner.name() + " has " + std::to_string(present.size()) +
                             " pods on " + node);
}

void Checker::podRuns(const std::string& key, const std::string& uid) {
    auto& running = running_[key];
    running.insert(uid);
    if (running.size() > 1) complaints.push_back("two pods called " + key + " run at the same time");
}

void Checker::podEnded(const std::string& key, const std::string& uid) {
    running_[key].erase(uid);
}

void Checker::toldPods(const client::WatchEvent& event) {
    if (event.type != client::WatchEvent::Type::Bookmark) podTold_.push_back(event.revision);
}

void Checker::finish() {
    if (podTold_ != podHistory_)
        complaints.push_back("a watch of pods told " + std::to_string(podTold_.size()) + " events of " +
                             std::to_string(podHistory_.size()));
}

// --- played nodes
// -------------------------------------------------------------------------------------------------

PlayedNode::PlayedNode(client::Cluster& cluster, Executor& executor, Random& random, std::string name,
                       client::Informer& pods, Checker& checker)
    : cluster_(cluster), executor_(executor), random_(random), name_(std::move(name)), pods_(pods),
      checker_(checker) {}

void PlayedNode::start() {
    core::Node node;
    node.mutable_metadata()->set_name(name_);
    // The status of a new object does not count: it is reported after.
    const std::string now = api::formatTime(executor_.clock().wallNow());
    const std::string amounts = R"({"cpu":"8","memory":"16Gi","pods":"110"})";
    const std::string status = R"({"status":{"capacity":)" + amounts + R"(,"allocatable":)" + amounts +
                               R"(,"conditions":[{"type":"Ready","status":"True","reason":"KubeletReady",)"
                               R"("message":"","lastHeartbeatTime":")" +
                               now + R"(","lastTransitionTime":")" + now + R"("}]}})";
    const auto& kind = api::kindOf<core::Node>().name;
    cluster_.create(kind, {}, client::body(node), {}, [this, kind, status](auto created) {
        if (!created) return;
        client::WriteOptions options;
        options.subresource = "status";
        cluster_.patch(kind, {}, name_, api::PatchType::Merge, status, options, [](auto) {});
    });
    pods_.addHandler({.onAdd = [this](const auto&) { lookAtPods(); },
                      .onUpdate = [this](const auto&, const auto&) { lookAtPods(); },
                      .onDelete = [this](const auto&) { lookAtPods(); }});
    renew();
}

void PlayedNode::cut() {
    on_ = false;
    for (const auto& [uid, key] : running_)
        checker_.podEnded(key, uid);
    running_.clear();
}

void PlayedNode::renew() {
    if (!on_) return;
    const std::string now = api::formatTime(executor_.clock().wallNow());
    const std::string renewal =
        R"({"spec":{"renewTime":")" + now.substr(0, now.size() - 1) + R"(.000000Z"}})";
    const auto& kind = api::kindOf<api::coordination::Lease>().name;
    const std::string home = "kube-node-lease";
    cluster_.patch(kind, home, name_, api::PatchType::Merge, renewal, {}, [this, kind, home](auto renewed) {
        if (renewed) return;
        api::coordination::Lease lease;
        lease.mutable_metadata()->set_namespace_(home);
        lease.mutable_metadata()->set_name(name_);
        lease.mutable_spec()->set_holderidentity(name_);
        *lease.mutable_spec()->mutable_renewtime() = api::toMicroTime(executor_.clock().wallNow());
        cluster_.create(kind, home, client::body(lease), {}, [](auto) {});
    });
    executor_.postAfter(10s, [this] { renew(); });
}

void PlayedNode::lookAtPods() {
    // Not inside the informer's own turn, and at a time of its own choosing.
    executor_.postAfter(std::chrono::milliseconds(random_.below(400)), [this] {
        if (!on_) return;
        std::set<std::string> known;
        for (const auto& object : pods_.all()) {
            known.insert(object->uid().value());
            runPod(object);
        }
        for (const auto& [uid, key] : running_)
            if (!known.contains(uid)) endPod(uid, [] {});
    });
}

void PlayedNode::endPod(const std::string& uid, std::function<void()> then) {
    if (!ending_.insert(uid).second) return;
    executor_.postAfter(std::chrono::milliseconds(random_.below(900)), [this, uid, then = std::move(then)] {
        if (!on_) return;
        ending_.erase(uid);
        const auto running = running_.find(uid);
        if (running != running_.end()) {
            checker_.podEnded(running->second, uid);
            running_.erase(running);
        }
        then();
    });
}

void PlayedNode::runPod(const api::ObjectPtr& object) {
    auto pod = object->as<core::Pod>();
    if (pod.spec().nodename() != name_) return;
    const auto& kind = object->kind().name;
    const bool over = pod.status().phase() == "Succeeded" || pod.status().phase() == "Failed";
    const bool ends = pod.spec().restartpolicy() == "Never";
    if (object->deleting() && ends && !over) return exitPod(std::move(pod), 143);
    if (object->deleting()) {
        endPod(object->uid().value(), [this, object] {
            client::DeleteOptions now;
            now.gracePeriodSeconds = 0;
            now.uid = object->uid();
            cluster_.remove(object->kind().name, object->nameSpace(), object->name(), now, [](auto) {});
        });
        return;
    }
    if (over) return;
    if (pod.status().phase() == "Running") {
        if (ends) exitLater(object);
        return;
    }
    if (running_.try_emplace(object->uid().value(), object->key()).second)
        checker_.podRuns(object->key(), object->uid().value());
    pod.mutable_status()->set_phase("Running");
    pod.mutable_status()->set_podip("10.244." + std::to_string(next_ / 250) + "." +
                                    std::to_string(next_ % 250));
    ++next_;
    auto& ready = *pod.mutable_status()->add_conditions();
    ready.set_type("Ready");
    ready.set_status("True");
    *ready.mutable_lasttransitiontime() = api::toTime(executor_.clock().wallNow());
    client::WriteOptions options;
    options.subresource = "status";
    cluster_.update(kind, object->nameSpace(), object->name(), client::body(pod), options, [](auto) {});
}

void PlayedNode::exitLater(const api::ObjectPtr& object) {
    if (!exiting_.insert(object->uid().value()).second) return;
    const int exitCode = random_.below(5) == 0 ? 1 : 0;
    executor_.postAfter(std::chrono::milliseconds(500 + random_.below(4000)),
                        [this, key = object->key(), uid = object->uid(), exitCode] {
                            const auto now = pods_.get(key);
                            if (!on_ || !now || now->uid() != uid || now->deleting()) return;
                            exitPod(now->as<core::Pod>(), exitCode);
                        });
}

void PlayedNode::exitPod(core::Pod pod, int exitCode) {
    pod.mutable_status()->set_phase(exitCode == 0 ? "Succeeded" : "Failed");
    auto& container = *pod.mutable_status()->add_containerstatuses();
    container.set_name("main");
    container.mutable_state()->mutable_terminated()->set_exitcode(exitCode);
    *container.mutable_state()->mutable_terminated()->mutable_finishedat() =
        api::toTime(executor_.clock().wallNow());
    for (auto& condition : *pod.mutable_status()->mutable_conditions())
        if (condition.type() == "Ready") condition.set_status("False");
    client::WriteOptions options;
    options.subresource = "status";
    const std::string home = pod.metadata().namespace_();
    const std::string name = pod.metadata().name();
    const std::string uid = pod.metadata().uid();
    if (const auto running = running_.find(uid); running != running_.end()) {
        checker_.podEnded(running->second, uid);
        running_.erase(running);
    }
    cluster_.update(api::kindOf<core::Pod>().name, home, name, client::body(std::move(pod)), options,
                    [this, uid](auto written) {
                        if (written) return;
                        // Somebody wrote in between: look again.
                        exiting_.erase(uid);
                        lookAtPods();
                    });
}

// --- plane
// --------------------------------------------------------------------------------------------------------

struct Plane::Actors {
    Actors(Plane& plane)
        : controllersCluster(*plane.server, plane.executor, "system:kube-controller-manager"),
          schedulerCluster(*plane.server, plane.executor, "system:kube-scheduler"),
          informers(controllersCluster, plane.executor),
          set(controllers::makeControllers(
              {controllersCluster, plane.executor, plane.random, informers, {}, {}})),
          scheduler(schedulerCluster, plane.executor, plane.random) {
        set->start();
        scheduler.start();
    }
    apiserver::LocalCluster controllersCluster;
    apiserver::LocalCluster schedulerCluster;
    client::InformerSet informers;
    std::unique_ptr<controllers::ControllerSet> set;
    scheduler::Scheduler scheduler;
};

Plane::Plane(std::uint64_t seed) : tieBreak(seed), random(seed + 1), executor(&tieBreak) {
    auto opened = store::Store::open(store::makeMemoryBackend(), executor);
    WH_ASSERT(opened, "a store in memory opens");
    store = std::move(*opened);
    server = std::make_unique<apiserver::ApiServer>(*store, executor, random, nullptr);
    checker.wantedNow = [this](const std::string& key) {
        const auto set = get<apps::ReplicaSet>(key);
        return set ? set->spec().replicas() : 0;
    };
    for (const api::Kind* kind : api::kinds()) {
        if (kind->storedAs != nullptr) continue; // the same objects once more
        auto watch = store->watch(*kind, 0, [this](const store::Change& change) {
            checker.saw(change);
            if (alsoTold) alsoTold(change);
        });
        WH_ASSERT(watch, "a watch from the beginning");
        watches_.push_back(std::move(*watch));
    }
    bool started = false;
    server->start([&](Result<void> result) { started = result.has_value(); });
    executor.runUntil([&] { return started; }, 1min);
    cluster = std::make_unique<apiserver::LocalCluster>(*server, executor, "test");
    client::WatchOptions fromNow;
    podWatch_ = cluster->watch(
        api::kindOf<core::Pod>().name, fromNow,
        {[this](const auto& event) { checker.toldPods(event); },
         [this](const Status& why) { checker.complaints.push_back("watch: " + why.message); }});
    podCopy_ = std::make_unique<client::Informer>(*cluster, executor, api::kindOf<core::Pod>().name);
    podCopy_->start();
    startActors();
}

Plane::~Plane() {
    actors_.reset();
    podCopy_.reset();
    podWatch_.reset();
    cluster.reset();
    server.reset();
    watches_.clear();
    store.reset();
}

void Plane::startActors() {
    actors_ = std::make_unique<Actors>(*this);
}

void Plane::restartActors() {
    actors_.reset();
    startActors();
}

void Plane::addNode(const std::string& name) {
    auto& node = nodes_[name] =
        std::make_unique<PlayedNode>(*cluster, executor, random, name, *podCopy_, checker);
    node->start();
}

std::vector<core::Pod> Plane::pods() const {
    std::vector<core::Pod> result;
    const auto page = store->list(api::kindOf<core::Pod>(), "", "", 0, 0);
    if (page)
        for (const auto& object : page->items)
            result.push_back(object->as<core::Pod>());
    return result;
}

bool Plane::copiesAgree() const {
    std::set<std::string> copied;
    std::set<std::string> stored;
    for (const auto& object : podCopy_->all())
        copied.insert(object->key() + "@" + std::to_string(object->revision()));
    for (const auto& pod : pods())
        stored.insert("default/" + pod.metadata().name() + "@" + pod.metadata().resourceversion());
    return copied == stored;
}

} // namespace wheelhouse::sim
