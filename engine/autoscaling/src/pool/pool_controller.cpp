#include "pool/pool_controller.h"

#include "engine/api/glance.h"

#include "engine/api/groups/autoscaling_lab.h"
#include "pool/pool_names.h"

#include <algorithm>
#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>
#include <utility>

namespace wheelhouse::autoscaling {

namespace core = api::core;
namespace policy = api::policy;
using client::EventRecorder;
using client::Task;
using controllers::Step;

namespace {

constexpr Duration evictionPause = std::chrono::seconds(5);
/// A machine that was made and that the watch does not show by then is made again.
constexpr Duration longestUnseen = std::chrono::minutes(1);

/// Whether it may have happened all the same.
bool isUnsure(const Status& status) {
    return status.reason == Reason::Timeout || status.reason == Reason::ServerTimeout ||
           status.reason == Reason::ServiceUnavailable || status.reason == Reason::InternalError;
}

std::string poolOf(const api::ObjectPtr& machine) {
    const auto label = machine->labels().find(poolLabel);
    return label == machine->labels().end() ? std::string() : label->second;
}

} // namespace

PoolController::PoolController(const controllers::Deps& deps)
    : QueuedController(deps, "nodepool"), pools_(watch<Pool>(enqueueSelf())),
      machines_(
          watch<api::lab::Machine>(onAny([this](const api::ObjectPtr& machine) { enqueuePoolOf(machine); }))),
      nodes_(watch<core::Node>(onAny([this](const api::ObjectPtr& node) { enqueuePoolOf(node); }))),
      pods_(watch<core::Pod>({.onDelete = [this](const api::ObjectPtr& pod) {
          if (const auto node = nodes_.get(std::string(api::nodeOfPod(*pod)))) enqueuePoolOf(node);
      }})) {
    indexByPool(machines_);
    controllers::indexByNode(pods_);
}

void PoolController::enqueuePoolOf(const api::ObjectPtr& machine) {
    if (const std::string pool = poolOf(machine); !pool.empty()) enqueue(pool);
}

Step PoolController::reconcile(std::string key) {
    const api::ObjectPtr object = pools_.get(key);
    if (!object || object->deleting()) { // the collector takes the machines along
        made_.erase(key);
        co_return Result<void>();
    }
    const auto pool = object->as<Pool>();
    Members members = membersOf(object, machines_, nodes_);
    auto& unseen = made_[key];
    std::erase_if(unseen, [&](const auto& each) {
        return machines_.get(each.first) != nullptr || now() - each.second > longestUnseen;
    });
    const auto staying = static_cast<int>(
        std::count_if(members.begin(), members.end(), [](const Member& each) { return !each.leaving; }));
    int missing = pool.spec().replicas() - staying - static_cast<int>(unseen.size());
    for (const Member& member : members) {
        if (missing <= 0 || !member.leaving) continue;
        auto kept = co_await keep(member);
        if (!kept) co_return kept;
        --missing;
    }
    if (missing > 0) {
        auto grown = co_await grow(object, pool, missing);
        if (!grown) co_return grown;
    }
    if (missing < 0 && unseen.empty()) {
        const Members leaving = surplus(members, static_cast<std::size_t>(-missing));
        for (const Member& member : leaving) {
            auto marked = co_await markLeaving(object, member);
            if (!marked) co_return marked;
        }
    }
    std::string message;
    for (const Member& member : members) {
        if (!member.leaving || missing > 0) continue;
        auto emptied = co_await empty(object, member, message);
        if (!emptied) co_return emptied;
    }
    auto written = co_await writeStatus(object, std::move(members), std::move(message));
    co_return written;
}

Step PoolController::grow(api::ObjectPtr object, Pool pool, int missing) {
    for (int i = 0; i < missing; ++i) {
        api::lab::Machine machine = machineOf(object, pool.spec());
        std::string name;
        do
            name = object->name() + "-" + randomSuffix(random_, 5);
        while (machines_.get(name) != nullptr);
        machine.mutable_metadata()->set_name(name);
        auto written = co_await api_.create(std::move(machine));
        if (!written && isUnsure(written.error())) made_[object->name()][name] = now();
        if (!written) {
            events_.record(object, EventRecorder::Type::Warning, "FailedCreate", written.error().message);
            co_return fail(written.error());
        }
        made_[object->name()][name] = now();
        events_.record(object, EventRecorder::Type::Normal, "MachineCreated", "Created machine " + name);
    }
    co_return Result<void>();
}

/// A machine that was to leave is needed again.
Step PoolController::keep(Member member) {
    if (member.node) {
        auto opened = co_await setCordon(member.node, false);
        if (!opened) co_return opened;
    }
    auto& annotations = *member.machine.mutable_metadata()->mutable_annotations();
    annotations.erase(leavingAnnotation);
    annotations.erase(dispensableAnnotation);
    auto written = co_await api_.update(std::move(member.machine));
    co_return controllers::unlessGone(written);
}

PoolController::Members PoolController::surplus(Members members, std::size_t count) const {
    std::erase_if(members, [](const Member& each) { return each.leaving; });
    const auto pods = [this](const Member& member) { return podsToMove(member.object->name()).size(); };
    std::stable_sort(members.begin(), members.end(), [&](const Member& a, const Member& b) {
        if (a.dispensable != b.dispensable) return a.dispensable;
        if (a.ready != b.ready) return !a.ready;
        return pods(a) < pods(b);
    });
    members.resize(std::min(count, members.size()));
    return members;
}

Step PoolController::markLeaving(api::ObjectPtr object, Member member) {
    auto& annotations = *member.machine.mutable_metadata()->mutable_annotations();
    const auto why = annotations.find(dispensableAnnotation);
    const std::string reason = why == annotations.end() ? "the pool was made smaller" : why->second;
    annotations[leavingAnnotation] = reason;
    auto written = co_await api_.update(std::move(member.machine));
    if (!written) co_return controllers::unlessGone(written);
    events_.record(object, EventRecorder::Type::Normal, "MachineLeaving",
                   fmt::format("Machine {} leaves: {}", member.object->name(), reason));
    co_return Result<void>();
}

Step PoolController::setCordon(api::ObjectPtr object, bool cordoned) {
    auto node = object->as<core::Node>();
    auto& annotations = *node.mutable_metadata()->mutable_annotations();
    // A cordon somebody else has set is theirs.
    if (node.spec().unschedulable() == cordoned) co_return Result<void>();
    if (!cordoned && !annotations.contains(cordonedAnnotation)) co_return Result<void>();
    if (cordoned) {
        node.mutable_spec()->set_unschedulable(true);
        annotations[cordonedAnnotation] = "true";
    } else {
        node.mutable_spec()->clear_unschedulable();
        annotations.erase(cordonedAnnotation);
    }
    auto written = co_await api_.update(std::move(node));
    co_return controllers::unlessGone(written);
}

std::vector<api::ObjectPtr> PoolController::podsToMove(const std::string& node) const {
    std::vector<api::ObjectPtr> pods;
    for (const api::ObjectPtr& pod : pods_.byIndex(controllers::byNode, node))
        if (!staysWithNode(pod->as<core::Pod>())) pods.push_back(pod);
    return pods;
}

/// Cordon, evict, delete: as far as it goes now. `state` gets what it waits for.
Step PoolController::empty(api::ObjectPtr object, Member member, std::string& state) {
    const std::string& name = member.object->name();
    if (member.node && member.ready) {
        auto closed = co_await setCordon(member.node, true);
        if (!closed) co_return closed;
        const auto pods = podsToMove(name);
        if (!pods.empty()) {
            std::string problem;
            auto evicted = co_await evict(pods, problem);
            if (!evicted) co_return evicted;
            state += fmt::format("{}{} is being emptied, {} pods are left{}", state.empty() ? "" : "; ", name,
                                 pods.size(), problem.empty() ? "" : ": " + problem);
            enqueueAfter(object->key(), evictionPause);
            co_return Result<void>();
        }
    }
    auto removed = co_await api_.remove(member.object);
    if (!removed && removed.error().reason != Reason::NotFound) co_return fail(removed.error());
    events_.record(object, EventRecorder::Type::Normal, "MachineRemoved",
                   fmt::format("Removed machine {}", name));
    co_return Result<void>();
}

/// Asks for every pod that does not go yet. What a budget forbids is asked again later; `problem` says so.
Task<Result<void>> PoolController::evict(std::vector<api::ObjectPtr> pods, std::string& problem) {
    std::vector<client::Call<client::Written>::Start> calls;
    for (const api::ObjectPtr& pod : pods) {
        if (pod->deleting()) continue;
        policy::Eviction eviction;
        eviction.mutable_metadata()->set_name(pod->name());
        eviction.mutable_metadata()->set_namespace_(pod->nameSpace());
        eviction.mutable_deleteoptions()->mutable_preconditions()->set_uid(pod->uid().value());
        client::WriteOptions options;
        options.subresource = "eviction";
        calls.push_back(api_.creating(api::kindOf<core::Pod>().name, pod->nameSpace(),
                                      client::body(std::move(eviction)), options));
    }
    client::Calls<client::Written> asking(std::move(calls));
    auto answers = co_await asking;
    for (const Result<client::Written>& answer : answers) {
        if (answer || answer.error().reason == Reason::NotFound) continue;
        if (answer.error().reason != Reason::TooManyRequests) co_return fail(answer.error());
        problem = answer.error().message;
    }
    co_return Result<void>();
}

Step PoolController::writeStatus(api::ObjectPtr object, Members members, std::string message) {
    auto pool = object->as<Pool>();
    const auto before = pool.status();
    auto& status = *pool.mutable_status();
    status.set_observedgeneration(pool.metadata().generation());
    status.clear_draining();
    int staying = 0;
    int ready = 0;
    int failed = 0;
    for (const Member& member : members) {
        if (member.leaving) {
            status.add_draining(member.object->name());
            continue;
        }
        ++staying;
        ready += member.ready;
        failed += member.machine.status().phase() == "Failed";
    }
    status.set_replicas(staying);
    status.set_readyreplicas(ready);
    if (message.empty() && failed > 0) message = fmt::format("{} machines have failed", failed);
    if (message.empty() && ready < pool.spec().replicas())
        message = fmt::format("{} of {} nodes are ready", ready, pool.spec().replicas());
    status.set_message(message.empty() ? "All nodes are ready" : message);
    if (google::protobuf::util::MessageDifferencer::Equals(before, status)) co_return Result<void>();
    auto written = co_await api_.updateStatus(std::move(pool));
    co_return controllers::unlessGone(written);
}

} // namespace wheelhouse::autoscaling
