#pragma once

#include "engine/scheduler/configuration.h"
#include "plugin.h"

#include <memory>
#include <vector>

namespace wheelhouse::scheduler {

/// The plug-ins of one profile, ready to work.
struct PluginSet {
    struct Weighted {
        std::unique_ptr<Scorer> scorer;
        std::int32_t weight = 1;
    };
    explicit PluginSet(Profile from);

    Profile profile;
    std::vector<std::unique_ptr<Filter>> filters;
    std::vector<Weighted> scorers;
};

} // namespace wheelhouse::scheduler
