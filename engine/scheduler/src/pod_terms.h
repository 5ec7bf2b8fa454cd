#pragma once

#include "engine/api/selector.h"
#include "engine/api/types.h"
#include "node_selector.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace wheelhouse::scheduler {

/// The labels of every namespace, by name.
using NamespaceLabels = std::map<std::string, Labels>;

/// Which pods something speaks of: those of some namespaces whose labels a selector matches.
struct PodMatcher {
    std::set<std::string> namespaces;
    std::optional<api::LabelSelector> namespaceSelector; ///< more namespaces, by their labels
    std::optional<api::LabelSelector> selector;          ///< none matches nothing
    std::string key;                                     ///< equal keys match the same pods; set by `finish`

    void finish();
    bool matches(const std::string& nameSpace, const Labels& labels, const NamespaceLabels& all) const;
};

/// Pods of one namespace.
PodMatcher podsOf(const std::string& nameSpace, const std::optional<api::LabelSelector>& selector);

/// One term of inter-pod affinity: pods, and the node label whose value is "the same place".
struct PodTerm {
    std::string topologyKey;
    std::int32_t weight = 0; ///< of a preference, negative to keep away; 0 = required
    PodMatcher pods;
};

/// What a pod says about the pods it wants to be near to or far from.
struct PodAffinity {
    std::vector<PodTerm> near;      ///< required
    std::vector<PodTerm> far;       ///< required
    std::vector<PodTerm> preferred; ///< both, by the sign of the weight

    static PodAffinity of(const api::core::Affinity& affinity, const std::string& nameSpace,
                          const Labels& labels);
    bool empty() const { return near.empty() && far.empty() && preferred.empty(); }
};

/// One rule of how pods that match a selector are to be spread over the values of a node label.
struct SpreadRule {
    std::string topologyKey;
    int maxSkew = 1;
    bool hard = false; ///< DoNotSchedule
    std::optional<int> minDomains;
    bool honourNodeChoice = true;
    bool honourTaints = false;
    std::optional<api::LabelSelector> selector; ///< none matches nothing
};

std::vector<SpreadRule> spreadRules(const api::core::PodSpec& spec, const Labels& labels);

} // namespace wheelhouse::scheduler
