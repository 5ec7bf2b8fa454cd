// Issue point 4: unmodified kubectl with a CustomResourceDefinition: established, explained, its objects
// applied, shown, scaled, and all gone with it.
#include "lab_process.h"

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

#define VERIFY_RUN(expected, text, ...)                                                                      \
    do {                                                                                                     \
        const Output result = lab_.kubectl(__VA_ARGS__);                                                     \
        QVERIFY2((result.code == 0) == ((expected) == 0), qPrintable(result.out + result.err));              \
        QVERIFY2((result.out + result.err).contains(text), qPrintable(result.out + result.err));             \
    } while (false)

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

  private slots:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
    }

    void definitionIsEstablished() {
        VERIFY_RUN(0, "created", {"create", "-f", file("crd.yaml", definition)});
        VERIFY_RUN(
            0, "condition met",
            {"wait", "--for", "condition=established", "--timeout=30s", "crd/crontabs.stable.example.com"});
        VERIFY_RUN(0, "crontabs", {"api-resources", "--api-group=stable.example.com"});
        VERIFY_RUN(0, "When it is done.", {"explain", "crontab.spec"});
    }

    void objectsAreApplied() {
        const QString path = file("object.yaml", object);
        VERIFY_RUN(0, "crontab.stable.example.com/mine created", {"apply", "-f", path});
        VERIFY_RUN(0, "unchanged", {"apply", "-f", path});
        file("object.yaml", QByteArray(object).replace("*/5", "*/7"));
        VERIFY_RUN(0, "configured", {"apply", "-f", path});
        VERIFY_RUN(0, "* * * * */7", {"get", "ct"});
        VERIFY_RUN(0, "REPLICAS", {"get", "crontabs", "mine"});
        VERIFY_RUN(0, "labeled", {"label", "ct", "mine", "a=b"});
        VERIFY_RUN(0, "mine", {"get", "ct", "-l", "a=b", "-o", "name"});
        VERIFY_RUN(0, "patched", {"patch", "ct", "mine", "--type=merge", "-p", R"({"spec":{"replicas":2}})"});
        VERIFY_RUN(0, "scaled", {"scale", "ct/mine", "--replicas=3"});
        VERIFY_RUN(0, "3", {"get", "ct", "mine", "-o", "jsonpath={.spec.replicas}"});
    }

    void mistakesAreRefused() {
        QByteArray wrong = object;
        wrong.replace("* * * * */5", "often").replace("mine", "wrong");
        VERIFY_RUN(1, "spec.cronSpec in body should match", {"create", "-f", file("wrong.yaml", wrong)});
        QByteArray unknown = object;
        unknown.replace("mine", "unknown").append("  nope: 1\n");
        VERIFY_RUN(1, "unknown field \"spec.nope\"", {"create", "-f", file("unknown.yaml", unknown)});
        VERIFY_RUN(1, "should be less than or equal to 10", {"scale", "ct/mine", "--replicas=30"});
    }

    void everythingGoesWithTheDefinition() {
        VERIFY_RUN(0, "deleted", {"delete", "crd", "crontabs.stable.example.com", "--timeout=30s"});
        VERIFY_RUN(1, "could not find the requested resource", {"get", "crontabs"});
        VERIFY_RUN(0, "created", {"create", "-f", file("crd.yaml", definition)});
        VERIFY_RUN(
            0, "condition met",
            {"wait", "--for", "condition=established", "--timeout=30s", "crd/crontabs.stable.example.com"});
        VERIFY_RUN(0, "No resources found", {"get", "crontabs.stable.example.com"});
    }
};

QTEST_GUILESS_MAIN(TestKubectlCustom)
#include "test_kubectl_custom.moc"
