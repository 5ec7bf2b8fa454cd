// What pods on real nodes cost: their start beside the container runtime's own part of it, services beside
// the address of the pod behind them, and the agent itself. Two VMs; the accelerator is the lab's.
#include "figures.h"
#include "lab_process.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QRegularExpression>
#include <QTest>
#include <cstdlib>
#include <vector>

namespace {

using namespace wheelhouse::test;

constexpr int pods = 7;
constexpr int rounds = 5;

[[noreturn]] void giveUp(const QString& why) {
    std::fprintf(stderr, "%s\n", qPrintable(why));
    std::exit(1);
}

bench::Summary summary(const std::vector<double>& values) {
    return {bench::median(values), *std::min_element(values.begin(), values.end()),
            *std::max_element(values.begin(), values.end()), 0};
}

class VmNode {
  public:
    VmNode() {
        QString why;
        if (kubectlPath(&why).isEmpty()) giveUp(why);
        if (!lab_.start()) giveUp(lab_.error());
        if (!lab_.nodesReady(2, 300)) giveUp("the machines did not come up\n" + lab_.log());
        accelerator_ =
            lab_.get({"get", "machine", "vm-1", "-o", "jsonpath={.status.accelerator}"}).section(':', 0, 0);
        if (!QTest::qWaitFor([&] { return lab_.kubectl({"get", "sa", "default"}).code == 0; }, 30'000))
            giveUp("there is no service account");
    }

    void podStarts() {
        const auto watch = lab_.kubectlStarted(
            {"get", "pods", "--watch", "-o",
             R"(jsonpath={.metadata.name} {.spec.nodeName} {.status.conditions[?(@.type=="Ready")].status}{"\n"})"});
        std::vector<double> took, own;
        for (int i = 0; i <= pods; ++i) { // the first one warms up
            const QString name = QString("p%1").arg(i);
            const double before = runtimeSeconds();
            apply(pod(name, "vm-1"));
            const double milliseconds = fromPlacedToReady(*watch, name);
            if (i == 0) continue;
            took.push_back(milliseconds);
            own.push_back((runtimeSeconds() - before) * 1000);
            lab_.kubectl({"delete", "pod", name, "--grace-period=0", "--force", "--wait=true"});
        }
        watch->kill();
        watch->waitForFinished();
        bench::report("measured", "pod start, placed to ready, image present, " + accelerator_.toStdString(),
                      "ms", summary(took), pods, "sandbox, create and start in containerd",
                      bench::median(own), 0);
    }

    void services() {
        apply(pod("server", "vm-2") + "---\n" + pod("client", "vm-1") + R"(---
apiVersion: v1
kind: Service
metadata: {name: server}
spec: {selector: {run: server}, ports: [{port: 8080}]}
)");
        if (lab_.kubectl({"wait", "--for=condition=Ready", "pod/server", "pod/client", "--timeout=180s"}, {},
                         200)
                .code != 0)
            giveUp("the pods did not come up");
        const QString direct = lab_.get({"get", "pod", "server", "-o", "jsonpath={.status.podIP}"});
        const QString service = lab_.get({"get", "svc", "server", "-o", "jsonpath={.spec.clusterIP}"});
        struct Series {
            std::vector<double> latency, rate, bytes;
        } byAddress, byService;
        for (int i = 0; i < rounds; ++i)
            for (const auto& [address, series] :
                 {std::pair(direct, &byAddress), std::pair(service, &byService)}) {
                const Answers small = ask(address, "/", 300);
                series->latency.push_back(small.median);
                series->rate.push_back(small.perSecond);
                series->bytes.push_back(ask(address, "/bytes?mib=16", 4).mebibytes);
            }
        const auto tell = [&](const char* what, const char* unit, auto member) {
            bench::report("measured", what + accelerator_.toStdString(), unit, summary(byService.*member),
                          rounds, "the pod's own address", bench::median(byAddress.*member), 1);
        };
        tell("service of a pod on another node: request and answer, new connection each, ", "us",
             &Series::latency);
        tell("… requests a second, one client, ", "1/s", &Series::rate);
        tell("… throughput, one connection, ", "MiB/s", &Series::bytes);
    }

    void agent() {
        const auto cpu = [&] { return figure(metrics(), "process_cpu_seconds_total"); };
        std::vector<double> percent;
        for (int i = 0; i < rounds; ++i) {
            QElapsedTimer timer;
            const double before = cpu();
            timer.start();
            QTest::qWait(20'000); // tidy: what is measured is a span of time
            percent.push_back((cpu() - before) / (static_cast<double>(timer.elapsed()) / 1000) * 100);
        }
        bench::report("measured",
                      "agent, processor time with two pods at rest, " + accelerator_.toStdString(), "%",
                      summary(percent), rounds, "", 0, 1);
        bench::report("measured", "agent, resident memory", "MiB",
                      summary({figure(metrics(), "process_resident_memory_bytes") / (1 << 20)}), 1, "", 0,
                      30);
    }

  private:
    struct Answers {
        double median = 0, perSecond = 0, mebibytes = 0;
    };

    static QByteArray pod(const QString& name, const QString& node) {
        return QString("apiVersion: v1\n"
                       "kind: Pod\n"
                       "metadata: {name: %1, labels: {run: %1}}\n"
                       "spec:\n"
                       "  nodeSelector: {kubernetes.io/hostname: %2}\n"
                       "  terminationGracePeriodSeconds: 1\n"
                       "  containers:\n"
                       "  - {name: demo, image: wheelhouse.dev/demo:1, args: [serve], imagePullPolicy: "
                       "IfNotPresent}\n")
            .arg(name, node)
            .toUtf8();
    }
    void apply(const QByteArray& text) {
        const Output made = lab_.kubectl({"apply", "-f", "-"}, text);
        if (made.code != 0) giveUp(made.err);
    }
    /// Milliseconds, by what kubectl's watch says and when.
    static double fromPlacedToReady(QProcess& watch, const QString& name) {
        QElapsedTimer sincePlaced;
        for (;;) {
            while (!watch.canReadLine())
                if (!watch.waitForReadyRead(120'000)) giveUp("the pod does not become ready");
            const QStringList words = QString::fromUtf8(watch.readLine()).trimmed().split(' ');
            if (words.value(0) != name || words.value(1).isEmpty()) continue;
            if (!sincePlaced.isValid()) sincePlaced.start();
            if (words.value(2) == "True") return static_cast<double>(sincePlaced.nsecsElapsed()) / 1e6;
        }
    }
    QString metrics() { return lab_.get({"get", "--raw", "/api/v1/nodes/vm-1/proxy/metrics"}); }
    static double figure(const QString& text, const QString& name) {
        const auto found = QRegularExpression("^" + QRegularExpression::escape(name) + " (\\S+)$",
                                              QRegularExpression::MultilineOption)
                               .match(text);
        return found.captured(1).toDouble();
    }
    /// What the container runtime of vm-1 has spent on starting pods so far.
    double runtimeSeconds() {
        const QString text = metrics();
        double sum = 0;
        for (const char* type : {"run_podsandbox", "create_container", "start_container"})
            sum += figure(
                text,
                QString("kubelet_runtime_operations_duration_seconds_sum{operation_type=\"%1\"}").arg(type));
        return sum;
    }
    Answers ask(const QString& address, const QString& path, int count) {
        const Output output = lab_.kubectl({"exec", "client", "--", "/demo", "ask",
                                            QString("http://%1:8080%2").arg(address, path), "--pause", "0",
                                            "--count", QString::number(count)},
                                           {}, 300);
        const auto found =
            QRegularExpression("median (\\S+) us, .* us, (\\S+) a second, (\\S+) MiB").match(output.out);
        if (output.code != 0 || !found.hasMatch()) giveUp(output.out + output.err);
        return {found.captured(1).toDouble(), found.captured(2).toDouble(), found.captured(3).toDouble()};
    }

    LabProcess lab_{{"--nodes", "vm=2"}};
    QString accelerator_;
};

} // namespace

int main(int argc, char** argv) {
    const QCoreApplication application(argc, argv);
    VmNode node;
    node.podStarts();
    node.services();
    node.agent();
}
