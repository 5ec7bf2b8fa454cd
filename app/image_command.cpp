#include "image_command.h"

#include "paths.h"
#include "vmnodes/image/image_builder.h"

#include <cstdio>
#include <string>
#include <unistd.h>

namespace wheelhouse::app {

int imageCommand() {
    const image::ImageOptions options = image::defaultOptions(programDirectory() / "wheelhouse");
    const bool terminal = ::isatty(STDERR_FILENO) != 0;
    std::string shown;
    const Result<image::ImagePaths> made = image::buildOrReuse(options, [&](const image::Progress& progress) {
        if (!terminal && progress.step == shown) return;
        shown = progress.step;
        std::fprintf(stderr, terminal ? "\r\033[K[%3.0f%%] %s" : "[%3.0f%%] %s\n", progress.fraction * 100,
                     progress.step.c_str());
    });
    if (terminal && !shown.empty()) std::fputs("\n", stderr);
    if (!made) {
        std::fprintf(stderr, "wheelhouse: %s\n", made.error().message.c_str());
        return 1;
    }
    std::printf("node image %s: %s\n", made->key.c_str(), made->base.c_str());
    return 0;
}

} // namespace wheelhouse::app
