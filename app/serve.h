#pragma once

#include "command_line.h"

namespace wheelhouse::app {

/// Serves the lab until SIGTERM or SIGINT. Prints one JSON line once it serves. Returns the program's exit
/// code.
int serve(const CommandLine& options);

/// Before any thread is made: those signals are then taken by `waitForStop` alone.
void holdStopSignals();
/// Blocks until SIGTERM or SIGINT.
void waitForStop();

} // namespace wheelhouse::app
