#pragma once

#include "link.pb.h"
#include "vmnodes/agent/runtime.h"

namespace wheelhouse::agent {

/// How the node link names a pod.
inline nodelink::PodRef refOf(const PodId& id) {
    nodelink::PodRef ref;
    ref.set_namespace_(id.nameSpace);
    ref.set_name(id.name);
    ref.set_uid(id.uid.value());
    return ref;
}

} // namespace wheelhouse::agent
