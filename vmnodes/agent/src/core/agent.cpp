#include "vmnodes/agent/agent.h"

#include "admission.h"
#include "engine/api/quantity.h"
#include "engine/base/log.h"
#include "engine/nodelink/token_name.h"
#include "fault_keeper.h"
#include "housekeeper.h"
#include "log_streams.h"
#include "network_keeper.h"
#include "node_pages.h"
#include "node_report.h"
#include "pod_ref.h"
#include "pod_sessions.h"
#include "pod_views.h"
#include "pod_worker.h"
#include "session_targets.h"
#include "usage_reporter.h"

#include <iterator>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace wheelhouse::agent {

namespace core = api::core;

namespace {

constexpr int kubeletPort = 10250;
constexpr auto podPrefix = "pod/";
constexpr auto objectPrefix = "object/";

} // namespace

struct Agent::Impl final : PodHost {
    Impl(nodelink::AgentChannel& channel, Runtime& runtime, StateStore& store, Executor& executor,
         Random& random, AgentOptions options)
        : channel_(channel), runtime_(runtime), store_(store), executor_(executor), random_(random),
          options_(std::move(options)), heartbeat_(options_.heartbeat),
          usage_(runtime, executor, options_.usagePeriod, pods_, hostIp_,
                 [this](nodelink::FromAgent message) { channel_.send(std::move(message)); }),
          housekeeper_(runtime, executor, options_.housekeeping, pods_,
                       [this](bool warning, const std::string& reason, const std::string& message) {
                           sendEvent(warning, reason, message);
                       }),
          network_(runtime, store, executor),
          faults_(runtime,
                  [this](nodelink::FromAgent message) {
                      channel_.send(std::move(message));
                      lookAtNode(); // it may be under pressure now, or not any more
                  }),
          logs_([this](nodelink::FromAgent message) { return channel_.send(std::move(message)); }),
          sessions_([this](nodelink::FromAgent message) { return channel_.send(std::move(message)); }) {}

    // PodHost
    Runtime& runtime() override { return runtime_; }
    Executor& executor() override { return executor_; }
    const AgentOptions& options() const override { return options_; }
    const ObjectCache& objects() const override { return objects_; }
    const network::NetworkObjects& network() const override { return network_.objects(); }
    const std::string& hostIp() const override { return hostIp_; }
    const core::NodeStatus& nodeStatus() const override { return node_.status(); }
    std::int64_t memoryCapacity() const override { return memoryCapacity_; }
    bool registryDown() const override { return faults_.registryDown(); }
    std::optional<Rejection> whyNoRoom(const core::Pod& pod) const override;
    void statusChanged(const Uid& pod) override;
    void progressed(const Uid& pod) override;
    void event(const PodId& pod, bool warning, const std::string& reason, const std::string& message,
               const std::string& container) override;
    void containerEnded(const std::string& containerId) override { logs_.containerEnded(containerId); }
    void disksChanged() override;
    void podGone(const Uid& pod) override;

    void start();
    void adopt(Inventory inventory);
    void openLink();
    void onUp();
    void onDown();
    void onMessage(const nodelink::ToAgent& message);
    void onPod(const std::string& bytes);
    void onObject(const nodelink::DesiredObject& object);
    void onDisks(const nodelink::Disks& disks);
    void onSynced();
    void openLog(const nodelink::OpenLog& open);
    void openExec(const nodelink::OpenExec& open);
    void openPort(const nodelink::OpenPort& open);
    /// Null for a pod that is not here.
    const PodWorker* worker(const nodelink::PodRef& pod) const;
    std::shared_ptr<PodWorker> addPod(std::shared_ptr<const core::Pod> pod);
    /// Refuses a pod of which nothing has started yet and for which there is no room, or what it wants more.
    void admit(PodWorker& worker);
    void flushStatuses();
    /// A pod that is over stays so for an agent that starts later, whatever the control plane heard of it.
    void keepEnd(PodWorker& worker);
    /// About the node itself, or about a pod where one is added.
    void sendEvent(bool warning, const std::string& reason, const std::string& message,
                   const PodId* pod = nullptr, const std::string& container = {});
    /// Makes the ports of the node lead to the pods that run.
    void tellHostPorts();
    void staggerHeartbeat();
    Duration partOf(Duration period);
    void beat();
    void lookAtNode();
    void takeNodeStatus(core::NodeStatus status);
    void sendNodeStatus();

