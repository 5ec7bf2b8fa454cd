#pragma once

#include "raw_tls.h"

#include <atomic>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace bench {

/// Requests over HTTP/2 on several connections, always `streams` of them under way on each, by a client that
/// does as little as it can: it shares the machine with the server.
struct H2Load {
    std::uint16_t port = 0;
    wheelhouse::testing::RawTls::Options client; ///< with ALPN "h2"
    int connections = 10;
    int streams = 100;
    /// The frames of a request on this stream; `number` counts over all connections.
    std::function<std::string(std::uint32_t stream, int number)> request;

    /// Sends `count` requests; how many were answered to their end.
    int run(int count) const {
        std::atomic<int> number{0};
        std::atomic<int> done{0};
        std::vector<std::thread> threads;
        threads.reserve(static_cast<std::size_t>(connections));
        for (int i = 0; i < connections; ++i)
            threads.emplace_back([&] { done += oneConnection(number, count); });
        for (auto& thread : threads)
            thread.join();
        return done;
    }

  private:
    static constexpr int mostSilences = 24; ///< of five seconds each

    int oneConnection(std::atomic<int>& number, int count) const {
        using namespace wheelhouse::testing;
        RawTls tls(port, client);
        std::uint32_t next = 1;
        int underWay = 0;
        const auto more = [&](std::string& out) {
            const int mine = number.fetch_add(1);
            if (mine >= count) return;
            out += request(std::exchange(next, next + 2), mine);
            ++underWay;
        };
        // Room for everything: what is measured is not the client's window.
        std::string out = preface() + frame(4, 0, 0, std::string("\0\4\x3f\xff\xff\xff", 6)) +
                          frame(8, 0, 0, be32(1u << 30));
        for (int i = 0; i < streams; ++i)
            more(out);
        int done = 0;
        std::string in;
        std::size_t received = 0;
        int silences = 0;
        while (underWay > 0 && (out.empty() || tls.send(out))) {
            out.clear();
            const auto text = tls.readSome();
            // A large answer may be long in the making.
            if (text.empty() && (tls.peerClosed() || ++silences > mostSilences)) break;
            if (!text.empty()) silences = 0;
            in += text;
            std::size_t at = 0;
            while (in.size() - at >= 9) {
                const auto byte = [&](std::size_t i) {
                    return static_cast<std::size_t>(static_cast<unsigned char>(in[at + i]));
                };
                const std::size_t size = byte(0) << 16 | byte(1) << 8 | byte(2);
                if (in.size() - at < 9 + size) break;
                const std::size_t type = byte(3);
                const bool end = (byte(4) & 1) != 0;
                if (type == 4 && !end) out += frame(4, 1, 0, {});
                if (type == 0) received += size;
                if (type <= 1 && end) {
                    ++done;
                    --underWay;
                    more(out);
                }
                at += 9 + size;
            }
            in.erase(0, at);
            if (received > (1u << 28)) {
                out += frame(8, 0, 0, be32(static_cast<std::uint32_t>(received)));
                received = 0;
            }
        }
        if (underWay > 0)
            std::fprintf(stderr,
                         "a connection ended early: %d of its answers are missing, %zu bytes came last\n",
                         underWay, received);
        return done;
    }
};

} // namespace bench
