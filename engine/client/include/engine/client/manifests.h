#pragma once

#include "engine/client/cluster.h"

#include <string>
#include <vector>

namespace wheelhouse::client {

/// What became of one document of an applied text.
struct ManifestOutcome {
    enum class Action { Created, Configured, Unchanged, Failed };
    Action action = Action::Failed;
    std::string what; ///< "deployment.apps/web in namespace shop"
    Status error;     ///< when Failed
    std::vector<std::string> warnings;
    std::string before; ///< the object as it was, as JSON; empty = there was none
    std::string after;  ///< as it is now, or with a dry run would be; empty when Failed or not told
};

/// Applies every document of a YAML or JSON text as `kubectl apply` does (three-way, with the last-applied
/// annotation), in order. Outcomes come together when all are done. A text that does not parse changes
/// nothing and fails as a whole.
void applyManifests(Cluster& cluster, std::string text, const std::string& defaultNamespace, bool dryRun,
                    Callback<std::vector<ManifestOutcome>> done);

} // namespace wheelhouse::client
