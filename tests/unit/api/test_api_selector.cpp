#include "engine/api/selector.h"
#include "fill.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::api;

using Labels = std::map<std::string, std::string>;

class TestApiSelector : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void labelQuery_data();
    void labelQuery();
    void labelQueryRefused_data();
    void labelQueryRefused();
    void labelObjectForm();
    void fieldQuery_data();
    void fieldQuery();
    void fieldQueryRefused();
    void fieldsAreThoseOfTheMessage_data();
    void fieldsAreThoseOfTheMessage();
    void theLastOfSeveralCounts();
};

void TestApiSelector::labelQuery_data() {
    QTest::addColumn<QString>("query");
    QTest::addColumn<bool>("matches");
    QTest::addColumn<QString>("printed");
    const auto row = [](const char* query, bool matches, const char* printed) {
        QTest::newRow(query) << query << matches << printed;
    };
    // Against app=web, tier=front, n=5, empty=
    row("", true, "");
    row("app=web", true, "app=web");
    row("app==web", true, "app=web");
    row(" app = web , tier != back ", true, "app=web,tier!=back");
    row("app=api", false, "app=api");
    row("app!=web", false, "app!=web");
    row("none!=web", true, "none!=web");
    row("app in (api,web)", true, "app in (api,web)");
    row("app in (api, web ),tier notin (back,middle)", true, "app in (api,web),tier notin (back,middle)");
    row("app notin (web)", false, "app!=web");
    row("none notin (x)", true, "none!=x");
    row("app", true, "app");
    row("!app", false, "!app");
    row("!none", true, "!none");
    row("none", false, "none");
    row("n>4", true, "n>4");
    row("n<5", false, "n<5");
    row("app>4", false, "app>4");
    row("empty=", true, "empty=");
    row("none=", false, "none=");
    row("empty in ()", true, "empty=");
    row("in=x", false, "in=x");
    row("app in (web),!none,n", true, "app=web,!none,n");
    row("example.com/role=x", false, "example.com/role=x");
}

void TestApiSelector::labelQuery() {
    QFETCH(QString, query);
    QFETCH(bool, matches);
    QFETCH(QString, printed);
    const auto selector = LabelSelector::parse(query.toStdString());
    QVERIFY2(selector, selector ? "" : selector.error().message.c_str());
    QCOMPARE(selector->matches({{"app", "web"}, {"tier", "front"}, {"n", "5"}, {"empty", ""}}), matches);
    QCOMPARE(QString::fromStdString(selector->toString()), printed);
    const auto again = LabelSelector::parse(selector->toString());
    QVERIFY(again);
    QCOMPARE(again->toString(), selector->toString());
}

void TestApiSelector::labelQueryRefused_data() {
    QTest::addColumn<QString>("query");
    for (const char* query : {"=x", "a=b=c", "a in b", "a in (b", "a b", "a,", ",a", "a=b c", "-a", "a=-b",
                              "a>x", "a/b/c=d", "/a", "!a=b", "a,,b", "A.b/C=d$"})
        QTest::newRow(query) << query;
}

void TestApiSelector::labelQueryRefused() {
    QFETCH(QString, query);
    const auto selector = LabelSelector::parse(query.toStdString());
    QVERIFY(!selector);
    QCOMPARE(selector.error().reason, Reason::BadRequest);
}

void TestApiSelector::labelObjectForm() {
    meta::LabelSelector message;
    (*message.mutable_matchlabels())["app"] = "web";
    auto* expression = message.add_matchexpressions();
    expression->set_key("tier");
    expression->set_operator_("NotIn");
    expression->add_values("back");
    auto selector = LabelSelector::from(message);
    QVERIFY(selector);
    QCOMPARE(selector->toString(), "app=web,tier!=back");
    QVERIFY(selector->matches({{"app", "web"}}));
    QVERIFY(!selector->matches({{"app", "web"}, {"tier", "back"}}));
    QVERIFY(LabelSelector::from(meta::LabelSelector())->empty());

    expression->clear_values();
    QVERIFY(!LabelSelector::from(message));
    expression->set_operator_("Exists");
    QVERIFY(LabelSelector::from(message));
    expression->add_values("x");
    QVERIFY(!LabelSelector::from(message));
    expression->set_operator_("Near");
    QVERIFY(!LabelSelector::from(message));
    QCOMPARE(LabelSelector::equalTo({{"b", "2"}, {"a", "1"}}).toString(), "a=1,b=2");
}

void TestApiSelector::fieldQuery_data() {
    QTest::addColumn<QString>("query");
    QTest::addColumn<bool>("matches");
    const auto row = [](const char* query, bool matches) { QTest::newRow(query) << query << matches; };
    row("", true);
    row("metadata.name=p", true);
    row("metadata.name==p,metadata.namespace!=other", true);
    row("metadata.name!=p", false);
    row("spec.nodeName=n1", true);
    row("spec.nodeName=", false);
    row("status.phase!=Failed,status.phase!=Succeeded", true);
    row("spec.hostNetwork=false", true);
    row("spec.schedulerName=a\\,b\\=c", true);
    row("status.podIP=", true);
}

