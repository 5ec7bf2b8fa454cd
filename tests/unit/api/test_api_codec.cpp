#include "engine/api/codec.h"
#include "engine/api/groups/apiextensions.h"
#include "engine/api/groups/authentication.h"
#include "engine/api/groups/metrics.h"
#include "engine/api/object.h"
#include "engine/api/types.h"
#include "fill.h"

#include <QTest>
#include <google/protobuf/util/message_differencer.h>

using namespace wheelhouse;
using namespace wheelhouse::api;

namespace {

std::string text(const QString& s) {
    return s.toStdString();
}

/// Every message a client may send or be sent as JSON.
std::vector<const google::protobuf::Descriptor*> servedTypes() {
    std::vector<const google::protobuf::Descriptor*> types;
    for (const Kind* kind : kinds()) {
        types.push_back(kind->descriptor);
        if (kind->listDescriptor) types.push_back(kind->listDescriptor);
    }
    for (const auto* type :
         {meta::Status::descriptor(), meta::DeleteOptions::descriptor(),
          meta::PartialObjectMetadata::descriptor(), meta::WatchEvent::descriptor(),
          meta::APIResourceList::descriptor(), meta::LabelSelector::descriptor(),
          autoscaling::Scale::descriptor(), autoscaling::HorizontalPodAutoscaler::descriptor(),
          policy::Eviction::descriptor(), core::Binding::descriptor(),
          apidiscovery::APIGroupDiscoveryList::descriptor(), events::Event::descriptor(),
          authentication::TokenRequest::descriptor(), apiextensions::ConversionReview::descriptor(),
          metrics::NodeMetrics::descriptor(), metrics::PodMetrics::descriptor()})
        types.push_back(type);
    return types;
}

std::unique_ptr<google::protobuf::Message> newMessage(const google::protobuf::Descriptor* type) {
    return std::unique_ptr<google::protobuf::Message>(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

/// Where two messages differ; empty when they do not.
QString difference(const google::protobuf::Message& a, const google::protobuf::Message& b) {
    std::string report;
    google::protobuf::util::MessageDifferencer differencer;
    differencer.ReportDifferencesToString(&report);
    differencer.Compare(a, b);
    return QString::fromStdString(report);
}

using Decode = Result<Decoded> (*)(std::string_view, const google::protobuf::Descriptor*, FieldValidation);
constexpr Decode decoders[] = {static_cast<Decode>(decodeJson), reflect::decodeJson};

} // namespace

class TestApiCodec : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void everyFieldRoundTrips_data();
    void everyFieldRoundTrips();
    void emptyMessagesAgree_data() { everyFieldRoundTrips_data(); }
    void emptyMessagesAgree();
    void printsAsKubernetesDoes_data();
    void printsAsKubernetesDoes();
    void refuses_data();
    void refuses();
    void unknownAndDuplicateFields();
    void findsTheKindInTheBody();
    void protobufEnvelope();
    void protobufBodiesBecomeCanonical();
    void hostileJson();
    void equalObjectsHaveEqualBytes();
};

void TestApiCodec::everyFieldRoundTrips_data() {
    QTest::addColumn<QString>("type");
    for (const auto* type : servedTypes())
        QTest::newRow(type->full_name().c_str()) << QString::fromStdString(type->full_name());
}

void TestApiCodec::everyFieldRoundTrips() {
    QFETCH(QString, type);
    const auto* descriptor =
        google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(text(type));
    for (int depth = 0; depth < 9; depth += 2) {
        const auto message = newMessage(descriptor);
        test::fill(*message, depth, depth);
        // Messages whose last level was left empty lose what JSON cannot tell from absent.
        canonicalize(*message);
        const std::string json = encodeJson(*message, "v9", "Thing");
        QCOMPARE(json, reflect::encodeJson(*message, "v9", "Thing"));
        if (json.size() > maxBodyBytes) break; // schemas within schemas: no body can be as deep
        for (const Decode decode : decoders) {
            const Result<Decoded> decoded = decode(json, descriptor, FieldValidation::Warn);
            QVERIFY2(decoded, decoded ? "" : decoded.error().message.c_str());
            if (descriptor->full_name().find("LabelSelector") == std::string::npos &&
                descriptor->full_name().find("WatchEvent") == std::string::npos)
                QCOMPARE(decoded->warnings, std::vector<std::string>());
            QCOMPARE(difference(*decoded->message, *message), QString());
            QCOMPARE(serialize(*decoded->message), serialize(*message));
            QCOMPARE(encodeJson(*decoded->message, "v9", "Thing"), json);
        }
        const std::string envelope = encodeProtobuf(*message, "v9", "Thing");
        const Result<Decoded> decoded = decodeProtobuf(envelope, descriptor);
        QVERIFY(decoded);
        QCOMPARE(decoded->kindName, "Thing");
        QCOMPARE(serialize(*decoded->message), serialize(*message));
    }
}

void TestApiCodec::emptyMessagesAgree() {
    QFETCH(QString, type);
    const auto* descriptor =
        google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(text(type));
    const auto message = newMessage(descriptor);
    const std::string json = encodeJson(*message);
    QCOMPARE(json, reflect::encodeJson(*message, "", ""));
    for (const Decode decode : decoders) {
        const Result<Decoded> decoded = decode(json, descriptor, FieldValidation::Strict);
        QVERIFY2(decoded, decoded ? "" : decoded.error().message.c_str());
        QCOMPARE(decoded->message->ByteSizeLong(), std::size_t(0));
    }
}

void TestApiCodec::printsAsKubernetesDoes_data() {
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("in");
    QTest::addColumn<QString>("out");
    const QString deployment = "k8s.io.api.apps.v1.Deployment";
    const QString pod = "k8s.io.api.core.v1.Pod";
    const QString container = "k8s.io.api.core.v1.Container";
    QTest::newRow("plain structs are always there")
        << deployment << "{}"
        << R"({"metadata":{},"spec":{"selector":null,"template":{"metadata":{},"spec":{"containers":null}},"strategy":{}},"status":{}})";
    QTest::newRow("an explicit zero of a pointer stays")
        << "k8s.io.api.apps.v1.DeploymentSpec"
        << R"({"replicas":0,"minReadySeconds":0})"
        << R"({"replicas":0,"selector":null,"template":{"metadata":{},"spec":{"containers":null}},"strategy":{}})";
    QTest::newRow("null is absent") << container << R"({"name":"a","image":null,"env":null,"resources":null})"
                                    << R"({"name":"a","resources":{}})";
    QTest::newRow("an inlined source") << "k8s.io.api.core.v1.Volume"
                                       << R"({"emptyDir":{},"name":"v"})"
                                       << R"({"name":"v","emptyDir":{}})";
    QTest::newRow("an inlined reference with an empty name") << "k8s.io.api.core.v1.ConfigMapKeySelector"
                                                             << R"({"name":"","key":"k"})"
                                                             << R"({"key":"k"})";
    QTest::newRow("a probe's handler") << "k8s.io.api.core.v1.Probe"
                                       << R"({"httpGet":{"port":"http","path":"/"},"periodSeconds":5})"
                                       << R"({"httpGet":{"path":"/","port":"http"},"periodSeconds":5})";
    QTest::newRow("quantities become canonical")
        << "k8s.io.api.core.v1.ResourceRequirements"
        << R"({"limits":{"memory":"0.5Gi","cpu":0.5,"pods":null}})"
        << R"({"limits":{"cpu":"500m","memory":"512Mi","pods":"0"}})";
    QTest::newRow("times in UTC")
        << "k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta"
        << R"({"creationTimestamp":"2026-01-02T03:04:05.9+01:00","deletionTimestamp":null})"
        << R"({"creationTimestamp":"2026-01-02T02:04:05Z"})";
    QTest::newRow("an unset plain time is null")
        << "k8s.io.api.core.v1.PodCondition"
        << R"({"type":"Ready","status":"True"})"
        << R"({"type":"Ready","status":"True","lastProbeTime":null,"lastTransitionTime":null})";
    QTest::newRow("micro times") << "k8s.io.api.coordination.v1.LeaseSpec"
                                 << R"({"renewTime":"2026-01-02T03:04:05.000006Z"})"
                                 << R"({"renewTime":"2026-01-02T03:04:05.000006Z"})";
    QTest::newRow("maps are sorted") << "k8s.io.api.core.v1.ConfigMap"
                                     << R"({"data":{"b":"2","a":"1"}})"
                                     << R"({"metadata":{},"data":{"a":"1","b":"2"}})";
    QTest::newRow("bytes are base64") << "k8s.io.api.core.v1.Secret"
                                      << R"({"data":{"k":"AP8="}})"
                                      << R"({"metadata":{},"data":{"k":"AP8="}})";
    QTest::newRow("an empty list of objects is a list") << "k8s.io.api.core.v1.PodList"
                                                        << "{}"
                                                        << R"({"metadata":{},"items":[]})";
    QTest::newRow("escapes") << container << R"({"name":"\u00e9\ud83d\udea2\n\/\ud800"})"
                             << "{\"name\":\"\u00e9\U0001F6A2\\n/\uFFFD\",\"resources\":{}}";
    QTest::newRow("64 bit integers are numbers") << "k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta"
                                                 << R"({"generation":9223372036854775807})"
                                                 << R"({"generation":9223372036854775807})";
    QTest::newRow("raw JSON stays as it is") << "k8s.io.apimachinery.pkg.apis.meta.v1.WatchEvent"
                                             << R"({"type":"ADDED","object":{ "a" : [1, "x y"] }})"
                                             << R"({"type":"ADDED","object":{"a":[1,"x y"]}})";
    QTest::newRow("kind and version are not part of the message")
        << pod << R"({"kind":"Pod","apiVersion":"v1"})"
        << R"({"metadata":{},"spec":{"containers":null},"status":{}})";
}

void TestApiCodec::printsAsKubernetesDoes() {
    QFETCH(QString, type);
    QFETCH(QString, in);
    QFETCH(QString, out);
    const auto* descriptor =
        google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(text(type));
    QVERIFY(descriptor != nullptr);
    for (const Decode decode : decoders) {
        const Result<Decoded> decoded = decode(text(in), descriptor, FieldValidation::Strict);
        QVERIFY2(decoded, decoded ? "" : decoded.error().message.c_str());
        QCOMPARE(QString::fromStdString(encodeJson(*decoded->message)), out);
        QCOMPARE(QString::fromStdString(reflect::encodeJson(*decoded->message, "", "")), out);
    }
}

void TestApiCodec::refuses_data() {
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* name, const QByteArray& json, const QString& message) {
        QTest::newRow(name) << json << message;
    };
    row("wrong type deep down", R"({"spec":{"containers":[{"name":"a"},{"name":1}]}})",
        "spec.containers[1].name: expected a string, found a number");
    row("object for a list", R"({"spec":{"containers":{}}})",
        "spec.containers: expected a list, found an object");
    row("in a map", R"({"metadata":{"labels":{"a":true}}})",
        "metadata.labels.a: expected a string, found a boolean");
    row("fraction for an integer", R"({"spec":{"priority":1.5}})",
        "spec.priority: expected an integer, found 1.5");
    row("exponent for an integer", R"({"spec":{"priority":1e3}})",
        "spec.priority: expected an integer, found 1e3");
    row("32 bits", R"({"spec":{"priority":2147483648}})",
        "spec.priority: the number 2147483648 does not fit 32 bits");
    row("64 bits", R"({"spec":{"terminationGracePeriodSeconds":99999999999999999999}})",
        "spec.terminationGracePeriodSeconds: the number 99999999999999999999 does not fit 64 bits");
    row("bad time", R"({"metadata":{"creationTimestamp":"yesterday"}})",
        "metadata.creationTimestamp: \"yesterday\" is no time in RFC 3339 form, such as "
        "2026-01-02T03:04:05Z");
    row("bad quantity", R"({"spec":{"containers":[{"resources":{"limits":{"cpu":"lots"}}}]}})",
        "spec.containers[0].resources.limits.cpu: \"lots\" is no quantity: a number and perhaps a suffix "
        "such as m, k, "
        "Mi or G");
    row("bool for int-or-string",
        R"({"spec":{"containers":[{"livenessProbe":{"tcpSocket":{"port":true}}}]}})",
        "spec.containers[0].livenessProbe.tcpSocket.port: expected a number or a string");
    row("no object", "[]", "expected an object, found a list");
    row("nothing", "", "malformed JSON at line 1, column 1: the text ends where a value is expected");
    row("cut off", R"({"spec":{"nodeName":"a)",
        "malformed JSON at line 1, column 23: the text ends inside a string");
    row("trailing bytes", "{}\n{}",
        "malformed JSON at line 2, column 1: nothing more is expected after the value");
    row("trailing comma", R"({"spec":{},})",
        "malformed JSON at line 1, column 12: a field name in quotes is expected");
    row("comma in list", R"({"spec":{"containers":[{},]}})",
        "malformed JSON at line 1, column 27: a value is expected");
    row("leading zero", R"({"spec":{"priority":01}})",
        "malformed JSON at line 1, column 21: a number may not begin with 0");
    row("bad escape", R"({"kind":"a\q"})",
        "malformed JSON at line 1, column 14: an unknown escape in a string");
    row("control character", "{\"kind\":\"a\tb\"}",
        "malformed JSON at line 1, column 11: a control character inside a string");
    row("bad UTF-8", "{\"kind\":\"\xC3\x28\"}", "the body is not valid UTF-8");
    row("overlong UTF-8", "{\"kind\":\"\xC0\xAF\"}", "the body is not valid UTF-8");
    row("surrogate in UTF-8", "{\"kind\":\"\xED\xA0\x80\"}", "the body is not valid UTF-8");
    row("said what it wants to be", R"({"apiVersion":"v1","kind":"Pod","spec":7})",
        "Pod in version \"v1\" cannot be handled as a Pod: spec: expected an object, found a number");
}

