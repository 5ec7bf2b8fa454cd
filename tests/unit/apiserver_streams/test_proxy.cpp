#include "stream_client.h"

#include <QTest>
#include <openssl/ssl.h>
#include <openssl/x509.h>

using namespace wheelhouse;
using namespace wheelhouse::apiserver;
using namespace wheelhouse::apiserver::test;

namespace {

QString q(const std::string& text) {
    return QString::fromStdString(text);
}

/// A pod with an address, which is what a proxy needs of it.
bool makeServed(ApiBench& bench, const std::string& name, const std::string& ip = "10.1.0.7") {
    if (!makePod(bench, name)) return false;
    return bench
               .send("PATCH", podsPath + "/" + name + "/status", J("{'status':{'podIP':'" + ip + "'}}"),
                     {{"content-type", "application/merge-patch+json"}})
               .code == 200;
}

/// A service "s" whose one endpoint says that pod "p" is at `address`. False when either is refused.
bool makeService(ApiBench& bench, const std::string& address) {
    const Answer service =
        bench.send("POST", "/api/v1/namespaces/default/services",
                   J("{'metadata':{'name':'s'},'spec':{'ports':[{'name':'web','port':80}]}}"), json);
    const std::string uid = bench.send("GET", podsPath + "/p").at("metadata.uid");
    const Answer slice = bench.send(
        "POST", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices",
        J("{'metadata':{'name':'s-1','labels':{'kubernetes.io/service-name':'s'}},'addressType':'" +
          std::string(address.find(':') == std::string::npos ? "IPv4" : "IPv6") +
          "','ports':[{'name':'web','port':8080}],'endpoints':[{'addresses':['" + address +
          "'],'targetRef':{'kind':'Pod','name':'p','uid':'" + uid + "'}}]}"),
        json);
    return service.code == 201 && slice.code == 201;
}

/// The server's side of a TLS connection, with a certificate nobody signed.
class TlsEnd {
  public:
    TlsEnd() {
        EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
        X509* certificate = X509_new();
        X509_set_version(certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        X509_set_pubkey(certificate, key);
        X509_sign(certificate, key, EVP_sha256());
        context_ = SSL_CTX_new(TLS_server_method());
        SSL_CTX_use_certificate(context_, certificate);
        SSL_CTX_use_PrivateKey(context_, key);
        X509_free(certificate);
        EVP_PKEY_free(key);
        ssl_ = SSL_new(context_);
        SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        SSL_set_accept_state(ssl_);
    }
    ~TlsEnd() {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
    }
    /// Takes what came; adds what it says to `plain` and returns what goes back.
    std::string feed(const std::string& wire, std::string& plain) {
        BIO_write(SSL_get_rbio(ssl_), wire.data(), static_cast<int>(wire.size()));
        char buffer[16384];
        for (int n = 0; (n = SSL_read(ssl_, buffer, sizeof buffer)) > 0;)
            plain.append(buffer, static_cast<std::size_t>(n));
        return written();
    }
    std::string say(const std::string& plain) {
        SSL_write(ssl_, plain.data(), static_cast<int>(plain.size()));
        return written();
    }

  private:
    std::string written() {
        std::string out;
        char buffer[16384];
        for (int n = 0; (n = BIO_read(SSL_get_wbio(ssl_), buffer, sizeof buffer)) > 0;)
            out.append(buffer, static_cast<std::size_t>(n));
        return out;
    }
    SSL_CTX* context_;
    SSL* ssl_;
};

struct Proxied {
    std::shared_ptr<FakeExchange> client;
    std::shared_ptr<FarEnd> end;
};

Proxied proxy(ApiBench& bench, const std::string& method, const std::string& target, std::string body = {},
              Headers headers = {}) {
    Proxied out;
    out.client = bench.open(method, target, std::move(body), std::move(headers));
    bench.settle();
    if (!bench.streams.ends.empty()) out.end = bench.streams.ends.back();
    return out;
}

} // namespace

class TestProxy : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aRequestGoesToThePodAndItsAnswerComesBack() {
        ApiBench bench;
        QVERIFY(makeServed(bench, "p"));
        const auto [client, end] =
            proxy(bench, "POST", podsPath + "/p:8081/proxy/a%20b//c/?x=1&y=%2f", "the body",
                  {{"content-type", "text/x"},
                   {"accept", "*/*"},
                   {"connection", "keep-alive, x-mine"},
                   {"x-mine", "1"},
                   {"te", "trailers"}});
        QVERIFY(end);
        QCOMPARE(q(end->node.value()), QString("n1"));
        QCOMPARE(end->port.port, std::uint16_t(8081));
        QVERIFY(end->port.ownAddress);
        QVERIFY2(end->input.starts_with("POST /a%20b//c/?x=1&y=%2f HTTP/1.1\r\nhost: 10.1.0.7:8081\r\n"),
                 end->input.c_str());
        QVERIFY(end->input.ends_with("\r\n\r\nthe body"));
        QVERIFY(end->input.find("content-length: 8\r\n") != std::string::npos);
        QVERIFY(end->input.find("content-type: text/x\r\n") != std::string::npos);
        QVERIFY(end->input.find("connection: close\r\n") != std::string::npos);
        for (const char* hop : {"x-mine: ", "te: ", "keep-alive"})
            QVERIFY2(end->input.find(hop) == std::string::npos, hop);

