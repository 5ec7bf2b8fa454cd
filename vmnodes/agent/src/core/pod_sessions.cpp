#include "pod_sessions.h"

#include <utility>

namespace wheelhouse::agent {

namespace {

constexpr std::size_t creditLump = 64 * 1024;

} // namespace

std::shared_ptr<PodSessions::Session> PodSessions::find(std::uint64_t stream) const {
    const auto it = sessions_.find(stream);
    return it == sessions_.end() ? nullptr : it->second;
}

void PodSessions::open(std::uint64_t id, Result<Open> open) {
    if (!open) return end(id, fail(std::move(open.error())));
    auto made = std::make_shared<Session>();
    sessions_[id] = made;
    SessionEvents events;
    const std::weak_ptr<Session> weak = made;
    events.onData = [this, id, weak](int channel, std::string bytes) {
        if (weak.expired() || bytes.empty()) return;
        nodelink::FromAgent message;
        message.mutable_stream_data()->set_stream(id);
        message.mutable_stream_data()->set_channel(static_cast<std::uint32_t>(channel));
        message.mutable_stream_data()->set_data(std::move(bytes));
        send_(std::move(message));
    };
    events.onTaken = [this, id, weak](std::size_t bytes) {
        if (!weak.expired()) taken(id, bytes);
    };
    events.onEnd = [this, id, weak](const Result<int>& result) {
        if (!weak.expired()) end(id, result);
    };
    made->session = (*open)(std::move(events));
    made->session->allow(firstCredit);
}

void PodSessions::input(const nodelink::StreamInput& input) {
    const auto session = find(input.stream());
    if (!session) return;
    if (input.data().size() > session->promised)
        return end(input.stream(), fail(Reason::BadRequest, "the control plane sends more than it may"));
    session->promised -= input.data().size();
    if (!input.data().empty()) session->session->write(input.data());
    if (input.end()) session->session->closeInput();
}

void PodSessions::resize(const nodelink::StreamResize& resize) {
    if (const auto session = find(resize.stream()))
        session->session->resize(static_cast<std::uint16_t>(resize.width()),
                                 static_cast<std::uint16_t>(resize.height()));
}

void PodSessions::credit(std::uint64_t stream, std::uint32_t bytes) {
    if (const auto session = find(stream)) session->session->allow(bytes);
}

void PodSessions::taken(std::uint64_t id, std::size_t bytes) {
    const auto session = find(id);
    if (!session) return;
    session->taken += bytes;
    if (session->taken < creditLump) return;
    session->promised += session->taken;
    nodelink::FromAgent message;
    message.mutable_stream_credit()->set_stream(id);
    message.mutable_stream_credit()->set_bytes(static_cast<std::uint32_t>(std::exchange(session->taken, 0)));
    send_(std::move(message));
}

void PodSessions::end(std::uint64_t id, const Result<int>& result) {
    nodelink::FromAgent message;
    message.mutable_stream_end()->set_stream(id);
    if (result)
        message.mutable_stream_end()->set_exit_code(*result);
    else
        message.mutable_stream_end()->set_error(result.error().message.empty() ? "the stream broke off"
                                                                               : result.error().message);
    send_(std::move(message));
    sessions_.erase(id); // last: it may be the one that is speaking
}

} // namespace wheelhouse::agent
