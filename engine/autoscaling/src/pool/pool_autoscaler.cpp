#include "pool/pool_autoscaler.h"

#include "engine/api/glance.h"
#include "engine/api/selector.h"
#include "engine/client/metadata.h"
#include "pool/pool_names.h"

#include <algorithm>
#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>
#include <utility>

namespace wheelhouse::autoscaling {

namespace core = api::core;
namespace lab = api::lab;
namespace policy = api::policy;
using client::EventRecorder;
using client::Task;
using controllers::Step;

namespace {

constexpr const char* onlyKey = "pools";
constexpr const char* bySpace = "pools.namespace";
constexpr const char* unschedulable = "unschedulable"; ///< pods the scheduler found no node for, under ""
constexpr int decisionsKept = 10;
/// So many pods are thought about in one round; the others come next.
constexpr std::size_t mostPods = 200;
constexpr std::size_t namesShown = 3;
constexpr int mostTries = 5;

bool isUnschedulable(const api::Object& pod) {
    const api::PodFacts facts(pod);
    return facts.node.empty() && facts.unschedulable && !facts.deleting;
}

std::string listOf(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), namesShown); ++i)
        text += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > namesShown) text += fmt::format(" and {} more", names.size() - namesShown);
    return text;
}

int percentOf(const Amounts& used, const Amounts& all) {
    const auto part = [](std::int64_t some, std::int64_t of) {
        return of <= 0 ? 0 : static_cast<int>(some * 100 / of);
    };
    return std::max(part(used.milliCpu, all.milliCpu), part(used.bytes, all.bytes));
}

/// The part of a pool's status that is written here.
void takeDecisions(const lab::NodePoolStatus& from, lab::NodePoolStatus& to) {
    *to.mutable_decisions() = from.decisions();
    *to.mutable_idlenodes() = from.idlenodes();
    if (from.has_lastscaleuptime()) *to.mutable_lastscaleuptime() = from.lastscaleuptime();
    if (from.has_lastscaledowntime()) *to.mutable_lastscaledowntime() = from.lastscaledowntime();
}

/// What makes two machines alike as far as pods can tell.
bool sameShape(const lab::MachineSpec& a, const lab::MachineSpec& b) {
    return a.cpus() == b.cpus() && a.memorymib() == b.memorymib() && a.provider() == b.provider();
}

} // namespace

PoolAutoscaler::PoolAutoscaler(const controllers::Deps& deps, const PoolOptions& options,
                               Placement& placement)
    : QueuedController(deps, "nodepoolautoscaler", 1), poolOptions_(options), placement_(placement),
      poolEvents_(deps.cluster, deps.executor, "cluster-autoscaler"),
      pools_(watch<Pool>(
          {.onAdd = [this](const api::ObjectPtr&) { enqueueAfter(onlyKey, poolOptions_.gathering); },
           .onUpdate =
               [this](const api::ObjectPtr& before, const api::ObjectPtr& pool) {
                   // What is only a status is mostly written here.
                   if (client::metadataOf(*before).generation() != client::metadataOf(*pool).generation())
                       enqueueAfter(onlyKey, poolOptions_.gathering);
               }})),
      machines_(watch<lab::Machine>()), nodes_(watch<core::Node>()),
      pods_(watch<core::Pod>(onAny([this](const api::ObjectPtr& pod) { podChanged(pod); }))),
      budgets_(watch<policy::PodDisruptionBudget>()) {
    indexByPool(machines_);
    controllers::indexByNode(pods_);
    pods_.addIndex(unschedulable, [](const api::ObjectPtr& pod) {
        return isUnschedulable(*pod) ? std::vector<std::string>{""} : std::vector<std::string>();
    });
    budgets_.addIndex(
        bySpace, [](const api::ObjectPtr& budget) { return std::vector<std::string>{budget->nameSpace()}; });
}

void PoolAutoscaler::podChanged(const api::ObjectPtr& pod) {
    if (pools_.size() > 0 && isUnschedulable(*pod)) enqueueAfter(onlyKey, poolOptions_.gathering);
}

