#include "images.h"

#include <algorithm>

namespace wheelhouse::scheduler {

void Images::put(std::uint32_t slot, const api::core::NodeStatus& status) {
    std::vector<std::pair<std::string, std::int64_t>> now;
    for (const auto& image : status.images()) {
        for (const std::string& name : image.names())
            now.emplace_back(name, image.sizebytes());
    }
    if (now.empty()) {
        remove(slot);
        return;
    }
    std::sort(now.begin(), now.end());
    std::vector<std::string> names;
    for (const auto& [name, bytes] : now) {
        if (names.empty() || names.back() != name) names.push_back(name);
    }
    std::vector<std::string>& had = names_[slot];
    if (had == names) return;
    ++version_;
    for (const std::string& name : had) {
        if (!std::binary_search(names.begin(), names.end(), name)) drop(slot, name);
    }
    for (const auto& [name, bytes] : now) {
        if (std::binary_search(had.begin(), had.end(), name)) continue;
        Image& image = images_[name];
        if (image.slots.empty()) image.bytes = bytes;
        if (image.slots.empty() || image.slots.back() != slot) image.slots.push_back(slot);
    }
    had = std::move(names);
}

void Images::drop(std::uint32_t slot, const std::string& name) {
    const auto known = images_.find(name);
    if (known == images_.end()) return;
    std::erase(known->second.slots, slot);
    if (known->second.slots.empty()) images_.erase(known);
}

void Images::remove(std::uint32_t slot) {
    const auto known = names_.find(slot);
    if (known == names_.end()) return;
    for (const std::string& name : known->second)
        drop(slot, name);
    names_.erase(known);
    ++version_;
}

const Images::Image* Images::find(const std::string& name) const {
    const auto known = images_.find(name);
    return known == images_.end() ? nullptr : &known->second;
}

} // namespace wheelhouse::scheduler
