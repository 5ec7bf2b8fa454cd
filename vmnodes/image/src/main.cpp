// wheelhouse-image [--rebuild]: builds or reuses the node image and prints where it is.
#include "vmnodes/image/image_builder.h"

#include <cstdio>
#include <cstring>
#include <unistd.h>

int main(int argc, char** argv) {
    auto options = wheelhouse::image::defaultOptions(std::filesystem::read_symlink("/proc/self/exe"));
    options.rebuild = argc > 1 && std::strcmp(argv[1], "--rebuild") == 0;
    const bool terminal = isatty(STDERR_FILENO) != 0;
    const auto paths =
        wheelhouse::image::buildOrReuse(options, [&](const wheelhouse::image::Progress& progress) {
            std::fprintf(stderr, terminal ? "\r\033[K%3.0f%% %s" : "%3.0f%% %s\n", progress.fraction * 100,
                         progress.step.c_str());
        });
    if (terminal) std::fputs("\r\033[K", stderr);
    if (!paths) {
        std::fprintf(stderr, "%s\n", paths.error().message.c_str());
        return 1;
    }
    std::printf("%s\n", paths->base.parent_path().c_str());
    return 0;
}
