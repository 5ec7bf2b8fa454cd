#include "watch_checker.h"

#include "engine/api/types.h"

#include <algorithm>

namespace wheelhouse::sim {

using Type = client::WatchEvent::Type;

namespace {

bool selects(const std::string& app, const api::Object& object) {
    if (app.empty()) return true;
    const auto& labels = object.labels();
    const auto label = labels.find("app");
    return label != labels.end() && label->second == app;
}

} // namespace

void WatchChecker::saw(const store::Change& change) {
    history_[&change.object->kind()].push_back(change);
}

void WatchChecker::open(client::Cluster& cluster, const store::Store& store, const api::Kind& kind,
                        Revision since, const std::string& app) {
    auto& watched = *watched_.emplace_back(std::make_unique<Watched>());
    watched.kind = &kind;
    watched.since = since;
    watched.app = app;
    watched.isGone = since != 0 && since < store.watchableRevision();
    client::WatchOptions options;
    options.since = since;
    options.sendInitialEvents = since == 0;
    if (!app.empty()) options.labelSelector = "app=" + app;
    client::WatchSink sink;
    sink.onEvent = [this, &watched](const client::WatchEvent& event) { take(watched, event); };
    sink.onEnd = [&watched](Status why) { watched.end = std::move(why); };
    watched.subscription = cluster.watch(kind.name, options, std::move(sink));
}

void WatchChecker::take(Watched& watched, const client::WatchEvent& event) {
    if (event.type == Type::Bookmark) {
        watched.bookmarked = event.revision;
        if (event.initialEventsEnd) {
            watched.initial = watched.told.size();
            watched.since = event.revision;
        }
        return;
    }
    if (event.revision <= watched.bookmarked)
        complain(watched, "tells of " + std::to_string(event.revision) + " after its bookmark of " +
                              std::to_string(watched.bookmarked));
    watched.told.emplace_back(event.type, event.object->key(), event.revision);
}

void WatchChecker::close() {
    for (const auto& watched : watched_)
        judge(*watched);
    watched_.clear();
}

void WatchChecker::judge() {
    for (const auto& watched : watched_) {
        judge(*watched);
        if (watched->end) continue;
        const std::size_t expected = after(*watched).size();
        const std::size_t told = watched->told.size() - watched->initial.value_or(0);
        if (watched->isGone) complain(*watched, "runs though its history is gone");
        if (watched->since == 0) complain(*watched, "never said with what it begins");
        if (told != expected)
            complain(*watched, "told " + std::to_string(told) + " events of " + std::to_string(expected));
    }
    watched_.clear();
}

void WatchChecker::judge(const Watched& watched) {
    if (watched.end) {
        const bool expired = watched.end->reason == Reason::Expired;
        if (!expired || !watched.isGone || !watched.told.empty())
            complain(watched, "ended: " + watched.end->message);
        return;
    }
    if (watched.since == 0) return; // only just begun
    judgeBeginning(watched);
    const std::vector<Told> expected = after(watched);
    const auto begin = watched.told.begin() + static_cast<std::ptrdiff_t>(watched.initial.value_or(0));
    const auto [told, should] = std::mismatch(begin, watched.told.end(), expected.begin(), expected.end());
    if (told == watched.told.end()) return;
    complain(watched,
             "told of " + std::get<1>(*told) + " at " + std::to_string(std::get<2>(*told)) +
                 (should == expected.end() ? ", which did not happen"
                                           : " where " + std::get<1>(*should) + " at " +
                                                 std::to_string(std::get<2>(*should)) + " was to be told"));
}

/// The state it began with is what all changes up to then amount to.
void WatchChecker::judgeBeginning(const Watched& watched) {
    if (!watched.initial) return;
    std::map<std::string, Revision> should;
    const auto history = history_.find(watched.kind);
    if (history != history_.end())
        for (const store::Change& change : history->second) {
            if (change.revision > watched.since) break;
            if (change.type == store::Change::Type::Deleted || !selects(watched.app, *change.object))
                should.erase(change.object->key());
            else
                should[change.object->key()] = change.revision;
        }
    std::map<std::string, Revision> told;
    for (std::size_t i = 0; i < *watched.initial; ++i)
        told[std::get<1>(watched.told[i])] = std::get<2>(watched.told[i]);
    if (told != should || told.size() != *watched.initial)
        complain(watched, "begins with " + std::to_string(*watched.initial) + " objects, not with the " +
                              std::to_string(should.size()) + " there were");
}

std::vector<WatchChecker::Told> WatchChecker::after(const Watched& watched) const {
    std::vector<Told> events;
    const auto history = history_.find(watched.kind);
    if (history == history_.end()) return events;
    for (const store::Change& change : history->second) {
        if (change.revision <= watched.since) continue;
        const bool deleted = change.type == store::Change::Type::Deleted;
        const bool before = change.before && selects(watched.app, *change.before);
        const bool now = !deleted && selects(watched.app, *change.object);
        if (!before && !now) continue;
        const Type type = !now ? Type::Deleted : before ? Type::Modified : Type::Added;
        events.emplace_back(type, change.object->key(), change.revision);
    }
    return events;
}

void WatchChecker::complain(const Watched& watched, const std::string& what) {
    complaints.push_back("the watch of " + watched.kind->kind +
                         (watched.app.empty() ? "" : " " + watched.app) + " since " +
                         std::to_string(watched.since) + " " + what);
}

} // namespace wheelhouse::sim
