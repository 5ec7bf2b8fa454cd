#include "engine/api/groups/certificates.h"
#include "admission/chain.h"
#include "auth/auth.h"
#include "engine/api/semantics.h"
#include "engine/base/freed.h"
#include "errors.h"

#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <set>

namespace wheelhouse::apiserver {
namespace {

using api::certificates::CertificateSigningRequest;

const CertificateSigningRequest& as(const google::protobuf::Message& message) {
    return static_cast<const CertificateSigningRequest&>(message);
}

/// Whether the request asks for a certificate of the group system:masters.
bool wantsMasters(const std::string& pem) {
    const std::unique_ptr<BIO, FreedBy<BIO_free>> bio(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const std::unique_ptr<X509_REQ, FreedBy<X509_REQ_free>> request(
        PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    if (!request) return false;
    bool found = false;
    X509_NAME* subject = X509_REQ_get_subject_name(request.get());
    for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_organizationName, at)) >= 0;) {
        const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
        const std::string_view text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                                    static_cast<std::size_t>(ASN1_STRING_length(value)));
        found = found || text == "system:masters";
    }
    return found;
}

/// Certificates are asked for as oneself, approved and signed only by whom the signer trusts with that, and
/// never made for the group that may do everything.
class Certificates final : public AdmissionPlugin {
  public:
    explicit Certificates(auth::Auth& auth) : auth_(auth) {}

    Result<void> admit(Admission& admission) override {
        if (admission.kind != &kind() || !admission.object || !admission.subresource.empty()) return {};
        auto& request = static_cast<CertificateSigningRequest&>(*admission.object);
        if (admission.operation == Admission::Operation::Create) stampRequester(*admission.user, request);
        return {};
    }

    Result<void> check(const Admission& admission) override {
        if (admission.kind != &kind() || !admission.object) return {};
        const auto& request = as(*admission.object);
        const auto refuse = [&](const std::string& why) {
            return fail(forbidden(*admission.kind, admission.name, why));
        };
        if (admission.operation == Admission::Operation::Create) {
            if (request.spec().signername() == "kubernetes.io/kube-apiserver-client" &&
                wantsMasters(request.spec().request()))
                return refuse(
                    "use of kubernetes.io/kube-apiserver-client signer with system:masters group is "
                    "not allowed");
            return {};
        }
        const std::string& signer = request.spec().signername();
        // Approving says yes or no and nothing else; signing does not change what was said.
        if (admission.old && admission.subresource == "approval")
            static_cast<CertificateSigningRequest&>(*admission.object)
                .mutable_status()
                ->set_certificate(as(*admission.old).status().certificate());
        if (admission.old && admission.subresource == "status" &&
            decisions(request) != decisions(as(*admission.old)))
            return fail(
                api::invalid(*admission.kind, admission.name,
                             {{"FieldValueForbidden",
                               "Forbidden: updates may not add or remove conditions of type \"Approved\" "
                               "or \"Denied\"",
                               "status.conditions"}}));
        if (admission.subresource == "approval" && !may(admission, "approve", signer))
            return refuse(
                fmt::format("user not permitted to approve requests with signerName \"{}\"", signer));
        const bool signs = admission.subresource == "status" && admission.old &&
                           as(*admission.old).status().certificate() != request.status().certificate();
        if (signs && !may(admission, "sign", signer))
            return refuse(fmt::format("user not permitted to sign requests with signerName \"{}\"", signer));
        return {};
    }

  private:
    static const api::Kind& kind() { return api::kindOf<CertificateSigningRequest>(); }

    static std::set<std::string> decisions(const CertificateSigningRequest& request) {
        std::set<std::string> out;
        for (const auto& condition : request.status().conditions())
            if (condition.type() == "Approved" || condition.type() == "Denied") out.insert(condition.type());
        return out;
    }

    static void stampRequester(const User& user, CertificateSigningRequest& request) {
        auto& spec = *request.mutable_spec();
        spec.set_username(user.name);
        spec.set_uid(user.uid);
        if (user.uid.empty()) spec.clear_uid();
        spec.clear_groups();
        for (const auto& group : user.groups)
            spec.add_groups(group);
        spec.clear_extra();
        for (const auto& [key, values] : user.extra)
            for (const auto& value : values)
                (*spec.mutable_extra())[key].add_items(value);
        request.clear_status();
    }

    /// The right may be given for one signer or for all of a domain ("example.com/*").
    bool may(const Admission& admission, const char* verb, const std::string& signer) const {
        auth::Attributes attributes;
        attributes.resourceRequest = true;
        attributes.verb = verb;
        attributes.group = "certificates.k8s.io";
        attributes.version = "*";
        attributes.resource = "signers";
        attributes.name = signer;
        if (auth_.authorize(*admission.user, attributes).decision == auth::Decision::Allow) return true;
        attributes.name = signer.substr(0, signer.find('/')) + "/*";
        return auth_.authorize(*admission.user, attributes).decision == auth::Decision::Allow;
    }

    auth::Auth& auth_;
};

} // namespace

std::unique_ptr<AdmissionPlugin> makeCertificates(auth::Auth& auth) {
    return std::make_unique<Certificates>(auth);
}

} // namespace wheelhouse::apiserver
