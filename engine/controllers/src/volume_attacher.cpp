#include "volume_attacher.h"

#include "engine/controllers/lab_volumes.h"
#include "finalizers.h"
#include "node_health.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::controllers {

namespace storage = api::storage;

namespace {

constexpr const char* finalizer = "external-attacher/volume-wheelhouse-dev";
constexpr const char* byNodeName = "attachments.node";

} // namespace

VolumeAttacher::VolumeAttacher(const Deps& deps)
    : QueuedController(deps, "volumeattacher"), providers_(deps.providers),
      attachments_(watch<Attachment>(enqueueSelf())), volumes_(watch<core::PersistentVolume>()),
      nodes_(watch<core::Node>(
          {.onUpdate = [this](const ObjectPtr&, const ObjectPtr& node) { nodeChanged(node->name()); },
           .onDelete = [this](const ObjectPtr& node) { nodeChanged(node->name()); }})),
      machines_(
          watch<api::lab::Machine>(onAny([this](const ObjectPtr& each) { nodeChanged(each->name()); }))) {
    attachments_.addIndex(byNodeName, [](const ObjectPtr& each) {
        return std::vector<std::string>{each->as<Attachment>().spec().nodename()};
    });
}

void VolumeAttacher::nodeChanged(const std::string& node) {
    for (const ObjectPtr& attachment : attachments_.byIndex(byNodeName, node))
        enqueue(attachment->name());
}

Result<VolumeAttacher::Disk> VolumeAttacher::diskOf(const Attachment& attachment) const {
    const std::string& name = attachment.spec().source().persistentvolumename();
    const ObjectPtr volume = volumes_.get(name);
    if (!volume) return fail(Reason::NotFound, fmt::format("persistentvolume \"{}\" not found", name));
    const auto spec = volume->as<core::PersistentVolume>().spec();
    const auto& csi = spec.persistentvolumesource().csi();
    if (csi.driver() != lab::volumeDriver)
        return fail(Reason::Invalid, fmt::format("persistentvolume \"{}\" is not of this driver", name));
    const auto attribute = csi.volumeattributes().find(lab::providerAttribute);
    const auto provider =
        providers_.find(attribute == csi.volumeattributes().end() ? std::string() : attribute->second);
    if (provider == providers_.end())
        return fail(Reason::Invalid,
                    fmt::format("this lab has no machines persistentvolume \"{}\" is for", name));
    return Disk{provider->second, csi.volumehandle()};
}

Step VolumeAttacher::reconcile(std::string key) {
    const ObjectPtr object = attachments_.get(key);
    if (!object) {
        asked_.erase(key);
        co_return Result<void>();
    }
    auto attachment = object->as<Attachment>();
    if (attachment.spec().attacher() != lab::volumeDriver) co_return Result<void>();
    if (object->deleting()) co_return co_await detach(object, std::move(attachment));
    if (!hasFinalizer(attachment.metadata(), finalizer)) {
        // First the promise to take it away again.
        attachment.mutable_metadata()->add_finalizers(finalizer);
        auto written = co_await api_.update(std::move(attachment));
        co_return unlessGone(written);
    }
    if (attachment.status().attached() && asked_.contains(key)) co_return Result<void>();
    co_return co_await attach(object, std::move(attachment));
}

Step VolumeAttacher::attach(ObjectPtr object, Attachment attachment) {
    const auto disk = diskOf(attachment);
    if (!disk) co_return co_await sayFailure(std::move(attachment), true, disk.error().message);
    client::Call<void> attaching(
        [disk = *disk, node = attachment.spec().nodename()](client::Callback<void> done) {
            disk.provider->attachVolume(node, disk.handle, std::move(done));
        });
    auto attached = co_await attaching;
    if (!attached) co_return co_await sayFailure(std::move(attachment), true, attached.error().message);
    asked_.insert(object->name());
    if (attachment.status().attached()) co_return Result<void>();
    attachment.mutable_status()->set_attached(true);
    attachment.mutable_status()->clear_attacherror();
    auto written = co_await api_.updateStatus(std::move(attachment));
    co_return unlessGone(written);
}

/// Writes it down, and has it tried again.
Step VolumeAttacher::sayFailure(Attachment attachment, bool attaching, std::string why) {
    auto written = co_await say(std::move(attachment), attaching, why);
    if (!written) co_return written;
    co_return fail(Reason::ServiceUnavailable, why);
}

/// What is attached is not said to be detached by a failure.
Step VolumeAttacher::say(Attachment attachment, bool attaching, std::string why) {
    auto& status = *attachment.mutable_status();
    if (attaching && status.attached()) co_return Result<void>();
    auto& error = attaching ? *status.mutable_attacherror() : *status.mutable_detacherror();
    if (error.message() == why) co_return Result<void>();
    error.set_message(why);
    *error.mutable_time() = timestamp();
    auto written = co_await api_.updateStatus(std::move(attachment));
    co_return unlessGone(written);
}

std::string VolumeAttacher::whyNotYet(const Attachment& attachment, const std::string& handle) const {
    const std::string& name = attachment.spec().nodename();
    const ObjectPtr object = nodes_.get(name);
    if (!object) return {};
    const auto node = object->as<core::Node>();
    const auto& used = node.status().volumesinuse();
    const bool mounted =
        std::find(used.begin(), used.end(), uniqueVolumeName(lab::volumeDriver, handle)) != used.end();
    if (!mounted || isOutOfService(node)) return {};
    const ObjectPtr machine = machines_.get(name);
    if (!machine || machine->as<api::lab::Machine>().status().phase() == "Stopped") return {};
    return fmt::format(
        "node \"{}\" may still write to the volume; it is detached when the node has unmounted it, "
        "is off or is marked with the taint {}",
        name, taint::outOfService);
}

Step VolumeAttacher::detach(ObjectPtr object, Attachment attachment) {
    if (!hasFinalizer(attachment.metadata(), finalizer)) co_return Result<void>();
    asked_.erase(object->name());
    const auto disk = diskOf(attachment);
    // Without its volume nothing says what was attached; the provisioner keeps volumes until they are not.
    if (!disk && disk.error().reason != Reason::NotFound)
        co_return co_await sayFailure(std::move(attachment), false, disk.error().message);
    if (disk) {
        const std::string why = whyNotYet(attachment, disk->handle);
        // Not tried again and again: node and machine are watched.
        if (!why.empty()) co_return co_await say(std::move(attachment), false, why);
        client::Call<void> detaching(
            [disk = *disk, node = attachment.spec().nodename()](client::Callback<void> done) {
                disk.provider->detachVolume(node, disk.handle, std::move(done));
            });
        auto detached = co_await detaching;
        if (!detached) co_return co_await sayFailure(std::move(attachment), false, detached.error().message);
    }
    dropFinalizer(*attachment.mutable_metadata(), finalizer);
    auto written = co_await api_.update(std::move(attachment));
    co_return unlessGone(written);
}

} // namespace wheelhouse::controllers
