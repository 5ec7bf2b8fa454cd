#include "engine/store/store.h"

#include "engine/api/custom_resource.h"
#include "engine/base/assert.h"
#include "engine/base/log.h"
#include "index.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <limits>
#include <map>
#include <unordered_map>

namespace wheelhouse::store {
namespace {

/// History kept beyond the limit before compaction starts, and changes compacted in one turn: compaction is a
/// little work after many commits, never a pause.
constexpr std::size_t compactionBatch = 1024;

std::string recordKey(const Key& key) {
    const api::ResourceName& name = key.kind->storage().name;
    std::string out = name.apiVersion();
    out += '/';
    out += name.resource;
    out += '\0';
    out += key.name;
    return out;
}

Result<Key> parseRecordKey(const std::string& text) {
    const std::size_t end = text.find('\0');
    const std::size_t slash = text.rfind('/', end);
    if (end == std::string::npos || slash == std::string::npos)
        return fail(Reason::InternalError, "the store holds a record whose key is damaged");
    const std::string apiVersion = text.substr(0, slash);
    const std::size_t groupEnd = apiVersion.find('/');
    api::ResourceName name;
    name.group = groupEnd == std::string::npos ? "" : apiVersion.substr(0, groupEnd);
    name.version = groupEnd == std::string::npos ? apiVersion : apiVersion.substr(groupEnd + 1);
    name.resource = text.substr(slash + 1, end - slash - 1);
    const api::Kind* kind = api::findStorageKind(name);
    if (kind == nullptr)
        return fail(
            Reason::InternalError,
            fmt::format("the store holds {} in {}, which this version does not know; use the version that "
                        "wrote it, or another data directory",
                        name.resource, apiVersion));
    return Key{kind, text.substr(end + 1)};
}

tl::unexpected<Status> damaged(Revision revision, const api::Kind& kind, const std::string& name) {
    return fail(
        Reason::InternalError,
        fmt::format(
            "the store's record {} of {} {} is damaged; restore a backup or use another data directory",
            revision, kind.kind, name));
}

tl::unexpected<Status> expired(Revision asked, Revision compacted) {
    return fail(Reason::Expired, fmt::format("too old resource version: {} ({})", asked, compacted + 1));
}

} // namespace

class Store::Impl : public std::enable_shared_from_this<Impl> {
  public:
    struct Watcher {
        KindIndex* index = nullptr;
        Revision delivered = 0;
        std::uint64_t next =
            0; ///< change of the index to deliver next, counted from the first there ever was
        Sink sink;
        bool active = true;
        bool pumping = false;
    };

    Impl(std::unique_ptr<Backend> backend, Executor& executor, Retention retention)
        : backend_(std::move(backend)), executor_(executor), retention_(retention) {}

    Result<void> load();
    void write(const Key& key, const Mutate& mutate, Committed done, bool deletes);
    Result<Revision> readable(Revision at) const;
    std::unique_ptr<Watch> watch(const api::Kind& kind, Revision since, Sink sink);
    void compact(Revision revision, std::size_t most);
    Result<ObjectPtr> thaw(const api::Kind& kind, const Version& version, const std::string& name) const;
    Thaw thawing(const api::Kind& kind) const {
        return [this, &kind](const Version& version, const std::string& name) {
            return thaw(kind, version, name);
        };
    }
    KindIndex& index(const api::Kind& kind) {
        return kinds_.try_emplace(&kind.storage(), kinds_.size()).first->second;
    }
    const KindIndex* find(const api::Kind& kind) const {
        const auto found = kinds_.find(&kind.storage());
        return found == kinds_.end() ? nullptr : &found->second;
    }

    Revision newest() const { return next_ - 1; }
    std::vector<const api::Kind*> kinds() const {
        std::vector<const api::Kind*> out(kinds_.size());
        for (const auto& [kind, index] : kinds_)
            out[index.ordinal()] = kind;
        return out;
    }

