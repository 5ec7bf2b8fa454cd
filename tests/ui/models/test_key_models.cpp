// One table of actions and keys: what is found, what clashes, what is kept.
#include "ui/models/help_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest>
#include <set>

using namespace wheelhouse::ui;

class TestKeyModels final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void theStandardDoesNotClash();
    void keysAreFound_data();
    void keysAreFound();
    void anotherKey();
    void clashesAreSaid_data();
    void clashesAreSaid();
    void whatIsKeptComesBack();
    void nonsenseIsLeftOut();
    void twoMayChangePlaces();
    void theListFollows();
};

/// Every key could be given to its action again: whatever problemOf() refuses, the standard does not hold.
void TestKeyModels::theStandardDoesNotClash() {
    KeyTable table;
    std::set<QString> ids;
    for (const KeyAction& action : table.actions()) {
        QVERIFY2(ids.insert(action.id).second, qPrintable(action.id));
        QVERIFY(!action.title.isEmpty());
        for (const QKeySequence& key : action.standard) {
            QCOMPARE(key.count(), 1);
            const bool own = key == QKeySequence(Qt::Key_Escape);
            if (!action.fixed && !own) QCOMPARE(table.rebind(action.deed, key), QString());
            table.standard();
        }
    }
}

void TestKeyModels::keysAreFound_data() {
    QTest::addColumn<int>("place");
    QTest::addColumn<int>("key");
    QTest::addColumn<int>("modifiers");
    QTest::addColumn<int>("deed");
    const auto row = [](const char* name, KeyPlace place, Qt::Key key, Qt::KeyboardModifiers modifiers,
                        std::optional<Deed> deed) {
        QTest::newRow(name) << static_cast<int>(place) << static_cast<int>(key) << static_cast<int>(modifiers)
                            << (deed ? static_cast<int>(*deed) : -1);
    };
    row("letter", KeyPlace::Row, Qt::Key_L, Qt::NoModifier, Deed::Logs);
    row("the same letter elsewhere", KeyPlace::Timeline, Qt::Key_L, Qt::NoModifier, Deed::TapeLive);
    row("another letter with Shift", KeyPlace::Row, Qt::Key_F, Qt::ShiftModifier, Deed::Forward);
    row("not without", KeyPlace::Row, Qt::Key_F, Qt::NoModifier, std::nullopt);
    row("Shift is how one writes it", KeyPlace::Everywhere, Qt::Key_Question, Qt::ShiftModifier, Deed::Help);
    row("on other keyboards it is not", KeyPlace::Everywhere, Qt::Key_Question, Qt::NoModifier, Deed::Help);
    row("keypad", KeyPlace::Timeline, Qt::Key_Plus, Qt::KeypadModifier, Deed::TapeFaster);
    row("second key", KeyPlace::Row, Qt::Key_Delete, Qt::NoModifier, Deed::Remove);
    row("nothing", KeyPlace::Row, Qt::Key_Z, Qt::ControlModifier, std::nullopt);
}

void TestKeyModels::keysAreFound() {
    QFETCH(int, place);
    QFETCH(int, key);
    QFETCH(int, modifiers);
    QFETCH(int, deed);
    const KeyTable table;
    const auto found = table.deedOf(static_cast<KeyPlace>(place), key, Qt::KeyboardModifiers(modifiers));
    QCOMPARE(found ? static_cast<int>(*found) : -1, deed);
}

void TestKeyModels::anotherKey() {
    KeyTable table;
    QSignalSpy changed(&table, &KeyTable::changed);
    QCOMPARE(table.rebind(Deed::Logs, QKeySequence("G")), QString());
    QCOMPARE(changed.size(), 1);
    QVERIFY(!table.deedOf(KeyPlace::Row, Qt::Key_L, Qt::NoModifier));
    QVERIFY(table.deedOf(KeyPlace::Row, Qt::Key_G, Qt::NoModifier) == Deed::Logs);
    QCOMPARE(table.hint("Logs", Deed::Logs), QStringLiteral("Logs (G)"));
    QCOMPARE(table.rebind(Deed::Logs, {}), QString());
    QCOMPARE(table.hint("Logs", Deed::Logs), QStringLiteral("Logs"));
    table.standard();
    QVERIFY(table.deedOf(KeyPlace::Row, Qt::Key_L, Qt::NoModifier) == Deed::Logs);
}

