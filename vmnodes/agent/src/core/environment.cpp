#include "environment.h"

#include "engine/api/quantity.h"
#include "vmnodes/network/service_variables.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace wheelhouse::agent {

namespace core = api::core;

namespace {

/// Labels or annotations as the downward API writes them into a file: sorted, one `key="value"` a line.
std::string formatMap(const google::protobuf::Map<std::string, std::string>& values) {
    const std::map<std::string, std::string> sorted(values.begin(), values.end());
    std::string out;
    for (const auto& [key, value] : sorted) {
        std::string escaped;
        for (const char c : value) {
            if (c == '"' || c == '\\') escaped += '\\';
            if (c == '\n')
                escaped += "\\n";
            else
                escaped += c;
        }
        out += fmt::format("{}{}=\"{}\"", out.empty() ? "" : "\n", key, escaped);
    }
    return out;
}

/// `metadata.labels['app']` → `app` when `path` begins with `map`.
std::string subscript(const std::string& path, std::string_view map) {
    if (!path.starts_with(map) || path.size() < map.size() + 4) return {};
    std::string_view rest = std::string_view(path).substr(map.size());
    if (!rest.starts_with("['") || !rest.ends_with("']")) return {};
    return std::string(rest.substr(2, rest.size() - 4));
}

bool validEnvironmentName(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(),
                                        [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '='; });
}

struct EnvironmentBuilder {
    const PodFacts& facts;
    const ObjectCache& objects;
    const core::Container& container;
    Environment out;
    std::map<std::string, std::string> values;

    const std::string& nameSpace() const { return facts.pod.metadata().namespace_(); }
    void set(const std::string& name, std::string value) {
        const auto it =
            std::find_if(out.begin(), out.end(), [&](const auto& entry) { return entry.first == name; });
        if (it != out.end())
            it->second = value;
        else
            out.emplace_back(name, value);
        values[name] = std::move(value);
    }
    Result<void> from(const core::EnvFromSource& source) {
        const bool map = source.has_configmapref();
        const std::string& name = map ? source.configmapref().localobjectreference().name()
                                      : source.secretref().localobjectreference().name();
        const bool optional = map ? source.configmapref().optional() : source.secretref().optional();
        const auto data = objects.data(map ? "ConfigMap" : "Secret", nameSpace(), name);
        if (!data) {
            if (optional && data.error().reason == Reason::NotFound) return {};
            return fail(data.error());
        }
        for (const auto& [key, value] : *data)
            if (validEnvironmentName(source.prefix() + key)) set(source.prefix() + key, value);
        return {};
    }
    Result<std::string> fromKey(const std::string& kind, const std::string& name, const std::string& key,
                                bool optional, bool& present) {
        const auto data = objects.data(kind, nameSpace(), name);
        if (!data) {
            present = !(optional && data.error().reason == Reason::NotFound);
            if (!present) return std::string();
            return fail(data.error());
        }
        const auto it = data->find(key);
        if (it != data->end()) return it->second;
        present = !optional;
        if (!present) return std::string();
        return fail(Reason::Invalid,
                    fmt::format("couldn't find key {} in {} {}/{}", key, kind, nameSpace(), name));
    }
    Result<void> one(const core::EnvVar& variable) {
        if (!variable.has_valuefrom()) {
            set(variable.name(), expandReferences(variable.value(), values));
            return {};
        }
        const core::EnvVarSource& from = variable.valuefrom();
        bool present = true;
        Result<std::string> value = fail(
            Reason::Invalid, fmt::format("the source of variable {} is not supported yet", variable.name()));
        if (from.has_fieldref()) value = fieldValue(from.fieldref().fieldpath(), facts);
        if (from.has_resourcefieldref())
            value = resourceFieldValue(from.resourcefieldref(), container, facts);
        if (from.has_configmapkeyref()) {
            const auto& ref = from.configmapkeyref();
            value =
                fromKey("ConfigMap", ref.localobjectreference().name(), ref.key(), ref.optional(), present);
        }
        if (from.has_secretkeyref()) {
            const auto& ref = from.secretkeyref();
            value = fromKey("Secret", ref.localobjectreference().name(), ref.key(), ref.optional(), present);
        }
        if (!value) return fail(value.error());
        if (present) set(variable.name(), std::move(*value));
        return {};
    }
};

} // namespace

