#pragma once

#include "link.pb.h"
#include "pod_worker.h"
#include "vmnodes/agent/pod_session.h"
#include "vmnodes/agent/runtime.h"

#include <string>

namespace wheelhouse::agent {

// What a stream the control plane opens is about, in the runtime's words. The worker is null for a pod that
// is not on this node; then, and for whatever else cannot be, the error says why as a kubelet would.

Result<LogQuery> logQuery(const PodWorker* worker, const nodelink::OpenLog& open);
Result<ExecTarget> execTarget(const PodWorker* worker, const nodelink::OpenExec& open);
/// `hostIp` is the address of pods that use the node's network.
Result<PortTarget> portTarget(const PodWorker* worker, const nodelink::OpenPort& open,
                              const std::string& hostIp);

} // namespace wheelhouse::agent
