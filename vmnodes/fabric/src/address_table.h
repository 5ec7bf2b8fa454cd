#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <unordered_map>

namespace wheelhouse::fabric {

/// Which port an Ethernet address was last seen on. Bounded for each port, so that a machine sending from
/// made-up addresses costs no memory.
class AddressTable {
  public:
    static constexpr int mostPerPort = 1024;

    /// The address as a number; `bytes` has six.
    static std::uint64_t number(const unsigned char* bytes) {
        std::uint64_t value = 0;
        std::memcpy(&value, bytes, 6);
        return value;
    }
    static bool isGroup(const unsigned char* bytes) { return (bytes[0] & 1) != 0; }

    void learn(std::uint64_t address, int port) {
        const auto [entry, added] = ports_.try_emplace(address, port);
        if (!added && entry->second == port) return;
        if (counts_[port] >= mostPerPort) {
            if (added) ports_.erase(entry);
            return;
        }
        if (!added) --counts_[entry->second];
        entry->second = port;
        ++counts_[port];
    }
    std::optional<int> find(std::uint64_t address) const {
        const auto found = ports_.find(address);
        return found == ports_.end() ? std::nullopt : std::optional(found->second);
    }
    void forget(int port) {
        std::erase_if(ports_, [port](const auto& entry) { return entry.second == port; });
        counts_.erase(port);
    }

  private:
    std::unordered_map<std::uint64_t, int> ports_;
    std::unordered_map<int, int> counts_;
};

} // namespace wheelhouse::fabric
