// Row 11: from exec to a serving API, and to a simulated pod Running.
#include "figures.h"
#include "served_lab.h"

int main() {
    constexpr int runs = 7;
    std::vector<double> serve;
    std::vector<double> pod;
    for (int i = 0; i < runs; ++i) {
        bench::ServedLab lab({"--nodes", "simulated=1"});
        serve.push_back(lab.secondsToServe());
        pod.push_back(lab.secondsToServe() + lab.awaitNodes(1) + lab.runPods(1));
    }
    const auto summary = [](const std::vector<double>& values) {
        return bench::Summary{bench::median(values) * 1000,
                              *std::min_element(values.begin(), values.end()) * 1000,
                              *std::max_element(values.begin(), values.end()) * 1000, 0};
    };
    bench::report("11", "exec to serving, durable mode", "ms", summary(serve), runs, "kwokctl, published",
                  4200, 0.0714);
    bench::report("11", "exec to a simulated pod Running, durable mode", "ms", summary(pod), runs,
                  "kwokctl, published", 4200, 0.0714);
}
