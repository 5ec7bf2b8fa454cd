#include "serve.h"

#include "engine/base/files.h"
#include "engine/base/log.h"
#include "lab.h"

#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <fmt/format.h>
#include <mutex>
#include <optional>
#include <unistd.h>

namespace wheelhouse::app {
namespace {

sigset_t stopSignals() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGTERM);
    ::sigaddset(&set, SIGINT);
    return set;
}

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

int complain(const Status& status) {
    std::fprintf(stderr, "wheelhouse: %s\n", status.message.c_str());
    return 1;
}

Result<void> waitUntilReady(Lab& lab) {
    std::mutex mutex;
    std::condition_variable told;
    std::optional<Result<void>> outcome;
    lab.start([&](Result<void> result) {
        const std::lock_guard lock(mutex);
        outcome = std::move(result);
        told.notify_one();
    });
    std::unique_lock lock(mutex);
    told.wait(lock, [&] { return outcome.has_value(); });
    return *outcome;
}

} // namespace

Result<void> announce(const Lab& lab) {
    const std::string line = fmt::format("{{\"url\":{},\"kubeconfig\":{},\"pid\":{}}}\n", quoted(lab.url()),
                                         quoted(lab.options().kubeconfig.string()), ::getpid());
    std::fputs(line.c_str(), stdout);
    std::fflush(stdout);
    if (lab.options().readyFile.empty()) return {};
    return writeFileAtomically(lab.options().readyFile, line);
}

void holdStopSignals() {
    const sigset_t set = stopSignals();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
}

void waitForStop() {
    const sigset_t set = stopSignals();
    int signal = 0;
    ::sigwait(&set, &signal);
}

int serve(const CommandLine& options) {
    holdStopSignals();
    Result<std::unique_ptr<Lab>> lab = Lab::open(options);
    if (!lab) return complain(lab.error());
    Result<void> outcome = waitUntilReady(**lab);
    if (outcome) outcome = announce(**lab);
    if (outcome) {
        waitForStop();
        log::info("app", "stopping");
    }
    (*lab)->stop();
    return outcome ? 0 : complain(outcome.error());
}

} // namespace wheelhouse::app
