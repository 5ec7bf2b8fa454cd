#pragma once

#include "engine/base/clock.h"
#include "simulated_files.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wheelhouse::simulated {

/// What a program or a session may know of the container it is in.
struct SimulatedPlace {
    std::string pod;
    std::string hostname;
    std::string nameSpace;
    std::string ip;
    std::string container;
    std::string image;
    std::int64_t user = 0;
    std::int64_t group = 0;
    std::vector<std::pair<std::string, std::string>> env;
    std::shared_ptr<SimulatedFiles> files;
    std::function<void(double cores, Duration span)> burn; ///< takes processor time
    std::function<std::string()> metrics;                  ///< its page of metrics
    std::function<std::int64_t(std::int64_t bytes)> hold;  ///< takes memory; answers with all that is held
};

} // namespace wheelhouse::simulated
