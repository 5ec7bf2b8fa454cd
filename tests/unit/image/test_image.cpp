#include "build_process.h"
#include "engine/base/files.h"
#include "vmnodes/image/image_builder.h"
#include "vmnodes/image/oci.h"
#include "vmnodes/image/tar.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <boost/json/parse.hpp>
#include <csignal>
#include <fmt/format.h>
#include <fstream>
#include <future>
#include <set>
#include <sstream>

using namespace wheelhouse;
using namespace wheelhouse::image;
namespace fs = std::filesystem;

namespace {

/// A cache and build files of its own; the build script is what a test says it is.
struct Lab {
    QTemporaryDir folder;
    fs::path root = folder.path().toStdString();
    ImageOptions options;

    explicit Lab(const std::string& script) {
        fs::create_directories(root / "resources");
        write("resources/build.sh", "#!/bin/bash\nset -e\n" + script);
        write("pause", "a program");
        write("demo", "another");
        options = {root / "resources", root / "pause", root / "demo", root / "cache", "testing", false};
    }
    void write(const char* name, const std::string& text) const { std::ofstream(root / name) << text; }
    /// What is in the cache, but for the lock.
    QStringList cached() const {
        QStringList names;
        std::error_code error;
        for (fs::directory_iterator i(root / "cache", error), end; !error && i != end; i.increment(error))
            if (i->path().filename() != ".lock")
                names << QString::fromStdString(i->path().filename().string());
        return names;
    }
};

const std::string good = "echo STEP 10 Working; echo noise; echo x >> $3/../../../built; "
                         "for f in kernel initrd base.erofs; do cp $2/key $3/$f; done; echo STEP 90 Nearly\n";

} // namespace

class ImageTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void buildsOnceAndReuses();
    void everyPartChangesTheKey();
    void aFailedBuildSaysWhyAndLeavesNothing_data();
    void aFailedBuildSaysWhyAndLeavesNothing();
    void aCancelledBuildEndsWithAllItStarted();
    void leftoversOfAKilledBuildAreSwept();
    void twoBuildersShareOneBuild();
    void withoutNetworkItFailsFastWithOneLine();
    void withoutSourcesItSaysSo();
    void withoutToolsItNamesThePackage();
    void theReasonIsFoundInALog_data();
    void theReasonIsFoundInALog();
    void tarIsReadByTar();
    void ociArchiveIsConsistent();
};

void ImageTest::buildsOnceAndReuses() {
    const Lab lab(good);
    QCOMPARE(findCached(lab.options).error().reason, Reason::NotFound);
    auto without = lab.options;
    without.demoProgram = "/nowhere/wheelhouse-demo"; // nothing to build it from
    QCOMPARE(findCached(without).error().reason, Reason::Invalid);
    QStringList steps;
    const auto paths =
        buildOrReuse(lab.options, [&](const Progress& p) { steps << QString::fromStdString(p.step); });
    QVERIFY2(paths.has_value(), paths ? "" : paths.error().message.c_str());
    QCOMPARE(steps, (QStringList{"Working", "Nearly", "Image complete"}));
    QVERIFY(fs::exists(paths->kernel) && fs::exists(paths->initrd) && fs::exists(paths->base));
    QCOMPARE(readFile(paths->kernel).value(), paths->key + "\n"); // the payload knows the key
    QCOMPARE(lab.cached(), QStringList(QString::fromStdString(paths->key)));

    QCOMPARE(buildOrReuse(lab.options, {})->key, paths->key);
    QCOMPARE(findCached(lab.options)->base, paths->base);
    QCOMPARE(readFile(lab.root / "built").value(), std::string("x\n"));
    auto again = lab.options;
    again.rebuild = true;
    QVERIFY(buildOrReuse(again, {}).has_value());
    QCOMPARE(readFile(lab.root / "built").value(), std::string("x\nx\n"));
}

void ImageTest::everyPartChangesTheKey() {
    const Lab lab(good);
    std::set<std::string> keys{buildOrReuse(lab.options, {})->key};
    const auto build = [&](ImageOptions options) {
        QVERIFY(keys.insert(buildOrReuse(options, {})->key).second);
    };
    auto other = lab.options;
    other.suite = "another";
    build(other);
    lab.write("demo", "a new version");
    build(lab.options);
    lab.write("pause", "a new version");
    build(lab.options);
    lab.write("resources/packages", "one more");
    build(lab.options);
    lab.write("resources/build.sh", good + "#");
    build(lab.options);
}

void ImageTest::aFailedBuildSaysWhyAndLeavesNothing_data() {
    QTest::addColumn<QString>("script");
    QTest::addColumn<QString>("says");
    QTest::newRow("error") << "echo STEP 5 Fetching; echo 'E: Unable to locate package x' >&2; exit 1"
                           << "Unable to locate package x";
    QTest::newRow("half done") << "echo x > $3/kernel; echo 'no space left' >&2; exit 1"
                               << "no space left";
    QTest::newRow("silent") << "exit 3"
                            << "no reason";
    QTest::newRow("killed") << "kill -9 $$"
                            << "no reason";
}