void TestApiCodec::refuses() {
    QFETCH(QByteArray, json);
    QFETCH(QString, message);
    for (const Decode decode : decoders) {
        const Result<Decoded> decoded =
            decode(std::string_view(json.constData(), static_cast<std::size_t>(json.size())),
                   core::Pod::descriptor(), FieldValidation::Ignore);
        QVERIFY(!decoded);
        QCOMPARE(QString::fromStdString(decoded.error().message), message);
        QCOMPARE(decoded.error().reason, Reason::BadRequest);
    }
}

void TestApiCodec::unknownAndDuplicateFields() {
    const std::string json =
        R"({"apiVersion":"apps/v1","kind":"Deployment","spec":{"x":{"y":[1]},"replicas":1,"replicas":2,
        "template":{"spec":{"containers":[{"name":"a","imagee":"b"}]},"metadata":{"labels":{"a":"1","a":"2"}}}}})";
    const std::vector<std::string> expected = {"unknown field \"spec.x\"",
                                               "duplicate field \"spec.replicas\"",
                                               "unknown field \"spec.template.spec.containers[0].imagee\"",
                                               "duplicate field \"spec.template.metadata.labels.a\""};
    for (const Decode decode : decoders) {
        const auto* type = apps::Deployment::descriptor();
        const Result<Decoded> strict = decode(json, type, FieldValidation::Strict);
        QVERIFY(!strict);
        QCOMPARE(strict.error().reason, Reason::BadRequest);
        QCOMPARE(strict.error().message,
                 "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: " +
                     expected[0] + ", " + expected[1] + ", " + expected[2] + ", " + expected[3]);
        const Result<Decoded> warned = decode(json, type, FieldValidation::Warn);
        QVERIFY(warned);
        QCOMPARE(warned->warnings, expected);
        const auto& deployment = static_cast<const apps::Deployment&>(*warned->message);
        QCOMPARE(deployment.spec().replicas(), 2);
        QCOMPARE(deployment.spec().template_().metadata().labels().at("a"), "2");
        const Result<Decoded> ignored = decode(json, type, FieldValidation::Ignore);
        QVERIFY(ignored);
        QVERIFY(ignored->warnings.empty());
    }
}

