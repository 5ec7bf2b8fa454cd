#pragma once

#include "engine/api/table.h"
#include "engine/api/types.h"

#include <string>
#include <vector>

namespace wheelhouse::api::semantics {

using Cells = std::vector<Table::Cell>;

/// "5m" since `time`, or "<unknown>" when there is none.
std::string since(const meta::Time& time, WallTime now);
std::string since(const meta::MicroTime& time, WallTime now);
/// `text`, or "<none>" when empty.
std::string orNone(const std::string& text);
std::string joined(const std::vector<std::string>& texts);

Cells podCells(const core::Pod& pod, WallTime now);
Cells serviceCells(const core::Service& service, WallTime now);
Cells endpointSliceCells(const discovery::EndpointSlice& slice, WallTime now);
Cells nodeCells(const core::Node& node, WallTime now);
Cells eventCells(const core::Event& event, WallTime now);
Cells deploymentCells(const apps::Deployment& deployment, WallTime now);
Cells replicaSetCells(const apps::ReplicaSet& set, WallTime now);
Cells machineCells(const lab::Machine& machine, WallTime now);

} // namespace wheelhouse::api::semantics
