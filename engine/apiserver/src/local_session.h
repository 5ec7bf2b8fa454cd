#pragma once

#include "engine/api/types.h"
#include "engine/base/executor.h"
#include "engine/client/pod_sessions.h"
#include "engine/nodelink/pod_streams.h"
#include "streams/pod_pipe.h"

#include <atomic>
#include <memory>

namespace wheelhouse::apiserver {

/// Opens the stream that was asked for, through the link of a node.
using PodOpening = std::function<std::unique_ptr<nodelink::PodDuplex>(nodelink::PodStreams&, const NodeName&,
                                                                      nodelink::DuplexEvents)>;

/// What is to be opened to a pod as it is now; or why it cannot be.
using PodPlan = std::function<Result<PodOpening>(const api::core::Pod&)>;
PodPlan execPlan(const client::ExecOptions& options);
PodPlan portPlan(std::uint16_t port);

/// A two-way stream of a pod between two executors: the pipe lives on the control executor, whoever uses it
/// on `callbacks`. Output is given back to the node once the user has had it.
class LocalSession final : public std::enable_shared_from_this<LocalSession> {
  public:
    LocalSession(Executor& control, Executor& callbacks, client::PodSink sink)
        : control_(control), callbacks_(callbacks), sink_(std::move(sink)) {}

    /// The user's end; destroying it closes the stream. On `callbacks`.
    static std::unique_ptr<client::PodSession> handle(std::shared_ptr<LocalSession> session);

    // On the control executor, one of the two, once.
    void open(nodelink::PodStreams& streams, const NodeName& node, const PodOpening& opening,
              std::shared_ptr<void> place);
    void refuse(Status why);

  private:
    class Handle;
    /// Runs `work` on the control executor, later, if the pipe is there then.
    void withPipe(std::function<void(LocalSession&)> work);
    /// Runs `work` on `callbacks`, later, if the user is there then.
    void tell(std::function<void(client::PodSink&)> work);

    Executor& control_;
    Executor& callbacks_;
    client::PodSink sink_; ///< on `callbacks`
    std::atomic<bool> closed_{false};
    // On the control executor.
    std::shared_ptr<void> place_;
    std::unique_ptr<PodPipe> pipe_;
    std::size_t untold_ = 0; ///< bytes on their way to the user
    bool held_ = false;
};

} // namespace wheelhouse::apiserver
