#include "streams/client_wire.h"

namespace wheelhouse::apiserver {

/// Brings what the front's threads say to the control executor.
class ClientWire::Inlet final : public Upgraded {
  public:
    Inlet(Executor& control, std::weak_ptr<ClientWire> wire) : control_(control), wire_(std::move(wire)) {}
    void received(std::string bytes) override {
        control_.post([wire = wire_, bytes = std::move(bytes)]() mutable {
            if (const auto alive = wire.lock()) alive->arrived(std::move(bytes));
        });
    }
    void writable() override {
        control_.post([wire = wire_] {
            if (const auto alive = wire.lock(); alive && alive->events_.onWritable)
                alive->events_.onWritable();
        });
    }

  private:
    Executor& control_;
    std::weak_ptr<ClientWire> wire_;
};

std::shared_ptr<ClientWire> ClientWire::open(Executor& control, std::shared_ptr<Exchange> exchange,
                                             Headers headers, Events events) {
    auto wire = std::make_shared<ClientWire>(control, exchange, std::move(events));
    if (!exchange->upgrade(std::move(headers), std::make_shared<Inlet>(control, wire))) return nullptr;
    return wire;
}

void ClientWire::arrived(std::string bytes) {
    waiting_.push_back(std::move(bytes));
    pass();
}

void ClientWire::pass() {
    if (passing_) return;
    const auto self = shared_from_this();
    passing_ = true;
    while (!held_ && !waiting_.empty()) {
        std::string bytes = std::move(waiting_.front());
        waiting_.pop_front();
        exchange_->taken(bytes.size());
        if (const auto onBytes = events_.onBytes) onBytes(std::move(bytes));
    }
    passing_ = false;
}

void ClientWire::hold(bool held) {
    if (std::exchange(held_, held) == held || held) return;
    control_.post([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->pass();
    });
}

void ClientWire::end() {
    detach();
    exchange_->end();
}

} // namespace wheelhouse::apiserver
