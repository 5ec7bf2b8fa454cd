#include "engine/scheduler/scheduler.h"

#include "attempt.h"
#include "cluster_cache.h"
#include "decision_log.h"
#include "past.h"
#include "queue.h"
#include "trial.h"

#include "engine/api/codec.h"
#include "engine/api/time.h"
#include "engine/base/log.h"
#include "engine/base/work_pace.h"
#include "engine/client/event_recorder.h"
#include "engine/client/informer.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>

namespace wheelhouse::scheduler {

namespace core = api::core;

namespace {

constexpr std::string_view logName = "scheduler";
const std::string workName = "scheduler";
/// Attempts in one turn of the executor: others share the thread.
constexpr int attemptsPerTurn = 32;
constexpr Duration syncPoll = std::chrono::milliseconds(5);
constexpr Duration rereadDelay = std::chrono::seconds(1);

} // namespace

struct Scheduler::Impl : std::enable_shared_from_this<Scheduler::Impl> {
    Impl(client::Cluster& to, Executor& runsOn, Random& drawsFrom, Options given)
        : cluster(to), executor(runsOn), options(std::move(given)),
          pods(to, runsOn, api::kindOf<core::Pod>().name), nodes(to, runsOn, api::kindOf<core::Node>().name),
          recorder(to, runsOn, options.schedulerName),
          queue({options.initialBackoff, options.maxBackoff, options.unschedulableTimeout}),
          attempt(cache, drawsFrom), decisionLog(options.decisionsPerPod, options.nodeVerdictsKept),
          random(drawsFrom) {}

    struct Binding {
        PodInfoPtr pod;
        std::string node;
        int attempts = 0;
    };

    Instant now() { return executor.clock().now(); }

    void start() {
        const std::weak_ptr<Impl> weak = weak_from_this();
        nodes.addHandler({[weak](const api::ObjectPtr& node) {
                              if (const auto self = weak.lock()) self->happened(self->cache.putNode(node));
                          },
                          [weak](const api::ObjectPtr&, const api::ObjectPtr& node) {
                              if (const auto self = weak.lock()) self->happened(self->cache.putNode(node));
                          },
                          [weak](const api::ObjectPtr& node) {
                              if (const auto self = weak.lock())
                                  self->happened(self->cache.removeNode(node->name()));
                          }});
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
        nodes.start();
        pods.start();
        pump();
    }

    void happened(Events what) {
        if (what == 0) return;
        queue.wake(what, now());
        pump();
    }

    void seen(const api::ObjectPtr& object) {
        const PodInfoPtr pod = PodInfo::of(object, cache.resourceNames);
        if (!pod->nodeName.empty() || pod->finished) {
            queue.remove(pod->uid);
            happened(cache.putPod(pod));
            return;
        }
        if (const auto known = binding.find(pod->uid); known != binding.end()) {
            known->second.pod = pod;
            return;
        }
        if (cache.isAssumed(pod->uid)) return;
        if (pod->schedulerName != options.schedulerName || pod->gated || pod->deleting) {
            queue.remove(pod->uid);
            return;
        }
        queue.put(pod, now());
        pump();
    }

    void gone(const api::ObjectPtr& pod) {
        queue.remove(pod->uid());
        binding.erase(pod->uid());
        decisionLog.forget(pod->uid());
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
        if (!pods.synced() || !nodes.synced()) {
            timer.start(executor, syncPoll, [this] { pump(); });
            return false;
        }
        queue.flush(now());
        const auto mayBind = [this] { return binding.size() < options.maxBindsInFlight; };
        const int most = holdsWork(executor) ? 1 : attemptsPerTurn;
        int tried = 0;
        while (tried < most && mayBind()) {
            const auto next = queue.pop();
            if (!next) break;
            ++tried;
            place(next->pod, next->attempts + 1);
        }
        const std::optional<Instant> due = queue.flush(now());
        // With too many bindings under way it is their answers that pump.
        if (queue.activeSize() > 0 && mayBind()) pump();
        if (due) timer.start(executor, std::max(Duration::zero(), *due - now()), [this] { pump(); });
        return tried > 0;
    }