    Revision visible_ = 0;
    Revision compacted_ = 0;
    Revision cooled_ = 0; ///< up to here the change log is gone from memory
    std::size_t historyBytes_ = 0;
    std::size_t recentBytes_ = 0; ///< of the history, in memory
    bool readOnly_ = false;

  private:
    /// Never by address: the same writes must be told in the same order in every run.
    struct InOrder {
        bool operator()(const KindIndex* a, const KindIndex* b) const { return a->ordinal() < b->ordinal(); }
    };
    struct Pending {
        Key key;
        const std::string* name; ///< the key's, as the index keeps it
        Change change;
        Committed done;
    };
    struct Retained {
        KindIndex* index;
        const std::string* name;
        Revision revision;
        std::int64_t wallNanoseconds;
    };
    /// Records read at the start whose states are not made yet.
    struct Loading {
        Result<void> outcome;
        std::unordered_map<Revision, std::string> values;
        std::vector<Revision> cooled;
    };
    struct WatchHandle final : Watch {
        explicit WatchHandle(std::shared_ptr<Watcher> w) : watcher(std::move(w)) {}
        ~WatchHandle() override { watcher->active = false; }
        std::shared_ptr<Watcher> watcher;
    };

    void loadRecord(Record&& record, Loading& loading);
    Result<void> makeLoaded(Loading& loading);
    void retain(const Retained& change, std::size_t superseded);
    void coolOldest(std::vector<Revision>* cooled = nullptr);
    void pumpUpTo(Revision revision);
    void flush();
    void onDurable(Revision upTo, const Result<void>& outcome);
    void publish(Revision upTo);
    void failAll(const Status& why);
    /// Delivers what there is, up to the change at `upTo`.
    void pump(Watcher& watcher, Revision upTo = std::numeric_limits<Revision>::max());
    void answer(Committed done, Result<ObjectPtr> result);
    void compactByRetention();

