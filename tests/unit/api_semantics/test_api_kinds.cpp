#include "kind_objects.h"

#include "engine/api/time_zone.h"

#include <span>

using namespace wheelhouse;
using namespace wheelhouse::api;
using namespace wheelhouse::api::test;
using google::protobuf::Message;

namespace {

void goodRows();
void createRows();
void changeRows();
void defaultRows();

} // namespace

/// What the kinds of all groups take and refuse. Raw strings with braces confuse moc: the rows stand below.
class TestKinds : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        useTimeZones(TimeZones::read("/usr/share/zoneinfo"));
        QVERIFY2(timeZones(), "this computer has no time zones (package tzdata)");
    }
    void takesGoodObjects_data() { goodRows(); }
    void takesGoodObjects() {
        QFETCH(QString, kind);
        const auto message = created(base(kind), "{}");
        QCOMPARE(texts(validateCreate(*message)), QStringList());
        // The same object again is no change, and defaults change nothing twice.
        const auto again = std::unique_ptr<Message>(message->New());
        again->CopyFrom(*message);
        applyDefaults(*again);
        QCOMPARE(encodeJson(*again), encodeJson(*message));
        prepareUpdate(*again, *message, false);
        QCOMPARE(texts(validateUpdate(*again, *message)), QStringList());
        QCOMPARE(encodeJson(*again), encodeJson(*message));
    }

    void refusesBadObjects_data() { createRows(); }
    void refusesBadObjects() {
        QFETCH(QString, kind);
        QFETCH(QString, change);
        QFETCH(QStringList, expected);
        QCOMPARE(texts(validateCreate(*created(base(kind), change))), expected);
    }

    void refusesBadChanges_data() { changeRows(); }
    void refusesBadChanges() {
        QFETCH(QString, kind);
        QFETCH(QString, change);
        QFETCH(QStringList, expected);
        const auto old = created(base(kind), "{}");
        const Kind& of = *findKind(base(kind).apiVersion, base(kind).kind);
        const auto patched =
            applyPatch(encodeJson(*old), change.toStdString(), PatchType::Merge, of.descriptor);
        QVERIFY(patched.has_value());
        const auto now = decode(of, *patched);
        applyDefaults(*now);
        prepareUpdate(*now, *old, false);
        QCOMPARE(texts(validateUpdate(*now, *old)), expected);
    }

    void aJobsTemplateMovesOnlyBeforeItBegins() {
        const auto tried = [](bool suspended, const char* change) {
            const Kind& of = *findKind("batch/v1", "Job");
            const auto old = created(
                base("job"), QString("{\"spec\":{\"suspend\":%1}}").arg(suspended ? "true" : "false"));
            auto json =
                applyPatch(encodeJson(*old),
                           "{\"status\":{\"conditions\":[{\"type\":\"Suspended\",\"status\":\"True\"}]}}",
                           PatchType::Merge, of.descriptor);
            const auto before = decode(of, suspended ? *json : encodeJson(*old));
            json = applyPatch(encodeJson(*before), change, PatchType::Merge, of.descriptor);
            const auto now = decode(of, *json);
            prepareUpdate(*now, *before, false);
            return validateUpdate(*now, *before);
        };
        constexpr auto move = "{\"spec\":{\"template\":{\"spec\":{\"nodeSelector\":{\"a\":\"b\"}}}}}";
        constexpr auto image =
            "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"b\",\"image\":\"y\"}]}}}}";
        QCOMPARE(texts(tried(true, move)), QStringList());
        for (const auto& causes : {tried(false, move), tried(true, image)}) {
            QVERIFY(!causes.empty());
            QCOMPARE(causes.front().field, std::string("spec.template"));
            QVERIFY(QString::fromStdString(causes.front().message).endsWith(": field is immutable"));
        }
    }

    void fillsInDefaults_data() { defaultRows(); }
    void fillsInDefaults() {
        QFETCH(QString, kind);
        QFETCH(QString, change);
        QFETCH(QString, expected);
        const QString json = QString::fromStdString(encodeJson(*created(base(kind), change)));
        for (const QString& part : expected.split(";;"))
            QVERIFY2(json.contains(part), qPrintable(part + " is not in " + json));
    }

    void countsGenerations() {
        for (const char* kind : {"job", "cronjob", "statefulset", "daemonset", "ingress", "netpol", "pdb",
                                 "priorityclass", "mutatingwebhook", "rc"}) {
            const auto old = created(base(kind), "{}");
            QCOMPARE(metadataOf(*old).generation(), 1);
            const auto now = std::unique_ptr<Message>(old->New());
            now->CopyFrom(*old);
            prepareUpdate(*now, *old, false);
            QCOMPARE(metadataOf(*now).generation(), 1);
        }
        for (const char* kind : {"hpa", "pvc", "storageclass", "role", "quota"})
            QCOMPARE(metadataOf(*created(base(kind), "{}")).generation(), 0);
    }
};

