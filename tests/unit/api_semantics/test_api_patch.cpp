#include "objects.h"

using namespace wheelhouse;
using namespace wheelhouse::api;

class TestPatch : public QObject {
    Q_OBJECT

    static QString apply(const QString& object, const QString& patch, PatchType type) {
        const auto out = applyPatch(object.toStdString(), patch.toStdString(), type, core::Pod::descriptor());
        return out ? QString::fromStdString(*out)
                   : QString("%1: %2").arg(QString::fromUtf8(reasonName(out.error().reason).data()),
                                           QString::fromStdString(out.error().message));
    }

  private Q_SLOTS:
    void jsonPatch_data() {
        QTest::addColumn<QString>("object");
        QTest::addColumn<QString>("patch");
        QTest::addColumn<QString>("expected");
        const QString rejected = "Invalid: the server rejected our request due to an error in our request: ";
        QTest::newRow("add") << R"({"a":1})"
                             << R"([{"op":"add","path":"/b","value":[1]}])"
                             << R"({"a":1,"b":[1]})";
        QTest::newRow("append") << R"({"a":[1]})"
                                << R"([{"op":"add","path":"/a/-","value":2}])"
                                << R"({"a":[1,2]})";
        QTest::newRow("insert") << R"({"a":[1]})"
                                << R"([{"op":"add","path":"/a/0","value":0}])"
                                << R"({"a":[0,1]})";
        QTest::newRow("remove") << R"({"a":[1,2]})"
                                << R"([{"op":"remove","path":"/a/0"}])"
                                << R"({"a":[2]})";
        QTest::newRow("replace") << R"({"a":1})"
                                 << R"([{"op":"replace","path":"/a","value":null}])"
                                 << R"({"a":null})";
        QTest::newRow("move") << R"({"a":1})"
                              << R"([{"op":"move","from":"/a","path":"/b"}])"
                              << R"({"b":1})";
        QTest::newRow("copy") << R"({"a":{"x":1}})"
                              << R"([{"op":"copy","from":"/a/x","path":"/b"}])"
                              << R"({"a":{"x":1},"b":1})";
        QTest::newRow("escapes") << R"({"a/b":{"c~d":1}})"
                                 << R"([{"op":"remove","path":"/a~1b/c~0d"}])"
                                 << R"({"a/b":{}})";
        QTest::newRow("test holds") << R"({"a":[1,"x"]})"
                                    << R"([{"op":"test","path":"/a","value":[1,"x"]}])"
                                    << R"({"a":[1,"x"]})";
        QTest::newRow("test fails") << R"({"a":1})"
                                    << R"([{"op":"test","path":"/a","value":2}])"
                                    << rejected + "testing value /a failed";
        QTest::newRow("missing") << R"({"a":1})"
                                 << R"([{"op":"remove","path":"/b"}])"
                                 << rejected + "remove operation does not apply: doc is missing path: \"/b\"";
        QTest::newRow("into itself") << R"({"a":{}})"
                                     << R"([{"op":"move","from":"/a","path":"/a/b"}])"
                                     << rejected + "move operation does not apply: \"/a/b\" is inside \"/a\"";
        QTest::newRow("out of bounds")
            << R"({"a":[]})"
            << R"([{"op":"add","path":"/a/1","value":1}])"
            << rejected + "add operation does not apply: index out of bounds in \"/a/1\"";
        QTest::newRow("unknown op")
            << "{}"
            << R"([{"op":"frob","path":"/a"}])"
            << "BadRequest: error decoding patch: operation 0: unexpected kind \"frob\"";
        QTest::newRow("no list") << "{}"
                                 << R"({"op":"add"})"
                                 << "BadRequest: error decoding patch: a JSON patch is a list of operations";
        QTest::newRow("bad pointer")
            << "{}"
            << R"([{"op":"remove","path":"/a~2"}])"
            << "BadRequest: error decoding patch: operation 0: \"/a~2\" is not a JSON pointer";
    }
    void jsonPatch() {
        QFETCH(QString, object);
        QFETCH(QString, patch);
        QFETCH(QString, expected);
        QCOMPARE(apply(object, patch, PatchType::Json), expected);
    }

