#include "kind_objects.h"

#include <span>

using namespace wheelhouse;
using namespace wheelhouse::api;
using namespace wheelhouse::api::test;

namespace {

struct Problem {
    const char* kind;
    const char* what;
    const char* change;
    QStringList expected;
};

std::span<const Problem> problems();

} // namespace

/// What devices and flow control refuse. Raw strings with braces confuse moc: the rows stand below.
class TestGroupKinds : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void refusesBadObjects_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("change");
        QTest::addColumn<QStringList>("expected");
        for (const Problem& problem : problems())
            QTest::newRow(qPrintable(QString("%1: %2").arg(problem.kind, problem.what)))
                << QString(problem.kind) << QString(problem.change) << problem.expected;
    }
    void refusesBadObjects() {
        QFETCH(QString, kind);
        QFETCH(QString, change);
        QFETCH(QStringList, expected);
        QCOMPARE(texts(validateCreate(*created(base(kind), change))), expected);
    }
};

namespace {

const Problem rows[] = {
    {"flowschema",
     "precedence of the exempt",
     R"({"spec":{"matchingPrecedence":1}})",
     {"spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence "
      "1"}},
    {"flowschema",
     "rules without anything",
     R"({"spec":{"rules":[{"subjects":[{"kind":"User","user":{"name":"u"}}],"resourceRules":[{}],"nonResourceRules":[{}]}]}})",
     {"spec.rules[0].resourceRules[0].verbs: Required value: verbs must contain at least one value",
      "spec.rules[0].resourceRules[0].apiGroups: Required value: resource rules must supply at least one api "
      "group",
      "spec.rules[0].resourceRules[0].resources: Required value: resource rules must supply at least one "
      "resource",
      "spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped "
      "must supply "
      "at least one namespace",
      "spec.rules[0].nonResourceRules[0].verbs: Required value: verbs must contain at least one value",
      "spec.rules[0].nonResourceRules[0].nonResourceURLs: Required value: nonResourceURLs must contain at "
      "least one "
      "value"}},
    {"flowschema",
     "verbs and namespaces",
     R"({"spec":{"rules":[{"subjects":[{"kind":"Group","group":{"name":"g"}}],"resourceRules":[{"verbs":["get","look"],
        "apiGroups":["*"],"resources":["*"],"namespaces":["A"]}]}]}})",
     {R"(spec.rules[0].resourceRules[0].verbs[1]: Unsupported value: "look": supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch")",
      R"(spec.rules[0].resourceRules[0].namespaces[0]: Invalid value: "A": each member of this list must be '*' or a DNS-1123 label; a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?'))"}},
    {"flowschema",
     "paths",
     R"({"spec":{"rules":[{"subjects":[{"kind":"User","user":{"name":"u"}}],"nonResourceRules":[{"verbs":["*"],
        "nonResourceURLs":["healthz","/a b","/a//b","/a*","/ok/*"]}]}]}})",
     {R"(spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "healthz": must start with slash)",
      R"(spec.rules[0].nonResourceRules[0].nonResourceURLs[1]: Invalid value: "/a b": must not contain white-space)",
      R"(spec.rules[0].nonResourceRules[0].nonResourceURLs[2]: Invalid value: "/a//b": must not contain double slash)",
      R"(spec.rules[0].nonResourceRules[0].nonResourceURLs[3]: Invalid value: "/a*": wildcard can only do suffix matching)"}},
    {"flowschema",
     "accounts",
     R"({"spec":{"rules":[{"subjects":[{"kind":"ServiceAccount","serviceAccount":{"name":"*"}}],"nonResourceRules":[{"verbs":["*"],
        "nonResourceURLs":["*"]}]}]}})",
     {"spec.rules[0].subjects[0].serviceAccount.namespace: Required value: must specify namespace for "
      "service account"}},
    {"prioritylevel",
     "exempt by another name",
     R"({"spec":{"type":"Exempt","limited":null}})",
     {R"(spec.type: Invalid value: "Exempt": type must be 'Exempt' if and only if name is 'exempt')"}},
    {"prioritylevel",
     "too many queues",
     R"({"spec":{"limited":{"limitResponse":{"queuing":{"queues":10000001}}}}})",
     {"spec.limited.limitResponse.queuing.queues: Invalid value: 10000001: must not be greater than 10000000",
      "spec.limited.limitResponse.queuing.handSize: Invalid value: 8: required entropy bits of deckSize "
      "10000001 and "
      "handSize 8 should not be greater than 60"}},
    {"prioritylevel",
     "a hand too large",
     R"({"spec":{"limited":{"limitResponse":{"queuing":{"queues":64,"handSize":12}}}}})",
     {"spec.limited.limitResponse.queuing.handSize: Invalid value: 12: required entropy bits of deckSize 64 "
      "and "
      "handSize 12 should not be greater than 60"}},
    {"claim",
     "constraints",
     R"({"spec":{"devices":{"constraints":[{"requests":["r","r"],"matchAttribute":"model"},{},{"requests":["x"],"matchAttribute":"a.b/c"}]}}})",
     {R"(spec.devices.constraints[0].requests[1]: Duplicate value: "r")",
      R"(spec.devices.constraints[0].matchAttribute: Invalid value: "model": must include a domain)",
      "spec.devices.constraints[1].matchAttribute: Required value",
      R"(spec.devices.constraints[2].requests[0]: Invalid value: "x": must be the name of a request in the claim or the name of a request and a subrequest separated by '/')"}},
    {"claim",
     "configuration",
     R"({"spec":{"devices":{"config":[{},{"requests":["x"],"opaque":{"driver":"d.example","parameters":[1]}}]}}})",
     {"spec.devices.config[0].opaque: Required value: exactly one configuration must be specified",
      R"(spec.devices.config[1].requests[0]: Invalid value: "x": must be the name of a request in the claim or the name of a request and a subrequest separated by '/')",
      "spec.devices.config[1].opaque.parameters: Invalid value: parameters must be a valid JSON object"}},
    {"claim",
     "tolerations",
     R"({"spec":{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"gpu","tolerations":[{"operator":"Exists","value":"x"},
        {"value":"x"}]}}]}}})",
     {R"(spec.devices.requests[0].exactly.tolerations[0].value: Invalid value: "x": must be empty for operator `Exists`)",
      "spec.devices.requests[0].exactly.tolerations[1].key: Required value: key is required for operator "
      "`Equal`"}},
    {"deviceclass",
     "configuration",
     R"({"spec":{"config":[{"opaque":{"parameters":{"a":1}}}]}})",
     {"spec.config[0].opaque.driver: Required value"}},
    {"slice",
     "pool",
     R"({"spec":{"pool":{"name":"a/B"}}})",
     {R"(spec.pool.name: Invalid value: "B": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'))"}},
    {"slice",
     "devices",
     R"({"spec":{"devices":[{"name":"g","attributes":{"model":{},"ok":{"string":"x"}},"taints":[{"effect":"Now"}]}]}})",
     {"spec.devices[0].attributes[model]: Required value: exactly one value must be specified",
      "spec.devices[0].taints[0].key: Required value",
      R"(spec.devices[0].taints[0].effect: Unsupported value: "Now": supported values: "NoExecute", "NoSchedule", "None")"}},
};

std::span<const Problem> problems() {
    return rows;
}

} // namespace

QTEST_APPLESS_MAIN(TestGroupKinds)
#include "test_api_group_kinds.moc"
