#include "http_fixture.h"

#include <QTest>
#include <condition_variable>

using namespace wheelhouse;
using namespace wheelhouse::testing;
using apiserver::Exchange;

namespace {

apiserver::Bytes bytes(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

/// Takes what the front hands over after a switch.
class Client final : public apiserver::Upgraded {
  public:
    void received(std::string bytes) override {
        const std::lock_guard lock(mutex_);
        got_ += bytes;
        changed_.notify_all();
    }
    void writable() override {
        const std::lock_guard lock(mutex_);
        ++writable_;
        changed_.notify_all();
    }
    /// Waits until so much has come; what has come by then.
    std::string waitFor(std::size_t size, int milliseconds = 5000) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::milliseconds(milliseconds), [&] { return got_.size() >= size; });
        return got_;
    }
    bool waitWritable() {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return writable_ > 0; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string got_;
    int writable_ = 0;
};

const apiserver::Headers switching{{"connection", "Upgrade"}, {"upgrade", "test"}};

std::string ask(const std::string& version = "1.1") {
    return "POST /hold HTTP/" + version +
           "\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: test\r\nContent-Length: 0\r\n\r\n";
}

} // namespace

class TestHttpUpgrade : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void bytesGoBothWays() {
        ServerFixture f;
        RawTls tls(f.port(), f.client());
        // What comes with the request already belongs to the new protocol.
        QVERIFY(tls.send(ask() + "early"));
        const auto exchange = f.handler.held();
        QVERIFY(exchange != nullptr);
        const auto client = std::make_shared<Client>();
        QVERIFY(exchange->upgrade(switching, client));
        const std::string head = tls.readUntil("\r\n\r\n");
        QVERIFY2(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), head.c_str());
        QVERIFY(head.find("upgrade: test") != std::string::npos);
        QVERIFY(head.find("content-length") == std::string::npos);
        QVERIFY(head.find("transfer-encoding") == std::string::npos);
        QCOMPARE(client->waitFor(5), std::string("early"));
        QVERIFY(tls.send("GET / HTTP/1.1\r\n\r\n"));
        QCOMPARE(client->waitFor(23), std::string("earlyGET / HTTP/1.1\r\n\r\n"));
        exchange->write(bytes("raw\r\n"));
        exchange->end();
        QCOMPARE(tls.readAll(), std::string("raw\r\n"));
        QVERIFY(tls.peerClosed());
        QCOMPARE(f.handler.handled(), 1);
    }

    void aClientThatLeavesCancels() {
        ServerFixture f;
        {
            RawTls tls(f.port(), f.client());
            QVERIFY(tls.send(ask()));
            const auto exchange = f.handler.held();
            QVERIFY(exchange && exchange->upgrade(switching, std::make_shared<Client>()));
            tls.readUntil("\r\n\r\n");
        }
        QTRY_COMPARE_WITH_TIMEOUT(f.handler.cancelled(), 1, 5000);
        QTRY_COMPARE_WITH_TIMEOUT(f.server().counters().connections, std::size_t(0), 5000);
    }

    void whatIsNotTakenIsNotRead() {
        constexpr std::size_t limit = 64 * 1024;
        ServerFixture f([](apiserver::HttpOptions& options) { options.limits.upgradedBytes = limit; });
        RawTls tls(f.port(), f.client());
        QVERIFY(tls.send(ask()));
        const auto exchange = f.handler.held();
        const auto client = std::make_shared<Client>();
        QVERIFY(exchange && exchange->upgrade(switching, client));
        tls.readUntil("\r\n\r\n");
        const std::string much(512 * 1024, 'm');
        std::thread sender([&] { tls.send(much); });
        client->waitFor(limit);
        // It stays there: nothing more comes until some is taken. One read may go beyond.
        const std::size_t before = client->waitFor(limit + 64 * 1024, 500).size();
        QVERIFY2(before >= limit && before < limit + 64 * 1024, std::to_string(before).c_str());
        std::size_t taken = 0;
        while (taken < much.size()) {
            const std::size_t here = client->waitFor(taken + 1).size();
            if (here == taken) break;
            exchange->taken(here - taken);
            taken = here;
        }
        sender.join();
        QCOMPARE(taken, much.size());
    }

    void aSlowReaderIsSaidToHaveCaughtUp() {
        ServerFixture f;
        RawTls tls(f.port(), f.client());
        QVERIFY(tls.send(ask()));
        const auto exchange = f.handler.held();
        const auto client = std::make_shared<Client>();
        QVERIFY(exchange && exchange->upgrade(switching, client));
        tls.readUntil("\r\n\r\n");
        exchange->write(bytes(std::string(4 * Exchange::writableBelow, 'w') + "done"));
        tls.readUntil("done");
        QVERIFY(client->waitWritable());
        QVERIFY(exchange->pendingBytes() <= Exchange::writableBelow);
    }

    void http10CannotSwitch() {
        ServerFixture f;
        RawTls tls(f.port(), f.client());
        QVERIFY(tls.send("GET /echo HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n"));
        QVERIFY(tls.readAll().find(" 200 ") != std::string::npos);
    }

    void http2CannotSwitch() {
        ServerFixture f;
        RawTls tls(f.port(), f.client("h2"));
        QVERIFY(tls.send(preface() + headersFrame(1, "GET", "/hold", true)));
        const auto exchange = f.handler.held();
        QVERIFY(exchange != nullptr);
        QVERIFY(!exchange->upgrade(switching, std::make_shared<Client>()));
        exchange->respond([] { return apiserver::Response{}; }); // so it can still be answered
        QVERIFY(!tls.readSome().empty());
    }

    /// A refused switch must not leave an open pipe behind: the connection goes on as HTTP, and what follows
    /// is a request of its own.
    void cve_2018_1002105() {
        ServerFixture f;
        RawTls tls(f.port(), f.client());
        QVERIFY(tls.send(ask()));
        const auto exchange = f.handler.held();
        QVERIFY(exchange != nullptr);
        exchange->respond([] {
            apiserver::Response refusal;
            refusal.code = 400;
            refusal.body = bytes("Upgrade request required");
            return refusal;
        });
        tls.readUntil("Upgrade request required");
        const auto client = std::make_shared<Client>();
        static_cast<void>(exchange->upgrade(switching, client)); // too late, and without effect
        QVERIFY(tls.send("GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        const std::string answer = tls.readAll();
        QVERIFY2(answer.starts_with("HTTP/1.1 200"), answer.substr(0, 200).c_str());
        QVERIFY(answer.find("Switching") == std::string::npos);
        QCOMPARE(client->waitFor(0), std::string());
        QCOMPARE(f.handler.handled(), 2);
    }
};

QTEST_GUILESS_MAIN(TestHttpUpgrade)
#include "test_http_upgrade.moc"
