#pragma once

#include "engine/api/groups/devices.h"
#include "semantics/kind_rules.h"

#include <set>
#include <string>

namespace wheelhouse::api::semantics {

// Parts that several kinds of resource.k8s.io share.

void validateConfiguration(const devices::DeviceConfiguration& of, const Path& path, Problems& problems);
void validateConstraint(const devices::DeviceConstraint& of, const Path& path, Problems& problems);
void validateDeviceToleration(const devices::DeviceToleration& of, const Path& path, Problems& problems);
/// "domain/identifier".
void validateFullName(const std::string& name, const Path& path, Problems& problems);
void validateDevice(const devices::Device& of, const Path& path, Problems& problems);
/// Several DNS subdomains with slashes between them.
void validatePoolName(const std::string& name, const Path& path, Problems& problems);

} // namespace wheelhouse::api::semantics
