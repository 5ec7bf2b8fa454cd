#include "engine/framing/base64.h"
#include "streams/connect.h"
#include "streams/message_wire.h"
#include "streams/pod_pipe.h"
#include "streams/stream_limits.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace wheelhouse::apiserver {

namespace {

constexpr std::size_t largestMessage = 32 * 1024;

const std::vector<std::string_view>& portProtocols() {
    static const std::vector<std::string_view> names{"v4.channel.k8s.io", "v4.base64.channel.k8s.io"};
    return names;
}

/// Ports over the channels of one WebSocket: of the n-th port, channel 2n carries its bytes and 2n+1 what
/// went wrong. The first message on each is the port's number, low byte first.
class PortChannels final : public StreamSession, public std::enable_shared_from_this<PortChannels> {
  public:
    PortChannels(Executor& control, PortPlan plan, bool base64, Task ended)
        : control_(control), plan_(std::move(plan)), base64_(base64), ended_(std::move(ended)),
          wire_(control) {}

    bool start(const std::shared_ptr<Exchange>& exchange, const UpgradeRequest& upgrade,
               const std::string& protocol) {
        const bool switched = wire_.open(exchange, upgrade, protocol, {},
                                         {.onMessage = [this](const std::string& data) { message(data); },
                                          .onWritable =
                                              [this] {
                                                  for (const auto& pipe : pipes_)
                                                      if (pipe) pipe->clientWritable();
                                              },
                                          .onClosed = [this] { gone(); }});
        if (!switched) return false;
        idle_.start(control_, [this] { wire_.close(framing::WebSocketClose::GoingAway); });
        for (std::size_t i = 0; i < plan_.ports.size(); ++i) {
            const std::uint16_t port = plan_.ports[i];
            const std::string number{static_cast<char>(port & 0xff), static_cast<char>(port >> 8)};
            send(2 * i, number);
            send(2 * i + 1, number);
        }
        for (std::size_t i = 0; i < plan_.ports.size(); ++i)
            pipes_.push_back(makePipe(i));
        return true;
    }

  private:
    std::unique_ptr<PodPipe> makePipe(std::size_t i) {
        return std::make_unique<PodPipe>(
            [this, i](nodelink::DuplexEvents events) {
                return plan_.open(plan_.ports[i], std::move(events));
            },
            PodPipe::Events{.onOutput =
                                [this, i](int, std::string_view bytes) {
                                    idle_.touch();
                                    for (; !bytes.empty();
                                         bytes.remove_prefix(std::min(bytes.size(), largestMessage)))
                                        send(2 * i, bytes.substr(0, largestMessage));
                                },
                            .congested = [this] { return wire_.congested(); },
                            .onBlocked =
                                [this] {
                                    wire_.hold(std::any_of(pipes_.begin(), pipes_.end(),
                                                           [](const auto& each) { return each->blocked(); }));
                                },
                            .onEnd = [this, i](const Result<int>& result) { ended(i, result); }});
    }
    void send(std::size_t channel, std::string_view bytes) {
        if (base64_)
            return wire_.send(framing::WebSocketOpcode::Text,
                              std::string(1, static_cast<char>('0' + channel)) +
                                  framing::base64Encode(bytes));
        std::string message(1, static_cast<char>(channel));
        message += bytes;
        wire_.send(framing::WebSocketOpcode::Binary, message);
    }
    void message(const std::string& data) {
        idle_.touch();
        if (data.empty()) return;
        std::string bytes = data.substr(1);
        std::size_t channel = static_cast<unsigned char>(data[0]);
        if (base64_) {
            const auto decoded = framing::base64Decode(bytes);
            if (!decoded || channel < '0') return wire_.close(framing::WebSocketClose::BadText, "not base64");
            bytes = *decoded;
            channel -= '0';
        }
        // What is sent on a channel for errors is not for us.
        if (channel % 2 == 0 && channel / 2 < pipes_.size()) pipes_[channel / 2]->input(bytes);
    }
    void ended(std::size_t i, const Result<int>& result) {
        if (!result)
            send(2 * i + 1, fmt::format("error forwarding port {} to pod {}, uid {}: {}", plan_.ports[i],
                                        plan_.pod, plan_.podUid.value(), result.error().message));
        if (std::all_of(pipes_.begin(), pipes_.end(), [](const auto& pipe) { return pipe->ended(); }))
            wire_.close(framing::WebSocketClose::Normal);
    }
    void gone() {
        control_.post([self = shared_from_this()] { self->ended_(); });
    }

    Executor& control_;
    const PortPlan plan_;
    const bool base64_;
    Task ended_;
    MessageWire wire_;
    std::vector<std::unique_ptr<PodPipe>> pipes_;
    IdleWatch idle_;
};

} // namespace

std::shared_ptr<StreamSession> startPortChannels(Executor& control, PortPlan plan,
                                                 const ConnectRequest& request,
                                                 const std::shared_ptr<Exchange>& exchange, Task ended) {
    const std::string protocol = request.upgrade.choose(portProtocols());
    if (protocol.empty() && !request.upgrade.protocols.empty()) {
        exchange->respond([refusal = noCommonProtocol(request.upgrade, portProtocols())] { return refusal; });
        return nullptr;
    }
    auto session = std::make_shared<PortChannels>(control, std::move(plan),
                                                  protocol == "v4.base64.channel.k8s.io", std::move(ended));
    if (session->start(exchange, request.upgrade, protocol)) return session;
    exchange->respond([] { return plainRefusal(400, "unable to upgrade: HTTP/1.1 is needed"); });
    return nullptr;
}

} // namespace wheelhouse::apiserver
