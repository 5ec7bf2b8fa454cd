#include "engine/controllers/controllers.h"

#include "attachdetach_controller.h"
#include "bootstrap_token_controller.h"
#include "certificate_controller.h"
#include "clusterrole_aggregation_controller.h"
#include "cronjob_controller.h"
#include "csinode_controller.h"
#include "daemonset_controller.h"
#include "deployment_controller.h"
#include "disk_provisioner.h"
#include "disruption_controller.h"
#include "endpoints_controller.h"
#include "endpointslice_controller.h"
#include "endpointslice_mirroring_controller.h"
#include "ephemeral_volume_controller.h"
#include "fault_controller.h"
#include "garbage_collector.h"
#include "job_controller.h"
#include "machine_controller.h"
#include "namespace_controller.h"
#include "nodeipam_controller.h"
#include "nodelifecycle_controller.h"
#include "persistentvolume_controller.h"
#include "podgc_controller.h"
#include "replicaset_controller.h"
#include "replication_controller.h"
#include "resourcequota_controller.h"
#include "serviceaccount_controller.h"
#include "serviceaccount_token_controller.h"
#include "servicecidr_controller.h"
#include "statefulset_controller.h"
#include "taint_eviction_controller.h"
#include "ttl_controller.h"
#include "volume_attacher.h"
#include "volume_protection_controller.h"

#include <algorithm>

namespace wheelhouse::controllers {

namespace {

using Make = std::unique_ptr<Controller> (*)(const Deps&);

template <class C>
std::unique_ptr<Controller> make(const Deps& deps) {
    return std::make_unique<C>(deps);
}

/// What a namespace and a node need first comes first; what only tidies up comes last.
constexpr std::pair<const char*, Make> known[] = {
    {"serviceaccount", make<ServiceAccountController>},
    {"namespace", make<NamespaceController>},
    {"serviceaccounttoken", make<ServiceAccountTokenController>},
    {"certificates", make<CertificateController>},
    {"certificateapprover", make<CertificateApprover>},
    {"bootstrapsigner", make<BootstrapSigner>},
    {"clusterroleaggregation", make<ClusterRoleAggregationController>},
    {"machine", make<MachineController>},
    {"fault", make<FaultController>},
    {"nodeipam", make<NodeIpamController>},
    {"nodelifecycle", make<NodeLifecycleController>},
    {"tainteviction", make<TaintEvictionController>},
    {"deployment", make<DeploymentController>},
    {"replicaset", make<ReplicaSetController>},
    {"replication", make<ReplicationController>},
    {"statefulset", make<StatefulSetController>},
    {"daemonset", make<DaemonSetController>},
    {"job", make<JobController>},
    {"cronjob", make<CronJobController>},
    {"disruption", make<DisruptionController>},
    {"endpointslice", make<EndpointSliceController>},
    {"endpoints", make<EndpointsController>},
    {"endpointslicemirroring", make<EndpointSliceMirroringController>},
    {"servicecidr", make<ServiceCidrController>},
    {"ipaddress", make<IpAddressController>},
    {"diskprovisioner", make<DiskProvisioner>},
    {"persistentvolume", make<PersistentVolumeController>},
    {"ephemeralvolume", make<EphemeralVolumeController>},
    {"attachdetach", make<AttachDetachController>},
    {"volumeattacher", make<VolumeAttacher>},
    {"csinode", make<CsiNodeController>},
    {"pvcprotection", make<ClaimProtectionController>},
    {"pvprotection", make<VolumeProtectionController>},
    {"resourcequota", make<ResourceQuotaController>},
    {"podgc", make<PodGcController>},
    {"ttlafterfinished", make<TtlController>},
    {"certificatecleaner", make<CertificateCleaner>},
    {"tokencleaner", make<BootstrapTokenCleaner>},
    {"garbagecollector", make<GarbageCollector>},
};

} // namespace

ControllerSet::ControllerSet(client::InformerSet& informers,
                             std::vector<std::unique_ptr<Controller>> controllers)
    : informers_(informers), controllers_(std::move(controllers)) {}

ControllerSet::~ControllerSet() {
    stop();
}

void ControllerSet::add(std::vector<std::unique_ptr<Controller>> more) {
    for (auto& controller : more)
        controllers_.push_back(std::move(controller));
}

void ControllerSet::start() {
    for (const auto& controller : controllers_)
        controller->start();
    informers_.start();
}

void ControllerSet::stop() {
    for (const auto& controller : controllers_)
        controller->stop();
}

Controller* ControllerSet::find(const std::string& name) const {
    for (const auto& controller : controllers_)
        if (controller->name() == name) return controller.get();
    return nullptr;
}

std::vector<std::string> controllerNames() {
    std::vector<std::string> names;
    for (const auto& [name, make] : known)
        names.emplace_back(name);
    return names;
}

std::unique_ptr<ControllerSet> makeControllers(const Deps& deps, const std::vector<std::string>& only) {
    std::vector<std::unique_ptr<Controller>> controllers;
    for (const auto& [name, make] : known)
        if (only.empty() || std::find(only.begin(), only.end(), name) != only.end())
            controllers.push_back(make(deps));
    return std::make_unique<ControllerSet>(deps.informers, std::move(controllers));
}

} // namespace wheelhouse::controllers
