#include "oracle.h"

#include "engine/api/quantity.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace wheelhouse::scheduler::test {

namespace {

using Constraint = core::TopologySpreadConstraint;

Labels labelsOf(const core::Node& node) {
    return Labels(node.metadata().labels().begin(), node.metadata().labels().end());
}

Labels labelsOf(const core::Pod& pod) {
    return Labels(pod.metadata().labels().begin(), pod.metadata().labels().end());
}

template <class Map>
std::int64_t amount(const Map& map, const std::string& name, std::int64_t otherwise = 0) {
    const auto value = map.find(name);
    if (value == map.end()) return otherwise;
    const auto parsed = api::Quantity::parse(value->second.string());
    return name == "cpu" ? parsed->milli() : parsed->units();
}

std::int64_t asks(const core::Pod& pod, const std::string& name, std::int64_t floor = 0) {
    std::int64_t sum = 0;
    for (const auto& container : pod.spec().containers())
        sum += amount(container.resources().requests(), name, floor);
    return sum;
}

std::int64_t floorOf(const std::string& name) {
    return name == "cpu" ? 100 : name == "memory" ? 200LL << 20 : 0;
}

bool toleratesIt(const core::Pod& pod, const core::Taint& taint) {
    for (const auto& each : pod.spec().tolerations()) {
        const bool effect = each.effect().empty() || each.effect() == taint.effect();
        const bool key = each.key().empty() || each.key() == taint.key();
        const bool value =
            each.operator_() == "Exists" || (!each.key().empty() && each.value() == taint.value());
        if (effect && key && value) return true;
    }
    return false;
}

bool keptOff(const core::Pod& pod, const core::Node& node) {
    for (const auto& taint : node.spec().taints()) {
        if (taint.effect() != "PreferNoSchedule" && !toleratesIt(pod, taint)) return true;
    }
    return false;
}

bool holds(const core::NodeSelectorRequirement& requirement, const Labels& labels) {
    const auto value = labels.find(requirement.key());
    const bool there = value != labels.end();
    const auto& values = requirement.values();
    const bool among = there && std::find(values.begin(), values.end(), value->second) != values.end();
    if (requirement.operator_() == "In") return among;
    if (requirement.operator_() == "NotIn") return !among;
    if (requirement.operator_() == "Exists") return there;
    return !there;
}

bool holds(const core::NodeSelectorTerm& term, const core::Node& node) {
    if (term.matchexpressions().empty() && term.matchfields().empty()) return false;
    const Labels labels = labelsOf(node);
    const Labels fields{{"metadata.name", node.metadata().name()}};
    return std::all_of(term.matchfields().begin(), term.matchfields().end(),
                       [&](const auto& each) { return holds(each, fields); }) &&
           std::all_of(term.matchexpressions().begin(), term.matchexpressions().end(),
                       [&](const auto& each) { return holds(each, labels); });
}

bool mayGo(const core::Pod& pod, const core::Node& node) {
    const Labels labels = labelsOf(node);
    for (const auto& [key, value] : pod.spec().nodeselector()) {
        if (!labels.contains(key) || labels.at(key) != value) return false;
    }
    const auto& affinity = pod.spec().affinity().nodeaffinity();
    if (!affinity.has_requiredduringschedulingignoredduringexecution()) return true;
    const auto& terms = affinity.requiredduringschedulingignoredduringexecution().nodeselectorterms();
    return std::any_of(terms.begin(), terms.end(), [&](const auto& each) { return holds(each, node); });
}

/// Whether the pod names the nodes it will have, and this is none of them.
bool leftOut(const core::Pod& pod, const core::Node& node) {
    const auto& affinity = pod.spec().affinity().nodeaffinity();
    const auto& terms = affinity.requiredduringschedulingignoredduringexecution().nodeselectorterms();
    const auto names = [](const core::NodeSelectorTerm& term) { return !term.matchfields().empty(); };
    return !terms.empty() && std::all_of(terms.begin(), terms.end(), names) &&
           std::none_of(terms.begin(), terms.end(), [&](const auto& each) { return holds(each, node); });
}

bool selects(const api::meta::LabelSelector& selector, const Labels& labels) {
    return api::LabelSelector::from(selector)->matches(labels);
}

/// Whether a spread rule counts the pod.
bool counted(const Constraint& rule, const core::Pod& pod, const core::Pod& other) {
    if (other.metadata().namespace_() != pod.metadata().namespace_()) return false;
    if (other.metadata().has_deletiontimestamp() || !rule.has_labelselector()) return false;
    if (api::LabelSelector::from(rule.labelselector())->empty()) return false;
    return selects(rule.labelselector(), labelsOf(other));
}

bool takesPart(const Constraint& rule, const core::Pod& pod, const core::Node& node) {
    if (rule.nodeaffinitypolicy() != "Ignore" && !mayGo(pod, node)) return false;
    return rule.nodetaintspolicy() != "Honor" || !keptOff(pod, node);
}

bool hasKeys(const core::Node& node, const std::vector<Constraint>& rules) {
    return std::all_of(rules.begin(), rules.end(), [&](const Constraint& rule) {
        return node.metadata().labels().contains(rule.topologykey());
    });
}

std::vector<Constraint> rulesOf(const core::Pod& pod, const char* when) {
    std::vector<Constraint> out;
    for (const auto& rule : pod.spec().topologyspreadconstraints()) {
        if (rule.whenunsatisfiable() == when) out.push_back(rule);
    }
    return out;
}

std::string valueOf(const core::Node& node, const std::string& key) {
    return node.metadata().labels().contains(key) ? node.metadata().labels().at(key) : std::string();
}

bool portsClash(const core::Pod& pod, const core::Pod& other) {
    for (const auto& a : pod.spec().containers()) {
        for (const auto& b : other.spec().containers()) {
            for (const auto& one : a.ports()) {
                for (const auto& two : b.ports()) {
                    if (one.hostport() > 0 && one.hostport() == two.hostport()) return true;
                }
            }
        }
    }
    return false;
}

} // namespace

