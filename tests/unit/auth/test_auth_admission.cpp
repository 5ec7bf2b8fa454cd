#include "auth_bench.h"

#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::apiserver;
using namespace wheelhouse::apiserver::test;

namespace {

QString q(const std::string& text) {
    return QString::fromStdString(text);
}
const std::string pods = "/api/v1/namespaces/default/pods";
const std::string accounts = "/api/v1/namespaces/default/serviceaccounts";
const std::string classes = "/apis/scheduling.k8s.io/v1/priorityclasses";

} // namespace

/// The smaller rules every write passes.
class TestAuthAdmission : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void init() {
        Options options;
        options.mountTokens = true;
        api = std::make_unique<ApiBench>(options);
    }

    void podsRunAsSomebodyWithATokenOfTheirs() {
        QCOMPARE(q(make(*api, accounts,
                        J("{'metadata':{'name':'bot'},'imagePullSecrets':[{'name':'registry'}]}"))),
                 QString());
        const Answer made = api->send("POST", pods, pod("p", "'serviceAccountName':'bot',"), json);
        QCOMPARE(made.code, 201);
        QCOMPARE(q(made.at("spec.imagePullSecrets.0.name")), "registry");
        const std::string volume = made.at("spec.volumes.0.name");
        QVERIFY(volume.starts_with("kube-api-access-"));
        QCOMPARE(q(made.at("spec.containers.0.volumeMounts.0.name")), q(volume));
        QCOMPARE(q(made.at("spec.containers.0.volumeMounts.0.mountPath")),
                 "/var/run/secrets/kubernetes.io/serviceaccount");
        QCOMPARE(q(made.at("spec.volumes.0.projected.sources.0.serviceAccountToken.expirationSeconds")),
                 "3607");
        const Answer none = api->send("POST", pods, pod("q", "'serviceAccountName':'nobody',"), json);
        QCOMPARE(none.code, 403);
        QCOMPARE(q(none.at("message")), "pods \"q\" is forbidden: error looking up service account "
                                        "default/nobody: serviceaccount \"nobody\" not found");
        const Answer without = api->send(
            "POST", pods, pod("r", "'serviceAccountName':'bot','automountServiceAccountToken':false,"), json);
        QCOMPARE(q(without.at("spec.volumes")), "");
    }

    void cve_2023_2728_and_2024_3177_mountableSecrets() {
        QCOMPARE(
            q(make(*api, accounts,
                   J("{'metadata':{'name':'strict','annotations':{'kubernetes.io/enforce-mountable-secrets':"
                     "'true'}},'secrets':[{'name':'own'}]}"))),
            QString());
        mountableSecrets(
            "'containers':[{'name':'c','image':'x','envFrom':[{'secretRef':{'name':'s'}}]}]",
            "container c with envFrom referencing secret.secretName=\"s\" is not allowed because "
            "service account strict does not reference that secret");
        mountableSecrets(
            "'containers':[{'name':'c','image':'x'}],'initContainers':[{'name':'i','image':'x','env':[{"
            "'name':'E','valueFrom':{'secretKeyRef':{'name':'s','key':'k'}}}]}]",
            "init container i with envVar E referencing secret.secretName=\"s\" is not allowed "
            "because service account strict does not reference that secret");
        mountableSecrets(
            "'containers':[{'name':'c','image':'x'}],'volumes':[{'name':'v','secret':{'secretName':"
            "'s'}}]",
            "volume with secret.secretName=\"s\" is not allowed because service account strict does "
            "not reference that secret");
        QCOMPARE(
            q(make(
                *api, pods,
                J("{'metadata':{'name':'p'},'spec':{'serviceAccountName':'strict','containers':[{'name':'c',"
                  "'image':'x','envFrom':[{'secretRef':{'name':'own'}}]}]}}"))),
            QString());
        // The same for a container added later.
        const Answer later = api->send("PATCH", pods + "/p/ephemeralcontainers",
                                       J("{'spec':{'ephemeralContainers':[{'name':'d','image':'x','envFrom':["
                                         "{'secretRef':{'name':'s'}}]}]}}"),
                                       {{"content-type", "application/strategic-merge-patch+json"}});
        QCOMPARE(later.code, 403);
        QVERIFY(later.at("message").find("ephemeral container d with envFrom referencing") !=
                std::string::npos);
    }

    void prioritiesComeFromClasses() {
        QCOMPARE(api->send("GET", classes + "/system-node-critical").code, 200);
        QCOMPARE(api->send("DELETE", classes + "/system-node-critical").code, 403);
        QCOMPARE(
            q(make(*api, classes, J("{'metadata':{'name':'high'},'value':1000,'preemptionPolicy':'Never'}"))),
            QString());
        const Answer high = api->send("POST", pods, pod("h", "'priorityClassName':'high',"), json);
        QCOMPARE(q(high.at("spec.priority")), "1000");
        QCOMPARE(q(high.at("spec.preemptionPolicy")), "Never");
        const Answer none = api->send("POST", pods, pod("n", "'priorityClassName':'none',"), json);
        QCOMPARE(q(none.at("message")), "pods \"n\" is forbidden: no PriorityClass with name none was found");
        const Answer own = api->send("POST", pods, pod("o", "'priority':5,"), json);
        QCOMPARE(own.code, 403);
        QCOMPARE(q(make(*api, classes, J("{'metadata':{'name':'usual'},'value':7,'globalDefault':true}"))),
                 QString());
        QCOMPARE(api->send("POST", classes,
                           J("{'metadata':{'name':'usual2'},'value':8,'globalDefault':true}"), json)
                     .code,
                 403);
        const Answer usual = api->send("POST", pods, pod("u"), json);
        QCOMPARE(q(usual.at("spec.priorityClassName")), "usual");
        QCOMPARE(q(usual.at("spec.priority")), "7");
    }

    void cve_2020_8554_externalIps() {
        const std::string path = "/api/v1/namespaces/default/services";
        const auto service = [](const std::string& more) {
            return J("{'metadata':{'name':'s'},'spec':{'ports':[{'port':80}]" + more + "}}");
        };
        const Answer refused = api->send("POST", path, service(",'externalIPs':['192.0.2.1']"), json);
        QCOMPARE(refused.code, 403);
        QCOMPARE(q(refused.at("message")),
                 "services \"s\" is forbidden: Use of external IPs is denied by admission control");
        QCOMPARE(q(make(*api, path, service(""))), QString());
        QCOMPARE(
            api->send("PATCH", path + "/s", J("{'spec':{'externalIPs':['192.0.2.1']}}"), mergePatch).code,
            403);
    }

    void classesHaveDefaults() {
        QCOMPARE(
            q(make(
                *api, "/apis/storage.k8s.io/v1/storageclasses",
                J("{'metadata':{'name':'fast','annotations':{'storageclass.kubernetes.io/is-default-class':"
                  "'true'}},'provisioner':'x/y'}"))),
            QString());
        const Answer claim = api->send("POST", "/api/v1/namespaces/default/persistentvolumeclaims",
                                       J("{'metadata':{'name':'c'},'spec':{'accessModes':['ReadWriteOnce'],"
                                         "'resources':{'requests':{'storage':'1Gi'}}}}"),
                                       json);
        QCOMPARE(q(claim.at("spec.storageClassName")), "fast");
        QCOMPARE(
            q(make(
                *api, "/apis/networking.k8s.io/v1/ingressclasses",
                J("{'metadata':{'name':'gate','annotations':{'ingressclass.kubernetes.io/is-default-class':"
                  "'true'}},'spec':{'controller':'x.y/z'}}"))),
            QString());
        const Answer ingress =
            api->send("POST", "/apis/networking.k8s.io/v1/namespaces/default/ingresses",
                      J("{'metadata':{'name':'i'},'spec':{'defaultBackend':{'service':{'name':"
                        "'s','port':{'number':80}}}}}"),
                      json);
        QCOMPARE(q(ingress.at("spec.ingressClassName")), "gate");
    }

    void whatMayBeInUseCarriesItsFinalizer() {
        const Answer claim =
            api->send("POST", "/api/v1/namespaces/default/persistentvolumeclaims",
                      J("{'metadata':{'name':'kept'},'spec':{'accessModes':['ReadWriteOnce'],"
                        "'resources':{'requests':{'storage':'1Gi'}}}}"),
                      json);
        QCOMPARE(q(claim.at("metadata.finalizers")), "[\"kubernetes.io/pvc-protection\"]");
        const std::string volume =
            J("{'metadata':{'name':'kept','finalizers':['kubernetes.io/pv-protection']},"
              "'spec':{'accessModes':['ReadWriteOnce'],'capacity':{'storage':'1Gi'},"
              "'hostPath':{'path':'/data'}}}");
        const Answer made = api->send("POST", "/api/v1/persistentvolumes", volume, json);
        QCOMPARE(q(made.at("metadata.finalizers")), "[\"kubernetes.io/pv-protection\"]");
        QCOMPARE(api->send("DELETE", "/api/v1/persistentvolumes/kept").code, 200);
        QCOMPARE(api->send("GET", "/api/v1/persistentvolumes/kept").code, 200);
    }

    void newNodesAreNotReadyYet() {
        const Answer made = api->send("POST", "/api/v1/nodes", J("{'metadata':{'name':'n'}}"), json);
        QCOMPARE(q(made.at("spec.taints.0.key")), "node.kubernetes.io/not-ready");
        QCOMPARE(q(made.at("spec.taints.0.effect")), "NoSchedule");
    }

    void servicesTakeAddressesOfEveryRange() {
        const std::string services = "/api/v1/namespaces/default/services";
        const std::string ranges = "/apis/networking.k8s.io/v1/servicecidrs";
        const auto service = [](const std::string& name, const std::string& address) {
            return J("{'metadata':{'name':'" + name + "'},'spec':{'clusterIP':'" + address +
                     "','ports':[{'port':80}]}}");
        };
        QCOMPARE(q(api->send("GET", ranges + "/kubernetes").at("spec.cidrs.0")), "10.96.0.0/16");
        QVERIFY(q(make(*api, services, service("far", "10.200.0.9"))).contains("is not in the valid range"));
        QCOMPARE(q(make(*api, ranges, J("{'metadata':{'name':'far'},'spec':{'cidrs':['10.200.0.0/30']}}"))),
                 QString());
        QVERIFY(q(make(*api, services, service("far", "10.200.0.9"))).contains("10.200.0.0/30"));
        QCOMPARE(q(make(*api, services, service("far", "10.200.0.1"))), QString());
        QVERIFY(q(make(*api, services, service("again", "10.200.0.1"))).contains("already allocated"));
        // What somebody has put aside is given to nobody else.
        QCOMPARE(q(make(*api, "/apis/networking.k8s.io/v1/ipaddresses",
                        J("{'metadata':{'name':'10.200.0.2'},'spec':{'parentRef':{'resource':'services',"
                          "'namespace':'default','name':'mine'}}}"))),
                 QString());
        QVERIFY(q(make(*api, services, service("other", "10.200.0.2"))).contains("already allocated"));
        QCOMPARE(q(make(*api, services, service("mine", "10.200.0.2"))), QString());
        QCOMPARE(api->send("DELETE", ranges + "/far").code, 200);
        QVERIFY(q(make(*api, services, service("late", "10.200.0.1"))).contains("is not in the valid range"));
    }

    void runtimeClassesSetOverhead() {
        QCOMPARE(
            q(make(
                *api, "/apis/node.k8s.io/v1/runtimeclasses",
                J("{'metadata':{'name':'kata'},'handler':'kata','overhead':{'podFixed':{'memory':'120Mi'}},"
                  "'scheduling':{'nodeSelector':{'kata':'yes'}}}"))),
            QString());
        const Answer made = api->send("POST", pods, pod("k", "'runtimeClassName':'kata',"), json);
        QCOMPARE(q(made.at("spec.overhead.memory")), "120Mi");
        QCOMPARE(q(made.at("spec.nodeSelector.kata")), "yes");
        QCOMPARE(q(api->send("POST", pods, pod("l", "'runtimeClassName':'none',"), json).at("message")),
                 "pods \"l\" is forbidden: pod rejected: RuntimeClass \"none\" not found");
    }

  private:
    void mountableSecrets(const std::string& spec, const char* says) {
        const Answer answer = api->send("POST", pods,
                                        J("{'metadata':{'name':'p'},'spec':{'serviceAccountName':"
                                          "'strict'," +
                                          spec + "}}"),
                                        json);
        QCOMPARE(answer.code, 403);
        QCOMPARE(q(answer.at("message")), QString("pods \"p\" is forbidden: ") + says);
    }

    std::unique_ptr<ApiBench> api;
};

QTEST_GUILESS_MAIN(TestAuthAdmission)
#include "test_auth_admission.moc"
