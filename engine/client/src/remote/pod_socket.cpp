#include "remote/pod_socket.h"

#include "engine/framing/base64.h"
#include "engine/framing/websocket.h"
#include "remote/answers.h"
#include "remote/target.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/json.hpp>
#include <mutex>

namespace wheelhouse::client::remote {

using framing::WebSocketOpcode;

namespace {

constexpr std::size_t largestMessage = 4 * 1024 * 1024;
constexpr std::size_t largestPiece = 32 * 1024;
constexpr std::size_t largestRefusal = 1024 * 1024;
constexpr char inputChannel = 0;
constexpr int errorChannel = 3;
constexpr char sizeChannel = 4;
constexpr char closeChannel = static_cast<char>(255);
constexpr std::string_view closesInput = "v5.channel.k8s.io";

/// What one piece of the connection said.
struct Batch {
    std::vector<std::pair<int, std::string>> output;
    std::optional<Result<int>> end;
};
/// Takes one message apart. On the network's threads, one message at a time.
using Interpret = std::function<void(std::string message, Batch& into)>;

/// How a command ended, as a Status says it.
Result<int> exitOf(const std::string& text) {
    boost::system::error_code error;
    auto value = boost::json::parse(text, error);
    if (error || !value.is_object()) return fail(Reason::InternalError, "the command's end is unreadable");
    const auto* word = value.get_object().if_contains("status");
    if (word && word->is_string() && word->get_string() == "Success") return 0;
    // It comes without saying what kind of object it is.
    value.get_object()["kind"] = "Status";
    value.get_object()["apiVersion"] = "v1";
    Status status = statusOf(500, "application/json", boost::json::serialize(value));
    for (const Cause& cause : status.causes)
        if (cause.reason == "ExitCode") return std::atoi(cause.message.c_str());
    return fail(std::move(status));
}

void interpretExec(std::string message, Batch& into) {
    const int channel = static_cast<unsigned char>(message[0]);
    message.erase(0, 1);
    if (channel == errorChannel)
        into.end = exitOf(message);
    else if ((channel == 1 || channel == 2) && !message.empty())
        into.output.emplace_back(channel, std::move(message));
}

/// The first message of each channel is the port's number.
class InterpretPort {
  public:
    void operator()(std::string message, Batch& into) {
        const auto channel = static_cast<std::size_t>(message[0]);
        if (channel > 1 || !std::exchange(numbered_[channel], true)) return;
        message.erase(0, 1);
        if (message.empty()) return;
        if (channel == 1)
            into.end = fail(Reason::ServiceUnavailable, std::move(message));
        else
            into.output.emplace_back(1, std::move(message));
    }

  private:
    std::array<bool, 2> numbered_{};
};

/// One stream. Bytes come on the network's threads; what they say arrives on the executor, and only then the
/// next piece is read.
class PodSocket final : public PodSession {
  public:
    PodSocket(std::shared_ptr<Outlet> outlet, Interpret interpret, Result<int> closed, PodSink sink)
        : state_(std::make_shared<State>(std::move(outlet), std::move(interpret), std::move(closed),
                                         std::move(sink))) {}
    ~PodSocket() override {
        state_->alive = false;
        call_->cancel();
    }
    void start(HttpClient& client, const std::string& target, const char* protocols);

    void write(std::string bytes) override {
        for (std::string_view left = bytes; !left.empty();
             left.remove_prefix(std::min(left.size(), largestPiece)))
            state_->send(inputChannel, left.substr(0, largestPiece));
        if (state_->congested || call_->unsent() <= HttpCall::enough) return;
        state_->congested = true;
        state_->outlet->post([state = state_] {
            if (!state->alive || !state->congested) return;
            state->toldCongested = true;
            if (state->sink.onCongestion) state->sink.onCongestion(true);
        });
    }
    void closeInput() override {
        state_->inputOver = true;
        state_->sayInputOver();
    }
    void resize(std::uint16_t width, std::uint16_t height) override {
        state_->send(sizeChannel, fmt::format("{{\"Width\":{},\"Height\":{}}}", width, height));
    }
    void hold(bool held) override {
        state_->held = held;
        if (!held && std::exchange(state_->owed, false)) call_->resume();
    }

