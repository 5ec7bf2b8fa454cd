#include "admission/chain.h"
#include "engine/api/usage.h"
#include "errors.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <set>

namespace wheelhouse::apiserver {
namespace {

using api::Amounts;
using api::Quantity;
using api::core::ResourceQuota;
using google::protobuf::Message;

const api::Kind& quotaKind() {
    return api::kindOf<ResourceQuota>();
}

/// What pods must say about themselves where a quota counts it.
constexpr std::string_view mustBeSaid[] = {"cpu",    "limits.cpu",   "limits.memory",
                                           "memory", "requests.cpu", "requests.memory"};

Amounts containerUsage(const api::core::ResourceRequirements& resources) {
    Amounts out;
    for (const auto& [name, amount] : api::amountsOf(resources.requests())) {
        out.emplace(name, amount);
        out.emplace("requests." + name, amount);
    }
    for (const auto& [name, amount] : api::amountsOf(resources.limits()))
        out.emplace("limits." + name, amount);
    return out;
}

/// "must specify cpu for: a,b; memory for: a", or nothing.
std::string unsaid(const api::core::PodSpec& spec, const Amounts& hard) {
    std::string out;
    for (const std::string_view name : mustBeSaid) {
        if (hard.count(std::string(name)) == 0) continue;
        std::set<std::string> silent;
        const auto look = [&](const api::core::Container& container) {
            if (containerUsage(container.resources()).count(std::string(name)) == 0)
                silent.insert(container.name());
        };
        if (containerUsage(spec.resources()).count(std::string(name)) > 0) continue;
        std::for_each(spec.containers().begin(), spec.containers().end(), look);
        std::for_each(spec.initcontainers().begin(), spec.initcontainers().end(), look);
        if (silent.empty()) continue;
        out +=
            fmt::format("{}{} for: {}", out.empty() ? "must specify " : "; ", name, fmt::join(silent, ","));
    }
    return out;
}

/// Counts what each namespace with quotas uses, and refuses what would exceed one. The count lives here, in
/// the turn that decides writes, so that no two of them can take the same last place; the quotas' status is
/// written elsewhere, for people. A count is taken from the store when it is first needed after a start or a
/// change of the quota, and kept from there.
class ResourceQuotas final : public AdmissionPlugin {
  public:
    explicit ResourceQuotas(store::Store& store) : store_(store) {}

    Result<void> check(const Admission& admission) override {
        if (!admission.kind->namespaced) return {};
        Result<void> checked = admission.object ? checkAll(admission) : Result<void>();
        if (admission.kind == &quotaKind()) {
            // What it says holds for every later write, also while it is on its way to the disk.
            counts_.erase(admission.nameSpace);
            admission.settle.push_back(
                [this, nameSpace = admission.nameSpace](bool) { counts_.erase(nameSpace); });
        }
        return checked;
    }

    void removed(const api::Object& object) override {
        if (&object.kind() == &quotaKind()) counts_.erase(object.nameSpace());
        if (object.nameSpace().empty()) return;
        const auto space = counts_.find(object.nameSpace());
        // What had been removed already when the count was taken is not in it.
        if (space == counts_.end() || object.revision() <= space->second.countedAt) return;
        const auto message = object.message();
        for (auto& [name, count] : space->second.quotas)
            if (api::quotaCovers(count.spec, object.kind(), *message))
                for (const auto& [resource, amount] :
                     api::limitedPart(api::quotaUsage(object.kind(), *message), count.hard))
                    count.used[resource] = count.used[resource] - amount;
    }

  private:
    struct Count {
        api::core::ResourceQuotaSpec spec;
        Amounts hard;
        Amounts used;
    };
    struct Space {
        std::map<std::string, Count> quotas;
        Revision countedAt = 0;
    };

    /// Refuses what exceeds one of the quotas of its namespace, and counts what exceeds none.
    Result<void> checkAll(const Admission& admission) {
        Space* space = spaceOf(admission.nameSpace);
        if (!space) return {};
        std::vector<std::pair<Count*, Amounts>> charges;
        for (auto& [name, count] : space->quotas) {
            Amounts delta = limitedPart(*admission.kind, *admission.object, admission.old, count);
            if (auto fits = checkOne(admission, name, count, delta); !fits) return fits;
            if (!delta.empty()) charges.emplace_back(&count, std::move(delta));
        }
        if (charges.empty() || admission.dryRun) return {};
#ifdef WHEELHOUSE_SEEDED_BUGS
        if (std::getenv("WHEELHOUSE_BUG_FREE_QUOTA") != nullptr) return {};
#endif
        for (auto& [count, delta] : charges)
            charge(*count, delta);
        // A write that fails after all is taken out again by counting anew.
        admission.settle.push_back([this, nameSpace = admission.nameSpace](bool committed) {
            if (!committed) counts_.erase(nameSpace);
        });
        return {};
    }

