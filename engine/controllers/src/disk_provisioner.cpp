#include "disk_provisioner.h"

#include "finalizers.h"
#include "node_health.h"
#include "volume_matching.h"
#include "volume_users.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace wheelhouse::controllers {

namespace storage = api::storage;
using Type = client::EventRecorder::Type;

namespace {

constexpr const char* provisionerName = "disk.wheelhouse.dev";
constexpr const char* className = "standard";
constexpr const char* finalizer = "external-provisioner.volume.kubernetes.io/finalizer";
constexpr const char* hostLabel = "kubernetes.io/hostname";
constexpr const char* introduction = "introduction";
constexpr const char* claimPrefix = "claim:";
constexpr const char* volumePrefix = "volume:";
constexpr Duration tryAgain = std::chrono::seconds(15);

bool isOurs(const core::PersistentVolume& volume) {
    return annotationOf(volume.metadata(), volumes::provisionedBy) == provisionerName;
}

std::string hostOf(const ObjectPtr& node) {
    const auto found = node->labels().find(hostLabel);
    return found == node->labels().end() ? node->name() : found->second;
}

std::string hostOf(const core::PersistentVolume& volume) {
    for (const auto& term : volume.spec().nodeaffinity().required().nodeselectorterms())
        for (const auto& expression : term.matchexpressions())
            if (expression.key() == hostLabel && expression.values_size() == 1) return expression.values(0);
    return {};
}

/// Any of the terms holds, each of whose labels must have one of the values; no terms allow every node.
bool allowed(const storage::StorageClass& of, const ObjectPtr& node) {
    const auto& terms = of.allowedtopologies();
    return terms.empty() || std::any_of(terms.begin(), terms.end(), [&](const auto& term) {
               const auto& expressions = term.matchlabelexpressions();
               return std::all_of(expressions.begin(), expressions.end(), [&](const auto& expression) {
                   const auto found = node->labels().find(expression.key());
                   const auto& values = expression.values();
                   return found != node->labels().end() &&
                          std::find(values.begin(), values.end(), found->second) != values.end();
               });
           });
}

/// What no disk can be, or "".
std::string impossible(const core::PersistentVolumeClaim& claim, const storage::StorageClass& of) {
    for (const std::string& mode : claim.spec().accessmodes())
        if (mode != "ReadWriteOnce" && mode != "ReadWriteOncePod")
            return fmt::format("a disk belongs to one node and cannot be {}; use ReadWriteOnce or "
                               "ReadWriteOncePod",
                               mode);
    if (claim.spec().volumemode() == "Block") return "volumeMode Block is not supported";
    if (claim.spec().has_selector()) return "claim Selector is not supported";
    if (claim.spec().has_datasource() || claim.spec().has_datasourceref())
        return "a disk begins empty; dataSource is not supported";
    for (const auto& [name, value] : of.parameters())
        return fmt::format("unknown parameter \"{}\" in StorageClass", name);
    return {};
}

} // namespace

DiskProvisioner::DiskProvisioner(const Deps& deps)
    : QueuedController(deps, "diskprovisioner"),
      claims_(watch<core::PersistentVolumeClaim>(onAny([this](const auto& claim) { claimChanged(claim); }))),
      volumes_(watch<core::PersistentVolume>(onAny([this](const ObjectPtr& object) {
          const auto volume = object->as<Volume>();
          if (!isOurs(volume)) return;
          enqueue(volumePrefix + object->name());
          const auto& claim = volume.spec().claimref();
          enqueue(fmt::format("{}{}/{}", claimPrefix, claim.namespace_(), claim.name()));
      }))),
      classes_(watch<storage::StorageClass>()), drivers_(watch<storage::CSIDriver>()),
      nodes_(watch<core::Node>()) {
    indexVolumesByClaim(volumes_);
}

void DiskProvisioner::started() {
    enqueue(introduction);
}

void DiskProvisioner::claimChanged(const ObjectPtr& object) {
    if (annotationOf(object->as<Claim>().metadata(), volumes::provisioner) == provisionerName)
        enqueue(claimPrefix + object->key());
}

Step DiskProvisioner::reconcile(std::string key) {
    if (key == introduction) co_return co_await introduce();
    const std::string name = key.substr(key.find(':') + 1);
    if (key.starts_with(volumePrefix)) {
        const ObjectPtr volume = volumes_.get(name);
        if (!volume) co_return Result<void>();
        co_return co_await reconcileVolume(volume);
    }
    const ObjectPtr claim = claims_.get(name);
    if (!claim || claim->deleting()) co_return Result<void>();
    co_return co_await reconcileClaim(claim);
}

