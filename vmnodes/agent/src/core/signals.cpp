#include "vmnodes/agent/signals.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <utility>

namespace wheelhouse::agent {

namespace {

using Named = std::pair<std::string_view, int>;
constexpr std::array named{
    Named{"SIGABRT", SIGABRT},     Named{"SIGALRM", SIGALRM},     Named{"SIGBUS", SIGBUS},
    Named{"SIGCHLD", SIGCHLD},     Named{"SIGCLD", SIGCHLD},      Named{"SIGCONT", SIGCONT},
    Named{"SIGFPE", SIGFPE},       Named{"SIGHUP", SIGHUP},       Named{"SIGILL", SIGILL},
    Named{"SIGINT", SIGINT},       Named{"SIGIO", SIGIO},         Named{"SIGIOT", SIGABRT},
    Named{"SIGKILL", SIGKILL},     Named{"SIGPIPE", SIGPIPE},     Named{"SIGPOLL", SIGPOLL},
    Named{"SIGPROF", SIGPROF},     Named{"SIGPWR", SIGPWR},       Named{"SIGQUIT", SIGQUIT},
    Named{"SIGSEGV", SIGSEGV},     Named{"SIGSTKFLT", SIGSTKFLT}, Named{"SIGSTOP", SIGSTOP},
    Named{"SIGSYS", SIGSYS},       Named{"SIGTERM", SIGTERM},     Named{"SIGTRAP", SIGTRAP},
    Named{"SIGTSTP", SIGTSTP},     Named{"SIGTTIN", SIGTTIN},     Named{"SIGTTOU", SIGTTOU},
    Named{"SIGURG", SIGURG},       Named{"SIGUSR1", SIGUSR1},     Named{"SIGUSR2", SIGUSR2},
    Named{"SIGVTALRM", SIGVTALRM}, Named{"SIGWINCH", SIGWINCH},   Named{"SIGXCPU", SIGXCPU},
    Named{"SIGXFSZ", SIGXFSZ}};
// As everybody counts them: the first two of the kernel's are the C library's own.
constexpr int firstRealTime = 34;
constexpr int lastRealTime = 64;

std::optional<int> realTime(std::string_view name, std::string_view base, int from, int step) {
    if (!name.starts_with(base)) return std::nullopt;
    name.remove_prefix(base.size());
    if (name.empty()) return from;
    if (!name.starts_with(step > 0 ? '+' : '-')) return std::nullopt;
    name.remove_prefix(1);
    int distance = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), distance);
    const bool whole = error == std::errc() && end == name.data() + name.size();
    return whole && distance > 0 && distance <= 15 ? std::optional(from + step * distance) : std::nullopt;
}

} // namespace

std::optional<int> signalNumber(std::string_view name) {
    const auto found =
        std::find_if(named.begin(), named.end(), [&](const Named& each) { return each.first == name; });
    if (found != named.end()) return found->second;
    if (const auto number = realTime(name, "SIGRTMIN", firstRealTime, 1)) return number;
    return realTime(name, "SIGRTMAX", lastRealTime, -1);
}

bool endsByDefault(int signal) {
    constexpr std::array others{SIGCHLD, SIGCONT, SIGURG, SIGWINCH, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
    return std::find(others.begin(), others.end(), signal) == others.end();
}

} // namespace wheelhouse::agent
