#include "vmnodes/agent/housekeeping.h"

#include "agent_config.pb.h"
#include "engine/api/duration.h"
#include "engine/api/quantity.h"

#include <array>
#include <charconv>
#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>
#include <optional>
#include <string_view>
#include <tuple>

namespace wheelhouse::agent {

namespace {

using Settings = google::protobuf::Map<std::string, std::string>;

constexpr std::array<std::string_view, 6> signalNames{"memory.available",   "nodefs.available",
                                                      "nodefs.inodesFree",  "imagefs.available",
                                                      "imagefs.inodesFree", "pid.available"};

tl::unexpected<Status> wrong(const std::string& field, const std::string& what) {
    return fail(Reason::Invalid, fmt::format("KubeletConfiguration: {}: {}", field, what));
}

std::optional<Signal> signalOf(std::string_view name) {
    for (std::size_t i = 0; i < signalNames.size(); ++i)
        if (signalNames[i] == name) return static_cast<Signal>(i);
    return std::nullopt;
}

Result<Amount> amountOf(const std::string& field, const std::string& text) {
    Amount amount;
    if (text.ends_with('%')) {
        double percent = 0;
        const char* last = text.data() + text.size() - 1;
        const auto [end, error] = std::from_chars(text.data(), last, percent);
        if (error != std::errc() || end != last || percent < 0 || percent > 100)
            return wrong(field, fmt::format("\"{}\" must be between 0% and 100%", text));
        amount.part = percent / 100;
        return amount;
    }
    const auto quantity = api::Quantity::parse(text);
    if (!quantity || *quantity < api::Quantity())
        return wrong(field,
                     fmt::format("\"{}\" must be a quantity such as 100Mi or a part such as 10%", text));
    amount.number = quantity->units();
    return amount;
}

Result<Duration> durationOf(const std::string& field, const std::string& text) {
    const auto span = api::parseDuration(text);
    if (!span || *span < Duration::zero())
        return wrong(field, fmt::format("\"{}\" must be a span of time such as 1m30s", text));
    return *span;
}

std::string entry(const char* field, const std::string& name) {
    return fmt::format("{}[{}]", field, name);
}

/// Adds what `settings` say; a threshold of 0 % or 100 % is none.
Result<void> addThresholds(const char* field, const Settings& settings, const Settings* graces,
                           std::vector<EvictionThreshold>& into) {
    for (const auto& [name, text] : settings) {
        const auto signal = signalOf(name);
        if (!signal) return wrong(entry(field, name), "no such signal is known here");
        const auto least = amountOf(entry(field, name), text);
        if (!least) return fail(least.error());
        EvictionThreshold threshold{
            .signal = *signal, .least = *least, .reclaim = {}, .soft = graces != nullptr};
        if (graces != nullptr) {
            const auto grace = graces->find(name);
            if (grace == graces->end())
                return wrong(entry(field, name), "needs an entry in evictionSoftGracePeriod");
            const auto span = durationOf(entry("evictionSoftGracePeriod", name), grace->second);
            if (!span) return fail(span.error());
            threshold.grace = *span;
        }
        std::erase_if(into, [&](const EvictionThreshold& other) {
            return other.signal == threshold.signal && other.soft == threshold.soft;
        });
        if (text == "100%" || (least->part == 0 && least->number == 0)) continue;
        into.push_back(threshold);
    }
    return {};
}

Result<void> addReclaims(const Settings& settings, std::vector<EvictionThreshold>& into) {
    constexpr const char* field = "evictionMinimumReclaim";
    for (const auto& [name, text] : settings) {
        const auto signal = signalOf(name);
        if (!signal) return wrong(entry(field, name), "no such signal is known here");
        const auto more = amountOf(entry(field, name), text);
        if (!more) return fail(more.error());
        for (EvictionThreshold& threshold : into)
            if (threshold.signal == *signal) threshold.reclaim = *more;
    }
    return {};
}

Result<void> setThresholds(const KubeletConfiguration& from, HousekeepingOptions& options) {
    if (!from.evictionhard().empty()) {
        if (!from.mergedefaultevictionsettings()) options.thresholds.clear();
        if (auto added = addThresholds("evictionHard", from.evictionhard(), nullptr, options.thresholds);
            !added)
            return added;
    }
    if (auto added = addThresholds("evictionSoft", from.evictionsoft(), &from.evictionsoftgraceperiod(),
                                   options.thresholds);
        !added)
        return added;
    return addReclaims(from.evictionminimumreclaim(), options.thresholds);
}

Result<void> setImages(const KubeletConfiguration& from, HousekeepingOptions& options) {
    if (from.has_imagegchighthresholdpercent()) options.imageHighPercent = from.imagegchighthresholdpercent();
    if (from.has_imagegclowthresholdpercent()) options.imageLowPercent = from.imagegclowthresholdpercent();
    if (options.imageHighPercent < 0 || options.imageHighPercent > 100)
        return wrong("imageGCHighThresholdPercent", "must be between 0 and 100");
    if (options.imageLowPercent < 0 || options.imageLowPercent >= options.imageHighPercent)
        return wrong("imageGCLowThresholdPercent",
                     "must be below imageGCHighThresholdPercent, and not below 0");
    for (const auto& [field, text, into] :
         {std::tuple("imageMinimumGCAge", &from.imageminimumgcage(), &options.imageMinAge),
          std::tuple("imageMaximumGCAge", &from.imagemaximumgcage(), &options.imageMaxAge)}) {
        if (text->empty()) continue;
        const auto span = durationOf(field, *text);
        if (!span) return fail(span.error());
        *into = *span;
    }
    if (options.imageMaxAge > Duration::zero() && options.imageMaxAge <= options.imageMinAge)
        return wrong("imageMaximumGCAge", "must be longer than imageMinimumGCAge");
    return {};
}

} // namespace

std::vector<EvictionThreshold> defaultThresholds() {
    const auto least = [](Signal signal, Amount amount) {
        return EvictionThreshold{.signal = signal, .least = amount, .reclaim = {}};
    };
    return {least(Signal::MemoryAvailable, {.number = std::int64_t{100} << 20}),
            least(Signal::NodeFsAvailable, {.part = 0.10}), least(Signal::NodeFsInodesFree, {.part = 0.05}),
            least(Signal::ImageFsAvailable, {.part = 0.15}),
            least(Signal::ImageFsInodesFree, {.part = 0.05})};
}

Result<HousekeepingOptions> housekeepingOf(const KubeletConfiguration& from) {
    if (!from.kind().empty() && from.kind() != "KubeletConfiguration")
        return wrong("kind", fmt::format("\"{}\" must be KubeletConfiguration", from.kind()));
    if (!from.apiversion().empty() && from.apiversion() != "kubelet.config.k8s.io/v1beta1")
        return wrong("apiVersion",
                     fmt::format("\"{}\" must be kubelet.config.k8s.io/v1beta1", from.apiversion()));
    HousekeepingOptions options;
    if (auto set = setThresholds(from, options); !set) return fail(set.error());
    if (auto set = setImages(from, options); !set) return fail(set.error());
    if (!from.evictionpressuretransitionperiod().empty()) {
        const auto span =
            durationOf("evictionPressureTransitionPeriod", from.evictionpressuretransitionperiod());
        if (!span) return fail(span.error());
        options.pressureTransition = *span;
    }
    if (from.evictionmaxpodgraceperiod() < 0)
        return wrong("evictionMaxPodGracePeriod", "must not be below 0");
    options.maxPodGrace = std::chrono::seconds(from.evictionmaxpodgraceperiod());
    return options;
}

Result<HousekeepingOptions> readKubeletConfiguration(const std::string& json) {
    KubeletConfiguration configuration;
    const auto status = google::protobuf::util::JsonStringToMessage(json, &configuration);
    if (!status.ok())
        return fail(Reason::Invalid,
                    fmt::format("KubeletConfiguration: {}",
                                std::string_view(status.message().data(), status.message().size())));
    return housekeepingOf(configuration);
}

} // namespace wheelhouse::agent
