#include "bench.h"

#include <algorithm>
#include <set>

using namespace wheelhouse;

class TestDaemonSet : public QObject {
    Q_OBJECT

    static apps::DaemonSet daemonSet(const std::string& image = "agent:1") {
        apps::DaemonSet set;
        set.mutable_metadata()->set_namespace_("default");
        set.mutable_metadata()->set_name("agent");
        (*set.mutable_spec()->mutable_selector()->mutable_matchlabels())["app"] = "agent";
        *set.mutable_spec()->mutable_template_() = podTemplate("agent", image);
        auto& strategy = *set.mutable_spec()->mutable_updatestrategy();
        strategy.set_type("RollingUpdate");
        strategy.mutable_rollingupdate()->mutable_maxunavailable()->set_intval(1);
        return set;
    }
    static void addNodes(Bench& bench, int count) {
        for (int i = 0; i < count; ++i)
            bench.cluster.put(node("n" + std::to_string(i)));
    }
    static apps::DaemonSet stored(Bench& bench) {
        return *bench.cluster.get<apps::DaemonSet>("default/agent");
    }
    static void edit(Bench& bench, const std::function<void(apps::DaemonSetSpec&)>& change) {
        bench.cluster.edit<apps::DaemonSet>("default/agent", [&](auto& set) {
            change(*set.mutable_spec());
            set.mutable_metadata()->set_generation(set.metadata().generation() + 1);
        });
    }
    static void setImage(Bench& bench, const std::string& image) {
        edit(bench, [&](auto& spec) {
            spec.mutable_template_()->mutable_spec()->mutable_containers(0)->set_image(image);
        });
    }
    static std::string nodeOf(const core::Pod& pod) {
        return pod.spec().nodename().empty() ? Bench::askedNode(pod) : pod.spec().nodename();
    }
    static QStringList nodesWithPods(Bench& bench) {
        QStringList nodes;
        for (const auto& pod : bench.cluster.all<core::Pod>())
            nodes << QString::fromStdString(nodeOf(pod));
        nodes.sort();
        return nodes;
    }
    static std::string imageOn(Bench& bench, const std::string& name) {
        for (const auto& pod : bench.cluster.all<core::Pod>())
            if (nodeOf(pod) == name && !pod.metadata().has_deletiontimestamp())
                return pod.spec().containers(0).image();
        return {};
    }
    static std::vector<apps::ControllerRevision> revisions(Bench& bench) {
        auto all = bench.cluster.all<apps::ControllerRevision>();
        std::sort(all.begin(), all.end(),
                  [](const auto& a, const auto& b) { return a.revision() < b.revision(); });
        return all;
    }
    static core::Taint taint(const std::string& key, const std::string& effect) {
        core::Taint taint;
        taint.set_key(key);
        taint.set_effect(effect);
        return taint;
    }

  private Q_SLOTS:
    void onePodANode() {
        Bench bench({"daemonset"});
        addNodes(bench, 3);
        bench.cluster.put(daemonSet());
        bench.start();
        bench.converge();
        QCOMPARE(nodesWithPods(bench), QStringList({"n0", "n1", "n2"}));
        bench.cluster.put(node("n3"));
        bench.converge();
        QCOMPARE(nodesWithPods(bench), QStringList({"n0", "n1", "n2", "n3"}));
        const auto set = stored(bench);
        QCOMPARE(set.status().desirednumberscheduled(), 4);
        QCOMPARE(set.status().currentnumberscheduled(), 4);
        QCOMPARE(set.status().updatednumberscheduled(), 4);
        QCOMPARE(set.status().numberready(), 4);
        QCOMPARE(set.status().numberavailable(), 4);
        QCOMPARE(set.status().numberunavailable(), 0);
        QCOMPARE(set.status().numbermisscheduled(), 0);
        QCOMPARE(set.status().observedgeneration(), set.metadata().generation());
        QCOMPARE(bench.cluster.count("create", "pods"), 4);
    }

