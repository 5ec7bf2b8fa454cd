#include "auth/controller_roles.h"

#include "auth/role_rows.h"

namespace wheelhouse::apiserver::auth {
namespace {

constexpr const char* read = "get list watch";
constexpr const char* see = "list watch";
constexpr const char* keep = "create delete get list update watch";
constexpr const char* keepAll = "create delete get list patch update watch";
constexpr const char* apps = "apps extensions";
constexpr const char* certificates = "certificates.k8s.io";
constexpr const char* networking = "networking.k8s.io";
constexpr const char* storage = "storage.k8s.io";
constexpr const char* devices = "resource.k8s.io";
constexpr const char* policies = "admissionregistration.k8s.io";

constexpr Row record = {"create patch update", "core events.k8s.io", "events"};

struct Roles {
    std::vector<DefaultRole>& out;
    void add(const char* controller, std::initializer_list<Row> rows) {
        out.push_back(role(std::string("system:controller:") + controller, rows));
    }
};

void addWorkloads(Roles roles) {
    roles.add("cronjob-controller", {{"get list update watch", "batch", "cronjobs"},
                                     {keepAll, "batch", "jobs"},
                                     {"update", "batch", "cronjobs/finalizers cronjobs/status"},
                                     {"delete list watch", "core", "pods"},
                                     record});
    roles.add("daemon-set-controller", {{read, apps, "daemonsets"},
                                        {"update", apps, "daemonsets/finalizers daemonsets/status"},
                                        {see, "core", "nodes"},
                                        {"create delete list patch watch", "core", "pods"},
                                        {"create", "core", "pods/binding"},
                                        {keepAll, "apps", "controllerrevisions"},
                                        record});
    roles.add("deployment-controller", {{"get list update watch", apps, "deployments"},
                                        {"update", apps, "deployments/finalizers deployments/status"},
                                        {keepAll, apps, "replicasets"},
                                        {"get list update watch", "core", "pods"},
                                        record});
    roles.add("disruption-controller", {{read, apps, "deployments replicasets"},
                                        {read, "core", "replicationcontrollers"},
                                        {read, "policy", "poddisruptionbudgets"},
                                        {read, "apps", "statefulsets"},
                                        {"update", "policy", "poddisruptionbudgets/status"},
                                        {"patch update", "core", "pods/status"},
                                        {"get", "*", "*/scale"},
                                        record});
    roles.add("job-controller", {{"get list patch update watch", "batch", "jobs"},
                                 {"update", "batch", "jobs/finalizers jobs/status"},
                                 {"create delete list patch watch", "core", "pods"},
                                 record});
    roles.add("replicaset-controller", {{"get list update watch", apps, "replicasets"},
                                        {"update", apps, "replicasets/finalizers replicasets/status"},
                                        {"create delete list patch watch", "core", "pods"},
                                        record});
    roles.add("replication-controller",
              {{"get list update watch", "core", "replicationcontrollers"},
               {"update", "core", "replicationcontrollers/finalizers replicationcontrollers/status"},
               {"create delete list patch watch", "core", "pods"},
               record});
    roles.add("statefulset-controller", {{keepAll, "core", "pods"},
                                         {read, "apps", "statefulsets"},
                                         {"update", "apps", "statefulsets/finalizers statefulsets/status"},
                                         {keepAll, "apps", "controllerrevisions"},
                                         {keep, "core", "persistentvolumeclaims"},
                                         {"update", "core", "pods/finalizers"},
                                         record});
    roles.add("ttl-after-finished-controller", {{"delete get list watch", "batch", "jobs"}, record});
    roles.add("horizontal-pod-autoscaler", {{read, "autoscaling", "horizontalpodautoscalers"},
                                            {"update", "autoscaling", "horizontalpodautoscalers/status"},
                                            {"get update", "*", "*/scale"},
                                            {see, "core", "pods"},
                                            {see, "metrics.k8s.io", "pods"},
                                            {read, "custom.metrics.k8s.io external.metrics.k8s.io", "*"},
                                            record});
}

void addServices(Roles roles) {
    roles.add("endpoint-controller", {{read, "core", "pods services"},
                                      {keep, "core", "endpoints"},
                                      {"create", "core", "endpoints/restricted"},
                                      record});
    roles.add("endpointslice-controller", {{read, "core", "nodes pods services"},
                                           {"update", "core", "services/finalizers"},
                                           {keep, "discovery.k8s.io", "endpointslices"},
                                           record});
    roles.add("endpointslicemirroring-controller",
              {{read, "core", "endpoints services"},
               {"update", "core", "endpoints/finalizers services/finalizers"},
               {keep, "discovery.k8s.io", "endpointslices"},
               record});
    roles.add("service-controller", {{read, "core", "services"},
                                     {"patch update", "core", "services/status"},
                                     {see, "core", "nodes"},
                                     record});
    roles.add("service-cidrs-controller",
              {{"get list patch update watch", networking, "servicecidrs"},
               {"patch update", networking, "servicecidrs/finalizers servicecidrs/status"},
               {read, networking, "ipaddresses"},
               record});
    roles.add("route-controller", {{see, "core", "nodes"}, {"patch", "core", "nodes/status"}, record});
}

void addStorage(Roles roles) {
    roles.add("attachdetach-controller", {{see, "core", "persistentvolumeclaims persistentvolumes pods"},
                                          {read, "core", "nodes"},
                                          {"patch update", "core", "nodes/status"},
                                          {"create delete get list watch", storage, "volumeattachments"},
                                          {read, storage, "csidrivers csinodes"},
                                          record});
    roles.add("expand-controller", {{"get list patch update watch", "core", "persistentvolumes"},
                                    {"patch update", "core", "persistentvolumeclaims/status"},
                                    {read, "core", "persistentvolumeclaims"},
                                    {"get", "core", "services"},
                                    record});
    roles.add("ephemeral-volume-controller", {{read, "core", "pods"},
                                              {"update", "core", "pods/finalizers"},
                                              {"create get list watch", "core", "persistentvolumeclaims"},
                                              record});
    roles.add("persistent-volume-binder",
              {{keep, "core", "persistentvolumes"},
               {"update", "core", "persistentvolumeclaims/status persistentvolumes/status"},
               {"get list update watch", "core", "persistentvolumeclaims"},
               {"create delete get list watch", "core", "pods"},
               {read, storage, "storageclasses"},
               {see, "core", "nodes"},
               {"watch", "core", "events"},
               {"get", "core", "services"},
               record});
    roles.add("pvc-protection-controller",
              {{"get list update watch", "core", "persistentvolumeclaims"}, {read, "core", "pods"}, record});
    roles.add("pv-protection-controller", {{"get list update watch", "core", "persistentvolumes"}, record});
    roles.add("volumeattributesclass-protection-controller",
              {{read, "core", "persistentvolumeclaims persistentvolumes"},
               {"get list update watch", storage, "volumeattributesclasses"},
               record});
    roles.add("selinux-warning-controller", {{read, "core", "persistentvolumeclaims persistentvolumes pods"},
                                             {read, storage, "csidrivers"},
                                             record});
    roles.add("resource-claim-controller", {{read, "core", "pods"},
                                            {"update", "core", "pods/finalizers"},
                                            {"create delete get list watch", devices, "resourceclaims"},
                                            {"patch update", devices, "resourceclaims resourceclaims/status"},
                                            {"patch update", "core", "pods/status"},
                                            record});
    roles.add("device-taint-eviction-controller",
              {{"delete get list watch", "core", "pods"},
               {"patch update", "core", "pods/status"},
               {read, devices, "deviceclasses resourceclaims resourceslices"},
               record});
}

void addCluster(Roles roles) {
    roles.add("clusterrole-aggregation-controller",
              {{"escalate get list patch update watch", "rbac.authorization.k8s.io", "clusterroles"}});
    roles.add("generic-garbage-collector", {{"delete get list patch update watch", "*", "*"}, record});
    roles.add("namespace-controller", {{"delete get list watch", "core", "namespaces"},
                                       {"update", "core", "namespaces/finalize namespaces/status"},
                                       {"delete deletecollection get list watch", "*", "*"}});
    roles.add("node-controller", {{"delete get list patch update watch", "core", "nodes"},
                                  {"patch update", "core", "nodes/status pods/status"},
                                  {"delete get list watch", "core", "pods"},
                                  record});
    roles.add(
        "pod-garbage-collector",
        {{"delete list watch", "core", "pods"}, {read, "core", "nodes"}, {"patch", "core", "pods/status"}});
    roles.add("resourcequota-controller",
              {{see, "*", "*"}, {"update", "core", "resourcequotas/status"}, record});
    roles.add("ttl-controller", {{"list patch update watch", "core", "nodes"}, record});
    roles.add("validatingadmissionpolicy-status-controller",
              {{read, policies, "validatingadmissionpolicies"},
               {"get patch update", policies, "validatingadmissionpolicies/status"},
               record});
    roles.add("service-account-controller", {{"create", "core", "serviceaccounts"}, record});
    roles.add("root-ca-cert-publisher", {{"create update", "core", "configmaps"}, record});
    roles.add("legacy-service-account-token-cleaner",
              {{"get", "core", "configmaps", "kube-apiserver-legacy-service-account-token-tracking"},
               {"delete patch", "core", "secrets"}});
    roles.add(
        "certificate-controller",
        {{"delete get list watch", certificates, "certificatesigningrequests"},
         {"update", certificates, "certificatesigningrequests/approval certificatesigningrequests/status"},
         {"approve", certificates, "signers", "kubernetes.io/kube-apiserver-client-kubelet"},
         {"sign", certificates, "signers",
          "kubernetes.io/kube-apiserver-client kubernetes.io/kube-apiserver-client-kubelet "
          "kubernetes.io/kubelet-serving kubernetes.io/legacy-unknown"},
         {"create", "authorization.k8s.io", "subjectaccessreviews"},
         record});
}

} // namespace

void addControllerRoles(std::vector<DefaultRole>& out) {
    const Roles roles{out};
    addWorkloads(roles);
    addServices(roles);
    addStorage(roles);
    addCluster(roles);
}

void addControllerBindings(std::vector<DefaultBinding>& out) {
    std::vector<DefaultRole> roles;
    addControllerRoles(roles);
    for (const DefaultRole& each : roles)
        out.push_back({"",
                       each.name,
                       each.name,
                       {{"ServiceAccount", each.name.substr(each.name.rfind(':') + 1), "kube-system"}}});
}

} // namespace wheelhouse::apiserver::auth
