#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wheelhouse::ui {

enum class Change : std::uint8_t { Added, Modified, Removed };

/// News of keyed things between two frames, one entry a key however many events came: added then modified is
/// added, added then removed is nothing, removed then added is modified. Memory is bounded by keys, not by
/// events. `wake` is called when the box turns from empty to non-empty. Not thread-safe: one executor.
template <class Key, class Value>
class Mailbox {
  public:
    struct Delta {
        Change change = Change::Added;
        Key key;
        Value value; ///< for Removed: the last value given
    };

    explicit Mailbox(std::function<void()> wake = {}) : wake_(std::move(wake)) {}

    void put(Change change, const Key& key, Value value) {
        const bool wasEmpty = index_.empty();
        const auto [place, fresh] = index_.try_emplace(key, entries_.size());
        if (fresh) {
            entries_.push_back({true, {change, key, std::move(value)}});
        } else {
            Entry& entry = entries_[place->second];
            if (entry.delta.change == Change::Added && change == Change::Removed) {
                entry.live = false;
                index_.erase(place);
                return;
            }
            const bool stays = entry.delta.change == Change::Added;
            entry.delta.change = stays                       ? Change::Added
                                 : change == Change::Removed ? Change::Removed
                                                             : Change::Modified;
            entry.delta.value = std::move(value);
        }
        if (wasEmpty && wake_) wake_();
    }

    /// Everything since the last call, in the order the keys first came; the first `most` of it, where more
    /// is too much at once.
    std::vector<Delta> take(std::size_t most = std::numeric_limits<std::size_t>::max()) {
        std::vector<Delta> deltas;
        deltas.reserve(std::min(most, index_.size()));
        const bool all = index_.size() <= most;
        while (deltas.size() < most && begin_ < entries_.size()) {
            Entry& entry = entries_[begin_++];
            if (!entry.live) continue;
            if (!all) index_.erase(entry.delta.key);
            deltas.push_back(std::move(entry.delta));
        }
        if (all) {
            entries_.clear();
            index_.clear();
            begin_ = 0;
        } else if (begin_ > entries_.size() / 2) {
            forget();
        }
        return deltas;
    }
    bool empty() const { return index_.empty(); }
    std::size_t size() const { return index_.size(); }

  private:
    struct Entry {
        bool live = true;
        Delta delta;
    };
    /// Lets go of the places of what was taken, so that a box that is never quite empty does not grow.
    void forget() {
        entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(begin_));
        for (auto& [key, place] : index_)
            place -= begin_;
        begin_ = 0;
    }

    std::function<void()> wake_;
    std::vector<Entry> entries_;
    std::size_t begin_ = 0; ///< of what was not taken yet
    std::unordered_map<Key, std::size_t> index_;
};

} // namespace wheelhouse::ui
