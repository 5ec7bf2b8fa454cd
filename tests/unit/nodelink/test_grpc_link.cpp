#include "engine/base/system.h"
#include "engine/nodelink/agent_channel.h"
#include "engine/nodelink/link_server.h"
#include "pki.h"

#include <QTemporaryDir>
#include <QTest>
#include <atomic>

using namespace wheelhouse;
using namespace std::chrono_literals;

/// Real streams with real certificates over loopback.
class GrpcLinkTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase();
    void connectsAndSpeaks();
    void refusesACertificateOfAnotherNode();
    void refusesAPerson();
    void refusesAStrangersCertificate();
    void comesBackAfterTheServer();
    void takenPortIsSaid();
    void aFloodIsHeldBack();

  private:
    nodelink::LinkTarget target(const std::string& user, std::uint16_t port);
    QTemporaryDir folder_;
    SystemClock clock_;
    SystemRandom random_;
    std::unique_ptr<controlplane::Pki> pki_;
    controlplane::KeyPair server_;
};

namespace {

nodelink::FromAgent hello(const std::string& name) {
    nodelink::FromAgent message;
    message.mutable_hello()->set_node_name(name);
    message.mutable_hello()->set_protocol(1);
    return message;
}

/// The control plane's side: a hub on its own thread, echoing what nodes say back as objects.
class ControlSide final : public nodelink::NodeListener {
  public:
    ControlSide(const controlplane::Pki& pki, const controlplane::KeyPair& keys, std::uint16_t port = 0) {
        control.run([&] {
            hub = std::make_unique<nodelink::NodeHub>(control);
            hub->setListener(this);
            auto made = nodelink::GrpcLinkServer::listen({.port = port,
                                                          .caPem = pki.caPem(),
                                                          .certificatePem = keys.certificatePem,
                                                          .keyPem = keys.keyPem},
                                                         hub->port());
            if (made) server = std::move(*made);
            if (!made) error = made.error().message;
        });
    }
    ~ControlSide() override {
        control.run([&] {
            server.reset();
            hub.reset();
        });
    }
    void onConnected(const NodeName&, const nodelink::Hello&) override { ++connected; }
    void onMessage(const NodeName& node, const nodelink::FromAgent& message) override {
        ++messages;
        if (!message.has_event()) return;
        nodelink::ToAgent answer;
        answer.mutable_object()->set_kind(message.event().message());
        hub->send(node, std::move(answer));
    }
    void onDisconnected(const NodeName&) override { ++disconnected; }

    std::atomic<int> connected{0}, disconnected{0}, messages{0};
    std::string error;
    std::unique_ptr<nodelink::NodeHub> hub;
    std::unique_ptr<nodelink::GrpcLinkServer> server;
    ThreadExecutor control{"control"};
};

class AgentSide {
  public:
    AgentSide(nodelink::LinkTarget target, Random& random, const std::string& name) {
        executor.run([&] {
            channel = nodelink::connectGrpc(std::move(target), executor, random);
            channel->start({.onUp =
                                [this, name] {
                                    ++ups;
                                    channel->send(hello(name));
                                },
                            .onMessage =
                                [this](const nodelink::ToAgent& message) {
                                    if (message.object().kind() == "big") ++big;
                                    if (message.has_object()) ++answers;
                                },
                            .onDown = [this] { ++downs; }});
        });
    }
    ~AgentSide() {
        executor.run([&] { channel.reset(); });
    }
    void say(const std::string& text) {
        executor.run([&] {
            nodelink::FromAgent message;
            message.mutable_event()->set_message(text);
            channel->send(std::move(message));
        });
    }
    std::atomic<int> ups{0}, downs{0}, answers{0}, big{0};
    std::unique_ptr<nodelink::AgentChannel> channel;
    ThreadExecutor executor{"agent"};
};

} // namespace

void GrpcLinkTest::initTestCase() {
    auto pki = controlplane::Pki::openOrCreate(folder_.path().toStdString() + "/pki", clock_, random_);
    QVERIFY(pki.has_value());
    pki_ = std::make_unique<controlplane::Pki>(std::move(*pki));
    auto keys = pki_->server("nodelink", {"localhost", "127.0.0.1"});
    QVERIFY(keys.has_value());
    server_ = *keys;
}

