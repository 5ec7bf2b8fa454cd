#include "engine/framing/base64.h"
#include "stream_client.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::apiserver;
using namespace wheelhouse::apiserver::test;
using framing::SpdyFrame;
using framing::SpdyReader;
using framing::SpdyType;
using framing::SpdyWriter;
using framing::WebSocketOpcode;

namespace {

QString q(const std::string& text) {
    return QString::fromStdString(text);
}

/// The frames of a SPDY connection a server wrote.
std::vector<SpdyFrame> spdyFrames(const std::string& bytes) {
    SpdyReader reader;
    reader.feed(bytes);
    std::vector<SpdyFrame> out;
    for (;;) {
        auto frame = reader.next();
        if (!frame || !*frame) return out;
        out.push_back(std::move(**frame));
    }
}

std::string dataOf(const std::vector<SpdyFrame>& frames, std::uint32_t stream) {
    std::string out;
    for (const SpdyFrame& frame : frames)
        if (frame.type == SpdyType::Data && frame.stream == stream) out += frame.data;
    return out;
}

bool finished(const std::vector<SpdyFrame>& frames, std::uint32_t stream) {
    for (const SpdyFrame& frame : frames)
        if (frame.stream == stream && frame.fin) return true;
    return false;
}

/// In this order, which `+` would not promise: headers share one compression.
std::string all(std::initializer_list<std::string> pieces) {
    std::string out;
    for (const std::string& piece : pieces)
        out += piece;
    return out;
}

const std::string execPath = podsPath + "/p/exec?command=sh&command=-c&command=date&stdin=true&stdout=true&"
                                        "stderr=true";

} // namespace