std::vector<const core::Pod*> Oracle::podsOn(const std::string& node) const {
    std::vector<const core::Pod*> out;
    for (const auto& [uid, pod] : pods) {
        if (pod.spec().nodename() == node) out.push_back(&pod);
    }
    return out;
}

std::vector<std::string> Oracle::shortOf(const core::Pod& pod, const core::Node& node) const {
    std::vector<std::string> out;
    const auto there = podsOn(node.metadata().name());
    const auto& room = node.status().allocatable();
    if (static_cast<std::int64_t>(there.size()) + 1 > amount(room, "pods")) out.emplace_back("Too many pods");
    for (const char* name : {"cpu", "memory", "example.com/gpu"}) {
        std::int64_t used = 0;
        for (const core::Pod* other : there)
            used += asks(*other, name);
        const std::int64_t wanted = asks(pod, name);
        if (wanted > 0 && used + wanted > amount(room, name))
            out.push_back(std::string("Insufficient ") + name);
    }
    return out;
}

std::string Oracle::spreadRefusal(const core::Pod& pod, const core::Node& node) const {
    const auto rules = rulesOf(pod, "DoNotSchedule");
    const std::string text = "node(s) didn't match pod topology spread constraints";
    for (const Constraint& rule : rules) {
        if (!node.metadata().labels().contains(rule.topologykey())) return text + " (missing required label)";
        std::map<std::string, std::int64_t> places;
        for (const auto& [name, each] : nodes) {
            if (!hasKeys(each, rules) || !takesPart(rule, pod, each)) continue;
            std::int64_t& count = places[valueOf(each, rule.topologykey())];
            for (const core::Pod* other : podsOn(name))
                count += counted(rule, pod, *other);
        }
        std::int64_t least = std::numeric_limits<std::int32_t>::max();
        for (const auto& [value, count] : places)
            least = std::min(least, count);
        const std::int64_t wanted = rule.has_mindomains() ? rule.mindomains() : 1;
        if (static_cast<std::int64_t>(places.size()) < wanted) least = 0;
        const bool self = rule.has_labelselector() && selects(rule.labelselector(), labelsOf(pod));
        const auto here = places.find(valueOf(node, rule.topologykey()));
        const std::int64_t skew = (here == places.end() ? 0 : here->second) + self - least;
        if (skew > rule.maxskew()) return text;
    }
    return {};
}

bool Oracle::matches(const api::core::PodAffinityTerm& term, const core::Pod& owner,
                     const core::Pod& other) const {
    const std::string nameSpace = other.metadata().namespace_();
    bool there =
        std::find(term.namespaces().begin(), term.namespaces().end(), nameSpace) != term.namespaces().end();
    if (term.namespaces().empty() && !term.has_namespaceselector())
        there = nameSpace == owner.metadata().namespace_();
    if (term.has_namespaceselector()) {
        const auto known = namespaces.find(nameSpace);
        there =
            there || selects(term.namespaceselector(), known == namespaces.end() ? Labels() : known->second);
    }
    return there && term.has_labelselector() && selects(term.labelselector(), labelsOf(other));
}

