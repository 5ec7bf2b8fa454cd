#include "containerd_bench.h"
#include "containerd_parts.h"
#include "engine/api/time.h"
#include "real_agent.h"

#include <QDir>
#include <QProcess>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <atomic>
#include <fmt/format.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

using namespace wheelhouse;
using namespace std::chrono_literals;
using tests::pod;
using tests::RealAgent;
using tests::RecordingChannel;
using tests::run;
using tests::toolsPod;
namespace core = api::core;

/// The agent's runtime against a real containerd with folders, a socket and a network namespace of its own.
class AgentContainerdTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase();
    void nodeIsReady();
    void runsAPodAndReadsItsLog();
    void runsCommands();
    void carriesMuchBothWays();
    void aTerminalHasItsSize();
    void joinsTheContainersOutput();
    void reachesPorts();
    void showsItsOwnPages();
    void restartsAKilledContainer();
    void adoptsAfterARestart();
    void killsWhatItIsTold();
    void keepsItsPodsThroughAnOutage();
    void deletesThePod();
    void missingImageIsSaid();
    void doesHooks();
    void killsWhatItsHookFails();
    void asksGrpcServers();
    void cleanupTestCase();

  private:
    std::string path(const std::string& name) const { return containerd_.path(name); }
    void removePod(core::Pod pod, int grace);
    /// Opens a command in the pod "web"; the number of its stream.
    std::uint64_t exec(std::vector<std::string> command,
                       const std::function<void(nodelink::OpenExec&)>& more = {});
    std::uint64_t port(std::uint16_t number, bool ownAddress);
    void input(std::uint64_t stream, const std::string& bytes, bool end);
    /// Gives credit back until the stream ends; what it said.
    RecordingChannel::Stream toItsEnd(std::uint64_t stream, int milliseconds = 20'000);

    tests::ContainerdBench containerd_;
    const agent::CriOptions& options_ = containerd_.options();
    std::unique_ptr<RealAgent> agent_;
    std::uint64_t nextStream_ = 100;
};

void AgentContainerdTest::removePod(core::Pod pod, int grace) {
    *pod.mutable_metadata()->mutable_deletiontimestamp() = api::toTime(SystemClock().wallNow());
    pod.mutable_metadata()->set_deletiongraceperiodseconds(grace);
    agent_->desire(std::move(pod));
}

