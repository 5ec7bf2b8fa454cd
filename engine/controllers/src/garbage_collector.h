#pragma once

#include "engine/controllers/queued_controller.h"

#include <map>
#include <set>

namespace wheelhouse::controllers {

/// Deletes what belongs to owners that are gone, and finishes the deletions that wait for or let go of their
/// dependents.
///
/// Watches every kind, by the uids its ownerReferences name: the built-in ones, and those of
/// CustomResourceDefinitions as they come and go. Background: an object all of whose
/// owners are gone is deleted. Foreground (finalizer foregroundDeletion): the owner's dependents are deleted
/// first; when none that blocks is left the finalizer is taken off. Orphan (finalizer orphan): the owner's
/// uid is taken out of every dependent's references, then the finalizer off. Owner references of which only
/// some are gone lose just those. Owners that wait for one another in a circle are let go.
///
/// Nothing is deleted on the word of an informer alone: an owner that an informer does not have is asked for
/// at the server, and counts as gone only when there is none or one of another uid. Deletions carry the uid
/// and resourceVersion they were judged by. An owner of an unknown kind is never gone. A reference from a
/// namespaced object means an owner in the same namespace, or a cluster-scoped one.
///
/// Nothing is remembered but a few recent absences; interrupted anywhere, every object is looked at again at
/// the start.
class GarbageCollector final : public QueuedController {
  public:
    explicit GarbageCollector(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;
    void started() override;

  private:
    /// A kind that may own something.
    struct OwnerKind {
        client::ResourceName resource;
        bool namespaced = false;
    };

    void follow(client::Informer& informer, const client::ResourceName& resource);
    /// Asks what there is and follows custom kinds that are new.
    void discover();
    void take(const std::vector<client::ResourceInfo>& infos);
    const OwnerKind* ownerKind(const meta::OwnerReference& reference) const;
    bool customSynced() const;
    /// What has become of one owner reference.
    enum class Owner { Alive, WaitsForDependents, Gone };

    void changed(const ObjectPtr& object);
    void gone(const ObjectPtr& object);
    /// An owner that waits for its dependents looks at them again.
    void wakeOwners(const ObjectPtr& object);
    static std::string keyOf(const ObjectPtr& object);
    ObjectPtr find(const std::string& key) const;
    std::vector<ObjectPtr> dependentsOf(const Uid& owner) const;
    client::Task<Result<Owner>> look(meta::OwnerReference reference, std::string nameSpace);
    Step judge(ObjectPtr object);
    Step finishForeground(ObjectPtr owner);
    Step finishOrphaning(ObjectPtr owner);
    Step dropReferences(ObjectPtr object, std::set<std::string> uids);
    Step dropFinalizer(ObjectPtr object, const char* finalizer);
    /// Its owners need not wait for it any more.
    Step letOwnersGo(ObjectPtr object);
    Step deleteAs(ObjectPtr object, const char* policy);

    std::map<client::ResourceName, client::Informer*> kinds_;
    std::map<client::ResourceName, std::unique_ptr<client::Informer>> custom_; ///< a part of `kinds_`
    std::map<std::string, OwnerKind> owners_;                                  ///< by "apps/v1 Deployment"
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    std::map<std::string, Instant> absent_; ///< owners' uids found gone, and when
};

} // namespace wheelhouse::controllers