        // In pieces, chunked, with an interim answer before.
        for (const char* piece :
             {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 20", "2 Accepted\r\nX-Theirs: 1\r\nTransfer-Enc",
              "oding: chunked\r\nAccess-Control-Allow-Origin: *\r\nConnection: X-Hop\r\nX-Hop: "
              "1\r\n\r\n5\r\nhel",
              "lo\r\n1\r\n!\r\n0\r\n\r\n"})
            end->events.onData(1, piece);
        QCOMPARE(client->streamCode, 202);
        QCOMPARE(q(client->streamed), QString("hello!"));
        QVERIFY(client->ended);
        QCOMPARE(q(headerOf(client->streamHeaders, "x-theirs")), QString("1"));
        for (const char* gone : {"access-control-allow-origin", "x-hop", "transfer-encoding", "connection"})
            QVERIFY2(headerOf(client->streamHeaders, gone).empty(), gone);
        bench.settle();
        QVERIFY(!end->open);
    }

    void credentialsStayHere() {
        ApiBench bench;
        QVERIFY(makeServed(bench, "p"));
        const auto [client, end] = proxy(bench, "GET", podsPath + "/p/proxy/", "",
                                         {{"authorization", "Bearer secret"},
                                          {"impersonate-user", "somebody"},
                                          {"impersonate-group", "system:masters"},
                                          {"impersonate-extra-scopes", "x"},
                                          {"x-remote-user", "root"},
                                          {"proxy-authorization", "Basic x"},
                                          {"cookie", "theirs=1"}});
        QVERIFY(end);
        for (const char* secret : {"secret", "impersonate", "x-remote", "Basic"})
            QVERIFY2(end->input.find(secret) == std::string::npos, secret);
        QVERIFY(end->input.find("cookie: theirs=1\r\n") != std::string::npos);
    }

