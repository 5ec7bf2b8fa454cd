#pragma once

#include "engine/autoscaling/usage_board.h"
#include "engine/client/informer_set.h"

#include <google/protobuf/message.h>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::autoscaling {

/// The objects of metrics.k8s.io, made when somebody asks: NodeMetrics and PodMetrics of the nodes and pods
/// there are, with their labels, as far as the board knows what they use. On the control executor; make it
/// before the informers start (it adds an index). Forgets on the board what nodes that are deleted said.
class MetricsView {
  public:
    MetricsView(client::InformerSet& informers, UsageBoard& board);

    /// Null where there is no such node or pod, or nothing known of it.
    std::unique_ptr<google::protobuf::Message> node(const std::string& name) const;
    std::unique_ptr<google::protobuf::Message> pod(const std::string& nameSpace,
                                                   const std::string& name) const;
    /// Names, or "namespace/name", of those there is something known of, in order.
    std::vector<std::string> nodes() const;
    std::vector<std::string> pods(const std::string& nameSpace) const;

  private:
    UsageBoard& board_;
    client::Informer& nodes_;
    client::Informer& pods_;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::autoscaling
