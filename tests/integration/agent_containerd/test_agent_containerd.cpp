#include "engine/api/time.h"
#include "engine/base/files.h"
#include "engine/base/system.h"
#include "engine/nodelink/agent_channel.h"
#include "vmnodes/agent/agent.h"
#include "vmnodes/agent/cri_runtime.h"
#include "vmnodes/agent/file_state_store.h"
#include "vmnodes/image/oci.h"

#include <QDir>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <atomic>
#include <cstdio>
#include <fmt/format.h>
#include <mutex>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

using namespace wheelhouse;
using namespace std::chrono_literals;
namespace core = api::core;

namespace {

/// The control plane's side of a link in the hands of a test; filled on the agent's thread, read on the
/// test's.
class RecordingChannel final : public nodelink::AgentChannel {
  public:
    void start(Handlers handlers) override {
        handlers_ = std::move(handlers);
        handlers_.onUp();
    }
    bool send(nodelink::FromAgent message) override {
        const std::lock_guard lock(mutex_);
        if (message.has_pod_status())
            statuses_[message.pod_status().pod().name()] = message.pod_status().status();
        if (message.has_pod_gone()) gone_[message.pod_gone().pod().name()] = true;
        if (message.has_node_status()) node_ = message.node_status();
        if (message.has_stream_data()) text_ += message.stream_data().data();
        if (message.has_event())
            events_ += message.event().reason() + ": " + message.event().message() + "\n";
        return true;
    }
    void say(const nodelink::ToAgent& message) { handlers_.onMessage(message); }
    core::PodStatus status(const std::string& pod) const {
        const std::lock_guard lock(mutex_);
        core::PodStatus status;
        if (const auto it = statuses_.find(pod); it != statuses_.end()) status.ParseFromString(it->second);
        return status;
    }
    bool gone(const std::string& pod) const {
        const std::lock_guard lock(mutex_);
        return gone_.contains(pod);
    }
    std::string ready() const {
        const std::lock_guard lock(mutex_);
        core::NodeStatus status;
        status.ParseFromString(node_);
        for (const core::NodeCondition& condition : status.conditions())
            if (condition.type() == "Ready") return condition.status();
        return "none";
    }
    std::string text() const {
        const std::lock_guard lock(mutex_);
        return text_;
    }
    std::string events() const {
        const std::lock_guard lock(mutex_);
        return events_;
    }

