#include "disk_provisioner.h"

#include "engine/controllers/lab_volumes.h"
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

constexpr const char* finalizer = "external-provisioner.volume.kubernetes.io/finalizer";
constexpr const char* hostLabel = "kubernetes.io/hostname";
constexpr const char* introduction = "introduction";
constexpr const char* claimPrefix = "claim:";
constexpr const char* volumePrefix = "volume:";
constexpr Duration tryAgain = std::chrono::seconds(15);
constexpr std::int64_t grain = std::int64_t{16} << 20; // of volumes' sizes, in bytes

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

std::string providerIn(const core::CSIPersistentVolumeSource& csi) {
    const auto found = csi.volumeattributes().find(lab::providerAttribute);
    return found == csi.volumeattributes().end() ? std::string() : found->second;
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
std::string impossible(const core::PersistentVolumeClaim& claim, const storage::StorageClass& of,
                       bool block) {
    for (const std::string& mode : claim.spec().accessmodes())
        if (mode != "ReadWriteOnce" && mode != "ReadWriteOncePod")
            return fmt::format("a disk belongs to one node and cannot be {}; use ReadWriteOnce or "
                               "ReadWriteOncePod",
                               mode);
    if (claim.spec().volumemode() == "Block" && !block) return "volumeMode Block is not supported";
    if (claim.spec().has_selector()) return "claim Selector is not supported";
    if (claim.spec().has_datasource() || claim.spec().has_datasourceref())
        return "a disk begins empty; dataSource is not supported";
    for (const auto& [name, value] : of.parameters())
        return fmt::format("unknown parameter \"{}\" in StorageClass", name);
    return {};
}

} // namespace

struct DiskProvisioner::Sort {
    const char* driver;
    const char* className;
    bool attached; ///< to the machines of a provider, who makes it
};

const DiskProvisioner::Sort* DiskProvisioner::sortOf(const std::string& driver) {
    static constexpr Sort sorts[] = {{lab::localDriver, "standard", false},
                                     {lab::volumeDriver, "disk", true}};
    const auto found = std::find_if(std::begin(sorts), std::end(sorts),
                                    [&](const Sort& each) { return driver == each.driver; });
    return found == std::end(sorts) ? nullptr : found;
}

const DiskProvisioner::Sort* DiskProvisioner::sortOf(const Volume& volume) {
    return sortOf(annotationOf(volume.metadata(), volumes::provisionedBy));
}

