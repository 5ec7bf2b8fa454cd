#include "hpa/hpa_controller.h"

#include "engine/api/quantity.h"
#include "engine/api/scale.h"
#include "engine/api/selector.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>
#include <limits>
#include <utility>

namespace wheelhouse::autoscaling {

namespace core = api::core;
namespace hpa2 = api::autoscaling2;
using client::Task;
using controllers::Step;

namespace {

/// The farthest any rule may look back.
constexpr Duration longestMemory = std::chrono::hours(1) + std::chrono::seconds(1);
constexpr std::int32_t fewestUpLimit = 4;

Duration secondsOf(std::int32_t seconds) {
    return std::chrono::seconds(seconds);
}

double toleranceIn(const hpa2::HPAScalingRules& rules, double unsaid) {
    if (!rules.has_tolerance()) return unsaid;
    const auto parsed = api::Quantity::parse(rules.tolerance().string());
    return parsed ? static_cast<double>(parsed->milli()) / 1000 : unsaid;
}

std::string targetText(const hpa2::HorizontalPodAutoscaler& hpa) {
    return hpa.spec().scaletargetref().kind() + "/" + hpa.spec().scaletargetref().name();
}

/// An evaluation as the record of the decision has it.
void note(const Evaluation& evaluation, const Tolerance& tolerance, api::lab::ScalingMetric& metric) {
    metric.set_name(evaluation.name.empty() ? evaluation.failure : evaluation.name);
    if (!evaluation.proposal) return metric.set_error(evaluation.why);
    const Proposal& proposal = *evaluation.proposal;
    metric.set_value(evaluation.value);
    metric.set_target(evaluation.target);
    if (std::isfinite(proposal.ratio)) metric.set_ratio(proposal.ratio);
    if (proposal.ratioWithUnmeasured) metric.set_ratiowithunmeasured(*proposal.ratioWithUnmeasured);
    metric.set_tolerance(proposal.ratio < 1 ? tolerance.down : tolerance.up);
    metric.set_beforetolerance(proposal.beforeTolerance);
    metric.set_proposal(proposal.replicas);
    metric.set_measuredpods(proposal.measured);
    metric.set_ignoredpods(proposal.ignored);
    metric.set_unmeasuredpods(proposal.unmeasured);
}

void addRule(api::lab::ScalingStep& step, const char* name, std::int32_t replicas, std::string message) {
    api::lab::ScalingRule& rule = *step.add_rules();
    rule.set_name(name);
    rule.set_replicas(replicas);
    rule.set_message(std::move(message));
}

} // namespace

HpaController::HpaController(const controllers::Deps& deps, const HpaOptions& options,
                             const UsageBoard& board, CustomMetrics* custom, ScalingDecisions& decisions)
    : QueuedController(deps, "horizontalpodautoscaler"), hpaOptions_(options),
      reader_(board, custom, {options.cpuInitialization, options.initialReadiness}), decisions_(decisions),
      hpaEvents_(deps.cluster, deps.executor, "horizontal-pod-autoscaler"),
      hpas_(watch<Autoscaler>(
          {.onAdd = [this](const api::ObjectPtr& object) { enqueue(object->key()); },
           .onUpdate =
               [this](const api::ObjectPtr& before, const api::ObjectPtr& object) {
                   // Its own status is written here every time.
                   const auto was = before->as<Autoscaler>();
                   const auto is = object->as<Autoscaler>();
                   if (!google::protobuf::util::MessageDifferencer::Equals(was.spec(), is.spec()))
                       enqueue(object->key());
               },
           .onDelete = [this](const api::ObjectPtr& object) { enqueue(object->key()); }})),
      pods_(watch<core::Pod>()) {
    controllers::indexByNamespace(pods_);
}

Step HpaController::reconcile(std::string key) {
    const api::ObjectPtr object = hpas_.get(key);
    if (!object) {
        memory_.erase(key);
        decisions_.forget(key);
        co_return Result<void>();
    }
    if (object->deleting()) co_return Result<void>();
    Round round;
    round.object = object;
    round.hpa = object->as<Autoscaler>();
    round.before = round.hpa.status();
    // Whatever goes wrong is said in the status; trying again at once would only say it more often.
    auto done = co_await look(round);
    static_cast<void>(done);
    enqueueAfter(key, hpaOptions_.period);
    co_return Result<void>();
}

HpaController::Memory& HpaController::memoryOf(const Round& round) {
    Memory& memory = memory_[round.object->key()];
    if (memory.uid != round.object->uid()) memory = Memory{round.object->uid(), {}, {}};
    return memory;
}

void HpaController::setCondition(Round& round, const char* type, bool value, const std::string& reason,
                                 const std::string& message) {
    hpa2::HorizontalPodAutoscalerCondition* condition = nullptr;
    for (auto& each : *round.hpa.mutable_status()->mutable_conditions())
        if (each.type() == type) condition = &each;
    if (condition == nullptr) condition = round.hpa.mutable_status()->add_conditions();
    const char* const status = value ? "True" : "False";
    condition->set_type(type);
    if (condition->status() != status) *condition->mutable_lasttransitiontime() = timestamp();
    condition->set_status(status);
    condition->set_reason(reason);
    condition->set_message(message);
}

void HpaController::warn(const Round& round, const std::string& reason, const std::string& message) {
    hpaEvents_.record(round.object, client::EventRecorder::Type::Warning, reason, message);
}

Tolerance HpaController::toleranceOf(const Autoscaler& hpa) const {
    const auto& behavior = hpa.spec().behavior();
    return {toleranceIn(behavior.scaledown(), hpaOptions_.tolerance),
            toleranceIn(behavior.scaleup(), hpaOptions_.tolerance)};
}

/// From the scale to the new scale. `round` outlives the task.
Step HpaController::look(Round& round) {
    auto found = co_await findScale(round);
    if (!found) {
        warn(round, "FailedGetScale", found.error().message);
        setCondition(round, "AbleToScale", false, "FailedGetScale",
                     "the HPA controller was unable to get the target's current scale: " +
                         found.error().message);
        auto finished = co_await finish(round, found);
        co_return finished;
    }
    setCondition(round, "AbleToScale", true, "SucceededGetScale",
                 "the HPA controller was able to get the target's current scale");
    Memory& memory = memoryOf(round);
    memory.selector = round.scale.selector;
    memory.history.forget(now() - longestMemory);
    if (memory.history.empty()) memory.history.recommended(round.scale.wanted, now());
    const std::int32_t current = round.scale.wanted;
    const auto& spec = round.hpa.spec();
    const std::int32_t least = spec.has_minreplicas() ? spec.minreplicas() : 1;
    round.desired = current;
    if (current == 0 && least != 0) {
        setCondition(round, "ScalingActive", false, "ScalingDisabled",
                     "scaling is disabled since the replica count of the target is zero");
        round.step.set_result("Disabled");
    } else if (current > spec.maxreplicas() || current < least) {
        const bool above = current > spec.maxreplicas();
        round.desired = above ? spec.maxreplicas() : least;
        round.reason = above ? "Current number of replicas above Spec.MaxReplicas"
                             : "Current number of replicas below Spec.MinReplicas";
        addRule(round.step, "Limits", round.desired, round.reason);
    } else {
        auto measured = co_await measure(round);
        if (!measured) {
            warn(round, "FailedComputeMetricsReplicas", measured.error().message);
            auto finished = co_await finish(round, measured);
            co_return finished;
        }
        holdBack(round, memoryOf(round));
    }
    Result<void> outcome;
    if (round.desired != current) outcome = co_await rescale(round);
    auto finished = co_await finish(round, outcome);
    co_return finished;
}

Task<Result<client::ResourceInfo>> HpaController::resolve(const Round& round) {
    const auto& reference = round.hpa.spec().scaletargetref();
    const std::string& version = reference.apiversion();
    if (std::count(version.begin(), version.end(), '/') > 1)
        co_return fail(Reason::BadRequest, "unexpected GroupVersion string: " + version);
    const std::string group =
        version.find('/') == std::string::npos ? "" : version.substr(0, version.find('/'));
    const auto search = [&]() -> const client::ResourceInfo* {
        const client::ResourceInfo* best = nullptr;
        for (const client::ResourceInfo& each : kinds_) {
            if (each.kind != reference.kind() || each.name.group != group) continue;
            if (best == nullptr || each.name.apiVersion() == version) best = &each;
        }
        return best;
    };
    if (search() == nullptr) {
        client::Call<std::vector<client::ResourceInfo>> asking(
            [cluster = &api_.cluster()](client::Callback<std::vector<client::ResourceInfo>> done) {
                cluster->discover(std::move(done));
            });
        auto discovered = co_await asking;
        if (!discovered) co_return fail(discovered.error());
        kinds_ = std::move(*discovered);
    }
    const client::ResourceInfo* found = search();
    if (found == nullptr)
        co_return fail(Reason::NotFound,
                       fmt::format("no matches for kind \"{}\" in group \"{}\"", reference.kind(), group));
    co_return *found;
}

Task<Result<void>> HpaController::findScale(Round& round) {
    auto kind = co_await resolve(round);
    if (!kind) co_return fail(kind.error());
    const auto& subresources = kind->subresources;
    if (std::find(subresources.begin(), subresources.end(), "scale") == subresources.end())
        co_return fail(Reason::NotFound, "the server could not find the requested resource");
    round.resource = kind->name;
    auto object = co_await api_.get(round.resource, round.object->nameSpace(),
                                    round.hpa.spec().scaletargetref().name());
    if (!object) co_return fail(object.error());
    const auto numbers = api::scaleNumbersOf((*object)->kind(), *(*object)->message());
    if (!numbers) co_return fail(numbers.error());
    round.scale = {static_cast<std::int32_t>(numbers->wanted), static_cast<std::int32_t>(numbers->actual),
                   numbers->selector, (*object)->revision()};
    co_return Result<void>();
}

/// The pods the target stands for; an error where that cannot be told.
Result<MetricReader::Target> HpaController::targetOf(Round& round) {
    const std::string& text = round.scale.selector;
    if (text.empty()) {
        warn(round, "SelectorRequired", "selector is required");
        setCondition(round, "ScalingActive", false, "InvalidSelector",
                     "the HPA target's scale is missing a selector");
        return fail(Reason::BadRequest, "selector is required");
    }
    const auto selector = api::LabelSelector::parse(text);
    if (!selector) {
        const std::string problem =
            "couldn't convert selector into a corresponding internal selector object: " +
            selector.error().message;
        warn(round, "InvalidSelector", problem);
        setCondition(round, "ScalingActive", false, "InvalidSelector", problem);
        return fail(Reason::BadRequest, problem);
    }
    MetricReader::Target target{round.object->nameSpace(), text, round.scale.wanted,
                                round.scale.actual,        {},   {},
                                toleranceOf(round.hpa)};
    for (const api::ObjectPtr& pod : pods_.byIndex(controllers::byNamespace, round.object->nameSpace()))
        if (selector->matches(pod->labels())) target.objects.push_back(pod);
    std::vector<std::string> rivals;
    for (const auto& [key, memory] : memory_) {
        if (key == round.object->key() || !key.starts_with(round.object->nameSpace() + "/")) continue;
        const auto other = api::LabelSelector::parse(memory.selector);
        if (memory.selector.empty() || !other) continue;
        if (std::any_of(target.objects.begin(), target.objects.end(),
                        [&](const api::ObjectPtr& pod) { return other->matches(pod->labels()); }))
            rivals.push_back(key);
    }
    if (!rivals.empty()) {
        rivals.push_back(round.object->key());
        std::sort(rivals.begin(), rivals.end());
        const std::string problem = fmt::format("pods by selector {} are controlled by multiple HPAs: [{}]",
                                                text, fmt::join(rivals, " "));
        warn(round, "AmbiguousSelector", problem);
        setCondition(round, "ScalingActive", false, "AmbiguousSelector", problem);
        return fail(Reason::Conflict, problem);
    }
    for (const api::ObjectPtr& pod : target.objects)
        target.pods.push_back(pod->as<core::Pod>());
    return target;
}

Task<Result<void>> HpaController::measure(Round& round) {
    auto target = targetOf(round);
    if (!target) co_return fail(target.error());
    std::vector<Evaluation> evaluations;
    for (const hpa2::MetricSpec& spec : round.hpa.spec().metrics()) {
        auto evaluation = co_await reader_.read(spec, *target, wallNow());
        note(evaluation, target->tolerance, *round.step.add_metrics());
        if (!evaluation.proposal) warn(round, evaluation.failure, evaluation.why);
        evaluations.push_back(std::move(evaluation));
    }
    co_return chooseProposal(round, evaluations);
}

/// The metric that asks for most decides; one that failed must not let the others shrink anything.
Result<void> HpaController::chooseProposal(Round& round, const std::vector<Evaluation>& evaluations) {
    const Evaluation* highest = nullptr;
    const Evaluation* firstFailed = nullptr;
    std::size_t failed = 0;
    for (const Evaluation& each : evaluations) {
        if (!each.proposal) {
            if (firstFailed == nullptr) firstFailed = &each;
            ++failed;
        } else if (highest == nullptr || each.proposal->replicas > highest->proposal->replicas) {
            highest = &each;
        }
    }
    if (highest == nullptr || (failed > 0 && highest->proposal->replicas < round.scale.wanted)) {
        if (firstFailed == nullptr) return fail(Reason::InternalError, "there are no metrics");
        setCondition(round, "ScalingActive", false, firstFailed->failure,
                     "the HPA was unable to compute the replica count: " + firstFailed->why);
        return fail(Reason::InternalError,
                    fmt::format("invalid metrics ({} invalid out of {}), first error is: {}", failed,
                                evaluations.size(), firstFailed->summary));
    }
    setCondition(round, "ScalingActive", true, "ValidMetricFound",
                 "the HPA was able to successfully calculate a replica count from " + highest->name);
    round.hpa.mutable_status()->clear_currentmetrics();
    for (const Evaluation& each : evaluations)
        if (each.proposal) *round.hpa.mutable_status()->add_currentmetrics() = each.status;
    round.desired = highest->proposal->replicas;
    if (round.desired > round.scale.wanted) round.reason = highest->name + " above target";
    if (round.desired < round.scale.wanted) round.reason = "All metrics below target";
    addRule(round.step, "Metrics", round.desired,
            fmt::format("{} is {} and should be {}", highest->name, highest->value, highest->target));
    return {};
}

void HpaController::holdBack(Round& round, Memory& memory) {
    const auto& spec = round.hpa.spec();
    const std::int32_t current = round.scale.wanted;
    const std::int32_t wish = round.desired;
    const std::int32_t least = spec.has_minreplicas() ? spec.minreplicas() : 1;
    Ruling stable;
    std::int32_t downLimit = 0;
    std::int32_t upLimit = 0;
    if (spec.has_behavior()) {
        const auto& up = spec.behavior().scaleup();
        const auto& down = spec.behavior().scaledown();
        const Duration downWindow = down.has_stabilizationwindowseconds()
                                        ? secondsOf(down.stabilizationwindowseconds())
                                        : hpaOptions_.downscaleStabilization;
        stable = memory.history.stabilize(current, wish, secondsOf(up.stabilizationwindowseconds()),
                                          downWindow, now());
        downLimit = memory.history.downLimit(current, down, now());
        upLimit = memory.history.upLimit(current, up, now());
    } else {
        stable = memory.history.stabilize(wish, hpaOptions_.downscaleStabilization, now());
        upLimit = std::max(2 * current, fewestUpLimit);
    }
    memory.history.recommended(wish, now());
    setCondition(round, "AbleToScale", true, stable.reason, stable.message);
    addRule(round.step, "Stabilization", stable.replicas, stable.message);
    const Ruling bounded =
        withinBounds(current, stable.replicas, least, spec.maxreplicas(), downLimit, upLimit);
    setCondition(round, "ScalingLimited", bounded.replicas != stable.replicas, bounded.reason,
                 bounded.message);
    addRule(round.step, "Limits", bounded.replicas, bounded.message);
    round.desired = bounded.replicas;
}

Task<Result<void>> HpaController::rescale(Round& round) {
    const std::int32_t current = round.scale.wanted;
    const std::string patch =
        fmt::format(R"({{"metadata":{{"resourceVersion":"{}"}},"spec":{{"replicas":{}}}}})",
                    round.scale.revision, round.desired);
    client::Call<client::Written> writing(
        [cluster = &api_.cluster(), resource = round.resource, nameSpace = round.object->nameSpace(),
         name = round.hpa.spec().scaletargetref().name(), patch](client::Callback<client::Written> done) {
            client::WriteOptions options;
            options.subresource = "scale";
            options.fieldManager = "kube-controller-manager";
            cluster->patch(resource, nameSpace, name, api::PatchType::Merge, patch, options, std::move(done));
        });
    auto written = co_await writing;
    if (!written) {
        warn(round, "FailedRescale",
             fmt::format("New size: {}; reason: {}; error: {}", round.desired, round.reason,
                         written.error().message));
        setCondition(round, "AbleToScale", false, "FailedUpdateScale",
                     "the HPA controller was unable to update the target scale: " + written.error().message);
        co_return fail(written.error());
    }
    setCondition(round, "AbleToScale", true, "SucceededRescale",
                 fmt::format("the HPA controller was able to update the target scale to {}", round.desired));
    hpaEvents_.record(round.object, client::EventRecorder::Type::Normal, "SuccessfulRescale",
                      fmt::format("New size: {}; reason: {}", round.desired, round.reason));
    memoryOf(round).history.scaled(current, round.desired, now());
    *round.hpa.mutable_status()->mutable_lastscaletime() = timestamp();
    co_return Result<void>();
}

/// Keeps the record of the decision and writes the status, whatever the outcome.
Step HpaController::finish(Round& round, Result<void> outcome) {
    const std::int32_t current = round.scale.wanted;
    auto& status = *round.hpa.mutable_status();
    if (!outcome) {
        status.set_currentreplicas(current);
        round.step.set_result("Failed");
        round.step.set_message(outcome.error().message);
        round.desired = current;
    } else {
        status.set_currentreplicas(current);
        status.set_desiredreplicas(round.desired);
        if (round.step.metrics().empty()) status.clear_currentmetrics();
        if (round.desired != current) {
            round.step.set_result(round.desired > current ? "Up" : "Down");
            round.step.set_message(
                fmt::format("From {} to {} replicas: {}.", current, round.desired, round.reason));
        } else if (round.step.result().empty()) {
            round.step.set_result("Unchanged");
            const auto& rules = round.step.rules();
            round.step.set_message(fmt::format("Stays at {}: {}; {}.", current,
                                               rules.empty() ? "" : rules.begin()->message(),
                                               rules.size() < 2 ? "" : rules.Get(1).message()));
        } else {
            round.step.set_message("Scaling is switched off: the target has no replicas.");
        }
    }
    round.step.set_current(current);
    round.step.set_desired(round.desired);
    *round.step.mutable_time() = api::toMicroTime(wallNow());
    decisions_.add(round.object, targetText(round.hpa), round.step);
    if (google::protobuf::util::MessageDifferencer::Equals(round.before, round.hpa.status()))
        co_return outcome;
    auto written = co_await api_.updateStatus(round.hpa);
    if (!written && written.error().reason != Reason::NotFound) {
        warn(round, "FailedUpdateStatus", written.error().message);
        co_return fail(written.error());
    }
    co_return outcome;
}

} // namespace wheelhouse::autoscaling
