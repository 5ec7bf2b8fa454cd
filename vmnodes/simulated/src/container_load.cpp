#include "container_load.h"

#include "simulated_annotations.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <string_view>
#include <utility>

namespace wheelhouse::simulated {

namespace {

/// Of a container nobody gave a load.
constexpr const char* idleCpu = "1m";
constexpr const char* idleMemory = "16Mi";

double seconds(Duration span) {
    return std::chrono::duration<double>(span).count();
}

/// Pods that share work are of one application in one namespace.
std::string groupOf(const agent::SandboxSpec& sandbox) {
    for (const char* label : {"app.kubernetes.io/instance", "app.kubernetes.io/name", "app"})
        if (const auto found = sandbox.labels.find(label); found != sandbox.labels.end())
            return sandbox.pod.nameSpace + "/" + found->second;
    return sandbox.pod.nameSpace + "/" + sandbox.pod.name;
}

/// Of "simulated.wheelhouse.dev/metric-NAME", for one container with ".CONTAINER" behind it.
std::vector<MetricPlan> planMetrics(const agent::ContainerSpec& spec, const agent::SandboxSpec& sandbox) {
    constexpr std::string_view own = "simulated.wheelhouse.dev/metric-";
    constexpr std::string_view ofAll = "simulated.wheelhouse.dev/metric-shared-";
    std::vector<MetricPlan> plans;
    for (const auto& [key, text] : spec.annotations) {
        if (!key.starts_with(own)) continue;
        const bool shared = key.starts_with(ofAll);
        std::string name = key.substr(shared ? ofAll.size() : own.size());
        if (const std::size_t dot = name.find('.'); dot != std::string::npos) {
            if (name.substr(dot + 1) != spec.name) continue;
            name.resize(dot);
        }
        // A name that is none would make the page unreadable.
        const bool fine =
            !name.empty() && (name[0] < '0' || name[0] > '9') && name.find('-') == std::string::npos;
        const auto pattern = LoadPattern::parse(text);
        if (!fine || !pattern) continue;
        MetricPlan plan{name, *pattern, {}, {}};
        if (shared) {
            plan.group = groupOf(sandbox) + "/" + spec.name + "/" + name;
            plan.shared = text;
        }
        plans.push_back(std::move(plan));
    }
    return plans;
}

bool isCounter(const MetricPlan& plan) {
    return plan.name.ends_with("_total");
}

} // namespace

LoadPlan planLoad(const agent::ContainerSpec& spec, const agent::SandboxSpec& sandbox) {
    LoadPlan plan;
    const auto pattern = [&spec](const char* what, const char* unsaid) {
        const std::string text = annotation(spec, what);
        return LoadPattern::parse(text.empty() ? unsaid : text).value_or(LoadPattern());
    };
    plan.shared = annotation(spec, "cpu-shared");
    plan.cpu = pattern("cpu", plan.shared.empty() ? idleCpu : "0");
    plan.memory = pattern("memory", idleMemory);
    if (!plan.shared.empty()) plan.group = groupOf(sandbox) + "/" + spec.name;
    plan.limit = cpuLimit(spec.resources);
    plan.metrics = planMetrics(spec, sandbox);
    return plan;
}

double cpuLimit(const agent::LinuxResources& resources) {
    if (resources.cpuQuota <= 0 || resources.cpuPeriod <= 0) return 0;
    return static_cast<double>(resources.cpuQuota) / static_cast<double>(resources.cpuPeriod);
}

void ContainerLoad::setLimit(double cores, Instant now) {
    cpuNanoseconds(now); // what was used until now was used under the old one
    plan_.limit = cores;
}

ContainerLoad::ContainerLoad(LoadPlan plan, std::shared_ptr<SharedLoads> shared, Instant now)
    : plan_(std::move(plan)), shared_(std::move(shared)), started_(now), looked_(now) {
    for (const MetricPlan& metric : plan_.metrics) {
        if (!metric.group.empty()) shared_->join(metric.group, metric.shared, now);
        metricsJoinedAt_.push_back(metric.group.empty() ? 0 : shared_->share(metric.group, now));
    }
    if (plan_.group.empty()) return;
    shared_->join(plan_.group, plan_.shared, now);
    joinedAt_ = shared_->share(plan_.group, now);
    member_ = true;
}

void ContainerLoad::leave() {
    if (std::exchange(member_, false)) shared_->leave(plan_.group, looked_);
    for (const MetricPlan& metric : plan_.metrics)
        if (!metric.group.empty()) shared_->leave(metric.group, looked_);
    plan_.metrics.clear();
}

void ContainerLoad::burn(double cores, Duration span, Instant now) {
    burns_.push_back({cores, now, now + span});
}

double ContainerLoad::wished(Instant now) {
    if (member_) share_ = shared_->share(plan_.group, now) - joinedAt_;
    double burning = 0;
    for (const Burn& burn : burns_) {
        const double burnt = burn.cores * seconds(std::min(now, burn.to) - burn.from);
        (burn.to <= now ? burnt_ : burning) += burnt;
    }
    std::erase_if(burns_, [now](const Burn& burn) { return burn.to <= now; });
    return plan_.cpu.sum(now - started_) + share_ + burnt_ + burning;
}

std::int64_t ContainerLoad::cpuNanoseconds(Instant now) {
    if (now > looked_) {
        const double wish = wished(now);
        double more = wish - wished_;
        if (plan_.limit > 0) more = std::min(more, plan_.limit * seconds(now - looked_));
        spent_ += std::max(more, 0.0);
        wished_ = wish;
        looked_ = now;
    }
    return std::llround(spent_ * 1e9);
}

std::int64_t ContainerLoad::memoryBytes(Instant now) const {
    return held_ + static_cast<std::int64_t>(plan_.memory.at(now - started_));
}

std::string ContainerLoad::metricsPage(Instant now) const {
    std::string page;
    for (std::size_t i = 0; i < plan_.metrics.size(); ++i) {
        const MetricPlan& plan = plan_.metrics[i];
        const bool shared = !plan.group.empty();
        const Duration since = now - started_;
        const double value =
            isCounter(plan)
                ? (shared ? shared_->share(plan.group, now) - metricsJoinedAt_[i] : plan.pattern.sum(since))
                : (shared ? shared_->part(plan.group, now) : plan.pattern.at(since));
        page +=
            fmt::format("# TYPE {0} {1}\n{0} {2}\n", plan.name, isCounter(plan) ? "counter" : "gauge", value);
    }
    return page;
}

void ContainerLoad::end(Instant now) {
    cpuNanoseconds(now);
    leave();
}

} // namespace wheelhouse::simulated
