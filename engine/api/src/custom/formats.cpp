#include "custom/schema.h"
#include "engine/base/base64.h"
#include "semantics/names.h"

#include <algorithm>
#include <array>
#include <re2/re2.h>

// The text formats Kubernetes checks (kube-openapi's strfmt); any other name is accepted and means nothing.

namespace wheelhouse::api::custom {
namespace {

bool matches(std::string_view text, const char* pattern) {
    return re2::RE2::FullMatch(text, pattern);
}

int digitAt(std::string_view text, std::size_t at, int count) {
    int value = 0;
    for (int i = 0; i < count; ++i)
        value = value * 10 + (text[at + static_cast<std::size_t>(i)] - '0');
    return value;
}

bool isDate(std::string_view text) {
    if (!matches(text, R"(\d{4}-\d{2}-\d{2})")) return false;
    const int year = digitAt(text, 0, 4);
    const int month = digitAt(text, 5, 2);
    const int day = digitAt(text, 8, 2);
    if (month < 1 || month > 12 || day < 1) return false;
    static constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= days[static_cast<std::size_t>(month - 1)] + (leap && month == 2 ? 1 : 0);
}

bool isDateTime(std::string_view text) {
    static constexpr const char* form =
        R"(\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})?)";
    if (!matches(text, form) || !isDate(text.substr(0, 10))) return false;
    return digitAt(text, 11, 2) <= 23 && digitAt(text, 14, 2) <= 59 && digitAt(text, 17, 2) <= 60;
}

/// The check digit of ISBNs and card numbers.
bool hasLuhn(std::string_view digits) {
    int sum = 0;
    bool twice = false;
    for (auto it = digits.rbegin(); it != digits.rend(); ++it, twice = !twice) {
        int digit = *it - '0';
        if (twice && (digit *= 2) > 9) digit -= 9;
        sum += digit;
    }
    return sum % 10 == 0;
}

std::string withoutDashes(std::string_view text) {
    std::string out(text);
    std::erase_if(out, [](char c) { return c == '-' || c == ' '; });
    return out;
}

bool isIsbn10(std::string_view text) {
    const std::string digits = withoutDashes(text);
    if (!matches(digits, R"(\d{9}[\dX])")) return false;
    int sum = 0;
    for (int i = 0; i < 10; ++i) {
        const char c = digits[static_cast<std::size_t>(i)];
        sum += (i + 1) * (c == 'X' ? 10 : c - '0');
    }
    return sum % 11 == 0;
}

bool isIsbn13(std::string_view text) {
    const std::string digits = withoutDashes(text);
    if (!matches(digits, R"(\d{13})")) return false;
    int sum = 0;
    for (std::size_t i = 0; i < 13; ++i)
        sum += (i % 2 == 0 ? 1 : 3) * (digits[i] - '0');
    return sum % 10 == 0;
}

bool isCard(std::string_view text) {
    const std::string digits = withoutDashes(text);
    return matches(digits, R"(\d{13,19})") && hasLuhn(digits);
}

bool isUri(std::string_view text) {
    // An absolute URI or an absolute path, as Go's url.ParseRequestURI takes them.
    return matches(text, R"([A-Za-z][A-Za-z0-9+.\-]*:[^\s\x00-\x1f\x7f]+)") ||
           matches(text, R"(/[^\s\x00-\x1f\x7f]*)");
}

bool isHostname(std::string_view text) {
    return text.size() <= 255 &&
           matches(
               text,
               R"(([a-zA-Z0-9]([a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])?)(\.([a-zA-Z0-9]([a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])?))*\.?)");
}

bool isEmail(std::string_view text) {
    return matches(text,
                   R"((?:[^<>]*<)?[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)*>?)");
}

bool isBase64(std::string_view text) {
    return text.size() % 4 == 0 && matches(text, R"([A-Za-z0-9+/]*={0,2})");
}

using Check = bool (*)(std::string_view);
constexpr const char* hex4 = "[0-9a-fA-F]{4}";

template <char Version>
bool isUuid(std::string_view text) {
    static const std::string tail = std::string("-?") + (Version == '3' ? hex4 : "[89abAB][0-9a-fA-F]{3}");
    static const std::string form = std::string("[0-9a-fA-F]{8}-?") + hex4 + "-?" +
                                    (Version == 0 ? hex4 : std::string(1, Version) + "[0-9a-fA-F]{3}") +
                                    (Version == 0 ? std::string("-?") + hex4 : tail) + "-?[0-9a-fA-F]{12}";
    return matches(text, form.c_str());
}

struct Format {
    std::string_view name;
    Check check;
};

constexpr std::array formats = {
    Format{"bsonobjectid", [](std::string_view t) { return matches(t, "[0-9a-fA-F]{24}"); }},
    Format{"byte", isBase64},
    Format{"cidr", [](std::string_view t) { return semantics::cidr(t).empty(); }},
    Format{"creditcard", isCard},
    Format{"date", isDate},
    Format{"date-time", isDateTime},
    Format{"datetime", isDateTime},
    Format{
        "duration",
        [](std::string_view t) {
            return matches(
                t,
                R"(([-+]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+|0|\d+\s*(ns|nano|nanos|nanosecond|nanoseconds|us|µs|micro|micros|microsecond|microseconds|ms|milli|millis|millisecond|milliseconds|s|sec|secs|second|seconds|m|min|mins|minute|minutes|h|hr|hrs|hour|hours|d|day|days|w|wk|wks|week|weeks))");
        }},
    Format{"email", isEmail},
    Format{"hexcolor", [](std::string_view t) { return matches(t, "#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})"); }},
    Format{"hostname", isHostname},
    Format{"ipv4", [](std::string_view t) { return semantics::isIpv4(t); }},
    Format{"ipv6", [](std::string_view t) { return semantics::isIpv6(t); }},
    Format{"isbn", [](std::string_view t) { return isIsbn10(t) || isIsbn13(t); }},
    Format{"isbn10", isIsbn10},
    Format{"isbn13", isIsbn13},
    Format{"k8s-long-name", [](std::string_view t) { return semantics::dnsSubdomain(t).empty(); }},
    Format{"k8s-short-name", [](std::string_view t) { return semantics::dnsLabel(t).empty(); }},
    Format{
        "mac",
        [](std::string_view t) {
            return matches(
                t,
                R"([0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}|[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){7}|[0-9a-fA-F]{2}(-[0-9a-fA-F]{2}){5}|[0-9a-fA-F]{4}(\.[0-9a-fA-F]{4}){2,3})");
        }},
    Format{
        "rgbcolor",
        [](std::string_view t) {
            return matches(
                t,
                R"(rgb\(\s*(25[0-5]|2[0-4]\d|1?\d?\d)\s*,\s*(25[0-5]|2[0-4]\d|1?\d?\d)\s*,\s*(25[0-5]|2[0-4]\d|1?\d?\d)\s*\))");
        }},
    Format{"ssn", [](std::string_view t) { return matches(t, R"(\d{3}[- ]?\d{2}[- ]?\d{4})"); }},
    Format{"uri", isUri},
    Format{"uuid", isUuid<0>},
    Format{"uuid3", isUuid<'3'>},
    Format{"uuid4", isUuid<'4'>},
    Format{"uuid5", isUuid<'5'>},
};

} // namespace

bool hasFormat(std::string_view text, std::string_view format) {
    const auto known =
        std::find_if(formats.begin(), formats.end(), [&](const Format& f) { return f.name == format; });
    return known == formats.end() || known->check(text);
}

} // namespace wheelhouse::api::custom
