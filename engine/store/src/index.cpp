#include "index.h"

#include "engine/base/assert.h"

#include <algorithm>

namespace wheelhouse::store {
namespace {

/// So many objects beyond a page are counted exactly; of more the present number is told, which is near
/// enough.
constexpr std::int64_t mostCounted = 2000;

const Version* versionAt(const std::vector<Version>& versions, Revision at) {
    const auto after =
        std::upper_bound(versions.begin(), versions.end(), at,
                         [](Revision revision, const Version& v) { return revision < v.revision; });
    return after == versions.begin() ? nullptr : &*std::prev(after);
}

} // namespace

ObjectPtr KindIndex::newest(const std::string& name) const {
    const auto found = objects_.find(name);
    if (found == objects_.end() || found->second.back().deleted) return nullptr;
    return found->second.back().object;
}

Result<ObjectPtr> KindIndex::at(const std::string& name, Revision at, const Thaw& thaw) const {
    const auto found = objects_.find(name);
    if (found == objects_.end()) return nullptr;
    const Version* version = versionAt(found->second, at);
    if (version == nullptr || version->deleted) return nullptr;
    return version->object ? version->object : thaw(*version, found->first);
}

const std::string& KindIndex::append(const std::string& name, Version version) {
    const auto entry = objects_.try_emplace(name).first;
    std::vector<Version>& versions = entry->second;
    WH_ASSERT(versions.empty() || versions.back().revision < version.revision, "revisions must rise");
    versions.push_back(std::move(version));
    return entry->first;
}

void KindIndex::rollBack(const std::string& name, Revision revision) {
    const auto found = objects_.find(name);
    WH_ASSERT(found != objects_.end() && found->second.back().revision == revision,
              "only the newest write can be undone");
    found->second.pop_back();
    if (found->second.empty()) objects_.erase(found);
}

/// The names that exist as of the newest published change, which are those that are counted.
NameCounts::Walk KindIndex::existing() const {
    return [this](std::string_view from, const std::function<bool(std::string_view)>& each) {
        for (auto it = objects_.lower_bound(from); it != objects_.end(); ++it) {
            const Version* version = versionAt(it->second, published_);
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
    counted(change.type, change.object->key(), change.revision);
    log_.push_back(std::move(change));
}

Result<Store::Page> KindIndex::list(std::string_view prefix, std::string_view start, std::int64_t limit,
                                    Revision at, const std::function<bool(const ObjectPtr&)>& filter,
                                    const Thaw& thaw) const {
    Store::Page page;
    page.revision = at;
    const std::string_view from = std::max(prefix, start);
    for (auto it = objects_.lower_bound(from); it != objects_.end() && it->first.starts_with(prefix); ++it) {
        const Version* version = versionAt(it->second, at);
        if (version == nullptr || version->deleted) continue;
        const bool full = limit > 0 && static_cast<std::int64_t>(page.items.size()) >= limit;
        if (full && !page.next.empty()) {
            // Only counted without a filter; many are not looked at one by one.
            if (page.remaining == mostCounted) {
                page.remaining += static_cast<std::int64_t>(counts_.from(it->first, prefix, existing()));
                break;
            }
            ++page.remaining;
            continue;
        }
        ObjectPtr object = version->object;
        if (!object && (filter || !full)) {
            Result<ObjectPtr> thawed = thaw(*version, it->first);
            if (!thawed) return fail(thawed.error());
            object = std::move(*thawed);
        }
        if (filter && !filter(object)) continue;
        if (full) {
            page.next = it->first;
            if (filter) break;
            ++page.remaining;
            continue;
        }
        page.items.push_back(std::move(object));
    }
    return page;
}

std::size_t KindIndex::logPosition(Revision since) const {
    const auto after =
        std::upper_bound(log_.begin(), log_.end(), since,
                         [](Revision revision, const Change& c) { return revision < c.revision; });
    return static_cast<std::size_t>(after - log_.begin());
}

std::vector<Version>* KindIndex::versions(const std::string& name) {
    const auto found = objects_.find(name);
    return found == objects_.end() ? nullptr : &found->second;
}

std::size_t KindIndex::cool(const std::string& name, Revision revision, std::vector<Revision>* cooled) {
    if (!log_.empty() && log_.front().revision == revision) log_.pop_front();
    const auto found = objects_.find(name);
    if (found == objects_.end()) return 0;
    std::size_t freed = 0;
    // From the change itself back to where an earlier change has been already.
    auto version = std::upper_bound(found->second.begin(), found->second.end(), revision,
                                    [](Revision r, const Version& v) { return r < v.revision; });
    while (version != found->second.begin()) {
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
    std::vector<Version>& versions = found->second;
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
    if (versions.empty()) objects_.erase(found);
    return freed;
}

} // namespace wheelhouse::store
