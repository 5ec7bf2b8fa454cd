#include "vmnodes/image/image_builder.h"

#include "build_process.h"
#include "engine/base/files.h"
#include "engine/base/log.h"
#include "engine/base/programs.h"
#include "vmnodes/image/oci.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <future>
#include <mutex>
#include <optional>
#include <sstream>
#include <sys/file.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace wheelhouse::image {
namespace fs = std::filesystem;
namespace {

std::string hostSuite() {
    const auto release = readFile("/etc/os-release");
    if (!release) return {};
    std::istringstream lines(*release);
    for (std::string line; std::getline(lines, line);) {
        constexpr std::string_view name = "VERSION_CODENAME=";
        if (!line.starts_with(name)) continue;
        line.erase(0, name.size());
        std::erase(line, '"');
        return line;
    }
    return {};
}

fs::path cacheFolder(const ImageOptions& options) {
    if (!options.cache.empty()) return options.cache;
    const char* base = std::getenv("XDG_CACHE_HOME");
    if (base != nullptr && *base == '/') return fs::path(base) / "wheelhouse/images";
    const char* home = std::getenv("HOME");
    return fs::path(home != nullptr && *home != '\0' ? home : "/root") / ".cache/wheelhouse/images";
}

ImagePaths pathsIn(const fs::path& folder, std::string key) {
    return {folder / "kernel", folder / "initrd", folder / "base.erofs", std::move(key)};
}

struct Payload {
    std::string suite;
    std::string pause;
    std::string demo;
    std::string key;
};

/// Everything the image is made of, and the key that follows from it.
Result<Payload> gather(const ImageOptions& options) {
    Payload payload;
    payload.suite = options.suite.empty() ? hostSuite() : options.suite;
    if (payload.suite.empty())
        return fail(Reason::Invalid,
                    "cannot build the node image: /etc/os-release names no VERSION_CODENAME; run on Debian");
    const auto pause = readFile(options.pauseProgram);
    if (!pause) return tl::unexpected(pause.error());
    const auto demo = readFile(options.demoProgram);
    if (!demo) return tl::unexpected(demo.error());
    payload.pause = ociArchive({"wheelhouse.dev/pause:1", "pause", *pause, {"/pause"}, {}, {}});
    payload.demo = ociArchive({"wheelhouse.dev/demo:1", "demo", *demo, {"/demo"}, {"serve"}, {8080}});

    std::error_code error;
    std::vector<fs::path> files;
    for (fs::directory_iterator i(options.resources, error), end; !error && i != end; i.increment(error))
        if (i->is_regular_file()) files.push_back(i->path());
    if (files.empty())
        return fail(Reason::NotFound,
                    fmt::format("cannot build the node image: no build files in {}; install Wheelhouse again",
                                options.resources.string()));
    std::sort(files.begin(), files.end());
    std::string all = payload.suite + '\n' + sha256(payload.pause) + sha256(payload.demo);
    for (const auto& file : files) {
        const auto content = readFile(file);
        if (!content) return tl::unexpected(content.error());
        all += '\n' + file.filename().string() + ' ' + sha256(*content);
    }
    payload.key = sha256(all).substr(0, 16);
    return payload;
}

/// Held while building, so that builds of several programs do not mix and leftovers are nobody's.
class Lock {
  public:
    static Result<Lock> take(const fs::path& path, const OnProgress& progress,
                             const std::atomic<bool>* cancel) {
        Lock lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
        if (lock.fd_ < 0)
            return fail(Reason::Forbidden, fmt::format("cannot write to {}", path.parent_path().string()));
        for (bool told = false; flock(lock.fd_, LOCK_EX | LOCK_NB) < 0;) {
            if (cancel != nullptr && *cancel)
                return fail(Reason::Timeout, "the build of the node image was cancelled");
            if (!std::exchange(told, true) && progress)
                progress({"Waiting for another build of the node image", 0});
            std::this_thread::sleep_for(
                std::chrono::milliseconds(100)); // flock has no wait that can be given up
        }
        return lock;
    }
    Lock(Lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Lock& operator=(Lock&&) = delete;
    ~Lock() {
        if (fd_ >= 0) close(fd_);
    }

  private:
    explicit Lock(int fd) : fd_(fd) {}
    int fd_;
};

constexpr std::string_view workPrefix = ".build-";

void removeFolder(const fs::path& folder) {
    std::error_code error;
    fs::remove_all(folder, error);
    if (!error || !fs::exists(folder)) return;
    // Files of an ordinary user's build belong to that user's subordinate ids: only the same mapping may
    // delete them.
    const auto removed =
        runBuild({"mmdebstrap", "--unshare-helper", "rm", "-rf", folder.string()}, {}, nullptr);
    if (!removed)
        log::warning("image", "{} could not be deleted: {}", folder.string(), removed.error().message);
}

void sweep(const fs::path& cache) {
    std::error_code error;
    std::vector<fs::path> left;
    for (fs::directory_iterator i(cache, error), end; !error && i != end; i.increment(error))
        if (i->path().filename().string().starts_with(workPrefix)) left.push_back(i->path());
    for (const auto& folder : left)
        removeFolder(folder);
}

bool complete(const ImagePaths& paths) {
    std::error_code error;
    return fs::exists(paths.kernel, error) && fs::exists(paths.initrd, error) &&
           fs::exists(paths.base, error);
}

void flush(const fs::path& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    fsync(fd);
    close(fd);
}

Result<void> build(const ImageOptions& options, const Payload& payload, const fs::path& work,
                   const fs::path& target, const OnProgress& progress, const std::atomic<bool>* cancel) {
    std::error_code error;
    fs::create_directories(work / "payload", error);
    fs::create_directories(work / "image", error);
    // The unprivileged build works under other ids and must be able to pass through.
    fs::permissions(work, fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec, error);
    for (const auto& [name, bytes] : {std::pair<std::string, const std::string&>{"pause.tar", payload.pause},
                                      {"demo.tar", payload.demo},
                                      {"key", payload.key}}) {
        const auto written =
            writeFileAtomically(work / "payload" / name, name == "key" ? bytes + '\n' : bytes);
        if (!written) return written;
    }
    const auto built = runBuild({"bash", (options.resources / "build.sh").string(), payload.suite,
                                 (work / "payload").string(), (work / "image").string()},
                                progress, cancel);
    if (!built && built.error().reason == Reason::Timeout) return built;
    if (!built)
        return fail(Reason::ServiceUnavailable,
                    fmt::format("cannot build the node image: {} (VM nodes need it once; check the network "
                                "and apt's sources, then "
                                "try again; simulated nodes work without)",
                                built.error().message));
    for (const char* file : {"kernel", "initrd", "base.erofs"}) {
        fs::permissions(work / "image" / file, static_cast<fs::perms>(0644), error);
        flush(work / "image" / file);
    }
    fs::remove_all(target, error);
    fs::rename(work / "image", target, error);
    if (error)
        return fail(Reason::InternalError,
                    fmt::format("cannot keep the node image in {}: {}", target.string(), error.message()));
    flush(target.parent_path());
    return {};
}

} // namespace

ImageOptions defaultOptions(const fs::path& program) {
    const fs::path folder = program.parent_path();
    ImageOptions options;
    const fs::path installed = (folder / "../share/wheelhouse/node-image").lexically_normal();
    std::error_code error;
    options.resources = fs::exists(installed / "build.sh", error)
                            ? installed
                            : fs::path(WHEELHOUSE_RESOURCES_DIR) / "node-image";
    options.pauseProgram = folder / "wheelhouse-pause";
    options.demoProgram = folder / "wheelhouse-demo";
    return options;
}

Result<ImagePaths> findCached(const ImageOptions& options) {
    const auto payload = gather(options);
    if (!payload) return fail(Reason::Invalid, payload.error().message);
    ImagePaths paths = pathsIn(cacheFolder(options) / payload->key, payload->key);
    if (!complete(paths))
        return fail(Reason::NotFound, "the node image has not been built yet: run ./dev image");
    return paths;
}

Result<ImagePaths> buildOrReuse(const ImageOptions& options, const OnProgress& progress,
                                const std::atomic<bool>* cancel) {
    const auto payload = gather(options);
    if (!payload) return tl::unexpected(payload.error());
    const fs::path cache = cacheFolder(options);
    ImagePaths paths = pathsIn(cache / payload->key, payload->key);
    if (!options.rebuild && complete(paths)) return paths;

    std::error_code error;
    fs::create_directories(cache, error);
    if (error)
        return fail(Reason::Forbidden,
                    fmt::format("cannot make the folder {}: {}", cache.string(), error.message()));
    const auto lock = Lock::take(cache / ".lock", progress, cancel);
    if (!lock) return tl::unexpected(lock.error());
    if (!options.rebuild && complete(paths)) return paths;
    sweep(cache);
    const fs::path work = cache / (std::string(workPrefix) + std::to_string(getpid()));
    const auto built = build(options, *payload, work, cache / payload->key, progress, cancel);
    removeFolder(work);
    if (!built) return tl::unexpected(built.error());
    if (progress) progress({"Image complete", 1});
    return paths;
}

/// The same programs as build.sh looks for.
std::vector<std::string> missingPackages() {
    std::vector<std::string> missing;
    for (const auto& [program, package] : {std::pair("mmdebstrap", "mmdebstrap"),
                                           {"mkfs.erofs", "erofs-utils"},
                                           {"xz", "xz-utils"},
                                           {"newuidmap", "uidmap"}})
        if (!programExists(program) && (::geteuid() != 0 || std::string_view(package) != "uidmap"))
            missing.emplace_back(package);
    return missing;
}

struct ImageBuilder::Impl {
    ImageOptions options;
    std::atomic<bool> cancel = false;
    std::promise<Result<ImagePaths>> promise;
    std::shared_future<Result<ImagePaths>> future = promise.get_future().share();
    std::mutex mutex; // guards what follows
    std::vector<OnProgress> listeners;
    std::vector<Done> waiting;
    std::optional<Result<ImagePaths>> outcome;
    std::thread thread;

