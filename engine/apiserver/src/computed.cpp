#include "computed.h"

#include "continue_token.h"
#include "errors.h"
#include "metadata.h"

#include <algorithm>
#include <deque>
#include <fmt/format.h>
#include <set>

namespace wheelhouse::apiserver {

using api::ObjectPtr;

namespace {

/// Changes are told to watchers together.
constexpr Duration gathering = std::chrono::milliseconds(50);
/// A watch that begins further back than so many changes must list again.
constexpr std::size_t changesKept = 4096;

Status nobodyServes(const api::Kind& kind) {
    Status status;
    status.reason = Reason::ServiceUnavailable;
    status.message = qualifiedName(kind) + " cannot be read at the moment: what makes them is not running";
    status.retryAfterSeconds = 1;
    return status;
}

/// "namespace" and "name".
std::pair<std::string, std::string> partsOf(const std::string& key) {
    const std::size_t slash = key.find('/');
    if (slash == std::string::npos) return {"", key};
    return {key.substr(0, slash), key.substr(slash + 1)};
}

} // namespace

struct ComputedKinds::Entry : std::enable_shared_from_this<Entry> {
    Entry(const api::Kind& ofKind, Executor& control)
        : kind(ofKind), executor(control),
          revision(static_cast<Revision>(std::chrono::duration_cast<std::chrono::microseconds>(
                                             control.clock().wallNow().time_since_epoch())
                                             .count())),
          forgotten(revision) {}

    /// As it is for `reader`; null = for who may know everything.
    ObjectPtr make(const std::string& key, const Reader* reader, const std::string& subresource = {}) const {
        if (!source) return nullptr;
        const auto [nameSpace, name] = partsOf(key);
        const auto message = source->object(nameSpace, name, subresource);
        if (!message) return nullptr;
        if (reader != nullptr) source->veil(*message, *reader);
        metadataOf(*message).set_resourceversion(std::to_string(revision));
        return api::Object::of(*message);
    }

    void changed(const std::string& key) {
        ++revision;
        changes.emplace_back(revision, key);
        if (changes.size() > changesKept) {
            forgotten = changes.front().first;
            changes.pop_front();
        }
        if (!watchers.empty()) tell(key);
    }
    void tell(const std::string& key) {
        dirty.insert(key);
        if (timer.active()) return;
        timer.start(executor, gathering, [weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->flush();
        });
    }
    void flush();

    const api::Kind& kind;
    Executor& executor;
    ObjectSource* source = nullptr;
    Revision revision;
    Revision forgotten; ///< changes up to this one are not in `changes`
    std::deque<std::pair<Revision, std::string>> changes;
    std::set<KindWatcher*> watchers;
    std::set<std::string> dirty;
    ScopedTimer timer;
};

class ComputedKinds::KindWatcher final : public Watcher {
  public:
    KindWatcher(std::shared_ptr<Entry> entry, Selection selection, std::function<void(const Event&)> sink)
        : entry_(std::move(entry)), selection_(std::move(selection)), sink_(std::move(sink)) {
        entry_->watchers.insert(this);
    }
    ~KindWatcher() override { entry_->watchers.erase(this); }

    void begin(const ListAnswer& state, bool show, bool bookmark) {
        for (const ObjectPtr& object : state.items) {
            shown_[object->key()] = object;
            if (show) sink_({Event::Type::Added, object, state.revision, false});
        }
        if (bookmark) sink_({Event::Type::Bookmark, nullptr, state.revision, true});
    }
    /// Who is told something of its own.
    const Reader* reader() const { return selection_.reader.get(); }
    void tell(const std::string& key, const ObjectPtr& object) {
        const auto known = shown_.find(key);
        const bool was = known != shown_.end();
        if (object && selection_.matches(*object)) {
            shown_[key] = object;
            sink_({was ? Event::Type::Modified : Event::Type::Added, object, object->revision(), false});
        } else if (was) {
            const ObjectPtr last = atRevision(known->second, entry_->revision);
            shown_.erase(known);
            sink_({Event::Type::Deleted, last, entry_->revision, false});
        }
    }
    /// The client may know an object that is gone: all that is left of it is its name.
    void presume(const std::string& key) {
        const auto [nameSpace, name] = partsOf(key);
        const std::string only = selection_.singleName();
        if (shown_.count(key) > 0 || (!only.empty() && only != name)) return;
        if (!selection_.nameSpace.empty() && selection_.nameSpace != nameSpace) return;
        const auto bare = entry_->kind.newMessage();
        metadataOf(*bare).set_name(name);
        if (!nameSpace.empty()) metadataOf(*bare).set_namespace_(nameSpace);
        shown_[key] = api::Object::of(*bare);
    }
    void noteAll(std::set<std::string>& keys) const {
        for (const auto& [key, object] : shown_)
            keys.insert(key);
    }

