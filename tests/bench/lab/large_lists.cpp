// Row 8: ten clients list 10,000 ConfigMaps of 100 KB at once; how far the whole program's memory goes beyond
// the data itself. `large_lists 10000 100000`: how many, and the bytes of each. Durable mode.
#include "figures.h"
#include "h2_load.h"
#include "process_figures.h"
#include "served_lab.h"

#include <cstdlib>
#include <poll.h>

int main(int argc, char** argv) {
    constexpr int runs = 5;
    constexpr int clients = 10;
    const int count = argc > 1 ? std::atoi(argv[1]) : 10'000;
    const std::size_t bytes = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 100'000;
    bench::ServedLab lab({"--nodes", "simulated=0"});
    ::poll(nullptr, 0, 3000);
    const double empty = bench::memoryKiB(lab.pid());
    if (lab.createMaps(count, 8, bytes) != count) {
        std::fprintf(stderr, "no figure: not everything was created\n");
        return 1;
    }
    ::poll(nullptr, 0, 5000);
    const double data = static_cast<double>(bytes) * count / 1024;
    const double full = bench::memoryKiB(lab.pid());
    const wheelhouse::client::Endpoint& to = lab.endpoint();
    bench::H2Load load;
    load.port = static_cast<std::uint16_t>(std::stoi(to.url.substr(to.url.rfind(':') + 1)));
    load.client = {to.caPem, to.clientCertificatePem, to.clientKeyPem, "h2"};
    load.connections = clients;
    load.streams = 1;
    load.request = [](std::uint32_t stream, int) {
        return wheelhouse::testing::headersFrame(stream, "GET", "/api/v1/namespaces/default/configmaps",
                                                 true);
    };
    std::vector<bench::Run> speeds;
    std::vector<double> peaks;
    for (int i = 0; i < runs; ++i) {
        bench::forgetPeak(lab.pid());
        const double cpu = bench::cpuSeconds(lab.pid());
        bench::Run run = bench::measure([&] { return static_cast<double>(load.run(clients)); });
        run.cpuSeconds = bench::cpuSeconds(lab.pid()) - cpu;
        if (run.operations != clients) {
            std::fprintf(stderr, "no figure: a list was not answered to its end\n");
            return 1;
        }
        speeds.push_back(run);
        peaks.push_back((bench::peakKiB(lab.pid()) - data) / 1024);
    }
    const std::string shape = std::to_string(count) + " ConfigMaps of " + std::to_string(bytes) + " bytes";
    const auto one = [](double value) { return bench::Summary{value, value, value, 0}; };
    bench::report("8", shape + ": memory (PSS) beyond the data, idle", "MiB", one((full - data) / 1024), 1,
                  "the same program without them", empty / 1024, 0);
    bench::report("8", shape + ": peak resident memory beyond the data while 10 clients list them", "MiB",
                  {bench::median(peaks), *std::min_element(peaks.begin(), peaks.end()),
                   *std::max_element(peaks.begin(), peaks.end()), 0},
                  runs, "kube-apiserver, best published, whole", 3 * 1024, 64.0 / 3072);
    bench::report("8", shape + ": lists", "lists/s", bench::perSecond(speeds), runs, "none", 0, 0);
}
