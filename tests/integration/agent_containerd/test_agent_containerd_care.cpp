// What the agent's runtime does with a real containerd beside running pods: signals, images, what is left
// over.
#include "containerd_bench.h"
#include "containerd_parts.h"
#include "engine/api/time.h"
#include "real_agent.h"

#include <QDir>
#include <QTest>

using namespace wheelhouse;
using namespace std::chrono_literals;
using tests::pod;
using tests::RealAgent;
using tests::toolsPod;
namespace core = api::core;

class AgentContainerdCareTest : public QObject {
    Q_OBJECT
    tests::ContainerdBench containerd_;
    std::unique_ptr<RealAgent> agent_;

    bool has(const QString& image) const {
        QProcess list;
        list.start("ctr", {"-a", QString::fromStdString(containerd_.options().socket), "-n", "k8s.io",
                           "images", "list", "-q"});
        return list.waitForFinished() && QString(list.readAll()).split('\n').contains(image);
    }
    void removePod(core::Pod pod, int grace) const {
        *pod.mutable_metadata()->mutable_deletiontimestamp() = api::toTime(SystemClock().wallNow());
        pod.mutable_metadata()->set_deletiongraceperiodseconds(grace);
        agent_->desire(std::move(pod));
    }
    void startAgent(const std::function<void(agent::AgentOptions&)>& adjust) {
        agent_.reset(); // never two at a time
        agent_ = std::make_unique<RealAgent>(containerd_.options(), containerd_.folder(), true, adjust);
        QTRY_COMPARE_WITH_TIMEOUT(agent_->channel.hello().node_name(), std::string("here"), 20'000);
        nodelink::ToAgent message;
        message.mutable_network()->set_pod_cidr("10.244.7.0/24");
        agent_->say(message);
        QTRY_COMPARE_WITH_TIMEOUT(agent_->channel.ready(), std::string("True"), 20'000);
    }

  private Q_SLOTS:
    void initTestCase() { QVERIFY2(containerd_.start(), containerd_.error().c_str()); }

    /// containerd itself would send SIGTERM, which this program, first in its container, does not hear.
    void aContainerIsStoppedByItsOwnSignal() {
        startAgent({});
        core::Pod await = toolsPod("await");
        await.mutable_spec()->set_restartpolicy("Never");
        core::Container& main = *await.mutable_spec()->mutable_containers(0);
        main.add_args("await");
        main.mutable_lifecycle()->set_stopsignal("SIGUSR1");
        agent_->desire(await);
        QTRY_VERIFY2_WITH_TIMEOUT(agent_->channel.status("await").phase() == "Running",
                                  agent_->channel.events().c_str(), 60'000);
        QCOMPARE(agent_->channel.status("await").containerstatuses(0).stopsignal(), std::string("SIGUSR1"));
        removePod(await, 40);
        QTRY_VERIFY_WITH_TIMEOUT(agent_->channel.gone("await"), 30'000); // well before its grace is over
        QCOMPARE(agent_->channel.status("await").containerstatuses(0).state().terminated().exitcode(), 7);
    }

    void afterItsGraceItIsKilled() {
        core::Pod deaf = toolsPod("deaf");
        core::Container& main = *deaf.mutable_spec()->mutable_containers(0);
        main.add_args("await");
        main.mutable_lifecycle()->set_stopsignal("SIGWINCH");
        agent_->desire(deaf);
        QTRY_VERIFY2_WITH_TIMEOUT(agent_->channel.status("deaf").phase() == "Running",
                                  agent_->channel.events().c_str(), 60'000);
        removePod(deaf, 2);
        QTRY_VERIFY_WITH_TIMEOUT(agent_->channel.gone("deaf"), 30'000);
        QCOMPARE(agent_->channel.status("deaf").containerstatuses(0).state().terminated().exitcode(), 137);
    }

    void whatNobodyNeedsIsRemoved() {
        const std::string tools = WHEELHOUSE_BINARY_DIR "/tests/agent-containerd-tools";
        for (const char* name : {"example.test/unused:1", "example.test/used:1"})
            QVERIFY2(containerd_.import(name, tools, std::string(name).substr(13, 2)).empty(), name);
        QVERIFY(has("example.test/unused:1"));
        core::Pod used = toolsPod("used");
        used.mutable_spec()->mutable_containers(0)->set_image("example.test/used:1");
        agent_->desire(used);
        core::Pod done = toolsPod("done");
        done.mutable_spec()->set_restartpolicy("Never");
        for (const char* word : {"out", "word"})
            done.mutable_spec()->mutable_containers(0)->add_args(word);
        agent_->desire(done);
        QTRY_VERIFY2_WITH_TIMEOUT(agent_->channel.status("used").phase() == "Running" &&
                                      agent_->channel.status("done").phase() == "Succeeded",
                                  agent_->channel.events().c_str(), 60'000);
        QVERIFY(QDir(QString::fromStdString(containerd_.path("logs"))).exists("default_done_0000-done"));
        QTRY_VERIFY_WITH_TIMEOUT(
            !QDir(QString::fromStdString(containerd_.path("state/pods/0000-done/volumes"))).exists(), 10'000);
        // An agent that thinks any disk too full, and of which nobody has told that there is a pod "done".
        QVERIFY(QDir(QString::fromStdString(containerd_.path("records"))).removeRecursively());
        startAgent([](agent::AgentOptions& options) {
            options.nodeStatusPeriod = 1s;
            options.housekeeping.imageMinAge = 0s;
            options.housekeeping.imagePeriod = 1s;
            options.housekeeping.containerPeriod = 1s;
            options.housekeeping.imageHighPercent = 1;
            options.housekeeping.imageLowPercent = 0;
        });
        agent_->desire(used);
        QTRY_VERIFY2_WITH_TIMEOUT(!has("example.test/unused:1"), agent_->channel.events().c_str(), 60'000);
        QVERIFY(has("wheelhouse.dev/demo:1") && has("wheelhouse.dev/pause:1"));
        QTRY_VERIFY_WITH_TIMEOUT(
            !QDir(QString::fromStdString(containerd_.path("logs"))).exists("default_done_0000-done"), 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(
            !QDir(QString::fromStdString(containerd_.path("state/pods"))).exists("0000-done"), 20'000);
        QTRY_VERIFY2_WITH_TIMEOUT(agent_->channel.events().find("FreeDiskSpaceFailed") != std::string::npos,
                                  agent_->channel.events().c_str(), 20'000);
    }

    void cleanupTestCase() {
        agent_.reset();
        containerd_.stop();
    }
};

int main(int argc, char** argv) {
    return tests::runContainerdTest<AgentContainerdCareTest>(argc, argv);
}
#include "test_agent_containerd_care.moc"
