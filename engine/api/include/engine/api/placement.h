#pragma once

#include "engine/api/types.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace wheelhouse::api {

// Where a pod may go, as its own spec says. Pure and thread-safe.

/// One term of a node selector, ready to be asked of many nodes. A term that says nothing matches nothing.
class NodeTerm {
  public:
    using Labels = std::map<std::string, std::string>;

    NodeTerm() = default;
    explicit NodeTerm(const core::NodeSelectorTerm& term);
    bool matches(const Labels& labels, const std::string& nodeName) const;

  private:
    enum class Operator { In, NotIn, Exists, DoesNotExist, Gt, Lt, Never };
    struct Requirement {
        std::string key;
        Operator op = Operator::Never;
        std::vector<std::string> values;
        std::int64_t number = 0;
    };
    static Requirement compile(const core::NodeSelectorRequirement& from);
    static bool holds(const Requirement& requirement, const std::string* value);
    std::vector<Requirement> labels_;
    std::vector<Requirement> fields_;
};

/// Where a pod may go: its nodeSelector and its required node affinity, both of which must hold.
struct NodeChoice {
    std::vector<std::pair<std::string, std::string>> exact; ///< spec.nodeSelector
    bool hasTerms = false;
    std::vector<NodeTerm> terms; ///< any of them

    static NodeChoice of(const core::PodSpec& spec);
    bool unrestricted() const { return exact.empty() && !hasTerms; }
    bool matches(const NodeTerm::Labels& labels, const std::string& nodeName) const;
};

/// Whether one toleration puts up with one taint.
bool tolerates(const core::Toleration& toleration, const core::Taint& taint);

} // namespace wheelhouse::api
