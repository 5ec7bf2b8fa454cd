#pragma once

#include "encode.h"

#include <array>

namespace wheelhouse::apiserver {

/// The bytes of the latest watch events, so that each is encoded once per format however many clients watch.
/// Small: a change reaches all its watchers in one turn, one after another.
class EventCache {
  public:
    /// Tables are not kept: their ages depend on when they are drawn, and the first event differs.
    Bytes bytes(const api::Kind& kind, const Event& event, const Format& format, bool firstOfTable,
                WallTime now) {
        if (format.shape == Format::Shape::Table || !event.object)
            return std::make_shared<const std::string>(encodeEvent(kind, event, format, firstOfTable, now));
        for (const Entry& entry : entries_)
            if (entry.object == event.object && entry.kind == &kind && entry.type == event.type &&
                entry.format == format)
                return entry.bytes;
        Entry& entry = entries_[next_++ % entries_.size()];
        entry = {event.object, &kind, event.type, format,
                 std::make_shared<const std::string>(encodeEvent(kind, event, format, false, now))};
        ++encoded_;
        return entry.bytes;
    }
    /// How many events were encoded so far.
    std::size_t encoded() const { return encoded_; }

  private:
    struct Entry {
        api::ObjectPtr object; // kept, so that a new object cannot have the same address
        const api::Kind* kind = nullptr;
        Event::Type type = Event::Type::Added;
        Format format;
        Bytes bytes;
    };
    std::array<Entry, 16> entries_;
    std::size_t next_ = 0;
    std::size_t encoded_ = 0;
};

} // namespace wheelhouse::apiserver