void AgentContainerdTest::initTestCase() {
    QVERIFY2(containerd_.start(), containerd_.error().c_str());
    agent_ = std::make_unique<RealAgent>(options_, containerd_.folder());
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

std::uint64_t AgentContainerdTest::exec(std::vector<std::string> command,
                                        const std::function<void(nodelink::OpenExec&)>& more) {
    nodelink::ToAgent message;
    nodelink::OpenExec& open = *message.mutable_open_exec();
    open.set_stream(nextStream_);
    open.mutable_pod()->set_uid("0000-tools");
    open.set_container("main");
    for (const std::string& word : command)
        open.add_command(word);
    open.set_stdout(true);
    open.set_stderr(true);
    if (more) more(open);
    agent_->say(message);
    return nextStream_++;
}

std::uint64_t AgentContainerdTest::port(std::uint16_t number, bool ownAddress) {
    nodelink::ToAgent message;
    nodelink::OpenPort& open = *message.mutable_open_port();
    open.set_stream(nextStream_);
    open.mutable_pod()->set_uid("0000-web");
    open.set_port(number);
    open.set_own_address(ownAddress);
    agent_->say(message);
    return nextStream_++;
}

void AgentContainerdTest::input(std::uint64_t stream, const std::string& bytes, bool end) {
    for (std::size_t sent = 0; sent < bytes.size() || end;) {
        const std::size_t wanted = std::min<std::size_t>(bytes.size() - sent, 64 * 1024);
        const std::size_t now = agent_->channel.takeRoom(stream, wanted);
        if (now == 0 && wanted > 0) {
            // The far end takes no more: so it must be listened to, or both would wait.
            const std::size_t credit = agent_->channel.takeCredit(stream);
            nodelink::ToAgent message;
            message.mutable_credit()->set_stream(stream);
            message.mutable_credit()->set_bytes(static_cast<std::uint32_t>(credit));
            if (credit > 0) agent_->say(message);
            static_cast<void>(QTest::qWaitFor([&] { return agent_->channel.canMove(stream); }));
            continue;
        }
        nodelink::ToAgent message;
        message.mutable_input()->set_stream(stream);
        message.mutable_input()->set_data(bytes.substr(sent, now));
        sent += now;
        message.mutable_input()->set_end(end && sent == bytes.size());
        agent_->say(message);
        if (sent == bytes.size()) return;
    }
}

RecordingChannel::Stream AgentContainerdTest::toItsEnd(std::uint64_t stream, int milliseconds) {
    const auto ended = [&] {
        const std::size_t credit = agent_->channel.takeCredit(stream);
        nodelink::ToAgent message;
        message.mutable_credit()->set_stream(stream);
        message.mutable_credit()->set_bytes(static_cast<std::uint32_t>(credit));
        if (credit > 0) agent_->say(message);
        return agent_->channel.stream(stream).end.has_value();
    };
    static_cast<void>(QTest::qWaitFor(ended, milliseconds));
    auto said = agent_->channel.stream(stream);
    if (!said.end) {
        said.end.emplace();
        said.end->set_error("it did not end");
    }
    return said;
}

void AgentContainerdTest::runsCommands() {
    core::Pod tools = pod("tools");
    tools.mutable_spec()->mutable_containers(0)->set_image("wheelhouse.dev/tools:1");
    tools.mutable_spec()->mutable_containers(0)->clear_readinessprobe();
    agent_->desire(tools);
    QTRY_VERIFY2_WITH_TIMEOUT(agent_->channel.status("tools").phase() == "Running",
                              agent_->channel.events().c_str(), 60'000);
    const auto fine = toItsEnd(exec({"/tools", "out", "a word"}));
    QCOMPARE(fine.end->error(), std::string());
    QCOMPARE(fine.end->exit_code(), 0);
    QCOMPARE(fine.out, std::string("a word\n"));
    const auto wrong = toItsEnd(exec({"/tools", "fail"}));
    QCOMPARE(wrong.end->error(), std::string());
    QCOMPARE(wrong.end->exit_code(), 3);
    QCOMPARE(wrong.out, std::string());
    QCOMPARE(wrong.err, std::string("it went wrong\n"));
    const auto missing = toItsEnd(exec({"/no/such/program"}));
    QVERIFY2(missing.end->error().find("no such file or directory") != std::string::npos,
             missing.end->error().c_str());
    const auto nowhere =
        toItsEnd(exec({"/tools"}, [](nodelink::OpenExec& open) { open.set_container("none"); }));
    QCOMPARE(nowhere.end->error(),
             std::string("unable to upgrade connection: container not found (\"none\")"));
}

void AgentContainerdTest::carriesMuchBothWays() {
    const std::uint64_t stream =
        exec({"/tools", "echo"}, [](nodelink::OpenExec& open) { open.set_stdin(true); });
    std::string much;
    for (int i = 0; much.size() < std::size_t{10} << 20; ++i)
        much += std::to_string(i) + "\n";
    input(stream, much, true);
    const auto back = toItsEnd(stream, 60'000);
    QCOMPARE(back.end->error(), std::string());
    QCOMPARE(back.out.size(), much.size());
    QVERIFY(back.out == much);
    // Without credit a command comes to a halt, and goes on when there is some.
    const std::uint64_t slow =
        exec({"/tools", "echo"}, [](nodelink::OpenExec& open) { open.set_stdin(true); });
    input(slow, std::string(200 * 1024, 'a'), false);
    input(slow, std::string(50 * 1024, 'b'), false);
    QTRY_VERIFY_WITH_TIMEOUT(agent_->channel.stream(slow).out.size() >= 200 * 1024, 10'000);
    QVERIFY(agent_->channel.stream(slow).out.size() <= 256 * 1024);
    input(slow, std::string(100 * 1024, 'c'), true);
    QCOMPARE(toItsEnd(slow).out.size(), std::size_t(350 * 1024));
}

void AgentContainerdTest::aTerminalHasItsSize() {
    const std::uint64_t stream = exec({"/tools", "size"}, [](nodelink::OpenExec& open) {
        open.set_stdin(true);
        open.set_tty(true);
        open.set_stderr(false);
    });
    nodelink::ToAgent message;
    message.mutable_resize()->set_stream(stream);
    message.mutable_resize()->set_width(101);
    message.mutable_resize()->set_height(37);
    agent_->say(message);
    // The command says its size for every line it is given.
    for (int i = 0; i < 50 && agent_->channel.stream(stream).out.find("37 101") == std::string::npos; ++i) {
        input(stream, "\r", false);
        static_cast<void>(QTest::qWaitFor(
            [&] { return agent_->channel.stream(stream).out.find("37 101") != std::string::npos; }, 100));
    }
    QVERIFY2(agent_->channel.stream(stream).out.find("37 101") != std::string::npos,
             agent_->channel.stream(stream).out.c_str());
    nodelink::ToAgent close;
    close.set_close_stream(stream);
    agent_->say(close);
}

void AgentContainerdTest::joinsTheContainersOutput() {
    const std::uint64_t stream = exec({}, [](nodelink::OpenExec& open) { open.set_attach(true); });
    QTRY_VERIFY_WITH_TIMEOUT(
        !agent_->channel.stream(stream).out.empty() || !agent_->channel.stream(stream).err.empty(), 20'000);
    QVERIFY(!agent_->channel.stream(stream).end);
    nodelink::ToAgent close;
    close.set_close_stream(stream);
    agent_->say(close);
    nodelink::ToAgent message;
    message.mutable_pod_removed()->set_uid("0000-tools");
    agent_->say(message);
}

void AgentContainerdTest::reachesPorts() {
    for (const bool ownAddress : {false, true}) {
        const std::uint64_t stream = port(8080, ownAddress);
        input(stream, "GET /readyz HTTP/1.0\r\n\r\n", false);
        const auto answer = toItsEnd(stream);
        QCOMPARE(answer.end->error(), std::string());
        QVERIFY2(answer.out.starts_with("HTTP/1."), answer.out.c_str());
        const auto closed = toItsEnd(port(81, ownAddress));
        QVERIFY2(closed.end->error().find("refused") != std::string::npos, closed.end->error().c_str());
    }
}

void AgentContainerdTest::showsItsOwnPages() {
    nodelink::ToAgent message;
    message.mutable_open_port()->set_stream(nextStream_);
    message.mutable_open_port()->set_port(10250);
    agent_->say(message);
    input(nextStream_, "GET /pods HTTP/1.1\r\nhost: x\r\n\r\n", false);
    const auto answer = toItsEnd(nextStream_++);
    QVERIFY2(answer.out.starts_with("HTTP/1.1 200 OK\r\n"), answer.out.c_str());
    QVERIFY(answer.out.find("\"name\":\"web\"") != std::string::npos);
    QVERIFY(answer.out.find("\"phase\":\"Running\"") != std::string::npos);
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
    agent_ = std::make_unique<RealAgent>(options_, containerd_.folder());
    QTRY_VERIFY_WITH_TIMEOUT(agent_->channel.status("web").containerstatuses_size() == 1 &&
                                 agent_->channel.status("web").containerstatuses(0).ready(),
                             30'000);
    const core::PodStatus after = agent_->channel.status("web");
    QCOMPARE(after.containerstatuses(0).containerid(), before.containerstatuses(0).containerid());
    QCOMPARE(after.containerstatuses(0).restartcount(), 1);
    QCOMPARE(after.podip(), before.podip());
    QCOMPARE(agent_->channel.events().find("Started"), std::string::npos);
}

void AgentContainerdTest::killsWhatItIsTold() {
    const auto before = agent_->channel.status("web").containerstatuses(0);
    nodelink::ToAgent message;
    auto& kill = *message.mutable_kill_container();
    kill.mutable_pod()->set_uid("0000-web");
    kill.set_container("main");
    kill.set_container_id("containerd://another"); // a life that is over: nothing happens
    agent_->say(message);
    kill.set_container_id(before.containerid());
    agent_->say(message);
    QTRY_VERIFY_WITH_TIMEOUT(agent_->channel.status("web").containerstatuses(0).restartcount() ==
                                     before.restartcount() + 1 &&
                                 agent_->channel.status("web").containerstatuses(0).ready(),
                             60'000);
    const auto after = agent_->channel.status("web").containerstatuses(0);
    QCOMPARE(after.laststate().terminated().exitcode(), 137);
    QCOMPARE(after.laststate().terminated().containerid(), before.containerid());
}

/// Without a control plane, and through a restart without one: pods are kept and what ends starts again.
void AgentContainerdTest::keepsItsPodsThroughAnOutage() {
    const core::PodStatus before = agent_->channel.status("web");
    agent_->setLink(false);
    agent_ = std::make_unique<RealAgent>(options_, containerd_.folder(), false);
    const std::string id = before.containerstatuses(0).containerid();
    const std::string bare = id.substr(id.rfind('/') + 1);
    const auto runningId = [&] {
        std::string out;
        agent_->executor.run([&] {
            for (const auto& pod : agent_->agent->pods())
                if (pod.id.name == "web" && pod.status.containerstatuses_size() == 1 &&
                    pod.status.containerstatuses(0).ready())
                    out = pod.status.containerstatuses(0).containerid();
        });
        return out;
    };
    QTRY_COMPARE_WITH_TIMEOUT(runningId(), id, 60'000);
    const std::string failed = run("ctr", {"-a", QString::fromStdString(options_.socket), "-n", "k8s.io",
                                           "tasks", "kill", "-s", "SIGKILL", QString::fromStdString(bare)});
    QVERIFY2(failed.empty(), failed.c_str());
    QTRY_VERIFY_WITH_TIMEOUT(!runningId().empty() && runningId() != id, 60'000);
    QCOMPARE(agent_->channel.hello().pods_size(), 0); // nobody was told
    agent_->setLink(true);
    QCOMPARE(agent_->channel.hello().pods_size(), 1);
    QTRY_VERIFY_WITH_TIMEOUT(agent_->channel.status("web").containerstatuses_size() == 1, 30'000);
    const core::PodStatus after = agent_->channel.status("web");
    QCOMPARE(after.containerstatuses(0).restartcount(), before.containerstatuses(0).restartcount() + 1);
    QCOMPARE(after.podip(), before.podip());
}

void AgentContainerdTest::deletesThePod() {
    removePod(pod("web"), 5);
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

void AgentContainerdTest::doesHooks() {
    QTcpServer server;
    QByteArray heard;
    QVERIFY(server.listen(QHostAddress(QString::fromStdString(options_.internalIp))));
    connect(&server, &QTcpServer::newConnection, this, [&] {
        QTcpSocket* socket = server.nextPendingConnection();
        connect(socket, &QTcpSocket::readyRead, this, [&heard, socket] {
            heard += socket->readAll();
            socket->write("HTTP/1.1 404 Not Found\r\n\r\n"); // whatever is answered, a hook is content
            socket->disconnectFromHost();
        });
    });
    const auto request = [&](core::LifecycleHandler& hook, const std::string& what) {
        core::HTTPGetAction& get = *hook.mutable_httpget();
        get.set_path(what);
        get.set_host(options_.internalIp);
        get.mutable_port()->set_intval(server.serverPort());
    };
    const auto command = [](core::LifecycleHandler& hook, const std::string& file) {
        for (const std::string& word : {std::string("/tools"), std::string("write"), file})
            hook.mutable_exec()->add_command(word);
    };
    core::Pod hooked = toolsPod("hooked");
    QDir().mkpath(QString::fromStdString(path("hooks")));
    core::Volume& volume = *hooked.mutable_spec()->add_volumes();
    volume.set_name("hooks");
    volume.mutable_volumesource()->mutable_hostpath()->set_path(path("hooks"));
    core::Container& main = *hooked.mutable_spec()->mutable_containers(0);
    core::VolumeMount& mount = *main.add_volumemounts();
    mount.set_name("hooks");
    mount.set_mountpath("/hooks");
    core::Container other = main;
    other.set_name("other");
    command(*main.mutable_lifecycle()->mutable_poststart(), "/hooks/started");
    request(*main.mutable_lifecycle()->mutable_prestop(), "/bye");
    request(*other.mutable_lifecycle()->mutable_poststart(), "/hello");
    command(*other.mutable_lifecycle()->mutable_prestop(), "/hooks/stopped");
    *hooked.mutable_spec()->add_containers() = other;
    agent_->desire(hooked);
    QTRY_VERIFY2_WITH_TIMEOUT(agent_->channel.status("hooked").phase() == "Running",
                              agent_->channel.events().c_str(), 60'000);
    QVERIFY(QFile::exists(QString::fromStdString(path("hooks/started"))));
    QVERIFY(!QFile::exists(QString::fromStdString(path("hooks/stopped"))));
    QVERIFY2(heard.startsWith("GET /hello HTTP/1.1\r\n") && heard.contains("User-Agent: kube-lifecycle/"),
             heard.constData());
    heard.clear();
    removePod(hooked, 1);
    QTRY_VERIFY_WITH_TIMEOUT(agent_->channel.gone("hooked"), 60'000);
    QVERIFY(QFile::exists(QString::fromStdString(path("hooks/stopped"))));
    QVERIFY2(heard.startsWith("GET /bye HTTP/1.1\r\n"), heard.constData());
    QCOMPARE(agent_->channel.events().find("Hook failed"), std::string::npos);
}

void AgentContainerdTest::killsWhatItsHookFails() {
    core::Pod wrong = toolsPod("wrong");
    wrong.mutable_spec()->set_restartpolicy("Never");
    auto& hook = *wrong.mutable_spec()->mutable_containers(0)->mutable_lifecycle()->mutable_poststart();
    hook.mutable_exec()->add_command("/tools");
    hook.mutable_exec()->add_command("fail");
    agent_->desire(wrong);
    QTRY_VERIFY2_WITH_TIMEOUT(agent_->channel.status("wrong").phase() == "Failed",
                              agent_->channel.events().c_str(), 60'000);
    QVERIFY(agent_->channel.events().find("PostStartHook failed") != std::string::npos);
    removePod(wrong, 1);
    QTRY_VERIFY_WITH_TIMEOUT(agent_->channel.gone("wrong"), 60'000);
}

void AgentContainerdTest::asksGrpcServers() {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort(options_.internalIp + ":0", grpc::InsecureServerCredentials(), &port);
    grpc::CallbackGenericService nothingElse; // a server without any service would not start
    builder.RegisterCallbackGenericService(&nothingElse);
    const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    QVERIFY(server != nullptr && port > 0);
    server->GetHealthCheckService()->SetServingStatus("shop", false);
    core::Pod shop = toolsPod("shop");
    shop.mutable_spec()->set_hostnetwork(true);
    core::Container& container = *shop.mutable_spec()->mutable_containers(0);
    core::Probe& ready = *container.mutable_readinessprobe();
    ready.mutable_handler()->mutable_grpc()->set_port(port);
    ready.mutable_handler()->mutable_grpc()->set_service("shop");
    ready.set_periodseconds(1);
    core::Probe& live = *container.mutable_livenessprobe(); // the server as a whole is well
    live.mutable_handler()->mutable_grpc()->set_port(port);
    live.set_periodseconds(1);
    live.set_failurethreshold(1);
    agent_->desire(shop);
    QTRY_VERIFY2_WITH_TIMEOUT(agent_->channel.events().find("responded with \"NOT_SERVING\"") !=
                                  std::string::npos,
                              agent_->channel.events().c_str(), 60'000);
    QVERIFY(!agent_->channel.status("shop").containerstatuses(0).ready());
    server->GetHealthCheckService()->SetServingStatus("shop", true);
    QTRY_VERIFY_WITH_TIMEOUT(agent_->channel.status("shop").containerstatuses(0).ready(), 10'000);
    QCOMPARE(agent_->channel.status("shop").containerstatuses(0).restartcount(), 0);
    server->Shutdown();
    QTRY_VERIFY2_WITH_TIMEOUT(agent_->channel.status("shop").containerstatuses(0).restartcount() > 0,
                              agent_->channel.events().c_str(), 30'000);
    QVERIFY(agent_->channel.events().find("failed to connect service at") != std::string::npos);
    removePod(shop, 1);
    QTRY_VERIFY_WITH_TIMEOUT(agent_->channel.gone("shop"), 60'000);
}

void AgentContainerdTest::cleanupTestCase() {
    agent_.reset();
    containerd_.stop();
}

int main(int argc, char** argv) {
    return tests::runContainerdTest<AgentContainerdTest>(argc, argv);
}
#include "test_agent_containerd.moc"
