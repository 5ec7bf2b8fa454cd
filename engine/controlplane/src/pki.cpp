#include "pki.h"

#include "engine/base/files.h"
#include "engine/base/freed.h"

#include <algorithm>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <set>
#include <sys/stat.h>

namespace wheelhouse::controlplane {

namespace fs = std::filesystem;

namespace {

using BioPtr = std::unique_ptr<BIO, FreedBy<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using CertPtr = std::unique_ptr<X509, FreedBy<X509_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, FreedBy<BN_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, FreedBy<GENERAL_NAMES_free>>;

constexpr Duration year = std::chrono::hours(24 * 365);
/// A node whose clock is a little behind must not refuse what was just made.
constexpr Duration clockTolerance = std::chrono::hours(1);
constexpr const char* caName = "wheelhouse-ca";

tl::unexpected<Status> opensslFailed(const std::string& what) {
    char text[256] = "no reason given";
    if (const auto code = ERR_get_error()) ERR_error_string_n(code, text, sizeof text);
    ERR_clear_error();
    return fail(Reason::InternalError, fmt::format("{}: {}", what, text));
}

std::string bioText(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(std::max(size, 0L))};
}

std::string pem(X509* certificate) {
    BioPtr bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), certificate);
    return bioText(bio.get());
}

std::string pem(EVP_PKEY* key) {
    BioPtr bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    return bioText(bio.get());
}

CertPtr readCertificate(const std::string& text) {
    BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    return CertPtr(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

KeyPtr readKey(const std::string& text) {
    BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    // Without a callback OpenSSL would ask the terminal for the password of an encrypted key.
    auto noPassword = [](char*, int, int, void*) { return -1; };
    return KeyPtr(PEM_read_bio_PrivateKey(bio.get(), nullptr, noPassword, nullptr));
}

std::time_t seconds(WallTime time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::time_t seconds(const ASN1_TIME* time) {
    std::tm parts{};
    return ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : 0;
}

/// "DNS:localhost" and "IP:127.0.0.1", as OpenSSL's configuration and our comparison spell them.
std::string subjectAltName(const std::string& name) {
    unsigned char raw[sizeof(in6_addr)];
    const bool address =
        inet_pton(AF_INET, name.c_str(), raw) == 1 || inet_pton(AF_INET6, name.c_str(), raw) == 1;
    return (address ? "IP:" : "DNS:") + name;
}

std::set<std::string> subjectAltNames(X509* certificate) {
    std::set<std::string> names;
    NamesPtr list(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(list.get(), i);
        const ASN1_STRING* value = name->type == GEN_IPADD ? name->d.iPAddress : name->d.ia5;
        if (name->type != GEN_IPADD && name->type != GEN_DNS) continue;
        const auto* data = ASN1_STRING_get0_data(value);
        const int size = ASN1_STRING_length(value);
        if (name->type == GEN_DNS) {
            names.insert("DNS:" +
                         std::string(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)));
        } else {
            char text[INET6_ADDRSTRLEN] = "";
            inet_ntop(size == 4 ? AF_INET : AF_INET6, data, text, sizeof text);
            names.insert(std::string("IP:") + text);
        }
    }
    return names;
}

bool addName(X509_NAME* name, int nid, const std::string& value) {
    // Not MBSTRING_UTF8: that would refuse names over 64 bytes, and a node's name may have 253.
    return X509_NAME_add_entry_by_NID(name, nid, V_ASN1_UTF8STRING,
                                      reinterpret_cast<const unsigned char*>(value.data()),
                                      static_cast<int>(value.size()), -1, 0) == 1;
}

bool addExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509V3_set_ctx_nodb(&context);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    const bool added = extension != nullptr && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

struct Subject {
    std::string commonName;
    std::vector<std::string> organizations;
};

struct Extension {
    int nid;
    std::string value;
};

/// A certificate for `key`; self-signed when there is no issuer.
Result<CertPtr> sign(const Subject& subject, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuerKey, WallTime from,
                     WallTime until, Random& random, const std::vector<Extension>& extensions) {
    CertPtr certificate(X509_new());
    X509* x = certificate.get();
    const std::uint64_t serial[2] = {random.next() >> 1 | 1, random.next()};
    NumberPtr number(BN_lebin2bn(reinterpret_cast<const unsigned char*>(serial), sizeof serial, nullptr));
    bool ok = x && number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x)) &&
              X509_set_version(x, X509_VERSION_3) == 1;
    ok = ok && ASN1_TIME_set(X509_getm_notBefore(x), seconds(from)) &&
         ASN1_TIME_set(X509_getm_notAfter(x), seconds(until));
    for (const auto& organization : subject.organizations)
        ok = ok && addName(X509_get_subject_name(x), NID_organizationName, organization);
    ok = ok && addName(X509_get_subject_name(x), NID_commonName, subject.commonName);
    ok = ok && X509_set_pubkey(x, key) == 1 &&
         X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer : x)) == 1;
    ok = ok && addExtension(x, issuer ? issuer : x, NID_subject_key_identifier, "hash");
    ok = ok && addExtension(x, issuer ? issuer : x, NID_authority_key_identifier, "keyid:always");
    for (const auto& extension : extensions)
        ok = ok && addExtension(x, issuer ? issuer : x, extension.nid, extension.value);
    ok = ok && X509_sign(x, issuer ? issuerKey : key, EVP_sha256()) > 0;
    if (!ok) return opensslFailed(fmt::format("making a certificate for {}", subject.commonName));
    return certificate;
}

