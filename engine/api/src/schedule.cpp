#include "engine/api/schedule.h"

#include "engine/api/duration.h"
#include "semantics/problems.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <vector>

namespace wheelhouse::api {

struct Schedule::Field {
    int low;
    int high;
    std::vector<std::string_view> names; ///< of low, low + 1, …
};

namespace {

using semantics::quoted;

constexpr std::int64_t minute = 60;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t farthest = 5 * 366 * day;

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

Result<int> parseValue(std::string_view text, int low, const std::vector<std::string_view>& names) {
    const auto named = std::find(names.begin(), names.end(), lowerCase(text));
    if (named != names.end()) return low + static_cast<int>(named - names.begin());
    return parseNumber(text);
}

std::int64_t floorTo(std::int64_t value, std::int64_t unit) {
    const std::int64_t rest = value % unit;
    return value - (rest < 0 ? rest + unit : rest);
}

} // namespace

Result<Schedule> Schedule::parse(std::string_view text) {
    if (text.empty()) return wrong("empty spec string");
    return text.front() == '@' ? parseDescriptor(text) : parseFields(text);
}

Result<Schedule> Schedule::parseFields(std::string_view text) {
    static const std::array<Field, 5> fields = {
        {{0, 59, {}},
         {0, 23, {}},
         {1, 31, {}},
         {1, 12, {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
         {0, 6, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"}}}};
    const auto parts = words(text);
    if (parts.size() != fields.size())
        return wrong(
            fmt::format("expected exactly 5 fields, found {}: [{}]", parts.size(), fmt::join(parts, " ")));
    Schedule schedule;
    const std::array<Values*, 5> into = {&schedule.minute_, &schedule.hour_, &schedule.day_, &schedule.month_,
                                         &schedule.weekday_};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const Result<Values> values = parseField(parts[i], fields[i]);
        if (!values) return fail(values.error());
        *into[i] = *values;
    }
    return schedule;
}

/// Ranges with commas between them.
Result<Schedule::Values> Schedule::parseField(std::string_view text, const Field& field) {
    Values all;
    for (const std::string_view range : split(text, ',')) {
        if (range.empty()) continue;
        const Result<Values> values = parseRange(range, field);
        if (!values) return values;
        all.bits |= values->bits;
        all.any = all.any || values->any;
    }
    return all;
}

/// "*", "3", "1-5", "*/10", "mon-fri".
Result<Schedule::Values> Schedule::parseRange(std::string_view text, const Field& field) {
    const auto rangeAndStep = split(text, '/');
    const auto limits = split(rangeAndStep[0], '-');
    int first = field.low;
    int last = field.high;
    Values values;
    values.any = limits[0] == "*" || limits[0] == "?";
    if (!values.any) {
        const Result<int> begin = parseValue(limits[0], field.low, field.names);
        if (!begin) return fail(begin.error());
        if (limits.size() > 2) return wrong(fmt::format("too many hyphens: {}", text));
        const Result<int> end = limits.size() == 2 ? parseValue(limits[1], field.low, field.names) : begin;
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
        if (step > 1) values.any = false;
    }
    if (first < field.low)
        return wrong(fmt::format("beginning of range ({}) below minimum ({}): {}", first, field.low, text));
    if (last > field.high)
        return wrong(fmt::format("end of range ({}) above maximum ({}): {}", last, field.high, text));
    if (first > last)
        return wrong(fmt::format("beginning of range ({}) beyond end of range ({}): {}", first, last, text));
    if (step == 0) return wrong(fmt::format("step of range should be a positive number: {}", text));
    for (int value = first; value <= last; value += std::min(step, field.high + 1))
        values.bits |= std::uint64_t{1} << value;
    return values;
}

Result<Schedule> Schedule::parseDescriptor(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> known = {
        {{"@yearly", "0 0 1 1 *"},
         {"@annually", "0 0 1 1 *"},
         {"@monthly", "0 0 1 * *"},
         {"@weekly", "0 0 * * 0"},
         {"@daily", "0 0 * * *"},
         {"@midnight", "0 0 * * *"},
         {"@hourly", "0 * * * *"}}};
    for (const auto& [name, fields] : known)
        if (name == text) return parseFields(fields);
    constexpr std::string_view every = "@every ";
    if (!text.starts_with(every)) return wrong(fmt::format("unrecognized descriptor: {}", text));
    const std::string_view length = text.substr(every.size());
    const auto duration = parseDuration(length);
    if (!duration || *duration > Duration::max() / 2)
        return wrong(
            fmt::format("failed to parse duration {}: time: invalid duration {}", text, quoted(length)));
    Schedule schedule;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*duration);
    schedule.every_ = std::max(seconds, std::chrono::seconds(1));
    return schedule;
}

/// `day` since 1970, on the local calendar. When both the day of the month and that of the week are named,
/// either will do.
bool Schedule::namesDay(std::int64_t since1970) const {
    const std::chrono::sys_days local{std::chrono::days(since1970)};
    const std::chrono::year_month_day date(local);
    if (!month_.has(static_cast<unsigned>(date.month()))) return false;
    const bool byMonth = day_.has(static_cast<unsigned>(date.day()));
    const bool byWeek = weekday_.has(std::chrono::weekday(local).c_encoding());
    return day_.any || weekday_.any ? byMonth && byWeek : byMonth || byWeek;
}

std::optional<WallTime> Schedule::next(WallTime after, const TimeZone& zone) const {
    const auto whole = std::chrono::floor<std::chrono::seconds>(after);
    if (every_ > Duration::zero()) return WallTime(whole) + every_;
    const std::int64_t begin = floorTo(whole.time_since_epoch().count(), minute) + minute;
    // Forward in real time, each step as long as the local clock allows without passing a change of it.
    for (std::int64_t second = begin; second < begin + farthest;) {
        const TimeZone::Period period = zone.at(second);
        const std::int64_t local = second + period.offset;
        std::int64_t step = minute;
        if (!namesDay(floorTo(local, day) / day))
            step = floorTo(local, day) + day - local;
        else if (const std::int64_t of = local - floorTo(local, day);
                 !hour_.has(static_cast<unsigned>(of / hour)))
            step = hour - of % hour;
        else if (minute_.has(static_cast<unsigned>(of % hour / minute)))
            return WallTime(std::chrono::seconds(second));
        const std::int64_t change =
            period.until == TimeZone::forGood ? second + step : floorTo(period.until + minute - 1, minute);
        second = std::min(second + step, std::max(change, second + minute));
    }
    return std::nullopt;
}

} // namespace wheelhouse::api
