#include "engine/scheduler/scheduler.h"

#include "attempt.h"
#include "binder.h"
#include "evictor.h"
#include "past.h"
#include "queue.h"
#include "reporter.h"
#include "sources.h"
#include "trial.h"

#include "engine/base/log.h"
#include "engine/base/work_pace.h"
#include "engine/client/informer.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>

namespace wheelhouse::scheduler {

namespace core = api::core;

namespace {

const std::string workName = "scheduler";
/// Attempts in one turn of the executor: others share the thread.
constexpr int attemptsPerTurn = 32;
constexpr Duration syncPoll = std::chrono::milliseconds(5);

std::vector<Profile> profilesOf(const Options& options) {
    if (!options.profiles.empty()) return options.profiles;
    Profile standard = Profile::standard();
    standard.schedulerName = options.schedulerName;
    return {standard};
}

/// Tries the pods one after another in the cluster a trial stands for.
Result<Foresight> foresee(Trial& trial, const Supposition& supposition, const PodAdmission& admission,
                          const std::vector<api::ObjectPtr>& pods, WallTime now) {
    if (auto supposed = trial.suppose(supposition); !supposed) return fail(supposed.error());
    if (supposition.newPods) trial.admitBy(admission);
    Foresight out;
    for (const api::ObjectPtr& pod : pods) {
        auto decision = trial.place(pod, now);
        if (!decision) return fail(decision.error());
        out.decisions.push_back(std::move(*decision));
    }
    return out;
}

} // namespace

struct Scheduler::Impl : std::enable_shared_from_this<Scheduler::Impl> {
    Impl(client::Cluster& to, Executor& runsOn, Random& drawsFrom, Options given)
        : cluster(to), executor(runsOn), random(drawsFrom), options(std::move(given)),
          pods(to, runsOn, api::kindOf<core::Pod>().name),
          attempt(cache, drawsFrom, &runsOn.clock(), profilesOf(options)),
          queue({options.initialBackoff, options.maxBackoff, options.unschedulableTimeout}),
          decisionLog(options.decisionsPerPod, options.nodeVerdictsKept), reporter(to, runsOn),
          sources(to, runsOn, feedsOf(cache, attempt.budgets(), admission),
                  [this](const Happening& what) { happened(what); }),
          permits(runsOn, options.permits), binder(to, runsOn, cache, permits, binderListener()),
          evictor(to, runsOn, evictorListener()) {}

    Instant now() { return executor.clock().now(); }

    Binder::Listener binderListener() {
        return {[this](const Binder::Entry& entry) {
                    ++bound;
                    reporter.scheduled(*entry.pod, entry.node);
                },
                [this](const Binder::Entry& entry, const PodInfoPtr& pod, const Status& why,
                       const Happening& what) {
                    happened(what);
                    if (!pod) return;
                    reporter.failed(*pod, why.message);
                    queue.backOff(pod, entry.attempts, now());
                },
                [this](const Binder::Entry& entry, const Status& why, const Happening& what) {
                    happened(what);
                    reporter.failed(*entry.pod, why.message);
                    reporter.waits(*entry.pod, why.message, std::nullopt);
                    queue.unschedulable(entry.pod, entry.attempts, {events::any, {}, true}, now());
                },
                [this] { pump(); }};
    }

    Evictor::Listener evictorListener() {
        return {[this](const PodInfo& victim, const PodInfo& preemptor, const std::string& node) {
                    reporter.preempted(victim, preemptor, node);
                },
                [this](const Uid& preemptor, bool failed) {
                    // Whoever left before all were told to was no news yet.
                    if (overslept.erase(preemptor) == 0 && !failed) return;
                    queue.wakeOne(preemptor, now(), failed);
                    pump();
                }};
    }

    void start() {
        const std::weak_ptr<Impl> weak = weak_from_this();
        pods.addHandler({[weak](const api::ObjectPtr& pod) {
                             if (const auto self = weak.lock()) self->seen(pod);
                         },
                         [weak](const api::ObjectPtr& before, const api::ObjectPtr& pod) {
                             const auto self = weak.lock();
                             if (!self) return;
                             if (before->uid() != pod->uid()) self->gone(before);
                             self->seen(pod);
                         },
                         [weak](const api::ObjectPtr& pod) {
                             if (const auto self = weak.lock()) self->gone(pod);
                         }});
        sources.start();
        pods.start();
        pump();
    }

    void happened(const Happening& what) {
        if ((what.what & events::claims) != 0) binder.claimsChanged();
        if (what.what == 0) return;
        queue.wake(what, cache, now());
        pump();
    }

    void seen(const api::ObjectPtr& object) {
        const PodInfoPtr pod = PodInfo::of(object, cache.shapes);
        if (!pod->nodeName.empty() || pod->finished) {
            queue.remove(pod->uid);
            happened(cache.putPod(pod));
            return;
        }
        if (binder.isBinding(pod->uid)) {
            binder.update(pod);
            return;
        }
        if (cache.isAssumed(pod->uid)) return;
        if (!attempt.serves(pod->shape->schedulerName) || pod->gated || pod->deleting) {
            queue.remove(pod->uid);
            cache.withdraw(pod->uid);
            return;
        }
        renominate(pod);
        queue.put(pod, now());
        pump();
    }

