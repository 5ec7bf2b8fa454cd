#include "admission/pod_security_checks.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>
#include <set>
#include <vector>

namespace wheelhouse::apiserver {
namespace {

using api::core::SecurityContext;
using Names = std::vector<std::string>;

/// What the checks look at of a container of any of the three sorts.
struct ContainerView {
    std::string name;
    SecurityContext context;
    std::vector<int> hostPorts;
    Names handlerHosts;
};

struct Subject {
    const api::meta::ObjectMeta& metadata;
    const api::core::PodSpec& spec;
    std::vector<ContainerView> containers;
    int minor;
    bool windows;
};

struct Finding {
    std::string reason;
    std::string detail;
};
using Check = std::optional<Finding> (*)(const Subject&);

void addHost(Names& hosts, const std::string& host) {
    if (!host.empty()) hosts.push_back(host);
}

template <class Container>
ContainerView viewOf(const Container& container) {
    ContainerView view;
    view.name = container.name();
    view.context = container.securitycontext();
    for (const auto& port : container.ports())
        if (port.hostport() != 0) view.hostPorts.push_back(port.hostport());
    for (const auto* probe :
         {&container.livenessprobe(), &container.readinessprobe(), &container.startupprobe()}) {
        addHost(view.handlerHosts, probe->handler().httpget().host());
        addHost(view.handlerHosts, probe->handler().tcpsocket().host());
    }
    for (const auto* handler : {&container.lifecycle().poststart(), &container.lifecycle().prestop()}) {
        addHost(view.handlerHosts, handler->httpget().host());
        addHost(view.handlerHosts, handler->tcpsocket().host());
    }
    return view;
}

std::string quote(const std::string& text) {
    return "\"" + text + "\"";
}
std::string quotedList(const Names& names) {
    std::string out;
    for (const auto& name : names)
        out += (out.empty() ? "" : ", ") + quote(name);
    return out;
}
std::string containerList(const Names& names) {
    return (names.size() == 1 ? "container " : "containers ") + quotedList(names);
}
std::string who(bool pod, const Names& names) {
    if (names.empty()) return "pod";
    return (pod ? "pod and " : "") + containerList(names);
}
void addUnique(Names& to, const std::string& value) {
    if (std::find(to.begin(), to.end(), value) == to.end()) to.push_back(value);
}

Names namesWhere(const Subject& subject, const std::function<bool(const ContainerView&)>& holds) {
    Names out;
    for (const ContainerView& container : subject.containers)
        if (holds(container)) out.push_back(container.name);
    return out;
}

std::optional<Finding> appArmor(const Subject& subject) {
    Names bad, values;
    constexpr std::string_view prefix = "container.apparmor.security.beta.kubernetes.io/";
    std::set<std::string> keys;
    for (const auto& [key, value] : subject.metadata.annotations())
        if (key.starts_with(prefix) && !value.empty() && value != "runtime/default" &&
            !value.starts_with("localhost/"))
            keys.insert(key);
    for (const auto& key : keys) {
        bad.push_back(key + "=" + quote(subject.metadata.annotations().at(key)));
        addUnique(values, subject.metadata.annotations().at(key));
    }
    const auto unconfined = [](const auto& context) {
        return context.apparmorprofile().type() == "Unconfined";
    };
    const bool pod = unconfined(subject.spec.securitycontext());
    const Names names = namesWhere(subject, [&](const auto& c) { return unconfined(c.context); });
    if (pod || !names.empty()) {
        bad.push_back(who(pod, names) + " must not set AppArmor profile type to \"Unconfined\"");
        addUnique(values, "Unconfined");
    }
    if (bad.empty()) return std::nullopt;
    return Finding{values.size() == 1 ? "forbidden AppArmor profile" : "forbidden AppArmor profiles",
                   fmt::format("{}", fmt::join(bad, ", "))};
}

std::optional<Finding> addedCapabilities(const Subject& subject, const std::set<std::string>& allowed,
                                         const char* reason) {
    Names bad, added;
    for (const ContainerView& container : subject.containers) {
        bool any = false;
        for (const auto& capability : container.context.capabilities().add())
            if (allowed.count(capability) == 0) {
                addUnique(added, capability);
                any = true;
            }
        if (any) bad.push_back(container.name);
    }
    if (bad.empty()) return std::nullopt;
    std::sort(added.begin(), added.end());
    return Finding{reason, fmt::format("{} must not include {} in securityContext.capabilities.add",
                                       containerList(bad), quotedList(added))};
}

std::optional<Finding> baselineCapabilities(const Subject& subject) {
    static const std::set<std::string> allowed = {
        "AUDIT_WRITE",      "CHOWN",   "DAC_OVERRIDE", "FOWNER",  "FSETID", "KILL",      "MKNOD",
        "NET_BIND_SERVICE", "SETFCAP", "SETGID",       "SETPCAP", "SETUID", "SYS_CHROOT"};
    return addedCapabilities(subject, allowed, "non-default capabilities");
}

std::optional<Finding> hostNamespaces(const Subject& subject) {
    Names set;
    if (subject.spec.hostnetwork()) set.emplace_back("hostNetwork=true");
    if (subject.spec.hostpid()) set.emplace_back("hostPID=true");
    if (subject.spec.hostipc()) set.emplace_back("hostIPC=true");
    if (set.empty()) return std::nullopt;
    return Finding{"host namespaces", fmt::format("{}", fmt::join(set, ", "))};
}

std::optional<Finding> hostPathVolumes(const Subject& subject) {
    Names bad;
    for (const auto& volume : subject.spec.volumes())
        if (volume.volumesource().has_hostpath()) bad.push_back(volume.name());
    if (bad.empty()) return std::nullopt;
    return Finding{"hostPath volumes", (bad.size() == 1 ? "volume " : "volumes ") + quotedList(bad)};
}

std::optional<Finding> hostPorts(const Subject& subject) {
    Names bad;
    std::set<int> ports;
    for (const ContainerView& container : subject.containers) {
        if (container.hostPorts.empty()) continue;
        bad.push_back(container.name);
        ports.insert(container.hostPorts.begin(), container.hostPorts.end());
    }
    if (bad.empty()) return std::nullopt;
    return Finding{"hostPort",
                   fmt::format("{} {} {} {}", containerList(bad), bad.size() == 1 ? "uses" : "use",
                               ports.size() == 1 ? "hostPort" : "hostPorts", fmt::join(ports, ", "))};
}

std::optional<Finding> handlerHosts(const Subject& subject) {
    Names bad, hosts;
    for (const ContainerView& container : subject.containers) {
        if (container.handlerHosts.empty()) continue;
        bad.push_back(container.name);
        for (const auto& host : container.handlerHosts)
            addUnique(hosts, host);
    }
    if (bad.empty()) return std::nullopt;
    return Finding{"probe or lifecycle host",
                   fmt::format("{} {} probe or lifecycle {} {}", containerList(bad),
                               bad.size() == 1 ? "uses" : "use", hosts.size() == 1 ? "host" : "hosts",
                               quotedList(hosts))};
}

std::optional<Finding> privileged(const Subject& subject) {
    const Names bad = namesWhere(subject, [](const auto& c) { return c.context.privileged(); });
    if (bad.empty()) return std::nullopt;
    return Finding{"privileged", containerList(bad) + " must not set securityContext.privileged=true"};
}

std::optional<Finding> procMount(const Subject& subject) {
    if (subject.minor >= 35 && subject.spec.has_hostusers() && !subject.spec.hostusers()) return std::nullopt;
    Names bad, values;
    for (const ContainerView& container : subject.containers) {
        const std::string& value = container.context.procmount();
        if (value.empty() || value == "Default") continue;
        bad.push_back(container.name);
        addUnique(values, value);
    }
    if (bad.empty()) return std::nullopt;
    return Finding{"procMount", fmt::format("{} must not set securityContext.procMount to {}",
                                            containerList(bad), quotedList(values))};
}

std::optional<Finding> seLinux(const Subject& subject) {
    std::set<std::string> types = {"", "container_t", "container_init_t", "container_kvm_t"};
    if (subject.minor >= 31) types.insert("container_engine_t");
    Names bad;
    std::set<std::string> badTypes;
    bool user = false, role = false;
    const auto inspect = [&](const api::core::SELinuxOptions& options) {
        const bool wrongType = types.count(options.type()) == 0;
        if (wrongType) badTypes.insert(quote(options.type()));
        user = user || !options.user().empty();
        role = role || !options.role().empty();
        return wrongType || !options.user().empty() || !options.role().empty();
    };
    const bool pod = inspect(subject.spec.securitycontext().selinuxoptions());
    const Names names =
        namesWhere(subject, [&](const auto& c) { return inspect(c.context.selinuxoptions()); });
    if (!pod && names.empty()) return std::nullopt;
    Names what;
    if (!badTypes.empty())
        what.push_back(
            fmt::format("{} {}", badTypes.size() == 1 ? "type" : "types", fmt::join(badTypes, ", ")));
    if (user) what.emplace_back("user may not be set");
    if (role) what.emplace_back("role may not be set");
    return Finding{"seLinuxOptions", fmt::format("{} set forbidden securityContext.seLinuxOptions: {}",
                                                 who(pod, names), fmt::join(what, "; "))};
}

std::optional<Finding> baselineSeccomp(const Subject& subject) {
    const auto unconfined = [](const auto& context) {
        return context.seccompprofile().type() == "Unconfined";
    };
    const bool pod = unconfined(subject.spec.securitycontext());
    const Names names = namesWhere(subject, [&](const auto& c) { return unconfined(c.context); });
    if (!pod && names.empty()) return std::nullopt;
    return Finding{"seccompProfile",
                   who(pod, names) + " must not set securityContext.seccompProfile.type to \"Unconfined\""};
}

std::optional<Finding> sysctls(const Subject& subject) {
    static const std::pair<const char*, int> safe[] = {{"kernel.shm_rmid_forced", 0},
                                                       {"net.ipv4.ip_local_port_range", 0},
                                                       {"net.ipv4.tcp_syncookies", 0},
                                                       {"net.ipv4.ping_group_range", 0},
                                                       {"net.ipv4.ip_unprivileged_port_start", 0},
                                                       {"net.ipv4.ip_local_reserved_ports", 27},
                                                       {"net.ipv4.tcp_keepalive_time", 29},
                                                       {"net.ipv4.tcp_fin_timeout", 29},
                                                       {"net.ipv4.tcp_keepalive_intvl", 29},
                                                       {"net.ipv4.tcp_keepalive_probes", 29},
                                                       {"net.ipv4.tcp_rmem", 32},
                                                       {"net.ipv4.tcp_wmem", 32}};
    Names bad;
    for (const auto& sysctl : subject.spec.securitycontext().sysctls()) {
        const bool allowed = std::any_of(std::begin(safe), std::end(safe), [&](const auto& each) {
            return sysctl.name() == each.first && subject.minor >= each.second;
        });
        if (!allowed) addUnique(bad, sysctl.name());
    }
    if (bad.empty()) return std::nullopt;
    return Finding{"forbidden sysctls", fmt::format("{}", fmt::join(bad, ", "))};
}

std::optional<Finding> hostProcess(const Subject& subject) {
    const bool pod = subject.spec.securitycontext().windowsoptions().hostprocess();
    const Names names =
        namesWhere(subject, [](const auto& c) { return c.context.windowsoptions().hostprocess(); });
    if (!pod && names.empty()) return std::nullopt;
    return Finding{"hostProcess",
                   who(pod, names) + " must not set securityContext.windowsOptions.hostProcess=true"};
}

std::optional<Finding> escalation(const Subject& subject) {
    if (subject.minor < 8 || (subject.windows && subject.minor >= 25)) return std::nullopt;
    const Names bad = namesWhere(subject, [](const auto& c) {
        return !c.context.has_allowprivilegeescalation() || c.context.allowprivilegeescalation();
    });
    if (bad.empty()) return std::nullopt;
    return Finding{"allowPrivilegeEscalation != false",
                   containerList(bad) + " must set securityContext.allowPrivilegeEscalation=false"};
}

std::optional<Finding> restrictedCapabilities(const Subject& subject) {
    if (subject.windows && subject.minor >= 25) return std::nullopt;
    const Names silent = namesWhere(subject, [](const auto& c) {
        const auto& drop = c.context.capabilities().drop();
        return std::find(drop.begin(), drop.end(), "ALL") == drop.end();
    });
    Names details;
    if (!silent.empty())
        details.push_back(containerList(silent) + " must set securityContext.capabilities.drop=[\"ALL\"]");
    static const std::set<std::string> allowed = {"NET_BIND_SERVICE"};
    if (const auto added = addedCapabilities(subject, allowed, "")) details.push_back(added->detail);
    if (details.empty()) return std::nullopt;
    return Finding{"unrestricted capabilities", fmt::format("{}", fmt::join(details, "; "))};
}

/// The JSON name of the one source a volume has.
std::string sourceOf(const api::core::VolumeSource& source) {
    const auto* reflection = source.GetReflection();
    const auto* type = source.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i)
        if (reflection->HasField(source, type->field(i))) return std::string(type->field(i)->name());
    return "emptyDir";
}

std::optional<Finding> restrictedVolumes(const Subject& subject) {
    static const std::set<std::string> allowed = {
        "configMap", "csi",  "downwardAPI", "emptyDir", "ephemeral", "projected", "persistentVolumeClaim",
        "secret",    "image"};
    Names bad;
    std::set<std::string> types;
    for (const auto& volume : subject.spec.volumes()) {
        const std::string type = sourceOf(volume.volumesource());
        if (allowed.count(type) > 0) continue;
        bad.push_back(volume.name());
        types.insert(quote(type));
    }
    if (bad.empty()) return std::nullopt;
    return Finding{"restricted volume types",
                   fmt::format("{} {} {} restricted volume {} {}", bad.size() == 1 ? "volume" : "volumes",
                               quotedList(bad), bad.size() == 1 ? "uses" : "use",
                               types.size() == 1 ? "type" : "types", fmt::join(types, ", "))};
}

std::optional<Finding> runAsNonRoot(const Subject& subject) {
    const auto& pod = subject.spec.securitycontext();
    Names details;
    if (pod.has_runasnonroot() && !pod.runasnonroot())
        details.emplace_back("pod must not set securityContext.runAsNonRoot=false");
    const Names explicitly = namesWhere(
        subject, [](const auto& c) { return c.context.has_runasnonroot() && !c.context.runasnonroot(); });
    if (!explicitly.empty())
        details.push_back(containerList(explicitly) + " must not set securityContext.runAsNonRoot=false");
    const Names silent =
        pod.runasnonroot() ? Names()
                           : namesWhere(subject, [](const auto& c) { return !c.context.has_runasnonroot(); });
    // A pod that says false has been told already.
    if (!silent.empty() && !pod.has_runasnonroot())
        details.push_back("pod or " + containerList(silent) + " must set securityContext.runAsNonRoot=true");
    if (details.empty()) return std::nullopt;
    return Finding{"runAsNonRoot != true", fmt::format("{}", fmt::join(details, "; "))};
}

std::optional<Finding> runAsUser(const Subject& subject) {
    if (subject.minor < 23) return std::nullopt;
    const auto root = [](const auto& context) { return context.has_runasuser() && context.runasuser() == 0; };
    const bool pod = root(subject.spec.securitycontext());
    const Names names = namesWhere(subject, [&](const auto& c) { return root(c.context); });
    if (!pod && names.empty()) return std::nullopt;
    return Finding{"runAsUser=0", who(pod, names) + " must not set runAsUser=0"};
}

std::optional<Finding> restrictedSeccomp(const Subject& subject) {
    if (subject.minor < 19 || (subject.windows && subject.minor >= 25)) return std::nullopt;
    const auto good = [](const std::string& type) { return type == "RuntimeDefault" || type == "Localhost"; };
    const std::string& pod = subject.spec.securitycontext().seccompprofile().type();
    Names details;
    if (!pod.empty() && !good(pod))
        details.push_back("pod must not set securityContext.seccompProfile.type to " + quote(pod));
    Names explicitly, values, silent;
    for (const ContainerView& container : subject.containers) {
        const std::string& type = container.context.seccompprofile().type();
        if (type.empty())
            silent.push_back(container.name);
        else if (!good(type)) {
            explicitly.push_back(container.name);
            addUnique(values, type);
        }
    }
    if (!explicitly.empty())
        details.push_back(containerList(explicitly) +
                          " must not set securityContext.seccompProfile.type to " + quotedList(values));
    if (!silent.empty() && pod.empty())
        details.push_back("pod or " + containerList(silent) +
                          " must set securityContext.seccompProfile.type to \"RuntimeDefault\" or "
                          "\"Localhost\"");
    if (details.empty()) return std::nullopt;
    return Finding{"seccompProfile", fmt::format("{}", fmt::join(details, "; "))};
}

struct Row {
    Check check;
    bool restricted;
    int since = 0;
    /// A baseline check whose place a stricter one takes.
    int replacedSince = SecurityLevel::latest + 1;
};

/// In the order Kubernetes reports them.
constexpr Row rows[] = {
    {appArmor, false},         {baselineCapabilities, false, 0, 22},
    {hostNamespaces, false},   {hostPathVolumes, false},
    {hostPorts, false},        {handlerHosts, false, 34},
    {privileged, false},       {procMount, false},
    {seLinux, false},          {baselineSeccomp, false, 19, 19},
    {sysctls, false},          {hostProcess, false},
    {escalation, true},        {restrictedCapabilities, true, 22},
    {restrictedVolumes, true}, {runAsNonRoot, true},
    {runAsUser, true},         {restrictedSeccomp, true},
};

} // namespace