std::string Oracle::affinityRefusal(const core::Pod& pod, const core::Node& node) const {
    const auto& near = pod.spec().affinity().podaffinity().requiredduringschedulingignoredduringexecution();
    const auto& far =
        pod.spec().affinity().podantiaffinity().requiredduringschedulingignoredduringexecution();
    const auto company = [&](const core::Pod& other) {
        return std::all_of(near.begin(), near.end(),
                           [&](const auto& term) { return matches(term, pod, other); });
    };
    const auto samePlace = [&](const std::string& key, const core::Pod& other) {
        const auto there = nodes.find(other.spec().nodename());
        return there != nodes.end() && node.metadata().labels().contains(key) &&
               there->second.metadata().labels().contains(key) &&
               valueOf(there->second, key) == valueOf(node, key);
    };
    if (!near.empty()) {
        bool all = true;
        bool nobody = true;
        for (const auto& term : near) {
            if (!node.metadata().labels().contains(term.topologykey()))
                return "node(s) didn't match pod affinity rules";
            bool some = false;
            for (const auto& [uid, other] : pods) {
                const auto there = nodes.find(other.spec().nodename());
                if (!company(other) || there == nodes.end()) continue;
                nobody = nobody && !there->second.metadata().labels().contains(term.topologykey());
                some = some || samePlace(term.topologykey(), other);
            }
            all = all && some;
        }
        if (!all && !(nobody && company(pod))) return "node(s) didn't match pod affinity rules";
    }
    for (const auto& [uid, other] : pods) {
        for (const auto& term : far) {
            if (matches(term, pod, other) && samePlace(term.topologykey(), other))
                return "node(s) didn't match pod anti-affinity rules";
        }
    }
    for (const auto& [uid, other] : pods) {
        const auto& terms =
            other.spec().affinity().podantiaffinity().requiredduringschedulingignoredduringexecution();
        for (const auto& term : terms) {
            if (matches(term, other, pod) && samePlace(term.topologykey(), other))
                return "node(s) didn't satisfy existing pods anti-affinity rules";
        }
    }
    return {};
}

Oracle::Verdict Oracle::verdict(const core::Pod& pod, const core::Node& node) const {
    if (leftOut(pod, node)) return {"NodeAffinity", {"node(s) didn't satisfy plugin(s) [NodeAffinity]"}};
    core::Taint cordon;
    cordon.set_key("node.kubernetes.io/unschedulable");
    cordon.set_effect("NoSchedule");
    if (node.spec().unschedulable() && !toleratesIt(pod, cordon))
        return {"NodeUnschedulable", {"node(s) were unschedulable"}};
    if (keptOff(pod, node)) return {"TaintToleration", {"node(s) had untolerated taint(s)"}};
    if (!mayGo(pod, node)) return {"NodeAffinity", {"node(s) didn't match Pod's node affinity/selector"}};
    for (const core::Pod* other : podsOn(node.metadata().name())) {
        if (portsClash(pod, *other))
            return {"NodePorts", {"node(s) didn't have free ports for the requested pod ports"}};
    }
    if (auto missing = shortOf(pod, node); !missing.empty()) return {"NodeResourcesFit", missing};
    if (auto text = spreadRefusal(pod, node); !text.empty()) return {"PodTopologySpread", {text}};
    if (auto text = affinityRefusal(pod, node); !text.empty()) return {"InterPodAffinity", {text}};
    return {};
}

std::map<std::string, Oracle::Verdict> Oracle::filter(const core::Pod& pod) const {
    std::map<std::string, Verdict> out;
    for (const auto& [name, node] : nodes)
        out[name] = verdict(pod, node);
    return out;
}

std::int64_t Oracle::fitScore(const core::Pod& pod, const core::Node& node) const {
    std::int64_t sum = 0;
    std::int64_t weights = 0;
    for (const char* name : {"cpu", "memory"}) {
        const std::int64_t room = amount(node.status().allocatable(), name);
        if (room == 0) continue;
        std::int64_t used = asks(pod, name, floorOf(name));
        for (const core::Pod* other : podsOn(node.metadata().name()))
            used += asks(*other, name, floorOf(name));
        sum += used > room ? 0 : (room - used) * 100 / room;
        ++weights;
    }
    return weights == 0 ? 0 : sum / weights;
}

