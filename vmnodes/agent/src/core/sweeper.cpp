#include "sweeper.h"

#include "engine/base/log.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace wheelhouse::agent {

namespace {

/// Calls `done` after the last of what was begun.
struct Join {
    std::function<void()> done;
    ~Join() {
        if (done) done();
    }
};

const PodWorker* workerOf(const Workers& pods, const Uid& uid) {
    const auto it = pods.find(uid);
    return it == pods.end() ? nullptr : it->second.get();
}

/// What its pod has to do with: it may be about to start it, or waits for its end.
bool inHand(const PodWorker& pod, const ContainerInfo& info) {
    const ContainerWorker* worker = pod.container(info.name);
    return worker != nullptr && worker->containerId() == info.id && !worker->exited();
}

} // namespace

Waste wasteOf(const Inventory& inventory, const Workers& pods, int deadContainers, Sweep sweep) {
    Waste waste;
    std::map<std::pair<Uid, std::string>, std::vector<const ContainerInfo*>> dead;
    std::set<std::string> inUse; // sandboxes
    for (const ContainerInfo& info : inventory.containers) {
        const PodWorker* pod = workerOf(pods, info.podUid);
        const bool runs = info.state == ContainerInfo::State::Running;
        if (pod == nullptr && !info.podUid.empty() && !runs) waste.containers.push_back(info.id);
        if (pod == nullptr) continue; // those that run go with their sandbox
        if (runs || inHand(*pod, info))
            inUse.insert(info.sandboxId);
        else
            dead[{info.podUid, info.name}].push_back(&info);
    }
    for (auto& [key, each] : dead) {
        std::sort(each.begin(), each.end(),
                  [](const auto* a, const auto* b) { return a->attempt > b->attempt; });
        const bool none = sweep == Sweep::Everything && workerOf(pods, key.first)->isOver();
        const auto kept = none ? std::size_t{0} : static_cast<std::size_t>(std::max(deadContainers, 0));
        for (std::size_t i = 0; i < each.size(); ++i)
            if (i < kept)
                inUse.insert(each[i]->sandboxId);
            else
                waste.containers.push_back(each[i]->id);
    }
    for (const SandboxInfo& sandbox : inventory.sandboxes) {
        const PodWorker* pod = workerOf(pods, sandbox.pod.uid);
        const bool replaced = pod != nullptr && !sandbox.ready && sandbox.id != pod->sandboxId();
        if (pod == nullptr || (replaced && !inUse.contains(sandbox.id)))
            waste.sandboxes.push_back(sandbox.id);
    }
    for (const PodId& pod : inventory.files)
        if (workerOf(pods, pod.uid) == nullptr) waste.files.push_back(pod);
    return waste;
}

void Sweeper::sweep(Sweep how, std::function<void()> done) {
    runtime_.inventory(
        [this, how, done = std::move(done), life = std::weak_ptr(life_)](Result<Inventory> found) {
            if (life.expired()) return;
            if (!found) {
                log::warning("agent", "what is left of pods cannot be looked for: {}", found.error().message);
                return done();
            }
            sweep(*found, how, done);
        });
}

void Sweeper::sweep(const Inventory& inventory, Sweep how, std::function<void()> done) {
    const Waste waste = wasteOf(inventory, pods_, deadContainers_, how);
    auto join = std::make_shared<Join>();
    join->done = [done = std::move(done), life = std::weak_ptr(life_)] {
        if (!life.expired()) done();
    };
    const auto over = [join](const char* what) {
        return [join, what](const Result<void>& result) {
            if (!result) log::warning("agent", "{} is left: {}", what, result.error().message);
        };
    };
    for (const std::string& id : waste.containers) {
        for (const auto& [uid, pod] : pods_)
            pod->forget(id);
        runtime_.removeContainer(id, over("a container that has ended"));
    }
    for (const std::string& id : waste.sandboxes)
        runtime_.stopSandbox(id, [this, id, remove = over("a sandbox without its pod"),
                                  life = std::weak_ptr(life_)](const Result<void>& stopped) {
            if (!stopped) return remove(stopped);
            if (!life.expired()) runtime_.removeSandbox(id, remove);
        });
    for (const PodId& pod : waste.files)
        runtime_.releaseVolumes(pod, [this, pod, remove = over("files of a pod that is gone"),
                                      life = std::weak_ptr(life_)](const Result<void>& released) {
            if (!released) return remove(released);
            if (!life.expired()) runtime_.removePodFiles(pod, remove);
        });
}

} // namespace wheelhouse::agent
