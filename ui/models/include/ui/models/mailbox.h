#pragma once

#include <cstdint>
#include <functional>
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

    /// Everything since the last call, in the order the keys first came.
    std::vector<Delta> take() {
        std::vector<Delta> deltas;
        deltas.reserve(index_.size());
        for (Entry& entry : entries_)
            if (entry.live) deltas.push_back(std::move(entry.delta));
        entries_.clear();
        index_.clear();
        return deltas;
    }
    bool empty() const { return index_.empty(); }
    std::size_t size() const { return index_.size(); }

  private:
    struct Entry {
        bool live = true;
        Delta delta;
    };
    std::function<void()> wake_;
    std::vector<Entry> entries_;
    std::unordered_map<Key, std::size_t> index_;
};

} // namespace wheelhouse::ui
