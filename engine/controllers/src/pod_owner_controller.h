#pragma once

#include "claims.h"
#include "engine/controllers/queued_controller.h"
#include "expectations.h"
#include "look_pace.h"

#include <string>
#include <vector>

namespace wheelhouse::controllers {

/// A pod as the informer has it, decoded.
struct OwnedPod {
    ObjectPtr object;
    core::Pod pod;
};
std::vector<OwnedPod> decodedPods(std::vector<ObjectPtr> pods);

/// What the controllers of kinds that own pods share: which owner a pod concerns, adoption and release, and
/// making and deleting pods without acting twice on one view of them.
///
/// A pod belongs to an owner by the uid in its controller reference. While this instance lives, expectations
/// (by uid) tell whether the informer has shown its own last writes; after a restart there are none, and the
/// informer is complete before the first look.
class PodOwnerController : public QueuedController {
  protected:
    PodOwnerController(const Deps& deps, std::string name, const api::Kind& owners);

    /// Says of pods whether they are this owner's by labels (and name, where it goes by name).
    virtual Claim::Test matching(const api::Object& owner) const = 0;

    /// What it puts on pods it adopts and takes off those it lets go. Empty: nothing.
    virtual std::string finalizer() const { return {}; }

    /// The informer shows everything this instance did for the owner. While it does not, the owner is looked
    /// at again in time, should an event be lost.
    bool settled(const ObjectPtr& owner);
    /// The pods an owner has, see claim(). Which of them are adopted: those `mayAdopt` says, else all.
    client::Task<Result<std::vector<ObjectPtr>>> claimPods(ObjectPtr owner, Claim::Test mayAdopt = nullptr);
    /// Makes pods in batches of 1, 2, 4, … for as long as none fails, so that a cluster that refuses them is
    /// asked little. One Event each. The first error, if any.
    Step createPods(ObjectPtr owner, std::vector<core::Pod> pods);
    /// Deletes these very pods (by uid), all at once. One Event each. An error, if any.
    Step deletePods(ObjectPtr owner, std::vector<ObjectPtr> victims);
    /// To be looked at soon, at the pace its pods allow.
    void enqueuePaced(const ObjectPtr& owner);
    void enqueueOwner(const Uid& owner);
    client::Informer& owners_;
    client::Informer& pods_;
    Expectations expectations_;
    LookPace pace_; ///< claimPods says how many pods there are

  private:
    void podAdded(const ObjectPtr& pod);
    void podUpdated(const ObjectPtr& before, const ObjectPtr& pod);
    void podDeleted(const ObjectPtr& pod);
    void enqueueWouldBeOwners(const ObjectPtr& orphan);
    void enqueueIfSettled(const Uid& owner, bool wasSettled);
};

/// A pod as a template wants it, with `owner` as its controller and a name made up from the owner's.
core::Pod podFromTemplate(const ObjectPtr& owner, const core::PodTemplateSpec& podTemplate);

} // namespace wheelhouse::controllers