    /// A nomination made before a restart holds on; one that somebody took out of the status ends.
    void renominate(const PodInfoPtr& pod) {
        const PodInfoPtr before = queue.find(pod->uid);
        if (!pod->nominatedNode.empty() && !cache.nominated(pod->uid)) {
            const auto slot = cache.find(pod->nominatedNode);
            if (slot) cache.nominate(pod, *slot);
        } else if (pod->nominatedNode.empty() && before && !before->nominatedNode.empty()) {
            cache.withdraw(pod->uid);
        }
    }

    void gone(const api::ObjectPtr& pod) {
        queue.remove(pod->uid());
        binder.drop(pod->uid());
        decisionLog.forget(pod->uid());
        overslept.erase(pod->uid());
        if (decided) decided(pod->key());
        happened(cache.removePod(pod->uid()));
    }

    /// Sees to it that waiting pods get their turn.
    void pump() {
        if (pumping) return;
        pumping = true;
        postWork(executor, workName, [weak = weak_from_this()] {
            const auto self = weak.lock();
            return self && self->turn();
        });
    }

    /// Whether any pod was tried.
    bool turn() {
        pumping = false;
        if (!pods.synced() || !sources.synced()) {
            timer.start(executor, syncPoll, [this] { pump(); });
            return false;
        }
        if (!begun) begin();
        queue.flush(now());
        const auto mayBind = [this] { return binder.size() < options.maxBindsInFlight; };
        const int most = holdsWork(executor) ? 1 : attemptsPerTurn;
        int tried = 0;
        while (tried < most && mayBind()) {
            const auto next = queue.pop();
            if (!next) break;
            if (evictor.isClearing(next->pod->uid)) {
                overslept.insert(next->pod->uid);
                queue.unschedulable(next->pod, next->attempts, {}, now());
                continue;
            }
            ++tried;
            place(next->pod, next->attempts + 1);
        }
        const std::optional<Instant> due = queue.flush(now());
        // With too many bindings under way it is their answers that pump.
        if (queue.ready() && mayBind()) pump();
        if (due) timer.start(executor, std::max(Duration::zero(), *due - now()), [this] { pump(); });
        return tried > 0;
    }

    /// Once everything is known: nominations of before, whose nodes may not have been known when the pods
    /// were.
    void begin() {
        begun = true;
        for (const api::ObjectPtr& object : pods.all()) {
            if (const PodInfoPtr pod = queue.find(object->uid())) renominate(pod);
        }
    }

    void place(const PodInfoPtr& pod, int attempts) {
        DecisionRecord record;
        SchedulingDecision& decision = record.head;
        decision.pod = pod->uid;
        decision.attempt = attempts;
        decision.at = executor.clock().wallNow();
        const Outcome outcome = attempt.run(*pod, record);
        if (outcome.node) {
            decision.message = Reporter::assignment(*pod, decision.chosen);
            bind(pod, *outcome.node, attempts);
        } else {
            decision.message = outcome.message;
            queue.unschedulable(pod, attempts, {outcome.helpedBy, outcome.refusedBy, false}, now());
            reporter.failed(*pod, outcome.message);
            makeRoom(pod, outcome);
        }
        decisionLog.add(std::move(record));
        if (decided) decided(pod->object->key());
    }

    void bind(const PodInfoPtr& pod, Slot slot, int attempts) {
        Binder::Entry entry{pod, cache.node(slot).name, attempts, {}, {}};
        const Profile& profile = attempt.profileOf(*pod);
        if (profile.bindsVolumes && !pod->shape->claims.empty()) {
            entry.plan =
                VolumePlan::of(PodClaims::of(*pod->shape, cache.volumes), cache.node(slot), cache.volumes);
            entry.volumeLimit = profile.arguments.volumeBindTimeout;
        }
        binder.bind(std::move(entry), slot);
    }

    /// Preemption: nominates the pod for the node that costs least, and has the victims told.
    void makeRoom(const PodInfoPtr& pod, const Outcome& outcome) {
        const Clearance& clearance = outcome.clearance;
        if (!clearance.chosen) {
            if (!clearance.keepNomination) cache.withdraw(pod->uid);
            reporter.waits(*pod, outcome.message,
                           clearance.keepNomination ? std::nullopt : std::optional(std::string()));
            return;
        }
        const Slot slot = clearance.chosen->slot;
        const std::string node = cache.node(slot).name;
        std::vector<PodInfoPtr> displaced;
        if (const auto there = cache.nominees().find(slot); there != cache.nominees().end()) {
            for (const PodInfoPtr& each : there->second) {
                if (each->priority() < pod->priority()) displaced.push_back(each);
            }
        }
        cache.nominate(pod, slot);
        reporter.waits(*pod, outcome.message, node);
        evictor.evict(pod, *clearance.chosen, node);
        // They may no longer fit; the sooner they look elsewhere the better.
        for (const PodInfoPtr& each : displaced) {
            cache.withdraw(each->uid);
            reporter.nominationEnded(*each);
            queue.wakeOne(each->uid, now());
        }
    }

