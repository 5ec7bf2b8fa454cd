#include "http_fixture.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::testing;
using apiserver::HttpOptions;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

apiserver::Bytes bytes(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

/// All frames of a kind the peer sends until it closes, sends one of that kind, or five seconds have passed.
std::vector<Frame> framesOfType(RawTls& tls, std::uint8_t type) {
    std::string got;
    std::vector<Frame> found;
    for (int i = 0; i < 100 && found.empty(); ++i) {
        got += tls.readUntil(std::string(1, static_cast<char>(type)), std::chrono::milliseconds(50));
        for (const auto& frame : frames(got))
            if (frame.type == type) found.push_back(frame);
        if (tls.peerClosed()) break;
    }
    return found;
}

std::uint32_t number(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = at; i < at + 4 && i < bytes.size(); ++i)
        value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
    return value;
}

constexpr std::uint8_t dataFrame = 0, headFrame = 1, resetFrame = 3, settingsFrame = 4, pingFrame = 6,
                       goawayFrame = 7, windowFrame = 8, continuationFrame = 9;

} // namespace

#define SAYS(text, part)                                                                                     \
    do {                                                                                                     \
        const std::string said = (text);                                                                     \
        QVERIFY2(has(said, part), said.substr(0, 2000).c_str());                                             \
    } while (false)