  private:
    struct State : std::enable_shared_from_this<State> {
        State(std::shared_ptr<Outlet> out, Interpret how, Result<int> silent, PodSink to)
            : outlet(std::move(out)), interpret(std::move(how)), closed(std::move(silent)),
              sink(std::move(to)) {}

        void headed(const HttpHead& given);
        void take(std::string bytes);
        void message(const framing::WebSocketMessage& given, Batch& into);
        void deliver(const Batch& batch);
        void ended(Result<void> result);
        void end(const Result<int>& result);
        void sayInputOver();
        void send(char channel, std::string_view bytes) {
            std::string message(1, channel);
            message += bytes;
            frame(WebSocketOpcode::Binary, message);
        }
        void frame(WebSocketOpcode opcode, std::string_view payload) {
            // Inside TLS no proxy reads frames, so the mask need not be hard to guess.
            const std::uint32_t mask = 0x9E3779B9U * ++frames;
            if (const auto open = theCall())
                open->write(framing::webSocketClientFrame(opcode, payload, mask));
        }
        void resume() {
            if (const auto open = theCall()) open->resume();
        }
        std::shared_ptr<HttpCall> theCall() {
            std::unique_lock lock(mutex);
            return call.lock();
        }

        const std::shared_ptr<Outlet> outlet;
        std::mutex mutex;
        std::weak_ptr<HttpCall> call;
        std::atomic<std::uint32_t> frames{0};
        // On the network's threads.
        Interpret interpret;
        HttpHead head;
        std::string refusal; ///< the body of an answer that is no switch
        framing::WebSocketReader reader{largestMessage, framing::WebSocketEnd::Server};
        std::string key;
        // On the executor.
        const Result<int> closed; ///< what an end without a word means
        PodSink sink;
        bool alive = true;
        bool held = false;
        bool owed = false; ///< the next piece is not asked for yet
        bool congested = false;
        bool toldCongested = false; ///< the sink knows; there may be room again before it is told
        bool inputOver = false;
        bool canClose = false;
    };

