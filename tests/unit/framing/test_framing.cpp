#include "engine/base/simulation.h"
#include "engine/framing/base64.h"
#include "engine/framing/spdy.h"
#include "engine/framing/websocket.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::framing;

namespace {

/// A masked frame, as a client sends it.
std::string clientFrame(WebSocketOpcode opcode, std::string_view payload, bool fin = true) {
    std::string frame = webSocketFrame(opcode, payload);
    const std::size_t head = frame.size() - payload.size();
    const std::string mask = "\x11\x22\x33\x44";
    std::string out = frame.substr(0, head);
    if (!fin) out[0] = static_cast<char>(out[0] & 0x7f);
    out[1] = static_cast<char>(out[1] | 0x80);
    out += mask;
    for (std::size_t i = 0; i < payload.size(); ++i)
        out += static_cast<char>(payload[i] ^ mask[i % 4]);
    return out;
}

/// "2:abc 9:" of everything a reader gives out for these bytes, fed one at a time; "!code" for an error.
std::string story(const std::string& bytes, std::size_t limit = 1 << 20) {
    WebSocketReader reader(limit);
    std::string out;
    for (const char byte : bytes) {
        reader.feed(std::string_view(&byte, 1));
        for (;;) {
            auto message = reader.next();
            if (!message) return out + "!" + std::to_string(static_cast<int>(reader.closeCode()));
            if (!*message) break;
            out += std::to_string(static_cast<int>((*message)->opcode)) + ":" + (*message)->data + " ";
        }
    }
    return out;
}

std::optional<SpdyFrame> only(SpdyReader& reader, const std::string& bytes) {
    reader.feed(bytes);
    auto frame = reader.next();
    return frame ? *frame : std::nullopt;
}

bool refuses(const std::string& bytes, SpdyLimits limits = {}) {
    SpdyReader reader(limits);
    reader.feed(bytes);
    for (;;) {
        const auto frame = reader.next();
        if (!frame) return true;
        if (!*frame) return false;
    }
}

std::string mutated(std::string bytes, SeededRandom& random) {
    const auto changes = 1 + random.next() % 4;
    for (std::uint64_t i = 0; i < changes && !bytes.empty(); ++i) {
        const std::size_t at = random.next() % bytes.size();
        switch (random.next() % 4) {
        case 0:
            bytes[at] = static_cast<char>(random.next());
            break;
        case 1:
            bytes.erase(at, 1 + random.next() % 8);
            break;
        case 2:
            bytes.insert(at, std::string(1 + random.next() % 8, static_cast<char>(random.next())));
            break;
        default:
            bytes.resize(at);
        }
    }
    return bytes;
}

} // namespace

