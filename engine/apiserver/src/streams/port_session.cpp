#include "streams/connect.h"
#include "streams/pod_pipe.h"
#include "streams/spdy_link.h"
#include "streams/stream_limits.h"

#include <charconv>
#include <fmt/format.h>
#include <map>
#include <utility>

namespace wheelhouse::apiserver {

using framing::SpdyFrame;

namespace {

constexpr std::string_view portProtocol = "portforward.k8s.io";
constexpr std::string_view tunnelProtocol = "SPDY/3.1+portforward.k8s.io";

/// A client that forwards ports. For each connection it opens two streams, one for the bytes and one to hear
/// what went wrong; a number it chooses says which belong together.
class PortSession final : public StreamSession, public std::enable_shared_from_this<PortSession> {
  public:
    PortSession(Executor& control, PortPlan plan, Task ended)
        : control_(control), plan_(std::move(plan)), ended_(std::move(ended)), link_(control) {}

    bool start(const std::shared_ptr<Exchange>& exchange, const UpgradeRequest& upgrade,
               const std::string& protocol) {
        idle_.start(control_, [this] { link_.wire().close(); });
        return link_.open(
            exchange, upgrade, protocol, {},
            {.onStream = [this](std::uint32_t id, const SpdyFrame& head) { return opened(id, head); },
             .onData = [this](std::uint32_t id, std::string_view bytes) { data(id, bytes); },
             .onFin = [this](std::uint32_t id) { fin(id); },
             .onReset = [this](std::uint32_t id) { drop(id); },
             .onClosed = [this] { gone(); }},
            [this] {
                for (const auto& [key, pair] : pairs_)
                    if (pair->pipe) pair->pipe->clientWritable();
            });
    }

  private:
    struct Pair {
        std::uint32_t data = 0;
        std::uint32_t error = 0;
        std::uint16_t port = 0;
        std::unique_ptr<PodPipe> pipe;
    };

    bool opened(std::uint32_t id, const SpdyFrame& head) {
        const std::string type(head.header("streamtype"));
        if (type != "data" && type != "error") return false;
        std::string key(head.header("requestid"));
        // Clients of long ago give no number and open the two one after the other.
        if (key.empty()) key = fmt::format("#{}", type == "error" ? id : id - 2);
        const std::string_view text = head.header("port");
        std::uint16_t port = 0;
        const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
        if (error != std::errc() || stop != text.data() + text.size() || port == 0) return false;
        auto& pair = pairs_[key];
        if (!pair) pair = std::make_shared<Pair>();
        std::uint32_t& slot = type == "data" ? pair->data : pair->error;
        if (slot != 0) return false;
        slot = id;
        keys_[id] = key;
        if (type == "error") return true;
        pair->port = port;
        openPort(key, *pair);
        return true;
    }
    void openPort(const std::string& key, Pair& pair) {
        pair.pipe = std::make_unique<PodPipe>(
            [&](nodelink::DuplexEvents events) { return plan_.open(pair.port, std::move(events)); },
            PodPipe::Events{.onOutput =
                                [this, id = pair.data](int, std::string_view bytes) {
                                    idle_.touch();
                                    link_.wire().data(id, bytes);
                                },
                            .congested = [this] { return link_.congested(); },
                            .onBlocked = [this] { holdOrNot(); },
                            .onEnd = [this, key](const Result<int>& result) { ended(key, result); }});
    }
    /// One client carries all connections: it waits when one of them has far too much to take.
    void holdOrNot() {
        bool held = false;
        for (const auto& [key, pair] : pairs_)
            held = held || (pair->pipe && pair->pipe->blocked());
        link_.hold(held);
    }
    std::shared_ptr<Pair> pairOf(std::uint32_t id) const {
        const auto key = keys_.find(id);
        const auto pair = key == keys_.end() ? pairs_.end() : pairs_.find(key->second);
        return pair == pairs_.end() ? nullptr : pair->second;
    }
    void data(std::uint32_t id, std::string_view bytes) {
        idle_.touch();
        if (const auto pair = pairOf(id); pair && pair->data == id) pair->pipe->input(bytes);
    }
    void fin(std::uint32_t id) {
        if (const auto pair = pairOf(id); pair && pair->data == id) pair->pipe->closeInput();
    }
    /// The client gave a stream up: so is the connection it belongs to.
    void drop(std::uint32_t id) {
        const auto pair = pairOf(id);
        if (!pair || pair->data != id) return;
        if (pair->error != 0) link_.wire().fin(pair->error);
        forget(keys_.at(id));
    }
    void ended(const std::string& key, const Result<int>& result) {
        const auto found = pairs_.find(key);
        if (found == pairs_.end()) return; // given up by the client
        const auto pair = found->second;
        if (!result && pair->error != 0)
            link_.wire().data(pair->error,
                              fmt::format("error forwarding port {} to pod {}, uid {}: {}", pair->port,
                                          plan_.pod, plan_.podUid.value(), result.error().message));
        link_.wire().fin(pair->data);
        if (pair->error != 0) link_.wire().fin(pair->error);
        forget(key);
    }
    void forget(const std::string& key) {
        const auto it = pairs_.find(key);
        if (it == pairs_.end()) return;
        keys_.erase(it->second->data);
        keys_.erase(it->second->error);
        // Later: this may run inside its pipe.
        control_.post([pair = it->second] {});
        pairs_.erase(it);
        holdOrNot();
    }
    void gone() {
        control_.post([self = shared_from_this()] { self->ended_(); });
    }

    Executor& control_;
    const PortPlan plan_;
    Task ended_;
    SpdyLink link_;
    std::map<std::string, std::shared_ptr<Pair>> pairs_; ///< by the client's number
    std::map<std::uint32_t, std::string> keys_;          ///< by stream
    IdleWatch idle_;
};

} // namespace

std::shared_ptr<StreamSession> startPortForward(Executor& control, PortPlan plan,
                                                const ConnectRequest& request,
                                                const std::shared_ptr<Exchange>& exchange, Task ended) {
    const bool spdy = request.upgrade.to == UpgradeRequest::To::Spdy;
    const std::vector<std::string_view> served{spdy ? portProtocol : tunnelProtocol};
    const std::string protocol = request.upgrade.choose(served);
    auto session = std::make_shared<PortSession>(control, std::move(plan), std::move(ended));
    if (protocol.empty()) {
        exchange->respond([refusal = noCommonProtocol(request.upgrade, served)] { return refusal; });
    } else if (session->start(exchange, request.upgrade, protocol)) {
        return session;
    } else {
        exchange->respond([] { return plainRefusal(400, "unable to upgrade: HTTP/1.1 is needed"); });
    }
    return nullptr;
}

} // namespace wheelhouse::apiserver