DiskProvisioner::DiskProvisioner(const Deps& deps)
    : QueuedController(deps, "diskprovisioner"), providers_(deps.providers),
      claims_(watch<core::PersistentVolumeClaim>(onAny([this](const auto& claim) { claimChanged(claim); }))),
      volumes_(watch<core::PersistentVolume>(onAny([this](const ObjectPtr& object) {
          const auto volume = object->as<Volume>();
          if (sortOf(volume) == nullptr) return;
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
    if (sortOf(annotationOf(object->as<Claim>().metadata(), volumes::provisioner)) != nullptr)
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
    auto known = co_await introduce(*sortOf(lab::localDriver));
    if (known && !providers_.empty()) known = co_await introduce(*sortOf(lab::volumeDriver));
    co_return known;
}

Step DiskProvisioner::introduce(const Sort& sort) {
    if (drivers_.get(sort.driver)) co_return Result<void>();
    storage::StorageClass made;
    made.mutable_metadata()->set_name(sort.className);
    if (!sort.attached) (*made.mutable_metadata()->mutable_annotations())[volumes::defaultClass] = "true";
    made.set_provisioner(sort.driver);
    made.set_reclaimpolicy("Delete");
    made.set_volumebindingmode("WaitForFirstConsumer");
    made.set_allowvolumeexpansion(true);
    auto written = co_await api_.create(std::move(made));
    if (!written && written.error().reason != Reason::AlreadyExists) co_return fail(written.error());
    storage::CSIDriver driver;
    driver.mutable_metadata()->set_name(sort.driver);
    driver.mutable_spec()->set_attachrequired(sort.attached);
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
        const Sort* sort = sortOf(annotationOf(claim.metadata(), volumes::provisioner));
        if (volume || sort == nullptr) co_return Result<void>();
        co_return co_await make(std::move(object), std::move(claim), *sort);
    }
    if (claim.status().phase() != "Bound" || !volume || sortOf(volume->as<Volume>()) == nullptr)
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

Step DiskProvisioner::make(ObjectPtr object, Claim claim, const Sort& sort) {
    const ObjectPtr found = classes_.get(classOf(claim));
    if (!found) co_return Result<void>(); // the binder says so
    const auto of = found->as<storage::StorageClass>();
    if (of.provisioner() != sort.driver) co_return Result<void>();
    const std::string selected = annotationOf(claim.metadata(), volumes::selectedNode);
    if (of.volumebindingmode() == "WaitForFirstConsumer" && selected.empty()) co_return Result<void>();
    if (const std::string problem = impossible(claim, of, sort.attached); !problem.empty())
        co_return co_await refuse(object, problem);
    if (!selected.empty() && !nodes_.get(selected)) {
        // Back to the scheduler: the node it chose has gone.
        claim.mutable_metadata()->mutable_annotations()->erase(volumes::selectedNode);
        auto written = co_await api_.update(std::move(claim));
        co_return unlessGone(written);
    }
    const auto node = place(claim, of, sort);
    if (!node) co_return co_await refuse(object, node.error().message);
    events_.record(
        object, Type::Normal, "Provisioning",
        fmt::format("External provisioner is provisioning volume for claim \"{}\"", object->key()));
    Volume volume = volumeFor(object, of, *node, sort);
    const std::string name = volume.metadata().name();
    auto behind =
        co_await ensure(sort, providerOf(*node), volume.spec().persistentvolumesource().csi().volumehandle(),
                        storageIn(volume.spec().capacity()));
    if (!behind) co_return co_await refuse(object, behind.error().message);
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

Step DiskProvisioner::ensure(const Sort& sort, std::string provider, std::string handle, api::Quantity size) {
    if (!sort.attached) co_return Result<void>();
    const auto found = providers_.find(provider);
    if (found == providers_.end())
        co_return fail(Reason::Invalid, fmt::format("this lab has no machines of the kind \"{}\"", provider));
    const std::int64_t bytes = (size.units() + grain - 1) / grain * grain;
    client::Call<void> making([owner = found->second, handle, bytes](client::Callback<void> done) {
        owner->ensureVolume({handle, bytes}, std::move(done));
    });
    auto made = co_await making;
    co_return made;
}

std::string DiskProvisioner::providerOf(const std::string& name) const {
    const ObjectPtr node = nodes_.get(name);
    if (!node) return {};
    const auto found = node->labels().find(lab::providerLabel);
    return found == node->labels().end() ? std::string() : found->second;
}

Result<std::string> DiskProvisioner::place(const Claim& claim, const storage::StorageClass& of,
                                           const Sort& sort) const {
    const auto unfit = [&](const std::string& node) {
        return sort.attached && !providers_.contains(providerOf(node));
    };
    if (const std::string selected = annotationOf(claim.metadata(), volumes::selectedNode);
        !selected.empty()) {
        if (!unfit(selected)) return selected;
        return fail(
            Reason::Invalid,
            fmt::format("node \"{}\" is no machine of this lab: volumes cannot be attached to it", selected));
    }
    std::map<std::string, std::size_t> disks;
    for (const ObjectPtr& volume : volumes_.all())
        if (const auto decoded = volume->as<Volume>(); sortOf(decoded) != nullptr) ++disks[hostOf(decoded)];
    ObjectPtr best;
    for (const ObjectPtr& node : nodes_.all()) {
        const auto decoded = node->as<core::Node>();
        if (readiness(decoded) != "True" || decoded.spec().unschedulable() || !allowed(of, node) ||
            unfit(node->name()))
            continue;
        const auto load = [&](const ObjectPtr& each) { return std::pair(disks[hostOf(each)], each->name()); };
        if (!best || load(node) < load(best)) best = node;
    }
    if (!best) return fail(Reason::ServiceUnavailable, "no node is ready to hold the disk");
    return best->name();
}

core::PersistentVolume DiskProvisioner::volumeFor(const ObjectPtr& object, const storage::StorageClass& of,
                                                  const std::string& node, const Sort& sort) const {
    const auto claim = object->as<Claim>();
    Volume volume;
    auto& metadata = *volume.mutable_metadata();
    metadata.set_name("pvc-" + object->uid().value());
    metadata.add_finalizers(finalizer);
    (*metadata.mutable_annotations())[volumes::provisionedBy] = sort.driver;
    auto& spec = *volume.mutable_spec();
    const api::Quantity size = storageIn(claim.spec().resources().requests());
    (*spec.mutable_capacity())["storage"].set_string(size.toString());
    *spec.mutable_accessmodes() = claim.spec().accessmodes();
    auto reference = client::referenceTo(*object);
    *spec.mutable_claimref() = std::move(reference);
    spec.set_persistentvolumereclaimpolicy(of.has_reclaimpolicy() ? of.reclaimpolicy() : "Delete");
    spec.set_storageclassname(of.metadata().name());
    spec.set_volumemode(claim.spec().volumemode() == "Block" ? "Block" : "Filesystem");
    *spec.mutable_mountoptions() = of.mountoptions();
    auto& disk = *spec.mutable_persistentvolumesource()->mutable_csi();
    disk.set_driver(sort.driver);
    // Of an attached one it is the disk's serial number too, and those are short.
    disk.set_volumehandle(sort.attached ? object->uid().value() : metadata.name());
    if (sort.attached) (*disk.mutable_volumeattributes())[lab::providerAttribute] = providerOf(node);
    if (sort.attached && spec.volumemode() == "Filesystem") disk.set_fstype("ext4");
    const ObjectPtr where = nodes_.get(node);
    auto& term = *spec.mutable_nodeaffinity()->mutable_required()->add_nodeselectorterms();
    auto& expression = *term.add_matchexpressions();
    expression.set_key(sort.attached ? lab::providerLabel : hostLabel);
    expression.set_operator_("In");
    expression.add_values(sort.attached ? providerOf(node) : where ? hostOf(where) : node);
    return volume;
}

Step DiskProvisioner::grow(ObjectPtr object, Claim claim, ObjectPtr volumeObject) {
    auto volume = volumeObject->as<Volume>();
    const api::Quantity wanted = storageIn(claim.spec().resources().requests());
    if (storageIn(volume.spec().capacity()) < wanted) {
        events_.record(object, Type::Normal, "Resizing",
                       "External resizer is resizing volume " + volumeObject->name());
        const auto csi = volume.spec().persistentvolumesource().csi();
        auto grown = co_await ensure(*sortOf(volume), providerIn(csi), csi.volumehandle(), wanted);
        if (!grown) {
            events_.record(object, Type::Warning, "VolumeResizeFailed", grown.error().message);
            co_return grown;
        }
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

/// Released or never used: nothing refers to it any more. A disk is cleared away by its node, with the
/// volume.
Step DiskProvisioner::removeBehind(Volume volume) {
    if (!sortOf(volume)->attached || volume.spec().persistentvolumereclaimpolicy() != "Delete")
        co_return Result<void>();
    const auto& csi = volume.spec().persistentvolumesource().csi();
    const auto provider = providers_.find(providerIn(csi));
    if (provider == providers_.end()) co_return Result<void>(); // nobody is left who could have it
    client::Call<void> removing(
        [owner = provider->second, handle = csi.volumehandle()](client::Callback<void> done) {
            owner->removeVolume(handle, std::move(done));
        });
    auto removed = co_await removing;
    co_return removed;
}

Step DiskProvisioner::reconcileVolume(ObjectPtr object) {
    auto volume = object->as<Volume>();
    if (sortOf(volume) == nullptr) co_return Result<void>();
    if (object->deleting()) {
        if (volume.status().phase() == "Bound" || !hasFinalizer(volume.metadata(), finalizer))
            co_return Result<void>();
        auto gone = co_await removeBehind(volume);
        if (!gone) co_return gone;
        dropFinalizer(*volume.mutable_metadata(), finalizer);
        auto written = co_await api_.update(std::move(volume));
        co_return unlessGone(written);
    }
    const bool over = volume.status().phase() == "Released" || volume.status().phase() == "Failed";
    if (!over || volume.spec().persistentvolumereclaimpolicy() != "Delete") co_return Result<void>();
    auto deleted = co_await api_.remove(object);
    co_return unlessGone(deleted);
}

} // namespace wheelhouse::controllers