    static Amounts limitedPart(const api::Kind& kind, const Message& now, const Message* before,
                               const Count& count) {
        Amounts delta;
        if (api::quotaCovers(count.spec, kind, now))
            delta = api::limitedPart(api::quotaUsage(kind, now), count.hard);
        if (before && api::quotaCovers(count.spec, kind, *before))
            for (const auto& [name, amount] : api::limitedPart(api::quotaUsage(kind, *before), count.hard))
                delta[name] = delta[name] - amount;
        std::erase_if(delta, [](const auto& each) { return each.second == Quantity(); });
        return delta;
    }

    static void charge(Count& count, const Amounts& delta) {
        for (const auto& [name, amount] : delta)
            count.used[name] = count.used[name] + amount;
    }

    Result<void> checkOne(const Admission& admission, const std::string& name, const Count& count,
                          const Amounts& delta) const {
        if (admission.operation == Admission::Operation::Create &&
            admission.kind == &api::kindOf<api::core::Pod>() &&
            api::quotaCovers(count.spec, *admission.kind, *admission.object)) {
            const std::string why =
                unsaid(static_cast<const api::core::Pod&>(*admission.object).spec(), count.hard);
            if (!why.empty())
                return fail(forbidden(*admission.kind, admission.name,
                                      fmt::format("failed quota: {}: {}", name, why)));
        }
        Amounts requested, used, limited;
        for (const auto& [resource, amount] : delta) {
            const Quantity now = usedOf(count, resource);
            const Quantity& hard = count.hard.at(resource);
            if (amount <= Quantity() || now + amount <= hard) continue;
            requested.emplace(resource, amount);
            used.emplace(resource, now);
            limited.emplace(resource, hard);
        }
        if (requested.empty()) return {};
        return fail(forbidden(*admission.kind, admission.name,
                              fmt::format("exceeded quota: {}, requested: {}, used: {}, limited: {}", name,
                                          api::amountsText(requested), api::amountsText(used),
                                          api::amountsText(limited))));
    }

    static Quantity usedOf(const Count& count, const std::string& resource) {
        const auto found = count.used.find(resource);
        return found == count.used.end() ? Quantity() : found->second;
    }

    /// The counts of a namespace, or null when it has no quotas.
    Space* spaceOf(const std::string& nameSpace) {
        const auto [known, fresh] = counts_.try_emplace(nameSpace);
        if (fresh) countAnew(nameSpace, known->second);
        return known->second.quotas.empty() ? nullptr : &known->second;
    }

    void countAnew(const std::string& nameSpace, Space& space) const {
        space.countedAt = store_.newestRevision();
        const auto quotas = store_.listNewest(quotaKind(), nameSpace + "/");
        for (const api::ObjectPtr& object : quotas) {
            const auto quota = object->as<ResourceQuota>();
            space.quotas[object->name()] = {quota.spec(), api::amountsOf(quota.spec().hard()), {}};
        }
        if (space.quotas.empty()) return;
        for (const api::Kind* kind : store_.kinds()) {
            if (!counted(*kind, space)) continue;
            for (const api::ObjectPtr& object : store_.listNewest(*kind, nameSpace + "/")) {
                const auto message = object->message();
                for (auto& [name, count] : space.quotas)
                    charge(count, limitedPart(*kind, *message, nullptr, count));
            }
        }
    }

    /// Whether any quota names something this kind uses; most quotas name few kinds.
    static bool counted(const api::Kind& kind, const Space& space) {
        const std::string& plural = kind.name.resource;
        const bool core = kind.name.group.empty();
        const std::string counting = "count/" + plural + (core ? "" : "." + kind.name.group);
        for (const auto& [name, count] : space.quotas)
            for (const auto& [resource, hard] : count.hard) {
                if (resource == counting || (core && resource == plural)) return true;
                if (resource.starts_with("count/")) continue;
                if (core && (plural == "pods" || plural == "services" || plural == "persistentvolumeclaims"))
                    return true;
            }
        return false;
    }

    store::Store& store_;
    std::map<std::string, Space> counts_; ///< by namespace; empty ones say there is no quota
};

} // namespace

std::unique_ptr<AdmissionPlugin> makeResourceQuota(store::Store& store) {
    return std::make_unique<ResourceQuotas>(store);
}

} // namespace wheelhouse::apiserver
