// Custom kinds: the catalogue, schemas against values, pruning, defaulting, definitions, and that objects
// come out as they went in.
#include "engine/api/by_kind.h"
#include "engine/api/catalogue.h"
#include "engine/api/custom_resource.h"
#include "engine/api/groups/apiextensions.h"
#include "engine/api/openapi.h"
#include "engine/api/selector.h"
#include "engine/base/simulation.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::api;

namespace {

/// JSON written with single quotes.
std::string J(QString text) {
    return text.replace('\'', '"').toStdString();
}

CustomNames names(const std::string& kind = "CronTab") {
    CustomNames out;
    out.group = "stable.example.com";
    out.kind = kind;
    out.singular = QString::fromStdString(kind).toLower().toStdString();
    out.plural = out.singular + "s";
    out.shortNames = {"ct"};
    out.namespaced = true;
    return out;
}

/// A kind whose spec has this schema.
const Kind& kindOf(const QString& spec, bool status = false) {
    CustomResource::Definition definition;
    definition.schema = J("{'type':'object','properties':{'spec':" + spec +
                          ",'status':{'type':'object','x-kubernetes-preserve-unknown-fields':true}}}");
    definition.status = status;
    definition.listKind = "CronTabList";
    return customKind(names(), "v1", std::move(definition));
}

Result<Decoded> decode(const Kind& kind, const QString& spec,
                       FieldValidation validation = FieldValidation::Warn) {
    return decodeJson(J("{'apiVersion':'stable.example.com/v1','kind':'CronTab','metadata':{'name':'a',"
                        "'namespace':'n'},'spec':" +
                        spec + "}"),
                      kind, validation);
}

QString specOf(const Kind& kind, const google::protobuf::Message& message) {
    QString json = QString::fromStdString(encodeJson(message, kind.apiVersion(), kind.kind));
    const auto at = json.indexOf("\"spec\":");
    return at < 0 ? QString() : json.mid(at + 7, json.size() - at - 8).replace('"', '\'');
}

QStringList problems(const std::vector<Cause>& causes) {
    QStringList out;
    for (const Cause& cause : causes)
        out << QString::fromStdString(cause.field + ": " + cause.message);
    return out;
}

using Definition = apiextensions::CustomResourceDefinition;

/// A definition that is right, with `change` merged into it.
Definition definition(const QString& change = "{}") {
    const std::string base = J(
        "{'metadata':{'name':'crontabs.stable.example.com'},'spec':{'group':'stable.example.com','scope':"
        "'Namespaced','names':{'plural':'crontabs','singular':'crontab','kind':'CronTab','listKind':"
        "'CronTabList'},'versions':[{'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':{"
        "'type':'object','properties':{'spec':{'type':'object','properties':{'color':{'type':'string'}}}}}}}]"
        "}}");
    const auto merged = applyPatch(base, J(change), PatchType::Merge, Definition::descriptor());
    auto decoded = decodeJson(*merged, Definition::descriptor(), FieldValidation::Strict);
    if (!decoded) qFatal("%s", decoded.error().message.c_str());
    auto& message = static_cast<Definition&>(*decoded->message);
    applyDefaults(message);
    return message;
}

QString withSchema(const QString& schema) {
    return "{'spec':{'versions':[{'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':" +
           schema + "}}]}}";
}

/// JSON of any shape, small enough to be nested.
std::string randomJson(SeededRandom& random, int depth) {
    switch (random.below(depth > 0 ? 8 : 6)) {
    case 0:
        return std::to_string(static_cast<std::int64_t>(random.below(2'000'000)) - 1'000'000);
    case 1:
        return QString::number(static_cast<double>(random.below(1'000'000)) / 4096, 'g', 17).toStdString();
    case 2:
        return "true";
    case 3:
        return "null";
    case 4:
        return "\"\"";
    case 5:
        return "\"ä\\n\\\"" + std::to_string(random.below(1000)) + "\"";
    case 6: {
        std::string list = "[";
        for (auto left = random.below(4); left > 0; --left)
            list += randomJson(random, depth - 1) + (left > 1 ? " , " : "");
        return list + "]";
    }
    default: {
        std::string object = "{ ";
        const auto count = random.below(5);
        for (std::uint64_t i = 0; i < count; ++i)
            object += "\"k" + std::to_string((i * 7 + 3) % 5) + "\" : " + randomJson(random, depth - 1) +
                      (i + 1 < count ? "," : "");
        return object + "}";
    }
    }
}

} // namespace

