#pragma once

#include "command_line.h"

namespace wheelhouse::app {

/// Opens the window on the lab and runs until it is closed. Returns the program's exit code.
int window(const CommandLine& options, int& argc, char** argv);

} // namespace wheelhouse::app
