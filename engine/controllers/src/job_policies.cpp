#include "job_policies.h"

#include "engine/api/time.h"
#include "pods.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace wheelhouse::controllers {

namespace batch = api::batch;
namespace core = api::core;

namespace {

constexpr Duration firstBackoff = std::chrono::seconds(10);
constexpr Duration longestBackoff = std::chrono::minutes(10);
constexpr std::size_t longestGeneratedBase = 58;
constexpr const char* indexVariable = "JOB_COMPLETION_INDEX";

/// A number in an annotation; `otherwise` when it is none or negative.
int annotated(const core::Pod& pod, const char* name, int otherwise) {
    const auto found = pod.metadata().annotations().find(name);
    if (found == pod.metadata().annotations().end()) return otherwise;
    const std::string& text = found->second;
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= 0 ? value : otherwise;
}

bool matches(const batch::PodFailurePolicyOnExitCodesRequirement& requirement,
             const core::ContainerStatus& container) {
    if (!container.state().has_terminated()) return false;
    const int code = container.state().terminated().exitcode();
    if (code == 0) return false;
    if (requirement.has_containername() && requirement.containername() != container.name()) return false;
    const bool listed = std::find(requirement.values().begin(), requirement.values().end(), code) !=
                        requirement.values().end();
    return requirement.operator_() == "In" ? listed : requirement.operator_() == "NotIn" && !listed;
}

const core::ContainerStatus*
matchingContainer(const batch::PodFailurePolicyOnExitCodesRequirement& requirement,
                  const core::PodStatus& status) {
    for (const auto* list : {&status.containerstatuses(), &status.initcontainerstatuses()})
        for (const core::ContainerStatus& container : *list)
            if (matches(requirement, container)) return &container;
    return nullptr;
}

const core::PodCondition* matchingCondition(const batch::PodFailurePolicyRule& rule,
                                            const core::PodStatus& status) {
    for (const core::PodCondition& condition : status.conditions())
        for (const auto& pattern : rule.onpodconditions())
            if (condition.type() == pattern.type() && condition.status() == pattern.status())
                return &condition;
    return nullptr;
}

/// Why the rule applies to the pod, in the words of the Job's condition; nothing when it does not.
std::optional<std::string> matchedBy(const batch::PodFailurePolicyRule& rule, int index,
                                     const core::Pod& pod) {
    const auto& metadata = pod.metadata();
    if (rule.has_onexitcodes()) {
        const auto* container = matchingContainer(rule.onexitcodes(), pod.status());
        if (!container) return std::nullopt;
        return fmt::format("Container {} for pod {}/{} failed with exit code {} matching {} rule at index {}",
                           container->name(), metadata.namespace_(), metadata.name(),
                           container->state().terminated().exitcode(), rule.action(), index);
    }
    const auto* condition = matchingCondition(rule, pod.status());
    if (!condition) return std::nullopt;
    return fmt::format("Pod {}/{} has condition {} matching {} rule at index {}", metadata.namespace_(),
                       metadata.name(), condition->type(), rule.action(), index);
}

std::optional<WallTime> containersEnded(const core::Pod& pod) {
    std::optional<WallTime> last;
    for (const auto& container : pod.status().containerstatuses()) {
        if (!container.state().terminated().has_finishedat()) return std::nullopt;
        const WallTime ended = api::fromTime(container.state().terminated().finishedat());
        last = std::max(last.value_or(ended), ended);
    }
    return last;
}

} // namespace

bool isIndexed(const batch::JobSpec& spec) {
    return spec.completionmode() == "Indexed";
}

bool replacesOnlyFailed(const batch::JobSpec& spec) {
    return spec.podreplacementpolicy() == "Failed";
}

const batch::JobCondition* findCondition(const batch::JobStatus& status, const std::string& type) {
    for (const auto& condition : status.conditions())
        if (condition.type() == type) return &condition;
    return nullptr;
}

const batch::JobCondition* finishedCondition(const batch::JobStatus& status) {
    for (const auto& condition : status.conditions())
        if ((condition.type() == "Complete" || condition.type() == "Failed") && condition.status() == "True")
            return &condition;
    return nullptr;
}

bool setCondition(batch::JobStatus& status, const batch::JobCondition& condition) {
    for (auto& present : *status.mutable_conditions()) {
        if (present.type() != condition.type()) continue;
        if (present.status() == condition.status() && present.reason() == condition.reason() &&
            present.message() == condition.message())
            return false;
        present = condition;
        return true;
    }
    if (condition.status() == "False") return false;
    *status.add_conditions() = condition;
    return true;
}

batch::JobCondition jobCondition(std::string type, std::string status, std::string reason,
                                 std::string message, WallTime now) {
    batch::JobCondition condition;
    condition.set_type(std::move(type));
    condition.set_status(std::move(status));
    *condition.mutable_lastprobetime() = api::toTime(now);
    *condition.mutable_lasttransitiontime() = api::toTime(now);
    if (!reason.empty()) condition.set_reason(std::move(reason));
    if (!message.empty()) condition.set_message(std::move(message));
    return condition;
}

int completionIndex(const core::Pod& pod) {
    return annotated(pod, completionIndexName, -1);
}

bool isFailed(const core::Pod& pod, const batch::JobSpec& spec) {
    if (pod.status().phase() == "Failed") return true;
    if (replacesOnlyFailed(spec)) return false;
    // A pod whose node is gone may never say how it ended.
    return pod.metadata().has_deletiontimestamp() && pod.status().phase() != "Succeeded";
}