void TestApiCodec::findsTheKindInTheBody() {
    const Result<Decoded> pod =
        decodeJson(R"({"metadata":{"name":"a"},"kind":"Pod","apiVersion":"v1"})", FieldValidation::Strict);
    QVERIFY(pod);
    QCOMPARE(pod->kind, &kindOf<core::Pod>());
    QCOMPARE(pod->kindName, "Pod");
    QCOMPARE(pod->apiVersion, "v1");
    const std::pair<const char*, const char*> bad[] = {
        {R"({"apiVersion":"v1"})", "the object says no \"kind\""},
        {R"({"kind":"Pod"})", "the object says no \"apiVersion\""},
        {R"({"kind":"Pid","apiVersion":"v1"})", "no kind \"Pid\" is registered for version \"v1\""},
        {R"({"kind":"Pod","apiVersion":"apps/v1"})", "no kind \"Pod\" is registered for version \"apps/v1\""},
        {R"(["kind"])", "expected an object, found a list"},
    };
    for (const auto& [json, message] : bad) {
        const Result<Decoded> decoded = decodeJson(json, FieldValidation::Ignore);
        QVERIFY(!decoded);
        QCOMPARE(decoded.error().message, message);
        QCOMPARE(decoded.error().reason, Reason::BadRequest);
    }
}

