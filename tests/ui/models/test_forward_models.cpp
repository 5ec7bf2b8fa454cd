// Ports of pods and services on this computer.
#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "engine/base/system.h"
#include "fake_cluster.h"
#include "ui/models/port_forwards.h"
#include "ui/models/ui_executor.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::ui;
namespace core = wheelhouse::api::core;

namespace {

constexpr int soon = 20'000; ///< a deadline for what has gone wrong; nothing takes that long

core::Pod podOf(const std::string& name, bool ready) {
    core::Pod pod;
    pod.mutable_metadata()->set_name(name);
    pod.mutable_metadata()->set_namespace_("shop");
    (*pod.mutable_metadata()->mutable_labels())["app"] = "web";
    auto* container = pod.mutable_spec()->add_containers();
    container->set_name("web");
    auto* port = container->add_ports();
    port->set_name("http");
    port->set_containerport(8080);
    auto* condition = pod.mutable_status()->add_conditions();
    condition->set_type("Ready");
    condition->set_status(ready ? "True" : "False");
    return pod;
}

core::Service serviceOf() {
    core::Service service;
    service.mutable_metadata()->set_name("web");
    service.mutable_metadata()->set_namespace_("shop");
    (*service.mutable_spec()->mutable_selector())["app"] = "web";
    auto* port = service.mutable_spec()->add_ports();
    port->set_name("web");
    port->set_port(80);
    port->mutable_targetport()->set_type(1);
    port->mutable_targetport()->set_strval("http");
    auto* dns = service.mutable_spec()->add_ports();
    dns->set_port(53);
    dns->set_protocol("UDP");
    return service;
}

struct Bench {
    SystemClock clock;
    SeededRandom random{7};
    UiExecutor executor{clock};
    tests::FakeCluster cluster{executor, random};
    PortForwards forwards{cluster};
    QAbstractItemModelTester tester{&forwards, QAbstractItemModelTester::FailureReportingMode::Fatal};

    std::unique_ptr<QTcpSocket> dial(int row = 0) {
        auto socket = std::make_unique<QTcpSocket>();
        socket->connectToHost(QHostAddress::LocalHost, static_cast<quint16>(forwards.at(row).localPort));
        return socket;
    }
    /// The pod's side of the newest connection; null before there is one.
    tests::FakeSession* far() { return cluster.sessions.empty() ? nullptr : cluster.sessions.back().get(); }
};

} // namespace

