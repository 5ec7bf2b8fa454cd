// wheelhouse-agent: the agent of a real node.
#include "agent_config.pb.h"
#include "engine/base/files.h"
#include "engine/base/log.h"
#include "engine/base/system.h"
#include "engine/nodelink/agent_channel.h"
#include "vmnodes/agent/agent.h"
#include "vmnodes/agent/cri_runtime.h"
#include "vmnodes/agent/file_state_store.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <google/protobuf/util/json_util.h>
#include <memory>
#include <string>

namespace {

using namespace wheelhouse;

Result<agent::AgentConfig> loadConfig(const std::string& path) {
    const Result<std::string> text = readFile(path);
    if (!text) return fail(text.error());
    agent::AgentConfig config;
    google::protobuf::util::JsonParseOptions options;
    options.ignore_unknown_fields = true;
    const auto status = google::protobuf::util::JsonStringToMessage(*text, &config, options);
    if (!status.ok()) return fail(Reason::Invalid, fmt::format("{}: {}", path, status.ToString()));
    if (config.nodename().empty() || config.link().host().empty() || config.link().port() == 0)
        return fail(Reason::Invalid, fmt::format("{}: nodeName, link.host and link.port must be set", path));
    if (const auto housekeeping = agent::housekeepingOf(config.kubelet()); !housekeeping)
        return fail(Reason::Invalid, fmt::format("{}: {}", path, housekeeping.error().message));
    return config;
}

/// The host reads these lines from a machine's console to tell how far it has come.
void mark(const std::string& step) {
    const std::string uptime = readFile("/proc/uptime").value_or("0 ");
    std::printf("MARK %s %s\n", step.c_str(), uptime.substr(0, uptime.find(' ')).c_str());
    std::fflush(stdout);
}

agent::AgentOptions agentOptions(const agent::AgentConfig& config) {
    agent::AgentOptions options;
    options.nodeName = config.nodename();
    for (const auto& [key, value] : config.labels())
        options.labels[key] = value;
    if (!config.zone().empty()) options.labels["topology.kubernetes.io/zone"] = config.zone();
    options.taints.assign(config.taints().begin(), config.taints().end());
    if (!config.accelerator().empty())
        options.annotations["lab.wheelhouse.dev/accelerator"] = config.accelerator();
    options.clusterDns.assign(config.clusterdns().begin(), config.clusterdns().end());
    options.housekeeping = agent::housekeepingOf(config.kubelet()).value(); // was looked at with the rest
    if (config.restartbackoffseconds() > 0)
        options.restartBackOff = std::chrono::duration_cast<Duration>(
            std::chrono::duration<double>(config.restartbackoffseconds()));
    return options;
}

agent::CriOptions criOptions(const agent::AgentConfig& config) {
    agent::CriOptions options;
    for (const agent::EvictionThreshold& threshold : agentOptions(config).housekeeping.thresholds)
        if (threshold.signal == agent::Signal::MemoryAvailable && !threshold.soft)
            options.memoryReserve = threshold.least.number;
    if (!config.containerdsocket().empty()) options.socket = config.containerdsocket();
    if (!config.statefolder().empty()) options.stateFolder = config.statefolder();
    if (!config.logfolder().empty()) options.logFolder = config.logfolder();
    options.nodeName = config.nodename();
    options.zone = config.zone();
    if (config.clusterdns_size() > 0) options.dnsAddress = config.clusterdns(0);
    options.internalIp = config.internalip();
    if (!config.fabric().interface().empty()) options.fabricInterface = config.fabric().interface();
    if (config.fabric().mtu() > 0) options.mtu = config.fabric().mtu();
    options.machineId = config.machineuuid();
    return options;
}

Result<nodelink::LinkTarget> linkTarget(const agent::AgentConfig& config) {
    nodelink::LinkTarget target;
    target.host = config.link().host();
    target.port = static_cast<std::uint16_t>(config.link().port());
    target.serverName = config.link().servername();
    for (const auto& [file, into] : {std::pair(config.cafile(), &target.caPem),
                                     std::pair(config.certificatefile(), &target.certificatePem),
                                     std::pair(config.keyfile(), &target.keyPem)}) {
        auto text = readFile(file);
        if (!text) return fail(text.error());
        *into = std::move(*text);
    }
    return target;
}

/// Everything of a running agent; made and destroyed on the agent's executor.
struct Node {
    Node(const agent::AgentConfig& config, nodelink::LinkTarget target, Executor& executor)
        : store(std::filesystem::path(criOptions(config).stateFolder) / "state"),
          runtime(agent::makeCriRuntime(criOptions(config), executor)),
          channel(nodelink::connectGrpc(std::move(target), executor, random)),
          agent(*channel, *runtime, store, executor, random, agentOptions(config)) {
        agent.setReadyListener([] { mark("ready"); });
        agent.start();
    }
    SystemRandom random;
    agent::FileStateStore store;
    std::unique_ptr<agent::Runtime> runtime;
    std::unique_ptr<nodelink::AgentChannel> channel;
    agent::Agent agent;
};

} // namespace

int main(int argc, char** argv) {
    std::string path;
    for (int i = 1; i + 1 < argc; ++i)
        if (std::string(argv[i]) == "--config") path = argv[i + 1];
    if (path.empty()) {
        std::fprintf(stderr, "usage: wheelhouse-agent --config FILE\n");
        return 2;
    }
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr); // before any thread, so that all of them inherit it
    std::signal(SIGPIPE, SIG_IGN);
    const auto config = loadConfig(path);
    if (!config) {
        log::error("agent", "{}", config.error().message);
        return 1;
    }
    auto target = linkTarget(*config);
    if (!target) {
        log::error("agent", "{}", target.error().message);
        return 1;
    }
    std::unique_ptr<Node> node;
    ThreadExecutor executor("agent");
    executor.run([&] { node = std::make_unique<Node>(*config, std::move(*target), executor); });
    int signal = 0;
    sigwait(&signals, &signal);
    executor.run([&] { node.reset(); }); // containers run on
    std::fflush(nullptr);
    std::_Exit(0); // answers of calls that are still under way must not find a program that is half gone
}
