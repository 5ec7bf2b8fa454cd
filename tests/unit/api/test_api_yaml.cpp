#include "engine/api/codec.h"

#include <QFile>
#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::api;

class TestApiYaml : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void converts_data();
    void converts();
    void refuses_data();
    void refuses();
    void aliasBombsStayCheap();
    void manyDocuments();
    void theExampleDecodes();
    void jsonComesBackFromYaml_data();
    void jsonComesBackFromYaml();
    void printsForPeople();
};

void TestApiYaml::converts_data() {
    QTest::addColumn<QString>("yaml");
    QTest::addColumn<QString>("json");
    const auto row = [](const char* name, const char* yaml, const char* json) {
        QTest::newRow(name) << QString::fromUtf8(yaml) << QString::fromUtf8(json);
    };
    row("words for true", "[yes, Yes, y, on, ON, true, True]", "[true,true,true,true,true,true,true]");
    row("words for false", "[no, No, n, off, OFF, false, FALSE]",
        "[false,false,false,false,false,false,false]");
    row("quoted words are text", "['yes', \"no\", 'true', \"1\", '~', \"\"]",
        R"(["yes","no","true","1","~",""])");
    row("nulls", "{a: ~, b: null, c: , d: Null}", R"({"a":null,"b":null,"c":null,"d":null})");
    row("integers", "[0, 12, -7, +3, 1_000, 0x1F, 0b101, 0644, 0o644, 18446744073709551615]",
        "[0,12,-7,3,1000,31,5,420,420,18446744073709551615]");
    row("floats", "[1.5, .5, 1., 1e3, 1.5E-3, -0.25, 123456789012345678901234567890]",
        "[1.5,0.5,1,1000,0.0015,-0.25,1.2345678901234568e+29]");
    row("text that looks like more",
        "[1.2.3, 10.0.0.1, 1h, 0x, 089x, 2026-01-02, 12:30:45, -, .inf, .nan, +]",
        R"(["1.2.3","10.0.0.1","1h","0x","089x","2026-01-02","12:30:45","-",".inf",".nan","+"])");
    row("keys are text", "{1: a, true: b, yes: c, ~: d, 1.5: e, x: f}",
        R"({"1":"a","true":"b","true":"c","null":"d","1.5":"e","x":"f"})");
    row("tags", "[!!str 1, !!int \"2\", ! 3, !!bool \"yes\"]", R"(["1",2,"3",true])");
    row("blocks", "a: |\n  x\n   y\nb: >-\n  x\n  y\n", R"({"a":"x\n y\n","b":"x y"})");
    row("aliases", "a: &x {k: [1]}\nb: *x\nc: [*x, *x]",
        R"({"a":{"k":[1]},"b":{"k":[1]},"c":[{"k":[1]},{"k":[1]}]})");
    row("merge keys", "base: &b {x: 1, k: 2}\nd:\n  <<: *b\n  k: 3\ne:\n  <<: [*b, {z: 4, x: 9}]",
        R"({"base":{"x":1,"k":2},"d":{"k":3,"x":1},"e":{"x":1,"k":2,"z":4}})");
    row("comments and blanks", "# top\na: 1 # one\n\n", R"({"a":1})");
    row("letters of many bytes", "a: \xC3\xA9\xF0\x9F\x9A\xA2", "{\"a\":\"\xC3\xA9\xF0\x9F\x9A\xA2\"}");
    row("JSON stays", "{\"a\": [1, 2.50]}", "{\"a\": [1, 2.50]}");
    row("duplicate keys are left for the decoder", "a: 1\na: 2", R"({"a":1,"a":2})");
}

void TestApiYaml::converts() {
    QFETCH(QString, yaml);
    QFETCH(QString, json);
    const auto documents = yamlToJson(yaml.toStdString());
    QVERIFY2(documents, documents ? "" : documents.error().message.c_str());
    QCOMPARE(documents->size(), std::size_t(1));
    QCOMPARE(QString::fromStdString(documents->front()), json);
}

