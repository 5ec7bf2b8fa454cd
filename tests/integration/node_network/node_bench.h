#pragma once

#include "network_bench.h"

#include <QFile>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <map>
#include <memory>
#include <sched.h>
#include <unistd.h>

namespace wheelhouse::tests {

struct Ran {
    int code = -1;
    QString out;
    QString err;
};

inline Ran runProgram(const QString& program, const QStringList& arguments, const QByteArray& input = {}) {
    QProcess process;
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(60'000)) return {-1, {}, program + " does not end"};
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

/// Why a test cannot run: a program is not there. Empty when all are.
inline QString missing(const QStringList& programs) {
    for (const QString& program : programs)
        if (runProgram("sh", {"-c", "command -v " + program}).code != 0) return program + " is not installed";
    return {};
}

/// Moves this process into a network namespace of its own; why it could not.
inline QString ownNetwork() {
    if (::geteuid() != 0) return "network namespaces need root";
    if (::unshare(CLONE_NEWNET) != 0) return "network namespaces cannot be made here";
    if (runProgram("nft", {"add", "table", "ip", "wheelhouse-services"}).code != 0)
        return "the kernel has no nftables";
    return runProgram("sh", {"-c", "ip link set lo up"}).err;
}

/// A process in a network namespace of its own that keeps the namespace; it ends with this.
class Host {
  public:
    Host() {
        process_.start("unshare", {"-n", "sh", "-c", "ip link set lo up && echo here && exec sleep 3600"});
        up_ = process_.waitForReadyRead(10'000);
    }
    ~Host() {
        for (const auto& child : children_)
            end(*child);
        end(process_);
    }
    bool up() const { return up_; }
    QString pid() const { return QString::number(process_.processId()); }
    Ran run(const QStringList& command, const QByteArray& input = {}) const {
        return runProgram("nsenter", within(command), input);
    }
    /// Runs it in the background; it ends with this.
    QProcess& start(const QStringList& command) {
        children_.push_back(std::make_unique<QProcess>());
        children_.back()->start("nsenter", within(command));
        return *children_.back();
    }
    /// Serves on these ports, and is heard from only when it does.
    bool serve(const QString& name, const QStringList& ports) {
        return start(QStringList{"python3", peer(), "serve", name} + ports).waitForReadyRead(20'000);
    }
    /// What `count` connections were answered.
    QStringList ask(const QString& address, int port, int count = 1, const QString& protocol = "tcp") const {
        return run({"python3", peer(), "ask", protocol, address, QString::number(port),
                    QString::number(count)})
            .out.split('\n', Qt::SkipEmptyParts);
    }
    static QString peer() { return WHEELHOUSE_SOURCE_DIR "/tests/integration/node_network/peer.py"; }

  private:
    QStringList within(const QStringList& command) const { return QStringList{"-t", pid(), "-n"} + command; }
    static void end(QProcess& process) {
        process.kill();
        process.waitForFinished(5'000);
    }
    QProcess process_;
    bool up_ = false;
    std::vector<std::unique_ptr<QProcess>> children_;
};

/// A node in this process's own network namespace: pods on a bridge, and behind eth1 the rest of the fabric,
/// which is one more namespace (10.77.0.2) that also bears the addresses of the other node's pods.
class Node {
  public:
    bool make(QString& why) {
        const char* lines = "ip link add wheelhouse0 type bridge\n"
                            "ip addr add 10.244.1.1/24 dev wheelhouse0\n"
                            "ip link set wheelhouse0 up\n"
                            "echo 1 >/proc/sys/net/ipv4/ip_forward\n"
                            "echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables\n";
        if (!shell(lines, why) || !attach(outside, "eth1", "10.77.0.2/16", why)) return false;
        return shell("ip addr add 10.77.0.1/16 dev eth1; ip route add default via 10.77.0.2", why) &&
               inside(outside, "ip route add 10.244.1.0/24 via 10.77.0.1", why);
    }
    /// A pod on this node.
    bool pod(Host& host, const QString& name, const QString& address, QString& why) {
        return attach(host, "v" + name, address + "/24", why) &&
               shell(QString("ip link set v%1 master wheelhouse0; bridge link set dev v%1 hairpin on")
                         .arg(name),
                     why) &&
               inside(host, "ip route add default via 10.244.1.1", why);
    }
    bool shell(const QString& lines, QString& why) {
        const Ran ran = runProgram("sh", {"-ec", lines});
        why = ran.err;
        return ran.code == 0;
    }
    static bool inside(Host& host, const QString& lines, QString& why) {
        const Ran ran = host.run({"sh", "-ec", lines});
        why = ran.err;
        return ran.code == 0;
    }
    Host outside;

  private:
    bool attach(Host& host, const QString& name, const QString& address, QString& why) {
        if (!host.up()) why = "a namespace cannot be made";
        return host.up() &&
               shell(QString("ip link add %1 type veth peer name eth0 netns %2; ip link set %1 up")
                         .arg(name, host.pid()),
                     why) &&
               inside(host, QString("ip addr add %1 dev eth0; ip link set eth0 up").arg(address), why);
    }
};

} // namespace wheelhouse::tests
