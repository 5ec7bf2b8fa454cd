#include "engine/api/field_set.h"

#include <QtTest>

#include <random>

using namespace wheelhouse::api::apply;

namespace {

QString q(const std::string& text) {
    return QString::fromStdString(text);
}

/// JSON written with single quotes: readable, and moc stumbles over raw strings.
std::string J(std::string text) {
    for (char& c : text)
        if (c == '\'') c = '"';
    return text;
}

Set parsed(const std::string& text) {
    auto set = Set::parse(text);
    if (!set) qFatal("%s", set.error().message.c_str());
    return *set;
}

/// A set out of a small world, so that two of them have much in common.
Set randomSet(std::mt19937& random, int depth = 3) {
    const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    Set set;
    for (int i = pick(4); i > 0; --i) {
        PathElement element = PathElement::field(std::string(1, static_cast<char>('a' + pick(3))));
        if (pick(3) == 0) element = PathElement::value(Scalar(std::int64_t{pick(3)}));
        if (pick(3) == 0)
            element = PathElement::key({{"name", Scalar(std::string(1, static_cast<char>('x' + pick(2))))}});
        set.add(std::move(element), pick(2) == 0, depth > 0 ? randomSet(random, depth - 1) : Set());
    }
    return set;
}

} // namespace

/// Field sets: their text, and the algebra apply is made of.
class TestApplySets : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void readsAndWritesWhatKubernetesWrites_data() {
        QTest::addColumn<QString>("text");
        const auto row = [](const char* name, const char* text) { QTest::newRow(name) << q(J(text)); };
        row("empty", "{}");
        row("a deployment kubectl created",
            "{'f:spec':{'f:progressDeadlineSeconds':{},'f:replicas':{},'f:revisionHistoryLimit':{},'f:"
            "selector':"
            "{},'f:strategy':{'f:rollingUpdate':{'.':{},'f:maxSurge':{},'f:maxUnavailable':{}},'f:type':{}},"
            "'f:template':{'f:metadata':{'f:labels':{'.':{},'f:app':{}}},'f:spec':{'f:containers':{"
            "'k:{\\'name\\':\\'nginx\\'}':{'.':{},'f:image':{},'f:name':{},'f:ports':{'.':{},"
            "'k:{\\'containerPort\\':80,\\'protocol\\':\\'TCP\\'}':{'.':{},'f:containerPort':{},"
            "'f:protocol':{}}},'f:resources':{}}}}}}}");
        row("a pod's status",
            "{'f:status':{'f:conditions':{'k:{\\'type\\':\\'Ready\\'}':{'.':{},'f:status':{},'f:type':{}}},"
            "'f:podIPs':{'.':{},'k:{\\'ip\\':\\'10.0.0.1\\'}':{'.':{},'f:ip':{}}}}}");
        row("a set of scalars", "{'f:metadata':{'f:finalizers':{'.':{},'v:\\'a/b\\'':{}}}}");
        row("numbers by value, not by text",
            "{'k:{\\'port\\':80}':{},'k:{\\'port\\':443}':{},'v:2':{},'v:10':{}}");
        row("every kind of element, in order",
            "{'f:a':{},'k:{\\'n\\':true}':{},'v:null':{},'i:0':{},'i:3':{}}");
    }
    void readsAndWritesWhatKubernetesWrites() {
        QFETCH(QString, text);
        QCOMPARE(q(parsed(text.toStdString()).serialize()), text);
    }

    void sortsWhatComesInAnotherOrder() {
        QCOMPARE(q(parsed(J("{'v:10':{},'f:b':{},'v:2':{},'f:a':{'f:z':{},'.':{},'f:c':{}}}")).serialize()),
                 q(J("{'f:a':{'.':{},'f:c':{},'f:z':{}},'f:b':{},'v:2':{},'v:10':{}}")));
        // Keys of an entry are sorted by name.
        QCOMPARE(q(parsed(J("{'k:{\\'protocol\\':\\'TCP\\',\\'port\\':1}':{}}")).serialize()),
                 q(J("{'k:{\\'port\\':1,\\'protocol\\':\\'TCP\\'}':{}}")));
    }

    void leavesOutWhatItDoesNotKnow() {
        QCOMPARE(q(parsed(J("{'x:new':{'f:a':{}},'f:a':{}}")).serialize()), q(J("{'f:a':{}}")));
    }

    void refusesWhatIsNoFieldSet_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"", "[]", "{'f:a':1}", "{'f':{}}", "{'nothing':{}}", "{'k:{':{}}",
                                 "{'v:':{}}", "{'i:x':{}}", "{'f:a':{}} x", "{'k:[]':{}}", "{'f:a':[]}"})
            QTest::newRow(text) << q(J(text));
    }
    void refusesWhatIsNoFieldSet() {
        QFETCH(QString, text);
        QVERIFY(!Set::parse(text.toStdString()));
    }

    void namesPathsAsKubernetesPrintsThem() {
        const Set set =
            parsed(J("{'f:spec':{'.':{},'f:containers':{'k:{\\'name\\':\\'a\\'}':{'.':{},'f:image':{}}},"
                     "'f:set':{'v:1':{}}}}"));
        QStringList texts;
        for (const auto& text : set.texts())
            texts << q(text);
        QCOMPARE(texts, QStringList({".spec", ".spec.containers[name=\"a\"]",
                                     ".spec.containers[name=\"a\"].image", ".spec.set[=1]"}));
    }

    void differenceIsByMember() {
        const Set parent = parsed(J("{'f:a':{}}"));
        const Set child = parsed(J("{'f:a':{'f:b':{}}}"));
        QCOMPARE(q(parent.difference(child).serialize()), q(parent.serialize()));
        QCOMPARE(q(child.difference(parent).serialize()), q(child.serialize()));
        QVERIFY(child.recursiveDifference(parent).empty());
    }

    /// The laws of sets, on a thousand pairs.
    void algebra() {
        std::mt19937 random(42);
        for (int i = 0; i < 1000; ++i) {
            const Set a = randomSet(random);
            const Set b = randomSet(random);
            const Set c = randomSet(random);
            QCOMPARE(q(parsed(a.serialize()).serialize()), q(a.serialize()));
            QVERIFY(parsed(a.serialize()) == a);
            QVERIFY(a.unionWith(b) == b.unionWith(a));
            QVERIFY(a.unionWith(b).unionWith(c) == a.unionWith(b.unionWith(c)));
            QVERIFY(a.intersection(b) == b.intersection(a));
            QVERIFY(a.unionWith(a) == a);
            QVERIFY(a.intersection(a) == a);
            QVERIFY(a.difference(a).empty());
            QVERIFY(a.difference(b).unionWith(a.intersection(b)) == a);
            QVERIFY(a.difference(b).intersection(b).empty());
            QVERIFY(a.unionWith(b).difference(b) == a.difference(b));
            QCOMPARE(a.intersects(b), !a.intersection(b).empty());
            QVERIFY(a.unionWith(b).contains(a));
            QCOMPARE(a.contains(b), b.difference(a).empty());
            QCOMPARE(a.unionWith(b).size(), a.size() + b.size() - a.intersection(b).size());
            QVERIFY(a.contains(a.recursiveDifference(b)));
            QVERIFY(a.difference(b).contains(a.recursiveDifference(b)));
            QCOMPARE(a.texts().size(), a.size());
        }
    }
};

QTEST_APPLESS_MAIN(TestApplySets)
#include "test_apply_sets.moc"
