#pragma once

#include "engine/base/status.h"
#include "link.pb.h"

#include <cstdint>
#include <filesystem>

namespace wheelhouse::agent {

/// Breaks the node it runs on, within bounds that leave the node itself alive, and mends it again: a limit on
/// the processors of all pods together, a file that fills the disk, memory that is held. Idempotent. Blocks;
/// for a worker thread. What is held of memory goes with the process; the rest is mended by the next apply()
/// of whoever comes after.
class NodeBreaker {
  public:
    /// `podsCgroup` (version 2) holds all pods; `disk` is a folder on the disk of containers and images.
    NodeBreaker(std::filesystem::path podsCgroup, std::filesystem::path disk)
        : podsCgroup_(std::move(podsCgroup)), filler_(std::move(disk) / "fault-filler") {}
    ~NodeBreaker();
    NodeBreaker(const NodeBreaker&) = delete;
    NodeBreaker& operator=(const NodeBreaker&) = delete;

    /// Does all it can; an error says what it could not.
    Result<void> apply(const nodelink::Faults& faults);

  private:
    Result<void> limitProcessors(int percent);
    Result<void> fillDisk(bool full);
    Result<void> holdMemory(int percent);

    std::filesystem::path podsCgroup_;
    std::filesystem::path filler_;
    int held_ = -1; ///< a file in memory
    int heldPercent_ = 0;
};

} // namespace wheelhouse::agent
