#include "semantics/index_ranges.h"

#include "semantics/problems.h"

#include <charconv>
#include <fmt/format.h>
#include <optional>

namespace wheelhouse::api::semantics {

namespace {

Result<std::int64_t> parseIndex(std::string_view text, std::int32_t completions) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return fail(Reason::Invalid, "cannot convert string to integer for index: " + quoted(text));
    if (value >= completions) return fail(Reason::Invalid, "too large index: " + quoted(text));
    return value;
}

tl::unexpected<Status> disorder(std::int64_t previous, std::int64_t current) {
    return fail(Reason::Invalid,
                fmt::format("non-increasing order, previous: {}, current: {}", previous, current));
}

} // namespace

Result<std::int64_t> countIndexes(std::string_view text, std::int32_t completions) {
    std::int64_t total = 0;
    std::optional<std::int64_t> last;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string_view part = text.substr(0, comma);
        text.remove_prefix(std::min(comma + 1, text.size()));
        const std::size_t dash = part.find('-');
        if (dash != std::string_view::npos && part.find('-', dash + 1) != std::string_view::npos)
            return fail(
                Reason::Invalid,
                fmt::format("the fragment {} violates the requirement that an index interval can have at "
                            "most two parts separated by '-'",
                            quoted(part)));
        const Result<std::int64_t> first = parseIndex(part.substr(0, dash), completions);
        if (!first) return first;
        std::int64_t end = *first;
        if (dash != std::string_view::npos) {
            const Result<std::int64_t> second = parseIndex(part.substr(dash + 1), completions);
            if (!second) return second;
            if (*first >= *second) return disorder(*first, *second);
            end = *second;
        }
        if (last && *last >= *first) return disorder(*last, *first);
        total += end - *first + 1;
        last = end;
    }
    return total;
}

} // namespace wheelhouse::api::semantics
