#include "engine/api/alias.h"
#include "engine/api/codec.h"
#include "engine/api/types.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::api;
using google::protobuf::Message;

namespace {

std::unique_ptr<Message> decode(const Kind& kind, std::string_view json) {
    auto decoded = decodeJson(json, kind.descriptor, FieldValidation::Strict);
    if (!decoded) qFatal("test object does not decode: %s", decoded.error().message.c_str());
    return std::move(decoded->message);
}

const Kind& kind(const char* apiVersion, const char* name) {
    return *findKind(apiVersion, name);
}

/// A row as the registry would have it: `message`, stored as another kind.
Kind aliasOf(const google::protobuf::Descriptor* message, const Kind& stored) {
    Kind row = stored;
    row.descriptor = message;
    row.storedAs = &stored;
    return row;
}
const Kind& eventAlias() {
    static const Kind row = aliasOf(events::Event::descriptor(), kind("v1", "Event"));
    return row;
}
const Kind& autoscalerAlias() {
    static const Kind row = aliasOf(autoscaling::HorizontalPodAutoscaler::descriptor(),
                                    kind("autoscaling/v2", "HorizontalPodAutoscaler"));
    return row;
}

extern const char* const newEvent;
extern const char* const autoscaler;
extern const char* const richAutoscaler;

} // namespace

/// Kinds that are the same objects in another shape. Raw strings with braces confuse moc: they stand below.
class TestApiAlias : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void rowsSayWhoIsStored() {
        QVERIFY(isAlias(eventAlias()));
        QVERIFY(isAlias(autoscalerAlias()));
        QVERIFY(!isAlias(kind("v1", "Event")) && !isAlias(kind("v1", "Pod")));
        QVERIFY(!eventAlias().stored());
        QCOMPARE(&eventAlias().storage(), &kind("v1", "Event"));
    }

    void eventsComeBackAsTheyWent() {
        const Kind& alias = eventAlias();
        const auto event = decode(alias, newEvent);
        const auto stored = toStored(alias, *event);
        QCOMPARE(stored->GetDescriptor(), kind("v1", "Event").descriptor);
        const QString json = QString::fromStdString(encodeJson(*stored));
        for (const char* part :
             {"\"involvedObject\":{\"kind\":\"Pod\"", "\"message\":\"it works\"",
              "\"reportingComponent\":\"example.com/c\"", "\"count\":3", "\"series\":{\"count\":2"})
            QVERIFY2(json.contains(part), qPrintable(json));
        QCOMPARE(encodeJson(*fromStored(alias, *stored)), encodeJson(*event));
    }

    void fieldsAreCalledByEitherName() {
        const Kind& alias = eventAlias();
        QCOMPARE(storedField(alias, "regarding.kind"), std::string("involvedObject.kind"));
        QCOMPARE(storedField(alias, "reportingController"), std::string("reportingComponent"));
        QCOMPARE(storedField(alias, "metadata.name"), std::string("metadata.name"));
    }

    void autoscalersComeBackAsTheyWent() {
        const Kind& alias = autoscalerAlias();
        const auto old = decode(alias, autoscaler);
        const auto stored = toStored(alias, *old);
        const QString json = QString::fromStdString(encodeJson(*stored));
        QVERIFY2(json.contains("\"target\":{\"type\":\"Utilization\",\"averageUtilization\":70}"),
                 qPrintable(json));
        QCOMPARE(encodeJson(*fromStored(alias, *stored)), encodeJson(*old));
    }

    void whatVersionOneCannotSayIsKept() {
        const Kind& alias = autoscalerAlias();
        const auto rich = decode(kind("autoscaling/v2", "HorizontalPodAutoscaler"), richAutoscaler);
        const auto shown = fromStored(alias, *rich);
        const QString json = QString::fromStdString(encodeJson(*shown));
        QVERIFY2(json.contains("\"targetCPUUtilizationPercentage\":60"), qPrintable(json));
        QVERIFY2(json.contains("autoscaling.alpha.kubernetes.io/metrics"), qPrintable(json));
        QVERIFY2(json.contains("autoscaling.alpha.kubernetes.io/behavior"), qPrintable(json));
        const QString back = QString::fromStdString(encodeJson(*toStored(alias, *shown)));
        QVERIFY2(back.contains("\"metric\":{\"name\":\"packets\"}"), qPrintable(back));
        QVERIFY2(back.contains("\"stabilizationWindowSeconds\":60"), qPrintable(back));
        QVERIFY2(back.contains("\"averageUtilization\":60"), qPrintable(back));
        QVERIFY2(!back.contains("alpha"), qPrintable(back));
    }
};

namespace {

const char* const newEvent = R"({"metadata":{"name":"e","namespace":"d","labels":{"a":"b"}},
    "eventTime":"2026-01-01T00:00:00.000001Z","series":{"count":2,"lastObservedTime":"2026-01-01T00:00:01.000000Z"},
    "reportingController":"example.com/c","reportingInstance":"i","action":"Do","reason":"Done",
    "regarding":{"kind":"Pod","namespace":"d","name":"p"},"related":{"kind":"Node","name":"n"},"note":"it works",
    "type":"Normal","deprecatedSource":{"component":"x"},"deprecatedFirstTimestamp":"2026-01-01T00:00:00Z",
    "deprecatedLastTimestamp":"2026-01-01T00:00:02Z","deprecatedCount":3})";
const char* const autoscaler =
    R"({"metadata":{"name":"h","namespace":"d"},"spec":{"scaleTargetRef":{"kind":"Deployment",
    "name":"web","apiVersion":"apps/v1"},"minReplicas":2,"maxReplicas":5,"targetCPUUtilizationPercentage":70},
    "status":{"currentReplicas":2,"desiredReplicas":3,"currentCPUUtilizationPercentage":50}})";
const char* const richAutoscaler =
    R"({"metadata":{"name":"h","namespace":"d"},"spec":{"scaleTargetRef":{"kind":"Deployment",
    "name":"web"},"maxReplicas":5,"metrics":[{"type":"Pods","pods":{"metric":{"name":"packets"},"target":
    {"type":"AverageValue","averageValue":"1k"}}},{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization",
    "averageUtilization":60}}}],"behavior":{"scaleDown":{"stabilizationWindowSeconds":60}}}})";

} // namespace

QTEST_APPLESS_MAIN(TestApiAlias)
#include "test_api_alias.moc"
