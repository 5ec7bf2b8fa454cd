#include "certificate_controller.h"

#include "certificate_request.h"
#include "engine/api/groups/authorization.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>

namespace wheelhouse::controllers {

using api::certificates::CertificateSigningRequest;
namespace authz = api::authorization;

namespace {

constexpr const char* clientSigner = "kubernetes.io/kube-apiserver-client";
constexpr const char* kubeletSigner = "kubernetes.io/kube-apiserver-client-kubelet";
constexpr const char* servingSigner = "kubernetes.io/kubelet-serving";
constexpr const char* legacySigner = "kubernetes.io/legacy-unknown";
constexpr Duration longest = std::chrono::hours(24 * 365);
constexpr Duration afterAnswer = std::chrono::hours(1);
constexpr Duration withoutAnswer = std::chrono::hours(24);

struct Usage {
    const char* name;
    const char* openssl;
    bool extended;
};
constexpr std::array<Usage, 11> knownUsages = {{{"digital signature", "digitalSignature", false},
                                                {"signing", "digitalSignature", false},
                                                {"content commitment", "nonRepudiation", false},
                                                {"key encipherment", "keyEncipherment", false},
                                                {"key agreement", "keyAgreement", false},
                                                {"data encipherment", "dataEncipherment", false},
                                                {"client auth", "clientAuth", true},
                                                {"server auth", "serverAuth", true},
                                                {"code signing", "codeSigning", true},
                                                {"email protection", "emailProtection", true},
                                                {"timestamping", "timeStamping", true}}};

/// The asked usages of one sort, as OpenSSL writes them.
std::string usageText(const std::set<std::string>& usages, bool extended) {
    std::set<std::string> words;
    for (const Usage& each : knownUsages)
        if (each.extended == extended && usages.contains(each.name)) words.insert(each.openssl);
    return fmt::format("{}", fmt::join(words, ","));
}

std::string whyNoClient(const std::set<std::string>& usages) {
    for (const std::string& usage : usages)
        if (usage != "client auth" && usage != "digital signature" && usage != "key encipherment")
            return "invalid usage for client certificate: " + usage;
    return usages.contains("client auth") ? std::string()
                                          : "missing required usage for client certificate: client auth";
}

/// Why the signer cannot sign this, or nothing.
std::string problemOf(const CertificateSigningRequest& request) {
    const auto usages = usagesOf(request);
    const std::string& signer = request.spec().signername();
    if (signer == legacySigner) return {};
    if (signer == clientSigner) return whyNoClient(usages);
    const auto names = namesIn(request.spec().request());
    if (!names) return "PEM block type must be CERTIFICATE REQUEST";
    return signer == kubeletSigner ? whyNoKubeletClient(*names, usages) : whyNoKubeletServing(*names, usages);
}

/// When a request has served its time.
std::optional<WallTime> endOfUse(const CertificateSigningRequest& request) {
    const auto& status = request.status();
    if (status.conditions().empty())
        return api::fromTime(request.metadata().creationtimestamp()) + withoutAnswer;
    std::optional<WallTime> soonest;
    const auto at = [&](WallTime time) { soonest = soonest ? std::min(*soonest, time) : time; };
    for (const auto& condition : status.conditions()) {
        if (!condition.has_lastupdatetime()) continue;
        const WallTime since = api::fromTime(condition.lastupdatetime());
        if (condition.type() == "Denied" || condition.type() == "Failed") at(since + afterAnswer);
        if (condition.type() != "Approved") continue;
        at(since + (status.certificate().empty() ? withoutAnswer : afterAnswer));
        if (const auto end = endOf(status.certificate())) at(*end);
    }
    return soonest;
}

} // namespace

CertificateController::CertificateController(const Deps& deps)
    : QueuedController(deps, "certificates"), requests_(watch<CertificateSigningRequest>(enqueueSelf())) {}

Step CertificateController::reconcile(std::string key) {
    const ObjectPtr object = requests_.get(key);
    if (!object || object->deleting()) co_return Result<void>();
    auto request = object->as<CertificateSigningRequest>();
    if (!hasCondition(request, "Approved") || hasCondition(request, "Denied") ||
        hasCondition(request, "Failed"))
        co_return Result<void>();
    const std::string& signer = request.spec().signername();
    const bool ours = signer == clientSigner || signer == kubeletSigner || signer == servingSigner ||
                      signer == legacySigner;
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
    auto certificate = options_.signCertificate(request.spec().request(), usageText(usages, false),
                                                usageText(usages, true), validity);
    if (!certificate) {
        addCondition(request, "Failed", "SigningFailure", certificate.error().message, timestamp());
    } else
        request.mutable_status()->set_certificate(*certificate);
    auto written = co_await api_.updateStatus(std::move(request));
    co_return unlessGone(written);
}

CertificateApprover::CertificateApprover(const Deps& deps)
    : QueuedController(deps, "certificate-approver"),
      requests_(watch<CertificateSigningRequest>(enqueueSelf())) {}

Step CertificateApprover::reconcile(std::string key) {
    const ObjectPtr object = requests_.get(key);
    if (!object || object->deleting()) co_return Result<void>();
    auto request = object->as<CertificateSigningRequest>();
    if (request.spec().signername() != kubeletSigner || !request.status().certificate().empty() ||
        hasCondition(request, "Approved") || hasCondition(request, "Denied"))
        co_return Result<void>();
    const auto names = namesIn(request.spec().request());
    if (!names || !whyNoKubeletClient(*names, usagesOf(request)).empty()) co_return Result<void>();
    if (request.spec().username() == names->commonName) {
        auto self = co_await mayBringNodes(request, "selfnodeclient");
        if (!self) co_return fail(self.error());
        if (*self)
            co_return co_await approve(
                std::move(request),
                "Auto approving self kubelet client certificate after SubjectAccessReview.");
    }
    auto other = co_await mayBringNodes(request, "nodeclient");
    if (!other) co_return fail(other.error());
    if (!*other) co_return Result<void>();
    co_return co_await approve(std::move(request),
                               "Auto approving kubelet client certificate after SubjectAccessReview.");
}

client::Task<Result<bool>> CertificateApprover::mayBringNodes(Request request, std::string right) {
    authz::SubjectAccessReview review;
    auto& spec = *review.mutable_spec();
    spec.set_user(request.spec().username());
    spec.set_uid(request.spec().uid());
    *spec.mutable_groups() = request.spec().groups();
    for (const auto& [name, values] : request.spec().extra())
        *(*spec.mutable_extra())[name].mutable_items() = values.items();
    auto& what = *spec.mutable_resourceattributes();
    what.set_group("certificates.k8s.io");
    what.set_version("*");
    what.set_resource("certificatesigningrequests");
    what.set_subresource(right);
    what.set_verb("create");
    auto asked = co_await api_.create(std::move(review));
    if (!asked) co_return fail(asked.error());
    const auto* answer = dynamic_cast<const authz::SubjectAccessReview*>(asked->answer.get());
    co_return answer && answer->status().allowed();
}

Step CertificateApprover::approve(Request request, std::string message) {
    addCondition(request, "Approved", "AutoApproved", message, timestamp());
    auto written = co_await api_.update(std::move(request), "approval");
    co_return unlessGone(written);
}

CertificateCleaner::CertificateCleaner(const Deps& deps)
    : QueuedController(deps, "certificate-cleaner"),
      requests_(watch<CertificateSigningRequest>(enqueueSelf())) {}

Step CertificateCleaner::reconcile(std::string key) {
    const ObjectPtr object = requests_.get(key);
    if (!object || object->deleting()) co_return Result<void>();
    const auto end = endOfUse(object->as<CertificateSigningRequest>());
    if (!end) co_return Result<void>();
    if (wallNow() < *end) {
        enqueueAfter(key, *end - wallNow());
        co_return Result<void>();
    }
    auto deleted = co_await api_.remove(object);
    co_return unlessGone(deleted);
}

} // namespace wheelhouse::controllers
