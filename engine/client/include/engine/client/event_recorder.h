#pragma once

#include "engine/api/types.h"
#include "engine/client/cluster.h"

#include <memory>
#include <string>

namespace wheelhouse::client {

/// Writes Events about objects, as client-go does: the same reason and message about the same object again
/// raises the count of the one Event; more than a burst of 25 about one object is dropped until it calms down
/// (one each 5 minutes). Fire and forget: an Event that cannot be written is logged and forgotten. On the
/// cluster's executor.
class EventRecorder {
  public:
    enum class Type { Normal, Warning };

    /// `component` is who says it, e.g. "replicaset-controller"; `host` the node it speaks from, if any.
    EventRecorder(Cluster& cluster, Executor& executor, std::string component, std::string host = {});
    ~EventRecorder();
    void record(const api::ObjectPtr& about, Type type, const std::string& reason,
                const std::string& message);
    void record(const api::core::ObjectReference& about, Type type, const std::string& reason,
                const std::string& message);

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace wheelhouse::client
