#include "auth/jwt.h"

#include "engine/base/base64url.h"
#include "engine/base/freed.h"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace wheelhouse::apiserver::auth {
namespace {

constexpr int coordinateBytes = 32; // P-256
constexpr int leastRsaBits = 2048;

using BioPtr = std::unique_ptr<BIO, FreedBy<BIO_free_all>>;
using ContextPtr = std::unique_ptr<EVP_MD_CTX, FreedBy<EVP_MD_CTX_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, FreedBy<BN_free>>;
using SignaturePtr = std::unique_ptr<ECDSA_SIG, FreedBy<ECDSA_SIG_free>>;

tl::unexpected<Status> unusable(const std::string& what) {
    ERR_clear_error();
    return fail(Reason::Invalid, what);
}

const unsigned char* bytesOf(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string sha256(std::string_view bytes) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr);
    return {reinterpret_cast<const char*>(digest), size};
}

std::string publicDer(EVP_PKEY* key) {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key, &der);
    std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(std::max(size, 0)));
    OPENSSL_free(der);
    return out;
}

/// JWTs carry the two numbers of an ECDSA signature side by side, OpenSSL wraps them in ASN.1.
std::optional<std::string> joinedSignature(std::string_view der) {
    const unsigned char* at = bytesOf(der);
    const SignaturePtr parsed(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
    if (!parsed) return std::nullopt;
    std::string out(2 * coordinateBytes, '\0');
    auto* bytes = reinterpret_cast<unsigned char*>(out.data());
    if (BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), bytes, coordinateBytes) != coordinateBytes ||
        BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), bytes + coordinateBytes, coordinateBytes) !=
            coordinateBytes)
        return std::nullopt;
    return out;
}

std::optional<std::string> wrappedSignature(std::string_view joined) {
    if (joined.size() != 2 * coordinateBytes) return std::nullopt;
    const SignaturePtr parsed(ECDSA_SIG_new());
    BIGNUM* r = BN_bin2bn(bytesOf(joined), coordinateBytes, nullptr);
    BIGNUM* s = BN_bin2bn(bytesOf(joined) + coordinateBytes, coordinateBytes, nullptr);
    if (!parsed || !r || !s || ECDSA_SIG_set0(parsed.get(), r, s) != 1) {
        BN_free(r);
        BN_free(s);
        return std::nullopt;
    }
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(parsed.get(), &der);
    if (size <= 0) return std::nullopt;
    std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return out;
}

std::string numberOf(EVP_PKEY* key, const char* name, int padTo = 0) {
    BIGNUM* raw = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return {};
    const NumberPtr number(raw);
    std::string out(static_cast<std::size_t>(padTo > 0 ? padTo : BN_num_bytes(raw)), '\0');
    BN_bn2binpad(raw, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size()));
    return out;
}

EVP_PKEY* handle(const std::shared_ptr<void>& key) {
    return static_cast<EVP_PKEY*>(key.get());
}

} // namespace

Result<TokenKey> TokenKey::describe(std::shared_ptr<void> key, bool isPrivate) {
    TokenKey out;
    EVP_PKEY* raw = handle(key);
    if (EVP_PKEY_is_a(raw, "EC") == 1) {
        char curve[64] = "";
        std::size_t size = 0;
        EVP_PKEY_get_group_name(raw, curve, sizeof curve, &size);
        if (std::string_view(curve, size) != "prime256v1")
            return unusable("a key for tokens must be on the curve P-256");
        out.algorithm_ = "ES256";
    } else if (EVP_PKEY_is_a(raw, "RSA") == 1) {
        if (EVP_PKEY_get_bits(raw) < leastRsaBits)
            return unusable("an RSA key for tokens must have 2048 bits or more");
        out.algorithm_ = "RS256";
    } else
        return unusable("a key for tokens must be an ECDSA or RSA key");
    out.id_ = encodeBase64Url(sha256(publicDer(raw)));
    out.key_ = std::move(key);
    out.private_ = isPrivate;
    return out;
}