Step DiskProvisioner::introduce() {
    if (drivers_.get(provisionerName)) co_return Result<void>();
    storage::StorageClass standard;
    standard.mutable_metadata()->set_name(className);
    (*standard.mutable_metadata()->mutable_annotations())[volumes::defaultClass] = "true";
    standard.set_provisioner(provisionerName);
    standard.set_reclaimpolicy("Delete");
    standard.set_volumebindingmode("WaitForFirstConsumer");
    standard.set_allowvolumeexpansion(true);
    auto made = co_await api_.create(std::move(standard));
    if (!made && made.error().reason != Reason::AlreadyExists) co_return fail(made.error());
    storage::CSIDriver driver;
    driver.mutable_metadata()->set_name(provisionerName);
    driver.mutable_spec()->set_attachrequired(false);
    driver.mutable_spec()->set_podinfoonmount(false);
    driver.mutable_spec()->set_storagecapacity(false);
    driver.mutable_spec()->set_fsgrouppolicy("File");
    driver.mutable_spec()->add_volumelifecyclemodes("Persistent");
    auto known = co_await api_.create(std::move(driver));
    if (!known && known.error().reason != Reason::AlreadyExists) co_return fail(known.error());
    co_return Result<void>();
}

Step DiskProvisioner::reconcileClaim(ObjectPtr object) {
    auto claim = object->as<Claim>();
    const ObjectPtr volume = claim.spec().volumename().empty() ? volumes_.get("pvc-" + object->uid().value())
                                                               : volumes_.get(claim.spec().volumename());
    if (claim.spec().volumename().empty()) {
        // Made already: the binder's turn.
        if (volume || annotationOf(claim.metadata(), volumes::provisioner) != provisionerName)
            co_return Result<void>();
        co_return co_await make(std::move(object), std::move(claim));
    }
    if (claim.status().phase() != "Bound" || !volume || !isOurs(volume->as<Volume>()))
        co_return Result<void>();
    co_return co_await grow(std::move(object), std::move(claim), volume);
}

Step DiskProvisioner::refuse(ObjectPtr claim, std::string why) {
    events_.record(claim, Type::Warning, "ProvisioningFailed",
                   fmt::format("failed to provision volume with StorageClass \"{}\": {}",
                               classOf(claim->as<Claim>()), why));
    enqueueAfter(claimPrefix + claim->key(), tryAgain);
    co_return Result<void>();
}

Step DiskProvisioner::make(ObjectPtr object, Claim claim) {
    const ObjectPtr found = classes_.get(classOf(claim));
    if (!found) co_return Result<void>(); // the binder says so
    const auto of = found->as<storage::StorageClass>();
    if (of.provisioner() != provisionerName) co_return Result<void>();
    const std::string selected = annotationOf(claim.metadata(), volumes::selectedNode);
    if (of.volumebindingmode() == "WaitForFirstConsumer" && selected.empty()) co_return Result<void>();
    if (const std::string problem = impossible(claim, of); !problem.empty())
        co_return co_await refuse(object, problem);
    if (!selected.empty() && !nodes_.get(selected)) {
        // Back to the scheduler: the node it chose has gone.
        claim.mutable_metadata()->mutable_annotations()->erase(volumes::selectedNode);
        auto written = co_await api_.update(std::move(claim));
        co_return unlessGone(written);
    }
    const auto node = place(claim, of);
    if (!node) co_return co_await refuse(object, node.error().message);
    events_.record(
        object, Type::Normal, "Provisioning",
        fmt::format("External provisioner is provisioning volume for claim \"{}\"", object->key()));
    Volume volume = volumeFor(object, of, *node);
    const std::string name = volume.metadata().name();
    auto made = co_await api_.create(std::move(volume));
    if (!made && made.error().reason != Reason::AlreadyExists) {
        co_await refuse(object, made.error().message);
        co_return fail(made.error());
    }
    if (made)
        events_.record(object, Type::Normal, "ProvisioningSucceeded",
                       "Successfully provisioned volume " + name);
    co_return Result<void>();
}

