#include "agent_bench.h"
#include "pod_scraper.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::tests;
using agent::scrapeTargetOf;

namespace {

core::Pod scraped(const std::string& name, const std::string& port = "80") {
    core::Pod pod = AgentBench::pod(name);
    auto& annotations = *pod.mutable_metadata()->mutable_annotations();
    annotations["prometheus.io/scrape"] = "true";
    annotations["prometheus.io/port"] = port;
    return pod;
}

/// "queue 30" of the pod's last report, or "none".
QStringList lastMeasures(const AgentBench& bench, const std::string& pod) {
    QStringList out{"none"};
    for (const auto& message : bench.channel->sent) {
        if (!message.has_usage()) continue;
        out = {"none"};
        for (const auto& each : message.usage().measures()) {
            if (each.pod().name() != pod) continue;
            out.clear();
            for (const auto& measure : each.measures())
                out << QString::fromStdString(measure.name()) + " " + QString::number(measure.value());
        }
    }
    return out;
}

} // namespace

class ScrapeTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void targets_data();
    void targets();
    void pathsOnly();
    void reportsWhatAPodPublishes();
    void asksNobodyElse();
    void whatIsSharedShrinks();
    void aRefusedPodHasNothingToSay();
    void aRestartOfTheAgentBeginsAnew();
};

void ScrapeTest::targets_data() {
    QTest::addColumn<QString>("annotations"); // name=value, separated by semicolons
    QTest::addColumn<QString>("target");
    QTest::newRow("none") << ""
                          << "";
    QTest::newRow("not wanted") << "scrape=false;port=80"
                                << "";
    QTest::newRow("wanted") << "scrape=true;port=80"
                            << "80 /metrics";
    QTest::newRow("the declared port") << "scrape=true"
                                       << "8080 /metrics";
    QTest::newRow("another path") << "scrape=true;port=81;path=/stats?all=1"
                                  << "81 /stats?all=1";
    QTest::newRow("no path") << "scrape=true;path=stats"
                             << "";
    QTest::newRow("plain") << "scrape=true;scheme=http"
                           << "8080 /metrics";
    QTest::newRow("not plain") << "scrape=true;scheme=https"
                               << "";
    QTest::newRow("no port") << "scrape=true;port=http"
                             << "";
    QTest::newRow("no such port") << "scrape=true;port=70000"
                                  << "";
}

void ScrapeTest::targets() {
    QFETCH(QString, annotations);
    QFETCH(QString, target);
    core::Pod pod = AgentBench::pod("web");
    auto& udp = *pod.mutable_spec()->mutable_containers(0)->add_ports();
    udp.set_containerport(53);
    udp.set_protocol("UDP");
    pod.mutable_spec()->mutable_containers(0)->add_ports()->set_containerport(8080);
    for (const QString& each : annotations.split(';', Qt::SkipEmptyParts))
        (*pod.mutable_metadata()
              ->mutable_annotations())["prometheus.io/" + each.section('=', 0, 0).toStdString()] =
            each.section('=', 1).toStdString();
    const auto found = scrapeTargetOf(pod, {});
    QCOMPARE(found ? QString::number(found->port.port) + " " + QString::fromStdString(found->path)
                   : QString(),
             target);
}

/// Nothing of an annotation gets to be more than the path of a request.
void ScrapeTest::pathsOnly() {
    for (const char* path : {"/a b", "/a\r\nHost: other", "/a\n", "//\x7f"}) {
        core::Pod pod = scraped("web");
        (*pod.mutable_metadata()->mutable_annotations())["prometheus.io/path"] = path;
        QVERIFY2(!scrapeTargetOf(pod, {}), path);
    }
}

void ScrapeTest::reportsWhatAPodPublishes() {
    AgentBench bench;
    bench.start();
    core::Pod pod = scraped("web");
    AgentBench::annotate(pod, "metric-queue", "30");
    AgentBench::annotate(pod, "metric-hits_total", "2");
    AgentBench::annotate(pod, "metric-of_another.proxy", "1");
    bench.desire(pod);
    bench.synced();
    QVERIFY(bench.untilRunning("web"));
    bench.executor.advance(60s);
    QCOMPARE(lastMeasures(bench, "web"), (QStringList{"hits 2", "queue 30"}));
    bench.remove(pod, 0);
    bench.executor.advance(60s);
    QCOMPARE(lastMeasures(bench, "web"), QStringList{"none"});
}

void ScrapeTest::asksNobodyElse() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    AgentBench::annotate(pod, "metric-queue", "30");
    bench.desire(pod);
    bench.synced();
    QVERIFY(bench.untilRunning("web"));
    bench.executor.advance(60s);
    QCOMPARE(lastMeasures(bench, "web"), QStringList{"none"});
}

void ScrapeTest::whatIsSharedShrinks() {
    AgentBench bench;
    bench.start();
    const auto worker = [](const std::string& name) {
        core::Pod pod = scraped(name);
        (*pod.mutable_metadata()->mutable_labels())["app"] = "work";
        AgentBench::annotate(pod, "metric-shared-queue", "60");
        AgentBench::annotate(pod, "metric-shared-done_total", "12");
        return pod;
    };
    bench.desire(worker("a"));
    bench.synced();
    QVERIFY(bench.untilRunning("a"));
    bench.executor.advance(60s);
    QCOMPARE(lastMeasures(bench, "a"), (QStringList{"done 12", "queue 60"}));
    bench.desire(worker("b"));
    QVERIFY(bench.untilRunning("b"));
    bench.executor.advance(60s);
    QCOMPARE(lastMeasures(bench, "a"), (QStringList{"done 6", "queue 30"}));
    QCOMPARE(lastMeasures(bench, "b"), (QStringList{"done 6", "queue 30"}));
    bench.remove(worker("b"), 0);
    bench.executor.advance(60s);
    QCOMPARE(lastMeasures(bench, "a"), (QStringList{"done 12", "queue 60"}));
}

/// Its page is no page of metrics: the rest of the report goes on without it.
void ScrapeTest::aRefusedPodHasNothingToSay() {
    AgentBench bench;
    bench.start();
    core::Pod pod = scraped("web");
    (*pod.mutable_metadata()->mutable_annotations())["prometheus.io/path"] = "/hostname";
    bench.desire(pod);
    core::Pod other = scraped("other");
    AgentBench::annotate(other, "metric-queue", "step(1, 1000h, 2)");
    bench.desire(other);
    bench.synced();
    QVERIFY(bench.untilRunning("web"));
    QVERIFY(bench.untilRunning("other"));
    bench.executor.advance(60s);
    QCOMPARE(lastMeasures(bench, "web"), QStringList{"none"});
    QCOMPARE(lastMeasures(bench, "other"), QStringList{"queue 1"});
}

void ScrapeTest::aRestartOfTheAgentBeginsAnew() {
    AgentBench bench;
    bench.start();
    core::Pod pod = scraped("web");
    AgentBench::annotate(pod, "metric-hits_total", "step(100, 60s, 2)");
    bench.desire(pod);
    bench.synced();
    QVERIFY(bench.untilRunning("web"));
    bench.executor.advance(10min);
    bench.restartAgent();
    bench.desire(pod);
    bench.synced();
    // What it counted long ago is no hits of today.
    bench.executor.advance(60s);
    QCOMPARE(lastMeasures(bench, "web"), QStringList{"hits 2"});
}

QTEST_GUILESS_MAIN(ScrapeTest)
#include "test_scrape.moc"
