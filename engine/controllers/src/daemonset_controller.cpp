#include "daemonset_controller.h"

#include "engine/api/decoded.h"
#include "pods.h"

#include <algorithm>
#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>

namespace wheelhouse::controllers {

namespace {

constexpr std::size_t mostAtOnce = 250;
constexpr Duration firstBackoff = std::chrono::seconds(1);
constexpr Duration longestBackoff = std::chrono::minutes(15);
const std::string revisionHash = "controller-revision-hash";

/// What the pods of a revision are labelled with.
std::string hashOf(const apps::ControllerRevision& revision) {
    const auto label = revision.metadata().labels().find(revisionHash);
    return label != revision.metadata().labels().end() ? label->second : revision.metadata().name();
}

} // namespace

DaemonSetController::DaemonSetController(const Deps& deps)
    : PodOwnerController(deps, "daemonset", api::kindOf<apps::DaemonSet>()),
      nodes_(watch<core::Node>(
          {.onAdd = [this](const ObjectPtr& node) { nodeChanged(nullptr, node); },
           .onUpdate = [this](const ObjectPtr& before, const ObjectPtr& node) { nodeChanged(before, node); },
           .onDelete = [this](const ObjectPtr& node) { nodeChanged(node, nullptr); }})),
      revisions_(watch<apps::ControllerRevision>(
          onAny([this](const ObjectPtr& revision) { enqueueOwner(revision->controllerUid()); }))),
      history_(api_, revisions_) {
    watch<apps::DaemonSet>({.onDelete = [this](const ObjectPtr& set) { setGone(set); }});
}

Claim::Test DaemonSetController::matching(const api::Object& owner) const {
    return matchingLabels(owner.as<apps::DaemonSet>().spec().selector());
}

// --- what the informers say
// ---------------------------------------------------------------------------------------

/// Null before: it is new; null now: it is gone.
void DaemonSetController::nodeChanged(const ObjectPtr& before, const ObjectPtr& node) {
    if (owners_.size() == 0) return facts_.clear(); // nobody asks what a node is like
    const NodeFacts was = before ? factsOf(before) : NodeFacts();
    const NodeFacts is = node ? factsOf(node) : NodeFacts();
    if (!node) facts_.erase(before->name());
    if (before && node && was == is) return;
    for (const ObjectPtr& set : owners_.all()) {
        const DaemonFit fit(set->as<apps::DaemonSet>());
        const auto fitted = before ? fit.on(was) : DaemonFit::Verdict();
        const auto fits = node ? fit.on(is) : DaemonFit::Verdict();
        if (fitted.run != fits.run || fitted.stay != fits.stay) enqueuePaced(set);
    }
}

const NodeFacts& DaemonSetController::factsOf(const ObjectPtr& node) {
    auto& [object, facts] = facts_[node->name()];
    if (object != node) {
        object = node;
        facts = NodeFacts::of(*api::decoded<core::Node>(node));
    }
    return facts;
}

void DaemonSetController::setGone(const ObjectPtr& set) {
    known_.erase(set->uid());
    std::erase_if(backoffs_, [&](const auto& each) { return each.first.first == set->uid(); });
}

// --- reconcile
// ----------------------------------------------------------------------------------------------------

Step DaemonSetController::reconcile(std::string key) {
    Look look;
    look.object = owners_.get(key);
    if (!look.object || look.object->deleting()) co_return Result<void>();
    look.set = look.object->as<apps::DaemonSet>();
    const bool maySettle = settled(look.object);

    auto claimed = co_await claimPods(look.object);
    if (!claimed) co_return fail(claimed.error());
    pace_.note(look.object->uid(), std::max(claimed->size(), nodes_.size()));
    const DaemonFit fit(look.set);
    for (const ObjectPtr& node : nodes_.all())
        look.places.push_back(
            {.name = node->name(), .exists = true, .verdict = fit.on(factsOf(node)), .pods = {}});
    std::vector<DaemonPod> last;
    if (auto known = known_.extract(look.object->uid())) last = std::move(known.mapped());
    look.pods = readDaemons(std::move(*claimed), std::move(last));
    look.seats = seatDaemons(look.places, look.pods);

    auto revisions = co_await findRevision(look);
    if (!revisions) co_return fail(revisions.error());
    const int collisions = revisions->collisions;
    look.hash = hashOf(revisions->now);
    Result<void> managed;
    if (maySettle) {
        managed = co_await manage(look);
        if (managed) managed = co_await cleanUp(look, std::move(*revisions));
    }
    auto written = co_await writeStatus(look, collisions);
    if (const ObjectPtr live = owners_.get(key); live && live->uid() == look.object->uid())
        known_[look.object->uid()] = std::move(look.pods);
    if (!managed) co_return managed;
    co_return written;
}

client::Task<Result<Revisions>> DaemonSetController::findRevision(const Look& look) {
    Snapshot snapshot;
    snapshot.owner = look.object;
    snapshot.selector = look.set.spec().selector();
    snapshot.podTemplate = look.set.spec().template_();
    snapshot.from = look.set.metadata();
    snapshot.hashLabel = revisionHash.c_str();
    snapshot.collisions = look.set.status().collisioncount();
    auto revisions = co_await history_.find(std::move(snapshot));
    co_return revisions;
}

DaemonView DaemonSetController::viewOf(const Look& look) const {
    return {look.set, look.hash, look.places, wallNow()};
}

Step DaemonSetController::manage(const Look& look) {
    DaemonPlan plan =
        placeDaemons(viewOf(look), [this, &look](const DaemonPod& ended) { return mayReplace(look, ended); });
    if (plan.empty() && look.set.spec().updatestrategy().type() != "OnDelete")
        plan = updateDaemons(viewOf(look));
    auto done = co_await carryOut(look, std::move(plan));
    co_return done;
}

Step DaemonSetController::carryOut(const Look& look, DaemonPlan plan) {
    plan.create.resize(std::min(plan.create.size(), mostAtOnce));
    plan.remove.resize(std::min(plan.remove.size(), mostAtOnce));
    std::vector<core::Pod> pods;
    for (const std::string& node : plan.create)
        pods.push_back(daemonPod(look.object, look.set, node, look.hash));
    auto made = co_await createPods(look.object, std::move(pods));
    auto removed = co_await deletePods(look.object, std::move(plan.remove));
    if (!made) co_return made;
    co_return removed;
}

/// Succeeded pods at once; failed ones unless another failed there a moment ago.
bool DaemonSetController::mayReplace(const Look& look, const DaemonPod& ended) {
    const std::string what = fmt::format("{} on node {}", ended.object->key(), ended.target);
    if (ended.facts.phase == "Succeeded") {
        events_.record(look.object, client::EventRecorder::Type::Normal, "SucceededDaemonPod",
                       fmt::format("Found succeeded daemon pod {}, will try to delete it", what));
        return true;
    }
    Backoff& backoff = backoffs_[{look.object->uid(), ended.target}];
    const Duration since = now() - backoff.last;
    if (backoff.delay > Duration::zero() && since < backoff.delay) {
        enqueueAfter(look.object->key(), backoff.delay - since);
        return false;
    }
    const bool longAgo = since > 2 * longestBackoff;
    backoff.delay = backoff.delay == Duration::zero() || longAgo
                        ? firstBackoff
                        : std::min(backoff.delay * 2, longestBackoff);
    backoff.last = now();
    events_.record(look.object, client::EventRecorder::Type::Warning, "FailedDaemonPod",
                   fmt::format("Found failed daemon pod {}, will try to kill it", what));
    return true;
}

Step DaemonSetController::cleanUp(const Look& look, Revisions revisions) {
    if (revisions.all.size() < 2) co_return Result<void>();
    std::set<std::string_view> hashes;
    for (const DaemonPod* each : look.seats)
        hashes.insert(each->hash);
    std::set<std::string> live;
    for (const auto& revision : revisions.all)
        if (hashes.contains(hashOf(revision))) live.insert(revision.metadata().name());
    auto done =
        co_await history_.truncate(std::move(revisions), std::move(live), historyLimit(look.set.spec()));
    co_return done;
}

Step DaemonSetController::writeStatus(Look& look, int collisions) {
    Duration remaining = Duration::max();
    apps::DaemonSetStatus status = daemonStatus(viewOf(look), &remaining);
    if (remaining != Duration::max()) enqueueAfter(look.object->key(), remaining);
    if (collisions > 0) status.set_collisioncount(collisions);
    if (google::protobuf::util::MessageDifferencer::Equivalent(look.set.status(), status))
        co_return Result<void>();
    *look.set.mutable_status() = status;
    auto written = co_await api_.updateStatus(look.set);
    co_return unlessGone(written);
}

} // namespace wheelhouse::controllers
