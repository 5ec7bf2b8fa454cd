#include "past.h"

#include "engine/api/types.h"

namespace wheelhouse::scheduler {

namespace {

constexpr std::int64_t pageSize = 500;

} // namespace

void Past::read(Done done) {
    done_ = std::move(done);
    readPage(false, "");
}

void Past::readPage(bool ofPods, const std::string& continueToken) {
    client::ListOptions options;
    options.limit = pageSize;
    options.continueToken = continueToken;
    if (continueToken.empty()) {
        options.resourceVersion = std::to_string(at_);
        options.resourceVersionMatch = "Exact";
    }
    const auto& resource = ofPods ? api::kindOf<api::core::Pod>().name : api::kindOf<api::core::Node>().name;
    cluster_.list(resource, options, [self = shared_from_this(), ofPods](Result<client::ObjectList> page) {
        if (!page) return self->done_(*self, fail(page.error()));
        for (const api::ObjectPtr& object : page->items) {
            if (ofPods) {
                self->pods_[object->key()] = object;
                const PodInfoPtr pod = PodInfo::of(object, self->cache_.shapes);
                if (!pod->nodeName.empty() && !pod->finished) self->cache_.putPod(pod);
            } else {
                self->nodes_[object->name()] = object;
                self->cache_.putNode(object);
            }
        }
        if (!page->continueToken.empty()) return self->readPage(ofPods, page->continueToken);
        if (!ofPods) return self->readPage(true, "");
        self->done_(*self, {});
    });
}

} // namespace wheelhouse::scheduler
