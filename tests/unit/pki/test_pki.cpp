#include "engine/base/files.h"
#include "engine/base/simulation.h"
#include "pki.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <yaml-cpp/yaml.h>

using namespace wheelhouse;
using namespace wheelhouse::controlplane;

namespace {

struct Cert {
    explicit Cert(const std::string& pem) {
        BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
        x = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
        BIO_free(bio);
    }
    ~Cert() { X509_free(x); }
    Cert(const Cert&) = delete;
    Cert& operator=(const Cert&) = delete;

    std::vector<std::string> names(int nid) const {
        std::vector<std::string> found;
        X509_NAME* name = X509_get_subject_name(x);
        for (int at = -1; (at = X509_NAME_get_index_by_NID(name, nid, at)) >= 0;) {
            ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
            found.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                               static_cast<std::size_t>(ASN1_STRING_length(value)));
        }
        return found;
    }
    bool signedBy(const std::string& caPem, int purpose, WallTime at) const {
        const Cert ca(caPem);
        X509_STORE* store = X509_STORE_new();
        X509_STORE_add_cert(store, ca.x);
        X509_STORE_CTX* context = X509_STORE_CTX_new();
        X509_STORE_CTX_init(context, store, x, nullptr);
        X509_STORE_CTX_set_purpose(context, purpose);
        X509_STORE_CTX_set_time(context, 0,
                                std::chrono::system_clock::to_time_t(
                                    std::chrono::time_point_cast<std::chrono::system_clock::duration>(at)));
        const bool good = X509_verify_cert(context) == 1;
        X509_STORE_CTX_free(context);
        X509_STORE_free(store);
        return good;
    }

    X509* x = nullptr;
};

unsigned mode(const std::filesystem::path& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777u : 0;
}

} // namespace