Result<TokenKey> TokenKey::fromPem(std::string_view pem) {
    const auto noPassword = [](char*, int, int, void*) { return -1; };
    const BioPtr forPrivate(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    if (EVP_PKEY* key = PEM_read_bio_PrivateKey(forPrivate.get(), nullptr, noPassword, nullptr))
        return describe(std::shared_ptr<void>(key, [](void* p) { EVP_PKEY_free(static_cast<EVP_PKEY*>(p)); }),
                        true);
    const BioPtr forPublic(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    if (EVP_PKEY* key = PEM_read_bio_PUBKEY(forPublic.get(), nullptr, noPassword, nullptr)) {
        ERR_clear_error();
        return describe(std::shared_ptr<void>(key, [](void* p) { EVP_PKEY_free(static_cast<EVP_PKEY*>(p)); }),
                        false);
    }
    return unusable("no key for tokens");
}

Result<TokenKey> TokenKey::generate() {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    if (!key) return unusable("making a key for tokens failed");
    return describe(std::shared_ptr<void>(key, [](void* p) { EVP_PKEY_free(static_cast<EVP_PKEY*>(p)); }),
                    true);
}

Result<std::string> TokenKey::sign(std::string_view payload) const {
    std::string text = encodeBase64Url(fmt::format(R"({{"alg":"{}","kid":"{}"}})", algorithm_, id_)) + "." +
                       encodeBase64Url(payload);
    const ContextPtr context(EVP_MD_CTX_new());
    std::size_t size = 0;
    bool ok = context && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, handle(key_)) == 1;
    ok = ok && EVP_DigestSign(context.get(), nullptr, &size, bytesOf(text), text.size()) == 1;
    std::string signature(size, '\0');
    ok = ok && EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                              bytesOf(text), text.size()) == 1;
    signature.resize(size);
    if (ok && algorithm_ == "ES256") {
        const auto joined = joinedSignature(signature);
        ok = joined.has_value();
        if (ok) signature = *joined;
    }
    ERR_clear_error();
    if (!ok) return fail(Reason::InternalError, "signing a token failed");
    return text + "." + encodeBase64Url(signature);
}

bool TokenKey::verify(std::string_view signedPart, std::string_view signature) const {
    std::string der;
    if (algorithm_ == "ES256") {
        const auto wrapped = wrappedSignature(signature);
        if (!wrapped) return false;
        der = *wrapped;
    } else
        der = signature;
    const ContextPtr context(EVP_MD_CTX_new());
    const bool good =
        context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, handle(key_)) == 1 &&
        EVP_DigestVerify(context.get(), bytesOf(der), der.size(), bytesOf(signedPart), signedPart.size()) ==
            1;
    ERR_clear_error();
    return good;
}

std::string TokenKey::jwk() const {
    EVP_PKEY* key = handle(key_);
    if (algorithm_ == "ES256")
        return fmt::format(
            R"({{"use":"sig","kty":"EC","kid":"{}","crv":"P-256","alg":"ES256","x":"{}","y":"{}"}})", id_,
            encodeBase64Url(numberOf(key, OSSL_PKEY_PARAM_EC_PUB_X, coordinateBytes)),
            encodeBase64Url(numberOf(key, OSSL_PKEY_PARAM_EC_PUB_Y, coordinateBytes)));
    return fmt::format(R"({{"use":"sig","kty":"RSA","kid":"{}","alg":"RS256","n":"{}","e":"{}"}})", id_,
                       encodeBase64Url(numberOf(key, OSSL_PKEY_PARAM_RSA_N)),
                       encodeBase64Url(numberOf(key, OSSL_PKEY_PARAM_RSA_E)));
}

std::optional<std::string> verifiedPayload(std::string_view token, const std::vector<TokenKey>& keys) {
    const auto first = token.find('.');
    const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
        return std::nullopt;
    const auto header = decodeBase64Url(token.substr(0, first));
    const auto payload = decodeBase64Url(token.substr(first + 1, second - first - 1));
    const auto signature = decodeBase64Url(token.substr(second + 1));
    if (!header || !payload || !signature) return std::nullopt;
    boost::system::error_code error;
    const auto parsed = boost::json::parse(*header, error);
    if (error || !parsed.is_object()) return std::nullopt;
    const auto text = [&](const char* name) -> std::string {
        const auto* value = parsed.as_object().if_contains(name);
        return value && value->is_string() ? std::string(value->as_string()) : std::string();
    };
    const std::string algorithm = text("alg"), id = text("kid");
    for (const TokenKey& key : keys) {
        // What the token calls its algorithm never chooses how a key is used.
        if (key.algorithm() != algorithm || (!id.empty() && key.id() != id)) continue;
        if (key.verify(token.substr(0, second), *signature)) return payload;
    }
    return std::nullopt;
}

} // namespace wheelhouse::apiserver::auth
