#pragma once

#include "engine/base/random.h"
#include "engine/store/store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace wheelhouse::apiserver {

std::optional<std::uint32_t> parseIpv4(std::string_view text);
std::string formatIpv4(std::uint32_t address);

/// The IPv4 addresses services may have: those of every ServiceCIDR that is not being deleted, less what
/// services hold and what IPAddress objects put aside for somebody else. Ranges and IPAddresses are read from
/// the store when asked; only what services hold is kept here. Control executor.
class ServiceRanges {
  public:
    /// `network` is the range before there is any ServiceCIDR. The store must outlive this.
    ServiceRanges(store::Store& store, const std::string& network);

    /// For a service; false when one holds it already.
    bool hold(std::uint32_t address) { return held_.insert(address).second; }
    void release(std::uint32_t address) { held_.erase(address); }
    /// Holds a free address chosen at random; nothing when all ranges are full.
    std::optional<std::uint32_t> draw(Random& random);
    /// Whether a range has it.
    bool offers(std::uint32_t address) const;
    /// Whether an IPAddress puts it aside for anybody but this service.
    bool reserved(std::uint32_t address, const std::string& nameSpace, const std::string& service) const;
    /// The ranges, for people.
    std::string text() const;

  private:
    struct Range {
        std::string text;
        std::uint32_t base = 0;
        std::uint32_t size = 0;
    };
    std::vector<Range> ranges() const;

    store::Store& store_;
    const std::string network_;
    std::unordered_set<std::uint32_t> held_;
};

} // namespace wheelhouse::apiserver
