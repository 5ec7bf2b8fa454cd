#pragma once

#include "engine/base/simulation.h"
#include "fake_cluster.h"
#include "node_gateway.h"
#include "vmnodes/simulated/simulated_provider.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace wheelhouse::tests {

/// A cluster in memory, the gateway, and simulated machines linked to it: everything from the API to the
/// containers.
struct GatewayBench {
    SimulatedExecutor executor;
    SeededRandom random{11};
    FakeCluster cluster{executor, random};
    nodelink::NodeHub hub{executor};
    client::InformerSet informers{cluster, executor};
    controlplane::NodeGateway gateway{cluster, hub, informers, executor};
    simulated::SimulatedProvider provider{hub.port(), executor, executor, random};

    GatewayBench() { informers.start(); }
    ~GatewayBench() {
        provider.shutdown(false, [] {});
        executor.advance(std::chrono::seconds(1));
    }
    void machine(const std::string& name) {
        machines::MachineSpec spec;
        spec.name = name;
        spec.zone = "a";
        spec.nodeLabels = {{"kind", "simulated"}};
        spec.nodeTaints = {"simulated=true:NoSchedule"};
        provider.ensureRunning(spec);
    }
    bool until(const std::function<bool()>& condition, Duration limit = std::chrono::seconds(60)) {
        return executor.runUntil(condition, limit);
    }
    std::string ready(const std::string& node) {
        const auto object = cluster.get<api::core::Node>(node);
        if (!object) return "none";
        for (const api::core::NodeCondition& condition : object->status().conditions())
            if (condition.type() == "Ready") return condition.status();
        return "unknown";
    }
    api::core::Pod pod(const std::string& name, const std::string& node) {
        api::core::Pod pod;
        pod.mutable_metadata()->set_name(name);
        pod.mutable_metadata()->set_namespace_("default");
        pod.mutable_spec()->set_nodename(node);
        pod.mutable_spec()->set_restartpolicy("Always");
        pod.mutable_spec()->set_terminationgraceperiodseconds(30);
        api::core::Container& container = *pod.mutable_spec()->add_containers();
        container.set_name("main");
        container.set_image("demo:1");
        container.set_imagepullpolicy("IfNotPresent");
        return pod;
    }
    std::string phase(const std::string& name) {
        const auto pod = cluster.get<api::core::Pod>("default/" + name);
        return pod ? pod->status().phase() : "none";
    }
    bool untilRunning(const std::string& name) {
        return until([&] { return phase(name) == "Running"; });
    }
};

/// An agent that only listens.
struct Listening final : nodelink::LinkTransport {
    std::vector<nodelink::ToAgent> heard;
    void send(nodelink::ToAgent message) override { heard.push_back(std::move(message)); }
    void close(const Status& /*why*/) override {}
};

} // namespace wheelhouse::tests
