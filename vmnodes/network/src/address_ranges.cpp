#include "address_ranges.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>

namespace wheelhouse::network {

std::optional<AddressRanges::Range> AddressRanges::parse(const std::string& cidr) const {
    const std::size_t slash = cidr.find('/');
    const int bits = six_ ? 128 : 32;
    int length = bits;
    if (slash != std::string::npos) {
        const char* end = cidr.data() + cidr.size();
        const auto [stop, error] = std::from_chars(cidr.data() + slash + 1, end, length);
        if (error != std::errc() || stop != end || length < 0 || length > bits) return std::nullopt;
    }
    std::array<unsigned char, 16> bytes{};
    if (::inet_pton(six_ ? AF_INET6 : AF_INET, cidr.substr(0, slash).c_str(), bytes.data()) != 1)
        return std::nullopt;
    Number address = 0;
    for (int i = 0; i < bits / 8; ++i)
        address = address << 8 | bytes[static_cast<std::size_t>(i)];
    Number host = 0; // the bits that are free within the range
    for (int i = length; i < bits; ++i)
        host = host << 1 | 1;
    return Range{address & ~host, address | host};
}

bool AddressRanges::add(const std::string& cidr, const std::vector<std::string>& except) {
    const auto whole = parse(cidr);
    if (!whole) return false;
    std::vector<Range> left{*whole};
    for (const std::string& text : except) {
        const auto hole = parse(text);
        if (!hole) continue;
        std::vector<Range> rest;
        for (const Range& range : left) {
            if (hole->last < range.first || hole->first > range.last) {
                rest.push_back(range);
                continue;
            }
            if (hole->first > range.first) rest.push_back({range.first, hole->first - 1});
            if (hole->last < range.last) rest.push_back({hole->last + 1, range.last});
        }
        left = std::move(rest);
    }
    ranges_.insert(ranges_.end(), left.begin(), left.end());
    std::sort(ranges_.begin(), ranges_.end(),
              [](const Range& a, const Range& b) { return a.first < b.first; });
    std::vector<Range> merged;
    for (const Range& range : ranges_) {
        // "+ 1" may wrap at the last address of all; then nothing comes after it anyway.
        if (!merged.empty() && (range.first <= merged.back().last || range.first == merged.back().last + 1))
            merged.back().last = std::max(merged.back().last, range.last);
        else
            merged.push_back(range);
    }
    ranges_ = std::move(merged);
    return true;
}

std::string AddressRanges::text(Number address) const {
    std::array<unsigned char, 16> bytes{};
    const int count = six_ ? 16 : 4;
    for (int i = count - 1; i >= 0; --i) {
        bytes[static_cast<std::size_t>(i)] = static_cast<unsigned char>(address & 0xff);
        address >>= 8;
    }
    std::array<char, INET6_ADDRSTRLEN> out{};
    ::inet_ntop(six_ ? AF_INET6 : AF_INET, bytes.data(), out.data(), out.size());
    return out.data();
}

std::vector<std::string> AddressRanges::texts() const {
    std::vector<std::string> out;
    out.reserve(ranges_.size());
    for (const Range& range : ranges_)
        out.push_back(range.first == range.last ? text(range.first)
                                                : text(range.first) + "-" + text(range.last));
    return out;
}

} // namespace wheelhouse::network
