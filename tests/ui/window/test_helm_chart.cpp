// A Helm chart dropped on the map.
#include "stage.h"
#include "ui/models/helm_chart.h"
#include "ui/views/deploy_panel.h"
#include "ui/views/map_drag.h"

#include <QDir>
#include <QDropEvent>
#include <QFile>
#include <QLabel>
#include <QMimeData>
#include <QTemporaryDir>
#include <QUrl>

using namespace wheelhouse;
using namespace wheelhouse::ui;

class TestHelmChart final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() {
        Theme::prepareApplication();
        path_ = qgetenv("PATH");
    }
    void cleanup() { qputenv("PATH", path_); }
    void chartsAreTold_data();
    void chartsAreTold();
    void theAnswerIsHelms();
    void whatIsWrongIsOneLine();
    void withoutHelmItIsSaid();
    void aLaterChartReplacesAnEarlierOne();
    void droppedOnTheMapItIsShown();

  private:
    /// A program in the place of helm.
    QString helm(const QByteArray& script) {
        QFile file(folder_.filePath("helm"));
        file.remove();
        if (!file.open(QIODevice::WriteOnly)) return {};
        file.write("#!/bin/sh\n" + script);
        file.close();
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        return file.fileName();
    }
    QString chart() {
        QDir(folder_.path()).mkpath("Web Shop");
        QFile file(folder_.filePath("Web Shop/Chart.yaml"));
        (void)file.open(QIODevice::WriteOnly);
        return folder_.filePath("Web Shop");
    }
    static Result<QString> rendered(HelmChart& helm, const QString& folder) {
        std::optional<Result<QString>> got;
        helm.render(folder, "shop", [&](const Result<QString>& text) { got = text; });
        const bool answered = QTest::qWaitFor([&] { return got.has_value(); }, soon);
        return answered ? *got : Result<QString>(fail(Reason::Timeout, "no answer"));
    }
    QTemporaryDir folder_;
    QByteArray path_;
};

void TestHelmChart::chartsAreTold_data() {
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("release");
    QTest::newRow("plain") << "/charts/web"
                           << "web";
    QTest::newRow("with a slash") << "/charts/web/"
                                  << "web";
    QTest::newRow("words") << "/charts/My Shop_2"
                           << "my-shop-2";
    QTest::newRow("no letter") << "/charts/__"
                               << "chart";
    QTest::newRow("long") << "/charts/" + QString(80, 'a') << QString(53, 'a');
}

void TestHelmChart::chartsAreTold() {
    QFETCH(QString, folder);
    QFETCH(QString, release);
    QCOMPARE(HelmChart::releaseOf(folder), release);
    QVERIFY(!HelmChart::isChart(folder));
    QVERIFY(HelmChart::isChart(chart()));
    QCOMPARE(
        HelmChart::command("/charts/My Shop", "shop"),
        QStringLiteral(
            "helm template my-shop '/charts/My Shop' --namespace shop --include-crds --skip-tests | kubectl "
            "apply -n shop -f -"));
}

void TestHelmChart::theAnswerIsHelms() {
    HelmChart made(helm("echo \"$@\"\n"));
    const auto text = rendered(made, chart());
    QVERIFY2(text, text ? "" : text.error().message.c_str());
    QCOMPARE(text->trimmed(),
             "template web-shop " + chart() + " --namespace shop --include-crds --skip-tests");
}

void TestHelmChart::whatIsWrongIsOneLine() {
    HelmChart made(
        helm("echo 'WARNING: x' >&2; echo 'Error: chart.metadata.version is required' >&2; exit 1\n"));
    const auto text = rendered(made, chart());
    QVERIFY(!text);
    QCOMPARE(QString::fromStdString(text.error().message),
             QStringLiteral("helm cannot render this chart: chart.metadata.version is required"));
    HelmChart none("/nowhere/helm");
    QVERIFY(!rendered(none, chart()));
}

void TestHelmChart::withoutHelmItIsSaid() {
    qputenv("PATH", "/nowhere");
    HelmChart made;
    const auto text = rendered(made, chart());
    QVERIFY(!text && text.error().message.find("not installed") != std::string::npos);
}

void TestHelmChart::aLaterChartReplacesAnEarlierOne() {
    HelmChart made(helm("[ -e \"$3/slow\" ] && exec sleep 1000\necho quick\n"));
    QDir().mkpath(folder_.filePath("slow/slow"));
    bool early = false;
    made.render(folder_.filePath("slow"), "shop", [&](const Result<QString>&) { early = true; });
    const auto text = rendered(made, chart());
    QVERIFY(text && text->trimmed() == u"quick");
    QVERIFY(!early);
}

void TestHelmChart::droppedOnTheMapItIsShown() {
    QFile manifests(folder_.filePath("out.yaml"));
    QVERIFY(manifests.open(QIODevice::WriteOnly));
    manifests.write(manifest().toUtf8());
    manifests.close();
    helm("cat " + manifests.fileName().toUtf8() + "\n");
    qputenv("PATH", folder_.path().toUtf8() + ":" + path_);
    Stage stage;
    stage.smallLab();
    stage.open();
    QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->rectOfNode("vm-2").isNull(), soon);
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(chart())});
    const QPoint at = stage.map()->viewport()->rect().center();
    QDragEnterEvent enter(at, Qt::CopyAction, &data, Qt::LeftButton, {});
    QCoreApplication::sendEvent(stage.map()->viewport(), &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop(at, Qt::CopyAction, &data, Qt::LeftButton, {});
    QCoreApplication::sendEvent(stage.map()->viewport(), &drop);
    auto* panel = stage.part<DeployPanel>();
    QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), soon);
    QTRY_VERIFY_WITH_TIMEOUT(panel->difference().contains("nginx"), soon);
    QVERIFY2(panel->command().startsWith("helm template web-shop "), qPrintable(panel->command()));
    stage.shot("helm-chart");
}

QTEST_MAIN(TestHelmChart)
#include "test_helm_chart.moc"
