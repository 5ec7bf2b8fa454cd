#pragma once

#include "engine/base/random.h"
#include "engine/base/status.h"
#include "engine/machines/link_fabric.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::fabric {

/// The two ends of one machine's cable, both on 127.0.0.1: the machine binds `machine` and sends to `fabric`,
/// one Ethernet frame a datagram.
struct Cable {
    std::uint16_t fabric = 0;
    std::uint16_t machine = 0;

    bool operator==(const Cable&) const = default;
};

/// An Ethernet switch over loopback UDP: learns addresses, floods what it does not know, and applies a fault
/// to each direction between two machines. Faults and counters go by machine name and outlive a machine's
/// port.
///
/// One thread of its own moves frames; all calls are thread-safe and return at once. Frames keep their order
/// on each direction, also with jitter. A direction with a bandwidth limit queues at most 200 ms of traffic
/// and drops the rest, as the buffer of a real link would. Time comes from the monotonic clock of the system:
/// frames come from real machines.
class Fabric final : public machines::LinkFabric {
  public:
    /// `random` decides on loss and jitter, is used on the fabric's own thread alone, and outlives the
    /// fabric.
    static Result<std::unique_ptr<Fabric>> create(Random& random);
    ~Fabric() override;

    /// Plugs a machine in and returns its cable; the same cable again when it is plugged in already. `wanted`
    /// asks for the cable of a machine that has been running since before this program started; Conflict when
    /// another program took its port.
    Result<Cable> plug(const std::string& machine, std::optional<Cable> wanted = std::nullopt);
    /// Unknown names are ignored.
    void unplug(const std::string& machine);

    void setFault(const std::string& from, const std::string& to, const machines::LinkFault& fault) override;
    std::vector<machines::LinkTraffic> traffic() const override;

  private:
    struct Impl;
    explicit Fabric(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace wheelhouse::fabric
