#include "index.h"

#include "engine/base/assert.h"

#include <algorithm>

namespace wheelhouse::store {
namespace {

/// So many objects beyond a page are counted exactly; of more the present number is told, which is near
/// enough.
constexpr std::int64_t mostCounted = 2000;

/// Fields of an entry with a write on its way, and of one that does not exist.
constexpr api::Traits unknown = 0;
constexpr api::Traits gone = api::Traits{1} << 63;

const Version* versionAt(const std::vector<Version>& versions, Revision at) {
    const auto after =
        std::upper_bound(versions.begin(), versions.end(), at,
                         [](Revision revision, const Version& v) { return revision < v.revision; });
    return after == versions.begin() ? nullptr : &*std::prev(after);
}

/// Takes entries in order until the page is full and it is known what comes after it.
class PageMaker {
  public:
    PageMaker(const Listing& wanted, const Thaw& thaw) : wanted_(wanted), thaw_(thaw) {}

    /// False when it needs no more.
    Result<bool> take(const std::string& name, const std::vector<Version>& versions) {
        const Version* version = versionAt(versions, wanted_.at);
        if (version == nullptr || version->deleted) return true;
        const bool full = wanted_.limit > 0 && static_cast<std::int64_t>(page.items.size()) >= wanted_.limit;
        if (full && !page.next.empty()) return ++page.remaining < mostCounted;
        ObjectPtr object = version->object;
        if (!object && (wanted_.filter || !full)) {
            Result<ObjectPtr> thawed = thaw_(*version, name);
            if (!thawed) return fail(thawed.error());
            object = std::move(*thawed);
        }
        if (wanted_.filter && !wanted_.filter(object)) return true;
        if (!full) {
            page.items.push_back(std::move(object));
            return true;
        }
        page.next = name;
        page.remaining = 1;
        return !wanted_.filter; // only counted without a filter
    }

    Store::Page page;

