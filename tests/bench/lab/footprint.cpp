// Row 13: memory and processor time of the whole program, idle and with simulated pods. `footprint 150000`
// for the full row.
#include "figures.h"
#include "process_figures.h"
#include "served_lab.h"

#include <cstdlib>
#include <poll.h>

namespace {

/// Percent of one core over `seconds`.
double cpuPercent(int pid, int seconds) {
    const double cpu = bench::cpuSeconds(pid);
    const double wall = bench::now(CLOCK_MONOTONIC);
    ::poll(nullptr, 0, seconds * 1000);
    return (bench::cpuSeconds(pid) - cpu) / (bench::now(CLOCK_MONOTONIC) - wall) * 100;
}

void one(const char* what, const char* unit, double value, const char* anchor, double anchorValue,
         double aim) {
    bench::report("13", what, unit, {value, value, value, 0}, 1, anchor, anchorValue, aim);
}

} // namespace

int main(int argc, char** argv) {
    const int pods = argc > 1 ? std::atoi(argv[1]) : 10'000;
    const int nodes = pods / 100 + 1;
    {
        bench::ServedLab lab({"--nodes", "simulated=0"});
        const double percent = cpuPercent(lab.pid(), 15);
        one("memory (PSS), no nodes, idle", "KiB", bench::memoryKiB(lab.pid()),
            "kube-apiserver alone, published", 304 * 1024, 0.197);
        one("processor, no nodes, idle 15 s", "% of a core", percent, "none", 0, 1);
    }
    bench::ServedLab lab({"--nodes", "simulated=" + std::to_string(nodes)});
    const double ready = lab.awaitNodes(nodes);
    const double before = bench::memoryKiB(lab.pid());
    const double running = lab.runPods(pods);
    const double percent = cpuPercent(lab.pid(), 30);
    const double after = bench::memoryKiB(lab.pid());
    const std::string shape = std::to_string(nodes) + " simulated nodes, " + std::to_string(pods) + " pods: ";
    one((shape + "nodes Ready").c_str(), "s", ready, "kwok gate, 5000 nodes", 60, 0);
    one((shape + "pods Running").c_str(), "s", running, "kwok gate, 10000 pods", 60, 0);
    one((shape + "memory (PSS)").c_str(), "KiB", after, "kwok all-in-one, published", 300 * 1024, 0);
    one((shape + "memory a pod").c_str(), "KiB", (after - before) / pods, "none", 0, 3);
    one((shape + "processor, steady 30 s").c_str(), "% of a core", percent, "none", 0, 10);
}
