#pragma once

#include "engine/api/quantity.h"
#include "engine/api/types.h"
#include "semantics/names.h"
#include "semantics/problems.h"

#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::api::semantics {

// The rules of each part of an object, in the order Kubernetes reports them (pkg/apis/*/validation). Pure.

using StringMap = google::protobuf::Map<std::string, std::string>;
using QuantityMap = google::protobuf::Map<std::string, ::k8s::io::apimachinery::pkg::api::resource::Quantity>;
using IntOrString = ::k8s::io::apimachinery::pkg::util::intstr::IntOrString;
using NameRule = Complaints (*)(std::string_view);

// metadata
void validateMeta(const meta::ObjectMeta& metadata, bool namespaced, NameRule nameRule, const Path& path,
                  Problems& problems);
void validateMetaUpdate(const meta::ObjectMeta& now, const meta::ObjectMeta& old, const Path& path,
                        Problems& problems);
void validateLabels(const StringMap& labels, const Path& path, Problems& problems);
void validateAnnotations(const StringMap& annotations, const Path& path, Problems& problems);
void validateLabelSelector(const meta::LabelSelector& selector, const Path& path, Problems& problems);

// parts of pods
void validatePodSpec(const core::PodSpec& spec, const Path& path, Problems& problems);
void validatePodTemplate(const core::PodTemplateSpec& podTemplate, const Path& path, Problems& problems);
void validateVolumes(const core::PodSpec& spec, const Path& path, Problems& problems);
void validateContainers(const core::PodSpec& spec, const Path& path, Problems& problems);
void validateResources(const core::ResourceRequirements& resources, const Path& path, Problems& problems);
void validateResourceList(const QuantityMap& resources, const Path& path, Problems& problems);
void validateAffinity(const core::Affinity& affinity, const Path& path, Problems& problems);
void validateTolerations(const google::protobuf::RepeatedPtrField<core::Toleration>& tolerations,
                         const Path& path, Problems& problems);
void validateTopologySpread(const core::PodSpec& spec, const Path& path, Problems& problems);
void validateProbes(const core::Container& container, const Path& path, Problems& problems);
void validateLifecycle(const core::Lifecycle& lifecycle, const Path& path, Problems& problems);
void validateEnvironment(const core::Container& container, const Path& path, Problems& problems);
void validateFieldRef(const core::ObjectFieldSelector& reference, const Path& path,
                      const std::vector<std::string>& supported, Problems& problems);
void validatePort(const IntOrString& port, const Path& path, Problems& problems);

// kinds: what is wrong with a new one, and with a change
void validate(const core::Pod& pod, Problems& problems);
void validateChange(const core::Pod& pod, const core::Pod& old, Problems& problems);
void validate(const apps::Deployment& deployment, Problems& problems);
void validateChange(const apps::Deployment& deployment, const apps::Deployment& old, Problems& problems);
void validate(const apps::ReplicaSet& set, Problems& problems);
void validateChange(const apps::ReplicaSet& set, const apps::ReplicaSet& old, Problems& problems);
void validate(const core::Service& service, Problems& problems);
void validateChange(const core::Service& service, const core::Service& old, Problems& problems);
void validate(const core::Namespace& space, Problems& problems);
void validateChange(const core::Namespace& space, const core::Namespace& old, Problems& problems);
void validate(const core::Node& node, Problems& problems);
void validateChange(const core::Node& node, const core::Node& old, Problems& problems);
void validate(const core::ConfigMap& map, Problems& problems);
void validateChange(const core::ConfigMap& map, const core::ConfigMap& old, Problems& problems);
void validate(const core::Secret& secret, Problems& problems);
void validateChange(const core::Secret& secret, const core::Secret& old, Problems& problems);
void validate(const core::ServiceAccount& account, Problems& problems);
void validateChange(const core::ServiceAccount& account, const core::ServiceAccount& old, Problems& problems);
void validate(const core::Event& event, Problems& problems);
void validateChange(const core::Event& event, const core::Event& old, Problems& problems);
void validate(const coordination::Lease& lease, Problems& problems);
void validateChange(const coordination::Lease& lease, const coordination::Lease& old, Problems& problems);
void validate(const discovery::EndpointSlice& slice, Problems& problems);
void validateChange(const discovery::EndpointSlice& slice, const discovery::EndpointSlice& old,
                    Problems& problems);
void validate(const lab::Machine& machine, Problems& problems);
void validateChange(const lab::Machine& machine, const lab::Machine& old, Problems& problems);

/// Enumerations of the schema that no rule above looked at (status is left to its writer).
void validateEnumerations(const google::protobuf::Message& object, Problems& problems);

/// "TCP", … sorted, as messages list them.
const std::vector<std::string>& protocols();
bool sameMessage(const google::protobuf::Message& a, const google::protobuf::Message& b);
/// A map as compact JSON with sorted keys, for messages.
std::string toJson(const StringMap& map);

} // namespace wheelhouse::api::semantics