std::string expandReferences(std::string_view text, const std::map<std::string, std::string>& values) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '$' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        if (text[i + 1] == '$') {
            out += '$';
            ++i;
            continue;
        }
        const std::size_t close = text[i + 1] == '(' ? text.find(')', i + 2) : std::string_view::npos;
        if (close == std::string_view::npos) {
            out += '$';
            continue;
        }
        const auto it = values.find(std::string(text.substr(i + 2, close - i - 2)));
        if (it != values.end())
            out += it->second;
        else
            out += text.substr(i, close - i + 1);
        i = close;
    }
    return out;
}

Result<std::string> fieldValue(const std::string& path, const PodFacts& facts) {
    const auto& meta = facts.pod.metadata();
    const auto& spec = facts.pod.spec();
    if (path == "metadata.name") return meta.name();
    if (path == "metadata.namespace") return meta.namespace_();
    if (path == "metadata.uid") return meta.uid();
    if (path == "metadata.labels") return formatMap(meta.labels());
    if (path == "metadata.annotations") return formatMap(meta.annotations());
    if (path == "spec.nodeName") return spec.nodename();
    if (path == "spec.serviceAccountName") return spec.serviceaccountname();
    if (path == "status.hostIP" || path == "status.hostIPs") return facts.hostIp;
    if (path == "status.podIP" || path == "status.podIPs") return facts.podIp;
    for (const auto& [map, values] : {std::pair("metadata.labels", &meta.labels()),
                                      std::pair("metadata.annotations", &meta.annotations())}) {
        const std::string key = subscript(path, map);
        if (key.empty()) continue;
        const auto it = values->find(key);
        return it == values->end() ? std::string() : it->second;
    }
    return fail(Reason::Invalid, fmt::format("unsupported fieldPath: {}", path));
}

Result<std::string> resourceFieldValue(const core::ResourceFieldSelector& selector,
                                       const core::Container& container, const PodFacts& facts) {
    const core::Container* of = &container;
    if (!selector.containername().empty())
        for (const core::Container& other : facts.pod.spec().containers())
            if (other.name() == selector.containername()) of = &other;
    const std::string& what = selector.resource();
    const bool limit = what.starts_with("limits.");
    if (!limit && !what.starts_with("requests."))
        return fail(Reason::Invalid, fmt::format("unsupported resource: {}", what));
    const std::string name = what.substr(what.find('.') + 1);
    const auto& amounts = limit ? of->resources().limits() : of->resources().requests();
    std::string text = "0";
    if (const auto it = amounts.find(name); it != amounts.end())
        text = it->second.string();
    else if (const auto all = facts.node.allocatable().find(name);
             limit && all != facts.node.allocatable().end())
        text = all->second.string(); // no limit: as much as the node has
    const auto amount = api::Quantity::parse(text);
    if (!amount) return fail(amount.error());
    const std::string divisorText = selector.divisor().string();
    const auto divisor = api::Quantity::parse(divisorText.empty() || divisorText == "0" ? "1" : divisorText);
    if (!divisor) return fail(divisor.error());
    if (name == "cpu") { // in thousandths, so that "1m" divides
        const std::int64_t by = std::max<std::int64_t>(1, divisor->milli());
        return std::to_string((amount->milli() + by - 1) / by);
    }
    const std::int64_t by = std::max<std::int64_t>(1, divisor->units());
    return std::to_string((amount->units() + by - 1) / by);
}

Result<Environment> makeEnvironment(const core::Container& container, const PodFacts& facts,
                                    const ObjectCache& objects, const network::NetworkObjects& network) {
    const core::PodSpec& spec = facts.pod.spec();
    const auto services =
        network::serviceVariables(network, facts.pod.metadata().namespace_(),
                                  !spec.has_enableservicelinks() || spec.enableservicelinks());
    EnvironmentBuilder builder{
        .facts = facts, .objects = objects, .container = container, .out = {}, .values = services};
    for (const core::EnvFromSource& source : container.envfrom())
        if (auto result = builder.from(source); !result) return fail(result.error());
    for (const core::EnvVar& variable : container.env())
        if (auto result = builder.one(variable); !result) return fail(result.error());
    std::set<std::string> named;
    for (const auto& [name, value] : builder.out)
        named.insert(name);
    for (const auto& [name, value] : services)
        if (!named.contains(name)) builder.out.emplace_back(name, value);
    return std::move(builder.out);
}

} // namespace wheelhouse::agent
