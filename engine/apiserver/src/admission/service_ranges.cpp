#include "admission/service_ranges.h"

#include "engine/api/groups/networking.h"
#include "engine/base/assert.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace wheelhouse::apiserver {

namespace networking = api::networking;

namespace {

constexpr const char* managedBy = "ipaddress.kubernetes.io/managed-by";
constexpr const char* allocator = "ipallocator.k8s.io";

} // namespace

std::optional<std::uint32_t> parseIpv4(std::string_view text) {
    std::uint32_t address = 0;
    for (int part = 0; part < 4; ++part) {
        unsigned value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || value > 255) return std::nullopt;
        address = address << 8 | value;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (part < 3) {
            if (text.empty() || text.front() != '.') return std::nullopt;
            text.remove_prefix(1);
        }
    }
    return text.empty() ? std::optional(address) : std::nullopt;
}

std::string formatIpv4(std::uint32_t address) {
    return fmt::format("{}.{}.{}.{}", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
}

ServiceRanges::ServiceRanges(store::Store& store, const std::string& network)
    : store_(store), network_(network) {
    const auto usable = ranges();
    WH_ASSERT(!usable.empty(), "a service network that is no IPv4 network");
}

std::vector<ServiceRanges::Range> ServiceRanges::ranges() const {
    std::vector<Range> out;
    const auto add = [&](const std::string& text) {
        const auto slash = text.find('/');
        const auto base = parseIpv4(text.substr(0, slash));
        const int bits = slash == std::string::npos ? 32 : std::atoi(text.c_str() + slash + 1);
        // Of a smaller one there is nothing left without its first and its last address.
        if (base && bits >= 1 && bits <= 30) out.push_back({text, *base, std::uint32_t{1} << (32 - bits)});
    };
    for (const api::ObjectPtr& object : store_.listNewest(api::kindOf<networking::ServiceCIDR>(), "")) {
        if (object->deleting()) continue;
        const auto cidr = object->as<networking::ServiceCIDR>();
        for (const std::string& text : cidr.spec().cidrs())
            add(text);
    }
    if (out.empty()) add(network_);
    return out;
}

std::optional<std::uint32_t> ServiceRanges::draw(Random& random) {
    for (const Range& range : ranges()) {
        const std::uint32_t count = range.size - 2;
        const auto first = static_cast<std::uint32_t>(random.below(count));
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::uint32_t address = range.base + 1 + (first + i) % count;
            if (!held_.contains(address) && !reserved(address, "", "") && hold(address)) return address;
        }
    }
    return std::nullopt;
}

bool ServiceRanges::offers(std::uint32_t address) const {
    const auto all = ranges();
    return std::any_of(all.begin(), all.end(), [&](const Range& range) {
        return address > range.base && address - range.base < range.size - 1;
    });
}

bool ServiceRanges::reserved(std::uint32_t address, const std::string& nameSpace,
                             const std::string& service) const {
    const api::ObjectPtr object = store_.newest({&api::kindOf<networking::IPAddress>(), formatIpv4(address)});
    if (!object) return false;
    const auto manager = object->labels().find(managedBy);
    if (manager != object->labels().end() && manager->second == allocator) return false;
    const auto parent = object->as<networking::IPAddress>().spec().parentref();
    return parent.resource() != "services" || parent.namespace_() != nameSpace || parent.name() != service;
}

std::string ServiceRanges::text() const {
    std::string out;
    for (const Range& range : ranges())
        out += (out.empty() ? "" : ",") + range.text;
    return out;
}

} // namespace wheelhouse::apiserver
