#include "semantics/rules.h"

#include <charconv>
#include <fmt/format.h>
#include <set>

namespace wheelhouse::api::semantics {

namespace {

void validateRequirement(const core::NodeSelectorRequirement& term, const Path& path, Problems& problems) {
    const std::string& op = term.operator_();
    if (op == "In" || op == "NotIn") {
        if (term.values().empty()) {
            problems.required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
        }
    } else if (op == "Exists" || op == "DoesNotExist") {
        if (!term.values().empty()) {
            problems.forbidden(path.child("values"),
                               "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
    } else if (op == "Gt" || op == "Lt") {
        if (term.values_size() != 1) {
            problems.required(path.child("values"),
                              "must be specified single value when `operator` is 'Lt' or 'Gt'");
        }
    } else {
        problems.invalid(path.child("operator"), op, "not a valid selector operator");
    }
    problems.invalid(path.child("key"), term.key(), qualifiedName(term.key()));
}

void validateFieldTerm(const core::NodeSelectorRequirement& term, const Path& path, Problems& problems) {
    if (term.operator_() != "In" && term.operator_() != "NotIn") {
        problems.invalid(path.child("operator"), term.operator_(), "not a valid selector operator");
    } else if (term.values_size() != 1) {
        problems.required(
            path.child("values"),
            "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
    }
    if (term.key() != "metadata.name")
        problems.invalid(path.child("key"), term.key(), "not a valid field selector key");
}

void validateTerm(const core::NodeSelectorTerm& term, const Path& path, Problems& problems) {
    for (int i = 0; i < term.matchexpressions_size(); ++i) {
        validateRequirement(term.matchexpressions(i),
                            path.child("matchExpressions").index(static_cast<std::size_t>(i)), problems);
    }
    for (int i = 0; i < term.matchfields_size(); ++i) {
        validateFieldTerm(term.matchfields(i), path.child("matchFields").index(static_cast<std::size_t>(i)),
                          problems);
    }
}

void validateWeight(std::int32_t weight, const Path& path, Problems& problems) {
    if (weight <= 0 || weight > 100) problems.invalid(path, weight, "must be in the range 1-100");
}

void validatePodTerm(const core::PodAffinityTerm& term, const Path& path, Problems& problems) {
    if (term.has_labelselector()) {
        validateLabelSelector(term.labelselector(), path.child("labelSelector"), problems);
    }
    if (term.has_namespaceselector()) {
        validateLabelSelector(term.namespaceselector(), path.child("namespaceSelector"), problems);
    }
    for (const std::string& name : term.namespaces())
        problems.invalid(path.child("namespace"), name, dnsLabel(name));
    if (term.topologykey().empty()) {
        problems.required(path.child("topologyKey"), "can not be empty");
    } else {
        problems.invalid(path.child("topologyKey"), term.topologykey(), qualifiedName(term.topologykey()));
    }
}

template <class PodTerms>
void validatePodTerms(const PodTerms& affinity, const Path& path, Problems& problems) {
    const Path hard = path.child("requiredDuringSchedulingIgnoredDuringExecution");
    for (int i = 0; i < affinity.requiredduringschedulingignoredduringexecution_size(); ++i) {
        validatePodTerm(affinity.requiredduringschedulingignoredduringexecution(i),
                        hard.index(static_cast<std::size_t>(i)), problems);
    }
    const Path soft = path.child("preferredDuringSchedulingIgnoredDuringExecution");
    for (int i = 0; i < affinity.preferredduringschedulingignoredduringexecution_size(); ++i) {
        const auto& weighted = affinity.preferredduringschedulingignoredduringexecution(i);
        const Path at = soft.index(static_cast<std::size_t>(i));
        validateWeight(weighted.weight(), at.child("weight"), problems);
        validatePodTerm(weighted.podaffinityterm(), at.child("podAffinityTerm"), problems);
    }
}

bool isInteger(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

} // namespace

void validateAffinity(const core::Affinity& affinity, const Path& path, Problems& problems) {
    if (affinity.has_nodeaffinity()) {
        const core::NodeAffinity& node = affinity.nodeaffinity();
        const Path at = path.child("nodeAffinity");
        if (node.has_requiredduringschedulingignoredduringexecution()) {
            const auto& terms = node.requiredduringschedulingignoredduringexecution().nodeselectorterms();
            const Path list =
                at.child("requiredDuringSchedulingIgnoredDuringExecution").child("nodeSelectorTerms");
            if (terms.empty()) problems.required(list, "must have at least one node selector term");
            for (int i = 0; i < terms.size(); ++i) {
                validateTerm(terms.Get(i), list.index(static_cast<std::size_t>(i)), problems);
            }
        }
        for (int i = 0; i < node.preferredduringschedulingignoredduringexecution_size(); ++i) {
            const auto& preferred = node.preferredduringschedulingignoredduringexecution(i);
            const Path list = at.child("preferredDuringSchedulingIgnoredDuringExecution")
                                  .index(static_cast<std::size_t>(i));
            validateWeight(preferred.weight(), list.child("weight"), problems);
            validateTerm(preferred.preference(), list.child("preference"), problems);
        }
    }
    if (affinity.has_podaffinity())
        validatePodTerms(affinity.podaffinity(), path.child("podAffinity"), problems);
    if (affinity.has_podantiaffinity()) {
        validatePodTerms(affinity.podantiaffinity(), path.child("podAntiAffinity"), problems);
    }
}

void validateTolerations(const google::protobuf::RepeatedPtrField<core::Toleration>& tolerations,
                         const Path& path, Problems& problems) {
    static const std::vector<std::string> effects = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
    for (int i = 0; i < tolerations.size(); ++i) {
        const core::Toleration& toleration = tolerations.Get(i);
        const Path at = path.index(static_cast<std::size_t>(i));
        const std::string& op = toleration.operator_();
        if (!toleration.key().empty()) {
            problems.invalid(at.child("key"), toleration.key(), qualifiedName(toleration.key()));
        } else if (op != "Exists") {
            problems.invalid(
                at.child("operator"), op,
                "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
        }
        if (toleration.has_tolerationseconds() && toleration.effect() != "NoExecute") {
            problems.invalid(at.child("effect"), toleration.effect(),
                             "effect must be 'NoExecute' when `tolerationSeconds` is set");
        }
        if (op.empty() || op == "Equal") {
            problems.invalid(at.child("operator"), toleration.value(), labelValue(toleration.value()));
        } else if (op == "Exists") {
            if (!toleration.value().empty()) {
                problems.invalid(at.child("operator"), toleration.value(),
                                 "value must be empty when `operator` is 'Exists'");
            }
        } else if (op == "Lt" || op == "Gt") {
            if (!isInteger(toleration.value())) {
                problems.invalid(at.child("value"), toleration.value(),
                                 "value must be an integer when `operator` is 'Lt' or 'Gt'");
            }
        } else {
            problems.notSupported(at.child("operator"), op, {"Equal", "Exists"});
        }
        if (!toleration.effect().empty()) problems.oneOf(at.child("effect"), toleration.effect(), effects);
    }
}

void validateTopologySpread(const core::PodSpec& spec, const Path& path, Problems& problems) {
    static const std::vector<std::string> actions = {"DoNotSchedule", "ScheduleAnyway"};
    static const std::vector<std::string> policies = {"Honor", "Ignore"};
    std::set<std::pair<std::string, std::string>> pairs;
    for (int i = 0; i < spec.topologyspreadconstraints_size(); ++i) {
        const core::TopologySpreadConstraint& rule = spec.topologyspreadconstraints(i);
        const Path at = path.index(static_cast<std::size_t>(i));
        if (rule.maxskew() <= 0)
            problems.invalid(at.child("maxSkew"), rule.maxskew(), "must be greater than zero");
        if (rule.topologykey().empty()) {
            problems.required(at.child("topologyKey"), "can not be empty");
        } else {
            problems.invalid(at.child("topologyKey"), rule.topologykey(), qualifiedName(rule.topologykey()));
        }
        problems.oneOf(at.child("whenUnsatisfiable"), rule.whenunsatisfiable(), actions);
        if (!pairs.emplace(rule.topologykey(), rule.whenunsatisfiable()).second) {
            problems.duplicate(at.child("{topologyKey, whenUnsatisfiable}"),
                               fmt::format("{{{}, {}}}", rule.topologykey(), rule.whenunsatisfiable()));
        }
        if (rule.has_mindomains()) {
            if (rule.mindomains() <= 0) {
                problems.invalid(at.child("minDomains"), rule.mindomains(), "must be greater than zero");
            }
            if (rule.whenunsatisfiable() != "DoNotSchedule") {
                problems.invalid(
                    at.child("minDomains"), rule.mindomains(),
                    fmt::format("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {}",
                                rule.whenunsatisfiable()));
            }
        }
        if (rule.has_nodeaffinitypolicy()) {
            problems.oneOf(at.child("nodeAffinityPolicy"), rule.nodeaffinitypolicy(), policies);
        }
        if (rule.has_nodetaintspolicy())
            problems.oneOf(at.child("nodeTaintsPolicy"), rule.nodetaintspolicy(), policies);
        if (rule.has_labelselector())
            validateLabelSelector(rule.labelselector(), at.child("labelSelector"), problems);
    }
}

} // namespace wheelhouse::api::semantics