class TestApiCustom : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void catalogueServesBuiltInAndCustomKinds();
    void rowsOfTheSameContentAreTheSame();
    void values_data();
    void values();
    void unchangedPartsAreLetBe();
    void unknownFieldsArePruned_data();
    void unknownFieldsArePruned();
    void unknownFieldsAreReported();
    void defaultsAreFilled_data();
    void defaultsAreFilled();
    void definitions_data();
    void definitions();
    void definitionUpdates();
    void columns_data();
    void columns();
    void fieldSelectorsKnowSelectableFields();
    void writesKeepStatusAndGeneration();
    void objectsComeOutAsTheyWentIn();
    void documentsAreMadeOnRequest();
};

void TestApiCustom::catalogueServesBuiltInAndCustomKinds() {
    const Kind& kind = kindOf("{'type':'object'}");
    const Catalogue catalogue({&kind});
    QCOMPARE(catalogue.find({"stable.example.com", "v1", "crontabs"}), &kind);
    QCOMPARE(catalogue.find("stable.example.com/v1", "CronTab"), &kind);
    QCOMPARE(catalogue.find("apps/v1", "Deployment"), findKind("apps/v1", "Deployment"));
    QVERIFY(!catalogue.find({"stable.example.com", "v2", "crontabs"}));
    QVERIFY(catalogue.findVersion("stable.example.com", "v1"));
    QVERIFY(!Catalogue::builtIn()->findGroup("stable.example.com"));
    QCOMPARE(catalogue.kinds().size(), kinds().size() + 1);
    QCOMPARE(kind.storage().name.version, std::string());
    QCOMPARE(findStorageKind(kind.storage().name), &kind.storage());
    QVERIFY(!customOf(*findKind("v1", "Pod")));
}

void TestApiCustom::rowsOfTheSameContentAreTheSame() {
    const Kind& one = kindOf("{'type':'object'}");
    const Kind& other = kindOf("{'type':'object','description':'x'}");
    QVERIFY(&one != &other);
    QCOMPARE(&kindOf("{'type':'object'}"), &one);
    QCOMPARE(&one.storage(), &other.storage());
}

