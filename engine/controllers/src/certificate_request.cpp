#include "certificate_request.h"

#include "engine/base/freed.h"

#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <memory>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace wheelhouse::controllers {

using api::certificates::CertificateSigningRequest;

namespace {

using BioPtr = std::unique_ptr<BIO, FreedBy<BIO_free>>;

BioPtr bioOf(const std::string& text) {
    return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::vector<std::string> entries(X509_NAME* subject, int nid) {
    std::vector<std::string> out;
    for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, nid, at)) >= 0;) {
        const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
        out.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                         static_cast<std::size_t>(ASN1_STRING_length(value)));
    }
    return out;
}

void countAltNames(X509_REQ* request, RequestedNames& out) {
    STACK_OF(X509_EXTENSION)* extensions = X509_REQ_get_extensions(request);
    auto* names =
        static_cast<GENERAL_NAMES*>(X509V3_get_d2i(extensions, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i)
        switch (sk_GENERAL_NAME_value(names, i)->type) {
        case GEN_DNS:
            ++out.dnsNames;
            break;
        case GEN_IPADD:
            ++out.addresses;
            break;
        case GEN_EMAIL:
            ++out.emails;
            break;
        default:
            ++out.uris;
            break; // whatever else there is, no node asks for
        }
    GENERAL_NAMES_free(names);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

std::string whyNoNode(const RequestedNames& names) {
    if (names.organizations != std::vector<std::string>{"system:nodes"})
        return "subject organization is not system:nodes";
    if (!names.commonName.starts_with("system:node:"))
        return "subject common name does not begin with system:node:";
    if (names.emails > 0) return "Email subjectAltNames are not allowed";
    if (names.uris > 0) return "URI subjectAltNames are not allowed";
    return {};
}

std::string whyOtherUsages(const std::set<std::string>& usages, const std::string& purpose) {
    const std::set<std::string> least = {"digital signature", purpose};
    std::set<std::string> most = least;
    most.insert("key encipherment");
    return usages == least || usages == most ? std::string()
                                             : fmt::format("usages did not match {}", fmt::join(most, ", "));
}

} // namespace

std::optional<RequestedNames> namesIn(const std::string& pem) {
    const BioPtr bio = bioOf(pem);
    const std::unique_ptr<X509_REQ, FreedBy<X509_REQ_free>> request(
        PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    if (!request) return std::nullopt;
    RequestedNames out;
    X509_NAME* subject = X509_REQ_get_subject_name(request.get());
    const auto names = entries(subject, NID_commonName);
    if (!names.empty()) out.commonName = names.back();
    out.organizations = entries(subject, NID_organizationName);
    countAltNames(request.get(), out);
    return out;
}

std::optional<WallTime> endOf(const std::string& pem) {
    const BioPtr bio = bioOf(pem);
    const std::unique_ptr<X509, FreedBy<X509_free>> certificate(
        PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    if (!certificate) return std::nullopt;
    std::tm time{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &time) != 1) return std::nullopt;
    return WallTime(std::chrono::seconds(timegm(&time)));
}

std::set<std::string> usagesOf(const CertificateSigningRequest& request) {
    return {request.spec().usages().begin(), request.spec().usages().end()};
}

std::string whyNoKubeletClient(const RequestedNames& names, const std::set<std::string>& usages) {
    if (std::string why = whyNoNode(names); !why.empty()) return why;
    if (names.dnsNames > 0) return "DNS subjectAltNames are not allowed";
    if (names.addresses > 0) return "IP subjectAltNames are not allowed";
    return whyOtherUsages(usages, "client auth");
}

std::string whyNoKubeletServing(const RequestedNames& names, const std::set<std::string>& usages) {
    if (std::string why = whyNoNode(names); !why.empty()) return why;
    if (names.dnsNames == 0 && names.addresses == 0) return "DNS or IP subjectAltName is required";
    return whyOtherUsages(usages, "server auth");
}

bool hasCondition(const CertificateSigningRequest& request, const char* type) {
    return std::any_of(request.status().conditions().begin(), request.status().conditions().end(),
                       [&](const auto& each) { return each.type() == type; });
}

void addCondition(CertificateSigningRequest& request, const char* type, const std::string& reason,
                  const std::string& message, const api::meta::Time& now) {
    auto& condition = *request.mutable_status()->add_conditions();
    condition.set_type(type);
    condition.set_status("True");
    condition.set_reason(reason);
    condition.set_message(message);
    *condition.mutable_lastupdatetime() = now;
    *condition.mutable_lasttransitiontime() = now;
}

} // namespace wheelhouse::controllers
