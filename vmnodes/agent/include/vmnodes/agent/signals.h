#pragma once

#include <optional>
#include <string_view>

namespace wheelhouse::agent {

/// The number Linux has for a signal by its full name ("SIGUSR1", "SIGRTMIN+3"); nothing for a name that
/// is none. Pure.
std::optional<int> signalNumber(std::string_view name);
/// Whether a program that says nothing of the signal ends by it.
bool endsByDefault(int signal);

} // namespace wheelhouse::agent
