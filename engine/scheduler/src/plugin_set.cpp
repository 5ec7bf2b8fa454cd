#include "plugin_set.h"

#include "plugins/plugins.h"

namespace wheelhouse::scheduler {

PluginSet::PluginSet(Profile from) : profile(std::move(from)) {
    for (const std::string& name : profile.filters) {
        if (auto filter = makeFilter(name, profile.arguments)) filters.push_back(std::move(filter));
    }
    for (const Profile::Scoring& each : profile.scorers) {
        if (auto scorer = makeScorer(each.plugin, profile.arguments))
            scorers.push_back({std::move(scorer), each.weight});
    }
}

Profile Profile::standard() {
    Profile out;
    out.filters = {"NodeUnschedulable", "TaintToleration",    "NodeAffinity",     "NodePorts",
                   "NodeResourcesFit",  "VolumeRestrictions", "NodeVolumeLimits", "VolumeBinding",
                   "VolumeZone",        "PodTopologySpread",  "InterPodAffinity"};
    out.scorers = {{"TaintToleration", 3},   {"NodeAffinity", 2},     {"NodeResourcesFit", 1},
                   {"PodTopologySpread", 2}, {"InterPodAffinity", 2}, {"NodeResourcesBalancedAllocation", 1},
                   {"ImageLocality", 1}};
    return out;
}

} // namespace wheelhouse::scheduler
