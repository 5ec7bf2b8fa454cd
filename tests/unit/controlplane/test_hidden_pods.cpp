#include "hidden_pods.h"

#include <QTest>
#include <set>

using namespace wheelhouse;
using namespace wheelhouse::controlplane;
namespace lab = api::lab;

namespace {

struct Reader final : apiserver::Reader {
    std::set<std::string> may;
    mutable int asked = 0;
    bool mayListPods(const std::string& nameSpace) const override {
        ++asked;
        return may.contains(nameSpace);
    }
};

/// "a/x, 2 pods in other namespaces | b/y" of "a/x, c/y, c/z | b/y".
QString seen(const QString& victims, const Reader& reader) {
    lab::SchedulingAttempt attempt;
    for (const QString& node : victims.split(" | ")) {
        auto& candidate = *attempt.add_candidates();
        for (const QString& victim : node.split(", ", Qt::SkipEmptyParts))
            candidate.add_victims(victim.toStdString());
    }
    hidePods(attempt, "own", reader);
    QStringList nodes;
    for (const auto& candidate : attempt.candidates()) {
        QStringList names;
        for (const std::string& victim : candidate.victims())
            names << QString::fromStdString(victim);
        nodes << names.join(", ");
    }
    return nodes.join(" | ");
}

} // namespace

class HiddenPodsTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void hides_data() {
        QTest::addColumn<QString>("victims");
        QTest::addColumn<QString>("shown");
        QTest::newRow("none") << ""
                              << "";
        QTest::newRow("own") << "own/a, own/b"
                             << "own/a, own/b";
        QTest::newRow("allowed") << "open/a, own/b"
                                 << "open/a, own/b";
        QTest::newRow("one hidden") << "secret/a"
                                    << "1 pod in other namespaces";
        QTest::newRow("several") << "secret/a, open/b, other/c, own/d, secret/e"
                                 << "open/b, own/d, 3 pods in other namespaces";
        QTest::newRow("by node") << "secret/a, own/b | open/c | other/d, secret/e"
                                 << "own/b, 1 pod in other namespaces | open/c | 2 pods in other namespaces";
        QTest::newRow("a namespace that begins alike") << "own-2/a"
                                                       << "1 pod in other namespaces";
    }
    void hides() {
        QFETCH(QString, victims);
        QFETCH(QString, shown);
        Reader reader;
        reader.may = {"open"};
        QCOMPARE(seen(victims, reader), shown);
    }
    void asksOnceANamespace() {
        Reader reader;
        seen("secret/a, secret/b, own/c | secret/d", reader);
        QCOMPARE(reader.asked, 1);
    }
};

QTEST_GUILESS_MAIN(HiddenPodsTest)
#include "test_hidden_pods.moc"