    /// Only what changed is read anew: none of it may be missed.
    void whatChangesAmongManyIsSeen() {
        Bench bench({"daemonset"});
        addNodes(bench, 120);
        bench.cluster.put(daemonSet());
        bench.start();
        bench.converge();
        SeededRandom random(7);
        for (int round = 0; round < 60; ++round) {
            const auto pods = bench.cluster.all<core::Pod>();
            const std::string name = pods[random.below(pods.size())].metadata().name();
            if (round % 3 == 0) {
                bench.cluster.drop<core::Pod>("default/" + name);
                bench.settle(200ms); // it is made again, and waits
            } else {
                const bool ready = random.below(2) == 0;
                bench.cluster.edit<core::Pod>("default/" + name, [&](auto& p) { bench.setReady(p, ready); });
            }
            bench.settle(200ms);
            int ready = 0;
            for (const auto& pod : bench.cluster.all<core::Pod>())
                for (const auto& condition : pod.status().conditions())
                    ready += condition.type() == "Ready" && condition.status() == "True";
            QCOMPARE(stored(bench).status().numberready(), ready);
            QCOMPARE(bench.pods(), std::size_t(120));
        }
    }

    void itsPodsAreBoundToTheirNodeAndOutliveItsTroubles() {
        Bench bench({"daemonset"});
        addNodes(bench, 1);
        auto set = daemonSet();
        auto& term = *set.mutable_spec()
                          ->mutable_template_()
                          ->mutable_spec()
                          ->mutable_affinity()
                          ->mutable_nodeaffinity()
                          ->mutable_requiredduringschedulingignoredduringexecution()
                          ->add_nodeselectorterms()
                          ->add_matchexpressions();
        term.set_key("gone");
        term.set_operator_("DoesNotExist");
        bench.cluster.put(set);
        bench.start();
        bench.settle();
        const auto pod = bench.cluster.all<core::Pod>().front();
        const auto& required =
            pod.spec().affinity().nodeaffinity().requiredduringschedulingignoredduringexecution();
        QCOMPARE(required.nodeselectorterms_size(), 1);
        QCOMPARE(required.nodeselectorterms(0).matchexpressions_size(), 0);
        QCOMPARE(required.nodeselectorterms(0).matchfields(0).key(), std::string("metadata.name"));
        QCOMPARE(required.nodeselectorterms(0).matchfields(0).values(0), std::string("n0"));
        std::set<std::string> tolerated;
        for (const auto& each : pod.spec().tolerations())
            tolerated.insert(each.key() + ":" + each.effect());
        const std::set<std::string> standard = {
            "node.kubernetes.io/not-ready:NoExecute",      "node.kubernetes.io/unreachable:NoExecute",
            "node.kubernetes.io/disk-pressure:NoSchedule", "node.kubernetes.io/memory-pressure:NoSchedule",
            "node.kubernetes.io/pid-pressure:NoSchedule",  "node.kubernetes.io/unschedulable:NoSchedule"};
        QVERIFY(tolerated == standard);
        QCOMPARE(pod.metadata().generatename(), std::string("agent-"));
        QCOMPARE(pod.metadata().ownerreferences(0).kind(), std::string("DaemonSet"));
        QCOMPARE(pod.metadata().labels().at("controller-revision-hash"),
                 revisions(bench).front().metadata().labels().at("controller-revision-hash"));
    }

