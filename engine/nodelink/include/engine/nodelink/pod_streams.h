#pragma once

#include "engine/base/ids.h"
#include "engine/base/status.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

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
};

/// Opens streams to pods through the link of the node they run on. What the API server's log (later exec,
/// attach, port-forward) handlers use. Lives on the control executor; callbacks arrive there, never inside
/// the call.
class PodStreams {
  public:
    virtual ~PodStreams() = default;
    /// `onEnd` comes once, last: success at the end of the log, ServiceUnavailable when the node is not
    /// connected.
    [[nodiscard]] virtual std::unique_ptr<PodStream> openLog(const NodeName& node, const LogRequest& request,
                                                             std::function<void(std::string_view)> onData,
                                                             std::function<void(Result<void>)> onEnd) = 0;
};

} // namespace wheelhouse::nodelink
