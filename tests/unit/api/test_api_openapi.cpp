#include "engine/api/computed.h"
#include "engine/api/kind.h"
#include "engine/api/openapi.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::api;

class TestApiOpenApi : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase();
    void oneDocumentForEachGroupVersion();
    void everyReferenceResolves();
    void everyKindHasWhatKubectlLooksFor_data();
    void everyKindHasWhatKubectlLooksFor();
    void mergeKeys();
    void shapes();
    void servedKindsAreDocumented();
    void olderClientsGetVersionTwo();

  private:
    QJsonValue schema(const QString& document, const QString& name) const {
        return QJsonValue(documents_[document])["components"]["schemas"][name];
    }
    QMap<QString, QJsonObject> documents_;
};

namespace {

void collectReferences(const QJsonValue& value, QStringList& references) {
    if (value.isArray()) {
        for (const QJsonValue& element : value.toArray())
            collectReferences(element, references);
    } else if (value.isObject()) {
        const QJsonObject object = value.toObject();
        for (auto it = object.begin(); it != object.end(); ++it) {
            if (it.key() == "$ref" && it.value().isString()) references << it.value().toString();
            collectReferences(it.value(), references);
        }
    }
}

bool names(const QJsonValue& groupVersionKind, const Kind& kind) {
    return groupVersionKind["group"].toString() == QString::fromStdString(kind.name.group) &&
           groupVersionKind["version"].toString() == QString::fromStdString(kind.name.version) &&
           groupVersionKind["kind"].toString() == QString::fromStdString(kind.kind);
}

bool hasParameter(const QJsonValue& operation, const QString& name) {
    for (const QJsonValue& parameter : operation["parameters"].toArray())
        if (parameter["name"].toString() == name && parameter["in"].toString() == "query") return true;
    return false;
}

} // namespace

void TestApiOpenApi::initTestCase() {
    for (const OpenApiDocument& document : openApiV3()) {
        QJsonParseError error;
        const QJsonDocument json = QJsonDocument::fromJson(QByteArray::fromStdString(document.json), &error);
        QVERIFY2(json.isObject(), qPrintable(error.errorString()));
        QCOMPARE(document.hash.size(), std::size_t(128));
        documents_[QString::fromStdString(document.path)] = json.object();
    }
}

void TestApiOpenApi::oneDocumentForEachGroupVersion() {
    QStringList expected;
    for (const Kind* kind : kinds()) {
        const QString path =
            QString::fromStdString((kind->name.group.empty() ? "api/" : "apis/") + kind->apiVersion());
        if (!expected.contains(path)) expected += path;
    }
    expected.sort();
    QVERIFY(expected.size() > 15);
    QCOMPARE(documents_.keys(), expected);
}

void TestApiOpenApi::everyReferenceResolves() {
    for (const QJsonObject& document : std::as_const(documents_)) {
        QStringList references;
        collectReferences(document, references);
        QVERIFY(references.size() > 20);
        const QJsonObject schemas = document["components"]["schemas"].toObject();
        for (const QString& reference : references) {
            QVERIFY2(reference.startsWith("#/components/schemas/"), qPrintable(reference));
            QVERIFY2(schemas.contains(reference.mid(21)), qPrintable(reference));
        }
    }
}

void TestApiOpenApi::everyKindHasWhatKubectlLooksFor_data() {
    QTest::addColumn<const Kind*>("kind");
    for (const Kind* kind : kinds())
        QTest::newRow((kind->apiVersion() + " " + kind->kind).c_str()) << kind;
}

