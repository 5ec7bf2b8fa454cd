#include "bench.h"

using namespace wheelhouse;

/// The namespace and the service account controller.
class TestNamespaces : public QObject {
    Q_OBJECT

    static core::Namespace home(const std::string& name) {
        core::Namespace home;
        home.mutable_metadata()->set_name(name);
        home.mutable_spec()->add_finalizers("kubernetes");
        home.mutable_status()->set_phase("Active");
        return home;
    }
    static core::ConfigMap thing(const std::string& nameSpace, const std::string& name) {
        core::ConfigMap map;
        map.mutable_metadata()->set_namespace_(nameSpace);
        map.mutable_metadata()->set_name(name);
        return map;
    }
    static void remove(Bench& bench, const std::string& name) {
        bench.cluster.remove(api::kindOf<core::Namespace>().name, "", name, {}, [](auto) {});
    }

  private Q_SLOTS:
    void everyNamespaceGetsItsAccountAndCertificate() {
        Bench bench({"serviceaccount"});
        bench.options.caPem = "PEM";
        bench.cluster.put(home("shop"));
        bench.start();
        bench.settle();
        QVERIFY(bench.cluster.get<core::ServiceAccount>("shop/default"));
        QCOMPARE(bench.cluster.get<core::ConfigMap>("shop/kube-root-ca.crt")->data().at("ca.crt"),
                 std::string("PEM"));
        bench.cluster.put(home("late"));
        bench.cluster.drop<core::ServiceAccount>("shop/default");
        bench.cluster.edit<core::ConfigMap>("shop/kube-root-ca.crt",
                                            [](auto& m) { (*m.mutable_data())["ca.crt"] = "forged"; });
        bench.settle();
        QVERIFY(bench.cluster.get<core::ServiceAccount>("late/default"));
        QVERIFY(bench.cluster.get<core::ServiceAccount>("shop/default"));
        QCOMPARE(bench.cluster.get<core::ConfigMap>("shop/kube-root-ca.crt")->data().at("ca.crt"),
                 std::string("PEM"));
    }

    void anUnrenewedAccountIsNotWrittenAgain() {
        Bench bench({"serviceaccount"});
        bench.options.caPem = "PEM";
        bench.cluster.put(home("shop"));
        bench.start();
        bench.settle();
        const auto revision = bench.cluster.revision();
        bench.restart();
        bench.settle(10s);
        QCOMPARE(bench.cluster.revision(), revision);
    }

    void aDeletedNamespaceIsEmptiedAndGoes() {
        Bench bench({"namespace"});
        bench.cluster.put(home("shop"));
        bench.cluster.put(home("other"));
        for (int i = 0; i < 5; ++i)
            bench.cluster.put(thing("shop", "m" + std::to_string(i)));
        bench.cluster.put(thing("other", "kept"));
        bench.start();
        bench.settle();
        remove(bench, "shop");
        bench.settle(10s);
        QVERIFY(!bench.cluster.get<core::Namespace>("shop"));
        QVERIFY(bench.cluster.get<core::Namespace>("other"));
        QCOMPARE(bench.cluster.all<core::ConfigMap>().size(), std::size_t(1));
    }

    void itWaitsForFinalizersAndSaysSo() {
        Bench bench({"namespace"});
        bench.cluster.put(home("shop"));
        auto held = thing("shop", "held");
        held.mutable_metadata()->add_finalizers("test/hold");
        bench.cluster.put(held);
        bench.start();
        bench.settle();
        remove(bench, "shop");
        bench.settle(10s);
        std::map<std::string, std::string> conditions;
        const auto waiting = *bench.cluster.get<core::Namespace>("shop");
        for (const auto& condition : waiting.status().conditions())
            conditions[condition.type()] = condition.status() + "/" + condition.reason();
        QCOMPARE(waiting.status().phase(), std::string("Terminating"));
        QCOMPARE(conditions["NamespaceContentRemaining"], std::string("True/SomeResourcesRemain"));
        QCOMPARE(conditions["NamespaceFinalizersRemaining"], std::string("True/SomeFinalizersRemain"));
        QCOMPARE(conditions["NamespaceDeletionContentFailure"], std::string("False/ContentDeleted"));
        bench.restart();
        bench.settle(10s);
        QVERIFY(bench.cluster.get<core::Namespace>("shop"));
        bench.cluster.edit<core::ConfigMap>("shop/held",
                                            [](auto& m) { m.mutable_metadata()->clear_finalizers(); });
        bench.settle(10s);
        QVERIFY(!bench.cluster.get<core::Namespace>("shop"));
    }

    void podsGoBeforeAllElse() {
        Bench bench({"namespace"});
        bench.cluster.put(home("shop"));
        bench.cluster.put(thing("shop", "settings"));
        core::Pod pod;
        pod.mutable_metadata()->set_namespace_("shop");
        pod.mutable_metadata()->set_name("web");
        pod.mutable_metadata()->add_finalizers("test/hold");
        bench.cluster.put(pod);
        bench.start();
        bench.settle();
        remove(bench, "shop");
        bench.settle(30s);
        QVERIFY(bench.cluster.get<core::Pod>("shop/web")->metadata().has_deletiontimestamp());
        QVERIFY(bench.cluster.get<core::ConfigMap>("shop/settings"));
        bench.cluster.edit<core::Pod>("shop/web", [](auto& p) { p.mutable_metadata()->clear_finalizers(); });
        bench.settle(10s);
        QVERIFY(!bench.cluster.get<core::Namespace>("shop"));
        QVERIFY(bench.cluster.all<core::ConfigMap>().empty());
    }

    void failuresAreShownAndTriedAgain() {
        Bench bench({"namespace"});
        bench.cluster.put(home("shop"));
        bench.cluster.put(thing("shop", "m"));
        bench.cluster.failNext("delete", "configmaps", {.reason = Reason::InternalError, .message = "disk"},
                               3);
        bench.start();
        bench.settle();
        remove(bench, "shop");
        QVERIFY(bench.until([&] {
            const auto shop = bench.cluster.get<core::Namespace>("shop");
            if (!shop) return false;
            for (const auto& condition : shop->status().conditions())
                if (condition.type() == "NamespaceDeletionContentFailure" && condition.status() == "True")
                    return true;
            return false;
        }));
        bench.settle(1min);
        QVERIFY(!bench.cluster.get<core::Namespace>("shop"));
    }
};

QTEST_GUILESS_MAIN(TestNamespaces)
#include "test_namespaces.moc"