  private:
    mutable std::mutex mutex_;
    Handlers handlers_;
    std::map<std::string, std::string> statuses_;
    std::map<std::string, bool> gone_;
    std::string node_;
    std::string text_;
    std::string events_;
};

/// One agent over a containerd, on a thread of its own.
struct RealAgent {
    explicit RealAgent(const agent::CriOptions& criOptions, const std::string& folder) {
        executor.run([&] {
            agent::AgentOptions options;
            options.nodeName = "here";
            options.restartBackOff = 1s;
            store = std::make_unique<agent::FileStateStore>(folder + "/records");
            runtime = agent::makeCriRuntime(criOptions, executor);
            agent = std::make_unique<agent::Agent>(channel, *runtime, *store, executor, random, options);
            agent->start();
        });
    }
    ~RealAgent() {
        executor.run([&] {
            agent.reset();
            runtime.reset();
        });
    }
    void say(nodelink::ToAgent message) {
        executor.run([&] { channel.say(message); });
    }
    void desire(core::Pod pod) {
        static int version = 0;
        pod.mutable_metadata()->set_resourceversion(std::to_string(++version));
        nodelink::ToAgent message;
        message.mutable_pod()->set_pod(pod.SerializeAsString());
        say(message);
    }
    SystemRandom random;
    RecordingChannel channel;
    std::unique_ptr<agent::FileStateStore> store;
    std::unique_ptr<agent::Runtime> runtime;
    std::unique_ptr<agent::Agent> agent;
    ThreadExecutor executor{"agent"};
};

std::string run(const QString& program, const QStringList& arguments) {
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    if (!process.waitForFinished(60'000)) return "did not end";
    const std::string text = process.readAll().toStdString();
    return process.exitCode() == 0 ? "" : "failed: " + text;
}

} // namespace

/// The agent's runtime against a real containerd with folders, a socket and a network namespace of its own.
class AgentContainerdTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase();
    void nodeIsReady();
    void runsAPodAndReadsItsLog();
    void restartsAKilledContainer();
    void adoptsAfterARestart();
    void deletesThePod();
    void missingImageIsSaid();
    void cleanupTestCase();

  private:
    std::string path(const std::string& name) const { return folder_.path().toStdString() + "/" + name; }
    core::Pod pod(const std::string& name) const;
    void import(const std::string& reference, const std::string& program, const std::string& name);

    QTemporaryDir folder_;
    QProcess containerd_;
    agent::CriOptions options_;
    std::unique_ptr<RealAgent> agent_;
};

core::Pod AgentContainerdTest::pod(const std::string& name) const {
    core::Pod pod;
    pod.mutable_metadata()->set_name(name);
    pod.mutable_metadata()->set_namespace_("default");
    pod.mutable_metadata()->set_uid("0000-" + name);
    pod.mutable_spec()->set_restartpolicy("Always");
    pod.mutable_spec()->set_terminationgraceperiodseconds(5);
    core::Volume& volume = *pod.mutable_spec()->add_volumes();
    volume.set_name("scratch");
    volume.mutable_volumesource()->mutable_emptydir();
    core::Container& container = *pod.mutable_spec()->add_containers();
    container.set_name("main");
    container.set_image("wheelhouse.dev/demo:1");
    container.set_imagepullpolicy("IfNotPresent");
    auto& mount = *container.add_volumemounts();
    mount.set_name("scratch");
    mount.set_mountpath("/scratch");
    core::Probe& probe = *container.mutable_readinessprobe();
    probe.mutable_handler()->mutable_httpget()->set_path("/readyz");
    probe.mutable_handler()->mutable_httpget()->mutable_port()->set_intval(8080);
    probe.set_periodseconds(1);
    return pod;
}

void AgentContainerdTest::import(const std::string& reference, const std::string& program,
                                 const std::string& name) {
    const auto bytes = readFile(program);
    QVERIFY2(bytes.has_value(), program.c_str());
    const std::string archive = image::ociArchive({.reference = reference,
                                                   .path = name,
                                                   .program = *bytes,
                                                   .entrypoint = {"/" + name},
                                                   .command = {},
                                                   .ports = {}});
    QVERIFY(writeFileAtomically(path(name + ".tar"), archive).has_value());
    const std::string failed =
        run("ctr", {"-a", QString::fromStdString(options_.socket), "-n", "k8s.io", "images", "import",
                    "--snapshotter", "native", QString::fromStdString(path(name + ".tar"))});
    QVERIFY2(failed.empty(), failed.c_str());
}

void AgentContainerdTest::initTestCase() {
    options_.socket = path("containerd.sock");
    options_.stateFolder = path("state");
    options_.logFolder = path("logs");
    options_.cniFolder = path("cni");
    options_.internalIp = "10.100.0.2";
    options_.manageNetwork = false; // no second interface here, and no nft on every machine
    options_.cgroupRoot = fmt::format("/wheelhouse-test-{}", ::getpid());
    QDir().mkpath(QString::fromStdString(path("cni")));
    const std::string config = fmt::format(R"(version = 2
root = "{0}/root"
state = "{0}/run"
disabled_plugins = ["io.containerd.nri.v1.nri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "{0}/containerd.sock"
[ttrpc]
  address = "{0}/ttrpc.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "wheelhouse.dev/pause:1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "native"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{0}/cni"
)",
                                           folder_.path().toStdString());
    QVERIFY(writeFileAtomically(path("config.toml"), config).has_value());
    containerd_.setStandardErrorFile(QString::fromStdString(path("containerd.log")));
    containerd_.start("containerd", {"-c", QString::fromStdString(path("config.toml"))});
    QVERIFY(containerd_.waitForStarted());
    QTRY_VERIFY_WITH_TIMEOUT(run("ctr", {"-a", QString::fromStdString(options_.socket), "version"}).empty(),
                             30'000);
    const std::string bin = WHEELHOUSE_BINARY_DIR "/bin/";
    import("wheelhouse.dev/pause:1", bin + "wheelhouse-pause", "pause");
    import("wheelhouse.dev/demo:1", bin + "wheelhouse-demo", "demo");
    agent_ = std::make_unique<RealAgent>(options_, folder_.path().toStdString());
}

void AgentContainerdTest::nodeIsReady() {
    QTRY_COMPARE_WITH_TIMEOUT(agent_->channel.ready(), std::string("False"), 20'000); // no pod network yet
    nodelink::ToAgent message;
    message.mutable_network()->set_pod_cidr("10.244.7.0/24");
    agent_->say(message);
    QTRY_COMPARE_WITH_TIMEOUT(agent_->channel.ready(), std::string("True"), 20'000);
}

void AgentContainerdTest::runsAPodAndReadsItsLog() {
    agent_->desire(pod("web"));
    QTRY_VERIFY2_WITH_TIMEOUT(agent_->channel.status("web").containerstatuses_size() == 1 &&
                                  agent_->channel.status("web").containerstatuses(0).ready(),
                              agent_->channel.events().c_str(), 60'000);
    QVERIFY(agent_->channel.status("web").podip().starts_with("10.244.7."));
    QVERIFY(agent_->channel.status("web").containerstatuses(0).imageid().find("sha256:") !=
            std::string::npos);
    nodelink::ToAgent message;
    message.mutable_open_log()->set_stream(1);
    message.mutable_open_log()->mutable_pod()->set_uid("0000-web");
    message.mutable_open_log()->set_container("main");
    message.mutable_open_log()->set_tail_lines(-1);
    message.mutable_open_log()->set_follow(true);
    agent_->say(message);
    QTRY_VERIFY_WITH_TIMEOUT(!agent_->channel.text().empty(), 10'000);
}

void AgentContainerdTest::restartsAKilledContainer() {
    const std::string before = agent_->channel.status("web").containerstatuses(0).containerid();
    const QString id = QString::fromStdString(before.substr(before.rfind('/') + 1));
    const std::string failed = run("ctr", {"-a", QString::fromStdString(options_.socket), "-n", "k8s.io",
                                           "tasks", "kill", "-s", "SIGKILL", id});
    QVERIFY2(failed.empty(), failed.c_str());
    QTRY_VERIFY_WITH_TIMEOUT(agent_->channel.status("web").containerstatuses(0).restartcount() == 1 &&
                                 agent_->channel.status("web").containerstatuses(0).ready(),
                             60'000);
    const core::PodStatus status = agent_->channel.status("web");
    QCOMPARE(status.containerstatuses(0).laststate().terminated().exitcode(), 137);
    QVERIFY(status.containerstatuses(0).containerid() != before);
}

void AgentContainerdTest::adoptsAfterARestart() {
    const core::PodStatus before = agent_->channel.status("web");
    agent_ = std::make_unique<RealAgent>(options_, folder_.path().toStdString());
    QTRY_VERIFY_WITH_TIMEOUT(agent_->channel.status("web").containerstatuses_size() == 1 &&
                                 agent_->channel.status("web").containerstatuses(0).ready(),
                             30'000);
    const core::PodStatus after = agent_->channel.status("web");
    QCOMPARE(after.containerstatuses(0).containerid(), before.containerstatuses(0).containerid());
    QCOMPARE(after.containerstatuses(0).restartcount(), 1);
    QCOMPARE(after.podip(), before.podip());
    QCOMPARE(agent_->channel.events().find("Started"), std::string::npos);
}

void AgentContainerdTest::deletesThePod() {
    core::Pod gone = pod("web");
    *gone.mutable_metadata()->mutable_deletiontimestamp() = api::toTime(SystemClock().wallNow());
    gone.mutable_metadata()->set_deletiongraceperiodseconds(5);
    agent_->desire(gone);
    QTRY_VERIFY_WITH_TIMEOUT(agent_->channel.gone("web"), 60'000);
    QProcess list;
    list.start("ctr",
               {"-a", QString::fromStdString(options_.socket), "-n", "k8s.io", "containers", "list", "-q"});
    QVERIFY(list.waitForFinished());
    QCOMPARE(list.readAll().trimmed(), QByteArray());
    QVERIFY(QDir(QString::fromStdString(path("logs"))).isEmpty());
    QVERIFY(QDir(QString::fromStdString(path("state/pods"))).isEmpty());
}

void AgentContainerdTest::missingImageIsSaid() {
    core::Pod lost = pod("lost");
    lost.mutable_spec()->mutable_containers(0)->set_image("127.0.0.1:1/none:1");
    agent_->desire(lost);
    QTRY_VERIFY2_WITH_TIMEOUT(agent_->channel.events().find("Failed to pull image") != std::string::npos,
                              agent_->channel.events().c_str(), 60'000);
    nodelink::ToAgent message;
    message.mutable_pod_removed()->set_uid("0000-lost");
    agent_->say(message);
    QTRY_VERIFY_WITH_TIMEOUT(QDir(QString::fromStdString(path("state/pods"))).isEmpty(), 30'000);
}

void AgentContainerdTest::cleanupTestCase() {
    agent_.reset();
    containerd_.terminate();
    if (!containerd_.waitForFinished(10'000)) containerd_.kill();
    containerd_.waitForFinished(5'000);
}

/// Why a containerd cannot run here; empty when it can. Everything this process starts afterwards shares its
/// own network.
static std::string prepare() {
    if (::geteuid() != 0) return "containers need root";
    for (const char* program : {"containerd", "ctr", "runc", "ip"})
        if (!run("sh", {"-c", QString("command -v %1 >/dev/null").arg(program)}).empty())
            return fmt::format("{} is not installed", program);
    if (!QFile::exists("/usr/lib/cni/bridge")) return "the CNI plug-ins are not installed";
    if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) return "namespaces cannot be made here";
    if (::mount("none", "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0)
        return "mounts cannot be made private here";
    return run("ip", {"link", "set", "lo", "up"});
}

int main(int argc, char** argv) {
    QCoreApplication app(argc, argv);
    if (const std::string reason = prepare(); !reason.empty()) {
        std::printf("SKIPPED: %s\n", reason.c_str());
        return 0;
    }
    AgentContainerdTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_agent_containerd.moc"
