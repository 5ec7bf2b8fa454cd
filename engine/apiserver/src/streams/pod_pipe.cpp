#include "streams/pod_pipe.h"

#include <utility>

namespace wheelhouse::apiserver {

PodPipe::PodPipe(const Open& open, Events events) : events_(std::move(events)) {
    nodelink::DuplexEvents heard;
    heard.onData = [this](int channel, std::string_view bytes) {
        untaken_ += bytes.size();
        events_.onOutput(channel, bytes);
        if (!events_.congested()) clientWritable();
    };
    heard.onRoom = [this] { pump(); };
    heard.onEnd = [this](const Result<int>& result) {
        ended_ = true;
        waiting_.clear();
        if (std::exchange(blocked_, false)) events_.onBlocked();
        events_.onEnd(result);
    };
    stream_ = open(std::move(heard));
    pump();
}

void PodPipe::clientWritable() {
    if (untaken_ > 0 && stream_) stream_->taken(std::exchange(untaken_, 0));
}

void PodPipe::input(std::string_view bytes) {
    if (ended_ || inputClosed_) return;
    waiting_ += bytes;
    pump();
}

void PodPipe::closeInput() {
    inputClosed_ = true;
    pump();
}

void PodPipe::resize(std::uint16_t width, std::uint16_t height) {
    if (!ended_ && stream_) stream_->resize(width, height);
}

void PodPipe::pump() {
    if (ended_ || !stream_) return;
    if (const std::size_t room = std::min(stream_->room(), waiting_.size()); room > 0) {
        stream_->write(std::string_view(waiting_).substr(0, room));
        waiting_.erase(0, room);
    }
    if (waiting_.empty() && inputClosed_ && !std::exchange(closeSaid_, true)) stream_->closeInput();
    const bool blocked = waiting_.size() > slack;
    if (std::exchange(blocked_, blocked) != blocked) events_.onBlocked();
}

} // namespace wheelhouse::apiserver
