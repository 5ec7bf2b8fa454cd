#pragma once

#include "custom_metrics_v1beta1.pb.h"
#include "custom_metrics_v1beta2.pb.h"
#include "external_metrics_v1beta1.pb.h"

namespace wheelhouse::api {

namespace custom_metrics1 = ::k8s::io::metrics::pkg::apis::custom_metrics::v1beta1;
namespace custom_metrics2 = ::k8s::io::metrics::pkg::apis::custom_metrics::v1beta2;
namespace external_metrics = ::k8s::io::metrics::pkg::apis::external_metrics::v1beta1;

} // namespace wheelhouse::api
