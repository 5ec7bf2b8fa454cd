#include "engine/scheduler/configuration.h"

#include "engine/api/codec.h"
#include "engine/api/yaml.h"
#include "plugin_points.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

namespace wheelhouse::scheduler {

namespace {

const char* const version = "kubescheduler.config.k8s.io/v1";

/// Which arguments each plug-in has.
const std::map<std::string, std::set<std::string>>& argumentsOf() {
    static const std::map<std::string, std::set<std::string>> known = {
        {"NodeResourcesFit", {"ignoredResources", "ignoredResourceGroups", "scoringStrategy"}},
        {"NodeResourcesBalancedAllocation", {"resources"}},
        {"InterPodAffinity", {"hardPodAffinityWeight", "ignorePreferredTermsOfExistingPods"}},
        {"NodeAffinity", {"addedAffinity"}},
        {"PodTopologySpread", {"defaultConstraints", "defaultingType"}},
        {"VolumeBinding", {"bindTimeoutSeconds", "shape"}},
        {"DefaultPreemption", {"minCandidateNodesPercentage", "minCandidateNodesAbsolute"}},
    };
    return known;
}

Result<void> checkNames(const config::PluginConfig& plugin, const std::string& path) {
    const auto known = argumentsOf().find(plugin.name());
    if (known == argumentsOf().end())
        return invalid(path + ".name", fmt::format("no plug-in \"{}\" that has arguments", plugin.name()));
    const config::Arguments& arguments = plugin.args();
    if (arguments.has_apiversion() && arguments.apiversion() != version)
        return invalid(path + ".args.apiVersion", fmt::format("must be {}", version));
    if (arguments.has_kind() && arguments.kind() != plugin.name() + "Args")
        return invalid(path + ".args.kind", fmt::format("must be {}Args", plugin.name()));
    std::vector<const google::protobuf::FieldDescriptor*> set;
    arguments.GetReflection()->ListFields(arguments, &set);
    for (const auto* field : set) {
        if (field->name() == "apiVersion" || field->name() == "kind") continue;
        if (!known->second.contains(field->name()))
            return invalid(path + ".args",
                           fmt::format("unknown field \"{}\" of {}", field->name(), plugin.name()));
    }
    return {};
}

template <class Points>
Result<std::vector<ShapePoint>> shapeOf(const Points& points, const std::string& path) {
    std::vector<ShapePoint> out;
    for (int i = 0; i < points.size(); ++i) {
        const ShapePoint point{points.Get(i).utilization(), points.Get(i).score()};
        const std::string where = fmt::format("{}[{}]", path, i);
        if (point.utilization < 0 || point.utilization > 100)
            return invalid(where + ".utilization", "must be between 0 and 100");
        if (point.score < 0 || point.score > 10) return invalid(where + ".score", "must be between 0 and 10");
        if (!out.empty() && point.utilization <= out.back().utilization)
            return invalid(where + ".utilization", "must be above the one before");
        out.push_back(point);
    }
    if (out.empty()) return invalid(path, "at least one point is needed");
    return out;
}

Result<void> readFit(const config::Arguments& from, const std::string& path, PluginArguments::Fit& fit) {
    fit.ignoredResources.assign(from.ignoredresources().begin(), from.ignoredresources().end());
    fit.ignoredResourceGroups.assign(from.ignoredresourcegroups().begin(),
                                     from.ignoredresourcegroups().end());
    if (!from.has_scoringstrategy()) return {};
    const std::string where = path + ".scoringStrategy";
    const auto& strategy = from.scoringstrategy();
    if (strategy.has_type()) fit.strategy = strategy.type();
    static const std::set<std::string> types = {"LeastAllocated", "MostAllocated",
                                                "RequestedToCapacityRatio"};
    if (!types.contains(fit.strategy))
        return invalid(where + ".type", fmt::format("\"{}\" is none of LeastAllocated, MostAllocated, "
                                                    "RequestedToCapacityRatio",
                                                    fit.strategy));
    if (strategy.resources_size() > 0) fit.resources.clear();
    for (int i = 0; i < strategy.resources_size(); ++i) {
        const auto& each = strategy.resources(i);
        const std::int64_t weight = each.weight() == 0 ? 1 : each.weight();
        if (each.name().empty())
            return invalid(fmt::format("{}.resources[{}].name", where, i), "is required");
        if (weight < 1 || weight > 100)
            return invalid(fmt::format("{}.resources[{}].weight", where, i), "must be between 1 and 100");
        fit.resources.push_back({each.name(), weight});
    }
    if (fit.strategy == "RequestedToCapacityRatio") {
        auto shape =
            shapeOf(strategy.requestedtocapacityratio().shape(), where + ".requestedToCapacityRatio.shape");
        if (!shape) return tl::unexpected(shape.error());
        fit.shape = std::move(*shape);
    }
    return {};
}

Result<void> readSpread(const config::Arguments& from, const std::string& path, PluginArguments& out) {
    const std::string type = from.has_defaultingtype() ? from.defaultingtype() : "System";
    if (type != "System" && type != "List")
        return invalid(path + ".defaultingType", fmt::format("\"{}\" is none of System, List", type));
    if (type == "System" && from.defaultconstraints_size() > 0)
        return invalid(path + ".defaultConstraints", "may only be given with defaultingType List");
    out.systemSpread = type == "System";
    for (int i = 0; i < from.defaultconstraints_size(); ++i) {
        const auto& each = from.defaultconstraints(i);
        const std::string where = fmt::format("{}.defaultConstraints[{}]", path, i);
        if (each.maxskew() <= 0) return invalid(where + ".maxSkew", "must be above zero");
        if (each.topologykey().empty()) return invalid(where + ".topologyKey", "is required");
        if (each.whenunsatisfiable() != "DoNotSchedule" && each.whenunsatisfiable() != "ScheduleAnyway")
            return invalid(where + ".whenUnsatisfiable", "is none of DoNotSchedule, ScheduleAnyway");
        if (each.has_labelselector())
            return invalid(where + ".labelSelector", "must not be given: it is each pod's own");
        out.defaultConstraints.push_back(each);
    }
    return {};
}

Result<void> readPreemption(const config::Arguments& from, const std::string& path, PluginArguments& out) {
    if (from.has_mincandidatenodespercentage())
        out.minCandidateNodesPercentage = from.mincandidatenodespercentage();
    if (from.has_mincandidatenodesabsolute())
        out.minCandidateNodesAbsolute = from.mincandidatenodesabsolute();
    if (out.minCandidateNodesPercentage < 0 || out.minCandidateNodesPercentage > 100)
        return invalid(path + ".minCandidateNodesPercentage", "must be between 0 and 100");
    if (out.minCandidateNodesAbsolute < 0)
        return invalid(path + ".minCandidateNodesAbsolute", "must not be negative");
    if (out.minCandidateNodesAbsolute == 0 && out.minCandidateNodesPercentage == 0)
        return invalid(path,
                       "minCandidateNodesPercentage and minCandidateNodesAbsolute must not both be zero");
    return {};
}

Result<void> readOthers(const std::string& plugin, const config::Arguments& from, const std::string& path,
                        PluginArguments& out, std::vector<std::string>& notes) {
    if (plugin == "NodeResourcesBalancedAllocation") {
        if (from.resources_size() > 0) out.balancedResources.clear();
        for (int i = 0; i < from.resources_size(); ++i) {
            if (from.resources(i).weight() > 1)
                return invalid(fmt::format("{}.resources[{}].weight", path, i), "must be 1");
            out.balancedResources.push_back(from.resources(i).name());
        }
    } else if (plugin == "InterPodAffinity") {
        if (from.has_hardpodaffinityweight()) out.hardPodAffinityWeight = from.hardpodaffinityweight();
        if (out.hardPodAffinityWeight < 0 || out.hardPodAffinityWeight > 100)
            return invalid(path + ".hardPodAffinityWeight", "must be between 0 and 100");
        out.ignorePreferredTermsOfExistingPods = from.ignorepreferredtermsofexistingpods();
    } else if (plugin == "NodeAffinity") {
        if (from.has_addedaffinity()) out.addedAffinity = from.addedaffinity();
    } else if (plugin == "VolumeBinding") {
        if (from.has_bindtimeoutseconds())
            out.volumeBindTimeout = std::chrono::seconds(from.bindtimeoutseconds());
        if (from.bindtimeoutseconds() < 0)
            return invalid(path + ".bindTimeoutSeconds", "must not be negative");
        if (from.shape_size() > 0) notes.push_back(path + ".shape: nodes are not scored by storage capacity");
    }
    return {};
}

Result<void> readArguments(const config::PluginConfig& plugin, const std::string& path, PluginArguments& out,
                           std::vector<std::string>& notes) {
    if (auto checked = checkNames(plugin, path); !checked) return checked;
    const std::string where = path + ".args";
    if (plugin.name() == "NodeResourcesFit") return readFit(plugin.args(), where, out.fit);
    if (plugin.name() == "PodTopologySpread") return readSpread(plugin.args(), where, out);
    if (plugin.name() == "DefaultPreemption") return readPreemption(plugin.args(), where, out);
    return readOthers(plugin.name(), plugin.args(), where, out, notes);
}

Result<Profile> readProfile(const config::Profile& from, const std::string& path,
                            std::vector<std::string>& notes) {
    Profile out = Profile::standard();
    if (from.has_schedulername()) out.schedulerName = from.schedulername();
    if (out.schedulerName.empty()) return invalid(path + ".schedulerName", "must not be empty");
    if (auto applied = applyPlugins(from.plugins(), path + ".plugins", out); !applied)
        return tl::unexpected(applied.error());
    std::set<std::string> seen;
    for (int i = 0; i < from.pluginconfig_size(); ++i) {
        const std::string where = fmt::format("{}.pluginConfig[{}]", path, i);
        if (!seen.insert(from.pluginconfig(i).name()).second)
            return invalid(where, fmt::format("\"{}\" is configured twice", from.pluginconfig(i).name()));
        if (auto read = readArguments(from.pluginconfig(i), where, out.arguments, notes); !read)
            return tl::unexpected(read.error());
    }
    if (from.has_percentageofnodestoscore())
        notes.push_back(path + ".percentageOfNodesToScore: every node is scored");
    return out;
}

Result<void> readTimes(const config::KubeSchedulerConfiguration& from, Configuration& out) {
    if (from.has_podinitialbackoffseconds())
        out.initialBackoff = std::chrono::seconds(from.podinitialbackoffseconds());
    if (from.has_podmaxbackoffseconds()) out.maxBackoff = std::chrono::seconds(from.podmaxbackoffseconds());
    if (out.initialBackoff <= Duration::zero())
        return invalid("podInitialBackoffSeconds", "must be above zero");
    if (out.maxBackoff < out.initialBackoff)
        return invalid("podMaxBackoffSeconds", "must not be below podInitialBackoffSeconds");
    return {};
}

void noteTheRest(const config::KubeSchedulerConfiguration& from, std::vector<std::string>& notes) {
    if (from.has_percentageofnodestoscore())
        notes.emplace_back("percentageOfNodesToScore: every node is scored");
    if (from.has_parallelism()) notes.emplace_back("parallelism: nodes are looked at by one thread");
    if (from.has_leaderelection())
        notes.emplace_back("leaderElection: there is one scheduler, in this process");
    if (from.has_clientconnection())
        notes.emplace_back("clientConnection: the API server is in this process");
    if (from.has_enableprofiling() || from.has_enablecontentionprofiling())
        notes.emplace_back("enableProfiling: decisions hold the time of each plug-in");
    if (from.has_delaycacheuntilactive())
        notes.emplace_back("delayCacheUntilActive: the scheduler is active");
}

} // namespace

Result<Configuration> parseConfiguration(std::string_view yaml) {
    auto documents = api::yamlToJson(yaml);
    if (!documents) return tl::unexpected(documents.error());
    if (documents->size() != 1) return invalid("", "one KubeSchedulerConfiguration is needed");
    const auto twice = api::duplicateYamlKeys(yaml);
    if (!twice.empty()) return invalid("", twice.front());
    auto decoded = api::reflect::decodeJson(
        documents->front(), config::KubeSchedulerConfiguration::descriptor(), api::FieldValidation::Strict);
    if (!decoded) return tl::unexpected(decoded.error());
    const auto& from = static_cast<const config::KubeSchedulerConfiguration&>(*decoded->message);
    if (from.apiversion() != version) return invalid("apiVersion", fmt::format("must be {}", version));
    if (from.kind() != "KubeSchedulerConfiguration")
        return invalid("kind", "must be KubeSchedulerConfiguration");
    Configuration out;
    if (auto read = readTimes(from, out); !read) return tl::unexpected(read.error());
    if (from.extenders_size() > 0) return invalid("extenders", "are not supported");
    if (from.profiles_size() > 0) out.profiles.clear();
    std::set<std::string> names;
    for (int i = 0; i < from.profiles_size(); ++i) {
        const std::string path = fmt::format("profiles[{}]", i);
        auto profile = readProfile(from.profiles(i), path, out.notes);
        if (!profile) return tl::unexpected(profile.error());
        if (!names.insert(profile->schedulerName).second)
            return invalid(path + ".schedulerName",
                           fmt::format("\"{}\" has a profile already", profile->schedulerName));
        out.profiles.push_back(std::move(*profile));
    }
    noteTheRest(from, out.notes);
    return out;
}

} // namespace wheelhouse::scheduler
