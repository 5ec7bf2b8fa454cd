#pragma once

#include "engine/base/ids.h"
#include "engine/base/status.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::nodelink {

/// Which container's log and how much of it. Times are RFC 3339; absent = no limit.
struct LogRequest {
    std::string nameSpace;
    std::string pod;
    Uid podUid;
    std::string container;
    bool follow = false;
    bool previous = false;
    bool timestamps = false;
    std::optional<std::int64_t> tailLines;
    std::string sinceTime;
    std::optional<std::int64_t> limitBytes;
};

/// An open stream; destroying it closes the far end. Use on the executor of the PodStreams it came from.
class PodStream {
  public:
    virtual ~PodStream() = default;
    /// So much output has been passed on; the node may send as much more. It stops when 256 KiB have not been
    /// given back.
    virtual void taken(std::size_t /*bytes*/) {}
};

/// A command to run in a container, or the container's own process to join.
struct ExecRequest {
    std::string nameSpace;
    std::string pod;
    Uid podUid;
    std::string container;
    std::vector<std::string> command;
    bool attach = false; ///< join the container's own process; no command
    bool stdIn = false;
    bool stdOut = false;
    bool stdErr = false; ///< never with `tty`, which has one output
    bool tty = false;
};

/// One TCP connection to a port of a pod.
struct PortRequest {
    std::string nameSpace;
    std::string pod; ///< empty = the agent's own small HTTP server; nothing else means anything then
    Uid podUid;
    std::uint16_t port = 0;
    bool ownAddress = false; ///< to the pod's own address, as others reach it, instead of its loopback one
};

/// What a two-way stream tells whoever opened it. Never called inside `openExec`, `openPort` or a function of
/// the PodDuplex.
struct DuplexEvents {
    /// Output: channel 1 is standard output or what the port sends, 2 is standard error. The node stops
    /// sending when 256 KiB of it have not been given back by `PodDuplex::taken`.
    std::function<void(int channel, std::string_view)> onData;
    /// `PodDuplex::room` has grown.
    std::function<void()> onRoom;
    /// Once, last: the exit code of a command (0 for a port that was closed), or why there is none.
    std::function<void(Result<int>)> onEnd;
};

/// An open two-way stream. As PodStream; after `onEnd` nothing it is told has any effect.
class PodDuplex : public PodStream {
  public:
    /// How many bytes `write` takes now.
    virtual std::size_t room() const = 0;
    /// Input; at most `room()` bytes.
    virtual void write(std::string_view bytes) = 0;
    /// There is no more input: the command reads the end of its standard input, the port is half closed.
    virtual void closeInput() = 0;
    /// The size of the terminal, in characters.
    virtual void resize(std::uint16_t width, std::uint16_t height) = 0;
};

/// Opens streams to pods through the link of the node they run on. What the API server's log, exec, attach,
/// port-forward and proxy handlers use. Lives on the control executor; callbacks arrive there, never inside
/// the call.
class PodStreams {
  public:
    virtual ~PodStreams() = default;
    /// `onEnd` comes once, last: success at the end of the log, ServiceUnavailable when the node is not
    /// connected.
    [[nodiscard]] virtual std::unique_ptr<PodStream> openLog(const NodeName& node, const LogRequest& request,
                                                             std::function<void(std::string_view)> onData,
                                                             std::function<void(Result<void>)> onEnd) = 0;
    [[nodiscard]] virtual std::unique_ptr<PodDuplex>
    openExec(const NodeName& node, const ExecRequest& request, DuplexEvents events) = 0;
    [[nodiscard]] virtual std::unique_ptr<PodDuplex>
    openPort(const NodeName& node, const PortRequest& request, DuplexEvents events) = 0;
};

} // namespace wheelhouse::nodelink
