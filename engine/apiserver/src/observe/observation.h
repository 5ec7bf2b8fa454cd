#pragma once

#include "engine/apiserver/handler.h"
#include "engine/base/clock.h"
#include "observe/audit_policy.h"
#include "observe/request_metrics.h"
#include "path.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace wheelhouse::apiserver::observe {

/// What every request leaves behind: figures and lines of the audit log. One for a server; shared with
/// requests that outlive it. Thread-safe.
struct Observer {
    Observer(Clock& clockIn, AuditOptions auditIn) : clock(clockIn), audit(std::move(auditIn)) {}
    Clock& clock; ///< outlives every request
    const AuditOptions audit;
    RequestMetrics metrics;
};

/// One request on its way, as /metrics and the audit log will tell of it. Filled by whoever works on the
/// request, one after another; ends itself, once, with the answer or with the request.
class Observation {
  public:
    Observation(std::shared_ptr<Observer> observer, const Request& request);
    ~Observation();
    Observation(const Observation&) = delete;
    Observation& operator=(const Observation&) = delete;

    /// Where the request was routed to. Until then it counts as one nothing is known about.
    void routedTo(const RequestInfo& info, bool applies, bool longRunning);
    /// Who sent it, whom they act as (null = themselves), and what was asked; with this the policy decides.
    /// `sender` is null where nobody known is behind the request.
    void by(const std::string& auditId, const User* sender, const User* actsAs,
            const auth::Attributes& attributes);
    /// "authorization.k8s.io/decision" and the like.
    void annotate(const std::string& key, std::string value);
    void refused(const Status& status);
    /// The body that came, as JSON text or YAML; only kept where the policy wants it.
    void sent(std::string_view contentType, const std::string& body);
    bool wantsRequest() const { return decision_.level >= AuditLevel::Request; }
    bool wantsResponse() const { return decision_.level >= AuditLevel::RequestResponse; }
    /// Makes the answered object as JSON; called when the answer is known to be complete.
    void answered(std::function<std::string()> json) { responseJson_ = std::move(json); }

    void streaming(int code);
    void wrote(std::size_t bytes) { bytes_ += bytes; }
    void finish(int code);
    /// With the code of the stream that had begun; a request that was never answered counts as 499.
    void finish();

  private:
    bool logs(AuditStage stage) const;
    void log(AuditStage stage, int code) const;
    std::string event(AuditStage stage, int code) const;

    const std::shared_ptr<Observer> observer_;
    const Instant started_;
    const WallTime received_;
    RequestLabels labels_;
    bool longRunning_ = false;
    AuditDecision decision_;
    std::string auditId_;
    /// What only the audit log tells; null once it will tell no more.
    struct Told;
    std::unique_ptr<Told> told_;
    std::function<std::string()> responseJson_;
    std::atomic<std::size_t> bytes_{0};
    std::atomic<int> streamCode_{0};
    std::atomic<bool> finished_{false};
};

/// The exchange a request is answered through, with somebody taking notes.
std::shared_ptr<Exchange> observed(std::shared_ptr<Exchange> exchange,
                                   std::shared_ptr<Observation> observation);

} // namespace wheelhouse::apiserver::observe