void ImageTest::aFailedBuildSaysWhyAndLeavesNothing() {
    QFETCH(QString, script);
    QFETCH(QString, says);
    const Lab lab(script.toStdString());
    const auto paths = buildOrReuse(lab.options, {});
    QVERIFY(!paths.has_value());
    const auto message = QString::fromStdString(paths.error().message);
    QVERIFY2(message.contains(says), qPrintable(message));
    QVERIFY2(!message.contains('\n') && message.contains("try again"), qPrintable(message));
    QVERIFY2(lab.cached().isEmpty(), qPrintable(lab.cached().join(' ')));
}

void ImageTest::aCancelledBuildEndsWithAllItStarted() {
    const Lab lab("echo $$ > $3/../../../pid; sleep 1000 & echo STEP 10 Started; wait");
    std::promise<void> started;
    std::promise<Result<ImagePaths>> done;
    auto builder = std::make_unique<ImageBuilder>(lab.options);
    builder->start([&](const Progress&) { started.set_value(); },
                   [&](Result<ImagePaths> result) { done.set_value(result); });
    started.get_future().wait();
    const auto pid = static_cast<pid_t>(std::stol(readFile(lab.root / "pid").value()));
    QCOMPARE(kill(-pid, 0), 0);
    builder.reset();
    QVERIFY(!done.get_future().get().has_value());
    QTRY_VERIFY(kill(-pid, 0) != 0);
    QVERIFY(lab.cached().isEmpty());
}

void ImageTest::leftoversOfAKilledBuildAreSwept() {
    const Lab lab(good);
    fs::create_directories(lab.root / "cache/.build-99999/image");
    lab.write("cache/.build-99999/image/kernel", "half");
    const auto paths = buildOrReuse(lab.options, {});
    QVERIFY(paths.has_value());
    QCOMPARE(lab.cached(), QStringList(QString::fromStdString(paths->key)));
}

void ImageTest::twoBuildersShareOneBuild() {
    const Lab lab("sleep 0.3\n" + good);
    ImageBuilder one(lab.options), other(lab.options);
    one.start({}, {});
    other.start({}, {});
    std::promise<Result<ImagePaths>> late;
    one.start({}, [&](Result<ImagePaths> result) { late.set_value(result); });
    QVERIFY(one.wait().has_value() && other.wait().has_value());
    QVERIFY(late.get_future().get().has_value());
    QCOMPARE(readFile(lab.root / "built").value(), std::string("x\n"));
}

