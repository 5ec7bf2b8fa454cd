#include "engine/store/backend.h"

#include <condition_variable>
#include <fmt/format.h>
#include <mutex>
#include <rocksdb/db.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

namespace wheelhouse::store {
namespace {

// One key a record: 'r' and the revision, big-endian, so that key order is revision order. Beside them 'm'
// keys: the format and the compacted revision.
constexpr char formatKey[] = "m:format";
constexpr char formatValue[] = "1";
constexpr char compactedKey[] = "m:compacted";

template <class T>
void putBigEndian(std::string& out, T value) {
    for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8)
        out += static_cast<char>(value >> shift);
}

template <class T>
T getBigEndian(const char* bytes) {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value = static_cast<T>(value << 8 | static_cast<unsigned char>(bytes[i]));
    return value;
}

std::string recordKey(Revision revision) {
    std::string key = "r";
    putBigEndian<std::uint64_t>(key, revision);
    return key;
}

std::string encode(const Record& record) {
    std::string out;
    out.reserve(13 + record.key.size() + record.value.size());
    out += record.deleted ? '\1' : '\0';
    putBigEndian<std::uint64_t>(out, static_cast<std::uint64_t>(record.wallNanoseconds));
    putBigEndian<std::uint32_t>(out, static_cast<std::uint32_t>(record.key.size()));
    out += record.key;
    out += record.value;
    return out;
}

bool decode(const rocksdb::Slice& key, const rocksdb::Slice& value, Record& record) {
    if (key.size() != 9 || value.size() < 13) return false;
    const std::uint32_t keySize = getBigEndian<std::uint32_t>(value.data() + 9);
    if (value.size() - 13 < keySize) return false;
    record.revision = getBigEndian<std::uint64_t>(key.data() + 1);
    record.deleted = value[0] != 0;
    record.wallNanoseconds = static_cast<std::int64_t>(getBigEndian<std::uint64_t>(value.data() + 1));
    record.key.assign(value.data() + 13, keySize);
    record.value.assign(value.data() + 13 + keySize, value.size() - 13 - keySize);
    return true;
}

Status toStatus(const rocksdb::Status& status, const std::string& folder) {
    Status out;
    out.reason = Reason::InternalError;
    out.message = fmt::format("the store in {} failed: {}", folder, status.ToString());
    return out;
}

/// What the disk tasks work on; outlives the backend until the last task is done.
struct Disk {
    std::unique_ptr<rocksdb::DB> db;
    std::string folder;
    std::mutex mutex;
    std::condition_variable idle;
    struct Work {
        std::vector<Record> records;
        Backend::Done done;
        Revision compacted = 0;
        std::vector<Revision> dropped;
    };
    std::vector<Work> queue;
    bool scheduled = false;
    Status failure; ///< of the first failed write: nothing is written after it
    bool failed = false;

    void run();
    void write(std::vector<Work>& works);
};

void Disk::run() {
    std::unique_lock lock(mutex);
    while (!queue.empty()) {
        std::vector<Work> works = std::exchange(queue, {});
        lock.unlock();
        write(works);
        lock.lock();
    }
    scheduled = false;
    idle.notify_all();
}

void Disk::write(std::vector<Work>& works) {
    if (!failed) {
        rocksdb::WriteBatch batch;
        rocksdb::Status status;
        for (const Work& work : works) {
            for (const Record& record : work.records)
                if (status.ok()) status = batch.Put(recordKey(record.revision), encode(record));
            for (const Revision revision : work.dropped)
                if (status.ok()) status = batch.Delete(recordKey(revision));
            if (work.compacted != 0 && status.ok()) {
                std::string value;
                putBigEndian<std::uint64_t>(value, work.compacted);
                status = batch.Put(compactedKey, value);
            }
        }
        rocksdb::WriteOptions options;
#ifdef WHEELHOUSE_SEEDED_BUGS
        options.sync = std::getenv("WHEELHOUSE_BUG_SKIP_FSYNC") == nullptr;
#else
        options.sync = true;
#endif
        if (status.ok()) status = db->Write(options, &batch);
        if (!status.ok()) {
            failed = true;
            failure = toStatus(status, folder);
        }
    }
    for (Work& work : works)
        if (work.done) work.done(failed ? Result<void>(fail(failure)) : Result<void>());
}

class RocksDbBackend final : public Backend {
  public:
    RocksDbBackend(std::shared_ptr<Disk> disk, Executor& executor)
        : disk_(std::move(disk)), executor_(executor) {}