class TestForwardModels final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void whatCanBeForwarded() {
        Bench bench;
        const auto pod = bench.cluster.store(podOf("web-1", true));
        QVERIFY(forwardablePortsOf(*pod) == (std::vector<ForwardablePort>{{8080, "http"}}));
        const auto service = bench.cluster.store(serviceOf());
        QVERIFY(forwardablePortsOf(*service) == (std::vector<ForwardablePort>{{80, "web"}}));
        core::ConfigMap map;
        map.mutable_metadata()->set_name("m");
        QVERIFY(forwardablePortsOf(*bench.cluster.store(map)).empty());
    }

    void aConnectionGoesBothWays() {
        Bench bench;
        const auto row = bench.forwards.start({"Pod", "shop", "web-1", 8080, 0});
        QVERIFY(row && *row == 0);
        const PortForwards::Entry entry = bench.forwards.at(0);
        QVERIFY(entry.localPort > 0);
        QCOMPARE(entry.command(),
                 QStringLiteral("kubectl port-forward pod/web-1 %1:8080 -n shop").arg(entry.localPort));
        auto socket = bench.dial();
        socket->write("GET /");
        QTRY_VERIFY_WITH_TIMEOUT(bench.far() && bench.far()->input == "GET /", soon);
        QCOMPARE(QString::fromStdString(bench.far()->pod), QStringLiteral("web-1"));
        QCOMPARE(int(bench.far()->port), 8080);
        bench.far()->say("200 OK");
        bench.far()->end(0);
        QTRY_COMPARE_WITH_TIMEOUT(socket->state(), QAbstractSocket::UnconnectedState, soon);
        QCOMPARE(socket->readAll(), QByteArray("200 OK"));
        QTRY_COMPARE_WITH_TIMEOUT(bench.forwards.at(0).connections, 0, soon);
        QCOMPARE(bench.forwards.at(0).sent, quint64(5));
        QCOMPARE(bench.forwards.at(0).received, quint64(6));
        QVERIFY(bench.forwards.at(0).problem.isEmpty());
    }

    /// Whoever hangs up is done, but what they said last still reaches the pod; stopping ends all at once.
    void hangingUp() {
        Bench bench;
        QVERIFY(bench.forwards.start({"Pod", "shop", "web-1", 8080, 0}));
        auto socket = bench.dial();
        QTRY_VERIFY_WITH_TIMEOUT(bench.far() != nullptr, soon);
        bench.far()->congest(true);
        socket->write("last words");
        socket->disconnectFromHost();
        QTRY_COMPARE_WITH_TIMEOUT(bench.forwards.at(0).connections, 0, soon);
        QVERIFY(bench.far()->inputClosed);
        QCOMPARE(bench.far()->input, std::string("last words"));
        bench.far()->end(fail(Reason::ServiceUnavailable, "too late to matter"));
        QTRY_VERIFY_WITH_TIMEOUT(!bench.far()->open, soon);
        QVERIFY(bench.forwards.at(0).problem.isEmpty());
        // A pod that never says that it is done is left after a moment.
        auto silent = bench.dial();
        QTRY_COMPARE_WITH_TIMEOUT(bench.cluster.sessions.size(), std::size_t(2), soon);
        silent->disconnectFromHost();
        QTRY_VERIFY_WITH_TIMEOUT(!bench.far()->open, soon);
        auto second = bench.dial();
        QTRY_COMPARE_WITH_TIMEOUT(bench.cluster.sessions.size(), std::size_t(3), soon);
        const int port = bench.forwards.at(0).localPort;
        bench.forwards.stop(0);
        QCOMPARE(bench.forwards.rowCount(), 0);
        QVERIFY(!bench.far()->open);
        QTRY_COMPARE_WITH_TIMEOUT(second->state(), QAbstractSocket::UnconnectedState, soon);
        QTcpServer again;
        QVERIFY(again.listen(QHostAddress::LocalHost, static_cast<quint16>(port)));
    }

    void whatGoesWrongIsOneLine() {
        Bench bench;
        QVERIFY(bench.forwards.start({"Pod", "shop", "web-1", 8080, 0}));
        auto socket = bench.dial();
        QTRY_VERIFY_WITH_TIMEOUT(bench.far() != nullptr, soon);
        bench.far()->end(fail(Reason::ServiceUnavailable, "connection refused"));
        QTRY_COMPARE_WITH_TIMEOUT(bench.forwards.at(0).problem, QStringLiteral("connection refused"), soon);
        const auto state = [&] { return bench.forwards.index(0, PortForwards::State).data().toString(); };
        QCOMPARE(state(), QStringLiteral("connection refused"));
        // It goes on, and the next one that goes well clears it.
        auto next = bench.dial();
        QTRY_COMPARE_WITH_TIMEOUT(bench.cluster.sessions.size(), std::size_t(2), soon);
        bench.far()->end(0);
        QTRY_COMPARE_WITH_TIMEOUT(state(), QStringLiteral("listening"), soon);
    }

    void aPortThatIsTaken() {
        Bench bench;
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        const auto refused = bench.forwards.start({"Pod", "shop", "web-1", 8080, other.serverPort()});
        QVERIFY(!refused);
        QVERIFY(
            QString::fromStdString(refused.error().message).contains(QString::number(other.serverPort())));
        QCOMPARE(bench.forwards.rowCount(), 0);
        // Where any will do, it is another one.
        const auto any = bench.forwards.start({"Pod", "shop", "web-1", other.serverPort(), 0});
        QVERIFY(any && bench.forwards.at(0).localPort != other.serverPort());
    }

    /// A service's connections go to its ready pods, by the name of the port.
    void aService() {
        Bench bench;
        bench.cluster.store(serviceOf());
        QVERIFY(bench.forwards.start({"Service", "shop", "web", 80, 0}));
        auto early = bench.dial();
        QTRY_COMPARE_WITH_TIMEOUT(bench.forwards.at(0).problem,
                                  QStringLiteral("no pod of the service is ready"), soon);
        bench.cluster.store(podOf("web-1", false));
        bench.cluster.store(podOf("web-2", true));
        auto socket = bench.dial();
        socket->write("early words");
        QTRY_VERIFY_WITH_TIMEOUT(bench.far() && bench.far()->input == "early words", soon);
        QCOMPARE(QString::fromStdString(bench.far()->pod), QStringLiteral("web-2"));
        QCOMPARE(int(bench.far()->port), 8080);
        bench.cluster.drop<core::Service>("shop/web");
        auto late = bench.dial();
        QTRY_VERIFY_WITH_TIMEOUT(bench.forwards.at(0).problem.contains("not found"), soon);
    }

    /// Neither side fills memory when the other is slow.
    void slowEnds() {
        Bench bench;
        QVERIFY(bench.forwards.start({"Pod", "shop", "web-1", 8080, 0}));
        auto socket = bench.dial();
        QTRY_VERIFY_WITH_TIMEOUT(bench.far() != nullptr, soon);
        // The pod stops reading: what is typed waits on the other side of the socket.
        bench.far()->congest(true);
        bool told = false;
        bench.executor.post([&] { told = true; });
        QTRY_VERIFY_WITH_TIMEOUT(told, soon);
        const QByteArray much(8 * 1024 * 1024, 'x');
        socket->write(much);
        QTRY_VERIFY_WITH_TIMEOUT(socket->bytesToWrite() < much.size(), soon);
        QVERIFY(bench.far()->input.size() < std::size_t(much.size()));
        bench.far()->congest(false);
        QTRY_COMPARE_WITH_TIMEOUT(bench.far()->input.size(), std::size_t(much.size()), soon);
        // Whoever asked stops reading: the pod is held.
        socket->setReadBufferSize(1024);
        const auto flood = [&] {
            if (!bench.far()->held) bench.far()->say(std::string(512 * 1024, 'y'));
            return bench.far()->held;
        };
        QTRY_VERIFY_WITH_TIMEOUT(flood(), soon);
        socket->setReadBufferSize(0);
        const auto drained = [&] {
            socket->readAll();
            return !bench.far()->held;
        };
        QTRY_VERIFY_WITH_TIMEOUT(drained(), soon);
    }
};

QTEST_MAIN(TestForwardModels)
#include "test_forward_models.moc"
