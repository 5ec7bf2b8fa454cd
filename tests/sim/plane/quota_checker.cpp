#include "quota_checker.h"

#include "engine/api/quantity.h"

namespace wheelhouse::sim {

namespace {

constexpr std::int64_t one = 1000;

QuotaChecker::Amounts usesOf(const api::Object& object) {
    if (object.kind().kind == "ConfigMap") return {{"count/configmaps", one}};
    const auto pod = object.as<core::Pod>();
    if (pod.status().phase() == "Failed" || pod.status().phase() == "Succeeded") return {};
    std::int64_t cpu = 0;
    for (const auto& container : pod.spec().containers()) {
        const auto asked = container.resources().requests().find("cpu");
        if (asked == container.resources().requests().end()) continue;
        const auto amount = api::Quantity::parse(asked->second.string());
        cpu += amount ? amount->milli() : 0;
    }
    return {{"pods", one}, {"requests.cpu", cpu}};
}

void add(QuotaChecker::Amounts& sum, const QuotaChecker::Amounts& part, int sign) {
    for (const auto& [resource, amount] : part)
        sum[resource] += sign * amount;
}

} // namespace

QuotaChecker::Amounts QuotaChecker::amountsOf(const api::QuantityMap& list) {
    Amounts amounts;
    for (const auto& [resource, text] : list)
        if (const auto amount = api::Quantity::parse(text.string())) amounts[resource] = amount->milli();
    return amounts;
}

void QuotaChecker::saw(const store::Change& change) {
    const std::string& kind = change.object->kind().kind;
    if (change.object->nameSpace() != "default") return;
    if (kind == "Pod" || kind == "ConfigMap" || kind == "ResourceQuota")
        history_.emplace(change.revision, change);
}

std::vector<std::string> QuotaChecker::judge() {
    for (const auto& [revision, change] : history_) {
        if (change.object->kind().kind != "ResourceQuota")
            judgeObject(change);
        else if (change.type == store::Change::Type::Deleted)
            hard_.erase(change.object->name());
        else
            hard_[change.object->name()] = amountsOf(change.object->as<core::ResourceQuota>().spec().hard());
    }
    return complaints_;
}

void QuotaChecker::judgeObject(const store::Change& change) {
    Amounts& uses = uses_[change.object->kind().kind + " " + change.object->key()];
    const Amounts before = used_;
    add(used_, uses, -1);
    uses = change.type == store::Change::Type::Deleted ? Amounts() : usesOf(*change.object);
    add(used_, uses, +1);
    for (const auto& [quota, hard] : hard_)
        for (const auto& [resource, most] : hard) {
            const auto earlier = before.find(resource);
            const std::int64_t grown = used_[resource] - (earlier == before.end() ? 0 : earlier->second);
            if (grown > 0 && used_[resource] > most)
                complaints_.push_back("revision " + std::to_string(change.revision) + ": " +
                                      change.object->key() + " makes " + std::to_string(used_[resource]) +
                                      " thousandths of " + resource + ", of which quota " + quota +
                                      " allows " + std::to_string(most));
        }
}

QuotaChecker::Amounts QuotaChecker::inUse(const Plane& plane) {
    Amounts sum;
    for (const api::Kind* kind : {&api::kindOf<core::Pod>(), &api::kindOf<core::ConfigMap>()})
        if (const auto page = plane.store->list(*kind, "default/", "", 0, 0))
            for (const auto& object : page->items)
                add(sum, usesOf(*object), +1);
    return sum;
}

bool QuotaChecker::toldRight(const Plane& plane) {
    Amounts there = inUse(plane);
    const auto page = plane.store->list(api::kindOf<core::ResourceQuota>(), "default/", "", 0, 0);
    if (!page) return false;
    for (const auto& object : page->items) {
        const auto quota = object->as<core::ResourceQuota>();
        const Amounts hard = amountsOf(quota.spec().hard());
        Amounts should;
        for (const auto& [resource, amount] : hard)
            should[resource] = there[resource];
        if (amountsOf(quota.status().hard()) != hard || amountsOf(quota.status().used()) != should)
            return false;
    }
    return true;
}

} // namespace wheelhouse::sim
