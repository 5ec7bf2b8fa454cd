#include "cri_session.h"

#include "engine/api/codec.h"
#include "engine/api/types.h"
#include "engine/framing/spdy.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace wheelhouse::agent {

namespace asio = boost::asio;
namespace cri = ::runtime::v1;
using framing::SpdyFrame;
using framing::SpdyHeaders;
using framing::SpdyType;
using framing::SpdyWriter;

namespace {

constexpr Duration callLimit = std::chrono::seconds(10);
constexpr std::size_t pieceBytes = 32 * 1024;
constexpr std::size_t mostErrorText = 64 * 1024;

/// Brings what the stream thread says to the agent's executor; deaf once the session is gone.
class Ear final : public std::enable_shared_from_this<Ear> {
  public:
    Ear(Executor& executor, SessionEvents events) : executor_(executor), events_(std::move(events)) {}
    // Stream thread.
    void data(int channel, std::string bytes) {
        post([channel, bytes = std::move(bytes)](SessionEvents& events) { events.onData(channel, bytes); });
    }
    void taken(std::size_t bytes) {
        post([bytes](SessionEvents& events) { events.onTaken(bytes); });
    }
    void end(Result<int> result) {
        post([result = std::move(result)](SessionEvents& events) {
            if (const auto onEnd = std::exchange(events.onEnd, {})) onEnd(result);
        });
    }
    // Executor.
    void stop() { open_ = false; }

  private:
    template <class F>
    void post(F call) {
        executor_.post([self = shared_from_this(), call = std::move(call)] {
            if (self->open_) call(self->events_);
        });
    }
    Executor& executor_;
    SessionEvents events_;
    bool open_ = true;
};

/// The stream thread's half of a session. Everything on that thread.
class Talk {
  public:
    Talk(std::shared_ptr<Ear> ear) : ear_(std::move(ear)) {}
    virtual ~Talk() = default;
    virtual void write(std::string bytes) = 0;
    virtual void closeInput() = 0;
    virtual void resize(std::uint16_t width, std::uint16_t height) = 0;
    void allow(std::size_t bytes) {
        credit_ += bytes;
        if (socket_) socket_->wake();
    }
    void close() {
        closed_ = true;
        if (const auto socket = std::exchange(socket_, nullptr)) socket->close();
    }

  protected:
    void deliver(int channel, std::string_view bytes) {
        if (bytes.empty()) return;
        credit_ -= std::min(credit_, bytes.size());
        ear_->data(channel, std::string(bytes));
    }
    void end(Result<int> result) {
        close();
        ear_->end(std::move(result));
    }

    const std::shared_ptr<Ear> ear_;
    std::shared_ptr<StreamSocket> socket_;
    std::size_t credit_ = 0;
    bool closed_ = false;
};

/// A connection whose bytes are the port's own.
class PlainTalk final : public Talk {
  public:
    using Talk::Talk;
    void start(asio::io_context& io, const std::string& address, std::uint16_t port) {
        if (closed_) return;
        socket_ = std::make_shared<StreamSocket>(
            io, StreamSocket::Events{.onConnected = {},
                                     .onBytes = [this](std::string_view bytes) { deliver(1, bytes); },
                                     .onSent = [this](std::size_t input) { ear_->taken(input); },
                                     .onEnd =
                                         [this](const std::string& why) {
                                             if (why.empty()) return end(0);
                                             end(fail(Reason::ServiceUnavailable, why));
                                         },
                                     .mayRead = [this] { return credit_; }});
        const auto socket = socket_;
        socket->connect(address, port);
    }
    void write(std::string bytes) override {
        const std::size_t size = bytes.size();
        if (socket_) socket_->send(std::move(bytes), size);
    }
    void closeInput() override {
        if (socket_) socket_->finishSending();
    }
    void resize(std::uint16_t, std::uint16_t) override {}
};

struct StreamUrl {
    std::string address;
    std::uint16_t port = 0;
    std::string path;
};

/// "http://127.0.0.1:41029/exec/TOKEN"; nothing for anything else.
std::optional<StreamUrl> parseUrl(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme)) return std::nullopt;
    url.remove_prefix(scheme.size());
    const auto slash = std::min(url.find('/'), url.size());
    const std::string_view host = url.substr(0, slash);
    const auto colon = host.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    StreamUrl out;
    out.address = host.substr(0, colon);
    if (out.address.starts_with('[') && out.address.ends_with(']'))
        out.address = out.address.substr(1, out.address.size() - 2);
    const std::string_view port = host.substr(colon + 1);
    if (std::from_chars(port.data(), port.data() + port.size(), out.port).ec != std::errc())
        return std::nullopt;
    out.path = url.substr(slash);
    return out;
}

