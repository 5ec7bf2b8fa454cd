#include "../api/fill.h"
#include "engine/api/apply.h"
#include "engine/api/codec.h"
#include "engine/api/kind.h"
#include "engine/api/openapi.h"

#include <QtTest>

#include <boost/json.hpp>
#include <fstream>
#include <random>
#include <sstream>

using namespace wheelhouse;
using namespace wheelhouse::api;
using apply::Type;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

QString q(const std::string& text) {
    return QString::fromStdString(text);
}

/// As in merge_schema.tsv.
std::string ruleOf(const Type& type) {
    if (type.list) {
        if (type.list->atomic) return "list=atomic";
        if (type.list->keys.empty()) return "list=set";
        std::string text = "list=map:";
        for (const auto& key : type.list->keys)
            text += (text.back() == ':' ? "" : ",") + key;
        return text;
    }
    return type.map && type.map->atomic ? "map=atomic" : "map";
}

/// Makes `a` a little more like `b`, or forgets something.
void mutate(Message& a, const Message& b, std::mt19937& random) {
    const auto& r = *a.GetReflection();
    for (int i = 0; i < a.GetDescriptor()->field_count(); ++i) {
        const FieldDescriptor* field = a.GetDescriptor()->field(i);
        const auto dice = random() % 12;
        const bool single = !field->is_repeated() && field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
        if (dice == 0) {
            r.ClearField(&a, field);
        } else if (dice == 1) {
            std::unique_ptr<Message> other(b.New());
            other->CopyFrom(b);
            r.SwapFields(&a, other.get(), {field});
        } else if (dice == 2 && field->is_repeated() && !field->is_map() && r.FieldSize(b, field) > 0 &&
                   field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
            r.AddMessage(&a, field)->CopyFrom(r.GetRepeatedMessage(b, field, 0));
        } else if (dice > 4 && single && r.HasField(a, field)) {
            mutate(*r.MutableMessage(&a, field), r.GetMessage(b, field), random);
        } else if (dice > 4 && field->is_repeated() &&
                   field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_map()) {
            for (int k = 0; k < std::min(r.FieldSize(a, field), r.FieldSize(b, field)); ++k)
                mutate(*r.MutableRepeatedMessage(&a, field, k), r.GetRepeatedMessage(b, field, k), random);
        }
    }
}

} // namespace