void TestApiCodec::protobufEnvelope() {
    // What kubectl sends as empty DeleteOptions.
    const std::string seen = std::string("k8s\0", 4) +
                             "\x0a\x13\x0a\x02v1\x12\x0d"
                             "DeleteOptions" +
                             std::string("\x12\x00\x1a\x00\x22\x00", 6);
    const Result<Decoded> options = decodeProtobuf(seen, meta::DeleteOptions::descriptor());
    QVERIFY(options);
    QCOMPARE(options->kindName, "DeleteOptions");
    QCOMPARE(options->apiVersion, "v1");
    QCOMPARE(encodeProtobuf(*options->message, "v1", "DeleteOptions"), seen);

    core::Pod pod;
    pod.mutable_metadata()->set_name("a");
    const Result<Decoded> back = decodeProtobuf(encodeProtobuf(pod, "v1", "Pod"));
    QVERIFY(back);
    QCOMPARE(back->kind, &kindOf<core::Pod>());

    for (const std::string& bad : {std::string("k8s\0\xff\xff", 6), std::string("{}"), std::string(),
                                   encodeProtobuf(pod, "v1", "Nothing")}) {
        const Result<Decoded> decoded = decodeProtobuf(bad);
        QVERIFY(!decoded);
        QCOMPARE(decoded.error().reason, Reason::BadRequest);
    }
    QCOMPARE(decodeProtobuf(std::string(maxBodyBytes + 1, 'k')).error().reason,
             Reason::RequestEntityTooLarge);
}

