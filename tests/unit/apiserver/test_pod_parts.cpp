#include "api_bench.h"

#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::apiserver;
using namespace wheelhouse::apiserver::test;

namespace {

QString q(const std::string& text) {
    return QString::fromStdString(text);
}

const std::string pods = "/api/v1/namespaces/default/pods";
const Headers strategic{{"content-type", "application/strategic-merge-patch+json"}};

} // namespace

/// Parts of a running pod that are written through a subresource of their own.
class TestPodParts : public QObject {
    Q_OBJECT
    std::unique_ptr<ApiBench> api_;

    Answer patch(const std::string& part, const std::string& body) const {
        return api_->send("PATCH", pods + "/p/" + part, J(body), strategic);
    }

  private Q_SLOTS:
    void init() {
        api_ = std::make_unique<ApiBench>();
        const Answer made = api_->send("POST", pods,
                                       J("{'metadata':{'name':'p','labels':{'a':'b'}},'spec':{'volumes':[{'"
                                         "name':'v','emptyDir':{}}],'containers':["
                                         "{'name':'c','image':'x','resources':{'requests':{'cpu':'100m','"
                                         "memory':'64Mi'},'limits':{'cpu':'1'}}}]}}"),
                                       json);
        QVERIFY2(made.code == 201, made.body.c_str());
    }

    void bothAreListed() {
        const std::string listed = api_->send("GET", "/api/v1").body;
        for (const char* name : {"pods/ephemeralcontainers", "pods/resize"})
            QVERIFY2(listed.find(name) != std::string::npos, name);
        QCOMPARE(q(api_->send("GET", pods + "/p/resize").at("kind")), QString("Pod"));
        QCOMPARE(api_->send("POST", pods + "/p/resize", "{}", json).code, 405);
        QCOMPARE(api_->send("DELETE", pods + "/p/ephemeralcontainers").code, 405);
    }

    void containersComeInByTheirOwnDoorOnly() {
        const std::string debugger =
            "{'spec':{'ephemeralContainers':[{'name':'d','image':'busybox','targetContainerName':'c'}]}}";
        QCOMPARE(api_->send("PATCH", pods + "/p", J(debugger), strategic).code, 422);
        const Answer added = patch("ephemeralcontainers", debugger);
        QVERIFY2(added.code == 200, added.body.c_str());
        QCOMPARE(q(added.at("spec.ephemeralContainers.0.imagePullPolicy")), QString("Always"));
        QCOMPARE(q(added.at("metadata.generation")), QString("2"));
        QVERIFY(added.body.find("ephemeralcontainers") != std::string::npos); // in the record of who set what
        // Everything else of the body is let be.
        const Answer more =
            patch("ephemeralcontainers", "{'metadata':{'labels':{'a':'c'}},'spec':{'activeDeadlineSeconds':5,"
                                         "'ephemeralContainers':[{'name':'e','image':'y'}]}}");
        QCOMPARE(more.code, 200);
        QCOMPARE(q(more.at("metadata.labels.a")), QString("b"));
        QCOMPARE(q(more.at("spec.activeDeadlineSeconds")), QString());
        QCOMPARE(more.json().at("spec").at("ephemeralContainers").as_array().size(), std::size_t(2));
        const Answer now = api_->send("GET", pods + "/p");
        for (const char* name : {"\"name\":\"d\"", "\"name\":\"e\""})
            QVERIFY2(now.body.find(name) != std::string::npos, now.body.c_str());
    }

