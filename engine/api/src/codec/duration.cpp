#include "engine/api/duration.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace wheelhouse::api {

std::optional<Duration> parseDuration(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, double>, 8> units = {{{"ns", 1},
                                                                                  {"us", 1e3},
                                                                                  {"\xC2\xB5s", 1e3},
                                                                                  {"\xCE\xBCs", 1e3},
                                                                                  {"ms", 1e6},
                                                                                  {"s", 1e9},
                                                                                  {"m", 60e9},
                                                                                  {"h", 3600e9}}};
    const bool negative = !text.empty() && text.front() == '-';
    if (negative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
    if (text == "0") return Duration::zero();
    long double total = 0;
    bool any = false;
    while (!text.empty()) {
        const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
        long double value = 0;
        long double place = 0;
        for (const char c : text.substr(0, digits)) {
            if (c == '.') {
                if (place != 0) return std::nullopt;
                place = 1;
                continue;
            }
            place /= 10;
            value = place == 0 ? value * 10 + (c - '0') : value + place * (c - '0');
        }
        if (digits == 0) return std::nullopt;
        text.remove_prefix(digits);
        const std::size_t letters = std::min(text.find_first_of("0123456789."), text.size());
        const auto unit = std::find_if(units.begin(), units.end(),
                                       [&](const auto& u) { return u.first == text.substr(0, letters); });
        if (unit == units.end()) return std::nullopt;
        total += value * unit->second;
        text.remove_prefix(letters);
        any = true;
    }
    if (!any || total > 9.2e18L) return std::nullopt;
    return Duration(static_cast<Duration::rep>(std::round(negative ? -total : total)));
}

std::optional<Duration> parseSpan(std::string_view text) {
    const bool bare = !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
    return bare ? parseDuration(std::string(text) + "s") : parseDuration(text);
}

} // namespace wheelhouse::api