    void place(const PodInfoPtr& pod, int attempts) {
        SchedulingDecision decision;
        decision.pod = pod->uid;
        decision.podKey = pod->object->key();
        decision.attempt = attempts;
        decision.at = executor.clock().wallNow();
        const Outcome outcome = attempt.run(*pod, decision);
        if (outcome.node) {
            decision.message = assignment(*pod, decision.chosen);
            bind(pod, *outcome.node, attempts);
        } else {
            decision.message = outcome.message;
            queue.unschedulable(pod, attempts, outcome.helpedBy, now());
            recorder.record(pod->object, client::EventRecorder::Type::Warning, "FailedScheduling",
                            outcome.message);
            report(*pod, outcome.message);
        }
        decisionLog.add(std::move(decision));
        if (decided) decided(pod->object->key());
    }

    static std::string assignment(const PodInfo& pod, const std::string& node) {
        return fmt::format("Successfully assigned {} to {}", pod.object->key(), node);
    }

    void bind(const PodInfoPtr& pod, Slot slot, int attempts) {
        const std::string node = cache.node(slot).name;
        cache.assume(pod, slot);
        binding[pod->uid] = {pod, node, attempts};
        core::Binding body;
        body.mutable_metadata()->set_name(pod->name());
        body.mutable_metadata()->set_namespace_(pod->nameSpace());
        body.mutable_metadata()->set_uid(pod->uid.value());
        body.mutable_target()->set_apiversion("v1");
        body.mutable_target()->set_kind("Node");
        body.mutable_target()->set_name(node);
        client::WriteOptions write;
        write.subresource = "binding";
        cluster.create(api::kindOf<core::Pod>().name, pod->nameSpace(), client::body(std::move(body)), write,
                       [weak = weak_from_this(), uid = pod->uid](Result<client::Written> answer) {
                           const auto self = weak.lock();
                           if (!self) return;
                           if (answer) {
                               self->boundNow(uid);
                           } else {
                               self->reread(uid, answer.error());
                           }
                       });
    }

    void boundNow(const Uid& uid) {
        const auto known = binding.find(uid);
        if (known == binding.end()) return;
        ++bound;
        recorder.record(known->second.pod->object, client::EventRecorder::Type::Normal, "Scheduled",
                        assignment(*known->second.pod, known->second.node));
        binding.erase(known);
        pump();
    }

    /// A binding failed, or only its answer did: the pod itself says which.
    void reread(const Uid& uid, const Status& why) {
        const auto known = binding.find(uid);
        if (known == binding.end()) return;
        const PodInfo& pod = *known->second.pod;
        cluster.get(api::kindOf<core::Pod>().name, pod.nameSpace(), pod.name(),
                    [weak = weak_from_this(), uid, why](Result<api::ObjectPtr> answer) {
                        if (const auto self = weak.lock()) self->resolve(uid, why, answer);
                    });
    }

    void resolve(const Uid& uid, const Status& why, const Result<api::ObjectPtr>& answer) {
        const auto known = binding.find(uid);
        if (known == binding.end()) return;
        if (!answer && answer.error().reason != Reason::NotFound) {
            // Whether the room is taken is not known yet: keep it and ask again.
            executor.postAfter(rereadDelay, [weak = weak_from_this(), uid, why] {
                if (const auto self = weak.lock()) self->reread(uid, why);
            });
            return;
        }
        const Binding entry = known->second;
        if (answer && (*answer)->uid() == uid) {
            const PodInfoPtr pod = PodInfo::of(*answer, cache.resourceNames);
            if (pod->nodeName == entry.node) {
                boundNow(uid);
                return;
            }
            binding.erase(uid);
            happened(cache.forget(uid));
            if (pod->nodeName.empty() && !pod->finished && !pod->deleting && !pod->gated) {
                recorder.record(pod->object, client::EventRecorder::Type::Warning, "FailedScheduling",
                                "binding rejected: " + why.message);
                queue.backOff(pod, entry.attempts, now());
            }
        } else {
            binding.erase(uid);
            happened(cache.forget(uid));
        }
        log::debug(logName, "binding {} to {} failed: {}", entry.pod->object->key(), entry.node, why.message);
        pump();
    }

