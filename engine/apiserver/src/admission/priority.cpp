#include "engine/api/priority.h"
#include "admission/pods.h"
#include "engine/api/groups/scheduling.h"
#include "errors.h"

#include <fmt/format.h>
#include <optional>

namespace wheelhouse::apiserver {
namespace {

using api::scheduling::PriorityClass;

const api::Kind& classKind() {
    return api::kindOf<PriorityClass>();
}

/// Which pods go first: the number behind the name of a PriorityClass. There is one default class at most,
/// and the two classes of the system stay.
class Priority final : public AdmissionPlugin {
  public:
    explicit Priority(store::Store& store) : store_(store) {}

    Result<void> admit(Admission& admission) override {
        api::core::Pod* pod = createdPod(admission);
        if (!pod) return {};
        auto& spec = *pod->mutable_spec();
        std::optional<PriorityClass> chosen;
        if (spec.priorityclassname().empty()) {
            chosen = defaultClass("");
        } else if (const auto object = store_.newest({&classKind(), spec.priorityclassname()})) {
            chosen = object->as<PriorityClass>();
        }
        const std::string refusal = api::settlePriority(spec, chosen ? &*chosen : nullptr);
        if (!refusal.empty()) return fail(forbidden(*admission.kind, admission.name, refusal));
        return {};
    }

    Result<void> check(const Admission& admission) override {
        if (admission.kind != &classKind()) return {};
        if (admission.operation == Admission::Operation::Delete) {
            if (admission.name.starts_with("system-"))
                return fail(forbidden(*admission.kind, admission.name,
                                      "this is a system priority class and cannot be deleted"));
            return {};
        }
        if (!static_cast<const PriorityClass&>(*admission.object).globaldefault()) return {};
        if (const auto other = defaultClass(admission.name))
            return fail(
                forbidden(*admission.kind, admission.name,
                          fmt::format("PriorityClass {} is already marked as default. Only one default "
                                      "can exist",
                                      other->metadata().name())));
        return {};
    }

  private:
    /// The class of pods that name none, unless that is `except`.
    std::optional<PriorityClass> defaultClass(const std::string& except) const {
        std::optional<PriorityClass> found;
        for (const api::ObjectPtr& object : store_.listNewest(classKind(), "")) {
            if (object->name() == except) continue;
            auto one = object->as<PriorityClass>();
            if (one.globaldefault() && (!found || one.value() < found->value())) found = std::move(one);
        }
        return found;
    }

    store::Store& store_;
};

} // namespace

std::unique_ptr<AdmissionPlugin> makePriority(store::Store& store) {
    return std::make_unique<Priority>(store);
}

} // namespace wheelhouse::apiserver
