// Row 2 over loopback TLS: creates through the whole API (decode, admission, validation, managed fields,
// durable commit, answer), by a client on the same machine, beside etcd's own check in the same run.
#include "etcd.h"
#include "figures.h"
#include "served_lab.h"

int main() {
    constexpr int runs = 5;
    constexpr int count = 10'000;
    constexpr int inFlight = 200; // the server takes that many writes at a time and asks others to wait
    std::vector<bench::Run> all;
    bench::ServedLab lab({});
    for (int i = 0; i < runs; ++i)
        all.push_back(
            bench::measure([&] { return static_cast<double>(lab.createMaps(count, inFlight, 1024)); }));
    bench::report("2", "durable create of a ConfigMap with 1 KiB over loopback TLS, 200 in flight",
                  "create/s", bench::perSecond(all), runs, "etcdctl check perf, 1000 clients, writes/s",
                  bench::Etcd().writesPerSecond(), 3);
}
