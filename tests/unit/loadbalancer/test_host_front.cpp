// Real sockets on loopback, and a port of a pod in the hands of the test.
#include "engine/base/system.h"
#include "engine/loadbalancer/host_front.h"
#include "relay.h"

#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

using namespace wheelhouse;

namespace {

constexpr auto address = "127.96.200.1";
constexpr int patience = 30'000;
constexpr std::size_t window = 64 * 1024;

/// Answers everything it is told, in capitals, until it is told no more.
class Echo final : public nodelink::PodDuplex {
  public:
    Echo(Executor& executor, nodelink::DuplexEvents events)
        : executor_(executor), events_(std::move(events)) {}
    std::size_t room() const override { return room_; }
    void taken(std::size_t bytes) override { untaken_ -= bytes; }
    void write(std::string_view bytes) override {
        room_ -= bytes.size();
        std::string answer(bytes);
        for (char& c : answer)
            c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        untaken_ += answer.size();
        later([this, answer] {
            events_.onData(1, answer);
            room_ += answer.size();
            events_.onRoom();
        });
    }
    void closeInput() override {
        later([this] { events_.onEnd(0); });
    }
    void resize(std::uint16_t, std::uint16_t) override {}
    std::size_t untaken() const { return untaken_; }

  private:
    void later(const Task& task) {
        executor_.post([task, life = std::weak_ptr(life_)] {
            if (!life.expired()) task();
        });
    }
    Executor& executor_;
    nodelink::DuplexEvents events_;
    std::size_t room_ = window;
    std::size_t untaken_ = 0;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

/// A port of the computer that leads to an Echo for each connection.
struct Bench {
    boost::asio::io_context io;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
    std::thread thread{[this] { io.run(); }};
    ThreadExecutor control{"control"};
    std::unique_ptr<loadbalancer::HostFront> front = loadbalancer::openHostFront(io, control);
    std::unique_ptr<loadbalancer::HostListener> listener;
    std::vector<std::unique_ptr<loadbalancer::Relay>> relays;
    Echo* last = nullptr;
    int over = 0;

    ~Bench() {
        control.run([this] {
            relays.clear();
            listener.reset();
        });
        work.reset();
        io.stop();
        thread.join();
    }
    Result<void> listen(std::uint16_t port, const std::string& at = address) {
        Result<void> outcome;
        control.run([&] {
            auto made = front->listen(at, port, [this](auto socket, const std::string&) {
                relays.push_back(std::make_unique<loadbalancer::Relay>(
                    std::move(socket),
                    [this](nodelink::DuplexEvents events) {
                        auto echo = std::make_unique<Echo>(control, std::move(events));
                        last = echo.get();
                        return echo;
                    },
                    [this] { ++over; }));
            });
            if (made)
                listener = std::move(*made);
            else
                outcome = fail(made.error());
        });
        return outcome;
    }
    int ended() {
        int out = 0;
        control.run([&] { out = over; });
        return out;
    }
};

/// A port nobody has just now.
std::uint16_t freePort() {
    QTcpServer server;
    server.listen(QHostAddress(address));
    return server.serverPort();
}

} // namespace

class HostFrontTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void bytesGoBothWays();
    void manyBytesArriveWhole();
    void aClientThatLeavesEndsBoth();
    void whatCannotBeIsSaid();
    void afterwardsNobodyListens();
};

void HostFrontTest::bytesGoBothWays() {
    Bench bench;
    const std::uint16_t port = freePort();
    QVERIFY(bench.listen(port));
    QTcpSocket client;
    client.connectToHost(address, port);
    QVERIFY(client.waitForConnected(patience));
    client.write("hello");
    QByteArray got;
    QTRY_COMPARE_WITH_TIMEOUT((got += client.readAll()), QByteArray("HELLO"), patience);
    client.disconnectFromHost(); // says that it is done; the other end is, too, then
    QTRY_COMPARE_WITH_TIMEOUT(client.state(), QAbstractSocket::UnconnectedState, patience);
    QTRY_COMPARE_WITH_TIMEOUT(bench.ended(), 1, patience);
}

void HostFrontTest::manyBytesArriveWhole() {
    Bench bench;
    const std::uint16_t port = freePort();
    QVERIFY(bench.listen(port));
    QTcpSocket client;
    client.connectToHost(address, port);
    QVERIFY(client.waitForConnected(patience));
    QByteArray sent;
    while (sent.size() < 4 << 20)
        sent += "abcdefghijklmnopqrstuvwxyz" + QByteArray::number(sent.size());
    client.write(sent); // more than the pod has room for at once
    QByteArray got;
    QTRY_COMPARE_WITH_TIMEOUT((got += client.readAll()).size(), sent.size(), patience);
    QCOMPARE(got, sent.toUpper());
    std::size_t untaken = 1;
    QTRY_VERIFY_WITH_TIMEOUT((bench.control.run([&] { untaken = bench.last->untaken(); }), untaken == 0),
                             patience);
}

void HostFrontTest::aClientThatLeavesEndsBoth() {
    Bench bench;
    const std::uint16_t port = freePort();
    QVERIFY(bench.listen(port));
    QTcpSocket client;
    client.connectToHost(address, port);
    QVERIFY(client.waitForConnected(patience));
    client.write("hello");
    QTRY_VERIFY_WITH_TIMEOUT(client.bytesAvailable() > 0, patience);
    client.abort();
    QTRY_COMPARE_WITH_TIMEOUT(bench.ended(), 1, patience);
}

void HostFrontTest::whatCannotBeIsSaid() {
    Bench bench;
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress(address)));
    const auto taken = bench.listen(other.serverPort());
    QVERIFY(!taken && taken.error().reason == Reason::AlreadyExists);
    for (const char* foreign : {"0.0.0.0", "10.0.0.1", "somewhere"}) {
        const auto refused = bench.listen(other.serverPort(), foreign);
        QVERIFY(!refused && refused.error().reason == Reason::Invalid);
    }
}

void HostFrontTest::afterwardsNobodyListens() {
    Bench bench;
    const std::uint16_t port = freePort();
    QVERIFY(bench.listen(port));
    QTcpSocket held;
    held.connectToHost(address, port);
    QVERIFY(held.waitForConnected(patience));
    held.write("hello");
    QTRY_VERIFY_WITH_TIMEOUT(held.bytesAvailable() > 0, patience);
    bench.control.run([&] { bench.listener.reset(); });
    const auto refused = [&] {
        QTcpSocket client;
        client.connectToHost(address, port);
        return !client.waitForConnected(1'000) && client.error() == QAbstractSocket::ConnectionRefusedError;
    };
    QTRY_VERIFY_WITH_TIMEOUT(refused(), patience);
    held.readAll();
    held.write("still"); // what was connected stays so
    QTRY_COMPARE_WITH_TIMEOUT(held.bytesAvailable(), 5, patience);
}

QTEST_GUILESS_MAIN(HostFrontTest)
#include "test_host_front.moc"