    nodelink::AgentChannel& channel_;
    Runtime& runtime_;
    StateStore& store_;
    Executor& executor_;
    Random& random_;
    AgentOptions options_;
    Duration heartbeat_;
    std::function<void()> onReady_;
    bool ready_ = false;
    bool up_ = false;
    bool synced_ = false; ///< all pods of this connection have been sent
    Workers pods_;
    std::vector<std::shared_ptr<PodWorker>> doomed_; ///< gone pods whose workers are still on the stack
    std::unordered_set<Uid> sentThisTime_;           ///< pods the control plane has named on this connection
    std::unordered_map<Uid, std::size_t> reported_;  ///< hash of the status last sent on this connection
    std::set<Uid> dirty_;
    std::set<Uid> progressed_; ///< have waited less than progressDelay
    std::set<Uid> ended_;      ///< whose end is in the store
    ObjectCache objects_;
    std::string hostIp_;
    std::int64_t memoryCapacity_ = 0;
    NodeReport node_;
    UsageReporter usage_;
    Housekeeper housekeeper_;
    bool linkOpened_ = false;
    NetworkKeeper network_;
    FaultKeeper faults_;
    LogStreams logs_;
    PodSessions sessions_;
    ScopedTimer flushTimer_;
    ScopedTimer progressTimer_;
    ScopedTimer heartbeatTimer_;
    ScopedTimer nodeTimer_;
    ScopedTimer retryTimer_;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

Agent::Agent(nodelink::AgentChannel& channel, Runtime& runtime, StateStore& store, Executor& executor,
             Random& random, AgentOptions options)
    : impl_(std::make_shared<Impl>(channel, runtime, store, executor, random, std::move(options))) {}

Agent::~Agent() {
    impl_->runtime_.setListener({});
    impl_->sessions_.closeAll();
    impl_->life_.reset();
    impl_->pods_.clear();
    impl_->doomed_.clear();
}

void Agent::start() {
    impl_->start();
}

void Agent::setReadyListener(std::function<void()> listener) {
    impl_->onReady_ = std::move(listener);
}

std::vector<Agent::PodView> Agent::pods() const {
    std::vector<PodView> out;
    for (const auto& [uid, worker] : impl_->pods_)
        out.push_back({worker->podId(), worker->refreshStatus()});
    return out;
}

void Agent::Impl::start() {
    const auto of = [this](const Uid& pod) {
        const auto it = pods_.find(pod);
        return it == pods_.end() ? nullptr : it->second;
    };
    runtime_.setListener({.onContainer =
                              [of](const ContainerInfo& info) {
                                  if (const auto worker = of(info.podUid)) worker->onContainer(info);
                              },
                          .onSandbox =
                              [of](const SandboxInfo& info) {
                                  if (const auto worker = of(info.pod.uid)) worker->onSandbox(info);
                              }});
    runtime_.nodeStatus([this, life = std::weak_ptr(life_)](Result<core::NodeStatus> status) {
        if (life.expired()) return;
        if (status) takeNodeStatus(std::move(*status));
        runtime_.inventory([this, life](Result<Inventory> inventory) {
            if (life.expired()) return;
            if (inventory) return adopt(std::move(*inventory));
            log::warning("agent", "the container runtime does not answer yet: {}", inventory.error().message);
            retryTimer_.start(executor_, std::chrono::milliseconds(500), [this] { start(); });
        });
    });
}

void Agent::Impl::adopt(Inventory inventory) {
    for (const auto& [key, bytes] : store_.load()) {
        if (network_.restore(key, bytes)) continue;
        if (key.starts_with(objectPrefix)) {
            nodelink::DesiredObject object;
            if (object.ParseFromString(bytes))
                objects_.set(object.kind(), object.object().namespace_(), object.object().name(),
                             object.bytes());
        } else if (key.starts_with(podPrefix)) {
            auto pod = std::make_shared<core::Pod>();
            if (pod->ParseFromString(bytes)) addPod(std::move(pod));
        }
    }
    for (const auto& [uid, worker] : pods_) {
        std::vector<SandboxInfo> sandboxes;
        std::vector<ContainerInfo> containers;
        for (const SandboxInfo& sandbox : inventory.sandboxes)
            if (sandbox.pod.uid == uid) sandboxes.push_back(sandbox);
        for (const ContainerInfo& container : inventory.containers)
            if (container.podUid == uid) containers.push_back(container);
        worker->adopt(sandboxes, containers);
    }
    // Pods nobody remembers here: their desired state was never written, so they can only be sent anew.
    housekeeper_.sweep(inventory);
    const auto workers = pods_;
    for (const auto& [uid, worker] : workers)
        admit(*worker);
    for (const auto& [uid, worker] : workers)
        worker->advance();
    tellHostPorts();
    openLink();
}

void Agent::Impl::openLink() {
    if (std::exchange(linkOpened_, true)) return;
    faults_.begin();
    channel_.start({.onUp = [this] { onUp(); },
                    .onMessage = [this](const nodelink::ToAgent& message) { onMessage(message); },
                    .onDown = [this] { onDown(); }});
    nodeTimer_.start(executor_, options_.nodeStatusPeriod, [this] { lookAtNode(); });
}

void Agent::Impl::onUp() {
    up_ = true;
    synced_ = false;
    sentThisTime_.clear();
    reported_.clear();
    network_.begin();
    nodelink::FromAgent message;
    nodelink::Hello& hello = *message.mutable_hello();
    hello.set_node_name(options_.nodeName);
    hello.set_protocol(1);
    hello.set_node(nodeObject(options_, node_.status()).SerializeAsString());
    for (const auto& [uid, worker] : pods_)
        *hello.add_pods() = refOf(worker->podId());
    channel_.send(std::move(message));
    node_.forgetReported();
    for (const auto& [uid, worker] : pods_)
        statusChanged(uid);
    staggerHeartbeat();
    usage_.begin(partOf(options_.usagePeriod));
    lookAtNode();
}

void Agent::Impl::onDown() {
    up_ = false;
    synced_ = false;
    heartbeatTimer_.stop();
    usage_.stop();
    logs_.closeAll();
    sessions_.closeAll();
}

/// A first beat anywhere within a period: agents that connect together do not beat together.
void Agent::Impl::staggerHeartbeat() {
    heartbeatTimer_.start(executor_, partOf(heartbeat_), [this] { beat(); });
}

Duration Agent::Impl::partOf(Duration period) {
    return Duration(static_cast<Duration::rep>(static_cast<double>(period.count()) * random_.fraction()));
}

void Agent::Impl::beat() {
    heartbeatTimer_.start(executor_, heartbeat_, [this] { beat(); });
    nodelink::FromAgent message;
    message.mutable_heartbeat();
    channel_.send(std::move(message));
}

void Agent::Impl::onMessage(const nodelink::ToAgent& message) {
    using What = nodelink::ToAgent::WhatCase;
    switch (message.what_case()) {
    case What::kWelcome:
        if (message.welcome().heartbeat_seconds() > 0) {
            heartbeat_ = std::chrono::seconds(message.welcome().heartbeat_seconds());
            staggerHeartbeat();
        }
        return;
    case What::kPod:
        return onPod(message.pod().pod());
    case What::kPodRemoved: {
        const auto it = pods_.find(Uid(message.pod_removed().uid()));
        if (it == pods_.end()) return;
        const std::shared_ptr<PodWorker> worker = it->second;
        return worker->forceRemove();
    }
    case What::kSynced:
        return onSynced();
    case What::kNetwork:
        return network_.setRoutes(message.network(), [this] { lookAtNode(); }); // ready as soon as it is
    case What::kOpenLog:
        return openLog(message.open_log());
    case What::kCloseStream:
        logs_.close(message.close_stream());
        return sessions_.close(message.close_stream());
    case What::kCredit:
        logs_.credit(message.credit().stream(), message.credit().bytes());
        return sessions_.credit(message.credit().stream(), message.credit().bytes());
    case What::kOpenExec:
        return openExec(message.open_exec());
    case What::kOpenPort:
        return openPort(message.open_port());
    case What::kInput:
        return sessions_.input(message.input());
    case What::kResize:
        return sessions_.resize(message.resize());
    case What::kObject:
        return onObject(message.object());
    case What::kDisks:
        return onDisks(message.disks());
    case What::kFaults:
        return faults_.take(message.faults());
    case What::kKillContainer:
        return faults_.kill(worker(message.kill_container().pod()), message.kill_container());
    case What::WHAT_NOT_SET:
        return; // from a newer control plane
    }
}

std::shared_ptr<PodWorker> Agent::Impl::addPod(std::shared_ptr<const core::Pod> pod) {
    const Uid uid(pod->metadata().uid());
    return pods_[uid] = std::make_shared<PodWorker>(*this, std::move(pod));
}

void Agent::Impl::onPod(const std::string& bytes) {
    auto pod = std::make_shared<core::Pod>();
    if (!pod->ParseFromString(bytes) || pod->metadata().uid().empty()) {
        log::error("agent", "the control plane sent a pod that cannot be read");
        return;
    }
    const Uid uid(pod->metadata().uid());
    sentThisTime_.insert(uid);
    const auto it = pods_.find(uid);
    const bool unchangedSpec = it != pods_.end() && it->second->pod().metadata().resourceversion() ==
                                                        pod->metadata().resourceversion();
    if (unchangedSpec) return;
    if (const auto kept = store_.put(podPrefix + uid.value(), bytes); !kept)
        log::error("agent", "cannot keep the desired state: {}", kept.error().message);
    if (it != pods_.end()) {
        const std::shared_ptr<PodWorker> worker = it->second;
        worker->update(std::move(pod));
        if (worker->isOver()) keepEnd(*worker);
        return statusChanged(uid); // readiness gates are in the pod's own status
    }
    const std::shared_ptr<PodWorker> worker = addPod(std::move(pod));
    admit(*worker);
    worker->advance();
    statusChanged(uid);
}

void Agent::Impl::admit(PodWorker& worker) {
    if (!worker.untouched()) return worker.decideResize();
    if (const auto why = housekeeper_.whyNot(worker.pod())) return worker.reject(*why);
    if (const auto why = whyNoRoom(worker.pod())) return worker.reject(*why);
    worker.setAdmitted();
}

std::optional<Rejection> Agent::Impl::whyNoRoom(const core::Pod& pod) const {
    std::vector<const core::Pod*> others;
    for (const auto& [uid, other] : pods_)
        if (uid.value() != pod.metadata().uid() && other->admitted()) others.push_back(&other->pod());
    return whyRejected(pod, others, node_.status());
}

void Agent::Impl::onObject(const nodelink::DesiredObject& object) {
    if (network_.take(object)) {
        if (const std::string why = network_.takeProblem(); !why.empty())
            sendEvent(true, "DNSConfigForming", why);
        return;
    }
    const nodelink::PodRef& ref = object.object();
    objects_.set(object.kind(), ref.namespace_(), ref.name(), object.bytes());
    const std::string key = objectPrefix + ObjectCache::key(object.kind(), ref.namespace_(), ref.name());
    if (const auto kept = store_.put(key, object.SerializeAsString()); !kept)
        log::error("agent", "cannot keep the desired state: {}", kept.error().message);
    std::optional<nodelink::TokenName> token; // of one pod alone
    if (object.kind() == nodelink::tokenKind) token = nodelink::TokenName::parse(ref.name());
    const auto workers = pods_;
    for (const auto& [uid, worker] : workers)
        if (worker->podId().nameSpace == ref.namespace_() && (!token || token->podUid == uid.value()))
            worker->objectChanged(object.kind(), ref.name());
}

void Agent::Impl::onDisks(const nodelink::Disks& disks) {
    std::map<std::string, bool> kept;
    for (const nodelink::Disk& disk : disks.disks())
        kept.emplace(disk.handle(), disk.retain());
    runtime_.keepDisks(std::move(kept), [](const Result<void>& done) {
        if (!done) log::error("agent", "cannot clear away disks: {}", done.error().message);
    });
}

void Agent::Impl::onSynced() {
    synced_ = true;
    network_.synced();
    const auto workers = pods_;
    for (const auto& [uid, worker] : workers)
        if (!sentThisTime_.contains(uid)) worker->forceRemove();
}

const PodWorker* Agent::Impl::worker(const nodelink::PodRef& pod) const {
    const auto it = pods_.find(Uid(pod.uid()));
    return it == pods_.end() ? nullptr : it->second.get();
}

void Agent::Impl::openLog(const nodelink::OpenLog& open) {
    auto query = logQuery(worker(open.pod()), open);
    if (!query) return logs_.open(open.stream(), "", fail(query.error()));
    const std::string containerId = query->containerId;
    logs_.open(open.stream(), containerId, runtime_.openLog(*query));
}

void Agent::Impl::openExec(const nodelink::OpenExec& open) {
    auto target = execTarget(worker(open.pod()), open);
    if (!target) return sessions_.open(open.stream(), fail(target.error()));
    sessions_.open(open.stream(), PodSessions::Open([&](SessionEvents events) {
                       return runtime_.openExec(*target, std::move(events));
                   }));
}

void Agent::Impl::openPort(const nodelink::OpenPort& open) {
    if (!open.has_pod())
        return sessions_.open(open.stream(), PodSessions::Open([&](SessionEvents events) {
                                  auto pages = nodePages(podList(pods_), runtime_.metrics());
                                  return serveNodePages(executor_, std::move(pages), std::move(events));
                              }));
    auto target = portTarget(worker(open.pod()), open, hostIp_);
    if (!target) return sessions_.open(open.stream(), fail(target.error()));
    sessions_.open(open.stream(), PodSessions::Open([&](SessionEvents events) {
                       return runtime_.openPort(*target, std::move(events));
                   }));
}

void Agent::Impl::progressed(const Uid& pod) {
    progressed_.insert(pod);
    if (progressTimer_.active()) return;
    progressTimer_.start(executor_, options_.progressDelay, [this] {
        for (const Uid& each : std::exchange(progressed_, {}))
            statusChanged(each);
    });
}

void Agent::Impl::statusChanged(const Uid& pod) {
    progressed_.erase(pod);
    dirty_.insert(pod);
    if (!flushTimer_.active())
        flushTimer_.start(executor_, options_.statusDelay, [this] { flushStatuses(); });
}

void Agent::Impl::flushStatuses() {
    // Something changed on the node: there may be room now for what waits to grow.
    for (const auto& [uid, worker] : pods_)
        worker->reconsiderResize();
    tellHostPorts();
    for (const Uid& uid : dirty_)
        if (const auto it = pods_.find(uid);
            it != pods_.end() && it->second->isOver() && !ended_.contains(uid))
            keepEnd(*it->second);
    if (!up_) return; // onUp says everything anew
    for (const Uid& uid : std::exchange(dirty_, {})) {
        const auto it = pods_.find(uid);
        if (it == pods_.end() || !it->second->tellWhenGone()) continue;
        std::string bytes = it->second->refreshStatus().SerializeAsString();
        const std::size_t hash = std::hash<std::string>{}(bytes);
        const auto [reported, first] = reported_.try_emplace(uid, hash);
        if (!first && std::exchange(reported->second, hash) == hash) continue;
        nodelink::FromAgent message;
        *message.mutable_pod_status()->mutable_pod() = refOf(it->second->podId());
        message.mutable_pod_status()->set_status(std::move(bytes));
        channel_.send(std::move(message));
    }
}

void Agent::Impl::tellHostPorts() {
    std::map<Uid, std::vector<network::HostPort>> byPod; // in an order that stays
    for (const auto& [uid, worker] : pods_)
        if (auto ports = worker->hostPorts(); !ports.empty()) byPod.emplace(uid, std::move(ports));
    std::vector<network::HostPort> all;
    for (auto& [uid, ports] : byPod)
        all.insert(all.end(), std::make_move_iterator(ports.begin()), std::make_move_iterator(ports.end()));
    network_.setHostPorts(std::move(all));
}

void Agent::Impl::keepEnd(PodWorker& worker) {
    core::Pod pod = worker.wanted();
    *pod.mutable_status() = worker.refreshStatus();
    const Uid& uid = worker.podId().uid;
    if (const auto kept = store_.put(podPrefix + uid.value(), pod.SerializeAsString()); !kept)
        return log::error("agent", "cannot keep the end of a pod: {}", kept.error().message);
    ended_.insert(uid);
}

void Agent::Impl::event(const PodId& pod, bool warning, const std::string& reason, const std::string& message,
                        const std::string& container) {
    sendEvent(warning, reason, message, &pod, container);
}

void Agent::Impl::sendEvent(bool warning, const std::string& reason, const std::string& message,
                            const PodId* pod, const std::string& container) {
    nodelink::FromAgent report;
    nodelink::EventReport& event = *report.mutable_event();
    if (pod != nullptr) *event.mutable_pod() = refOf(*pod);
    event.set_type(warning ? "Warning" : "Normal");
    event.set_reason(reason);
    event.set_message(message);
    event.set_container(container);
    channel_.send(std::move(report));
}

void Agent::Impl::podGone(const Uid& uid) {
    const auto it = pods_.find(uid);
    if (it == pods_.end()) return;
    const std::shared_ptr<PodWorker> worker = it->second;
    if (worker->tellWhenGone()) {
        // With the link down nobody hears it; then the pod is sent again on the next connection, found to be
        // stopped already, and said to be gone once more.
        dirty_.insert(uid);
        flushStatuses();
        nodelink::FromAgent message;
        *message.mutable_pod_gone()->mutable_pod() = refOf(worker->podId());
        channel_.send(std::move(message));
    }
    store_.remove(podPrefix + uid.value());
    for (const std::string& key : objects_.forgetTokens(worker->podId().nameSpace, uid))
        store_.remove(objectPrefix + key);
    reported_.erase(uid);
    dirty_.erase(uid);
    progressed_.erase(uid);
    ended_.erase(uid);
    pods_.erase(uid);
    // It is on the stack now and dies later; and never in the executor's hands, whose timers it holds.
    doomed_.push_back(worker);
    executor_.post([this, life = std::weak_ptr(life_)] {
        if (!life.expired()) doomed_.clear();
    });
}

void Agent::Impl::lookAtNode() {
    nodeTimer_.start(executor_, options_.nodeStatusPeriod, [this] { lookAtNode(); });
    housekeeper_.look([this] {
        runtime_.nodeStatus([this, life = std::weak_ptr(life_)](Result<core::NodeStatus> status) {
            if (life.expired()) return;
            takeNodeStatus(status ? std::move(*status)
                                  : withoutRuntime(node_.status(), status.error().message));
            sendNodeStatus();
        });
    });
}

void Agent::Impl::disksChanged() {
    takeNodeStatus(node_.status());
    sendNodeStatus();
}

void Agent::Impl::takeNodeStatus(core::NodeStatus status) {
    fillVolumesInUse(pods_, status);
    housekeeper_.setConditions(status);
    for (const core::NodeAddress& address : status.addresses())
        if (address.type() == "InternalIP") hostIp_ = address.address();
    if (const auto memory = status.capacity().find("memory"); memory != status.capacity().end())
        memoryCapacity_ = api::Quantity::parse(memory->second.string()).value_or(api::Quantity()).units();
    // Where clients look for a node's own pages; asked for by that port they come over the link.
    status.mutable_daemonendpoints()->mutable_kubeletendpoint()->set_port(kubeletPort);
    node_.take(std::move(status), executor_.clock().wallNow());
}

void Agent::Impl::sendNodeStatus() {
    if (!up_ || !node_.due(executor_.clock().now())) return;
    nodelink::FromAgent message;
    message.set_node_status(node_.status().SerializeAsString());
    channel_.send(std::move(message));
    if (node_.ready() && !std::exchange(ready_, true) && onReady_) onReady_();
}

} // namespace wheelhouse::agent
