#include "plugin.h"

#include <algorithm>

namespace wheelhouse::scheduler {

std::uint32_t Rejections::id(std::string_view plugin, std::vector<std::string> reasons, bool final) {
    std::string key(plugin);
    for (const std::string& reason : reasons)
        key += "\n" + reason;
    if (final) key += "\n!";
    const auto [place, isNew] = ids_.try_emplace(key, static_cast<std::uint32_t>(all_->size()));
    if (isNew) {
        // Decisions point at the table as it was when they were made.
        if (all_.use_count() > 1) all_ = std::make_shared<std::vector<SchedulingDecision::Rejection>>(*all_);
        all_->push_back({std::string(plugin), std::move(reasons), final});
    }
    return place->second;
}

void Rejections::reset() {
    all_ = std::make_shared<std::vector<SchedulingDecision::Rejection>>(1);
    ids_.clear();
}

void normaliseByLargest(std::span<const Slot> feasible, std::span<const std::int64_t> raw,
                        std::span<std::uint8_t> out, bool reversed) {
    std::int64_t top = 0;
    for (const Slot slot : feasible)
        top = std::max(top, raw[slot]);
    for (const Slot slot : feasible) {
        const std::int64_t score = top == 0 ? 0 : raw[slot] * bestScore / top;
        out[slot] = static_cast<std::uint8_t>(reversed ? bestScore - score : score);
    }
}

} // namespace wheelhouse::scheduler
