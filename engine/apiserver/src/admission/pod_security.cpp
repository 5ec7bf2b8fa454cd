#include "admission/chain.h"
#include "admission/pod_security_checks.h"
#include "engine/api/groups/batch.h"
#include "engine/api/semantics.h"
#include "errors.h"
#include "metadata.h"

#include <fmt/format.h>
#include <map>

namespace wheelhouse::apiserver {
namespace {

using api::core::Namespace;
using api::core::Pod;
using google::protobuf::Message;

constexpr std::string_view prefix = "pod-security.kubernetes.io/";

struct Policy {
    SecurityLevel enforce;
    SecurityLevel warn;
};

using Labels = std::map<std::string, std::string>;

SecurityLevel levelIn(const Labels& labels, const std::string& mode, std::vector<Cause>* causes) {
    SecurityLevel level;
    const auto complain = [&](const std::string& key, const std::string& value, const char* why) {
        if (causes)
            causes->push_back({"FieldValueInvalid", fmt::format("Invalid value: \"{}\": {}", value, why),
                               fmt::format("metadata.labels[{}]", key)});
        // Better too strict than open by a slip of the pen.
        level.profile = SecurityLevel::Profile::Restricted;
    };
    const std::string key = std::string(prefix) + mode;
    if (const auto found = labels.find(key); found != labels.end()) {
        if (const auto profile = SecurityLevel::parseProfile(found->second))
            level.profile = *profile;
        else
            complain(key, found->second, "must be one of privileged, baseline, restricted");
    }
    if (const auto found = labels.find(key + "-version"); found != labels.end()) {
        if (const auto version = SecurityLevel::parseVersion(found->second))
            level.minor = *version;
        else
            complain(key + "-version", found->second, "must be \"latest\" or \"v1.x\"");
    }
    return level;
}

Labels labelsOf(const Message& object) {
    const auto& labels = metadataOf(object).labels();
    return {labels.begin(), labels.end()};
}

/// The pods a workload makes, or null.
const api::core::PodTemplateSpec* templateOf(const Message& object) {
    if (const auto* workload = dynamic_cast<const api::apps::Deployment*>(&object))
        return &workload->spec().template_();
    if (const auto* workload = dynamic_cast<const api::apps::ReplicaSet*>(&object))
        return &workload->spec().template_();
    if (const auto* workload = dynamic_cast<const api::apps::StatefulSet*>(&object))
        return &workload->spec().template_();
    if (const auto* workload = dynamic_cast<const api::apps::DaemonSet*>(&object))
        return &workload->spec().template_();
    if (const auto* workload = dynamic_cast<const api::core::ReplicationController*>(&object))
        return &workload->spec().template_();
    if (const auto* workload = dynamic_cast<const api::core::PodTemplate*>(&object))
        return &workload->template_();
    if (const auto* workload = dynamic_cast<const api::batch::Job*>(&object))
        return &workload->spec().template_();
    if (const auto* workload = dynamic_cast<const api::batch::CronJob*>(&object))
        return &workload->spec().jobtemplate().spec().template_();
    return nullptr;
}

/// The Pod Security Standards a namespace asks for by its labels: what it enforces is refused, what it warns
/// about is told, also about what workloads are going to make (pod-security-admission).
class PodSecurity final : public AdmissionPlugin {
  public:
    explicit PodSecurity(store::Store& store) : store_(store) {}

    Result<void> check(const Admission& admission) override {
        if (!admission.object) return {};
        if (admission.kind == &api::kindOf<Namespace>())
            return admission.subresource.empty() ? checkNamespace(admission) : Result<void>();
        if (admission.kind == &api::kindOf<Pod>()) return checkPod(admission);
        if (!admission.subresource.empty() || !admission.kind->namespaced) return {};
        const auto* podTemplate = templateOf(*admission.object);
        if (podTemplate)
            warn(admission, policyOf(admission.nameSpace).warn, podTemplate->metadata(), podTemplate->spec());
        return {};
    }

  private:
    Policy policyOf(const std::string& nameSpace) const {
        const api::ObjectPtr space = store_.newest({&api::kindOf<Namespace>(), nameSpace});
        if (!space) return {};
        return {levelIn(space->labels(), "enforce", nullptr), levelIn(space->labels(), "warn", nullptr)};
    }