namespace {

void goodRows() {
    QTest::addColumn<QString>("kind");
    for (const auto& [name, of] : kindSamples())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

struct Problem {
    const char* kind;
    const char* what;
    const char* change;
    QStringList expected;
};

void addRows(std::span<const Problem> problems) {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("change");
    QTest::addColumn<QStringList>("expected");
    for (const Problem& problem : problems)
        QTest::newRow(qPrintable(QString("%1: %2").arg(problem.kind, problem.what)))
            << QString(problem.kind) << QString(problem.change) << problem.expected;
}

const Problem createProblems[] = {
    {"job",
     "restart policy",
     R"({"spec":{"template":{"spec":{"restartPolicy":null}}}})",
     {R"(spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never")"}},
    {"job",
     "indexed without completions",
     R"({"spec":{"completionMode":"Indexed","parallelism":2}})",
     {"spec.completions: Required value: when completion mode is Indexed"}},
    {"job",
     "negative numbers",
     R"({"spec":{"backoffLimit":-1,"parallelism":-1,"completions":1}})",
     {"spec.parallelism: Invalid value: -1: must be greater than or equal to 0",
      "spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0"}},
    {"job",
     "per index without indexes",
     R"({"spec":{"backoffLimitPerIndex":1}})",
     {"spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode"}},
    {"job",
     "selector by hand",
     R"({"spec":{"manualSelector":true,"selector":{"matchLabels":{"a":"b"}}}})",
     {"spec.template.metadata.labels: Invalid value: {}: `selector` does not match template `labels`"}},
    {"job",
     "failure policy",
     R"({"spec":{"podFailurePolicy":{"rules":[{"action":"FailJob","onExitCodes":
        {"operator":"In","values":[0,3,2]}},{"action":"Count"}]}}})",
     {"spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In "
      "operator",
      "spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [0,3,2]: must be ordered",
      "spec.podFailurePolicy.rules[1]: Invalid value: specifying one of OnExitCodes and OnPodConditions "
      "is required"}},
    {"job",
     "success policy",
     R"({"spec":{"completionMode":"Indexed","completions":3,"successPolicy":{"rules":
        [{"succeededIndexes":"0-1,5"},{"succeededIndexes":"0,1","succeededCount":3}]}}})",
     {R"(spec.successPolicy.rules[0].succeededIndexes: Invalid value: "0-1,5": error parsing succeededIndexes: too large index: "5")",
      "spec.successPolicy.rules[1].succeededCount: Invalid value: 3: must be less than or equal to 2 (the "
      "number of "
      "indexes in the specified succeededIndexes field)"}},
    {"cronjob",
     "four fields",
     R"({"spec":{"schedule":"* * * *"}})",
     {R"(spec.schedule: Invalid value: "* * * *": expected exactly 5 fields, found 4: [* * * *])"}},
    {"cronjob",
     "minute 60",
     R"({"spec":{"schedule":"60 * * * *"}})",
     {R"(spec.schedule: Invalid value: "60 * * * *": end of range (60) above maximum (59): 60)"}},
    {"cronjob",
     "unknown word",
     R"({"spec":{"schedule":"@often"}})",
     {R"(spec.schedule: Invalid value: "@often": unrecognized descriptor: @often)"}},
    {"cronjob",
     "no number",
     R"({"spec":{"schedule":"x * * * *"}})",
     {R"(spec.schedule: Invalid value: "x * * * *": failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax)"}},
    {"cronjob",
     "time zone",
     R"({"spec":{"timeZone":"Mars/Olympus"}})",
     {R"(spec.timeZone: Invalid value: "Mars/Olympus": unknown time zone Mars/Olympus)"}},
    {"cronjob",
     "time zone in the schedule",
     R"({"spec":{"schedule":"TZ=UTC 0 0 * * *"}})",
     {R"(spec.schedule: Invalid value: "TZ=UTC 0 0 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead)"}},
    {"cronjob",
     "concurrency",
     R"({"spec":{"concurrencyPolicy":"Maybe"}})",
     {R"(spec.concurrencyPolicy: Unsupported value: "Maybe": supported values: "Allow", "Forbid", "Replace")"}},
    {"cronjob",
     "name",
     R"({"metadata":{"name":"a123456789b123456789c123456789d123456789e123456789fgh"}})",
     {R"(metadata.name: Invalid value: "a123456789b123456789c123456789d123456789e123456789fgh": must be no more than 52 characters)"}},
    {"statefulset", "selector", R"({"spec":{"selector":null}})", {"spec.selector: Required value"}},
    {"statefulset",
     "labels",
     R"({"spec":{"selector":{"matchLabels":{"x":"y"}}}})",
     {R"(spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`)"}},
    {"statefulset",
     "management",
     R"({"spec":{"podManagementPolicy":"Random"}})",
     {R"(spec.podManagementPolicy: Invalid value: "Random": must be 'OrderedReady' or 'Parallel')"}},
    {"statefulset",
     "strategy",
     R"({"spec":{"updateStrategy":{"type":"OnDelete","rollingUpdate":{"partition":1}}}})",
     {R"(spec.updateStrategy.rollingUpdate: Invalid value: {"partition":1}: only allowed for updateStrategy 'RollingUpdate')"}},
    {"daemonset",
     "selector",
     R"({"spec":{"selector":{"matchLabels":null}}})",
     {"spec.selector: Invalid value: {}: empty selector is invalid for daemonset"}},
    {"daemonset",
     "nothing may change",
     R"({"spec":{"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":0}}}})",
     {"spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0"}},
    {"rc",
     "restart policy",
     R"({"spec":{"template":{"spec":{"restartPolicy":"Never"}}}})",
     {R"(spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always")"}},
    {"hpa",
     "bounds",
     R"({"spec":{"minReplicas":7}})",
     {"spec.maxReplicas: Invalid value: 5: must be greater than or equal to `minReplicas`"}},
    {"hpa",
     "no target",
     R"({"spec":{"scaleTargetRef":{"name":null}}})",
     {"spec.scaleTargetRef.name: Required value"}},
    {"hpa",
     "metrics",
     R"({"spec":{"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization"}}},
        {"type":"Pods"}]}})",
     {"spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw "
      "value or a "
      "target utilization",
      "spec.metrics[1].pods: Required value: must populate information for the given metric source"}},
    {"hpa",
     "behavior",
     R"({"spec":{"behavior":{"scaleDown":{"stabilizationWindowSeconds":3601,"policies":[{"type":"Pods","value":0,"periodSeconds":1801}]}}}})",
     {"spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: 3601: must be less than or "
      "equal to 3600",
      "spec.behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater than zero",
      "spec.behavior.scaleDown.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal "
      "to 1800"}},
    {"pdb",
     "both",
     R"({"spec":{"maxUnavailable":"10%","selector":null}})",
     {R"(spec: Invalid value: {"minAvailable":1,"maxUnavailable":"10%"}: minAvailable and maxUnavailable cannot be both set)"}},
    {"pdb",
     "percentage",
     R"({"spec":{"minAvailable":"120%"}})",
     {R"(spec.minAvailable: Invalid value: "120%": must not be greater than 100%)"}},
    {"ingress",
     "nothing",
     R"({"spec":{"rules":null}})",
     {"spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"}},
    {"ingress",
     "path",
     R"({"spec":{"rules":[{"http":{"paths":[{"path":"x//y","pathType":"Prefix",
        "backend":{"service":{"name":"web","port":{"name":"a","number":1}}}}]}}]}})",
     {R"(spec.rules[0].http.paths[0].path: Invalid value: "x//y": must be an absolute path)",
      R"(spec.rules[0].http.paths[0].path: Invalid value: "x//y": must not contain '//')",
      R"(spec.rules[0].http.paths[0].backend: Invalid value: "": cannot set both port name & port number)"}},
    {"ingress",
     "host",
     R"({"spec":{"rules":[{"host":"10.0.0.1"}]}})",
     {R"(spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address)"}},
    {"ingress",
     "no backend",
     R"({"spec":{"rules":null,"defaultBackend":{}}})",
     {R"(spec.defaultBackend: Invalid value: "": resource or service backend is required)"}},
    {"ingressclass",
     "controller",
     R"({"spec":{"controller":"plain"}})",
     {R"(spec.controller: Invalid value: "plain": must be a domain-prefixed path (such as "acme.io/foo"))"}},
    {"netpol",
     "except",
     R"({"spec":{"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["11.0.0.0/16"]}}]}]}})",
     {R"(spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`)"}},
    {"netpol",
     "peer",
     R"({"spec":{"ingress":[{"from":[{"podSelector":{},"ipBlock":{"cidr":"10.0.0.0/8"}},{}]}]}})",
     {"spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer",
      "spec.ingress[0].from[1]: Required value: must specify a peer"}},
    {"netpol",
     "ports",
     R"({"spec":{"ingress":[{"ports":[{"port":80,"endPort":79},{"endPort":3},{"port":0}]}]}})",
     {"spec.ingress[0].ports[0].endPort: Invalid value: 79: must be greater than or equal to `port`",
      "spec.ingress[0].ports[1].endPort: Invalid value: 3: may not be specified when `port` is not "
      "specified",
      "spec.ingress[0].ports[2].port: Invalid value: 0: must be between 1 and 65535, inclusive"}},
    {"endpoints",
     "nobody",
     R"({"subsets":[{"ports":[{"port":80}]}]})",
     {"subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`"}},
    {"pv",
     "no source",
     R"({"spec":{"hostPath":null}})",
     {"spec: Required value: must specify a volume type"}},
    {"pv",
     "two sources",
     R"({"spec":{"nfs":{"server":"s","path":"/"}}})",
     {"spec.nfs: Forbidden: may not specify more than 1 volume type"}},
    {"pv",
     "capacity",
     R"({"spec":{"capacity":{"storage":"0"}}})",
     {R"(spec.capacity[storage]: Invalid value: "0": must be greater than zero)"}},
    {"pvc", "size", R"({"spec":{"resources":null}})", {"spec.resources[storage]: Required value"}},
    {"pvc",
     "modes",
     R"({"spec":{"accessModes":["ReadWriteOncePod","Often"]}})",
     {R"(spec.accessModes: Unsupported value: "Often": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")",
      "spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes"}},
    {"storageclass",
     "enumerations",
     R"({"reclaimPolicy":"Recycle","volumeBindingMode":"Later"})",
     {R"(reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain")",
      R"(volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer")"}},
    {"attachment",
     "source",
     R"({"spec":{"source":null}})",
     {"spec.source: Required value: must specify exactly one of inlineVolumeSpec and "
      "persistentVolumeName"}},
    {"limitrange",
     "order",
     R"({"spec":{"limits":[{"type":"Container","min":{"cpu":"2"},"max":{"cpu":"1"},"default":{"cpu":"1"},"defaultRequest":{"cpu":"1"}}]}})",
     {R"(spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1)",
      R"(spec.limits[0].defaultRequest[cpu]: Invalid value: "2": min value 2 is greater than default request value 1)",
      R"(spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1)"}},
    {"limitrange",
     "pods have no defaults",
     R"({"spec":{"limits":[{"type":"Pod","default":{"cpu":"1"}}]}})",
     {"spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"}},
    {"quota",
     "resources",
     R"({"spec":{"hard":{"pods":"-1","monkeys":"3"}}})",
     {R"(spec.hard[monkeys]: Invalid value: "monkeys": must be a standard resource for quota)",
      R"(spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0)"}},
    {"quota",
     "scopes",
     R"({"spec":{"scopes":["BestEffort","NotBestEffort"]}})",
     {R"(spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes)"}},
    {"role",
     "rules",
     R"({"rules":[{"nonResourceURLs":["/x"],"verbs":["get"]},{"apiGroups":[""]}]})",
     {R"(rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs)",
      "rules[1].verbs: Required value: verbs must contain at least one value",
      "rules[1].resources: Required value: resource rules must supply at least one resource"}},
    {"role",
     "name",
     R"({"metadata":{"name":"a/b"}})",
     {R"(metadata.name: Invalid value: "a/b": may not contain '/')"}},
    {"rolebinding",
     "subject",
     R"({"subjects":[{"kind":"Robot","name":"u"}]})",
     {R"(subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group")"}},
    {"priorityclass",
     "too high",
     R"({"value":1000000001})",
     {"value: Forbidden: maximum allowed value of a user defined priority is 1000000000"}},
    {"priorityclass",
     "system",
     R"({"metadata":{"name":"system-mine"}})",
     {"metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use "
      "only. error: "
      "system-mine is not a known system priority class"}},
    {"mutatingwebhook",
     "everything",
     R"({"webhooks":[{"name":"short","clientConfig":{},"timeoutSeconds":31}]})",
     {R"(webhooks[0].name: Invalid value: "short": should be a domain with at least three segments separated by dots)",
      "webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun",
      "webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds",
      "webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1",
      "webhooks[0].clientConfig: Required value: exactly one of url or service is required"}},
    {"policy",
     "nothing to check",
     R"({"spec":{"validations":null}})",
     {"spec.validations: Required value: validations or auditAnnotations must contain at least one item",
      "spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one "
      "item"}},
    {"policy",
     "parameters and variables",
     R"({"spec":{"paramKind":{"apiVersion":"a/b/c"},"variables":[{"name":"if","expression":" "},{"name":" ","expression":"1"}]}})",
     {R"(spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c)",
      "spec.paramKind.kind: Required value",
      R"(spec.variables[0].name: Invalid value: "if": name is not a valid CEL identifier)",
      "spec.variables[0].expression: Required value: expression is not specified",
      "spec.variables[1].name: Required value: name is not specified"}},
    {"policy",
     "what it says",
     R"({"spec":{"validations":[{"expression":"true","message":"a\nb","reason":"Gone","messageExpression":" "}],
         "auditAnnotations":[{"key":"k","valueExpression":""},{"key":"k","valueExpression":"'x'"}]}})",
     {R"(spec.validations[0].messageExpression: Invalid value: " ": must be non-empty if specified)",
      R"(spec.validations[0].message: Invalid value: "a\nb": message must not contain line breaks)",
      R"(spec.validations[0].reason: Unsupported value: "Gone": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge")",
      "spec.auditAnnotations[0].valueExpression: Required value: valueExpression is not specified",
      R"(spec.auditAnnotations[1].key: Duplicate value: "k")"}},
    {"policybinding",
     "parameters, names and actions",
     R"({"spec":{"paramRef":{"name":"a","selector":{}},"validationActions":["Deny","Warn"],"matchResources":{"resourceRules":[
         {"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["pods"],"resourceNames":["a","a"]}]}}})",
     {R"(spec.matchResources.resourceRules[0].resourceNames[1]: Duplicate value: "a")",
      "spec.paramRef.name: Forbidden: name and selector are mutually exclusive",
      "spec.paramRef.selector: Forbidden: name and selector are mutually exclusive",
      "spec.paramRef.parameterNotFoundAction: Required value",
      R"(spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose))"}},
    {"mutatingpolicy",
     "again",
     R"({"spec":{"reinvocationPolicy":"Always"}})",
     {R"(spec.reinvocationPolicy: Unsupported value: "Always": supported values: "IfNeeded", "Never")"}},
    {"apiservice",
     "name",
     R"({"metadata":{"name":"x"}})",
     {R"(metadata.name: Invalid value: "x": must be `spec.version+"."+spec.group`: "v1.example.com")"}},
    {"flowschema",
     "level",
     R"({"spec":{"priorityLevelConfiguration":null}})",
     {"spec.priorityLevelConfiguration.name: Required value: must reference a priority level"}},
    {"claim",
     "request",
     R"({"spec":{"devices":{"requests":[{"name":"r"}]}}})",
     {"spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is "
      "required"}},
    {"servicecidr",
     "range",
     R"({"spec":{"cidrs":null}})",
     {"spec.cidrs: Required value: at least one CIDR required"}},
};