    ~RocksDbBackend() override {
        std::unique_lock lock(disk_->mutex);
        disk_->idle.wait(lock, [&] { return !disk_->scheduled; });
    }

    Result<Revision> load(const std::function<void(Record&&)>& each) override;

    void append(std::vector<Record> records, Done done) override {
        enqueue({std::move(records), std::move(done), 0, {}});
    }

    Result<std::string> read(Revision revision) override {
        rocksdb::ReadOptions options;
        options.verify_checksums = true;
        rocksdb::PinnableSlice value;
        const std::string key = recordKey(revision);
        const rocksdb::Status status = disk_->db->Get(options, disk_->db->DefaultColumnFamily(), key, &value);
        Record record;
        if (!status.ok()) return fail(toStatus(status, disk_->folder));
        if (!decode(key, value, record))
            return fail(toStatus(rocksdb::Status::Corruption("a record cannot be read"), disk_->folder));
        return std::move(record.value);
    }

    void compact(Revision revision, std::vector<Revision> dropped) override {
        enqueue({{}, nullptr, revision, std::move(dropped)});
    }

  private:
    void enqueue(Disk::Work work) {
        const std::lock_guard lock(disk_->mutex);
        disk_->queue.push_back(std::move(work));
        if (std::exchange(disk_->scheduled, true)) return;
        executor_.post([disk = disk_] { disk->run(); });
    }

    std::shared_ptr<Disk> disk_;
    Executor& executor_;
};

Result<Revision> RocksDbBackend::load(const std::function<void(Record&&)>& each) {
    rocksdb::ReadOptions options;
    options.verify_checksums = true;
    std::string value;
    rocksdb::Status status = disk_->db->Get(options, compactedKey, &value);
    if (!status.ok() && !status.IsNotFound()) return fail(toStatus(status, disk_->folder));
    if (status.ok() && value.size() != 8)
        return fail(toStatus(rocksdb::Status::Corruption(compactedKey), disk_->folder));
    const Revision compacted = status.ok() ? getBigEndian<std::uint64_t>(value.data()) : 0;
    const std::unique_ptr<rocksdb::Iterator> it(disk_->db->NewIterator(options));
    for (it->Seek("r"); it->Valid() && it->key().starts_with("r"); it->Next()) {
        Record record;
        if (!decode(it->key(), it->value(), record))
            return fail(toStatus(rocksdb::Status::Corruption("a record cannot be read"), disk_->folder));
        each(std::move(record));
    }
    if (!it->status().ok()) return fail(toStatus(it->status(), disk_->folder));
    return compacted;
}

rocksdb::Options openOptions() {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.paranoid_checks = true;
    // A torn last record is a write nobody was told of; anything else unreadable is damage and must be said.
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    options.write_buffer_size = 8 << 20;
    options.keep_log_file_num = 1;
    options.info_log_level = rocksdb::InfoLogLevel::ERROR_LEVEL;
    options.max_background_jobs = 2;
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(2 << 20);
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    return options;
}

} // namespace

Result<std::unique_ptr<Backend>> openRocksDb(const std::filesystem::path& folder, Executor& disk) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        return fail(Reason::InternalError,
                    fmt::format("cannot create {}: {}", folder.string(), error.message()));
    auto shared = std::make_shared<Disk>();
    shared->folder = folder.string();
    rocksdb::DB* db = nullptr;
    rocksdb::Status status = rocksdb::DB::Open(openOptions(), folder.string(), &db);
    if (!status.ok()) {
        if (status.ToString().find("lock") != std::string::npos)
            return fail(
                Reason::ServiceUnavailable,
                fmt::format("{} is in use by another process; stop it or choose another data directory",
                            folder.string()));
        return fail(toStatus(status, folder.string()));
    }
    shared->db.reset(db);
    std::string format;
    status = db->Get(rocksdb::ReadOptions(), formatKey, &format);
    if (status.IsNotFound()) {
        rocksdb::WriteOptions options;
        options.sync = true;
        status = db->Put(options, formatKey, formatValue);
        format = formatValue;
    }
    if (!status.ok()) return fail(toStatus(status, folder.string()));
    if (format != formatValue)
        return fail(Reason::InternalError,
                    fmt::format("the store in {} has format {}, this version reads format {}; use the "
                                "version that wrote it",
                                folder.string(), format, formatValue));
    return std::unique_ptr<Backend>(std::make_unique<RocksDbBackend>(std::move(shared), disk));
}

} // namespace wheelhouse::store
