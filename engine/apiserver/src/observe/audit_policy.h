#pragma once

#include "auth/attributes.h"
#include "engine/apiserver/audit.h"
#include "engine/apiserver/handler.h"

namespace wheelhouse::apiserver::observe {

/// What is logged about one request.
struct AuditDecision {
    AuditLevel level = AuditLevel::None;
    bool stages[auditStages] = {true, true, true}; ///< by AuditStage: whether it is written
    bool omitManagedFields = false;
};

/// Pure. `user` is the sender itself, not whom they act as.
AuditDecision decide(const AuditPolicy& policy, const User& user, const auth::Attributes& attributes);

std::string_view levelName(AuditLevel level);
std::string_view stageName(AuditStage stage);

} // namespace wheelhouse::apiserver::observe
