#include "engine/api/usage.h"

#include <algorithm>
#include <set>

namespace wheelhouse::api {
namespace {

using google::protobuf::Message;

const Quantity one = Quantity::fromUnits(1);

void add(Amounts& to, const Amounts& from) {
    for (const auto& [name, amount] : from) {
        const auto [known, fresh] = to.emplace(name, amount);
        if (!fresh) known->second = known->second + amount;
    }
}

void raise(Amounts& to, const Amounts& from) {
    for (const auto& [name, amount] : from) {
        const auto [known, fresh] = to.emplace(name, amount);
        if (!fresh && known->second < amount) known->second = amount;
    }
}

/// `pick` is what of a container counts: its requests or its limits.
template <class Pick>
Amounts podTotal(const core::PodSpec& spec, Pick pick) {
    Amounts total;
    for (const auto& container : spec.containers())
        add(total, pick(container.resources()));
    Amounts starting, sidecars;
    for (const auto& container : spec.initcontainers()) {
        const Amounts own = pick(container.resources());
        Amounts now = sidecars;
        add(now, own);
        if (container.restartpolicy() == "Always") {
            add(total, own);
            add(sidecars, own);
        }
        raise(starting, now);
    }
    raise(total, starting);
    // What the pod as a whole says goes before what its containers add up to.
    if (spec.has_resources())
        for (const auto& [name, amount] : pick(spec.resources()))
            total[name] = amount;
    return total;
}

bool isTerminal(const core::Pod& pod) {
    return pod.status().phase() == "Succeeded" || pod.status().phase() == "Failed";
}

bool isNative(const std::string& name) {
    return name == "cpu" || name == "memory" || name == "ephemeral-storage";
}

Amounts podUsage(const core::Pod& pod) {
    Amounts out{{"count/pods", one}};
    if (isTerminal(pod)) return out;
    out.emplace("pods", one);
    for (const auto& [name, amount] : podRequests(pod.spec())) {
        if (isNative(name) || name.starts_with("hugepages-")) out.emplace(name, amount);
        out.emplace("requests." + name, amount);
    }
    for (const auto& [name, amount] : podLimits(pod.spec()))
        if (isNative(name)) out.emplace("limits." + name, amount);
    return out;
}

Amounts serviceUsage(const core::Service& service) {
    Amounts out{{"count/services", one}, {"services", one}};
    const auto& spec = service.spec();
    std::int64_t nodePorts = 0;
    if (spec.type() == "NodePort") nodePorts = spec.ports_size();
    if (spec.type() == "LoadBalancer") {
        out.emplace("services.loadbalancers", one);
        const bool allocates =
            !spec.has_allocateloadbalancernodeports() || spec.allocateloadbalancernodeports();
        for (const auto& port : spec.ports())
            if (allocates || port.nodeport() != 0) ++nodePorts;
    }
    if (nodePorts > 0) out.emplace("services.nodeports", Quantity::fromUnits(nodePorts));
    return out;
}

Amounts claimUsage(const core::PersistentVolumeClaim& claim) {
    Amounts out{{"count/persistentvolumeclaims", one}, {"persistentvolumeclaims", one}};
    Amounts requests = amountsOf(claim.spec().resources().requests());
    const auto storage = requests.find("storage");
    // What was set aside while the claim grew counts until it is given back.
    const Amounts allocated = amountsOf(claim.status().allocatedresources());
    if (const auto more = allocated.find("storage"); storage != requests.end() && more != allocated.end())
        storage->second = std::max(storage->second, more->second);
    if (storage != requests.end()) out.emplace("requests.storage", storage->second);
    std::string storageClass = claim.spec().storageclassname();
    const auto& annotations = claim.metadata().annotations();
    const auto beta = annotations.find("volume.beta.kubernetes.io/storage-class");
    if (beta != annotations.end()) storageClass = beta->second;
    if (storageClass.empty()) return out;
    const std::string prefix = storageClass + ".storageclass.storage.k8s.io/";
    out.emplace(prefix + "persistentvolumeclaims", one);
    if (storage != requests.end()) out.emplace(prefix + "requests.storage", storage->second);
    return out;
}

bool isBestEffort(const core::PodSpec& spec) {
    const auto none = [](const core::ResourceRequirements& resources) {
        for (const auto* list : {&resources.requests(), &resources.limits()})
            for (const auto& [name, amount] : amountsOf(*list))
                if ((name == "cpu" || name == "memory") && amount > Quantity()) return false;
        return true;
    };
    if (spec.has_resources() && !none(spec.resources())) return false;
    const auto resourcesNone = [&](const core::Container& container) { return none(container.resources()); };
    return std::all_of(spec.containers().begin(), spec.containers().end(), resourcesNone) &&
           std::all_of(spec.initcontainers().begin(), spec.initcontainers().end(), resourcesNone);
}

bool reachesAcross(const core::PodSpec& spec) {
    const auto across = [](const core::PodAffinityTerm& term) {
        return term.namespaces_size() > 0 || term.has_namespaceselector();
    };
    const auto anyAcross = [&](const auto& affinity) {
        for (const auto& term : affinity.requiredduringschedulingignoredduringexecution())
            if (across(term)) return true;
        for (const auto& weighted : affinity.preferredduringschedulingignoredduringexecution())
            if (across(weighted.podaffinityterm())) return true;
        return false;
    };
    return anyAcross(spec.affinity().podaffinity()) || anyAcross(spec.affinity().podantiaffinity());
}

bool scopeFits(const std::string& scope, const core::ScopedResourceSelectorRequirement* term,
               const core::PodSpec& spec) {
    const bool terminating = spec.has_activedeadlineseconds() && spec.activedeadlineseconds() >= 0;
    if (scope == "Terminating") return terminating;
    if (scope == "NotTerminating") return !terminating;
    if (scope == "BestEffort") return isBestEffort(spec);
    if (scope == "NotBestEffort") return !isBestEffort(spec);
    if (scope == "CrossNamespacePodAffinity") return reachesAcross(spec);
    if (scope != "PriorityClass") return false;
    const std::string& name = spec.priorityclassname();
    const std::string op = term ? term->operator_() : "Exists";
    if (op == "Exists") return !name.empty();
    if (op == "DoesNotExist") return name.empty();
    const bool listed = std::find(term->values().begin(), term->values().end(), name) != term->values().end();
    return op == "In" ? listed : op == "NotIn" && !listed;
}

/// The attributes a claim has, will have or is on its way to.
std::set<std::string> attributeClasses(const core::PersistentVolumeClaim& claim) {
    std::set<std::string> names = {claim.spec().volumeattributesclassname(),
                                   claim.status().currentvolumeattributesclassname(),
                                   claim.status().modifyvolumestatus().targetvolumeattributesclassname()};
    names.erase("");
    return names;
}

/// Claims know one scope only: VolumeAttributesClass.
bool scopeFits(const core::ScopedResourceSelectorRequirement& term,
               const core::PersistentVolumeClaim& claim) {
    if (term.scopename() != "VolumeAttributesClass") return false;
    const std::set<std::string> names = attributeClasses(claim);
    const std::set<std::string> listed(term.values().begin(), term.values().end());
    const auto isListed = [&](const std::string& name) { return listed.contains(name); };
    if (term.operator_() == "Exists") return !names.empty();
    if (term.operator_() == "DoesNotExist") return names.empty();
    if (term.operator_() == "In") return std::any_of(names.begin(), names.end(), isListed);
    return term.operator_() == "NotIn" &&
           (names.empty() || !std::all_of(names.begin(), names.end(), isListed));
}

} // namespace

Amounts amountsOf(const QuantityMap& list) {
    Amounts out;
    for (const auto& [name, amount] : list)
        if (auto parsed = Quantity::parse(amount.string())) out.emplace(name, *parsed);
    return out;
}

void writeAmounts(const Amounts& amounts, QuantityMap& out) {
    out.clear();
    for (const auto& [name, amount] : amounts)
        out[name].set_string(amount.toString());
}

std::string amountsText(const Amounts& amounts) {
    std::string out;
    for (const auto& [name, amount] : amounts)
        out += (out.empty() ? "" : ",") + name + "=" + amount.toString();
    return out;
}

Amounts podRequests(const core::PodSpec& spec) {
    Amounts out = podTotal(
        spec, [](const core::ResourceRequirements& resources) { return amountsOf(resources.requests()); });
    add(out, amountsOf(spec.overhead()));
    return out;
}

Amounts podLimits(const core::PodSpec& spec) {
    Amounts out = podTotal(
        spec, [](const core::ResourceRequirements& resources) { return amountsOf(resources.limits()); });
    // Only what is limited at all can be exceeded by the overhead.
    for (const auto& [name, amount] : amountsOf(spec.overhead()))
        if (const auto known = out.find(name); known != out.end()) known->second = known->second + amount;
    return out;
}

Amounts quotaUsage(const Kind& kind, const Message& object) {
    if (const auto* pod = dynamic_cast<const core::Pod*>(&object)) return podUsage(*pod);
    if (const auto* service = dynamic_cast<const core::Service*>(&object)) return serviceUsage(*service);
    if (const auto* claim = dynamic_cast<const core::PersistentVolumeClaim*>(&object))
        return claimUsage(*claim);
    const std::string& plural = kind.name.resource;
    Amounts out{{"count/" + plural + (kind.name.group.empty() ? "" : "." + kind.name.group), one}};
    static constexpr std::string_view known[] = {"configmaps", "secrets", "replicationcontrollers",
                                                 "resourcequotas"};
    if (kind.name.group.empty() && std::find(std::begin(known), std::end(known), plural) != std::end(known))
        out.emplace(plural, one);
    return out;
}

bool quotaCovers(const core::ResourceQuotaSpec& quota, const Kind&, const Message& object) {
    if (quota.scopes_size() == 0 && quota.scopeselector().matchexpressions_size() == 0) return true;
    if (const auto* claim = dynamic_cast<const core::PersistentVolumeClaim*>(&object)) {
        const auto& terms = quota.scopeselector().matchexpressions();
        return quota.scopes_size() == 0 && std::all_of(terms.begin(), terms.end(), [&](const auto& term) {
                   return scopeFits(term, *claim);
               });
    }
    const auto* pod = dynamic_cast<const core::Pod*>(&object);
    if (!pod) return false;
    for (const auto& scope : quota.scopes())
        if (!scopeFits(scope, nullptr, pod->spec())) return false;
    for (const auto& term : quota.scopeselector().matchexpressions())
        if (!scopeFits(term.scopename(), &term, pod->spec())) return false;
    return true;
}

Amounts limitedPart(const Amounts& usage, const Amounts& hard) {
    Amounts out;
    for (const auto& [name, amount] : usage)
        if (hard.count(name) > 0) out.emplace(name, amount);
    return out;
}

} // namespace wheelhouse::api
