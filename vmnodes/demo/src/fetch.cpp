#include "commands.h"
#include "names.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace wheelhouse::demo {
namespace {

constexpr int timeoutMilliseconds = 5000;

struct Address {
    std::string host;
    std::uint16_t port = 80;
    std::string path = "/";
};

std::optional<Address> parseUrl(std::string_view url) {
    if (url.substr(0, 7) != "http://") return std::nullopt;
    url.remove_prefix(7);
    Address address;
    const auto slash = url.find('/');
    if (slash != std::string_view::npos) address.path = url.substr(slash);
    std::string_view authority = url.substr(0, slash);
    const auto colon = authority.find(':');
    if (colon != std::string_view::npos) {
        const int port = std::atoi(std::string(authority.substr(colon + 1)).c_str());
        if (port < 1 || port > 65535) return std::nullopt;
        address.port = static_cast<std::uint16_t>(port);
    }
    address.host = authority.substr(0, colon);
    if (address.host.empty()) return std::nullopt;
    return address;
}

bool connectWithin(int fd, const sockaddr_in& to) {
    if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return true;
    if (errno != EINPROGRESS) return false;
    pollfd wait{.fd = fd, .events = POLLOUT, .revents = 0};
    if (poll(&wait, 1, timeoutMilliseconds) <= 0) {
        errno = ETIMEDOUT;
        return false;
    }
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    errno = error;
    return error == 0;
}

std::optional<std::string> exchange(int fd, const std::string& request) {
    std::string answer;
    if (send(fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
        return std::nullopt;
    while (answer.size() < (64u << 20)) {
        pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
        if (poll(&wait, 1, timeoutMilliseconds) <= 0) return std::nullopt;
        char part[16384];
        const auto size = recv(fd, part, sizeof part, 0);
        if (size < 0 && errno != EAGAIN) return std::nullopt;
        if (size == 0) return answer;
        if (size > 0) answer.append(part, static_cast<std::size_t>(size));
    }
    return std::nullopt;
}

struct Answer {
    bool ok = false; ///< a 2xx answer
    std::string body;
    std::string error; ///< why it is not ok
};

Answer get(const Address& address) {
    const auto found = resolve(address.host);
    if (found.empty()) return {false, {}, address.host + ": no such host"};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const sockaddr_in to{
        .sin_family = AF_INET, .sin_port = htons(address.port), .sin_addr = found.front(), .sin_zero = {}};
    std::optional<std::string> answer;
    if (connectWithin(fd, to))
        // HTTP/1.0, so that no server answers in chunks.
        answer = exchange(fd, "GET " + address.path + " HTTP/1.0\r\nHost: " + address.host + "\r\n\r\n");
    const int error = errno;
    close(fd);
    if (!answer)
        return {false, {}, address.host + ":" + std::to_string(address.port) + ": " + std::strerror(error)};
    const auto body = answer->find("\r\n\r\n");
    if (answer->rfind("HTTP/1.", 0) != 0 || body == std::string::npos || answer->size() < 12)
        return {false, {}, "the answer is not HTTP"};
    if ((*answer)[9] == '2') return {true, answer->substr(body + 4), {}};
    return {false, answer->substr(body + 4), answer->substr(9, answer->find("\r\n") - 9)};
}

bool fetchOnce(const Address& address) {
    const Answer answer = get(address);
    std::fwrite(answer.body.data(), 1, answer.body.size(), stdout);
    std::fflush(stdout);
    if (!answer.ok) std::fprintf(stderr, "%s\n", answer.error.c_str());
    return answer.ok;
}

std::optional<Address> addressOf(const std::string& url) {
    auto address = parseUrl(url);
    if (!address) std::fprintf(stderr, "%s: not an http:// address\n", url.c_str());
    return address;
}

volatile std::sig_atomic_t told = 0;

double since(std::chrono::steady_clock::time_point then) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - then).count();
}

} // namespace

int fetch(const std::string& url, int retries) {
    const auto address = addressOf(url);
    if (!address) return 2;
    for (int attempt = 0;; ++attempt) {
        if (fetchOnce(*address)) return 0;
        if (attempt >= retries) return 1;
        sleep(1);
    }
}

int ask(const std::string& url, int pauseMilliseconds, int count) {
    const auto address = addressOf(url);
    if (!address) return 2;
    struct sigaction stop {};
    stop.sa_handler = [](int) { told = 1; };
    sigaction(SIGTERM, &stop, nullptr);
    sigaction(SIGINT, &stop, nullptr);
    unsigned long asked = 0, failed = 0;
    double bytes = 0;
    std::vector<double> took; // microseconds
    const auto began = std::chrono::steady_clock::now();
    const auto most = count > 0 ? static_cast<unsigned long>(count) : ~0ul;
    const auto report = [&] {
        std::printf("asked %lu, failed %lu\n", asked, failed);
        std::fflush(stdout);
    };
    std::string last;
    for (auto next = std::chrono::steady_clock::now(); told == 0 && asked < most;) {
        const auto before = std::chrono::steady_clock::now();
        const Answer answer = get(*address);
        ++asked;
        bytes += static_cast<double>(answer.body.size());
        if (count > 0) took.push_back(since(before) * 1e6);
        const std::string who =
            answer.ok ? answer.body.substr(0, answer.body.find('\n')) : "failed: " + answer.error;
        if (!answer.ok) ++failed;
        if (!answer.ok || who != last) std::printf("%s\n", who.c_str());
        last = who;
        if (std::chrono::steady_clock::now() >= next) {
            report();
            next = std::chrono::steady_clock::now() + std::chrono::seconds(1);
        }
        usleep(static_cast<useconds_t>(pauseMilliseconds) * 1000);
    }
    if (!took.empty()) {
        std::sort(took.begin(), took.end());
        std::printf("median %.0f us, 99%% within %.0f us, %.1f a second, %.1f MiB a second\n",
                    took[took.size() / 2], took[took.size() * 99 / 100],
                    static_cast<double>(asked) / since(began), bytes / since(began) / (1 << 20));
    }
    report();
    return failed == 0 ? 0 : 1;
}

} // namespace wheelhouse::demo
