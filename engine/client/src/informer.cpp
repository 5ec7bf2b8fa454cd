#include "engine/client/informer.h"

#include "engine/base/log.h"

#include <algorithm>
#include <cstdlib>
#include <set>

namespace wheelhouse::client {

namespace {

constexpr Duration firstRetry = std::chrono::milliseconds(100);
constexpr Duration longestRetry = std::chrono::seconds(30);

} // namespace

struct Informer::Impl : std::enable_shared_from_this<Informer::Impl> {
    struct Listener {
        Handler handler;
        bool active = false; ///< false until it was told of what is already known
    };
    using Objects = std::unordered_map<std::string, ObjectPtr>; ///< whose entries stay where they are
    struct ByKey {
        bool operator()(const Objects::value_type* a, const Objects::value_type* b) const {
            return a->first < b->first;
        }
    };
    struct Index {
        IndexFunction function;
        std::unordered_map<std::string, std::set<const Objects::value_type*, ByKey>> values;
    };

    Impl(Cluster& from, Executor& runsOn, ResourceName what, WatchOptions which)
        : cluster(from), executor(runsOn), resource(std::move(what)), selection(std::move(which)) {}

    // --- watching
    // -------------------------------------------------------------------------------------------------

    void watchFromScratch() {
        listing = true;
        staged.clear();
        WatchOptions options = selection;
        options.since = 0;
        options.sendInitialEvents = true;
        open(options);
    }

    void watchOn() {
        WatchOptions options = selection;
        options.since = revision;
        options.sendInitialEvents = false;
        open(options);
    }

    void open(const WatchOptions& options) {
        subscription.reset();
        const std::uint64_t turn = ++currentTurn;
        WatchSink sink;
        // A watch that was replaced may still have events on their way in some transports.
        sink.onEvent = [this, turn](const WatchEvent& event) {
            if (turn == currentTurn) onEvent(event);
        };
        sink.onEnd = [this, turn](const Status& why) {
            if (turn == currentTurn) onEnd(why);
        };
        subscription = cluster.watch(resource, options, std::move(sink));
    }

    void onEvent(const WatchEvent& event) {
        retryDelay = firstRetry;
        if (event.revision > revision) revision = event.revision;
        if (event.type == WatchEvent::Type::Bookmark) {
            if (listing && event.initialEventsEnd) finishListing();
            return;
        }
#ifdef WHEELHOUSE_SEEDED_BUGS
        if (!listing && std::getenv("WHEELHOUSE_BUG_DROP_EVENT") && event.revision % 23 == 0) return;
#endif
        const std::string key = event.object->key();
        if (listing) {
            if (event.type == WatchEvent::Type::Deleted)
                staged.erase(key);
            else
                staged[key] = event.object;
            return;
        }
        if (event.type == WatchEvent::Type::Deleted)
            drop(key, event.object);
        else
            take(key, event.object);
    }

    void onEnd(const Status& why) {
        const bool expired = why.reason == Reason::Expired || why.reason == Reason::Gone;
        // Servers without WatchList refuse sendInitialEvents as Invalid.
        const bool noWatchList =
            listing && (why.reason == Reason::Invalid || why.reason == Reason::BadRequest || plainList);
        plainList = plainList || noWatchList;
        if (!expired && !noWatchList)
            log::debug("informer", "watch of {} ended: {}", resource.resource, why.message);
        const bool fromScratch = expired || listing || !done;
        const Duration delay = expired || noWatchList ? Duration::zero() : retryDelay;
        retryDelay = std::min(retryDelay * 2, longestRetry);
        // Not from inside the watch's own callback: reopening destroys it.
        retry.start(executor, delay, [this, fromScratch] {
            if (!fromScratch)
                watchOn();
            else if (plainList)
                listPlainly();
            else
                watchFromScratch();
        });
    }

    void listPlainly() {
        listing = true;
        staged.clear();
        subscription.reset();
        const std::uint64_t turn = ++currentTurn;
        listPage({}, turn);
    }

    void listPage(const std::string& continueToken, std::uint64_t turn) {
        ListOptions options;
        options.nameSpace = selection.nameSpace;
        options.labelSelector = selection.labelSelector;
        options.fieldSelector = selection.fieldSelector;
        options.limit = 500;
        options.continueToken = continueToken;
        cluster.list(resource, options, [weak = weak_from_this(), turn](Result<ObjectList> list) {
            const auto self = weak.lock();
            if (!self || self->currentTurn != turn) return;
            if (!list) return self->onEnd(list.error());
            for (const ObjectPtr& object : list->items)
                self->staged[object->key()] = object;
            self->revision = list->revision;
            if (!list->continueToken.empty()) return self->listPage(list->continueToken, turn);
            self->finishListing();
            self->watchOn();
        });
    }

    // --- the copy
    // -------------------------------------------------------------------------------------------------

    void finishListing() {
        listing = false;
        auto fresh = std::exchange(staged, {});
        std::vector<std::string> gone;
        for (const auto& [key, object] : objects)
            if (!fresh.contains(key)) gone.push_back(key);
        std::sort(gone.begin(), gone.end());
        done = true;
        for (const std::string& key : gone)
            drop(key, objects[key]);
        for (const auto& [key, object] : fresh)
            take(key, object);
    }

