#pragma once

#include "ui/models/cluster_actions.h"
#include "ui/models/cluster_map_model.h"
#include "ui/models/host.h"

#include <QStringList>

namespace wheelhouse::ui {

/// What virtual machines there are have been promised.
struct Promised {
    int processors = 0;
    qint64 memory = 0; ///< bytes
    bool operator==(const Promised&) const = default;
};

/// Of the machines on the map that run or will.
Promised promisedTo(const std::map<QString, MapNode>& nodes);
/// What virtual machines may have together: all but what the system under them needs for itself.
qint64 memoryForMachines(const HostFacts& facts);

/// What more machines would mean for the computer under them.
struct Provision {
    Tone tone = Tone::Good; ///< Warning = it will be slow, Bad = it will not go well
    QStringList warnings;   ///< a sentence each, the worst first
    Promised had;
    Promised asked;
    int processors = 0; ///< there are
    qint64 memory = 0;  ///< that machines may have
};
/// Against what the computer can give, not against all it has. Simulated machines ask for nothing. Pure.
Provision provisionOf(const HostFacts& facts, const Promised& had, const ClusterActions::NewMachines& wanted);

} // namespace wheelhouse::ui
