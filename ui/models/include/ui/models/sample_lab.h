#pragma once

#include "ui/models/cluster_actions.h"

namespace wheelhouse::ui {

/// What a lab is filled with in one go: ordinary objects, all of them.
struct SampleLab {
    ClusterActions::NewMachines machines;
    QString manifest; ///< what runs on them
};

/// Three simulated nodes, one in each of three zones.
ClusterActions::NewMachines simulatedNodes();
/// A shop with its database on simulated nodes over three zones. `applications` are names in use. Pure.
SampleLab sampleLab(const std::vector<QString>& applications);

} // namespace wheelhouse::ui