    void tooManyOperations() {
        QStringList operations;
        for (int i = 0; i < 10'001; ++i)
            operations << R"({"op":"add","path":"/a","value":1})";
        const QString out = apply("{}", "[" + operations.join(',') + "]", PatchType::Json);
        QCOMPARE(out,
                 "RequestEntityTooLarge: The allowed maximum operations in a JSON patch is 10000, got 10001");
        operations.removeLast();
        QCOMPARE(apply("{}", "[" + operations.join(',') + "]", PatchType::Json), R"({"a":1})");
    }

    void copiesAreLimited() {
        QStringList operations{R"({"op":"add","path":"/a","value":[1]})"};
        for (int i = 0; i < 30; ++i)
            operations << R"({"op":"copy","from":"/a","path":"/a/-"})";
        QVERIFY(apply("{}", "[" + operations.join(',') + "]", PatchType::Json)
                    .startsWith("RequestEntityTooLarge"));
    }

    void mergePatch_data() {
        QTest::addColumn<QString>("object");
        QTest::addColumn<QString>("patch");
        QTest::addColumn<QString>("expected");
        QTest::newRow("set, remove, nest") << R"({"a":1,"b":2,"c":{"d":1}})"
                                           << R"({"a":3,"b":null,"c":{"e":2,"d":null}})"
                                           << R"({"a":3,"c":{"e":2}})";
        QTest::newRow("list is a value") << R"({"a":[1,2]})"
                                         << R"({"a":[3]})"
                                         << R"({"a":[3]})";
        QTest::newRow("nulls of a new object") << R"({})"
                                               << R"({"a":{"b":null,"c":1}})"
                                               << R"({"a":{"c":1}})";
        QTest::newRow("no object") << R"({})"
                                   << R"([1])"
                                   << "BadRequest: error decoding patch: a merge patch is a JSON object";
    }
    void mergePatch() {
        QFETCH(QString, object);
        QFETCH(QString, patch);
        QFETCH(QString, expected);
        QCOMPARE(apply(object, patch, PatchType::Merge), expected);
    }

    void strategic_data() {
        QTest::addColumn<QString>("object");
        QTest::addColumn<QString>("patch");
        QTest::addColumn<QString>("expected");
        const QString two = R"({"spec":{"containers":[{"name":"a","image":"x"},{"name":"b","image":"y"}]}})";
        QTest::newRow("merged by name")
            << two << R"({"spec":{"containers":[{"name":"b","image":"z"}]}})"
            << R"({"spec":{"containers":[{"name":"a","image":"x"},{"name":"b","image":"z"}]}})";
        QTest::newRow("added, before the others")
            << two << R"({"spec":{"containers":[{"name":"c","image":"z"}]}})"
            << R"({"spec":{"containers":[{"name":"c","image":"z"},{"name":"a","image":"x"},{"name":"b","image":"y"}]}})";
        QTest::newRow("deleted") << two << R"({"spec":{"containers":[{"name":"a","$patch":"delete"}]}})"
                                 << R"({"spec":{"containers":[{"name":"b","image":"y"}]}})";
        QTest::newRow("list replaced")
            << two << R"({"spec":{"containers":[{"$patch":"replace"},{"name":"n","image":"i"}]}})"
            << R"({"spec":{"containers":[{"name":"n","image":"i"}]}})";
        QTest::newRow("object replaced") << two << R"({"spec":{"$patch":"replace","hostname":"h"}})"
                                         << R"({"spec":{"hostname":"h"}})";
        QTest::newRow("order")
            << two
            << R"({"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}],"containers":[{"name":"a","image":"q"}]}})"
            << R"({"spec":{"containers":[{"name":"b","image":"y"},{"name":"a","image":"q"}]}})";
        QTest::newRow("order keeps the server's own")
            << R"({"spec":{"containers":[{"name":"a"},{"name":"mine"},{"name":"b"}]}})"
            << R"({"spec":{"$setElementOrder/containers":[{"name":"a"},{"name":"b"},{"name":"c"}],"containers":[{"name":"c"}]}})"
            << R"({"spec":{"containers":[{"name":"a"},{"name":"mine"},{"name":"b"},{"name":"c"}]}})";
        QTest::newRow("atomic list") << R"({"spec":{"containers":[{"name":"a","args":["1","2"]}]}})"
                                     << R"({"spec":{"containers":[{"name":"a","args":["3"]}]}})"
                                     << R"({"spec":{"containers":[{"name":"a","args":["3"]}]}})";
        QTest::newRow("primitive list merged") << R"({"metadata":{"finalizers":["a","b"]}})"
                                               << R"({"metadata":{"finalizers":["b","c"]}})"
                                               << R"({"metadata":{"finalizers":["a","b","c"]}})";
        QTest::newRow("primitive list deleted from")
            << R"({"metadata":{"finalizers":["a","b"]}})"
            << R"({"metadata":{"$deleteFromPrimitiveList/finalizers":["a"],"$setElementOrder/finalizers":["b"]}})"
            << R"({"metadata":{"finalizers":["b"]}})";
        QTest::newRow("retain keys")
            << R"({"spec":{"volumes":[{"name":"v","emptyDir":{}}]}})"
            << R"({"spec":{"volumes":[{"$retainKeys":["name","hostPath"],"name":"v","hostPath":{"path":"/x"}}]}})"
            << R"({"spec":{"volumes":[{"name":"v","hostPath":{"path":"/x"}}]}})";
        QTest::newRow("null removes") << R"({"metadata":{"labels":{"a":"1","b":"2"}}})"
                                      << R"({"metadata":{"labels":{"a":null}}})"
                                      << R"({"metadata":{"labels":{"b":"2"}}})";
        QTest::newRow("through an inlined field")
            << R"({"spec":{"volumes":[{"name":"v","projected":{"sources":[{"a":1}]}}]}})"
            << R"({"spec":{"volumes":[{"name":"v","projected":{"defaultMode":1}}]}})"
            << R"({"spec":{"volumes":[{"name":"v","projected":{"sources":[{"a":1}],"defaultMode":1}}]}})";
        QTest::newRow("no merge key")
            << two << R"({"spec":{"containers":[{"image":"z"}]}})"
            << "BadRequest: error applying strategic merge patch: map: {\"image\":\"z\"} does not contain "
               "declared merge key: name";
        QTest::newRow("ports by number")
            << R"({"spec":{"containers":[{"name":"a","ports":[{"containerPort":80},{"containerPort":81}]}]}})"
            << R"({"spec":{"containers":[{"name":"a","ports":[{"containerPort":81,"name":"w"}]}]}})"
            << R"({"spec":{"containers":[{"name":"a","ports":[{"containerPort":80},{"containerPort":81,"name":"w"}]}]}})";
    }
    void strategic() {
        QFETCH(QString, object);
        QFETCH(QString, patch);
        QFETCH(QString, expected);
        QCOMPARE(apply(object, patch, PatchType::Strategic), expected);
    }
};

QTEST_GUILESS_MAIN(TestPatch)
#include "test_api_patch.moc"
