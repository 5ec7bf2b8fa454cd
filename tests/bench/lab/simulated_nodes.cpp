// Row 10: simulated nodes become Ready, pods on them run and are deleted, and what it costs that they are
// there. `simulated_nodes NODES PODS` for other numbers; the full row's last line is `simulated_nodes 5000
// 150000`.
#include "figures.h"
#include "process_figures.h"
#include "served_lab.h"

#include <cstdlib>
#include <poll.h>

namespace {

void report(const std::string& what, const char* unit, double value, double cpuSeconds, double operations,
            const char* anchor, double anchorValue, double aim) {
    const double each = operations > 0 ? cpuSeconds / operations * 1e6 : 0;
    bench::report("10", what, unit, {value, value, value, each}, 1, anchor, anchorValue, aim);
}

/// Percent of one core over so many seconds.
double percentOfACore(int pid, int seconds) {
    const double cpu = bench::cpuSeconds(pid);
    const double wall = bench::now(CLOCK_MONOTONIC);
    ::poll(nullptr, 0, seconds * 1000);
    return (bench::cpuSeconds(pid) - cpu) / (bench::now(CLOCK_MONOTONIC) - wall) * 100;
}

} // namespace

int main(int argc, char** argv) {
    const int nodes = argc > 1 ? std::atoi(argv[1]) : 5000;
    const int pods = argc > 2 ? std::atoi(argv[2]) : 10'000;
    constexpr int steadySeconds = 30;
    bench::ServedLab lab({"--nodes", "simulated=" + std::to_string(nodes)});
    const auto cpu = [&] { return bench::cpuSeconds(lab.pid()); };
    const std::string some = std::to_string(nodes) + " simulated nodes: ";
    const std::string many = std::to_string(pods) + " pods ";

    const double ready = lab.awaitNodes(nodes);
    report(some + "Ready, after serving", "s", ready, cpu(), nodes, "kwok gate", 60, 2);
    report(some + "processor without pods", "% of a core", percentOfACore(lab.pid(), steadySeconds), 0, 0,
           "none", 0, 10);
    double before = cpu();
    const double running = lab.runPods(pods);
    report(some + many + "Running", "s", running, cpu() - before, pods, "kwok gate", 60, 2);
    report(some + "processor with " + many, "% of a core", percentOfACore(lab.pid(), steadySeconds), 0, 0,
           "none", 0, 10);
    before = cpu();
    const double deleted = lab.deletePods();
    report(some + many + "deleted", "s", deleted, cpu() - before, pods, "kwok gate", 90, 2);
}