    static void warn(const Admission& admission, const SecurityLevel& level,
                     const api::meta::ObjectMeta& metadata, const api::core::PodSpec& spec) {
        const std::string found = securityViolations(level, metadata, spec);
        if (!found.empty() && admission.warnings)
            admission.warnings->push_back(
                fmt::format("would violate PodSecurity \"{}\": {}", level.text(), found));
    }

    Result<void> checkPod(const Admission& admission) const {
        const auto& pod = static_cast<const Pod&>(*admission.object);
        if (!admission.subresource.empty() && admission.subresource != "ephemeralcontainers" &&
            admission.subresource != "resize")
            return {};
        if (admission.old && !changedForSecurity(static_cast<const Pod&>(*admission.old), pod)) return {};
        const Policy policy = policyOf(admission.nameSpace);
        const std::string found = securityViolations(policy.enforce, pod.metadata(), pod.spec());
        if (!found.empty())
            return fail(
                forbidden(*admission.kind, admission.name,
                          fmt::format("violates PodSecurity \"{}\": {}", policy.enforce.text(), found)));
        if (!(policy.warn == policy.enforce)) warn(admission, policy.warn, pod.metadata(), pod.spec());
        return {};
    }

    /// What an update of a pod may change at all that could matter: images, ephemeral containers and the
    /// annotations that once stood for fields.
    static bool changedForSecurity(const Pod& before, const Pod& now) {
        if (deterministicBytes(before.spec()) != deterministicBytes(now.spec())) return true;
        const auto marks = [](const Pod& pod) {
            std::map<std::string, std::string> out;
            for (const auto& [key, value] : pod.metadata().annotations())
                if (key.find("apparmor.security") != std::string::npos ||
                    key.find("seccomp.security") != std::string::npos)
                    out.emplace(key, value);
            return out;
        };
        return marks(before) != marks(now);
    }

    Result<void> checkNamespace(const Admission& admission) const {
        std::vector<Cause> causes;
        const Labels labels = labelsOf(*admission.object);
        const SecurityLevel enforce = levelIn(labels, "enforce", &causes);
        levelIn(labels, "audit", &causes);
        levelIn(labels, "warn", &causes);
        if (!causes.empty()) {
            // Wrong before and unchanged: whoever touches something else need not mend it.
            if (admission.old && onlyOthersChanged(labelsOf(*admission.old), labels)) return {};
            return fail(api::invalid(*admission.kind, admission.name, std::move(causes)));
        }
        if (!admission.old || !admission.warnings) return {};
        const SecurityLevel before = levelIn(labelsOf(*admission.old), "enforce", nullptr);
        if (before == enforce || enforce.profile == SecurityLevel::Profile::Privileged) return {};
        if (before.minor == enforce.minor && before.profile > enforce.profile) return {};
        warnAboutPods(admission, enforce);
        return {};
    }

    static bool onlyOthersChanged(const Labels& before, const Labels& now) {
        const auto own = [](const Labels& labels) {
            Labels out;
            for (const auto& [key, value] : labels)
                if (key.starts_with(prefix)) out.emplace(key, value);
            return out;
        };
        return own(before) == own(now);
    }

    void warnAboutPods(const Admission& admission, const SecurityLevel& level) const {
        std::map<std::string, std::pair<std::string, int>> byProblem; // what is wrong → first pod, how many
        for (const api::ObjectPtr& object : store_.listNewest(api::kindOf<Pod>(), admission.name + "/")) {
            const auto pod = object->as<Pod>();
            const std::string found = securityViolations(level, pod.metadata(), pod.spec(), false);
            if (found.empty()) continue;
            auto [known, fresh] = byProblem.emplace(found, std::pair(object->name(), 0));
            ++known->second.second;
        }
        if (byProblem.empty()) return;
        admission.warnings->push_back(
            fmt::format("existing pods in namespace \"{}\" violate the new PodSecurity enforce level \"{}\"",
                        admission.name, level.text()));
        for (const auto& [problem, pods] : byProblem) {
            const auto& [first, count] = pods;
            const std::string others =
                count == 1 ? "" : fmt::format(" (and {} other {})", count - 1, count == 2 ? "pod" : "pods");
            admission.warnings->push_back(fmt::format("{}{}: {}", first, others, problem));
        }
    }

    store::Store& store_;
};

} // namespace

std::unique_ptr<AdmissionPlugin> makePodSecurity(store::Store& store) {
    return std::make_unique<PodSecurity>(store);
}

} // namespace wheelhouse::apiserver