/// The exit code remotecommand v4 tells of as a Status on its error stream.
Result<int> exitOf(const std::string& json) {
    const auto decoded = api::decodeJson(json, api::meta::Status::descriptor(), api::FieldValidation::Ignore);
    if (!decoded) return fail(Reason::InternalError, json.empty() ? "the container runtime broke off" : json);
    const auto& status = static_cast<const api::meta::Status&>(*decoded->message);
    if (status.status() == "Success") return 0;
    for (const auto& cause : status.details().causes()) {
        if (cause.reason() == "ExitCode") {
            int code = 1;
            const std::string& text = cause.message();
            std::from_chars(text.data(), text.data() + text.size(), code);
            return code;
        }
    }
    // The bare words, where the runtime gave them besides its own wrapping.
    const bool bare = status.details().causes_size() > 0 && !status.details().causes(0).message().empty();
    return fail(Reason::InternalError, bare ? status.details().causes(0).message() : status.message());
}

/// SPDY to containerd's stream server.
class SpdyTalk final : public Talk {
  public:
    struct Plan {
        std::string protocol;
        std::vector<SpdyHeaders> streams;  ///< the error stream first
        std::size_t input = 0;             ///< which of them takes input; 0 = none
        std::size_t resize = 0;            ///< which takes sizes; 0 = none
        std::map<std::size_t, int> output; ///< which of them give output, on which channel
        bool statusAtEnd = false;          ///< the error stream carries a Status; otherwise a text or nothing
        std::string failure;               ///< goes before an error's text
    };
    SpdyTalk(std::shared_ptr<Ear> ear, Plan plan) : Talk(std::move(ear)), plan_(std::move(plan)) {}

    void start(asio::io_context& io, const StreamUrl& url) {
        if (closed_) return;
        socket_ = std::make_shared<StreamSocket>(
            io, StreamSocket::Events{
                    .onConnected = [this, url] { ask(url); },
                    .onBytes = [this](std::string_view bytes) { received(bytes); },
                    .onSent = [this](std::size_t input) { ear_->taken(input); },
                    .onEnd = [this](const std::string&) { over(); },
                    // What has been read and is not a whole frame yet will cost credit too.
                    .mayRead =
                        [this] { return credit_ > reader_.buffered() ? credit_ - reader_.buffered() : 0; }});
        const auto socket = socket_;
        socket->connect(url.address, url.port);
    }
    void write(std::string bytes) override {
        if (!switched_) return void(waiting_ += bytes);
        sendInput(bytes);
    }
    void closeInput() override {
        inputClosed_ = true;
        if (switched_ && plan_.input != 0) send(SpdyWriter::data(idOf(plan_.input), {}, true));
    }
    void resize(std::uint16_t width, std::uint16_t height) override {
        size_ = fmt::format("{{\"Width\":{},\"Height\":{}}}\n", width, height);
        if (switched_ && plan_.resize != 0) send(SpdyWriter::data(idOf(plan_.resize), size_));
    }