Result<KeyPtr> newKey() {
    KeyPtr key(EVP_EC_gen("P-256"));
    if (!key) return opensslFailed("making a key");
    return key;
}

Result<std::string> readIfThere(const fs::path& path) {
    std::error_code error;
    if (!fs::exists(path, error) && !error) return std::string();
    return readFile(path);
}

} // namespace

struct Pki::Impl {
    fs::path dir;
    Clock& clock;
    Random& random;
    KeyPtr caKey;
    CertPtr ca;
    std::string caPem;

    Result<void> openFolder();
    Result<void> openCa();
    bool stillGood(X509* certificate, EVP_PKEY* key, const std::vector<std::string>& sans) const;
};

Result<void> Pki::Impl::openFolder() {
    std::error_code error;
    fs::create_directories(dir, error);
    if (!error) fs::permissions(dir, fs::perms::owner_all, error);
    if (error)
        return fail(Reason::InternalError,
                    fmt::format("cannot use {} for certificates: {}", dir.string(), error.message()));
    return {};
}

Result<void> Pki::Impl::openCa() {
    const auto keyFile = dir / "ca.key", certificateFile = dir / "ca.crt";
    const auto keyText = readIfThere(keyFile), certificateText = readIfThere(certificateFile);
    if (!keyText) return fail(keyText.error());
    if (!certificateText) return fail(certificateText.error());
    if (keyText->empty() && !certificateText->empty())
        return fail(Reason::InternalError,
                    fmt::format("{} is missing: put it back, or remove {} to start with new "
                                "certificates",
                                keyFile.string(), dir.string()));
    if (keyText->empty()) {
        auto key = newKey();
        if (!key) return fail(key.error());
        caKey = std::move(*key);
        if (auto written = writeFileAtomically(keyFile, pem(caKey.get()), 0600); !written) return written;
    } else {
        caKey = readKey(*keyText);
        if (!caKey) return opensslFailed(keyFile.string() + " holds no private key");
        std::error_code ignored;
        fs::permissions(keyFile, fs::perms::owner_read | fs::perms::owner_write, ignored);
    }
    if (certificateText->empty()) {
        const WallTime now = clock.wallNow();
        auto made =
            sign({caName, {}}, caKey.get(), nullptr, nullptr, now - clockTolerance, now + 10 * year, random,
                 {{NID_basic_constraints, "critical,CA:TRUE"},
                  {NID_key_usage, "critical,digitalSignature,keyCertSign,cRLSign"}});
        if (!made) return fail(made.error());
        ca = std::move(*made);
        caPem = pem(ca.get());
        return writeFileAtomically(certificateFile, caPem, 0644);
    }
    ca = readCertificate(*certificateText);
    if (!ca) return opensslFailed(certificateFile.string() + " holds no certificate");
    if (X509_check_private_key(ca.get(), caKey.get()) != 1) {
        ERR_clear_error();
        return fail(Reason::InternalError,
                    fmt::format("{} and {} do not belong together: put the right pair back, or "
                                "remove {} to start with new certificates",
                                certificateFile.string(), keyFile.string(), dir.string()));
    }
    if (seconds(X509_get0_notAfter(ca.get())) <= seconds(clock.wallNow()))
        return fail(Reason::InternalError,
                    fmt::format("the certificate authority in {} has expired: remove the folder "
                                "to start with new certificates",
                                dir.string()));
    caPem = pem(ca.get());
    return {};
}

