#pragma once

#include "engine/api/groups/certificates.h"
#include "engine/base/clock.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace wheelhouse::controllers {

/// What a certificate request (PKCS #10) asks to be called.
struct RequestedNames {
    std::string commonName;
    std::vector<std::string> organizations;
    int dnsNames = 0;
    int addresses = 0;
    int emails = 0;
    int uris = 0;
};

// Pure.

/// Nothing when the text is no request.
std::optional<RequestedNames> namesIn(const std::string& requestPem);
/// When the first certificate of a PEM text ends; nothing when there is none.
std::optional<WallTime> endOf(const std::string& certificatePem);

std::set<std::string> usagesOf(const api::certificates::CertificateSigningRequest& request);
/// Why this is no request a node makes for its client or its serving certificate, or "".
std::string whyNoKubeletClient(const RequestedNames& names, const std::set<std::string>& usages);
std::string whyNoKubeletServing(const RequestedNames& names, const std::set<std::string>& usages);

bool hasCondition(const api::certificates::CertificateSigningRequest& request, const char* type);
void addCondition(api::certificates::CertificateSigningRequest& request, const char* type,
                  const std::string& reason, const std::string& message, const api::meta::Time& now);

} // namespace wheelhouse::controllers
