#pragma once

#include "engine/base/executor.h"
#include "vmnodes/agent/runtime.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wheelhouse::agent {

/// One line of a log in CRI's format: `<RFC 3339 with nanoseconds> <stdout|stderr> <F|P> <text>`. P: the line
/// goes on in the next record.
struct LogRecord {
    std::string_view time;
    std::string_view text;
    bool partial = false;
};
/// Nothing for a line that is not in the format.
std::optional<LogRecord> parseLogRecord(std::string_view line);

/// Reads a container's log file; follows it by looking again while the container lives. Reads at most what it
/// is asked for.
class LogFile final : public LogSource {
  public:
    static Result<std::unique_ptr<LogSource>> open(const std::filesystem::path& path, const LogQuery& query,
                                                   Executor& executor);
    ~LogFile() override;
    void read(std::size_t maxBytes, Done<Chunk> done) override;
    void containerEnded() override { ended_ = true; }

  private:
    LogFile(int fd, const LogQuery& query, Executor& executor)
        : fd_(fd), query_(query), executor_(executor) {}
    void seekToTail();
    void attempt();
    bool readBlock();
    void take(std::string_view line);

    int fd_;
    LogQuery query_;
    Executor& executor_;
    bool ended_ = false;
    bool lineOpen_ = false; ///< the last record was partial
    bool full_ = false;     ///< limitBytes is reached
    std::string raw_;       ///< read and not yet parsed
    std::string ready_;     ///< parsed and not yet given away
    std::int64_t given_ = 0;
    std::size_t max_ = 0;
    Done<Chunk> done_;
    ScopedTimer timer_;
};

} // namespace wheelhouse::agent
