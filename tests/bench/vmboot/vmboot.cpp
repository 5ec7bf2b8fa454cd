// Row 12: from a serving program to its VM node Ready, and the guest's part of that, beside a bare boot of
// the same kernel in the same run. The bare boot is a guest whose init ends at once; what containerd itself
// needs is what the guest says it took.
#include "figures.h"
#include "machine_lab.h"
#include "served_lab.h"
#include "vmnodes/libvirt/accelerator.h"

#include <chrono>
#include <cstdio>
#include <future>
#include <thread>

namespace {

using namespace wheelhouse;
using machines::Phase;

struct Boot {
    double total = 0;      ///< libvirt's start to the last step, seconds
    double containerd = 0; ///< of it, from the network to containerd's socket
    bool good = false;
};

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

double stepOf(const machines::MachineState& state, const char* name) {
    for (const auto& step : state.steps)
        if (step.name == name) return seconds(step.took);
    return 0;
}

/// Starts a machine, waits for `wanted`, says how long it took since it was asked, and removes it.
Boot boot(const std::string& arguments, const char* lastStep) {
    testing::MachineLab lab;
    libvirt::Options options;
    options.kernelArguments = arguments;
    lab.open(options);
    lab.on([](auto& provider) { provider.ensureRunning(testing::MachineLab::spec("vm-1", 1)); });
    Boot result;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(5);
    machines::MachineState state;
    while (std::chrono::steady_clock::now() < deadline) {
        state = lab.state("vm-1");
        if (stepOf(state, lastStep) > 0 || state.phase == Phase::Running) result.good = true;
        if (result.good || state.phase == Phase::Failed) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(5)); // tidy: nothing signals a console line
    }
    bool guest = false;
    for (const auto& step : state.steps) {
        guest = guest || step.name == "kernel";
        if (guest) result.total += seconds(step.took);
        if (step.name == lastStep) break;
    }
    result.containerd = stepOf(state, "containerd");
    if (!result.good)
        std::fprintf(stderr, "the machine did not come up: %s\n%s", state.message.c_str(),
                     state.consoleTail.c_str());
    std::promise<void> removed;
    lab.on([&](auto& provider) { provider.remove("vm-1", [&](Result<void>) { removed.set_value(); }); });
    removed.get_future().wait();
    return result;
}

} // namespace

int main() {
    constexpr int runs = 5;
    const auto image = image::buildOrReuse(testing::MachineLab::imageOptions(), {});
    if (!image) {
        std::fprintf(stderr, "%s\n", image.error().message.c_str());
        return 1;
    }
    std::vector<double> node, bare, containerd, ready;
    for (int i = 0; i < runs; ++i) {
        const Boot alone = boot("", "kernel"); // the kernel and its initial ramdisk, up to the first process
        const Boot full = boot("", "agent");
        if (!alone.good || !full.good) return 1;
        bare.push_back(alone.total * 1000);
        node.push_back(full.total * 1000);
        containerd.push_back(full.containerd * 1000);
        bench::ServedLab lab({"--nodes", "vm=1"});
        ready.push_back(lab.awaitNodes(1) * 1000);
    }
    const auto summary = [](const std::vector<double>& values) {
        return bench::Summary{bench::median(values), *std::min_element(values.begin(), values.end()),
                              *std::max_element(values.begin(), values.end()), 0};
    };
    const std::string accelerator = libvirt::accelerator().kvm ? "kvm" : "tcg";
    const double anchor = bench::median(bare);
    const double own = bench::median(containerd);
    bench::report("12", "serving to VM node Ready, first boot, " + accelerator, "ms", summary(ready), runs,
                  "bare boot of the same kernel", anchor, (anchor + own + 500) / anchor);
    bench::report("12", "guest time to the agent's start, first boot, " + accelerator, "ms", summary(node),
                  runs, "bare boot of the same kernel", anchor, (anchor + own + 500) / anchor);
    bench::report("12", "of it containerd, network to socket, " + accelerator, "ms", summary(containerd),
                  runs, "bare boot of the same kernel", anchor, 0);
}
