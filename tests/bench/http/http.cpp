// The HTTPS front alone: small GETs answered with 3 KB by a handler that does nothing, over TLS 1.3 on
// loopback. The clients share the machine with the server, so requests a second are a lower bound; CPU time
// is the server's own.

#include "http_fixture.h"

#include <cstdio>

using namespace wheelhouse;
using namespace wheelhouse::testing;

namespace {

/// Answers on the calling thread: what is measured is the front.
class ConstantHandler final : public apiserver::Handler {
  public:
    std::shared_ptr<apiserver::Running> handle(apiserver::Request,
                                               std::shared_ptr<apiserver::Exchange> exchange) override {
        exchange->respond([body = body_] {
            return apiserver::Response{200, {{"content-type", "application/json"}}, body};
        });
        return nullptr;
    }

  private:
    apiserver::Bytes body_ = std::make_shared<const std::string>(3072, 'x');
};

constexpr int connections = 8;
constexpr int streams = 32;

/// One request after another on one connection.
int http1(const ServerFixture& f, int requests) {
    RawTls tls(f.port(), f.client("http/1.1"));
    int done = 0;
    for (; done < requests; ++done) {
        if (!tls.send("GET /api/v1/namespaces/default/pods/web-0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")) break;
        std::size_t got = 0;
        for (std::size_t whole = 0; whole == 0 || got < whole;) {
            const auto text = tls.readSome();
            if (text.empty()) return done;
            if (whole == 0) whole = text.find("\r\n\r\n") + 4 + 3072;
            got += text.size();
        }
    }
    return done;
}

/// Always `streams` requests under way on one connection.
int http2(const ServerFixture& f, int requests) {
    RawTls tls(f.port(), f.client("h2"));
    std::uint32_t next = 1;
    const auto request = [&] {
        return headersFrame(std::exchange(next, next + 2), "GET", "/api/v1/pods/web-0", true);
    };
    std::string out = preface() + frame(4, 1, 0, {}) + frame(8, 0, 0, be32(1u << 30));
    for (int i = 0; i < streams; ++i)
        out += request();
    int done = 0;
    std::string in;
    while (done < requests && tls.send(out)) {
        out.clear();
        const auto text = tls.readSome();
        if (text.empty()) break;
        in += text;
        std::size_t used = 0;
        for (const auto& frame : frames(in)) {
            used += 9 + frame.payload.size();
            if (frame.type != 0 || (frame.flags & 1) == 0) continue;
            ++done;
            out += request();
        }
        in.erase(0, used);
    }
    return done;
}

void measure(const char* protocol, int (*client)(const ServerFixture&, int), int requests) {
    ConstantHandler handler;
    ServerFixture f({}, &handler);
    const double cpu = f.cpuSeconds();
    const auto start = std::chrono::steady_clock::now();
    std::atomic<int> done{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < connections; ++i)
        threads.emplace_back([&] { done += client(f, requests / connections); });
    for (auto& thread : threads)
        thread.join();
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::printf("{\"bench\":\"http\",\"protocol\":\"%s\",\"connections\":%d,\"requests\":%d,\"bytes\":3072,"
                "\"requests_per_second\":%.0f,\"server_cpu_us_per_request\":%.1f}\n",
                protocol, connections, done.load(), done / wall, (f.cpuSeconds() - cpu) / done * 1e6);
}

} // namespace

int main() {
    measure("HTTP/1.1", http1, 20'000);
    measure("HTTP/2", http2, 40'000);
}
