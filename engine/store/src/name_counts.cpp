#include "name_counts.h"

#include "engine/base/assert.h"

#include <iterator>

namespace wheelhouse::store {

NameCounts::Runs::iterator NameCounts::runOf(std::string_view name) {
    if (runs_.empty()) runs_.emplace("", 0); // the first run begins before every name
    return std::prev(runs_.upper_bound(name));
}

void NameCounts::added(std::string_view name, const Walk& walk) {
    const auto run = runOf(name);
    ++all_;
    if (++run->second <= longest) return;
    // The second half becomes a run of its own.
    std::size_t seen = 0;
    std::string middle;
    walk(run->first, [&](std::string_view each) {
        if (++seen <= longest / 2) return true;
        middle = each;
        return false;
    });
    runs_.emplace(std::move(middle), run->second - longest / 2);
    run->second = longest / 2;
}

void NameCounts::removed(std::string_view name) {
    const auto run = runOf(name);
    WH_ASSERT(run->second > 0, "a name that was never counted");
    --all_;
    if (--run->second == 0 && run != runs_.begin()) runs_.erase(run);
}

std::size_t NameCounts::from(std::string_view from, std::string_view prefix, const Walk& walk) const {
    std::size_t count = 0;
    // Name by name to the beginning of the next run, then run by run, then name by name again.
    auto run = runs_.upper_bound(from);
    std::string_view reached = from;
    const auto walkTo = [&](std::string_view end, bool last) {
        walk(reached, [&](std::string_view each) {
            if ((!last && each >= end) || !each.starts_with(prefix)) return false;
            ++count;
            return true;
        });
    };
    if (run == runs_.end()) {
        walkTo({}, true);
        return count;
    }
    walkTo(run->first, false);
    for (; run != runs_.end() && run->first.starts_with(prefix); ++run) {
        const auto next = std::next(run);
        reached = run->first;
        if (next == runs_.end() ? !prefix.empty() : !next->first.starts_with(prefix)) {
            walkTo({}, true);
            return count;
        }
        count += run->second;
    }
    return count;
}

} // namespace wheelhouse::store
