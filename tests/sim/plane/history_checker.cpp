#include "history_checker.h"

#include <functional>
#include <string_view>

namespace wheelhouse::sim {

HistoryChecker::State HistoryChecker::stateOf(const api::Object& object) {
    return {object.revision(), std::hash<std::string_view>()(object.bytes())};
}

void HistoryChecker::saw(const store::Change& change) {
    newest_[&change.object->kind()] = change.revision;
    Objects& objects = now_[&change.object->kind()];
    if (change.type == store::Change::Type::Deleted)
        objects.erase(change.object->key());
    else
        objects[change.object->key()] = stateOf(*change.object);
}

bool HistoryChecker::told(const api::Object& object) const {
    const auto newest = newest_.find(&object.kind());
    return newest != newest_.end() && object.revision() <= newest->second;
}

void HistoryChecker::remember(Revision now) {
    past_[now] = now_;
}

void HistoryChecker::judge(const store::Store& store) {
    for (const auto& [revision, kinds] : past_) {
        for (const auto& [kind, told] : kinds) {
            const std::string what = kind->kind + " at revision " + std::to_string(revision);
            const auto page = store.list(*kind, "", "", 0, revision);
            // History that was dropped is said to be so, and only that.
            const bool expired = !page && page.error().reason == Reason::Expired;
            if (expired != (revision < store.compactedRevision()))
                complaints.push_back("the list of " + what + " is " + (expired ? "" : "not ") +
                                     "refused as compacted");
            if (expired) continue;
            if (!page) {
                complaints.push_back("no list of " + what + ": " + page.error().message);
                continue;
            }
            Objects listed;
            for (const auto& object : page->items)
                listed[object->key()] = stateOf(*object);
            if (listed != told)
                complaints.push_back("the list of " + what + " has " + std::to_string(listed.size()) +
                                     " objects and is not the " + std::to_string(told.size()) +
                                     " that were told");
        }
    }
    past_.clear();
}

} // namespace wheelhouse::sim