    void whereItRuns_data() {
        QTest::addColumn<QByteArray>("what");
        QTest::addColumn<bool>("runs");
        QTest::newRow("anywhere") << QByteArray("") << true;
        QTest::newRow("node selector matches") << QByteArray("selector=ssd") << true;
        QTest::newRow("node selector does not") << QByteArray("selector=tape") << false;
        QTest::newRow("affinity matches") << QByteArray("affinity=ssd") << true;
        QTest::newRow("affinity does not") << QByteArray("affinity=tape") << false;
        QTest::newRow("node name is it") << QByteArray("name=n0") << true;
        QTest::newRow("node name is another") << QByteArray("name=n9") << false;
        QTest::newRow("taint against scheduling") << QByteArray("taint=NoSchedule") << false;
        QTest::newRow("taint against running") << QByteArray("taint=NoExecute") << false;
        QTest::newRow("taint that only prefers") << QByteArray("taint=PreferNoSchedule") << true;
        QTest::newRow("tolerated taint") << QByteArray("tolerate=NoSchedule") << true;
        QTest::newRow("cordoned") << QByteArray("cordon") << true;
        QTest::newRow("not ready") << QByteArray("unready") << true;
    }
    void whereItRuns() {
        QFETCH(QByteArray, what);
        QFETCH(bool, runs);
        const std::string kind = what.left(what.indexOf('=')).toStdString();
        const std::string value = what.mid(what.indexOf('=') + 1).toStdString();
        Bench bench({"daemonset"});
        auto place = node("n0");
        (*place.mutable_metadata()->mutable_labels())["disk"] = "ssd";
        auto set = daemonSet();
        auto& spec = *set.mutable_spec()->mutable_template_()->mutable_spec();
        if (kind == "selector") (*spec.mutable_nodeselector())["disk"] = value;
        if (kind == "affinity") {
            auto& term = *spec.mutable_affinity()
                              ->mutable_nodeaffinity()
                              ->mutable_requiredduringschedulingignoredduringexecution()
                              ->add_nodeselectorterms()
                              ->add_matchexpressions();
            term.set_key("disk");
            term.set_operator_("In");
            term.add_values(value);
        }
        if (kind == "name") spec.set_nodename(value);
        if (kind == "taint" || kind == "tolerate") *place.mutable_spec()->add_taints() = taint("own", value);
        if (kind == "tolerate") {
            spec.add_tolerations()->set_key("own");
            spec.mutable_tolerations(0)->set_operator_("Exists");
        }
        if (kind == "cordon")
            *place.mutable_spec()->add_taints() = taint("node.kubernetes.io/unschedulable", "NoSchedule");
        if (kind == "unready")
            *place.mutable_spec()->add_taints() = taint("node.kubernetes.io/not-ready", "NoExecute");
        bench.cluster.put(place);
        bench.cluster.put(set);
        bench.start();
        bench.converge();
        QCOMPARE(bench.pods(), std::size_t(runs));
        QCOMPARE(stored(bench).status().desirednumberscheduled(), int(runs));
    }

    void aNodeThatStopsFitting_data() {
        QTest::addColumn<QByteArray>("effect");
        QTest::addColumn<bool>("stays");
        QTest::newRow("no new pods there") << QByteArray("NoSchedule") << true;
        QTest::newRow("no pods there") << QByteArray("NoExecute") << false;
        QTest::newRow("label gone") << QByteArray() << false;
    }
    void aNodeThatStopsFitting() {
        QFETCH(QByteArray, effect);
        QFETCH(bool, stays);
        Bench bench({"daemonset"});
        auto place = node("n0");
        (*place.mutable_metadata()->mutable_labels())["disk"] = "ssd";
        bench.cluster.put(place);
        auto set = daemonSet();
        (*set.mutable_spec()->mutable_template_()->mutable_spec()->mutable_nodeselector())["disk"] = "ssd";
        bench.cluster.put(set);
        bench.start();
        bench.converge();
        QCOMPARE(bench.pods(), std::size_t(1));
        bench.cluster.edit<core::Node>("n0", [&](auto& n) {
            if (effect.isEmpty())
                n.mutable_metadata()->mutable_labels()->clear();
            else
                *n.mutable_spec()->add_taints() = taint("own", effect.toStdString());
        });
        bench.converge();
        QCOMPARE(bench.pods(), std::size_t(stays));
        QCOMPARE(stored(bench).status().desirednumberscheduled(), 0);
        QCOMPARE(stored(bench).status().numbermisscheduled(), int(stays));
    }

    void surplusPodsGoYoungestFirst() {
        Bench bench({"daemonset"});
        addNodes(bench, 1);
        bench.cluster.put(daemonSet());
        bench.start();
        bench.converge();
        const auto first = bench.cluster.all<core::Pod>().front();
        bench.settle(10s);
        auto second = pod("second", "agent", "n0");
        second.mutable_status()->set_phase("Running");
        bench.cluster.put(second);
        bench.converge();
        QCOMPARE(bench.pods(), std::size_t(1));
        QCOMPARE(bench.cluster.all<core::Pod>().front().metadata().name(), first.metadata().name());
    }

