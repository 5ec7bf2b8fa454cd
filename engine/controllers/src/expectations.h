#pragma once

#include "engine/base/clock.h"
#include "engine/base/ids.h"
#include "engine/client/informer.h"

#include <set>
#include <unordered_map>

namespace wheelhouse::controllers {

/// What a controller did that its informer has not shown yet. While something is expected, counting what the
/// informer shows would count wrong. Lost events are forgiven after five minutes.
class Expectations {
  public:
    static constexpr Duration patience = std::chrono::minutes(5);

    void expectCreations(const Uid& owner, int count, Instant now) {
        if (count <= 0) return;
        Entry& entry = entries_[owner];
        entry.creations += count;
        entry.since = now;
    }
    void expectDeletion(const Uid& owner, const Uid& object, Instant now) {
        Entry& entry = entries_[owner];
        entry.deletions.insert(object);
        entry.since = now;
    }
    /// The informer showed a new object, or its creation failed.
    void creationSeen(const Uid& owner) {
        const auto found = entries_.find(owner);
        if (found == entries_.end()) return;
        if (found->second.creations > 0) --found->second.creations;
        forgetIfMet(found);
    }
    /// The informer showed it going, or its deletion failed.
    void deletionSeen(const Uid& owner, const Uid& object) {
        const auto found = entries_.find(owner);
        if (found == entries_.end()) return;
        found->second.deletions.erase(object);
        forgetIfMet(found);
    }
    /// A handler of owned objects that first lets what is expected of their owners be seen. The handler must
    /// not outlive this.
    client::Informer::Handler watched(client::Informer::Handler handler) {
        handler.onAdd = [this, next = std::move(handler.onAdd)](const api::ObjectPtr& object) {
            creationSeen(object->controllerUid());
            next(object);
        };
        handler.onDelete = [this, next = std::move(handler.onDelete)](const api::ObjectPtr& object) {
            deletionSeen(object->controllerUid(), object->uid());
            next(object);
        };
        return handler;
    }
    bool met(const Uid& owner, Instant now) {
        const auto found = entries_.find(owner);
        if (found == entries_.end()) return true;
        if (now - found->second.since < patience) return false;
        entries_.erase(found);
        return true;
    }
    void forget(const Uid& owner) { entries_.erase(owner); }

  private:
    struct Entry {
        int creations = 0;
        std::set<Uid> deletions;
        Instant since{};
    };
    using Entries = std::unordered_map<Uid, Entry>;
    void forgetIfMet(Entries::iterator found) {
        if (found->second.creations == 0 && found->second.deletions.empty()) entries_.erase(found);
    }
    Entries entries_;
};

} // namespace wheelhouse::controllers
