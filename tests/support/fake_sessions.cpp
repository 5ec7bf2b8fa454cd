#include "fake_sessions.h"

namespace wheelhouse::tests {
namespace {

class Handle final : public client::PodSession {
  public:
    explicit Handle(std::shared_ptr<FakeSession> session) : session_(std::move(session)) {}
    ~Handle() override { session_->open = false; }
    void write(std::string bytes) override { session_->input += bytes; }
    void closeInput() override { session_->inputClosed = true; }
    void resize(std::uint16_t width, std::uint16_t height) override {
        session_->sizes.emplace_back(width, height);
    }
    void hold(bool held) override {
        session_->held = held;
        session_->holds += held;
    }

  private:
    std::shared_ptr<FakeSession> session_;
};

} // namespace

void FakeSession::say(std::string bytes, int channel) {
    executor->post([self = shared_from_this(), bytes = std::move(bytes), channel] {
        if (self->open) self->sink.onData(channel, bytes);
    });
}

void FakeSession::end(Result<int> result) {
    executor->post([self = shared_from_this(), result = std::move(result)] {
        if (self->open) self->sink.onEnd(result);
    });
}

void FakeSession::congest(bool congested) {
    executor->post([self = shared_from_this(), congested] {
        if (self->open && self->sink.onCongestion) self->sink.onCongestion(congested);
    });
}

std::unique_ptr<client::PodSession> FakeSessions::keep(std::shared_ptr<FakeSession> session) {
    session->executor = &executor_;
    sessions.push_back(session);
    if (onSession) onSession(*session);
    return std::make_unique<Handle>(std::move(session));
}

std::unique_ptr<client::PodSession> FakeSessions::exec(const std::string& nameSpace, const std::string& pod,
                                                       const client::ExecOptions& options,
                                                       client::PodSink sink) {
    auto session = std::make_shared<FakeSession>();
    session->nameSpace = nameSpace;
    session->pod = pod;
    session->options = options;
    session->sink = std::move(sink);
    return keep(std::move(session));
}

std::unique_ptr<client::PodSession> FakeSessions::openPort(const std::string& nameSpace,
                                                           const std::string& pod, std::uint16_t port,
                                                           client::PodSink sink) {
    auto session = std::make_shared<FakeSession>();
    session->nameSpace = nameSpace;
    session->pod = pod;
    session->port = port;
    session->sink = std::move(sink);
    return keep(std::move(session));
}

} // namespace wheelhouse::tests
