#include "past.h"

#include "engine/api/types.h"

namespace wheelhouse::scheduler {

namespace {

constexpr std::int64_t pageSize = 500;

} // namespace

void Past::read(Done done) {
    done_ = std::move(done);
    readPage(0, "");
}

void Past::take(std::size_t feed, const api::ObjectPtr& object) {
    if (feed < feeds_.size()) {
        if (object->kind().name == api::kindOf<api::core::Node>().name) nodes_[object->name()] = object;
        feeds_[feed].put(object);
        return;
    }
    pods_[object->key()] = object;
    const PodInfoPtr pod = PodInfo::of(object, cache_.shapes);
    if (!pod->nodeName.empty() && !pod->finished) cache_.putPod(pod);
}

void Past::readPage(std::size_t feed, const std::string& continueToken) {
    client::ListOptions options;
    options.limit = pageSize;
    options.continueToken = continueToken;
    if (continueToken.empty()) {
        options.resourceVersion = std::to_string(at_);
        options.resourceVersionMatch = "Exact";
    }
    const auto& resource = feed < feeds_.size() ? feeds_[feed].resource : api::kindOf<api::core::Pod>().name;
    cluster_.list(resource, options, [self = shared_from_this(), feed](Result<client::ObjectList> page) {
        if (!page) return self->done_(*self, fail(page.error()));
        for (const api::ObjectPtr& object : page->items)
            self->take(feed, object);
        if (!page->continueToken.empty()) return self->readPage(feed, page->continueToken);
        if (feed < self->feeds_.size()) return self->readPage(feed + 1, "");
        self->done_(*self, {});
    });
}

} // namespace wheelhouse::scheduler
