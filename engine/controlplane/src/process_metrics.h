#pragma once

#include "engine/machines/link_fabric.h"

#include <functional>
#include <memory>
#include <mutex>
#include <prometheus/collectable.h>

namespace wheelhouse::apiserver {
class HttpServer;
}

namespace wheelhouse::controlplane {

/// What Prometheus expects of every process: CPU, memory, open files, threads, start; from /proc.
/// Thread-safe.
class ProcessMetrics final : public prometheus::Collectable {
  public:
    std::vector<prometheus::MetricFamily> Collect() const override;
};

/// Connections and requests at the HTTPS front. Thread-safe; gives nothing after `forget`.
class FrontMetrics final : public prometheus::Collectable {
  public:
    explicit FrontMetrics(const apiserver::HttpServer& server) : server_(&server) {}
    /// To be called before the server goes.
    void forget();
    std::vector<prometheus::MetricFamily> Collect() const override;

  private:
    mutable std::mutex mutex_;
    const apiserver::HttpServer* server_;
};

/// What went over the network between machines, for each direction of each pair. Thread-safe.
class FabricMetrics final : public prometheus::Collectable {
  public:
    /// `fabric` must outlive it.
    explicit FabricMetrics(const machines::LinkFabric& fabric) : fabric_(fabric) {}
    std::vector<prometheus::MetricFamily> Collect() const override;

  private:
    const machines::LinkFabric& fabric_;
};

} // namespace wheelhouse::controlplane
