#include "etcd.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace {

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

double etcdWritesPerSecond() {
    const std::string etcd = unpacked("etcd-server", "etcd");
    const std::string client = unpacked("etcd-client", "etcdctl");
    if (etcd.empty() || client.empty()) {
        std::fprintf(stderr, "etcd could not be fetched: no anchor\n");
        return 0;
    }
    std::string folder = std::filesystem::temp_directory_path() / "wheelhouse-etcd-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) return 0;
    const pid_t child = ::fork();
    if (child == 0) {
        ::freopen("/dev/null", "w", stderr);
        ::freopen("/dev/null", "w", stdout);
        ::execl(etcd.c_str(), "etcd", "--data-dir", folder.c_str(), "--listen-client-urls", clientUrl,
                "--advertise-client-urls", clientUrl, "--listen-peer-urls", peerUrl,
                "--initial-advertise-peer-urls", peerUrl, "--initial-cluster",
                (std::string("default=") + peerUrl).c_str(), nullptr);
        ::_exit(127);
    }
    const std::string etcdctl = "ETCDCTL_API=3 " + client + " --endpoints " + clientUrl;
    const bool up = std::system((etcdctl + " endpoint health --dial-timeout=10s >/dev/null 2>&1 || " +
                                 etcdctl + " endpoint health --dial-timeout=20s >/dev/null 2>&1")
                                    .c_str()) == 0;
    const std::string text = up ? output(etcdctl + " check perf --load=xl 2>&1") : "";
    ::kill(child, SIGTERM);
    ::waitpid(child, nullptr, 0);
    std::filesystem::remove_all(folder);
    std::smatch match;
    if (std::regex_search(text, match, std::regex(R"((?:Throughput is|too low:) (\d+) writes/s)")))
        return std::stod(match[1].str());
    std::fprintf(stderr, "etcdctl check perf said: %s\n", text.c_str());
    return 0;
}