void TestApiCustom::values_data() {
    QTest::addColumn<QString>("schema");
    QTest::addColumn<QString>("spec");
    QTest::addColumn<QStringList>("expected");
    const auto row = [](const char* name, const QString& schema, const QString& value,
                        const QStringList& wrong) {
        QTest::newRow(name) << "{'type':'object','properties':{'x':" + schema + "}}"
                            << "{'x':" + value + "}" << wrong;
    };
    row("string", "{'type':'string'}", "'a'", {});
    row("string is a number", "{'type':'string'}", "5",
        {"spec.x: Invalid value: \"integer\": spec.x in body must be of type string: \"integer\""});
    row("integer is a string", "{'type':'integer'}", "'3'",
        {"spec.x: Invalid value: \"string\": spec.x in body must be of type integer: \"string\""});
    row("integer with a whole float", "{'type':'integer'}", "3.0", {});
    row("integer with a fraction", "{'type':'integer'}", "3.5",
        {"spec.x: Invalid value: \"number\": spec.x in body must be of type integer: \"number\""});
    row("number", "{'type':'number'}", "3", {});
    row("boolean", "{'type':'boolean'}", "'true'",
        {"spec.x: Invalid value: \"string\": spec.x in body must be of type boolean: \"string\""});
    row("int or string", "{'x-kubernetes-int-or-string':true}", "true",
        {"spec.x: Invalid value: \"boolean\": spec.x in body must be of type integer,string: \"boolean\""});
    row("int or string good", "{'x-kubernetes-int-or-string':true}", "'80%'", {});
    row("nullable", "{'type':'string','nullable':true}", "null", {});
    row("minimum", "{'type':'integer','minimum':1}", "0",
        {"spec.x: Invalid value: 0: spec.x in body should be greater than or equal to 1"});
    row("exclusive maximum", "{'type':'number','maximum':2.5,'exclusiveMaximum':true}", "2.5",
        {"spec.x: Invalid value: 2.5: spec.x in body should be less than 2.5"});
    row("multipleOf", "{'type':'integer','multipleOf':3}", "4",
        {"spec.x: Invalid value: 4: spec.x in body should be a multiple of 3"});
    row("pattern", "{'type':'string','pattern':'^a+$'}", "'ab'",
        {"spec.x: Invalid value: \"ab\": spec.x in body should match '^a+$'"});
    row("maxLength counts characters", "{'type':'string','maxLength':2}", "'äöü'",
        {"spec.x: Too long: may not be more than 2 bytes"});
    row("minLength", "{'type':'string','minLength':2}", "'ä'",
        {"spec.x: Invalid value: \"ä\": spec.x in body should be at least 2 chars long"});
    row("enum", "{'type':'string','enum':['a','b']}", "'c'",
        {"spec.x: Unsupported value: \"c\": supported values: \"a\", \"b\""});
    row("format", "{'type':'string','format':'ipv4'}", "'1.2.3.400'",
        {"spec.x: Invalid value: \"1.2.3.400\": spec.x in body must be of type ipv4: \"1.2.3.400\""});
    row("format nobody checks", "{'type':'string','format':'fancy'}", "'?'", {});
    row("minItems", "{'type':'array','items':{'type':'string'},'minItems':2}", "['a']",
        {"spec.x: Invalid value: 1: spec.x in body should have at least 2 items"});
    row("maxItems", "{'type':'array','items':{'type':'string'},'maxItems':1}", "['a','b']",
        {"spec.x: Too many: 2: must have at most 1 items"});
    row("items", "{'type':'array','items':{'type':'string'}}", "['a',1]",
        {"spec.x[1]: Invalid value: \"integer\": spec.x[1] in body must be of type string: \"integer\""});
    row("required", "{'type':'object','required':['y'],'properties':{'y':{'type':'string'}}}", "{}",
        {"spec.x.y: Required value"});
    row("additionalProperties", "{'type':'object','additionalProperties':{'type':'integer'}}", "{'k':'v'}",
        {"spec.x.k: Invalid value: \"string\": spec.x.k in body must be of type integer: \"string\""});
    row("minProperties", "{'type':'object','minProperties':1,'additionalProperties':{'type':'integer'}}",
        "{}", {"spec.x: Invalid value: 0: spec.x in body should have at least 1 properties"});
    row("set", "{'type':'array','x-kubernetes-list-type':'set','items':{'type':'string'}}", "['a','b','a']",
        {"spec.x[2]: Duplicate value: \"a\""});
    row("list map",
        "{'type':'array','x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['n'],'items':{'type':"
        "'object','required':['n'],'properties':{'n':{'type':'string'},'v':{'type':'string'}}}}",
        "[{'n':'a','v':'1'},{'n':'a','v':'2'}]", {"spec.x[1]: Duplicate value: {\"n\":\"a\"}"});
    row("oneOf none", "{'type':'string','oneOf':[{'pattern':'^a'},{'pattern':'^b'}]}", "'c'",
        {"<nil>: Invalid value: \"\": \"spec.x\" must validate one and only one schema (oneOf). Found none "
         "valid",
         "spec.x: Invalid value: \"c\": spec.x in body should match '^a'"});
    row("anyOf", "{'type':'integer','anyOf':[{'minimum':5},{'maximum':1}]}", "7", {});
    row("not", "{'type':'string','not':{'enum':['bad']}}", "'bad'",
        {"<nil>: Invalid value: \"\": \"spec.x\" must not validate the schema (not)"});
    row("embedded",
        "{'type':'object','x-kubernetes-embedded-resource':true,"
        "'x-kubernetes-preserve-unknown-fields':true}",
        "{'kind':'Pod'}", {"spec.x.apiVersion: Required value: must not be empty"});
}

void TestApiCustom::values() {
    QFETCH(QString, schema);
    QFETCH(QString, spec);
    QFETCH(QStringList, expected);
    const Kind& kind = kindOf(schema);
    const auto decoded = decode(kind, spec);
    QVERIFY2(decoded, decoded ? "" : decoded.error().message.c_str());
    QCOMPARE(problems(validateCreate(kind, *decoded->message)), expected);
}

