// Style as a test: the rules hold for every file of the tree, and each rule is shown to catch a violation.
#include "rules.h"

#include <QProcess>
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace {

std::string read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

std::vector<tidy::File> sources() {
    std::vector<tidy::File> files;
    const std::filesystem::path root = WHEELHOUSE_SOURCE_DIR;
    for (const char* folder :
         {"app", "engine", "vmnodes", "ui", "tests", "installer", "resources", "cmake"}) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
            const std::string extension = entry.path().extension();
            if (!entry.is_regular_file()) continue;
            if (extension == ".cpp" || extension == ".h" || extension == ".sh" || extension == ".proto" ||
                extension == ".cmake" || extension == ".md")
                files.push_back(
                    tidy::parse(std::filesystem::relative(entry.path(), root).string(), read(entry.path())));
        }
    }
    return files;
}

tidy::Layers layers() {
    return tidy::parseLayers(read(std::string(WHEELHOUSE_SOURCE_DIR) + "/cmake/AllowedDependencies.cmake"));
}

} // namespace

class TestTidy : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void everyFileKeepsTheRules() {
        const tidy::Layers allowed = layers();
        const auto files = sources();
        QVERIFY(files.size() > 50);
        QStringList findings;
        for (const tidy::File& file : files)
            for (const std::string& finding : tidy::check(file, allowed))
                findings << QString::fromStdString(finding);
        for (const QString& finding : findings)
            qWarning().noquote() << finding;
        QVERIFY2(findings.isEmpty(), qPrintable(QString("%1 findings, listed above").arg(findings.size())));
    }

    void everyModuleHasAReadme() {
        const std::filesystem::path root = WHEELHOUSE_SOURCE_DIR;
        for (const auto& [module, allowed] : layers()) {
            std::string folder = module;
            if (const auto underscore = folder.find('_'); underscore != std::string::npos)
                folder[underscore] = '/';
            QVERIFY2(std::filesystem::exists(root / folder / "README.md"),
                     (folder + " has no README.md").c_str());
        }
    }

    void everyRuleCatchesItsViolation_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("findings");
        const auto row = [](const char* name, const char* path, const QString& text, int findings) {
            QTest::newRow(name) << QString(path) << text << findings;
        };
        row("engine uses ui", "engine/store/src/a.cpp", "#include \"ui/models/x.h\"\n", 1);
        row("scheduler uses the store", "engine/scheduler/src/a.cpp", "#include \"engine/store/store.h\"\n",
            1);
        row("store uses api", "engine/store/src/a.cpp", "#include \"engine/api/object.h\"\n", 0);
        row("clock", "engine/store/src/a.cpp", "auto t = std::chrono::steady_clock::now();\n", 1);
        row("clock in a comment", "engine/store/src/a.cpp", "// not steady_clock::now\n", 0);
        row("clock in the app", "app/main.cpp", "auto t = std::chrono::steady_clock::now();\n", 0);
        row("random", "engine/client/src/a.cpp", "std::mt19937 g;\n", 1);
        row("thread", "engine/client/src/a.cpp", "std::thread t;\n", 1);
        row("throw", "engine/client/src/a.cpp", "throw 1;\n", 1);
        row("throw with a reason", "engine/client/src/a.cpp",
            "throw 1; // tidy: caught by the parser around it\n", 0);
        row("long file", "engine/client/src/a.cpp", QString("int a;\n").repeated(601), 1);
        row("long function", "engine/client/src/a.cpp",
            "void f() {\n" + QString("    a();\n").repeated(80) + "}\n", 1);
        row("short function", "engine/client/src/a.cpp",
            "void f() {\n" + QString("    a();\n").repeated(60) + "}\n", 0);
        row("colour", "ui/views/src/a.cpp", "c = QColor(\"#ff0000\");\n", 1);
        row("named colour", "ui/views/src/a.cpp", "c = Qt::red;\n", 1);
        row("colour in the theme", "ui/widgets/src/theme.cpp", "c = QColor(\"#ff0000\");\n", 0);
        row("untranslated", "ui/views/src/a.cpp", "label->setText(\"Hello\");\n", 1);
        row("translated", "ui/views/src/a.cpp", "label->setText(tr(\"Hello\"));\n", 0);
        row("promise", "engine/client/src/a.cpp", "// TODO later\n", 1);
        row("sleeping test", "tests/unit/x/a.cpp", "QTest::qWait(100);\n", 1);
        row("path of a machine", "engine/client/src/a.cpp", "auto p = \"/work/main\";\n", 1);
    }
    void everyRuleCatchesItsViolation() {
        QFETCH(QString, path);
        QFETCH(QString, text);
        QFETCH(int, findings);
        QCOMPARE(static_cast<int>(
                     tidy::check(tidy::parse(path.toStdString(), text.toStdString()), layers()).size()),
                 findings);
    }
};

QTEST_GUILESS_MAIN(TestTidy)
#include "test_tidy.moc"
