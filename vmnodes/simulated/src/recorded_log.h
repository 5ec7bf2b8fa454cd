#pragma once

#include "engine/base/executor.h"
#include "vmnodes/agent/runtime.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::simulated {

/// What a program of a simulated container has written: the newest lines, up to a limit.
class RecordedOutput {
  public:
    static constexpr std::size_t maxBytes = 256 * 1024;
    struct Line {
        WallTime at{};
        std::string text; ///< with its newline, once it has come
    };

    void append(WallTime now, const std::string& text);
    /// Lines are numbered from 0; those before `first` are gone.
    std::int64_t first() const { return first_; }
    std::int64_t end() const { return first_ + static_cast<std::int64_t>(lines_.size()); }
    const Line& line(std::int64_t number) const { return lines_[static_cast<std::size_t>(number - first_)]; }
    /// The end of it, at most so many bytes.
    std::string tail(std::size_t bytes) const;
    /// Called whenever there is more, for as long as `life` lives.
    void onMore(std::weak_ptr<void> life, std::function<void()> task);

  private:
    std::deque<Line> lines_;
    std::int64_t first_ = 0;
    std::size_t size_ = 0;
    std::vector<std::pair<std::weak_ptr<void>, std::function<void()>>> listeners_;
};

/// A log over it. A line still being written is read once it is whole or the container has ended.
class RecordedLog final : public agent::LogSource {
  public:
    RecordedLog(Executor& executor, const agent::LogQuery& query, std::shared_ptr<RecordedOutput> output,
                bool ended);
    void read(std::size_t maxBytes, agent::Done<Chunk> done) override;
    void containerEnded() override;

  private:
    bool whole(std::int64_t number) const;
    void wake();
    void tell();

    Executor& executor_;
    agent::LogQuery query_;
    std::shared_ptr<RecordedOutput> output_;
    bool ended_;
    std::int64_t next_ = 0;
    std::int64_t sent_ = 0;
    std::size_t max_ = 0;
    agent::Done<Chunk> done_;
    ScopedTimer timer_;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::simulated
