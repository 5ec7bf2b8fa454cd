// How the window looks: contrast of every choice, colours that stay apart for those who take two for the
// same, large type for a room.
#include "stage.h"
#include "ui/widgets/language.h"

#include <QAction>
#include <QMenu>
#include <QTemporaryDir>
#include <cmath>

using namespace wheelhouse;
using namespace wheelhouse::ui;

namespace {

struct Rgb {
    double r, g, b;
};

double linear(int channel) {
    const double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

Rgb linearOf(const QColor& c) {
    return {linear(c.red()), linear(c.green()), linear(c.blue())};
}

double luminance(const QColor& color) {
    const Rgb c = linearOf(color);
    return 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b;
}

/// As WCAG 2 defines it.
double contrast(const QColor& a, const QColor& b) {
    const double light = std::max(luminance(a), luminance(b));
    const double dark = std::min(luminance(a), luminance(b));
    return (light + 0.05) / (dark + 0.05);
}

enum class Sight { Usual, Protan, Deutan, Tritan };

/// What somebody sees in place of a colour (Machado, Oliveira and Fernandes 2009, severity 1).
Rgb seen(const QColor& color, Sight sight) {
    static constexpr double matrices[4][9] = {
        {1, 0, 0, 0, 1, 0, 0, 0, 1},
        {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
        {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
        {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900}};
    const double* m = matrices[static_cast<int>(sight)];
    const Rgb c = linearOf(color);
    const auto row = [&](int i) {
        return std::clamp(m[i] * c.r + m[i + 1] * c.g + m[i + 2] * c.b, 0.0, 1.0);
    };
    return {row(0), row(3), row(6)};
}

/// How far apart two colours are to that eye, in CIE L*a*b*; 2.3 is just noticed.
double apart(const QColor& a, const QColor& b, Sight sight) {
    const auto lab = [sight](const QColor& color) {
        const Rgb c = seen(color, sight);
        const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116; };
        const double x = f((0.4124 * c.r + 0.3576 * c.g + 0.1805 * c.b) / 0.95047);
        const double y = f(0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b);
        const double z = f((0.0193 * c.r + 0.1192 * c.g + 0.9505 * c.b) / 1.08883);
        return Rgb{116 * y - 16, 500 * (x - y), 200 * (y - z)};
    };
    const Rgb p = lab(a);
    const Rgb q = lab(b);
    return std::hypot(p.r - q.r, p.g - q.g, p.b - q.b);
}

} // namespace

class TestLook final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { Theme::prepareApplication(); }
    void textCanBeRead_data();
    void textCanBeRead();
    void statesStayApart_data();
    void statesStayApart();
    void theUsualOnesWouldNot();
    void aProjectorShowsLargeType();
    void theRailIsAsWideAsItsNames_data();
    void theRailIsAsWideAsItsNames();
    void theMenuChangesAndRemembers();
    void pictures();

  private:
    static void choose(const Stage& stage, const QString& text) {
        auto* menu = stage.window->findChild<QMenu*>("view.menu");
        QVERIFY(menu != nullptr);
        Q_EMIT menu->aboutToShow();
        for (QAction* action : menu->actions())
            if (action->text() == text) return action->trigger();
        QFAIL(qPrintable("no choice " + text));
    }
    QTemporaryDir folder_;
};

void TestLook::textCanBeRead_data() {
    QTest::addColumn<bool>("dark");
    QTest::addColumn<int>("vision");
    QTest::addColumn<bool>("projector");
    for (const bool dark : {true, false})
        for (const auto vision : {ColorVision::Usual, ColorVision::RedGreen, ColorVision::BlueYellow})
            for (const bool projector : {false, true})
                QTest::addRow("%s %d%s", dark ? "dark" : "light", static_cast<int>(vision),
                              projector ? " projector" : "")
                    << dark << static_cast<int>(vision) << projector;
}

void TestLook::textCanBeRead() {
    QFETCH(bool, dark);
    QFETCH(int, vision);
    QFETCH(bool, projector);
    Theme theme(true);
    theme.setLook({dark, static_cast<ColorVision>(vision), projector});
    const Tokens& t = theme.tokens();
    QCOMPARE(t.dark, dark);
    for (const QColor& under : {t.background, t.panel, t.raised}) {
        for (const QColor& text :
             {t.text, t.muted, t.accent, t.second, t.ok, t.warning, t.bad, t.deleting, t.completed})
            QVERIFY2(contrast(text, under) >= 4.5, qPrintable(QStringLiteral("%1 on %2: %3")
                                                                  .arg(text.name(), under.name())
                                                                  .arg(contrast(text, under))));
    }
    // A word in its tone on the quiet background of that tone, as chips have it.
    for (const Tone tone :
         {Tone::Accent, Tone::Good, Tone::Warning, Tone::Bad, Tone::Deleting, Tone::Completed})
        QVERIFY2(contrast(theme.color(tone), theme.tint(tone)) >= 4.5,
                 qPrintable(QStringLiteral("tone %1: %2")
                                .arg(static_cast<int>(tone))
                                .arg(contrast(theme.color(tone), theme.tint(tone)))));
    QVERIFY(contrast(t.onAccent, t.accent) >= 4.5);
    if (projector) {
        Theme usual(dark);
        QVERIFY(contrast(t.line, t.panel) > contrast(usual.tokens().line, usual.tokens().panel));
        QVERIFY(contrast(t.muted, t.panel) > contrast(usual.tokens().muted, usual.tokens().panel));
    }
}

void TestLook::statesStayApart_data() {
    QTest::addColumn<bool>("dark");
    QTest::addColumn<int>("vision");
    QTest::addColumn<int>("sight");
    const std::pair<ColorVision, Sight> all[] = {
        {ColorVision::Usual, Sight::Usual},      {ColorVision::RedGreen, Sight::Usual},
        {ColorVision::RedGreen, Sight::Protan},  {ColorVision::RedGreen, Sight::Deutan},
        {ColorVision::BlueYellow, Sight::Usual}, {ColorVision::BlueYellow, Sight::Tritan}};
    for (const bool dark : {true, false})
        for (const auto& [vision, sight] : all)
            QTest::addRow("%s %d seen as %d", dark ? "dark" : "light", static_cast<int>(vision),
                          static_cast<int>(sight))
                << dark << static_cast<int>(vision) << static_cast<int>(sight);
}

void TestLook::statesStayApart() {
    QFETCH(bool, dark);
    QFETCH(int, vision);
    QFETCH(int, sight);
    Theme theme(true);
    theme.setLook({dark, static_cast<ColorVision>(vision), false});
    const Tokens& t = theme.tokens();
    const QColor states[] = {t.ok, t.warning, t.bad, t.deleting};
    for (const QColor& a : states)
        for (const QColor& b : states)
            if (a != b)
                QVERIFY2(apart(a, b, static_cast<Sight>(sight)) >= 20,
                         qPrintable(QStringLiteral("%1 and %2: %3")
                                        .arg(a.name(), b.name())
                                        .arg(apart(a, b, static_cast<Sight>(sight)))));
}

/// The measure measures: to an eye that takes red for green the usual colours are too close.
void TestLook::theUsualOnesWouldNot() {
    Theme theme(false);
    QVERIFY(apart(theme.tokens().warning, theme.tokens().bad, Sight::Deutan) < 20);
    theme.setDark(true);
    QVERIFY(apart(theme.tokens().ok, theme.tokens().bad, Sight::Protan) < 20);
}

void TestLook::aProjectorShowsLargeType() {
    Theme theme(true);
    const QString before = theme.styleSheet();
    QSignalSpy changed(&theme, &Theme::changed);
    theme.setLook({true, ColorVision::Usual, true});
    QCOMPARE(changed.size(), 1);
    theme.setLook({true, ColorVision::Usual, true});
    QCOMPARE(changed.size(), 1);
    QCOMPARE(theme.body(13).pixelSize(), 16);
    QCOMPARE(theme.mono(12).pixelSize(), 15);
    QVERIFY(theme.stroke(1) > 1.5);
    const QString sheet = theme.styleSheet();
    QVERIFY(before.contains("font-size: 13px") && !sheet.contains("font-size: 13px"));
    QVERIFY(sheet.contains("font-size: 16px") && !sheet.contains(": 1px solid"));
}

void TestLook::theRailIsAsWideAsItsNames_data() {
    QTest::addColumn<QString>("language");
    QTest::addColumn<bool>("projector");
    for (const char* language : {"en", "de", "zh_CN"})
        for (const bool projector : {false, true})
            QTest::addRow("%s%s", language, projector ? " projector" : "") << language << projector;
}

void TestLook::theRailIsAsWideAsItsNames() {
    QFETCH(QString, language);
    QFETCH(bool, projector);
    useLanguage(QLocale(language));
    const auto back = qScopeGuard([] { useLanguage(QLocale("en")); });
    Stage stage;
    stage.open();
    if (projector) choose(stage, MainWindow::tr("Projector: large type, thick lines"));
    const auto* rail = stage.window->findChild<QWidget*>("rail");
    QVERIFY(rail != nullptr);
    Theme theme(true);
    theme.setLook({true, ColorVision::Usual, projector});
    const QFontMetrics bold(theme.body(10, QFont::DemiBold));
    int names = 0;
    for (const auto* button : rail->findChildren<QAbstractButton*>()) {
        ++names;
        QVERIFY2(bold.horizontalAdvance(button->text()) <= rail->width() - 4, qPrintable(button->text()));
    }
    QCOMPARE(names, 7);
}

void TestLook::theMenuChangesAndRemembers() {
    const QString file = folder_.filePath("window.json");
    Stage stage;
    stage.smallLab();
    const auto open = [&] {
        MainWindowOptions options;
        options.title = "lab";
        options.stateFile = file;
        options.appearance = Appearance::System;
        stage.window = std::make_unique<MainWindow>(options, stage.cluster, stage.executor);
        stage.window->show();
        QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->rectOfNode("vm-2").isNull(), soon);
    };
    open();
    const int small = stage.window->font().pixelSize();
    choose(stage, "Light");
    QVERIFY(stage.window->palette().color(QPalette::Window).lightness() > 128);
    choose(stage, "Projector: large type, thick lines");
    QVERIFY(stage.window->font().pixelSize() > small);
    choose(stage, "Colours for red–green colour blindness");
    choose(stage, "Nothing moves");
    QVERIFY(stage.map()->reducedMotion());
    stage.window->close();
    open();
    QVERIFY(stage.window->font().pixelSize() > small);
    QVERIFY(stage.map()->reducedMotion());
    auto* menu = stage.window->findChild<QMenu*>("view.menu");
    Q_EMIT menu->aboutToShow();
    QStringList checked;
    for (const QAction* action : menu->actions())
        if (action->isChecked()) checked << action->text();
    QCOMPARE(checked, QStringList({"Light", "Colours for red–green colour blindness",
                                   "Projector: large type, thick lines", "Nothing moves"}));
    choose(stage, "Nothing moves");
    QVERIFY(!stage.map()->reducedMotion());
    choose(stage, "Projector: large type, thick lines");
    QCOMPARE(stage.window->font().pixelSize(), small);
    stage.window->close();
}

void TestLook::pictures() {
    Stage stage;
    stage.richLab();
    stage.open();
    QTRY_COMPARE_WITH_TIMEOUT(stage.map()->layoutOfMap().cards().size(), 9U, soon);
    choose(stage, "Colours for red–green colour blindness");
    stage.shot("map-red-green");
    choose(stage, "Colours for blue–yellow colour blindness");
    stage.shot("map-blue-yellow");
    choose(stage, "Usual colours");
    choose(stage, "Projector: large type, thick lines");
    stage.shot("map-projector");
    stage.place("Objects");
    stage.shot("objects-projector");
}

QTEST_MAIN(TestLook)
#include "test_look.moc"
