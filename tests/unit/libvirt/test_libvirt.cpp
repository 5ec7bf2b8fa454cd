#include "agent_disk.h"
#include "console.h"
#include "domain_xml.h"
#include "engine/base/files.h"
#include "hypervisor.h"
#include "machine.h"
#include "machine_folder.h"
#include "processes.h"
#include "vmnodes/libvirt/accelerator.h"
#include "vmnodes/libvirt/host_report.h"
#include "vmnodes/libvirt/libvirt_provider.h"
#include "volume_pool.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>
#include <boost/json/parse.hpp>
#include <cstdlib>
#include <fstream>
#include <set>

using namespace wheelhouse;
using namespace wheelhouse::libvirt;
using namespace std::chrono_literals;

namespace {

struct Element {
    QString path;
    QXmlStreamAttributes attributes;
    QString text;
};

/// Every element of an XML text with its path from the root; empty when the text is not well formed.
std::vector<Element> elements(const std::string& xml) {
    QXmlStreamReader reader(QByteArray::fromStdString(xml));
    std::vector<Element> found;
    QStringList path;
    std::vector<std::size_t> open;
    while (!reader.atEnd()) {
        reader.readNext();
        if (reader.isStartElement()) {
            path << reader.name().toString();
            open.push_back(found.size());
            found.push_back({path.join("/"), reader.attributes(), {}});
        } else if (reader.isCharacters() && !open.empty()) {
            found[open.back()].text += reader.text();
        } else if (reader.isEndElement()) {
            path.removeLast();
            open.pop_back();
        }
    }
    return reader.hasError() ? std::vector<Element>() : found;
}

std::vector<Element> at(const std::vector<Element>& all, const QString& path) {
    std::vector<Element> found;
    for (const auto& element : all)
        if (element.path == path) found.push_back(element);
    return found;
}

DomainPlan plan() {
    DomainPlan plan;
    plan.spec.name = "vm-1";
    plan.spec.uuid = "0b0b0b0b-0000-4000-8000-000000000001";
    plan.spec.cpus = 2;
    plan.spec.memoryMiB = 768;
    plan.accelerator = {false, "/dev/kvm cannot be used"};
    plan.image = {"/cache/kernel", "/cache/initrd", "/cache/base.erofs", "key"};
    plan.addresses = addressesOf(1);
    plan.cable = {7001, 7101};
    plan.dataDisk = "/data/it's <here> & \"there\"/data.qcow2";
    plan.agentDisk = "/data/agent.tar";
    plan.console = "/data/console.log";
    return plan;
}

AgentDisk agentDisk() {
    AgentDisk disk;
    disk.spec.name = "vm-1";
    disk.spec.uuid = "u";
    disk.spec.zone = "zone \"a\"";
    disk.spec.nodeLabels = {{"size", "small"}};
    disk.spec.nodeTaints = {"key=value:NoSchedule"};
    disk.spec.bootstrap = {"127.0.0.1", 4242, "CA", "CERT", "KEY", {{"docker.io", "http://127.0.0.1:5000"}}};
    disk.addresses = addressesOf(5);
    disk.accelerator = "tcg: slow";
    disk.mtu = 9000;
    disk.kubeletConfiguration = R"({"evictionHard":{"memory.available":"50Mi"}})";
    return disk;
}

} // namespace

class LibvirtTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void addressesAreDistinctAndStable();
    void domainIsWellFormedWhateverTheNames();
    void domainHasDisksNicsAndNoRestart();
    void domainUsesKvmOnlyWhereItWorks();
    void acceleratorIsJudged_data();
    void acceleratorIsJudged();
    void theRealTrialEndsInTime();
    void theProcessorSaysWhatItOffers();
    void theHostIsInspected();
    void loopbackIsTranslatedForTheGuest_data();
    void loopbackIsTranslatedForTheGuest();
    void agentConfigSaysEverything();
    void agentDiskIsATarTheGuestCanRead();
    void agentDiskRefusesWhatAShellWouldRun();
    void consoleLinesAreParsed_data();
    void consoleLinesAreParsed();
    void consoleIsFollowed();
    void machineFolderSurvivesAndDeletes();
    void domainStartsWithItsVolumes();
    void aVolumeHasOneHolder();
    void dataDiskIsAnEmptyQcow2();
    void brokenFoldersAreNoMachines();
    void indexesAreReused();
    void qemuIsFoundByItsCommandLine_data();
    void qemuIsFoundByItsCommandLine();
    void longPathsAreShortened();
    void driverConfigNamesItsUserForRootOnly();
};

