#include "sources.h"

#include <algorithm>

namespace wheelhouse::scheduler {

Sources::Sources(client::Cluster& cluster, Executor& executor, const std::vector<Feed>& feeds,
                 const std::function<void(const Happening&)>& happened) {
    for (const Feed& feed : feeds) {
        auto informer = std::make_unique<client::Informer>(cluster, executor, feed.resource);
        const auto put = [feed, happened](const api::ObjectPtr& object) { happened(feed.put(object)); };
        informer->addHandler(
            {put, [put](const api::ObjectPtr&, const api::ObjectPtr& object) { put(object); },
             [feed, happened](const api::ObjectPtr& object) { happened(feed.gone(object)); }});
        if (feed.resource == api::kindOf<api::core::Node>().name) nodes_ = informer.get();
        informers_.push_back(std::move(informer));
    }
}

void Sources::start() {
    for (const auto& informer : informers_)
        informer->start();
}

bool Sources::synced() const {
    return std::all_of(informers_.begin(), informers_.end(),
                       [](const auto& informer) { return informer->synced(); });
}

} // namespace wheelhouse::scheduler
