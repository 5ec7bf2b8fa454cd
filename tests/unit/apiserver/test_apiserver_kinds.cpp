#include "api_bench.h"
#include "kind_samples.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::apiserver;
using namespace wheelhouse::apiserver::test;
using api::Kind;
using api::test::Sample;

namespace {

const Headers asTable = {{"accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}};

Headers typed(const char* type) {
    return {{"content-type", type}};
}

const Sample* sampleOf(const Kind& kind) {
    for (const auto& [name, sample] : api::test::kindSamples())
        if (kind.apiVersion() == sample.apiVersion && kind.kind == sample.kind) return &sample;
    return nullptr;
}

/// The sample with apiVersion and kind, as a client sends it.
std::string bodyOf(const Kind& kind, const Sample& sample) {
    boost::json::object object = boost::json::parse(sample.json).as_object();
    object["apiVersion"] = kind.apiVersion();
    object["kind"] = kind.kind;
    return boost::json::serialize(object);
}

std::string nameOf(const Sample& sample) {
    return std::string(boost::json::parse(sample.json).at("metadata").at("name").as_string());
}

std::string collectionOf(const Kind& kind) {
    const std::string base = (kind.name.group.empty() ? "/api/" : "/apis/") + kind.apiVersion();
    return base + (kind.namespaced ? "/namespaces/d/" : "/") + kind.name.resource;
}

void addNamespace(ApiBench& bench) {
    QCOMPARE(bench.send("POST", "/api/v1/namespaces", "{\"metadata\":{\"name\":\"d\"}}").code, 201);
}

} // namespace

/// Every kind through the whole server: what a client can do with one it can do with all.
class TestApiserverKinds : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void everyKind_data() {
        QTest::addColumn<const Kind*>("kind");
        for (const Kind* kind : api::kinds())
            if (kind->stored()) QTest::newRow((kind->apiVersion() + " " + kind->kind).c_str()) << kind;
    }
    void everyKind() {
        QFETCH(const Kind*, kind);
        const Sample* sample = sampleOf(*kind);
        QVERIFY2(sample, "a kind without a sample in tests/support/kind_samples.cpp");
        ApiBench bench;
        addNamespace(bench);
        const std::string collection = collectionOf(*kind);
        const std::string one = collection + "/" + nameOf(*sample);

        const Answer created =
            bench.send("POST", collection + "?fieldValidation=Strict", bodyOf(*kind, *sample));
        QVERIFY2(created.code == 201, created.body.c_str());
        QCOMPARE(created.at("kind"), kind->kind);
        QCOMPARE(created.at("apiVersion"), kind->apiVersion());
        QVERIFY(!created.at("metadata.uid").empty());
        QCOMPARE(bench.send("POST", collection, bodyOf(*kind, *sample)).code, 409);
        const Answer got = bench.send("GET", one);
        QCOMPARE(got.code, 200);
        QCOMPARE(got.at("spec"), created.at("spec"));
        // The server itself goes on with a definition: accepts its names, serves its kind.
        if (kind->kind != "CustomResourceDefinition") QCOMPARE(got.body, created.body);

        readsAndWatches(bench, *kind, collection, one, got);
        patches(bench, *kind, one);
        removes(bench, *kind, *sample, collection, one);
    }

    void reviewsAreAskedOnly() {
        ApiBench bench;
        for (const Kind* kind : api::kinds()) {
            if (kind->listDescriptor != nullptr) continue;
            const std::string collection = collectionOf(*kind);
            for (const char* method : {"GET", "PUT", "PATCH", "DELETE"})
                QVERIFY(bench.send(method, collection, "{}").code == 405);
            QVERIFY(bench.send("GET", collection + "/x").code == 405);
        }
    }

    void statusIsApart_data() {
        QTest::addColumn<QString>("sample");
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("value");
        const auto row = [](const char* sample, const char* field, const char* value) {
            QTest::newRow(sample) << QString(sample) << QString(field) << QString(value);
        };
        row("job", "active", "3");
        row("cronjob", "lastScheduleTime", "\"2026-01-01T00:00:00Z\"");
        row("statefulset", "currentReplicas", "3");
        row("daemonset", "numberReady", "3");
        row("deployment", "replicas", "3");
        row("rc", "readyReplicas", "3");
        row("hpa", "desiredReplicas", "3");
        row("pdb", "currentHealthy", "3");
        row("pv", "phase", "\"Available\"");
        row("pvc", "phase", "\"Bound\"");
        row("crd", "observedGeneration", "3");
        row("attachment", "attached", "true");
        row("node", "phase", "\"Running\"");
    }
    void statusIsApart() {
        QFETCH(QString, sample);
        QFETCH(QString, field);
        QFETCH(QString, value);
        const Sample& of = api::test::kindSamples().at(sample.toStdString());
        const Kind& kind = *api::findKind(of.apiVersion, of.kind);
        ApiBench bench;
        addNamespace(bench);
        const std::string one = collectionOf(kind) + "/" + nameOf(of);
        QCOMPARE(bench.send("POST", collectionOf(kind), bodyOf(kind, of)).code, 201);
        const std::string before = bench.send("GET", one).at("status." + field.toStdString());
        const std::string patch = "{\"metadata\":{\"labels\":{\"touched\":\"yes\"}},\"status\":{\"" +
                                  field.toStdString() + "\":" + value.toStdString() + "}}";
        const Answer spec = bench.send("PATCH", one, patch, typed("application/merge-patch+json"));
        QVERIFY2(spec.code == 200, spec.body.c_str());
        QCOMPARE(spec.at("status." + field.toStdString()), before);
        QCOMPARE(spec.at("metadata.labels.touched"), "yes");
        const std::string wanted = spec.at("spec");
        const Answer status =
            bench.send("PATCH", one + "/status", patch, typed("application/merge-patch+json"));
        QVERIFY2(status.code == 200, status.body.c_str());
        QCOMPARE(QString::fromStdString(status.at("status." + field.toStdString())),
                 QString(value).remove('"'));
        QCOMPARE(status.at("spec"), wanted);
        QCOMPARE(status.at("metadata.generation"), spec.at("metadata.generation"));
    }

    void scales_data() {
        QTest::addColumn<QString>("sample");
        for (const char* sample : {"statefulset", "deployment", "replicaset", "rc"})
            QTest::newRow(sample) << QString(sample);
    }
    void scales() {
        QFETCH(QString, sample);
        const Sample& of = api::test::kindSamples().at(sample.toStdString());
        const Kind& kind = *api::findKind(of.apiVersion, of.kind);
        ApiBench bench;
        addNamespace(bench);
        const std::string scale = collectionOf(kind) + "/" + nameOf(of) + "/scale";
        QCOMPARE(bench.send("POST", collectionOf(kind), bodyOf(kind, of)).code, 201);
        const Answer read = bench.send("GET", scale);
        QCOMPARE(read.code, 200);
        QCOMPARE(read.at("kind"), "Scale");
        QCOMPARE(read.at("status.selector"), "a=b");
        const Answer written =
            bench.send("PATCH", scale, "{\"spec\":{\"replicas\":4}}", typed("application/merge-patch+json"));
        QVERIFY2(written.code == 200, written.body.c_str());
        QCOMPARE(written.at("spec.replicas"), "4");
        QCOMPARE(bench.send("GET", collectionOf(kind) + "/" + nameOf(of)).at("spec.replicas"), "4");
    }

    void aJobKnowsItsPodsByAGeneratedName() {
        ApiBench bench;
        addNamespace(bench);
        boost::json::object job = boost::json::parse(api::test::kindSamples().at("job").json).as_object();
        job["metadata"] = {{"generateName", "j-"}};
        const Answer made =
            bench.send("POST", "/apis/batch/v1/namespaces/d/jobs", boost::json::serialize(job));
        QVERIFY2(made.code == 201, made.body.c_str());
        const std::string name = made.at("metadata.name");
        QCOMPARE(name.size(), std::size_t(7));
        QCOMPARE(made.at("spec.template.metadata.labels.batch|kubernetes|io/job-name"), name);
        QCOMPARE(made.at("spec.selector.matchLabels.batch|kubernetes|io/controller-uid"),
                 made.at("metadata.uid"));
        QCOMPARE(made.at("metadata.labels.job-name"), name);
    }

    void volumesBeginPending() {
        ApiBench bench;
        addNamespace(bench);
        for (const char* sample : {"pv", "pvc"}) {
            const Sample& of = api::test::kindSamples().at(sample);
            const Kind& kind = *api::findKind(of.apiVersion, of.kind);
            QCOMPARE(bench.send("POST", collectionOf(kind), bodyOf(kind, of)).at("status.phase"), "Pending");
        }
    }

    void selectsFields() {
        ApiBench bench;
        addNamespace(bench);
        const Sample& of = api::test::kindSamples().at("csr");
        const Kind& kind = *api::findKind(of.apiVersion, of.kind);
        QCOMPARE(bench.send("POST", collectionOf(kind), bodyOf(kind, of)).code, 201);
        const auto count = [&](const std::string& selector) {
            const Answer list = bench.send("GET", collectionOf(kind) + "?fieldSelector=" + selector);
            return list.code == 200 ? static_cast<int>(list.json().at("items").as_array().size())
                                    : -list.code;
        };
        QCOMPARE(count("spec.signerName%3Dexample.com/signer"), 1);
        QCOMPARE(count("spec.signerName%3Dother"), 0);
        QCOMPARE(count("spec.usages%3Dx"), -400);
        QCOMPARE(bench.send("GET", "/apis/batch/v1/jobs?fieldSelector=status.successful%3D0").code, 200);
    }

  private:
    static void readsAndWatches(ApiBench& bench, const Kind& kind, const std::string& collection,
                                const std::string& one, const Answer& got) {
        const Answer list = bench.send("GET", collection);
        QCOMPARE(list.code, 200);
        QCOMPARE(list.at("kind"), kind.kind + "List");
        QVERIFY(list.body.find(got.at("metadata.uid")) != std::string::npos);
        const Answer table = bench.send("GET", collection, {}, asTable);
        QCOMPARE(table.code, 200);
        QCOMPARE(table.at("kind"), "Table");
        QCOMPARE(table.json().at("columnDefinitions").as_array().size(),
                 table.json().at("rows").at(0).at("cells").as_array().size());

        const auto watch = bench.open(
            "GET", collection + "?watch=true&resourceVersion=" + list.at("metadata.resourceVersion"));
        boost::json::object object = got.json().as_object();
        object["metadata"].as_object()["labels"] = {{"updated", "yes"}};
        const Answer updated =
            bench.send("PUT", one + "?fieldValidation=Strict", boost::json::serialize(object));
        QVERIFY2(updated.code == 200, updated.body.c_str());
        QCOMPARE(updated.at("metadata.labels.updated"), "yes");
        QVERIFY(updated.at("metadata.resourceVersion") != got.at("metadata.resourceVersion"));
        bench.settle();
        QVERIFY(watch->streamed.find("{\"type\":\"MODIFIED\"") != std::string::npos);
        // What it says it saw is not what there is any more.
        QCOMPARE(bench.send("PUT", one, boost::json::serialize(object)).code, 409);
    }

    static void patches(ApiBench& bench, const Kind& kind, const std::string& one) {
        struct Patch {
            const char* type;
            const char* body;
            const char* label;
        };
        for (const Patch& patch :
             {Patch{"application/merge-patch+json", "{\"metadata\":{\"labels\":{\"merge\":\"yes\"}}}",
                    "merge"},
              Patch{"application/strategic-merge-patch+json",
                    "{\"metadata\":{\"labels\":{\"strategic\":\"yes\"}}}", "strategic"},
              Patch{"application/json-patch+json",
                    "[{\"op\":\"add\",\"path\":\"/metadata/labels/json\",\"value\":\"yes\"}]", "json"}}) {
            const Answer answer = bench.send("PATCH", one, patch.body, typed(patch.type));
            QVERIFY2(answer.code == 200, answer.body.c_str());
            QCOMPARE(answer.at(std::string("metadata.labels.") + patch.label), "yes");
        }
        if (!kind.hasSubresource("status")) return;
        const Answer status =
            bench.send("PATCH", one + "/status", "{\"metadata\":{\"annotations\":{\"a\":\"b\"}}}",
                       typed("application/merge-patch+json"));
        QVERIFY2(status.code == 200, status.body.c_str());
        QCOMPARE(bench.send("GET", one + "/status").code, 200);
    }

    static void removes(ApiBench& bench, const Kind& kind, const Sample& sample,
                        const std::string& collection, const std::string& one) {
        const Answer removed = bench.send("DELETE", one);
        QVERIFY2(removed.code == 200, removed.body.c_str());
        bench.settle(); // a definition goes once its objects have
        release(bench, one);
        // A namespace goes when what is in it has gone, which somebody else sees to.
        if (kind.kind == "Namespace") return;
        QCOMPARE(bench.send("GET", one).code, 404);
        QCOMPARE(bench.send("POST", collection, bodyOf(kind, sample)).code, 201);
        const Answer emptied =
            bench.send("DELETE", collection + "?fieldSelector=metadata.name%3D" + nameOf(sample));
        QVERIFY2(emptied.code == 200, emptied.body.c_str());
        bench.settle();
        release(bench, one);
        QCOMPARE(bench.send("GET", one).code, 404);
    }

    /// Claims and volumes carry a finalizer until their controllers, which do not run here, see no use of
    /// them.
    static void release(ApiBench& bench, const std::string& one) {
        const Answer left = bench.send("GET", one);
        if (left.code == 404 || left.body.find("-protection\"") == std::string::npos) return;
        QVERIFY2(left.body.find("\"deletionTimestamp\"") != std::string::npos, left.body.c_str());
        bench.send("PATCH", one, R"({"metadata":{"finalizers":null}})",
                   typed("application/merge-patch+json"));
        bench.settle();
    }
};

QTEST_APPLESS_MAIN(TestApiserverKinds)
#include "test_apiserver_kinds.moc"
