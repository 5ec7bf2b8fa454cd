#include "commands.h"
#include "http.h"

#include <arpa/inet.h>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace wheelhouse::demo {
namespace {

constexpr const char* version = "1";
constexpr int most = 64; // connections answered at once
constexpr double mostMebibytes = 65536;
constexpr double mostBytesMiB = 32;

std::atomic<bool> ready{true};
std::atomic<bool> alive{true};
std::atomic<int> connections{0};
std::atomic<unsigned long> served{0};
std::mutex eatenMutex;
std::vector<std::vector<char>> eaten;

std::string fromEnvironment(const char* name, const char* fallback) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? value : fallback;
}

std::string hello() {
    char host[256] = "unknown";
    gethostname(host, sizeof host - 1);
    return "pod " + fromEnvironment("POD_NAME", host) + "\nnamespace " +
           fromEnvironment("POD_NAMESPACE", "unknown") + "\nnode " + fromEnvironment("NODE_NAME", "unknown") +
           "\nversion " + fromEnvironment("DEMO_VERSION", version) + "\nserved " + std::to_string(++served) +
           "\n";
}

std::string burn(double seconds, int cores) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    for (int i = 0; i < cores; ++i)
        std::thread([end] {
            volatile unsigned sink = 0;
            while (std::chrono::steady_clock::now() < end)
                for (int k = 0; k < 100'000; ++k)
                    sink = sink + static_cast<unsigned>(k);
        }).detach();
    return "burning " + std::to_string(cores) + " core(s) for " + std::to_string(static_cast<long>(seconds)) +
           " s\n";
}

std::string eat(double mebibytes) {
    const std::lock_guard lock(eatenMutex);
    // Written to, so that the memory is really taken.
    for (int i = 0; i < static_cast<int>(mebibytes); ++i)
        eaten.emplace_back(1u << 20, 'x');
    return "holding " + std::to_string(eaten.size()) + " MiB\n";
}

/// For Prometheus, and for whoever else asks pods what they do.
std::string metrics() {
    const std::lock_guard lock(eatenMutex);
    return "# HELP demo_requests_total Pages served.\n# TYPE demo_requests_total "
           "counter\ndemo_requests_total " +
           std::to_string(served) +
           "\n# HELP demo_held_mebibytes Memory held by /eat.\n# TYPE demo_held_mebibytes gauge\n"
           "demo_held_mebibytes " +
           std::to_string(eaten.size()) + "\n";
}

std::string answer(const Request& request) {
    if (request.method != "GET" && request.method != "POST") return response(405, "only GET and POST\n");
    const std::string& path = request.path;
    if (path == "/") return response(200, hello());
    if (path == "/burn")
        return response(200, burn(numberOf(request, "seconds", 10, 0, 3600),
                                  static_cast<int>(numberOf(request, "cores", 1, 1, 64))));
    if (path == "/eat") return response(200, eat(numberOf(request, "mib", 16, 0, mostMebibytes)));
    if (path == "/metrics") return response(200, metrics());
    if (path == "/bytes")
        return response(
            200,
            std::string(static_cast<std::size_t>(numberOf(request, "mib", 1, 0, mostBytesMiB)) << 20, 'x'));
    if (path == "/readyz") return ready ? response(200, "ready\n") : response(503, "not ready\n");
    if (path == "/livez") return alive ? response(200, "alive\n") : response(503, "not alive\n");
    if (path == "/ready") return ready = true, response(200, "ready from now on\n");
    if (path == "/unready") return ready = false, response(200, "not ready from now on\n");
    if (path == "/unlive") return alive = false, response(200, "not alive from now on\n");
    if (path == "/crash") {
        std::fputs("crashing as asked\n", stderr);
        std::abort();
    }
    return response(404, "no such page\n");
}

void converse(int fd) {
    std::string head;
    while (head.find("\r\n\r\n") == std::string::npos && head.size() < 16384) {
        pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
        if (poll(&wait, 1, 10'000) <= 0) break;
        char part[4096];
        const auto size = recv(fd, part, sizeof part, 0);
        if (size <= 0) break;
        head.append(part, static_cast<std::size_t>(size));
    }
    const std::string line = head.substr(0, head.find("\r\n"));
    const auto request = parseRequestLine(line);
    if (request && request->path.compare(0, 6, "/ready") != 0 && request->path != "/livez") {
        std::printf("%s %s\n", request->method.c_str(), request->path.c_str());
        std::fflush(stdout);
    }
    const std::string text = request ? answer(*request) : response(400, "that was not HTTP\n");
    for (std::size_t at = 0; at < text.size();) {
        const auto sent = send(fd, text.data() + at, text.size() - at, MSG_NOSIGNAL);
        if (sent <= 0) break;
        at += static_cast<std::size_t>(sent);
    }
    shutdown(fd, SHUT_WR);
    close(fd);
    --connections;
}

int bound(int fd, const sockaddr* address, socklen_t size) {
    const int yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (fd >= 0 && bind(fd, address, size) == 0 && listen(fd, 128) == 0) return fd;
    const int error = errno;
    close(fd);
    errno = error;
    return -1;
}

int listenOn(std::uint16_t port, bool loopbackOnly) {
    if (!loopbackOnly) {
        const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0); // takes IPv4 too
        sockaddr_in6 any{};
        any.sin6_family = AF_INET6;
        any.sin6_port = htons(port);
        if (fd >= 0) return bound(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any);
    }
    const in_addr address{htonl(loopbackOnly ? INADDR_LOOPBACK : INADDR_ANY)};
    const sockaddr_in v4{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = address, .sin_zero = {}};
    return bound(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), reinterpret_cast<const sockaddr*>(&v4),
                 sizeof v4);
}

std::uint16_t portOf(int fd) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    // The port lies at the same place in both families.
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

} // namespace

int serve(std::uint16_t port, bool loopbackOnly) {
    // Signals are taken from a descriptor: process 1 gets none by default action.
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stop, nullptr);
    const int signals = signalfd(-1, &stop, SFD_CLOEXEC);
    const int listener = listenOn(port, loopbackOnly);
    if (listener < 0 || signals < 0) {
        std::fprintf(stderr, "port %d: %s\n", port, std::strerror(errno));
        return 1;
    }
    std::printf("serving on port %d\n", portOf(listener));
    std::fflush(stdout);
    while (true) {
        pollfd wait[2] = {{signals, POLLIN, 0}, {connections < most ? listener : -1, POLLIN, 0}};
        if (poll(wait, 2, connections < most ? -1 : 20) < 0 && errno != EINTR) return 1;
        if (wait[0].revents != 0) break;
        if (wait[1].revents == 0) continue;
        const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) continue;
        ++connections;
        std::thread(converse, fd).detach();
    }
    close(listener);
    for (int i = 0; i < 250 && connections > 0; ++i)
        usleep(20'000); // answers under way are finished
    std::puts("stopped as asked");
    std::fflush(stdout);
    _exit(0);
}

} // namespace wheelhouse::demo
