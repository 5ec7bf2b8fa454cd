#include "engine/autoscaling/metrics_view.h"

#include "engine/api/groups/metrics.h"
#include "engine/api/time.h"
#include "engine/api/types.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::autoscaling {

namespace {

namespace core = api::core;
namespace metrics = api::metrics;

constexpr const char* bySpace = "metrics.namespace";

template <class M>
void fillHead(M& metrics, const api::ObjectPtr& of, WallTime at, Duration window) {
    auto& metadata = *metrics.mutable_metadata();
    metadata.set_name(of->name());
    if (!of->nameSpace().empty()) metadata.set_namespace_(of->nameSpace());
    for (const auto& [key, value] : of->labels())
        (*metadata.mutable_labels())[key] = value;
    *metadata.mutable_creationtimestamp() = api::toTime(at);
    *metrics.mutable_timestamp() = api::toTime(at);
    metrics.mutable_window()->set_duration(window.count());
}

template <class Map>
void fillUsage(Map& map, const Usage& usage) {
    map["cpu"].set_string(fmt::format("{}n", usage.cpuNanoCores));
    map["memory"].set_string(fmt::format("{}Ki", usage.memoryBytes / 1024));
}

} // namespace

MetricsView::MetricsView(client::InformerSet& informers, UsageBoard& board)
    : board_(board), nodes_(informers.of<core::Node>()), pods_(informers.of<core::Pod>()) {
    pods_.addIndex(bySpace,
                   [](const api::ObjectPtr& pod) { return std::vector<std::string>{pod->nameSpace()}; });
    client::Informer::Handler handler;
    handler.onDelete = [&board, life = std::weak_ptr(life_)](const api::ObjectPtr& node) {
        if (!life.expired()) board.forget(NodeName(node->name()));
    };
    nodes_.addHandler(std::move(handler));
}

std::unique_ptr<google::protobuf::Message> MetricsView::node(const std::string& name) const {
    const api::ObjectPtr object = nodes_.get(name);
    const auto known = board_.node(NodeName(name));
    if (!object || !known) return nullptr;
    auto made = std::make_unique<metrics::NodeMetrics>();
    fillHead(*made, object, known->at, known->window);
    fillUsage(*made->mutable_usage(), known->usage);
    return made;
}

std::unique_ptr<google::protobuf::Message> MetricsView::pod(const std::string& nameSpace,
                                                            const std::string& name) const {
    const api::ObjectPtr object = pods_.get(nameSpace + "/" + name);
    if (!object) return nullptr;
    const auto known = board_.pod(object->uid());
    if (!known) return nullptr;
    auto made = std::make_unique<metrics::PodMetrics>();
    fillHead(*made, object, known->at, known->usage->window);
    for (const ContainerUsage& container : known->usage->containers) {
        metrics::ContainerMetrics& each = *made->add_containers();
        each.set_name(container.name);
        fillUsage(*each.mutable_usage(), container.usage);
    }
    return made;
}

std::vector<std::string> MetricsView::nodes() const {
    std::vector<std::string> keys;
    for (const api::ObjectPtr& node : nodes_.all())
        if (board_.node(NodeName(node->name()))) keys.push_back(node->name());
    std::sort(keys.begin(), keys.end());
    return keys;
}

std::vector<std::string> MetricsView::pods(const std::string& nameSpace) const {
    std::vector<std::string> keys;
    for (const api::ObjectPtr& pod : nameSpace.empty() ? pods_.all() : pods_.byIndex(bySpace, nameSpace))
        if (board_.pod(pod->uid())) keys.push_back(pod->key());
    std::sort(keys.begin(), keys.end());
    return keys;
}

} // namespace wheelhouse::autoscaling
