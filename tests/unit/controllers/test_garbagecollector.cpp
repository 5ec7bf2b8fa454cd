#include "bench.h"

using namespace wheelhouse;

class TestGarbageCollector : public QObject {
    Q_OBJECT

    static core::ConfigMap thing(const std::string& name) {
        core::ConfigMap map;
        map.mutable_metadata()->set_namespace_("default");
        map.mutable_metadata()->set_name(name);
        return map;
    }
    static void owned(core::ConfigMap& map, const meta::ObjectMeta& owner, bool blocks = false,
                      const char* kind = "ConfigMap", const char* apiVersion = "v1") {
        auto& reference = *map.mutable_metadata()->add_ownerreferences();
        reference.set_apiversion(apiVersion);
        reference.set_kind(kind);
        reference.set_name(owner.name());
        reference.set_uid(owner.uid());
        reference.set_blockownerdeletion(blocks);
    }
    static void remove(Bench& bench, const std::string& name, const std::string& policy) {
        client::DeleteOptions how;
        how.propagationPolicy = policy;
        bench.cluster.remove(api::kindOf<core::ConfigMap>().name, "default", name, how, [](auto) {});
    }
    static bool exists(Bench& bench, const std::string& name) {
        return bench.cluster.find(api::kindOf<core::ConfigMap>().name, "default/" + name) != nullptr;
    }

  private Q_SLOTS:
    void backgroundTakesTheWholeChain() {
        Bench bench({"garbagecollector"});
        auto a = bench.cluster.put(thing("a"));
        auto b = thing("b");
        owned(b, a.metadata());
        b = bench.cluster.put(b);
        auto c = thing("c");
        owned(c, b.metadata());
        bench.cluster.put(c);
        bench.cluster.put(thing("free"));
        bench.start();
        bench.settle();
        QCOMPARE(bench.cluster.count("delete"), 0);
        remove(bench, "a", "Background");
        bench.settle(10s);
        QCOMPARE(bench.cluster.all<core::ConfigMap>().size(), std::size_t(1));
        QVERIFY(exists(bench, "free"));
    }

    void anOwnerThatWentWhileNobodyLooked() {
        Bench bench({"garbagecollector"});
        auto orphan = thing("orphan");
        meta::ObjectMeta gone;
        gone.set_name("gone");
        gone.set_uid("u-gone");
        owned(orphan, gone);
        bench.cluster.put(orphan);
        bench.start();
        bench.settle(5s);
        QVERIFY(!exists(bench, "orphan"));
        QVERIFY2(bench.cluster.count("get", "configmaps", "gone") >= 1, "the server must have been asked");
    }

    void theSameNameWithAnotherUidIsNotTheOwner() {
        Bench bench({"garbagecollector"});
        bench.cluster.put(thing("owner"));
        auto child = thing("child");
        meta::ObjectMeta former;
        former.set_name("owner");
        former.set_uid("the-one-before");
        owned(child, former);
        bench.cluster.put(child);
        bench.start();
        bench.settle(5s);
        QVERIFY(!exists(bench, "child"));
        QVERIFY(exists(bench, "owner"));
    }

    void whileTheServerDoesNotAnswerNothingIsDeleted() {
        Bench bench({"garbagecollector"});
        auto child = thing("child");
        meta::ObjectMeta gone;
        gone.set_name("gone");
        gone.set_uid("u-gone");
        owned(child, gone);
        bench.cluster.put(child);
        bench.cluster.failNext("get", "", {.reason = Reason::ServiceUnavailable, .message = "down"}, 8);
        bench.start();
        bench.settle(200ms);
        QVERIFY(exists(bench, "child"));
        bench.settle(10s);
        QVERIFY(!exists(bench, "child"));
    }

