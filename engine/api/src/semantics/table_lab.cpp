#include "engine/api/groups/clock.h"
#include "engine/api/groups/decisions.h"
#include "engine/api/groups/faults.h"
#include "engine/api/groups/links.h"
#include "engine/api/time.h"
#include "semantics/lab_kinds.h"

#include <fmt/format.h>

namespace wheelhouse::api::semantics {

namespace {

constexpr std::size_t targetsShown = 2;

Cells clusterClock(const lab::ClusterClock& of, WallTime now) {
    const lab::ClusterClockStatus& status = of.status();
    std::string next = "<none>";
    if (status.next_size() > 0) next = status.next(0).queue() + " " + status.next(0).key();
    return {of.metadata().name(),
            std::string(status.paused() ? "Paused" : "Running"),
            status.speed().empty() ? of.spec().speed() : status.speed(),
            formatTime(now),
            std::int64_t{status.steps()},
            status.paused() ? next : "<running>",
            orNone(status.laststep()),
            status.message()};
}

/// Nodes as they were asked for, where none have been found yet.
std::string askedFor(const lab::FaultNodes& nodes) {
    if (nodes.names_size() > 0) return firstOf({nodes.names().begin(), nodes.names().end()}, targetsShown);
    if (!nodes.zone().empty()) return "zone " + nodes.zone();
    return "by labels";
}

std::string faultTarget(const lab::Fault& of) {
    std::vector<std::string> near;
    std::vector<std::string> far;
    for (const lab::FaultTarget& target : of.status().targets()) {
        std::string name = target.pod().empty() ? target.node() : target.pod() + ":" + target.container();
        (target.otherend() ? far : near).push_back(std::move(name));
    }
    const lab::FaultSpec& spec = of.spec();
    std::string out = firstOf(near, targetsShown);
    if (spec.has_containerkill()) {
        const auto& kill = spec.containerkill();
        if (out.empty()) out = kill.namespace_() + "/" + (kill.pod().empty() ? "by labels" : kill.pod());
    } else if (out.empty()) {
        out = askedFor(spec.nodes());
    }
    if (!spec.has_link()) return out;
    const std::string end = spec.link().controlplane() ? "control plane"
                            : far.empty()              ? askedFor(spec.link().to())
                                                       : firstOf(far, targetsShown);
    return out + (spec.link().oneway() ? " -> " : " <-> ") + end;
}

Cells fault(const lab::Fault& of, WallTime now) {
    const lab::FaultStatus& status = of.status();
    std::string ends = "<none>";
    if (status.has_ends()) {
        const Duration left = fromTime(status.ends()) - now;
        ends = left > Duration::zero() ? "in " + humanDuration(left) : humanDuration(-left) + " ago";
    }
    return {of.metadata().name(),
            faultKind(of.spec()),
            faultTarget(of),
            status.phase().empty() ? "Pending" : status.phase(),
            status.has_since() ? since(status.since(), now) : "<none>",
            ends,
            std::int64_t{status.rounds()},
            status.message()};
}

Cells reconcileQueue(const lab::ReconcileQueue& of, WallTime now) {
    std::string key = "<none>";
    std::string due = "<none>";
    std::string error;
    if (of.keys_size() > 0) {
        const lab::QueuedKey& first = of.keys(0);
        key = first.key();
        const Duration left = fromTime(first.due()) - now;
        if (first.has_due()) due = left <= Duration::zero() ? "now" : "in " + humanDuration(left);
    }
    for (const lab::QueuedKey& each : of.keys())
        if (error.empty()) error = each.lasterror();
    return {of.metadata().name(),
            std::int64_t{of.waiting()},
            std::int64_t{of.running()},
            std::int64_t{of.backingoff()},
            key,
            due,
            error};
}

Cells linkTraffic(const lab::LinkTraffic& of, WallTime) {
    return {of.metadata().name(),
            of.from(),
            of.to().empty() ? std::string("control plane") : of.to(),
            std::int64_t{of.sentbytes()},
            std::int64_t{of.receivedbytes()},
            std::int64_t{of.lostframes()}};
}

Cells schedulingDecision(const lab::SchedulingDecision& of, WallTime now) {
    if (of.attempts_size() == 0) return {of.metadata().name(), "", "", "", "", "", "", ""};
    const lab::SchedulingAttempt& last = of.attempts(0);
    return {of.metadata().name(),
            last.result(),
            orNone(last.node()),
            fmt::format("{}/{}", last.feasible(), last.nodes()),
            std::int64_t{last.number()},
            since(last.time(), now),
            fmt::format("{}us", last.microseconds()),
            last.message()};
}

} // namespace

Printers labPrinters() {
    return {
        printer<lab::ClusterClock>(
            {nameColumn(), text("State", "Whether time goes."), text("Speed", "How fast it goes."),
             text("Cluster Time", "What time it is in the cluster."),
             number("Steps", "Steps made while paused, in all."),
             text("Next", "While paused: who acts next."), wide(text("Last Step", "What the last step did.")),
             wide(text("Message", "Why something asked for is not done."))},
            clusterClock),
        printer<lab::Fault>(
            {nameColumn(), text("Kind", "What is broken."), text("Target", "Whom it concerns."),
             text("Phase", "Whether it is there."), text("Since", "How long ago it began last."),
             text("Ends", "When it ends or ended."), wide(number("Rounds", "How often it has begun.")),
             wide(text("Message", "What is done, in words."))},
            fault),
        printer<lab::LinkTraffic>({nameColumn(), text("From", "The node at the first end."),
                                   text("To", "The other end."),
                                   number("Sent", "Bytes from the first end to the other."),
                                   number("Received", "Bytes from the other end."),
                                   wide(number("Lost", "Frames that were lost, either way."))},
                                  linkTraffic),
        printer<lab::ReconcileQueue>(
            {nameColumn(), number("Waiting", "Keys that wait."), number("Running", "Keys being worked on."),
             number("Backing Off", "Keys that failed last time."), text("Next", "The key looked at next."),
             text("Due", "When that is."), wide(text("Last Error", "What went wrong last."))},
            reconcileQueue),
        printer<lab::SchedulingDecision>(
            {nameColumn(), text("Result", "How the last attempt came out."), text("Node", "The node chosen."),
             text("Feasible", "Nodes that no filter refused, of all there were."),
             number("Attempts", "How often it was tried."), text("Age", "How long ago the last attempt was."),
             wide(text("Took", "How long the last attempt took.")),
             wide(text("Message", "The outcome in words."))},
            schedulingDecision)};
}

} // namespace wheelhouse::api::semantics
