#include "history_checker.h"

namespace wheelhouse::sim {

void HistoryChecker::saw(const store::Change& change) {
    Objects& objects = now_[&change.object->kind()];
    if (change.type == store::Change::Type::Deleted)
        objects.erase(change.object->key());
    else
        objects[change.object->key()] = change.revision;
}

void HistoryChecker::remember(Revision now) {
    past_[now] = now_;
}

void HistoryChecker::judge(const store::Store& store) {
    for (const auto& [revision, kinds] : past_) {
        for (const auto& [kind, told] : kinds) {
            const std::string what = kind->kind + " at revision " + std::to_string(revision);
            const auto page = store.list(*kind, "", "", 0, revision);
            if (!page) {
                complaints.push_back("no list of " + what + ": " + page.error().message);
                continue;
            }
            Objects listed;
            for (const auto& object : page->items)
                listed[object->key()] = object->revision();
            if (listed != told)
                complaints.push_back("the list of " + what + " has " + std::to_string(listed.size()) +
                                     " objects and is not the " + std::to_string(told.size()) +
                                     " that were told");
        }
    }
    past_.clear();
}

} // namespace wheelhouse::sim
