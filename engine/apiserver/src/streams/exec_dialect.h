#pragma once

#include "engine/api/types.h"
#include "engine/apiserver/handler.h"
#include "engine/base/executor.h"
#include "streams/upgrade.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace wheelhouse::apiserver {

/// Which of a command's streams a client wants.
struct ExecStreams {
    bool stdIn = false;
    bool stdOut = false;
    bool stdErr = false;
    bool tty = false;
};

/// How a client of exec or attach is spoken to: channels of a WebSocket, or SPDY streams. Control executor;
/// not destroyed inside its events.
class ExecDialect {
  public:
    struct Events {
        std::function<void()> onReady; ///< once: the client is there with all its streams
        std::function<void(std::string_view bytes)> onInput;
        std::function<void()> onInputEnd;
        std::function<void(std::uint16_t width, std::uint16_t height)> onResize;
        std::function<void()> onWritable; ///< `congested` is false again
        std::function<void()> onGone;     ///< once, last
    };
    virtual ~ExecDialect() = default;
    /// Answers 101. False when the connection cannot switch; then nothing has been answered.
    virtual bool open(std::shared_ptr<Exchange> exchange, const UpgradeRequest& request, Headers more,
                      Events events) = 0;
    /// Channel 1 is standard output, 2 standard error.
    virtual void output(int channel, std::string_view bytes) = 0;
    /// Says how the command ended and takes leave; `onGone` follows.
    virtual void finish(const api::meta::Status& status) = 0;
    virtual bool congested() const = 0;
    virtual void hold(bool held) = 0;
};

/// Reads the sizes a client sends as a row of JSON objects {"Width":80,"Height":24}, in pieces of any length.
class SizeReader {
  public:
    void feed(std::string_view bytes, const std::function<void(std::uint16_t, std::uint16_t)>& onSize);

  private:
    std::string text_;
};

/// `remotecommand` over WebSocket: the protocols this server speaks.
const std::vector<std::string_view>& channelProtocols();
std::unique_ptr<ExecDialect> makeChannelDialect(Executor& control, const std::string& protocol,
                                                const ExecStreams& streams);
/// The same over SPDY.
const std::vector<std::string_view>& spdyExecProtocols();
std::unique_ptr<ExecDialect> makeSpdyDialect(Executor& control, const std::string& protocol,
                                             const ExecStreams& streams);

} // namespace wheelhouse::apiserver