void TestApiCustom::unchangedPartsAreLetBe() {
    const Kind& kind = kindOf("{'type':'object','properties':{'a':{'type':'string','maxLength':1},"
                              "'b':{'type':'string','maxLength':1}}}");
    const auto old = decode(kind, "{'a':'long','b':'x'}");
    const auto now = decode(kind, "{'a':'long','b':'long'}");
    QCOMPARE(problems(validateUpdate(kind, *now->message, *old->message)),
             QStringList{"spec.b: Too long: may not be more than 1 bytes"});
}

void TestApiCustom::unknownFieldsArePruned_data() {
    QTest::addColumn<QString>("schema");
    QTest::addColumn<QString>("spec");
    QTest::addColumn<QString>("kept");
    const QString known = "{'type':'object','properties':{'a':{'type':'string'}}}";
    QTest::newRow("unknown") << known << "{'a':'1','b':'2'}"
                             << "{'a':'1'}";
    QTest::newRow("preserved")
        << "{'type':'object','x-kubernetes-preserve-unknown-fields':true,'properties':{"
           "'a':" +
               known + "}}"
        << "{'a':{'a':'1','z':1},'b':{'c':1}}"
        << "{'a':{'a':'1'},'b':{'c':1}}";
    QTest::newRow("in lists") << "{'type':'object','properties':{'l':{'type':'array','items':" + known + "}}}"
                              << "{'l':[{'b':1},{'a':'x','c':2}]}"
                              << "{'l':[{},{'a':'x'}]}";
    QTest::newRow("in maps") << "{'type':'object','additionalProperties':" + known + "}"
                             << "{'k':{'a':'1','b':2}}"
                             << "{'k':{'a':'1'}}";
    QTest::newRow("embedded objects keep what they are")
        << "{'type':'object','properties':{'e':{'type':'object','x-kubernetes-embedded-resource':true,"
           "'properties':{'spec':" +
               known + "}}}}"
        << "{'e':{'apiVersion':'v1','kind':'X','metadata':{'name':'n'},'spec':{'a':'1','b':2},'other':1}}"
        << "{'e':{'apiVersion':'v1','kind':'X','metadata':{'name':'n'},'spec':{'a':'1'}}}";
}

void TestApiCustom::unknownFieldsArePruned() {
    QFETCH(QString, schema);
    QFETCH(QString, spec);
    QFETCH(QString, kept);
    const Kind& kind = kindOf(schema);
    const auto decoded = decode(kind, spec, FieldValidation::Ignore);
    QVERIFY(decoded);
    QCOMPARE(specOf(kind, *decoded->message), kept);
    QVERIFY(decoded->warnings.empty());
}

void TestApiCustom::unknownFieldsAreReported() {
    const Kind& kind =
        kindOf("{'type':'object','properties':{'l':{'type':'array','items':{'type':'object'}}}}");
    const auto warned = decode(kind, "{'l':[{'b':1}],'c':1,'c':2}");
    QVERIFY(warned);
    QCOMPARE(warned->warnings,
             (std::vector<std::string>{"duplicate field \"spec.c\"", "unknown field \"spec.c\"",
                                       "unknown field \"spec.l[0].b\""}));
    const auto refused = decode(kind, "{'c':1}", FieldValidation::Strict);
    QVERIFY(!refused);
    QCOMPARE(refused.error().reason, Reason::BadRequest);
    QCOMPARE(refused.error().message, std::string("CronTab in version \"v1\" cannot be handled as a CronTab: "
                                                  "strict decoding error: unknown field \"spec.c\""));
}

void TestApiCustom::defaultsAreFilled_data() {
    QTest::addColumn<QString>("schema");
    QTest::addColumn<QString>("spec");
    QTest::addColumn<QString>("filled");
    const QString a = "{'type':'object','properties':{'a':{'type':'integer','default':5}}}";
    QTest::newRow("absent") << a << "{}"
                            << "{'a':5}";
    QTest::newRow("present") << a << "{'a':0}"
                             << "{'a':0}";
    QTest::newRow("null is absent") << a << "{'a':null}"
                                    << "{'a':5}";
    QTest::newRow("null may be")
        << "{'type':'object','properties':{'a':{'type':'integer','default':5,'nullable':true}}}"
        << "{'a':null}"
        << "{'a':null}";
    QTest::newRow("null without a default goes") << "{'type':'object','properties':{'a':{'type':'integer'}}}"
                                                 << "{'a':null}"
                                                 << "{}";
    QTest::newRow("within lists and defaults")
        << "{'type':'object','properties':{'l':{'type':'array','items':" + a +
               "},'o':{'type':'object','default':{},'properties':{'b':{'type':'boolean','default':true}}}}}"
        << "{'l':[{}]}"
        << "{'l':[{'a':5}],'o':{'b':true}}";
}