    std::shared_ptr<State> state_;
    std::shared_ptr<HttpCall> call_;
};

void PodSocket::State::headed(const HttpHead& given) {
    head = given;
    if (head.code != 101) return;
    if (head.header("sec-websocket-accept") != framing::webSocketAccept(key)) {
        // Whatever comes now is no answer either.
        head.code = 0;
        outlet->post([self = shared_from_this()] {
            self->end(
                fail(Reason::ServiceUnavailable, "the switch to a WebSocket was not answered as asked"));
        });
        return;
    }
    const bool closes = head.header("sec-websocket-protocol") == closesInput;
    outlet->post([self = shared_from_this(), closes] {
        self->canClose = closes;
        if (self->alive) self->sayInputOver();
    });
}

void PodSocket::State::sayInputOver() {
    if (!inputOver || !std::exchange(canClose, false)) return;
    send(closeChannel, std::string_view(&inputChannel, 1));
}

void PodSocket::State::take(std::string bytes) {
    if (head.code == 0) return;
    if (head.code != 101) {
        if (refusal.size() < largestRefusal) refusal += bytes;
        return resume();
    }
    auto batch = std::make_shared<Batch>();
    reader.feed(bytes);
    while (!batch->end) {
        auto next = reader.next();
        if (!next) batch->end = fail(Reason::ServiceUnavailable, next.error().message);
        if (!next || !*next) break;
        message(**next, *batch);
    }
    outlet->post([self = shared_from_this(), batch] { self->deliver(*batch); });
}

void PodSocket::State::message(const framing::WebSocketMessage& given, Batch& into) {
    switch (given.opcode) {
    case WebSocketOpcode::Ping:
        return frame(WebSocketOpcode::Pong, given.data);
    case WebSocketOpcode::Close:
        into.end = closed;
        return;
    case WebSocketOpcode::Binary:
    case WebSocketOpcode::Text:
        if (!given.data.empty()) interpret(given.data, into);
        return;
    default:
        return;
    }
}

void PodSocket::State::deliver(const Batch& batch) {
    for (const auto& [channel, bytes] : batch.output) {
        if (!alive) return;
        sink.onData(channel, bytes);
    }
    if (batch.end) return end(*batch.end);
    if (!alive) return;
    if (held)
        owed = true;
    else
        resume();
}

/// On a network thread.
void PodSocket::State::ended(Result<void> result) {
    Result<int> outcome = closed;
    if (!result)
        outcome = fail(result.error());
    else if (head.code != 101)
        outcome = fail(statusOf(head.code, head.header("content-type"), refusal));
    outlet->post([self = shared_from_this(), outcome] { self->end(outcome); });
}

void PodSocket::State::end(const Result<int>& result) {
    if (std::exchange(alive, false)) sink.onEnd(result);
}

void PodSocket::start(HttpClient& client, const std::string& target, const char* protocols) {
    state_->key = framing::base64Encode("wheelhouse-pods.");
    HttpRequest request;
    request.target = target;
    request.stream = true;
    request.upgrade = true;
    request.headers = {{"Connection", "Upgrade"},
                       {"Upgrade", "websocket"},
                       {"Sec-WebSocket-Version", "13"},
                       {"Sec-WebSocket-Key", state_->key},
                       {"Sec-WebSocket-Protocol", protocols}};
    HttpEvents events;
    events.onHead = [state = state_](const HttpHead& head) { state->headed(head); };
    events.onData = [state = state_](std::string bytes) { state->take(std::move(bytes)); };
    events.onEnd = [state = state_](Result<void> result) { state->ended(std::move(result)); };
    events.onWritable = [state = state_] {
        state->outlet->post([state] {
            if (!state->alive || !std::exchange(state->congested, false)) return;
            if (std::exchange(state->toldCongested, false) && state->sink.onCongestion)
                state->sink.onCongestion(false);
        });
    };
    std::unique_lock lock(state_->mutex);
    call_ = client.send(std::move(request), std::move(events));
    state_->call = call_;
}

Target podTarget(const std::string& nameSpace, const std::string& pod, const char* what) {
    Target target({"", "v1", "pods"}, nameSpace);
    target.segment(pod).segment(what);
    return target;
}

} // namespace

std::unique_ptr<PodSession> execOverSocket(HttpClient& client, const std::shared_ptr<Outlet>& outlet,
                                           const std::string& nameSpace, const std::string& pod,
                                           const ExecOptions& options, PodSink sink) {
    Target target = podTarget(nameSpace, pod, "exec");
    for (const std::string& word : options.command)
        target.always("command", word);
    target.with("container", options.container).with("stdin", options.stdIn ? "true" : "false");
    target.with("stdout", "true").with("stderr", options.tty ? "false" : "true");
    target.with("tty", options.tty ? "true" : "false");
    auto socket = std::make_unique<PodSocket>(
        outlet, interpretExec, fail(Reason::ServiceUnavailable, "the connection was lost"), std::move(sink));
    socket->start(client, target.text(), "v5.channel.k8s.io, v4.channel.k8s.io");
    return socket;
}

std::unique_ptr<PodSession> portOverSocket(HttpClient& client, const std::shared_ptr<Outlet>& outlet,
                                           const std::string& nameSpace, const std::string& pod,
                                           std::uint16_t port, PodSink sink) {
    Target target = podTarget(nameSpace, pod, "portforward");
    target.with("ports", std::to_string(port));
    auto socket = std::make_unique<PodSocket>(outlet, InterpretPort(), 0, std::move(sink));
    socket->start(client, target.text(), "v4.channel.k8s.io");
    return socket;
}

} // namespace wheelhouse::client::remote
