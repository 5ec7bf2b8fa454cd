// Issue 3, points 5 and 6: who may do what, asked with the real kubectl.
#include "kubectl_checks.h"

#include <QFile>
#include <QProcessEnvironment>
#include <QStandardPaths>
#include <QtTest>

using namespace wheelhouse::test;

class TestKubectlAuth : public QObject {
    Q_OBJECT
    LabProcess lab_{{"--nodes", "simulated=1", "--heartbeat", "2s"}};

    /// kubectl with a token and nothing else.
    Output withToken(const QString& token, const QStringList& arguments) {
        QString why;
        const QString ca = lab_.dataDirectory() + "/pki/ca.crt";
        return run(kubectlPath(&why),
                   QStringList{"--kubeconfig", "/dev/null", "--server", lab_.ready()["url"].toString(),
                               "--certificate-authority", ca, "--token", token} +
                       arguments);
    }

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        QTRY_VERIFY_WITH_TIMEOUT(lab_.get({"get", "sa", "-n", "default", "-o", "name"}).contains("default"),
                                 30'000);
    }

    void theSigningKeyIsPrivate() {
        const QString key = lab_.dataDirectory() + "/pki/sa.key";
        QCOMPARE(QFile::permissions(key),
                 QFile::ReadOwner | QFile::WriteOwner | QFile::ReadUser | QFile::WriteUser);
    }

    void whoami() {
        VERIFY_OK(lab_.kubectl({"auth", "whoami"}),
                  {"kubernetes-admin", "system:masters", "system:authenticated"});
        VERIFY_OK(lab_.kubectl({"auth", "whoami", "--as", "bob", "--as-group", "red"}), {"bob", "red"});
        VERIFY_OK(lab_.kubectl({"auth", "can-i", "create", "pods"}), {"yes"});
        VERIFY_REFUSED(lab_.kubectl({"auth", "can-i", "create", "pods", "--as", "bob"}), {"no"});
        VERIFY_OK(lab_.kubectl({"auth", "can-i", "--list", "--as", "bob"}),
                  {"selfsubjectrulesreviews.authorization.k8s.io", "/openapi/*"});
    }

    void aViewerWithAToken() {
        VERIFY_OK(lab_.kubectl({"create", "serviceaccount", "viewer"}), {"created"});
        VERIFY_OK(lab_.kubectl({"create", "rolebinding", "viewer", "--clusterrole=view",
                                "--serviceaccount=default:viewer"}),
                  {"created"});
        const QString token = lab_.get({"create", "token", "viewer", "--duration=20m"}).trimmed();
        QCOMPARE(token.count('.'), 2);
        VERIFY_OK(withToken(token, {"auth", "whoami"}), {"system:serviceaccount:default:viewer"});
        VERIFY_OK(withToken(token, {"get", "pods,configmaps,deployments"}), {"kube-root-ca.crt"});
        VERIFY_REFUSED(
            withToken(token, {"get", "secrets"}),
            {"secrets is forbidden: User \"system:serviceaccount:default:viewer\" cannot list resource "
             "\"secrets\" in API group \"\" in the namespace \"default\""});
        VERIFY_REFUSED(withToken(token, {"create", "configmap", "x"}),
                       {"cannot create resource \"configmaps\""});
        VERIFY_REFUSED(withToken(token, {"get", "pods", "-A"}), {"at the cluster scope"});
        VERIFY_OK(withToken(token, {"auth", "can-i", "--list"}), {"pods/log", "[get list watch]"});
        VERIFY_OK(lab_.kubectl({"auth", "can-i", "get", "pods", "--as=system:serviceaccount:default:viewer"}),
                  {"yes"});
        VERIFY_OK(lab_.kubectl({"delete", "serviceaccount", "viewer"}), {"deleted"});
        VERIFY_REFUSED(withToken(token, {"get", "pods"}), {"Unauthorized"});
        VERIFY_REFUSED(withToken("nonsense", {"get", "pods"}), {"Unauthorized"});
    }