void ImageTest::withoutNetworkItFailsFastWithOneLine() {
    // The real build files, and a mirror where nobody answers.
    const Lab lab("");
    auto options = lab.options;
    options.resources = fs::path(WHEELHOUSE_SOURCE_DIR) / "resources/node-image";
    options.suite.clear(); // this computer's own
    std::ifstream release("/etc/os-release");
    std::stringstream text;
    text << release.rdbuf();
    const auto at = text.str().find("VERSION_CODENAME=") + 17;
    const auto suite = text.str().substr(at, text.str().find('\n', at) - at);
    lab.write("sources.list", "deb http://127.0.0.1:9/debian " + suite + " main\n");
    qputenv("WHEELHOUSE_APT_SOURCES", lab.folder.filePath("sources.list").toUtf8());
    QElapsedTimer timer;
    timer.start();
    const auto paths = buildOrReuse(options, {});
    qunsetenv("WHEELHOUSE_APT_SOURCES");
    QVERIFY(!paths.has_value());
    const auto message = QString::fromStdString(paths.error().message);
    qInfo("%s", qPrintable(message));
    QVERIFY2(message.contains("network") && message.contains("127.0.0.1:9"), qPrintable(message));
    QVERIFY(!message.contains('\n'));
    QVERIFY(timer.elapsed() < 60'000);
    QVERIFY2(lab.cached().isEmpty(), qPrintable(lab.cached().join(' ')));
}

void ImageTest::withoutSourcesItSaysSo() {
    const Lab lab("");
    auto options = lab.options;
    options.resources = fs::path(WHEELHOUSE_SOURCE_DIR) / "resources/node-image";
    options.suite = "nosuchrelease";
    const auto paths = buildOrReuse(options, {});
    QVERIFY(!paths.has_value());
    QVERIFY2(paths.error().message.find("no sources for nosuchrelease") != std::string::npos,
             paths.error().message.c_str());
    QVERIFY(lab.cached().isEmpty());
}

void ImageTest::withoutToolsItNamesThePackage() {
    const Lab lab("");
    QProcess build;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert("PATH", lab.folder.path()); // but for what the script itself needs
    for (const char* tool : {"realpath", "dirname", "id"})
        fs::create_symlink(fs::path("/usr/bin") / tool, lab.root / tool);
    fs::create_directory(lab.root / "out");
    build.setProcessEnvironment(environment);
    // The script adds /usr/sbin and /sbin, where none of the tools is.
    build.start("/bin/bash", {WHEELHOUSE_SOURCE_DIR "/resources/node-image/build.sh", "testing",
                              lab.folder.path(), lab.folder.filePath("out")});
    QVERIFY(build.waitForFinished());
    QCOMPARE(build.exitCode(), 1);
    QCOMPARE(QString(build.readAllStandardError()).trimmed(),
             QString("mmdebstrap is missing: install the package mmdebstrap"));
}

void ImageTest::theReasonIsFoundInALog_data() {
    QTest::addColumn<QString>("log");
    QTest::addColumn<QString>("reason");
    QTest::newRow("apt") << "W: x\nE: Failed to fetch http://h/  refused\nE: setup failed: E: apt-get\nE: "
                            "mmdebstrap failed to run\n"
                         << "Failed to fetch http://h/  refused";
    QTest::newRow("own words") << "mkfs.erofs is missing: install the package erofs-utils\n"
                               << "mkfs.erofs is missing: install the package erofs-utils";
    QTest::newRow("empty") << ""
                           << "it gave no reason";
}

void ImageTest::theReasonIsFoundInALog() {
    QFETCH(QString, log);
    QFETCH(QString, reason);
    QCOMPARE(QString::fromStdString(reasonFromLog(log.toStdString())), reason);
}

void ImageTest::tarIsReadByTar() {
    const QTemporaryDir folder;
    const fs::path path = folder.path().toStdString();
    {
        std::ofstream out(path / "a.tar", std::ios::binary);
        TarWriter tar(out);
        tar.folder("d", 0750);
        tar.file("d/empty", "");
        tar.file("d/" + std::string(90, 'n'), std::string(512, 'x'), 0600);
        tar.file("run", std::string(513, 'y'), 0755);
        tar.finish();
    }
    QCOMPARE(QProcess::execute("tar", {"-xpf", folder.filePath("a.tar"), "-C", folder.path()}), 0);
    QCOMPARE(readFile(path / "run").value(), std::string(513, 'y'));
    QCOMPARE(readFile(path / "d/empty").value(), std::string());
    QCOMPARE(readFile(path / "d" / std::string(90, 'n')).value().size(), 512u);
    QCOMPARE(static_cast<unsigned>(fs::status(path / "run").permissions()), 0755u);
    QCOMPARE(static_cast<unsigned>(fs::status(path / "d").permissions()), 0750u);
}

void ImageTest::ociArchiveIsConsistent() {
    const QTemporaryDir folder;
    const fs::path path = folder.path().toStdString();
    const ProgramImage image{"wheelhouse.dev/demo:1",
                             "demo",
                             "\x7f"
                             "ELF",
                             {"/demo"},
                             {"serve"},
                             {8080}};
    const std::string archive = ociArchive(image);
    QCOMPARE(archive, ociArchive(image));
    QVERIFY(writeFileAtomically(path / "image.tar", archive).has_value());
    QCOMPARE(QProcess::execute("tar", {"-xf", folder.filePath("image.tar"), "-C", folder.path()}), 0);
    const auto blob = [&](const boost::json::value& descriptor) {
        const auto digest = std::string(descriptor.at("digest").as_string()).substr(7);
        const auto bytes = readFile(path / "blobs/sha256" / digest).value();
        if (sha256(bytes) != digest || descriptor.at("size").to_number<std::size_t>() != bytes.size())
            qFatal("wrong digest");
        return bytes;
    };
    const auto index = boost::json::parse(readFile(path / "index.json").value());
    const auto& entry = index.at("manifests").as_array().at(0);
    QVERIFY(entry.at("annotations").at("io.containerd.image.name") == "wheelhouse.dev/demo:1");
    QVERIFY(entry.at("annotations").at("org.opencontainers.image.ref.name") == "1");
    const auto manifest = boost::json::parse(blob(entry));
    const auto config = boost::json::parse(blob(manifest.at("config")));
    const auto& layer = manifest.at("layers").as_array().at(0);
    QVERIFY(config.at("rootfs").at("diff_ids").as_array().at(0) == layer.at("digest"));
    QVERIFY(config.at("config").at("Entrypoint").as_array().at(0) == "/demo");
    QVERIFY(config.at("config").at("ExposedPorts").as_object().contains("8080/tcp"));
    QVERIFY(writeFileAtomically(path / "layer.tar", blob(layer)).has_value());
    QCOMPARE(QProcess::execute("tar", {"-xf", folder.filePath("layer.tar"), "-C", folder.path()}), 0);
    QCOMPARE(readFile(path / "demo").value(), std::string("\x7f"
                                                          "ELF"));
    QCOMPARE(QString::fromStdString(sha256("abc")),
             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

QTEST_GUILESS_MAIN(ImageTest)
#include "test_image.moc"
