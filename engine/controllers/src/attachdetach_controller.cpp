#include "attachdetach_controller.h"

#include "digest.h"
#include "engine/controllers/lab_volumes.h"
#include "node_health.h"
#include "pods.h"
#include "volume_users.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::controllers {

namespace storage = api::storage;
using Type = client::EventRecorder::Type;

namespace {

constexpr Duration longestUnmount = std::chrono::minutes(6);
constexpr Duration lookAgain = std::chrono::seconds(5);
constexpr const char* byNodeName = "attachments.node";

constexpr std::string_view ownPrefix = "csi-";

std::string attachmentName(const std::string& handle, const std::string& driver, const std::string& node) {
    return std::string(ownPrefix) + sha256Hex(handle + driver + node);
}

/// Of the form of those made here; the volume it was made for may be gone.
bool isOwn(std::string_view name) {
    constexpr std::size_t digits = 64;
    return name.starts_with(ownPrefix) && name.size() == ownPrefix.size() + digits &&
           name.find_first_not_of("0123456789abcdef", ownPrefix.size()) == std::string_view::npos;
}

bool manyNodes(const core::PersistentVolume& volume) {
    const auto& modes = volume.spec().accessmodes();
    return std::any_of(modes.begin(), modes.end(), [](const std::string& mode) {
        return mode == "ReadWriteMany" || mode == "ReadOnlyMany";
    });
}

} // namespace

// One node at a time: two could otherwise both find a volume free.
AttachDetachController::AttachDetachController(const Deps& deps)
    : QueuedController(deps, "attachdetach", 1),
      pods_(watch<core::Pod>(onAny([this](const ObjectPtr& pod) { podChanged(pod); }))),
      claims_(watch<core::PersistentVolumeClaim>(
          onAny([this](const ObjectPtr& claim) { claimChanged(claim->key()); }))),
      volumes_(watch<core::PersistentVolume>()), drivers_(watch<storage::CSIDriver>()),
      nodes_(watch<core::Node>(onAny([this](const ObjectPtr& node) {
          if (!attachments_.byIndex(byNodeName, node->name()).empty()) enqueue(node->name());
      }))),
      attachments_(watch<storage::VolumeAttachment>(
          {.onAdd = [this](const ObjectPtr& each) { attachmentChanged(nullptr, each); },
           .onUpdate = [this](const ObjectPtr& before,
                              const ObjectPtr& each) { attachmentChanged(before, each); },
           .onDelete = [this](const ObjectPtr& each) { attachmentChanged(nullptr, each); }})) {
    indexByNode(pods_);
    indexByClaim(pods_);
    attachments_.addIndex(byNodeName, [](const ObjectPtr& each) {
        return std::vector<std::string>{each->as<storage::VolumeAttachment>().spec().nodename()};
    });
}

void AttachDetachController::podChanged(const ObjectPtr& pod) {
    const std::string_view node = api::nodeOfPod(*pod);
    if (!node.empty() && api::usesClaims(*pod)) enqueue(std::string(node));
}

void AttachDetachController::claimChanged(const std::string& key) {
    for (const ObjectPtr& pod : pods_.byIndex(byClaim, key))
        podChanged(pod);
}

void AttachDetachController::attachmentChanged(const ObjectPtr& before, const ObjectPtr& object) {
    const auto attachment = object->as<storage::VolumeAttachment>();
    enqueue(attachment.spec().nodename());
    const std::string& volume = attachment.spec().source().persistentvolumename();
    const bool was = before && before->as<storage::VolumeAttachment>().status().attached();
    if (before && !was && attachment.status().attached())
        tellPods(attachment, Type::Normal, "SuccessfulAttachVolume",
                 fmt::format("AttachVolume.Attach succeeded for volume \"{}\" ", volume));
    if (before && attachment.status().has_attacherror())
        tellPods(attachment, Type::Warning, "FailedAttachVolume",
                 fmt::format("AttachVolume.Attach failed for volume \"{}\" : {}", volume,
                             attachment.status().attacherror().message()));
    if (attachments_.get(object->key())) return;
    unwantedSince_.erase(object->name());
    // Whoever waited for this volume elsewhere may have it now.
    if (const ObjectPtr found = volumes_.get(volume)) {
        const auto claim = found->as<core::PersistentVolume>().spec().claimref();
        claimChanged(claim.namespace_() + "/" + claim.name());
    }
}

