#include "command_line.h"
#include "engine/base/log.h"
#include "image_command.h"
#include "paths.h"
#include "serve.h"
#include "window.h"

#include <cstdio>

using namespace wheelhouse;
using namespace wheelhouse::app;

namespace {

int info(const CommandLine& options) {
    std::printf("version    %s\nlab        %s\nkubeconfig %s\ncache      %s\nstate      %s\nprograms   %s\n",
                WHEELHOUSE_VERSION, options.dataDirectory.c_str(), options.kubeconfig.c_str(),
                cacheDirectory().c_str(), stateDirectory().c_str(), programDirectory().c_str());
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const Result<CommandLine> options = parseCommandLine({argv + 1, argv + argc});
    if (!options) {
        std::fprintf(stderr, "wheelhouse: %s\n", options.error().message.c_str());
        return 2;
    }
    log::setLevel(options->verbose                     ? log::Level::Debug
                  : options->command == Command::Serve ? log::Level::Info
                                                       : log::Level::Warning);
    switch (options->command) {
    case Command::Serve:
        return serve(*options);
    case Command::Window:
        return window(*options, argc, argv);
    case Command::Image:
        return imageCommand();
    case Command::Info:
        return info(*options);
    case Command::Help:
        std::fputs(helpText().c_str(), stdout);
        return 0;
    case Command::Version:
        std::printf("wheelhouse %s\n", WHEELHOUSE_VERSION);
        return 0;
    }
    return 2;
}
