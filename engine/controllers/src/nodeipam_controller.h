#pragma once

#include "engine/controllers/queued_controller.h"

#include <cstdint>
#include <map>
#include <optional>

namespace wheelhouse::controllers {

/// A range of IPv4 addresses cut into blocks of 256, numbered from a chosen one.
class CidrBlocks {
  public:
    /// `cluster` such as "10.128.0.0/9", `first` a /24 inside it.
    static Result<CidrBlocks> parse(const std::string& cluster, const std::string& first);
    std::uint32_t size() const { return count_; }
    /// "10.244.7.0/24"; index below size().
    std::string text(std::uint32_t index) const;
    /// Which block a node's podCIDR is; nothing when it is none of these.
    std::optional<std::uint32_t> indexOf(const std::string& cidr) const;

  private:
    std::uint32_t base_ = 0;
    std::uint32_t count_ = 0;
    std::uint32_t offset_ = 0;
};

/// Gives every node its own addresses for pods: a /24 in spec.podCIDR, once and for ever.
///
/// Watches Nodes. Writes spec.podCIDR and spec.podCIDRs of nodes that have none. A block is free again when
/// its node is deleted.
///
/// What is taken is learnt from the nodes themselves before anything is given away, so a restart cannot hand
/// out a block twice; a block chosen but not yet seen on its node stays reserved for that node's uid. When an
/// answer is lost the same node gets the same block again.
class NodeIpamController final : public QueuedController {
  public:
    explicit NodeIpamController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    void nodeSeen(const ObjectPtr& node);
    void nodeGone(const ObjectPtr& node);
    std::optional<std::uint32_t> reserve(const Uid& node);

    client::Informer& nodes_;
    Result<CidrBlocks> blocks_;
    std::map<std::uint32_t, Uid> taken_;
    std::map<Uid, std::uint32_t> held_;
    std::uint32_t lowestFree_ = 0; ///< none below this is free
};

} // namespace wheelhouse::controllers
