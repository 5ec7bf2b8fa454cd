#include "engine/scheduler/scheduler.h"

#include "attempt.h"
#include "cluster_cache.h"
#include "decision_log.h"
#include "queue.h"

#include "engine/api/codec.h"
#include "engine/api/time.h"
#include "engine/base/log.h"
#include "engine/client/event_recorder.h"
#include "engine/client/informer.h"

#include <fmt/format.h>
#include <unordered_map>

namespace wheelhouse::scheduler {

namespace core = api::core;

namespace {

constexpr std::string_view logName = "scheduler";
/// Attempts in one turn of the executor: others share the thread.
constexpr int attemptsPerTurn = 32;
constexpr Duration syncPoll = std::chrono::milliseconds(5);
constexpr Duration rereadDelay = std::chrono::seconds(1);

} // namespace

struct Scheduler::Impl : std::enable_shared_from_this<Scheduler::Impl> {
    Impl(client::Cluster& to, Executor& runsOn, Random& random, Options given)
        : cluster(to), executor(runsOn), options(std::move(given)),
          pods(to, runsOn, api::kindOf<core::Pod>().name), nodes(to, runsOn, api::kindOf<core::Node>().name),
          recorder(to, runsOn, options.schedulerName),
          queue({options.initialBackoff, options.maxBackoff, options.unschedulableTimeout}),
          attempt(cache, random), decisionLog(options.decisionsPerPod, options.nodeVerdictsKept) {}

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
        happened(cache.removePod(pod->uid()));
    }

    /// Sees to it that waiting pods get their turn.
    void pump() {
        if (pumping) return;
        pumping = true;
        executor.post([weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->turn();
        });
    }

    void turn() {
        pumping = false;
        if (!pods.synced() || !nodes.synced()) {
            timer.start(executor, syncPoll, [this] { pump(); });
            return;
        }
        queue.flush(now());
        const auto mayBind = [this] { return binding.size() < options.maxBindsInFlight; };
        for (int i = 0; i < attemptsPerTurn && mayBind(); ++i) {
            const auto next = queue.pop();
            if (!next) break;
            place(next->pod, next->attempts + 1);
        }
        const std::optional<Instant> due = queue.flush(now());
        // With too many bindings under way it is their answers that pump.
        if (queue.activeSize() > 0 && mayBind()) pump();
        if (due) timer.start(executor, std::max(Duration::zero(), *due - now()), [this] { pump(); });
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

Scheduler::Counts Scheduler::counts() const {
    return {impl_->queue.activeSize(), impl_->queue.backOffSize(), impl_->queue.unschedulableSize(),
            impl_->binding.size(), impl_->bound};
}

} // namespace wheelhouse::scheduler
