#include "engine/api/placement.h"
#include "engine/api/template_patch.h"

#include "engine/api/codec.h"

#include <QTest>

using namespace wheelhouse;
namespace core = api::core;

/// Tolerations, and the patch that gives a pod template back. Node selectors are tested with the scheduler's
/// filters.
class TestApiPlacement : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void tolerations_data() {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("op");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("effect");
        QTest::addColumn<bool>("tolerates");
        const auto row = [](const char* name, const char* key, const char* op, const char* value,
                            const char* effect, bool tolerates) {
            QTest::newRow(name) << QByteArray(key) << QByteArray(op) << QByteArray(value)
                                << QByteArray(effect) << tolerates;
        };
        row("everything", "", "Exists", "", "", true);
        row("the key", "disk", "Exists", "", "", true);
        row("another key", "cpu", "Exists", "", "", false);
        row("the value", "disk", "Equal", "old", "", true);
        row("equality is the default", "disk", "", "old", "", true);
        row("another value", "disk", "Equal", "new", "", false);
        row("the effect", "disk", "Exists", "", "NoSchedule", true);
        row("another effect", "disk", "Exists", "", "NoExecute", false);
        row("equality with no key is nothing", "", "Equal", "old", "", false);
    }
    void tolerations() {
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, op);
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, effect);
        QFETCH(bool, tolerates);
        core::Toleration toleration;
        toleration.set_key(key.toStdString());
        toleration.set_operator_(op.toStdString());
        toleration.set_value(value.toStdString());
        toleration.set_effect(effect.toStdString());
        core::Taint taint;
        taint.set_key("disk");
        taint.set_value("old");
        taint.set_effect("NoSchedule");
        QCOMPARE(api::tolerates(toleration, taint), tolerates);
    }

    void aTemplatePatchHasTheBytesKubectlExpects() {
        core::PodTemplateSpec podTemplate;
        (*podTemplate.mutable_metadata()->mutable_labels())["b"] = "2";
        (*podTemplate.mutable_metadata()->mutable_labels())["a"] = "1";
        auto& container = *podTemplate.mutable_spec()->add_containers();
        container.set_name("main");
        container.set_image("nginx");
        container.add_args("a < b && c > d");
        QCOMPARE(
            api::templatePatch(podTemplate),
            std::string(R"({"spec":{"template":{"$patch":"replace","metadata":{"labels":{"a":"1","b":"2"}},)"
                        R"("spec":{"containers":[{"args":["a \u003c b \u0026\u0026 c \u003e d"],)"
                        R"("image":"nginx","name":"main","resources":{}}]}}}})"));
    }

    void aTemplateComesBackFromItsPatch() {
        core::PodTemplateSpec podTemplate;
        (*podTemplate.mutable_metadata()->mutable_annotations())["text"] = "\"quoted\" <\xe2\x80\xa8>\n";
        podTemplate.mutable_spec()->add_containers()->set_name("main");
        api::canonicalize(podTemplate);
        const auto back = api::templateIn(api::templatePatch(podTemplate));
        QVERIFY(back.has_value());
        QCOMPARE(api::serialize(*back), api::serialize(podTemplate));
    }

    void whatIsNoTemplatePatchIsRefused_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("no JSON") << QByteArray("{");
        QTest::newRow("no template") << QByteArray(R"({"spec":{}})");
        QTest::newRow("a list") << QByteArray("[]");
        QTest::newRow("another shape") << QByteArray(R"({"spec":{"template":{"spec":{"containers":7}}}})");
    }
    void whatIsNoTemplatePatchIsRefused() {
        QFETCH(QByteArray, text);
        const auto back = api::templateIn(text.toStdString());
        QVERIFY(!back);
        QCOMPARE(back.error().reason, Reason::BadRequest);
    }
};

QTEST_GUILESS_MAIN(TestApiPlacement)
#include "test_api_placement.moc"