Result<std::string> DiskProvisioner::place(const Claim& claim, const storage::StorageClass& of) const {
    if (const std::string selected = annotationOf(claim.metadata(), volumes::selectedNode); !selected.empty())
        return selected;
    std::map<std::string, std::size_t> disks;
    for (const ObjectPtr& volume : volumes_.all())
        if (const auto decoded = volume->as<Volume>(); isOurs(decoded)) ++disks[hostOf(decoded)];
    ObjectPtr best;
    for (const ObjectPtr& node : nodes_.all()) {
        const auto decoded = node->as<core::Node>();
        if (readiness(decoded) != "True" || decoded.spec().unschedulable() || !allowed(of, node)) continue;
        const auto load = [&](const ObjectPtr& each) { return std::pair(disks[hostOf(each)], each->name()); };
        if (!best || load(node) < load(best)) best = node;
    }
    if (!best) return fail(Reason::ServiceUnavailable, "no node is ready to hold the disk");
    return best->name();
}

core::PersistentVolume DiskProvisioner::volumeFor(const ObjectPtr& object, const storage::StorageClass& of,
                                                  const std::string& node) const {
    const auto claim = object->as<Claim>();
    Volume volume;
    auto& metadata = *volume.mutable_metadata();
    metadata.set_name("pvc-" + object->uid().value());
    metadata.add_finalizers(finalizer);
    (*metadata.mutable_annotations())[volumes::provisionedBy] = provisionerName;
    auto& spec = *volume.mutable_spec();
    const api::Quantity size = storageIn(claim.spec().resources().requests());
    (*spec.mutable_capacity())["storage"].set_string(size.toString());
    *spec.mutable_accessmodes() = claim.spec().accessmodes();
    auto reference = client::referenceTo(*object);
    *spec.mutable_claimref() = std::move(reference);
    spec.set_persistentvolumereclaimpolicy(of.has_reclaimpolicy() ? of.reclaimpolicy() : "Delete");
    spec.set_storageclassname(of.metadata().name());
    spec.set_volumemode("Filesystem");
    *spec.mutable_mountoptions() = of.mountoptions();
    auto& disk = *spec.mutable_persistentvolumesource()->mutable_csi();
    disk.set_driver(provisionerName);
    disk.set_volumehandle(metadata.name());
    const ObjectPtr where = nodes_.get(node);
    auto& term = *spec.mutable_nodeaffinity()->mutable_required()->add_nodeselectorterms();
    auto& expression = *term.add_matchexpressions();
    expression.set_key(hostLabel);
    expression.set_operator_("In");
    expression.add_values(where ? hostOf(where) : node);
    return volume;
}

Step DiskProvisioner::grow(ObjectPtr object, Claim claim, ObjectPtr volumeObject) {
    auto volume = volumeObject->as<Volume>();
    const api::Quantity wanted = storageIn(claim.spec().resources().requests());
    if (storageIn(volume.spec().capacity()) < wanted) {
        events_.record(object, Type::Normal, "Resizing",
                       "External resizer is resizing volume " + volumeObject->name());
        (*volume.mutable_spec()->mutable_capacity())["storage"].set_string(wanted.toString());
        auto written = co_await api_.update(volume);
        if (!written) co_return unlessGone(written);
    }
    const api::Quantity size = storageIn(volume.spec().capacity());
    if (!(storageIn(claim.status().capacity()) < size)) co_return Result<void>();
    (*claim.mutable_status()->mutable_capacity())["storage"].set_string(size.toString());
    auto written = co_await api_.updateStatus(std::move(claim));
    if (written) events_.record(object, Type::Normal, "VolumeResizeSuccessful", "Resize volume succeeded");
    co_return unlessGone(written);
}

Step DiskProvisioner::reconcileVolume(ObjectPtr object) {
    auto volume = object->as<Volume>();
    if (!isOurs(volume)) co_return Result<void>();
    if (object->deleting()) {
        // Released or never used: nothing refers to the disk, and its node clears it away with the volume.
        if (volume.status().phase() == "Bound" || !dropFinalizer(*volume.mutable_metadata(), finalizer))
            co_return Result<void>();
        auto written = co_await api_.update(std::move(volume));
        co_return unlessGone(written);
    }
    const bool over = volume.status().phase() == "Released" || volume.status().phase() == "Failed";
    if (!over || volume.spec().persistentvolumereclaimpolicy() != "Delete") co_return Result<void>();
    auto deleted = co_await api_.remove(object);
    co_return unlessGone(deleted);
}

} // namespace wheelhouse::controllers
