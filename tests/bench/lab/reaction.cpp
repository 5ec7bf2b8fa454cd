// Row 14, reaction: from a change of load to the number of replicas a HorizontalPodAutoscaler asks for, and
// from a pod that fits nowhere to the Ready node a NodePool made for it. Beside them the periods Kubernetes
// documents: an autoscaler's sync each 15 s, a cluster autoscaler's scan each 10 s. `reaction 8 5`: how many
// autoscalers, all at once at different times within their period, and how many nodes, one after another.
#include "engine/api/glance.h"
#include "engine/api/groups/autoscaling2.h"
#include "engine/api/groups/autoscaling_lab.h"
#include "engine/api/time.h"
#include "figures.h"
#include "served_lab.h"

#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <poll.h>

using namespace wheelhouse;
namespace core = api::core;

namespace {

constexpr double mostSeconds = 120;
/// The first load's change comes this long after its container's start, the others' two seconds apart: once
/// every autoscaler has seen the load before.
constexpr int firstChange = 50;

/// Looks again and again until it is so; seconds since 1970.
double awaitTime(const char* what, const std::function<bool()>& isSo) {
    const double start = bench::now(CLOCK_MONOTONIC);
    while (!isSo()) {
        if (bench::now(CLOCK_MONOTONIC) - start > mostSeconds) {
            std::fprintf(stderr, "no figure: %s\n", what);
            std::exit(1);
        }
        ::poll(nullptr, 0, 20);
    }
    return bench::now(CLOCK_REALTIME);
}

bench::Summary summary(const std::vector<double>& seconds) {
    return {bench::median(seconds), *std::min_element(seconds.begin(), seconds.end()),
            *std::max_element(seconds.begin(), seconds.end()), 0};
}

std::string deployment(int number) {
    return fmt::format(
        R"json({{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"load-{0}"}},"spec":{{)json"
        R"json("replicas":1,"selector":{{"matchLabels":{{"app":"load-{0}"}}}},"template":{{)json"
        R"json("metadata":{{"labels":{{"app":"load-{0}"}},)json"
        R"json("annotations":{{"simulated.wheelhouse.dev/cpu":"step(50m, {1}s, 900m)"}}}},"spec":{{)json"
        R"json("tolerations":[{{"key":"wheelhouse.dev/simulated","operator":"Exists"}}],)json"
        R"json("containers":[{{"name":"main","image":"wheelhouse.dev/demo:1",)json"
        R"json("resources":{{"requests":{{"cpu":"200m"}}}}}}]}}}}}}}})json",
        number, firstChange + 2 * number);
}

std::string autoscaler(int number) {
    return fmt::format(
        R"json({{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{{"name":"load-{0}"}},"spec":{{)json"
        R"json("scaleTargetRef":{{"apiVersion":"apps/v1","kind":"Deployment","name":"load-{0}"}},"minReplicas":1,)json"
        R"json("maxReplicas":10,"metrics":[{{"type":"Resource","resource":{{"name":"cpu","target":)json"
        R"json({{"type":"Utilization","averageUtilization":80}}}}}}]}}}})json",
        number);
}

/// When the one pod's container began, in seconds since 1970 and whole seconds only.
double containerStart(const bench::ServedLab& lab, int number) {
    double start = 0;
    awaitTime("the loads do not run", [&] {
        for (const auto& object : lab.list(api::kindOf<core::Pod>().name, "default")) {
            const auto pod = object->as<core::Pod>();
            if (pod.metadata().labels().at("app") != "load-" + std::to_string(number)) continue;
            for (const auto& container : pod.status().containerstatuses())
                start = static_cast<double>(container.state().running().startedat().seconds());
        }
        return start > 0;
    });
    return start;
}

void autoscalers(int count) {
    using Autoscaler = api::autoscaling2::HorizontalPodAutoscaler;
    bench::ServedLab lab({"--nodes", "simulated=2"});
    lab.awaitNodes(2);
    std::vector<std::string> deployments;
    std::vector<std::string> scalers;
    for (int i = 0; i < count; ++i) {
        deployments.push_back(deployment(i));
        scalers.push_back(autoscaler(i));
    }
    lab.createObjects(api::kindOf<api::apps::Deployment>().name, "default", deployments, 1);
    lab.createObjects(api::kindOf<Autoscaler>().name, "default", scalers, 1);
    std::map<std::string, double> changes;
    for (int i = 0; i < count; ++i)
        changes["load-" + std::to_string(i)] = containerStart(lab, i) + firstChange + 2 * i;
    std::vector<double> reactions;
    awaitTime("not every autoscaler reacts", [&] {
        const double now = bench::now(CLOCK_REALTIME);
        for (const auto& object : lab.list(api::kindOf<Autoscaler>().name, "default")) {
            const auto found = changes.find(object->name());
            if (found == changes.end() || object->as<Autoscaler>().status().desiredreplicas() <= 1) continue;
            reactions.push_back(now - found->second);
            changes.erase(found);
        }
        return changes.empty();
    });
    bench::report("14", "change of load (to the second) to the autoscaler's new number of replicas", "s",
                  summary(reactions), count, "HPA sync period, documented", 15, 0);
}

std::string pool() {
    return R"json({"apiVersion":"lab.wheelhouse.dev/v1alpha1","kind":"NodePool","metadata":{"name":"burst"},"spec":{)json"
           R"json("provider":"simulated","min":0,"max":50,"cpus":4,"memoryMiB":8192,"nodeLabels":{"tier":"burst"}}})json";
}

std::string wantingPod(int number) {
    return fmt::format(
        R"json({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"want-{}"}},"spec":{{"nodeSelector":{{"tier":"burst"}},)json"
        R"json("tolerations":[{{"key":"wheelhouse.dev/simulated","operator":"Exists"}}],"containers":[{{"name":"main",)json"
        R"json("image":"wheelhouse.dev/demo:1","resources":{{"requests":{{"cpu":"3"}}}}}}]}}}})json",
        number);
}

long readyNodes(const bench::ServedLab& lab) {
    long ready = 0;
    for (const auto& object : lab.list(api::kindOf<core::Node>().name, "")) {
        const auto node = object->as<core::Node>();
        for (const auto& condition : node.status().conditions())
            ready += condition.type() == "Ready" && condition.status() == "True";
    }
    return ready;
}

void pools(int count) {
    bench::ServedLab lab({"--nodes", "simulated=1"});
    lab.awaitNodes(1);
    lab.createObjects(api::kindOf<api::lab::NodePool>().name, "", {pool()}, 1);
    std::vector<double> nodes;
    std::vector<double> running;
    for (int i = 0; i < count; ++i) {
        const double start = bench::now(CLOCK_REALTIME);
        lab.createObjects(api::kindOf<core::Pod>().name, "default", {wantingPod(i)}, 1);
        nodes.push_back(awaitTime("no node comes", [&] { return readyNodes(lab) >= i + 2; }) - start);
        running.push_back(awaitTime("the pod does not run",
                                    [&] {
                                        int up = 0;
                                        for (const auto& pod :
                                             lab.list(api::kindOf<core::Pod>().name, "default"))
                                            up += api::PodFacts(*pod).phase == "Running";
                                        return up > i;
                                    }) -
                          start);
    }
    constexpr const char* scan = "cluster autoscaler's scan period, documented";
    bench::report("14", "pod that fits nowhere to its pool's new simulated node Ready", "s", summary(nodes),
                  count, scan, 10, 0);
    bench::report("14", "pod that fits nowhere to itself Running on that node", "s", summary(running), count,
                  scan, 10, 0);
}

} // namespace

int main(int argc, char** argv) {
    autoscalers(argc > 1 ? std::atoi(argv[1]) : 8);
    pools(argc > 2 ? std::atoi(argv[2]) : 5);
}
