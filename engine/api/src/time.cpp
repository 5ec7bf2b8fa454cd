#include "engine/api/time.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>

namespace wheelhouse::api {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::int64_t nanosPerSecond = 1'000'000'000;

WallTime fromSecondsAndNanos(std::int64_t secondsSince1970, std::int64_t nanos) {
    // A year beyond what nanoseconds in 64 bits reach (1678 to 2261) is cut to that range, not wrapped
    // around.
    constexpr std::int64_t limit = std::numeric_limits<std::int64_t>::max() / nanosPerSecond - 1;
    secondsSince1970 = std::clamp(secondsSince1970, -limit, limit);
    return WallTime(seconds(secondsSince1970) +
                    nanoseconds(std::clamp<std::int64_t>(nanos, 0, nanosPerSecond - 1)));
}

/// A cursor over "2026-01-02T03:04:05.123+01:00".
struct TimeReader {
    std::string_view rest;

    bool literal(char c) {
        if (rest.empty() || rest.front() != c) return false;
        rest.remove_prefix(1);
        return true;
    }
    bool number(int digits, int& value) {
        if (rest.size() < static_cast<std::size_t>(digits)) return false;
        value = 0;
        for (int i = 0; i < digits; ++i) {
            const char c = rest[static_cast<std::size_t>(i)];
            if (c < '0' || c > '9') return false;
            value = value * 10 + (c - '0');
        }
        rest.remove_prefix(static_cast<std::size_t>(digits));
        return true;
    }
    bool fraction(std::int64_t& nanos) {
        nanos = 0;
        if (!literal('.')) return true;
        int digits = 0;
        for (std::int64_t unit = nanosPerSecond / 10;
             !rest.empty() && rest.front() >= '0' && rest.front() <= '9'; unit /= 10, ++digits) {
            nanos += (rest.front() - '0') * unit;
            rest.remove_prefix(1);
        }
        return digits > 0;
    }
    bool offset(std::int64_t& offsetSeconds) {
        offsetSeconds = 0;
        if (literal('Z')) return true;
        const int sign = literal('+') ? 1 : literal('-') ? -1 : 0;
        int hours = 0;
        int minutes = 0;
        if (sign == 0 || !number(2, hours) || !literal(':') || !number(2, minutes)) return false;
        if (hours > 23 || minutes > 59) return false;
        offsetSeconds = sign * (hours * 3600 + minutes * 60);
        return true;
    }
};

} // namespace

meta::Time toTime(WallTime time) {
    meta::Time result;
    result.set_seconds(std::chrono::floor<seconds>(time.time_since_epoch()).count());
    return result;
}

meta::MicroTime toMicroTime(WallTime time) {
    const auto whole = std::chrono::floor<seconds>(time.time_since_epoch());
    const auto micros = std::chrono::floor<microseconds>(time.time_since_epoch() - whole);
    meta::MicroTime result;
    result.set_seconds(whole.count());
    result.set_nanos(static_cast<std::int32_t>(micros.count() * 1000));
    return result;
}

WallTime fromTime(const meta::Time& time) {
    return fromSecondsAndNanos(time.seconds(), 0);
}

WallTime fromTime(const meta::MicroTime& time) {
    return fromSecondsAndNanos(time.seconds(), time.nanos());
}

std::string formatTime(WallTime time) {
    return formatSeconds(toTime(time).seconds());
}

std::string formatSeconds(std::int64_t secondsSince1970) {
    const auto day =
        std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(seconds(secondsSince1970)));
    const std::chrono::year_month_day date(day);
    const auto ofDay = secondsSince1970 - day.time_since_epoch().count() * 86400;
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ",
                                     static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                     static_cast<unsigned>(date.day()), static_cast<int>(ofDay / 3600),
                                     static_cast<int>(ofDay / 60 % 60), static_cast<int>(ofDay % 60));
    return std::string(text.data(), static_cast<std::size_t>(length));
}

std::string formatMicros(std::int64_t secondsSince1970, std::int32_t nanos) {
    std::string text = formatSeconds(secondsSince1970);
    std::array<char, 16> micros{};
    const int length =
        std::snprintf(micros.data(), micros.size(), ".%06dZ", std::clamp(nanos, 0, 999'999'999) / 1000);
    text.replace(text.size() - 1, 1, micros.data(), static_cast<std::size_t>(length));
    return text;
}

Result<SecondsAndNanos> parseTimestamp(std::string_view text) {
    TimeReader reader{text};
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    std::int64_t nanos = 0;
    std::int64_t offset = 0;
    const bool wellFormed = reader.number(4, year) && reader.literal('-') && reader.number(2, month) &&
                            reader.literal('-') && reader.number(2, day) && reader.literal('T') &&
                            reader.number(2, hour) && reader.literal(':') && reader.number(2, minute) &&
                            reader.literal(':') && reader.number(2, second) && reader.fraction(nanos) &&
                            reader.offset(offset) && reader.rest.empty();
    const std::chrono::year_month_day date(std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!wellFormed || !date.ok() || hour > 23 || minute > 59 || second > 59)
        return fail(Reason::BadRequest, "\"" + std::string(text.substr(0, 64)) +
                                            "\" is no time in RFC 3339 form, such as 2026-01-02T03:04:05Z");
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    return SecondsAndNanos{days * 86400 + hour * 3600 + minute * 60 + second - offset,
                           static_cast<std::int32_t>(nanos)};
}

Result<WallTime> parseTime(std::string_view text) {
    return parseTimestamp(text).map(
        [](SecondsAndNanos t) { return fromSecondsAndNanos(t.seconds, t.nanos); });
}

} // namespace wheelhouse::api
