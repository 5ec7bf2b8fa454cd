// `agnhost`, the image Kubernetes tests itself with, as far as it is known here: `mounttest` writes, reads
// and describes files as its flags say, `logs-generator` writes lines for a while, `pause` waits. What they
// print is the image's own wording, which those who run it look for.
#include "commands.h"
#include "shell.h"

#include <charconv>
#include <fmt/format.h>
#include <map>

namespace wheelhouse::simulated {

namespace {

constexpr const char* fresh = "mount-tester new file\n";
constexpr Duration lookAgain = std::chrono::seconds(2);

using Flags = std::map<std::string, std::string>;

Flags flagsOf(const Shell::Words& words) {
    Flags flags;
    for (std::size_t i = 2; i < words.size(); ++i) {
        const auto equals = words[i].find('=');
        const std::string name = words[i].substr(0, equals);
        std::string& value = flags[name.substr(std::min(name.find_first_not_of('-'), name.size()))];
        if (equals != std::string::npos)
            value = words[i].substr(equals + 1);
        else if (i + 1 < words.size() && !words[i + 1].starts_with('-'))
            value = words[++i];
    }
    return flags;
}

/// The number a flag begins with.
long numberIn(const Flags& flags, const char* name, long otherwise) {
    const auto it = flags.find(name);
    if (it == flags.end()) return otherwise;
    long value = otherwise;
    std::from_chars(it->second.data(), it->second.data() + it->second.size(), value);
    return value;
}

/// All that needs no waiting; false when any of it went wrong.
bool lookOnce(const Flags& flags, SimulatedFiles& files, const std::function<void(const std::string&)>& out) {
    bool fine = true;
    const auto each = [&](const char* flag, auto task) {
        const auto it = flags.find(flag);
        if (it != flags.end() && !it->second.empty()) fine = task(it->second) && fine;
    };
    const auto read = [&](const std::string& path) {
        const auto* file = files.find(path);
        out(file != nullptr
                ? fmt::format("content of file \"{}\": {}\n", path, file->bytes())
                : fmt::format("error reading file content for \"{0}\": open {0}: no such file or directory\n",
                              path));
        return file != nullptr;
    };
    const auto describe = [&](const char* what) {
        return [&, what](const std::string& path) {
            const auto mode = files.mode(path);
            if (!mode) {
                out(fmt::format("error on lstat \"{0}\": lstat {0}: no such file or directory\n", path));
                return false;
            }
            const bool folder = std::string_view(what) == "mode" && files.isFolder(path);
            out(fmt::format("{} of file \"{}\": {}\n", what, path, modeText(*mode, folder)));
            return true;
        };
    };
    each("fs_type", [&](const std::string& path) {
        out(fmt::format("mount type of \"{}\": {}\n", path, files.inMemory(path) ? "tmpfs" : "61267"));
        return true;
    });
    for (const auto& [flag, mode] : {std::pair("new_file_0644", 0644), std::pair("new_file_0666", 0666),
                                     std::pair("new_file_0660", 0660), std::pair("new_file_0777", 0777)})
        each(flag, [&, mode = mode](const std::string& path) {
            const std::string wrong = files.write(path, fresh, false, mode);
            if (wrong.empty()) return read(path);
            out(fmt::format("error writing new file \"{0}\": open {0}: {1}\n", path, wrong));
            return false;
        });
    each("file_mode", describe("mode"));
    each("file_perm", describe("perms"));
    each("file_content", read);
    return fine;
}

} // namespace

Shell::Code Shell::mountTest(Words words, Io& io) {
    const Flags flags = flagsOf(words);
    bool fine = lookOnce(flags, *place_.files, io.out);
    const auto looped = flags.find("file_content_in_loop");
    if (looped == flags.end()) co_return fine ? 0 : 1;
    const std::string path = looped->second;
    const long seconds = numberIn(flags, "retry_time", 180);
    const auto breaks = flags.find("break_on_expected_content");
    const bool untilExpected = breaks == flags.end() || breaks->second != "false";
    const Instant until = executor_.clock().now() + std::chrono::seconds(seconds);
    bool read = true;
    while (executor_.clock().now() < until) {
        const auto* file = place_.files->find(path);
        read = file != nullptr;
        if (!read)
            io.out(
                fmt::format("Error reading file {0}: open {0}: no such file or directory, retrying\n", path));
        else
            io.out(fmt::format("content of file \"{}\": {}\n", path, file->bytes()));
        if (read && untilExpected && file->bytes() == fresh) break;
        co_await Pause(executor_, lookAgain);
    }
    co_return fine&& read ? 0 : 1;
}

Shell::Code Shell::generateLogs(Words words, Io& io) {
    static constexpr const char* methods[] = {"GET", "POST", "PUT"};
    static constexpr const char* spaces[] = {"kube-system", "default", "ns"};
    const Flags flags = flagsOf(words);
    const long lines = numberIn(flags, "log-lines-total", 0);
    const long seconds = numberIn(flags, "run-duration", 0);
    if (lines <= 0 || seconds <= 0) {
        io.err("logs-generator: --log-lines-total and --run-duration are needed\n");
        co_return 1;
    }
    for (long i = 0; i < lines; ++i) {
        io.out(fmt::format("{} {} /api/v1/namespaces/{}/pods/p{} {}\n", i, methods[i % 3], spaces[i / 3 % 3],
                           i % 7, 200 + i % 400));
        co_await Pause(executor_,
                       std::chrono::duration_cast<Duration>(std::chrono::seconds(seconds)) / lines);
    }
    co_return 0;
}

} // namespace wheelhouse::simulated
