#include "recorded_log.h"

#include "engine/api/time.h"

#include <algorithm>

namespace wheelhouse::simulated {

void RecordedOutput::append(WallTime now, const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t newline = text.find('\n', at);
        const std::size_t end = newline == std::string::npos ? text.size() : newline + 1;
        if (lines_.empty() || lines_.back().text.ends_with('\n')) lines_.push_back({now, {}});
        lines_.back().text += text.substr(at, end - at);
        size_ += end - at;
        at = end;
    }
    for (; size_ > maxBytes && lines_.size() > 1; ++first_) {
        size_ -= lines_.front().text.size();
        lines_.pop_front();
    }
    std::erase_if(listeners_, [](const auto& each) { return each.first.expired(); });
    const auto listeners = listeners_;
    for (const auto& [life, task] : listeners)
        if (!life.expired()) task();
}

std::string RecordedOutput::tail(std::size_t bytes) const {
    std::string text;
    for (const Line& line : lines_)
        text += line.text;
    return text.size() > bytes ? text.substr(text.size() - bytes) : text;
}

void RecordedOutput::onMore(std::weak_ptr<void> life, std::function<void()> task) {
    listeners_.emplace_back(std::move(life), std::move(task));
}

RecordedLog::RecordedLog(Executor& executor, const agent::LogQuery& query,
                         std::shared_ptr<RecordedOutput> output, bool ended)
    : executor_(executor), query_(query), output_(std::move(output)), ended_(ended) {
    next_ = output_->first();
    while (query_.since && next_ < output_->end() && output_->line(next_).at < *query_.since)
        ++next_;
    if (query_.tailLines >= 0) next_ = std::max(next_, output_->end() - query_.tailLines);
    if (query_.follow && !ended_) output_->onMore(life_, [this] { wake(); });
}

bool RecordedLog::whole(std::int64_t number) const {
    return ended_ || !query_.follow || number + 1 < output_->end() ||
           output_->line(number).text.ends_with('\n');
}

void RecordedLog::wake() {
    if (done_) timer_.start(executor_, Duration::zero(), [this] { tell(); });
}

void RecordedLog::read(std::size_t maxBytes, agent::Done<Chunk> done) {
    done_ = std::move(done);
    max_ = maxBytes;
    wake();
}

void RecordedLog::containerEnded() {
    ended_ = true;
    wake();
}

void RecordedLog::tell() {
    Chunk chunk;
    next_ = std::max(next_, output_->first());
    for (; next_ < output_->end() && whole(next_) && chunk.bytes.size() < max_; ++next_) {
        const RecordedOutput::Line& line = output_->line(next_);
        if (query_.timestamps) chunk.bytes += api::formatTime(line.at) + " ";
        chunk.bytes += line.text;
    }
    if (query_.limitBytes > 0 && sent_ + static_cast<std::int64_t>(chunk.bytes.size()) >= query_.limitBytes) {
        chunk.bytes.resize(static_cast<std::size_t>(query_.limitBytes - sent_));
        chunk.end = true;
    }
    sent_ += static_cast<std::int64_t>(chunk.bytes.size());
    if (next_ >= output_->end() && (!query_.follow || ended_)) chunk.end = true;
    if (chunk.bytes.empty() && !chunk.end) return; // woken when there is more
    const agent::Done<Chunk> done = std::move(done_);
    done_ = nullptr;
    done(std::move(chunk)); // may destroy this
}

} // namespace wheelhouse::simulated