void TestApiCustom::defaultsAreFilled() {
    QFETCH(QString, schema);
    QFETCH(QString, spec);
    QFETCH(QString, filled);
    const Kind& kind = kindOf(schema);
    const auto decoded = decode(kind, spec);
    QVERIFY(decoded);
    applyDefaults(kind, *decoded->message);
    QCOMPARE(specOf(kind, *decoded->message), filled);
    // What was stored before the default came has it when it is read.
    const auto stored = objectOf(kind.storage(), *decode(kind, spec)->message);
    QCOMPARE(specOf(kind, *messageAs(kind, *stored)), filled);
}

void TestApiCustom::definitions_data() {
    QTest::addColumn<QString>("change");
    QTest::addColumn<QStringList>("expected");
    const QString v = "spec.validation.openAPIV3Schema";
    QTest::newRow("right") << "{}" << QStringList{};
    QTest::newRow("name") << "{'metadata':{'name':'x.stable.example.com'}}"
                          << QStringList{"metadata.name: Invalid value: \"x.stable.example.com\": must be "
                                         "spec.names.plural+\".\"+spec.group"};
    QTest::newRow("scope") << "{'spec':{'scope':'World'}}"
                           << QStringList{"spec.scope: Unsupported value: \"World\": supported values: "
                                          "\"Cluster\", \"Namespaced\""};
    QTest::newRow("approval")
        << "{'metadata':{'name':'crontabs.a.k8s.io'},'spec':{'group':'a.k8s.io'}}"
        << QStringList{
               "metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must "
               "have approval annotation \"api-approved.kubernetes.io\", see "
               "https://github.com/kubernetes/enhancements/pull/1111"};
    QTest::newRow("preserve") << "{'spec':{'preserveUnknownFields':true}}"
                              << QStringList{
                                     "spec.preserveUnknownFields: Invalid value: true: cannot set to true, "
                                     "set x-kubernetes-preserve-unknown-fields to true in "
                                     "spec.versions[*].schema instead"};
    QTest::newRow("no type") << withSchema("{'type':'object','properties':{'spec':{}}}")
                             << QStringList{v +
                                            ".properties[spec].type: Required value: must not be empty for "
                                            "specified object fields"};
    QTest::newRow("no root type") << withSchema("{}")
                                  << QStringList{v + ".type: Required value: must not be empty at the root"};
    QTest::newRow("not structural")
        << withSchema("{'type':'object','properties':{'a':{'type':'string','anyOf':[{'type':'string'}]}}}")
        << QStringList{v + ".properties[a].anyOf[0].type: Forbidden: must be empty to be structural"};
    QTest::newRow("incomplete")
        << withSchema("{'type':'object','properties':{'a':{'type':'object','not':{'properties':{'b':{"
                      "'enum':['x']}}}}}}")
        << QStringList{v + ".properties[a].properties[b]: Required value: because it is defined in " + v +
                       ".properties[a].not.properties[b]"};
    QTest::newRow("uniqueItems")
        << withSchema("{'type':'object','properties':{'a':{'type':'array','uniqueItems':true,'items':{'type':"
                      "'string'}}}}")
        << QStringList{v +
                       ".properties[a].uniqueItems: Forbidden: uniqueItems cannot be set to true since the "
                       "runtime complexity becomes quadratic"};
    QTest::newRow("default of another type")
        << withSchema("{'type':'object','properties':{'a':{'type':'integer','default':'x'}}}")
        << QStringList{v + ".properties[a].default: Invalid value: \"string\": " + v +
                       ".properties[a].default in body must be of type integer: \"string\""};
    QTest::newRow("list map without keys")
        << withSchema(
               "{'type':'object','properties':{'a':{'type':'array','x-kubernetes-list-type':'map','items':{"
               "'type':'object'}}}}")
        << QStringList{v + ".properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if "
                           "x-kubernetes-list-type is map"};
    QTest::newRow("metadata") << withSchema("{'type':'object','properties':{'metadata':{'type':'object',"
                                            "'properties':{'labels':{'type':'object'}}}}}")
                              << QStringList{
                                     v + ".properties[metadata]: Forbidden: must not specify anything other "
                                         "than name and generateName, but metadata is implicitly "
                                         "specified"};
}