bool Pki::Impl::stillGood(X509* certificate, EVP_PKEY* key, const std::vector<std::string>& sans) const {
    const bool matches = certificate && key && X509_check_private_key(certificate, key) == 1 &&
                         X509_verify(certificate, caKey.get()) == 1;
    ERR_clear_error();
    if (!matches) return false;
    std::set<std::string> wanted;
    for (const auto& name : sans)
        wanted.insert(subjectAltName(name));
    const auto now = seconds(clock.wallNow());
    const auto third = std::chrono::duration_cast<std::chrono::seconds>(year / 3).count();
    return subjectAltNames(certificate) == wanted && seconds(X509_get0_notBefore(certificate)) <= now &&
           seconds(X509_get0_notAfter(certificate)) - third > now;
}

Pki::Pki(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pki::Pki(Pki&&) noexcept = default;
Pki& Pki::operator=(Pki&&) noexcept = default;
Pki::~Pki() = default;

Result<Pki> Pki::openOrCreate(const fs::path& dir, Clock& clock, Random& random) {
    auto impl = std::unique_ptr<Impl>(new Impl{dir, clock, random, {}, {}, {}});
    if (auto opened = impl->openFolder(); !opened) return fail(opened.error());
    if (auto opened = impl->openCa(); !opened) return fail(opened.error());
    return Pki(std::move(impl));
}

const std::string& Pki::caPem() const {
    return impl_->caPem;
}

Result<KeyPair> Pki::server(const std::string& name, const std::vector<std::string>& sans) {
    if (sans.empty()) return fail(Reason::Invalid, "a server certificate needs a name");
    const auto keyFile = impl_->dir / (name + ".key"), certificateFile = impl_->dir / (name + ".crt");
    const auto keyText = readIfThere(keyFile), certificateText = readIfThere(certificateFile);
    if (keyText && certificateText) {
        const auto key = readKey(*keyText);
        const auto certificate = readCertificate(*certificateText);
        if (impl_->stillGood(certificate.get(), key.get(), sans)) return KeyPair{*certificateText, *keyText};
    }
    auto key = newKey();
    if (!key) return fail(key.error());
    std::string names;
    for (const auto& san : sans) {
        // The text goes through OpenSSL's configuration syntax, where these characters mean something.
        if (san.empty() || san.find_first_of(",;:@\n\r ") != std::string::npos) {
            const auto address = subjectAltName(san);
            if (!address.starts_with("IP:"))
                return fail(Reason::Invalid, fmt::format("no server name: \"{}\"", san));
        }
        names += (names.empty() ? "" : ",") + subjectAltName(san);
    }
    const WallTime now = impl_->clock.wallNow();
    auto certificate = sign({sans.front(), {}}, key->get(), impl_->ca.get(), impl_->caKey.get(),
                            now - clockTolerance, now + year, impl_->random,
                            {{NID_basic_constraints, "critical,CA:FALSE"},
                             {NID_key_usage, "critical,digitalSignature"},
                             {NID_ext_key_usage, "serverAuth"},
                             {NID_subject_alt_name, names}});
    if (!certificate) return fail(certificate.error());
    KeyPair pair{pem(certificate->get()), pem(key->get())};
    // A crash between the two leaves a pair that does not match, which the next call replaces.
    if (auto written = writeFileAtomically(keyFile, pair.keyPem, 0600); !written)
        return fail(written.error());
    if (auto written = writeFileAtomically(certificateFile, pair.certificatePem, 0644); !written)
        return fail(written.error());
    return pair;
}

Result<std::string> Pki::tokenKey() {
    const auto file = impl_->dir / "sa.key";
    const auto text = readIfThere(file);
    if (!text) return fail(text.error());
    if (!text->empty()) {
        if (!readKey(*text)) return opensslFailed(file.string() + " holds no private key");
        std::error_code ignored;
        fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write, ignored);
        return text;
    }
    auto key = newKey();
    if (!key) return fail(key.error());
    const std::string made = pem(key->get());
    if (auto written = writeFileAtomically(file, made, 0600); !written) return fail(written.error());
    return made;
}

