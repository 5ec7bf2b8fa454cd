#include "command_line.h"

#include "engine/api/duration.h"
#include "paths.h"

#include <charconv>
#include <fmt/format.h>
#include <functional>
#include <optional>

namespace wheelhouse::app {
namespace {

tl::unexpected<Status> usage(std::string message) {
    return fail(Reason::BadRequest, std::move(message) + "; see wheelhouse --help");
}

template <class T>
std::optional<T> number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

Result<void> setListen(CommandLine& out, const std::string& value) {
    const std::size_t colon = value.rfind(':');
    const auto port =
        colon == std::string::npos ? std::nullopt : number<std::uint16_t>(value.substr(colon + 1));
    if (!port || colon == 0) return usage(fmt::format("--listen takes ADDRESS:PORT, not '{}'", value));
    out.listenHost = value.substr(0, colon);
    out.listenPort = *port;
    return {};
}

Result<void> addNodes(CommandLine& out, const std::string& value) {
    const std::size_t equals = value.find('=');
    const std::string provider = value.substr(0, equals);
    const auto count = equals == std::string::npos ? std::nullopt : number<int>(value.substr(equals + 1));
    if (!count || *count < 0 || *count > 10'000 || (provider != "vm" && provider != "simulated"))
        return usage(fmt::format("--nodes takes vm=COUNT or simulated=COUNT, not '{}'", value));
    out.nodes[provider] = *count;
    return {};
}

Result<void> addMirror(CommandLine& out, const std::string& value) {
    const std::size_t equals = value.find('=');
    if (equals == std::string::npos || equals == 0 || value.find("://", equals) == std::string::npos)
        return usage(fmt::format(
            "--registry-mirror takes REGISTRY=URL, for example docker.io=http://127.0.0.1:5000, not '{}'",
            value));
    out.registryMirrors[value.substr(0, equals)] = value.substr(equals + 1);
    return {};
}

Result<void> setDuration(Duration& out, const std::string& option, const std::string& value) {
    const std::optional<Duration> parsed = api::parseSpan(value);
    if (!parsed || *parsed <= Duration::zero())
        return usage(fmt::format("{} takes a time such as 50s, not '{}'", option, value));
    out = *parsed;
    return {};
}

Result<void> setToleration(CommandLine& out, const std::string& value) {
    const auto seconds = number<int>(value);
    if (!seconds || *seconds < 0)
        return usage(fmt::format("--default-toleration-seconds takes a number of seconds, not '{}'", value));
    out.defaultTolerationSeconds = *seconds;
    return {};
}

Result<void> setCount(std::uint32_t& out, std::uint32_t least, const std::string& option,
                      const std::string& value) {
    const auto count = number<std::uint32_t>(value);
    if (!count || *count < least || *count > 100'000)
        return usage(fmt::format("{} takes a number from {} to 100000, not '{}'", option, least, value));
    out = *count;
    return {};
}

struct Option {
    const char* name;
    const char* argument; ///< null = a flag
    const char* help;
    std::function<Result<void>(CommandLine&, const std::string&)> apply;
};

template <class Set>
auto always(Set set) {
    return [set](CommandLine& out, const std::string& value) -> Result<void> {
        set(out, value);
        return {};
    };
}

const std::vector<Option>& options() {
    static const std::vector<Option> all{
        {"--data-dir", "FOLDER", "where the lab is kept (default: the user's data folder)",
         always([](CommandLine& out, const std::string& v) {
             out.dataDirectory = std::filesystem::absolute(v);
         })},
        {"--listen", "ADDRESS:PORT", "where the API is served (default 127.0.0.1:0, any free port)",
         setListen},
        {"--kubeconfig", "FILE",
         "where the administrator's kubeconfig is written (default: in the data folder)",
         always(
             [](CommandLine& out, const std::string& v) { out.kubeconfig = std::filesystem::absolute(v); })},
        {"--nodes", "KIND=COUNT", "have at least COUNT nodes of a kind, vm or simulated; may be given twice",
         addNodes},
        {"--registry-mirror", "REGISTRY=URL",
         "pull a registry's images from URL instead, e.g. docker.io=http://127.0.0.1:5000", addMirror},
        {"--node-monitor-grace", "TIME", "how long a silent node counts as well (default 50s)",
         [](CommandLine& out, const std::string& v) {
             return setDuration(out.nodeMonitorGrace, "--node-monitor-grace", v);
         }},
        {"--heartbeat", "TIME", "how often a node says that it is well (default 10s)",
         [](CommandLine& out, const std::string& v) { return setDuration(out.heartbeat, "--heartbeat", v); }},
        {"--default-toleration-seconds", "SECONDS",
         "how long pods stay on a node that is gone, where they do not say themselves (default 300)",
         setToleration},
        {"--history", "TIME", "how far back lists may ask for the state of the cluster (default 24h)",
         [](CommandLine& out, const std::string& v) { return setDuration(out.history, "--history", v); }},
        {"--ready-file", "FILE", "write the ready line to FILE too",
         always(
             [](CommandLine& out, const std::string& v) { out.readyFile = std::filesystem::absolute(v); })},
        {"--audit-log-path", "FILE",
         "where the audit log is written, - for nowhere (default: in the data folder)",
         always([](CommandLine& out, const std::string& v) {
             out.auditLog = v == "-" ? std::filesystem::path(v) : std::filesystem::absolute(v);
         })},
        {"--audit-policy-file", "FILE", "what the audit log holds: an audit.k8s.io/v1 Policy",
         always(
             [](CommandLine& out, const std::string& v) { out.auditPolicy = std::filesystem::absolute(v); })},
        {"--audit-log-maxsize", "MEGABYTES", "a full audit log is put aside (default 100)",
         [](CommandLine& out, const std::string& v) {
             return setCount(out.auditFileMegabytes, 1, "--audit-log-maxsize", v);
         }},
        {"--audit-log-maxbackup", "COUNT", "how many full audit logs are kept (default 10)",
         [](CommandLine& out, const std::string& v) {
             return setCount(out.auditBackups, 0, "--audit-log-maxbackup", v);
         }},
        {"--scheduler-config", "FILE",
         "how pods are placed: a kubescheduler.config.k8s.io/v1 KubeSchedulerConfiguration",
         always([](CommandLine& out, const std::string& v) {
             out.schedulerConfiguration = std::filesystem::absolute(v);
         })},
        {"--kubelet-config", "FILE",
         "when nodes evict pods and remove images: a kubelet.config.k8s.io/v1beta1 KubeletConfiguration",
         always([](CommandLine& out, const std::string& v) {
             out.kubeletConfiguration = std::filesystem::absolute(v);
         })},
        {"--keep-machines", nullptr, "leave the VMs running at the end",
         always([](CommandLine& out, const std::string&) { out.keepMachines = true; })},
        {"--appearance", "NAME", "window: system (default), light or dark",
         [](CommandLine& out, const std::string& v) -> Result<void> {
             if (v != "system" && v != "light" && v != "dark")
                 return usage(fmt::format("--appearance takes system, light or dark, not '{}'", v));
             out.appearance = v;
             return {};
         }},
        {"--verbose", nullptr, "say more on standard error",
         always([](CommandLine& out, const std::string&) { out.verbose = true; })},
    };
    return all;
}

Result<void> applyOption(CommandLine& out, const std::vector<std::string>& arguments, std::size_t& i) {
    const std::size_t equals = arguments[i].find('=');
    const std::string name = arguments[i].substr(0, equals);
    for (const Option& option : options()) {
        if (name != option.name) continue;
        if (option.argument == nullptr) {
            if (equals != std::string::npos) return usage(fmt::format("{} takes no value", name));
            return option.apply(out, "");
        }
        if (equals != std::string::npos) return option.apply(out, arguments[i].substr(equals + 1));
        if (i + 1 == arguments.size()) return usage(fmt::format("{} needs {}", name, option.argument));
        return option.apply(out, arguments[++i]);
    }
    return usage(fmt::format("unknown option '{}'", name));
}

} // namespace

Result<CommandLine> parseCommandLine(const std::vector<std::string>& arguments) {
    static const std::map<std::string, Command> commands{
        {"serve", Command::Serve},     {"image", Command::Image},      {"info", Command::Info},
        {"help", Command::Help},       {"--help", Command::Help},      {"-h", Command::Help},
        {"version", Command::Version}, {"--version", Command::Version}};
    CommandLine out;
    bool commandGiven = false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (const auto command = commands.find(arguments[i]); command != commands.end() && !commandGiven) {
            out.command = command->second;
            commandGiven = true;
            continue;
        }
        if (!arguments[i].starts_with("-"))
            return usage(fmt::format("unexpected argument '{}'", arguments[i]));
        if (Result<void> applied = applyOption(out, arguments, i); !applied)
            return tl::unexpected<Status>(applied.error());
    }
    if (out.dataDirectory.empty()) out.dataDirectory = defaultDataDirectory();
    if (out.kubeconfig.empty()) out.kubeconfig = out.dataDirectory / "kubeconfig";
    return out;
}

std::string helpText() {
    std::string out = "wheelhouse [COMMAND] [OPTION…]\n\n"
                      "A Kubernetes-compatible cluster in one program.\n\n"
                      "  (no command)   open the window on the lab\n"
                      "  serve          serve the API without a window\n"
                      "  image          build the node image, or say which one is used\n"
                      "  info           say where everything is\n"
                      "  version        print the version\n\n";
    for (const Option& option : options()) {
        const std::string left =
            option.argument ? fmt::format("{} {}", option.name, option.argument) : option.name;
        out += fmt::format("  {:<32} {}\n", left, option.help);
    }
    return out;
}

} // namespace wheelhouse::app
