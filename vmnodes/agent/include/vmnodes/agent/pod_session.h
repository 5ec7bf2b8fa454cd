#pragma once

#include "engine/base/status.h"
#include "vmnodes/agent/runtime.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::agent {

/// A command to run in a running container, or the container's own process to join.
struct ExecTarget {
    PodId pod;
    std::string container;
    std::string containerId;
    std::vector<std::string> command;
    bool attach = false; ///< join the container's own process; no command
    bool stdIn = false;
    bool stdOut = false;
    bool stdErr = false;
    bool tty = false;
};

/// A TCP port of a pod: on `address`, or where that is empty on the loopback address its containers see.
struct PortTarget {
    PodId pod;
    std::string sandboxId;
    std::string address;
    std::uint16_t port = 0;
};

/// What a session says. Called on the agent's executor, never inside the call that opened the session.
struct SessionEvents {
    /// Output: channel 1 is standard output or what the port sends, 2 standard error. Never more bytes than
    /// PodSession::allow allowed.
    std::function<void(int channel, std::string bytes)> onData;
    /// So much input has been passed on.
    std::function<void(std::size_t bytes)> onTaken;
    /// Once, last: the exit code (0 of a port that was closed) or why there is none. May destroy the session.
    std::function<void(Result<int>)> onEnd;
};

/// One two-way stream with a pod. Lives on the agent's executor; destroying it ends it.
class PodSession {
  public:
    virtual ~PodSession() = default;
    virtual void write(std::string bytes) = 0;
    /// There is no more input.
    virtual void closeInput() = 0;
    /// The terminal's size in characters; means nothing without one.
    virtual void resize(std::uint16_t width, std::uint16_t height) = 0;
    /// So much more output may be sent.
    virtual void allow(std::size_t bytes) = 0;
};

} // namespace wheelhouse::agent
