// What the record of who set which field costs: microseconds of processor time for the whole write of a pod
// as controllers and nodes do it, and for the record alone. JSON lines on stdout.
#include "engine/api/apply.h"
#include "api_bench.h"
#include "engine/api/codec.h"
#include "engine/api/types.h"
#include "engine/apiserver/local_cluster.h"
#include "figures.h"

#include <cstdio>
#include <functional>

using namespace wheelhouse;
using namespace wheelhouse::api;

namespace {

core::Pod podOf(int number) {
    core::Pod pod;
    auto& metadata = *pod.mutable_metadata();
    metadata.set_name("web-7c5ddbdf54-" + std::to_string(number));
    metadata.set_namespace_("default");
    for (const char* key : {"app", "pod-template-hash", "tier"})
        (*metadata.mutable_labels())[key] = "value-of-the-label";
    auto& owner = *metadata.add_ownerreferences();
    owner.set_apiversion("apps/v1");
    owner.set_kind("ReplicaSet");
    owner.set_name("web-7c5ddbdf54");
    owner.set_uid("b3a1c7d4-9a5c-4b1e-8f57-5b8c4f0b3a55");
    owner.set_controller(true);
    auto& container = *pod.mutable_spec()->add_containers();
    container.set_name("web");
    container.set_image("registry.example.com/shop/web:1.14.2");
    auto& port = *container.add_ports();
    port.set_containerport(8080);
    for (const char* name : {"DATABASE_URL", "LOG_LEVEL", "REGION"}) {
        auto& variable = *container.add_env();
        variable.set_name(name);
        variable.set_value("postgres://shop@db.shop.svc:5432/shop");
    }
    (*container.mutable_resources()->mutable_requests())["cpu"].set_string("250m");
    (*container.mutable_resources()->mutable_requests())["memory"].set_string("256Mi");
    return pod;
}

void setStatus(core::Pod& pod, int round) {
    auto& status = *pod.mutable_status();
    status.set_phase("Running");
    status.set_podip("10.244.42.17");
    status.clear_podips();
    status.add_podips()->set_ip("10.244.42.17");
    status.clear_conditions();
    for (const char* type : {"Initialized", "Ready", "ContainersReady", "PodScheduled"}) {
        auto& condition = *status.add_conditions();
        condition.set_type(type);
        condition.set_status(round % 2 == 0 ? "True" : "False");
        condition.mutable_lasttransitiontime()->set_seconds(1'767'323'055 + round);
    }
}

/// Microseconds of processor time for one of `count` steps.
double cost(int count, const std::function<void(int)>& step) {
    const double start = bench::now(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < count; ++i)
        step(i);
    return (bench::now(CLOCK_PROCESS_CPUTIME_ID) - start) * 1e6 / count;
}

void report(const char* what, double write, double record, std::size_t bytes, std::size_t recordBytes) {
    std::printf("{\"bench\":\"apply\",\"what\":\"%s\",\"write_us\":%.1f,\"of_which_record_us\":%.1f,"
                "\"share\":%.3f,\"object_bytes\":%zu,\"record_bytes\":%zu}\n",
                what, write, record, record / write, bytes, recordBytes);
}

} // namespace

int main() {
    constexpr int pods = 4000;
    apiserver::test::ApiBench bench;
    apiserver::LocalCluster controllers(*bench.server, bench.executor, "system:kube-controller-manager");
    apiserver::LocalCluster nodes(*bench.server, bench.executor, "system:node-gateway");
    const ResourceName resource{"", "v1", "pods"};
    std::vector<ObjectPtr> made(pods);
    int answered = 0;
    const auto wait = [&] { bench.executor.runUntil([&] { return answered > 0; }, std::chrono::seconds(1)); };

    const double create = cost(pods, [&](int i) {
        answered = 0;
        controllers.create(resource, "default", client::body(podOf(i)), {},
                           [&, i](const Result<client::Written>& written) {
                               ++answered;
                               if (written) made[static_cast<std::size_t>(i)] = written->object;
                           });
        wait();
    });
    client::WriteOptions status;
    status.subresource = "status";
    const auto writeStatus = [&](int round) {
        return cost(pods, [&](int i) {
            answered = 0;
            auto& object = made[static_cast<std::size_t>(i)];
            core::Pod pod = object->as<core::Pod>();
            setStatus(pod, round);
            nodes.update(resource, "default", object->name(), client::body(std::move(pod)), status,
                         [&](const Result<client::Written>& written) {
                             ++answered;
                             if (written) object = written->object;
                         });
            wait();
        });
    };
    const double first = writeStatus(0);
    const double again = writeStatus(1);
    if (!made.back()) return 1;

    // The same record without the write around it.
    const core::Pod stored = made.back()->as<core::Pod>();
    core::Pod before = stored;
    core::Pod after = stored;
    setStatus(before, 0);
    setStatus(after, 1);
    core::Pod fresh = stored;
    fresh.mutable_metadata()->clear_managedfields();
    fresh.clear_status();
    apply::SetCache cache;
    apply::Writer writer{"kube-controller-manager", "v1", "Pod", "", apply::Set::ofFields({"status"}), {}};
    const double recordCreate = cost(pods, [&](int) {
        const auto changes = apply::compare(core::Pod::default_instance(), fresh, writer.resets);
        const auto record = apply::track(writer, changes, {}, {}, true, cache);
        if (record.empty()) std::abort();
    });
    writer.manager = "kubelet";
    writer.subresource = "status";
    writer.resets = apply::Set::ofFields({"spec", "metadata.deletionTimestamp", "metadata.ownerReferences"});
    const double recordStatus = cost(pods, [&](int) {
        const auto changes = apply::compare(before, after, writer.resets);
        const auto record = apply::track(writer, changes, stored.metadata().managedfields(),
                                         stored.metadata().managedfields(), false, cache);
        if (record.empty()) std::abort();
    });
    std::size_t recordBytes = 0;
    for (const auto& entry : stored.metadata().managedfields())
        recordBytes += entry.ByteSizeLong();
    report("create a pod", create, recordCreate, fresh.ByteSizeLong(), recordBytes);
    report("first status", first, recordStatus, stored.ByteSizeLong(), recordBytes);
    report("status again", again, recordStatus, stored.ByteSizeLong(), recordBytes);
}
