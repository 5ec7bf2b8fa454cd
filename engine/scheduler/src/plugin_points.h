#pragma once

#include "engine/base/status.h"
#include "engine/scheduler/configuration.h"
#include "kubescheduler_v1.pb.h"

#include <string>

namespace wheelhouse::scheduler {

namespace config = ::dev::wheelhouse::kubescheduler::v1;

/// Works out which plug-ins are at which point from what a profile enables and disables, the defaults and the
/// order in which Kubernetes merges them. `path` begins the errors.
Result<void> applyPlugins(const config::Plugins& plugins, const std::string& path, Profile& profile);

/// A BadRequest that names the field.
tl::unexpected<Status> invalid(const std::string& path, const std::string& why);

} // namespace wheelhouse::scheduler