void AttachDetachController::tellPods(const storage::VolumeAttachment& attachment, Type type,
                                      const char* reason, const std::string& message) {
    const auto wanted = wantedOn(attachment.spec().nodename());
    const auto found = wanted.find(attachment.metadata().name());
    if (found == wanted.end()) return;
    for (const ObjectPtr& pod : found->second.pods)
        events_.record(pod, type, reason, message);
}

std::optional<AttachDetachController::Wanted>
AttachDetachController::attachable(const std::string& claimKey) const {
    const ObjectPtr claim = claims_.get(claimKey);
    if (!claim) return std::nullopt;
    const auto decoded = claim->as<core::PersistentVolumeClaim>();
    if (decoded.status().phase() != "Bound") return std::nullopt;
    const ObjectPtr volume = volumes_.get(decoded.spec().volumename());
    if (!volume) return std::nullopt;
    const auto spec = volume->as<core::PersistentVolume>().spec();
    if (!spec.persistentvolumesource().has_csi() || spec.claimref().uid() != claim->uid().value())
        return std::nullopt;
    const auto& csi = spec.persistentvolumesource().csi();
    const ObjectPtr driver = drivers_.get(csi.driver());
    if (driver) {
        const auto of = driver->as<storage::CSIDriver>().spec();
        if (of.has_attachrequired() && !of.attachrequired()) return std::nullopt;
    }
    return Wanted{volume, csi.driver(), csi.volumehandle(), {}};
}

AttachDetachController::WantedByName AttachDetachController::wantedOn(const std::string& node) const {
    WantedByName wanted;
    for (const ObjectPtr& pod : pods_.byIndex(byNode, node)) {
        if (api::PodFacts(*pod).terminal()) continue;
        for (const std::string& claim : claimsOf(*pod)) {
            auto each = attachable(claim);
            if (!each) continue;
            const std::string name = attachmentName(each->handle, each->driver, node);
            wanted.try_emplace(name, std::move(*each)).first->second.pods.push_back(pod);
        }
    }
    return wanted;
}

Step AttachDetachController::reconcile(std::string key) {
    const ObjectPtr node = nodes_.get(key);
    const WantedByName wanted = wantedOn(key);
    Result<void> outcome;
    std::set<std::string> leaving;
    std::vector<ObjectPtr> surplus;
    for (const ObjectPtr& object : attachments_.byIndex(byNodeName, key)) {
        if (wanted.contains(object->name())) {
            unwantedSince_.erase(object->name());
            continue;
        }
        if (!isOwn(object->name()) || object->deleting() || !mayDetach(node, object)) continue;
        const auto attachment = object->as<storage::VolumeAttachment>();
        const ObjectPtr volume = volumes_.get(attachment.spec().source().persistentvolumename());
        if (volume)
            leaving.insert(uniqueVolumeName(
                attachment.spec().attacher(),
                volume->as<core::PersistentVolume>().spec().persistentvolumesource().csi().volumehandle()));
        surplus.push_back(object);
    }
    auto told = co_await reportAttached(key, leaving);
    if (!told) co_return told;
    for (const ObjectPtr& object : surplus) {
        auto deleted = co_await api_.remove(object);
        if (auto gone = unlessGone(deleted); !gone) outcome = gone;
    }
    if (!node) co_return outcome;
    for (const auto& [name, each] : wanted) {
        auto attached = co_await attach(key, name, each);
        if (!attached) outcome = attached;
    }
    co_return outcome;
}

bool AttachDetachController::mayDetach(const ObjectPtr& object, const ObjectPtr& attachmentObject) {
    const auto since = unwantedSince_.try_emplace(attachmentObject->name(), now()).first->second;
    const auto attachment = attachmentObject->as<storage::VolumeAttachment>();
    const std::string key = attachment.spec().nodename();
    core::Node node;
    if (object) node = object->as<core::Node>();
    const bool ready = object && readiness(node) == "True";
    if (object && isOutOfService(node)) return true;
    const ObjectPtr volume = volumes_.get(attachment.spec().source().persistentvolumename());
    std::string name;
    if (volume)
        name = uniqueVolumeName(
            attachment.spec().attacher(),
            volume->as<core::PersistentVolume>().spec().persistentvolumesource().csi().volumehandle());
    const auto& used = node.status().volumesinuse();
    const bool mounted = !object || std::find(used.begin(), used.end(), name) != used.end();
    if (!mounted) return true;
    if (!ready && now() - since >= longestUnmount) return true;
    enqueueAfter(key, ready ? lookAgain : longestUnmount - (now() - since));
    return false;
}