std::int64_t Oracle::balancedScore(const core::Pod& pod, const core::Node& node) const {
    if (asks(pod, "cpu") == 0 && asks(pod, "memory") == 0) return 0;
    std::vector<double> shares;
    for (const char* name : {"cpu", "memory"}) {
        const std::int64_t room = amount(node.status().allocatable(), name);
        std::int64_t used = asks(pod, name);
        for (const core::Pod* other : podsOn(node.metadata().name()))
            used += asks(*other, name);
        shares.push_back(std::min(1.0, static_cast<double>(used) / static_cast<double>(room)));
    }
    return static_cast<std::int64_t>((1 - std::abs((shares[0] - shares[1]) / 2)) * 100.0);
}

std::int64_t Oracle::imageScore(const core::Pod& pod, const core::Node& node) const {
    const auto has = [](const core::Node& each, const std::string& name) -> std::int64_t {
        for (const auto& image : each.status().images()) {
            if (std::find(image.names().begin(), image.names().end(), name) != image.names().end())
                return image.sizebytes();
        }
        return 0;
    };
    std::int64_t sum = 0;
    for (const auto& container : pod.spec().containers()) {
        const std::int64_t bytes = has(node, container.image());
        if (bytes == 0) continue;
        std::int64_t holders = 0;
        for (const auto& [name, each] : nodes)
            holders += has(each, container.image()) > 0;
        sum += static_cast<std::int64_t>(static_cast<double>(bytes) *
                                         (static_cast<double>(holders) / static_cast<double>(nodes.size())));
    }
    const std::int64_t least = 23LL << 20;
    const std::int64_t most = (1000LL << 20) * pod.spec().containers_size();
    return 100 * (std::clamp(sum, least, most) - least) / (most - least);
}

/// The rules that rank nodes for the pod, and whether only nodes with every label of theirs are ranked.
std::pair<std::vector<Constraint>, bool> Oracle::softRules(const core::Pod& pod) const {
    std::vector<Constraint> rules = rulesOf(pod, "ScheduleAnyway");
    if (!pod.spec().topologyspreadconstraints().empty() || pod.metadata().ownerreferences().empty())
        return {rules, true};
    const auto owner = replicaSets.find(pod.metadata().ownerreferences(0).name());
    if (owner == replicaSets.end()) return {rules, true};
    for (const auto& [key, skew] :
         {std::pair{"kubernetes.io/hostname", 3}, std::pair{"topology.kubernetes.io/zone", 5}}) {
        Constraint rule;
        rule.set_topologykey(key);
        rule.set_maxskew(skew);
        *rule.mutable_labelselector() = owner->second;
        rules.push_back(rule);
    }
    return {rules, false};
}

Oracle::Scores Oracle::spreadScores(const core::Pod& pod, const std::vector<std::string>& feasible) const {
    const auto [all, strict] = softRules(pod);
    const std::vector<Constraint>& rules = all;
    const bool needAll = strict;
    Scores out;
    if (rules.empty()) {
        for (const std::string& name : feasible)
            out[name] = 0;
        return out;
    }
    const auto scored = [&](const core::Node& node) { return !needAll || hasKeys(node, rules); };
    std::map<std::string, double> sums;
    for (const Constraint& rule : rules) {
        const bool perNode = rule.topologykey() == "kubernetes.io/hostname";
        std::map<std::string, std::int64_t> places;
        std::size_t size = 0;
        for (const std::string& name : feasible) {
            if (!scored(nodes.at(name))) continue;
            places[valueOf(nodes.at(name), rule.topologykey())] = 0;
            ++size;
        }
        if (!perNode) size = places.size();
        for (const auto& [name, node] : nodes) {
            const auto place = places.find(valueOf(node, rule.topologykey()));
            if (!scored(node) || place == places.end() || !takesPart(rule, pod, node)) continue;
            for (const core::Pod* other : podsOn(name))
                place->second += counted(rule, pod, *other);
        }
        const double weight = std::log(static_cast<double>(size + 2));
        for (const std::string& name : feasible) {
            const core::Node& node = nodes.at(name);
            if (!scored(node) || !node.metadata().labels().contains(rule.topologykey())) continue;
            std::int64_t count = 0;
            if (perNode) {
                for (const core::Pod* other : podsOn(name))
                    count += counted(rule, pod, *other);
            } else {
                count = places[valueOf(node, rule.topologykey())];
            }
            sums[name] += static_cast<double>(count) * weight + static_cast<double>(rule.maxskew() - 1);
        }
    }
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    std::int64_t most = 0;
    for (const std::string& name : feasible) {
        if (!scored(nodes.at(name))) continue;
        out[name] = std::llround(sums[name]);
        least = std::min(least, out[name]);
        most = std::max(most, out[name]);
    }
    for (const std::string& name : feasible) {
        if (!scored(nodes.at(name))) {
            out[name] = 0;
        } else {
            out[name] = most == 0 ? 100 : 100 * (most + least - out[name]) / most;
        }
    }
    return out;
}

