#include "workloads.h"

#include "engine/api/codec.h"

#include <cstdlib>
#include <fmt/format.h>

using namespace wheelhouse;

namespace bench {
namespace {

template <class M>
M fromJson(const std::string& json) {
    auto decoded = api::decodeJson(json, M::descriptor(), api::FieldValidation::Strict);
    if (!decoded) {
        std::fprintf(stderr, "no figure: %s\n", decoded.error().message.c_str());
        std::exit(1);
    }
    return static_cast<const M&>(*decoded->message);
}

} // namespace

std::vector<core::Node> nodes(int count, const std::vector<std::string>& zones) {
    std::vector<core::Node> out;
    for (int i = 0; i < count; ++i) {
        const std::string name = fmt::format("scheduler-perf-{}", i);
        std::string labels = fmt::format(R"("kubernetes.io/hostname":"{}")", name);
        if (!zones.empty()) {
            labels += fmt::format(R"(,"topology.kubernetes.io/zone":"{}")",
                                  zones[static_cast<std::size_t>(i) % zones.size()]);
        }
        out.push_back(fromJson<core::Node>(fmt::format(
            R"({{"metadata":{{"name":"{}","labels":{{{}}}}},"status":{{"capacity":{{"cpu":"4","memory":"32Gi","pods":"110"}},)"
            R"("allocatable":{{"cpu":"4","memory":"32Gi","pods":"110"}},"conditions":[{{"type":"Ready","status":"True"}}]}}}})",
            name, labels)));
    }
    return out;
}

std::vector<core::Pod> pods(int count, const PodShape& shape) {
    static long next = 0;
    const std::string labels = shape.color.empty() ? "" : fmt::format(R"("color":"{}")", shape.color);
    const std::string importance =
        shape.priorityClass.empty() ? "" : fmt::format(R"("priorityClassName":"{}",)", shape.priorityClass);
    const auto model = fromJson<core::Pod>(fmt::format(
        R"({{"metadata":{{"namespace":"{}","labels":{{{}}}}},"spec":{{{}{}"containers":[{{"name":"pause",)"
        R"("image":"registry.k8s.io/pause:3.10","ports":[{{"containerPort":80}}],"resources":{{)"
        R"("limits":{{"cpu":"{}","memory":"500Mi"}},"requests":{{"cpu":"{}","memory":"500Mi"}}}}}}]}}}})",
        shape.nameSpace, labels, importance, shape.rest, shape.cpu, shape.cpu));
    std::vector<core::Pod> out(static_cast<std::size_t>(count), model);
    for (core::Pod& pod : out)
        pod.mutable_metadata()->set_name(fmt::format("pod-{}", next++));
    return out;
}

std::vector<api::scheduling::PriorityClass> importantClass() {
    return {fromJson<api::scheduling::PriorityClass>(R"({"metadata":{"name":"important"},"value":10})")};
}

PodShape basic() {
    return {};
}

PodShape near(const std::string& nameSpace) {
    PodShape out;
    out.color = "blue";
    out.nameSpace = nameSpace;
    out.rest =
        R"("affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"labelSelector":{"matchLabels":{"color":"blue"}},"topologyKey":"topology.kubernetes.io/zone","namespaces":["sched-1","sched-0"]}]}},)";
    return out;
}

PodShape far(const std::string& nameSpace) {
    PodShape out;
    out.color = "green";
    out.nameSpace = nameSpace;
    out.rest =
        R"("affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"labelSelector":{"matchLabels":{"color":"green"}},"topologyKey":"kubernetes.io/hostname","namespaces":["sched-1","sched-0"]}]}},)";
    return out;
}

PodShape inZones() {
    PodShape out;
    out.rest =
        R"("affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"topology.kubernetes.io/zone","operator":"In","values":["zone1","zone2"]}]}]}}},)";
    return out;
}

PodShape evenly() {
    PodShape out;
    out.color = "blue";
    out.rest =
        R"("topologySpreadConstraints":[{"maxSkew":5,"topologyKey":"topology.kubernetes.io/zone","whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"color":"blue"}}}],)";
    return out;
}

PodShape unimportant() {
    PodShape out;
    out.cpu = "900m";
    out.rest = R"("terminationGracePeriodSeconds":0,)";
    return out;
}

PodShape important() {
    PodShape out;
    out.cpu = "3000m";
    out.priorityClass = "important";
    return out;
}

} // namespace bench
