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
/// The moment in RFC 3339, or "<unknown>".
std::string momentText(const meta::Time& time);
/// Names of a template's containers, or their images.
std::string templateContainers(const core::PodTemplateSpec& of, bool images);
std::string selectorText(const meta::LabelSelector& selector);
/// "a=b,c=d", or "<none>".
std::string labelsText(const google::protobuf::Map<std::string, std::string>& labels);
/// Some of them, then how many more there are.
std::string firstOf(std::vector<std::string> all, std::size_t shown);

Cells podCells(const core::Pod& pod, WallTime now);
Cells serviceCells(const core::Service& service, WallTime now);
Cells endpointSliceCells(const discovery::EndpointSlice& slice, WallTime now);
Cells nodeCells(const core::Node& node, WallTime now);
Cells eventCells(const core::Event& event, WallTime now);
Cells deploymentCells(const apps::Deployment& deployment, WallTime now);
Cells replicaSetCells(const apps::ReplicaSet& set, WallTime now);
Cells machineCells(const lab::Machine& machine, WallTime now);

} // namespace wheelhouse::api::semantics