void LibvirtTest::addressesAreDistinctAndStable() {
    QCOMPARE(addressesOf(1).fabricIp, std::string("10.100.0.2"));
    QCOMPARE(addressesOf(1).fabricMac, std::string("52:54:00:77:00:02"));
    QCOMPARE(addressesOf(1).userMac, std::string("52:54:00:00:00:02"));
    QCOMPARE(addressesOf(255).fabricIp, std::string("10.100.1.0"));
    std::set<std::string> seen;
    for (int index = 1; index <= mostMachines; ++index) {
        const auto a = addressesOf(index);
        QVERIFY(seen.insert(a.fabricIp).second && seen.insert(a.fabricMac).second &&
                seen.insert(a.userMac).second);
    }
    QVERIFY(!seen.contains("10.100.255.255") && !seen.contains("10.100.0.1"));
}

void LibvirtTest::domainIsWellFormedWhateverTheNames() {
    const auto all = elements(domainXml(plan()));
    QVERIFY(!all.empty());
    QCOMPARE(at(all, "domain/name").at(0).text, "vm-1");
    QCOMPARE(at(all, "domain/uuid").at(0).text, "0b0b0b0b-0000-4000-8000-000000000001");
    QCOMPARE(at(all, "domain/memory").at(0).text, "768");
    QCOMPARE(at(all, "domain/vcpu").at(0).text, "2");
    const auto sources = at(all, "domain/devices/disk/source");
    QCOMPARE(sources.at(1).attributes.value("file"), QString("/data/it's <here> & \"there\"/data.qcow2"));
}

void LibvirtTest::domainHasDisksNicsAndNoRestart() {
    const auto all = elements(domainXml(plan()));
    const auto serials = at(all, "domain/devices/disk/serial");
    QCOMPARE(serials.size(), 3u);
    QCOMPARE(serials[0].text, "base");
    QCOMPARE(serials[1].text, "data");
    QCOMPARE(serials[2].text, "agent");
    QCOMPARE(at(all, "domain/devices/disk/readonly").size(), 2u); // base and agent
    const auto nics = at(all, "domain/devices/interface");
    QCOMPARE(nics.size(), 2u);
    QCOMPARE(nics[0].attributes.value("type"), QString("user"));
    QCOMPARE(nics[1].attributes.value("type"), QString("udp"));
    QCOMPARE(at(all, "domain/devices/interface/source").at(0).attributes.value("port"), QString("7001"));
    QCOMPARE(at(all, "domain/devices/interface/source/local").at(0).attributes.value("port"),
             QString("7101"));
    QCOMPARE(at(all, "domain/devices/interface/source/local").at(0).attributes.value("address"),
             QString("127.0.0.1"));
    for (const char* end : {"domain/on_poweroff", "domain/on_reboot", "domain/on_crash"})
        QCOMPARE(at(all, end).at(0).text, "destroy");
}

void LibvirtTest::domainUsesKvmOnlyWhereItWorks() {
    auto it = plan();
    QCOMPARE(elements(domainXml(it)).at(0).attributes.value("type"), QString("qemu"));
    QVERIFY(domainXml(it).find("tsc=reliable") != std::string::npos);
    it.accelerator = {true, {}};
    QCOMPARE(elements(domainXml(it)).at(0).attributes.value("type"), QString("kvm"));
    QVERIFY(domainXml(it).find("tb-cache") == std::string::npos);
}