  private:
    static std::uint32_t idOf(std::size_t stream) { return static_cast<std::uint32_t>(2 * stream + 1); }
    void send(std::string bytes, std::size_t input = 0) {
        if (socket_) socket_->send(std::move(bytes), input);
    }
    void sendInput(std::string_view bytes) {
        if (plan_.input == 0) return ear_->taken(bytes.size());
        for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), pieceBytes))) {
            const std::string_view piece = bytes.substr(0, pieceBytes);
            send(SpdyWriter::data(idOf(plan_.input), piece), piece.size());
        }
    }
    void ask(const StreamUrl& url) {
        send(fmt::format("POST {} HTTP/1.1\r\nHost: {}:{}\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
                         "X-Stream-Protocol-Version: {}\r\nContent-Length: 0\r\n\r\n",
                         url.path, url.address, url.port, plan_.protocol));
    }
    void received(std::string_view bytes) {
        if (!switched_) {
            head_ += bytes;
            const auto end = head_.find("\r\n\r\n");
            if (end == std::string::npos) {
                if (head_.size() > mostErrorText) over();
                return;
            }
            if (!head_.starts_with("HTTP/1.1 101")) return; // its text comes until the end
            switched_ = true;
            const std::string rest = head_.substr(end + 4);
            head_.clear();
            begin();
            return feed(rest);
        }
        feed(bytes);
    }
    void begin() {
        for (std::size_t i = 0; i < plan_.streams.size(); ++i)
            send(writer_.synStream(idOf(i), plan_.streams[i]));
        send(SpdyWriter::data(idOf(0), {}, true)); // nobody writes to the error stream
        if (!size_.empty() && plan_.resize != 0) send(SpdyWriter::data(idOf(plan_.resize), size_));
        sendInput(std::exchange(waiting_, {}));
        if (inputClosed_) closeInput();
    }
    void feed(std::string_view bytes) {
        reader_.feed(bytes);
        while (socket_) {
            const auto frame = reader_.next();
            if (!frame) return end(fail(Reason::InternalError, frame.error().message));
            if (!*frame) return;
            take(**frame);
        }
    }
    void take(const SpdyFrame& frame) {
        if (frame.type == SpdyType::Ping && frame.value % 2 == 0) send(SpdyWriter::ping(frame.value));
        const bool belongs = frame.type == SpdyType::Data || frame.type == SpdyType::Reset ||
                             frame.type == SpdyType::SynReply || frame.type == SpdyType::Headers;
        if (!belongs || frame.stream % 2 == 0) return;
        const std::size_t stream = (frame.stream - 1) / 2;
        if (frame.type == SpdyType::Data && stream == 0 && errorText_.size() < mostErrorText)
            errorText_ += frame.data;
        if (const auto channel = plan_.output.find(stream);
            frame.type == SpdyType::Data && channel != plan_.output.end())
            deliver(channel->second, frame.data);
        if (!frame.fin && frame.type != SpdyType::Reset) return;
        done_.insert(stream);
        if (!done_.contains(0)) return;
        for (const auto& [each, channel] : plan_.output)
            if (!done_.contains(each)) return;
        over();
    }
    /// Nothing more comes.
    void over() {
        if (!switched_) {
            const auto body = head_.find("\r\n\r\n");
            std::string text = body == std::string::npos ? "" : head_.substr(body + 4);
            while (text.ends_with('\n'))
                text.pop_back();
            return end(fail(Reason::InternalError,
                            text.empty() ? "the container runtime does not stream" : plan_.failure + text));
        }
        if (!plan_.statusAtEnd)
            return errorText_.empty() ? end(0)
                                      : end(fail(Reason::ServiceUnavailable, plan_.failure + errorText_));
        end(exitOf(errorText_));
    }

    const Plan plan_;
    framing::SpdyReader reader_;
    SpdyWriter writer_;
    std::string head_;
    std::string waiting_; ///< input before the switch; at most a stream's credit
    std::string size_;
    std::string errorText_;
    std::set<std::size_t> done_;
    bool switched_ = false;
    bool inputClosed_ = false;
};

/// The agent's half of a session.
class CriSession final : public PodSession {
  public:
    CriSession(StreamThread& thread, std::shared_ptr<Ear> ear, std::shared_ptr<Talk> talk)
        : thread_(thread), ear_(std::move(ear)), talk_(std::move(talk)) {}
    ~CriSession() override {
        ear_->stop();
        post([](Talk& talk) { talk.close(); });
    }
    void write(std::string bytes) override {
        post([bytes = std::move(bytes)](Talk& talk) mutable { talk.write(std::move(bytes)); });
    }
    void closeInput() override {
        post([](Talk& talk) { talk.closeInput(); });
    }
    void resize(std::uint16_t width, std::uint16_t height) override {
        post([=](Talk& talk) { talk.resize(width, height); });
    }
    void allow(std::size_t bytes) override {
        post([bytes](Talk& talk) { talk.allow(bytes); });
    }
    template <class F>
    void post(F call) {
        asio::post(thread_.io(), [talk = talk_, call = std::move(call)]() mutable { call(*talk); });
    }

  private:
    StreamThread& thread_;
    std::shared_ptr<Ear> ear_;
    std::shared_ptr<Talk> talk_;
};

SpdyHeaders streamType(const std::string& type) {
    return {{"streamtype", type}};
}

