#include "auth/default_roles.h"

#include "auth/controller_roles.h"
#include "auth/role_rows.h"

namespace wheelhouse::apiserver::auth {
namespace {

constexpr const char* read = "get list watch";
constexpr const char* write = "create delete deletecollection patch update";
constexpr const char* all = "create delete deletecollection get list patch update watch";
constexpr const char* events = "core events.k8s.io";
constexpr const char* record = "create patch update";
constexpr const char* certificates = "certificates.k8s.io";
constexpr const char* reviews = "authorization.k8s.io";
constexpr const char* leases = "coordination.k8s.io";
constexpr const char* storage = "storage.k8s.io";
constexpr const char* lab = "lab.wheelhouse.dev";

DefaultRole part(std::string of, std::initializer_list<Row> rows) {
    DefaultRole out = role("system:aggregate-to-" + of, rows);
    out.partOf = std::move(of);
    return out;
}

DefaultRole whole(std::string name, std::string partOf) {
    DefaultRole out;
    out.gathers = name;
    out.name = std::move(name);
    out.partOf = std::move(partOf);
    return out;
}

DefaultRole inNamespace(std::string nameSpace, std::string name, std::initializer_list<Row> rows) {
    DefaultRole out = role(std::move(name), rows);
    out.nameSpace = std::move(nameSpace);
    return out;
}

/// What people are given: admin > edit > view, made of parts others may add to.
void addPeople(std::vector<DefaultRole>& out) {
    out.push_back(role("cluster-admin", {{"*", "*", "*"}, {"*", "url", "*"}}));
    out.push_back(whole("admin", ""));
    out.push_back(whole("edit", "admin"));
    out.push_back(whole("view", "edit"));
    out.push_back(part("admin", {{"create", reviews, "localsubjectaccessreviews"},
                                 {all, "rbac.authorization.k8s.io", "rolebindings roles"}}));
    out.push_back(
        part("edit",
             {{read, "core", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy"},
              {"impersonate", "core", "serviceaccounts"},
              {write, "core", "pods pods/attach pods/exec pods/portforward pods/proxy"},
              {"patch update", "core", "pods/resize"},
              {"create", "core", "pods/eviction serviceaccounts/token"},
              {write, "core",
               "configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale "
               "secrets serviceaccounts services services/proxy"},
              {write, "apps",
               "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale "
               "statefulsets statefulsets/scale"},
              {write, "autoscaling", "horizontalpodautoscalers"},
              {write, "batch", "cronjobs jobs"},
              {write, "policy", "poddisruptionbudgets"},
              {write, "networking.k8s.io", "ingresses networkpolicies"},
              {all, leases, "leases"},
              {write, "resource.k8s.io", "resourceclaims resourceclaimtemplates"}}));
    out.push_back(part(
        "view",
        {{read, "core",
          "bindings configmaps endpoints events limitranges namespaces namespaces/status "
          "persistentvolumeclaims persistentvolumeclaims/status pods pods/log pods/status "
          "replicationcontrollers replicationcontrollers/scale replicationcontrollers/status resourcequotas "
          "resourcequotas/status serviceaccounts services services/status"},
         {read, "discovery.k8s.io", "endpointslices"},
         {read, "apps",
          "controllerrevisions daemonsets daemonsets/status deployments deployments/scale "
          "deployments/status replicasets replicasets/scale replicasets/status statefulsets "
          "statefulsets/scale statefulsets/status"},
         {read, "autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status"},
         {read, "batch", "cronjobs cronjobs/status jobs jobs/status"},
         {read, "policy", "poddisruptionbudgets poddisruptionbudgets/status"},
         {read, "networking.k8s.io", "ingresses ingresses/status networkpolicies"},
         {read, "resource.k8s.io", "resourceclaims resourceclaims/status resourceclaimtemplates"}}));
}

/// What Kubernetes' own parts do not speak of: measured use, and what this program has beside Kubernetes.
/// Pools, machines, faults and the clock concern everybody, so only who may do anything changes them.
void addOwnParts(std::vector<DefaultRole>& out) {
    DefaultRole measured = role("system:aggregated-metrics-reader", {{read, "metrics.k8s.io", "nodes pods"}});
    measured.partOf = "view";
    out.push_back(std::move(measured));
    DefaultRole seen =
        role("wheelhouse:aggregate-to-view",
             {{read, lab,
               "autoscalingdecisions clusterclocks clusterclocks/status faults faults/status machines "
               "machines/status metrics nodepools nodepools/scale nodepools/status reconcilequeues "
               "schedulingdecisions schedulingdecisions/matrix"},
              {read, "custom.metrics.k8s.io external.metrics.k8s.io", "*"}});
    seen.partOf = "view";
    out.push_back(std::move(seen));
    // What becomes of pods that are only asked about depends on what they would be created with.
    out.push_back(role("wheelhouse:scheduler", {{read, "scheduling.k8s.io", "priorityclasses"},
                                                {read, "node.k8s.io", "runtimeclasses"},
                                                {read, "core", "limitranges"}}));
    // The answer to a question about placing: nothing is written.
    DefaultRole asked =
        role("wheelhouse:aggregate-to-edit", {{"create", lab, "whatifs"}, {write, lab, "metrics"}});
    asked.partOf = "edit";
    out.push_back(std::move(asked));
}

/// What everybody has who is known, or even unknown.
void addEverybody(std::vector<DefaultRole>& out) {
    out.push_back(
        role("system:basic-user", {{"create", reviews, "selfsubjectaccessreviews selfsubjectrulesreviews"},
                                   {"create", "authentication.k8s.io", "selfsubjectreviews"}}));
    out.push_back(role("system:discovery", {{"get", "url",
                                             "/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* "
                                             "/readyz /version /version/"}}));
    out.push_back(
        role("system:public-info-viewer", {{"get", "url", "/healthz /livez /readyz /version /version/"}}));
    out.push_back(role("system:monitoring", {{"get", "url",
                                              "/healthz /healthz/* /livez /livez/* /metrics /metrics/slis "
                                              "/readyz /readyz/*"}}));
    out.push_back(role("system:service-account-issuer-discovery",
                       {{"get", "url", "/.well-known/openid-configuration /openid/v1/jwks"}}));
}

void addCertificates(std::vector<DefaultRole>& out) {
    for (const char* who : {"nodeclient", "selfnodeclient"})
        out.push_back(
            role(std::string("system:certificates.k8s.io:certificatesigningrequests:") + who,
                 {{"create", certificates, (std::string("certificatesigningrequests/") + who).c_str()}}));
    for (const char* signer :
         {"kube-apiserver-client", "kube-apiserver-client-kubelet", "kubelet-serving", "legacy-unknown"})
        out.push_back(
            role(std::string("system:certificates.k8s.io:") + signer + "-approver",
                 {{"approve", certificates, "signers", (std::string("kubernetes.io/") + signer).c_str()}}));
}

/// Nodes and what runs on them.
void addNodes(std::vector<DefaultRole>& out) {
    out.push_back(role("system:node", {{"create", "authentication.k8s.io", "tokenreviews"},
                                       {"create", reviews, "localsubjectaccessreviews subjectaccessreviews"},
                                       {read, "core", "services"},
                                       {"create get list watch", "core", "nodes"},
                                       {"patch update", "core", "nodes/status"},
                                       {"patch update", "core", "nodes"},
                                       {record, "core", "events"},
                                       {read, "core", "pods"},
                                       {"create delete", "core", "pods"},
                                       {"patch update", "core", "pods/status"},
                                       {"create", "core", "pods/eviction"},
                                       {read, "core", "configmaps secrets"},
                                       {"get", "core", "persistentvolumeclaims persistentvolumes"},
                                       {"get", "core", "endpoints"},
                                       {"create get list watch", certificates, "certificatesigningrequests"},
                                       {"create delete get patch update", leases, "leases"},
                                       {"get", storage, "volumeattachments"},
                                       {"create", "core", "serviceaccounts/token"},
                                       {"get patch update", "core", "persistentvolumeclaims/status"},
                                       {read, storage, "csidrivers"},
                                       {"create delete get patch update", storage, "csinodes"},
                                       {read, "node.k8s.io", "runtimeclasses"},
                                       {"get", "resource.k8s.io", "resourceclaims"},
                                       {"create delete deletecollection get list patch update watch",
                                        "resource.k8s.io", "resourceslices"}}));
    out.push_back(role("system:node-bootstrapper",
                       {{"create get list watch", certificates, "certificatesigningrequests"}}));
    out.push_back(
        role("system:node-problem-detector",
             {{"get", "core", "nodes"}, {"patch", "core", "nodes/status"}, {record, events, "events"}}));
    out.push_back(role("system:node-proxier", {{"list watch", "core", "endpoints services"},
                                               {read, "core", "nodes"},
                                               {record, events, "events"},
                                               {"list watch", "discovery.k8s.io", "endpointslices"},
                                               {"list watch", "networking.k8s.io", "servicecidrs"}}));
    out.push_back(role("system:kubelet-api-admin",
                       {{read, "core", "nodes"},
                        {"proxy", "core", "nodes"},
                        {"*", "core",
                         "nodes/configz nodes/healthz nodes/log nodes/metrics nodes/pods nodes/proxy "
                         "nodes/stats"}}));
}

/// The parts of a control plane.
void addControlPlane(std::vector<DefaultRole>& out) {
    out.push_back(role("system:kube-controller-manager",
                       {{record, events, "events"},
                        {"create", leases, "leases"},
                        {"get update", leases, "leases", "kube-controller-manager"},
                        {"create", "core", "secrets serviceaccounts"},
                        {"delete", "core", "secrets"},
                        {"get", "core", "configmaps namespaces secrets serviceaccounts"},
                        {"update", "core", "secrets serviceaccounts"},
                        {"create", "authentication.k8s.io", "tokenreviews"},
                        {"create", reviews, "subjectaccessreviews"},
                        {"list watch", "*", "*"},
                        {"create", "core", "serviceaccounts/token"}}));
    out.push_back(role("system:kube-scheduler",
                       {{record, events, "events"},
                        {"create", leases, "leases"},
                        {"get list update watch", leases, "leases", "kube-scheduler"},
                        {read, "core", "nodes"},
                        {"delete get list watch", "core", "pods"},
                        {"create", "core", "bindings pods/binding"},
                        {"patch update", "core", "pods/status"},
                        {read, "core", "replicationcontrollers services"},
                        {read, "apps extensions", "replicasets"},
                        {read, "apps", "statefulsets"},
                        {read, "policy", "poddisruptionbudgets"},
                        {read, "core", "persistentvolumeclaims persistentvolumes"},
                        {"create", "authentication.k8s.io", "tokenreviews"},
                        {"create", reviews, "subjectaccessreviews"},
                        {read, storage, "csidrivers csinodes csistoragecapacities"},
                        {read, "core", "namespaces"},
                        {read, "resource.k8s.io", "deviceclasses resourceclaims resourceslices"},
                        {"patch update", "resource.k8s.io", "resourceclaims/status"}}));
    out.push_back(
        role("system:volume-scheduler", {{"get list patch update watch", "core", "persistentvolumes"},
                                         {read, storage, "storageclasses"},
                                         {"get list patch update watch", "core", "persistentvolumeclaims"}}));
    out.push_back(role("system:persistent-volume-provisioner",
                       {{"create delete get list watch", "core", "persistentvolumes"},
                        {"get list update watch", "core", "persistentvolumeclaims"},
                        {read, storage, "storageclasses"},
                        {"watch", "core", "events"},
                        {record, events, "events"}}));
    out.push_back(role("system:kube-dns", {{"list watch", "core", "endpoints services"}}));
    out.push_back(role("system:kube-aggregator", {{read, "core", "endpoints services"}}));
    out.push_back(role("system:heapster", {{read, "core", "events namespaces nodes pods"},
                                           {read, "extensions", "deployments"}}));
    out.push_back(role("system:auth-delegator", {{"create", "authentication.k8s.io", "tokenreviews"},
                                                 {"create", reviews, "subjectaccessreviews"}}));
}

void addNamespaced(std::vector<DefaultRole>& out) {
    const std::string home = "kube-system";
    out.push_back(inNamespace(home, "extension-apiserver-authentication-reader",
                              {{read, "core", "configmaps", "extension-apiserver-authentication"}}));
    for (const char* who : {"kube-controller-manager", "kube-scheduler"})
        out.push_back(
            inNamespace(home, std::string("system::leader-locking-") + who,
                        {{"watch", "core", "configmaps"}, {"get update", "core", "configmaps", who}}));
    out.push_back(inNamespace(home, "system:controller:bootstrap-signer", {{read, "core", "secrets"}}));
    out.push_back(inNamespace(home, "system:controller:token-cleaner",
                              {{"delete get list watch", "core", "secrets"}, {record, events, "events"}}));
    // What a newcomer must see before it trusts anybody.
    out.push_back(inNamespace("kube-public", "kubeadm:bootstrap-signer-clusterinfo",
                              {{"get", "core", "configmaps", "cluster-info"}}));
    out.push_back(inNamespace("kube-public", "system:controller:bootstrap-signer",
                              {{read, "core", "configmaps"},
                               {"update", "core", "configmaps", "cluster-info"},
                               {record, events, "events"}}));
}

std::vector<DefaultRole> makeRoles() {
    std::vector<DefaultRole> out;
    addPeople(out);
    addOwnParts(out);
    addEverybody(out);
    addCertificates(out);
    addNodes(out);
    addControlPlane(out);
    addNamespaced(out);
    addControllerRoles(out);
    return out;
}

/// Holders of a token made for joining may ask for a node's certificate and get it at once; nodes renew
/// theirs.
void addJoining(std::vector<DefaultBinding>& out) {
    const DefaultSubject joining{"Group", "system:bootstrappers:kubeadm:default-node-token"};
    const std::string requests = "system:certificates.k8s.io:certificatesigningrequests:";
    out.push_back({"", "kubeadm:kubelet-bootstrap", "system:node-bootstrapper", {joining}});
    out.push_back({"", "kubeadm:node-autoapprove-bootstrap", requests + "nodeclient", {joining}});
    out.push_back({"",
                   "kubeadm:node-autoapprove-certificate-rotation",
                   requests + "selfnodeclient",
                   {{"Group", "system:nodes"}}});
    out.push_back({"kube-public",
                   "kubeadm:bootstrap-signer-clusterinfo",
                   "kubeadm:bootstrap-signer-clusterinfo",
                   {{"User", "system:anonymous"}}});
}

std::vector<DefaultBinding> makeBindings() {
    const DefaultSubject known{"Group", "system:authenticated"};
    const DefaultSubject controllerManager{"User", "system:kube-controller-manager"};
    const DefaultSubject scheduler{"User", "system:kube-scheduler"};
    const std::string home = "kube-system";
    std::vector<DefaultBinding> out = {
        {"", "cluster-admin", "cluster-admin", {{"Group", "system:masters"}}},
        {"", "system:monitoring", "system:monitoring", {{"Group", "system:monitoring"}}},
        {"", "system:discovery", "system:discovery", {known}},
        {"", "system:basic-user", "system:basic-user", {known}},
        {"",
         "system:public-info-viewer",
         "system:public-info-viewer",
         {known, {"Group", "system:unauthenticated"}}},
        {"", "system:node-proxier", "system:node-proxier", {{"User", "system:kube-proxy"}}},
        {"", "system:kube-controller-manager", "system:kube-controller-manager", {controllerManager}},
        {"", "system:kube-dns", "system:kube-dns", {{"ServiceAccount", "kube-dns", home}}},
        {"", "system:kube-scheduler", "system:kube-scheduler", {scheduler}},
        {"", "system:volume-scheduler", "system:volume-scheduler", {scheduler}},
        {"", "wheelhouse:scheduler", "wheelhouse:scheduler", {scheduler}},
        {"",
         "system:service-account-issuer-discovery",
         "system:service-account-issuer-discovery",
         {{"Group", "system:serviceaccounts"}}},
        // The rights of nodes come from the node authoriser, which knows whose pods are whose.
        {"", "system:node", "system:node", {}},
        {home,
         "system::extension-apiserver-authentication-reader",
         "extension-apiserver-authentication-reader",
         {controllerManager, scheduler}},
        {home,
         "system::leader-locking-kube-controller-manager",
         "system::leader-locking-kube-controller-manager",
         {controllerManager, {"ServiceAccount", "kube-controller-manager", home}}},
        {home,
         "system::leader-locking-kube-scheduler",
         "system::leader-locking-kube-scheduler",
         {scheduler, {"ServiceAccount", "kube-scheduler", home}}},
        {home,
         "system:controller:bootstrap-signer",
         "system:controller:bootstrap-signer",
         {{"ServiceAccount", "bootstrap-signer", home}}},
        {home,
         "system:controller:token-cleaner",
         "system:controller:token-cleaner",
         {{"ServiceAccount", "token-cleaner", home}}},
        {"kube-public",
         "system:controller:bootstrap-signer",
         "system:controller:bootstrap-signer",
         {{"ServiceAccount", "bootstrap-signer", home}}},
    };
    addControllerBindings(out);
    addJoining(out);
    return out;
}

} // namespace

const std::vector<DefaultRole>& defaultRoles() {
    static const std::vector<DefaultRole> roles = makeRoles();
    return roles;
}

const std::vector<DefaultBinding>& defaultBindings() {
    static const std::vector<DefaultBinding> bindings = makeBindings();
    return bindings;
}

} // namespace wheelhouse::apiserver::auth
