#pragma once

#include "engine/api/object.h"
#include "engine/api/types.h"

#include <string>

namespace wheelhouse::controllers {

/// What provisioner, attacher and nodes of the lab's own volumes agree on.
namespace lab {
/// A place on one node.
inline constexpr const char* localDriver = "disk.wheelhouse.dev";
/// A disk that is attached to the machine whose pods need it.
inline constexpr const char* volumeDriver = "volume.wheelhouse.dev";
/// In the attributes of a volume of volumeDriver: whose machines it can be attached to.
inline constexpr const char* providerAttribute = "provider";
/// The label by which a node says the same.
inline constexpr const char* providerLabel = "wheelhouse.dev/provider";
} // namespace lab

/// How the status of a node names a volume.
inline std::string uniqueVolumeName(const std::string& driver, const std::string& handle) {
    return "kubernetes.io/csi/" + driver + "^" + handle;
}

} // namespace wheelhouse::controllers