void TestApiCustom::definitions() {
    QFETCH(QString, change);
    QFETCH(QStringList, expected);
    QCOMPARE(problems(validateCreate(api::kindOf<Definition>(), definition(change))), expected);
}

void TestApiCustom::definitionUpdates() {
    Definition old = definition();
    auto& established = *old.mutable_status()->add_conditions();
    established.set_type("Established");
    established.set_status("True");
    Definition now =
        definition("{'spec':{'scope':'Cluster','names':{'kind':'Other','listKind':'OtherList'}}}");
    QCOMPARE(problems(validateUpdate(api::kindOf<Definition>(), now, old)).first(2),
             (QStringList{"spec.scope: Invalid value: \"Cluster\": field is immutable",
                          "spec.names.kind: Invalid value: \"Other\": field is immutable"}));
    // A version some objects may be stored in cannot be left out.
    Definition moved = definition("{'spec':{'versions':[{'name':'v2','served':true,'storage':true,'schema':{"
                                  "'openAPIV3Schema':{'type':'object'}}}]}}");
    moved.mutable_status()->add_storedversions("v1");
    QCOMPARE(problems(validateUpdate(api::kindOf<Definition>(), moved, old)),
             QStringList{"status.storedVersions[0]: Invalid value: \"v1\": must appear in spec.versions"});
}

void TestApiCustom::columns_data() {
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("cell");
    QTest::newRow("plain") << ".spec.a"
                           << "string"
                           << "x";
    QTest::newRow("integer") << ".spec.n"
                             << "integer"
                             << "7";
    QTest::newRow("index") << ".spec.l[1].v"
                           << "string"
                           << "two";
    QTest::newRow("last") << ".spec.l[-1].v"
                          << "string"
                          << "two";
    QTest::newRow("filter") << ".spec.l[?(@.t==\"Ready\")].v"
                            << "string"
                            << "two";
    QTest::newRow("label") << ".metadata.labels.app\\.kubernetes\\.io/name"
                           << "string"
                           << "web";
    QTest::newRow("quoted label") << ".metadata.labels['app.kubernetes.io/name']"
                                  << "string"
                                  << "web";
    QTest::newRow("absent") << ".spec.nothing"
                            << "string"
                            << "nothing";
    QTest::newRow("of another type") << ".spec.a"
                                     << "integer"
                                     << "nothing";
    QTest::newRow("date") << ".spec.d"
                          << "date"
                          << "60m";
}

void TestApiCustom::columns() {
    QFETCH(QString, path);
    QFETCH(QString, type);
    QFETCH(QString, cell);
    CustomResource::Definition definition;
    definition.schema = J("{'type':'object','x-kubernetes-preserve-unknown-fields':true}");
    definition.columns.push_back({{"C", type.toStdString(), "", "", 0}, path.toStdString()});
    const Kind& kind = customKind(names(), "v1", std::move(definition));
    const auto decoded = decodeJson(
        J("{'metadata':{'name':'a','labels':{'app.kubernetes.io/name':'web'}},'spec':{'a':'x','n':7,'d':"
          "'2026-01-01T00:00:00Z','l':[{'t':'No','v':'one'},{'t':'Ready','v':'two'}]}}"),
        kind, FieldValidation::Strict);
    QVERIFY2(decoded, decoded ? "" : decoded.error().message.c_str());
    const WallTime now = WallTime(std::chrono::seconds(1767229200)); // 2026-01-01T01:00:00Z
    const Table::Row row = tableRow(objectOf(kind, *decoded->message), now);
    QCOMPARE(row.cells.size(), std::size_t{2});
    const auto* number = std::get_if<std::int64_t>(&row.cells[1]);
    const auto* text = std::get_if<std::string>(&row.cells[1]);
    const QString shown = number != nullptr ? QString::number(*number)
                          : text != nullptr ? QString::fromStdString(*text)
                                            : QStringLiteral("nothing");
    QCOMPARE(shown, cell);
}

