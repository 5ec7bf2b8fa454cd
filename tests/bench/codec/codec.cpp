// The codecs on a pod as nodes report it: objects a second of processor time, generated code beside the
// reflection walker. JSON lines on stdout.
#include "engine/api/codec.h"
#include "engine/api/object.h"
#include "engine/api/types.h"
#include "figures.h"

#include <cstdio>
#include <functional>

using namespace wheelhouse;
using namespace wheelhouse::api;

namespace {

void addContainer(core::Pod& pod, const char* name) {
    auto& container = *pod.mutable_spec()->add_containers();
    container.set_name(name);
    container.set_image("registry.example.com/shop/web:1.14.2");
    container.set_imagepullpolicy("IfNotPresent");
    auto& port = *container.add_ports();
    port.set_containerport(8080);
    port.set_protocol("TCP");
    for (const char* variableName :
         {"DATABASE_URL", "CACHE_URL", "LOG_LEVEL", "REGION", "FEATURES", "POD_NAME"}) {
        auto& variable = *container.add_env();
        variable.set_name(variableName);
        variable.set_value("postgres://shop@db.shop.svc:5432/shop");
    }
    (*container.mutable_resources()->mutable_requests())["cpu"].set_string("250m");
    (*container.mutable_resources()->mutable_requests())["memory"].set_string("256Mi");
    (*container.mutable_resources()->mutable_limits())["memory"].set_string("512Mi");
    for (auto* probe : {container.mutable_livenessprobe(), container.mutable_readinessprobe()}) {
        probe->mutable_handler()->mutable_httpget()->set_path("/healthz");
        probe->mutable_handler()->mutable_httpget()->mutable_port()->set_type(0);
        probe->mutable_handler()->mutable_httpget()->mutable_port()->set_intval(8080);
        probe->set_periodseconds(10);
        probe->set_timeoutseconds(1);
    }
    auto& mount = *container.add_volumemounts();
    mount.set_name("config");
    mount.set_mountpath("/etc/shop");
    mount.set_readonly(true);
    auto& status = *pod.mutable_status()->add_containerstatuses();
    status.set_name(container.name());
    status.set_image(container.image());
    status.set_imageid("sha256:7c1f0f9d2b6a4f0c8f4a2d1e9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b0c");
    status.set_containerid("containerd://9f8a7b6c5d4e3f2a1b0c7c1f0f9d2b6a4f0c8f4a2d1e9b8c7d6e5f4a3b2c1d0e");
    status.set_ready(true);
    status.set_started(true);
    status.mutable_state()->mutable_running()->mutable_startedat()->set_seconds(1'767'323'050);
}

/// About four kilobytes of JSON: one container with probes, mounts and resources, conditions and a status.
core::Pod realisticPod() {
    core::Pod pod;
    auto& metadata = *pod.mutable_metadata();
    metadata.set_name("web-7c5ddbdf54-x2v9k");
    metadata.set_generatename("web-7c5ddbdf54-");
    metadata.set_namespace_("shop");
    metadata.set_uid("5f0c7a0e-5e53-4f3b-9d0c-0f6f3f1f7a11");
    metadata.set_resourceversion("123456");
    metadata.mutable_creationtimestamp()->set_seconds(1'767'323'045);
    for (const char* key : {"app", "pod-template-hash", "tier", "release", "team"})
        (*metadata.mutable_labels())[key] = "value-of-the-label";
    for (const char* key : {"prometheus.io/scrape", "prometheus.io/port", "checksum/config",
                            "kubectl.kubernetes.io/restartedAt"})
        (*metadata.mutable_annotations())[key] = "7c1f0f9d2b6a4f0c8f4a2d1e9b8c7d6e5f4a3b2c1d0e9f8a";
    auto& owner = *metadata.add_ownerreferences();
    owner.set_apiversion("apps/v1");
    owner.set_kind("ReplicaSet");
    owner.set_name("web-7c5ddbdf54");
    owner.set_uid("b3a1c7d4-9a5c-4b1e-8f57-5b8c4f0b3a55");
    owner.set_controller(true);
    auto& spec = *pod.mutable_spec();
    spec.set_nodename("node-0042");
    spec.set_restartpolicy("Always");
    spec.set_terminationgraceperiodseconds(30);
    spec.set_schedulername("default-scheduler");
    for (int i = 0; i < 2; ++i) {
        addContainer(pod, i == 0 ? "web" : "sidecar");
    }
    auto& volume = *spec.add_volumes();
    volume.set_name("config");
    volume.mutable_volumesource()->mutable_configmap()->mutable_localobjectreference()->set_name(
        "shop-config");
    for (const char* key : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}) {
        auto& toleration = *spec.add_tolerations();
        toleration.set_key(key);
        toleration.set_operator_("Exists");
        toleration.set_effect("NoExecute");
        toleration.set_tolerationseconds(300);
    }
    pod.mutable_status()->set_phase("Running");
    pod.mutable_status()->set_podip("10.244.42.17");
    pod.mutable_status()->set_hostip("192.168.7.42");
    for (const char* type : {"Initialized", "Ready", "ContainersReady", "PodScheduled"}) {
        auto& condition = *pod.mutable_status()->add_conditions();
        condition.set_type(type);
        condition.set_status("True");
        condition.mutable_lasttransitiontime()->set_seconds(1'767'323'055);
    }
    return pod;
}

/// Runs `step` for about a second after a short warm-up; steps a second of processor time.
double rate(const std::function<std::size_t()>& step) {
    std::size_t sink = 0;
    for (int i = 0; i < 200; ++i)
        sink += step();
    const double start = bench::now(CLOCK_PROCESS_CPUTIME_ID);
    double seconds = 0;
    int steps = 0;
    while (seconds < 1) {
        for (int i = 0; i < 100; ++i)
            sink += step();
        steps += 100;
        seconds = bench::now(CLOCK_PROCESS_CPUTIME_ID) - start;
    }
    return sink == 0 ? 0 : steps / seconds;
}

void report(const char* what, double generated, double reflected, std::size_t bytes) {
    std::printf("{\"bench\":\"codec\",\"what\":\"%s\",\"bytes\":%zu,\"generated_per_s\":%.0f,"
                "\"reflection_per_s\":%.0f,\"ratio\":%.2f}\n",
                what, bytes, generated, reflected, generated / reflected);
}

} // namespace

int main() {
    const core::Pod pod = realisticPod();
    const auto* type = core::Pod::descriptor();
    const std::string json = encodeJson(pod, "v1", "Pod");
    const std::string wire = serialize(pod);
    report("pod to JSON", rate([&] { return encodeJson(pod, "v1", "Pod").size(); }),
           rate([&] { return reflect::encodeJson(pod, "v1", "Pod").size(); }), json.size());
    const auto decoded = [](const Result<Decoded>& result) { return result ? std::size_t(1) : 0; };
    report("JSON to pod", rate([&] { return decoded(decodeJson(json, type, FieldValidation::Strict)); }),
           rate([&] { return decoded(reflect::decodeJson(json, type, FieldValidation::Strict)); }),
           json.size());
    const double write = rate([&] { return serialize(pod).size(); });
    core::Pod parsed;
    const double read = rate([&] { return parsed.ParseFromString(wire) ? std::size_t(1) : 0; });
    std::printf(
        "{\"bench\":\"codec\",\"what\":\"pod to and from protobuf\",\"bytes\":%zu,\"write_per_s\":%.0f,"
        "\"read_per_s\":%.0f}\n",
        wire.size(), write, read);
}
