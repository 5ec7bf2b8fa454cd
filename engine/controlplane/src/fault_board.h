#pragma once

#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "engine/machines/fault_injector.h"
#include "engine/nodelink/node_hub.h"
#include "link_weather.h"

#include <optional>
#include <string>

namespace wheelhouse::controlplane {

/// What is wrong with the lab on purpose, and who is told: links to the control plane (LinkWeather), links
/// between machines (the fabric), and nodes themselves, by their node link. Simulated nodes and machines are
/// told alike; each does it to its own runtime.
///
/// A node is told all that is wrong with it whenever that changes and when it connects, so that one that was
/// away, or was told by an earlier control plane, knows no other. A link that lost messages is closed when it
/// is mended: everything is said anew on the next. On the control executor.
class FaultBoard final : public machines::FaultInjector {
  public:
    /// `fabric` may be null: there is none. Everything must outlive it; `executor` keeps the time of links.
    FaultBoard(nodelink::NodeHub& hub, machines::LinkFabric* fabric, Executor& executor, Random& random);
    ~FaultBoard() override;

    void setListener(Listener listener) override { listener_ = std::move(listener); }
    void apply(const machines::FaultPlan& plan) override;
    void kill(const machines::ContainerVictim& victim) override;

    // What the gateway hears.
    void connected(const NodeName& node);
    void reported(const NodeName& node, const nodelink::FaultReport& report);

  private:
    machines::NodeFaults faultsOf(const std::string& node) const;
    void changeLink(const std::string& node, const machines::NodeFaults& before,
                    const machines::NodeFaults& now);
    void tell(const NodeName& node);

    nodelink::NodeHub& hub_;
    machines::LinkFabric* fabric_;
    LinkWeather weather_;
    Listener listener_;
    std::optional<machines::FaultPlan> plan_; ///< none until the first apply()
};

} // namespace wheelhouse::controlplane
