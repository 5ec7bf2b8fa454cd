#include "pool/expander.h"

#include "engine/api/taint_text.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <tuple>

namespace wheelhouse::autoscaling {

namespace core = api::core;

namespace {

/// One step at most; whatever is still missing then is asked for in the next round.
constexpr int mostMachines = 50;
/// What the system of a virtual machine keeps for itself.
constexpr int reservedMiB = 192;
constexpr int podsOfANode = 110;

struct Trial {
    std::vector<std::string> pods;
    Amounts requested;
};

std::string nameOf(const std::string& pool, int number) {
    return fmt::format("{}.would-be.{}", pool, number);
}

/// Which of the pods `machines` more nodes would take.
Result<Trial> tryWith(Placement& placement, const Shortage& shortage, const Candidate& candidate,
                      int machines) {
    Placement::Question question;
    question.added = shortage.coming;
    question.pods = shortage.pods;
    for (int i = 0; i < machines; ++i) {
        core::Node node = candidate.node;
        node.mutable_metadata()->set_name(nameOf(candidate.pool, i));
        (*node.mutable_metadata()->mutable_labels())["kubernetes.io/hostname"] = node.metadata().name();
        question.added.push_back(std::move(node));
    }
    const auto nodes = placement.place(question);
    if (!nodes) return fail(nodes.error());
    Trial trial;
    const std::string prefix = candidate.pool + ".would-be.";
    for (std::size_t i = 0; i < nodes->size(); ++i) {
        if (!(*nodes)[i].starts_with(prefix)) continue;
        trial.pods.push_back(shortage.pods[i]->key());
        trial.requested += requestsOf(shortage.pods[i]->as<core::Pod>());
    }
    return trial;
}

int wasteOf(const Candidate& candidate, int machines, const Amounts& requested) {
    const Amounts each = allocatableOf(candidate.node);
    const auto unused = [machines](std::int64_t have, std::int64_t want) {
        const double all = static_cast<double>(have) * machines;
        return all <= 0 ? 0 : std::max(0.0, 1 - static_cast<double>(want) / all);
    };
    return static_cast<int>(
        50 * (unused(each.milliCpu, requested.milliCpu) + unused(each.bytes, requested.bytes)));
}

Result<std::optional<GrowthOption>> optionOf(Placement& placement, const Shortage& shortage,
                                             const Candidate& candidate) {
    int high = std::min({candidate.room, mostMachines, static_cast<int>(shortage.pods.size())});
    if (high <= 0) return std::optional<GrowthOption>();
    auto best = tryWith(placement, shortage, candidate, high);
    if (!best) return fail(best.error());
    if (best->pods.empty()) return std::optional<GrowthOption>();
    int low = 0; // too few
    while (high - low > 1) {
        const int middle = (low + high) / 2;
        auto trial = tryWith(placement, shortage, candidate, middle);
        if (!trial) return fail(trial.error());
        if (trial->pods.size() >= best->pods.size()) {
            best = std::move(trial);
            high = middle;
        } else {
            low = middle;
        }
    }
    return std::optional<GrowthOption>(GrowthOption{candidate.pool, high, std::move(best->pods),
                                                    wasteOf(candidate, high, best->requested),
                                                    candidate.priority});
}

} // namespace

Result<std::vector<api::ObjectPtr>> helpless(Placement& placement, const Shortage& shortage) {
    Placement::Question question;
    question.added = shortage.coming;
    question.pods = shortage.pods;
    const auto nodes = placement.place(question);
    if (!nodes) return fail(nodes.error());
    std::vector<api::ObjectPtr> left;
    for (std::size_t i = 0; i < nodes->size(); ++i)
        if ((*nodes)[i].empty()) left.push_back(shortage.pods[i]);
    return left;
}

Result<std::vector<GrowthOption>> growthOptions(Placement& placement, const Shortage& shortage,
                                                const std::vector<Candidate>& candidates) {
    std::vector<GrowthOption> options;
    for (const Candidate& candidate : candidates) {
        auto option = optionOf(placement, shortage, candidate);
        if (!option) return fail(option.error());
        if (*option) options.push_back(std::move(**option));
    }
    std::sort(options.begin(), options.end(), [](const GrowthOption& a, const GrowthOption& b) {
        return std::make_tuple(-a.priority, a.wastePercent, b.pods.size(), a.pool) <
               std::make_tuple(-b.priority, b.wastePercent, a.pods.size(), b.pool);
    });
    return options;
}

core::Node wouldBeNode(const api::lab::Machine& machine, const core::Node* sample, bool taintSimulated) {
    const api::lab::MachineSpec& spec = machine.spec();
    const bool simulated = spec.provider() == "simulated";
    core::Node node;
    std::map<std::string, std::string> labels(spec.nodelabels().begin(), spec.nodelabels().end());
    labels["wheelhouse.dev/provider"] = spec.provider();
    labels["kubernetes.io/os"] = "linux";
    labels["kubernetes.io/arch"] = "amd64";
    if (sample != nullptr)
        if (const auto arch = sample->metadata().labels().find("kubernetes.io/arch");
            arch != sample->metadata().labels().end())
            labels["kubernetes.io/arch"] = arch->second;
    if (!spec.zone().empty()) labels["topology.kubernetes.io/zone"] = spec.zone();
    node.mutable_metadata()->mutable_labels()->insert(labels.begin(), labels.end());
    for (const std::string& taint : spec.nodetaints())
        *node.mutable_spec()->add_taints() = api::taintOfText(taint);
    if (simulated && taintSimulated)
        *node.mutable_spec()->add_taints() = api::taintOfText("wheelhouse.dev/simulated=:NoSchedule");
    if (sample != nullptr) {
        // What the machines of this pool really give.
        *node.mutable_status()->mutable_capacity() = sample->status().capacity();
        *node.mutable_status()->mutable_allocatable() = sample->status().allocatable();
        return node;
    }
    for (auto* amounts :
         {node.mutable_status()->mutable_capacity(), node.mutable_status()->mutable_allocatable()}) {
        (*amounts)["cpu"].set_string(std::to_string(spec.cpus()));
        (*amounts)["memory"].set_string(
            fmt::format("{}Mi", std::max(0, spec.memorymib() - (simulated ? 0 : reservedMiB))));
        (*amounts)["pods"].set_string(std::to_string(podsOfANode));
        (*amounts)["ephemeral-storage"].set_string(fmt::format("{}Gi", spec.diskgib()));
    }
    return node;
}

} // namespace wheelhouse::autoscaling
