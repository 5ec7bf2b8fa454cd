#include "engine/api/codec.h"
#include "engine/api/groups/batch.h"
#include "engine/api/selector.h"
#include "semantics/index_ranges.h"
#include "semantics/kind_rules.h"
#include "semantics/pod_defaults.h"
#include "semantics/schedule.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <map>
#include <set>

namespace wheelhouse::api::semantics {

namespace {

constexpr std::int32_t maxParallelIndexed = 100'000;
constexpr std::int32_t manyCompletions = 100'000;
constexpr std::int32_t maxParallelOfMany = 10'000;
constexpr std::int32_t maxFailedOfMany = 10'000;
constexpr int maxPolicyRules = 20;
constexpr int maxExitCodes = 255;
constexpr std::int64_t maxManagedBy = 63;
constexpr std::int64_t maxIndexText = 64 * 1024;
constexpr std::size_t longestCronJobName = 52;

void validateExitCodes(const batch::PodFailurePolicyOnExitCodesRequirement& codes,
                       const std::set<std::string>& containers, const Path& path, Problems& problems) {
    static const std::vector<std::string> operators = {"In", "NotIn"};
    if (codes.operator_().empty())
        problems.required(path.child("operator"), R"(valid values: ["In" "NotIn"])");
    else
        problems.oneOf(path.child("operator"), codes.operator_(), operators);
    if (codes.has_containername() && !containers.contains(codes.containername()))
        problems.invalid(path.child("containerName"), codes.containername(),
                         "must be one of the container or initContainer names in the pod template");
    const Path values = path.child("values");
    const auto list = [&] {
        std::string out = "[";
        for (const std::int32_t code : codes.values())
            out += (out.size() > 1 ? "," : "") + std::to_string(code);
        return out + "]";
    };
    if (codes.values().empty()) problems.invalidJson(values, "null", "at least one value is required");
    if (codes.values_size() > maxExitCodes) problems.tooMany(values, codes.values_size(), maxExitCodes);
    std::set<std::int32_t> seen;
    for (int i = 0; i < codes.values_size(); ++i) {
        const Path at = values.index(static_cast<std::size_t>(i));
        if (codes.operator_() == "In" && codes.values(i) == 0)
            problems.invalid(at, 0, "must not be 0 for the In operator");
        if (!seen.insert(codes.values(i)).second) problems.duplicateJson(at, std::to_string(codes.values(i)));
    }
    if (!std::is_sorted(codes.values().begin(), codes.values().end()))
        problems.invalidJson(values, list(), "must be ordered");
}

void validateFailureRule(const batch::JobSpec& of, const batch::PodFailurePolicyRule& rule,
                         const std::set<std::string>& containers, const Path& path, Problems& problems) {
    static const std::vector<std::string> actions = {"Count", "FailIndex", "FailJob", "Ignore"};
    static const std::vector<std::string> states = {"False", "True", "Unknown"};
    const Path action = path.child("action");
    if (rule.action().empty())
        problems.required(action, R"(valid values: ["Count" "FailIndex" "FailJob" "Ignore"])");
    else if (problems.oneOf(action, rule.action(), actions) && rule.action() == "FailIndex" &&
             !of.has_backofflimitperindex())
        problems.invalid(action, rule.action(), "requires the backoffLimitPerIndex to be set");
    if (rule.has_onexitcodes())
        validateExitCodes(rule.onexitcodes(), containers, path.child("onExitCodes"), problems);
    const Path conditions = path.child("onPodConditions");
    if (rule.onpodconditions_size() > maxPolicyRules)
        problems.tooMany(conditions, rule.onpodconditions_size(), maxPolicyRules);
    for (int i = 0; i < rule.onpodconditions_size(); ++i) {
        const auto& pattern = rule.onpodconditions(i);
        const Path at = conditions.index(static_cast<std::size_t>(i));
        problems.invalid(at.child("type"), pattern.type(), qualifiedName(pattern.type()));
        if (pattern.status().empty())
            problems.required(at.child("status"), R"(valid values: ["False" "True" "Unknown"])");
        else
            problems.oneOf(at.child("status"), pattern.status(), states);
    }
    if (rule.has_onexitcodes() && rule.onpodconditions_size() > 0)
        problems.invalidBare(path, "specifying both OnExitCodes and OnPodConditions is not supported");
    if (!rule.has_onexitcodes() && rule.onpodconditions_size() == 0)
        problems.invalidBare(path, "specifying one of OnExitCodes and OnPodConditions is required");
}

void validateFailurePolicy(const batch::JobSpec& of, const Path& path, Problems& problems) {
    const auto& rules = of.podfailurepolicy().rules();
    if (rules.size() > maxPolicyRules) problems.tooMany(path.child("rules"), rules.size(), maxPolicyRules);
    std::set<std::string> containers;
    for (const core::Container& container : of.template_().spec().containers())
        containers.insert(container.name());
    for (const core::Container& container : of.template_().spec().initcontainers())
        containers.insert(container.name());
    for (int i = 0; i < rules.size(); ++i)
        validateFailureRule(of, rules.Get(i), containers,
                            path.child("rules").index(static_cast<std::size_t>(i)), problems);
}

void validateSuccessRule(const batch::JobSpec& of, const batch::SuccessPolicyRule& rule, const Path& path,
                         Problems& problems) {
    if (!rule.has_succeededcount() && !rule.has_succeededindexes())
        problems.required(path, "at least one of succeededCount or succeededIndexes must be specified");
    std::int64_t indexes = 0;
    if (rule.has_succeededindexes()) {
        const Path at = path.child("succeededIndexes");
        if (static_cast<std::int64_t>(rule.succeededindexes().size()) > maxIndexText)
            problems.tooLong(at, maxIndexText);
        const Result<std::int64_t> counted = countIndexes(rule.succeededindexes(), of.completions());
        if (counted)
            indexes = *counted;
        else
            problems.invalid(at, rule.succeededindexes(),
                             "error parsing succeededIndexes: " + counted.error().message);
    }
    if (!rule.has_succeededcount()) return;
    const Path at = path.child("succeededCount");
    problems.nonNegative(at, rule.succeededcount());
    if (rule.succeededcount() > of.completions())
        problems.invalid(at, rule.succeededcount(),
                         fmt::format("must be less than or equal to {} (the number of specified completions)",
                                     of.completions()));
    if (rule.has_succeededindexes() && rule.succeededcount() > indexes)
        problems.invalid(at, rule.succeededcount(),
                         fmt::format("must be less than or equal to {} (the number of indexes in the "
                                     "specified succeededIndexes field)",
                                     indexes));
}

void validateSuccessPolicy(const batch::JobSpec& of, const Path& path, Problems& problems) {
    if (of.completionmode() != "Indexed") {
        problems.invalidJson(path, encodeJson(of.successpolicy()), "requires indexed completion mode");
        return;
    }
    const auto& rules = of.successpolicy().rules();
    if (rules.empty())
        problems.required(path.child("rules"),
                          "at least one rules must be specified when the successPolicy is specified");
    if (rules.size() > maxPolicyRules) problems.tooMany(path.child("rules"), rules.size(), maxPolicyRules);
    if (!of.has_completions()) return; // told by the completion mode
    for (int i = 0; i < rules.size(); ++i)
        validateSuccessRule(of, rules.Get(i), path.child("rules").index(static_cast<std::size_t>(i)),
                            problems);
}

void validateNumbers(const batch::JobSpec& of, const Path& path, Problems& problems) {
    if (of.has_parallelism()) problems.nonNegative(path.child("parallelism"), of.parallelism());
    if (of.has_completions()) problems.nonNegative(path.child("completions"), of.completions());
    if (of.has_activedeadlineseconds())
        problems.nonNegative(path.child("activeDeadlineSeconds"), of.activedeadlineseconds());
    if (of.has_backofflimit()) problems.nonNegative(path.child("backoffLimit"), of.backofflimit());
    if (of.has_ttlsecondsafterfinished())
        problems.nonNegative(path.child("ttlSecondsAfterFinished"), of.ttlsecondsafterfinished());
    if (of.has_backofflimitperindex())
        problems.nonNegative(path.child("backoffLimitPerIndex"), of.backofflimitperindex());
    if (of.has_maxfailedindexes()) {
        problems.nonNegative(path.child("maxFailedIndexes"), of.maxfailedindexes());
        if (!of.has_backofflimitperindex())
            problems.required(path.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
    }
    if (of.has_managedby()) {
        problems.invalid(path.child("managedBy"), of.managedby(), domainPrefixedPath(of.managedby()));
        if (static_cast<std::int64_t>(of.managedby().size()) > maxManagedBy)
            problems.tooLong(path.child("managedBy"), maxManagedBy);
    }
}

void validateIndexed(const batch::JobSpec& of, const Path& path, Problems& problems) {
    if (!of.has_completions())
        problems.required(path.child("completions"), "when completion mode is Indexed");
    if (of.parallelism() > maxParallelIndexed)
        problems.invalid(path.child("parallelism"), of.parallelism(),
                         fmt::format("must be less than or equal to {} when completion mode is Indexed",
                                     maxParallelIndexed));
    const Path failed = path.child("maxFailedIndexes");
    if (of.has_completions() && of.has_maxfailedindexes() && of.maxfailedindexes() > of.completions())
        problems.invalid(failed, of.maxfailedindexes(), "must be less than or equal to completions");
    if (of.maxfailedindexes() > manyCompletions)
        problems.invalid(failed, of.maxfailedindexes(),
                         fmt::format("must be less than or equal to {}", manyCompletions));
    if (of.completions() <= manyCompletions || !of.has_backofflimitperindex()) return;
    const auto limit = [&](std::int32_t most) {
        return fmt::format("must be less than or equal to {} when completions are above {} and used with "
                           "backoff limit per index",
                           most, manyCompletions);
    };
    if (!of.has_maxfailedindexes())
        problems.required(failed,
                          fmt::format("must be specified when completions is above {}", manyCompletions));
    if (of.parallelism() > maxParallelOfMany)
        problems.invalid(path.child("parallelism"), of.parallelism(), limit(maxParallelOfMany));
    if (of.maxfailedindexes() > maxFailedOfMany)
        problems.invalid(failed, of.maxfailedindexes(), limit(maxFailedOfMany));
}

void validateRestartPolicy(const batch::JobSpec& of, const Path& path, Problems& problems) {
    const Path at = path.child("template").child("spec").child("restartPolicy");
    const std::string& policy = of.template_().spec().restartpolicy();
    if (policy.empty() || policy == "Always") {
        problems.required(at, R"(valid values: "OnFailure", "Never")");
    } else if (policy != "OnFailure" && policy != "Never") {
        if (!problems.concerns(at)) problems.notSupported(at, policy, {"OnFailure", "Never"});
    } else if (of.has_podfailurepolicy() && policy != "Never") {
        problems.invalid(at, policy, R"(only "Never" is supported when podFailurePolicy is specified)");
    }
}

/// What a job and the template of a cron job have in common.
void validateJobSpec(const batch::JobSpec& of, const Path& path, Problems& problems) {
    validateNumbers(of, path, problems);
    if (of.has_completionmode() && of.completionmode() != "NonIndexed" && of.completionmode() != "Indexed")
        problems.notSupported(path.child("completionMode"), of.completionmode(), {"NonIndexed", "Indexed"});
    if (of.completionmode() == "Indexed") validateIndexed(of, path, problems);
    if (!of.has_completionmode() || of.completionmode() == "NonIndexed") {
        if (of.has_backofflimitperindex())
            problems.invalid(path.child("backoffLimitPerIndex"), of.backofflimitperindex(),
                             "requires indexed completion mode");
        if (of.has_maxfailedindexes())
            problems.invalid(path.child("maxFailedIndexes"), of.maxfailedindexes(),
                             "requires indexed completion mode");
    }
    if (of.has_podfailurepolicy()) validateFailurePolicy(of, path.child("podFailurePolicy"), problems);
    if (of.has_successpolicy()) validateSuccessPolicy(of, path.child("successPolicy"), problems);
    if (of.has_podreplacementpolicy()) {
        const Path at = path.child("podReplacementPolicy");
        if (of.has_podfailurepolicy() && of.podreplacementpolicy() != "Failed")
            problems.notSupported(at, of.podreplacementpolicy(), {"Failed"});
        else
            problems.oneOf(at, of.podreplacementpolicy(), {"Failed", "TerminatingOrFailed"});
    }
    validatePodTemplate(of.template_(), path.child("template"), problems);
    validateRestartPolicy(of, path, problems);
}

/// A selector the server made must be the one it would make.
void validateGeneratedSelector(const batch::Job& job, Problems& problems) {
    const batch::JobSpec& of = job.spec();
    if (of.manualselector() || !of.has_selector()) return;
    const Path labels = Path("spec").child("template").child("metadata").child("labels");
    const auto& given = of.template_().metadata().labels();
    const std::map<std::string, std::string> expected = {
        {"batch.kubernetes.io/controller-uid", job.metadata().uid()},
        {"batch.kubernetes.io/job-name", job.metadata().name()},
        {"controller-uid", job.metadata().uid()},
        {"job-name", job.metadata().name()}};
    for (const auto& [key, value] : expected) {
        const auto found = given.find(key);
        if (found == given.end())
            problems.required(labels.key(key), "must be '" + value + "'");
        else if (found->second != value)
            problems.invalidJson(labels.key(key), toJson(given), "must be '" + value + "'");
    }
    const Result<LabelSelector> parsed = LabelSelector::from(of.selector());
    if (parsed && !parsed->matches(expected))
        problems.invalidJson(Path("spec").child("selector"), encodeJson(of.selector()),
                             "`selector` not auto-generated");
}

void checkJob(const batch::Job& job, Problems& problems) {
    const Path spec("spec");
    const batch::JobSpec& of = job.spec();
    validateGeneratedSelector(job, problems);
    validateJobSpec(of, spec, problems);
    const Path selector = spec.child("selector");
    if (!of.has_selector()) {
        problems.required(selector);
    } else {
        validateLabelSelector(of.selector(), selector, problems);
        const Result<LabelSelector> parsed = LabelSelector::from(of.selector());
        const auto& labels = of.template_().metadata().labels();
        if (parsed && !parsed->matches({labels.begin(), labels.end()}))
            problems.invalidJson(spec.child("template").child("metadata").child("labels"), toJson(labels),
                                 "`selector` does not match template `labels`");
    }
    if (of.completionmode() == "Indexed" && of.completions() > 0) {
        const std::string host = fmt::format("{}-{}", job.metadata().name(), of.completions() - 1);
        if (!dnsLabel(host).empty())
            problems.invalid(Path("metadata.name"), job.metadata().name(),
                             "will not able to create pod with invalid DNS label: " + host);
    }
}

/// A job that has not begun may still be told where its pods may run.
core::PodTemplateSpec templateBut(const core::PodTemplateSpec& now, const core::PodTemplateSpec& old) {
    core::PodTemplateSpec out = old;
    core::PodSpec& spec = *out.mutable_spec();
    const core::PodSpec& wanted = now.spec();
    *spec.mutable_nodeselector() = wanted.nodeselector();
    *spec.mutable_tolerations() = wanted.tolerations();
    *spec.mutable_schedulinggates() = wanted.schedulinggates();
    *out.mutable_metadata()->mutable_labels() = now.metadata().labels();
    *out.mutable_metadata()->mutable_annotations() = now.metadata().annotations();
    if (out.metadata().ByteSizeLong() == 0 && !now.has_metadata()) out.clear_metadata();
    if (wanted.affinity().has_nodeaffinity())
        *spec.mutable_affinity()->mutable_nodeaffinity() = wanted.affinity().nodeaffinity();
    else if (spec.has_affinity())
        spec.mutable_affinity()->clear_nodeaffinity();
    if (!wanted.has_affinity() && spec.has_affinity() && spec.affinity().ByteSizeLong() == 0)
        spec.clear_affinity();
    return out;
}

bool hasBegun(const batch::Job& job) {
    const auto& conditions = job.status().conditions();
    const bool suspended = std::any_of(conditions.begin(), conditions.end(), [](const auto& each) {
        return each.type() == "Suspended" && each.status() == "True";
    });
    return !job.spec().suspend() || !suspended || job.status().has_starttime();
}

void checkJobChange(const batch::Job& job, const batch::Job& old, Problems& problems) {
    const Path spec("spec");
    const batch::JobSpec& now = job.spec();
    const batch::JobSpec& before = old.spec();
    const bool changed =
        now.has_completions() != before.has_completions() || now.completions() != before.completions();
    if (changed && now.completionmode() != "Indexed") {
        if (now.has_completions())
            problems.invalid(spec.child("completions"), now.completions(), fieldIsImmutable);
        else
            problems.invalidJson(spec.child("completions"), "null", fieldIsImmutable);
    } else if (changed && now.has_completions() && now.completions() != now.parallelism()) {
        problems.invalid(spec.child("completions"), now.completions(),
                         "can only be modified in tandem with spec.parallelism");
    }
    requireSame(now.selector(), before.selector(), spec.child("selector"), problems);
    const bool movable = before.suspend() && !hasBegun(old);
    requireSame(now.template_(),
                movable ? templateBut(now.template_(), before.template_()) : before.template_(),
                spec.child("template"), problems);
    requireSameValue(now.completionmode(), before.completionmode(), spec.child("completionMode"), problems);
    requireSame(now.podfailurepolicy(), before.podfailurepolicy(), spec.child("podFailurePolicy"), problems);
    requireSameValue<std::int64_t>(now.has_backofflimitperindex() ? now.backofflimitperindex() : -1,
                                   before.has_backofflimitperindex() ? before.backofflimitperindex() : -1,
                                   spec.child("backoffLimitPerIndex"), problems);
    requireSameValue(now.managedby(), before.managedby(), spec.child("managedBy"), problems);
    requireSame(now.successpolicy(), before.successpolicy(), spec.child("successPolicy"), problems);
}

void defaultJobSpec(batch::JobSpec& spec) {
    // Without either number the job is one pod; with completions alone, one at a time.
    if (!spec.has_completions() && !spec.has_parallelism()) {
        spec.set_completions(1);
        spec.set_parallelism(1);
    }
    if (!spec.has_parallelism()) spec.set_parallelism(1);
    if (!spec.has_backofflimit())
        spec.set_backofflimit(spec.has_backofflimitperindex() ? std::numeric_limits<std::int32_t>::max() : 6);
    if (!spec.has_completionmode()) spec.set_completionmode("NonIndexed");
    if (!spec.has_suspend()) spec.set_suspend(false);
    for (auto& rule : *spec.mutable_podfailurepolicy()->mutable_rules())
        for (auto& pattern : *rule.mutable_onpodconditions())
            if (pattern.status().empty()) pattern.set_status("True");
    if (spec.podfailurepolicy().ByteSizeLong() == 0) spec.clear_podfailurepolicy();
    if (!spec.has_podreplacementpolicy())
        spec.set_podreplacementpolicy(spec.has_podfailurepolicy() ? "Failed" : "TerminatingOrFailed");
    defaultPodSpec(*spec.mutable_template_()->mutable_spec());
}

/// A job without labels has those of its template.
void takeLabels(batch::Job& job) {
    const auto& labels = job.spec().template_().metadata().labels();
    if (job.metadata().labels().empty() && !labels.empty())
        *job.mutable_metadata()->mutable_labels() = labels;
}

void defaultJob(batch::Job& job) {
    defaultJobSpec(*job.mutable_spec());
    takeLabels(job);
    if (!job.spec().has_manualselector()) job.mutable_spec()->set_manualselector(false);
}

/// Which pods are a job's is told by its uid: no two jobs can ever share one.
void generateSelector(batch::Job& job) {
    batch::JobSpec& spec = *job.mutable_spec();
    takeLabels(job);
    if (spec.manualselector()) return;
    auto& labels = *spec.mutable_template_()->mutable_metadata()->mutable_labels();
    const std::string& uid = job.metadata().uid();
    for (const char* key : {"batch.kubernetes.io/controller-uid", "controller-uid"})
        if (!labels.contains(key)) labels[key] = uid;
    for (const char* key : {"batch.kubernetes.io/job-name", "job-name"})
        if (!labels.contains(key)) labels[key] = job.metadata().name();
    auto& wanted = *spec.mutable_selector()->mutable_matchlabels();
    if (!wanted.contains("batch.kubernetes.io/controller-uid"))
        wanted["batch.kubernetes.io/controller-uid"] = uid;
    takeLabels(job);
}

void checkCronJob(const batch::CronJob& cron, Problems& problems) {
    const Path spec("spec");
    const batch::CronJobSpec& of = cron.spec();
    const Path schedule = spec.child("schedule");
    if (of.schedule().empty()) {
        problems.required(schedule);
    } else {
        validateSchedule(of.schedule(), schedule, problems);
    }
    if (of.has_startingdeadlineseconds())
        problems.nonNegative(spec.child("startingDeadlineSeconds"), of.startingdeadlineseconds());
    if (of.has_timezone()) {
        if (const Result<void> known = checkTimeZone(of.timezone()); !known)
            problems.invalid(spec.child("timeZone"), of.timezone(), known.error().message);
    }
    const std::string& policy = of.concurrencypolicy();
    if (policy.empty())
        problems.required(spec.child("concurrencyPolicy"));
    else if (policy != "Allow" && policy != "Forbid" && policy != "Replace")
        problems.notSupported(spec.child("concurrencyPolicy"), policy, {"Allow", "Forbid", "Replace"});
    const Path job = spec.child("jobTemplate").child("spec");
    const batch::JobSpec& jobSpec = of.jobtemplate().spec();
    validateJobSpec(jobSpec, job, problems);
    if (jobSpec.has_selector())
        problems.invalidJson(job.child("selector"), encodeJson(jobSpec.selector()),
                             "`selector` will be auto-generated");
    if (jobSpec.manualselector())
        problems.notSupported(job.child("manualSelector"), "true", {"nil", "false"});
    if (of.has_successfuljobshistorylimit())
        problems.nonNegative(spec.child("successfulJobsHistoryLimit"), of.successfuljobshistorylimit());
    if (of.has_failedjobshistorylimit())
        problems.nonNegative(spec.child("failedJobsHistoryLimit"), of.failedjobshistorylimit());
    // The jobs it makes are called by its name and a time; only a new one is held to it.
    if (cron.metadata().resourceversion().empty() && cron.metadata().name().size() > longestCronJobName)
        problems.invalid(Path("metadata.name"), cron.metadata().name(), "must be no more than 52 characters");
}

void defaultCronJob(batch::CronJob& cron) {
    batch::CronJobSpec& spec = *cron.mutable_spec();
    if (spec.concurrencypolicy().empty()) spec.set_concurrencypolicy("Allow");
    if (!spec.has_suspend()) spec.set_suspend(false);
    if (!spec.has_successfuljobshistorylimit()) spec.set_successfuljobshistorylimit(3);
    if (!spec.has_failedjobshistorylimit()) spec.set_failedjobshistorylimit(1);
    // The template's jobs are defaulted when they are made; their pods already here, as in every template.
    defaultPodSpec(*spec.mutable_jobtemplate()->mutable_spec()->mutable_template_()->mutable_spec());
}

} // namespace

KindRuleList jobRules() {
    static const KindRules all[] = {{.type = batch::Job::descriptor(),
                                     .generations = true,
                                     .defaults = on<batch::Job, defaultJob>,
                                     .check = checks<batch::Job, checkJob>,
                                     .checkChange = compares<batch::Job, checkJobChange>,
                                     .create = on<batch::Job, generateSelector>},
                                    {.type = batch::CronJob::descriptor(),
                                     .generations = true,
                                     .defaults = on<batch::CronJob, defaultCronJob>,
                                     .check = checks<batch::CronJob, checkCronJob>}};
    return all;
}

} // namespace wheelhouse::api::semantics