void LibvirtTest::acceleratorIsJudged_data() {
    QTest::addColumn<bool>("opened");
    QTest::addColumn<QString>("error");
    QTest::addColumn<bool>("sse3");
    QTest::addColumn<bool>("finished");
    QTest::addColumn<bool>("right");
    QTest::addColumn<QString>("text");
    QTest::newRow("works") << true << "" << true << true << true << "kvm";
    QTest::newRow("absent") << false << "No such file" << false << false << false
                            << "tcg: /dev/kvm cannot be used (No such file)";
    QTest::newRow("broken") << true << "run: I/O error" << true << false << false
                            << "tcg: /dev/kvm opens but does not work (run: I/O error)";
    QTest::newRow("slow") << true << "" << true << false << false
                          << "tcg: /dev/kvm opens but runs guests too slowly";
    QTest::newRow("wrong") << true << "" << true << true << false
                           << "tcg: /dev/kvm opens but runs guests wrongly";
    QTest::newRow("old") << true << "" << false << true << true
                         << "tcg: /dev/kvm opens but offers guests too old a processor";
}

void LibvirtTest::acceleratorIsJudged() {
    QFETCH(bool, opened);
    QFETCH(QString, error);
    QFETCH(bool, sse3);
    QFETCH(bool, finished);
    QFETCH(bool, right);
    QFETCH(QString, text);
    const auto verdict = judge({opened, error.toStdString(), sse3, finished, right});
    QCOMPARE(QString::fromStdString(verdict.text()), text);
    QCOMPARE(verdict.kvm, text == "kvm");
}

void LibvirtTest::theProcessorSaysWhatItOffers() {
    QCOMPARE(virtualisationOf("processor\t: 0\nflags\t\t: fpu vme vmx sse\n\nflags: svm\n"),
             std::string("vmx"));
    QCOMPARE(virtualisationOf("flags\t\t: fpu svm\n"), std::string("svm"));
    QCOMPARE(virtualisationOf("flags\t\t: fpu vmxnet svmx\nbugs : vmx\n"), std::string());
    QCOMPARE(virtualisationOf(""), std::string());
}

/// Whatever this computer is, its report must not contradict itself, nor what the lab goes by.
void LibvirtTest::theHostIsInspected() {
    const HostReport report = inspectHost();
    QCOMPARE(report.qemu, checkHost().has_value());
    QVERIFY(!report.accelerator.kvm || (report.kvmDevice && report.kvmPermitted));
    QVERIFY(!report.kvmPermitted || report.kvmDevice);
    QCOMPARE(report.accelerator.kvm, accelerator().kvm);
    const QByteArray before = qgetenv("LIBVIRT_DRIVER_DIR");
    QTemporaryDir folder;
    qputenv("LIBVIRT_DRIVER_DIR", folder.path().toUtf8());
    QVERIFY(!inspectHost().driver);
    QFile driver(folder.filePath("libvirt_driver_qemu.so"));
    QVERIFY(driver.open(QIODevice::WriteOnly));
    QVERIFY(inspectHost().driver);
    before.isEmpty() ? qunsetenv("LIBVIRT_DRIVER_DIR") : qputenv("LIBVIRT_DRIVER_DIR", before);
}

void LibvirtTest::theRealTrialEndsInTime() {
    const auto start = std::chrono::steady_clock::now();
    const auto trial = tryKvm();
    QVERIFY(std::chrono::steady_clock::now() - start < 5s);
    QVERIFY(trial.opened || !trial.error.empty());
    QVERIFY(!trial.rightAnswer || trial.finished);
}

void LibvirtTest::loopbackIsTranslatedForTheGuest_data() {
    QTest::addColumn<QString>("from");
    QTest::addColumn<QString>("to");
    QTest::newRow("host") << "127.0.0.1"
                          << "10.0.2.2";
    QTest::newRow("name") << "localhost"
                          << "10.0.2.2";
    QTest::newRow("url") << "http://127.0.0.1:5000"
                         << "http://10.0.2.2:5000";
    QTest::newRow("url with path") << "https://localhost/v2"
                                   << "https://10.0.2.2/v2";
    QTest::newRow("ipv6") << "http://[::1]:5000"
                          << "http://10.0.2.2:5000";
    QTest::newRow("another computer") << "http://192.168.1.5:5000"
                                      << "http://192.168.1.5:5000";
    QTest::newRow("another name") << "http://localhost.example:5000"
                                  << "http://localhost.example:5000";
    QTest::newRow("another number") << "http://127.0.0.11:5000"
                                    << "http://127.0.0.11:5000";
}

