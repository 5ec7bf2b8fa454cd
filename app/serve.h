#pragma once

#include "command_line.h"
#include "lab.h"

namespace wheelhouse::app {

/// Serves the lab until SIGTERM or SIGINT. Prints one JSON line once it serves. Returns the program's exit
/// code.
int serve(const CommandLine& options);

/// Prints the ready line (url, kubeconfig, pid) and writes it to the ready file, where one was asked for.
Result<void> announce(const Lab& lab);

/// Before any thread is made: those signals are then taken by `waitForStop` alone.
void holdStopSignals();
/// Blocks until SIGTERM or SIGINT.
void waitForStop();

} // namespace wheelhouse::app