    void run() {
        const auto tell = [this](const Progress& progress) {
            const std::lock_guard lock(mutex);
            for (const auto& listener : listeners)
                listener(progress);
        };
        auto result = buildOrReuse(options, tell, &cancel);
        std::vector<Done> callbacks;
        {
            const std::lock_guard lock(mutex);
            outcome = result;
            callbacks.swap(waiting);
        }
        for (const auto& done : callbacks)
            done(result);
        promise.set_value(std::move(result));
    }
};

ImageBuilder::ImageBuilder(ImageOptions options) : impl_(std::make_unique<Impl>()) {
    impl_->options = std::move(options);
}

ImageBuilder::~ImageBuilder() {
    impl_->cancel = true;
    if (impl_->thread.joinable()) impl_->thread.join();
}

void ImageBuilder::start(OnProgress progress, Done done) {
    std::unique_lock lock(impl_->mutex);
    if (impl_->outcome) {
        const auto result = *impl_->outcome;
        lock.unlock();
        if (done) done(result);
        return;
    }
    if (progress) impl_->listeners.push_back(std::move(progress));
    if (done) impl_->waiting.push_back(std::move(done));
    if (!impl_->thread.joinable()) impl_->thread = std::thread([this] { impl_->run(); });
}

Result<ImagePaths> ImageBuilder::wait() {
    return impl_->future.get();
}

} // namespace wheelhouse::image