void TestApiOpenApi::everyKindHasWhatKubectlLooksFor() {
    QFETCH(const Kind*, kind);
    const QString path =
        QString::fromStdString((kind->name.group.empty() ? "api/" : "apis/") + kind->apiVersion());
    const QJsonObject document = documents_[path];
    const QString collection = "/" + path + (kind->namespaced ? "/namespaces/{namespace}/" : "/") +
                               QString::fromStdString(kind->name.resource);
    const QJsonObject paths = document["paths"].toObject();
    const QJsonValue post = paths[collection]["post"];
    const QJsonValue put = paths[collection + "/{name}"]["put"];
    const QJsonValue patch = paths[collection + "/{name}"]["patch"];
    if (isComputed(*kind)) {
        QVERIFY(post.isUndefined() && put.isUndefined() && patch.isUndefined());
        QCOMPARE(paths[collection]["get"]["x-kubernetes-action"].toString(), "list");
        QVERIFY(names(paths[collection + "/{name}"]["get"]["x-kubernetes-group-version-kind"], *kind));
        return;
    }
    if (!kind->storage().stored()) {
        QVERIFY(post.isObject());
        QVERIFY(names(post["x-kubernetes-group-version-kind"], *kind));
        QVERIFY(paths[collection]["get"].isUndefined() && put.isUndefined() && patch.isUndefined());
        return;
    }
    for (const QJsonValue& operation : {post, put, patch}) {
        QVERIFY(operation.isObject());
        QVERIFY(names(operation["x-kubernetes-group-version-kind"], *kind));
        QVERIFY(hasParameter(operation, "fieldValidation"));
        QVERIFY(hasParameter(operation, "fieldManager"));
        QVERIFY(hasParameter(operation, "dryRun"));
    }
    QCOMPARE(post["x-kubernetes-action"].toString(), "post");
    for (const char* type : {"application/strategic-merge-patch+json", "application/merge-patch+json",
                             "application/json-patch+json", "application/apply-patch+yaml"})
        QVERIFY2(patch["requestBody"]["content"][QLatin1String(type)].isObject(), type);
    QCOMPARE(paths[collection]["get"]["x-kubernetes-action"].toString(), "list");
    QCOMPARE(paths[collection + "/{name}"]["delete"]["x-kubernetes-action"].toString(), "delete");

    // The component kubectl explain and the strategic merge find by group, version and kind.
    int found = 0;
    const QJsonObject schemas = document["components"]["schemas"].toObject();
    for (const QJsonValue& schema : schemas)
        for (const QJsonValue& each : schema["x-kubernetes-group-version-kind"].toArray())
            if (names(each, *kind)) {
                ++found;
                QVERIFY(schema["properties"]["apiVersion"].isObject());
                QVERIFY(schema["properties"]["kind"].isObject());
                QCOMPARE(schema["properties"]["metadata"]
                             .toObject()["allOf"]
                             .toArray()
                             .at(0)
                             .toObject()["$ref"]
                             .toString(),
                         "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
            }
    QCOMPARE(found, 1);
}

void TestApiOpenApi::mergeKeys() {
    const QJsonValue spec = schema("apis/apps/v1", "io.k8s.api.core.v1.PodSpec")["properties"];
    const QJsonValue containers = spec["containers"];
    QCOMPARE(containers["type"].toString(), "array");
    QCOMPARE(containers["items"]["$ref"].toString(), "#/components/schemas/io.k8s.api.core.v1.Container");
    QCOMPARE(containers["x-kubernetes-patch-strategy"].toString(), "merge");
    QCOMPARE(containers["x-kubernetes-patch-merge-key"].toString(), "name");
    QCOMPARE(containers["x-kubernetes-list-type"].toString(), "map");
    QCOMPARE(containers["x-kubernetes-list-map-keys"].toArray(), QJsonArray{"name"});
    QCOMPARE(spec["volumes"]["x-kubernetes-patch-strategy"].toString(), "merge,retainKeys");
    const QJsonValue ports = schema("api/v1", "io.k8s.api.core.v1.Container")["properties"]["ports"];
    QCOMPARE(ports["x-kubernetes-list-map-keys"].toArray(), (QJsonArray{"containerPort", "protocol"}));
    QCOMPARE(
        schema("apis/apps/v1",
               "io.k8s.api.apps.v1.DeploymentSpec")["properties"]["strategy"]["x-kubernetes-patch-strategy"]
            .toString(),
        "retainKeys");
}

void TestApiOpenApi::shapes() {
    const auto property = [&](const char* type, const char* field) -> QJsonValue {
        return schema("api/v1", QString("io.k8s.api.core.v1.") + type)["properties"][QLatin1String(field)];
    };
    QCOMPARE(property("ContainerPort", "containerPort")["format"].toString(), "int32");
    QCOMPARE(property("ContainerPort", "protocol")["default"].toString(), "TCP");
    QVERIFY(property("ContainerPort", "protocol")["enum"].toArray().contains("UDP"));
    QCOMPARE(property("Secret", "data")["additionalProperties"]["format"].toString(), "byte");
    QCOMPARE(property("ResourceRequirements", "limits")["additionalProperties"]["$ref"].toString(),
             "#/components/schemas/io.k8s.apimachinery.pkg.api.resource.Quantity");
    // What Go embeds stands in the parent.
    QVERIFY(property("Volume", "configMap").isObject());
    QVERIFY(property("Volume", "volumeSource").isUndefined());
    QVERIFY(property("Probe", "httpGet").isObject());
    const QJsonValue port = schema("api/v1", "io.k8s.apimachinery.pkg.util.intstr.IntOrString");
    QCOMPARE(port["format"].toString(), "int-or-string");
    const QJsonValue time = schema("api/v1", "io.k8s.apimachinery.pkg.apis.meta.v1.Time");
    QCOMPARE(time["format"].toString(), "date-time");
    const QJsonValue deployment = schema("apis/apps/v1", "io.k8s.api.apps.v1.DeploymentSpec");
    QCOMPARE(deployment["required"].toArray(), (QJsonArray{"selector", "template"}));
    const QJsonValue machine =
        schema("apis/lab.wheelhouse.dev/v1alpha1", "dev.wheelhouse.lab.v1alpha1.MachineSpec");
    QVERIFY(machine["properties"]["provider"]["description"].toString().contains("libvirt"));
    QCOMPARE(machine["properties"]["cpus"]["default"].toInt(), 1);
}

void TestApiOpenApi::servedKindsAreDocumented() {
    // Every field a user meets under the kinds served has a text for kubectl explain.
    QStringList missing;
    for (const QJsonObject& document : std::as_const(documents_)) {
        const QJsonObject schemas = document["components"]["schemas"].toObject();
        for (auto it = schemas.begin(); it != schemas.end(); ++it) {
            if (QJsonValue(it.value())["description"].toString().isEmpty()) missing << it.key();
            const QJsonObject properties = QJsonValue(it.value())["properties"].toObject();
            for (auto p = properties.begin(); p != properties.end(); ++p)
                if (QJsonValue(p.value())["description"].toString().isEmpty())
                    missing << it.key() + "." + p.key();
        }
    }
    missing.removeDuplicates();
    QVERIFY2(missing.isEmpty(),
             qPrintable(QString("%1 without a text: ").arg(missing.size()) + missing.join(", ")));
}

void TestApiOpenApi::olderClientsGetVersionTwo() {
    QJsonParseError error;
    const QByteArray text = QByteArray::fromStdString(*openApiV2(*Catalogue::builtIn()).json);
    const QJsonObject document = QJsonDocument::fromJson(text, &error).object();
    QCOMPARE(error.error, QJsonParseError::NoError);
    QCOMPARE(document["swagger"].toString(), "2.0");
    const QJsonObject definitions = document["definitions"].toObject();
    QStringList references;
    collectReferences(document, references);
    QVERIFY(references.size() > 1000);
    for (const QString& reference : references) {
        QVERIFY2(reference.startsWith("#/definitions/"), qPrintable(reference));
        QVERIFY2(definitions.contains(reference.mid(14)), qPrintable(reference));
    }
    // What only version 3 knows is gone.
    for (const char* word : {"\"oneOf\":[", "\"requestBody\"", "\"content\":{", "#/components"})
        QVERIFY2(!text.contains(word), word);
    for (const Kind* kind : kinds()) {
        const QString path = QString::fromStdString(
            (kind->name.group.empty() ? "/api/" : "/apis/") + kind->apiVersion() +
            (kind->namespaced ? "/namespaces/{namespace}/" : "/") + kind->name.resource);
        if (isComputed(*kind)) {
            QVERIFY2(document["paths"][path]["post"].isUndefined(), qPrintable(path));
            continue;
        }
        const QJsonValue post = document["paths"][path]["post"];
        QVERIFY2(names(post["x-kubernetes-group-version-kind"], *kind), qPrintable(path));
        bool body = false;
        for (const QJsonValue& parameter : post["parameters"].toArray())
            body = body || (parameter["in"].toString() == "body" && parameter["schema"]["$ref"].isString());
        QVERIFY2(body, qPrintable(path));
    }
    const QJsonValue spec = definitions["io.k8s.api.batch.v1.Job"]["properties"]["spec"];
    QCOMPARE(spec["$ref"].toString(), "#/definitions/io.k8s.api.batch.v1.JobSpec");
    QVERIFY(!spec["description"].toString().isEmpty());
    QCOMPARE(definitions["io.k8s.apimachinery.pkg.api.resource.Quantity"]["type"].toString(), "string");
}

QTEST_GUILESS_MAIN(TestApiOpenApi)
#include "test_api_openapi.moc"
