// Issue point 1: what ./dev does, run as a newcomer would, on the tree these tests were built from.
#include "lab_process.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>
#include <QtTest>
#include <csignal>

using namespace wheelhouse::test;

namespace {

const QString source = QStringLiteral(WHEELHOUSE_SOURCE_DIR);
constexpr int soon = 120'000; ///< a deadline for what has gone wrong

bool writeFile(const QString& path, const QByteArray& text) {
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(text) == text.size();
}

QByteArray readFile(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// `./dev run` with a lab of its own; ends it when it goes away.
class DevRun {
  public:
    explicit DevRun(const QString& display) {
        auto environment = QProcessEnvironment::systemEnvironment();
        for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"})
            environment.remove(name);
        if (!display.isEmpty()) environment.insert("DISPLAY", display);
        process_.setProcessEnvironment(environment);
        process_.setProcessChannelMode(QProcess::MergedChannels);
        process_.start(source + "/dev",
                       {"run", "--data-dir", folder_.filePath("d"), "--listen", "127.0.0.1:0", "--kubeconfig",
                        folder_.filePath("kubeconfig"), "--nodes", "simulated=1", "--ready-file", ready()});
    }
    ~DevRun() {
        if (process_.state() != QProcess::NotRunning) stop();
    }
    QString ready() const { return folder_.filePath("ready"); }
    bool serves() const { return QFile::exists(ready()) || process_.state() == QProcess::NotRunning; }
    QJsonObject readyLine() const { return QJsonDocument::fromJson(readFile(ready())).object(); }
    QString said() {
        said_ += process_.readAll();
        return said_;
    }
    /// SIGTERM to the program, whose pid is the ready line's; the exit code.
    int stop() {
        const int pid = readyLine().value("pid").toInt();
        if (pid > 1) ::kill(pid, SIGTERM);
        if (!process_.waitForFinished(60'000)) {
            process_.kill();
            process_.waitForFinished();
            return -1;
        }
        return process_.exitCode();
    }

  private:
    QTemporaryDir folder_;
    QProcess process_;
    QString said_;
};

/// An X server whose picture can be read from a file.
class Screen {
  public:
    bool start() {
        process_.start("Xvfb", {"-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp",
                                "-fbdir", folder_.path()});
        if (!process_.waitForStarted()) return false;
        while (!process_.canReadLine())
            if (!process_.waitForReadyRead(30'000)) return false;
        display_ = ":" + QString::fromUtf8(process_.readLine()).trimmed();
        return true;
    }
    ~Screen() {
        process_.terminate();
        process_.waitForFinished();
    }
    QString display() const { return display_; }
    /// How many different pixels the screen shows: an empty one has one colour.
    qsizetype colours() const {
        const QByteArray picture = readFile(folder_.filePath("Xvfb_screen0"));
        QSet<quint32> seen;
        const qsizetype pixels = qsizetype(1280) * 800 * 4;
        for (qsizetype at = picture.size() - pixels; at >= 0 && at + 4 <= picture.size(); at += 4) {
            quint32 pixel = 0;
            memcpy(&pixel, picture.constData() + at, 4);
            seen.insert(pixel);
        }
        return seen.size();
    }

  private:
    QTemporaryDir folder_;
    QProcess process_;
    QString display_;
};

} // namespace

class TestDev : public QObject {
    Q_OBJECT

    static Output dev(const QStringList& arguments, const QString& tree = source) {
        return run(tree + "/dev", arguments, {}, 500);
    }

  private Q_SLOTS:
    void helpNamesEveryCommand() {
        const Output help = dev({"help"});
        QCOMPARE(help.code, 0);
        for (const char* command : {"run", "test", "build", "image", "bench", "format", "lint"})
            QVERIFY2(help.out.contains(QString("./dev ") + command), command);
        const Output wrong = dev({"nonsense"});
        QCOMPARE(wrong.code, 2);
        QVERIFY(wrong.err.contains("./dev run"));
    }

    void benchesAreListedAndChecked() {
        const Output list = dev({"bench", "--list"});
        QVERIFY2(list.code == 0, qPrintable(list.err));
        const QStringList names = list.out.split('\n', Qt::SkipEmptyParts);
        for (const char* name : {"store", "cold_start", "footprint", "vmboot"})
            QVERIFY2(names.contains(name), qPrintable(list.out));
        const Output wrong = dev({"bench", "nonsense"});
        QCOMPARE(wrong.code, 1);
        QVERIFY2(wrong.err.contains("no bench named 'nonsense'; ./dev bench --list names them"),
                 qPrintable(wrong.err));
    }

    void theImageIsReused() {
        const Output image = dev({"image"});
        QVERIFY2(image.code == 0, qPrintable(image.err));
        QVERIFY2((image.out + image.err).contains("/images/"), qPrintable(image.out + image.err));
    }

    void withoutADisplayItServesAndSaysSo() {
        DevRun lab({});
        QTRY_VERIFY_WITH_TIMEOUT(lab.serves(), soon);
        QVERIFY2(lab.readyLine().value("url").toString().startsWith("https://127.0.0.1:"),
                 qPrintable(lab.said()));
        QVERIFY2(lab.said().contains("There is no display: serving without a window"),
                 qPrintable(lab.said()));
        QCOMPARE(lab.stop(), 0);
    }

    void withADisplayTheWindowOpens() {
        Screen screen;
        QVERIFY2(screen.start(), "Xvfb did not start");
        QCOMPARE(screen.colours(), 1);
        DevRun lab(screen.display());
        QTRY_VERIFY_WITH_TIMEOUT(lab.serves(), soon);
        QVERIFY2(lab.readyLine().value("pid").toInt() > 1, qPrintable(lab.said()));
        QTRY_VERIFY_WITH_TIMEOUT(screen.colours() > 50, soon);
        QCOMPARE(lab.stop(), 0);
    }

    void formatFormats() {
        QTemporaryDir tree;
        QVERIFY(QDir(tree.path()).mkpath("installer"));
        for (const char* file : {"dev", ".clang-format", "installer/packages.sh"})
            QVERIFY(QFile::copy(source + "/" + file, tree.filePath(file)));
        QVERIFY(writeFile(tree.filePath("ugly.cpp"), "int   main( ){return 0 ;}\n"));
        QCOMPARE(run("git", {"-C", tree.path(), "init", "-q"}).code, 0);
        QCOMPARE(run("git", {"-C", tree.path(), "add", "."}).code, 0);
        const Output formatted = dev({"format"}, tree.path());
        QVERIFY2(formatted.code == 0, qPrintable(formatted.err));
        QCOMPARE(readFile(tree.filePath("ugly.cpp")), QByteArray("int main() {\n    return 0;\n}\n"));
    }

    void theTreeIsFormatted() {
        const Output listed = run("git", {"-C", source, "ls-files", "*.cpp", "*.h"});
        if (listed.code != 0)
            QSKIP("SKIPPED: not a git checkout, and only git knows which files are the tree's");
        QStringList files;
        for (const QString& file : listed.out.split('\n', Qt::SkipEmptyParts))
            if (QFile::exists(source + "/" + file)) files << source + "/" + file;
        QVERIFY(files.size() > 100);
        const Output format = run("clang-format", QStringList{"--dry-run", "--Werror"} + files, {}, 300);
        QVERIFY2(format.code == 0, qPrintable("run ./dev format: " + format.err.left(2000)));
    }
};

QTEST_GUILESS_MAIN(TestDev)
#include "test_dev.moc"