/// The merge schema made from the messages, and the comparison that walks messages without making JSON.
class TestApplySchema : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    /// merge_schema.tsv: what Kubernetes 1.35 publishes of each type: every list, and every map and message
    /// that is one value.
    void mergesEveryTypeAsKubernetesDoes() {
        std::ifstream file(QFINDTESTDATA("merge_schema.tsv").toStdString());
        QVERIFY(file.good());
        int checked = 0;
        QStringList wrong;
        for (std::string line; std::getline(file, line);) {
            std::istringstream columns(line);
            std::string message;
            std::string name;
            std::string rule;
            std::getline(columns, message, '\t');
            std::getline(columns, name, '\t');
            std::getline(columns, rule, '\t');
            const auto* descriptor =
                google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(message);
            if (descriptor == nullptr) continue; // a kind that is not served
            const Type& type = apply::typeOf(descriptor);
            ++checked;
            if (name.empty()) {
                if (!type.map || !type.map->atomic) wrong << q(message + " must be atomic");
                continue;
            }
            const auto* field = type.map ? type.map->find(name) : nullptr;
            if (field == nullptr) {
                wrong << q(message + " has no field " + name);
                continue;
            }
            std::string want = rule == "struct=atomic" ? "map=atomic" : rule;
            if (want == "struct=granular" || want == "map=granular") want = "map";
            if (ruleOf(*field->type) != want)
                wrong << q(message + "." + name + " is " + ruleOf(*field->type) + ", must be " + want);
        }
        QVERIFY2(wrong.empty(), qPrintable(wrong.join("\n")));
        QVERIFY(checked > 130);
    }

    void keysHaveTheirDefaults() {
        const auto& port = apply::typeOf(core::ContainerPort::descriptor());
        QVERIFY(port.map->find("protocol")->keyDefault == apply::Scalar(std::string("TCP")));
        QVERIFY(!port.map->find("containerPort")->keyDefault ||
                port.map->find("containerPort")->keyDefault == apply::Scalar(std::int64_t{0}));
    }

    void walksMessagesAsTheirJson_data() {
        QTest::addColumn<QString>("apiVersion");
        QTest::addColumn<QString>("kind");
        for (const Kind* kind : kinds())
            QTest::newRow((kind->apiVersion() + " " + kind->kind).c_str())
                << q(kind->apiVersion()) << q(kind->kind);
    }
    void walksMessagesAsTheirJson() {
        QFETCH(QString, apiVersion);
        QFETCH(QString, kind);
        const Kind& row = *findKind(apiVersion.toStdString(), kind.toStdString());
        const Type& type = apply::typeOf(row.descriptor);
        std::mt19937 random(7);
        for (int round = 0; round < 12; ++round) {
            auto before = row.newMessage();
            if (round > 0) test::fill(*before, 7, round % 3);
            auto other = row.newMessage();
            test::fill(*other, 7, round % 3 + 1);
            auto after = row.newMessage();
            after->CopyFrom(*before);
            mutate(*after, *other, random);
            canonicalize(*before);
            canonicalize(*after);
            const auto walked = apply::compare(*before, *after);
            const auto byJson = apply::compareJson(type, encodeJson(*before, row.apiVersion(), row.kind),
                                                   encodeJson(*after, row.apiVersion(), row.kind));
            QVERIFY(byJson);
            QCOMPARE(q(walked.added.serialize()), q(byJson->added.serialize()));
            QCOMPARE(q(walked.modified.serialize()), q(byJson->modified.serialize()));
            QCOMPARE(q(walked.removed.serialize()), q(byJson->removed.serialize()));
        }
    }

    void readsTheSchemaOfACustomResource() {
        const std::string schema =
            "{\"type\":\"object\",\"properties\":{\"spec\":{\"type\":\"object\",\"properties\":{"
            "\"names\":{\"type\":\"array\",\"x-kubernetes-list-type\":\"set\",\"items\":{\"type\":\"string\"}"
            "},"
            "\"ports\":{\"type\":\"array\",\"x-kubernetes-list-type\":\"map\",\"x-kubernetes-list-map-keys\":"
            "[\"port\",\"protocol\"],\"items\":{\"type\":\"object\",\"properties\":{\"port\":{\"type\":"
            "\"integer\"},\"protocol\":{\"type\":\"string\",\"default\":\"TCP\"}}}},"
            "\"whole\":{\"type\":\"object\",\"x-kubernetes-map-type\":\"atomic\",\"additionalProperties\":"
            "{\"type\":\"string\"}},\"rest\":{\"type\":\"object\",\"x-kubernetes-preserve-unknown-fields\":"
            "true},"
            "\"size\":{\"x-kubernetes-int-or-string\":true}}}}}";
        const auto type = apply::typeOfOpenApi(schema);
        const auto fields = apply::fieldsOfJson(
            *type,
            "{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"names\":[\"x\"],\"ports\":[{\"port\":80}],"
            "\"whole\":{\"k\":\"v\"},\"rest\":{\"l\":[1],\"m\":{\"n\":1}},\"size\":\"5%\"}}");
        QVERIFY(fields);
        QCOMPARE(
            q(fields->serialize()),
            q("{\"f:metadata\":{\"f:labels\":{\"f:a\":{}}},\"f:spec\":{\"f:names\":{\"v:\\\"x\\\"\":{}},"
              "\"f:ports\":{\"k:{\\\"port\\\":80,\\\"protocol\\\":\\\"TCP\\\"}\":{\".\":{},\"f:port\":{}}},"
              "\"f:rest\":{\"f:l\":{},\"f:m\":{\".\":{},\"f:n\":{}}},\"f:size\":{},\"f:whole\":{}}}"));
        QVERIFY(apply::typeOfOpenApi("")->leaf() == apply::untyped().leaf());
    }

    /// What clients read of it: OpenAPI says the same.
    void openApiNamesAtomicTypes() {
        bool found = false;
        for (const auto& document : openApiV3()) {
            if (document.path != "apis/apps/v1") continue;
            const auto schemas = boost::json::parse(document.json).at("components").at("schemas");
            const auto& selector = schemas.at("io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector");
            QCOMPARE(q(std::string(selector.at("x-kubernetes-map-type").as_string())), QString("atomic"));
            const auto& spec = schemas.at("io.k8s.api.core.v1.PodSpec").at("properties");
            QCOMPARE(q(std::string(spec.at("containers").at("x-kubernetes-list-type").as_string())),
                     QString("map"));
            QCOMPARE(q(std::string(spec.at("nodeSelector").at("x-kubernetes-map-type").as_string())),
                     QString("atomic"));
            found = true;
        }
        QVERIFY(found);
    }

    void leavesOutWhatIsIgnored() {
        core::Pod before;
        core::Pod after;
        after.mutable_status()->set_phase("Running");
        after.mutable_metadata()->set_resourceversion("7");
        (*after.mutable_metadata()->mutable_labels())["a"] = "b";
        const auto found = apply::compare(before, after, apply::Set::ofFields({"status"}));
        QCOMPARE(q(found.added.serialize()),
                 QString("{\"f:metadata\":{\"f:labels\":{\".\":{},\"f:a\":{}}}}"));
        QVERIFY(found.modified.empty() && found.removed.empty());
    }
};

QTEST_APPLESS_MAIN(TestApplySchema)
#include "test_apply_schema.moc"