PoolAutoscaler::States PoolAutoscaler::gather() const {
    States states;
    for (const api::ObjectPtr& object : pools_.all()) {
        if (object->deleting()) continue;
        State state{object, object->as<Pool>(), membersOf(object, machines_, nodes_), false, {}};
        if (state.pool.spec().has_max()) states.push_back(std::move(state));
    }
    std::sort(states.begin(), states.end(),
              [](const State& a, const State& b) { return a.object->name() < b.object->name(); });
    return states;
}

Step PoolAutoscaler::reconcile(std::string) {
    States states = gather();
    if (states.empty()) co_return Result<void>(); // a pool that comes is a change
    enqueueAfter(onlyKey, poolOptions_.period);
    for (State& state : states) {
        const auto& spec = state.pool.spec();
        const int bounded = std::clamp(spec.replicas(), spec.min(), spec.max());
        if (bounded == spec.replicas()) continue;
        decide(state, bounded > spec.replicas() ? "ScaleUp" : "ScaleDown", bounded,
               bounded > spec.replicas() ? "below its minimum" : "above its maximum");
        auto set = co_await setReplicas(state, bounded);
        if (!set) co_return set;
    }
    auto grown = co_await growAll(states);
    if (!grown) co_return grown;
    for (State& state : states) {
        auto shrunk = co_await shrink(state);
        if (!shrunk) co_return shrunk;
        auto written = co_await writeStatus(state);
        if (!written) co_return written;
    }
    co_return Result<void>();
}

// --- growing
// ------------------------------------------------------------------------------------------------

Shortage PoolAutoscaler::shortageIn(const States& states) const {
    Shortage shortage;
    shortage.pods = pods_.byIndex(unschedulable, "");
    std::sort(shortage.pods.begin(), shortage.pods.end(),
              [](const api::ObjectPtr& a, const api::ObjectPtr& b) { return a->key() < b->key(); });
    if (shortage.pods.size() > mostPods) shortage.pods.resize(mostPods);
    for (const State& state : states) {
        int coming = state.pool.spec().replicas();
        for (const Member& member : state.members) {
            const Duration age = wallNow() - api::fromTime(member.machine.metadata().creationtimestamp());
            // One that failed, or should long be there, is not waited for.
            const bool hopeless =
                member.machine.status().phase() == "Failed" || age > poolOptions_.longestStart;
            if (!member.leaving && (member.ready || hopeless)) --coming;
        }
        for (int i = 0; i < coming; ++i) {
            core::Node node = nodeOf(state);
            node.mutable_metadata()->set_name(fmt::format("{}.coming.{}", state.object->name(), i));
            shortage.coming.push_back(std::move(node));
        }
    }
    return shortage;
}

/// What one more machine of the pool would be.
core::Node PoolAutoscaler::nodeOf(const State& state) const {
    const lab::Machine made = machineOf(state.object, state.pool.spec());
    for (const Member& member : state.members)
        if (member.ready && sameShape(member.machine.spec(), made.spec())) {
            const auto sample = member.node->as<core::Node>();
            return wouldBeNode(made, &sample, options_.taintSimulated);
        }
    return wouldBeNode(made, nullptr, options_.taintSimulated);
}

std::vector<Candidate> PoolAutoscaler::candidatesIn(const States& states) const {
    std::vector<Candidate> candidates;
    for (const State& state : states) {
        const auto& spec = state.pool.spec();
        candidates.push_back(
            {state.object->name(), spec.priority(), spec.max() - spec.replicas(), nodeOf(state)});
    }
    return candidates;
}

Task<Result<void>> PoolAutoscaler::growAll(States& states) {
    Shortage shortage = shortageIn(states);
    std::erase_if(told_, [&](const Uid& uid) {
        return std::none_of(shortage.pods.begin(), shortage.pods.end(),
                            [&](const api::ObjectPtr& pod) { return pod->uid() == uid; });
    });
    if (shortage.pods.empty()) co_return Result<void>();
    auto left = helpless(placement_, shortage);
    if (!left) co_return fail(left.error());
    if (left->empty()) co_return Result<void>();
    shortage.pods = std::move(*left);
    auto options = growthOptions(placement_, shortage, candidatesIn(states));
    if (!options) co_return fail(options.error());
    if (options->empty()) {
        tellHelpless(states, shortage.pods);
        co_return Result<void>();
    }
    auto grown = co_await grow(states, *options);
    co_return grown;
}

