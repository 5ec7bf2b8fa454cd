#include "engine/api/groups/certificates.h"
#include "engine/api/groups/networking.h"
#include "steps.h"

#include <QCryptographicHash>
#include <QMessageAuthenticationCode>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

using namespace wheelhouse;
namespace networking = api::networking;
using Request = api::certificates::CertificateSigningRequest;

namespace {

core::ServiceAccount account(const std::string& name) {
    core::ServiceAccount made;
    made.mutable_metadata()->set_namespace_("default");
    made.mutable_metadata()->set_name(name);
    return made;
}

core::Secret tokenSecret(const std::string& name, const std::string& accountName) {
    core::Secret made;
    made.mutable_metadata()->set_namespace_("default");
    made.mutable_metadata()->set_name(name);
    (*made.mutable_metadata()->mutable_annotations())["kubernetes.io/service-account.name"] = accountName;
    made.set_type("kubernetes.io/service-account-token");
    return made;
}

core::Secret bootstrapToken(const std::string& id, const std::string& secret, const std::string& expiration,
                            bool signs = true) {
    core::Secret made;
    made.mutable_metadata()->set_namespace_("kube-system");
    made.mutable_metadata()->set_name("bootstrap-token-" + id);
    made.set_type("bootstrap.kubernetes.io/token");
    auto& data = *made.mutable_data();
    data["token-id"] = id;
    data["token-secret"] = secret;
    if (!expiration.empty()) data["expiration"] = expiration;
    if (signs) data["usage-bootstrap-signing"] = "true";
    return made;
}

/// A request for a certificate of this name, as PEM; `names` in OpenSSL's syntax ("DNS:a,IP:127.0.0.1").
std::string requestPem(const std::string& commonName, const std::string& organization,
                       const std::string& names = {}) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509_REQ* request = X509_REQ_new();
    X509_NAME* subject = X509_REQ_get_subject_name(request);
    const auto add = [&](const char* field, const std::string& value) {
        if (!value.empty())
            X509_NAME_add_entry_by_txt(subject, field, MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(value.c_str()), -1, -1, 0);
    };
    add("O", organization);
    add("CN", commonName);
    if (!names.empty()) {
        STACK_OF(X509_EXTENSION)* extensions = sk_X509_EXTENSION_new_null();
        sk_X509_EXTENSION_push(extensions,
                               X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str()));
        X509_REQ_add_extensions(request, extensions);
        sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    }
    X509_REQ_set_pubkey(request, key);
    X509_REQ_sign(request, key, EVP_sha256());
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509_REQ(bio, request);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio, &text);
    std::string pem(text, static_cast<std::size_t>(size));
    BIO_free(bio);
    X509_REQ_free(request);
    EVP_PKEY_free(key);
    return pem;
}

Request request(const std::string& name, const std::string& pem, const std::string& user,
                const std::string& signer = "kubernetes.io/kube-apiserver-client-kubelet",
                const QStringList& usages = {"digital signature", "client auth"}) {
    Request made;
    made.mutable_metadata()->set_name(name);
    made.mutable_spec()->set_request(pem);
    made.mutable_spec()->set_signername(signer);
    made.mutable_spec()->set_username(user);
    for (const QString& usage : usages)
        made.mutable_spec()->add_usages(usage.toStdString());
    return made;
}

void approve(Request& of, const meta::Time& now, const char* type = "Approved") {
    auto& condition = *of.mutable_status()->add_conditions();
    condition.set_type(type);
    condition.set_status("True");
    *condition.mutable_lastupdatetime() = now;
}

QStringList conditions(Bench& bench, const std::string& name) {
    QStringList list;
    const auto found = *bench.cluster.get<Request>(name);
    for (const auto& each : found.status().conditions())
        list << QString::fromStdString(each.type() + ":" + each.reason());
    return list;
}

networking::ServiceCIDR cidr(const std::string& name, const std::string& range) {
    networking::ServiceCIDR made;
    made.mutable_metadata()->set_name(name);
    made.mutable_spec()->add_cidrs(range);
    return made;
}

