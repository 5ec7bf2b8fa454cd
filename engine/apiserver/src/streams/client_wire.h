#pragma once

#include "engine/apiserver/handler.h"
#include "engine/base/executor.h"

#include <deque>
#include <functional>
#include <memory>
#include <string>

namespace wheelhouse::apiserver {

/// A client's connection after it has switched protocols, as the control executor sees it. Everything is
/// called and calls back there. Bytes the session has not the room for are held back, and with them the
/// client.
class ClientWire final : public std::enable_shared_from_this<ClientWire> {
  public:
    struct Events {
        std::function<void(std::string bytes)> onBytes; ///< not while held
        std::function<void()> onWritable;               ///< `congested` is false again
    };
    /// Answers 101; null when the connection cannot switch (then nothing has been answered).
    static std::shared_ptr<ClientWire> open(Executor& control, std::shared_ptr<Exchange> exchange,
                                            Headers headers, Events events);
    ClientWire(Executor& control, std::shared_ptr<Exchange> exchange, Events events)
        : control_(control), exchange_(std::move(exchange)), events_(std::move(events)) {}

    void write(std::string bytes) {
        if (!bytes.empty()) exchange_->write(std::make_shared<const std::string>(std::move(bytes)));
    }
    /// The client is behind: more would only wait.
    bool congested() const { return exchange_->pendingBytes() > Exchange::writableBelow; }
    /// Keeps the client's bytes back until it is called with false.
    void hold(bool held);
    /// Nothing is called back any more; the connection closes when everything written has gone out.
    void end();
    /// Nothing is called back any more.
    void detach() { events_ = {}; }

  private:
    class Inlet;
    void arrived(std::string bytes);
    void pass();

    Executor& control_;
    std::shared_ptr<Exchange> exchange_;
    Events events_;
    std::deque<std::string> waiting_;
    bool held_ = false;
    bool passing_ = false;
};

} // namespace wheelhouse::apiserver