    /// At every moment of an update no more nodes lack an available pod than maxUnavailable allows, and no
    /// node has two.
    void updatesInPlace_data() {
        QTest::addColumn<QByteArray>("most");
        QTest::addColumn<int>("missing");
        QTest::newRow("one") << QByteArray("1") << 1;
        QTest::newRow("three") << QByteArray("3") << 3;
        QTest::newRow("a third, rounded up") << QByteArray("34%") << 3;
        QTest::newRow("all") << QByteArray("100%") << 6;
    }
    void updatesInPlace() {
        QFETCH(QByteArray, most);
        QFETCH(int, missing);
        Bench bench({"daemonset"});
        addNodes(bench, 6);
        auto set = daemonSet();
        auto& limit =
            *set.mutable_spec()->mutable_updatestrategy()->mutable_rollingupdate()->mutable_maxunavailable();
        limit.set_type(most.endsWith('%'));
        if (limit.type() == 0)
            limit.set_intval(most.toInt());
        else
            limit.set_strval(most.toStdString());
        bench.cluster.put(set);
        bench.start();
        bench.converge();
        setImage(bench, "agent:2");
        int worst = 0;
        for (int i = 0; i < 300; ++i) {
            bench.settle(50ms);
            std::set<std::string> available;
            std::multiset<std::string> present;
            for (const auto& each : bench.cluster.all<core::Pod>()) {
                present.insert(nodeOf(each));
                if (!each.metadata().has_deletiontimestamp() && each.status().phase() == "Running")
                    available.insert(nodeOf(each));
            }
            for (int n = 0; n < 6; ++n)
                QVERIFY(present.count("n" + std::to_string(n)) <= 1);
            worst = std::max(worst, 6 - static_cast<int>(available.size()));
            if (i % 4 == 3) bench.runPods();
        }
        QCOMPARE(worst, missing);
        for (int n = 0; n < 6; ++n)
            QCOMPARE(imageOn(bench, "n" + std::to_string(n)), std::string("agent:2"));
        QCOMPARE(stored(bench).status().updatednumberscheduled(), 6);
    }

    void updatesBySurge() {
        Bench bench({"daemonset"});
        addNodes(bench, 4);
        auto set = daemonSet();
        auto& rolling = *set.mutable_spec()->mutable_updatestrategy()->mutable_rollingupdate();
        rolling.mutable_maxunavailable()->set_intval(0);
        rolling.mutable_maxsurge()->set_intval(2);
        bench.cluster.put(set);
        bench.start();
        bench.converge();
        setImage(bench, "agent:2");
        std::size_t most = 0;
        for (int i = 0; i < 200; ++i) {
            bench.settle(50ms);
            std::set<std::string> served;
            std::size_t active = 0;
            for (const auto& each : bench.cluster.all<core::Pod>()) {
                if (each.metadata().has_deletiontimestamp()) continue;
                ++active;
                if (each.status().phase() == "Running") served.insert(nodeOf(each));
            }
            QCOMPARE(served.size(), std::size_t(4)); // always
            most = std::max(most, active);
            if (i % 4 == 3) bench.runPods();
        }
        QCOMPARE(most, std::size_t(6));
        QCOMPARE(bench.pods(), std::size_t(4));
        for (int n = 0; n < 4; ++n)
            QCOMPARE(imageOn(bench, "n" + std::to_string(n)), std::string("agent:2"));
    }

    void anUnavailableOldPodIsReplacedWhateverTheLimit() {
        Bench bench({"daemonset"});
        addNodes(bench, 3);
        bench.cluster.put(daemonSet("agent:broken"));
        bench.start();
        bench.settle(); // nobody runs the pods: none becomes ready
        setImage(bench, "agent:2");
        bench.settle(); // unbound pods go at once
        bench.converge();
        QCOMPARE(bench.pods(), std::size_t(3));
        for (int n = 0; n < 3; ++n)
            QCOMPARE(imageOn(bench, "n" + std::to_string(n)), std::string("agent:2"));
    }

