// The map at 10,000 pods on 1,000 nodes with 500 changes a second, painted in software: what one frame costs.
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

constexpr int nodeCount = 1000;
constexpr int podCount = 10'000;
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

double at(const std::vector<double>& sorted, double part) {
    return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

} // namespace

int main(int argc, char** argv) {
    if (std::getenv("QT_QPA_PLATFORM") == nullptr) ::setenv("QT_QPA_PLATFORM", "offscreen", 1);
    QApplication application(argc, argv);
    Theme::prepareApplication();
    Theme theme(true);
    SystemClock clock;
    UiExecutor executor(clock);
    SeededRandom random(3);
    ClusterMapModel model;
    MapView view(model, theme, executor);
    view.resize(1600, 1000);
    view.show();
    QElapsedTimer timer;
    timer.start();
    for (int n = 0; n < nodeCount; ++n)
        model.node(Change::Added, node(n));
    for (int p = 0; p < podCount; ++p)
        model.pod(Change::Added, pod(p, p % nodeCount, true));
    model.apply();
    QCoreApplication::processEvents();
    const double fill = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    std::vector<double> frames;
    std::vector<api::ObjectPtr> news(changesPerFrame);
    for (int f = 0; f < frameCount; ++f) {
        for (auto& change : news)
            change = pod(static_cast<int>(random.below(podCount)),
                         random.below(4) == 0 ? -1 : static_cast<int>(random.below(nodeCount)),
                         random.below(8) != 0);
        timer.start();
        for (const auto& change : news)
            model.pod(Change::Modified, change);
        model.apply();
        QCoreApplication::processEvents();
        frames.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
    }
    std::vector<double> full;
    for (int i = 0; i < 50; ++i) {
        timer.start();
        view.viewport()->repaint();
        full.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
    }
    std::sort(frames.begin(), frames.end());
    std::sort(full.begin(), full.end());
    std::printf(
        "{\"bench\":\"map\",\"pods\":%d,\"nodes\":%d,\"changes_per_second\":500,\"first_fill_ms\":%.1f,"
        "\"frame_ms_p50\":%.2f,"
        "\"frame_ms_p99\":%.2f,\"frame_ms_max\":%.2f,\"full_repaint_ms_p50\":%.2f,\"budget_ms\":16.7}\n",
        podCount, nodeCount, fill, at(frames, 0.5), at(frames, 0.99), frames.back(), at(full, 0.5));
    return at(frames, 0.99) <= 16.7 ? 0 : 1;
}
