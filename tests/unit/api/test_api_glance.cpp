#include "engine/api/glance.h"
#include "engine/api/time.h"
#include "engine/api/types.h"
#include "engine/api/wire_fields.h"
#include "fill.h"

#include <QTest>

using namespace wheelhouse;
namespace core = api::core;

namespace {

core::Pod pod() {
    core::Pod pod;
    pod.mutable_metadata()->set_namespace_("default");
    pod.mutable_metadata()->set_name("a");
    pod.mutable_metadata()->set_uid("1");
    return pod;
}

core::PodCondition& condition(core::Pod& pod, const char* type, const char* status, const char* reason = "") {
    core::PodCondition& made = *pod.mutable_status()->add_conditions();
    made.set_type(type);
    made.set_status(status);
    if (*reason != '\0') made.set_reason(reason);
    return made;
}

std::string text(std::string_view view) {
    return std::string(view);
}

} // namespace

/// What is read from the bytes of an object is what decoding it gives.
class TestApiGlance : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void anEmptyPodHasNoFacts() {
        const auto object = api::Object::of(pod());
        const api::PodFacts facts(*object);
        QVERIFY(facts.node.empty() && facts.phase.empty());
        QVERIFY(!facts.deleting && !facts.ready && !facts.turned && !facts.unschedulable);
        QVERIFY(api::nodeOfPod(*object).empty() && !api::usesClaims(*object));
        QVERIFY(facts.tolerations == 0 && facts.restarts == 0);
        QVERIFY(facts.active() && !facts.terminal());
    }

    void factsAreWhatDecodingGives() {
        core::Pod made = pod();
        made.mutable_metadata()->mutable_creationtimestamp()->set_seconds(1'700'000'000);
        made.mutable_metadata()->mutable_deletiontimestamp()->set_seconds(1'700'000'100);
        made.mutable_spec()->set_nodename("node-7");
        made.mutable_spec()->add_tolerations()->set_key("a");
        made.mutable_spec()->add_tolerations()->set_key("b");
        made.mutable_status()->set_phase("Running");
        condition(made, "PodScheduled", "True");
        condition(made, "Ready", "True").mutable_lasttransitiontime()->set_seconds(1'700'000'050);
        for (const int restarts : {2, 300, 1})
            made.mutable_status()->add_containerstatuses()->set_restartcount(restarts);
        const auto object = api::Object::of(made);
        const api::PodFacts facts(*object);
        QCOMPARE(text(facts.node), std::string("node-7"));
        QCOMPARE(text(facts.phase), std::string("Running"));
        QVERIFY(facts.deleting && facts.ready && !facts.unschedulable);
        QCOMPARE(facts.tolerations, 2);
        QCOMPARE(facts.restarts, 300);
        QVERIFY(facts.created == api::fromTime(made.metadata().creationtimestamp()));
        QVERIFY(facts.turned == api::fromTime(made.status().conditions(1).lasttransitiontime()));
        QVERIFY(!facts.active() && !facts.terminal());
    }

    void phases_data() {
        QTest::addColumn<QString>("phase");
        QTest::addColumn<bool>("terminal");
        for (const char* phase : {"Pending", "Running", "Unknown"})
            QTest::newRow(phase) << phase << false;
        for (const char* phase : {"Succeeded", "Failed"})
            QTest::newRow(phase) << phase << true;
    }
    void phases() {
        QFETCH(QString, phase);
        QFETCH(bool, terminal);
        core::Pod made = pod();
        made.mutable_status()->set_phase(phase.toStdString());
        const auto object = api::Object::of(made);
        QCOMPARE(api::PodFacts(*object).terminal(), terminal);
        QCOMPARE(api::PodFacts(*object).active(), !terminal);
    }

    void unschedulableIsOneReasonOnly() {
        for (const auto& [status, reason, expected] :
             {std::tuple("False", "Unschedulable", true), std::tuple("False", "SchedulingGated", false),
              std::tuple("True", "Unschedulable", false)}) {
            core::Pod made = pod();
            condition(made, "PodScheduled", status, reason);
            QCOMPARE(api::PodFacts(*api::Object::of(made)).unschedulable, expected);
        }
    }

    void claimsAreSeenAmongOtherVolumes() {
        core::Pod made = pod();
        made.mutable_spec()->add_volumes()->mutable_volumesource()->mutable_emptydir();
        made.mutable_spec()->add_volumes()->mutable_volumesource()->mutable_projected();
        QVERIFY(!api::usesClaims(*api::Object::of(made)));
        core::Pod claiming = made;
        claiming.mutable_spec()->add_volumes()->mutable_volumesource()->mutable_persistentvolumeclaim();
        QVERIFY(api::usesClaims(*api::Object::of(claiming)));
        core::Pod ephemeral = made;
        ephemeral.mutable_spec()->add_volumes()->mutable_volumesource()->mutable_ephemeral();
        QVERIFY(api::usesClaims(*api::Object::of(ephemeral)));
    }

    /// Whatever else stands in a pod, the facts are found between it.
    void factsAreFoundInFullPods() {
        for (int seed = 1; seed <= 20; ++seed) {
            core::Pod made;
            api::test::fill(made, 5, seed);
            const auto object = api::Object::of(made);
            const api::PodFacts facts(*object);
            QCOMPARE(text(facts.node), made.spec().nodename());
            QCOMPARE(text(api::nodeOfPod(*object)), made.spec().nodename());
            QCOMPARE(text(facts.phase), made.status().phase());
            QCOMPARE(facts.tolerations, made.spec().tolerations_size());
            QCOMPARE(facts.deleting, made.metadata().has_deletiontimestamp());
            const auto uids = api::ownerUids(*object);
            QCOMPARE(static_cast<int>(uids.size()), made.metadata().ownerreferences_size());
            for (int i = 0; i < made.metadata().ownerreferences_size(); ++i)
                QCOMPARE(text(uids[static_cast<std::size_t>(i)]), made.metadata().ownerreferences(i).uid());
            for (const auto& [key, value] : made.metadata().annotations())
                QCOMPARE(text(api::annotationOf(*object, key)), value);
        }
    }

    void ownersAndAnnotations() {
        core::Pod made = pod();
        QVERIFY(api::ownerUids(*api::Object::of(made)).empty());
        made.mutable_metadata()->add_ownerreferences()->set_uid("first");
        made.mutable_metadata()->add_ownerreferences()->set_name("without a uid");
        (*made.mutable_metadata()->mutable_annotations())["cost"] = "-5";
        (*made.mutable_metadata()->mutable_annotations())["empty"] = "";
        const auto object = api::Object::of(made);
        const auto uids = api::ownerUids(*object);
        QCOMPARE(uids.size(), std::size_t{2});
        QVERIFY(uids[0] == "first" && uids[1].empty());
        QVERIFY(api::annotationOf(*object, "cost") == "-5");
        QVERIFY(api::annotationOf(*object, "empty").empty());
        QVERIFY(api::annotationOf(*object, "cos").empty());
    }

    void whatDoesNotParseIsTheEnd() {
        const std::string whole = api::Object::of(pod())->bytes();
        for (std::size_t size = 0; size < whole.size(); ++size) {
            api::WireFields fields(std::string_view(whole).substr(0, size));
            int seen = 0;
            while (fields.next())
                ++seen;
            QVERIFY(seen <= 3);
        }
        api::WireFields endless(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11));
        QVERIFY(!endless.next());
        api::WireFields beyond(std::string_view("\x0a\x7f", 2));
        QVERIFY(!beyond.next());
    }
};

QTEST_GUILESS_MAIN(TestApiGlance)
#include "test_api_glance.moc"
