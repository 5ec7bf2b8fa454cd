#include "semantics/device_parts.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace wheelhouse::api::semantics {

namespace {

constexpr std::size_t longestParameters = 10 * 1024;
constexpr std::size_t longestDomain = 63;
constexpr std::size_t longestId = 32;
constexpr std::size_t longestValue = 64;
constexpr std::size_t longestPool = 253;
constexpr int mostTraits = 32; ///< attributes and capacities of a device together
constexpr int mostTaints = 4;

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

void validateIdentifier(const std::string& id, const Path& path, Problems& problems) {
    if (id.empty()) return problems.required(path);
    if (id.size() > longestId) problems.tooLong(path, longestId);
    const bool good =
        std::isdigit(static_cast<unsigned char>(id[0])) == 0 &&
        std::all_of(id.begin(), id.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
    if (!good)
        problems.invalid(
            path, id,
            "a valid C identifier must start with alphabetic character or '_', followed by a string of "
            "alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for "
            "validation is '[A-Za-z_][A-Za-z0-9_]*')");
}

/// An identifier, perhaps after the domain of who gives it its meaning.
void validateQualifiedName(const std::string& name, const Path& path, Problems& problems) {
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos) return validateIdentifier(name, path, problems);
    const std::string domain = name.substr(0, slash);
    if (domain.empty())
        problems.required(path, "the domain must not be empty");
    else if (domain.size() > longestDomain)
        problems.tooLong(path, longestDomain);
    else
        problems.invalid(path, domain, dnsSubdomain(domain));
    if (slash + 1 == name.size())
        problems.required(path, "the name must not be empty");
    else
        validateIdentifier(name.substr(slash + 1), path, problems);
}

void validateAttribute(const devices::DeviceAttribute& of, const Path& path, Problems& problems) {
    const int values = (of.has_int_() ? 1 : 0) + (of.has_bool_() ? 1 : 0) + (of.has_string() ? 1 : 0) +
                       (of.has_version() ? 1 : 0) + (of.ints_size() > 0 ? 1 : 0) +
                       (of.bools_size() > 0 ? 1 : 0) + (of.strings_size() > 0 ? 1 : 0) +
                       (of.versions_size() > 0 ? 1 : 0);
    if (values == 0) problems.required(path, "exactly one value must be specified");
    if (values > 1) problems.invalidBare(path, "exactly one value must be specified");
    if (of.string().size() > longestValue) problems.tooLong(path.child("string"), longestValue);
    if (of.version().size() > longestValue) problems.tooLong(path.child("version"), longestValue);
}

void validateTaint(const devices::DeviceTaint& of, const Path& path, Problems& problems) {
    if (of.key().empty())
        problems.required(path.child("key"));
    else
        problems.invalid(path.child("key"), of.key(), qualifiedName(of.key()));
    if (!of.value().empty()) problems.invalid(path.child("value"), of.value(), labelValue(of.value()));
    problems.oneOf(path.child("effect"), of.effect(), {"NoExecute", "NoSchedule", "None"});
}

} // namespace

void validateFullName(const std::string& name, const Path& path, Problems& problems) {
    validateQualifiedName(name, path, problems);
    if (!name.empty() && name.find('/') == std::string::npos)
        problems.invalid(path, name, "must include a domain");
}

void validatePoolName(const std::string& name, const Path& path, Problems& problems) {
    if (name.empty()) return problems.required(path);
    if (name.size() > longestPool) problems.tooLong(path, longestPool);
    for (std::size_t begin = 0; begin <= name.size();) {
        const std::size_t end = std::min(name.find('/', begin), name.size());
        problems.invalid(path, name.substr(begin, end - begin),
                         dnsSubdomain(name.substr(begin, end - begin)));
        begin = end + 1;
    }
}

void validateConfiguration(const devices::DeviceConfiguration& of, const Path& path, Problems& problems) {
    const Path opaque = path.child("opaque");
    if (!of.has_opaque()) return problems.required(opaque, "exactly one configuration must be specified");
    if (of.opaque().driver().empty())
        problems.required(opaque.child("driver"));
    else
        problems.invalid(opaque.child("driver"), of.opaque().driver(), dnsSubdomain(of.opaque().driver()));
    const std::string& parameters = of.opaque().parameters().raw();
    const Path where = opaque.child("parameters");
    const std::size_t first = parameters.find_first_not_of(" \t\r\n");
    if (first == std::string::npos)
        problems.required(where);
    else if (parameters.size() > longestParameters)
        problems.tooLong(where, longestParameters);
    else if (parameters[first] != '{')
        problems.invalidBare(where, "parameters must be a valid JSON object");
}

void validateConstraint(const devices::DeviceConstraint& of, const Path& path, Problems& problems) {
    std::set<std::string> asked;
    for (int i = 0; i < of.requests_size(); ++i)
        if (!asked.insert(of.requests(i)).second)
            problems.duplicate(path.child("requests").index(at(i)), of.requests(i));
    const auto named = [&](const char* field, bool given, const std::string& name) {
        if (given) validateFullName(name, path.child(field), problems);
    };
    named("matchAttribute", of.has_matchattribute(), of.matchattribute());
    named("distinctAttribute", of.has_distinctattribute(), of.distinctattribute());
    if (!of.has_matchattribute() && !of.has_distinctattribute())
        problems.required(path.child("matchAttribute"));
    if (of.has_matchattribute() && of.has_distinctattribute())
        problems.invalidBare(path,
                             "exactly one of `matchAttribute` and `distinctAttribute` must be specified");
}

void validateDeviceToleration(const devices::DeviceToleration& of, const Path& path, Problems& problems) {
    if (!of.key().empty()) problems.invalid(path.child("key"), of.key(), qualifiedName(of.key()));
    if (problems.oneOf(path.child("operator"), of.operator_(), {"Equal", "Exists"})) {
        if (of.operator_() == "Exists" && !of.value().empty())
            problems.invalid(path.child("value"), of.value(), "must be empty for operator `Exists`");
        if (of.operator_() == "Equal" && of.key().empty())
            problems.required(path.child("key"), "key is required for operator `Equal`");
        if (of.operator_() == "Equal" && !of.value().empty())
            problems.invalid(path.child("value"), of.value(), labelValue(of.value()));
    }
    if (!of.effect().empty())
        problems.oneOf(path.child("effect"), of.effect(), {"NoExecute", "NoSchedule", "None"});
}

void validateDevice(const devices::Device& of, const Path& path, Problems& problems) {
    const int traits = static_cast<int>(of.attributes().size() + of.capacity().size());
    if (traits > mostTraits)
        problems.invalid(
            path, traits,
            fmt::format("the total number of attributes and capacities must not exceed {}", mostTraits));
    std::set<std::string> names; // in order, as messages list them
    for (const auto& [name, attribute] : of.attributes())
        names.insert(name);
    for (const std::string& name : names) {
        const Path where = path.child("attributes").key(name);
        validateQualifiedName(name, where, problems);
        validateAttribute(of.attributes().at(name), where, problems);
    }
    names.clear();
    for (const auto& [name, amount] : of.capacity())
        names.insert(name);
    for (const std::string& name : names)
        validateQualifiedName(name, path.child("capacity").key(name), problems);
    if (of.taints_size() > mostTaints) problems.tooMany(path.child("taints"), of.taints_size(), mostTaints);
    for (int i = 0; i < of.taints_size(); ++i)
        validateTaint(of.taints(i), path.child("taints").index(at(i)), problems);
}

} // namespace wheelhouse::api::semantics