Oracle::Scores Oracle::affinityScores(const core::Pod& pod, const std::vector<std::string>& feasible) const {
    Scores out;
    for (const std::string& name : feasible) {
        std::int64_t& sum = out[name];
        const core::Node& node = nodes.at(name);
        const auto add = [&](const core::PodAffinityTerm& term, const core::Pod& owner, const core::Pod& of,
                             const core::Pod& placed, std::int64_t weight) {
            const auto there = nodes.find(placed.spec().nodename());
            const std::string& key = term.topologykey();
            if (there == nodes.end() || !node.metadata().labels().contains(key) ||
                !there->second.metadata().labels().contains(key) ||
                valueOf(there->second, key) != valueOf(node, key))
                return;
            if (matches(term, owner, of)) sum += weight;
        };
        for (const auto& [uid, other] : pods) {
            const auto each = [&](const core::Pod& owner, const core::Pod& of) {
                const auto& affinity = owner.spec().affinity();
                for (const auto& term :
                     affinity.podaffinity().preferredduringschedulingignoredduringexecution())
                    add(term.podaffinityterm(), owner, of, other, term.weight());
                for (const auto& term :
                     affinity.podantiaffinity().preferredduringschedulingignoredduringexecution())
                    add(term.podaffinityterm(), owner, of, other, -term.weight());
            };
            each(pod, other);
            each(other, pod);
            for (const auto& term :
                 other.spec().affinity().podaffinity().requiredduringschedulingignoredduringexecution())
                add(term, other, pod, other, 1);
        }
    }
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    std::int64_t most = std::numeric_limits<std::int64_t>::min();
    for (const auto& [name, sum] : out) {
        least = std::min(least, sum);
        most = std::max(most, sum);
    }
    for (auto& [name, sum] : out) {
        sum = most == least ? 0
                            : static_cast<std::int64_t>(100.0 * (static_cast<double>(sum - least) /
                                                                 static_cast<double>(most - least)));
    }
    return out;
}

std::map<std::string, std::map<std::string, std::int64_t>> Oracle::score(const core::Pod& pod) const {
    std::vector<std::string> feasible;
    for (const auto& [name, verdict] : filter(pod)) {
        if (verdict.plugin.empty()) feasible.push_back(name);
    }
    std::map<std::string, Scores> out;
    std::int64_t mostTaints = 0;
    std::int64_t mostPreferred = 0;
    for (const std::string& name : feasible) {
        const core::Node& node = nodes.at(name);
        std::int64_t& taints = out["TaintToleration"][name];
        for (const auto& taint : node.spec().taints())
            taints += taint.effect() == "PreferNoSchedule" && !toleratesIt(pod, taint);
        mostTaints = std::max(mostTaints, taints);
        std::int64_t& preferred = out["NodeAffinity"][name];
        for (const auto& term :
             pod.spec().affinity().nodeaffinity().preferredduringschedulingignoredduringexecution()) {
            if (holds(term.preference(), node)) preferred += term.weight();
        }
        mostPreferred = std::max(mostPreferred, preferred);
        out["NodeResourcesFit"][name] = fitScore(pod, node);
        out["NodeResourcesBalancedAllocation"][name] = balancedScore(pod, node);
        out["ImageLocality"][name] = imageScore(pod, node);
    }
    for (const std::string& name : feasible) {
        std::int64_t& taints = out["TaintToleration"][name];
        taints = mostTaints == 0 ? 100 : 100 - taints * 100 / mostTaints;
        std::int64_t& preferred = out["NodeAffinity"][name];
        if (mostPreferred > 0) preferred = preferred * 100 / mostPreferred;
    }
    out["PodTopologySpread"] = spreadScores(pod, feasible);
    out["InterPodAffinity"] = affinityScores(pod, feasible);
    return out;
}

} // namespace wheelhouse::scheduler::test
