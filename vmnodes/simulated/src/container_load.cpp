#include "container_load.h"

#include "simulated_annotations.h"

#include <algorithm>
#include <cmath>
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
    if (plan_.group.empty()) return;
    shared_->join(plan_.group, plan_.shared, now);
    joinedAt_ = shared_->share(plan_.group, now);
    member_ = true;
}

void ContainerLoad::leave() {
    if (std::exchange(member_, false)) shared_->leave(plan_.group, looked_);
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

void ContainerLoad::end(Instant now) {
    cpuNanoseconds(now);
    leave();
}

} // namespace wheelhouse::simulated
