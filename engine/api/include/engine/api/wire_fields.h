#pragma once

#include <cstdint>
#include <string_view>

namespace wheelhouse::api {

/// The fields of a message one after another, read from its protobuf bytes without making the message. For
/// bytes of our own: what does not parse is the end. What it gives lives as long as the bytes.
class WireFields {
  public:
    explicit WireFields(std::string_view message) : left_(message) {}

    /// Goes on to the next field; false when there is none.
    bool next() {
        std::uint64_t tag = 0;
        if (left_.empty() || !take(tag)) return false;
        number_ = static_cast<int>(tag >> 3U);
        bytes_ = {};
        value_ = 0;
        switch (tag & 7U) {
        case 0:
            return take(value_);
        case 1:
            return skip(8);
        case 2:
            return take(value_) && skip(value_);
        case 5:
            return skip(4);
        default:
            return false;
        }
    }
    int number() const { return number_; }
    /// Of a string or message.
    std::string_view bytes() const { return bytes_; }
    /// Of a whole number or bool.
    std::uint64_t value() const { return value_; }

  private:
    bool take(std::uint64_t& out) {
        if (left_.empty()) return false;
        const auto first = static_cast<unsigned char>(left_.front());
        if (first >= 0x80) return takeLong(out);
        left_.remove_prefix(1);
        out = first;
        return true;
    }
    bool takeLong(std::uint64_t& out) {
        out = 0;
        for (unsigned shift = 0; shift < 64 && !left_.empty(); shift += 7) {
            const auto byte = static_cast<unsigned char>(left_.front());
            left_.remove_prefix(1);
            out |= std::uint64_t{byte & 0x7FU} << shift;
            if (byte < 0x80) return true;
        }
        return false;
    }
    bool skip(std::uint64_t size) {
        if (size > left_.size()) return false;
        bytes_ = left_.substr(0, size);
        left_.remove_prefix(size);
        return true;
    }

    std::string_view left_;
    std::string_view bytes_;
    std::uint64_t value_ = 0;
    int number_ = 0;
};

} // namespace wheelhouse::api