class TestPki : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void caIsKeptPrivateAndStays() {
        auto first = Pki::openOrCreate(dir(), clock_, random_);
        QVERIFY2(first, first ? "" : first.error().message.c_str());
        QCOMPARE(mode(dir()), 0700u);
        QCOMPARE(mode(dir() / "ca.key"), 0600u);
        auto second = Pki::openOrCreate(dir(), clock_, random_);
        QVERIFY(second);
        QCOMPARE(second->caPem(), first->caPem());
        const Cert ca(first->caPem());
        QVERIFY(ca.signedBy(first->caPem(), X509_PURPOSE_ANY, clock_.wallNow()));
        QCOMPARE(X509_check_ca(ca.x), 1);
    }

    void looseKeyPermissionsAreMended() {
        QVERIFY(Pki::openOrCreate(dir(), clock_, random_));
        ::chmod((dir() / "ca.key").c_str(), 0644);
        QVERIFY(Pki::openOrCreate(dir(), clock_, random_));
        QCOMPARE(mode(dir() / "ca.key"), 0600u);
    }

    void crashBeforeTheCertificateWasWritten() {
        auto first = Pki::openOrCreate(dir(), clock_, random_);
        QVERIFY(first);
        auto client = first->issueClient("ada", {});
        QVERIFY(client);
        std::filesystem::remove(dir() / "ca.crt");
        auto second = Pki::openOrCreate(dir(), clock_, random_);
        QVERIFY(second);
        QVERIFY(Cert(client->certificatePem)
                    .signedBy(second->caPem(), X509_PURPOSE_SSL_CLIENT, clock_.wallNow()));
    }

    void brokenFolders_data() {
        QTest::addColumn<QString>("damage");
        QTest::addColumn<QString>("says");
        QTest::newRow("key lost") << "no key"
                                  << "is missing";
        QTest::newRow("another key") << "other key"
                                     << "do not belong together";
        QTest::newRow("key is rubbish") << "rubbish"
                                        << "holds no private key";
        QTest::newRow("expired") << "expired"
                                 << "has expired";
        QTest::newRow("a file is in the way") << "file"
                                              << "cannot use";
    }
    void brokenFolders() {
        QFETCH(QString, damage);
        QFETCH(QString, says);
        if (damage == "file") {
            QVERIFY(writeFileAtomically(dir(), "x"));
        } else {
            QVERIFY(Pki::openOrCreate(dir(), clock_, random_));
            if (damage == "no key") std::filesystem::remove(dir() / "ca.key");
            if (damage == "rubbish") QVERIFY(writeFileAtomically(dir() / "ca.key", "rubbish", 0600));
            if (damage == "expired") clock_.advance(std::chrono::hours(24 * 365 * 10 + 1));
            if (damage == "other key") {
                QVERIFY(Pki::openOrCreate(dir() / "other", clock_, random_));
                std::filesystem::copy_file(dir() / "other/ca.key", dir() / "ca.key",
                                           std::filesystem::copy_options::overwrite_existing);
            }
        }
        auto opened = Pki::openOrCreate(dir(), clock_, random_);
        QVERIFY(!opened);
        QVERIFY2(opened.error().message.find(says.toStdString()) != std::string::npos,
                 opened.error().message.c_str());
        QVERIFY(opened.error().message.find(dir().string()) != std::string::npos);
    }

    void clientCarriesUserAndGroups() {
        auto pki = Pki::openOrCreate(dir(), clock_, random_);
        QVERIFY(pki);
        const std::string node = "system:node:" + std::string(200, 'n');
        auto pair = pki->issueClient(node, {"system:nodes", "system:masters"});
        QVERIFY(pair);
        const Cert cert(pair->certificatePem);
        QCOMPARE(cert.names(NID_commonName), std::vector<std::string>{node});
        QCOMPARE(cert.names(NID_organizationName),
                 (std::vector<std::string>{"system:nodes", "system:masters"}));
        QVERIFY(cert.signedBy(pki->caPem(), X509_PURPOSE_SSL_CLIENT, clock_.wallNow()));
        QVERIFY(!cert.signedBy(pki->caPem(), X509_PURPOSE_SSL_SERVER, clock_.wallNow()));
        QVERIFY(!cert.signedBy(pki->caPem(), X509_PURPOSE_SSL_CLIENT,
                               clock_.wallNow() + std::chrono::hours(24 * 365 + 1)));
        auto another = pki->issueClient(node, {});
        QVERIFY(another);
        QVERIFY(another->keyPem != pair->keyPem);
        QVERIFY(ASN1_INTEGER_cmp(X509_get_serialNumber(cert.x),
                                 X509_get_serialNumber(Cert(another->certificatePem).x)) != 0);
    }

    void serverIsReusedUntilItMustNot() {
        auto pki = Pki::openOrCreate(dir(), clock_, random_);
        QVERIFY(pki);
        auto first = pki->server("apiserver", apiServerNames());
        QVERIFY2(first, first ? "" : first.error().message.c_str());
        QCOMPARE(mode(dir() / "apiserver.key"), 0600u);
        const Cert cert(first->certificatePem);
        QCOMPARE(X509_check_ip_asc(cert.x, "127.0.0.1", 0), 1);
        QCOMPARE(X509_check_ip_asc(cert.x, "10.0.2.2", 0), 1);
        QCOMPARE(X509_check_host(cert.x, "kubernetes.default.svc", 0, 0, nullptr), 1);
        QCOMPARE(X509_check_host(cert.x, "example.org", 0, 0, nullptr), 0);
        QVERIFY(cert.signedBy(pki->caPem(), X509_PURPOSE_SSL_SERVER, clock_.wallNow()));

        QCOMPARE(pki->server("apiserver", apiServerNames())->certificatePem, first->certificatePem);
        auto names = apiServerNames();
        names.push_back("::1");
        auto other = pki->server("apiserver", names);
        QVERIFY(other);
        QVERIFY(other->certificatePem != first->certificatePem);
        QCOMPARE(X509_check_ip_asc(Cert(other->certificatePem).x, "::1", 0), 1);
        QCOMPARE(pki->server("apiserver", names)->certificatePem, other->certificatePem);
        clock_.advance(std::chrono::hours(24 * 250));
        QVERIFY(pki->server("apiserver", names)->certificatePem != other->certificatePem);
    }

    void badServerNames() {
        auto pki = Pki::openOrCreate(dir(), clock_, random_);
        QVERIFY(pki);
        for (const char* name : {"", "a,DNS:evil", "a b", "x:y"})
            QVERIFY2(!pki->server("apiserver", {name}), name);
        QVERIFY(!pki->server("apiserver", {}));
    }

    void kubeconfigIsPrivateAndComplete() {
        const auto file = dir() / "kubeconfig";
        std::filesystem::create_directories(dir());
        QVERIFY(writeKubeconfig(file, {"lab", "https://127.0.0.1:6443", "CA", {"CERT", "KEY"}}));
        QCOMPARE(mode(file), 0600u);
        const YAML::Node root = YAML::LoadFile(file.string());
        QCOMPARE(root["current-context"].as<std::string>(), std::string("lab"));
        QCOMPARE(root["clusters"][0]["cluster"]["server"].as<std::string>(),
                 std::string("https://127.0.0.1:6443"));
        QCOMPARE(root["clusters"][0]["cluster"]["certificate-authority-data"].as<std::string>(),
                 std::string("Q0E="));
        QCOMPARE(root["users"][0]["user"]["client-certificate-data"].as<std::string>(),
                 std::string("Q0VSVA=="));
        QCOMPARE(root["users"][0]["user"]["client-key-data"].as<std::string>(), std::string("S0VZ"));
        QCOMPARE(root["contexts"][0]["context"]["user"].as<std::string>(), std::string("lab"));
    }

    void kubeconfigKeepsOtherClusters() {
        const auto file = dir() / "kubeconfig";
        std::filesystem::create_directories(dir());
        QVERIFY(writeKubeconfig(file, {"other", "https://192.0.2.1:6443", "CA", {"CERT", "KEY"}}));
        QVERIFY(writeKubeconfig(file, {"lab", "https://127.0.0.1:1", "CA", {"CERT", "KEY"}}));
        QVERIFY(writeKubeconfig(file, {"lab", "https://127.0.0.1:2", "CA", {"CERT", "KEY"}}));
        const YAML::Node root = YAML::LoadFile(file.string());
        QCOMPARE(root["clusters"].size(), std::size_t(2));
        QCOMPARE(root["clusters"][0]["name"].as<std::string>(), std::string("other"));
        QCOMPARE(root["clusters"][1]["cluster"]["server"].as<std::string>(),
                 std::string("https://127.0.0.1:2"));
        QCOMPARE(root["current-context"].as<std::string>(), std::string("lab"));
    }

    void kubeconfigLeavesOtherFilesAlone() {
        const auto file = dir() / "notes.yaml";
        std::filesystem::create_directories(dir());
        for (const char* text :
             {"kind: Deployment\n", "- 1\n- 2\n", "a: [", "clusters: {a: b}\nkind: {}\n"}) {
            QVERIFY(writeFileAtomically(file, text));
            const auto written = writeKubeconfig(file, {"lab", "https://127.0.0.1:1", "CA", {"CERT", "KEY"}});
            QVERIFY2(!written, text);
            QVERIFY(written.error().message.find("--kubeconfig") != std::string::npos);
            QCOMPARE(*readFile(file), std::string(text));
        }
    }

    void init() { temporary_ = std::make_unique<QTemporaryDir>(); }

  private:
    std::filesystem::path dir() const { return temporary_->path().toStdString() + "/pki"; }

    std::unique_ptr<QTemporaryDir> temporary_;
    SimulatedExecutor clock_;
    SeededRandom random_{7};
};

QTEST_GUILESS_MAIN(TestPki)
#include "test_pki.moc"