class TestPodStreams : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void refusalsComeBeforeTheSwitch_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* target, int code, const char* text) {
            QTest::newRow(target) << target << code << text;
        };
        row("none/exec?command=ls&stdout=true", 404, "pods \"none\" not found");
        row("p/exec?command=ls&container=zzz&stdout=true", 400, "container zzz is not valid for pod p");
        row("p/exec?stdout=true", 400, "you must specify at least one command for the container");
        row("p/exec?command=ls&stdout=false&stderr=false", 400,
            "you must specify at least 1 of stdin, stdout, stderr");
        row("two/exec?command=ls&stdout=true", 400,
            "a container name must be specified for pod two, choose one of: [a b]");
        row("unbound/attach?stdout=true", 400, "pod unbound does not have a host assigned");
        row("p/exec?command=ls&stdout=true", 400, "Upgrade request required");
        row("p/portforward?ports=0", 400, "invalid port \"0\"");
        row("p/portforward?ports=80,x", 400, "invalid port \"x\"");
    }
    void refusalsComeBeforeTheSwitch() {
        QFETCH(QString, target);
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        const Headers json{{"content-type", "application/json"}};
        QCOMPARE(bench
                     .send("POST", podsPath,
                           J("{'metadata':{'name':'two'},'spec':{'nodeName':'n1','containers':[{'name':'a',"
                             "'image':'i'},{'name':'b','image':'i'}]}}"),
                           json)
                     .code,
                 201);
        QCOMPARE(bench
                     .send("POST", podsPath,
                           J("{'metadata':{'name':'unbound'},'spec':{'containers':[{'name':'a','image':'i'}"
                             "]}}"),
                           json)
                     .code,
                 201);
        // Over WebSocket, except where what is missing is the switch itself.
        QFETCH(QString, text);
        const Headers headers =
            text.startsWith("Upgrade") ? Headers{} : webSocketHeaders("v5.channel.k8s.io");
        const Answer answer = bench.send("GET", podsPath + "/" + target.toStdString(), "", headers);
        QTEST(answer.code, "code");
        QTEST(q(answer.at("message")), "text");
        QCOMPARE(q(answer.at("kind")), QString("Status"));
        QVERIFY(bench.streams.ends.empty());
        QCOMPARE(bench.send("DELETE", podsPath + "/p/exec").code, 405);
    }

    void aCommandOverWebSocket() {
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        const auto client = bench.open("GET", execPath, "", webSocketHeaders("v5.channel.k8s.io"));
        bench.settle();
        QCOMPARE(client->streamCode, 101);
        QCOMPARE(q(headerOf(client->streamHeaders, "sec-websocket-protocol")), QString("v5.channel.k8s.io"));
        QCOMPARE(q(headerOf(client->streamHeaders, "sec-websocket-accept")),
                 QString("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        QCOMPARE(bench.streams.ends.size(), std::size_t(1));
        const auto end = bench.streams.ends[0];
        QCOMPARE(q(end->node.value()), QString("n1"));
        QVERIFY(end->exec.command == (std::vector<std::string>{"sh", "-c", "date"}));
        QCOMPARE(q(end->exec.container), QString("c"));
        QVERIFY(end->exec.stdIn && end->exec.stdOut && end->exec.stdErr && !end->exec.tty);

        client->client->received(message(0, "typed ") + message(0, "text") +
                                 message(char(255), std::string_view("\0", 1)));
        bench.settle();
        QCOMPARE(q(end->input), QString("typed text"));
        QVERIFY(end->inputClosed);

        end->events.onData(1, "out");
        end->events.onData(2, "err");
        QCOMPARE(end->taken, std::size_t(6));
        end->events.onEnd(3);
        bench.settle();
        auto heard = channels(client->streamed);
        QCOMPARE(q(heard[1]), QString("out"));
        QCOMPARE(q(heard[2]), QString("err"));
        QCOMPARE(q(heard[3]),
                 q(J("{'metadata':{},'status':'Failure','message':'command terminated with non-zero exit "
                     "code: error executing command [sh -c date], exit code 3','reason':'NonZeroExitCode',"
                     "'details':{'causes':[{'reason':'ExitCode','message':'3'}]}}")));
        QCOMPARE(serverFrames(client->streamed).back().first, 8);
        client->client->received(clientFrame(WebSocketOpcode::Close, "\x03\xe8"));
        bench.settle();
        QVERIFY(client->ended);
        QVERIFY(!end->open);
    }

    void olderProtocols_data() {
        QTest::addColumn<QString>("asked");
        QTest::addColumn<QString>("chosen");
        QTest::addColumn<QString>("success");
        const QString status = q(J("{'metadata':{},'status':'Success'}"));
        QTest::newRow("v4") << "v4.channel.k8s.io"
                            << "v4.channel.k8s.io" << status;
        QTest::newRow("the client's favourite") << "x, v3.channel.k8s.io, v5.channel.k8s.io"
                                                << "v3.channel.k8s.io"
                                                << "";
        QTest::newRow("v1") << "channel.k8s.io"
                            << "channel.k8s.io"
                            << "";
        QTest::newRow("none") << ""
                              << ""
                              << "";
    }
    void olderProtocols() {
        QFETCH(QString, asked);
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        const auto client = bench.open("GET", execPath, "", webSocketHeaders(asked.toStdString()));
        bench.settle();
        QCOMPARE(client->streamCode, 101);
        QTEST(q(headerOf(client->streamHeaders, "sec-websocket-protocol")), "chosen");
        bench.streams.ends.at(0)->events.onEnd(0);
        QTEST(q(channels(client->streamed)[3]), "success");
    }

    void failuresInOldProtocolsAreText() {
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        const auto client = bench.open("GET", execPath, "", webSocketHeaders("channel.k8s.io"));
        bench.settle();
        bench.streams.ends.at(0)->events.onEnd(fail(Reason::InternalError, "it broke"));
        QCOMPARE(q(channels(client->streamed)[3]), QString("Internal error occurred: it broke"));
    }

    void base64() {
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        const auto client = bench.open("GET", execPath, "", webSocketHeaders("v4.base64.channel.k8s.io"));
        bench.settle();
        client->client->received(
            clientFrame(WebSocketOpcode::Text, "0" + framing::base64Encode(std::string("a\0b", 3))));
        bench.settle();
        QCOMPARE(bench.streams.ends.at(0)->input, std::string("a\0b", 3));
        bench.streams.ends[0]->events.onData(1, "hello");
        const auto frames = serverFrames(client->streamed);
        QCOMPARE(frames.back().first, 1);
        QCOMPARE(q(frames.back().second), q("1" + framing::base64Encode("hello")));
        client->client->received(clientFrame(WebSocketOpcode::Text, "0***"));
        bench.settle();
        QCOMPARE(serverFrames(client->streamed).back().first, 8);
    }

    void noProtocolInCommon() {
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        const Answer answer = bench.send("GET", execPath, "", webSocketHeaders("v9.channel.k8s.io"));
        QCOMPARE(answer.code, 403);
        QVERIFY(answer.body.find("v5.channel.k8s.io") != std::string::npos);
        const Answer spdy = bench.send("POST", execPath, "", spdyHeaders({"v9.channel.k8s.io"}));
        QCOMPARE(spdy.code, 403);
        QCOMPARE(bench.send("POST", execPath, "", spdyHeaders({})).code, 400);
        QVERIFY(bench.streams.ends.empty());
    }

    void terminalSizes() {
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        const auto client = bench.open("GET", podsPath + "/p/exec?command=sh&stdin=true&stdout=true&tty=true",
                                       "", webSocketHeaders("v5.channel.k8s.io"));
        bench.settle();
        const auto end = bench.streams.ends.at(0);
        QVERIFY(end->exec.tty && !end->exec.stdErr);
        client->client->received(message(4, J("{'Width':80,'Height':24}")) + message(4, "nonsense}") +
                                 message(4, J("{'Width':100,'Height':-1}")));
        bench.settle();
        QCOMPARE(q(end->sizes), QString("80x24 100x0 "));
    }

    void aSlowClientHoldsBackTheCommand() {
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        const auto client = bench.open("GET", execPath, "", webSocketHeaders("v5.channel.k8s.io"));
        bench.settle();
        const auto end = bench.streams.ends.at(0);
        client->stuckBytes = Exchange::writableBelow + 1;
        end->events.onData(1, "much");
        bench.settle();
        QCOMPARE(end->taken, std::size_t(0));
        client->stuckBytes = 0;
        client->client->writable();
        bench.settle();
        QCOMPARE(end->taken, std::size_t(4));
    }

    void aSlowCommandHoldsBackTheClient() {
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        const auto client = bench.open("GET", execPath, "", webSocketHeaders("v5.channel.k8s.io"));
        bench.settle();
        const auto end = bench.streams.ends.at(0);
        const std::string piece(32 * 1024, 'i');
        const std::string frame = message(0, piece);
        const int frames = 64; // 2 MiB, of which 256 KiB have room at the far end
        for (int i = 0; i < frames; ++i)
            client->client->received(frame);
        bench.settle();
        QCOMPARE(end->input.size(), std::size_t(256 * 1024));
        // Not more than what waits here for the far end has been taken beyond it.
        QVERIFY2(client->takenBytes <= 600 * 1024, std::to_string(client->takenBytes).c_str());
        for (int i = 0; i < 2 * frames && end->input.size() < frames * piece.size(); ++i) {
            end->room = piece.size();
            end->events.onRoom();
            bench.settle();
        }
        QCOMPARE(end->input.size(), frames * piece.size());
        QCOMPARE(client->takenBytes, frames * frame.size());
    }

    void aClientThatLeavesEndsTheCommand() {
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        const auto client = bench.open("GET", execPath, "", webSocketHeaders("v5.channel.k8s.io"));
        bench.settle();
        const auto end = bench.streams.ends.at(0);
        QVERIFY(end->open);
        bench.running.back()->cancel();
        bench.settle();
        QVERIFY(!end->open);
    }

    void malformedMessagesEndTheCommand() {
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        const auto client = bench.open("GET", execPath, "", webSocketHeaders("v5.channel.k8s.io"));
        bench.settle();
        client->client->received(framing::webSocketFrame(WebSocketOpcode::Binary, "not masked"));
        bench.settle();
        QVERIFY(client->ended);
        QVERIFY(!bench.streams.ends.at(0)->open);
    }

    void aCommandOverSpdy() {
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        const auto client =
            bench.open("POST", execPath, "", spdyHeaders({"v4.channel.k8s.io", "v3.channel.k8s.io"}));
        bench.settle();
        QCOMPARE(client->streamCode, 101);
        QCOMPARE(q(headerOf(client->streamHeaders, "upgrade")), QString("SPDY/3.1"));
        QCOMPARE(q(headerOf(client->streamHeaders, "x-stream-protocol-version")),
                 QString("v4.channel.k8s.io"));
        SpdyWriter writer;
        client->client->received(
            all({writer.synStream(1, {{"streamtype", "error"}}),
                 writer.synStream(3, {{"streamtype", "stdin"}}), SpdyWriter::data(3, "early ")}));
        bench.settle();
        QVERIFY(bench.streams.ends.empty()); // not before all its streams are there
        client->client->received(all({writer.synStream(5, {{"streamtype", "stdout"}}),
                                      writer.synStream(7, {{"streamtype", "stderr"}}),
                                      SpdyWriter::data(3, "late", true), SpdyWriter::ping(1)}));
        bench.settle();
        const auto end = bench.streams.ends.at(0);
        QCOMPARE(q(end->input), QString("early late"));
        QVERIFY(end->inputClosed);
        end->events.onData(1, "out");
        end->events.onData(2, "err");
        end->events.onEnd(0);
        bench.settle();
        const auto frames = spdyFrames(client->streamed);
        QCOMPARE(q(dataOf(frames, 5)), QString("out"));
        QCOMPARE(q(dataOf(frames, 7)), QString("err"));
        QCOMPARE(q(dataOf(frames, 1)), q(J("{'metadata':{},'status':'Success'}")));
        QVERIFY(finished(frames, 1) && finished(frames, 5) && finished(frames, 7));
        int replies = 0, pings = 0;
        for (const SpdyFrame& frame : frames) {
            replies += frame.type == SpdyType::SynReply;
            pings += frame.type == SpdyType::Ping;
        }
        QCOMPARE(replies, 4);
        QCOMPARE(pings, 1);
        bench.settle(std::chrono::seconds(3));
        QVERIFY(client->ended);
    }

    void portsOverSpdy() {
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        const auto client =
            bench.open("POST", podsPath + "/p/portforward", "", spdyHeaders({"portforward.k8s.io"}));
        bench.settle();
        QCOMPARE(client->streamCode, 101);
        SpdyWriter writer;
        const auto pair = [&](std::uint32_t id, const std::string& port, const std::string& number) {
            client->client->received(all(
                {writer.synStream(id, {{"streamtype", "error"}, {"port", port}, {"requestid", number}}),
                 SpdyWriter::data(id, "", true),
                 writer.synStream(id + 2, {{"streamtype", "data"}, {"port", port}, {"requestid", number}})}));
        };
        pair(1, "8080", "0");
        pair(5, "9090", "1");
        client->client->received(SpdyWriter::data(3, "GET /", true) + SpdyWriter::data(7, "PING"));
        bench.settle();
        QCOMPARE(bench.streams.ends.size(), std::size_t(2));
        const auto web = bench.streams.ends[0];
        const auto other = bench.streams.ends[1];
        QCOMPARE(web->port.port, std::uint16_t(8080));
        QVERIFY(!web->port.ownAddress);
        QCOMPARE(q(web->input), QString("GET /"));
        QVERIFY(web->inputClosed);
        QCOMPARE(q(other->input), QString("PING"));
        web->events.onData(1, "200");
        web->events.onEnd(0);
        other->events.onEnd(fail(Reason::ServiceUnavailable, "connection refused"));
        bench.settle();
        const auto frames = spdyFrames(client->streamed);
        QCOMPARE(q(dataOf(frames, 3)), QString("200"));
        QCOMPARE(q(dataOf(frames, 1)), QString());
        QVERIFY(q(dataOf(frames, 5)).startsWith("error forwarding port 9090 to pod p, uid "));
        QVERIFY(q(dataOf(frames, 5)).endsWith(": connection refused"));
        QVERIFY(finished(frames, 1) && finished(frames, 3) && finished(frames, 5) && finished(frames, 7));
        QVERIFY(!web->open && !other->open);
        pair(9, "70000", "2"); // no port
        bench.settle();
        QCOMPARE(bench.streams.ends.size(), std::size_t(2));
        bench.running.back()->cancel();
        bench.settle();
    }

    void portsOverTunnelledSpdy() {
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        const auto client = bench.open("GET", podsPath + "/p/portforward", "",
                                       webSocketHeaders("SPDY/3.1+portforward.k8s.io"));
        bench.settle();
        QCOMPARE(client->streamCode, 101);
        QCOMPARE(q(headerOf(client->streamHeaders, "sec-websocket-protocol")),
                 QString("SPDY/3.1+portforward.k8s.io"));
        SpdyWriter writer;
        const std::string bytes =
            all({writer.synStream(1, {{"streamtype", "error"}, {"port", "80"}, {"requestid", "0"}}),
                 writer.synStream(3, {{"streamtype", "data"}, {"port", "80"}, {"requestid", "0"}}),
                 SpdyWriter::data(3, "hello")});
        // Frames need not keep to messages.
        client->client->received(clientFrame(WebSocketOpcode::Binary, bytes.substr(0, 20)) +
                                 clientFrame(WebSocketOpcode::Binary, bytes.substr(20)));
        bench.settle();
        QCOMPARE(q(bench.streams.ends.at(0)->input), QString("hello"));
        bench.streams.ends[0]->events.onData(1, "world");
        std::string spdy;
        for (const auto& [opcode, payload] : serverFrames(client->streamed))
            if (opcode == 2) spdy += payload;
        QCOMPARE(q(dataOf(spdyFrames(spdy), 3)), QString("world"));
        client->client->received(clientFrame(WebSocketOpcode::Close, "\x03\xe8"));
        bench.settle();
        QVERIFY(!bench.streams.ends[0]->open);
    }

    void portsOverChannels() {
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        const auto client = bench.open("GET", podsPath + "/p/portforward?ports=80,443", "",
                                       webSocketHeaders("v5.channel.k8s.io, v4.channel.k8s.io"));
        bench.settle();
        QCOMPARE(q(headerOf(client->streamHeaders, "sec-websocket-protocol")), QString("v4.channel.k8s.io"));
        QCOMPARE(bench.streams.ends.size(), std::size_t(2));
        client->client->received(message(2, "to 443") + message(3, "not ours") + message(99, "nobody's"));
        bench.settle();
        QCOMPARE(q(bench.streams.ends[0]->input), QString());
        QCOMPARE(q(bench.streams.ends[1]->input), QString("to 443"));
        bench.streams.ends[0]->events.onData(1, "from 80");
        bench.streams.ends[1]->events.onEnd(fail(Reason::ServiceUnavailable, "refused"));
        bench.settle();
        auto heard = channels(client->streamed);
        QCOMPARE(heard[0], std::string("\x50\x00", 2) + "from 80");
        QCOMPARE(heard[2], std::string("\xbb\x01", 2));
        QVERIFY(heard[3].ends_with(": refused"));
        QCOMPARE(
            bench.send("GET", podsPath + "/p/portforward", "", webSocketHeaders("v4.channel.k8s.io")).code,
            400);
    }

    /// Since 1.35 a WebSocket, which opens with GET, needs the right to create as well.
    void whoMayOnlyLookMayNotRun() {
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        const Headers json{{"content-type", "application/json"}};
        const auto role = [&](const char* name, const char* verbs) {
            const std::string rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/";
            return bench.send("POST", rbac + "roles",
                              J(std::string("{'metadata':{'name':'") + name +
                                "'},'rules':[{'apiGroups':[''],'resources':['pods/exec'],'verbs':[" + verbs +
                                "]}]}"),
                              json)
                           .code == 201 &&
                   bench.send(
                            "POST", rbac + "rolebindings",
                            J(std::string("{'metadata':{'name':'") + name +
                              "'},'roleRef':{'apiGroup':'rbac.authorization.k8s.io','kind':'Role','name':'" +
                              name +
                              "'},'subjects':[{'apiGroup':'rbac.authorization.k8s.io','kind':'User',"
                              "'name':'" +
                              name + "'}]}"),
                            json)
                           .code == 201;
        };
        QVERIFY(role("looker", "'get'") && role("doer", "'get','create'"));
        const Answer refused =
            bench.send("GET", execPath, "", webSocketHeaders("v5.channel.k8s.io"), User{"looker", {}});
        QCOMPARE(refused.code, 403);
        QCOMPARE(
            q(refused.at("message")),
            QString("pods \"p\" is forbidden: User \"looker\" cannot create resource \"pods/exec\" in API "
                    "group \"\" in the namespace \"default\""));
        const auto allowed =
            bench.open("GET", execPath, "", webSocketHeaders("v5.channel.k8s.io"), User{"doer", {}});
        bench.settle();
        QCOMPARE(allowed->streamCode, 101);
    }

    void aUserHasOnlySoManyStreams() {
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        std::vector<std::shared_ptr<FakeExchange>> clients;
        const std::size_t before = bench.running.size();
        for (int i = 0; i < 512; ++i)
            clients.push_back(bench.open("GET", execPath, "", webSocketHeaders("v5.channel.k8s.io")));
        bench.settle();
        QCOMPARE(bench.streams.ends.size(), std::size_t(512));
        const Answer busy = bench.send("GET", execPath, "", webSocketHeaders("v5.channel.k8s.io"));
        QCOMPARE(busy.code, 429);
        QCOMPARE(q(busy.header("retry-after")), QString("1"));
        bench.running[before]->cancel();
        bench.settle();
        const auto again = bench.open("GET", execPath, "", webSocketHeaders("v5.channel.k8s.io"));
        bench.settle();
        QCOMPARE(again->streamCode, 101);
    }

    void anIdleStreamEnds() {
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        const auto client = bench.open("GET", execPath, "", webSocketHeaders("v5.channel.k8s.io"));
        bench.settle();
        bench.settle(std::chrono::hours(3));
        bench.streams.ends.at(0)->events.onData(1, "alive");
        bench.settle(std::chrono::hours(3));
        QVERIFY(!client->ended);
        bench.settle(std::chrono::hours(2));
        QVERIFY(client->ended);
        QVERIFY(channels(client->streamed)[3].find("idle") != std::string::npos);
    }

    /// However long a log is and however slowly it is read, no more than a little of it waits here.
    void aSlowReaderHoldsBackALog() {
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        const std::string running = J("{'status':{'containerStatuses':[{'name':'c','image':'i','imageID':'','"
                                      "ready':true,'restartCount':0,'state':{'running':{}}}]}}");
        QCOMPARE(bench
                     .send("PATCH", podsPath + "/p/status", running,
                           {{"content-type", "application/merge-patch+json"}})
                     .code,
                 200);
        const auto log = bench.open("GET", podsPath + "/p/log?follow=true");
        bench.settle();
        bench.streams.onData("12345");
        QCOMPARE(bench.streams.logTaken, std::size_t(5));
        log->stuckBytes = std::size_t{2} << 20;
        bench.streams.onData("67890");
        bench.settle(std::chrono::minutes(5));
        QCOMPARE(bench.streams.logTaken, std::size_t(5));
        QVERIFY(!log->aborted);
        log->stuckBytes = 0;
        bench.settle(std::chrono::seconds(1));
        QCOMPARE(bench.streams.logTaken, std::size_t(10));
        QCOMPARE(q(log->streamed), QString("1234567890"));
    }

    void watchesAndLogsAsMessages() {
        ApiBench bench;
        QVERIFY(makePod(bench, "p"));
        const auto watch =
            bench.open("GET", podsPath + "?watch=true&resourceVersion=0", "", webSocketHeaders(""));
        bench.settle();
        QCOMPARE(watch->streamCode, 101);
        const auto events = serverFrames(watch->streamed);
        QCOMPARE(events.size(), std::size_t(1));
        QCOMPARE(events[0].first, 1);
        QVERIFY(events[0].second.starts_with(J("{'type':'ADDED'")));
        watch->client->received(clientFrame(WebSocketOpcode::Ping, "x") +
                                clientFrame(WebSocketOpcode::Close, "\x03\xe8"));
        bench.settle();
        QVERIFY(watch->ended);
        QCOMPARE(serverFrames(watch->streamed).at(1).first, 10);

        const std::string running = J("{'status':{'containerStatuses':[{'name':'c','image':'i','imageID':'','"
                                      "ready':true,'restartCount':0,'state':{'running':{}}}]}}");
        QCOMPARE(bench
                     .send("PATCH", podsPath + "/p/status", running,
                           {{"content-type", "application/merge-patch+json"}})
                     .code,
                 200);
        const auto log = bench.open("GET", podsPath + "/p/log", "", webSocketHeaders("base64.binary.k8s.io"));
        bench.settle();
        bench.streams.onData("hello\n");
        QCOMPARE(log->streamCode, 101);
        QCOMPARE(q(headerOf(log->streamHeaders, "sec-websocket-protocol")), QString("base64.binary.k8s.io"));
        QCOMPARE(q(serverFrames(log->streamed).at(0).second), q(framing::base64Encode("hello\n")));
        bench.streams.onEnd({});
        bench.settle();
        QVERIFY(log->ended);
        QCOMPARE(serverFrames(log->streamed).back().first, 8);
    }
};

QTEST_GUILESS_MAIN(TestPodStreams)
#include "test_pod_streams.moc"
