#include "measure_meter.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

namespace wheelhouse::agent {

namespace {

/// Over less, a rate is mostly chance.
constexpr Duration shortest = std::chrono::seconds(1);

std::string rateName(std::string_view name) {
    for (const std::string_view suffix : {"_seconds_total", "_total"})
        if (name.ends_with(suffix) && name.size() > suffix.size()) {
            name.remove_suffix(suffix.size());
            break;
        }
    return std::string(name);
}

nodelink::Measure measureOf(std::string name, const ExposedSample& sample, double value) {
    nodelink::Measure out;
    out.set_name(std::move(name));
    for (const auto& [key, label] : sample.labels)
        (*out.mutable_labels())[key] = label;
    out.set_value(value);
    return out;
}

} // namespace

std::vector<nodelink::Measure> MeasureMeter::take(const Uid& pod, const std::vector<ExposedSample>& page,
                                                  Instant now) {
    const auto before = seen_.find(pod);
    const std::optional<Duration> window =
        before == seen_.end() ? std::nullopt : std::optional(now - before->second.at);
    Seen seen{now, {}};
    std::set<std::string_view> plain;
    for (const ExposedSample& sample : page)
        if (!sample.counter) plain.insert(sample.name);
    std::vector<nodelink::Measure> out;
    for (const ExposedSample& sample : page) {
        if (!sample.counter) {
            out.push_back(measureOf(sample.name, sample, sample.value));
            continue;
        }
        SeriesKey key{sample.name, sample.labels};
        std::string name = rateName(sample.name);
        // What is published under that very name is meant by it.
        if (window && *window >= shortest && !plain.contains(name))
            if (const auto last = before->second.counters.find(key); last != before->second.counters.end()) {
                const double grown = sample.value < last->second ? sample.value : sample.value - last->second;
                const double seconds = std::chrono::duration<double>(*window).count();
                out.push_back(measureOf(std::move(name), sample, grown / seconds));
                out.back().set_window_ms(static_cast<std::uint32_t>(
                    std::chrono::duration_cast<std::chrono::milliseconds>(*window).count()));
            }
        seen.counters.insert_or_assign(std::move(key), sample.value);
    }
    seen_.insert_or_assign(pod, std::move(seen));
    return out;
}

void MeasureMeter::keepOnly(const std::vector<Uid>& pods) {
    std::erase_if(seen_, [&pods](const auto& each) {
        return std::find(pods.begin(), pods.end(), each.first) == pods.end();
    });
}

} // namespace wheelhouse::agent
