#pragma once

#include "engine/client/cluster.h"

#include <cstdint>

namespace wheelhouse::client {

/// A command to run in a container.
struct ExecOptions {
    std::string container; ///< empty = the only one
    std::vector<std::string> command;
    bool stdIn = true;
    bool tty = true; ///< a terminal: one output, and a size
};

/// What a two-way stream with a pod tells whoever opened it: on the cluster's executor, never inside a call.
struct PodSink {
    /// Channel 1 is standard output, or what the port sends; 2 is standard error.
    std::function<void(int channel, std::string_view bytes)> onData;
    /// The pod takes no more input for now (true), or does again (false). What is written meanwhile waits in
    /// memory.
    std::function<void(bool congested)> onCongestion;
    /// Once, last: the exit code of a command (0 for a port that was closed), or why there is none.
    std::function<void(Result<int>)> onEnd;
};

/// An open two-way stream; destroying it closes the far end. As any Subscription; nothing it is told after
/// `onEnd` has any effect.
class PodSession : public Subscription {
  public:
    virtual void write(std::string bytes) = 0;
    /// There is no more input. To a port of a remote cluster this cannot be said; nothing happens there.
    virtual void closeInput() = 0;
    /// The size of the terminal, in characters.
    virtual void resize(std::uint16_t width, std::uint16_t height) = 0;
    /// While held, the pod is let send no more than is already on its way.
    virtual void hold(bool held) = 0;
};

/// Two-way streams with the pods of a cluster: what `kubectl exec` and `kubectl port-forward` use. Threads
/// and errors as Cluster has them.
class PodSessions {
  public:
    virtual ~PodSessions() = default;
    [[nodiscard]] virtual std::unique_ptr<PodSession>
    exec(const std::string& nameSpace, const std::string& pod, const ExecOptions& options, PodSink sink) = 0;
    /// One connection to a port of a pod.
    [[nodiscard]] virtual std::unique_ptr<PodSession>
    openPort(const std::string& nameSpace, const std::string& pod, std::uint16_t port, PodSink sink) = 0;
};

/// The streams of a cluster that has any; null otherwise. Valid as long as the cluster.
PodSessions* podSessionsOf(Cluster& cluster);

} // namespace wheelhouse::client
