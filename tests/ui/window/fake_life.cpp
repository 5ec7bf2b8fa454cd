#include "fake_life.h"

#include "engine/api/groups/clock.h"
#include "engine/api/time.h"

#include <algorithm>
#include <chrono>

namespace wheelhouse::tests {
namespace {

using namespace std::chrono_literals;
using namespace wheelhouse::api;

const char* const bootSteps[] = {"disk made", "kernel", "containerd", "joined"};

std::string suffix(int n) {
    static const char alphabet[] = "bcdfghjklmnpqrstvwxz2456789";
    std::string text;
    for (unsigned value = static_cast<unsigned>(n) * 7919U + 104729U; text.size() < 5;
         value = value / 27 + static_cast<unsigned>(n) * 31U)
        text += alphabet[value % 27];
    return text;
}

template <class Conditions>
auto* condition(Conditions* list, const std::string& type) {
    for (auto& c : *list)
        if (c.type() == type) return &c;
    auto* added = list->Add();
    added->set_type(type);
    return added;
}

bool isReady(const core::Node& node) {
    return std::any_of(node.status().conditions().begin(), node.status().conditions().end(),
                       [](const auto& c) { return c.type() == "Ready" && c.status() == "True"; });
}

} // namespace

void FakeLife::later() {
    timer_.start(executor_, 25ms, [this] {
        step();
        later();
    });
}

void FakeLife::step() {
    machines();
    evict();
    deployments();
    schedule();
    runPods();
    clocks();
}

/// The lab's clock does as it is told; each step is the deployment controller's.
void FakeLife::clocks() {
    for (auto clock : cluster_.all<lab::ClusterClock>()) {
        const auto before = clock.SerializeAsString();
        auto& status = *clock.mutable_status();
        const WallTime now = executor_.clock().wallNow();
        const bool anew = !status.has_realtime() || status.paused() != clock.spec().paused() ||
                          status.speed() != clock.spec().speed();
        if (anew) {
            *status.mutable_realtime() = api::toMicroTime(now);
            *status.mutable_clustertime() = api::toMicroTime(now);
        }
        status.set_paused(clock.spec().paused());
        status.set_speed(clock.spec().speed());
        if (status.paused() && status.steps() < clock.spec().steps())
            status.set_laststep((clock.spec().stepof().empty() ? "deployment" : clock.spec().stepof()) +
                                " default/web");
        status.set_steps(clock.spec().steps());
        status.clear_next();
        if (status.paused()) {
            auto& next = *status.add_next();
            next.set_queue("deployment");
            next.set_key("default/web");
            *next.mutable_due() = status.clustertime();
        }
        if (clock.SerializeAsString() != before) cluster_.put(clock);
    }
}

void FakeLife::addMachine(const std::string& name, const std::string& zone, bool simulated, bool running) {
    lab::Machine machine;
    machine.mutable_metadata()->set_name(name);
    machine.mutable_spec()->set_provider(simulated ? "simulated" : "vm");
    machine.mutable_spec()->set_zone(zone);
    machine.mutable_spec()->set_cpus(2);
    machine.mutable_spec()->set_memorymib(2048);
    machine.mutable_spec()->set_power("On");
    auto& status = *machine.mutable_status();
    status.set_phase(running ? "Running" : "Pending");
    status.set_accelerator(simulated ? "simulated" : "tcg: /dev/kvm opens but guests do not run on it");
    if (running && !simulated) {
        int took = 200;
        for (const char* name : bootSteps) {
            auto* done = status.add_steps();
            done->set_name(name);
            done->set_milliseconds(took += 870);
            done->set_done(true);
        }
    }
    cluster_.put(machine);
}

void FakeLife::addNode(const std::string& name, const std::string& zone, bool simulated, int cpus,
                       int memoryMiB) {
    core::Node node;
    node.mutable_metadata()->set_name(name);
    (*node.mutable_metadata()->mutable_labels())["topology.kubernetes.io/zone"] = zone;
    for (auto* amounts :
         {node.mutable_status()->mutable_capacity(), node.mutable_status()->mutable_allocatable()}) {
        (*amounts)["cpu"].set_string(std::to_string(cpus));
        (*amounts)["memory"].set_string(std::to_string(memoryMiB) + "Mi");
    }
    if (simulated) {
        auto* taint = node.mutable_spec()->add_taints();
        taint->set_key("wheelhouse.dev/simulated");
        taint->set_effect("NoSchedule");
    }
    auto& info = *node.mutable_status()->mutable_nodeinfo();
    info.set_kubeletversion("v1.35.0");
    info.set_containerruntimeversion(simulated ? "simulated://1" : "containerd://1.6.20");
    info.set_osimage("Debian GNU/Linux 12");
    info.set_kernelversion("6.1.0-38-amd64");
    auto* address = node.mutable_status()->add_addresses();
    address->set_type("InternalIP");
    address->set_address("10.20.0." + std::to_string(++serial_ + 10));
    cluster_.put(node);
    setReady(name, "True", 400);
}

void FakeLife::setReady(const std::string& name, const std::string& status, int secondsAgo) {
    cluster_.edit<core::Node>(name, [&](core::Node& node) {
        auto* ready = condition(node.mutable_status()->mutable_conditions(), "Ready");
        ready->set_status(status);
        ready->set_reason(status == "True" ? "AgentReady" : "NodeStatusUnknown");
        ready->set_message(status == "True" ? "the agent is ready"
                                            : "The node's agent has stopped sending heartbeats.");
        *ready->mutable_lasttransitiontime() =
            toTime(executor_.clock().wallNow() - std::chrono::seconds(secondsAgo));
    });
}

void FakeLife::addPod(const std::string& app, const std::string& name, const std::string& node,
                      const std::string& state) {
    core::Pod pod;
    pod.mutable_metadata()->set_name(name);
    pod.mutable_metadata()->set_namespace_("default");
    (*pod.mutable_metadata()->mutable_labels())["app"] = app;
    *pod.mutable_metadata()->mutable_creationtimestamp() =
        toTime(executor_.clock().wallNow() - std::chrono::seconds(3 + (++serial_ * 37) % 900));
    pod.mutable_spec()->set_nodename(node);
    auto* container = pod.mutable_spec()->add_containers();
    container->set_name(app);
    container->set_image(app == "web" ? "nginx:1.14.2" : "wheelhouse.dev/demo:1");
    (*container->mutable_resources()->mutable_requests())["cpu"].set_string("100m");
    (*container->mutable_resources()->mutable_requests())["memory"].set_string("96Mi");
    auto& status = *pod.mutable_status();
    status.set_phase(state == "Running" || state == "CrashLoopBackOff" ? "Running" : "Pending");
    auto* scheduled = condition(status.mutable_conditions(), "PodScheduled");
    scheduled->set_status(node.empty() ? "False" : "True");
    if (node.empty() && state == "Unschedulable")
        scheduled->set_message("0/8 nodes are available: 8 Insufficient cpu.");
    *scheduled->mutable_lasttransitiontime() = toTime(executor_.clock().wallNow());
    condition(status.mutable_conditions(), "Ready")->set_status(state == "Running" ? "True" : "False");
    if (!node.empty()) {
        auto* known = status.add_containerstatuses();
        known->set_name(app);
        known->set_image(container->image());
        known->set_ready(state == "Running");
        if (state == "Running")
            *known->mutable_state()->mutable_running()->mutable_startedat() =
                toTime(executor_.clock().wallNow() - 312s);
        else
            known->mutable_state()->mutable_waiting()->set_reason(state);
        if (state == "CrashLoopBackOff") known->set_restartcount(7);
        status.set_podip("10.244.1." + std::to_string(serial_ % 250 + 2));
    }
    status.set_qosclass("Burstable");
    auto* owner = pod.mutable_metadata()->add_ownerreferences();
    owner->set_kind("ReplicaSet");
    owner->set_name(app + "-7d9f8c5b6");
    owner->set_controller(true);
    cluster_.put(pod);
}

void FakeLife::event(const std::string& reason, const std::string& message, const std::string& kind,
                     const std::string& name, const std::string& component, const std::string& host,
                     int secondsAgo) {
    core::Event event;
    event.mutable_metadata()->set_name("event-" + std::to_string(++serial_));
    event.mutable_metadata()->set_namespace_("default");
    event.set_reason(reason);
    event.set_message(message);
    event.mutable_involvedobject()->set_kind(kind);
    event.mutable_involvedobject()->set_namespace_(kind == "Pod" ? "default" : "");
    event.mutable_involvedobject()->set_name(name);
    event.mutable_source()->set_component(component);
    event.mutable_source()->set_host(host);
    *event.mutable_lasttimestamp() = toTime(executor_.clock().wallNow() - std::chrono::seconds(secondsAgo));
    cluster_.put(event);
}

void FakeLife::deployments() {
    for (const auto& deployment : cluster_.all<apps::Deployment>()) {
        const std::string app = deployment.spec().template_().metadata().labels().at("app");
        int have = 0;
        for (const auto& pod : cluster_.all<core::Pod>()) {
            const auto label = pod.metadata().labels().find("app");
            have += label != pod.metadata().labels().end() && label->second == app &&
                    !pod.metadata().has_deletiontimestamp();
        }
        for (; have < deployment.spec().replicas(); ++have)
            addPod(app, deployment.metadata().name() + "-7d9f8c5b6-" + suffix(++serial_), "", "");
    }
}

void FakeLife::schedule() {
    for (const auto& pod : cluster_.all<core::Pod>()) {
        const std::string& name = pod.metadata().name();
        if (!pod.spec().nodename().empty() || ++age_["bind " + name] < 8) continue;
        std::string best;
        std::size_t least = 1000;
        for (const auto& node : cluster_.all<core::Node>()) {
            if (!isReady(node) || node.spec().taints_size() > 0 || node.spec().unschedulable()) continue;
            const auto pods = cluster_.all<core::Pod>();
            const auto count =
                static_cast<std::size_t>(std::count_if(pods.begin(), pods.end(), [&](const auto& p) {
                    return p.spec().nodename() == node.metadata().name();
                }));
            if (count >= least) continue;
            least = count;
            best = node.metadata().name();
        }
        if (best.empty()) continue;
        cluster_.edit<core::Pod>("default/" + name, [&](core::Pod& p) {
            p.mutable_spec()->set_nodename(best);
            condition(p.mutable_status()->mutable_conditions(), "PodScheduled")->set_status("True");
            auto* known = p.mutable_status()->add_containerstatuses();
            known->set_name(p.spec().containers(0).name());
            known->mutable_state()->mutable_waiting()->set_reason("ContainerCreating");
        });
        event("Scheduled", "Successfully assigned default/" + name + " to " + best, "Pod", name, "scheduler");
    }
}

void FakeLife::runPods() {
    for (const auto& pod : cluster_.all<core::Pod>()) {
        const std::string& name = pod.metadata().name();
        if (pod.metadata().has_deletiontimestamp()) {
            if (++age_["stop " + name] >= 6) cluster_.drop<core::Pod>("default/" + name);
            continue;
        }
        const auto node = cluster_.get<core::Node>(pod.spec().nodename());
        if (!node || !isReady(*node) || pod.status().phase() != "Pending" || ++age_["run " + name] < 10)
            continue;
        cluster_.edit<core::Pod>("default/" + name, [&](core::Pod& p) {
            p.mutable_status()->set_phase("Running");
            condition(p.mutable_status()->mutable_conditions(), "Ready")->set_status("True");
            if (p.status().containerstatuses_size() == 0)
                p.mutable_status()->add_containerstatuses()->set_name(p.spec().containers(0).name());
            auto* known = p.mutable_status()->mutable_containerstatuses(0);
            known->clear_state();
            known->set_ready(true);
            *known->mutable_state()->mutable_running()->mutable_startedat() =
                toTime(executor_.clock().wallNow());
        });
        event("Started", "Started container", "Pod", name, "agent", pod.spec().nodename());
    }
}

void FakeLife::machines() {
    for (const auto& machine : cluster_.all<lab::Machine>()) {
        const std::string& name = machine.metadata().name();
        const bool off = machine.spec().power() == "Off";
        if (off && machine.status().phase() != "Stopped") {
            cluster_.edit<lab::Machine>(name,
                                        [](lab::Machine& m) { m.mutable_status()->set_phase("Stopped"); });
            setReady(name, "Unknown");
            event("NodeNotReady", "Node is not ready", "Node", name, "node-controller");
            continue;
        }
        const std::string& phase = machine.status().phase();
        if (off || phase == "Running" || phase == "Failed") continue;
        const int at = ++age_["boot " + name];
        const int done = std::min(4, at / 4);
        const bool never = broken.contains(name) && done >= 2;
        cluster_.edit<lab::Machine>(name, [&](lab::Machine& m) {
            auto& status = *m.mutable_status();
            status.clear_steps();
            for (int i = 0; i < 4 && i <= done; ++i) {
                auto* one = status.add_steps();
                one->set_name(bootSteps[i]);
                one->set_done(i < done);
                one->set_milliseconds(i < done ? 400 + 700 * i : 0);
            }
            status.set_phase(never ? "Failed" : done == 4 ? "Running" : "Booting");
            if (status.accelerator().empty())
                status.set_accelerator(m.spec().provider() == "vm"
                                           ? "tcg: /dev/kvm opens but guests do not run on it"
                                           : "simulated");
            if (!never) return;
            status.set_message("containerd did not start within 60 s. Look at the console; try more memory.");
            status.set_consoletail("[    2.210934] EXT4-fs (vda): mounted filesystem\n[    2.731180] init: "
                                   "starting containerd\n[    9.118264] Out of memory: Killed process 118 "
                                   "(containerd)\n[    9.118301] init: containerd ended, status 137");
        });
        if (done == 4 && !never) {
            if (!cluster_.get<core::Node>(name))
                addNode(name, machine.spec().zone(), machine.spec().provider() == "simulated",
                        machine.spec().cpus(), machine.spec().memorymib());
            else
                setReady(name, "True");
        }
    }
    for (const auto& node : cluster_.all<core::Node>()) {
        const std::string& name = node.metadata().name();
        if (cluster_.get<lab::Machine>(name) || age_["keep " + name] != 0) continue;
        cluster_.drop<core::Node>(name);
        for (const auto& pod : cluster_.all<core::Pod>())
            if (pod.spec().nodename() == name) cluster_.drop<core::Pod>("default/" + pod.metadata().name());
    }
}

/// Pods of a node that does not answer are replaced; the old ones end when their time is up.
void FakeLife::evict() {
    for (const auto& pod : cluster_.all<core::Pod>()) {
        const auto node = cluster_.get<core::Node>(pod.spec().nodename());
        if (!node || isReady(*node) || pod.metadata().has_deletiontimestamp() ||
            ++age_["evict " + pod.metadata().name()] < 12)
            continue;
        cluster_.edit<core::Pod>("default/" + pod.metadata().name(), [&](core::Pod& p) {
            *p.mutable_metadata()->mutable_deletiontimestamp() = toTime(executor_.clock().wallNow());
        });
        event("TaintManagerEviction", "Marking for deletion", "Pod", pod.metadata().name(),
              "node-controller");
    }
}

} // namespace wheelhouse::tests
