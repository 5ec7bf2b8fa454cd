#include "revision_history.h"

#include "claims.h"
#include "deployment_math.h"
#include "engine/api/template_patch.h"

#include <algorithm>

namespace wheelhouse::controllers {

namespace {

constexpr std::size_t longestPrefix = 223;

bool older(const apps::ControllerRevision& a, const apps::ControllerRevision& b) {
    if (a.revision() != b.revision()) return a.revision() < b.revision();
    const auto made = a.metadata().creationtimestamp().seconds();
    const auto otherMade = b.metadata().creationtimestamp().seconds();
    return made != otherMade ? made < otherMade : a.metadata().name() < b.metadata().name();
}

apps::ControllerRevision revisionFor(const Snapshot& snapshot, const std::string& data, std::int64_t number) {
    const std::string hash = shortHash(data, snapshot.collisions);
    apps::ControllerRevision revision;
    auto& metadata = *revision.mutable_metadata();
    metadata.set_namespace_(snapshot.owner->nameSpace());
    metadata.set_name(snapshot.owner->name().substr(0, longestPrefix) + "-" + hash);
    *metadata.mutable_labels() = snapshot.podTemplate.metadata().labels();
    (*metadata.mutable_labels())[snapshot.hashLabel] = hash;
    *metadata.mutable_annotations() = snapshot.from.annotations();
    *metadata.add_ownerreferences() = client::controllerReference(*snapshot.owner);
    revision.mutable_data()->set_raw(data);
    revision.set_revision(number);
    return revision;
}

} // namespace

const apps::ControllerRevision* Revisions::named(const std::string& name) const {
    const auto found = std::find_if(all.begin(), all.end(), [&](const apps::ControllerRevision& each) {
        return each.metadata().name() == name;
    });
    return found == all.end() ? nullptr : &*found;
}

RevisionHistory::RevisionHistory(client::Api api, client::Informer& revisions)
    : api_(api), revisions_(revisions) {
    indexByController(revisions_);
    indexByOrphanage(revisions_);
}

client::Task<Result<Revisions>> RevisionHistory::find(Snapshot snapshot) {
    Claim wanted;
    wanted.owner = snapshot.owner;
    wanted.matches = matchingLabels(snapshot.selector);
    auto claimed = co_await claim(api_, std::move(wanted),
                                  revisions_.byIndex(byController, snapshot.owner->uid().value()),
                                  revisions_.byIndex(byOrphanage, snapshot.owner->nameSpace()));
    if (!claimed) co_return fail(claimed.error());
    Revisions history;
    for (const ObjectPtr& object : *claimed)
        history.all.push_back(object->as<apps::ControllerRevision>());
    std::sort(history.all.begin(), history.all.end(), older);

    const std::string data = api::templatePatch(snapshot.podTemplate);
    const auto same = std::find_if(history.all.rbegin(), history.all.rend(),
                                   [&](const auto& each) { return each.data().raw() == data; });
    const std::int64_t next = history.all.empty() ? 1 : history.all.back().revision() + 1;
    if (same == history.all.rend()) {
        auto made = co_await make(snapshot, data, next);
        if (!made) co_return fail(made.error());
        history.all.push_back(std::move(*made));
    } else if (same != history.all.rbegin()) {
        apps::ControllerRevision again = *same;
        again.set_revision(next);
        auto written = co_await api_.update(std::move(again));
        if (!written) co_return fail(written.error());
        history.all.erase(std::next(same).base());
        history.all.push_back(written->object->as<apps::ControllerRevision>());
    }
    history.now = history.all.back();
    history.collisions = snapshot.collisions;
    co_return history;
}

client::Task<Result<apps::ControllerRevision>> RevisionHistory::make(Snapshot& snapshot, std::string data,
                                                                     std::int64_t number) {
    while (true) {
        apps::ControllerRevision wanted = revisionFor(snapshot, data, number);
        const std::string name = wanted.metadata().name();
        auto made = co_await api_.create(std::move(wanted));
        if (made) co_return made->object->as<apps::ControllerRevision>();
        if (made.error().reason != Reason::AlreadyExists) co_return fail(made.error());
        // Ours from before (the informer has not shown it yet), or another's.
        auto live = co_await api_.get<apps::ControllerRevision>(snapshot.owner->nameSpace(), name);
        if (!live) co_return fail(live.error());
        auto present = (*live)->as<apps::ControllerRevision>();
        if ((*live)->controllerUid() == snapshot.owner->uid() && present.data().raw() == data)
            co_return present;
        ++snapshot.collisions;
    }
}

Step RevisionHistory::truncate(Revisions revisions, std::set<std::string> live, int limit) {
    live.insert(revisions.now.metadata().name());
    std::erase_if(revisions.all, [&](const apps::ControllerRevision& each) {
        return live.contains(each.metadata().name()) || each.metadata().has_deletiontimestamp();
    });
    const int surplus = static_cast<int>(revisions.all.size()) - std::max(limit, 0);
    for (int i = 0; i < surplus; ++i) {
        const auto& metadata = revisions.all[static_cast<std::size_t>(i)].metadata();
        const ObjectPtr object = revisions_.get(metadata.namespace_() + "/" + metadata.name());
        if (!object || object->uid().value() != metadata.uid()) continue;
        auto deleted = co_await api_.remove(object);
        if (auto gone = unlessGone(deleted); !gone) co_return gone;
    }
    co_return Result<void>();
}

} // namespace wheelhouse::controllers
