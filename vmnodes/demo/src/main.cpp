// wheelhouse.dev/demo: one program to try a cluster with. "demo serve [--port N] [--loopback]", "demo fetch
// URL [--retry N]", "demo ask URL [--pause MS] [--count N]", "demo lookup NAME",
// "demo keep FILE LINE", "demo show FILE", "demo room FILE", "demo sleep".
#include "commands.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace {

int usage() {
    std::fputs("usage: demo serve [--port N] [--loopback] | demo fetch URL [--retry N] | "
               "demo ask URL [--pause MS] [--count N] | demo lookup NAME | demo keep FILE LINE | "
               "demo show FILE | demo room FILE | demo sleep\n",
               stderr);
    return 2;
}

// As process 1 the kernel delivers only signals that have a handler.
int sleepUntilTold() {
    struct sigaction stop {};
    stop.sa_handler = [](int) { _exit(0); };
    sigaction(SIGTERM, &stop, nullptr);
    sigaction(SIGINT, &stop, nullptr);
    while (true)
        pause();
}

/// The number after `option`, or `fallback`; -1 when what follows is no number from 0 to 65535.
int optionOf(int count, char** words, const char* option, int fallback) {
    for (int i = 2; i + 1 < count; ++i) {
        if (std::strcmp(words[i], option) != 0) continue;
        char* end = nullptr;
        const long value = std::strtol(words[i + 1], &end, 10);
        return *end == '\0' && end != words[i + 1] && value >= 0 && value <= 65535 ? static_cast<int>(value)
                                                                                   : -1;
    }
    return fallback;
}

} // namespace

int main(int argc, char** argv) {
    const char* command = argc > 1 ? argv[1] : "serve";
    if (std::strcmp(command, "serve") == 0) {
        const int port = optionOf(argc, argv, "--port", 8080);
        const bool loopbackOnly = std::strcmp(argv[argc - 1], "--loopback") == 0;
        return port < 0 ? usage() : wheelhouse::demo::serve(static_cast<std::uint16_t>(port), loopbackOnly);
    }
    if (std::strcmp(command, "fetch") == 0 && argc > 2) {
        const int retries = optionOf(argc, argv, "--retry", 0);
        return retries < 0 ? usage() : wheelhouse::demo::fetch(argv[2], retries);
    }
    if (std::strcmp(command, "ask") == 0 && argc > 2) {
        const int pause = optionOf(argc, argv, "--pause", 100);
        const int count = optionOf(argc, argv, "--count", 0);
        return pause < 0 || count < 0 ? usage() : wheelhouse::demo::ask(argv[2], pause, count);
    }
    if (std::strcmp(command, "lookup") == 0 && argc > 2) return wheelhouse::demo::lookup(argv[2]);
    if (std::strcmp(command, "keep") == 0 && argc > 3) return wheelhouse::demo::keep(argv[2], argv[3]);
    if (std::strcmp(command, "show") == 0 && argc > 2) return wheelhouse::demo::show(argv[2]);
    if (std::strcmp(command, "room") == 0 && argc > 2) return wheelhouse::demo::room(argv[2]);
    if (std::strcmp(command, "sleep") == 0) return sleepUntilTold();
    return usage();
}