    client::Cluster& cluster;
    Executor& executor;
    Random& random;
    const Options options;
    client::Informer pods;
    ClusterCache cache;
    PodAdmission admission; ///< of pods asked about; those that wait have been admitted
    Attempt attempt;
    Queue queue;
    DecisionLog decisionLog;
    std::function<void(const std::string&)> decided;
    Reporter reporter;
    Sources sources;
    std::unordered_set<Uid>
        overslept; ///< preemptors that were woken while their victims were still being told
    Permits permits;
    Binder binder;
    Evictor evictor;
    std::uint64_t bound = 0;
    bool begun = false;
    bool pumping = false;
    ScopedTimer timer;
};

Scheduler::Scheduler(client::Cluster& cluster, Executor& executor, Random& random, Options options)
    : impl_(std::make_shared<Impl>(cluster, executor, random, std::move(options))) {}

Scheduler::~Scheduler() = default;

void Scheduler::start() {
    impl_->start();
}

const std::deque<SchedulingDecision>* Scheduler::decisions(const Uid& pod) const {
    return impl_->decisionLog.of(pod);
}

api::ObjectPtr Scheduler::pod(const std::string& key) const {
    return impl_->pods.get(key);
}

std::vector<std::string> Scheduler::decidedPods(const std::string& nameSpace) const {
    std::vector<std::string> keys;
    for (const api::ObjectPtr& pod : impl_->pods.all())
        if ((nameSpace.empty() || pod->nameSpace() == nameSpace) && impl_->decisionLog.has(pod->uid()))
            keys.push_back(pod->key());
    std::sort(keys.begin(), keys.end());
    return keys;
}

void Scheduler::onDecision(std::function<void(const std::string&)> changed) {
    impl_->decided = std::move(changed);
}

Result<Foresight> Scheduler::whatIf(const Supposition& supposition, const std::vector<api::ObjectPtr>& pods) {
    Trial trial(impl_->cache, impl_->random,
                {[this](const std::string& name) { return impl_->sources.node(name); },
                 [this](const std::string& key) { return impl_->pods.get(key); }},
                profilesOf(impl_->options));
    trial.budgets() = impl_->attempt.budgets();
    return foresee(trial, supposition, impl_->admission, pods, impl_->executor.clock().wallNow());
}

void Scheduler::whatIf(Revision at, Supposition supposition, std::vector<api::ObjectPtr> pods,
                       std::vector<std::string> podKeys, std::function<void(Result<Foresight>)> done) {
    const auto asked = std::make_shared<Past>(impl_->cluster, at);
    asked->read([weak = std::weak_ptr(impl_), at, supposition = std::move(supposition),
                 pods = std::move(pods), podKeys = std::move(podKeys),
                 done = std::move(done)](Past& past, const Result<void>& read) mutable {
        const auto self = weak.lock();
        if (!self) return done(fail(Reason::ServiceUnavailable, "the scheduler has stopped"));
        if (!read) return done(fail(read.error()));
        for (const std::string& key : podKeys) {
            const api::ObjectPtr pod = past.pod(key);
            if (!pod) return done(fail(Reason::NotFound, fmt::format("pods \"{}\" not found", key)));
            pods.push_back(pod);
        }
        Trial trial(past.cache(), self->random,
                    {[&past](const std::string& name) { return past.node(name); },
                     [&past](const std::string& key) { return past.pod(key); }},
                    profilesOf(self->options));
        trial.budgets() = past.budgets();
        auto out = foresee(trial, supposition, past.admission(), pods, self->executor.clock().wallNow());
        if (out) out->revision = at;
        done(std::move(out));
    });
}

void Scheduler::permit(const Uid& pod, const std::string& plugin) {
    impl_->permits.permit(pod, plugin);
}

void Scheduler::refuse(const Uid& pod, const std::string& plugin, const std::string& why) {
    impl_->permits.refuse(pod, plugin, why);
}

std::vector<Uid> Scheduler::awaitingPermit() const {
    return impl_->permits.waiting();
}

std::vector<Scheduler::Waiting> Scheduler::waiting() const {
    std::vector<Waiting> out;
    impl_->queue.each([&out](const PodInfo& pod, Queue::Place place, Instant due, int attempts) {
        static constexpr Waiting::Place places[] = {Waiting::Place::Active, Waiting::Place::BackOff,
                                                    Waiting::Place::Unschedulable};
        out.push_back({pod.object->key(), places[static_cast<int>(place)], due, attempts});
    });
    impl_->binder.each([&](const Binder::Entry& entry) {
        out.push_back({entry.pod->object->key(), Waiting::Place::Binding, impl_->now(), entry.attempts});
    });
    std::stable_sort(out.begin(), out.end(),
                     [](const Waiting& a, const Waiting& b) { return a.due < b.due; });
    return out;
}

Scheduler::Counts Scheduler::counts() const {
    return {impl_->queue.activeSize(), impl_->queue.backOffSize(), impl_->queue.unschedulableSize(),
            impl_->binder.size(), impl_->bound};
}

} // namespace wheelhouse::scheduler
