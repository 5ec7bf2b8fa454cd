#pragma once

// Short names for the generated message types. Include this, never a .pb.h by name, outside engine/api.
#include "apps_v1.pb.h"
#include "coordination_v1.pb.h"
#include "core_v1.pb.h"
#include "discovery_v1.pb.h"
#include "lab_v1alpha1.pb.h"
#include "meta_v1.pb.h"

namespace wheelhouse::api {

namespace meta = ::k8s::io::apimachinery::pkg::apis::meta::v1;
namespace core = ::k8s::io::api::core::v1;
namespace apps = ::k8s::io::api::apps::v1;
namespace coordination = ::k8s::io::api::coordination::v1;
namespace discovery = ::k8s::io::api::discovery::v1;
namespace lab = ::dev::wheelhouse::lab::v1alpha1;

} // namespace wheelhouse::api
