// What a pod says about users, groups and kernel settings for all of its containers.
#include "semantics/pod_part_rules.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace wheelhouse::api::semantics {

namespace {

constexpr std::int64_t maxId = 2147483647;
constexpr std::string_view idRange = "must be between 0 and 2147483647, inclusive";
constexpr std::size_t longestSysctl = 253;
constexpr std::string_view sysctlRule =
    "must have at most 253 characters and match regex "
    "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";

/// Letters, digits, '-' and '_' between dots or slashes, each part with a letter or digit at both ends.
bool isSysctl(std::string_view name) {
    const auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    if (name.size() > longestSysctl) return false;
    while (true) {
        const std::size_t end = std::min(name.find_first_of("./"), name.size());
        const std::string_view part = name.substr(0, end);
        if (part.empty() || !alphanumeric(part.front()) || !alphanumeric(part.back())) return false;
        if (!std::all_of(part.begin(), part.end(),
                         [&](char c) { return alphanumeric(c) || c == '-' || c == '_'; }))
            return false;
        if (end == name.size()) return true;
        name.remove_prefix(end + 1);
    }
}

/// As the kernel's files are named with '/' between their parts, so may sysctls be; then their dots are
/// slashes.
std::string dotted(std::string name) {
    const std::size_t first = name.find_first_of("./");
    if (first == std::string::npos || name[first] == '.') return name;
    for (char& c : name)
        c = c == '/' ? '.' : c == '.' ? '/' : c;
    return name;
}

bool ofNetwork(const std::string& name) {
    return name.starts_with("net.");
}

bool ofIpc(const std::string& name) {
    static const std::set<std::string, std::less<>> names = {"kernel.sem",    "kernel.shm",
                                                             "kernel.shmall", "kernel.shmmax",
                                                             "kernel.shmmni", "kernel.shm_rmid_forced",
                                                             "kernel.msg",    "kernel.msgmax",
                                                             "kernel.msgmnb", "kernel.msgmni"};
    return names.contains(name) || name.starts_with("fs.mqueue.");
}

void validateSysctls(const core::PodSpec& spec, const Path& path, Problems& problems) {
    std::set<std::string> seen;
    const auto& sysctls = spec.securitycontext().sysctls();
    for (int i = 0; i < sysctls.size(); ++i) {
        const std::string& name = sysctls[i].name();
        const Path at = path.index(static_cast<std::size_t>(i)).child("name");
        if (name.empty())
            problems.required(at);
        else if (!isSysctl(name))
            problems.invalid(at, name, sysctlRule);
        else if (!seen.insert(name).second)
            problems.duplicate(at, name);
        const std::string plain = dotted(name);
        if (spec.hostnetwork() && ofNetwork(plain))
            problems.invalid(at, name, "may not be specified when 'hostNetwork' is true");
        else if (spec.hostipc() && ofIpc(plain))
            problems.invalid(at, name, "may not be specified when 'hostIPC' is true");
    }
}

} // namespace

void validatePodSecurity(const core::PodSpec& spec, const Path& path, Problems& problems) {
    const core::PodSecurityContext& security = spec.securitycontext();
    const auto id = [&](const Path& at, std::int64_t value) {
        if (value < 0 || value > maxId) problems.invalid(at, value, idRange);
    };
    id(path.child("fsGroup"), security.fsgroup());
    id(path.child("runAsUser"), security.runasuser());
    id(path.child("runAsGroup"), security.runasgroup());
    for (int i = 0; i < security.supplementalgroups_size(); ++i)
        id(path.child("supplementalGroups").index(static_cast<std::size_t>(i)),
           security.supplementalgroups(i));
    validateSysctls(spec, path.child("sysctls"), problems);
}

} // namespace wheelhouse::api::semantics
