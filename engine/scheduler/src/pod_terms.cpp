#include "pod_terms.h"

namespace wheelhouse::scheduler {

namespace {

using Keys = google::protobuf::RepeatedPtrField<std::string>;

/// Adds requirements on the pod's own values of some labels: they tell its generation (a rollout) from
/// others.
void addOwnValues(api::meta::LabelSelector& selector, const Keys& keys, const Labels& labels,
                  const char* op) {
    for (const std::string& key : keys) {
        const auto value = labels.find(key);
        if (value == labels.end()) continue;
        auto& term = *selector.add_matchexpressions();
        term.set_key(key);
        term.set_operator_(op);
        term.add_values(value->second);
    }
}

std::optional<api::LabelSelector> parsed(const api::meta::LabelSelector& selector) {
    auto out = api::LabelSelector::from(selector);
    return out ? std::optional(std::move(*out)) : std::nullopt;
}

PodTerm termOf(const api::core::PodAffinityTerm& term, const std::string& nameSpace, const Labels& labels,
               std::int32_t weight) {
    PodTerm out;
    out.topologyKey = term.topologykey();
    out.weight = weight;
    out.pods.namespaces.insert(term.namespaces().begin(), term.namespaces().end());
    if (term.has_namespaceselector()) out.pods.namespaceSelector = parsed(term.namespaceselector());
    if (out.pods.namespaces.empty() && !term.has_namespaceselector()) out.pods.namespaces.insert(nameSpace);
    if (term.has_labelselector()) {
        api::meta::LabelSelector selector = term.labelselector();
        addOwnValues(selector, term.matchlabelkeys(), labels, "In");
        addOwnValues(selector, term.mismatchlabelkeys(), labels, "NotIn");
        out.pods.selector = parsed(selector);
    }
    out.pods.finish();
    return out;
}

} // namespace

void PodMatcher::finish() {
    key.clear();
    for (const std::string& each : namespaces)
        key += each + ",";
    key += "|" + (namespaceSelector ? "+" + namespaceSelector->toString() : "") + "|" +
           (selector ? "+" + selector->toString() : "");
}

bool PodMatcher::matches(const std::string& nameSpace, const Labels& labels,
                         const NamespaceLabels& all) const {
    if (!selector) return false;
    bool there = namespaces.contains(nameSpace);
    if (!there && namespaceSelector) {
        static const Labels none;
        const auto known = all.find(nameSpace);
        there = namespaceSelector->matches(known == all.end() ? none : known->second);
    }
    return there && selector->matches(labels);
}

PodMatcher podsOf(const std::string& nameSpace, const std::optional<api::LabelSelector>& selector) {
    PodMatcher out;
    out.namespaces.insert(nameSpace);
    out.selector = selector;
    out.finish();
    return out;
}

PodAffinity PodAffinity::of(const api::core::Affinity& affinity, const std::string& nameSpace,
                            const Labels& labels) {
    PodAffinity out;
    const auto& near = affinity.podaffinity();
    const auto& far = affinity.podantiaffinity();
    for (const auto& term : near.requiredduringschedulingignoredduringexecution())
        out.near.push_back(termOf(term, nameSpace, labels, 0));
    for (const auto& term : far.requiredduringschedulingignoredduringexecution())
        out.far.push_back(termOf(term, nameSpace, labels, 0));
    for (const auto& term : near.preferredduringschedulingignoredduringexecution())
        out.preferred.push_back(termOf(term.podaffinityterm(), nameSpace, labels, term.weight()));
    for (const auto& term : far.preferredduringschedulingignoredduringexecution())
        out.preferred.push_back(termOf(term.podaffinityterm(), nameSpace, labels, -term.weight()));
    return out;
}

std::vector<SpreadRule> spreadRules(const api::core::PodSpec& spec, const Labels& labels) {
    std::vector<SpreadRule> out;
    for (const auto& constraint : spec.topologyspreadconstraints()) {
        SpreadRule rule;
        rule.topologyKey = constraint.topologykey();
        rule.maxSkew = constraint.maxskew();
        rule.hard = constraint.whenunsatisfiable() == "DoNotSchedule";
        if (constraint.has_mindomains()) rule.minDomains = constraint.mindomains();
        rule.honourNodeChoice = constraint.nodeaffinitypolicy() != "Ignore";
        rule.honourTaints = constraint.nodetaintspolicy() == "Honor";
        if (constraint.has_labelselector()) {
            api::meta::LabelSelector selector = constraint.labelselector();
            addOwnValues(selector, constraint.matchlabelkeys(), labels, "In");
            rule.selector = parsed(selector);
        }
        out.push_back(std::move(rule));
    }
    return out;
}

} // namespace wheelhouse::scheduler
