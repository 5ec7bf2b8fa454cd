#include "pod_info.h"

namespace wheelhouse::scheduler {

namespace {

bool everyAddress(const std::string& ip) {
    return ip.empty() || ip == "0.0.0.0";
}

std::vector<HostPort> hostPortsOf(const api::core::PodSpec& spec) {
    std::vector<HostPort> out;
    const auto collect = [&out](const api::core::Container& container) {
        for (const auto& port : container.ports()) {
            if (port.hostport() <= 0) continue;
            out.push_back(
                {port.protocol().empty() ? "TCP" : port.protocol(), port.hostip(), port.hostport()});
        }
    };
    for (const auto& container : spec.containers())
        collect(container);
    for (const auto& container : spec.initcontainers()) {
        if (container.restartpolicy() == "Always") collect(container);
    }
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
            // The pod's own values of these labels tell its generation (a rollout) from the others.
            for (const std::string& key : constraint.matchlabelkeys()) {
                const auto value = labels.find(key);
                if (value == labels.end()) continue;
                auto& term = *selector.add_matchexpressions();
                term.set_key(key);
                term.set_operator_("In");
                term.add_values(value->second);
            }
            if (auto parsed = api::LabelSelector::from(selector)) rule.selector = std::move(*parsed);
        }
        out.push_back(std::move(rule));
    }
    return out;
}

} // namespace

bool HostPort::conflictsWith(const HostPort& other) const {
    if (port != other.port || protocol != other.protocol) return false;
    return ip == other.ip || everyAddress(ip) || everyAddress(other.ip);
}

std::shared_ptr<const PodInfo> PodInfo::of(const api::ObjectPtr& object, ResourceNames& names) {
    const auto pod = object->as<api::core::Pod>();
    const auto& spec = pod.spec();
    auto out = std::make_shared<PodInfo>();
    out->object = object;
    out->uid = object->uid();
    out->labels = object->labels();
    out->nodeName = spec.nodename();
    out->schedulerName = spec.schedulername().empty() ? "default-scheduler" : spec.schedulername();
    out->priority = spec.priority();
    out->finished = pod.status().phase() == "Succeeded" || pod.status().phase() == "Failed";
    out->deleting = object->deleting();
    out->gated = spec.schedulinggates_size() > 0;
    out->requests = requestsOf(spec, names);
    out->bestEffort = out->requests.milliCpu == 0 && out->requests.memory == 0;
    out->requests.pods = 1;
    out->nonZeroRequests = nonZeroRequestsOf(spec, names);
    out->hostPorts = hostPortsOf(spec);
    out->tolerations.assign(spec.tolerations().begin(), spec.tolerations().end());
    out->choice = NodeChoice::of(spec);
    for (const auto& term :
         spec.affinity().nodeaffinity().preferredduringschedulingignoredduringexecution()) {
        if (term.weight() != 0) out->preferred.emplace_back(term.weight(), NodeTerm(term.preference()));
    }
    out->spread = spreadRules(spec, out->labels);
    for (const auto& condition : pod.status().conditions()) {
        if (condition.type() != "PodScheduled" || condition.status() != "False") continue;
        out->reportedReason = condition.reason();
        out->reportedMessage = condition.message();
        if (condition.has_lasttransitiontime()) out->reportedSince = condition.lasttransitiontime();
    }
    return out;
}

} // namespace wheelhouse::scheduler