    /// The condition that says why a pod waits; written only when it says something new.
    void report(const PodInfo& pod, const std::string& message) {
        if (pod.reportedReason == "Unschedulable" && pod.reportedMessage == message) return;
        core::PodCondition condition;
        condition.set_type("PodScheduled");
        condition.set_status("False");
        condition.set_reason("Unschedulable");
        condition.set_message(message);
        *condition.mutable_lasttransitiontime() =
            pod.reportedSince.value_or(api::toTime(executor.clock().wallNow()));
        const std::string patch =
            fmt::format(R"({{"metadata":{{"uid":"{}"}},"status":{{"conditions":[{}]}}}})", pod.uid.value(),
                        api::encodeJson(condition));
        client::WriteOptions write;
        write.subresource = "status";
        cluster.patch(api::kindOf<core::Pod>().name, pod.nameSpace(), pod.name(), api::PatchType::Strategic,
                      patch, write, [key = pod.object->key()](Result<client::Written> answer) {
                          if (answer) return;
                          log::debug(logName, "the condition of {} could not be written: {}", key,
                                     answer.error().message);
                      });
    }

    client::Cluster& cluster;
    Executor& executor;
    const Options options;
    client::Informer pods;
    client::Informer nodes;
    client::EventRecorder recorder;
    ClusterCache cache;
    Queue queue;
    Attempt attempt;
    DecisionLog decisionLog;
    std::function<void(const std::string&)> decided;
    Random& random;
    std::unordered_map<Uid, Binding> binding; ///< answers still to come
    std::uint64_t bound = 0;
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
        if ((nameSpace.empty() || pod->nameSpace() == nameSpace) && impl_->decisionLog.of(pod->uid()))
            keys.push_back(pod->key());
    std::sort(keys.begin(), keys.end());
    return keys;
}

void Scheduler::onDecision(std::function<void(const std::string&)> changed) {
    impl_->decided = std::move(changed);
}

Result<Foresight> Scheduler::whatIf(const Supposition& supposition, const std::vector<api::ObjectPtr>& pods) {
    Trial trial(impl_->cache, impl_->random,
                {[this](const std::string& name) { return impl_->nodes.get(name); },
                 [this](const std::string& key) { return impl_->pods.get(key); }});
    if (auto supposed = trial.suppose(supposition); !supposed) return fail(supposed.error());
    Foresight out;
    for (const api::ObjectPtr& pod : pods)
        out.decisions.push_back(trial.place(pod, impl_->executor.clock().wallNow()));
    return out;
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
                     [&past](const std::string& key) { return past.pod(key); }});
        if (auto supposed = trial.suppose(supposition); !supposed) return done(fail(supposed.error()));
        Foresight out;
        out.revision = at;
        for (const api::ObjectPtr& pod : pods)
            out.decisions.push_back(trial.place(pod, self->executor.clock().wallNow()));
        done(std::move(out));
    });
}

std::vector<Scheduler::Waiting> Scheduler::waiting() const {
    std::vector<Waiting> out;
    impl_->queue.each([&out](const PodInfo& pod, Queue::Place place, Instant due, int attempts) {
        static constexpr Waiting::Place places[] = {Waiting::Place::Active, Waiting::Place::BackOff,
                                                    Waiting::Place::Unschedulable};
        out.push_back({pod.object->key(), places[static_cast<int>(place)], due, attempts});
    });
    for (const auto& [uid, entry] : impl_->binding)
        out.push_back({entry.pod->object->key(), Waiting::Place::Binding, impl_->now(), entry.attempts});
    std::stable_sort(out.begin(), out.end(),
                     [](const Waiting& a, const Waiting& b) { return a.due < b.due; });
    return out;
}

Scheduler::Counts Scheduler::counts() const {
    return {impl_->queue.activeSize(), impl_->queue.backOffSize(), impl_->queue.unschedulableSize(),
            impl_->binding.size(), impl_->bound};
}

} // namespace wheelhouse::scheduler
