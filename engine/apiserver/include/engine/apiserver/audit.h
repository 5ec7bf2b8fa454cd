#pragma once

#include "engine/base/status.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::apiserver {

/// How much of a request the audit log keeps (audit.k8s.io/v1); each level holds what those before it do.
enum class AuditLevel {
    None,
    Metadata,       ///< who, what, when, outcome
    Request,        ///< and the body that was sent
    RequestResponse ///< and the body that was answered
};

enum class AuditStage { RequestReceived, ResponseStarted, ResponseComplete };
inline constexpr std::size_t auditStages = 3;

/// One rule of a policy. An empty list matches everything; where there are resources or paths, a request must
/// be about one of them.
struct AuditRule {
    struct Resources {
        std::string group;
        std::vector<std::string> resources; ///< "pods", "pods/log", "*", "*/status"; empty = all of the group
        std::vector<std::string> names;
    };
    AuditLevel level = AuditLevel::None;
    std::vector<std::string> users;
    std::vector<std::string> groups;
    std::vector<std::string> verbs;
    std::vector<Resources> resources;
    std::vector<std::string> nameSpaces;
    std::vector<std::string> paths; ///< nonResourceURLs; a '*' stands for any rest
    std::vector<AuditStage> omittedStages;
    std::optional<bool> omitManagedFields;
};

/// What is logged about which request: the first rule that matches decides; without one nothing is logged.
struct AuditPolicy {
    std::vector<AuditRule> rules;
    std::vector<AuditStage> omittedStages;
    bool omitManagedFields = false;
};

/// Reads an audit.k8s.io/v1 Policy (YAML or JSON) as kube-apiserver's --audit-policy-file takes it. Unknown
/// fields and words are errors that name them. Pure.
Result<AuditPolicy> parseAuditPolicy(std::string_view text);
/// Who did what when, with its outcome, but for nodes' reads and heartbeats and for looks at the server's
/// health, which would bury the rest.
AuditPolicy defaultAuditPolicy();

/// Where audit events go.
struct AuditOptions {
    AuditPolicy policy;
    /// Takes one audit.k8s.io/v1 Event as a line of JSON without its newline. Any thread, one event at a
    /// time per request; must return at once. Null = nothing is logged.
    std::function<void(std::string)> write;
};

} // namespace wheelhouse::apiserver