/// Clients that are broken, greedy, slow or hostile: each gets its answer or its end, and the server serves
/// the next.
class TestHttpAbuse : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void malformedHttp1_data() {
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<QByteArray>("status");
        const auto row = [](const char* name, const char* request, const char* status = "400") {
            QTest::newRow(name) << QByteArray(request) << QByteArray(status);
        };
        row("length and chunks", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
                                 "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        row("chunks and length", "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                                 "Content-Length: 4\r\n\r\n0\r\n\r\n");
        row("two lengths",
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde");
        row("negative length", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -4\r\n\r\n");
        row("length is no number", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4x\r\n\r\nabcd");
        row("unknown coding",
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n");
        row("chunked twice",
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n");
        row("chunked is not last",
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n");
        row("chunked in HTTP/1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        row("chunk size is no number",
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n");
        row("chunk size overflows", "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                                    "chunked\r\n\r\nfffffffffffffffff\r\nab\r\n");
        row("space before the colon", "GET /echo HTTP/1.1\r\nHost: x\r\nContent-Length : 4\r\n\r\nabcd");
        row("folded header", "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked\r\n"
                             "Content-Length: 5\r\n\r\n0\r\n\r\n");
        row("zero byte", "GET /ec\x01ho HTTP/1.1\r\nHost: x\r\n\r\n");
        row("bare line feeds", "GET /echo HTTP/1.1\nHost: x\n\n\r\n\r\n");
        row("no path", "GET echo HTTP/1.1\r\nHost: x\r\n\r\n");
        row("no host", "GET /echo HTTP/1.1\r\n\r\n");
        row("two hosts", "GET /echo HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n");
        row("no version", "GET /echo\r\n\r\n");
        row("HTTP/3.7", "GET /echo HTTP/3.7\r\nHost: x\r\n\r\n");
        row("rubbish", "\x16\x03\x01\x02hello\r\n\r\n");
        row("length beyond the limit",
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n", "413");
    }
    void malformedHttp1() {
        QFETCH(QByteArray, request);
        QFETCH(QByteArray, status);
        ServerFixture f;
        RawTls tls(f.port(), f.client());
        // What follows would be a smuggled request, were the first one believed.
        tls.send(request.toStdString() + "GET /echo?smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
        const auto text = tls.readUntil("}");
        QVERIFY2(text.starts_with("HTTP/1.1 " + status.toStdString()), text.substr(0, 300).c_str());
        SAYS(text, "\"kind\":\"Status\"");
        SAYS(text, "connection: close");
        QCOMPARE(f.handler.handled(), 0);
    }

    void bodyTooLarge_data() {
        QTest::addColumn<QString>("protocol");
        QTest::addColumn<int>("size");
        QTest::addColumn<bool>("known");
        QTest::addColumn<int>("code");
        for (const char* protocol : {"--http1.1", "--http2"}) {
            QTest::addRow("%s, at the limit", protocol) << protocol << 3 * 1024 * 1024 << true << 200;
            QTest::addRow("%s, one over", protocol) << protocol << 3 * 1024 * 1024 + 1 << true << 413;
            QTest::addRow("%s, chunked, at the limit", protocol)
                << protocol << 3 * 1024 * 1024 << false << 200;
            QTest::addRow("%s, chunked, one over", protocol)
                << protocol << 3 * 1024 * 1024 + 1 << false << 413;
            QTest::addRow("%s, far too large", protocol) << protocol << 30'000'000 << true << 413;
        }
    }
    void bodyTooLarge() {
        QFETCH(QString, protocol);
        QFETCH(int, size);
        QFETCH(bool, known);
        QFETCH(int, code);
        ServerFixture f;
        const auto body = f.file("body", std::string(static_cast<std::size_t>(size), 'b'));
        std::vector<std::string> arguments{protocol.toStdString(), "--data-binary", "@" + body, "-w",
                                           " %{http_code}"};
        if (!known) arguments.insert(arguments.end(), {"-H", "Transfer-Encoding: chunked"});
        const auto text = f.curl(arguments, "/echo");
        SAYS(text, " " + std::to_string(code));
        if (code == 413) SAYS(text, "\"reason\":\"RequestEntityTooLarge\"");
        QCOMPARE(f.handler.handled(), code == 200 ? 1 : 0);
    }

    void endlessBodyIsNotReadForEver() {
        ServerFixture f;
        RawTls tls(f.port(), f.client());
        tls.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        const std::string chunk = "100000\r\n" + std::string(0x100000, 'b') + "\r\n";
        int sent = 0;
        while (sent < 100 && tls.send(chunk))
            ++sent;
        QVERIFY2(sent < 50, "the server took 50 MiB of a request it had refused");
    }

    void headersTooLarge() {
        ServerFixture f([](HttpOptions& options) { options.limits.headerBytes = 8192; });
        RawTls h1(f.port(), f.client());
        h1.send("GET /echo HTTP/1.1\r\nHost: x\r\nA: " + std::string(9000, 'a') + "\r\n\r\n");
        SAYS(h1.readUntil("}"), "HTTP/1.1 431");
        SAYS(f.curl({"--http2", "-H", "a: " + std::string(9000, 'a'), "-w", "%{http_code}"}, "/echo"),
             "}431");
        SAYS(f.curl({"--http2", "-H", "a: " + std::string(7000, 'a'), "-w", "%{http_code}"}, "/echo"),
             "}200");
        QCOMPARE(f.handler.handled(), 1);
    }

    void slowRequests() {
        ServerFixture f([](HttpOptions& options) {
            options.limits.headerRead = options.limits.bodyRead = std::chrono::milliseconds(100);
            options.limits.idle = std::chrono::milliseconds(300);
        });
        RawTls header(f.port(), f.client());
        header.send("GET /echo HTTP/1.1\r\nHo");
        SAYS(header.readUntil("}"), "HTTP/1.1 408");
        RawTls body(f.port(), f.client());
        body.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
        SAYS(body.readUntil("}"), "HTTP/1.1 408");
        RawTls idle(f.port(), f.client());
        idle.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
        idle.readUntil("}");
        QVERIFY(!idle.peerClosed());
        idle.readAll();
        QVERIFY(idle.peerClosed());
        RawTls h2(f.port(), f.client("h2"));
        h2.send(preface() + headersFrame(1, "POST", "/echo", false) + frame(dataFrame, 0, 1, "abc"));
        SAYS(h2.readUntil("did not arrive in time"), "did not arrive in time");
        const auto goodbye = framesOfType(h2, goawayFrame);
        QCOMPARE(goodbye.size(), std::size_t(1));
        QCOMPARE(number(goodbye[0].payload, 4), 0u);
        h2.readAll();
        QVERIFY(h2.peerClosed());
    }

    void handshakeHasADeadline() {
        ServerFixture f(
            [](HttpOptions& options) { options.limits.handshake = std::chrono::milliseconds(100); });
        auto options = f.client();
        options.silent = true;
        RawTls tls(f.port(), options);
        QTRY_COMPARE(f.server().counters().connections, std::size_t(1));
        QTRY_COMPARE(f.server().counters().connections, std::size_t(0));
    }

    void tooManyConnections() {
        ServerFixture f([](HttpOptions& options) { options.limits.connections = 2; });
        RawTls one(f.port(), f.client()), two(f.port(), f.client());
        QVERIFY(one.connected() && two.connected());
        QVERIFY(!RawTls(f.port(), f.client()).connected());
    }

    void tooManyRequestsAtOnce_data() {
        QTest::addColumn<QString>("method");
        QTest::newRow("reads") << "GET";
        QTest::newRow("writes") << "DELETE";
    }
    void tooManyRequestsAtOnce() {
        QFETCH(QString, method);
        ServerFixture f(
            [](HttpOptions& options) { options.limits.readsInFlight = options.limits.writesInFlight = 3; });
        RawTls tls(f.port(), f.client("h2"));
        std::string requests = preface();
        const auto m = method.toStdString();
        for (std::uint32_t i = 0; i < 3; ++i)
            requests += headersFrame(1 + 2 * i, m, "/hold", true);
        // Watches and logs are not counted.
        requests += headersFrame(7, "GET", "/hold?watch=true", true) +
                    headersFrame(9, "GET", "/api/v1/namespaces/a/pods/hold/log", true);
        tls.send(requests);
        std::vector<std::shared_ptr<apiserver::Exchange>> held;
        for (int i = 0; i < 5; ++i)
            held.push_back(f.handler.held());
        QVERIFY(held.back());
        const auto refused = f.curl({"-i", "-X", m}, "/echo");
        SAYS(refused, " 429");
        SAYS(refused, "retry-after: 1");
        SAYS(refused, "\"reason\":\"TooManyRequests\",\"details\":{\"retryAfterSeconds\":1},\"code\":429");
        SAYS(f.curl({"-i", "-X", m == "GET" ? "DELETE" : "GET"}, "/echo"), " 200");
        held[0]->respond([] { return apiserver::Response{200, {}, bytes("done")}; });
        tls.readUntil("done");
        SAYS(f.curl({"-i", "-X", m}, "/echo"), " 200");
    }

    void resetDoesNotFreeAPlace() {
        ServerFixture f([](HttpOptions& options) { options.limits.readsInFlight = 2; });
        RawTls tls(f.port(), f.client("h2"));
        tls.send(preface() + headersFrame(1, "GET", "/hold", true) + headersFrame(3, "GET", "/hold", true) +
                 frame(resetFrame, 0, 1, be32(8)) + frame(resetFrame, 0, 3, be32(8)));
        auto one = f.handler.held();
        auto two = f.handler.held();
        QVERIFY(one && two);
        QTRY_COMPARE(f.handler.cancelled(), 2);
        // The work is still being done, so the places are still taken.
        SAYS(f.curl({"-i"}, "/echo"), " 429");
        one.reset();
        QTRY_COMPARE(f.server().counters().readsInFlight, 1);
        SAYS(f.curl({"-i"}, "/echo"), " 200");
    }

    void noAnswerIsATimeout() {
        ServerFixture f([](HttpOptions& options) { options.limits.answer = std::chrono::milliseconds(100); });
        for (const char* protocol : {"--http1.1", "--http2"}) {
            const auto text = f.curl({protocol, "-w", "%{http_code}"}, "/hold");
            SAYS(text, "\"reason\":\"Timeout\"");
            SAYS(text, "}504");
        }
        QTRY_COMPARE(f.handler.cancelled(), 2);
        // A watch may be silent as long as it likes.
        RawTls tls(f.port(), f.client());
        tls.send("GET /hold?watch=true HTTP/1.1\r\nHost: x\r\n\r\n");
        QCOMPARE(tls.readAll(std::chrono::milliseconds(500)), std::string());
        QVERIFY(!tls.peerClosed());
    }

    void slowReaderIsCut_data() {
        QTest::addColumn<QString>("alpn");
        QTest::addColumn<bool>("hard");
        QTest::newRow("HTTP/1.1, too far behind") << "http/1.1" << true;
        QTest::newRow("HTTP/1.1, too long behind") << "http/1.1" << false;
        QTest::newRow("HTTP/2, too far behind") << "h2" << true;
        QTest::newRow("HTTP/2, too long behind") << "h2" << false;
    }
    void slowReaderIsCut() {
        QFETCH(QString, alpn);
        QFETCH(bool, hard);
        ServerFixture f([hard](HttpOptions& options) {
            options.limits.streamBytes = 1'000'000;
            options.limits.streamHardBytes = hard ? 8'000'000 : 1'000'000'000;
            options.limits.slowReader = std::chrono::milliseconds(hard ? 60'000 : 300);
        });
        auto options = f.client(alpn.toStdString());
        options.receiveBuffer = 8192;
        RawTls tls(f.port(), options);
        const bool h2 = alpn == "h2";
        tls.send(h2 ? preface() + headersFrame(1, "GET", "/hold?watch=true", true)
                    : "GET /hold?watch=true HTTP/1.1\r\nHost: x\r\n\r\n");
        auto exchange = f.handler.held();
        QVERIFY(exchange);
        exchange->begin(200, {});
        std::size_t most = 0;
        for (int i = 0; i < 400 && f.server().counters().cutStreams == 0; ++i) {
            exchange->write(bytes(std::string(100'000, 'e')));
            most = std::max(most, exchange->pendingBytes());
        }
        QTRY_COMPARE(f.server().counters().cutStreams, std::uint64_t(1));
        QTRY_COMPARE(f.handler.cancelled(), 1);
        if (hard) QVERIFY(most <= 8'000'000);
        QCOMPARE(exchange->pendingBytes(), std::size_t(0));
        // The server is as it was.
        SAYS(f.curl({}, "/echo"), "\"path\":\"/echo\"");
    }

    void readerThatCatchesUpIsKept() {
        ServerFixture f([](HttpOptions& options) {
            options.limits.streamBytes = 1000;
            options.limits.slowReader = std::chrono::milliseconds(5000);
        });
        RawTls tls(f.port(), f.client());
        tls.send("GET /hold?watch=true HTTP/1.1\r\nHost: x\r\n\r\n");
        auto exchange = f.handler.held();
        QVERIFY(exchange);
        exchange->begin(200, {});
        for (int i = 0; i < 100; ++i)
            exchange->write(bytes(std::string(100'000, 'e')));
        exchange->end();
        const auto text = tls.readUntil("0\r\n\r\n");
        const auto body =
            std::count(text.begin() + static_cast<std::ptrdiff_t>(text.find("\r\n\r\n")), text.end(), 'e');
        // The sizes of the chunks are hexadecimal and may hold that letter too.
        QVERIFY(body >= 10'000'000 && body < 10'001'000);
        QCOMPARE(f.server().counters().cutStreams, std::uint64_t(0));
    }

    void cve_2023_44487_rapidReset() {
        ServerFixture f([](HttpOptions& options) { options.limits.resetBurst = 200; });
        RawTls tls(f.port(), f.client("h2"));
        QVERIFY(tls.send(preface()));
        bool accepted = true;
        for (std::uint32_t i = 0; i < 2000 && accepted; ++i)
            accepted = tls.send(headersFrame(1 + 2 * i, "GET", "/hold", true) +
                                frame(resetFrame, 0, 1 + 2 * i, be32(8)));
        tls.readAll();
        QVERIFY(tls.peerClosed());
        QVERIFY2(f.handler.handled() < 500, std::to_string(f.handler.handled()).c_str());
        SAYS(f.curl({}, "/echo"), "\"path\":\"/echo\"");
    }

    void floods_data() {
        QTest::addColumn<QByteArray>("once");
        const auto row = [](const char* name, const std::string& bytes) {
            QTest::newRow(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()));
        };
        row("PING", frame(pingFrame, 0, 0, "12345678"));
        row("SETTINGS", frame(settingsFrame, 0, 0, {}));
        row("empty DATA", frame(dataFrame, 0, 1, {}));
        row("CONTINUATION", frame(continuationFrame, 0, 3, std::string(100, '\0')));
    }
    void floods() {
        QFETCH(QByteArray, once);
        ServerFixture f;
        auto options = f.client("h2");
        options.receiveBuffer = 8192;
        RawTls tls(f.port(), options);
        std::string start = preface() + headersFrame(1, "POST", "/echo", false);
        // A header block that is never finished.
        if (once.at(3) == continuationFrame) start += frame(headFrame, 0, 3, std::string(10, '\0'));
        QVERIFY(tls.send(start));
        std::string many;
        for (int i = 0; i < 1000; ++i)
            many += once.toStdString();
        // Nothing is read here, so what the server has to say piles up on its side.
        bool accepted = true;
        for (int i = 0; i < 2000 && accepted; ++i)
            accepted = tls.send(many);
        tls.readAll();
        QVERIFY(tls.peerClosed());
        QCOMPARE(f.handler.handled(), 0);
        SAYS(f.curl({}, "/echo"), "\"path\":\"/echo\"");
    }

    void malformedHttp2_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("whole"); ///< the connection ends, not only the stream
        const auto row = [](const char* name, bool whole, const std::string& bytes) {
            QTest::newRow(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())) << whole;
        };
        const std::string p = preface();
        row("no preface", true, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        row("frame too large", true, p + be32(0x00ffffff).substr(1) + std::string("\0\0\0\0\0\1", 6));
        row("DATA on stream 0", true, p + frame(dataFrame, 0, 0, "abc"));
        row("DATA on an idle stream", true, p + frame(dataFrame, 0, 5, "abc"));
        row("HEADERS on an even stream", true, p + headersFrame(2, "GET", "/echo", true));
        row("rubbish in the header block", true, p + frame(headFrame, 5, 1, std::string(40, '\xff')));
        row("stray CONTINUATION", true, p + frame(continuationFrame, 4, 1, "abc"));
        row("HEADERS interrupted", true,
            p + frame(headFrame, 1, 1, std::string(3, '\0')) + frame(pingFrame, 0, 0, "12345678"));
        row("window of zero", true,
            p + headersFrame(1, "POST", "/echo", false) + frame(windowFrame, 0, 1, be32(0)));
        row("window overflows", true, p + frame(windowFrame, 0, 0, be32(0x7fffffff)));
        row("SETTINGS of odd size", true, p + frame(settingsFrame, 0, 0, "abc"));
        row("PUSH_PROMISE from a client", true, p + frame(5, 4, 1, be32(2)));
        row("PING of wrong size", true, p + frame(pingFrame, 0, 0, "123"));
        row("length does not match", false,
            p + headersFrame(1, "POST", "/echo", false, {{"content-length", "10"}}) +
                frame(dataFrame, 1, 1, "abc"));
        row("two lengths", false,
            p + headersFrame(1, "POST", "/echo", true, {{"content-length", "0"}, {"content-length", "1"}}));
        row("connection header", false, p + headersFrame(1, "GET", "/echo", true, {{"connection", "close"}}));
        row("transfer-encoding", false,
            p + headersFrame(1, "POST", "/echo", true, {{"transfer-encoding", "chunked"}}));
        row("upper-case name", false, p + headersFrame(1, "GET", "/echo", true, {{"Host", "x"}}));
        row("line feed in a value", false, p + headersFrame(1, "GET", "/echo", true, {{"a", "b\r\nc: d"}}));
        row("pseudo-header too late", false,
            p + headersFrame(1, "GET", "/echo", true, {{"a", "b"}, {":path", "/x"}}));
        row("empty path", false, p + headersFrame(1, "GET", "", true));
    }
    void malformedHttp2() {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, whole);
        ServerFixture f;
        RawTls tls(f.port(), f.client("h2"));
        tls.send(bytes.toStdString());
        if (whole) {
            tls.readAll();
            QVERIFY(tls.peerClosed());
        } else {
            const auto resets = framesOfType(tls, resetFrame);
            QCOMPARE(resets.size(), std::size_t(1));
            tls.send(headersFrame(3, "GET", "/echo", true));
            SAYS(tls.readUntil("\"path\":\"/echo\""), "\"path\":\"/echo\"");
        }
        QVERIFY(f.handler.handled() <= 1);
        SAYS(f.curl({}, "/echo"), "\"path\":\"/echo\"");
    }

    void tooManyStreams() {
        ServerFixture f([](HttpOptions& options) { options.limits.streamsPerConnection = 10; });
        RawTls tls(f.port(), f.client("h2"));
        tls.send(preface());
        tls.send(frame(settingsFrame, 1, 0, {}));
        std::string requests;
        for (std::uint32_t i = 0; i < 12; ++i)
            requests += headersFrame(1 + 2 * i, "GET", "/hold?watch=true", true);
        tls.send(requests);
        framesOfType(tls, resetFrame);
        QTRY_COMPARE(f.handler.handled(), 10);
    }
};

QTEST_GUILESS_MAIN(TestHttpAbuse)
#include "test_http_abuse.moc"
