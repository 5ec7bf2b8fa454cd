#include "auth/rule.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wheelhouse::apiserver::auth {
namespace {

bool has(const std::vector<std::string>& list, std::string_view value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}
bool hasOrAll(const std::vector<std::string>& list, std::string_view value) {
    for (const auto& each : list)
        if (each == "*" || each == value) return true;
    return false;
}

/// `resource` is "pods" or "pods/log".
bool resourceFits(const std::vector<std::string>& resources, std::string_view resource,
                  std::string_view subresource) {
    for (const std::string& each : resources) {
        if (each == "*") return true;
        if (subresource.empty()) {
            if (each == resource) return true;
            continue;
        }
        if (each.size() == resource.size() + 1 + subresource.size() && each.starts_with(resource) &&
            each[resource.size()] == '/' && each.ends_with(subresource))
            return true;
        if (each.size() == subresource.size() + 2 && each.starts_with("*/") && each.ends_with(subresource))
            return true;
    }
    return false;
}

bool pathFits(const std::vector<std::string>& paths, std::string_view path) {
    for (const std::string& each : paths) {
        if (each == "*" || each == path) return true;
        if (each.ends_with('*')) {
            std::string_view stem(each);
            while (stem.ends_with('*'))
                stem.remove_suffix(1);
            if (path.starts_with(stem)) return true;
        }
    }
    return false;
}

bool coversPaths(const std::vector<std::string>& owned, const std::string& path) {
    return pathFits(owned, path);
}

bool covers(const Rule& owner, const Rule& part) {
    if (!hasOrAll(owner.verbs, part.verbs[0])) return false;
    if (!part.paths.empty()) return coversPaths(owner.paths, part.paths[0]);
    const std::string& resource = part.resources[0];
    const auto slash = resource.find('/');
    const bool fits = slash == std::string::npos
                          ? resourceFits(owner.resources, resource, "")
                          : resourceFits(owner.resources, std::string_view(resource).substr(0, slash),
                                         std::string_view(resource).substr(slash + 1));
    return fits && hasOrAll(owner.groups, part.groups[0]) &&
           (owner.names.empty() || (!part.names.empty() && has(owner.names, part.names[0])));
}

/// A rule as rules about one thing each.
std::vector<Rule> partsOf(const Rule& rule) {
    std::vector<Rule> parts;
    for (const auto& verb : rule.verbs) {
        for (const auto& path : rule.paths)
            parts.push_back({{verb}, {}, {}, {}, {path}});
        for (const auto& group : rule.groups)
            for (const auto& resource : rule.resources) {
                if (rule.names.empty()) parts.push_back({{verb}, {group}, {resource}, {}, {}});
                for (const auto& name : rule.names)
                    parts.push_back({{verb}, {group}, {resource}, {name}, {}});
            }
    }
    return parts;
}

std::string quotedList(const std::vector<std::string>& items) {
    std::string out;
    for (const auto& item : items)
        out += fmt::format("{}\"{}\"", out.empty() ? "" : " ", item);
    return "[" + out + "]";
}

} // namespace

bool allows(const Rule& rule, const Attributes& attributes) {
    if (!hasOrAll(rule.verbs, attributes.verb)) return false;
    if (!attributes.resourceRequest) return pathFits(rule.paths, attributes.path);
    return hasOrAll(rule.groups, attributes.group) &&
           resourceFits(rule.resources, attributes.resource, attributes.subresource) &&
           (rule.names.empty() || (!attributes.name.empty() && has(rule.names, attributes.name)));
}

std::vector<Rule> notCovered(const std::vector<Rule>& owned, const std::vector<Rule>& wanted) {
    std::vector<Rule> missing;
    for (const Rule& rule : wanted)
        for (Rule& part : partsOf(rule))
            if (std::none_of(owned.begin(), owned.end(), [&](const Rule& o) { return covers(o, part); }))
                missing.push_back(std::move(part));
    return missing;
}

std::string ruleText(const Rule& rule) {
    std::string out;
    const auto add = [&out](const char* label, const std::vector<std::string>& items) {
        if (!items.empty()) out += fmt::format("{}{}:{}", out.empty() ? "" : ", ", label, quotedList(items));
    };
    add("APIGroups", rule.groups);
    add("Resources", rule.resources);
    add("ResourceNames", rule.names);
    add("NonResourceURLs", rule.paths);
    add("Verbs", rule.verbs);
    return "{" + out + "}";
}

std::vector<Rule> compacted(std::vector<Rule> rules) {
    std::vector<Rule> out;
    for (Rule& rule : rules) {
        const auto same = std::find_if(out.begin(), out.end(), [&](const Rule& known) {
            return known.groups == rule.groups && known.resources == rule.resources &&
                   known.names == rule.names && known.paths == rule.paths;
        });
        if (same == out.end()) {
            out.push_back(std::move(rule));
            continue;
        }
        for (auto& verb : rule.verbs)
            if (!has(same->verbs, verb)) same->verbs.push_back(std::move(verb));
    }
    return out;
}

} // namespace wheelhouse::apiserver::auth