  private:
    const std::shared_ptr<Entry> entry_;
    const Selection selection_;
    const std::function<void(const Event&)> sink_;
    std::map<std::string, ObjectPtr> shown_; ///< what the client knows of
};

void ComputedKinds::Entry::flush() {
    if (!source) return; // its successor tells everything anew
    const auto keys = std::exchange(dirty, {});
    for (const std::string& key : keys) {
        const ObjectPtr object = make(key, nullptr);
        const auto told = watchers; // a sink may end another watch
        for (KindWatcher* watcher : told) {
            if (watchers.count(watcher) == 0) continue;
            const bool veiled = source && source->veils() && watcher->reader() != nullptr;
            watcher->tell(key, veiled ? make(key, watcher->reader()) : object);
        }
    }
}

class ComputedKinds::Handle final : public Serving {
  public:
    explicit Handle(std::shared_ptr<Entry> entry) : entry_(std::move(entry)) {}
    ~Handle() override { entry_->source = nullptr; }
    void changed(const std::string& key) override { entry_->changed(key); }
    bool watched() const override { return !entry_->watchers.empty(); }

  private:
    const std::shared_ptr<Entry> entry_;
};

ComputedKinds::~ComputedKinds() {
    for (const auto& [kind, entry] : entries_) {
        entry->source = nullptr;
        entry->timer.stop();
    }
}

const std::shared_ptr<ComputedKinds::Entry>& ComputedKinds::entryOf(const api::Kind& kind) {
    auto& entry = entries_[&kind];
    if (!entry) entry = std::make_shared<Entry>(kind, control_);
    return entry;
}

std::unique_ptr<Serving> ComputedKinds::serve(const api::Kind& kind, ObjectSource& source) {
    const auto& entry = entryOf(kind);
    WH_ASSERT(api::isComputed(kind) && entry->source == nullptr, "a kind is made by one source");
    entry->source = &source;
    for (const KindWatcher* watcher : entry->watchers)
        watcher->noteAll(entry->dirty);
    if (!entry->watchers.empty())
        for (const std::string& key : source.keys(""))
            entry->tell(key);
    return std::make_unique<Handle>(entry);
}

Result<ObjectPtr> ComputedKinds::get(const api::Kind& kind, const std::string& nameSpace,
                                     const std::string& name, const std::string& subresource,
                                     const Reader* reader) {
    const auto& entry = entryOf(kind);
    if (!entry->source) return fail(nobodyServes(kind));
    ObjectPtr object = entry->make(keyOf(kind, nameSpace, name), reader, subresource);
    if (!object) return fail(notFound(kind, name));
    return object;
}

Result<ListAnswer> ComputedKinds::list(const Selection& selection, const std::string& start,
                                       std::int64_t limit) {
    const auto& entry = entryOf(*selection.kind);
    if (!entry->source) return fail(nobodyServes(*selection.kind));
    ListAnswer answer;
    answer.revision = entry->revision;
    const std::vector<std::string> keys = entry->source->keys(selection.nameSpace);
    const std::string only = selection.singleName();
    for (auto key = std::lower_bound(keys.begin(), keys.end(), start); key != keys.end(); ++key) {
        if (!only.empty() && partsOf(*key).second != only) continue;
        if (limit > 0 && answer.items.size() == static_cast<std::size_t>(limit)) {
            answer.continueToken = ContinueToken{static_cast<std::int64_t>(entry->revision), *key}.text();
            if (!selection.selective()) answer.remaining = keys.end() - key;
            break;
        }
        ObjectPtr object = entry->make(*key, selection.reader.get());
        if (object && selection.matches(*object)) answer.items.push_back(std::move(object));
    }
    return answer;
}

Result<std::unique_ptr<Watcher>> ComputedKinds::watch(const Selection& selection, Revision since,
                                                      bool listFirst, bool bookmarkState,
                                                      std::function<void(const Event&)> sink) {
    const auto& entry = entryOf(*selection.kind);
    if (since != 0 && !listFirst && since < entry->forgotten)
        return fail(Reason::Expired,
                    fmt::format("too old resource version: {} ({})", since, entry->forgotten));
    auto state = list(selection, "", 0);
    if (!state) return fail(state.error());
    auto watcher = std::make_unique<KindWatcher>(entry, selection, std::move(sink));
    watcher->begin(*state, listFirst, bookmarkState);
    if (!listFirst && since != 0)
        for (const auto& [revision, key] : entry->changes)
            if (revision > since) {
                watcher->presume(key);
                entry->tell(key);
            }
    return std::unique_ptr<Watcher>(std::move(watcher));
}

Revision ComputedKinds::revision(const api::Kind& kind) {
    return entryOf(kind)->revision;
}

} // namespace wheelhouse::apiserver
