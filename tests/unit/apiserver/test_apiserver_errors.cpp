#include "api_bench.h"
#include "engine/api/codec.h"

#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::apiserver::test;

namespace {
const std::string maps = "/api/v1/namespaces/default/configmaps";
const std::string deployments = "/apis/apps/v1/namespaces/default/deployments";
QString q(const std::string& text) {
    return QString::fromStdString(text);
}

std::string aliasBomb() {
    std::string yaml = "a: &a [x,x,x,x,x,x,x,x,x]\n";
    for (char c = 'b'; c <= 'k'; ++c) {
        yaml += std::string(1, c) + ": &" + c + " [";
        for (int i = 0; i < 9; ++i)
            yaml += std::string(i ? ",*" : "*") + static_cast<char>(c - 1);
        yaml += "]\n";
    }
    return yaml + "kind: ConfigMap\napiVersion: v1\n";
}
} // namespace

/// Bad input: the right Status, and nothing changed.
class TestApiserverErrors : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void refuses_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("target");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("type");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("reason");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, const char* method, const std::string& target,
                            const std::string& body, const char* type, int code, const char* reason,
                            const char* says) {
            QTest::newRow(name) << QString(method) << q(target) << QByteArray::fromStdString(body)
                                << QString(type) << code << QString(reason) << QString(says);
        };
        const char* js = "application/json";
        const char* yaml = "application/yaml";
        row("broken YAML", "POST", maps, "a: [b\nc: }", yaml, 400, "BadRequest", "line");
        row("alias bomb", "POST", maps, aliasBomb(), yaml, 400, "BadRequest", "");
        row("broken JSON", "POST", maps, J("{'metadata':"), js, 400, "BadRequest", "");
        row("unknown kind", "POST", maps, J("{'apiVersion':'v1','kind':'Nonsense','metadata':{'name':'a'}}"),
            js, 400, "BadRequest", "no kind \"Nonsense\" is registered for version \"v1\"");
        row("another kind", "POST", maps, pod("a"), js, 400, "BadRequest",
            "Pod in version \"v1\" cannot be handled as a ConfigMap");
        row("unknown field, strict", "POST", maps + "?fieldValidation=Strict",
            J("{'metadata':{'name':'a'},'dtaa':{}}"), js, 400, "BadRequest", "unknown field \"dtaa\"");
        row("unknown validation", "POST", maps + "?fieldValidation=Perhaps", configMap("a"), js, 422,
            "Invalid", "fieldValidation: Unsupported value");
        row("wrong type", "POST", maps, J("{'metadata':{'name':7}}"), js, 400, "BadRequest", "");
        row("invalid name", "POST", maps, configMap("Not_A_Name"), js, 422, "Invalid",
            "metadata.name: Invalid value: \"Not_A_Name\"");
        row("no name", "POST", maps, J("{'data':{}}"), js, 422, "Invalid", "metadata.name: Required value");
        row("empty body", "POST", maps, "", js, 400, "BadRequest", "");
        row("too large", "POST", maps, std::string(api::maxBodyBytes + 1, ' '), js, 413,
            "RequestEntityTooLarge", "Request entity too large");
        row("resourceVersion on create", "POST", maps, J("{'metadata':{'name':'a','resourceVersion':'5'}}"),
            js, 400, "BadRequest", "resourceVersion should not be set");
        row("resourceVersion of nonsense", "PUT", maps + "/here",
            J("{'metadata':{'name':'here','resourceVersion':'abc'}}"), js, 422, "Invalid",
            "metadata.resourceVersion");
        row("old resourceVersion", "PUT", maps + "/here",
            J("{'metadata':{'name':'here','resourceVersion':'1'}}"), js, 409, "Conflict",
            "the object has been modified");
        row("another uid", "PUT", maps + "/here", J("{'metadata':{'name':'here','uid':'x'}}"), js, 409,
            "Conflict", "Precondition failed: UID in precondition: x");
        row("name in body differs", "PUT", maps + "/here", configMap("there"), js, 400, "BadRequest",
            "the name of the object (there) does not match the name on the URL (here)");
        row("namespace in body differs", "POST", maps,
            J("{'metadata':{'name':'a','namespace':'kube-system'}}"), js, 400, "BadRequest",
            "the namespace of the provided object does not match");
        row("already there", "POST", maps, configMap("here"), js, 409, "AlreadyExists",
            "configmaps \"here\" already exists");
        row("no namespace", "POST", "/api/v1/namespaces/nowhere/configmaps", configMap("a"), js, 404,
            "NotFound", "namespaces \"nowhere\" not found");
        row("absent", "GET", deployments + "/x", "", js, 404, "NotFound", "deployments.apps \"x\" not found");
        row("update of absent", "PUT", maps + "/absent", configMap("absent"), js, 404, "NotFound",
            "configmaps \"absent\" not found");
        row("patch of absent", "PATCH", maps + "/absent", "{}", "application/merge-patch+json", 404,
            "NotFound", "");
        row("delete of absent", "DELETE", maps + "/absent", "", "", 404, "NotFound", "");
        row("unknown resource", "GET", "/api/v1/namespaces/default/nonsense", "", "", 404, "NotFound",
            "the server could not find the requested resource");
        row("unknown group", "GET", "/apis/nonsense.example/v1/things", "", "", 404, "NotFound", "");
        row("unknown subresource", "GET", maps + "/here/scale", "", "", 404, "NotFound", "");
        row("cluster object under a namespace", "GET", "/api/v1/namespaces/default/nodes/n", "", "", 404,
            "NotFound", "");
        row("namespaced object without", "GET", "/api/v1/configmaps/here", "", "", 404, "NotFound", "");
        row("post to an object", "POST", maps + "/here", configMap("here"), js, 405, "MethodNotAllowed",
            "the server does not allow this method on the requested resource");
        row("put to a list", "PUT", maps, configMap("here"), js, 405, "MethodNotAllowed", "");
        row("strange method", "BREW", maps + "/here", "", "", 405, "MethodNotAllowed", "");
        row("delete all namespaces", "DELETE", "/api/v1/namespaces", "", "", 405, "MethodNotAllowed", "");
        row("body of an unknown type", "POST", maps, "x", "text/html", 415, "UnsupportedMediaType",
            "accepted media types include: application/json, application/yaml, "
            "application/vnd.kubernetes.protobuf");
        row("apply by nobody", "PATCH", maps + "/here", "{}", "application/apply-patch+yaml", 422, "Invalid",
            "fieldManager: Required value: is required for apply patch");
        row("apply in CBOR", "PATCH", maps + "/here?fieldManager=m", "x", "application/apply-patch+cbor", 415,
            "UnsupportedMediaType", "application/apply-patch+yaml");
        row("plain JSON as a patch", "PATCH", maps + "/here", "{}", js, 415, "UnsupportedMediaType", "");
        row("broken patch", "PATCH", maps + "/here", "{", "application/merge-patch+json", 400, "BadRequest",
            "");
        row("failed patch test", "PATCH", maps + "/here",
            J("[{'op':'test','path':'/data/none','value':'x'}]"), "application/json-patch+json", 422,
            "Invalid", "");
        row("bad selector", "GET", maps + "?labelSelector=a%3D%3D%3Db", "", "", 400, "BadRequest", "");
        row("unknown field selector", "GET", maps + "?fieldSelector=spec.colour%3Dred", "", "", 400,
            "BadRequest", "");
        row("bad limit", "GET", maps + "?limit=many", "", "", 400, "BadRequest", "limit");
        row("bad continue", "GET", maps + "?continue=zzz", "", "", 400, "BadRequest",
            "continue key is not valid");
        row("bad resourceVersion", "GET", maps + "?resourceVersion=x", "", "", 400, "BadRequest", "");
        row("future resourceVersion", "GET", maps + "?resourceVersion=99999", "", "", 504, "Timeout",
            "Too large resource version: 99999");
        row("match without version", "GET", maps + "?resourceVersionMatch=Exact", "", "", 422, "Invalid",
            "forbidden unless resourceVersion is provided");
        row("initial events of a list", "GET", maps + "?sendInitialEvents=true", "", "", 422, "Invalid", "");
        row("bad escape", "GET", maps + "/%zz", "", "", 400, "BadRequest", "");
        row("bad propagation", "DELETE", maps + "/here", J("{'propagationPolicy':'Sideways'}"), js, 422,
            "Invalid", "");
        row("new limits", "POST", "/api/v1/namespaces/default/pods",
            J("{'metadata':{'name':'p'},'spec':{'containers':[]}}"), js, 422, "Invalid",
            "spec.containers: Required value");
    }
    void refuses() {
        QFETCH(QString, method);
        QFETCH(QString, target);
        QFETCH(QByteArray, body);
        QFETCH(QString, type);
        QFETCH(int, code);
        QFETCH(QString, reason);
        QFETCH(QString, says);
        ApiBench bench;
        QCOMPARE(bench.send("POST", maps, configMap("here"), json).code, 201);
        const auto before = bench.store->revision();
        apiserver::Headers headers;
        if (!type.isEmpty()) headers.emplace_back("content-type", type.toStdString());
        const Answer answer =
            bench.send(method.toStdString(), target.toStdString(), body.toStdString(), headers);
        QVERIFY2(answer.code == code, (std::to_string(answer.code) + " " + answer.body).c_str());
        QCOMPARE(q(answer.at("kind")), QString("Status"));
        QCOMPARE(q(answer.at("status")), QString("Failure"));
        QCOMPARE(q(answer.at("reason")), reason);
        QCOMPARE(q(answer.at("code")), QString::number(code));
        QVERIFY2(q(answer.at("message")).contains(says), answer.body.c_str());
        QCOMPARE(bench.store->revision(), before);
    }

    void unknownFieldsWarn() {
        ApiBench bench;
        const Answer created = bench.send("POST", maps + "?fieldValidation=Warn",
                                          J("{'metadata':{'name':'a'},'dtaa':{}}"), json);
        QCOMPARE(created.code, 201);
        QCOMPARE(q(created.header("warning")), QString("299 - \"unknown field \\\"dtaa\\\"\""));
        const Answer silent = bench.send("POST", maps + "?fieldValidation=Ignore",
                                         J("{'metadata':{'name':'b'},'dtaa':{}}"), json);
        QCOMPARE(silent.code, 201);
        QCOMPARE(q(silent.header("warning")), QString());
    }

    void strictPatchesAreChecked() {
        ApiBench bench;
        QCOMPARE(bench.send("POST", deployments, deployment("web", 1), json).code, 201);
        const Answer refused = bench.send("PATCH", deployments + "/web?fieldValidation=Strict",
                                          J("{'spec':{'replicsa':2}}"), mergePatch);
        QCOMPARE(refused.code, 400);
        QVERIFY2(refused.at("message").find("unknown field \"spec.replicsa\"") != std::string::npos,
                 refused.body.c_str());
    }

    void strangersAreRefused() {
        ApiBench bench;
        const Answer anonymous = bench.send("GET", maps, {}, {}, std::nullopt);
        QCOMPARE(anonymous.code, 401);
        QCOMPARE(q(anonymous.at("message")), QString("Unauthorized"));
        const apiserver::User bob{"bob", {"staff"}};
        const Answer denied = bench.send("GET", maps, {}, {}, bob);
        QCOMPARE(denied.code, 403);
        QCOMPARE(q(denied.at("message")),
                 QString("configmaps is forbidden: User \"bob\" cannot list resource \"configmaps\" in "
                         "API group \"\" in the namespace \"default\""));
        const Answer named = bench.send("GET", deployments + "/x", {}, {}, bob);
        QCOMPARE(q(named.at("message")),
                 QString("deployments.apps \"x\" is forbidden: User \"bob\" cannot get resource "
                         "\"deployments\" in API group \"apps\" in the namespace \"default\""));
        const Answer path = bench.send("GET", "/metrics", {}, {}, bob);
        QCOMPARE(q(path.at("message")), QString("forbidden: User \"bob\" cannot get path \"/metrics\""));
    }

    void answersOnlyWhatIsAccepted() {
        ApiBench bench;
        QCOMPARE(bench.send("GET", maps, {}, {{"accept", "text/html"}}).code, 406);
        const Answer table = bench.send(
            "GET", maps, {}, {{"accept", "application/json;as=Table;v=v9;g=meta.k8s.io,application/json"}});
        QCOMPARE(q(table.at("kind")), QString("ConfigMapList"));
        // A question has no rows to make a table of.
        QCOMPARE(bench
                     .send("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                           R"({"spec":{"nonResourceAttributes":{"path":"/","verb":"get"}}})",
                           {{"accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}})
                     .code,
                 406);
    }
};

QTEST_GUILESS_MAIN(TestApiserverErrors)
#include "test_apiserver_errors.moc"
