#pragma once

#include "engine/api/groups/faults.h"
#include "engine/base/random.h"
#include "engine/client/informer.h"

#include <string>

namespace wheelhouse::controllers {

/// Whom a fault concerns. Reads the copies of nodes, machines and pods it is given, and keeps nothing.
class FaultTargets {
  public:
    /// All must outlive it.
    FaultTargets(const client::Informer& nodes, const client::Informer& machines,
                 const client::Informer& pods)
        : nodes_(nodes), machines_(machines), pods_(pods) {}

    /// Who is there now. A target that cannot suffer what is asked has a problem.
    google::protobuf::RepeatedPtrField<api::lab::FaultTarget> find(const api::lab::FaultSpec& spec,
                                                                   Random& random) const;
    /// The node is gone, or another of its name is there; the container's life is over.
    bool over(const api::lab::FaultTarget& target) const;

  private:
    using Targets = google::protobuf::RepeatedPtrField<api::lab::FaultTarget>;
    void addNodes(const api::lab::FaultNodes& wanted, bool otherEnd, const api::lab::FaultSpec& spec,
                  Targets& into) const;
    void addContainers(const api::lab::ContainerKillFault& kill, Random& random, Targets& into) const;
    /// Of the machine, or of a node that is none; empty when there is neither.
    std::string uidOf(const std::string& node) const;

    const client::Informer& nodes_;
    const client::Informer& machines_;
    const client::Informer& pods_;
};

} // namespace wheelhouse::controllers