void TestApiYaml::refuses_data() {
    QTest::addColumn<QByteArray>("yaml");
    QTest::addColumn<QString>("part");
    const auto row = [](const char* name, const QByteArray& yaml, const char* part) {
        QTest::newRow(name) << yaml << QString::fromUtf8(part);
    };
    row("unclosed", "a: [1, 2", "malformed YAML at line");
    row("bad indentation", "a:\n  b: 1\n c: 2\n", "malformed YAML at line 3");
    row("tab", "a:\n\t- b", "malformed YAML at line 2");
    row("unknown alias", "a: *b", "malformed YAML at line 1, column 4");
    row("a comma alone", ",", "this begins no value");
    row("a comma after a map", "{a: 1}, {b: 2}", "line 1, column 7: this begins no value");
    row("a comma on a line of its own", "- ? a\n, b", "this begins no value");
    row("a bracket that closes nothing", "}", "illegal flow end");
    row("alias of itself", "a: &a [*a]", "an alias inside what it stands for");
    row("a list as key", "? [a]\n: b", "a key that is a list or a map");
    row("deep flow", QByteArray(100'000, '['), "malformed YAML");
    row(
        "deep blocks",
        [] {
            QByteArray deep;
            for (int i = 0; i < 300; ++i)
                deep += QByteArray(i, ' ') + "a:\n";
            return deep;
        }(),
        "nested deeper than 100 levels");
    row("bad UTF-8", "a: \xFF\xFE", "the text is not valid UTF-8");
    row(
        "depth through aliases",
        [] {
            QByteArray deep = "a0: &a0 [1]\n";
            for (int i = 1; i < 120; ++i)
                deep += QByteArray("a%: &a% [*a#]\n")
                            .replace("%", QByteArray::number(i))
                            .replace("#", QByteArray::number(i - 1));
            return deep;
        }(),
        "nested too deep once its aliases are expanded");
}

void TestApiYaml::refuses() {
    QFETCH(QByteArray, yaml);
    QFETCH(QString, part);
    const auto documents =
        yamlToJson(std::string_view(yaml.constData(), static_cast<std::size_t>(yaml.size())));
    QVERIFY(!documents);
    QCOMPARE(documents.error().reason, Reason::BadRequest);
    QVERIFY2(QString::fromStdString(documents.error().message).contains(part),
             documents.error().message.c_str());
}

void TestApiYaml::aliasBombsStayCheap() {
    // Nine levels of nine: 387 million "lol" if it were expanded.
    std::string bomb = "a: &a [\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\"]\n";
    for (char c = 'b'; c <= 'i'; ++c) {
        const std::string before = std::string("*") + static_cast<char>(c - 1);
        bomb += std::string(1, c) + ": &" + c + " [" + before;
        for (int i = 0; i < 8; ++i)
            bomb += "," + before;
        bomb += "]\n";
    }
    const auto documents = yamlToJson(bomb);
    QVERIFY(!documents);
    QVERIFY(documents.error().message.find("too much once its aliases are expanded") != std::string::npos);
    QCOMPARE(yamlToJson(std::string(maxBodyBytes + 1, ' ')).error().reason, Reason::RequestEntityTooLarge);
}

void TestApiYaml::manyDocuments() {
    const auto documents = yamlToJson("---\na: 1\n---\n# nothing\n---\nb: 2\n...\n---\n~\n---\nc: 3\n");
    QVERIFY(documents);
    QCOMPARE(*documents, (std::vector<std::string>{R"({"a":1})", R"({"b":2})", R"({"c":3})"}));
    QVERIFY(yamlToJson("")->empty());
    QVERIFY(yamlToJson("# only a comment\n")->empty());
}

void TestApiYaml::theExampleDecodes() {
    QFile file(QStringLiteral(WHEELHOUSE_SOURCE_DIR) + "/resources/examples/nginx-deployment.yaml");
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto documents = yamlToJson(file.readAll().toStdString());
    QVERIFY(documents);
    QCOMPARE(documents->size(), std::size_t(1));
    const auto decoded = decodeJson(documents->front(), FieldValidation::Strict);
    QVERIFY2(decoded, decoded ? "" : decoded.error().message.c_str());
    QCOMPARE(
        encodeJson(*decoded->message, "apps/v1", "Deployment"),
        R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"nginx-deployment"},"spec":{"replicas":3,)"
        R"("selector":{"matchLabels":{"app":"nginx"}},"template":{"metadata":{"labels":{"app":"nginx"}},"spec":)"
        R"({"containers":[{"name":"nginx","image":"nginx:1.14.2","ports":[{"containerPort":80}],"resources":{}}]}},)"
        R"("strategy":{}},"status":{}})");
}

void TestApiYaml::jsonComesBackFromYaml_data() {
    QTest::addColumn<QString>("json");
    const auto row = [](const char* json) { QTest::newRow(json) << QString::fromUtf8(json); };
    row(R"({"a":{"b":[{"c":1,"d":[1,2]},{"e":{}}],"f":[]},"g":{}})");
    row(R"(["yes","no","1","1.5","~","null","","true","0x10","010","on","y"])");
    row(R"(["- a","-","--- x","a: b","a #b","#c","a:","'q'","\"q\"","{","[","*a","&a","!a","|","> x","%","@","`"," x","x ","?","? a",":","=","<<",","])");
    row(R"(["one\ntwo","one\ntwo\n","one\n\ntwo\n"," lead\nx","x\n\n","tab\tx\ny","trail \ny","\nx","cr\r\n"])");
    row(R"({"multi":"a\n  b\nc\n","after":1,"list":["x\ny",{"k":"p\nq\n"}]})");
    row("{\"u\":\"\xC3\xA9\",\"c\":\"\\u0001\",\"n\":null,\"t\":true,\"f\":-1.5,\"yes\":1,\"1\":2,\"a "
        "b\":3,\"x: y\":4}");
    row(R"([[1,[2]],[],{},[{"a":1}]])");
    row(R"("text")");
    row(R"({"time":"2026-01-02T03:04:05Z","image":"a/b:c@sha256:0","cmd":"sh -c 'x && y' > z","glob":"*.x"})");
}

void TestApiYaml::jsonComesBackFromYaml() {
    QFETCH(QString, json);
    const auto yaml = jsonToYaml(json.toStdString());
    QVERIFY2(yaml, yaml ? "" : yaml.error().message.c_str());
    const auto back = yamlToJson(*yaml);
    QVERIFY2(back, back ? "" : (back.error().message + "\n" + *yaml).c_str());
    QVERIFY2(back->size() == 1, yaml->c_str());
    QCOMPARE(QString::fromStdString(back->front()), json);
}

void TestApiYaml::printsForPeople() {
    const auto yaml = jsonToYaml(
        R"({"kind":"Pod","spec":{"containers":[{"name":"a","args":["x"],"env":[]}],"m":1},"e":{}})");
    QVERIFY(yaml);
    QCOMPARE(QString::fromStdString(*yaml), QStringLiteral("kind: Pod\n"
                                                           "spec:\n"
                                                           "  containers:\n"
                                                           "  - name: a\n"
                                                           "    args:\n"
                                                           "    - x\n"
                                                           "    env: []\n"
                                                           "  m: 1\n"
                                                           "e: {}\n"));
    QVERIFY(!jsonToYaml("{\"a\":"));
}

QTEST_GUILESS_MAIN(TestApiYaml)
#include "test_api_yaml.moc"