WallTime finishedAt(const core::Pod& pod) {
    if (const auto ended = containersEnded(pod)) return *ended;
    const auto* ready = findCondition(pod.status(), "Ready");
    if (ready && ready->status() == "False" && ready->has_lasttransitiontime())
        return api::fromTime(ready->lasttransitiontime());
    const auto& metadata = pod.metadata();
    if (metadata.has_deletiontimestamp())
        return api::fromTime(metadata.deletiontimestamp()) -
               std::chrono::seconds(metadata.deletiongraceperiodseconds());
    return api::fromTime(metadata.creationtimestamp());
}

FailureVerdict judgeFailure(const batch::JobSpec& spec, const core::Pod& pod) {
    FailureVerdict verdict;
    const auto& rules = spec.podfailurepolicy().rules();
    for (int i = 0; i < rules.size(); ++i) {
        const auto why = matchedBy(rules.Get(i), i, pod);
        if (!why) continue;
        const std::string& action = rules.Get(i).action();
        verdict.counts = action != "Ignore";
        verdict.failsIndex = action == "FailIndex";
        if (action == "FailJob") verdict.failsJob = *why;
        break;
    }
    return verdict;
}

bool endsIndex(const batch::JobSpec& spec, const core::Pod& pod) {
    if (!isFailed(pod, spec)) return false;
    const FailureVerdict verdict = judgeFailure(spec, pod);
    return verdict.failsIndex || (verdict.counts && failuresOf(pod).counted >= spec.backofflimitperindex());
}

IndexFailures failuresOf(const core::Pod& pod) {
    return {annotated(pod, failureCountName, 0), annotated(pod, ignoredFailureCountName, 0)};
}

IndexFailures failuresAfter(const batch::JobSpec& spec, const core::Pod& failed) {
    IndexFailures failures = failuresOf(failed);
    ++(judgeFailure(spec, failed).counts ? failures.counted : failures.ignored);
    return failures;
}

std::optional<std::string> metSuccessPolicy(const batch::JobSpec& spec, const IndexSet& succeeded) {
    if (succeeded.empty()) return std::nullopt;
    const auto& rules = spec.successpolicy().rules();
    for (int i = 0; i < rules.size(); ++i) {
        const auto& rule = rules.Get(i);
        bool met = false;
        if (rule.has_succeededindexes()) {
            const IndexSet wanted = IndexSet::parse(rule.succeededindexes(), spec.completions());
            const int there = wanted.common(succeeded);
            met = !wanted.empty() &&
                  (there == wanted.size() || (rule.has_succeededcount() && there >= rule.succeededcount()));
        } else {
            met = rule.has_succeededcount() && succeeded.size() >= rule.succeededcount();
        }
        if (met) return fmt::format("Matched rules at index {}", i);
    }
    return std::nullopt;
}

Duration backoffLeft(int failures, WallTime lastFailure, WallTime now) {
    if (failures <= 0) return Duration::zero();
    Duration wait = firstBackoff;
    for (int i = 1; i < failures && wait < longestBackoff; ++i)
        wait = std::min(wait * 2, longestBackoff);
    return std::max(lastFailure + wait - now, Duration::zero());
}

bool restartsExceed(int restarts, int backoffLimit) {
    return backoffLimit == 0 ? restarts > 0 : restarts >= backoffLimit;
}

int restartsOf(const core::Pod& pod) {
    int total = 0;
    for (const auto* list : {&pod.status().containerstatuses(), &pod.status().initcontainerstatuses()})
        for (const core::ContainerStatus& container : *list)
            total += container.restartcount();
    return total;
}

std::vector<int> pendingIndexes(const IndexSet& taken, int count, int completions) {
    std::vector<int> pending;
    int candidate = 0;
    const auto upTo = [&](int end) {
        for (; candidate < std::min(end, completions) && static_cast<int>(pending.size()) < count;
             ++candidate)
            pending.push_back(candidate);
    };
    for (const auto& [first, last] : taken.ranges()) {
        upTo(first);
        candidate = std::max(candidate, last + 1);
    }
    upTo(completions);
    return pending;
}

void makeIndexed(core::Pod& pod, const std::string& job, int index) {
    const std::string number = std::to_string(index);
    auto& metadata = *pod.mutable_metadata();
    const std::string ending = "-" + number + "-";
    metadata.set_generatename(job.substr(0, longestGeneratedBase - ending.size()) + ending);
    (*metadata.mutable_labels())[completionIndexName] = number;
    (*metadata.mutable_annotations())[completionIndexName] = number;
    pod.mutable_spec()->set_hostname(job + "-" + number);
    for (auto* list :
         {pod.mutable_spec()->mutable_containers(), pod.mutable_spec()->mutable_initcontainers()})
        for (core::Container& container : *list) {
            const bool given = std::any_of(container.env().begin(), container.env().end(),
                                           [](const auto& each) { return each.name() == indexVariable; });
            if (given) continue;
            auto& variable = *container.add_env();
            variable.set_name(indexVariable);
            variable.mutable_valuefrom()->mutable_fieldref()->set_fieldpath(
                fmt::format("metadata.labels['{}']", completionIndexName));
        }
}

} // namespace wheelhouse::controllers
