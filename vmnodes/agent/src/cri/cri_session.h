#pragma once

#include "cri_client.h"
#include "stream_socket.h"
#include "vmnodes/agent/pod_session.h"

#include <memory>

namespace wheelhouse::agent {

/// A command in a container, or its own process: containerd says where it streams, and is spoken to there in
/// SPDY/3.1 with the streams of remotecommand v4.
std::unique_ptr<PodSession> openCriExec(CriClient& client, StreamThread& thread, Executor& executor,
                                        const ExecTarget& target, SessionEvents events);
/// A port on the pod's loopback address: the same way, with the streams of portforward.
std::unique_ptr<PodSession> openCriPort(CriClient& client, StreamThread& thread, Executor& executor,
                                        const PortTarget& target, SessionEvents events);
/// A port on an address this node reaches itself.
std::unique_ptr<PodSession> openTcpPort(StreamThread& thread, Executor& executor, const PortTarget& target,
                                        SessionEvents events);

} // namespace wheelhouse::agent