    void onDeleteWaitsForSomebodyToDelete() {
        Bench bench({"daemonset"});
        addNodes(bench, 2);
        auto set = daemonSet();
        set.mutable_spec()->mutable_updatestrategy()->set_type("OnDelete");
        set.mutable_spec()->mutable_updatestrategy()->clear_rollingupdate();
        bench.cluster.put(set);
        bench.start();
        bench.converge();
        setImage(bench, "agent:2");
        bench.converge();
        QCOMPARE(imageOn(bench, "n0"), std::string("agent:1"));
        QCOMPARE(stored(bench).status().updatednumberscheduled(), 0);
        for (const auto& each : bench.cluster.all<core::Pod>())
            if (nodeOf(each) == "n0") bench.cluster.drop<core::Pod>("default/" + each.metadata().name());
        bench.converge();
        QCOMPARE(imageOn(bench, "n0"), std::string("agent:2"));
        QCOMPARE(imageOn(bench, "n1"), std::string("agent:1"));
        QCOMPARE(stored(bench).status().updatednumberscheduled(), 1);
    }

    void historyIsKeptAndComesBack() {
        Bench bench({"daemonset"});
        addNodes(bench, 1);
        auto set = daemonSet();
        (*set.mutable_metadata()->mutable_annotations())["kubernetes.io/change-cause"] = "first";
        bench.cluster.put(set);
        bench.start();
        bench.converge();
        setImage(bench, "agent:2");
        bench.converge();
        auto all = revisions(bench);
        QCOMPARE(all.size(), std::size_t(2));
        QCOMPARE(all[0].revision(), 1);
        QCOMPARE(all[1].revision(), 2);
        const std::string first = all[0].metadata().name();
        const auto hash = all[0].metadata().labels().at("controller-revision-hash");
        QCOMPARE(first, "agent-" + hash);
        QCOMPARE(all[0].metadata().labels().at("app"), std::string("agent"));
        QCOMPARE(all[0].metadata().annotations().at("kubernetes.io/change-cause"), std::string("first"));
        QCOMPARE(all[0].metadata().ownerreferences(0).uid(), stored(bench).metadata().uid());
        QVERIFY(all[0].data().raw().find(R"({"spec":{"template":{"$patch":"replace","metadata")") == 0);
        setImage(bench, "agent:1"); // as an undo does
        bench.converge();
        all = revisions(bench);
        QCOMPARE(all.size(), std::size_t(2));
        QCOMPARE(all[1].metadata().name(), first);
        QCOMPARE(all[1].revision(), 3);
        QCOMPARE(imageOn(bench, "n0"), std::string("agent:1"));
    }

    void keepsOnlySoMuchHistory() {
        Bench bench({"daemonset"});
        addNodes(bench, 2);
        auto set = daemonSet();
        set.mutable_spec()->set_revisionhistorylimit(2);
        bench.cluster.put(set);
        bench.start();
        for (int i = 1; i <= 6; ++i) {
            setImage(bench, "agent:" + std::to_string(i));
            bench.converge();
        }
        const auto all = revisions(bench);
        QCOMPARE(all.size(), std::size_t(3));
        QCOMPARE(all[0].revision(), 4);
        QCOMPARE(all[2].revision(), 6);
    }

    void aRevisionsNameTakenBySomebodyElseIsACollision() {
        Bench first({"daemonset"});
        first.cluster.put(daemonSet());
        first.start();
        first.settle();
        auto squatter = revisions(first).front();
        squatter.mutable_metadata()->clear_ownerreferences();
        squatter.mutable_metadata()->clear_labels();
        squatter.mutable_metadata()->clear_uid();
        squatter.mutable_data()->set_raw("{}");
        Bench bench({"daemonset"});
        addNodes(bench, 1);
        bench.cluster.put(squatter);
        bench.cluster.put(daemonSet());
        bench.start();
        bench.converge();
        QCOMPARE(stored(bench).status().collisioncount(), 1);
        QCOMPARE(revisions(bench).size(), std::size_t(2));
        QCOMPARE(bench.pods(), std::size_t(1));
    }

