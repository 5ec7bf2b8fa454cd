#include "relay.h"

#include <algorithm>
#include <utility>

namespace wheelhouse::loadbalancer {

Relay::Relay(std::unique_ptr<HostSocket> socket, const Open& open, std::function<void()> over)
    : socket_(std::move(socket)), over_(std::move(over)) {
    nodelink::DuplexEvents heard;
    heard.onData = [this](int, std::string_view bytes) { socket_->write(bytes); };
    heard.onRoom = [this] { pump(); };
    heard.onEnd = [this](const Result<int>&) {
        podEnded_ = true;
        socket_->finish();
    };
    socket_->start({.onData =
                        [this](std::string bytes) {
                            reading_ = false;
                            waiting_ = std::move(bytes);
                            pump();
                        },
                    .onEnd =
                        [this] {
                            inputEnded_ = true;
                            pump();
                        },
                    .onSent =
                        [this](std::size_t bytes) {
                            if (!podEnded_) pod_->taken(bytes);
                        },
                    .onClosed =
                        [this] {
                            const auto over = std::move(over_);
                            over();
                        }});
    pod_ = open(std::move(heard));
    pump();
}

void Relay::pump() {
    if (podEnded_) return;
    if (const std::size_t room = std::min(pod_->room(), waiting_.size()); room > 0) {
        pod_->write(std::string_view(waiting_).substr(0, room));
        waiting_.erase(0, room);
    }
    if (!waiting_.empty()) return;
    if (inputEnded_ && !std::exchange(inputClosed_, true)) return pod_->closeInput();
    if (!inputEnded_ && !std::exchange(reading_, true)) socket_->read();
}

} // namespace wheelhouse::loadbalancer
