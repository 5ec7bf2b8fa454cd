#include "core.h"
#include "errors.h"
#include "metadata.h"
#include "verbs.h"

#include <cstdlib>
#include <fmt/format.h>

namespace wheelhouse::apiserver {
namespace {

using api::ObjectPtr;
using store::Change;

/// Turns the store's changes of a kind into what a watcher of a selection sees: an object that begins to
/// match is added, one that stops matching is deleted.
class StoreWatcher final : public Watcher {
  public:
    StoreWatcher(Selection selection, std::function<void(const Event&)> sink)
        : selection_(std::move(selection)), sink_(std::move(sink)) {}

    Result<void> begin(Core& core, Revision since) {
        auto watch =
            core.store.watch(*selection_.kind, since, [this](const Change& change) { onChange(change); });
        if (!watch) return fail(watch.error());
        watch_ = std::move(*watch);
        return {};
    }

    void show(const ListAnswer& state) const {
        for (const ObjectPtr& object : state.items)
            sink_({Event::Type::Added, object, object->revision(), false});
    }

    void bookmark(Revision revision, bool initialEnd) const {
        sink_({Event::Type::Bookmark, nullptr, revision, initialEnd});
    }

    const Selection& selection() const { return selection_; }

  private:
    void onChange(const Change& change) const {
#ifdef WHEELHOUSE_SEEDED_BUGS
        if (std::getenv("WHEELHOUSE_BUG_SKIP_CHANGE") != nullptr && change.revision % 29 == 0) return;
#endif
        const ObjectPtr& before = change.before;
        switch (change.type) {
        case Change::Type::Created:
            if (selection_.matches(*change.object)) send(Event::Type::Added, change.object, change.revision);
            return;
        case Change::Type::Deleted:
            if (selection_.matches(before ? *before : *change.object))
                send(Event::Type::Deleted, change.object, change.revision);
            return;
        case Change::Type::Updated:
            break;
        }
        const bool matched = before && selection_.matches(*before);
        const bool matches = selection_.matches(*change.object);
        if (matches)
            send(matched ? Event::Type::Modified : Event::Type::Added, change.object, change.revision);
        else if (matched)
            send(Event::Type::Deleted, atRevision(before, change.revision), change.revision);
    }
    void send(Event::Type type, ObjectPtr object, Revision revision) const {
        sink_({type, std::move(object), revision, false});
    }

    Selection selection_;
    std::function<void(const Event&)> sink_;
    std::unique_ptr<store::Store::Watch> watch_;
};

Cause forbiddenOption(std::string field, std::string why) {
    return {"FieldValueForbidden", "Forbidden: " + std::move(why), std::move(field)};
}

Result<void> checkOptions(const WatchQuery& query) {
    const std::string& match = query.resourceVersionMatch;
    if (query.sendInitialEvents) {
        if (match != "NotOlderThan")
            return fail(
                invalidOption("ListOptions", forbiddenOption("resourceVersionMatch",
                                                             "sendInitialEvents requires setting "
                                                             "resourceVersionMatch to NotOlderThan")));
        if (!query.bookmarks)
            return fail(invalidOption("ListOptions", forbiddenOption("sendInitialEvents",
                                                                     "sendInitialEvents requires setting "
                                                                     "allowWatchBookmarks to true")));
    } else if (!match.empty()) {
        return fail(
            invalidOption("ListOptions", forbiddenOption("resourceVersionMatch",
                                                         "resourceVersionMatch is forbidden for watch "
                                                         "unless sendInitialEvents is provided")));
    }
    return {};
}

} // namespace

Result<std::unique_ptr<Watcher>> startWatch(Core& core, const WatchQuery& query,
                                            std::function<void(const Event&)> sink) {
    if (auto checked = checkOptions(query); !checked) return fail(checked.error());
    auto since = parseResourceVersion(query.resourceVersion);
    if (!since) return fail(since.error());
    const Revision current = revisionOf(core, *query.selection.kind);
    const bool listFirst = query.sendInitialEvents.value_or(*since == 0);
    if (query.sendInitialEvents && *since > current) return fail(tooLargeResourceVersion(*since, current));
    if (api::isComputed(*query.selection.kind))
        return core.computed.watch(query.selection, *since, listFirst,
                                   query.sendInitialEvents.value_or(false), std::move(sink));
    if (*since != 0 && !listFirst && *since < core.store.compactedRevision())
        return fail(Reason::Expired,
                    fmt::format("too old resource version: {} ({})", *since, core.store.compactedRevision()));

    auto watcher = std::make_unique<StoreWatcher>(query.selection, std::move(sink));
    Revision from = *since == 0 ? current : *since;
    if (listFirst) {
        auto state = listObjects(core, {query.selection, 0, "", "", ""});
        if (!state) return fail(state.error());
        from = state->revision;
        watcher->show(*state);
        if (query.sendInitialEvents) watcher->bookmark(from, true);
    }
    if (auto begun = watcher->begin(core, from); !begun) return fail(begun.error());
    return std::unique_ptr<Watcher>(std::move(watcher));
}

} // namespace wheelhouse::apiserver