void TestApiCodec::protobufBodiesBecomeCanonical() {
    // Go's clients send every plain field, zero or not.
    core::Pod sent;
    sent.mutable_metadata()->set_name("a");
    sent.mutable_metadata()->set_namespace_("");
    sent.mutable_metadata()->set_generation(0);
    sent.mutable_metadata()->mutable_creationtimestamp();
    sent.mutable_metadata()->mutable_deletiontimestamp()->set_seconds(5);
    sent.mutable_metadata()->mutable_deletiontimestamp()->set_nanos(0);
    sent.mutable_spec()->set_nodename("");
    sent.mutable_spec()->set_priority(0);
    core::Container* container = sent.mutable_spec()->add_containers();
    container->set_name("c");
    container->mutable_resources();
    (*container->mutable_resources()->mutable_limits())["cpu"].set_string("0.5");
    core::Volume* volume = sent.mutable_spec()->add_volumes();
    volume->set_name("v");
    volume->mutable_volumesource();
    sent.mutable_status()->set_phase("");
    const Result<Decoded> decoded = decodeProtobuf(encodeProtobuf(sent, "v1", "Pod"));
    QVERIFY(decoded);
    const Result<Decoded> same =
        decodeJson(encodeJson(*decoded->message, "v1", "Pod"), FieldValidation::Strict);
    QVERIFY(same);
    QCOMPARE(difference(*same->message, *decoded->message), QString());
    QCOMPARE(serialize(*same->message), serialize(*decoded->message));
    const auto& pod = static_cast<const core::Pod&>(*decoded->message);
    QVERIFY(!pod.metadata().has_namespace_());
    QVERIFY(!pod.metadata().has_creationtimestamp());
    QVERIFY(pod.spec().has_priority()); // a pointer in Go: zero is not absent
    QVERIFY(!pod.spec().has_nodename());
    QVERIFY(!pod.spec().volumes(0).has_volumesource());
    QVERIFY(!pod.has_status());
    QCOMPARE(pod.spec().containers(0).resources().limits().at("cpu").string(), "500m");
    canonicalize(*decoded->message);
    QCOMPARE(serialize(*same->message), serialize(*decoded->message));
}

