#pragma once

// Short names for the generated message types. Include this, never a .pb.h by name, outside engine/api. The
// groups that few files need have a header each in groups/: every source above pays for what stands here.
#include "apidiscovery_v2.pb.h"
#include "apps_v1.pb.h"
#include "autoscaling_v1.pb.h"
#include "coordination_v1.pb.h"
#include "core_v1.pb.h"
#include "discovery_v1.pb.h"
#include "events_v1.pb.h"
#include "intstr.pb.h"
#include "lab_v1alpha1.pb.h"
#include "meta_v1.pb.h"
#include "policy_v1.pb.h"
#include "resource.pb.h"
#include "runtime.pb.h"

namespace wheelhouse::api {

namespace meta = ::k8s::io::apimachinery::pkg::apis::meta::v1;
namespace resource = ::k8s::io::apimachinery::pkg::api::resource; ///< Quantity's message
namespace intstr = ::k8s::io::apimachinery::pkg::util::intstr;
namespace runtime = ::k8s::io::apimachinery::pkg::runtime;
namespace core = ::k8s::io::api::core::v1;
namespace apps = ::k8s::io::api::apps::v1;
namespace autoscaling = ::k8s::io::api::autoscaling::v1;
namespace coordination = ::k8s::io::api::coordination::v1;
namespace discovery = ::k8s::io::api::discovery::v1;
namespace apidiscovery = ::k8s::io::api::apidiscovery::v2;
namespace events = ::k8s::io::api::events::v1;
namespace policy = ::k8s::io::api::policy::v1;
namespace lab = ::dev::wheelhouse::lab::v1alpha1;

} // namespace wheelhouse::api
