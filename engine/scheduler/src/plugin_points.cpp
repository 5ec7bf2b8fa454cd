#include "plugin_points.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>
#include <vector>

namespace wheelhouse::scheduler {

namespace {

struct Known {
    std::string name;
    std::set<std::string> points;
    std::int32_t weight = 0;
};

/// The standard plug-ins in the order in which they work, with the points they have something to do at.
const std::vector<Known>& knownPlugins() {
    static const std::vector<Known> known = {
        {"SchedulingGates", {"preEnqueue"}},
        {"PrioritySort", {"queueSort"}},
        {"NodeUnschedulable", {"filter"}},
        {"NodeName", {"filter"}},
        {"TaintToleration", {"filter", "preScore", "score"}, 3},
        {"NodeAffinity", {"preFilter", "filter", "preScore", "score"}, 2},
        {"NodePorts", {"preFilter", "filter"}},
        {"NodeResourcesFit", {"preFilter", "filter", "preScore", "score"}, 1},
        {"VolumeRestrictions", {"preFilter", "filter"}},
        {"NodeVolumeLimits", {"preFilter", "filter"}},
        {"VolumeBinding", {"preFilter", "filter", "reserve", "preBind"}},
        {"VolumeZone", {"preFilter", "filter"}},
        {"PodTopologySpread", {"preFilter", "filter", "preScore", "score"}, 2},
        {"InterPodAffinity", {"preFilter", "filter", "preScore", "score"}, 2},
        {"DefaultPreemption", {"postFilter"}},
        {"NodeResourcesBalancedAllocation", {"preScore", "score"}, 1},
        {"ImageLocality", {"score"}, 1},
        {"DefaultBinder", {"bind"}},
    };
    return known;
}

const Known* find(const std::string& name) {
    for (const Known& each : knownPlugins()) {
        if (each.name == name) return &each;
    }
    return nullptr;
}

struct Point {
    std::string name;
    const config::PluginSet& set;
};

std::vector<Point> pointsOf(const config::Plugins& plugins) {
    return {{"preEnqueue", plugins.preenqueue()},
            {"queueSort", plugins.queuesort()},
            {"preFilter", plugins.prefilter()},
            {"filter", plugins.filter()},
            {"postFilter", plugins.postfilter()},
            {"preScore", plugins.prescore()},
            {"score", plugins.score()},
            {"reserve", plugins.reserve()},
            {"permit", plugins.permit()},
            {"preBind", plugins.prebind()},
            {"bind", plugins.bind()},
            {"postBind", plugins.postbind()}};
}

bool disabled(const config::PluginSet& set, const std::string& name) {
    return std::any_of(set.disabled().begin(), set.disabled().end(),
                       [&](const auto& each) { return each.name() == "*" || each.name() == name; });
}

using Enabled = std::vector<Profile::Scoring>;

Enabled::iterator findIn(Enabled& enabled, const std::string& name) {
    return std::find_if(enabled.begin(), enabled.end(),
                        [&](const auto& each) { return each.plugin == name; });
}

/// The standard plug-ins without those disabled everywhere, with those enabled everywhere.
Enabled everywhere(const config::PluginSet& multiPoint) {
    Enabled out;
    for (const Known& each : knownPlugins()) {
        if (!disabled(multiPoint, each.name)) out.push_back({each.name, each.weight});
    }
    for (const auto& each : multiPoint.enabled()) {
        const auto known = findIn(out, each.name());
        if (known != out.end()) {
            known->weight = each.weight();
        } else {
            out.push_back({each.name(), each.weight()});
        }
    }
    return out;
}

/// At one point: first those named here that would have been there anyway, then the rest of those, then those
/// only named here.
Enabled at(const Point& point, const Enabled& all) {
    Enabled here;
    for (const auto& each : point.set.enabled())
        here.push_back({each.name(), each.weight()});
    Enabled first;
    Enabled rest;
    for (const auto& each : all) {
        if (!find(each.plugin)->points.contains(point.name)) continue;
        const auto named = findIn(here, each.plugin);
        if (named != here.end()) {
            first.push_back(*named);
            here.erase(named);
        } else if (!disabled(point.set, each.plugin)) {
            rest.push_back(each);
        }
    }
    first.insert(first.end(), rest.begin(), rest.end());
    first.insert(first.end(), here.begin(), here.end());
    return first;
}

Result<void> checkSet(const config::PluginSet& set, const std::string& path, const std::string& point) {
    std::set<std::string> seen;
    for (int i = 0; i < set.enabled_size(); ++i) {
        const auto& each = set.enabled(i);
        const std::string where = fmt::format("{}.enabled[{}]", path, i);
        const Known* known = find(each.name());
        if (known == nullptr) return invalid(where + ".name", fmt::format("no plug-in \"{}\"", each.name()));
        if (!point.empty() && !known->points.contains(point))
            return invalid(where + ".name", fmt::format("\"{}\" does nothing at {}", each.name(), point));
        if (each.weight() < 0 || each.weight() > 100)
            return invalid(where + ".weight", "must be between 0 and 100");
        if (!seen.insert(each.name()).second)
            return invalid(where + ".name", fmt::format("\"{}\" is enabled twice", each.name()));
    }
    return {};
}

Result<void> checkNeeded(const std::map<std::string, Enabled>& enabled, const std::string& path) {
    for (const auto& [point, plugin] :
         {std::pair{"queueSort", "PrioritySort"}, std::pair{"bind", "DefaultBinder"}}) {
        const Enabled& there = enabled.at(point);
        if (there.size() != 1)
            return invalid(path + "." + point, fmt::format("needs {}, and nothing else", plugin));
    }
    return {};
}

} // namespace

tl::unexpected<Status> invalid(const std::string& path, const std::string& why) {
    Status out;
    out.reason = Reason::BadRequest;
    out.message = path.empty() ? why : path + ": " + why;
    return tl::unexpected(out);
}

Result<void> applyPlugins(const config::Plugins& plugins, const std::string& path, Profile& profile) {
    if (auto checked = checkSet(plugins.multipoint(), path + ".multiPoint", ""); !checked) return checked;
    const Enabled all = everywhere(plugins.multipoint());
    std::map<std::string, Enabled> enabled;
    for (const Point& point : pointsOf(plugins)) {
        if (auto checked = checkSet(point.set, path + "." + point.name, point.name); !checked) return checked;
        enabled[point.name] = at(point, all);
    }
    if (auto checked = checkNeeded(enabled, path); !checked) return checked;
    const auto has = [&](const char* point, const char* name) {
        return findIn(enabled.at(point), name) != enabled.at(point).end();
    };
    profile.filters.clear();
    for (const auto& each : enabled.at("filter"))
        profile.filters.push_back(each.plugin);
    profile.scorers.clear();
    for (const auto& each : enabled.at("score"))
        profile.scorers.push_back({each.plugin, each.weight == 0 ? 1 : each.weight});
    profile.preempts = has("postFilter", "DefaultPreemption");
    profile.bindsVolumes = has("reserve", "VolumeBinding") && has("preBind", "VolumeBinding");
    return {};
}

} // namespace wheelhouse::scheduler
