#include "engine/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace wheelhouse::log {
namespace {

spdlog::logger& logger() {
    static const std::shared_ptr<spdlog::logger> instance = [] {
        auto made =
            std::make_shared<spdlog::logger>("wheelhouse", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("%H:%M:%S.%e %L %v");
        made->flush_on(spdlog::level::warn);
        return made;
    }();
    return *instance;
}

spdlog::level::level_enum toSpdlog(Level level) {
    switch (level) {
    case Level::Debug:
        return spdlog::level::debug;
    case Level::Info:
        return spdlog::level::info;
    case Level::Warning:
        return spdlog::level::warn;
    case Level::Error:
        return spdlog::level::err;
    }
    return spdlog::level::err;
}

} // namespace

void setLevel(Level level) {
    logger().set_level(toSpdlog(level));
}

bool enabled(Level level) {
    return logger().should_log(toSpdlog(level));
}

void write(Level level, std::string_view module, std::string_view text) {
    logger().log(toSpdlog(level), "[{}] {}", module, text);
}

} // namespace wheelhouse::log