void TestKeyModels::clashesAreSaid_data() {
    QTest::addColumn<int>("deed");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, Deed deed, const char* key, const char* says) {
        QTest::newRow(name) << static_cast<int>(deed) << QString(key) << QString(says);
    };
    row("same place", Deed::Logs, "E", "Edit");
    row("everywhere hides the row's", Deed::Pause, "E", "Edit");
    row("the row's is hidden", Deed::Logs, ":", "Go to a kind");
    row("the tape's own may be", Deed::TapePlay, "E", "");
    row("Shift does not make another key of it", Deed::Logs, "Shift+?", "Keys and what they do");
    row("Escape", Deed::Logs, "Esc", "stays as it is");
    row("Tab", Deed::Pause, "Tab", "stays as it is");
    row("two after another", Deed::Logs, "Ctrl+X, Ctrl+Y", "no key");
    row("what is part of the map", Deed::MapOut, "H", "for good");
    row("the map's arrows", Deed::MapLeft, "H", "");
    row("two of the map", Deed::MapLeft, "Right", "at the right");
    row("what is written", Deed::EditorDryRun, "X", "hold Ctrl");
    row("what is not", Deed::EditorDryRun, "F5", "");
    row("the editor's own may be", Deed::EditorDryRun, "Ctrl+K", "");
}

void TestKeyModels::clashesAreSaid() {
    QFETCH(int, deed);
    QFETCH(QString, key);
    QFETCH(QString, says);
    KeyTable table;
    QSignalSpy changed(&table, &KeyTable::changed);
    const auto before = table.action(static_cast<Deed>(deed)).keys;
    const QString problem = table.rebind(static_cast<Deed>(deed), QKeySequence(key));
    if (says.isEmpty()) {
        QCOMPARE(problem, QString());
        return;
    }
    QVERIFY2(problem.contains(says), qPrintable(problem));
    QVERIFY(table.action(static_cast<Deed>(deed)).keys == before);
    QCOMPARE(changed.size(), 0);
}

void TestKeyModels::whatIsKeptComesBack() {
    KeyTable table;
    QVERIFY(table.kept().empty());
    table.rebind(Deed::Logs, QKeySequence("Ctrl+G"));
    table.rebind(Deed::Pause, {});
    const auto kept = table.kept();
    QCOMPARE(kept.size(), 2U);
    KeyTable other;
    other.restore(kept);
    QVERIFY(other.deedOf(KeyPlace::Row, Qt::Key_G, Qt::ControlModifier) == Deed::Logs);
    QVERIFY(!other.deedOf(KeyPlace::Everywhere, Qt::Key_Space, Qt::ControlModifier));
    QVERIFY(other.kept() == kept);
}

void TestKeyModels::nonsenseIsLeftOut() {
    KeyTable table;
    table.restore({{"no.such.thing", {"X"}},
                   {"row.logs", {"not a key", "Esc"}},
                   {"row.edit", {"D"}}, // taken
                   {"map.out", {"H"}}});
    QVERIFY(table.deedOf(KeyPlace::Row, Qt::Key_L, Qt::NoModifier) == Deed::Logs);
    QVERIFY(table.deedOf(KeyPlace::Row, Qt::Key_E, Qt::NoModifier) == Deed::Edit);
    QVERIFY(table.deedOf(KeyPlace::Row, Qt::Key_D, Qt::NoModifier) == Deed::Describe);
    QVERIFY(table.deedOf(KeyPlace::Map, Qt::Key_Escape, Qt::NoModifier) == Deed::MapOut);
}

void TestKeyModels::twoMayChangePlaces() {
    KeyTable table;
    table.restore({{"row.logs", {"E"}}, {"row.edit", {"L"}}});
    QVERIFY(table.deedOf(KeyPlace::Row, Qt::Key_E, Qt::NoModifier) == Deed::Logs);
    QVERIFY(table.deedOf(KeyPlace::Row, Qt::Key_L, Qt::NoModifier) == Deed::Edit);
}

void TestKeyModels::theListFollows() {
    KeyTable table;
    HelpModel model(table);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setPlaces({KeyPlace::Row, KeyPlace::Timeline});
    QVERIFY(model.index(0).data(HelpModel::HeadingRole).toBool() && !model.deedAt(model.index(0)));
    const QModelIndex logs = model.indexOf(Deed::Logs);
    QCOMPARE(logs.data(HelpModel::KeysRole).toStringList(), QStringList{"L"});
    QVERIFY(!model.indexOf(Deed::Pause).isValid());
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    table.rebind(Deed::Logs, QKeySequence("G"));
    QCOMPARE(changed.size(), 1);
    QCOMPARE(logs.data(HelpModel::KeysRole).toStringList(), QStringList{"G"});
    QCOMPARE(logs.data(Qt::AccessibleTextRole).toString(), QStringLiteral("Logs: G"));
}

QTEST_MAIN(TestKeyModels)
#include "test_key_models.moc"