Step PoolAutoscaler::grow(States& states, const std::vector<GrowthOption>& options) {
    const GrowthOption& best = options.front();
    for (State& state : states) {
        const auto option = std::find_if(options.begin(), options.end(), [&](const GrowthOption& each) {
            return each.pool == state.object->name();
        });
        if (option == options.end()) continue;
        const int from = state.pool.spec().replicas();
        if (option->pool != best.pool) {
            decide(state, "NotChosen", from,
                   fmt::format("{} helps {} with less waste or by its higher priority", best.pool,
                               listOf(best.pods)),
                   options);
            continue;
        }
        const int to = from + option->machines;
        decide(state, "ScaleUp", to,
               fmt::format("{} pods fit nowhere: {}", option->pods.size(), listOf(option->pods)), options);
        auto set = co_await setReplicas(state, to);
        if (!set) co_return set;
        state.grown = true;
        *state.pool.mutable_status()->mutable_lastscaleuptime() = timestamp();
        poolEvents_.record(state.object, EventRecorder::Type::Normal, "ScaledUpGroup",
                           fmt::format("Scale-up: group {} size set to {} instead of {} (max: {})", best.pool,
                                       to, from, state.pool.spec().max()));
        for (const std::string& key : option->pods)
            if (const auto pod = pods_.get(key))
                poolEvents_.record(pod, EventRecorder::Type::Normal, "TriggeredScaleUp",
                                   fmt::format("pod triggered scale-up: [{{{} {}->{} (max: {})}}]", best.pool,
                                               from, to, state.pool.spec().max()));
    }
    co_return Result<void>();
}

void PoolAutoscaler::tellHelpless(States& states, const std::vector<api::ObjectPtr>& pods) {
    std::vector<std::string> names;
    for (const api::ObjectPtr& pod : pods)
        names.push_back(pod->key());
    std::string reasons;
    for (State& state : states) {
        const auto& spec = state.pool.spec();
        const std::string why = spec.replicas() >= spec.max() ? "max node group size reached"
                                                              : "they would not fit on its nodes either";
        decide(state, "CannotScaleUp", spec.replicas(),
               fmt::format("{} pods fit nowhere ({}), but {}", names.size(), listOf(names), why));
        reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : ", ", state.object->name(), why);
    }
    for (const api::ObjectPtr& pod : pods)
        if (told_.insert(pod->uid()).second)
            poolEvents_.record(pod, EventRecorder::Type::Normal, "NotTriggerScaleUp",
                               "pod didn't trigger scale-up: " + reasons);
}

// --- shrinking
// ----------------------------------------------------------------------------------------------

std::vector<api::ObjectPtr> PoolAutoscaler::podsToMove(const std::string& node) const {
    std::vector<api::ObjectPtr> pods;
    for (const api::ObjectPtr& pod : pods_.byIndex(controllers::byNode, node))
        if (!staysWithNode(pod->as<core::Pod>())) pods.push_back(pod);
    return pods;
}

/// Whether so little is asked of the node that it need not be there; `idle` gets how little and since when.
bool PoolAutoscaler::isIdle(const State& state, const Member& member, lab::IdleNode& idle) const {
    if (!member.ready || member.leaving) return false;
    const auto node = member.node->as<core::Node>();
    const auto& annotations = node.metadata().annotations();
    const auto kept = annotations.find("cluster-autoscaler.kubernetes.io/scale-down-disabled");
    if (kept != annotations.end() && kept->second == "true") return false;
    Amounts used;
    const auto pods = podsToMove(member.object->name());
    for (const api::ObjectPtr& pod : pods)
        used += requestsOf(pod->as<core::Pod>());
    const int percent = percentOf(used, allocatableOf(node));
    if (!pods.empty() && percent >= state.pool.spec().idlebelowpercent()) return false;
    idle.set_node(member.object->name());
    idle.set_usedpercent(percent);
    *idle.mutable_since() = timestamp();
    for (const lab::IdleNode& before : state.pool.status().idlenodes())
        if (before.node() == idle.node()) *idle.mutable_since() = before.since();
    return true;
}

