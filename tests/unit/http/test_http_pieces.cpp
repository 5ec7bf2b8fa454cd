// Bodies made piece by piece as the client takes them: whole in every protocol, and never far ahead of it.
#include "http_fixture.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::testing;

namespace {

constexpr std::size_t pieceBytes = 50'000;

/// Numbered lines, so that a piece lost or told twice shows.
class Lines final : public apiserver::BodySource {
  public:
    Lines(int pieces, int failAt, std::shared_ptr<std::atomic<int>> made)
        : pieces_(pieces), failAt_(failAt), made_(std::move(made)) {}
    bool next(std::string& out) override {
        if (at_ == failAt_) throw std::runtime_error("as asked");
        out += std::to_string(at_) + std::string(pieceBytes, static_cast<char>('a' + at_ % 26)) + "\n";
        ++*made_;
        return ++at_ < pieces_;
    }

  private:
    const int pieces_;
    const int failAt_;
    const std::shared_ptr<std::atomic<int>> made_;
    int at_ = 0;
};

std::string whole(int pieces) {
    std::string out;
    Lines lines(pieces, -1, std::make_shared<std::atomic<int>>(0));
    while (lines.next(out)) {
    }
    return out;
}

/// "/N" is N pieces; "/N/fail" breaks before the third.
class PiecesHandler final : public apiserver::Handler {
  public:
    std::shared_ptr<apiserver::Running> handle(apiserver::Request request,
                                               std::shared_ptr<apiserver::Exchange> exchange) override {
        exchange->respond([path = request.path, made = made] {
            apiserver::Response response;
            response.headers.emplace_back("content-type", "text/plain");
            const bool fails = path.ends_with("/fail");
            response.source = std::make_shared<Lines>(std::stoi(path.substr(1)), fails ? 2 : -1, made);
            return response;
        });
        return nullptr;
    }
    std::shared_ptr<std::atomic<int>> made =
        std::make_shared<std::atomic<int>>(0); ///< counts for new requests
};

} // namespace

class TestHttpPieces : public QObject {
    Q_OBJECT
    PiecesHandler handler_;
    std::unique_ptr<ServerFixture> server_;

  private Q_SLOTS:
    void initTestCase() {
        server_ = std::make_unique<ServerFixture>(std::function<void(apiserver::HttpOptions&)>(), &handler_);
    }
    void cleanupTestCase() { server_.reset(); }

    void arriveWhole_data() {
        QTest::addColumn<QString>("protocol");
        QTest::addColumn<int>("pieces");
        for (const char* protocol : {"--http1.0", "--http1.1", "--http2", "--compressed"})
            for (const int pieces : {1, 40})
                QTest::addRow("%s %d", protocol, pieces) << protocol << pieces;
    }
    void arriveWhole() {
        QFETCH(QString, protocol);
        QFETCH(int, pieces);
        const std::string got = server_->curl({protocol.toStdString()}, "/" + std::to_string(pieces));
        QCOMPARE(got.size(), whole(pieces).size());
        QVERIFY(got == whole(pieces));
    }

    void areCompressedOnTheWay() {
        const std::string size = server_->curl(
            {"-H", "Accept-Encoding: gzip", "-o", "/dev/null", "-w", "%{size_download} %{http_code}"}, "/40");
        QVERIFY2(std::stoi(size) < 200'000 && size.ends_with(" 200"), size.c_str());
    }

    void headHasNone() {
        for (const char* protocol : {"--http1.1", "--http2"}) {
            const std::string said = server_->curl({protocol, "-I", "-w", "%{size_download}"}, "/3");
            QVERIFY2(said.find(" 200") != std::string::npos && said.ends_with("0"), said.c_str());
        }
    }

    void aBrokenOneDoesNotLookComplete() {
        for (const char* protocol : {"--http1.0", "--http1.1", "--http2"}) {
            const std::string said =
                server_->curl({protocol, "-o", "/dev/null", "-w", "%{errormsg}"}, "/5/fail");
            QVERIFY2(said.find("curl: (") != std::string::npos, said.c_str());
        }
    }

    /// Without chunks only the end of the connection tells the end of the body.
    void oldClientsSeeTheConnectionEnd() {
        RawTls client(server_->port(), server_->client("http/1.0"));
        QCOMPARE(client.alpn(), std::string("http/1.0"));
        client.send("GET /3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        const std::string text = client.readAll();
        QVERIFY(text.ends_with("\r\n\r\n" + whole(3)));
        QVERIFY(text.find("chunked") == std::string::npos &&
                text.find("content-length") == std::string::npos);
        QVERIFY(text.find("connection: close") != std::string::npos);
        QVERIFY(client.peerClosed());
    }

    void areNotMadeAhead_data() {
        QTest::addColumn<QString>("alpn");
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<QByteArray>("more");
        QTest::newRow("HTTP/1.0") << "http/1.0" << QByteArray("GET /1000 HTTP/1.0\r\n\r\n") << QByteArray();
        QTest::newRow("HTTP/1.1") << "http/1.1" << QByteArray("GET /1000 HTTP/1.1\r\nHost: x\r\n\r\n")
                                  << QByteArray();
        const auto h2 = [](std::uint32_t streamWindow) {
            return QByteArray::fromStdString(preface() + frame(8, 0, 0, be32(1U << 30)) +
                                             headersFrame(1, "GET", "/1000", true) +
                                             (streamWindow ? frame(8, 0, 1, be32(streamWindow)) : ""));
        };
        QTest::newRow("HTTP/2, held back by TCP") << "h2" << h2(1U << 30) << QByteArray();
        QTest::newRow("HTTP/2, held back by its stream")
            << "h2" << h2(0) << QByteArray::fromStdString(frame(8, 0, 1, be32(1U << 30)));
    }
    /// A client that does not read holds up its own answer and no memory; when it reads it gets the rest.
    void areNotMadeAhead() {
        QFETCH(QString, alpn);
        QFETCH(QByteArray, request);
        QFETCH(QByteArray, more);
        const auto made = std::make_shared<std::atomic<int>>(0);
        handler_.made = made;
        auto options = server_->client(alpn.toStdString());
        options.receiveBuffer = 8192;
        RawTls client(server_->port(), options);
        client.send(request.toStdString());
        QTRY_VERIFY(made->load() > 0);
        handler_.made = std::make_shared<std::atomic<int>>(0);
        for (int i = 0; i < 5; ++i)
            QVERIFY(!server_->curl({}, "/1").empty()); // others are served meanwhile
        QVERIFY2(made->load() < 200, std::to_string(made->load()).c_str());
        if (!more.isEmpty()) client.send(more.toStdString());
        while (made->load() < 1000 && !client.readSome().empty()) {
        }
        QCOMPARE(made->load(), 1000);
    }

    /// Of a client that has gone nothing is kept, however much of its body was still to be made.
    void endWithTheirClient() {
        const auto made = std::make_shared<std::atomic<int>>(0);
        handler_.made = made;
        {
            RawTls client(server_->port(), server_->client());
            client.send("GET /100000 HTTP/1.1\r\nHost: x\r\n\r\n");
            QTRY_VERIFY(made->load() > 0);
        }
        handler_.made = std::make_shared<std::atomic<int>>(0);
        QTRY_COMPARE(made.use_count(), 1L);
        QVERIFY(made->load() < 1000);
    }
};

QTEST_GUILESS_MAIN(TestHttpPieces)
#include "test_http_pieces.moc"
