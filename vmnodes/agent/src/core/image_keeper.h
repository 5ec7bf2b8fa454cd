#pragma once

#include "pod_views.h"
#include "vmnodes/agent/housekeeping.h"
#include "vmnodes/agent/runtime.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::agent {

/// Removes images nobody uses when their disk is too full, those unused for longest first: from
/// `imageHighPercent` on, down to `imageLowPercent`. Watches images and containers; never removes an image
/// that a container has (also one that has ended), that is pinned, or that came a short while ago. What an
/// earlier agent knew of use is not known: after a start all images are new.
class ImageKeeper {
  public:
    /// Says something about the node: a reason and a message.
    using Warn = std::function<void(const std::string& reason, const std::string& message)>;

    ImageKeeper(Runtime& runtime, Executor& executor, const HousekeepingOptions& options, const Workers& pods,
                Warn warn)
        : runtime_(runtime), executor_(executor), options_(options), pods_(pods), warn_(std::move(warn)) {}
    ~ImageKeeper() { life_.reset(); }
    ImageKeeper(const ImageKeeper&) = delete;
    ImageKeeper& operator=(const ImageKeeper&) = delete;

    /// Makes room if there is too little by `disk`.
    void collect(const FileSystemRoom& disk, std::function<void()> done);
    /// Removes all images that may go.
    void removeUnused(std::function<void()> done);

  private:
    struct Known {
        Instant since{};
        std::optional<Instant> used;
        std::int64_t bytes = 0;
        bool pinned = false;
    };
    struct Removal;
    using Then = std::function<void()>;

    /// Looks at what is there and what is in use, then does `then`; `failed` instead when nothing can be
    /// seen.
    void detect(Then then, Then failed);
    void note(const std::vector<ImageInfo>& images, const Inventory& inventory);
    /// Those that may go: those that are too old, then those unused for longest first.
    std::vector<std::string> removable() const;
    bool tooOld(const Known& image) const;
    void free(std::int64_t wanted, Then done);
    void removeNext(const std::shared_ptr<Removal>& removal);

    Runtime& runtime_;
    Executor& executor_;
    const HousekeepingOptions& options_;
    const Workers& pods_;
    Warn warn_;
    std::map<std::string, Known> known_;
    Instant looked_{}; ///< when known_ was last true
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::agent
