#include "engine/api/groups/faults.h"
#include "semantics/lab_kinds.h"
#include "semantics/schedule.h"

#include <utility>
#include <vector>

namespace wheelhouse::api::semantics {

namespace {

const Path spec("spec");
constexpr std::int64_t longest = std::int64_t{366} * 24 * 3600;
constexpr std::int64_t latest = 60'000; ///< milliseconds
constexpr std::int64_t fastest = 100'000'000;

std::vector<std::string> kindsOf(const lab::FaultSpec& of) {
    const std::pair<bool, const char*> all[] = {
        {of.has_nodepower(), "nodePower"},
        {of.has_slowcpu(), "slowCPU"},
        {of.has_fulldisk(), "fullDisk"},
        {of.has_memorypressure(), "memoryPressure"},
        {of.has_link(), "link"},
        {of.has_containerkill(), "containerKill"},
        {of.has_registrydown(), "registryDown"},
    };
    std::vector<std::string> out;
    for (const auto& [is, name] : all)
        if (is) out.emplace_back(name);
    return out;
}

void checkNodes(const lab::FaultNodes& nodes, const Path& path, Problems& problems) {
    if (nodes.names_size() == 0 && nodes.zone().empty() && !nodes.has_selector())
        problems.required(
            path, "must say which nodes: names, a zone or a selector (an empty selector is all of them)");
    for (int i = 0; i < nodes.names_size(); ++i)
        problems.invalid(path.child("names").index(static_cast<std::size_t>(i)), nodes.names(i),
                         dnsSubdomain(nodes.names(i)));
    if (!nodes.zone().empty()) problems.invalid(path.child("zone"), nodes.zone(), labelValue(nodes.zone()));
    if (nodes.has_selector()) validateLabelSelector(nodes.selector(), path.child("selector"), problems);
}

void checkLink(const lab::LinkFault& link, const Path& path, Problems& problems) {
    if (link.has_to() == link.controlplane())
        problems.invalidBare(path, "the other end must be either `to` or `controlPlane: true`");
    else if (link.has_to())
        checkNodes(link.to(), path.child("to"), problems);
    problems.between(path.child("latencyMilliseconds"), link.latencymilliseconds(), 0, latest);
    problems.between(path.child("jitterMilliseconds"), link.jittermilliseconds(), 0, latest);
    problems.between(path.child("lossPercent"), link.losspercent(), 0, 100);
    problems.between(path.child("bandwidthKbit"), link.bandwidthkbit(), 0, fastest);
    const bool worse = link.latencymilliseconds() > 0 || link.jittermilliseconds() > 0 ||
                       link.losspercent() > 0 || link.bandwidthkbit() > 0;
    if (!link.cut() && !worse)
        problems.required(
            path, "must say what happens: cut, latencyMilliseconds, jitterMilliseconds, lossPercent or "
                  "bandwidthKbit");
    if (link.cut() && worse) problems.invalidBare(path, "nothing is late or slow on a link that is cut");
}

void checkKill(const lab::ContainerKillFault& kill, const Path& path, Problems& problems) {
    if (kill.namespace_().empty())
        problems.required(path.child("namespace"));
    else
        problems.invalid(path.child("namespace"), kill.namespace_(), dnsLabel(kill.namespace_()));
    if (kill.pod().empty() == !kill.has_selector())
        problems.invalidBare(path, "must say which pods: either `pod` or `selector`");
    if (!kill.pod().empty()) problems.invalid(path.child("pod"), kill.pod(), dnsSubdomain(kill.pod()));
    if (kill.has_selector()) validateLabelSelector(kill.selector(), path.child("selector"), problems);
    if (!kill.container().empty())
        problems.invalid(path.child("container"), kill.container(), dnsLabel(kill.container()));
    problems.nonNegative(path.child("pods"), kill.pods());
}

void checkTimes(const lab::FaultSpec& of, Problems& problems) {
    if (of.has_durationseconds())
        problems.between(spec.child("durationSeconds"), of.durationseconds(), 1, longest);
    if (of.has_everyseconds()) problems.between(spec.child("everySeconds"), of.everyseconds(), 1, longest);
    const bool scheduled = !of.schedule().empty();
    if (scheduled) validateSchedule(of.schedule(), spec.child("schedule"), problems);
    if (scheduled && of.has_everyseconds())
        problems.forbidden(spec.child("everySeconds"), "may not be set together with `schedule`");
    if (of.has_timezone()) {
        if (const Result<void> known = checkTimeZone(of.timezone()); !known)
            problems.invalid(spec.child("timeZone"), of.timezone(), known.error().message);
        if (!scheduled)
            problems.forbidden(spec.child("timeZone"), "may only be set together with `schedule`");
    }
    problems.between(spec.child("startAfterSeconds"), of.startafterseconds(), 0, longest);
    if (of.has_containerkill()) {
        if (of.has_durationseconds())
            problems.forbidden(spec.child("durationSeconds"), "containers are killed at once");
        return;
    }
    if (!of.has_everyseconds() && !scheduled) return;
    if (!of.has_durationseconds())
        problems.required(spec.child("durationSeconds"), "what is to begin again must end");
    else if (of.has_everyseconds() && of.durationseconds() >= of.everyseconds())
        problems.invalid(spec.child("durationSeconds"), of.durationseconds(),
                         "must be less than `everySeconds`");
}

void checkFault(const lab::Fault& fault, Problems& problems) {
    const lab::FaultSpec& of = fault.spec();
    const std::vector<std::string> kinds = kindsOf(of);
    if (kinds.size() != 1) {
        const std::string what =
            "exactly one of nodePower, slowCPU, fullDisk, memoryPressure, link, containerKill and "
            "registryDown must be set";
        if (kinds.empty())
            problems.required(spec, what);
        else
            problems.forbidden(spec.child(kinds[1]), what);
        return;
    }
    if (of.has_containerkill()) {
        if (of.has_nodes()) problems.forbidden(spec.child("nodes"), "containers are found by their pods");
        checkKill(of.containerkill(), spec.child("containerKill"), problems);
    } else if (!of.has_nodes()) {
        problems.required(spec.child("nodes"));
    } else {
        checkNodes(of.nodes(), spec.child("nodes"), problems);
    }
    if (of.has_nodepower())
        problems.oneOf(spec.child("nodePower").child("state"), of.nodepower().state(), {"Cut", "Frozen"});
    if (of.has_slowcpu())
        problems.between(spec.child("slowCPU").child("percent"), of.slowcpu().percent(), 1, 99);
    if (of.has_memorypressure())
        problems.between(spec.child("memoryPressure").child("percent"), of.memorypressure().percent(), 1,
                         100);
    if (of.has_link()) checkLink(of.link(), spec.child("link"), problems);
    checkTimes(of, problems);
}

void checkFaultChange(const lab::Fault& now, const lab::Fault& old, Problems& problems) {
    requireSame(now.spec(), old.spec(), spec, problems);
}

} // namespace

KindRuleList faultRules() {
    static const KindRules all[] = {{.type = lab::Fault::descriptor(),
                                     .generations = true,
                                     .check = checks<lab::Fault, checkFault>,
                                     .checkChange = compares<lab::Fault, checkFaultChange>}};
    return all;
}

} // namespace wheelhouse::api::semantics

namespace wheelhouse::api {

std::string faultKind(const lab::FaultSpec& spec) {
    if (spec.has_nodepower()) return spec.nodepower().state() == "Frozen" ? "Freeze" : "PowerCut";
    if (spec.has_slowcpu()) return "SlowCPU";
    if (spec.has_fulldisk()) return "FullDisk";
    if (spec.has_memorypressure()) return "MemoryPressure";
    if (spec.has_link()) return spec.link().cut() ? "LinkCut" : "Link";
    if (spec.has_containerkill()) return "ContainerKill";
    if (spec.has_registrydown()) return "RegistryDown";
    return {};
}

} // namespace wheelhouse::api
