#pragma once

#include "engine/api/types.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace wheelhouse::scheduler {

/// Which nodes have which container images, by name.
class Images {
  public:
    struct Image {
        std::int64_t bytes = 0; ///< as the first node that has it says
        std::vector<std::uint32_t> slots;
    };
    /// Replaces what a slot's node has.
    void put(std::uint32_t slot, const api::core::NodeStatus& status);
    void remove(std::uint32_t slot);
    const Image* find(const std::string& name) const;
    /// Changes with every change.
    std::uint64_t version() const { return version_; }

  private:
    void drop(std::uint32_t slot, const std::string& name);

    std::uint64_t version_ = 1;
    std::unordered_map<std::string, Image> images_;
    std::unordered_map<std::uint32_t, std::vector<std::string>> names_; ///< by slot, sorted
};

} // namespace wheelhouse::scheduler