void LibvirtTest::loopbackIsTranslatedForTheGuest() {
    QFETCH(QString, from);
    QFETCH(QString, to);
    QCOMPARE(QString::fromStdString(asSeenFromGuest(from.toStdString())), to);
}

void LibvirtTest::agentConfigSaysEverything() {
    const auto config = boost::json::parse(agentConfig(agentDisk())).as_object();
    QVERIFY(config.at("nodeName") == "vm-1");
    QVERIFY(config.at("zone") == "zone \"a\"");
    QVERIFY(config.at("link").as_object().at("host") == "10.0.2.2");
    QVERIFY(config.at("link").as_object().at("port") == 4242);
    QVERIFY(config.at("labels").as_object().at("size") == "small");
    QVERIFY(config.at("taints").as_array().at(0) == "key=value:NoSchedule");
    QVERIFY(config.at("internalIP") == "10.100.0.6");
    QVERIFY(config.at("fabric").as_object().at("address") == "10.100.0.6/16");
    QVERIFY(config.at("fabric").as_object().at("mtu") == 9000);
    QVERIFY(config.at("accelerator") == "tcg: slow");
    QVERIFY(config.at("kubelet").at("evictionHard").at("memory.available") == "50Mi");
    AgentDisk plain = agentDisk();
    plain.kubeletConfiguration.clear();
    QVERIFY(!boost::json::parse(agentConfig(plain)).as_object().contains("kubelet"));
}

void LibvirtTest::agentDiskIsATarTheGuestCanRead() {
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    auto disk = agentDisk();
    disk.program = path / "program";
    const std::string program(70'001, 'p');
    QVERIFY(writeFileAtomically(disk.program, program).has_value());
    QVERIFY(writeAgentDisk(disk, path / "agent.tar").has_value());
    QCOMPARE(std::filesystem::file_size(path / "agent.tar") % 512, 0u); // a disk is made of sectors
    QVERIFY(std::filesystem::create_directory(path / "out"));
    QCOMPARE(QProcess::execute("tar", {"-xf", folder.filePath("agent.tar"), "-C", folder.filePath("out")}),
             0);
    QCOMPARE(readFile(path / "out/wheelhouse-agent").value(), program);
    QCOMPARE(readFile(path / "out/key.pem").value(), std::string("KEY"));
    QVERIFY(readFile(path / "out/boot.env").value().find("FABRIC_ADDRESS=10.100.0.6/16\n") !=
            std::string::npos);
    const auto hosts = readFile(path / "out/certs.d/docker.io/hosts.toml").value();
    QVERIFY(hosts.starts_with("server = \"http://10.0.2.2:5000\"\n"));
    const auto mode = std::filesystem::status(path / "agent.tar").permissions();
    QVERIFY((mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) ==
            std::filesystem::perms::none);
    QVERIFY((std::filesystem::status(path / "out/wheelhouse-agent").permissions() &
             std::filesystem::perms::owner_exec) != std::filesystem::perms::none);

    disk.program = path / "missing";
    const auto missing = writeAgentDisk(disk, path / "other.tar");
    QVERIFY(!missing.has_value());
    QVERIFY(!std::filesystem::exists(path / "other.tar"));
}

void LibvirtTest::agentDiskRefusesWhatAShellWouldRun() {
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    QVERIFY(writeFileAtomically(path / "program", "p").has_value());
    for (const char* name : {"a;reboot", "$(reboot)", "a b", "", "a\nb"}) {
        auto disk = agentDisk();
        disk.program = path / "program";
        disk.spec.name = name;
        QVERIFY2(!writeAgentDisk(disk, path / "agent.tar").has_value(), name);
    }
    for (const auto& [registry, url] :
         {std::pair("../../etc", "http://x"), std::pair("docker.io", "http://x\"\nserver=\"y")}) {
        auto disk = agentDisk();
        disk.program = path / "program";
        disk.spec.bootstrap.registryMirrors = {{registry, url}};
        QVERIFY2(!writeAgentDisk(disk, path / "agent.tar").has_value(), registry);
    }
}

void LibvirtTest::consoleLinesAreParsed_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("step");
    QTest::addColumn<double>("seconds");
    QTest::addColumn<QString>("failure");
    QTest::newRow("mark") << "MARK net 4.25"
                          << "net" << 4.25 << "";
    QTest::newRow("mark alone") << "MARK ready"
                                << "ready" << 0.0 << "";
    QTest::newRow("no number") << "MARK net soon"
                               << "" << 0.0 << "";
    QTest::newRow("negative") << "MARK net -1"
                              << "" << 0.0 << "";
    QTest::newRow("no step") << "MARK "
                             << "" << 0.0 << "";
    QTest::newRow("inside a line") << "a MARK net 1"
                                   << "" << 0.0 << "";
    QTest::newRow("failure") << "FAILED the data disk is missing"
                             << "" << 0.0 << "the data disk is missing";
    QTest::newRow("panic") << "[    1.5] Kernel panic - not syncing: x"
                           << "" << 0.0 << "Kernel panic - not syncing: x";
}

