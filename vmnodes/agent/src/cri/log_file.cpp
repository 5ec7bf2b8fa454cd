#include "log_file.h"

#include "engine/api/time.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace wheelhouse::agent {

namespace {

constexpr std::size_t block = 64 * 1024;
constexpr Duration lookAgain = std::chrono::milliseconds(150);

} // namespace

std::optional<LogRecord> parseLogRecord(std::string_view line) {
    LogRecord record;
    const std::size_t time = line.find(' ');
    if (time == std::string_view::npos) return std::nullopt;
    record.time = line.substr(0, time);
    const std::size_t stream = line.find(' ', time + 1);
    if (stream == std::string_view::npos) return std::nullopt;
    const std::string_view name = line.substr(time + 1, stream - time - 1);
    if (name != "stdout" && name != "stderr") return std::nullopt;
    std::size_t tags = line.find(' ', stream + 1);
    if (tags == std::string_view::npos) tags = line.size(); // an empty line without its space
    const std::string_view tag = line.substr(stream + 1, tags - stream - 1);
    record.partial = tag == "P" || tag.starts_with("P:");
    if (!record.partial && tag != "F" && !tag.starts_with("F:")) return std::nullopt;
    record.text = tags < line.size() ? line.substr(tags + 1) : std::string_view();
    return record;
}

Result<std::unique_ptr<LogSource>> LogFile::open(const std::filesystem::path& path, const LogQuery& query,
                                                 Executor& executor) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(Reason::NotFound, fmt::format("the log of container \"{}\" cannot be read: {}",
                                                  query.container, std::strerror(errno)));
    std::unique_ptr<LogFile> made(new LogFile(fd, query, executor));
    if (query.tailLines >= 0) made->seekToTail();
    return made;
}

LogFile::~LogFile() {
    ::close(fd_);
}

void LogFile::seekToTail() {
    off_t position = ::lseek(fd_, 0, SEEK_END);
    std::int64_t newlines = -1; // the newline that ends the last line begins nothing
    std::vector<char> buffer(block);
    while (position > 0) {
        const off_t from = std::max<off_t>(0, position - static_cast<off_t>(block));
        const ssize_t n = ::pread(fd_, buffer.data(), static_cast<std::size_t>(position - from), from);
        if (n <= 0) break;
        for (ssize_t i = n - 1; i >= 0; --i) {
            if (buffer[static_cast<std::size_t>(i)] != '\n') continue;
            if (++newlines == query_.tailLines) {
                ::lseek(fd_, from + i + 1, SEEK_SET);
                return;
            }
        }
        position = from;
    }
    ::lseek(fd_, 0, SEEK_SET);
}

void LogFile::read(std::size_t maxBytes, Done<Chunk> done) {
    max_ = maxBytes;
    done_ = std::move(done);
    timer_.start(executor_, Duration::zero(), [this] { attempt(); });
}

bool LogFile::readBlock() {
    char buffer[block];
    const ssize_t n = ::read(fd_, buffer, sizeof buffer);
    if (n <= 0) return false;
    raw_.append(buffer, static_cast<std::size_t>(n));
    std::size_t begin = 0;
    for (std::size_t end = raw_.find('\n'); end != std::string::npos; end = raw_.find('\n', begin)) {
        take(std::string_view(raw_).substr(begin, end - begin));
        begin = end + 1;
    }
    raw_.erase(0, begin);
    return true;
}

void LogFile::take(std::string_view line) {
    const auto record = parseLogRecord(line);
    if (!record || full_) return;
    if (query_.since) {
        const auto time = api::parseTime(record->time);
        if (!time || *time < *query_.since) return;
    }
    if (query_.timestamps && !lineOpen_) {
        ready_ += record->time;
        ready_ += ' ';
    }
    ready_ += record->text;
    if (!record->partial) ready_ += '\n';
    lineOpen_ = record->partial;
    if (query_.limitBytes > 0 && given_ + static_cast<std::int64_t>(ready_.size()) >= query_.limitBytes) {
        ready_.resize(static_cast<std::size_t>(query_.limitBytes - given_));
        full_ = true;
    }
}

void LogFile::attempt() {
    const bool endedBefore = ended_; // what was written before the end is read after it was announced
    bool more = true;
    while (ready_.size() < max_ && !full_ && more)
        more = readBlock();
    Chunk chunk;
    const std::size_t size = std::min(max_, ready_.size());
    chunk.bytes = ready_.substr(0, size);
    ready_.erase(0, size);
    given_ += static_cast<std::int64_t>(size);
    chunk.end = ready_.empty() && (full_ || (!more && (!query_.follow || endedBefore)));
    if (chunk.bytes.empty() && !chunk.end) {
        timer_.start(executor_, lookAgain, [this] { attempt(); });
        return;
    }
    const Done<Chunk> done = std::exchange(done_, nullptr);
    done(std::move(chunk)); // may destroy this
}

} // namespace wheelhouse::agent
