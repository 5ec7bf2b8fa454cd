#pragma once

#include "engine/api/groups/storage.h"
#include "engine/api/object.h"
#include "engine/api/quantity.h"
#include "engine/api/types.h"

#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::controllers {

/// The annotations by which binder, scheduler and provisioners talk about claims and volumes.
namespace volumes {
inline constexpr const char* bindCompleted = "pv.kubernetes.io/bind-completed";
inline constexpr const char* boundByController = "pv.kubernetes.io/bound-by-controller";
inline constexpr const char* provisionedBy = "pv.kubernetes.io/provisioned-by";
inline constexpr const char* selectedNode = "volume.kubernetes.io/selected-node";
inline constexpr const char* provisioner = "volume.kubernetes.io/storage-provisioner";
inline constexpr const char* betaProvisioner = "volume.beta.kubernetes.io/storage-provisioner";
inline constexpr const char* betaClass = "volume.beta.kubernetes.io/storage-class";
inline constexpr const char* defaultClass = "storageclass.kubernetes.io/is-default-class";
inline constexpr const char* betaDefaultClass = "storageclass.beta.kubernetes.io/is-default-class";
} // namespace volumes

// What claims ask for and volumes give. All pure.

/// The value of an annotation, or "".
std::string annotationOf(const api::meta::ObjectMeta& metadata, const char* name);
bool hasAnnotation(const api::meta::ObjectMeta& metadata, const char* name);

std::string classOf(const api::core::PersistentVolumeClaim& claim);
std::string classOf(const api::core::PersistentVolume& volume);
/// Whether the claim says anything about a class, be it that it wants none.
bool namesClass(const api::core::PersistentVolumeClaim& claim);
/// "storage" of a list of amounts; zero when it is not there.
api::Quantity storageIn(const google::protobuf::Map<std::string, api::resource::Quantity>& amounts);
/// The newest of the classes marked as the default one, by name among equally new ones; or null.
api::ObjectPtr defaultClassAmong(const std::vector<api::ObjectPtr>& classes);

/// The volume's claimRef names this claim: by name and, once it has one, by uid.
bool isBoundTo(const api::core::PersistentVolume& volume, const api::core::PersistentVolumeClaim& claim);
bool modesDiffer(const api::core::PersistentVolume& volume, const api::core::PersistentVolumeClaim& claim);
/// Why a volume cannot serve a claim that asks for it by name, or "".
std::string whyNot(const api::core::PersistentVolume& volume, const api::core::PersistentVolumeClaim& claim);

/// The volume a claim should get: one reserved for it, or else (unless `onlyReserved`) the smallest available
/// one that does, those with the fewest access modes first. Null when there is none.
api::ObjectPtr bestMatch(const std::vector<api::ObjectPtr>& candidates,
                         const api::core::PersistentVolumeClaim& claim, bool onlyReserved);

} // namespace wheelhouse::controllers