    void badOnesAreRefused_data() {
        QTest::addColumn<QString>("container");
        QTest::addColumn<QString>("cause");
        const auto row = [](const char* container, const char* cause) {
            QTest::newRow(cause) << container << cause;
        };
        row("'name':'c','image':'x'", "spec.ephemeralContainers[0].name: Duplicate value: \"c\"");
        row("'name':'d'", "spec.ephemeralContainers[0].image: Required value");
        row("'name':'D','image':'x'", "spec.ephemeralContainers[0].name: Invalid value: \"D\"");
        row("'name':'d','image':'x','targetContainerName':'none'",
            "spec.ephemeralContainers[0].targetContainerName: Not found: \"none\"");
        row("'name':'d','image':'x','ports':[{'containerPort':80}]",
            "spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container");
        row("'name':'d','image':'x','resources':{'limits':{'cpu':'1'}}",
            "spec.ephemeralContainers[0].resources: Forbidden: cannot be set for an Ephemeral Container");
        row("'name':'d','image':'x','livenessProbe':{'tcpSocket':{'port':80}}",
            "spec.ephemeralContainers[0].livenessProbe: Forbidden: cannot be set for an Ephemeral Container");
        row("'name':'d','image':'x','volumeMounts':[{'name':'v','mountPath':'/v','subPath':'s'}]",
            "spec.ephemeralContainers[0].volumeMounts[0].subPath: Forbidden: cannot be set for an Ephemeral "
            "Container");
        row("'name':'d','image':'x','volumeMounts':[{'name':'w','mountPath':'/v'}]",
            "spec.ephemeralContainers[0].volumeMounts[0].name: Not found: \"w\"");
    }
    void badOnesAreRefused() {
        QFETCH(QString, container);
        QFETCH(QString, cause);
        const Answer answer = patch("ephemeralcontainers",
                                    "{'spec':{'ephemeralContainers':[{" + container.toStdString() + "}]}}");
        QCOMPARE(answer.code, 422);
        QVERIFY2(q(answer.at("message")).contains(cause), answer.body.c_str());
    }

    void theyStayAsTheyAre() {
        QCOMPARE(
            patch("ephemeralcontainers", "{'spec':{'ephemeralContainers':[{'name':'d','image':'x'}]}}").code,
            200);
        Answer answer =
            patch("ephemeralcontainers", "{'spec':{'ephemeralContainers':[{'name':'d','image':'y'}]}}");
        QCOMPARE(answer.code, 422);
        QVERIFY(answer.at("message").find("existing ephemeral containers \"d\" may not be changed") !=
                std::string::npos);
        answer =
            patch("ephemeralcontainers", "{'spec':{'ephemeralContainers':[{'name':'d','$patch':'delete'}]}}");
        QCOMPARE(answer.code, 422);
        QVERIFY(answer.at("message").find("existing ephemeral containers \"d\" may not be removed") !=
                std::string::npos);
    }

    void resourcesAreResized() {
        const std::string more =
            "{'spec':{'containers':[{'name':'c','image':'z','resources':{'requests':{'cpu':'200m'},"
            "'limits':{'cpu':'2'}}}]}}";
        QCOMPARE(api_->send("PATCH", pods + "/p", J(more), strategic).code, 422);
        const Answer resized = patch("resize", more);
        QVERIFY2(resized.code == 200, resized.body.c_str());
        QCOMPARE(q(resized.at("spec.containers.0.resources.requests.cpu")), QString("200m"));
        QCOMPARE(q(resized.at("spec.containers.0.resources.requests.memory")), QString("64Mi"));
        QCOMPARE(q(resized.at("spec.containers.0.image")), QString("x"));
        QCOMPARE(q(resized.at("metadata.generation")), QString("2"));
    }

    void badSizesAreRefused_data() {
        QTest::addColumn<QString>("container");
        QTest::addColumn<QString>("cause");
        const auto row = [](const char* container, const char* cause) {
            QTest::newRow(cause) << container << cause;
        };
        row("{'name':'c','resources':{'limits':{'memory':'64Mi','cpu':'100m'}}}",
            "Pod QOS Class may not change as a result of resizing");
        row("{'name':'c','resources':{'limits':{'cpu':null}}}", "resource limits cannot be removed");
        row("{'name':'c','resources':{'requests':{'memory':null}}}", "resource requests cannot be removed");
        row("{'name':'c','resources':{'requests':{'ephemeral-storage':'1Gi'}}}",
            "only cpu and memory resources are mutable");
        row("{'name':'c','resources':{'requests':{'cpu':'2'}}}", "must be less than or equal to cpu limit");
        row("{'name':'d','image':'x'}", "containers may not be added or removed on resize");
    }
    void badSizesAreRefused() {
        QFETCH(QString, container);
        QFETCH(QString, cause);
        const Answer answer = patch("resize", "{'spec':{'containers':[" + container.toStdString() + "]}}");
        QCOMPARE(answer.code, 422);
        QVERIFY2(q(answer.at("message")).contains(cause), answer.body.c_str());
    }
};

QTEST_GUILESS_MAIN(TestPodParts)
#include "test_pod_parts.moc"
