#include "played_node.h"

#include "engine/api/time.h"
#include "engine/api/types.h"
#include "engine/client/async.h"

namespace wheelhouse::sim {

using namespace std::chrono_literals;

namespace {

const client::ResourceName& podKind() {
    return api::kindOf<core::Pod>().name;
}

const client::ResourceName& nodeKind() {
    return api::kindOf<core::Node>().name;
}

template <class Status>
bool isReady(const Status& status) {
    for (const auto& condition : status.conditions())
        if (condition.type() == "Ready") return condition.status() == "True";
    return false;
}

bool isOver(const core::Pod& pod) {
    return pod.status().phase() == "Succeeded" || pod.status().phase() == "Failed";
}

void setReady(core::Pod& pod, const char* ready, WallTime now) {
    core::PodCondition* condition = nullptr;
    for (auto& each : *pod.mutable_status()->mutable_conditions())
        if (each.type() == "Ready") condition = &each;
    if (!condition) condition = pod.mutable_status()->add_conditions();
    condition->set_type("Ready");
    condition->set_status(ready);
    condition->clear_reason();
    *condition->mutable_lasttransitiontime() = api::toTime(now);
}

client::WriteOptions ofStatus() {
    client::WriteOptions options;
    options.subresource = "status";
    return options;
}

} // namespace

PlayedNode::PlayedNode(const View& view, Executor& executor, Random& random, std::string name,
                       NodeShape shape, Checker& checker)
    : view_(view), executor_(executor), random_(random), name_(std::move(name)), shape_(std::move(shape)),
      checker_(checker) {
    checker_.nodeHolds(name_, std::int64_t{shape_.cpus} * 1000, shape_.pods);
}

// --- its own objects
// ------------------------------------------------------------------------------------------------------

void PlayedNode::start() {
    renew();
}

void PlayedNode::enlist() {
    core::Node node;
    node.mutable_metadata()->set_name(name_);
    (*node.mutable_metadata()->mutable_labels())["kubernetes.io/hostname"] = name_;
    if (!shape_.zone.empty())
        (*node.mutable_metadata()->mutable_labels())["topology.kubernetes.io/zone"] = shape_.zone;
    // The status of a new object does not count: it is reported after.
    view_.cluster->create(nodeKind(), {}, client::body(node), {}, [this](auto created) {
        registered_ = created || created.error().reason == Reason::AlreadyExists;
        if (registered_) report();
    });
}

std::string PlayedNode::status() const {
    const std::string now = api::formatTime(executor_.clock().wallNow());
    const std::string amounts = R"({"cpu":")" + std::to_string(shape_.cpus) +
                                R"(","memory":"16Gi","pods":")" + std::to_string(shape_.pods) + R"("})";
    return R"({"status":{"capacity":)" + amounts + R"(,"allocatable":)" + amounts +
           R"(,"conditions":[{"type":"Ready","status":"True","reason":"KubeletReady",)"
           R"("message":"","lastHeartbeatTime":")" +
           now + R"(","lastTransitionTime":")" + now + R"("}]}})";
}

void PlayedNode::report() {
    if (state_ != State::On || reporting_) return;
    reporting_ = true;
    view_.cluster->patch(nodeKind(), {}, name_, api::PatchType::Merge, status(), ofStatus(),
                         [this](auto) { reporting_ = false; });
}

void PlayedNode::renew() {
    executor_.postAfter(10s, [this] { renew(); });
    if (state_ != State::On) return;
    if (!registered_) enlist();
    // Somebody may have given it up in the meantime.
    const auto known = view_.nodes->get(name_);
    if (known && !isReady(known->as<core::Node>().status())) report();
    writeLease();
}

/// Made when it is not known to be there, else written over, as a kubelet does.
void PlayedNode::writeLease() {
    const std::string home = "kube-node-lease";
    api::coordination::Lease lease;
    lease.mutable_metadata()->set_namespace_(home);
    lease.mutable_metadata()->set_name(name_);
    lease.mutable_spec()->set_holderidentity(name_);
    *lease.mutable_spec()->mutable_renewtime() = api::toMicroTime(executor_.clock().wallNow());
    const auto& kind = api::kindOf<api::coordination::Lease>().name;
    const auto written = [this, known = leaseKnown_](const Result<client::Written>& answer) {
        if (answer) {
            leaseKnown_ = true;
            return;
        }
        const Reason expected = known ? Reason::NotFound : Reason::AlreadyExists;
        if (answer.error().reason != expected || leaseKnown_ != known) return;
        leaseKnown_ = !known;
        writeLease();
    };
    if (leaseKnown_)
        view_.cluster->update(kind, home, name_, client::body(std::move(lease)), {}, written);
    else
        view_.cluster->create(kind, home, client::body(std::move(lease)), {}, written);
}

// --- faults
// ------------------------------------------------------------------------------------------------------

void PlayedNode::cut() {
    state_ = State::Off;
    ++boot_;
    for (const auto& [uid, key] : running_)
        checker_.podEnded(key, uid);
    running_.clear();
    ending_.clear();
    exiting_.clear();
    looking_.clear();
}

void PlayedNode::silence() {
    if (state_ == State::On) state_ = State::Silent;
}

void PlayedNode::restore() {
    if (state_ == State::On) return;
    state_ = State::On;
    report();
    lookAtAll();
}

void PlayedNode::reconnected() {
    reporting_ = false;
    exiting_.clear();
    if (state_ == State::On) lookAtAll();
}

