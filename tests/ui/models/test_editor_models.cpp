// What the editor knows: where one writes in a text, what the server says could stand there, what is wrong.
#include "engine/base/simulation.h"
#include "engine/base/system.h"
#include "fake_cluster.h"
#include "ui/models/ui_executor.h"
#include "ui/models/yaml_assistant.h"

#include <QSignalSpy>
#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::ui;

namespace {

constexpr int soon = 30'000; ///< a deadline for what has gone wrong; nothing takes that long

const QString deployment = QStringLiteral("apiVersion: apps/v1\n"
                                          "kind: Deployment\n"
                                          "metadata:\n"
                                          "  name: web # who\n"
                                          "  labels: {app: web}\n"
                                          "spec:\n"
                                          "  replicas: 3\n"
                                          "  template:\n"
                                          "    spec:\n"
                                          "      containers:\n"
                                          "      - name: web\n"
                                          "        image: \"nginx:1.14\"\n"
                                          "        ports:\n"
                                          "          - containerPort: 80\n"
                                          "            protocol: TCP\n"
                                          "      - name: side\n"
                                          "        args:\n"
                                          "        - |\n"
                                          "          key: of the text\n"
                                          "        imagePullPolicy: Always\n");

/// A cursor stands where the bar is.
std::pair<QString, YamlPlace> placeIn(QString text) {
    const qsizetype bar = text.indexOf(u'¦');
    text.remove(bar, 1);
    const QString before = text.first(bar);
    const int line = static_cast<int>(before.count(u'\n'));
    return {text, yamlPlaceAt(text, line, static_cast<int>(bar - before.lastIndexOf(u'\n') - 1))};
}

struct Bench {
    SystemClock clock;
    SeededRandom random{5};
    UiExecutor executor{clock};
    tests::FakeCluster cluster{executor, random};
    YamlAssistant assistant{cluster};

    Bench() { assistant.setApiVersions({"v1", "apps/v1", "networking.k8s.io/v1"}); }
    /// Asks once, and again when what was asked for has come.
    template <class Ask>
    auto known(const Ask& ask) {
        QSignalSpy changed(&assistant, &YamlAssistant::changed);
        auto answer = ask();
        if (answer.empty() && changed.wait(soon)) answer = ask();
        return answer;
    }
    QStringList suggest(QString text) {
        const qsizetype bar = text.indexOf(u'¦');
        text.remove(bar, 1);
        const QString before = text.first(bar);
        const int line = static_cast<int>(before.count(u'\n'));
        const int column = static_cast<int>(bar - before.lastIndexOf(u'\n') - 1);
        QStringList out;
        for (const auto& each : known([&] { return assistant.suggest(text, line, column); }))
            out << each.text;
        return out;
    }
    /// Learns a kind first.
    QStringList problems(const QString& text, const QString& apiVersion) {
        known([&] { return assistant.suggest("apiVersion: " + apiVersion + "\nkind: ", 1, 6); });
        QStringList out;
        for (const auto& each : assistant.problems(text))
            out << QStringLiteral("%1:%2+%3 %4")
                       .arg(each.line)
                       .arg(each.column)
                       .arg(each.length)
                       .arg(each.text);
        return out;
    }
};

} // namespace