  private:
    const Listing& wanted_;
    const Thaw& thaw_;
};

} // namespace

ObjectPtr KindIndex::newest(const std::string& name) const {
    const auto found = objects_.find(name);
    if (found == objects_.end() || found->second.versions.back().deleted) return nullptr;
    return found->second.versions.back().object;
}

Result<ObjectPtr> KindIndex::at(const std::string& name, Revision at, const Thaw& thaw) const {
    const auto found = objects_.find(name);
    if (found == objects_.end()) return nullptr;
    const Version* version = versionAt(found->second.versions, at);
    if (version == nullptr || version->deleted) return nullptr;
    return version->object ? version->object : thaw(*version, found->first);
}

const std::string& KindIndex::append(const std::string& name, Version version) {
    const auto [it, added] = objects_.try_emplace(name);
    Entry& entry = it->second;
    if (added) {
        entry.slot = slots_.size();
        slots_.push_back({0, 0, &*it});
    }
    Slot& slot = slots_[entry.slot];
    if (version.object) slot.labels |= api::labelTraits(*version.object);
    slot.fields = unknown;
    WH_ASSERT(added || entry.versions.back().revision < version.revision, "revisions must rise");
    entry.versions.push_back(std::move(version));
    return it->first;
}

void KindIndex::rollBack(const std::string& name, Revision revision) {
    const auto found = objects_.find(name);
    WH_ASSERT(found != objects_.end() && found->second.versions.back().revision == revision,
              "only the newest write can be undone");
    found->second.versions.pop_back();
    if (found->second.versions.empty()) drop(found);
}

void KindIndex::drop(Objects::iterator entry) {
    const std::size_t slot = entry->second.slot;
    slots_[slot] = slots_.back();
    slots_[slot].entry->second.slot = slot;
    slots_.pop_back();
    objects_.erase(entry);
}

void KindIndex::describe(const Entry& entry) {
    Slot& slot = slots_[entry.slot];
    const Version& newest = entry.versions.back();
    const bool exists = newest.object && !newest.deleted;
    slot.labels = exists ? api::labelTraits(*newest.object) : 0;
    slot.fields = exists ? api::fieldTraits(*newest.object) : gone;
}

void KindIndex::describeAll() {
    for (const auto& [name, entry] : objects_)
        describe(entry);
}

/// The names that exist as of the newest published change, which are those that are counted.
NameCounts::Walk KindIndex::existing() const {
    return [this](std::string_view from, const std::function<bool(std::string_view)>& each) {
        for (auto it = objects_.lower_bound(from); it != objects_.end(); ++it) {
            const Version* version = versionAt(it->second.versions, published_);
            if (version != nullptr && !version->deleted && !each(it->first)) return;
        }
    };
}

void KindIndex::counted(Change::Type type, std::string_view name, Revision revision) {
    published_ = revision;
    if (type == Change::Type::Created) counts_.added(name, existing());
    if (type == Change::Type::Deleted) counts_.removed(name);
}

void KindIndex::publish(Change change) {
    const std::string name = change.object->key();
    counted(change.type, name, change.revision);
    const auto found = objects_.find(name);
    // With a newer write on its way the slot goes on knowing both.
    if (found != objects_.end() && found->second.versions.back().revision == change.revision)
        describe(found->second);
    log_.push_back(std::move(change));
}

std::optional<std::vector<const KindIndex::Objects::value_type*>>
KindIndex::candidates(const Listing& wanted) const {
    const auto* asked = wanted.filter.target<Selective>();
    if (!wanted.newest || asked == nullptr || (asked->labels == 0 && asked->fields.none()))
        return std::nullopt;
    // Sorting many costs more than walking past a few.
    const std::size_t most = slots_.size() / 16 + 64;
    std::vector<const Objects::value_type*> out;
    for (const Slot& slot : slots_) {
        if ((slot.labels & asked->labels) != asked->labels) continue;
        if (slot.fields != unknown && !asked->fields.metBy(slot.fields)) continue;
        if (out.size() == most) return std::nullopt;
        out.push_back(slot.entry);
    }
    std::sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
    return out;
}

Result<Store::Page> KindIndex::list(const Listing& wanted, const Thaw& thaw) const {
    const std::string_view from = std::max(wanted.prefix, wanted.start);
    PageMaker maker(wanted, thaw);
    std::string_view last;
    const auto take = [&](const Objects::value_type& entry) {
        last = entry.first;
        return maker.take(entry.first, entry.second.versions);
    };
    Result<bool> more = true;
    if (const auto chosen = candidates(wanted)) {
        for (const auto* entry : *chosen)
            if (entry->first >= from && entry->first.starts_with(wanted.prefix) && more && *more)
                more = take(*entry);
    } else {
        for (auto it = objects_.lower_bound(from);
             it != objects_.end() && it->first.starts_with(wanted.prefix) && more && *more; ++it)
            more = take(*it);
    }
    if (!more) return fail(more.error());
    maker.page.revision = wanted.at;
    // Many are not looked at one by one.
    if (!wanted.filter && !*more)
        maker.page.remaining +=
            static_cast<std::int64_t>(counts_.from(std::string(last) + '\0', wanted.prefix, existing()));
    return std::move(maker.page);
}

std::size_t KindIndex::logPosition(Revision since) const {
    const auto after =
        std::upper_bound(log_.begin(), log_.end(), since,
                         [](Revision revision, const Change& c) { return revision < c.revision; });
    return static_cast<std::size_t>(after - log_.begin());
}

std::vector<Version>* KindIndex::versions(const std::string& name) {
    const auto found = objects_.find(name);
    return found == objects_.end() ? nullptr : &found->second.versions;
}

std::size_t KindIndex::cool(const std::string& name, Revision revision, std::vector<Revision>* cooled) {
    if (!log_.empty() && log_.front().revision == revision) {
        log_.pop_front();
        ++forgotten_;
    }
    const auto found = objects_.find(name);
    if (found == objects_.end()) return 0;
    std::size_t freed = 0;
    // From the change itself back to where an earlier change has been already.
    std::vector<Version>& versions = found->second.versions;
    auto version = std::upper_bound(versions.begin(), versions.end(), revision,
                                    [](Revision r, const Version& v) { return r < v.revision; });
    while (version != versions.begin()) {
        --version;
        const bool itself = version->revision == revision;
        // A state superseded by its own deletion, or by the next change; a deletion ends with its own change.
        if (itself == version->deleted) {
            if (cooled) cooled->push_back(version->revision);
            freed += version->bytes;
            version->object = nullptr;
        }
        if (!itself) break;
    }
    return freed;
}

std::size_t KindIndex::compact(const std::string& name, Revision revision, std::vector<Revision>& dropped) {
    const auto found = objects_.find(name);
    if (found == objects_.end()) return 0;
    std::vector<Version>& versions = found->second.versions;
    std::size_t freed = 0;
    auto keepFrom = versions.begin();
    while (keepFrom != versions.end() && keepFrom->revision < revision)
        ++keepFrom;
    if (keepFrom != versions.end() && keepFrom->revision == revision && keepFrom->deleted) ++keepFrom;
    for (auto it = versions.begin(); it != keepFrom; ++it) {
        dropped.push_back(it->revision);
        freed += it->bytes;
    }
    versions.erase(versions.begin(), keepFrom);
    if (versions.empty()) drop(found);
    return freed;
}

} // namespace wheelhouse::store
