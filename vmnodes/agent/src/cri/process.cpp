#include "process.h"

#include "engine/base/files.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace wheelhouse::agent {

namespace {

struct Pipe {
    int ends[2] = {-1, -1};
    Pipe() {
        if (::pipe2(ends, O_CLOEXEC) != 0) ends[0] = ends[1] = -1;
    }
    ~Pipe() {
        close(0);
        close(1);
    }
    void close(int end) {
        if (ends[end] >= 0) ::close(ends[end]);
        ends[end] = -1;
    }
};

std::string readUntilClosed(int fd, std::chrono::steady_clock::time_point until, bool& late) {
    std::string out;
    char buffer[4096];
    for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        pollfd poll{fd, POLLIN, 0};
        if (left.count() <= 0 || ::poll(&poll, 1, static_cast<int>(left.count())) == 0) {
            late = true;
            return out;
        }
        const ssize_t n = ::read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return out;
        if (out.size() < 256 * 1024) out.append(buffer, static_cast<std::size_t>(n));
    }
}

} // namespace

Result<std::string> SystemProcesses::run(const std::vector<std::string>& command, const std::string& input,
                                         Duration limit) {
    Pipe in;
    Pipe out;
    if (in.ends[0] < 0 || out.ends[0] < 0) return fail(Reason::InternalError, "no pipe for a child process");
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in.ends[0], 0);
    ::posix_spawn_file_actions_adddup2(&actions, out.ends[1], 1);
    ::posix_spawn_file_actions_adddup2(&actions, out.ends[1], 2);
    std::vector<char*> arguments;
    for (const std::string& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_t child = 0;
    const int error = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        return fail(Reason::NotFound,
                    fmt::format("cannot run {}: {}", command.front(), std::strerror(error)));
    in.close(0);
    out.close(1);
    std::size_t written = 0;
    while (written < input.size()) { // inputs are small: they fit into the pipe
        const ssize_t n = ::write(in.ends[1], input.data() + written, input.size() - written);
        if (n <= 0 && errno != EINTR) break;
        if (n > 0) written += static_cast<std::size_t>(n);
    }
    in.close(1);
    bool late = false;
    std::string text = readUntilClosed(out.ends[0], std::chrono::steady_clock::now() + limit, late);
    if (late) ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    if (late) return fail(Reason::Timeout, fmt::format("{} did not end in time", command.front()));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return text;
    std::string line;
    for (const std::string& word : command)
        line += (line.empty() ? "" : " ") + word;
    return fail(Reason::InternalError, fmt::format("{}: {}", line, text));
}

Result<void> sendSignal(std::int64_t process, const std::string& container, int signal) {
    // Held first and looked at then: what is held stays the one that was looked at.
    const int held = static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(process), 0));
    if (held < 0) return fail(Reason::NotFound, fmt::format("process {}: {}", process, std::strerror(errno)));
    Result<void> outcome;
    const auto groups = readFile(fmt::format("/proc/{}/cgroup", process));
    if (!groups || groups->find(container) == std::string::npos)
        outcome =
            fail(Reason::NotFound, fmt::format("process {} is not of container {}", process, container));
    else if (::syscall(SYS_pidfd_send_signal, held, signal, nullptr, 0) != 0)
        outcome = fail(Reason::InternalError, fmt::format("process {}: {}", process, std::strerror(errno)));
    ::close(held);
    return outcome;
}

} // namespace wheelhouse::agent