void TestApiSelector::fieldQuery() {
    QFETCH(QString, query);
    QFETCH(bool, matches);
    core::Pod pod;
    pod.mutable_metadata()->set_name("p");
    pod.mutable_metadata()->set_namespace_("ns");
    pod.mutable_spec()->set_nodename("n1");
    pod.mutable_spec()->set_schedulername("a,b=c");
    pod.mutable_status()->set_phase("Running");
    const auto selector = FieldSelector::parse(query.toStdString(), kindOf<core::Pod>());
    QVERIFY2(selector, selector ? "" : selector.error().message.c_str());
    QCOMPARE(selector->matches(*Object::of(pod)), matches);
    QCOMPARE(FieldSelector::parse(selector->toString(), kindOf<core::Pod>())->toString(),
             selector->toString());
}

void TestApiSelector::fieldQueryRefused() {
    for (const char* query :
         {"spec.containers=x", "metadata.name", "metadata.name=a=b", "=x", "spec.nodeName!x",
          "spec.nodeName>x", "metadata.labels.a=b", "metadata.name=a\\q"}) {
        const auto selector = FieldSelector::parse(query, kindOf<core::Pod>());
        QVERIFY2(!selector, query);
        QCOMPARE(selector.error().reason, Reason::BadRequest);
    }
    QVERIFY(!FieldSelector::parse("spec.nodeName=a", kindOf<core::ConfigMap>()));
    QVERIFY(!FieldSelector::parse("metadata.namespace=a", kindOf<core::Node>()));
    core::Event event;
    event.mutable_involvedobject()->set_name("web");
    event.mutable_source()->set_component("kubelet");
    const auto about = FieldSelector::parse("involvedObject.name=web,source=kubelet", kindOf<core::Event>());
    QVERIFY(about);
    QVERIFY(about->matches(*Object::of(event)));
}

void TestApiSelector::fieldsAreThoseOfTheMessage_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("field");
    QTest::addColumn<QString>("path");
    const auto row = [](const char* kind, const char* field, const char* path = nullptr) {
        QTest::addRow("%s %s", kind, field) << kind << field << (path ? path : field);
    };
    for (const char* field :
         {"spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
          "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName"})
        row("pods", field);
    row("nodes", "spec.unschedulable");
    for (const char* field : {"involvedObject.kind", "involvedObject.uid", "reason", "type"})
        row("events", field);
    row("events", "source", "source.component");
    row("secrets", "type");
    row("namespaces", "status.phase");
    row("services", "spec.clusterIP");
    row("replicationcontrollers", "status.replicas");
}

/// Filled or empty, a field's value is what the decoded message says.
void TestApiSelector::fieldsAreThoseOfTheMessage() {
    QFETCH(QString, kind);
    QFETCH(QString, field);
    QFETCH(QString, path);
    const Kind& row = *findKind(ResourceName{"", "v1", kind.toStdString()});
    for (const bool filled : {true, false}) {
        const auto message = row.newMessage();
        if (filled) test::fill(*message, 4, 7);
        const google::protobuf::Message* at = message.get();
        const QStringList steps = path.split('.');
        for (const QString& step : steps.mid(0, steps.size() - 1))
            at = &at->GetReflection()->GetMessage(*at,
                                                  at->GetDescriptor()->FindFieldByName(step.toStdString()));
        const auto* leaf = at->GetDescriptor()->FindFieldByName(steps.back().toStdString());
        const auto* r = at->GetReflection();
        const std::string plain =
            leaf->cpp_type() == leaf->CPPTYPE_BOOL    ? (r->GetBool(*at, leaf) ? "true" : "false")
            : leaf->cpp_type() == leaf->CPPTYPE_INT32 ? std::to_string(r->GetInt32(*at, leaf))
                                                      : r->GetString(*at, leaf);
        std::string value;
        for (const char c : plain)
            value += std::string(c == ',' || c == '=' || c == '\\' ? "\\" : "") + c;
        const auto object = Object::of(*message);
        const std::string name = field.toStdString();
        QVERIFY2(FieldSelector::parse(name + "=" + value, row)->matches(*object), value.c_str());
        QVERIFY(!FieldSelector::parse(name + "=" + value + "x", row)->matches(*object));
        QVERIFY(FieldSelector::parse(name + "!=" + value + "x", row)->matches(*object));
    }
}

/// Where bytes name a field more than once, as protobuf allows.
void TestApiSelector::theLastOfSeveralCounts() {
    core::Pod pod;
    pod.mutable_metadata()->set_name("p");
    pod.mutable_spec()->set_nodename("first");
    pod.mutable_spec()->set_schedulername("s");
    core::Pod more;
    more.mutable_spec()->set_nodename("last");
    const auto object =
        Object::parse(kindOf<core::Pod>(), pod.SerializeAsString() + more.SerializeAsString());
    QVERIFY(object);
    QCOMPARE(object->as<core::Pod>().spec().nodename(), std::string("last"));
    const auto says = [&](const char* query) {
        return FieldSelector::parse(query, kindOf<core::Pod>())->matches(*object);
    };
    QVERIFY(says("spec.nodeName=last,spec.schedulerName=s"));
    QVERIFY(!says("spec.nodeName=first"));
}

QTEST_GUILESS_MAIN(TestApiSelector)
#include "test_api_selector.moc"
