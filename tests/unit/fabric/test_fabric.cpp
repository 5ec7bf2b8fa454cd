#include "address_table.h"
#include "direction.h"
#include "engine/base/simulation.h"
#include "vmnodes/fabric/fabric.h"

#include <QTest>
#include <arpa/inet.h>
#include <chrono>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace wheelhouse;
using fabric::Cable;
using fabric::Fabric;
using machines::LinkFault;

namespace {

using namespace std::chrono_literals;

const std::string broadcast(6, '\xff');

std::string address(int host) {
    return {'\x52', '\x54', '\0', '\x77', '\0', static_cast<char>(host)};
}

std::string frame(const std::string& to, const std::string& from, const std::string& payload) {
    return to + from + std::string("\x08\x00", 2) + payload;
}

/// The machine's end of a cable.
class Nic {
  public:
    explicit Nic(Cable cable) : fd_(socket(AF_INET, SOCK_DGRAM, 0)) {
        const auto own = loopback(cable.machine), peer = loopback(cable.fabric);
        up_ = bind(fd_, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0 &&
              connect(fd_, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) == 0;
    }
    Nic(const Nic&) = delete;
    Nic& operator=(const Nic&) = delete;
    ~Nic() { close(fd_); }
    static sockaddr_in loopback(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }
    bool up() const { return up_; }
    void send(const std::string& bytes) const { ::send(fd_, bytes.data(), bytes.size(), 0); }
    /// The next frame, or nothing within `milliseconds`.
    std::string receive(int milliseconds = 2000) const {
        pollfd wait{fd_, POLLIN, 0};
        if (poll(&wait, 1, milliseconds) <= 0) return {};
        std::string bytes(20'000, '\0');
        const auto size = recv(fd_, bytes.data(), bytes.size(), 0);
        bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return bytes;
    }

  private:
    int fd_;
    bool up_ = false;
};

constexpr int quiet = 100; // milliseconds in which something that must not come would have come

struct Lab {
    SeededRandom random{7};
    std::unique_ptr<Fabric> fabric = std::move(*Fabric::create(random));
    Nic a{*fabric->plug("a")};
    Nic b{*fabric->plug("b")};
    Nic c{*fabric->plug("c")};

    /// All three have spoken, so the switch knows where they are.
    void introduce() const {
        for (const auto& [nic, host] : {std::pair<const Nic&, int>{a, 1}, {b, 2}, {c, 3}})
            nic.send(frame(broadcast, address(host), "hello"));
        for (const Nic* nic : {&a, &b, &c}) {
            QCOMPARE(nic->receive().size(), 19u);
            QCOMPARE(nic->receive().size(), 19u);
        }
    }
    machines::LinkTraffic traffic(const std::string& from, const std::string& to) const {
        for (const auto& link : fabric->traffic())
            if (link.from == from && link.to == to) return link;
        return {};
    }
};

} // namespace

class FabricTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void floodsBroadcastsAndUnknownAddresses();
    void sendsKnownAddressesToTheirPortAlone();
    void followsAnAddressThatMoves();
    void carriesJumboFramesAndDropsRunts();
    void ignoresOtherSources();
    void cutsOneDirectionOnly();
    void losesTheGivenShare();
    void delaysInOrder();
    void limitsBandwidth();
    void countsEachDirection();
    void outlivesAMachine();
    void takesACableBack();
    void remembersFaultsOfUnknownNames();
    void carriesABurst();
    void directionDecidesArrivals();
    void addressTableIsBounded();
};

void FabricTest::floodsBroadcastsAndUnknownAddresses() {
    Lab lab;
    QVERIFY(lab.a.up() && lab.b.up() && lab.c.up());
    for (const auto& to : {broadcast, address(9)}) {
        const auto sent = frame(to, address(1), "who is there");
        lab.a.send(sent);
        QVERIFY(lab.b.receive() == sent);
        QVERIFY(lab.c.receive() == sent);
        QVERIFY(lab.a.receive(quiet).empty());
    }
}

void FabricTest::sendsKnownAddressesToTheirPortAlone() {
    Lab lab;
    lab.introduce();
    const auto sent = frame(address(2), address(1), "for b");
    lab.a.send(sent);
    QVERIFY(lab.b.receive() == sent);
    QVERIFY(lab.c.receive(quiet).empty());
    // To oneself: nowhere.
    lab.a.send(frame(address(1), address(1), "for me"));
    QVERIFY(lab.a.receive(quiet).empty());
    QVERIFY(lab.b.receive(quiet).empty());
}

void FabricTest::followsAnAddressThatMoves() {
    Lab lab;
    lab.introduce();
    lab.c.send(frame(broadcast, address(2), "I moved"));
    QVERIFY(!lab.a.receive().empty());
    QVERIFY(!lab.b.receive().empty());
    const auto sent = frame(address(2), address(1), "follow");
    lab.a.send(sent);
    QVERIFY(lab.c.receive() == sent);
    QVERIFY(lab.b.receive(quiet).empty());
}

void FabricTest::carriesJumboFramesAndDropsRunts() {
    Lab lab;
    lab.a.send("short");
    const auto sent = frame(broadcast, address(1), std::string(9000, 'j'));
    lab.a.send(sent);
    QVERIFY(lab.b.receive() == sent); // and nothing before it
    lab.a.send(frame(broadcast, address(1), std::string(18'000, 'x')));
    QVERIFY(lab.b.receive(quiet).empty());
}

void FabricTest::ignoresOtherSources() {
    Lab lab;
    const auto cable = lab.fabric->plug("a");
    QVERIFY(cable.has_value());
    const int stranger = socket(AF_INET, SOCK_DGRAM, 0);
    const auto to = Nic::loopback(cable->fabric);
    const auto bytes = frame(broadcast, address(66), "let me in");
    QVERIFY(sendto(stranger, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to),
                   sizeof to) > 0);
    close(stranger);
    QVERIFY(lab.b.receive(quiet).empty());
    QCOMPARE(lab.traffic("a", "b").frames, 0u);
}

void FabricTest::cutsOneDirectionOnly() {
    Lab lab;
    lab.introduce();
    lab.fabric->setFault("a", "b", LinkFault{.cut = true});
    lab.a.send(frame(address(2), address(1), "lost"));
    QVERIFY(lab.b.receive(quiet).empty());
    lab.b.send(frame(address(1), address(2), "arrives"));
    QVERIFY(!lab.a.receive().empty());
    lab.a.send(frame(address(3), address(1), "arrives"));
    QVERIFY(!lab.c.receive().empty());
    QCOMPARE(lab.traffic("a", "b").dropped, 1u);
    lab.fabric->setFault("a", "b", {});
    lab.a.send(frame(address(2), address(1), "healed"));
    QVERIFY(!lab.b.receive().empty());
}

void FabricTest::losesTheGivenShare() {
    Lab lab;
    lab.introduce();
    lab.fabric->setFault("a", "b", LinkFault{.loss = 0.25});
    constexpr unsigned count = 2000;
    for (unsigned i = 0; i < count; ++i)
        lab.a.send(frame(address(2), address(1), std::to_string(i)));
    const auto done = [&] {
        const auto link = lab.traffic("a", "b");
        return link.frames - 1 + link.dropped == count; // one was the introduction
    };
    QTRY_VERIFY(done());
    const auto lost = lab.traffic("a", "b").dropped;
    QVERIFY2(lost > count / 5 && lost < count * 3 / 10, qPrintable(QString::number(lost)));
}

void FabricTest::delaysInOrder() {
    Lab lab;
    lab.introduce();
    lab.fabric->setFault("a", "b", LinkFault{.delay = 60ms, .jitter = 40ms});
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 20; ++i)
        lab.a.send(frame(address(2), address(1), std::string(1, static_cast<char>('A' + i))));
    for (int i = 0; i < 20; ++i) {
        const auto received = lab.b.receive();
        QCOMPARE(received.size(), 15u);
        QCOMPARE(received.back(), static_cast<char>('A' + i));
        if (i == 0) QVERIFY(std::chrono::steady_clock::now() - start >= 60ms);
    }
    // The other direction is not slowed down by it.
    lab.b.send(frame(address(1), address(2), "back"));
    QVERIFY(!lab.a.receive().empty());
}

void FabricTest::limitsBandwidth() {
    Lab lab;
    lab.introduce();
    lab.fabric->setFault("a", "b", LinkFault{.bitsPerSecond = 800'000});
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 10; ++i)
        lab.a.send(frame(address(2), address(1), std::string(986, 'x'))); // 1000 bytes, 10 ms each
    for (int i = 0; i < 10; ++i)
        QCOMPARE(lab.b.receive().size(), 1000u);
    QVERIFY(std::chrono::steady_clock::now() - start >= 100ms);
    // More than 200 ms of traffic does not wait.
    for (int i = 0; i < 100; ++i)
        lab.a.send(frame(address(2), address(1), std::string(986, 'x')));
    QTRY_VERIFY(lab.traffic("a", "b").dropped >= 70);
}

void FabricTest::countsEachDirection() {
    Lab lab;
    lab.introduce();
    const auto before = lab.traffic("a", "b");
    lab.a.send(frame(address(2), address(1), std::string(86, 'x')));
    QCOMPARE(lab.b.receive().size(), 100u);
    QTRY_COMPARE(lab.traffic("a", "b").frames, before.frames + 1);
    QCOMPARE(lab.traffic("a", "b").bytes, before.bytes + 100);
    QCOMPARE(lab.traffic("b", "a").frames, 1u);
}

void FabricTest::outlivesAMachine() {
    Lab lab;
    lab.introduce();
    const auto counted = lab.traffic("a", "b").frames;
    lab.fabric->unplug("b");
    lab.fabric->unplug("nobody");
    lab.a.send(frame(address(2), address(1), "b is gone: unknown again, so flooded"));
    QVERIFY(!lab.c.receive().empty());
    QCOMPARE(lab.traffic("a", "b").frames, counted);

    // Plugged in, but its machine is off: nothing else suffers.
    QVERIFY(lab.fabric->plug("off").has_value());
    for (int i = 0; i < 5; ++i) {
        lab.a.send(frame(broadcast, address(1), "anybody"));
        QVERIFY(!lab.c.receive().empty());
    }
}

void FabricTest::takesACableBack() {
    SeededRandom random(1);
    auto first = std::move(*Fabric::create(random));
    const auto cable = first->plug("vm");
    QVERIFY(cable.has_value() && cable->fabric != 0 && cable->machine != 0 &&
            cable->fabric != cable->machine);
    QCOMPARE(*first->plug("vm"), *cable);
    const Nic nic(*cable);

    auto second = std::move(*Fabric::create(random));
    const auto taken = second->plug("vm", *cable);
    QVERIFY(!taken.has_value());
    QCOMPARE(taken.error().reason, Reason::Conflict);

    first.reset(); // the program died; the machine did not
    QCOMPARE(*second->plug("vm", *cable), *cable);
    const Nic other(*second->plug("other"));
    const auto sent = frame(broadcast, address(1), "still here");
    nic.send(sent);
    QVERIFY(other.receive() == sent);
}

void FabricTest::remembersFaultsOfUnknownNames() {
    SeededRandom random(1);
    auto fabric = std::move(*Fabric::create(random));
    fabric->setFault("x", "y", LinkFault{.cut = true});
    const Nic x(*fabric->plug("x"));
    const Nic y(*fabric->plug("y"));
    x.send(frame(broadcast, address(1), "cut before we met"));
    QVERIFY(y.receive(quiet).empty());
}

void FabricTest::carriesABurst() {
    Lab lab;
    lab.introduce();
    for (int i = 0; i < 200; ++i)
        lab.a.send(frame(address(2), address(1), std::to_string(i)));
    for (int i = 0; i < 200; ++i)
        QCOMPARE(lab.b.receive().substr(14), std::to_string(i));
}

void FabricTest::directionDecidesArrivals() {
    SeededRandom random(3);
    const Instant start(1s);
    fabric::Direction link;
    QVERIFY(link.perfect());
    QCOMPARE(*link.arrival(start, 100, random), start);
    link.setFault({.delay = 5ms});
    QCOMPARE(*link.arrival(start, 100, random), start + 5ms);
    link.setFault({.bitsPerSecond = 8000}); // a byte a millisecond
    QCOMPARE(*link.arrival(start, 100, random), start + 100ms);
    QCOMPARE(*link.arrival(start, 100, random), start + 200ms);
    QCOMPARE(*link.arrival(start, 1, random), start + 201ms);
    QVERIFY(!link.arrival(start, 1, random)); // more than 200 ms wait already
    QCOMPARE(*link.arrival(start + 1s, 1, random), start + 1001ms);
    link.setFault({.loss = 1});
    QVERIFY(!link.arrival(start, 1, random));
    link.setFault({.jitter = 10ms});
    Instant last{};
    bool varies = false;
    for (int i = 0; i < 100; ++i) {
        const Instant due = *link.arrival(start, 1, random);
        QVERIFY(due >= start && due < start + 10ms && due >= last);
        varies = varies || (i > 0 && due != last);
        last = due;
    }
    QVERIFY(varies);
}

void FabricTest::addressTableIsBounded() {
    fabric::AddressTable table;
    for (std::uint64_t i = 0; i < 5000; ++i)
        table.learn(i, 1);
    QVERIFY(table.find(0) == 1);
    QVERIFY(!table.find(4999));
    table.learn(4999, 2); // another port has room of its own
    QVERIFY(table.find(4999) == 2);
    table.learn(0, 2);
    QVERIFY(table.find(0) == 2);
    table.learn(5001, 1); // the one that left made room
    QVERIFY(table.find(5001) == 1);
    table.forget(1);
    QVERIFY(!table.find(1));
    QVERIFY(table.find(0) == 2);
}

QTEST_GUILESS_MAIN(FabricTest)
#include "test_fabric.moc"