Step AttachDetachController::reportAttached(std::string key, std::set<std::string> leaving) {
    const ObjectPtr object = nodes_.get(key);
    if (!object) co_return Result<void>();
    auto node = object->as<core::Node>();
    std::set<std::string> attached;
    for (const ObjectPtr& each : attachments_.byIndex(byNodeName, key)) {
        const auto attachment = each->as<storage::VolumeAttachment>();
        const ObjectPtr volume = volumes_.get(attachment.spec().source().persistentvolumename());
        if (!attachment.status().attached() || each->deleting() || !volume) continue;
        const auto spec = volume->as<core::PersistentVolume>().spec();
        const std::string name = uniqueVolumeName(attachment.spec().attacher(),
                                                  spec.persistentvolumesource().csi().volumehandle());
        if (!leaving.contains(name)) attached.insert(name);
    }
    std::set<std::string> told;
    for (const auto& each : node.status().volumesattached())
        told.insert(each.name());
    if (told == attached) co_return Result<void>();
    node.mutable_status()->clear_volumesattached();
    for (const std::string& name : attached) {
        auto& each = *node.mutable_status()->add_volumesattached();
        each.set_name(name);
        each.set_devicepath("");
    }
    auto written = co_await api_.updateStatus(std::move(node));
    co_return unlessGone(written);
}

bool AttachDetachController::takenElsewhere(const std::string& node, const Wanted& wanted,
                                            const std::vector<ObjectPtr>& attachments) {
    std::set<std::string> others;
    for (const ObjectPtr& object : attachments) {
        const auto attachment = object->as<storage::VolumeAttachment>();
        if (attachment.spec().source().persistentvolumename() == wanted.volume->name() &&
            attachment.spec().nodename() != node)
            others.insert(attachment.spec().nodename());
    }
    if (others.empty()) return false;
    std::set<ObjectPtr> users;
    for (const std::string& other : others)
        for (const auto& [name, each] : wantedOn(other))
            if (each.volume->name() == wanted.volume->name())
                users.insert(each.pods.begin(), each.pods.end());
    for (const ObjectPtr& pod : wanted.pods) {
        std::vector<std::string> near;
        std::size_t far = 0;
        for (const ObjectPtr& user : users)
            user->nameSpace() == pod->nameSpace() ? near.push_back(user->name()) : void(++far);
        std::sort(near.begin(), near.end());
        std::string why =
            "Volume is already exclusively attached to one node and can't be attached to another";
        if (!near.empty()) why = fmt::format("Volume is already used by pod(s) {}", fmt::join(near, ", "));
        if (!near.empty() && far > 0) why += fmt::format(" and {} pod(s) in different namespaces", far);
        if (near.empty() && far > 0)
            why = fmt::format("Volume is already used by {} pod(s) in different namespaces", far);
        events_.record(pod, Type::Warning, "FailedAttachVolume",
                       fmt::format("Multi-Attach error for volume \"{}\" {}", wanted.volume->name(), why));
    }
    return true;
}

Step AttachDetachController::attach(std::string node, std::string name, Wanted wanted) {
    if (attachments_.get(name)) co_return Result<void>();
    if (!manyNodes(wanted.volume->as<core::PersistentVolume>())) {
        // What was attached a moment ago may not be in the informer yet.
        // A variable: g++ 12 destroys a braced argument of an awaited call twice.
        const client::ListOptions everything;
        auto live = co_await api_.list(api::kindOf<storage::VolumeAttachment>().name, everything);
        if (!live) co_return fail(live.error());
        if (takenElsewhere(node, wanted, live->items)) co_return Result<void>();
    }
    storage::VolumeAttachment attachment;
    attachment.mutable_metadata()->set_name(name);
    attachment.mutable_spec()->set_attacher(wanted.driver);
    attachment.mutable_spec()->set_nodename(node);
    attachment.mutable_spec()->mutable_source()->set_persistentvolumename(wanted.volume->name());
    attachment.mutable_status()->set_attached(false);
    auto made = co_await api_.create(std::move(attachment));
    if (made || made.error().reason == Reason::AlreadyExists) co_return Result<void>();
    co_return fail(made.error());
}

} // namespace wheelhouse::controllers
