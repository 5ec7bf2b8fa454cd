#include "certificate_controller.h"

#include <algorithm>
#include <set>

namespace wheelhouse::controllers {

using api::certificates::CertificateSigningRequest;

namespace {

constexpr const char* clientSigner = "kubernetes.io/kube-apiserver-client";
constexpr const char* kubeletSigner = "kubernetes.io/kube-apiserver-client-kubelet";
constexpr const char* servingSigner = "kubernetes.io/kubelet-serving";
constexpr Duration longest = std::chrono::hours(24 * 365);

bool has(const CertificateSigningRequest& request, const char* condition) {
    return std::any_of(request.status().conditions().begin(), request.status().conditions().end(),
                       [&](const auto& each) { return each.type() == condition; });
}

std::set<std::string> usagesOf(const CertificateSigningRequest& request) {
    return {request.spec().usages().begin(), request.spec().usages().end()};
}

bool only(const std::set<std::string>& usages, std::initializer_list<const char*> allowed) {
    return std::all_of(usages.begin(), usages.end(), [&](const std::string& usage) {
        return std::any_of(allowed.begin(), allowed.end(), [&](const char* each) { return usage == each; });
    });
}

/// Why the signer cannot sign this, or nothing.
std::string problemOf(const CertificateSigningRequest& request) {
    const auto usages = usagesOf(request);
    const std::string& signer = request.spec().signername();
    if (signer == clientSigner || signer == kubeletSigner) {
        if (usages.count("client auth") == 0 ||
            !only(usages, {"client auth", "digital signature", "key encipherment"}))
            return "invalid usages for client certificate: must include \"client auth\" and may include "
                   "\"digital signature\", \"key encipherment\"";
    } else if (usages.count("server auth") == 0 ||
               !only(usages, {"server auth", "digital signature", "key encipherment"}))
        return "invalid usages for serving certificate: must include \"server auth\" and may include "
               "\"digital "
               "signature\", \"key encipherment\"";
    return {};
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& word : words)
        out += (out.empty() ? "" : ",") + word;
    return out;
}

std::string keyUsage(const std::set<std::string>& usages) {
    std::vector<std::string> out;
    if (usages.count("digital signature") > 0) out.emplace_back("digitalSignature");
    if (usages.count("key encipherment") > 0) out.emplace_back("keyEncipherment");
    return joined(out);
}

std::string extendedUsage(const std::set<std::string>& usages) {
    std::vector<std::string> out;
    if (usages.count("client auth") > 0) out.emplace_back("clientAuth");
    if (usages.count("server auth") > 0) out.emplace_back("serverAuth");
    return joined(out);
}

void addCondition(CertificateSigningRequest& request, const char* type, const std::string& reason,
                  const std::string& message, const meta::Time& now) {
    auto& condition = *request.mutable_status()->add_conditions();
    condition.set_type(type);
    condition.set_status("True");
    condition.set_reason(reason);
    condition.set_message(message);
    *condition.mutable_lastupdatetime() = now;
    *condition.mutable_lasttransitiontime() = now;
}

} // namespace

CertificateController::CertificateController(const Deps& deps)
    : QueuedController(deps, "certificates"), requests_(watch<CertificateSigningRequest>(enqueueSelf())) {}

Step CertificateController::reconcile(std::string key) {
    const ObjectPtr object = requests_.get(key);
    if (!object || object->deleting()) co_return Result<void>();
    auto request = object->as<CertificateSigningRequest>();
    if (!has(request, "Approved") || has(request, "Denied") || has(request, "Failed"))
        co_return Result<void>();
    const std::string& signer = request.spec().signername();
    const bool ours = signer == clientSigner || signer == kubeletSigner || signer == servingSigner;
    if (!ours || !request.status().certificate().empty() || !options_.signCertificate)
        co_return Result<void>();
    co_return co_await sign(std::move(request));
}

Step CertificateController::sign(CertificateSigningRequest request) {
    if (const std::string problem = problemOf(request); !problem.empty()) {
        addCondition(request, "Failed", "SignerValidationFailure", problem, timestamp());
        auto written = co_await api_.updateStatus(std::move(request));
        co_return unlessGone(written);
    }
    Duration validity = longest;
    if (request.spec().has_expirationseconds())
        validity = std::min<Duration>(validity, std::chrono::seconds(request.spec().expirationseconds()));
    const auto usages = usagesOf(request);
    auto certificate =
        options_.signCertificate(request.spec().request(), keyUsage(usages), extendedUsage(usages), validity);
    if (!certificate) {
        addCondition(request, "Failed", "SigningFailure", certificate.error().message, timestamp());
    } else
        request.mutable_status()->set_certificate(*certificate);
    auto written = co_await api_.updateStatus(std::move(request));
    co_return unlessGone(written);
}

} // namespace wheelhouse::controllers