std::string SecurityLevel::text() const {
    static constexpr const char* names[] = {"privileged", "baseline", "restricted"};
    return fmt::format("{}:{}", names[static_cast<int>(profile)],
                       minor == latest ? std::string("latest") : fmt::format("v1.{}", minor));
}

std::optional<SecurityLevel::Profile> SecurityLevel::parseProfile(std::string_view text) {
    if (text == "privileged") return Profile::Privileged;
    if (text == "baseline") return Profile::Baseline;
    if (text == "restricted") return Profile::Restricted;
    return std::nullopt;
}

std::optional<int> SecurityLevel::parseVersion(std::string_view text) {
    if (text == "latest") return latest;
    constexpr std::string_view prefix = "v1.";
    if (!text.starts_with(prefix)) return std::nullopt;
    text.remove_prefix(prefix.size());
    int minor = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), minor);
    const bool plain = text.size() == 1 || (!text.empty() && text[0] != '0');
    if (error != std::errc() || end != text.data() + text.size() || minor < 0 || !plain) return std::nullopt;
    return minor;
}

std::string securityViolations(const SecurityLevel& level, const api::meta::ObjectMeta& metadata,
                               const api::core::PodSpec& spec, bool details) {
    if (level.profile == SecurityLevel::Profile::Privileged) return {};
    const bool restricted = level.profile == SecurityLevel::Profile::Restricted;
    Subject subject{metadata, spec, {}, level.minor, spec.os().name() == "windows"};
    for (const auto& container : spec.initcontainers())
        subject.containers.push_back(viewOf(container));
    for (const auto& container : spec.containers())
        subject.containers.push_back(viewOf(container));
    for (const auto& container : spec.ephemeralcontainers())
        subject.containers.push_back(viewOf(container.ephemeralcontainercommon()));
    std::string out;
    for (const Row& row : rows) {
        if (level.minor < row.since || (row.restricted && !restricted)) continue;
        if (restricted && level.minor >= row.replacedSince) continue;
        const auto found = row.check(subject);
        if (!found) continue;
        out += (out.empty() ? "" : ", ") + found->reason;
        if (details && !found->detail.empty()) out += " (" + found->detail + ")";
    }
    return out;
}

} // namespace wheelhouse::apiserver