    void rolesGather() {
        VERIFY_OK(lab_.kubectl({"create", "clusterrole", "more-view", "--verb=get,list", "--resource=nodes"}),
                  {"created"});
        VERIFY_OK(lab_.kubectl({"label", "clusterrole", "more-view",
                                "rbac.authorization.k8s.io/aggregate-to-view=true"}),
                  {"labeled"});
        QTRY_VERIFY_WITH_TIMEOUT(lab_.get({"get", "clusterrole", "view", "-o", "yaml"}).contains("- nodes"),
                                 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(lab_.get({"get", "clusterrole", "admin", "-o", "yaml"}).contains("- nodes"),
                                 20'000);
        VERIFY_OK(lab_.kubectl({"get", "clusterroles,clusterrolebindings"}),
                  {"cluster-admin", "system:node"});
    }

    void aQuotaStory() {
        VERIFY_OK(lab_.kubectl({"create", "namespace", "small"}), {"created"});
        VERIFY_OK(lab_.kubectl({"create", "quota", "few", "-n", "small", "--hard=configmaps=3"}),
                  {"created"});
        QTRY_VERIFY_WITH_TIMEOUT(lab_.get({"get", "quota", "few", "-n", "small", "-o",
                                           "jsonpath={.status.used.configmaps}"}) == "1",
                                 20'000); // the namespace's own kube-root-ca.crt
        VERIFY_OK(lab_.kubectl({"create", "configmap", "a", "-n", "small"}), {"created"});
        VERIFY_OK(lab_.kubectl({"create", "configmap", "b", "-n", "small"}), {"created"});
        VERIFY_REFUSED(
            lab_.kubectl({"create", "configmap", "c", "-n", "small"}),
            {"exceeded quota: few, requested: configmaps=1, used: configmaps=3, limited: configmaps=3"});
        QTRY_VERIFY_WITH_TIMEOUT(
            lab_.kubectl({"describe", "quota", "few", "-n", "small"}).out.contains("3     3"), 20'000);
    }

    void aRestrictedNamespace() {
        VERIFY_OK(lab_.kubectl({"create", "namespace", "tight"}), {"created"});
        VERIFY_OK(
            lab_.kubectl({"label", "namespace", "tight", "pod-security.kubernetes.io/enforce=restricted"}),
            {"labeled"});
        VERIFY_REFUSED(
            lab_.kubectl({"run", "p", "-n", "tight", "--image=nginx"}),
            {"violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container "
             "\"p\" must set securityContext.allowPrivilegeEscalation=false)"});
    }

    void aCertificateStory() {
        if (QStandardPaths::findExecutable("openssl").isEmpty())
            QSKIP("openssl, which makes the request, is not installed");
        QTemporaryDir folder;
        const QString key = folder.filePath("key"), csr = folder.filePath("csr");
        const Output made =
            run("openssl", {"req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-keyout", key, "-out", csr, "-subj", "/O=red/CN=ann"});
        QVERIFY2(made.code == 0, qPrintable(made.err));
        QFile file(csr);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray request = "apiVersion: certificates.k8s.io/v1\nkind: "
                                   "CertificateSigningRequest\nmetadata:\n  name: ann\nspec:\n"
                                   "  signerName: kubernetes.io/kube-apiserver-client\n  usages: [client "
                                   "auth]\n  expirationSeconds: "
                                   "3600\n  request: " +
                                   file.readAll().toBase64() + "\n";
        VERIFY_OK(lab_.kubectl({"create", "-f", "-"}, request), {"created"});
        VERIFY_OK(lab_.kubectl({"get", "csr"}), {"Pending", "kubernetes-admin"});
        VERIFY_OK(lab_.kubectl({"certificate", "approve", "ann"}), {"approved"});
        QTRY_VERIFY_WITH_TIMEOUT(
            !lab_.get({"get", "csr", "ann", "-o", "jsonpath={.status.certificate}"}).isEmpty(), 20'000);
        const QByteArray certificate = QByteArray::fromBase64(
            lab_.get({"get", "csr", "ann", "-o", "jsonpath={.status.certificate}"}).toUtf8());
        QFile crt(folder.filePath("crt"));
        QVERIFY(crt.open(QIODevice::WriteOnly));
        crt.write(certificate);
        crt.close();
        QString why;
        const Output who =
            run(kubectlPath(&why),
                {"--kubeconfig", "/dev/null", "--server", lab_.ready()["url"].toString(),
                 "--certificate-authority", lab_.dataDirectory() + "/pki/ca.crt", "--client-certificate",
                 crt.fileName(), "--client-key", key, "auth", "whoami"});
        QVERIFY2(who.code == 0, qPrintable(who.err));
        QVERIFY(contains(who, {"ann", "red"}));
    }

    void tokensOutliveARestart() {
        VERIFY_OK(lab_.kubectl({"create", "serviceaccount", "stays"}), {"created"});
        const QString token = lab_.get({"create", "token", "stays"}).trimmed();
        lab_.stop();
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        VERIFY_OK(withToken(token, {"auth", "whoami"}), {"system:serviceaccount:default:stays"});
    }
};

QTEST_GUILESS_MAIN(TestKubectlAuth)
#include "test_kubectl_auth.moc"