/// Why the node's pods cannot go elsewhere; empty when they can.
Result<std::string> PoolAutoscaler::whyKept(const Member& member,
                                            const std::vector<api::ObjectPtr>& pods) const {
    if (pods.empty()) return std::string();
    Placement::Question question;
    question.removed.push_back(member.object->name());
    for (const api::ObjectPtr& object : pods) {
        const auto pod = object->as<core::Pod>();
        if (client::controllerOf(pod.metadata()) == nullptr)
            return fmt::format("{} is controlled by nobody and would be lost", object->key());
        const auto& annotations = pod.metadata().annotations();
        const auto safe = annotations.find("cluster-autoscaler.kubernetes.io/safe-to-evict");
        if (safe != annotations.end() && safe->second == "false")
            return fmt::format("{} says that it must not be evicted", object->key());
        for (const api::ObjectPtr& budget : budgets_.byIndex(bySpace, object->nameSpace())) {
            const auto of = budget->as<policy::PodDisruptionBudget>();
            const auto selector = api::LabelSelector::from(of.spec().selector());
            if (selector && selector->matches(object->labels()) && of.status().disruptionsallowed() <= 0)
                return fmt::format("the disruption budget {} lets {} not go", budget->key(), object->key());
        }
        question.withoutPods.push_back(object->key());
        question.pods.push_back(unbound(object));
    }
    const auto nodes = placement_.place(question);
    if (!nodes) return fail(nodes.error());
    for (std::size_t i = 0; i < nodes->size(); ++i)
        if ((*nodes)[i].empty()) return fmt::format("{} would fit nowhere else", pods[i]->key());
    return std::string();
}

Task<Result<void>> PoolAutoscaler::shrink(State& state) {
    const auto& spec = state.pool.spec();
    const auto& status = state.pool.status();
    const bool cooling =
        state.grown || (status.has_lastscaleuptime() && wallNow() - api::fromTime(status.lastscaleuptime()) <
                                                            std::chrono::seconds(spec.cooldownseconds()));
    int removable = cooling ? 0 : state.removable();
    bool othersToo = true; // only nodes without pods go together
    std::vector<const Member*> going;
    for (const Member& member : state.members) {
        lab::IdleNode idle;
        const bool nowIdle = isIdle(state, member, idle);
        if (member.dispensable && !member.leaving && !nowIdle) {
            auto unmarked = co_await setDispensable(member, "");
            if (!unmarked) co_return unmarked;
        }
        if (!nowIdle) continue;
        const auto pods = podsToMove(member.object->name());
        if (wallNow() - api::fromTime(idle.since()) < std::chrono::seconds(spec.idleseconds()))
            idle.set_keptbecause(fmt::format("idle for less than {} s", spec.idleseconds()));
        else if (cooling)
            idle.set_keptbecause(fmt::format("less than {} s since the pool grew", spec.cooldownseconds()));
        else if (removable <= static_cast<int>(going.size()))
            idle.set_keptbecause(fmt::format("the pool keeps at least {}", spec.min()));
        else if (!othersToo || (!pods.empty() && !going.empty()))
            idle.set_keptbecause("one node at a time is emptied");
        else if (auto why = whyKept(member, pods); !why)
            co_return fail(why.error());
        else if (!why->empty())
            idle.set_keptbecause(*why);
        else {
            going.push_back(&member);
            othersToo = pods.empty();
            auto marked = co_await setDispensable(
                member, fmt::format("idle since {}, {}% of it was requested",
                                    api::formatTime(api::fromTime(idle.since())), idle.usedpercent()));
            if (!marked) co_return marked;
        }
        state.idle.push_back(std::move(idle));
    }
    if (going.empty()) co_return Result<void>();
    std::vector<std::string> names;
    for (const Member* member : going)
        names.push_back(member->object->name());
    const int from = spec.replicas();
    const int to = from - static_cast<int>(going.size());
    decide(state, "ScaleDown", to, fmt::format("idle for {} s: {}", spec.idleseconds(), listOf(names)));
    auto set = co_await setReplicas(state, to);
    if (!set) co_return set;
    *state.pool.mutable_status()->mutable_lastscaledowntime() = timestamp();
    poolEvents_.record(state.object, EventRecorder::Type::Normal, "ScaleDown",
                       fmt::format("Scale-down: size set to {} instead of {} (min: {}), removing {}", to,
                                   from, spec.min(), listOf(names)));
    co_return Result<void>();
}

