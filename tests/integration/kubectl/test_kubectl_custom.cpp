// Issue point 4: unmodified kubectl with a CustomResourceDefinition: established, explained, its objects
// applied, shown, scaled, and all gone with it.
#include "kubectl_checks.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace wheelhouse::test;

namespace {

const char* const definition = R"(apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: crontabs.stable.example.com
spec:
  group: stable.example.com
  scope: Namespaced
  names: {plural: crontabs, singular: crontab, kind: CronTab, shortNames: [ct]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}
    additionalPrinterColumns:
    - {name: Spec, type: string, jsonPath: .spec.cronSpec}
    - {name: Replicas, type: integer, jsonPath: .spec.replicas}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            description: What is to be done.
            required: [cronSpec]
            properties:
              cronSpec: {type: string, pattern: '^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$', description: When it is done.}
              replicas: {type: integer, minimum: 0, maximum: 10, default: 1}
          status:
            type: object
            properties:
              replicas: {type: integer}
)";

const char* const object = R"(apiVersion: stable.example.com/v1
kind: CronTab
metadata:
  name: mine
spec:
  cronSpec: "* * * * */5"
)";

} // namespace

class TestKubectlCustom : public QObject {
    Q_OBJECT
    LabProcess lab_{{"--nodes", "simulated=1", "--heartbeat", "2s"}};
    QTemporaryDir folder_;

    QString file(const QString& name, const QByteArray& text) {
        QFile out(folder_.filePath(name));
        if (!out.open(QIODevice::WriteOnly)) qFatal("no temporary file");
        out.write(text);
        return out.fileName();
    }

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
    }

    void definitionIsEstablished() {
        VERIFY_OK(lab_.kubectl({"create", "-f", file("crd.yaml", definition)}), {"created"});
        VERIFY_OK(lab_.kubectl({"wait", "--for", "condition=established", "--timeout=30s",
                                "crd/crontabs.stable.example.com"}),
                  {"condition met"});
        VERIFY_OK(lab_.kubectl({"api-resources", "--api-group=stable.example.com"}), {"crontabs"});
        VERIFY_OK(lab_.kubectl({"explain", "crontab.spec"}), {"When it is done."});
    }

    void objectsAreApplied() {
        const QString path = file("object.yaml", object);
        VERIFY_OK(lab_.kubectl({"apply", "-f", path}), {"crontab.stable.example.com/mine created"});
        VERIFY_OK(lab_.kubectl({"apply", "-f", path}), {"unchanged"});
        file("object.yaml", QByteArray(object).replace("*/5", "*/7"));
        VERIFY_OK(lab_.kubectl({"apply", "-f", path}), {"configured"});
        VERIFY_OK(lab_.kubectl({"get", "ct"}), {"* * * * */7"});
        VERIFY_OK(lab_.kubectl({"get", "crontabs", "mine"}), {"REPLICAS"});
        VERIFY_OK(lab_.kubectl({"label", "ct", "mine", "a=b"}), {"labeled"});
        VERIFY_OK(lab_.kubectl({"get", "ct", "-l", "a=b", "-o", "name"}), {"mine"});
        VERIFY_OK(lab_.kubectl({"patch", "ct", "mine", "--type=merge", "-p", R"({"spec":{"replicas":2}})"}),
                  {"patched"});
        VERIFY_OK(lab_.kubectl({"scale", "ct/mine", "--replicas=3"}), {"scaled"});
        VERIFY_OK(lab_.kubectl({"get", "ct", "mine", "-o", "jsonpath={.spec.replicas}"}), {"3"});
    }

    void mistakesAreRefused() {
        QByteArray wrong = object;
        wrong.replace("* * * * */5", "often").replace("mine", "wrong");
        VERIFY_REFUSED(lab_.kubectl({"create", "-f", file("wrong.yaml", wrong)}),
                       {"spec.cronSpec in body should match"});
        QByteArray unknown = object;
        unknown.replace("mine", "unknown").append("  nope: 1\n");
        VERIFY_REFUSED(lab_.kubectl({"create", "-f", file("unknown.yaml", unknown)}),
                       {"unknown field \"spec.nope\""});
        VERIFY_REFUSED(lab_.kubectl({"scale", "ct/mine", "--replicas=30"}),
                       {"should be less than or equal to 10"});
    }

    void everythingGoesWithTheDefinition() {
        VERIFY_OK(lab_.kubectl({"delete", "crd", "crontabs.stable.example.com", "--timeout=30s"}),
                  {"deleted"});
        VERIFY_REFUSED(lab_.kubectl({"get", "crontabs"}), {"could not find the requested resource"});
        VERIFY_OK(lab_.kubectl({"create", "-f", file("crd.yaml", definition)}), {"created"});
        VERIFY_OK(lab_.kubectl({"wait", "--for", "condition=established", "--timeout=30s",
                                "crd/crontabs.stable.example.com"}),
                  {"condition met"});
        VERIFY_OK(lab_.kubectl({"get", "crontabs.stable.example.com"}), {"No resources found"});
    }
};

QTEST_GUILESS_MAIN(TestKubectlCustom)
#include "test_kubectl_custom.moc"
