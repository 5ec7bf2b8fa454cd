#include "load_pattern.h"

#include "engine/api/duration.h"
#include "engine/api/quantity.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numbers>

namespace wheelhouse::simulated {

namespace {

double seconds(Duration span) {
    return std::chrono::duration<double>(span).count();
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The words between the brackets of "name(a, b, c)".
std::vector<std::string> arguments(std::string_view text) {
    std::vector<std::string> out;
    while (true) {
        const auto comma = text.find(',');
        out.emplace_back(trimmed(text.substr(0, comma)));
        if (comma == std::string_view::npos) return out;
        text.remove_prefix(comma + 1);
    }
}

Result<double> amountOf(const std::string& text) {
    const auto quantity = api::Quantity::parse(text);
    if (!quantity) return fail(Reason::BadRequest, fmt::format("\"{}\" is no amount", text));
    if (*quantity < api::Quantity())
        return fail(Reason::BadRequest, fmt::format("\"{}\" is below zero", text));
    return static_cast<double>(quantity->milli()) / 1000;
}

Result<Duration> spanOf(const std::string& text) {
    const auto span = api::parseSpan(text);
    if (!span || *span <= Duration::zero())
        return fail(Reason::BadRequest, fmt::format("\"{}\" is no span of time", text));
    return *span;
}

} // namespace

Result<LoadPattern> LoadPattern::parse(const std::string& text) {
    const std::string_view all = trimmed(text);
    LoadPattern pattern;
    const auto open = all.find('(');
    if (open == std::string_view::npos) {
        const auto amount = amountOf(std::string(all));
        if (!amount) return fail(amount.error());
        pattern.stretches_.push_back({*amount, {}});
        return pattern;
    }
    const std::string_view name = trimmed(all.substr(0, open));
    if (!all.ends_with(')'))
        return fail(Reason::BadRequest, fmt::format("\"{}\" has no closing bracket", all));
    const auto words = arguments(all.substr(open + 1, all.size() - open - 2));
    if (name == "sine" && words.size() == 3) {
        const auto low = amountOf(words[0]);
        const auto high = amountOf(words[1]);
        const auto period = spanOf(words[2]);
        if (!low) return fail(low.error());
        if (!high) return fail(high.error());
        if (!period) return fail(period.error());
        pattern.mean_ = (*low + *high) / 2;
        pattern.swing_ = (*high - *low) / 2;
        pattern.period_ = *period;
        return pattern;
    }
    if (name != "step" || words.size() % 2 == 0)
        return fail(
            Reason::BadRequest,
            fmt::format("\"{}\" is neither an amount nor sine(low, high, period) nor step(amount, span, "
                        "amount, …)",
                        all));
    for (std::size_t i = 0; i < words.size(); i += 2) {
        const auto amount = amountOf(words[i]);
        if (!amount) return fail(amount.error());
        Duration length{};
        if (i + 1 < words.size()) {
            const auto span = spanOf(words[i + 1]);
            if (!span) return fail(span.error());
            length = *span;
        }
        pattern.stretches_.push_back({*amount, length});
    }
    return pattern;
}

double LoadPattern::at(Duration since) const {
    if (period_ > Duration::zero())
        return mean_ - swing_ * std::cos(2 * std::numbers::pi * seconds(since) / seconds(period_));
    for (const Stretch& stretch : stretches_) {
        if (&stretch == &stretches_.back() || since < stretch.length) return stretch.amount;
        since -= stretch.length;
    }
    return 0;
}

double LoadPattern::sum(Duration since) const {
    if (period_ > Duration::zero()) {
        const double turn = 2 * std::numbers::pi / seconds(period_);
        return mean_ * seconds(since) - swing_ * std::sin(turn * seconds(since)) / turn;
    }
    double total = 0;
    for (const Stretch& stretch : stretches_) {
        const bool last = &stretch == &stretches_.back();
        const Duration here = last ? since : std::min(since, stretch.length);
        total += stretch.amount * seconds(here);
        since -= here;
    }
    return total;
}

} // namespace wheelhouse::simulated
