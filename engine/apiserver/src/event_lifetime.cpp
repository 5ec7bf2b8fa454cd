#include "event_lifetime.h"

#include "core.h"
#include "engine/api/glance.h"
#include "engine/api/types.h"
#include "writes.h"

namespace wheelhouse::apiserver {

namespace {

constexpr Duration lifetime = std::chrono::hours(1);
constexpr Duration between = std::chrono::minutes(1);
constexpr std::int64_t together = 500;

void look(Core& core, const std::string& from);

void lookAfter(Core& core, Duration delay, std::string from) {
    core.control.postAfter(delay, [weak = core.weak_from_this(), from = std::move(from)] {
        if (const auto alive = weak.lock()) look(*alive, from);
    });
}

void look(Core& core, const std::string& from) {
    const api::Kind& kind = api::kindOf<api::core::Event>();
    const auto page = core.store.list(kind, "", from, together, 0);
    if (!page) return lookAfter(core, between, {});
    const WallTime oldest = core.dates.wallNow() - lifetime;
    for (const api::ObjectPtr& event : page->items) {
        if (api::lastHappened(*event) > oldest) continue;
        // Unless it has happened again, or is going already.
        if (core.store.newest(store::Key::of(*event)) == event)
            commit(core, kind, event->message(), true, [](const Result<api::ObjectPtr>&) {});
    }
    const bool more = !page->next.empty();
    lookAfter(core, more ? Duration::zero() : between, page->next);
}

} // namespace

void endOldEvents(const std::shared_ptr<Core>& core) {
    lookAfter(*core, between, {});
}

} // namespace wheelhouse::apiserver
