#include "clusterrole_aggregation_controller.h"

#include "engine/api/codec.h"
#include "engine/api/groups/rbac.h"
#include "engine/api/selector.h"

#include <algorithm>
#include <set>

namespace wheelhouse::controllers {

namespace rbac = api::rbac;

namespace {

/// The index of the roles that gather rules from others, all under this one value.
constexpr const char* gathering = "gathering";

} // namespace

ClusterRoleAggregationController::ClusterRoleAggregationController(const Deps& deps)
    : QueuedController(deps, "clusterroleaggregation"),
      roles_(watch<rbac::ClusterRole>(onAny([this](const ObjectPtr&) { enqueueGathering(); }))) {
    roles_.addIndex(gathering, [](const ObjectPtr& object) {
        const bool gathers = object->as<rbac::ClusterRole>().has_aggregationrule();
        return gathers ? std::vector<std::string>{gathering} : std::vector<std::string>{};
    });
}

void ClusterRoleAggregationController::enqueueGathering() {
    for (const ObjectPtr& object : roles_.byIndex(gathering, gathering))
        enqueue(object->name());
}

Step ClusterRoleAggregationController::reconcile(std::string key) {
    const ObjectPtr object = roles_.get(key);
    if (!object || object->deleting()) co_return Result<void>();
    auto wanted = object->as<rbac::ClusterRole>();
    if (!wanted.has_aggregationrule()) co_return Result<void>();
    std::vector<api::LabelSelector> selectors;
    for (const auto& selector : wanted.aggregationrule().clusterroleselectors()) {
        auto parsed = api::LabelSelector::from(selector);
        if (!parsed) co_return fail(parsed.error());
        selectors.push_back(std::move(*parsed));
    }
    std::vector<ObjectPtr> parts = roles_.all();
    std::erase_if(parts, [&](const ObjectPtr& part) {
        const auto matches = [&](const api::LabelSelector& selector) {
            return selector.matches(part->labels());
        };
        return part->name() == key || std::none_of(selectors.begin(), selectors.end(), matches);
    });
    std::sort(parts.begin(), parts.end(),
              [](const ObjectPtr& a, const ObjectPtr& b) { return a->name() < b->name(); });
    rbac::ClusterRole made = wanted;
    made.clear_rules();
    std::set<std::string> seen;
    for (const ObjectPtr& part : parts) {
        const auto role = part->as<rbac::ClusterRole>();
        for (const auto& rule : role.rules())
            if (seen.insert(api::serialize(rule)).second) *made.add_rules() = rule;
    }
    if (api::serialize(made) == api::serialize(wanted)) co_return Result<void>();
    auto written = co_await api_.update(std::move(made));
    co_return unlessGone(written);
}

} // namespace wheelhouse::controllers