void LibvirtTest::consoleLinesAreParsed() {
    QFETCH(QString, line);
    QFETCH(QString, step);
    QFETCH(double, seconds);
    QFETCH(QString, failure);
    const auto mark = parseMark(line.toStdString());
    QCOMPARE(mark.has_value(), !step.isEmpty());
    if (mark) {
        QCOMPARE(QString::fromStdString(mark->step), step);
        QCOMPARE(std::chrono::duration<double>(mark->uptime).count(), seconds);
    }
    QCOMPARE(QString::fromStdString(parseFailure(line.toStdString()).value_or("")), failure);
}

void LibvirtTest::consoleIsFollowed() {
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("console.log").toStdString();
    Console console(path);
    QVERIFY(!console.poll()); // not there yet
    std::ofstream file(path, std::ios::app);
    file << "booting\r\nMARK kernel 1.5\r\nMARK user" << std::flush;
    QVERIFY(console.poll());
    QCOMPARE(console.marks().size(), 1u);
    file << "land 2.0\r\n\x1b[0mword\n" << std::flush;
    QVERIFY(console.poll());
    QCOMPARE(console.marks().back(), (Mark{"userland", 2s}));
    file << "MARK kernel 9\nnothing new\n" << std::flush;
    QVERIFY(!console.poll());
    QVERIFY(console.tail().find('\x1b') == std::string::npos);
    QVERIFY(console.tail().ends_with("nothing new\n"));
    QVERIFY(console.tail(20).size() <= 20);
    file << std::string(100'000, 'x') << std::flush; // a guest that never ends its line
    console.poll();
    QVERIFY(console.saw("kernel") && !console.saw("agent"));

    std::ofstream(path, std::ios::trunc) << "MARK kernel 1\n"; // started again
    QVERIFY(console.poll());
    QCOMPARE(console.marks().size(), 1u);
}

void LibvirtTest::machineFolderSurvivesAndDeletes() {
    const QTemporaryDir folder;
    const MachineFolder machine(std::filesystem::path(folder.path().toStdString()) / "vm-1");
    QVERIFY(!machine.read());
    const MachineRecord record{"vm-1", "uuid", 7, {7001, 7101}, "tcg: slow", {"volume-1", "volume-2"}};
    QVERIFY(machine.write(record).has_value());
    QVERIFY(machine.read() == record);
    const auto all = readMachines(folder.path().toStdString());
    QCOMPARE(all.size(), 1u);
    QVERIFY(machine.remove().has_value());
    QVERIFY(machine.remove().has_value());
    QVERIFY(!std::filesystem::exists(machine.path()));
}

void LibvirtTest::domainStartsWithItsVolumes() {
    auto it = plan();
    it.volumes = {{"/data/volumes/a.raw", "a"}, {"/data/volumes/b.raw", "b"}};
    const auto all = elements(domainXml(it));
    const auto serials = at(all, "domain/devices/disk/serial");
    QCOMPARE(serials.size(), 5u);
    QCOMPARE(serials[3].text + serials[4].text, QString("ab"));
    const auto targets = at(all, "domain/devices/disk/target");
    QCOMPARE(targets[3].attributes.value("dev"), QString("sda"));
    QCOMPARE(targets[4].attributes.value("bus"), QString("scsi"));
    QCOMPARE(at(all, "domain/devices/disk/address").at(1).attributes.value("target"), QString("1"));
    QCOMPARE(volumeTarget(25) + " " + volumeTarget(26) + " " + volumeTarget(199),
             std::string("sdz sdaa sdgr"));
}

void LibvirtTest::aVolumeHasOneHolder() {
    const QTemporaryDir folder;
    VolumePool pool(std::filesystem::path(folder.path().toStdString()) / "volumes");
    for (const char* handle : {"", "../a", "a/b", "a b", "0123456789012345678901234567890123456"})
        QCOMPARE(pool.make({handle, 4096}).error().reason, Reason::Invalid);
    QCOMPARE(pool.make({"a", 0}).error().reason, Reason::Invalid);
    QCOMPARE(pool.take("a", "vm-1").error().reason, Reason::NotFound);
    QVERIFY(pool.make({"a", 1 << 20}));
    std::ofstream(pool.path("a")) << "kept";
    QVERIFY(pool.make({"a", 2 << 20})); // grows, and keeps what it holds
    QVERIFY(pool.make({"a", 1 << 20})); // never shrinks
    QCOMPARE(std::filesystem::file_size(pool.path("a")), std::uintmax_t(2 << 20));
    QCOMPARE(readFile(pool.path("a")).value().substr(0, 4), std::string("kept"));
    QVERIFY(pool.take("a", "vm-1"));
    QVERIFY(pool.take("a", "vm-1"));
    const auto second = pool.take("a", "vm-2");
    QVERIFY(!second);
    QCOMPARE(second.error().message, std::string("volume a is attached to vm-1"));
    QCOMPARE(pool.remove("a").error().reason, Reason::Conflict);
    pool.release("a", "vm-2"); // nothing of its
    QCOMPARE(pool.holder("a"), std::string("vm-1"));
    pool.release("a", "vm-1");
    QVERIFY(pool.take("a", "vm-2"));
    pool.release("a", "vm-2");
    QVERIFY(pool.remove("a"));
    QVERIFY(pool.remove("a"));
    QVERIFY(!std::filesystem::exists(pool.path("a")));
    // What a machine had when the program ended it still has.
    QVERIFY(pool.make({"b", 4096}));
    pool.restore("b", "vm-1");
    QVERIFY(!pool.take("b", "vm-2"));
}

void LibvirtTest::dataDiskIsAnEmptyQcow2() {
    const QTemporaryDir folder;
    const MachineFolder machine(folder.path().toStdString());
    QVERIFY(machine.makeDataDisk(8).has_value());
    const QString disk = QString::fromStdString(machine.dataDisk().string());
    QProcess info;
    info.start("qemu-img", {"info", "--output=json", disk});
    QVERIFY(info.waitForFinished());
    const auto json = boost::json::parse(info.readAllStandardOutput().toStdString()).as_object();
    QVERIFY(json.at("format") == "qcow2");
    QCOMPARE(json.at("virtual-size").to_number<std::int64_t>(), std::int64_t(8) << 30);
    QCOMPARE(QProcess::execute("qemu-img", {"check", "-q", disk}), 0);

    std::ofstream(machine.dataDisk()) << "precious";
    QVERIFY(machine.makeDataDisk(8).has_value()); // what is there stays
    QCOMPARE(readFile(machine.dataDisk()).value(), std::string("precious"));
    QVERIFY(!MachineFolder(folder.filePath("none").toStdString()).makeDataDisk(0).has_value());
    QVERIFY(!MachineFolder(folder.filePath("none").toStdString()).makeDataDisk(5000).has_value());
}

void LibvirtTest::brokenFoldersAreNoMachines() {
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    const std::pair<const char*, const char*> broken[] = {
        {"empty", ""},
        {"half", R"({"name":"half","uuid")"},
        {"moved", R"({"name":"other","uuid":"u","index":1})"},
        {"zero", R"({"name":"zero","uuid":"u","index":0})"},
        {"list", "[]"},
    };
    for (const auto& [name, text] : broken) {
        std::filesystem::create_directory(path / name);
        QVERIFY(writeFileAtomically(path / name / "machine.json", text).has_value());
    }
    QVERIFY(readMachines(path).empty());
    QVERIFY(std::filesystem::is_empty(path)); // a creation cut off half-way leaves nothing
}

void LibvirtTest::indexesAreReused() {
    IndexPool pool;
    pool.reserve(2);
    QCOMPARE(pool.take(), 1);
    QCOMPARE(pool.take(), 3);
    pool.release(1);
    QCOMPARE(pool.take(), 1);
}

void LibvirtTest::qemuIsFoundByItsCommandLine_data() {
    QTest::addColumn<QByteArray>("commandLine");
    QTest::addColumn<QString>("uuid");
    const auto words = [](const QStringList& list) { return list.join(QChar(0)).toUtf8() + '\0'; };
    QTest::newRow("ours") << words({"/usr/bin/qemu-system-x86_64", "-drive",
                                    "file=/lab/machines/a/data.qcow2", "-uuid", "u-1", "-S"})
                          << "u-1";
    QTest::newRow("uuid last") << words({"qemu-system-x86_64", "/lab/machines/a/x", "-uuid", "u-1"}) << "u-1";
    QTest::newRow("another folder") << words({"qemu-system-x86_64", "/lab/machines2/a/x", "-uuid", "u-1"})
                                    << "";
    QTest::newRow("an editor") << words({"vim", "/lab/machines/a/x", "-uuid", "u-1"}) << "";
    QTest::newRow("no uuid") << words({"qemu-img", "/lab/machines/a/x"}) << "";
    QTest::newRow("ends early") << words({"qemu", "/lab/machines/a/x", "-uuid"}) << "";
    QTest::newRow("nothing") << QByteArray() << "";
}

void LibvirtTest::qemuIsFoundByItsCommandLine() {
    QFETCH(QByteArray, commandLine);
    QFETCH(QString, uuid);
    QCOMPARE(QString::fromStdString(uuidOfQemu(commandLine.toStdString(), "/lab/machines")), uuid);
}

void LibvirtTest::longPathsAreShortened() {
    const QTemporaryDir cache("/tmp/wh-XXXXXX");
    const QByteArray before = qgetenv("XDG_CACHE_HOME");
    qputenv("XDG_CACHE_HOME", cache.path().toUtf8());
    QCOMPARE(shortPath("/short").value(), std::filesystem::path("/short"));
    const std::filesystem::path folder =
        std::filesystem::path(cache.path().toStdString()) / std::string(80, 'l');
    std::filesystem::create_directory(folder);
    const auto link = shortPath(folder);
    QVERIFY(link.has_value());
    QVERIFY(link->native().size() <= 50);
    QCOMPARE(std::filesystem::canonical(*link), std::filesystem::canonical(folder));
    QCOMPARE(*shortPath(folder), *link); // the same again
    qputenv("XDG_CACHE_HOME", ("/tmp/" + std::string(60, 'c')).c_str());
    const auto tooLong = shortPath(folder);
    QVERIFY(!tooLong.has_value());
    QVERIFY(tooLong.error().message.find("choose a data folder") != std::string::npos);
    qputenv("XDG_CACHE_HOME", before);
}

void LibvirtTest::driverConfigNamesItsUserForRootOnly() {
    QVERIFY(driverConfig(true).find("user = \"root\"") != std::string::npos);
    QVERIFY(driverConfig(false).find("user =") == std::string::npos);
}

QTEST_GUILESS_MAIN(LibvirtTest)
#include "test_libvirt.moc"