void createRows() {
    addRows(createProblems);
}

const Problem changeProblems[] = {
    {"job", "numbers", R"({"spec":{"parallelism":3,"backoffLimit":1,"suspend":true}})", {}},
    {"job",
     "completions",
     R"({"spec":{"completions":2}})",
     {"spec.completions: Invalid value: 2: field is immutable"}},
    {"cronjob", "schedule", R"({"spec":{"schedule":"@daily","suspend":true}})", {}},
    {"statefulset", "what may change", R"({"spec":{"replicas":3,"minReadySeconds":2}})", {}},
    {"statefulset",
     "service",
     R"({"spec":{"serviceName":"other"}})",
     {"spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', "
      "'template', "
      "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
      "'minReadySeconds' are "
      "forbidden"}},
    {"daemonset",
     "selector",
     R"({"spec":{"selector":{"matchLabels":{"a":"b","c":"d"}},"template":{"metadata":{"labels":{"c":"d"}}}}})",
     {R"(spec.selector: Invalid value: {"matchLabels":{"a":"b","c":"d"}}: field is immutable)"}},
    {"ingressclass",
     "controller",
     R"({"spec":{"controller":"example.com/other"}})",
     {R"(spec.controller: Invalid value: "example.com/other": field is immutable)"}},
    {"pv",
     "source",
     R"({"spec":{"hostPath":{"path":"/other"}}})",
     {"spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation"}},
    {"pvc",
     "mode",
     R"({"spec":{"accessModes":["ReadWriteMany"]}})",
     {"spec: Forbidden: spec is immutable after creation except resources.requests and "
      "volumeAttributesClassName for "
      "bound claims"}},
    {"pvc", "class later", R"({"spec":{"storageClassName":"fast","volumeName":"v"}})", {}},
    {"storageclass",
     "parameters",
     R"({"parameters":{"a":"b"},"volumeBindingMode":"WaitForFirstConsumer"})",
     {"parameters: Forbidden: updates to parameters are forbidden.",
      R"(volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable)"}},
    {"quota",
     "scopes",
     R"({"spec":{"scopes":["BestEffort"]}})",
     {R"(spec.scopes: Invalid value: ["BestEffort"]: field is immutable)"}},
    {"rolebinding",
     "role",
     R"({"roleRef":{"name":"other"}})",
     {R"(roleRef: Invalid value: {"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"other"}: cannot change roleRef)"}},
    {"priorityclass", "value", R"({"value":7})", {"value: Forbidden: may not be changed in an update."}},
    {"runtimeclass",
     "handler",
     R"({"handler":"runc"})",
     {R"(handler: Invalid value: "runc": field is immutable)"}},
    {"servicecidr", "second family", R"({"spec":{"cidrs":["10.96.0.0/12","fd00::/108"]}})", {}},
    {"ingress", "rules", R"({"spec":{"ingressClassName":"x"}})", {}},
};

