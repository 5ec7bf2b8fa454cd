#include "engine/api/groups/certificates.h"
#include "semantics/certificate_request.h"
#include "semantics/kind_rules.h"

#include <fmt/format.h>
#include <set>

namespace wheelhouse::api::semantics {

namespace {

using Request = certificates::CertificateSigningRequest;

constexpr std::int32_t shortest = 600;

const std::set<std::string>& knownUsages() {
    static const std::set<std::string> all = {"signing",
                                              "digital signature",
                                              "content commitment",
                                              "key encipherment",
                                              "key agreement",
                                              "data encipherment",
                                              "cert sign",
                                              "crl sign",
                                              "encipher only",
                                              "decipher only",
                                              "any",
                                              "server auth",
                                              "client auth",
                                              "code signing",
                                              "email protection",
                                              "s/mime",
                                              "ipsec end system",
                                              "ipsec tunnel",
                                              "ipsec user",
                                              "timestamping",
                                              "ocsp signing",
                                              "microsoft sgc",
                                              "netscape sgc"};
    return all;
}

/// domain.tld/path, where the path is made of labels.
void validateSigner(const std::string& name, const Path& path, Problems& problems) {
    if (name.empty()) return problems.required(path);
    const std::size_t slash = name.find('/');
    const std::string domain = name.substr(0, slash);
    if (slash == std::string::npos || slash + 1 == name.size() ||
        name.find('/', slash + 1) != std::string::npos)
        return problems.invalid(
            path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
    if (domain.find('.') == std::string::npos)
        problems.invalid(path, domain, "should be a domain with at least two segments separated by dots");
    problems.invalid(path, domain, dnsSubdomain(domain));
    problems.invalid(path, name.substr(slash + 1), dnsSubdomain(name.substr(slash + 1)));
}

void validateConditions(const Request& request, Problems& problems) {
    const Path path = Path("status").child("conditions");
    std::set<std::string> types;
    bool approved = false;
    bool denied = false;
    for (int i = 0; i < request.status().conditions_size(); ++i) {
        const auto& condition = request.status().conditions(i);
        const Path at = path.index(static_cast<std::size_t>(i));
        const bool verdict =
            condition.type() == "Approved" || condition.type() == "Denied" || condition.type() == "Failed";
        if (condition.type().empty()) problems.required(at.child("type"));
        if (condition.status().empty())
            problems.required(at.child("status"));
        else if (verdict && condition.status() != "True")
            problems.notSupported(at.child("status"), condition.status(), {"True"});
        if (!types.insert(condition.type()).second) problems.duplicate(at.child("type"), condition.type());
        approved = approved || condition.type() == "Approved";
        denied = denied || condition.type() == "Denied";
    }
    if (approved && denied)
        problems.invalidBare(path, "Approved and Denied conditions are mutually exclusive");
}

void checkRequest(const Request& request, Problems& problems) {
    const Path spec("spec");
    const certificates::CertificateSigningRequestSpec& of = request.spec();
    if (const std::string complaint = complaintAboutRequest(of.request()); !complaint.empty())
        problems.invalidJson(spec.child("request"), "[]", complaint);
    if (of.usages().empty()) problems.required(spec.child("usages"), "usages is required");
    std::set<std::string> seen;
    for (int i = 0; i < of.usages_size(); ++i) {
        const Path at = spec.child("usages").index(static_cast<std::size_t>(i));
        if (!knownUsages().contains(of.usages(i)))
            problems.notSupported(at, of.usages(i), {knownUsages().begin(), knownUsages().end()});
        if (!seen.insert(of.usages(i)).second) problems.duplicate(at, of.usages(i));
    }
    validateSigner(of.signername(), spec.child("signerName"), problems);
    if (of.has_expirationseconds() && of.expirationseconds() < shortest)
        problems.invalid(spec.child("expirationSeconds"), of.expirationseconds(),
                         "may not specify a duration less than 600 seconds (10 minutes)");
    validateConditions(request, problems);
}

/// Whoever approved or denied cannot take it back.
void checkRequestChange(const Request& now, const Request& old, Problems& problems) {
    for (const char* type : {"Approved", "Denied", "Failed"}) {
        const auto has = [&](const Request& of) {
            for (const auto& condition : of.status().conditions())
                if (condition.type() == type) return true;
            return false;
        };
        if (has(old) && !has(now))
            problems.forbidden(Path("status").child("conditions"),
                               fmt::format("updates may not remove a condition of type \"{}\"", type));
    }
    if (!old.status().certificate().empty() && now.status().certificate() != old.status().certificate())
        problems.forbidden(Path("status").child("certificate"),
                           "updates may not set or clear certificate content");
}

/// What was asked for stays what it was.
void keepRequest(Request& now, const Request& old, bool) {
    *now.mutable_spec() = old.spec();
}

} // namespace

KindRuleList certificateRules() {
    static const KindRules all[] = {{.type = Request::descriptor(),
                                     .check = checks<Request, checkRequest>,
                                     .checkChange = compares<Request, checkRequestChange>,
                                     .update = updates<Request, keepRequest>}};
    return all;
}

} // namespace wheelhouse::api::semantics
