#include "engine/api/groups/autoscaling_lab.h"
#include "semantics/lab_kinds.h"
#include "semantics/taint_text.h"

namespace wheelhouse::api::semantics {

namespace {

const Path spec("spec");
/// A machine of a pool is called as the pool with a hyphen and five letters behind it, and its name is the
/// guest's host name.
constexpr std::size_t longestName = 63 - 6;

void defaultPool(lab::NodePool& pool) {
    if (!pool.has_spec()) return; // it is asked for; what is not there has no defaults either
    lab::NodePoolSpec& of = *pool.mutable_spec();
    if (!of.has_min()) of.set_min(0);
    if (!of.has_replicas()) of.set_replicas(of.min());
}

void checkPool(const lab::NodePool& pool, Problems& problems) {
    const std::string& name = pool.metadata().name();
    if (name.size() > longestName)
        problems.invalid(Path("metadata").child("name"), name, "must be no more than 57 characters");
    const lab::NodePoolSpec& of = pool.spec();
    problems.oneOf(spec.child("provider"), of.provider(), {"simulated", "vm"});
    problems.between(spec.child("replicas"), of.replicas(), 0, 100'000);
    problems.between(spec.child("min"), of.min(), 0, 100'000);
    if (of.has_max()) {
        problems.between(spec.child("max"), of.max(), 0, 100'000);
        if (of.max() < of.min())
            problems.invalid(spec.child("max"), of.max(), "must be greater than or equal to `min`");
    }
    problems.between(spec.child("cpus"), of.cpus(), 1, 256);
    problems.between(spec.child("memoryMiB"), of.memorymib(), 64, 4 * 1024 * 1024);
    problems.between(spec.child("diskGiB"), of.diskgib(), 1, 64 * 1024);
    problems.between(spec.child("idleSeconds"), of.idleseconds(), 0, 7 * 24 * 3600);
    problems.between(spec.child("idleBelowPercent"), of.idlebelowpercent(), 0, 100);
    problems.between(spec.child("coolDownSeconds"), of.cooldownseconds(), 0, 7 * 24 * 3600);
    if (!of.zone().empty()) problems.invalid(spec.child("zone"), of.zone(), labelValue(of.zone()));
    validateLabels(of.nodelabels(), spec.child("nodeLabels"), problems);
    for (int i = 0; i < of.nodetaints_size(); ++i)
        validateTaintText(of.nodetaints(i), spec.child("nodeTaints").index(static_cast<std::size_t>(i)),
                          problems);
}

void checkPoolChange(const lab::NodePool& now, const lab::NodePool& old, Problems& problems) {
    if (now.spec().provider() != old.spec().provider())
        problems.invalid(spec.child("provider"), now.spec().provider(), fieldIsImmutable);
}

} // namespace

KindRuleList poolRules() {
    static const KindRules all[] = {{.type = lab::NodePool::descriptor(),
                                     .name = dnsLabel,
                                     .generations = true,
                                     .defaults = on<lab::NodePool, defaultPool>,
                                     .check = checks<lab::NodePool, checkPool>,
                                     .checkChange = compares<lab::NodePool, checkPoolChange>}};
    return all;
}

} // namespace wheelhouse::api::semantics
