// The map at 10,000, 50,000 and 150,000 pods with 500 changes a second, painted in software: until it is
// first shown, what one frame costs, and the memory it takes. `map 10000` measures that many pods only.
#include "figures.h"
#include "process_figures.h"

#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "engine/base/system.h"
#include "ui/models/ui_executor.h"
#include "ui/views/map_view.h"

#include <QApplication>
#include <QElapsedTimer>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace wheelhouse;
using namespace wheelhouse::ui;

namespace {

constexpr int podsOfNode = 30;
constexpr int changesPerFrame = 8; // 500 a second at 60 frames
constexpr int frameCount = 600;

api::ObjectPtr pod(int id, int node, bool running) {
    static const char* applications[] = {"web", "api", "db", "cache", "job", "mail", "search", "auth"};
    api::core::Pod pod;
    pod.mutable_metadata()->set_name("pod-" + std::to_string(id));
    pod.mutable_metadata()->set_namespace_("default");
    pod.mutable_metadata()->set_uid("pod-uid-" + std::to_string(id));
    (*pod.mutable_metadata()->mutable_labels())["app"] = applications[id % 8];
    if (node >= 0) pod.mutable_spec()->set_nodename("node-" + std::to_string(node));
    pod.mutable_status()->set_phase(running ? "Running" : "Pending");
    auto* ready = pod.mutable_status()->add_conditions();
    ready->set_type("Ready");
    ready->set_status(running ? "True" : "False");
    return api::Object::of(pod);
}

api::ObjectPtr node(int id) {
    api::core::Node node;
    node.mutable_metadata()->set_name("node-" + std::to_string(id));
    node.mutable_metadata()->set_uid("node-uid-" + std::to_string(id));
    (*node.mutable_metadata()->mutable_labels())["topology.kubernetes.io/zone"] =
        std::string(1, static_cast<char>('a' + id % 3));
    auto* ready = node.mutable_status()->add_conditions();
    ready->set_type("Ready");
    ready->set_status("True");
    return api::Object::of(node);
}

struct Figures {
    double firstPaint = 0;      // ms, from an empty window to nodes and the first pods on the screen
    double allPainted = 0;      // ms, to all pods
    double longestWait = 0;     // ms, for a click meanwhile
    std::vector<double> frames; // ms each
    std::vector<double> whole;  // ms each, everything painted anew
    double memory = 0;          // MiB
};

/// The cluster's objects as the watches would bring them.
struct Objects {
    std::vector<api::ObjectPtr> nodes;
    std::vector<api::ObjectPtr> pods;
};

Objects made(int pods, int nodes) {
    Objects objects;
    for (int n = 0; n < nodes; ++n)
        objects.nodes.push_back(node(n));
    for (int p = 0; p < pods; ++p)
        objects.pods.push_back(pod(p, p % nodes, true));
    return objects;
}

Figures measure(int pods) {
    const int nodes = pods / podsOfNode;
    const Theme theme(true);
    SystemClock clock;
    UiExecutor executor(clock);
    SeededRandom random(3);
    Figures figures;
    const Objects objects = made(pods, nodes);
    const double before = bench::memoryKiB(::getpid());
    ClusterMapModel model;
    const KeyTable keys;
    MapView view(model, keys, theme, executor, [&clock] { return clock.wallNow(); });
    view.resize(1600, 1000);
    view.show();
    QElapsedTimer timer;
    const auto taken = [&timer] { return static_cast<double>(timer.nsecsElapsed()) / 1e6; };
    timer.start();
    for (const auto& node : objects.nodes)
        model.node(Change::Added, node);
    for (const auto& pod : objects.pods)
        model.pod(Change::Added, pod);
    double last = 0;
    do {
        model.apply();
        QCoreApplication::processEvents();
        const double now = taken();
        if (figures.firstPaint == 0) figures.firstPaint = now;
        figures.longestWait = std::max(figures.longestWait, now - last);
        last = now;
    } while (model.pending());
    figures.allPainted = taken();
    std::vector<api::ObjectPtr> news(changesPerFrame);
    for (int f = 0; f < frameCount; ++f) {
        for (auto& change : news)
            change = pod(
                static_cast<int>(random.below(static_cast<std::uint64_t>(pods))),
                random.below(4) == 0 ? -1 : static_cast<int>(random.below(static_cast<std::uint64_t>(nodes))),
                random.below(8) != 0);
        timer.start();
        for (const auto& change : news)
            model.pod(Change::Modified, change);
        model.apply();
        QCoreApplication::processEvents();
        figures.frames.push_back(taken());
    }
    figures.memory = (bench::memoryKiB(::getpid()) - before) / 1024;
    for (int i = 0; i < 50; ++i) {
        timer.start();
        view.viewport()->repaint();
        figures.whole.push_back(taken());
    }
    return figures;
}

void report(const std::string& what, const std::string& unit, std::vector<double> values, double aim) {
    std::sort(values.begin(), values.end());
    bench::report("14", what, unit, {bench::median(values), values.front(), values.back(), 0},
                  static_cast<int>(values.size()), "the aim", aim, 1);
}

double p99(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[(values.size() - 1) * 99 / 100];
}

} // namespace

int main(int argc, char** argv) {
    if (std::getenv("QT_QPA_PLATFORM") == nullptr) ::setenv("QT_QPA_PLATFORM", "offscreen", 1);
    QApplication application(argc, argv);
    Theme::prepareApplication();
    std::vector<int> sizes = {10'000, 50'000, 150'000};
    if (argc > 1) sizes = {std::atoi(argv[1])};
    for (const int pods : sizes) {
        const Figures figures = measure(pods);
        const std::string where = "map of " + std::to_string(pods) + " pods, 500 changes/s: ";
        report(where + "from empty to shown", "ms", {figures.firstPaint}, 200);
        report(where + "from empty to all of it shown", "ms", {figures.allPainted}, 200);
        report(where + "longest frame meanwhile", "ms", {figures.longestWait}, 200);
        report(where + "a frame", "ms", figures.frames, 16.7);
        report(where + "p99 of frames", "ms", {p99(figures.frames)}, 16.7);
        report(where + "everything painted anew", "ms", figures.whole, 16.7);
        report(where + "memory beside the objects", "MiB", {figures.memory}, 150);
    }
}
