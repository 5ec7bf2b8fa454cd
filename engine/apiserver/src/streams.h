#pragma once

#include "core.h"
#include "engine/apiserver/handler.h"
#include "verbs.h"

#include <optional>

namespace wheelhouse::apiserver {

/// A long answer under way. Control executor; destroying it ends the work, not the exchange.
class StreamSession {
  public:
    virtual ~StreamSession() = default;
};

/// Streams a watch: events encoded once per format, given to the exchange only as fast as the client takes
/// them. Ends with a bookmark after `timeout`; breaks off when the client stays too far behind. `ended` is
/// called once, last, never inside this call.
std::shared_ptr<StreamSession> streamWatch(const std::shared_ptr<Core>& core, const WatchQuery& query,
                                           const Format& format, Duration timeout,
                                           std::shared_ptr<Exchange> exchange, std::string auditId,
                                           Task ended);

/// Streams a container's log as text. `ended` as above.
std::shared_ptr<StreamSession> streamLog(const std::shared_ptr<Core>& core, const std::string& nameSpace,
                                         const std::string& pod, const LogQuery& query, const Format& format,
                                         std::shared_ptr<Exchange> exchange, std::string auditId, Task ended);

} // namespace wheelhouse::apiserver
