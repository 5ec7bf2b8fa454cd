#include "engine/api/codec.h"
#include "engine/api/quantity.h"
#include "semantics/kind_rules.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <set>

namespace wheelhouse::api::semantics {

namespace {

const Path spec("spec");

std::optional<Quantity> amountOf(const QuantityMap& map, const std::string& key) {
    const auto found = map.find(key);
    if (found == map.end()) return std::nullopt;
    const auto parsed = Quantity::parse(found->second.string());
    return parsed ? std::optional<Quantity>(*parsed) : std::nullopt;
}

// -------------------------------------------------------------------------------------------------------
// limit ranges

/// The limits of one resource, from the least to the most.
struct Limits {
    std::optional<Quantity> min;
    std::optional<Quantity> request; ///< default request
    std::optional<Quantity> limit;   ///< default
    std::optional<Quantity> max;
    std::optional<Quantity> ratio;
};

void validateOrder(const Limits& of, const std::string& key, const Path& path, Problems& problems) {
    const auto above = [&](const std::optional<Quantity>& small, const std::optional<Quantity>& big,
                           const char* field, const char* smallName, const char* bigName) {
        if (!small || !big || !(*small > *big)) return;
        problems.invalid(path.child(field).key(key), small->toString(),
                         fmt::format("{} value {} is greater than {} value {}", smallName, small->toString(),
                                     bigName, big->toString()));
    };
    above(of.min, of.max, "min", "min", "max");
    above(of.min, of.request, "defaultRequest", "min", "default request");
    above(of.request, of.max, "defaultRequest", "default request", "max");
    above(of.request, of.limit, "defaultRequest", "default request", "default limit");
    above(of.min, of.limit, "default", "min", "default");
    above(of.limit, of.max, "default", "default", "max");
    const Quantity one = *Quantity::parse("1");
    if (of.ratio && *of.ratio < one)
        problems.invalid(path.child("maxLimitRequestRatio").key(key), of.ratio->toString(),
                         fmt::format("ratio {} is less than 1", of.ratio->toString()));
}

void validateLimit(const core::LimitRangeItem& item, const Path& path, Problems& problems) {
    if (item.type() == "Pod") {
        if (!item.default_().empty())
            problems.forbidden(path.child("default"), "may not be specified when `type` is 'Pod'");
        if (!item.defaultrequest().empty())
            problems.forbidden(path.child("defaultRequest"), "may not be specified when `type` is 'Pod'");
    }
    if (item.type() == "PersistentVolumeClaim" && !item.min().contains("storage") &&
        !item.max().contains("storage"))
        problems.required(path.child("limits"),
                          "either minimum or maximum storage value is required, but neither was provided");
    std::set<std::string> keys;
    for (const auto* map :
         {&item.min(), &item.max(), &item.default_(), &item.defaultrequest(), &item.maxlimitrequestratio()})
        for (const auto& entry : *map)
            keys.insert(entry.first);
    for (const std::string& key : keys)
        validateOrder({amountOf(item.min(), key), amountOf(item.defaultrequest(), key),
                       amountOf(item.default_(), key), amountOf(item.max(), key),
                       amountOf(item.maxlimitrequestratio(), key)},
                      key, path, problems);
}

void checkLimitRange(const core::LimitRange& object, Problems& problems) {
    std::set<std::string> types;
    for (int i = 0; i < object.spec().limits_size(); ++i) {
        const core::LimitRangeItem& item = object.spec().limits(i);
        const Path at = spec.child("limits").index(static_cast<std::size_t>(i));
        const bool known =
            item.type() == "Pod" || item.type() == "Container" || item.type() == "PersistentVolumeClaim";
        if (!known) {
            problems.invalid(at.child("type"), item.type(), qualifiedName(item.type()));
            if (item.type().find('/') == std::string::npos)
                problems.invalid(at.child("type"), item.type(),
                                 "must be a standard limit type or fully qualified");
        }
        if (!types.insert(item.type()).second) problems.duplicate(at.child("type"), item.type());
        validateLimit(item, at, problems);
    }
}

void defaultLimitRange(core::LimitRange& object) {
    for (core::LimitRangeItem& item : *object.mutable_spec()->mutable_limits()) {
        if (item.type() != "Container") continue;
        // What is not said follows from what is: the limit from the maximum, the request from the limit or
        // the minimum.
        const auto fill = [](QuantityMap& to, const QuantityMap& from) {
            for (const auto& [key, value] : from)
                if (!to.contains(key)) to[key] = value;
        };
        fill(*item.mutable_default_(), item.max());
        fill(*item.mutable_defaultrequest(), item.default_());
        fill(*item.mutable_defaultrequest(), item.min());
    }
}

// -------------------------------------------------------------------------------------------------------
// quotas

bool isStandardResource(std::string_view name) {
    static const std::set<std::string_view> all = {"cpu",
                                                   "memory",
                                                   "ephemeral-storage",
                                                   "storage",
                                                   "requests.cpu",
                                                   "requests.memory",
                                                   "requests.storage",
                                                   "requests.ephemeral-storage",
                                                   "limits.cpu",
                                                   "limits.memory",
                                                   "limits.ephemeral-storage",
                                                   "pods",
                                                   "resourcequotas",
                                                   "services",
                                                   "replicationcontrollers",
                                                   "secrets",
                                                   "configmaps",
                                                   "persistentvolumeclaims",
                                                   "services.nodeports",
                                                   "services.loadbalancers"};
    return all.contains(name) || name.starts_with("requests.hugepages-") || name.starts_with("hugepages-");
}

void validateHard(const QuantityMap& hard, const Path& path, Problems& problems) {
    static const std::set<std::string_view> whole = {
        "pods",       "resourcequotas",         "services",           "replicationcontrollers", "secrets",
        "configmaps", "persistentvolumeclaims", "services.nodeports", "services.loadbalancers"};
    std::map<std::string, const resource::Quantity*> sorted;
    for (const auto& entry : hard)
        sorted.emplace(entry.first, &entry.second);
    for (const auto& [key, quantity] : sorted) {
        const Path at = path.key(key);
        problems.invalid(at, key, qualifiedName(key));
        if (key.find('/') == std::string::npos && !isStandardResource(key))
            problems.invalid(at, key, "must be a standard resource for quota");
        const auto value = Quantity::parse(quantity->string());
        if (!value) continue;
        if (*value < Quantity())
            problems.invalid(at, value->toString(), "must be greater than or equal to 0");
        const bool counts = whole.contains(key) || key.starts_with("count/");
        if (counts && value->toString().find_first_of("munp") != std::string::npos)
            problems.invalid(at, value->toString(), "must be an integer");
    }
}

bool isScope(const std::string& scope) {
    static const std::set<std::string_view> all = {"Terminating",          "NotTerminating",
                                                   "BestEffort",           "NotBestEffort",
                                                   "PriorityClass",        "CrossNamespacePodAffinity",
                                                   "VolumeAttributesClass"};
    return all.contains(scope);
}

std::string listOf(const google::protobuf::RepeatedPtrField<std::string>& texts) {
    std::string out = "[";
    for (const std::string& text : texts)
        out += (out.size() > 1 ? "," : "") + quoted(text);
    return out + "]";
}

void validateScopes(const core::ResourceQuotaSpec& of, Problems& problems) {
    const Path path = spec.child("scopes");
    std::set<std::string> scopes(of.scopes().begin(), of.scopes().end());
    for (const std::string& scope : of.scopes())
        if (!isScope(scope)) problems.invalidJson(path, listOf(of.scopes()), "unsupported scope");
    for (const auto& [a, b] :
         {std::pair("BestEffort", "NotBestEffort"), std::pair("Terminating", "NotTerminating")})
        if (scopes.contains(a) && scopes.contains(b))
            problems.invalidJson(path, listOf(of.scopes()), "conflicting scopes");
    if (!of.has_scopeselector()) return;
    const Path terms = spec.child("scopeSelector").child("matchExpressions");
    for (int i = 0; i < of.scopeselector().matchexpressions_size(); ++i) {
        const auto& term = of.scopeselector().matchexpressions(i);
        const Path at = terms.index(static_cast<std::size_t>(i));
        if (!isScope(term.scopename()))
            problems.invalid(at.child("scopeName"), term.scopename(), "unsupported scope");
        const std::string& op = term.operator_();
        if (op == "In" || op == "NotIn") {
            if (term.values().empty())
                problems.required(
                    at.child("values"),
                    "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
        } else if (op == "Exists" || op == "DoesNotExist") {
            if (!term.values().empty())
                problems.invalidJson(
                    at.child("values"), listOf(term.values()),
                    "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
        } else {
            problems.invalid(at.child("operator"), op, "not a valid selector operator");
        }
    }
}

void checkQuota(const core::ResourceQuota& quota, Problems& problems) {
    validateHard(quota.spec().hard(), spec.child("hard"), problems);
    validateScopes(quota.spec(), problems);
    validateHard(quota.status().hard(), Path("status").child("hard"), problems);
    validateHard(quota.status().used(), Path("status").child("used"), problems);
}

void checkQuotaChange(const core::ResourceQuota& now, const core::ResourceQuota& old, Problems& problems) {
    const std::set<std::string> a(now.spec().scopes().begin(), now.spec().scopes().end());
    const std::set<std::string> b(old.spec().scopes().begin(), old.spec().scopes().end());
    if (a != b) problems.invalidJson(spec.child("scopes"), listOf(now.spec().scopes()), fieldIsImmutable);
}

} // namespace

KindRuleList quotaRules() {
    static const KindRules all[] = {{.type = core::LimitRange::descriptor(),
                                     .defaults = on<core::LimitRange, defaultLimitRange>,
                                     .check = checks<core::LimitRange, checkLimitRange>},
                                    {.type = core::ResourceQuota::descriptor(),
                                     .check = checks<core::ResourceQuota, checkQuota>,
                                     .checkChange = compares<core::ResourceQuota, checkQuotaChange>}};
    return all;
}

} // namespace wheelhouse::api::semantics