void TestApiCustom::fieldSelectorsKnowSelectableFields() {
    CustomResource::Definition definition;
    definition.schema = J("{'type':'object','x-kubernetes-preserve-unknown-fields':true}");
    definition.selectableFields = {"spec.color"};
    const Kind& kind = customKind(names(), "v1", std::move(definition));
    const auto object = objectOf(kind, *decode(kind, "{'color':'blue'}")->message);
    QVERIFY(FieldSelector::parse("spec.color=blue", kind)->matches(*object));
    QVERIFY(!FieldSelector::parse("spec.color!=blue", kind)->matches(*object));
    QVERIFY(!FieldSelector::parse("spec.size=1", kind));
}

void TestApiCustom::writesKeepStatusAndGeneration() {
    const Kind& kind = kindOf("{'type':'object','x-kubernetes-preserve-unknown-fields':true}", true);
    auto created = decode(kind, "{'a':1},'status':{'b':2}");
    prepareCreate(kind, *created->message);
    QCOMPARE(QString::fromStdString(static_cast<CustomObject&>(*created->message).content()),
             QStringLiteral("{\"spec\":{\"a\":1}}"));
    auto status = decode(kind, "{'a':9},'status':{'b':3}");
    prepareUpdate(kind, *status->message, *created->message, true);
    QCOMPARE(QString::fromStdString(static_cast<CustomObject&>(*status->message).content()),
             QStringLiteral("{\"spec\":{\"a\":1},\"status\":{\"b\":3}}"));
    auto update = decode(kind, "{'a':2},'status':{'b':4}");
    prepareUpdate(kind, *update->message, *status->message, false);
    const auto& updated = static_cast<CustomObject&>(*update->message);
    QCOMPARE(QString::fromStdString(updated.content()),
             QStringLiteral("{\"spec\":{\"a\":2},\"status\":{\"b\":3}}"));
    QCOMPARE(updated.metadata().generation(), 2);
}

void TestApiCustom::objectsComeOutAsTheyWentIn() {
    const Kind& kind = kindOf("{'type':'object','x-kubernetes-preserve-unknown-fields':true}");
    SeededRandom random(11);
    for (int i = 0; i < 500; ++i) {
        const std::string value = randomJson(random, 5);
        const auto once = decodeJson("{\"spec\":{\"v\":" + value + "}}", kind, FieldValidation::Ignore);
        QVERIFY2(once, value.c_str());
        const std::string text = encodeJson(*once->message, kind.apiVersion(), kind.kind);
        const auto again = decodeJson(text, kind, FieldValidation::Strict);
        QVERIFY2(again, text.c_str());
        QCOMPARE(serialize(*again->message), serialize(*once->message));
        QCOMPARE(encodeJson(*again->message, kind.apiVersion(), kind.kind), text);
    }
    const auto canonical = decode(kind, "{'b':1.50,'a':[1.0,1e3,-0,0.1],'c':{'z':null,'y':'<&>'}}");
    QCOMPARE(specOf(kind, *canonical->message),
             QStringLiteral("{'a':[1,1000,0,0.1],'b':1.5,'c':{'y':'<&>','z':null}}"));
}

void TestApiCustom::documentsAreMadeOnRequest() {
    const Kind& kind = kindOf("{'type':'object','description':'What is wanted.'}", true);
    const Catalogue catalogue({&kind});
    const auto entries = openApiIndex(catalogue);
    const auto entry = std::find_if(entries.begin(), entries.end(),
                                    [](const auto& e) { return e.path == "apis/stable.example.com/v1"; });
    QVERIFY(entry != entries.end());
    const auto document = openApiDocument(catalogue, entry->path);
    QVERIFY(document);
    QCOMPARE(document->hash, entry->hash);
    const QString json = QString::fromStdString(*document->json);
    QVERIFY(json.contains("\"com.example.stable.v1.CronTab\""));
    QVERIFY(json.contains("What is wanted."));
    QVERIFY(json.contains("fieldValidation"));
    QVERIFY(!json.contains("strategic-merge-patch"));
    QVERIFY(json.contains("/apis/stable.example.com/v1/namespaces/{namespace}/crontabs/{name}/status"));
    // Another schema is another document.
    const Catalogue changed({&kindOf("{'type':'object','description':'Something else.'}", true)});
    QVERIFY(openApiDocument(changed, entry->path)->hash != entry->hash);
    QVERIFY(!openApiDocument(*Catalogue::builtIn(), entry->path));
}

QTEST_APPLESS_MAIN(TestApiCustom)
#include "test_api_custom.moc"