SpdyTalk::Plan execPlan(const ExecTarget& target) {
    SpdyTalk::Plan plan;
    plan.protocol = "v4.channel.k8s.io";
    plan.statusAtEnd = true;
    plan.streams.push_back(streamType("error"));
    const auto add = [&plan](const std::string& type) {
        plan.streams.push_back(streamType(type));
        return plan.streams.size() - 1;
    };
    if (target.stdIn) plan.input = add("stdin");
    if (target.stdOut) plan.output[add("stdout")] = 1;
    if (target.stdErr && !target.tty) plan.output[add("stderr")] = 2;
    if (target.tty) plan.resize = add("resize");
    return plan;
}

SpdyTalk::Plan portPlan(std::uint16_t port) {
    SpdyTalk::Plan plan;
    plan.protocol = "portforward.k8s.io";
    const std::string number = std::to_string(port);
    plan.streams = {{{"streamtype", "error"}, {"port", number}, {"requestid", "0"}},
                    {{"streamtype", "data"}, {"port", number}, {"requestid", "0"}}};
    plan.input = 1;
    plan.output = {{1, 1}};
    return plan;
}

/// What to do with containerd's answer to "where do you stream".
template <class Response>
Done<Response> thenStream(StreamThread& thread, std::shared_ptr<Ear> ear, std::shared_ptr<SpdyTalk> talk) {
    return [&thread, ear = std::move(ear), talk = std::move(talk)](Result<Response> response) {
        if (!response) return ear->end(fail(response.error()));
        const auto url = parseUrl(response->url());
        if (!url)
            return ear->end(fail(Reason::InternalError,
                                 fmt::format("the container runtime streams at {}", response->url())));
        asio::post(thread.io(), [&thread, talk, url = *url] { talk->start(thread.io(), url); });
    };
}

} // namespace

std::unique_ptr<PodSession> openCriExec(CriClient& client, StreamThread& thread, Executor& executor,
                                        const ExecTarget& target, SessionEvents events) {
    auto ear = std::make_shared<Ear>(executor, std::move(events));
    auto talk = std::make_shared<SpdyTalk>(ear, execPlan(target));
    if (target.attach) {
        cri::AttachRequest request;
        request.set_container_id(target.containerId);
        request.set_stdin(target.stdIn);
        request.set_stdout(target.stdOut);
        request.set_stderr(target.stdErr && !target.tty);
        request.set_tty(target.tty);
        client.call<cri::AttachRequest, cri::AttachResponse>(
            &CriClient::RuntimeStub::Attach, request, callLimit,
            thenStream<cri::AttachResponse>(thread, ear, talk));
    } else {
        cri::ExecRequest request;
        request.set_container_id(target.containerId);
        for (const std::string& word : target.command)
            request.add_cmd(word);
        request.set_stdin(target.stdIn);
        request.set_stdout(target.stdOut);
        request.set_stderr(target.stdErr && !target.tty);
        request.set_tty(target.tty);
        client.call<cri::ExecRequest, cri::ExecResponse>(&CriClient::RuntimeStub::Exec, request, callLimit,
                                                         thenStream<cri::ExecResponse>(thread, ear, talk));
    }
    return std::make_unique<CriSession>(thread, std::move(ear), std::move(talk));
}

std::unique_ptr<PodSession> openCriPort(CriClient& client, StreamThread& thread, Executor& executor,
                                        const PortTarget& target, SessionEvents events) {
    auto ear = std::make_shared<Ear>(executor, std::move(events));
    auto talk = std::make_shared<SpdyTalk>(ear, portPlan(target.port));
    cri::PortForwardRequest request;
    request.set_pod_sandbox_id(target.sandboxId);
    request.add_port(target.port);
    client.call<cri::PortForwardRequest, cri::PortForwardResponse>(
        &CriClient::RuntimeStub::PortForward, request, callLimit,
        thenStream<cri::PortForwardResponse>(thread, ear, talk));
    return std::make_unique<CriSession>(thread, std::move(ear), std::move(talk));
}

std::unique_ptr<PodSession> openTcpPort(StreamThread& thread, Executor& executor, const PortTarget& target,
                                        SessionEvents events) {
    auto ear = std::make_shared<Ear>(executor, std::move(events));
    auto talk = std::make_shared<PlainTalk>(ear);
    asio::post(thread.io(), [&thread, talk, address = target.address, port = target.port] {
        talk->start(thread.io(), address, port);
    });
    return std::make_unique<CriSession>(thread, std::move(ear), std::move(talk));
}

} // namespace wheelhouse::agent