Step PoolAutoscaler::setDispensable(const Member& member, const std::string& why) {
    if (member.dispensable != why.empty()) co_return Result<void>();
    lab::Machine machine = member.machine;
    auto& annotations = *machine.mutable_metadata()->mutable_annotations();
    if (why.empty())
        annotations.erase(dispensableAnnotation);
    else
        annotations[dispensableAnnotation] = why;
    auto written = co_await api_.update(std::move(machine));
    co_return controllers::unlessGone(written);
}

api::ObjectPtr PoolAutoscaler::unbound(const api::ObjectPtr& object) {
    auto pod = object->as<core::Pod>();
    pod.mutable_spec()->clear_nodename();
    pod.clear_status();
    return api::Object::of(pod);
}

// --- what is written
// ----------------------------------------------------------------------------------------

/// On the condition that the pool is as it was looked at.
Step PoolAutoscaler::setReplicas(State& state, int replicas) {
    const std::string patch =
        fmt::format(R"({{"metadata":{{"resourceVersion":"{}"}},"spec":{{"replicas":{}}}}})",
                    state.object->revision(), replicas);
    client::Call<client::Written> writing([cluster = &api_.cluster(), name = state.object->name(),
                                           patch](client::Callback<client::Written> done) {
        client::WriteOptions options;
        options.subresource = "scale";
        options.fieldManager = "cluster-autoscaler";
        cluster->patch(api::kindOf<Pool>().name, {}, name, api::PatchType::Merge, patch, options,
                       std::move(done));
    });
    auto written = co_await writing;
    if (!written) co_return fail(written.error());
    state.object = written->object;
    auto status = state.pool.status();
    state.pool = state.object->as<Pool>();
    *state.pool.mutable_status() = std::move(status);
    co_return Result<void>();
}

void PoolAutoscaler::decide(State& state, const std::string& action, int to, std::string message,
                            const std::vector<GrowthOption>& options) {
    auto& status = *state.pool.mutable_status();
    // The same again is not news.
    if (!status.decisions().empty() && status.decisions(0).action() == action &&
        status.decisions(0).message() == message && status.decisions(0).to() == to)
        return;
    lab::NodePoolDecision decision;
    *decision.mutable_time() = timestamp();
    decision.set_action(action);
    decision.set_from(state.pool.spec().replicas());
    decision.set_to(to);
    decision.set_message(std::move(message));
    for (const GrowthOption& option : options) {
        lab::ExpanderOption& each = *decision.add_options();
        each.set_pool(option.pool);
        each.set_machines(option.machines);
        each.set_pods(static_cast<int>(option.pods.size()));
        each.set_wastepercent(option.wastePercent);
        each.set_priority(option.priority);
        each.set_chosen(&option == &options.front());
    }
    auto& all = *status.mutable_decisions();
    *all.Add() = std::move(decision);
    for (int i = all.size() - 1; i > 0; --i)
        all.SwapElements(i, i - 1);
    while (all.size() > decisionsKept)
        all.RemoveLast();
}

Step PoolAutoscaler::writeStatus(State& state) {
    auto& status = *state.pool.mutable_status();
    std::stable_sort(state.idle.begin(), state.idle.end(),
                     [](const lab::IdleNode& a, const lab::IdleNode& b) {
                         return a.since().seconds() < b.since().seconds();
                     });
    status.clear_idlenodes();
    for (lab::IdleNode& idle : state.idle)
        *status.add_idlenodes() = std::move(idle);
    for (int tries = 0;; ++tries) {
        Pool pool = state.object->as<Pool>();
        takeDecisions(status, *pool.mutable_status());
        if (google::protobuf::util::MessageDifferencer::Equals(state.object->as<Pool>().status(),
                                                               pool.status()))
            co_return Result<void>();
        auto written = co_await api_.updateStatus(pool);
        // The decision is made and would not be made again: it must not be lost to somebody else's write.
        if (written || written.error().reason != Reason::Conflict || tries == mostTries)
            co_return controllers::unlessGone(written);
        auto newest = co_await api_.get<Pool>({}, state.object->name());
        if (!newest || (*newest)->uid() != state.object->uid()) co_return Result<void>();
        state.object = *newest;
    }
}

} // namespace wheelhouse::autoscaling
