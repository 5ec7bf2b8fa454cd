#include "semantics/schedule.h"

#include "semantics/problems.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <vector>

namespace wheelhouse::api::semantics {

namespace {

struct Field {
    int low;
    int high;
    std::vector<std::string_view> names; ///< of low, low + 1, …
};

const std::array<Field, 5>& fields() {
    static const std::array<Field, 5> all = {
        {{0, 59, {}},
         {0, 23, {}},
         {1, 31, {}},
         {1, 12, {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
         {0, 6, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"}}}};
    return all;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

std::vector<std::string_view> words(std::string_view text) {
    constexpr std::string_view space = " \t\n\r\f\v";
    std::vector<std::string_view> parts;
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(space), text.size()));
        if (text.empty()) return parts;
        const std::size_t end = std::min(text.find_first_of(space), text.size());
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
}

std::string lowerCase(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
    return out;
}

tl::unexpected<Status> wrong(std::string message) {
    return fail(Reason::Invalid, std::move(message));
}

Result<int> parseNumber(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return wrong(fmt::format("failed to parse int from {}: strconv.Atoi: parsing {}: invalid syntax",
                                 text, quoted(text)));
    if (value < 0) return wrong(fmt::format("negative number ({}) not allowed: {}", value, text));
    return value;
}

Result<int> parseValue(std::string_view text, const Field& field) {
    const auto named = std::find(field.names.begin(), field.names.end(), lowerCase(text));
    if (named != field.names.end()) return field.low + static_cast<int>(named - field.names.begin());
    return parseNumber(text);
}

/// "*", "3", "1-5", "*/10", "mon-fri".
Result<void> checkRange(std::string_view text, const Field& field) {
    const auto rangeAndStep = split(text, '/');
    const auto limits = split(rangeAndStep[0], '-');
    int first = field.low;
    int last = field.high;
    if (limits[0] != "*" && limits[0] != "?") {
        const Result<int> begin = parseValue(limits[0], field);
        if (!begin) return fail(begin.error());
        if (limits.size() > 2) return wrong(fmt::format("too many hyphens: {}", text));
        const Result<int> end = limits.size() == 2 ? parseValue(limits[1], field) : begin;
        if (!end) return fail(end.error());
        first = *begin;
        last = *end;
    }
    if (rangeAndStep.size() > 2) return wrong(fmt::format("too many slashes: {}", text));
    int step = 1;
    if (rangeAndStep.size() == 2) {
        const Result<int> given = parseNumber(rangeAndStep[1]);
        if (!given) return fail(given.error());
        step = *given;
        if (limits.size() == 1) last = field.high; // "5/10" begins at 5 and never ends
    }
    if (first < field.low)
        return wrong(fmt::format("beginning of range ({}) below minimum ({}): {}", first, field.low, text));
    if (last > field.high)
        return wrong(fmt::format("end of range ({}) above maximum ({}): {}", last, field.high, text));
    if (first > last)
        return wrong(fmt::format("beginning of range ({}) beyond end of range ({}): {}", first, last, text));
    if (step == 0) return wrong(fmt::format("step of range should be a positive number: {}", text));
    return {};
}

Result<void> checkDescriptor(std::string_view text) {
    static constexpr std::array<std::string_view, 7> known = {"@yearly", "@annually", "@monthly", "@weekly",
                                                              "@daily",  "@midnight", "@hourly"};
    if (std::find(known.begin(), known.end(), text) != known.end()) return {};
    constexpr std::string_view every = "@every ";
    if (!text.starts_with(every)) return wrong(fmt::format("unrecognized descriptor: {}", text));
    // A duration: numbers, each with a unit.
    std::string_view rest = text.substr(every.size());
    const std::string_view whole = rest;
    bool good = !rest.empty();
    while (good && !rest.empty()) {
        const std::size_t digits = std::min(rest.find_first_not_of("0123456789."), rest.size());
        rest.remove_prefix(digits);
        const std::size_t letters = std::min(rest.find_first_of("0123456789."), rest.size());
        static constexpr std::array<std::string_view, 7> units = {"ns", "us", "\xC2\xB5s", "ms",
                                                                  "s",  "m",  "h"};
        good = digits > 0 && std::find(units.begin(), units.end(), rest.substr(0, letters)) != units.end();
        rest.remove_prefix(letters);
    }
    if (good) return {};
    return wrong(fmt::format("failed to parse duration {}: time: invalid duration {}", text, quoted(whole)));
}

bool isZonePart(std::string_view part) {
    constexpr std::size_t longest = 14;
    return !part.empty() && part.size() <= longest && part != "." && part != ".." && part.front() != '-' &&
           std::all_of(part.begin(), part.end(), [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '-' || c == '_' || c == '+';
           });
}

} // namespace

Result<void> checkSchedule(const std::string& schedule) {
    std::string_view text = schedule;
    if (text.starts_with("TZ=") || text.starts_with("CRON_TZ=")) {
        const std::size_t space = std::min(text.find(' '), text.size());
        const std::size_t equals = text.find('=');
        const std::string zone(text.substr(equals + 1, space - equals - 1));
        if (const Result<void> known = checkTimeZone(zone); !known)
            return wrong(fmt::format("provided bad location {}: {}", zone, known.error().message));
        text.remove_prefix(std::min(text.find_first_not_of(' ', space), text.size()));
    }
    if (text.empty()) return wrong("empty spec string");
    if (text.front() == '@') return checkDescriptor(text);
    const auto parts = words(text);
    if (parts.size() != fields().size())
        return wrong(
            fmt::format("expected exactly 5 fields, found {}: [{}]", parts.size(), fmt::join(parts, " ")));
    for (std::size_t i = 0; i < parts.size(); ++i) {
        for (const std::string_view range : split(parts[i], ',')) {
            if (range.empty()) continue;
            if (auto checked = checkRange(range, fields()[i]); !checked) return checked;
        }
    }
    return {};
}

Result<void> checkTimeZone(const std::string& zone) {
    if (zone.empty()) return wrong("timeZone must be nil or non-empty string");
    for (const std::string_view part : split(zone, '/'))
        if (!isZonePart(part)) return wrong("unknown time zone " + zone);
    if (lowerCase(zone) == "local")
        return wrong("timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
    const std::filesystem::path known("/usr/share/zoneinfo");
    std::error_code error;
    // Without a list of zones, whatever looks like one is taken.
    if (std::filesystem::is_directory(known, error) && !std::filesystem::is_regular_file(known / zone, error))
        return wrong("unknown time zone " + zone);
    return {};
}

} // namespace wheelhouse::api::semantics