core::Service service(const std::string& name, const std::string& address) {
    core::Service made;
    made.mutable_metadata()->set_namespace_("default");
    made.mutable_metadata()->set_name(name);
    made.mutable_spec()->set_clusterip(address);
    made.mutable_spec()->add_clusterips(address);
    return made;
}

} // namespace

/// Tokens, certificates and the addresses of services.
class TestAccounts : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aTokenSecretIsFilled() {
        for (const bool lost : {false, true})
            crashAfterEveryStep(
                {"serviceaccounttoken"},
                [](Bench& bench) {
                    bench.options.caPem = "the authority";
                    bench.cluster.put(account("a"));
                    bench.cluster.put(tokenSecret("s", "a"));
                },
                [](Bench& bench) {
                    const auto filled = *bench.cluster.get<core::Secret>("default/s");
                    QCOMPARE(filled.data().at("token"), std::string("token of a for s"));
                    QCOMPARE(filled.data().at("ca.crt"), std::string("the authority"));
                    QCOMPARE(filled.data().at("namespace"), std::string("default"));
                    QCOMPARE(filled.metadata().annotations().at("kubernetes.io/service-account.uid"),
                             bench.cluster.get<core::ServiceAccount>("default/a")->metadata().uid());
                },
                lost);
    }

    void aTokenSecretGoesWithItsAccount_data() {
        QTest::addColumn<QString>("what");
        QTest::newRow("deleted") << "deleted";
        QTest::newRow("never there") << "never there";
        QTest::newRow("another of that name") << "another";
    }
    void aTokenSecretGoesWithItsAccount() {
        QFETCH(QString, what);
        Bench bench({"serviceaccounttoken"});
        if (what != "never there") bench.cluster.put(account("a"));
        bench.cluster.put(tokenSecret("s", "a"));
        core::Secret other = tokenSecret("other", "a");
        other.set_type("Opaque");
        bench.cluster.put(other);
        bench.start();
        bench.settle();
        if (what != "never there") {
            QVERIFY(bench.cluster.get<core::Secret>("default/s"));
            bench.cluster.drop<core::ServiceAccount>("default/a");
            if (what == "another") bench.cluster.put(account("a"));
        }
        bench.settle();
        QVERIFY(!bench.cluster.get<core::Secret>("default/s"));
        QVERIFY(bench.cluster.get<core::Secret>("default/other"));
    }

    void anAccountForgetsSecretsThatAreGone() {
        Bench bench({"serviceaccounttoken"});
        auto a = account("a");
        a.add_secrets()->set_name("s");
        a.add_secrets()->set_name("kept");
        bench.cluster.put(a);
        bench.cluster.put(tokenSecret("s", "a"));
        bench.cluster.put(tokenSecret("kept", "a"));
        bench.start();
        bench.settle();
        bench.cluster.drop<core::Secret>("default/s");
        bench.settle();
        const auto left = *bench.cluster.get<core::ServiceAccount>("default/a");
        QCOMPARE(left.secrets_size(), 1);
        QCOMPARE(left.secrets(0).name(), std::string("kept"));
    }

    void nodesAreLetInByThemselves_data() {
        QTest::addColumn<QString>("user");
        QTest::addColumn<QString>("commonName");
        QTest::addColumn<QString>("organization");
        QTest::addColumn<QString>("names");
        QTest::addColumn<QString>("right"); ///< what the requester may do
        QTest::addColumn<bool>("approved");
        const char* joining = "system:bootstrap:abcdef";
        QTest::newRow("joining") << joining << "system:node:n"
                                 << "system:nodes"
                                 << ""
                                 << "nodeclient" << true;
        QTest::newRow("renewing") << "system:node:n"
                                  << "system:node:n"
                                  << "system:nodes"
                                  << ""
                                  << "selfnodeclient" << true;
        QTest::newRow("renewing another's") << "system:node:m"
                                            << "system:node:n"
                                            << "system:nodes"
                                            << ""
                                            << "selfnodeclient" << false;
        QTest::newRow("no right") << joining << "system:node:n"
                                  << "system:nodes"
                                  << ""
                                  << "" << false;
        QTest::newRow("not a node's name") << joining << "n"
                                           << "system:nodes"
                                           << ""
                                           << "nodeclient" << false;
        QTest::newRow("not a node's group") << joining << "system:node:n"
                                            << "system:masters"
                                            << ""
                                            << "nodeclient" << false;
        QTest::newRow("with a host name") << joining << "system:node:n"
                                          << "system:nodes"
                                          << "DNS:n"
                                          << "nodeclient" << false;
    }
    void nodesAreLetInByThemselves() {
        QFETCH(QString, user);
        QFETCH(QString, commonName);
        QFETCH(QString, organization);
        QFETCH(QString, names);
        QFETCH(QString, right);
        QFETCH(bool, approved);
        Bench bench({"certificateapprover"});
        bench.cluster.mayDo = [&](const api::authorization::SubjectAccessReview& review) {
            const auto& what = review.spec().resourceattributes();
            return review.spec().user() == user.toStdString() && what.verb() == "create" &&
                   what.group() == "certificates.k8s.io" && what.resource() == "certificatesigningrequests" &&
                   what.subresource() == right.toStdString();
        };
        bench.cluster.put(request(
            "r", requestPem(commonName.toStdString(), organization.toStdString(), names.toStdString()),
            user.toStdString()));
        bench.start();
        bench.settle();
        QCOMPARE(conditions(bench, "r"), approved ? QStringList({"Approved:AutoApproved"}) : QStringList());
    }

    void onlyWhatASignerMaySignIsSigned_data() {
        QTest::addColumn<QString>("signer");
        QTest::addColumn<QString>("commonName");
        QTest::addColumn<QString>("names");
        QTest::addColumn<QStringList>("usages");
        QTest::addColumn<QString>("keyUsage"); ///< empty = refused
        const QString kubelet = "kubernetes.io/kube-apiserver-client-kubelet";
        const QString serving = "kubernetes.io/kubelet-serving";
        const QStringList client = {"client auth", "digital signature"};
        const QStringList server = {"server auth", "digital signature", "key encipherment"};
        QTest::newRow("kubelet") << kubelet << "system:node:n"
                                 << "" << client << "digitalSignature clientAuth";
        QTest::newRow("kubelet, other usages") << kubelet << "system:node:n"
                                               << "" << server << "";
        QTest::newRow("kubelet, other name") << kubelet << "n"
                                             << "" << client << "";
        QTest::newRow("serving") << serving << "system:node:n"
                                 << "IP:127.0.0.1" << server << "digitalSignature,keyEncipherment serverAuth";
        QTest::newRow("serving nothing") << serving << "system:node:n"
                                         << "" << server << "";
        QTest::newRow("serving mail") << serving << "system:node:n"
                                      << "DNS:n,email:a@b" << server << "";
        QTest::newRow("client") << "kubernetes.io/kube-apiserver-client"
                                << "jane"
                                << "" << client << "digitalSignature clientAuth";
        QTest::newRow("client, serving too") << "kubernetes.io/kube-apiserver-client"
                                             << "jane"
                                             << "" << client + server << "";
        QTest::newRow("anything") << "kubernetes.io/legacy-unknown"
                                  << "x"
                                  << "" << QStringList({"code signing"}) << " codeSigning";
        QTest::newRow("somebody else's signer") << "example.com/own"
                                                << "x"
                                                << "" << client << "nothing";
    }
    void onlyWhatASignerMaySignIsSigned() {
        QFETCH(QString, signer);
        QFETCH(QString, commonName);
        QFETCH(QString, names);
        QFETCH(QStringList, usages);
        QFETCH(QString, keyUsage);
        Bench bench({"certificates"});
        bench.options.signCertificate = [](const std::string&, const std::string& key,
                                           const std::string& extended,
                                           Duration) -> Result<std::string> { return key + " " + extended; };
        auto made = request("r", requestPem(commonName.toStdString(), "system:nodes", names.toStdString()),
                            "u", signer.toStdString(), usages);
        approve(made, api::toTime(bench.executor.wallNow()));
        bench.cluster.put(made);
        bench.start();
        bench.settle();
        const std::string certificate = bench.cluster.get<Request>("r")->status().certificate();
        if (keyUsage == "nothing") {
            QCOMPARE(certificate, std::string());
            QCOMPARE(conditions(bench, "r").size(), 1);
        } else if (keyUsage.isEmpty()) {
            QCOMPARE(certificate, std::string());
            QCOMPARE(conditions(bench, "r").last(), QString("Failed:SignerValidationFailure"));
        } else
            QCOMPARE(certificate, keyUsage.toStdString());
    }

    void requestsAreClearedAway_data() {
        QTest::addColumn<QString>("condition");
        QTest::addColumn<bool>("signedAlready");
        QTest::addColumn<int>("hours");
        QTest::newRow("pending") << "" << false << 24;
        QTest::newRow("approved") << "Approved" << false << 24;
        QTest::newRow("issued") << "Approved" << true << 1;
        QTest::newRow("denied") << "Denied" << false << 1;
        QTest::newRow("failed") << "Failed" << false << 1;
    }
    void requestsAreClearedAway() {
        QFETCH(QString, condition);
        QFETCH(bool, signedAlready);
        QFETCH(int, hours);
        Bench bench({"certificatecleaner"});
        auto made = request("r", "pem", "u");
        *made.mutable_metadata()->mutable_creationtimestamp() = api::toTime(bench.executor.wallNow());
        if (!condition.isEmpty())
            approve(made, api::toTime(bench.executor.wallNow()), condition.toUtf8().constData());
        if (signedAlready) made.mutable_status()->set_certificate("signed");
        bench.cluster.put(made);
        bench.start();
        bench.settle(std::chrono::hours(hours) - 1min);
        QVERIFY(bench.cluster.get<Request>("r"));
        bench.restart();
        bench.settle(2min);
        QVERIFY(!bench.cluster.get<Request>("r"));
    }

    void newcomersCanCheckTheCluster() {
        Bench bench({"bootstrapsigner", "tokencleaner"});
        bench.options.caPem = "CA";
        bench.options.serverUrl = "https://127.0.0.1:6443";
        bench.cluster.put(
            bootstrapToken("abcdef", "0123456789abcdef", api::formatTime(bench.executor.wallNow() + 1h)));
        bench.cluster.put(bootstrapToken("lastin", "0123456789abcdef", ""));
        bench.cluster.put(bootstrapToken("nosign", "0123456789abcdef", "", false));
        bench.start();
        bench.settle();
        const auto info = *bench.cluster.get<core::ConfigMap>("kube-public/cluster-info");
        const QByteArray content = QByteArray::fromStdString(info.data().at("kubeconfig"));
        QVERIFY(content.contains("server: https://127.0.0.1:6443"));
        QVERIFY(content.contains("certificate-authority-data: Q0E=\n"));
        QVERIFY(!info.data().contains("jws-kubeconfig-nosign"));
        QVERIFY(info.data().contains("jws-kubeconfig-lastin"));
        const auto url = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;
        const QByteArray header = QByteArray(R"({"alg":"HS256","kid":"abcdef"})").toBase64(url);
        const QByteArray signature = QMessageAuthenticationCode::hash(
            header + "." + content.toBase64(url), "0123456789abcdef", QCryptographicHash::Sha256);
        QCOMPARE(QByteArray::fromStdString(info.data().at("jws-kubeconfig-abcdef")),
                 header + ".." + signature.toBase64(url));
        bench.restart();
        bench.settle(1h);
        QVERIFY(!bench.cluster.get<core::Secret>("kube-system/bootstrap-token-abcdef"));
        QVERIFY(bench.cluster.get<core::Secret>("kube-system/bootstrap-token-lastin"));
        const auto later = *bench.cluster.get<core::ConfigMap>("kube-public/cluster-info");
        QVERIFY(!later.data().contains("jws-kubeconfig-abcdef"));
        QVERIFY(later.data().contains("jws-kubeconfig-lastin"));
    }

    void aRangeIsReadyAndKept() {
        Bench bench({"servicecidr", "ipaddress"});
        bench.cluster.put(cidr("kubernetes", "10.96.0.0/16"));
        bench.cluster.put(cidr("more", "10.97.0.0/24"));
        bench.cluster.put(service("s", "10.97.0.7"));
        bench.start();
        bench.settle();
        const auto more = *bench.cluster.get<networking::ServiceCIDR>("more");
        QCOMPARE(more.status().conditions(0).status(), std::string("True"));
        QCOMPARE(more.metadata().finalizers(0), std::string("networking.k8s.io/service-cidr-finalizer"));
        bench.cluster.edit<networking::ServiceCIDR>("more", [&](auto& each) {
            *each.mutable_metadata()->mutable_deletiontimestamp() = api::toTime(bench.executor.wallNow());
        });
        bench.settle(1min);
        const auto kept = *bench.cluster.get<networking::ServiceCIDR>("more");
        QCOMPARE(kept.status().conditions(0).status(), std::string("False"));
        QCOMPARE(kept.status().conditions(0).reason(), std::string("Terminating"));
        bench.cluster.drop<core::Service>("default/s");
        bench.settle(1min);
        QVERIFY(!bench.cluster.get<networking::ServiceCIDR>("more"));
        QVERIFY(bench.cluster.get<networking::ServiceCIDR>("kubernetes"));
    }

    void aRangeInsideAnotherMayGo() {
        Bench bench({"servicecidr", "ipaddress"});
        bench.cluster.put(cidr("kubernetes", "10.96.0.0/16"));
        bench.cluster.put(cidr("part", "10.96.5.0/24"));
        bench.cluster.put(service("s", "10.96.5.7"));
        bench.start();
        bench.settle();
        bench.cluster.edit<networking::ServiceCIDR>("part", [&](auto& each) {
            *each.mutable_metadata()->mutable_deletiontimestamp() = api::toTime(bench.executor.wallNow());
        });
        bench.settle(5s);
        QVERIFY(bench.cluster.get<networking::ServiceCIDR>("part"));
        bench.settle(10s);
        QVERIFY(!bench.cluster.get<networking::ServiceCIDR>("part"));
    }

    void addressesFollowServices() {
        crashAfterEveryStep(
            {"ipaddress"},
            [](Bench& bench) {
                bench.cluster.put(service("a", "10.96.0.10"));
                bench.cluster.put(service("headless", "None"));
                networking::IPAddress leaked;
                leaked.mutable_metadata()->set_name("10.96.0.11");
                (*leaked.mutable_metadata()->mutable_labels())["ipaddress.kubernetes.io/managed-by"] =
                    "ipallocator.k8s.io";
                leaked.mutable_spec()->mutable_parentref()->set_resource("services");
                leaked.mutable_spec()->mutable_parentref()->set_namespace_("default");
                leaked.mutable_spec()->mutable_parentref()->set_name("gone");
                bench.cluster.put(leaked);
                auto own = leaked;
                own.mutable_metadata()->set_name("10.96.0.12");
                own.mutable_metadata()->clear_labels();
                bench.cluster.put(own);
                auto wrong = leaked;
                wrong.mutable_metadata()->set_name("10.96.0.10");
                bench.cluster.put(wrong);
            },
            [](Bench& bench) {
                QStringList names;
                for (const auto& each : bench.cluster.all<networking::IPAddress>())
                    names << QString::fromStdString(each.metadata().name() + "=" +
                                                    each.spec().parentref().name());
                names.sort();
                QCOMPARE(names, QStringList({"10.96.0.10=a", "10.96.0.12=gone"}));
            });
    }
};

QTEST_GUILESS_MAIN(TestAccounts)
#include "test_accounts.moc"