void TestApiCodec::hostileJson() {
    for (const Decode decode : decoders) {
        const auto tryPod = [&](const std::string& json) {
            return decode(json, core::Pod::descriptor(), FieldValidation::Warn);
        };
        QVERIFY(!tryPod(std::string(1'000'000, '[')));
        QVERIFY(!tryPod("{\"x\":" + std::string(1'000'000, '[')));
        QVERIFY(!tryPod("{\"x\":" + std::string(99, '[') + std::string(99, ']') + "x"));
        QVERIFY(tryPod("{\"x\":" + std::string(99, '[') + std::string(99, ']') + "}"));
        QVERIFY(!tryPod("{\"x\":" + std::string(100, '[') + std::string(100, ']') + "}"));
        QCOMPARE(tryPod("{\"x\":\"" + std::string(maxBodyBytes, 'a') + "\"}").error().reason,
                 Reason::RequestEntityTooLarge);
        QVERIFY(tryPod("{\"x\":1e999999999999999999999999}"));
        QVERIFY(!tryPod("{\"spec\":{\"priority\":1e999999999999999999999999}}"));
        std::string unknown = "{";
        for (int i = 0; i < 1000; ++i)
            unknown += (i > 0 ? ",\"x" : "\"x") + std::to_string(i) + "\":0";
        QCOMPARE(tryPod(unknown + "}")->warnings.size(), std::size_t(100));
        // Every cut of a good body is refused, none crashes.
        const std::string good =
            R"({"kind":"Pod","spec":{"containers":[{"name":"a\u00e9\ud83d\udea2","x":-1.5e+3}]}})";
        QVERIFY(tryPod(good));
        for (std::size_t i = 0; i < good.size(); ++i)
            QVERIFY(!tryPod(good.substr(0, i)));
    }
}

void TestApiCodec::equalObjectsHaveEqualBytes() {
    core::ConfigMap one;
    core::ConfigMap two;
    one.mutable_metadata()->set_name("m");
    two.mutable_metadata()->set_name("m");
    for (int i = 0; i < 100; ++i) {
        (*one.mutable_data())["k" + std::to_string(i)] = "v";
        (*two.mutable_data())["k" + std::to_string(99 - i)] = "v";
    }
    (*one.mutable_metadata()->mutable_labels())["app"] = "x";
    (*two.mutable_metadata()->mutable_labels())["app"] = "x";
    one.mutable_metadata()->set_resourceversion("17");
    two.mutable_metadata()->set_resourceversion("17");
    const ObjectPtr a = Object::of(one);
    const ObjectPtr b = Object::of(two);
    QCOMPARE(a->bytes(), b->bytes());
    QCOMPARE(a->revision(), Revision(17));
    const ObjectPtr c = Object::parse(kindOf<core::ConfigMap>(), a->bytes());
    QVERIFY(c != nullptr);
    QCOMPARE(c->labels().at("app"), "x");
    QCOMPARE(c->as<core::ConfigMap>().data().size(), std::size_t(100));
    QVERIFY(Object::parse(kindOf<core::ConfigMap>(), "\xff\xff") == nullptr);
}

QTEST_GUILESS_MAIN(TestApiCodec)
#include "test_api_codec.moc"