class TestFraming : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void base64() {
        for (const char* text : {"", "a", "ab", "abc", "abcd"}) {
            const auto back = base64Decode(base64Encode(text));
            QVERIFY(back && *back == text);
        }
        QCOMPARE(base64Encode("abcd"), std::string("YWJjZA=="));
        QCOMPARE(*base64Decode("YWJjZA"), std::string("abcd"));
        QVERIFY(!base64Decode("Y"));
        QVERIFY(!base64Decode("YW*j"));
    }

    void theHandshakeOfTheStandard() {
        QCOMPARE(webSocketAccept("dGhlIHNhbXBsZSBub25jZQ=="), std::string("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        QVERIFY(webSocketKeyIsSane("dGhlIHNhbXBsZSBub25jZQ=="));
        QVERIFY(!webSocketKeyIsSane("dGhl"));
        QVERIFY(!webSocketKeyIsSane("not base64 at all, or is it"));
    }

    void messagesOfEveryLength() {
        for (const std::size_t size : {0U, 1U, 125U, 126U, 65535U, 65536U, 100000U}) {
            const std::string payload(size, 'x');
            WebSocketReader reader(1 << 20);
            reader.feed(clientFrame(WebSocketOpcode::Binary, payload));
            const auto message = reader.next();
            QVERIFY(message && *message && (*message)->data == payload);
            QCOMPARE(reader.buffered(), std::size_t(0));
        }
    }

    void fragmentsWithAPingBetween() {
        QCOMPARE(story(clientFrame(WebSocketOpcode::Text, "ab", false) +
                       clientFrame(WebSocketOpcode::Ping, "p") +
                       clientFrame(WebSocketOpcode::Continuation, "cd", false) +
                       clientFrame(WebSocketOpcode::Continuation, "e") +
                       clientFrame(WebSocketOpcode::Binary, "f")),
                 std::string("9:p 1:abcde 2:f "));
    }

    void hostileMessages_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("end");
        const auto row = [](const char* name, const std::string& bytes, const char* end) {
            QTest::newRow(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())) << end;
        };
        using O = WebSocketOpcode;
        row("not masked", webSocketFrame(O::Binary, "x"), "!1002");
        std::string reserved = clientFrame(O::Binary, "x");
        reserved[0] = static_cast<char>(reserved[0] | 0x40);
        row("reserved bit", reserved, "!1002");
        row("unknown opcode", clientFrame(static_cast<O>(3), "x"), "!1002");
        row("long ping", clientFrame(O::Ping, std::string(126, 'x')), "!1002");
        row("ping in fragments", clientFrame(O::Ping, "x", false), "!1002");
        row("continuation of nothing", clientFrame(O::Continuation, "x"), "!1002");
        row("message in a message", clientFrame(O::Text, "x", false) + clientFrame(O::Text, "y"), "!1002");
        row("length not shortest", std::string("\x82\xfe\x00\x05", 4), "!1002");
        row("length beyond all", std::string("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff", 10), "!1002");
        row("too large", clientFrame(O::Binary, std::string(101, 'x')), "!1009");
        row("too large in fragments",
            clientFrame(O::Binary, std::string(60, 'x'), false) +
                clientFrame(O::Continuation, std::string(60, 'x')),
            "!1009");
        row("text that is none", clientFrame(O::Text, "\xc3\x28"), "!1007");
        row("overlong text", clientFrame(O::Text, "\xc0\x80"), "!1007");
        row("surrogate", clientFrame(O::Text, "\xed\xa0\x80"), "!1007");
        row("cut text", clientFrame(O::Text, "\xe2\x82"), "!1007");
    }
    void hostileMessages() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, end);
        QCOMPARE(QString::fromStdString(story(bytes.toStdString(), 100)), end);
    }

    void afterAnErrorNothingIsRead() {
        WebSocketReader reader(100);
        reader.feed(webSocketFrame(WebSocketOpcode::Binary, "x"));
        QVERIFY(!reader.next());
        reader.feed(clientFrame(WebSocketOpcode::Binary, "fine"));
        const auto later = reader.next();
        QVERIFY(later && !*later);
    }

    void spdyFramesSurviveTheWay() {
        SpdyWriter writer;
        SpdyReader reader;
        const SpdyHeaders headers{{"streamtype", "stdin"}, {"port", "80"}, {"requestid", "7"}};
        // Twice, because the second block refers to the first.
        for (std::uint32_t id = 1; id <= 3; id += 2) {
            const auto syn = only(reader, writer.synStream(id, headers, id == 3));
            QVERIFY(syn && syn->type == SpdyType::SynStream);
            QCOMPARE(syn->stream, id);
            QCOMPARE(syn->fin, id == 3);
            QVERIFY(syn->headers == headers);
        }
        const auto reply = only(reader, writer.synReply(1, {}));
        QVERIFY(reply && reply->type == SpdyType::SynReply && reply->headers.empty());
        const auto data = only(reader, SpdyWriter::data(1, "hello", true));
        QVERIFY(data && data->data == "hello" && data->fin && data->stream == 1);
        const auto reset = only(reader, SpdyWriter::reset(1, SpdyReset::Cancel));
        QVERIFY(reset && reset->type == SpdyType::Reset && reset->value == 5);
        const auto ping = only(reader, SpdyWriter::ping(9));
        QVERIFY(ping && ping->type == SpdyType::Ping && ping->value == 9);
        const auto window = only(reader, SpdyWriter::windowUpdate(3, 4096));
        QVERIFY(window && window->type == SpdyType::WindowUpdate && window->value == 4096);
        const auto away = only(reader, SpdyWriter::goAway(3, 1));
        QVERIFY(away && away->type == SpdyType::GoAway && away->stream == 3 && away->value == 1);
    }

    void severalValuesOfOneHeader() {
        SpdyWriter writer;
        SpdyReader reader;
        const auto frame = only(reader, writer.headers(1, {{"a", std::string("x\0y", 3)}}));
        QVERIFY(frame && frame->headers == (SpdyHeaders{{"a", "x"}, {"a", "y"}}));
    }

    void spdyByteByByte() {
        SpdyWriter writer;
        const std::string bytes = writer.synStream(1, {{"streamtype", "data"}}) + SpdyWriter::data(1, "abc");
        SpdyReader reader;
        int frames = 0;
        for (const char byte : bytes) {
            reader.feed(std::string_view(&byte, 1));
            const auto frame = reader.next();
            QVERIFY(frame.has_value());
            frames += frame->has_value();
        }
        QCOMPARE(frames, 2);
        QCOMPARE(reader.buffered(), std::size_t(0));
    }

    void hostileSpdyFrames() {
        SpdyWriter writer;
        QVERIFY2(refuses(SpdyWriter::data(0, "x")), "data on stream 0");
        QVERIFY2(refuses(writer.synStream(0, {})), "stream 0");
        QVERIFY2(refuses(std::string("\x00\x00\x00\x01\x00\xff\xff\xff", 8)), "a length to be waited for");
        QVERIFY2(refuses(std::string("\x80\x03\x00\x01\x00\xff\xff\xff", 8)),
                 "a header block to be waited for");
        QVERIFY2(refuses(std::string("\x80\x02\x00\x06\x00\x00\x00\x04\x00\x00\x00\x01", 12)), "version 2");
        QVERIFY2(refuses(std::string("\x80\x03\x00\x03\x00\x00\x00\x04\x00\x00\x00\x01", 12)),
                 "a short reset");
        QVERIFY2(refuses(std::string("\x80\x03\x00\x04\x00\x00\x00\x04\x00\x00\x00\x07", 12)),
                 "settings lie");
        QVERIFY2(refuses(SpdyWriter::windowUpdate(1, 0)), "a window update of nothing");
        std::string garbage = writer.synStream(1, {{"a", "b"}});
        for (std::size_t i = 18; i < garbage.size(); ++i)
            garbage[i] = '\x55';
        QVERIFY2(refuses(garbage), "no compression");
        SpdyWriter upper;
        QVERIFY2(refuses(upper.synStream(1, {{"Upper", "b"}})), "a name in upper case");
        QVERIFY2(!refuses(std::string("\x80\x03\x00\x99\x00\x00\x00\x01x", 9)), "an unknown type is skipped");
    }

    void aHeaderBombIsRefused() {
        SpdyWriter writer;
        const std::string bomb = writer.synStream(1, {{"a", std::string(8 << 20, 'z')}});
        QVERIFY(bomb.size() < 64 * 1024); // it is the inflating that costs
        QVERIFY(refuses(bomb));
        SpdyWriter many;
        QVERIFY(refuses(many.synStream(1, SpdyHeaders(101, {"a", "b"}))));
        SpdyWriter values;
        QVERIFY(refuses(values.synStream(1, {{"a", std::string(200, '\0')}})));
    }

    void randomChangesNeitherCrashNorHoard() {
        SeededRandom random(20260101);
        SpdyLimits limits;
        limits.frameBytes = 4096;
        limits.headerBytes = 4096;
        for (int round = 0; round < 3000; ++round) {
            SpdyWriter writer;
            // One after another: headers share one compression.
            std::string spdy = writer.synStream(1, {{"streamtype", "error"}, {"port", "80"}});
            spdy += SpdyWriter::data(1, std::string(random.next() % 200, 'd'));
            spdy += writer.headers(1, {{"x", "y"}});
            spdy += SpdyWriter::ping(1) + SpdyWriter::goAway(1);
            SpdyReader reader(limits);
            reader.feed(mutated(spdy, random));
            for (int i = 0; i < 100; ++i) {
                const auto frame = reader.next();
                if (!frame || !*frame) break;
                QVERIFY((*frame)->data.size() <= limits.frameBytes);
                QVERIFY((*frame)->headers.size() <= limits.headers);
            }
            QVERIFY(reader.buffered() <= 4096 + 8);

            const std::string messages = clientFrame(WebSocketOpcode::Text, "text", false) +
                                         clientFrame(WebSocketOpcode::Continuation, "more") +
                                         clientFrame(WebSocketOpcode::Binary, std::string(130, 'b')) +
                                         clientFrame(WebSocketOpcode::Close, "\x03\xe8");
            WebSocketReader sockets(1000);
            sockets.feed(mutated(messages, random));
            for (int i = 0; i < 100; ++i) {
                const auto message = sockets.next();
                if (!message || !*message) break;
                QVERIFY((*message)->data.size() <= 1000);
            }
        }
    }

    void randomBytesNeitherCrashNorHoard() {
        SeededRandom random(20260202);
        SpdyLimits limits;
        limits.frameBytes = 4096;
        limits.headerBytes = 4096;
        for (int round = 0; round < 2000; ++round) {
            SpdyReader spdy(limits);
            WebSocketReader sockets(4096);
            // A plausible beginning now and then, or the first two bytes would decide everything.
            std::string begin;
            if (round % 3 == 1)
                begin = std::string("\x80\x03\x00", 3) + static_cast<char>(random.next() % 10);
            if (round % 3 == 2) begin = static_cast<char>(0x80 | random.next() % 11);
            std::size_t fed = 0;
            for (int piece = 0; piece < 50; ++piece) {
                std::string bytes = piece == 0 ? begin : std::string();
                for (std::uint64_t n = random.next() % 300; n > 0; --n)
                    bytes += static_cast<char>(random.next());
                fed += bytes.size();
                spdy.feed(bytes);
                sockets.feed(bytes);
                for (auto frame = spdy.next(); frame && *frame; frame = spdy.next()) {
                }
                for (auto message = sockets.next(); message && *message; message = sockets.next()) {
                }
                QVERIFY(spdy.buffered() <= 4096 + 8 + 300);
                QVERIFY(sockets.buffered() <= 2 * 4096 + 14 + 300);
            }
            QVERIFY(fed > 0);
        }
    }
};

QTEST_APPLESS_MAIN(TestFraming)
#include "test_framing.moc"