class TestEditorModels final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void keysAndTheirPlaces() {
        QStringList seen;
        for (const YamlKey& key : yamlKeys(deployment))
            seen << (key.parents + QStringList{key.key}).join(u'.') + u'=' + key.value;
        const QString container = "spec.template.spec.containers.";
        QCOMPARE(seen, (QStringList{"apiVersion=apps/v1", "kind=Deployment", "metadata=", "metadata.name=web",
                                    "metadata.labels={app: web}", "spec=", "spec.replicas=3",
                                    "spec.template=", "spec.template.spec=", "spec.template.spec.containers=",
                                    container + "name=web", container + "image=\"nginx:1.14\"",
                                    container + "ports=", container + "ports.containerPort=80",
                                    container + "ports.protocol=TCP", container + "name=side",
                                    container + "args=", container + "imagePullPolicy=Always"}));
    }

    void whereOneWrites_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("parents");
        QTest::addColumn<QString>("key");
        QTest::addColumn<bool>("inValue");
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("present");
        const auto row = [](const char* name, const char* text, const char* parents, const char* key,
                            bool value, const char* typed, const char* present) {
            QTest::newRow(name) << QString::fromUtf8(text) << parents << key << value << typed << present;
        };
        row("an empty text", "¦", "", "", false, "", "");
        row("a first key", "kin¦", "", "kin", false, "kin", "");
        row("a value", "kind: Po¦", "", "kind", true, "Po", "");
        row("a value not begun", "kind:¦", "", "kind", true, "", "");
        row("under a key", "spec:\n  rep¦\n  paused: true\n", "spec", "rep", false, "rep", "paused");
        row("an empty line", "spec:\n  paused: true\n  ¦\n", "spec", "", false, "", "paused");
        row("back at the root", "spec:\n  paused: true\n¦\n", "", "", false, "", "spec");
        row("in a list", "spec:\n  containers:\n  - name: a\n    ima¦\n", "spec containers", "ima", false,
            "ima", "name");
        row("the next item", "spec:\n  containers:\n  - name: a\n  - im¦\n", "spec containers", "im", false,
            "im", "");
        row("after a list", "spec:\n  containers:\n  - name: a\n  vol¦\n", "spec", "vol", false, "vol",
            "containers");
        row("another document", "kind: A\nspec:\n  a: 1\n---\nki¦\n", "", "ki", false, "ki", "");
    }
    void whereOneWrites() {
        QFETCH(QString, text);
        const YamlPlace place = placeIn(text).second;
        QTEST(place.parents.join(u' '), "parents");
        QTEST(place.key, "key");
        QTEST(place.inValue, "inValue");
        QTEST(place.typed, "typed");
        QTEST(place.present.join(u' '), "present");
    }

    void fieldsOfTheServer() {
        Bench bench;
        QCOMPARE(bench.suggest("apiVersion: ¦\n"), (QStringList{"v1", "apps/v1", "networking.k8s.io/v1"}));
        QVERIFY(bench.suggest("apiVersion: apps/v1\nkind: Dep¦\n") == QStringList{"Deployment"});
        const QString head = "apiVersion: apps/v1\nkind: Deployment\n";
        // Required ones first, and none that is there already.
        const QStringList spec = bench.suggest(head + "spec:\n  replicas: 3\n  ¦\n");
        QVERIFY2(spec.size() > 5 && !spec.contains("replicas: "), qPrintable(spec.join(u' ')));
        QVERIFY(spec.indexOf("selector:") < 2 && spec.indexOf("template:") < 2);
        QCOMPARE(bench.suggest(head + "spec:\n  template:\n    spec:\n      containers:\n      - imageP¦\n"),
                 QStringList{"imagePullPolicy: "});
        QCOMPARE(bench.suggest(head + "spec:\n  template:\n    spec:\n      dnsPolicy: Cluster¦\n"),
                 (QStringList{"ClusterFirst", "ClusterFirstWithHostNet"}));
        QCOMPARE(bench.suggest(head + "spec:\n  paused: ¦\n"), (QStringList{"true", "false"}));
        // Nothing where anything may stand, and nothing of kinds nobody has.
        QVERIFY(bench.assistant.suggest(head + "metadata:\n  labels:\n    a", 4, 5).empty());
        QVERIFY(bench.assistant.suggest("apiVersion: x/v1\nkind: Y\nspec:\n  a", 3, 3).empty());
    }

    void whatAFieldMeans() {
        Bench bench;
        const QString told = QString::fromStdString(
            bench.known([&] { return bench.assistant.explain(deployment, 6, 4).toStdString(); }));
        QVERIFY2(told.startsWith("<b>replicas</b> · integer<br>"), qPrintable(told));
        QVERIFY(bench.assistant.explain(deployment, 10, 10).contains("(required)"));
        QVERIFY(bench.assistant.explain(deployment, 19, 12).contains("IfNotPresent"));
        QCOMPARE(bench.assistant.explain(deployment, 18, 12), QString()); // inside a text
    }

    void mistakesAsTheyAreTyped_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("says");
        const QString head = "apiVersion: apps/v1\nkind: Deployment\n";
        QTest::newRow("none") << deployment << QStringList();
        QTest::newRow("no such field") << head + "spec:\n  replicaz: 3\n"
                                       << QStringList{"3:2+8 no field replicaz here"};
        QTest::newRow("no such field in a list")
            << head + "spec:\n  template:\n    spec:\n      containers:\n      - nam: x\n"
            << QStringList{"6:8+3 no field nam here"};
        QTest::newRow("no such value")
            << head + "spec:\n  template:\n    spec:\n      containers:\n      - imagePullPolicy: Sometimes\n"
            << QStringList{"6:25+9 Sometimes is not one of Always, IfNotPresent, Never"};
        QTest::newRow("no number") << head + "spec:\n  replicas: three\n"
                                   << QStringList{"3:12+5 replicas takes a whole number"};
        QTest::newRow("no such kind") << "apiVersion: apps/v1\nkind: Deploymint\nspec:\n  a: 1\n"
                                      << QStringList{"1:6+10 apps/v1 has no kind Deploymint"};
        QTest::newRow("not known, not said") << "apiVersion: x/v1\nkind: Y\nspec:\n  a: 1\n" << QStringList();
        QTest::newRow("anything may stand") << head + "metadata:\n  annotations:\n    x: y\n"
                                            << QStringList();
        QTest::newRow("a reference") << head + "spec:\n  replicas: *n\n" << QStringList();
    }
    void mistakesAsTheyAreTyped() {
        QFETCH(QString, text);
        QFETCH(QStringList, says);
        Bench bench;
        QCOMPARE(bench.problems(text, "apps/v1"), says);
    }
};

QTEST_MAIN(TestEditorModels)
#include "test_editor_models.moc"
