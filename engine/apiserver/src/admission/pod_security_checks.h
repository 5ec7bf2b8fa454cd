#pragma once

#include "engine/api/types.h"

#include <optional>
#include <string>
#include <string_view>

namespace wheelhouse::apiserver {

/// A Pod Security Standard at a version of Kubernetes.
struct SecurityLevel {
    enum class Profile { Privileged, Baseline, Restricted };
    static constexpr int latest = 1 << 20;
    Profile profile = Profile::Privileged;
    int minor = latest; ///< of Kubernetes 1.x

    bool operator==(const SecurityLevel&) const = default;
    std::string text() const; ///< "restricted:v1.30"
    static std::optional<Profile> parseProfile(std::string_view text);
    static std::optional<int> parseVersion(std::string_view text);
};

/// What of a pod the level forbids, as Kubernetes words it: `hostPort (container "a" uses hostPort 80), …`;
/// empty when nothing. `details` false leaves the parts in brackets out. Pure.
std::string securityViolations(const SecurityLevel& level, const api::meta::ObjectMeta& metadata,
                               const api::core::PodSpec& spec, bool details = true);

} // namespace wheelhouse::apiserver
