// Requests over loopback TLS (HTTP/2) to the whole program: GET of one object, LIST of 500 pods, create; and
// row 3: linearizable reads by a thousand clients beside etcd's, through gRPC. CPU time is the server's own.
// The clients share the machine with it, so requests a second are a lower bound. Durable mode.
#include "engine/api/types.h"
#include "etcd.h"
#include "etcd_reads.h"
#include "figures.h"
#include "h2_load.h"
#include "process_figures.h"
#include "served_lab.h"

using wheelhouse::testing::frame;
using wheelhouse::testing::headersFrame;

namespace {

constexpr int runs = 5;

bench::H2Load loadOn(const bench::ServedLab& lab) {
    const wheelhouse::client::Endpoint& to = lab.endpoint();
    bench::H2Load load;
    load.port = static_cast<std::uint16_t>(std::stoi(to.url.substr(to.url.rfind(':') + 1)));
    load.client = {to.caPem, to.clientCertificatePem, to.clientKeyPem, "h2"};
    return load;
}

/// Several runs of `count` requests each; CPU time is the server's.
std::vector<bench::Run> measure(const bench::ServedLab& lab, const bench::H2Load& load, int count) {
    std::vector<bench::Run> all;
    for (int i = 0; i < runs; ++i) {
        const double cpu = bench::cpuSeconds(lab.pid());
        bench::Run run = bench::measure([&] { return static_cast<double>(load.run(count)); });
        run.cpuSeconds = bench::cpuSeconds(lab.pid()) - cpu;
        if (run.operations != count) {
            std::fprintf(stderr, "no figure: only %.0f of %d requests were answered\n", run.operations,
                         count);
            std::exit(1);
        }
        all.push_back(run);
    }
    return all;
}

std::string pod(int number) {
    return "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"bench-" +
           std::to_string(number) +
           "\",\"labels\":{\"app\":\"bench\"}},\"spec\":{\"schedulerName\":\"nobody\",\"containers\":[{"
           "\"name\":\"main\","
           "\"image\":\"wheelhouse.dev/"
           "demo:1\",\"resources\":{\"requests\":{\"cpu\":\"100m\",\"memory\":\"64Mi\"}}}]}}";
}

std::string createMap(std::uint32_t stream, const std::string& name) {
    const std::string body = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"" +
                             name + "\"},\"data\":{\"value\":\"" + std::string(1024, 'x') + "\"}}";
    return headersFrame(stream, "POST", "/api/v1/namespaces/default/configmaps", false,
                        {{"content-type", "application/json"}, {"user-agent", "bench"}}) +
           frame(0, 1, stream, body);
}

} // namespace

int main() {
    bench::ServedLab lab({"--nodes", "simulated=0"});
    bench::H2Load load = loadOn(lab);
    const std::string maps = "/api/v1/namespaces/default/configmaps";

    load.connections = 1;
    load.streams = 1;
    load.request = [&](std::uint32_t stream, int) { return createMap(stream, "one"); };
    if (load.run(1) != 1) return 1;
    std::vector<std::string> pods;
    for (int i = 0; i < 500; ++i)
        pods.push_back(pod(i));
    if (lab.createObjects(wheelhouse::api::kindOf<wheelhouse::api::core::Pod>().name, "default", pods, 4) !=
        500)
        return 1;

    // 1,000 clients; of reads the server takes 400 at a time and asks others to wait.
    load.connections = 10;
    load.streams = 40;
    load.request = [&](std::uint32_t stream, int) {
        return headersFrame(stream, "GET", maps + "/one", true);
    };
    const auto gets = measure(lab, load, 100'000);
    double anchor = 0;
    {
        const bench::Etcd etcd;
        if (etcd.up()) anchor = bench::etcdReadsPerSecond(etcd.address(), 100'000, 1000, runs);
    }
    bench::report("3", "linearizable GET of a 1 KiB ConfigMap over loopback TLS, 400 in flight", "GET/s",
                  bench::perSecond(gets), runs,
                  "etcd, linearizable Range of 1 KiB, 1000 clients, no TLS, reads/s", anchor, 5);

    load.connections = 4;
    load.streams = 4;
    load.request = [&](std::uint32_t stream, int) {
        return headersFrame(stream, "GET", "/api/v1/namespaces/default/pods?limit=500", true);
    };
    bench::report("TLS", "LIST of 500 pods over loopback TLS, 16 in flight", "LIST/s",
                  bench::perSecond(measure(lab, load, 500)), runs, "none", 0, 0);

    load.connections = 10;
    load.streams = 20;
    int round = 0;
    load.request = [&](std::uint32_t stream, int number) {
        return createMap(stream, "made-" + std::to_string(round / 10'000) + "-" + std::to_string(number));
    };
    std::vector<bench::Run> creates;
    for (int i = 0; i < runs; ++i, round += 10'000) {
        const double cpu = bench::cpuSeconds(lab.pid());
        bench::Run run = bench::measure([&] { return static_cast<double>(load.run(10'000)); });
        run.cpuSeconds = bench::cpuSeconds(lab.pid()) - cpu;
        creates.push_back(run);
    }
    if (lab.list(wheelhouse::api::kindOf<wheelhouse::api::core::ConfigMap>().name, "default").size() <
        runs * 10'000) {
        std::fprintf(stderr, "no figure: not everything was created\n");
        return 1;
    }
    const double writes = bench::Etcd().writesPerSecond();
    bench::report(
        "2", "durable create of a ConfigMap with 1 KiB over loopback TLS, 200 in flight, raw client",
        "create/s", bench::perSecond(creates), runs, "etcdctl check perf, 1000 clients, writes/s", writes, 3);
}
