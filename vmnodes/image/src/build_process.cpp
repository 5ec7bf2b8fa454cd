#include "build_process.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wheelhouse::image {
namespace {

constexpr std::size_t longestLog = 256u << 10;

/// True when the line was progress.
bool report(std::string_view line, const OnProgress& progress) {
    constexpr std::string_view mark = "STEP ";
    if (!line.starts_with(mark)) return false;
    line.remove_prefix(mark.size());
    int percent = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), percent);
    if (error != std::errc()) return false;
    line.remove_prefix(std::min(static_cast<std::size_t>(end - line.data()) + 1, line.size()));
    if (progress) progress({std::string(line), std::clamp(percent, 0, 100) / 100.0});
    return true;
}

[[noreturn]] void become(const std::vector<std::string>& command, int out, pid_t parent) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(1);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(nothing, 0);
    dup2(out, 1);
    dup2(out, 2);
    std::vector<char*> words;
    for (const auto& word : command)
        words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    execvp(words[0], words.data());
    _exit(127);
}

} // namespace

std::string reasonFromLog(const std::string& log) {
    std::istringstream lines(log);
    std::string best, last;
    for (std::string line; std::getline(lines, line);) {
        while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())))
            line.pop_back();
        if (line.empty()) continue;
        // mmdebstrap's own last words say only that something failed; apt's lines before them say what.
        const bool summary = line.find("mmdebstrap failed") != std::string::npos ||
                             line.find("setup failed") != std::string::npos ||
                             line.find("run_") != std::string::npos;
        if (line.starts_with("E: ") && !summary && best.empty()) best = line;
        if (!summary) last = line;
    }
    std::string reason = best.empty() ? last : best;
    if (reason.starts_with("E: ")) reason.erase(0, 3);
    return reason.empty() ? "it gave no reason" : reason;
}

Result<void> runBuild(const std::vector<std::string>& command, const OnProgress& progress,
                      const std::atomic<bool>* cancel) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return fail(Reason::InternalError, std::string("no pipe: ") + std::strerror(errno));
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child == 0) become(command, ends[1], parent);
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return fail(Reason::InternalError, std::string("no process: ") + std::strerror(errno));
    }
    bool cancelled = false;
    std::string pending, log;
    while (true) {
        if (!cancelled && cancel != nullptr && *cancel) {
            cancelled = true;
            kill(-child, SIGTERM);
        }
        pollfd wait{.fd = ends[0], .events = POLLIN, .revents = 0};
        if (poll(&wait, 1, 100) == 0) continue;
        char part[4096];
        const auto size = read(ends[0], part, sizeof part);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) break;
        pending.append(part, static_cast<std::size_t>(size));
        for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
            const std::string_view line = std::string_view(pending).substr(0, end);
            if (!report(line, progress)) (log += line) += '\n';
            if (log.size() > longestLog) log.erase(0, log.find('\n', log.size() - longestLog) + 1);
            pending.erase(0, end + 1);
        }
    }
    close(ends[0]);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (cancelled) return fail(Reason::Timeout, "the build of the node image was cancelled");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    return fail(Reason::ServiceUnavailable, reasonFromLog(log + pending));
}

} // namespace wheelhouse::image