void changeRows() {
    addRows(changeProblems);
}

void defaultRows() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("change");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* kind, const char* what, const QString& change, const QString& expected) {
        QTest::newRow(qPrintable(QString("%1: %2").arg(kind, what))) << QString(kind) << change << expected;
    };
    row("job", "numbers", "{}",
        R"("parallelism":1;;"completions":1;;"backoffLimit":6;;"completionMode":"NonIndexed";;"suspend":false;;"manualSelector":false;;"podReplacementPolicy":"TerminatingOrFailed")");
    row("job", "selector", "{}",
        R"("selector":{"matchLabels":{"batch.kubernetes.io/controller-uid":"11111111-2222-3333-4444-555555555555"}};;"batch.kubernetes.io/job-name":"j";;"job-name":"j")");
    row("job", "parallel", R"({"spec":{"parallelism":3}})", R"("parallelism":3,"backoffLimit":6)");
    row("cronjob", "all", "{}",
        R"("concurrencyPolicy":"Allow","suspend":false;;"successfulJobsHistoryLimit":3,"failedJobsHistoryLimit":1)");
    row("statefulset", "all", "{}",
        R"("replicas":1;;"podManagementPolicy":"OrderedReady","updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":0}},"revisionHistoryLimit":10,"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Retain","whenScaled":"Retain"})");
    row("daemonset", "all", "{}",
        R"("updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1,"maxSurge":0}},"revisionHistoryLimit":10)");
    row("rc", "selector", R"({"spec":{"selector":null}})",
        R"("selector":{"a":"b"};;"labels":{"a":"b"};;"replicas":1)");
    row("hpa", "metric", "{}",
        R"("minReplicas":1;;"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}])");
    row("hpa", "behavior", R"({"spec":{"behavior":{}}})",
        R"("scaleUp":{"stabilizationWindowSeconds":0,"selectPolicy":"Max","policies":[{"type":"Pods","value":4,"periodSeconds":15},{"type":"Percent","value":100,"periodSeconds":15}]};;"scaleDown":{"selectPolicy":"Max","policies":[{"type":"Percent","value":100,"periodSeconds":15}]})");
    row("netpol", "types", R"({"spec":{"egress":[{}]}})",
        R"("policyTypes":["Ingress","Egress"];;"protocol":"TCP")");
    row("pv", "all", "{}",
        R"("persistentVolumeReclaimPolicy":"Retain","volumeMode":"Filesystem";;"phase":"Pending")");
    row("pvc", "all", "{}", R"("volumeMode":"Filesystem";;"status":{"phase":"Pending"})");
    row("storageclass", "all", "{}", R"("reclaimPolicy":"Delete","volumeBindingMode":"Immediate")");
    row("csidriver", "all", "{}",
        R"("attachRequired":true,"podInfoOnMount":false,"volumeLifecycleModes":["Persistent"],"storageCapacity":false,"fsGroupPolicy":"ReadWriteOnceWithFSType")");
    row("limitrange", "from the maximum", "{}", R"("default":{"cpu":"1"},"defaultRequest":{"cpu":"1"})");
    row("rolebinding", "groups", "{}",
        R"("subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"u"}];;"roleRef":{"apiGroup":"rbac.authorization.k8s.io")");
    row("priorityclass", "all", "{}", R"("preemptionPolicy":"PreemptLowerPriority")");
    row("mutatingwebhook", "all", "{}",
        R"("scope":"*";;"failurePolicy":"Fail","matchPolicy":"Equivalent","namespaceSelector":{},"objectSelector":{};;"timeoutSeconds":10;;"reinvocationPolicy":"Never")");
    row("prioritylevel", "all", "{}",
        R"("nominalConcurrencyShares":30;;"queuing":{"queues":64,"handSize":8,"queueLengthLimit":50})");
    row("claim", "mode", "{}", R"("allocationMode":"ExactCount","count":1)");
    row("flowschema", "precedence", "{}", R"("matchingPrecedence":1000)");
}

} // namespace

QTEST_APPLESS_MAIN(TestKinds)
#include "test_api_kinds.moc"
