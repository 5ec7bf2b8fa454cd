#include "etcd.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {
namespace {

constexpr const char* clientAddress = "127.0.0.1:23790";
constexpr const char* clientUrl = "http://127.0.0.1:23790";
constexpr const char* peerUrl = "http://127.0.0.1:23800";

std::string output(const std::string& command) {
    std::string out;
    FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return out;
    std::array<char, 4096> buffer{};
    for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
        out.append(buffer.data(), n);
    ::pclose(pipe);
    return out;
}

/// A program of a Debian package that is fetched but not installed, or empty.
std::string unpacked(const std::string& package, const std::string& command) {
    std::string path =
        output(std::string(WHEELHOUSE_SOURCE_DIR) + "/tests/support/unpack " + package + " " + command);
    while (path.ends_with('\n'))
        path.pop_back();
    return path;
}

} // namespace

Etcd::Etcd() : folder_(std::string(WHEELHOUSE_BINARY_DIR) + "/etcd-XXXXXX") {
    const std::string etcd = unpacked("etcd-server", "etcd");
    const std::string client = unpacked("etcd-client", "etcdctl");
    // Beside the build, because a temporary folder may be a memory file system and syncs nothing.
    if (etcd.empty() || client.empty() || ::mkdtemp(folder_.data()) == nullptr) {
        std::fprintf(stderr, "etcd could not be fetched: no anchor\n");
        return;
    }
    pid_ = ::fork();
    if (pid_ == 0) {
        ::freopen("/dev/null", "w", stderr);
        ::freopen("/dev/null", "w", stdout);
        ::execl(etcd.c_str(), "etcd", "--data-dir", folder_.c_str(), "--listen-client-urls", clientUrl,
                "--advertise-client-urls", clientUrl, "--listen-peer-urls", peerUrl,
                "--initial-advertise-peer-urls", peerUrl, "--initial-cluster",
                (std::string("default=") + peerUrl).c_str(), nullptr);
        ::_exit(127);
    }
    ctl_ = "ETCDCTL_API=3 " + client + " --endpoints " + clientUrl;
    for (const char* patience : {"10s", "20s"})
        up_ = up_ ||
              std::system(
                  (ctl_ + " endpoint health --dial-timeout=" + patience + " >/dev/null 2>&1").c_str()) == 0;
    if (!up_) std::fprintf(stderr, "etcd does not answer: no anchor\n");
}

Etcd::~Etcd() {
    if (pid_ > 0) {
        ::kill(pid_, SIGTERM);
        ::waitpid(pid_, nullptr, 0);
    }
    std::filesystem::remove_all(folder_);
}

std::string Etcd::address() const {
    return clientAddress;
}

double Etcd::writesPerSecond() const {
    if (!up_) return 0;
    const std::string text = output(ctl_ + " check perf --load=xl 2>&1");
    std::smatch match;
    if (std::regex_search(text, match, std::regex(R"((?:Throughput is|too low:) (\d+) writes/s)")))
        return std::stod(match[1].str());
    std::fprintf(stderr, "etcdctl check perf said: %s\n", text.c_str());
    return 0;
}

} // namespace bench
