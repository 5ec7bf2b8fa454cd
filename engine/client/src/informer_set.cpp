#include "engine/client/informer_set.h"

#include <algorithm>

namespace wheelhouse::client {

Informer& InformerSet::of(const ResourceName& resource) {
    auto& informer = informers_[resource];
    if (!informer) {
        informer = std::make_unique<Informer>(cluster_, executor_, resource);
        if (started_) informer->start();
    }
    return *informer;
}

void InformerSet::start() {
    started_ = true;
    for (const auto& [resource, informer] : informers_)
        informer->start();
}

bool InformerSet::synced() const {
    return std::all_of(informers_.begin(), informers_.end(),
                       [](const auto& entry) { return entry.second->synced(); });
}

std::vector<const Informer*> InformerSet::all() const {
    std::vector<const Informer*> result;
    for (const auto& [resource, informer] : informers_)
        result.push_back(informer.get());
    return result;
}

} // namespace wheelhouse::client
