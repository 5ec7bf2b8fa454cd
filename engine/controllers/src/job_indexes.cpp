#include "job_indexes.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace wheelhouse::controllers {

namespace {

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

} // namespace

IndexSet IndexSet::parse(std::string_view text, int completions) {
    IndexSet set;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string_view part = text.substr(0, comma);
        text.remove_prefix(std::min(comma + 1, text.size()));
        const std::size_t dash = part.find('-');
        const auto first = number(part.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : number(part.substr(dash + 1));
        if (!first || !last || *first >= completions || *last < *first) continue;
        set.add(*first, std::min(*last, completions - 1));
    }
    return set;
}

void IndexSet::add(int first, int last) {
    auto next = ranges_.upper_bound(first);
    if (next != ranges_.begin()) {
        const auto before = std::prev(next);
        if (before->second >= first - 1) {
            first = before->first;
            last = std::max(last, before->second);
            next = ranges_.erase(before);
        }
    }
    while (next != ranges_.end() && next->first <= last + 1) {
        last = std::max(last, next->second);
        next = ranges_.erase(next);
    }
    ranges_.emplace(first, last);
}

void IndexSet::add(const IndexSet& other) {
    for (const auto& [first, last] : other.ranges_)
        add(first, last);
}

bool IndexSet::contains(int index) const {
    const auto next = ranges_.upper_bound(index);
    return next != ranges_.begin() && std::prev(next)->second >= index;
}

int IndexSet::size() const {
    int total = 0;
    for (const auto& [first, last] : ranges_)
        total += last - first + 1;
    return total;
}

int IndexSet::common(const IndexSet& other) const {
    int total = 0;
    auto mine = ranges_.begin();
    auto theirs = other.ranges_.begin();
    while (mine != ranges_.end() && theirs != other.ranges_.end()) {
        const int overlap = std::min(mine->second, theirs->second) - std::max(mine->first, theirs->first) + 1;
        total += std::max(overlap, 0);
        if (mine->second < theirs->second)
            ++mine;
        else
            ++theirs;
    }
    return total;
}

std::string IndexSet::text() const {
    std::string out;
    for (const auto& [first, last] : ranges_) {
        if (!out.empty()) out += ',';
        out += std::to_string(first);
        if (last == first) continue;
        out += last == first + 1 ? ',' : '-';
        out += std::to_string(last);
    }
    return out;
}

} // namespace wheelhouse::controllers