    void oneOfTwoOwnersGoneLosesOnlyItsReference() {
        Bench bench({"garbagecollector"});
        const auto a = bench.cluster.put(thing("a"));
        const auto b = bench.cluster.put(thing("b"));
        auto child = thing("child");
        owned(child, a.metadata());
        owned(child, b.metadata());
        bench.cluster.put(child);
        bench.start();
        bench.settle();
        remove(bench, "a", "");
        bench.settle(5s);
        const auto now = bench.cluster.get<core::ConfigMap>("default/child");
        QVERIFY(now);
        QCOMPARE(now->metadata().ownerreferences_size(), 1);
        QCOMPARE(now->metadata().ownerreferences(0).uid(), b.metadata().uid());
    }

    void foregroundWaitsForWhatBlocks() {
        Bench bench({"garbagecollector"});
        const auto owner = bench.cluster.put(thing("owner"));
        auto stubborn = thing("stubborn");
        owned(stubborn, owner.metadata(), true);
        stubborn.mutable_metadata()->add_finalizers("test/hold");
        bench.cluster.put(stubborn);
        auto easy = thing("easy");
        owned(easy, owner.metadata(), true);
        bench.cluster.put(easy);
        bench.start();
        bench.settle();
        remove(bench, "owner", "Foreground");
        bench.settle(5s);
        QVERIFY(exists(bench, "owner"));
        QVERIFY(!exists(bench, "easy"));
        QVERIFY(bench.cluster.get<core::ConfigMap>("default/stubborn")->metadata().has_deletiontimestamp());
        bench.restart();
        bench.settle(5s);
        QVERIFY(exists(bench, "owner"));
        bench.cluster.edit<core::ConfigMap>("default/stubborn",
                                            [](auto& m) { m.mutable_metadata()->clear_finalizers(); });
        bench.settle(5s);
        QVERIFY(!exists(bench, "owner"));
    }

    void aCircleThatWaitsForItselfGoesAllTheSame() {
        Bench bench({"garbagecollector"});
        std::map<std::string, core::ConfigMap> all;
        for (const char* name : {"a", "b", "c"})
            all[name] = bench.cluster.put(thing(name));
        for (const auto& [name, owner] : {std::pair("a", "c"), std::pair("b", "a"), std::pair("c", "b")}) {
            owned(all[name], all[owner].metadata(), true);
            bench.cluster.put(all[name]);
        }
        bench.start();
        bench.settle();
        QCOMPARE(bench.cluster.count("delete"), 0);
        remove(bench, "a", "Foreground");
        bench.settle(30s);
        QVERIFY(bench.cluster.all<core::ConfigMap>().empty());
    }

    void orphanLetsTheDependentsLive() {
        Bench bench({"garbagecollector"});
        const auto owner = bench.cluster.put(thing("owner"));
        for (int i = 0; i < 3; ++i) {
            auto child = thing("child" + std::to_string(i));
            owned(child, owner.metadata());
            bench.cluster.put(child);
        }
        bench.start();
        bench.settle();
        bench.cluster.failNext("patch", "configmaps", {.reason = Reason::Conflict, .message = "raced"}, 2);
        remove(bench, "owner", "Orphan");
        bench.settle(10s);
        QVERIFY(!exists(bench, "owner"));
        QCOMPARE(bench.cluster.all<core::ConfigMap>().size(), std::size_t(3));
        for (const auto& each : bench.cluster.all<core::ConfigMap>())
            QCOMPARE(each.metadata().ownerreferences_size(), 0);
    }

    void anOwnerOfAnUnknownKindIsNeverGone() {
        Bench bench({"garbagecollector"});
        auto child = thing("child");
        meta::ObjectMeta elsewhere;
        elsewhere.set_name("x");
        elsewhere.set_uid("u-x");
        owned(child, elsewhere, false, "Widget", "example.com/v1");
        bench.cluster.put(child);
        bench.start();
        bench.settle(10s);
        QVERIFY(exists(bench, "child"));
    }
};

QTEST_GUILESS_MAIN(TestGarbageCollector)
#include "test_garbagecollector.moc"
