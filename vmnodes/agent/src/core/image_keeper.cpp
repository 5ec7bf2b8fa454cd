#include "image_keeper.h"

#include "engine/base/log.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <set>
#include <tuple>
#include <utility>

namespace wheelhouse::agent {

/// Images are removed one after the other, until there is enough.
struct ImageKeeper::Removal {
    std::vector<std::string> left; ///< the next one last
    std::int64_t wanted = 0;
    std::int64_t freed = 0;
    std::string error;
    Then done;
};

void ImageKeeper::detect(Then then, Then failed) {
    runtime_.images([this, then = std::move(then), failed = std::move(failed),
                     life = std::weak_ptr(life_)](Result<std::vector<ImageInfo>> images) {
        if (life.expired()) return;
        if (!images) {
            warn_("ImageGCFailed", images.error().message);
            return failed();
        }
        runtime_.inventory(
            [this, life, then, failed, images = std::move(*images)](Result<Inventory> inventory) {
                if (life.expired()) return;
                if (!inventory) {
                    warn_("ImageGCFailed", inventory.error().message);
                    return failed();
                }
                note(images, *inventory);
                then();
            });
    });
}

void ImageKeeper::note(const std::vector<ImageInfo>& images, const Inventory& inventory) {
    std::set<std::string> used;
    for (const ContainerInfo& container : inventory.containers)
        used.insert(container.imageId);
    for (const auto& [uid, pod] : pods_)
        for (const std::string& image : pod->imagesInHand())
            used.insert(image);
    const Instant now = looked_ = executor_.clock().now();
    std::map<std::string, Known> seen;
    for (const ImageInfo& image : images) {
        const auto before = known_.find(image.id);
        Known& known = seen[image.id];
        known = before == known_.end() ? Known{.since = now, .used = {}} : before->second;
        known.bytes = image.bytes;
        known.pinned = image.pinned;
        const bool isUsed = used.contains(image.id) ||
                            std::any_of(image.names.begin(), image.names.end(),
                                        [&](const std::string& name) { return used.contains(name); });
        if (isUsed) known.used = now;
    }
    known_ = std::move(seen);
}

std::vector<std::string> ImageKeeper::removable() const {
    std::vector<std::tuple<bool, Instant, Instant, std::string>> order;
    for (const auto& [id, image] : known_) {
        const bool inUse = image.used == looked_;
        if (inUse || image.pinned || looked_ - image.since < options_.imageMinAge) continue;
        order.emplace_back(!tooOld(image), image.used.value_or(Instant{}), image.since, id);
    }
    std::sort(order.begin(), order.end());
    std::vector<std::string> ids;
    for (const auto& [young, used, since, id] : order)
        ids.push_back(id);
    return ids;
}

bool ImageKeeper::tooOld(const Known& image) const {
    return options_.imageMaxAge > Duration::zero() &&
           looked_ - image.used.value_or(image.since) > options_.imageMaxAge;
}

void ImageKeeper::collect(const FileSystemRoom& disk, std::function<void()> done) {
    detect(
        [this, disk, done] {
            std::int64_t aged = 0; // too old: they go, however much room there is
            for (const std::string& id : removable())
                if (tooOld(known_.at(id))) aged += known_.at(id).bytes;
            std::int64_t wanted = aged;
            if (disk.bytes <= 0) {
                warn_("InvalidDiskCapacity", "invalid capacity 0 on image filesystem");
            } else if (100 - disk.freeBytes * 100 / disk.bytes >= options_.imageHighPercent &&
                       options_.imageHighPercent < 100) {
                const std::int64_t room = disk.bytes / 100 * (100 - options_.imageLowPercent);
                wanted = std::max(wanted, room - disk.freeBytes);
            }
            wanted > 0 ? free(wanted, done) : done();
        },
        done);
}

void ImageKeeper::removeUnused(std::function<void()> done) {
    detect([this, done] { free(std::numeric_limits<std::int64_t>::max(), done); }, done);
}

void ImageKeeper::free(std::int64_t wanted, Then done) {
    auto removal = std::make_shared<Removal>();
    removal->left = removable();
    std::reverse(removal->left.begin(), removal->left.end());
    removal->wanted = wanted;
    removal->done = std::move(done);
    removeNext(removal);
}

void ImageKeeper::removeNext(const std::shared_ptr<Removal>& removal) {
    const bool all = removal->wanted == std::numeric_limits<std::int64_t>::max();
    if (removal->freed < removal->wanted && !removal->left.empty()) {
        const std::string id = removal->left.back();
        removal->left.pop_back();
        return runtime_.removeImage(
            id, [this, id, removal, life = std::weak_ptr(life_)](const Result<void>& done) {
                if (life.expired()) return;
                if (!done) {
                    removal->error = done.error().message;
                } else if (const auto known = known_.find(id); known != known_.end()) {
                    log::info("agent", "image {} is removed", id);
                    removal->freed += known->second.bytes;
                    known_.erase(known);
                }
                removeNext(removal);
            });
    }
    if (!removal->error.empty()) warn_("ImageGCFailed", removal->error);
    if (!all && removal->freed < removal->wanted)
        warn_("FreeDiskSpaceFailed",
              fmt::format(
                  "Failed to garbage collect required amount of images. Attempted to free {} bytes, but "
                  "only found {} bytes eligible to free.",
                  removal->wanted, removal->freed));
    removal->done();
}

} // namespace wheelhouse::agent
