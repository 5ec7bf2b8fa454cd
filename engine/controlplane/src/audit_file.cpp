#include "audit_file.h"

#include "engine/base/log.h"

#include <atomic>
#include <condition_variable>
#include <fmt/format.h>
#include <mutex>
#include <spdlog/sinks/rotating_file_sink.h>
#include <vector>

namespace wheelhouse::controlplane {

struct AuditFile::Impl : std::enable_shared_from_this<AuditFile::Impl> {
    Impl(std::shared_ptr<spdlog::sinks::rotating_file_sink_st> sinkIn, Limits limitsIn, Executor& diskIn)
        : sink(std::move(sinkIn)), limits(limitsIn), disk(diskIn) {}

    const std::shared_ptr<spdlog::sinks::rotating_file_sink_st> sink; // disk executor
    const Limits limits;
    Executor& disk;
    std::mutex mutex;
    std::vector<std::string> waiting;
    std::size_t waitingBytes = 0;
    bool scheduled = false;
    bool failing = false;        // disk executor
    std::size_t toldDropped = 0; // disk executor
    std::atomic<std::size_t> dropped{0};

    void add(std::string line) {
        const std::lock_guard lock(mutex);
        if (waitingBytes + line.size() > limits.waitingBytes) {
            ++dropped;
            return;
        }
        waitingBytes += line.size();
        waiting.push_back(std::move(line));
        if (std::exchange(scheduled, true)) return;
        disk.postAfter(limits.flushAfter, [self = shared_from_this()] { self->flush(); });
    }

    void flush() {
        std::vector<std::string> lines;
        {
            const std::lock_guard lock(mutex);
            lines.swap(waiting);
            waitingBytes = 0;
            scheduled = false;
        }
        try {
            for (const std::string& line : lines)
                sink->log(spdlog::details::log_msg("", spdlog::level::info, line));
            sink->flush();
            failing = false;
        } catch (const spdlog::spdlog_ex& error) {
            dropped += lines.size();
            if (!std::exchange(failing, true))
                log::error("audit", "audit events cannot be written and are dropped: {}", error.what());
        }
        if (const std::size_t now = dropped; now != toldDropped && !failing) {
            log::warning("audit", "{} audit events were dropped", now - toldDropped);
            toldDropped = now;
        }
    }
};

AuditFile::AuditFile(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<AuditFile>> AuditFile::open(const std::filesystem::path& file, Limits limits,
                                                   Executor& disk) {
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    if (error)
        return fail(Reason::ServiceUnavailable, fmt::format("cannot make the folder {} for the audit log: {}",
                                                            file.parent_path().string(), error.message()));
    spdlog::file_event_handlers handlers;
    handlers.after_open = [](const spdlog::filename_t& name, std::FILE*) {
        std::error_code ignored;
        std::filesystem::permissions(
            name, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, ignored);
    };
    try {
        auto sink = std::make_shared<spdlog::sinks::rotating_file_sink_st>(file.string(), limits.fileBytes,
                                                                           limits.backups, false, handlers);
        sink->set_pattern("%v");
        return std::unique_ptr<AuditFile>(
            new AuditFile(std::make_shared<Impl>(std::move(sink), limits, disk)));
    } catch (const spdlog::spdlog_ex& failure) {
        return fail(Reason::ServiceUnavailable,
                    fmt::format("cannot write the audit log {}: {}", file.string(), failure.what()));
    }
}

AuditFile::~AuditFile() {
    std::mutex mutex;
    std::condition_variable told;
    bool done = false;
    impl_->disk.post([&] {
        impl_->flush();
        const std::lock_guard lock(mutex);
        done = true;
        told.notify_one();
    });
    std::unique_lock lock(mutex);
    told.wait(lock, [&] { return done; });
}

void AuditFile::write(std::string line) {
    impl_->add(std::move(line));
}

std::size_t AuditFile::dropped() const {
    return impl_->dropped;
}

} // namespace wheelhouse::controlplane
