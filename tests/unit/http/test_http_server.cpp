#include "http_fixture.h"

#include "engine/base/files.h"
#include "http/front.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::testing;
using apiserver::HttpOptions;
using apiserver::HttpServer;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t n = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
        ++n;
    return n;
}

const std::string lastOne = "Connection: close\r\n\r\n";

apiserver::Bytes bytes(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

} // namespace

#define SAYS(text, part)                                                                                     \
    do {                                                                                                     \
        const std::string said = (text);                                                                     \
        QVERIFY2(has(said, part), said.substr(0, 2000).c_str());                                             \
    } while (false)

class TestHttpServer : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void knowsWhatLastsLong_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("target");
        QTest::addColumn<bool>("lasts");
        const auto row = [](const char* method, const char* target, bool lasts) {
            QTest::newRow((std::string(method) + " " + target).c_str()) << method << target << lasts;
        };
        row("GET", "/api/v1/pods?watch=true", true);
        row("GET", "/api/v1/pods?limit=1&watch=1", true);
        row("GET", "/api/v1/pods?watch=false", false);
        row("DELETE", "/api/v1/pods?watch=true", false);
        row("GET", "/api/v1/watch/namespaces/a/pods", true);
        row("GET", "/apis/apps/v1/watch/deployments", true);
        row("GET", "/api/v1/namespaces/a/pods/b/log", true);
        row("POST", "/api/v1/namespaces/a/pods/b/exec", true);
        row("GET", "/api/v1/namespaces/a/services/b/proxy/x/y", true);
        row("GET", "/api/v1/nodes/n/proxy/healthz", true);
        // Names that only look like it do not escape the limits.
        row("GET", "/api/v1/namespaces/proxy/pods", false);
        row("PUT", "/api/v1/namespaces/proxy/pods/p", false);
        row("GET", "/api/v1/namespaces/watch/pods/p", false);
        row("GET", "/api/v1/namespaces/a/pods/log", false);
        row("POST", "/apis/apps/v1/namespaces/exec/deployments", false);
        row("GET", "/api/v1/nodes/proxy", false);
        row("GET", "/api/v1/namespaces/log", false);
        row("GET", "/healthz/log", false);
    }
    void knowsWhatLastsLong() {
        QFETCH(QString, method);
        QFETCH(QString, target);
        QFETCH(bool, lasts);
        apiserver::Request request;
        request.method = method.toStdString();
        QVERIFY(apiserver::http::splitTarget(target.toStdString(), request));
        QCOMPARE(apiserver::http::isLongRunning(request), lasts);
    }

    void answersCurl_data() {
        QTest::addColumn<QString>("protocol");
        QTest::addColumn<QString>("version");
        QTest::newRow("HTTP/1.1") << "--http1.1"
                                  << "1.1";
        QTest::newRow("HTTP/2") << "--http2"
                                << "2";
    }
    void answersCurl() {
        QFETCH(QString, protocol);
        QFETCH(QString, version);
        ServerFixture f;
        const auto p = protocol.toStdString();
        auto text = f.curl({p, "-w", " %{http_version} %{http_code}"}, "/echo?a=1&b=%20");
        SAYS(text, "\"method\":\"GET\",\"path\":\"/echo\",\"query\":\"a=1&b=%20\",\"host\":\"127.0.0.1:");
        SAYS(text, "\"user\":\"ada\",\"groups\":\"crew,system:masters\"}");
        SAYS(text, " " + version.toStdString() + " 200");

        text = f.curl({p, "-i", "-H", "Audit-ID: my-own"}, "/echo");
        SAYS(text, "audit-id: my-own");
        SAYS(text, "cache-control: no-cache, private");
        SAYS(text, "date: ");
        SAYS(text, "GMT");
        text = f.curl({p, "-i", "-H", "Audit-ID: no good"}, "/echo");
        QCOMPARE(count(text, "audit-id: "), std::size_t(1));
        QVERIFY(!has(text, "no good"));

        // Large enough that curl asks with Expect: 100-continue over HTTP/1.1.
        text = f.curl({p, "--data-binary", "@" + f.file("body", std::string(2'000'000, 'b'))}, "/echo");
        SAYS(text, "\"bytes\":2000000");
        text = f.curl({p, "-I", "-w", "%{size_download}"}, "/bytes?5000");
        SAYS(text, "content-length: 5000");
        QVERIFY2(text.ends_with("\r\n\r\n0"), text.c_str());
        text = f.curl({p, "-i"}, "/nothing");
        SAYS(text, " 304");
        text = f.curl({p, "-i"}, "/throw");
        SAYS(text, " 500");
        SAYS(text, "\"reason\":\"InternalError\"");
        text = f.curl({p, "-i"}, "/evil");
        QVERIFY2(!has(text, "\nset-cookie"), text.c_str());
        text = f.curl({p, "--parallel", "--parallel-max", "20",
                       "https://127.0.0.1:" + std::to_string(f.port()) + "/bytes?300000&[1-50]", "-o",
                       "/dev/null", "-w", "%{http_code} %{size_download};"},
                      "/echo");
        QCOMPARE(count(text, "200 300000;"), std::size_t(50));
    }

    void compressesOnlyWhatIsLarge_data() {
        QTest::addColumn<int>("size");
        QTest::addColumn<QString>("accept");
        QTest::addColumn<bool>("packed");
        QTest::newRow("large") << 200'000 << "gzip" << true;
        QTest::newRow("among others") << 200'000 << "br, GZIP;q=0.5" << true;
        QTest::newRow("small") << 100'000 << "gzip" << false;
        QTest::newRow("not wanted") << 200'000 << "identity" << false;
        QTest::newRow("refused") << 200'000 << "gzip;q=0" << false;
    }
    void compressesOnlyWhatIsLarge() {
        QFETCH(int, size);
        QFETCH(QString, accept);
        QFETCH(bool, packed);
        ServerFixture f;
        const auto path = "/bytes?" + std::to_string(size);
        const auto header = "Accept-Encoding: " + accept.toStdString();
        const auto head = f.curl({"-D", "-", "-o", "/dev/null", "-H", header}, path);
        QCOMPARE(has(head, "content-encoding: gzip"), packed);
        const auto sizes = f.curl({"-o", "/dev/null", "-w", "%{size_download}", "-H", header}, path);
        QCOMPARE(std::stoi(sizes) < 10'000, packed);
        if (packed)
            QCOMPARE(f.curl({"--compressed"}, path), std::string(static_cast<std::size_t>(size), 'x'));
    }

    void whoAsks_data() {
        QTest::addColumn<QString>("who");
        QTest::addColumn<QString>("user");
        QTest::newRow("own certificate") << "own"
                                         << "ada";
        QTest::newRow("no certificate") << "none"
                                        << "-";
        QTest::newRow("another CA") << "foreign"
                                    << "-";
        QTest::newRow("a server's certificate") << "server"
                                                << "-";
        QTest::newRow("expired") << "expired"
                                 << "-";
        QTest::newRow("no name") << "nameless"
                                 << "-";
    }
    void whoAsks() {
        QFETCH(QString, who);
        QFETCH(QString, user);
        ServerFixture f;
        auto options = f.client();
        controlplane::KeyPair pair = f.clientPair;
        if (who == "server") pair = f.serverPair;
        if (who == "nameless") pair = f.pki->issueClient("", {"system:masters"}).value();
        if (who == "expired") pair = f.pki->issueClient("ada", {}, -std::chrono::minutes(1)).value();
        if (who == "foreign") {
            auto other =
                controlplane::Pki::openOrCreate(f.folder.path().toStdString() + "/other", f.clock, f.random);
            pair = other->issueClient("ada", {"system:masters"}).value();
        }
        options.certificatePem = who == "none" ? "" : pair.certificatePem;
        options.keyPem = pair.keyPem;
        for (const int version : {0x0303, 0x0304}) {
            options.maxVersion = version;
            RawTls tls(f.port(), options);
            QVERIFY(tls.connected());
            tls.send("GET /echo HTTP/1.1\r\nHost: x\r\n" + lastOne);
            const auto text = tls.readAll();
            SAYS(text, "\"user\":\"" + user.toStdString() + "\"");
        }
    }

    void oldTlsIsRefused() {
        ServerFixture f;
        auto options = f.client();
        options.maxVersion = 0x0302;
        QVERIFY(!RawTls(f.port(), options).connected());
        QTRY_COMPARE(f.server().counters().connections, std::size_t(0));
    }

    void otherProtocolsAreClosed() {
        ServerFixture f;
        SAYS(f.curl({"-o", "/dev/null", "-w", "%{http_code}", "--connect-to",
                     "::127.0.0.1:" + std::to_string(f.port()), "http://plain/", "--next", "-sS"},
                    "/echo"),
             "000");
        auto options = f.client("spdy/3");
        QVERIFY(!RawTls(f.port(), options).connected());
    }

    void newCertificateForNewConnections() {
        ServerFixture f;
        auto other =
            controlplane::Pki::openOrCreate(f.folder.path().toStdString() + "/other", f.clock, f.random);
        auto pair = other->server("apiserver", {"127.0.0.1"}).value();
        RawTls before(f.port(), f.client());
        QVERIFY(before.connected());
        QVERIFY(f.server().setCertificate(pair.certificatePem, pair.keyPem));
        QVERIFY(!f.server().setCertificate(pair.certificatePem, f.serverPair.keyPem));
        QVERIFY(!RawTls(f.port(), f.client()).connected());
        auto options = f.client();
        options.caPem = other->caPem();
        QVERIFY(RawTls(f.port(), options).connected());
        before.send("GET /echo HTTP/1.1\r\nHost: x\r\n" + lastOne);
        SAYS(before.readAll(), "200 OK");
    }

    void listenErrorsAreOneLine_data() {
        QTest::addColumn<QString>("listen");
        QTest::addColumn<QString>("says");
        QTest::newRow("taken") << "127.0.0.1:PORT"
                               << "address already in use; choose another with --listen";
        QTest::newRow("no port") << "127.0.0.1"
                                 << "the port is missing";
        QTest::newRow("port too large") << "127.0.0.1:70000"
                                        << "that is no port";
        QTest::newRow("no address") << "nowhere.example:1"
                                    << "that is no address";
        QTest::newRow("not ours") << "192.0.2.1:0"
                                  << "cannot listen on 192.0.2.1:0: cannot assign requested address";
    }
    void listenErrorsAreOneLine() {
        QFETCH(QString, listen);
        QFETCH(QString, says);
        ServerFixture f;
        HttpOptions options;
        options.listen = listen.replace("PORT", QString::number(f.port())).toStdString();
        options.certificatePem = f.serverPair.certificatePem;
        options.keyPem = f.serverPair.keyPem;
        auto server = HttpServer::start(f.io, options, f.handler, f.clock, f.random);
        QVERIFY(!server);
        SAYS(server.error().message, says.toStdString());
        SAYS(server.error().message, "cannot listen on " + options.listen + ": ");
        QCOMPARE(count(server.error().message, "\n"), std::size_t(0));
    }

    void listensOnOtherAddresses() {
        ServerFixture f([](HttpOptions& options) { options.listen = "localhost:0"; });
        QVERIFY(f.port() != 0);
        QCOMPARE(f.server().url(), "https://127.0.0.1:" + std::to_string(f.port()));
    }

    void badKeysAreRefused() {
        ServerFixture f;
        HttpOptions options;
        QVERIFY(!HttpServer::start(f.io, options, f.handler, f.clock, f.random));
        options.certificatePem = f.serverPair.certificatePem;
        options.keyPem = f.clientPair.keyPem;
        auto server = HttpServer::start(f.io, options, f.handler, f.clock, f.random);
        QVERIFY(!server);
        options.keyPem = f.serverPair.keyPem;
        options.clientCaPem = "no certificate";
        QVERIFY(!HttpServer::start(f.io, options, f.handler, f.clock, f.random));
    }

    void pipelinedRequestsAreAnsweredInOrder() {
        ServerFixture f;
        RawTls tls(f.port(), f.client());
        std::string requests;
        for (int i = 0; i < 50; ++i)
            requests +=
                "POST /echo?" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
        requests += "GET /echo?last HTTP/1.1\r\nHost: x\r\n" + lastOne;
        tls.send(requests);
        const auto text = tls.readAll();
        QCOMPARE(count(text, "HTTP/1.1 200 OK"), std::size_t(51));
        std::size_t at = 0;
        for (int i = 0; i < 50; ++i) {
            at = text.find("\"query\":\"" + std::to_string(i) + "\"", at);
            QVERIFY(at != std::string::npos);
        }
        QVERIFY(text.find("\"query\":\"last\"", at) != std::string::npos);
        QVERIFY(tls.peerClosed());
    }

    /// The next request often arrives before the server has noticed that its last answer is sent.
    void fastClientGetsItsOwnAnswers() {
        ServerFixture f;
        RawTls tls(f.port(), f.client());
        for (int i = 0; i < 3000; ++i) {
            const auto query = std::to_string(i);
            tls.send("GET /echo?" + query + " HTTP/1.1\r\nHost: x\r\n\r\n");
            SAYS(tls.readUntil("}"), "\"query\":\"" + query + "\"");
        }
        QCOMPARE(f.handler.handled(), 3000);
    }

    void requestInSmallPieces() {
        ServerFixture f;
        RawTls tls(f.port(), f.client());
        const std::string request = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" +
                                    lastOne + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        for (const char c : request)
            QVERIFY(tls.send(std::string(1, c)));
        const auto text = tls.readAll();
        SAYS(text, "\"bytes\":5");
    }

    void http10() {
        ServerFixture f;
        RawTls tls(f.port(), f.client());
        tls.send("GET /echo HTTP/1.0\r\n\r\n");
        SAYS(tls.readAll(), "connection: close");
        RawTls stream(f.port(), f.client());
        stream.send("GET /hold?watch=1 HTTP/1.0\r\n\r\n");
        auto exchange = f.handler.held();
        QVERIFY(exchange);
        exchange->begin(200, {});
        exchange->write(bytes("one"));
        exchange->write(bytes("two"));
        exchange->end();
        const auto text = stream.readAll();
        QVERIFY2(text.ends_with("\r\n\r\nonetwo"), text.c_str());
        QVERIFY(!has(text, "chunked"));
    }

    void streamsWithoutWaiting() {
        ServerFixture f;
        RawTls tls(f.port(), f.client());
        tls.send("GET /hold?watch=true HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n");
        auto exchange = f.handler.held();
        QVERIFY(exchange);
        exchange->begin(200, {{"content-type", "application/json"}});
        auto text = tls.readUntil("\r\n\r\n");
        SAYS(text, "transfer-encoding: chunked");
        exchange->write(bytes("first\n"));
        SAYS(tls.readUntil("first\n\r\n"), "00000006\r\nfirst\n\r\n");
        exchange->write(bytes(std::string(1'000'000, 'z')));
        exchange->end();
        text = tls.readUntil("0\r\n\r\n");
        QVERIFY(count(text, "z") == 1'000'000);
        // The connection is good for another request.
        tls.send("GET /echo HTTP/1.1\r\nHost: x\r\n" + lastOne);
        SAYS(tls.readAll(), "200 OK");
    }

    void abortedStreamDoesNotLookComplete() {
        ServerFixture f;
        RawTls tls(f.port(), f.client());
        tls.send("GET /hold?watch=true HTTP/1.1\r\nHost: x\r\n\r\n");
        auto exchange = f.handler.held();
        QVERIFY(exchange);
        exchange->begin(200, {});
        exchange->write(bytes("part"));
        tls.readUntil("part");
        exchange->abort();
        const auto rest = tls.readAll();
        QVERIFY(tls.peerClosed());
        QVERIFY(!has(rest, "0\r\n\r\n"));

        RawTls h2(f.port(), f.client("h2"));
        h2.send(preface() + headersFrame(1, "GET", "/hold?watch=true", true));
        exchange = f.handler.held();
        QVERIFY(exchange);
        exchange->begin(200, {});
        exchange->abort();
        h2.send(frame(6, 0, 0, "12345678"));
        bool reset = false;
        std::string got;
        for (int i = 0; i < 10 && !reset; ++i) {
            got += h2.readUntil("12345678", std::chrono::milliseconds(300));
            for (const auto& frame : frames(got))
                reset = reset || (frame.type == 3 && frame.stream == 1);
        }
        QVERIFY(reset);
    }

    void curlFollowsStream() {
        ServerFixture f;
        for (const char* protocol : {"--http1.1", "--http2"}) {
            std::string text;
            std::thread client([&] { text = f.curl({protocol, "-N"}, "/hold?watch=true"); });
            auto exchange = f.handler.held();
            if (exchange) {
                exchange->begin(200, {});
                for (int i = 0; i < 1000; ++i)
                    exchange->write(bytes("line " + std::to_string(i) + "\n"));
                exchange->end();
            }
            client.join();
            QVERIFY(exchange);
            QCOMPARE(count(text, "\n"), std::size_t(1000));
            QVERIFY(text.ends_with("line 999\n"));
        }
    }

    void clientLeaving_data() {
        QTest::addColumn<QString>("alpn");
        QTest::newRow("HTTP/1.1") << "http/1.1";
        QTest::newRow("HTTP/2") << "h2";
    }
    void clientLeaving() {
        QFETCH(QString, alpn);
        ServerFixture f;
        const bool h2 = alpn == "h2";
        {
            RawTls tls(f.port(), f.client(alpn.toStdString()));
            QCOMPARE(tls.alpn(), alpn.toStdString());
            tls.send(h2 ? preface() + headersFrame(1, "GET", "/hold?watch=true", true)
                        : "GET /hold?watch=true HTTP/1.1\r\nHost: x\r\n\r\n");
            auto exchange = f.handler.held();
            QVERIFY(exchange);
            exchange->begin(200, {});
        }
        QTRY_COMPARE(f.handler.cancelled(), 1);
        QTRY_COMPARE(f.server().counters().connections, std::size_t(0));
    }

    void cancelledHttp2StreamLeavesTheOthers() {
        ServerFixture f;
        RawTls tls(f.port(), f.client("h2"));
        tls.send(preface() + headersFrame(1, "GET", "/hold/1", true) +
                 headersFrame(3, "GET", "/hold/2", true));
        auto first = f.handler.held();
        auto second = f.handler.held();
        QVERIFY(first && second);
        tls.send(frame(3, 0, 1, be32(8)));
        QTRY_COMPARE(f.handler.cancelled(), 1);
        first->respond([] { return apiserver::Response{200, {}, bytes("unheard")}; });
        second->respond([] { return apiserver::Response{200, {}, bytes("heard")}; });
        const auto text = tls.readUntil("heard");
        QVERIFY(!has(text, "unheard"));
        SAYS(text, "heard");
    }

    void stoppingEndsStreamsAndWaitsForAnswers() {
        ServerFixture f;
        RawTls idle(f.port(), f.client());
        idle.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
        idle.readUntil("}");
        RawTls watch(f.port(), f.client());
        watch.send("GET /hold?watch=true HTTP/1.1\r\nHost: x\r\n\r\n");
        auto watching = f.handler.held();
        RawTls watch2(f.port(), f.client("h2"));
        watch2.send(preface() + headersFrame(1, "GET", "/hold?watch=true", true));
        auto watching2 = f.handler.held();
        RawTls asked(f.port(), f.client());
        asked.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
        auto answering = f.handler.held();
        QVERIFY(watching && watching2 && answering);
        watching->begin(200, {});
        watching2->begin(200, {});
        watch.readUntil("\r\n\r\n");

        std::atomic<bool> stopped{false};
        f.server().stop([&] { stopped = true; });
        QCOMPARE(watch.readAll(), std::string("0\r\n\r\n"));
        bool goaway = false, ended = false;
        for (const auto& frame : frames(watch2.readAll())) {
            goaway = goaway || frame.type == 7;
            ended = ended || (frame.type == 0 && frame.stream == 1 && (frame.flags & 1));
        }
        QVERIFY(goaway && ended);
        idle.readAll();
        QVERIFY(idle.peerClosed());
        QVERIFY(!stopped);
        answering->respond([] { return apiserver::Response{200, {}, bytes("just in time")}; });
        SAYS(asked.readAll(), "just in time");
        QTRY_VERIFY(stopped);
        QVERIFY(!RawTls(f.port(), f.client()).connected());
    }

    void stoppingDoesNotWaitForEver() {
        ServerFixture f(
            [](HttpOptions& options) { options.limits.stopGrace = std::chrono::milliseconds(100); });
        RawTls asked(f.port(), f.client());
        asked.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
        QVERIFY(f.handler.held());
        std::atomic<bool> stopped{false};
        f.server().stop([&] { stopped = true; });
        QTRY_VERIFY(stopped);
        asked.readAll();
        QVERIFY(asked.peerClosed());
        QTRY_COMPARE(f.handler.cancelled(), 1);
    }

    void goingAwayWithClientsConnected() {
        ServerFixture f;
        RawTls watch(f.port(), f.client());
        watch.send("GET /hold?watch=true HTTP/1.1\r\nHost: x\r\n\r\n");
        auto exchange = f.handler.held();
        QVERIFY(exchange);
        f.stop();
        watch.readAll();
        QVERIFY(watch.peerClosed());
        QTRY_COMPARE(f.handler.cancelled(), 1);
        exchange->begin(200, {});
        exchange->write(bytes("to nobody"));
        exchange->end();
        QCOMPARE(exchange->pendingBytes(), std::size_t(0));
    }
};

QTEST_GUILESS_MAIN(TestHttpServer)
#include "test_http_server.moc"
