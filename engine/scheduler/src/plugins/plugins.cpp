#include "plugins.h"

#include <functional>
#include <map>

namespace wheelhouse::scheduler {

std::unique_ptr<Filter> makeFilter(std::string_view name, const PluginArguments& arguments) {
    using Make = std::function<std::unique_ptr<Filter>(const PluginArguments&)>;
    static const std::map<std::string_view, Make> known = {
        {"NodeUnschedulable", [](const auto&) { return makeNodeUnschedulable(); }},
        {"TaintToleration", [](const auto&) { return makeTaintFilter(); }},
        {"NodeAffinity", makeNodeAffinityFilter},
        {"NodePorts", [](const auto&) { return makeNodePorts(); }},
        {"NodeResourcesFit", makeFitFilter},
        {"VolumeRestrictions", [](const auto&) { return makeVolumeRestrictions(); }},
        {"NodeVolumeLimits", [](const auto&) { return makeNodeVolumeLimits(); }},
        {"VolumeBinding", [](const auto&) { return makeVolumeBinding(); }},
        {"VolumeZone", [](const auto&) { return makeVolumeZone(); }},
        {"PodTopologySpread", makeSpreadFilter},
        {"InterPodAffinity", [](const auto&) { return makeInterPodAffinityFilter(); }},
    };
    const auto place = known.find(name);
    return place == known.end() ? nullptr : place->second(arguments);
}

std::unique_ptr<Scorer> makeScorer(std::string_view name, const PluginArguments& arguments) {
    using Make = std::function<std::unique_ptr<Scorer>(const PluginArguments&)>;
    static const std::map<std::string_view, Make> known = {
        {"TaintToleration", [](const auto&) { return makeTaintScorer(); }},
        {"NodeAffinity", makeNodeAffinityScorer},
        {"NodeResourcesFit", makeFitScorer},
        {"PodTopologySpread", makeSpreadScorer},
        {"InterPodAffinity", makeInterPodAffinityScorer},
        {"NodeResourcesBalancedAllocation", makeBalancedAllocation},
        {"ImageLocality", [](const auto&) { return makeImageLocality(); }},
    };
    const auto place = known.find(name);
    return place == known.end() ? nullptr : place->second(arguments);
}

} // namespace wheelhouse::scheduler
