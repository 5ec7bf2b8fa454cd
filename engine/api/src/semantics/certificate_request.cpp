#include "semantics/certificate_request.h"

#include "engine/base/freed.h"

#include <memory>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace wheelhouse::api::semantics {

std::string complaintAboutRequest(std::string_view pem) {
    using Bio = std::unique_ptr<BIO, FreedBy<BIO_free>>;
    using Request = std::unique_ptr<X509_REQ, FreedBy<X509_REQ_free>>;
    constexpr const char* notPem = "PEM block type must be CERTIFICATE REQUEST";
    if (pem.find("-----BEGIN CERTIFICATE REQUEST-----") == std::string_view::npos &&
        pem.find("-----BEGIN NEW CERTIFICATE REQUEST-----") == std::string_view::npos)
        return notPem;
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const Request request(PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr));
    if (!request) {
        ERR_clear_error();
        return "asn1: structure error: the request cannot be read";
    }
    EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
    const bool good = key != nullptr && X509_REQ_verify(request.get(), key) == 1;
    ERR_clear_error();
    return good ? "" : "the signature of the request does not fit its key";
}

} // namespace wheelhouse::api::semantics
