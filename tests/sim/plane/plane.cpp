#include "plane.h"

#include <algorithm>
#include <set>

namespace wheelhouse::sim {

using namespace std::chrono_literals;

struct Plane::Actors {
    Actors(Plane& plane)
        : controllersCluster(plane.troubled("system:kube-controller-manager")),
          schedulerCluster(plane.troubled("system:kube-scheduler")),
          informers(*controllersCluster, plane.executor),
          set(controllers::makeControllers(
              {*controllersCluster, plane.executor, plane.random, informers, {}, {}})),
          scheduler(*schedulerCluster, plane.executor, plane.random) {
        set->start();
        scheduler.start();
    }
    std::unique_ptr<FaultyCluster> controllersCluster;
    std::unique_ptr<FaultyCluster> schedulerCluster;
    client::InformerSet informers;
    std::unique_ptr<controllers::ControllerSet> set;
    scheduler::Scheduler scheduler;
};

Plane::Plane(std::uint64_t seed, Duration longestSync)
    : tieBreak(seed), random(seed + 1), executor(&tieBreak), disk(executor, random, longestSync) {
    checker.wantedNow = [this](const std::string& key) {
        const auto set = get<apps::ReplicaSet>(key);
        return set ? set->spec().replicas() : 0;
    };
    open(0);
}

Plane::~Plane() {
    close();
}

void Plane::open(Revision since) {
    auto opened = store::Store::open(disk.open(), executor);
    WH_ASSERT(opened, "a store that was closed opens");
    store = std::move(*opened);
    server = std::make_unique<apiserver::ApiServer>(*store, executor, random, nullptr);
    for (const api::Kind* kind : api::kinds()) {
        if (kind->storedAs != nullptr) continue; // the same objects once more
        auto watch = store->watch(*kind, since, [this](const store::Change& change) {
            checker.saw(change);
            history.saw(change);
            watching.saw(change);
            if (alsoTold) alsoTold(change);
        });
        WH_ASSERT(watch, "a watch of what is kept");
        watches_.push_back(std::move(*watch));
    }
    bool started = false;
    server->start([&](Result<void> result) { started = result.has_value(); });
    executor.runUntil([&] { return started; }, 1min);
    cluster = std::make_shared<apiserver::LocalCluster>(*server, executor, "test");
    nodesCluster_ = troubled("test-nodes");
    client::WatchOptions options;
    options.since = since == 0 ? 0 : std::max<Revision>(checker.lastTold(), 1);
    podWatch_ = cluster->watch(
        api::kindOf<core::Pod>().name, options,
        {[this](const auto& event) { checker.toldPods(event); },
         [this](const Status& why) { checker.complaints.push_back("watch: " + why.message); }});
    startCopies();
    startActors();
}

void Plane::close() {
    actors_.reset();
    podCopy_.reset();
    nodeCopy_.reset();
    podWatch_.reset();
    watching.close();
    nodesCluster_.reset();
    lines_.clear();
    cluster.reset();
    server.reset();
    watches_.clear();
    store.reset();
}

void Plane::losePower() {
    const Revision acknowledged = store->revision();
    remember();
    close();
    disk.losePower();
    reopen(acknowledged);
}

void Plane::fillDisk(Duration span) {
    disk.fill();
    executor.advance(span);
    const Revision acknowledged = store->revision();
    remember();
    close();
    disk.free();
    reopen(acknowledged);
}

void Plane::reopen(Revision acknowledged) {
    const bool cutOff = std::exchange(trouble.cutOff, false);
    open(acknowledged);
    if (store->revision() < acknowledged)
        checker.complaints.push_back("revision " + std::to_string(acknowledged) + " was lost");
    if (!executor.runUntil([this] { return podCopy_->synced() && nodeCopy_->synced(); }, 1min))
        checker.complaints.push_back("nothing can be watched after the power came back");
    trouble.cutOff = cutOff;
    for (const auto& [name, node] : nodes_)
        node->reconnected();
}

std::unique_ptr<FaultyCluster> Plane::troubled(const std::string& user) {
    auto& line = lines_[user];
    if (!line) line = std::make_shared<apiserver::LocalCluster>(*server, executor, user);
    return std::make_unique<FaultyCluster>(
        line, executor, random, trouble, [this](const api::ObjectPtr& object) {
            if (!history.told(*object))
                checker.complaints.push_back(object->kind().kind + " " + object->key() + " at " +
                                             std::to_string(object->revision()) +
                                             " was acknowledged before it was told");
        });
}

void Plane::watchSomething() {
    static const std::vector<const api::Kind*> kinds = {
        &api::kindOf<core::Pod>(), &api::kindOf<apps::ReplicaSet>(), &api::kindOf<core::Node>(),
        &api::kindOf<core::Event>(), &api::kindOf<api::coordination::Lease>()};
    const api::Kind& kind = *kinds[random.below(kinds.size())];
    const Revision newest = store->revision();
    const Revision back = random.below(200);
    const Revision since = random.below(3) == 0 || back >= newest ? 0 : newest - back;
    watching.open(*cluster, *store, kind, since, random.below(2) == 0 ? "web" : "");
}

void Plane::compact(Revision keep) {
    // Of pods only what their watcher had: it is taken up again after a restart.
    const Revision least = std::min(store->revision(), checker.lastTold());
    if (least > keep) store->compact(least - keep);
}

std::vector<std::string> Plane::judge() {
    checker.finish();
    history.judge(*store);
    watching.judge();
    std::vector<std::string> all = checker.complaints;
    all.insert(all.end(), history.complaints.begin(), history.complaints.end());
    all.insert(all.end(), watching.complaints.begin(), watching.complaints.end());
    return all;
}

void Plane::startCopies() {
    podCopy_ = std::make_unique<client::Informer>(*nodesCluster_, executor, api::kindOf<core::Pod>().name);
    podCopy_->addIndex(PlayedNode::byNode, [](const api::ObjectPtr& pod) {
        const std::string node = pod->as<core::Pod>().spec().nodename();
        return node.empty() ? std::vector<std::string>() : std::vector{node};
    });
    const auto tell = [this](const api::ObjectPtr& pod) {
        const auto node = nodes_.find(pod->as<core::Pod>().spec().nodename());
        if (node != nodes_.end()) node->second->podSeen(pod);
    };
    podCopy_->addHandler(
        {.onAdd = tell, .onUpdate = [tell](const auto&, const auto& pod) { tell(pod); }, .onDelete = tell});
    podCopy_->start();
    nodeCopy_ = std::make_unique<client::Informer>(*nodesCluster_, executor, api::kindOf<core::Node>().name);
    nodeCopy_->start();
    view_ = {nodesCluster_.get(), nodeCopy_.get(), podCopy_.get()};
}

void Plane::startActors() {
    actors_ = std::make_unique<Actors>(*this);
}

void Plane::restartActors(Duration pause) {
    actors_.reset();
    executor.advance(pause);
    startActors();
}

void Plane::addNode(const std::string& name, const NodeShape& shape) {
    auto& node = nodes_[name] = std::make_unique<PlayedNode>(view_, executor, random, name, shape, checker);
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
        stored.insert(pod.metadata().namespace_() + "/" + pod.metadata().name() + "@" +
                      pod.metadata().resourceversion());
    return copied == stored;
}

} // namespace wheelhouse::sim
