#pragma once

#include "engine/api/types.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace wheelhouse::scheduler {

using Labels = std::map<std::string, std::string>;

/// One term of a node selector, ready to be asked of many nodes. A term that says nothing matches nothing.
class NodeTerm {
  public:
    NodeTerm() = default;
    explicit NodeTerm(const api::core::NodeSelectorTerm& term);
    bool matches(const Labels& labels, const std::string& nodeName) const;

  private:
    enum class Operator { In, NotIn, Exists, DoesNotExist, Gt, Lt, Never };
    struct Requirement {
        std::string key;
        Operator op = Operator::Never;
        std::vector<std::string> values;
        std::int64_t number = 0;
    };
    static Requirement compile(const api::core::NodeSelectorRequirement& from);
    static bool holds(const Requirement& requirement, const std::string* value);
    std::vector<Requirement> labels_;
    std::vector<Requirement> fields_;
};

/// Where a pod may go: its nodeSelector and its required node affinity, both of which must hold.
struct NodeChoice {
    std::vector<std::pair<std::string, std::string>> exact; ///< spec.nodeSelector
    bool hasTerms = false;
    std::vector<NodeTerm> terms; ///< any of them

    static NodeChoice of(const api::core::PodSpec& spec);
    bool unrestricted() const { return exact.empty() && !hasTerms; }
    bool matches(const Labels& labels, const std::string& nodeName) const;
};

} // namespace wheelhouse::scheduler
