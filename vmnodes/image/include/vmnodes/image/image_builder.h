#pragma once

#include "engine/base/status.h"

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::image {

/// The files every VM boots from; read-only and shared by all.
struct ImagePaths {
    std::filesystem::path kernel;
    std::filesystem::path initrd;
    std::filesystem::path base;
    std::string key; ///< names the content: the same key is the same image
};

struct ImageOptions {
    std::filesystem::path resources; ///< the folder resources/node-image
    std::filesystem::path
        pauseProgram; ///< the static programs that become wheelhouse.dev/pause:1 and wheelhouse.dev/demo:1
    std::filesystem::path demoProgram;
    std::filesystem::path cache; ///< empty: $XDG_CACHE_HOME/wheelhouse/images (or ~/.cache/…)
    std::string suite;           ///< empty: VERSION_CODENAME of /etc/os-release
    bool rebuild = false;        ///< build even when there is one
};

/// What is going on, and how far along it is from 0 to 1.
struct Progress {
    std::string step;
    double fraction = 0;
};
using OnProgress = std::function<void(const Progress&)>;

/// Options for a program that was started from `program`: the guest's programs beside it, the resources
/// either installed
/// (../share/wheelhouse/node-image) or in the source tree the program was built from.
ImageOptions defaultOptions(const std::filesystem::path& program);

/// The cached image, or a new one: blocks for seconds to minutes, so never on the control or UI thread.
/// `progress` is called on the calling thread. `cancel`, when given and set, ends a build early. What is in
/// the cache is complete: a build that fails or is killed leaves nothing usable behind, and its leftovers are
/// swept by the next. Two programs building at once build one after the other. The error is one line: what
/// happened and what to do.
Result<ImagePaths> buildOrReuse(const ImageOptions& options, const OnProgress& progress,
                                const std::atomic<bool>* cancel = nullptr);
/// The cached image if there is one; touches no network and returns at once. NotFound = it has not been built
/// yet; Invalid = nor could it be, as something it is made of is missing.
Result<ImagePaths> findCached(const ImageOptions& options);

/// Debian packages a build needs whose programs are not here, as this user would need them; empty = all are.
std::vector<std::string> missingPackages();

/// Runs buildOrReuse on a thread of its own. Thread-safe. The destructor cancels and joins.
class ImageBuilder {
  public:
    using Done = std::function<void(Result<ImagePaths>)>;

    explicit ImageBuilder(ImageOptions options);
    ImageBuilder(const ImageBuilder&) = delete;
    ImageBuilder& operator=(const ImageBuilder&) = delete;
    ~ImageBuilder();
    /// Starts the build unless it was started. Both callbacks run on the builder's thread, `done` exactly
    /// once per call.
    void start(OnProgress progress, Done done);
    /// Waits for the build that start() began.
    Result<ImagePaths> wait();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace wheelhouse::image