Result<std::string> Pki::signRequest(const std::string& requestPem, const std::string& keyUsage,
                                     const std::string& extendedUsage, Duration validity) const {
    const BioPtr bio(BIO_new_mem_buf(requestPem.data(), static_cast<int>(requestPem.size())));
    const std::unique_ptr<X509_REQ, FreedBy<X509_REQ_free>> request(
        PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr));
    if (!request) return opensslFailed("reading a certificate request");
    EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
    if (!key || X509_REQ_verify(request.get(), key) != 1)
        return opensslFailed("checking the signature of a certificate request");
    std::vector<Extension> extensions = {{NID_basic_constraints, "critical,CA:FALSE"}};
    if (!keyUsage.empty()) extensions.push_back({NID_key_usage, "critical," + keyUsage});
    if (!extendedUsage.empty()) extensions.push_back({NID_ext_key_usage, extendedUsage});
    const WallTime now = impl_->clock.wallNow();
    auto made = sign({"requested", {}}, key, impl_->ca.get(), impl_->caKey.get(),
                     now - std::chrono::minutes(5), now + validity, impl_->random, extensions);
    if (!made) return fail(made.error());
    X509* certificate = made->get();
    bool ok = X509_set_subject_name(certificate, X509_REQ_get_subject_name(request.get())) == 1;
    STACK_OF(X509_EXTENSION)* asked = X509_REQ_get_extensions(request.get());
    const int names = X509v3_get_ext_by_NID(asked, NID_subject_alt_name, -1);
    if (names >= 0) ok = ok && X509_add_ext(certificate, X509v3_get_ext(asked, names), -1) == 1;
    sk_X509_EXTENSION_pop_free(asked, X509_EXTENSION_free);
    ok = ok && X509_sign(certificate, impl_->caKey.get(), EVP_sha256()) > 0;
    if (!ok) return opensslFailed("signing a certificate request");
    return pem(certificate);
}

Result<KeyPair> Pki::issueClient(const std::string& commonName, const std::vector<std::string>& organizations,
                                 Duration validity) {
    auto key = newKey();
    if (!key) return fail(key.error());
    const WallTime now = impl_->clock.wallNow();
    auto certificate = sign({commonName, organizations}, key->get(), impl_->ca.get(), impl_->caKey.get(),
                            now - clockTolerance, now + validity, impl_->random,
                            {{NID_basic_constraints, "critical,CA:FALSE"},
                             {NID_key_usage, "critical,digitalSignature"},
                             {NID_ext_key_usage, "clientAuth"}});
    if (!certificate) return fail(certificate.error());
    return KeyPair{pem(certificate->get()), pem(key->get())};
}

std::vector<std::string> apiServerNames() {
    return {"127.0.0.1",
            "localhost",
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
            "kubernetes.default.svc.cluster.local",
            "10.96.0.1",
            "10.0.2.2"};
}

} // namespace wheelhouse::controlplane
