// R10: hostile bytes where HTTP/1.1 and HTTP/2 are expected, over real TLS connections.
#include "fuzz.h"
#include "http_fixture.h"

#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::test;
using namespace wheelhouse::testing;

namespace {

std::vector<std::string> http1() {
    return {"GET /echo?a=b HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n",
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET /echo HTTP/1.1\r\nHost: "
            "x\r\n\r\n",
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: "
            "r\r\n\r\n",
            "GET /echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: "
            "websocket\r\nSec-WebSocket-Version: "
            "13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            "POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc"};
}

std::vector<std::string> http2() {
    const std::string begin = preface();
    return {
        begin + headersFrame(1, "GET", "/echo", true),
        begin + headersFrame(1, "POST", "/echo", false) + frame(0, 0, 1, "hello") + frame(0, 1, 1, "more"),
        begin + headersFrame(1, "GET", "/bytes?100000", true) + frame(8, 0, 1, be32(1000)) +
            frame(8, 0, 0, be32(1000)) + frame(3, 0, 1, be32(8)),
        begin + frame(4, 0, 0, std::string("\0\4\0\0\xff\xff\0\3\0\0\0\1", 12)) + frame(6, 0, 0, "12345678") +
            frame(2, 0, 3, std::string("\0\0\0\1\x10", 5)) + headersFrame(3, "GET", "/echo", true),
        begin + frame(1, 0, 1, std::string(4, '\x82')) + frame(9, 4, 1, "\x84") +
            frame(7, 0, 0, be32(0) + be32(0))};
}

} // namespace

class TestFuzzHttp : public QObject {
    Q_OBJECT

  public:
    static void initMain() { qputenv("QTEST_FUNCTION_TIMEOUT", "3600000"); }

  private Q_SLOTS:
    void bytes_data() {
        QTest::addColumn<QString>("protocol");
        QTest::newRow("HTTP/1.1") << QString("http/1.1");
        QTest::newRow("HTTP/2") << QString("h2");
    }
    void bytes() {
        QFETCH(QString, protocol);
        const std::string alpn = protocol.toStdString();
        const auto corpus = alpn == "h2" ? http2() : http1();
        ServerFixture server;
        SeededRandom random(0xf022);
        Mutator inputs(corpus, random);
        const int lots = runs(15);
        constexpr int each = 50;
        for (int lot = 0; lot < lots; ++lot) {
            const double before = server.cpuSeconds();
            std::string last;
            for (int i = 0; i < each; ++i) {
                RawTls client(server.port(), server.client(alpn));
                QVERIFY2(client.connected(), shown(last).c_str());
                last = inputs.next();
                client.send(last);
                client.readUntil({}, std::chrono::milliseconds(1));
            }
            // The handshakes are in it, too.
            QVERIFY2((server.cpuSeconds() - before) / each < mostSeconds, shown(last).c_str());
            const std::string good = server.curl({alpn == "h2" ? "--http2" : "--http1.1"}, "/echo?good");
            QVERIFY2(good.find("\"path\":\"/echo\"") != std::string::npos, good.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestFuzzHttp)
#include "test_fuzz_http.moc"