    std::unique_ptr<Backend> backend_;
    Executor& executor_;
    Retention retention_;
    Revision next_ = 1;
    bool flushPosted_ = false;
    std::unordered_map<const api::Kind*, KindIndex> kinds_;
    std::map<KindIndex*, std::vector<std::shared_ptr<Watcher>>, InOrder> watchers_;
    std::vector<Record> unsent_;
    std::deque<Pending> pending_;
    std::multimap<Revision, std::pair<Committed, ObjectPtr>> waiters_;
    std::deque<Retained> history_; ///< oldest first; the first `cold_` of them are not in the change logs
    std::size_t cold_ = 0;
};

void Store::Impl::loadRecord(Record&& record, Loading& loading) {
    if (!loading.outcome) return;
    Result<Key> key = parseRecordKey(record.key);
    if (!key) {
        loading.outcome = tl::unexpected<Status>(key.error());
        return;
    }
    KindIndex& index = this->index(*key->kind);
    const auto bytes = static_cast<std::uint32_t>(record.value.size());
    const std::vector<Version>* versions = index.versions(key->name);
    std::size_t superseded = record.deleted ? bytes : 0;
    if (versions && !versions->back().deleted) superseded += versions->back().bytes;
    const std::string& name = index.append(key->name, {record.revision, nullptr, bytes, record.deleted});
    loading.values.emplace(record.revision, std::move(record.value));
    visible_ = record.revision;
    retain({&index, &name, record.revision, record.wallNanoseconds}, superseded);
    // Most of a long history is never asked for: it stays on disk, unread but for its checksums.
    while (recentBytes_ > retention_.recentBytes && cold_ < history_.size()) {
        coolOldest(&loading.cooled);
        for (const Revision revision : std::exchange(loading.cooled, {}))
            loading.values.erase(revision);
    }
}

/// Makes the states that stay in memory, and the change logs of the recent ones.
Result<void> Store::Impl::makeLoaded(Loading& loading) {
    for (auto& [kind, index] : kinds_) {
        for (auto& [name, entry] : index.all())
            for (Version& version : entry.versions) {
                const auto value = loading.values.find(version.revision);
                if (value == loading.values.end()) continue;
                version.object = api::Object::parse(*kind, std::move(value->second));
                if (version.object == nullptr || version.object->key() != name)
                    return damaged(version.revision, *kind, name);
            }
    }
    for (std::size_t i = 0; i < history_.size(); ++i) {
        const Retained& change = history_[i];
        const std::vector<Version>& versions = *change.index->versions(*change.name);
        const auto version = std::lower_bound(versions.begin(), versions.end(), change.revision,
                                              [](const Version& v, Revision r) { return v.revision < r; });
        const bool existed = version != versions.begin() && !std::prev(version)->deleted;
        const Change::Type type = version->deleted ? Change::Type::Deleted
                                  : existed        ? Change::Type::Updated
                                                   : Change::Type::Created;
        if (i < cold_)
            change.index->counted(type, *change.name, change.revision);
        else
            change.index->publish(
                {type, change.revision, version->object, existed ? std::prev(version)->object : nullptr});
    }
    for (auto& [kind, index] : kinds_)
        index.describeAll();
    return {};
}

Result<void> Store::Impl::load() {
    Loading loading;
    Revision previous = 0;
    std::vector<std::pair<Revision, Revision>> gaps;
    Result<Revision> compacted = backend_->load([&](Record&& record) {
        if (previous != 0 && record.revision != previous + 1) gaps.emplace_back(previous, record.revision);
        previous = record.revision;
        loadRecord(std::move(record), loading);
    });
    if (!compacted) return tl::unexpected<Status>(compacted.error());
    if (!loading.outcome) return loading.outcome;
    if (Result<void> made = makeLoaded(loading); !made) return made;
    for (const auto& [before, after] : gaps)
        if (after > *compacted + 1)
            return fail(Reason::InternalError,
                        fmt::format("the store's history is damaged: revisions between {} and {} are "
                                    "missing; restore a backup or use another data directory",
                                    before, after));
    visible_ = std::max(visible_, *compacted);
    next_ = visible_ + 1;
    compact(*compacted, history_.size());
    compacted_ = *compacted;
    return {};
}

Result<ObjectPtr> Store::Impl::thaw(const api::Kind& kind, const Version& version,
                                    const std::string& name) const {
    Result<std::string> value = backend_->read(version.revision);
    if (!value) return fail(value.error());
    ObjectPtr object = api::Object::parse(kind.storage(), std::move(*value));
    if (object == nullptr || object->key() != name) return damaged(version.revision, kind, name);
    return object;
}

void Store::Impl::retain(const Retained& change, std::size_t superseded) {
    historyBytes_ += superseded;
    recentBytes_ += superseded;
    history_.push_back(change);
}

void Store::Impl::coolOldest(std::vector<Revision>* cooled) {
    const Retained& oldest = history_[cold_++];
    recentBytes_ -= std::min(recentBytes_, oldest.index->cool(*oldest.name, oldest.revision, cooled));
    cooled_ = oldest.revision;
}

void Store::Impl::answer(Committed done, Result<ObjectPtr> result) {
    if (done) executor_.post([done = std::move(done), result = std::move(result)] { done(result); });
}

void Store::Impl::write(const Key& key, const Mutate& mutate, Committed done, bool deletes) {
    KindIndex& index = this->index(*key.kind);
    ObjectPtr newest = index.newest(key.name);
    Result<ObjectPtr> made = mutate(newest, next_);
    if (!made) return answer(std::move(done), std::move(made));
    if (!deletes && *made == newest) {
        if (newest->revision() <= visible_) return answer(std::move(done), std::move(made));
        waiters_.emplace(newest->revision(), std::pair{std::move(done), newest});
        return;
    }
    if (readOnly_)
        return answer(std::move(done),
                      fail(Reason::ServiceUnavailable,
                           "the store is read-only since a write to disk failed; free the disk and restart"));
    ObjectPtr object = *std::move(made);
    WH_ASSERT(object->revision() == next_, "an object stored under another revision than its own");
    WH_ASSERT(object->key() == key.name && &object->kind() == &key.kind->storage(),
              "an object stored under another key than its own");
    const Change::Type type = deletes  ? Change::Type::Deleted
                              : newest ? Change::Type::Updated
                                       : Change::Type::Created;
    const std::int64_t wall = executor_.clock().wallNow().time_since_epoch().count();
    const std::string& name =
        index.append(key.name, {next_, object, static_cast<std::uint32_t>(object->bytes().size()), deletes});
    unsent_.push_back({next_, recordKey(key), object->bytes(), deletes, wall});
    pending_.push_back({key, &name, {type, next_, std::move(object), std::move(newest)}, std::move(done)});
    ++next_;
    if (!flushPosted_) {
        flushPosted_ = true;
        executor_.post([weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->flush();
        });
    }
}

void Store::Impl::flush() {
    flushPosted_ = false;
    if (unsent_.empty()) return;
    const Revision upTo = unsent_.back().revision;
#ifdef WHEELHOUSE_SEEDED_BUGS
    if (std::getenv("WHEELHOUSE_BUG_EARLY_ANSWER") != nullptr)
        executor_.post([weak = weak_from_this(), upTo] {
            if (const auto self = weak.lock()) self->onDurable(upTo, {});
        });
#endif
    backend_->append(std::exchange(unsent_, {}),
                     [weak = weak_from_this(), upTo, &executor = executor_](Result<void> outcome) {
                         executor.post([weak, upTo, outcome = std::move(outcome)] {
                             if (const auto self = weak.lock()) self->onDurable(upTo, outcome);
                         });
                     });
}

void Store::Impl::onDurable(Revision upTo, const Result<void>& outcome) {
    if (readOnly_) return; // writes in flight have been failed already
    if (!outcome) return failAll(outcome.error());
    // An executor that keeps no order may tell of the later commit first.
    if (upTo > visible_) publish(upTo);
}

void Store::Impl::publish(Revision upTo) {
    std::vector<std::pair<Committed, ObjectPtr>> answers;
    std::map<KindIndex*, std::vector<Revision>, InOrder> touched;
    while (!pending_.empty() && pending_.front().change.revision <= upTo) {
        Pending entry = std::move(pending_.front());
        pending_.pop_front();
        KindIndex& index = this->index(*entry.key.kind);
        std::size_t superseded = entry.change.before ? entry.change.before->bytes().size() : 0;
        if (entry.change.type == Change::Type::Deleted) superseded += entry.change.object->bytes().size();
        retain({&index, entry.name, entry.change.revision,
                executor_.clock().wallNow().time_since_epoch().count()},
               superseded);
        answers.emplace_back(std::move(entry.done), entry.change.object);
        touched[&index].push_back(entry.change.revision);
        index.publish(std::move(entry.change));
    }
    visible_ = upTo;
    for (auto it = waiters_.begin(); it != waiters_.end() && it->first <= upTo; it = waiters_.erase(it))
        answers.push_back(std::move(it->second));
    for (const auto& [index, revisions] : touched) {
        auto& list = watchers_[index];
        std::erase_if(list, [](const auto& w) { return !w->active; });
        const auto current = list; // sinks may add and end watches
        // One change to everybody before the next: it is encoded once, and nobody hears of it much later.
        for (const Revision revision : revisions)
            for (const auto& watcher : current)
                pump(*watcher, revision);
    }
    for (auto& [done, object] : answers)
        if (done) done(object);
    compactByRetention();
}

void Store::Impl::failAll(const Status& why) {
    readOnly_ = true;
    log::error("store", "a write to disk failed, the store is read-only now: {}", why.message);
    unsent_.clear();
    std::deque<Pending> failed = std::exchange(pending_, {});
    for (auto it = failed.rbegin(); it != failed.rend(); ++it)
        index(*it->key.kind).rollBack(it->key.name, it->change.revision);
    next_ = visible_ + 1;
    const auto error =
        fail(Reason::ServiceUnavailable, fmt::format("the write could not be made durable: {}", why.message));
    auto waiting = std::exchange(waiters_, {});
    for (Pending& entry : failed)
        if (entry.done) entry.done(error);
    for (auto& [revision, entry] : waiting)
        if (entry.first) entry.first(error);
}

void Store::Impl::pump(Watcher& watcher, Revision upTo) {
    if (watcher.pumping) return;
    watcher.pumping = true;
    while (watcher.active) {
        const auto& log = watcher.index->log();
        watcher.next = std::max(watcher.next, watcher.index->forgotten());
        const std::uint64_t position = watcher.next - watcher.index->forgotten();
        if (position >= log.size() || log[position].revision > upTo) break;
        const Change change = log[position];
        ++watcher.next;
        watcher.delivered = change.revision;
        watcher.sink(change);
    }
    watcher.pumping = false;
}

Result<Revision> Store::Impl::readable(Revision at) const {
    if (at == 0) return visible_;
    if (at < compacted_) return expired(at, compacted_);
    if (at > visible_) {
        Status status;
        status.reason = Reason::Timeout;
        status.message = fmt::format("Too large resource version: {}, current: {}", at, visible_);
        status.causes.push_back({"ResourceVersionTooLarge", "Too large resource version", ""});
        status.retryAfterSeconds = 1;
        return fail(std::move(status));
    }
    return at;
}

std::unique_ptr<Store::Watch> Store::Impl::watch(const api::Kind& kind, Revision since, Sink sink) {
    auto watcher = std::make_shared<Watcher>();
    watcher->index = &index(kind);
    watcher->delivered = since;
    watcher->next = watcher->index->forgotten() + watcher->index->logPosition(since);
    watcher->sink = std::move(sink);
    watchers_[watcher->index].push_back(watcher);
    executor_.post([weak = weak_from_this(), watcher] {
        if (const auto self = weak.lock()) self->pump(*watcher);
    });
    return std::make_unique<WatchHandle>(watcher);
}

void Store::Impl::compactByRetention() {
    if (recentBytes_ > retention_.recentBytes && cold_ < history_.size()) {
        const std::size_t end = std::min(cold_ + compactionBatch, history_.size());
        pumpUpTo(history_[end - 1].revision);
        while (recentBytes_ > retention_.recentBytes && cold_ < end)
            coolOldest();
    }
    if (history_.empty()) return;
    const std::int64_t oldestKept =
        executor_.clock().wallNow().time_since_epoch().count() - retention_.age.count();
    const auto first = history_.begin();
    const auto end = first + static_cast<std::ptrdiff_t>(std::min(compactionBatch, history_.size()));
    const bool full = history_.size() >= compactionBatch;
    if (full && historyBytes_ > retention_.bytes) return compact(std::prev(end)->revision, compactionBatch);
    // Where little happens a batch may take days to fill: then a part of one goes, a while after its time.
    const bool overdue = first->wallNanoseconds < oldestKept - retention_.age.count() / 8;
    if (!overdue && !(full && std::prev(end)->wallNanoseconds < oldestKept)) return;
    const auto kept = std::partition_point(
        first, end, [&](const Retained& change) { return change.wallNanoseconds < oldestKept; });
    compact(std::prev(kept)->revision, compactionBatch);
}

/// Running watches are given everything up to `revision` before it goes from memory.
void Store::Impl::pumpUpTo(Revision revision) {
    for (auto& [index, list] : watchers_) {
        const auto current = list;
        for (const auto& watcher : current)
            if (watcher->delivered < revision) pump(*watcher);
    }
}

void Store::Impl::compact(Revision revision, std::size_t most) {
    pumpUpTo(revision);
    std::vector<Revision> dropped;
    for (; most > 0 && !history_.empty() && history_.front().revision <= revision; --most) {
        if (cold_ == 0) coolOldest();
        const Retained& oldest = history_.front();
        historyBytes_ -=
            std::min(historyBytes_, oldest.index->compact(*oldest.name, oldest.revision, dropped));
        compacted_ = oldest.revision;
        history_.pop_front();
        --cold_;
    }
    if (!dropped.empty() || compacted_ >= revision) backend_->compact(compacted_, std::move(dropped));
}

Store::Store(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(std::unique_ptr<Backend> backend, Executor& executor,
                                           Retention retention) {
    auto impl = std::make_shared<Impl>(std::move(backend), executor, retention);
    if (Result<void> loaded = impl->load(); !loaded) return tl::unexpected<Status>(loaded.error());
    return std::unique_ptr<Store>(new Store(std::move(impl)));
}

void Store::put(const Key& key, const Mutate& mutate, Committed done) {
    impl_->write(key, mutate, std::move(done), false);
}

void Store::remove(const Key& key, const Mutate& prepare, Committed done) {
    impl_->write(key, prepare, std::move(done), true);
}

Revision Store::revision() const {
    return impl_->visible_;
}
Revision Store::compactedRevision() const {
    return impl_->compacted_;
}
Revision Store::watchableRevision() const {
    return std::max(impl_->compacted_, impl_->cooled_);
}
std::size_t Store::historyBytes() const {
    return impl_->historyBytes_;
}
std::size_t Store::recentBytes() const {
    return impl_->recentBytes_;
}
bool Store::readOnly() const {
    return impl_->readOnly_;
}

ObjectPtr Store::get(const Key& key) const {
    const KindIndex* index = impl_->find(*key.kind);
    if (index == nullptr) return nullptr;
    // Cannot fail: what is visible now is in memory.
    return index->at(key.name, impl_->visible_, impl_->thawing(*key.kind)).value_or(nullptr);
}

Result<ObjectPtr> Store::get(const Key& key, Revision at) const {
    const Result<Revision> readable = impl_->readable(at);
    if (!readable) return tl::unexpected<Status>(readable.error());
    const KindIndex* index = impl_->find(*key.kind);
    if (index == nullptr) return nullptr;
    return index->at(key.name, *readable, impl_->thawing(*key.kind));
}

ObjectPtr Store::newest(const Key& key) const {
    const KindIndex* index = impl_->find(*key.kind);
    return index ? index->newest(key.name) : nullptr;
}

std::vector<ObjectPtr> Store::listNewest(const api::Kind& kind, std::string_view prefix) const {
    const KindIndex* index = impl_->find(kind);
    if (index == nullptr) return {};
    const Listing wanted{.prefix = prefix, .start = "", .at = newestRevision()};
    return std::move(index->list(wanted, impl_->thawing(kind))->items);
}

std::vector<const api::Kind*> Store::kinds() const {
    return impl_->kinds();
}

Revision Store::newestRevision() const {
    return impl_->newest();
}

Result<Store::Page> Store::list(const api::Kind& kind, std::string_view prefix, std::string_view start,
                                std::int64_t limit, Revision at,
                                const std::function<bool(const ObjectPtr&)>& filter) const {
    Result<Revision> readable = impl_->readable(at);
    if (!readable) return tl::unexpected<Status>(readable.error());
#ifdef WHEELHOUSE_SEEDED_BUGS
    if (std::getenv("WHEELHOUSE_BUG_LIST_LATE") != nullptr && *readable < impl_->visible_) ++*readable;
#endif
    const KindIndex* index = impl_->find(kind);
    if (index == nullptr) {
        Page empty;
        empty.revision = *readable;
        return empty;
    }
    const Listing wanted{prefix, start, limit, *readable, *readable == impl_->visible_, filter};
    return index->list(wanted, impl_->thawing(kind));
}

std::size_t Store::count(const api::Kind& kind) const {
    const KindIndex* index = impl_->find(kind);
    return index ? index->count() : 0;
}

Result<std::unique_ptr<Store::Watch>> Store::watch(const api::Kind& kind, Revision since, Sink sink) {
    if (since < watchableRevision()) return expired(since, watchableRevision());
    return impl_->watch(kind, since, std::move(sink));
}

void Store::compact(Revision revision) {
    impl_->compact(std::min(revision, impl_->visible_), static_cast<std::size_t>(-1));
}

} // namespace wheelhouse::store
