#include "metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace wheelhouse::apiserver {

namespace {

using prometheus::MetricFamily;

/// A figure as it is now.
MetricFamily gauge(std::string name, std::string help) {
    MetricFamily family;
    family.name = std::move(name);
    family.help = std::move(help);
    family.type = prometheus::MetricType::Gauge;
    return family;
}

void add(MetricFamily& family, double value, std::vector<prometheus::ClientMetric::Label> labels = {}) {
    prometheus::ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    family.metric.push_back(std::move(metric));
}

std::vector<MetricFamily> storeFigures(const Core& core) {
    std::vector<MetricFamily> out;
    out.push_back(gauge("apiserver_storage_objects", "Stored objects of each resource."));
    const auto catalogue = core.catalogue.load();
    for (const api::Kind* kind : catalogue->kinds()) {
        if (!kind->stored()) continue;
        std::string resource = kind->name.resource;
        if (!kind->name.group.empty()) resource += "." + kind->name.group;
        add(out.back(), static_cast<double>(core.store.count(*kind)), {{"resource", std::move(resource)}});
    }
    out.push_back(gauge("wheelhouse_store_revision", "The newest durable revision."));
    add(out.back(), static_cast<double>(core.store.revision()));
    out.push_back(gauge("wheelhouse_store_compacted_revision", "The oldest revision one can still ask for."));
    add(out.back(), static_cast<double>(core.store.compactedRevision()));
    out.push_back(gauge("wheelhouse_store_history_bytes", "Superseded states kept, on disk and in memory."));
    add(out.back(), static_cast<double>(core.store.historyBytes()), {{"place", "disk"}});
    add(out.back(), static_cast<double>(core.store.recentBytes()), {{"place", "memory"}});
    out.push_back(gauge("wheelhouse_store_read_only", "1 after a write to disk has failed."));
    add(out.back(), core.store.readOnly() ? 1 : 0);
    out.push_back(gauge("kubernetes_build_info", "The version of the API that is served."));
    add(out.back(), 1, {{"major", "1"}, {"minor", "35"}, {"git_version", core.options.gitVersion}});
    return out;
}

} // namespace

std::function<Response()> renderMetrics(const Core& core) {
    return [families = storeFigures(core), observer = core.observer, sources = core.metricSources] {
        std::vector<MetricFamily> all = families;
        const auto append = [&all](std::vector<MetricFamily> more) {
            for (auto& family : more)
                if (!family.metric.empty()) all.push_back(std::move(family));
        };
        append(observer->metrics.registry()->Collect());
        for (const auto& source : sources)
            if (const auto alive = source.lock()) append(alive->Collect());
        Response response;
        response.headers = {{"content-type", "text/plain; version=0.0.4; charset=utf-8"},
                            {"cache-control", "no-cache, private"}};
        response.body = std::make_shared<const std::string>(prometheus::TextSerializer().Serialize(all));
        return response;
    };
}

} // namespace wheelhouse::apiserver
