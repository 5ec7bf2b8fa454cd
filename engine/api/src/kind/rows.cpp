#include "kind/rows.h"

#include "engine/base/assert.h"

#include <algorithm>

// The message types are found by name: this file need not include every one of them.

namespace wheelhouse::api {
namespace {

constexpr const char* everything = "create delete deletecollection get list patch update watch";

/// What the message types cannot say. Lists of words are separated by spaces.
struct Row {
    const char* kind;
    const char* plural;
    bool namespaced;
    const char* shortNames = "";
    const char* subresources = "";
    const char* categories = "";
    const char* verbs = everything;
    const char* storedAs = ""; ///< apiVersion of the row with the same objects, where it is not this one
};

/// The kinds of one group version, all of one .proto package.
struct Group {
    const char* package;
    const char* group;
    const char* version;
    std::vector<Row> rows;
};

constexpr const char* withoutCollection = "create delete get list patch update watch";
constexpr const char* asked = "create";         ///< a review: answered, never stored
constexpr const char* shown = "get list watch"; ///< made when somebody asks, never stored
constexpr const char* measured = "get list";    ///< the same, where nothing says when it changes

std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        out.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

/// Core, workloads, and the questions about users.
std::vector<Group> basicGroups() {
    return {
        {"k8s.io.api.core.v1",
         "",
         "v1",
         {{"ComponentStatus", "componentstatuses", false, "cs", "", "", measured},
          {"ConfigMap", "configmaps", true, "cm"},
          {"Endpoints", "endpoints", true, "ep"},
          {"Event", "events", true, "ev"},
          {"LimitRange", "limitranges", true, "limits"},
          {"Namespace", "namespaces", false, "ns", "finalize status", "", withoutCollection},
          {"Node", "nodes", false, "no", "proxy status"},
          {"PersistentVolumeClaim", "persistentvolumeclaims", true, "pvc", "status"},
          {"PersistentVolume", "persistentvolumes", false, "pv", "status"},
          {"Pod", "pods", true, "po",
           "attach binding ephemeralcontainers eviction exec log portforward proxy resize status", "all"},
          {"PodTemplate", "podtemplates", true},
          {"ReplicationController", "replicationcontrollers", true, "rc", "scale status", "all"},
          {"ResourceQuota", "resourcequotas", true, "quota", "status"},
          {"Secret", "secrets", true},
          {"ServiceAccount", "serviceaccounts", true, "sa", "token"},
          {"Service", "services", true, "svc", "proxy status", "all"}}},
        {"k8s.io.kube_aggregator.pkg.apis.apiregistration.v1",
         "apiregistration.k8s.io",
         "v1",
         {{"APIService", "apiservices", false, "", "status", "api-extensions"}}},
        {"k8s.io.api.apps.v1",
         "apps",
         "v1",
         {{"ControllerRevision", "controllerrevisions", true},
          {"DaemonSet", "daemonsets", true, "ds", "status", "all"},
          {"Deployment", "deployments", true, "deploy", "scale status", "all"},
          {"ReplicaSet", "replicasets", true, "rs", "scale status", "all"},
          {"StatefulSet", "statefulsets", true, "sts", "scale status", "all"}}},
        {"k8s.io.api.events.v1",
         "events.k8s.io",
         "v1",
         {{"Event", "events", true, "ev", "", "", everything, "v1"}}},
        {"k8s.io.api.authentication.v1",
         "authentication.k8s.io",
         "v1",
         {{"SelfSubjectReview", "selfsubjectreviews", false, "", "", "", asked},
          {"TokenReview", "tokenreviews", false, "", "", "", asked}}},
        {"k8s.io.api.authorization.v1",
         "authorization.k8s.io",
         "v1",
         {{"LocalSubjectAccessReview", "localsubjectaccessreviews", true, "", "", "", asked},
          {"SelfSubjectAccessReview", "selfsubjectaccessreviews", false, "", "", "", asked},
          {"SelfSubjectRulesReview", "selfsubjectrulesreviews", false, "", "", "", asked},
          {"SubjectAccessReview", "subjectaccessreviews", false, "", "", "", asked}}},
        {"k8s.io.api.autoscaling.v2",
         "autoscaling",
         "v2",
         {{"HorizontalPodAutoscaler", "horizontalpodautoscalers", true, "hpa", "status", "all"}}},
        {"k8s.io.api.autoscaling.v1",
         "autoscaling",
         "v1",
         {{"HorizontalPodAutoscaler", "horizontalpodautoscalers", true, "hpa", "status", "all", everything,
           "autoscaling/v2"}}},
    };
}

/// Jobs, networks, rights.
std::vector<Group> moreGroups() {
    return {
        {"k8s.io.api.batch.v1",
         "batch",
         "v1",
         {{"CronJob", "cronjobs", true, "cj", "status", "all"}, {"Job", "jobs", true, "", "status", "all"}}},
        {"k8s.io.api.certificates.v1",
         "certificates.k8s.io",
         "v1",
         {{"CertificateSigningRequest", "certificatesigningrequests", false, "csr", "approval status"}}},
        {"k8s.io.api.networking.v1",
         "networking.k8s.io",
         "v1",
         {{"IngressClass", "ingressclasses", false},
          {"Ingress", "ingresses", true, "ing", "status"},
          {"IPAddress", "ipaddresses", false, "ip"},
          {"NetworkPolicy", "networkpolicies", true, "netpol"},
          {"ServiceCIDR", "servicecidrs", false, "", "status"}}},
        {"k8s.io.api.policy.v1",
         "policy",
         "v1",
         {{"PodDisruptionBudget", "poddisruptionbudgets", true, "pdb", "status"}}},
        {"k8s.io.api.rbac.v1",
         "rbac.authorization.k8s.io",
         "v1",
         {{"ClusterRoleBinding", "clusterrolebindings", false},
          {"ClusterRole", "clusterroles", false},
          {"RoleBinding", "rolebindings", true},
          {"Role", "roles", true}}},
    };
}

/// Storage, extension, and what few users write themselves.
std::vector<Group> lastGroups() {
    return {
        {"k8s.io.api.storage.v1",
         "storage.k8s.io",
         "v1",
         {{"CSIDriver", "csidrivers", false},
          {"CSINode", "csinodes", false},
          {"CSIStorageCapacity", "csistoragecapacities", true},
          {"StorageClass", "storageclasses", false, "sc"},
          {"VolumeAttachment", "volumeattachments", false, "", "status"},
          {"VolumeAttributesClass", "volumeattributesclasses", false, "vac"}}},
        {"k8s.io.api.admissionregistration.v1",
         "admissionregistration.k8s.io",
         "v1",
         {{"MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", false, "", "",
           "api-extensions"},
          {"MutatingAdmissionPolicy", "mutatingadmissionpolicies", false, "", "", "api-extensions"},
          {"MutatingWebhookConfiguration", "mutatingwebhookconfigurations", false, "", "", "api-extensions"},
          {"ValidatingAdmissionPolicy", "validatingadmissionpolicies", false, "", "status", "api-extensions"},
          {"ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", false, "", "",
           "api-extensions"},
          {"ValidatingWebhookConfiguration", "validatingwebhookconfigurations", false, "", "",
           "api-extensions"}}},
        {"k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1",
         "apiextensions.k8s.io",
         "v1",
         {{"CustomResourceDefinition", "customresourcedefinitions", false, "crd crds", "status",
           "api-extensions"}}},
        {"k8s.io.api.scheduling.v1",
         "scheduling.k8s.io",
         "v1",
         {{"PriorityClass", "priorityclasses", false, "pc"}}},
        {"k8s.io.api.coordination.v1", "coordination.k8s.io", "v1", {{"Lease", "leases", true}}},
        {"k8s.io.api.node.v1", "node.k8s.io", "v1", {{"RuntimeClass", "runtimeclasses", false}}},
        {"k8s.io.api.discovery.v1", "discovery.k8s.io", "v1", {{"EndpointSlice", "endpointslices", true}}},
        {"k8s.io.api.flowcontrol.v1",
         "flowcontrol.apiserver.k8s.io",
         "v1",
         {{"FlowSchema", "flowschemas", false, "", "status"},
          {"PriorityLevelConfiguration", "prioritylevelconfigurations", false, "", "status"}}},
        {"k8s.io.api.resource.v1",
         "resource.k8s.io",
         "v1",
         {{"DeviceClass", "deviceclasses", false},
          {"ResourceClaim", "resourceclaims", true, "", "status"},
          {"ResourceClaimTemplate", "resourceclaimtemplates", true},
          {"ResourceSlice", "resourceslices", false}}},
        {"dev.wheelhouse.lab.v1alpha1",
         "lab.wheelhouse.dev",
         "v1alpha1",
         {{"AutoscalingDecision", "autoscalingdecisions", true, "ad", "", "", shown},
          {"ClusterClock", "clusterclocks", false, "", "status"},
          {"Fault", "faults", false, "", "status"},
          {"LinkTraffic", "linktraffics", false, "", "", "", shown},
          {"Machine", "machines", false, "", "status"},
          {"Metric", "metrics", true},
          {"NodePool", "nodepools", false, "np", "scale status"},
          {"ReconcileQueue", "reconcilequeues", false, "rq", "", "", shown},
          {"SchedulingDecision", "schedulingdecisions", true, "sd", "matrix", "", shown},
          {"WhatIf", "whatifs", true, "", "", "", asked}}},
        {"k8s.io.metrics.pkg.apis.metrics.v1beta1",
         "metrics.k8s.io",
         "v1beta1",
         {{"NodeMetrics", "nodes", false, "", "", "", measured},
          {"PodMetrics", "pods", true, "", "", "", measured}}},
    };
}

Kind makeRow(const Group& group, const Row& row) {
    const auto* pool = google::protobuf::DescriptorPool::generated_pool();
    const std::string message = std::string(group.package) + "." + row.kind;
    Kind kind;
    kind.name = {group.group, group.version, row.plural};
    kind.kind = row.kind;
    kind.singular = kind.kind;
    std::transform(kind.singular.begin(), kind.singular.end(), kind.singular.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    kind.shortNames = words(row.shortNames);
    kind.categories = words(row.categories);
    kind.namespaced = row.namespaced;
    kind.subresources = words(row.subresources);
    kind.verbs = words(row.verbs);
    kind.descriptor = pool->FindMessageTypeByName(message);
    WH_ASSERT(kind.descriptor != nullptr, "a registration row without a message");
    if (kind.allows("list")) {
        kind.listDescriptor = pool->FindMessageTypeByName(message + "List");
        WH_ASSERT(kind.listDescriptor != nullptr, "a registration row without a list message");
    }
    return kind;
}

} // namespace

std::vector<Kind> makeRows() {
    std::vector<Kind> rows;
    std::vector<std::string> storedAs;
    for (const auto& groups : {basicGroups(), moreGroups(), lastGroups()})
        for (const Group& group : groups)
            for (const Row& row : group.rows) {
                rows.push_back(makeRow(group, row));
                storedAs.emplace_back(row.storedAs);
            }
    // Only now do the rows stay where they are.
    for (std::size_t i = 0; i < rows.size(); ++i) {
        // What can be read and not written is made when somebody asks: see isComputed.
        if (rows[i].allows("list") && !rows[i].allows("create")) rows[i].storedAs = &rows[i];
        if (storedAs[i].empty()) continue;
        for (const Kind& each : rows)
            if (each.kind == rows[i].kind && each.apiVersion() == storedAs[i]) rows[i].storedAs = &each;
        WH_ASSERT(rows[i].storedAs != nullptr, "a row stored as one that is not there");
    }
    return rows;
}

} // namespace wheelhouse::api
