#pragma once

#include "engine/api/time.h"
#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "engine/nodelink/agent_channel.h"
#include "vmnodes/agent/agent.h"
#include "vmnodes/simulated/simulated_runtime.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::tests {

namespace core = api::core;
using namespace std::chrono_literals;

/// The control plane's side of a link, in the hands of a test.
class FakeChannel final : public nodelink::AgentChannel {
  public:
    void start(Handlers handlers) override { handlers_ = std::move(handlers); }
    bool send(nodelink::FromAgent message) override {
        if (!up) return false;
        sent.push_back(std::move(message));
        return true;
    }
    void connect() {
        up = true;
        handlers_.onUp();
    }
    void cut() {
        up = false;
        handlers_.onDown();
    }
    void say(const nodelink::ToAgent& message) { handlers_.onMessage(message); }

    bool up = false;
    std::vector<nodelink::FromAgent> sent;

  private:
    Handlers handlers_;
};

/// A disk that outlives the agent.
class MemoryStore final : public agent::StateStore {
  public:
    std::map<std::string, std::string> load() override { return records; }
    Result<void> put(const std::string& key, const std::string& bytes) override {
        records[key] = bytes;
        return {};
    }
    void remove(const std::string& key) override { records.erase(key); }
    std::map<std::string, std::string> records;
};

inline simulated::SimulatedShape quickShape() {
    simulated::SimulatedShape shape;
    for (auto* span : {&shape.sandbox, &shape.pull, &shape.create, &shape.start, &shape.stop})
        *span = {10ms, 10ms};
    return shape;
}

/// One agent on a simulated runtime in virtual time, and the words to speak with it.
struct AgentBench {
    SimulatedExecutor executor;
    SeededRandom random{7};
    simulated::SimulatedRuntime runtime{executor, random, quickShape()};
    MemoryStore disk;
    std::unique_ptr<FakeChannel> channel = std::make_unique<FakeChannel>();
    std::unique_ptr<agent::Agent> agent;
    agent::AgentOptions options;
    int version = 1;

    AgentBench() {
        options.nodeName = "node-1";
        options.labels = {{"kind", "test"}};
        options.taints = {"simulated=true:NoSchedule"};
    }
    void start(bool connect = true) {
        agent = std::make_unique<agent::Agent>(*channel, runtime, disk, executor, random, options);
        agent->start();
        executor.advance(10ms);
        if (connect) channel->connect();
        executor.advance(10ms);
    }
    /// The agent's process ends and another begins; containers run on.
    void restartAgent(bool connect = true) {
        agent.reset();
        channel = std::make_unique<FakeChannel>();
        start(connect);
    }

    static core::Pod pod(const std::string& name, const std::string& image = "demo:1") {
        core::Pod pod;
        pod.mutable_metadata()->set_name(name);
        pod.mutable_metadata()->set_namespace_("default");
        pod.mutable_metadata()->set_uid("uid-" + name);
        pod.mutable_spec()->set_restartpolicy("Always");
        pod.mutable_spec()->set_terminationgraceperiodseconds(30);
        pod.mutable_spec()->set_nodename("node-1");
        core::Container& container = *pod.mutable_spec()->add_containers();
        container.set_name("main");
        container.set_image(image);
        container.set_imagepullpolicy("IfNotPresent");
        return pod;
    }
    static void annotate(core::Pod& pod, const std::string& what, const std::string& value) {
        (*pod.mutable_metadata()->mutable_annotations())["simulated.wheelhouse.dev/" + what] = value;
    }
    void desire(core::Pod pod) {
        pod.mutable_metadata()->set_resourceversion(std::to_string(++version));
        nodelink::ToAgent message;
        message.mutable_pod()->set_pod(pod.SerializeAsString());
        channel->say(message);
    }
    void remove(core::Pod pod, int grace) {
        *pod.mutable_metadata()->mutable_deletiontimestamp() = api::toTime(executor.wallNow());
        pod.mutable_metadata()->set_deletiongraceperiodseconds(grace);
        desire(std::move(pod));
    }
    void synced() {
        nodelink::ToAgent message;
        message.mutable_synced();
        channel->say(message);
    }
    void object(const std::string& kind, const std::string& name, const std::string& bytes) {
        nodelink::ToAgent message;
        message.mutable_object()->set_kind(kind);
        message.mutable_object()->mutable_object()->set_namespace_("default");
        message.mutable_object()->mutable_object()->set_name(name);
        message.mutable_object()->set_bytes(bytes);
        channel->say(message);
    }

    /// The last status reported of a pod, or an empty one.
    core::PodStatus status(const std::string& name) const {
        core::PodStatus status;
        for (const auto& message : channel->sent)
            if (message.has_pod_status() && message.pod_status().pod().name() == name)
                status.ParseFromString(message.pod_status().status());
        return status;
    }
    core::ContainerStatus container(const std::string& name, int index = 0) const {
        const core::PodStatus all = status(name);
        return index < all.containerstatuses_size() ? all.containerstatuses(index) : core::ContainerStatus();
    }
    std::string condition(const std::string& name, const std::string& type) const {
        const core::PodStatus all = status(name);
        for (const auto& condition : all.conditions())
            if (condition.type() == type) return condition.status();
        return "none";
    }
    std::string waiting(const std::string& name) const { return container(name).state().waiting().reason(); }
    bool gone(const std::string& name) const {
        for (const auto& message : channel->sent)
            if (message.has_pod_gone() && message.pod_gone().pod().name() == name) return true;
        return false;
    }
    int events(const std::string& reason) const {
        int count = 0;
        for (const auto& message : channel->sent)
            count += message.has_event() && message.event().reason() == reason;
        return count;
    }
    std::string lastEvent(const std::string& reason) const {
        std::string text;
        for (const auto& message : channel->sent)
            if (message.has_event() && message.event().reason() == reason) text = message.event().message();
        return text;
    }
    bool until(const std::function<bool()>& condition, Duration limit = 60s) {
        return executor.runUntil(condition, limit);
    }
    bool untilRunning(const std::string& name) {
        return until([&] { return status(name).phase() == "Running"; });
    }
    /// The container of that name that runs, or an empty id.
    std::string running(const std::string& container = "main") const {
        for (const auto& info : runtime.containers())
            if (info.name == container && info.state == agent::ContainerInfo::State::Running) return info.id;
        return {};
    }
};

} // namespace wheelhouse::tests
