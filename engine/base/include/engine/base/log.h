#pragma once

#include <fmt/format.h>
#include <string_view>

namespace wheelhouse::log {

enum class Level { Debug, Info, Warning, Error };

/// Lines at or above `level` are written to standard error. Thread-safe.
void setLevel(Level level);
bool enabled(Level level);
/// One line: time, level, module, text. Thread-safe. Prefer the templates below.
void write(Level level, std::string_view module, std::string_view text);

template <class... Args>
void debug(std::string_view module, fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(Level::Debug)) write(Level::Debug, module, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(std::string_view module, fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(Level::Info)) write(Level::Info, module, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warning(std::string_view module, fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(Level::Warning))
        write(Level::Warning, module, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(std::string_view module, fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(Level::Error)) write(Level::Error, module, fmt::format(format, std::forward<Args>(args)...));
}

} // namespace wheelhouse::log
