#pragma once

#include "engine/api/kind.h"
#include "engine/api/quantity.h"
#include "engine/api/types.h"

#include <map>
#include <string>

namespace wheelhouse::api {

// What objects use, as quotas and limit ranges count it (pkg/quota/v1). All pure and thread-safe.

using Amounts = std::map<std::string, Quantity>;
using QuantityMap = google::protobuf::Map<std::string, resource::Quantity>;

/// Amounts that cannot be read count as nothing; validation refuses them.
Amounts amountsOf(const QuantityMap& list);
void writeAmounts(const Amounts& amounts, QuantityMap& out);
/// "cpu=1,memory=2Gi".
std::string amountsText(const Amounts& amounts);

/// What a whole pod asks for, and may use: the most its containers need at any one time, and its overhead.
Amounts podRequests(const core::PodSpec& spec);
Amounts podLimits(const core::PodSpec& spec);

/// What a quota in the object's namespace counts for it: "pods", "requests.cpu", "count/jobs.batch", …
Amounts quotaUsage(const Kind& kind, const google::protobuf::Message& object);
/// Whether a quota with these scopes counts the object at all.
bool quotaCovers(const core::ResourceQuotaSpec& quota, const Kind& kind,
                 const google::protobuf::Message& object);
/// The part of `usage` that `hard` limits.
Amounts limitedPart(const Amounts& usage, const Amounts& hard);

} // namespace wheelhouse::api