// --- pods
// ------------------------------------------------------------------------------------------------------

void PlayedNode::later(std::uint64_t milliseconds, std::function<void()> task) {
    executor_.postAfter(std::chrono::milliseconds(milliseconds),
                        [this, boot = boot_, task = std::move(task)] {
                            if (boot == boot_) task();
                        });
}

void PlayedNode::podSeen(const api::ObjectPtr& pod) {
    if (state_ != State::On || !looking_.insert(pod->uid().value()).second) return;
    // Not inside the informer's own turn, and at a time of its own choosing.
    later(random_.below(400), [this, key = pod->key(), uid = pod->uid()] {
        looking_.erase(uid.value());
        if (state_ != State::On || !view_.pods->synced()) return;
        const auto now = view_.pods->get(key);
        if (now && now->uid() == uid)
            runPod(now);
        else
            endPod(uid.value(), [] {});
    });
}

client::Callback<client::Written> PlayedNode::orAgain(const std::string& key) {
    return [this, key](const Result<client::Written>& written) {
        if (written) return;
        later(1000, [this, key] {
            if (const auto now = view_.pods->get(key)) podSeen(now);
        });
    };
}

void PlayedNode::lookAtAll() {
    std::set<std::string> known;
    for (const auto& object : view_.pods->byIndex(byNode, name_)) {
        known.insert(object->uid().value());
        podSeen(object);
    }
    for (const auto& [uid, key] : running_)
        if (!known.contains(uid)) endPod(uid, [] {});
}

void PlayedNode::endPod(const std::string& uid, std::function<void()> then) {
    if (!ending_.insert(uid).second) return;
    later(random_.below(900), [this, uid, then = std::move(then)] {
        ending_.erase(uid);
        const auto running = running_.find(uid);
        if (running != running_.end()) {
            checker_.podEnded(running->second, uid);
            running_.erase(running);
        }
        if (state_ == State::On) then();
    });
}

void PlayedNode::runPod(const api::ObjectPtr& object) {
    auto pod = object->as<core::Pod>();
    const std::string& uid = object->uid().value();
    const bool ends = pod.spec().restartpolicy() == "Never";
    if (object->deleting() && ends && !isOver(pod)) return exitPod(std::move(pod), 143);
    if (object->deleting()) {
        endPod(uid, [this, object] {
            client::DeleteOptions now;
            now.gracePeriodSeconds = 0;
            now.uid = object->uid();
            view_.cluster->remove(podKind(), object->nameSpace(), object->name(), now,
                                  orAgain(object->key()));
        });
        return;
    }
    if (isOver(pod)) {
        if (running_.contains(uid)) endPod(uid, [] {});
        return;
    }
    const bool told = pod.status().phase() == "Running";
    if (ends && told && !running_.contains(uid)) return exitPod(std::move(pod), 137); // it fell with the node
    if (running_.try_emplace(uid, object->key()).second) checker_.podRuns(object->key(), uid);
    if (ends && told) exitLater(object);
    if (!told || !isReady(pod.status())) tellRunning(std::move(pod));
}

void PlayedNode::tellRunning(core::Pod pod) {
    if (pod.status().phase() != "Running") {
        pod.mutable_status()->set_phase("Running");
        pod.mutable_status()->set_podip("10.244." + std::to_string(next_ / 250 % 250) + "." +
                                        std::to_string(next_ % 250));
        ++next_;
    }
    setReady(pod, "True", executor_.clock().wallNow());
    const std::string home = pod.metadata().namespace_();
    const std::string name = pod.metadata().name();
    view_.cluster->update(podKind(), home, name, client::body(std::move(pod)), ofStatus(),
                          orAgain(home + "/" + name));
}

void PlayedNode::exitLater(const api::ObjectPtr& object) {
    if (!exiting_.insert(object->uid().value()).second) return;
    const int exitCode = random_.below(5) == 0 ? 1 : 0;
    later(500 + random_.below(4000), [this, key = object->key(), uid = object->uid(), exitCode] {
        const auto now = view_.pods->get(key);
        if (state_ != State::On || !now || now->uid() != uid || now->deleting()) return;
        exitPod(now->as<core::Pod>(), exitCode);
    });
}

void PlayedNode::exitPod(core::Pod pod, int exitCode) {
    pod.mutable_status()->set_phase(exitCode == 0 ? "Succeeded" : "Failed");
    auto& container = *pod.mutable_status()->add_containerstatuses();
    container.set_name("main");
    container.mutable_state()->mutable_terminated()->set_exitcode(exitCode);
    *container.mutable_state()->mutable_terminated()->mutable_finishedat() =
        api::toTime(executor_.clock().wallNow());
    for (auto& condition : *pod.mutable_status()->mutable_conditions())
        if (condition.type() == "Ready") condition.set_status("False");
    const std::string home = pod.metadata().namespace_();
    const std::string name = pod.metadata().name();
    const std::string uid = pod.metadata().uid();
    if (const auto running = running_.find(uid); running != running_.end()) {
        checker_.podEnded(running->second, uid);
        running_.erase(running);
    }
    view_.cluster->update(podKind(), home, name, client::body(std::move(pod)), ofStatus(),
                          [this, uid, key = home + "/" + name](auto written) {
                              if (written) return;
                              // Somebody wrote in between: look again.
                              exiting_.erase(uid);
                              if (const auto now = view_.pods->get(key)) podSeen(now);
                          });
}

} // namespace wheelhouse::sim
