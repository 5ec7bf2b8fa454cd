#include "engine/api/placement.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace wheelhouse::api {

namespace {

std::optional<std::int64_t> number(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

const std::string* find(const NodeTerm::Labels& labels, const std::string& key) {
    const auto place = labels.find(key);
    return place == labels.end() ? nullptr : &place->second;
}

} // namespace

NodeTerm::NodeTerm(const core::NodeSelectorTerm& term) {
    for (const auto& each : term.matchexpressions())
        labels_.push_back(compile(each));
    for (const auto& each : term.matchfields())
        fields_.push_back(compile(each));
}

NodeTerm::Requirement NodeTerm::compile(const core::NodeSelectorRequirement& from) {
    static const std::map<std::string, Operator> operators = {
        {"In", Operator::In},         {"NotIn", Operator::NotIn},
        {"Exists", Operator::Exists}, {"DoesNotExist", Operator::DoesNotExist},
        {"Gt", Operator::Gt},         {"Lt", Operator::Lt}};
    Requirement out;
    out.key = from.key();
    out.values.assign(from.values().begin(), from.values().end());
    const auto known = operators.find(from.operator_());
    if (known != operators.end()) out.op = known->second;
    if (out.op == Operator::Gt || out.op == Operator::Lt) {
        const auto bound = out.values.size() == 1 ? number(out.values.front()) : std::nullopt;
        if (bound) {
            out.number = *bound;
        } else {
            out.op = Operator::Never;
        }
    }
    return out;
}

bool NodeTerm::holds(const Requirement& requirement, const std::string* value) {
    const auto among = [&] {
        return std::find(requirement.values.begin(), requirement.values.end(), *value) !=
               requirement.values.end();
    };
    switch (requirement.op) {
    case Operator::In:
        return value != nullptr && among();
    case Operator::NotIn:
        return value == nullptr || !among();
    case Operator::Exists:
        return value != nullptr;
    case Operator::DoesNotExist:
        return value == nullptr;
    case Operator::Gt:
    case Operator::Lt: {
        const auto have = value == nullptr ? std::nullopt : number(*value);
        if (!have) return false;
        return requirement.op == Operator::Gt ? *have > requirement.number : *have < requirement.number;
    }
    case Operator::Never:
        return false;
    }
    return false;
}

bool NodeTerm::matches(const Labels& labels, const std::string& nodeName) const {
    if (labels_.empty() && fields_.empty()) return false;
    return std::all_of(labels_.begin(), labels_.end(),
                       [&](const Requirement& each) { return holds(each, find(labels, each.key)); }) &&
           std::all_of(fields_.begin(), fields_.end(), [&](const Requirement& each) {
               return holds(each, each.key == "metadata.name" ? &nodeName : nullptr);
           });
}

NodeChoice NodeChoice::of(const core::PodSpec& spec) {
    NodeChoice out;
    out.exact.assign(spec.nodeselector().begin(), spec.nodeselector().end());
    const auto& affinity = spec.affinity().nodeaffinity();
    if (affinity.has_requiredduringschedulingignoredduringexecution()) {
        out.hasTerms = true;
        for (const auto& term :
             affinity.requiredduringschedulingignoredduringexecution().nodeselectorterms()) {
            out.terms.emplace_back(term);
        }
    }
    return out;
}

bool NodeChoice::matches(const NodeTerm::Labels& labels, const std::string& nodeName) const {
    for (const auto& [key, value] : exact) {
        const std::string* have = find(labels, key);
        if (have == nullptr || *have != value) return false;
    }
    return !hasTerms || std::any_of(terms.begin(), terms.end(),
                                    [&](const NodeTerm& term) { return term.matches(labels, nodeName); });
}

bool tolerates(const core::Toleration& toleration, const core::Taint& taint) {
    if (!toleration.effect().empty() && toleration.effect() != taint.effect()) return false;
    if (!toleration.key().empty() && toleration.key() != taint.key()) return false;
    const std::string& op = toleration.operator_();
    if (op == "Exists") return true;
    return (op.empty() || op == "Equal") && !toleration.key().empty() && toleration.value() == taint.value();
}

} // namespace wheelhouse::api
