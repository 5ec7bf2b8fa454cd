#pragma once

#include "engine/api/time.h"
#include "engine/base/executor.h"
#include "vmnodes/agent/runtime.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <string>

namespace wheelhouse::simulated {

/// A log nobody wrote: line n was written n × `every` after the start and is made up when it is read, so a
/// thousand containers keep no text at all.
class SimulatedLog final : public agent::LogSource {
  public:
    struct Story {
        std::string pod;
        std::string container;
        WallTime firstLine{};
        std::optional<WallTime> lastLine; ///< set when the container has ended
        Duration every = std::chrono::seconds(1);
    };

    SimulatedLog(Executor& executor, const agent::LogQuery& query, Story story)
        : executor_(executor), query_(query), story_(std::move(story)) {
        const std::int64_t written = linesUntil(now());
        if (query_.since && *query_.since > story_.firstLine) next_ = linesUntil(*query_.since - Duration(1));
        if (query_.tailLines >= 0) next_ = std::max(next_, written - query_.tailLines);
    }

    void read(std::size_t maxBytes, agent::Done<Chunk> done) override {
        done_ = std::move(done);
        max_ = maxBytes;
        timer_.start(executor_, Duration::zero(), [this] { tell(); });
    }
    void containerEnded() override {
        if (!story_.lastLine) story_.lastLine = executor_.clock().wallNow();
        if (done_) timer_.start(executor_, Duration::zero(), [this] { tell(); });
    }

  private:
    WallTime now() const { return story_.lastLine.value_or(executor_.clock().wallNow()); }
    /// How many lines have been written at `time`, which the first line's own time counts into.
    std::int64_t linesUntil(WallTime time) const {
        return time < story_.firstLine ? 0 : (time - story_.firstLine) / story_.every + 1;
    }
    void tell() {
        Chunk chunk;
        const std::int64_t written = linesUntil(now());
        for (; next_ < written && chunk.bytes.size() < max_; ++next_) {
            const WallTime at = story_.firstLine + next_ * story_.every;
            if (query_.timestamps) chunk.bytes += api::formatTime(at) + " ";
            chunk.bytes += fmt::format("{} {}: line {}\n", story_.pod, story_.container, next_ + 1);
        }
        if (query_.limitBytes > 0 &&
            sent_ + static_cast<std::int64_t>(chunk.bytes.size()) >= query_.limitBytes) {
            chunk.bytes.resize(static_cast<std::size_t>(query_.limitBytes - sent_));
            chunk.end = true;
        }
        sent_ += static_cast<std::int64_t>(chunk.bytes.size());
        if (next_ >= written && (!query_.follow || story_.lastLine)) chunk.end = true;
        if (chunk.bytes.empty() && !chunk.end) {
            const WallTime at = story_.firstLine + next_ * story_.every;
            timer_.start(executor_, std::max(Duration::zero(), at - executor_.clock().wallNow()),
                         [this] { tell(); });
            return;
        }
        const agent::Done<Chunk> done = std::move(done_);
        done_ = nullptr;
        done(std::move(chunk)); // may destroy this
    }

    Executor& executor_;
    agent::LogQuery query_;
    Story story_;
    std::int64_t next_ = 0;
    std::int64_t sent_ = 0;
    std::size_t max_ = 0;
    agent::Done<Chunk> done_;
    ScopedTimer timer_;
};

} // namespace wheelhouse::simulated