nodelink::LinkTarget GrpcLinkTest::target(const std::string& user, std::uint16_t port) {
    const auto keys = pki_->issueClient(user, {"system:nodes"});
    nodelink::LinkTarget target;
    target.host = "127.0.0.1";
    target.port = port;
    target.caPem = pki_->caPem();
    target.certificatePem = keys->certificatePem;
    target.keyPem = keys->keyPem;
    return target;
}

void GrpcLinkTest::connectsAndSpeaks() {
    ControlSide control(*pki_, server_);
    QVERIFY2(control.server != nullptr, control.error.c_str());
    AgentSide agent(target("system:node:n1", control.server->port()), random_, "n1");
    QTRY_COMPARE(control.connected.load(), 1);
    agent.say("hello");
    QTRY_COMPARE(agent.answers.load(), 1);
    QCOMPARE(agent.downs.load(), 0);
}

void GrpcLinkTest::refusesACertificateOfAnotherNode() {
    ControlSide control(*pki_, server_);
    AgentSide agent(target("system:node:n1", control.server->port()), random_, "n2");
    QTRY_VERIFY(agent.downs.load() >= 2); // refused, and it tries again
    QCOMPARE(control.connected.load(), 0);
}

void GrpcLinkTest::refusesAPerson() {
    ControlSide control(*pki_, server_);
    AgentSide agent(target("kubernetes-admin", control.server->port()), random_, "n1");
    AgentSide good(target("system:node:n3", control.server->port()), random_, "n3");
    QTRY_COMPARE(control.connected.load(), 1); // the good one came later and is in
    QCOMPARE(good.downs.load(), 0);
    QCOMPARE(agent.answers.load(), 0);
}

void GrpcLinkTest::refusesAStrangersCertificate() {
    auto other = controlplane::Pki::openOrCreate(folder_.path().toStdString() + "/other", clock_, random_);
    QVERIFY(other.has_value());
    const auto keys = other->issueClient("system:node:n1", {"system:nodes"});
    ControlSide control(*pki_, server_);
    nodelink::LinkTarget strange = target("system:node:n1", control.server->port());
    strange.certificatePem = keys->certificatePem;
    strange.keyPem = keys->keyPem;
    AgentSide agent(strange, random_, "n1");
    AgentSide good(target("system:node:n3", control.server->port()), random_, "n3");
    QTRY_COMPARE(control.connected.load(), 1);
    QCOMPARE(agent.answers.load(), 0);
}

void GrpcLinkTest::comesBackAfterTheServer() {
    auto control = std::make_unique<ControlSide>(*pki_, server_);
    const std::uint16_t port = control->server->port();
    AgentSide agent(target("system:node:n1", port), random_, "n1");
    QTRY_COMPARE(control->connected.load(), 1);
    control.reset();
    QTRY_COMPARE(agent.downs.load(), 1);
    control = std::make_unique<ControlSide>(*pki_, server_, port);
    QVERIFY2(control->server != nullptr, control->error.c_str());
    QTRY_COMPARE_WITH_TIMEOUT(control->connected.load(), 1, 20'000);
    agent.say("back");
    QTRY_COMPARE(agent.answers.load(), 1);
}

void GrpcLinkTest::takenPortIsSaid() {
    ControlSide first(*pki_, server_);
    ControlSide second(*pki_, server_, first.server->port());
    QVERIFY(second.server == nullptr);
    QVERIFY(second.error.find("port") != std::string::npos);
}

void GrpcLinkTest::aFloodIsHeldBack() {
    ControlSide control(*pki_, server_);
    AgentSide agent(target("system:node:n1", control.server->port()), random_, "n1");
    QTRY_COMPARE(control.connected.load(), 1);
    constexpr int flood = 2000;
    for (int i = 0; i < flood; ++i)
        agent.say("x");
    QTRY_COMPARE_WITH_TIMEOUT(agent.answers.load(), flood, 20'000); // all of it, in order, nothing lost
    QCOMPARE(control.messages.load(), flood);
    QCOMPARE(agent.downs.load(), 0);
}

QTEST_GUILESS_MAIN(GrpcLinkTest)
#include "test_grpc_link.moc"