    void take(const std::string& key, const ObjectPtr& object) {
        const auto found = objects.find(key);
        if (found == objects.end()) {
            const auto& entry = *objects.emplace(key, object).first;
            for (auto& [name, index] : indexes)
                enter(index, entry, index.function(object));
            tell([&](const Handler& h) {
                if (h.onAdd) h.onAdd(object);
            });
            return;
        }
        const ObjectPtr before = found->second;
        if (before->uid() != object->uid()) {
            // Deleted and made again while nobody looked: two objects, not one that changed.
            drop(key, before);
            take(key, object);
            return;
        }
        if (before->revision() == object->revision()) return;
        found->second = object;
        for (auto& [name, index] : indexes) {
            const auto was = index.function(before);
            const auto is = index.function(object);
            if (was == is) continue;
            leave(index, *found, was);
            enter(index, *found, is);
        }
        tell([&](const Handler& h) {
            if (h.onUpdate) h.onUpdate(before, object);
        });
    }

    void drop(const std::string& key, const ObjectPtr& last) {
        const auto found = objects.find(key);
        if (found == objects.end()) return;
        const ObjectPtr held = found->second;
        // `last` may be held's own storage in the map.
        const ObjectPtr reported = last ? last : held;
        for (auto& [name, index] : indexes)
            leave(index, *found, index.function(held));
        objects.erase(found);
        tell([&](const Handler& h) {
            if (h.onDelete) h.onDelete(reported);
        });
    }

    static void enter(Index& index, const Objects::value_type& entry,
                      const std::vector<std::string>& values) {
        for (const std::string& value : values)
            index.values[value].insert(&entry);
    }

    static void leave(Index& index, const Objects::value_type& entry,
                      const std::vector<std::string>& values) {
        for (const std::string& value : values) {
            const auto bucket = index.values.find(value);
            if (bucket == index.values.end()) continue;
            bucket->second.erase(&entry);
            if (bucket->second.empty()) index.values.erase(bucket);
        }
    }

    template <class F>
    void tell(F&& what) {
        for (std::size_t i = 0; i < listeners.size(); ++i)
            if (listeners[i]->active) what(listeners[i]->handler);
    }

    std::vector<ObjectPtr> sortedByKey() const {
        std::vector<std::pair<std::string_view, ObjectPtr>> pairs;
        pairs.reserve(objects.size());
        for (const auto& [key, object] : objects)
            pairs.emplace_back(key, object);
        std::sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        std::vector<ObjectPtr> result;
        result.reserve(pairs.size());
        for (auto& [key, object] : pairs)
            result.push_back(std::move(object));
        return result;
    }

    void add(Handler handler) {
        auto listener = std::make_shared<Listener>(Listener{std::move(handler), false});
        listeners.push_back(listener);
        if (objects.empty()) {
            listener->active = true;
            return;
        }
        executor.post([weak = weak_from_this(), listener] {
            const auto self = weak.lock();
            if (!self) return;
            listener->active = true;
            if (!listener->handler.onAdd) return;
            for (const ObjectPtr& object : self->sortedByKey())
                listener->handler.onAdd(object);
        });
    }

    Cluster& cluster;
    Executor& executor;
    const ResourceName resource;
    const WatchOptions selection;

    Objects objects;
    std::map<std::string, Index> indexes;
    std::vector<std::shared_ptr<Listener>> listeners;

    bool started = false;
    bool done = false;      ///< the first listing is complete
    bool listing = false;   ///< collecting a listing into `staged`
    bool plainList = false; ///< the server has no WatchList
    std::map<std::string, ObjectPtr> staged;
    Revision revision = 0;
    std::uint64_t currentTurn = 0;
    Duration retryDelay = firstRetry;
    ScopedTimer retry;
    std::unique_ptr<Subscription> subscription;
};

Informer::Informer(Cluster& cluster, Executor& executor, ResourceName resource, WatchOptions selection)
    : impl_(std::make_shared<Impl>(cluster, executor, std::move(resource), std::move(selection))) {}

Informer::~Informer() {
    impl_->retry.stop();
    ++impl_->currentTurn;
    impl_->subscription.reset();
}

void Informer::addIndex(std::string index, IndexFunction function) {
    if (impl_->indexes.contains(index)) return;
    WH_ASSERT(!impl_->started, "an index added after start would miss what is already known");
    impl_->indexes[std::move(index)].function = std::move(function);
}

void Informer::addHandler(Handler handler) {
    impl_->add(std::move(handler));
}

void Informer::start() {
    if (std::exchange(impl_->started, true)) return;
    impl_->watchFromScratch();
}

bool Informer::synced() const {
    return impl_->done;
}

ObjectPtr Informer::get(const std::string& key) const {
    const auto found = impl_->objects.find(key);
    return found == impl_->objects.end() ? nullptr : found->second;
}

std::vector<ObjectPtr> Informer::all() const {
    return impl_->sortedByKey();
}

std::vector<ObjectPtr> Informer::byIndex(const std::string& index, const std::string& value) const {
    std::vector<ObjectPtr> result;
    const auto found = impl_->indexes.find(index);
    WH_ASSERT(found != impl_->indexes.end(), "looked up in an index nobody added");
    const auto bucket = found->second.values.find(value);
    if (bucket == found->second.values.end()) return result;
    result.reserve(bucket->second.size());
    for (const auto* entry : bucket->second)
        result.push_back(entry->second);
    return result;
}

std::size_t Informer::size() const {
    return impl_->objects.size();
}

} // namespace wheelhouse::client