    void refusals_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("text");
        const auto row = [](const std::string& target, int code, const char* text) {
            QTest::newRow(target.c_str()) << q(target) << code << text;
        };
        const std::string services = "/api/v1/namespaces/default/services/";
        row(podsPath + "/none/proxy/", 404, "pods \"none\" not found");
        row(podsPath + "/a:b:c:d/proxy/", 400, "invalid pod request \"a:b:c:d\"");
        row(podsPath + "/p:x/proxy/", 400, "invalid pod request \"p:x\"");
        row(podsPath + "/bare:80/proxy/", 400, "address not allowed");
        row(podsPath + "/loop:80/proxy/", 400, "address not allowed");
        row(services + "none/proxy/", 404, "services \"none\" not found");
        row(services + "s:81/proxy/", 503, "no service port 81 found for service \"s\"");
        row(services + "s:80/proxy/", 503, "no endpoints available for service \"s:80\"");
        row("/api/v1/nodes/none/proxy/", 404, "nodes \"none\" not found");
        row("/api/v1/namespaces/default/configmaps/x/proxy/", 404,
            "the server could not find the requested resource");
    }
    void refusals() {
        QFETCH(QString, target);
        ApiBench bench;
        QVERIFY(makeServed(bench, "p"));
        QVERIFY(makePod(bench, "bare"));
        QVERIFY(makeServed(bench, "loop", "127.0.0.1"));
        QCOMPARE(bench
                     .send("POST", "/api/v1/namespaces/default/services",
                           J("{'metadata':{'name':'s'},'spec':{'ports':[{'name':'web','port':80}]}}"), json)
                     .code,
                 201);
        const Answer answer = bench.send("GET", target.toStdString());
        QTEST(answer.code, "code");
        QTEST(q(answer.at("message")), "text");
        QVERIFY(bench.streams.ends.empty());
    }

    void aServiceIsOneOfItsReadyPods() {
        ApiBench bench;
        QVERIFY(makeServed(bench, "p") && makeServed(bench, "q", "10.1.0.8"));
        QCOMPARE(bench
                     .send("POST", "/api/v1/namespaces/default/services",
                           J("{'metadata':{'name':'s'},'spec':{'ports':[{'name':'web','port':80}]}}"), json)
                     .code,
                 201);
        const auto uid = [&](const char* pod) {
            return bench.send("GET", podsPath + "/" + pod).at("metadata.uid");
        };
        const auto endpoint = [&](const char* pod, const char* ip, const char* ready) {
            return "{'addresses':['" + std::string(ip) + "'],'conditions':{'ready':" + ready +
                   "},'targetRef':{'kind':'Pod','name':'" + pod + "','uid':'" + uid(pod) + "'}}";
        };
        const Answer made = bench.send(
            "POST", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices",
            J("{'metadata':{'name':'s-1','labels':{'kubernetes.io/service-name':'s'}},'addressType':'IPv4',"
              "'ports':[{'name':'web','port':8080}],'endpoints':[" +
              endpoint("q", "10.1.0.8", "false") + "," + endpoint("p", "10.1.0.7", "true") + "]}"),
            json);
        QVERIFY2(made.code == 201, made.body.c_str());
        for (const char* name : {"s:80", "s:web", "http:s:web"}) {
            const auto [client, end] =
                proxy(bench, "GET", std::string("/api/v1/namespaces/default/services/") + name + "/proxy/x");
            QVERIFY2(end && end->port.pod == "p" && end->port.port == 8080, name);
            QVERIFY(end->input.starts_with("GET /x HTTP/1.1\r\nhost: 10.1.0.7:8080\r\n"));
            bench.streams.ends.clear();
        }
        QCOMPARE(bench.send("GET", "/api/v1/namespaces/default/services/s:other/proxy/x").code, 503);
    }

    void theRootIsSentToItsFolder() {
        ApiBench bench;
        QVERIFY(makeServed(bench, "p"));
        const Answer moved = bench.send("GET", podsPath + "/p:80/proxy?a=b");
        QCOMPARE(moved.code, 301);
        QCOMPARE(q(moved.header("location")), q(podsPath + "/p:80/proxy/?a=b"));
        const auto [client, end] = proxy(bench, "POST", podsPath + "/p:80/proxy");
        QVERIFY(end && end->input.starts_with("POST / HTTP/1.1\r\n"));
    }

    void whatIsNotThere_data() {
        QTest::addColumn<QString>("said");
        QTest::addColumn<QString>("text");
        QTest::newRow("refused")
            << "!dial tcp 10.1.0.7:80: connect: connection refused"
            << "error trying to reach service: dial tcp 10.1.0.7:80: connect: connection "
               "refused";
        QTest::newRow("hangs up") << ""
                                  << "error trying to reach service: EOF";
        QTest::newRow("cut head") << "HTTP/1.1 200 O"
                                  << "error trying to reach service: EOF";
        QTest::newRow("no HTTP") << "SSH-2.0-OpenSSH\r\n\r\n"
                                 << "error trying to reach service: malformed HTTP response: ";
    }
    void whatIsNotThere() {
        QFETCH(QString, said);
        QFETCH(QString, text);
        ApiBench bench;
        QVERIFY(makeServed(bench, "p"));
        const auto [client, end] = proxy(bench, "GET", podsPath + "/p:80/proxy/");
        QVERIFY(end);
        const auto events = end->events;
        if (said.startsWith("!")) {
            events.onEnd(fail(Reason::ServiceUnavailable, said.mid(1).toStdString()));
        } else {
            if (!said.isEmpty()) events.onData(1, said.toStdString());
            if (!client->response) events.onEnd(0);
        }
        QVERIFY(client->response);
        QCOMPARE(client->response->code, 503);
        QVERIFY2(q(*client->response->body).contains(text), client->response->body->c_str());
        bench.settle();
        QVERIFY(!end->open);
    }

    void aCutAnswerIsBrokenOff() {
        ApiBench bench;
        QVERIFY(makeServed(bench, "p"));
        const auto [client, end] = proxy(bench, "GET", podsPath + "/p:80/proxy/");
        end->events.onData(1, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        end->events.onEnd(0);
        QVERIFY(client->aborted);
        QVERIFY(!client->ended);
    }

    void headAndEmptyAnswers() {
        ApiBench bench;
        QVERIFY(makeServed(bench, "p"));
        const auto head = proxy(bench, "HEAD", podsPath + "/p:80/proxy/");
        head.end->events.onData(1, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
        QVERIFY(head.client->ended);
        const auto empty = proxy(bench, "GET", podsPath + "/p:80/proxy/");
        empty.end->events.onData(1, "HTTP/1.1 204 No Content\r\nx: y\r\n\r\n");
        QCOMPARE(empty.client->response->code, 204);
        const auto options = proxy(bench, "OPTIONS", podsPath + "/p:80/proxy/");
        QVERIFY(options.end->input.starts_with("OPTIONS / HTTP/1.1\r\n"));
        // Without a length, the end of the connection is the end of the answer.
        options.end->events.onData(1, "HTTP/1.0 200 OK\r\n\r\nall");
        options.end->events.onEnd(0);
        QCOMPARE(q(options.client->streamed), QString("all"));
        QVERIFY(options.client->ended);
    }

    void aSlowClientHoldsBackTheOtherSide() {
        ApiBench bench;
        QVERIFY(makeServed(bench, "p"));
        const auto [client, end] = proxy(bench, "GET", podsPath + "/p:80/proxy/");
        client->stuckBytes = Exchange::writableBelow + 1;
        end->events.onData(1, "HTTP/1.1 200 OK\r\n\r\nmuch");
        bench.settle(std::chrono::seconds(1));
        QCOMPARE(end->taken, std::size_t(0));
        client->stuckBytes = 0;
        bench.settle(std::chrono::seconds(1));
        QVERIFY(end->taken > 0);
    }

    void webSocketsGoThrough() {
        ApiBench bench;
        QVERIFY(makeServed(bench, "p"));
        const auto [client, end] =
            proxy(bench, "GET", podsPath + "/p:80/proxy/ws", "", webSocketHeaders("chat"));
        QVERIFY(end->input.find("upgrade: websocket\r\n") != std::string::npos);
        QVERIFY(end->input.find("sec-websocket-key: ") != std::string::npos);
        end->events.onData(1,
                           "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           "Sec-WebSocket-Accept: a\r\n\r\nfirst");
        QCOMPARE(client->streamCode, 101);
        QCOMPARE(q(headerOf(client->streamHeaders, "upgrade")), QString("websocket"));
        QCOMPARE(q(headerOf(client->streamHeaders, "sec-websocket-accept")), QString("a"));
        QCOMPARE(q(client->streamed), QString("first"));
        const std::size_t head = end->input.size();
        client->client->received("raw bytes");
        bench.settle();
        QCOMPARE(q(end->input.substr(head)), QString("raw bytes"));
        end->events.onEnd(0);
        bench.settle();
        QVERIFY(client->ended);
    }

    void httpsToAPod() {
        ApiBench bench;
        QVERIFY(makeServed(bench, "p"));
        const auto [client, end] = proxy(bench, "GET", podsPath + "/https:p:8443/proxy/x");
        QVERIFY(end);
        QCOMPARE(end->port.port, std::uint16_t(8443));
        TlsEnd server;
        std::string heard;
        for (int i = 0; i < 10 && heard.find("\r\n\r\n") == std::string::npos; ++i) {
            const std::string wire = server.feed(std::exchange(end->input, {}), heard);
            if (!wire.empty()) end->events.onData(1, wire);
        }
        QVERIFY2(heard.starts_with("GET /x HTTP/1.1\r\n"), heard.c_str());
        const std::string body(100'000, 'b');
        end->events.onData(1, server.say("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + body));
        QCOMPARE(client->streamCode, 200);
        QVERIFY(client->streamed == body);
        QVERIFY(client->ended);
        // A port that speaks no TLS is said to.
        const auto plain = proxy(bench, "GET", podsPath + "/https:p:80/proxy/x");
        plain.end->events.onData(1, "HTTP/1.1 400 Bad Request\r\n\r\n");
        QVERIFY(plain.client->response);
        QCOMPARE(plain.client->response->code, 503);
        QVERIFY(plain.client->response->body->find("error trying to reach service: tls: ") !=
                std::string::npos);
    }

    /// After a refused upgrade nothing of the client may reach the other side through a connection that was
    /// left open with the server's rights.
    void cve_2018_1002105() {
        ApiBench bench;
        QVERIFY(makeServed(bench, "p"));
        const auto [client, end] =
            proxy(bench, "GET", podsPath + "/p:80/proxy/ws", "", webSocketHeaders("chat"));
        end->events.onData(1, "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno");
        QCOMPARE(client->streamCode, 400);
        QCOMPARE(q(client->streamed), QString("no"));
        QVERIFY(client->ended);
        QVERIFY(!client->client); // the client's connection has not become a raw one
        bench.settle();
        QVERIFY(!end->open);
        // Nor does an unasked switch make one.
        const auto unasked = proxy(bench, "GET", podsPath + "/p:80/proxy/");
        unasked.end->events.onData(1, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nbytes");
        QCOMPARE(unasked.client->response->code, 503);
        QVERIFY(!unasked.client->client);
        bench.settle();
        QVERIFY(!unasked.end->open);
    }

    /// A redirect is the client's to follow, and stays behind the proxy when it points to the same host.
    void cve_2020_8559() {
        ApiBench bench;
        QVERIFY(makeServed(bench, "p"));
        const std::string prefix = podsPath + "/p:80/proxy";
        const auto location = [&](const std::string& said) {
            const auto [client, end] =
                proxy(bench, "GET", prefix + "/a", "", {{"authorization", "Bearer x"}});
            end->events.onData(1,
                               "HTTP/1.1 302 Found\r\nLocation: " + said + "\r\nContent-Length: 0\r\n\r\n");
            bench.settle();
            return client->streamCode == 302 ? headerOf(client->streamHeaders, "location") : "not passed on";
        };
        QCOMPARE(q(location("/login")), q(prefix + "/login"));
        QCOMPARE(q(location("login")), QString("login"));
        QCOMPARE(q(location("http://10.1.0.7:80/x?y=z")), q(prefix + "/x?y=z"));
        QCOMPARE(q(location("https://elsewhere.example/x")), QString("https://elsewhere.example/x"));
        QCOMPARE(q(location("//elsewhere.example/x")), QString("//elsewhere.example/x"));
        QCOMPARE(bench.streams.ends.size(), std::size_t(5)); // one connection each, and none to anywhere else
    }

    /// A node that has been taken over must not make the server call somebody else in its stead.
    void cve_2018_1002102_aNodesRedirectIsNotFollowed() {
        ApiBench bench;
        QCOMPARE(bench.send("POST", "/api/v1/nodes", J("{'metadata':{'name':'n1'}}"), json).code, 201);
        const auto [client, end] =
            proxy(bench, "GET", "/api/v1/nodes/n1/proxy/healthz", "", {{"authorization", "Bearer x"}});
        QVERIFY(end->input.find("Bearer") == std::string::npos);
        end->events.onData(
            1,
            "HTTP/1.1 307 Temporary Redirect\r\nLocation: https://n2:10250/run\r\nContent-Length: 0\r\n\r\n");
        bench.settle();
        QCOMPARE(client->streamCode, 307);
        QCOMPARE(q(headerOf(client->streamHeaders, "location")), QString("https://n2:10250/run"));
        QCOMPARE(bench.streams.ends.size(), std::size_t(1));
        QVERIFY(!end->open);
    }

    /// What a service answers is passed on and never acted upon, whatever the method.
    void cve_2022_3172_aServiceCannotSendRequestsElsewhere() {
        ApiBench bench;
        QVERIFY(makeServed(bench, "p"));
        QVERIFY(makeService(bench, "10.1.0.7"));
        const std::string path = "/api/v1/namespaces/default/services/s:80/proxy/";
        std::size_t opened = 0;
        for (const char* method : {"GET", "POST", "PUT", "DELETE"})
            for (const int code : {301, 302, 303, 307, 308}) {
                const auto [client, end] = proxy(bench, method, path, "", {{"authorization", "Bearer x"}});
                QCOMPARE(bench.streams.ends.size(), ++opened);
                QVERIFY(end->input.find("Bearer") == std::string::npos);
                end->events.onData(1, "HTTP/1.1 " + std::to_string(code) +
                                          " Elsewhere\r\nLocation: https://kubernetes.default/api\r\n"
                                          "Content-Length: 0\r\n\r\n");
                bench.settle();
                QCOMPARE(client->streamCode, code);
                QCOMPARE(bench.streams.ends.size(), opened);
                QVERIFY(!end->open);
            }
    }

    /// Names are never looked up, so there is nothing to change between a check and a connection: an address
    /// is an address, or the request is refused.
    void cve_2020_8562_nothingIsResolved() {
        for (const char* address :
             {"localhost", "kubernetes.default", "127.0.0.1", "127.1.2.3", "169.254.169.254", "0.0.0.0",
              "224.0.0.1", "::1", "::", "fe80::1", "ff02::1", "2130706433", "0x7f.1", "10.1.0.7.example"}) {
            ApiBench bench;
            QVERIFY(makePod(bench, "p"));
            const Answer status =
                bench.send("PATCH", podsPath + "/p/status",
                           J(std::string("{'status':{'podIP':'") + address + "'}}"), mergePatch);
            QVERIFY2(status.code == 200 || status.code == 422, address);
            QCOMPARE(bench.send("GET", podsPath + "/p:80/proxy/").code, 400);
            makeService(bench, address); // most such endpoints are refused at once
            const int code = bench.send("GET", "/api/v1/namespaces/default/services/s:80/proxy/").code;
            QVERIFY2(code == 400 || code == 503, address);
            QVERIFY(bench.streams.ends.empty());
        }
    }

    /// Whatever addresses a Node object has: only the link of the node of that name is used.
    void cve_2022_3294() {
        ApiBench bench;
        QCOMPARE(bench.send("POST", "/api/v1/nodes", J("{'metadata':{'name':'n1'}}"), json).code, 201);
        QCOMPARE(bench
                     .send("PATCH", "/api/v1/nodes/n1/status",
                           J("{'status':{'addresses':[{'type':'InternalIP','address':'127.0.0.1'},{'type':"
                             "'Hostname','address':'kubernetes.default'}],'daemonEndpoints':{"
                             "'kubeletEndpoint':{'Port':6443}}}}"),
                           {{"content-type", "application/merge-patch+json"}})
                     .code,
                 200);
        const auto [client, end] = proxy(bench, "GET", "/api/v1/nodes/n1/proxy/healthz");
        QVERIFY(end);
        QCOMPARE(q(end->node.value()), QString("n1"));
        QVERIFY(end->port.pod.empty());
        QVERIFY(end->input.starts_with("GET /healthz HTTP/1.1\r\nhost: n1:10250\r\n"));
        for (const char* other : {"n1:6443", "n1:22", "https:n1:443"})
            QCOMPARE(bench.send("GET", std::string("/api/v1/nodes/") + other + "/proxy/healthz").code, 400);
        QCOMPARE(bench.streams.ends.size(), std::size_t(1));
    }
};

QTEST_GUILESS_MAIN(TestProxy)
#include "test_proxy.moc"