    void failedPodsAreReplacedSlowerAndSlower() {
        Bench bench({"daemonset"});
        addNodes(bench, 1);
        bench.cluster.put(daemonSet());
        bench.start();
        int made = 0;
        std::vector<Duration> gaps;
        Instant last = bench.executor.now();
        for (int i = 0; i < 4000 && gaps.size() < 6; ++i) {
            bench.settle(100ms);
            if (bench.cluster.count("create", "pods") > made) {
                made = bench.cluster.count("create", "pods");
                gaps.push_back(bench.executor.now() - last);
                last = bench.executor.now();
            }
            for (auto& each : bench.cluster.all<core::Pod>()) {
                if (each.status().phase() == "Failed") continue;
                each.mutable_spec()->set_nodename("n0");
                each.mutable_status()->set_phase("Failed");
                bench.cluster.put(each);
            }
        }
        QCOMPARE(gaps.size(), std::size_t(6));
        // The first failure is replaced at once, then 1, 2, 4, … seconds pass.
        QVERIFY(gaps[1] < 500ms);
        for (std::size_t i = 2; i < gaps.size(); ++i) {
            const Duration wanted = 1s * (1 << (i - 2));
            QVERIFY2(gaps[i] >= wanted - 200ms && gaps[i] < wanted + 500ms, qPrintable(QString::number(i)));
        }
    }

    void availableOnlyAfterMinReadySeconds() {
        Bench bench({"daemonset"});
        addNodes(bench, 1);
        auto set = daemonSet();
        set.mutable_spec()->set_minreadyseconds(30);
        bench.cluster.put(set);
        bench.start();
        bench.settle();
        bench.runPods();
        bench.settle(5s);
        QCOMPARE(stored(bench).status().numberready(), 1);
        QCOMPARE(stored(bench).status().numberavailable(), 0);
        QCOMPARE(stored(bench).status().numberunavailable(), 1);
        bench.settle(30s);
        QCOMPARE(stored(bench).status().numberavailable(), 1);
    }

    /// kubectl delete --cascade=orphan, then the same manifest again.
    void takesBackWhatItsPredecessorLeft() {
        Bench bench({"daemonset"});
        addNodes(bench, 2);
        bench.cluster.put(daemonSet());
        bench.start();
        bench.converge();
        bench.cluster.drop<apps::DaemonSet>("default/agent");
        for (auto& each : bench.cluster.all<core::Pod>()) {
            each.mutable_metadata()->clear_ownerreferences();
            bench.cluster.put(each);
        }
        for (auto& each : revisions(bench)) {
            each.mutable_metadata()->clear_ownerreferences();
            bench.cluster.put(each);
        }
        bench.settle();
        bench.cluster.put(daemonSet());
        bench.converge();
        QCOMPARE(bench.cluster.count("create", "pods"), 2);
        QCOMPARE(revisions(bench).size(), std::size_t(1));
        QCOMPARE(revisions(bench).front().metadata().ownerreferences(0).uid(),
                 stored(bench).metadata().uid());
        for (const auto& each : bench.cluster.all<core::Pod>())
            QCOMPARE(each.metadata().ownerreferences(0).uid(), stored(bench).metadata().uid());
        QCOMPARE(stored(bench).status().updatednumberscheduled(), 2);
    }

    void carriesOnAfterEveryStep_data() {
        QTest::addColumn<bool>("loses");
        QTest::newRow("restarts") << false;
        QTest::newRow("restarts and lost answers") << true;
    }
    void carriesOnAfterEveryStep() {
        QFETCH(bool, loses);
        for (int steps = 1; steps < 70; ++steps) {
            Bench bench({"daemonset"});
            bench.cluster.setLatency(2ms);
            addNodes(bench, 3);
            bench.cluster.put(daemonSet());
            if (loses) bench.cluster.loseAnswers("create", "");
            bench.start();
            for (int i = 0; i < steps; ++i)
                bench.executor.step();
            bench.restart();
            bench.converge();
            if (loses) bench.cluster.loseAnswers("delete", "");
            setImage(bench, "agent:2");
            for (int i = 0; i < steps; ++i)
                bench.executor.step();
            bench.restart();
            bench.converge();
            QCOMPARE(nodesWithPods(bench), QStringList({"n0", "n1", "n2"}));
            for (int n = 0; n < 3; ++n)
                QCOMPARE(imageOn(bench, "n" + std::to_string(n)), std::string("agent:2"));
            QCOMPARE(bench.cluster.count("create", "pods"), 6); // never twice
            QCOMPARE(revisions(bench).size(), std::size_t(2));
            QCOMPARE(stored(bench).status().numberavailable(), 3);
        }
    }
};

QTEST_GUILESS_MAIN(TestDaemonSet)
#include "test_daemonset.moc"
