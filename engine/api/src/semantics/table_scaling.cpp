#include "engine/api/groups/autoscaling_lab.h"
#include "engine/api/groups/metric_lab.h"
#include "engine/api/groups/metrics.h"
#include "engine/api/quantity.h"
#include "semantics/lab_kinds.h"

#include <fmt/format.h>
#include <map>

namespace wheelhouse::api::semantics {

namespace {

using QuantityMap = google::protobuf::Map<std::string, resource::Quantity>;

Quantity amountOf(const QuantityMap& usage, const std::string& what) {
    const auto found = usage.find(what);
    return found == usage.end() ? Quantity() : Quantity::parse(found->second.string()).value_or(Quantity());
}

/// "15.02s".
std::string spanText(const meta::Duration& span) {
    return fmt::format("{}s", static_cast<double>(span.duration()) / 1e9);
}

Columns usageColumns() {
    return {nameColumn(), text("CPU", "Processor time, in cores."), text("Memory", "Working set."),
            text("Window", "The span of time it was measured over.")};
}

Cells nodeUsage(const metrics::NodeMetrics& of, WallTime) {
    return {of.metadata().name(), amountOf(of.usage(), "cpu").toString(),
            amountOf(of.usage(), "memory").toString(), spanText(of.window())};
}

Cells podUsage(const metrics::PodMetrics& of, WallTime) {
    Quantity cpu;
    Quantity memory = Quantity::fromBytes(0);
    for (const metrics::ContainerMetrics& container : of.containers()) {
        cpu = cpu + amountOf(container.usage(), "cpu");
        memory = memory + amountOf(container.usage(), "memory");
    }
    return {of.metadata().name(), cpu.toString(), memory.toString(), spanText(of.window())};
}

Cells decision(const lab::AutoscalingDecision& of, WallTime now) {
    if (of.decisions().empty()) return {of.metadata().name(), of.target(), "", "", "<unknown>", ""};
    const lab::ScalingStep& last = of.decisions(0);
    return {of.metadata().name(),    of.target(),
            last.result(),           fmt::format("{} → {}", last.current(), last.desired()),
            since(last.time(), now), last.message()};
}

Cells pool(const lab::NodePool& of, WallTime now) {
    const lab::NodePoolSpec& spec = of.spec();
    return {of.metadata().name(),
            spec.provider(),
            std::int64_t{spec.replicas()},
            std::int64_t{of.status().readyreplicas()},
            std::int64_t{spec.min()},
            spec.has_max() ? std::to_string(spec.max()) : "<none>",
            since(of.metadata().creationtimestamp(), now),
            fmt::format("{} cpu, {}Mi", spec.cpus(), spec.memorymib()),
            orNone(spec.zone()),
            of.status().message()};
}

Cells metric(const lab::Metric& of, WallTime now) {
    const lab::MetricSpec& spec = of.spec();
    const lab::MetricSubject& subject = spec.describedobject();
    std::string labels;
    for (const auto& [key, value] : std::map(spec.labels().begin(), spec.labels().end()))
        labels += fmt::format("{}{}={}", labels.empty() ? "" : ",", key, value);
    return {of.metadata().name(),
            spec.metric().empty() ? of.metadata().name() : spec.metric(),
            spec.has_describedobject() ? subject.kind() + "/" + subject.name() : "<external>",
            spec.value().string().empty() ? "0" : spec.value().string(),
            since(of.metadata().creationtimestamp(), now),
            orNone(labels)};
}

} // namespace

Printers scalingPrinters() {
    return {
        printer<metrics::NodeMetrics>(usageColumns(), nodeUsage),
        printer<metrics::PodMetrics>(usageColumns(), podUsage),
        printer<lab::AutoscalingDecision>(
            {nameColumn(), text("Target", "What is scaled."), text("Last", "What was decided last."),
             text("Replicas", "The number before and after."), text("When", "How long ago that was."),
             wide(text("Why", "The decision in words."))},
            decision),
        printer<lab::Metric>({nameColumn(), text("Metric", "The name autoscalers know it by."),
                              text("Object", "What it is about."), text("Value", "What it is now."),
                              ageColumn(), wide(text("Labels", "Labels of this series."))},
                             metric),
        printer<lab::NodePool>({nameColumn(), text("Provider", "Who makes the machines."),
                                number("Wanted", "Wanted machines."), number("Ready", "Ready nodes."),
                                number("Min", "Fewest machines."), text("Max", "Most machines."), ageColumn(),
                                wide(text("Shape", "Processors and memory of each machine.")),
                                wide(text("Zone", "Zone of the nodes.")),
                                wide(text("Message", "The present state in words."))},
                               pool),
    };
}

} // namespace wheelhouse::api::semantics
