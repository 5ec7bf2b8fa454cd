#pragma once

#include "engine/apiserver/audit.h"
#include "engine/apiserver/group_source.h"
#include "engine/apiserver/handler.h"
#include "engine/apiserver/object_source.h"
#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "engine/base/status.h"
#include "engine/nodelink/pod_streams.h"
#include "engine/store/store.h"

#include <functional>
#include <memory>
#include <string>

namespace prometheus {
class Collectable;
}

namespace wheelhouse::apiserver {

struct Core;

/// What an operator may choose about the API server. Plain data.
struct Options {
    /// Service addresses are handed out from here; the first address is the
    /// API's own.
    std::string serviceNetwork = "10.96.0.0/16";
    /// How long pods stay on a node that is not ready or unreachable, where they do not say so themselves.
    int defaultTolerationSeconds = 300;
    /// How often an idle watch that asked for bookmarks gets one.
    Duration bookmarkInterval = std::chrono::minutes(1);
    /// A watch or log whose client is further behind than this waits; one that stays behind for
    /// `slowClientEvents` events is broken off, and the client lists again.
    std::size_t streamBufferBytes = std::size_t{1} << 20;
    std::size_t slowClientEvents = 100'000;
    /// The private key (PEM, ECDSA P-256 or RSA) that signs the tokens of service accounts; empty = one of
    /// this process only, with which they end.
    std::string tokenKeyPem;
    /// Who those tokens are from and, unless they say otherwise, for.
    std::string tokenIssuer = "https://kubernetes.default.svc.cluster.local";
    /// Pods get a volume with a token of their service account, as the nodes here know how to fill it.
    bool mountTokens = false;
    AuditOptions audit;
    /// What `kubectl version` shows besides 1.35.
    std::string gitVersion = "v1.35.0+wheelhouse";
    std::string buildDate = "1970-01-01T00:00:00Z";
};

/// The Kubernetes API over one store: paths, verbs, discovery, admission. Speaks HTTP's meaning but not its
/// bytes: a front (HTTPS, or a test) hands it Requests, and LocalCluster calls it without encoding anything.
///
/// Contract. A request has three parts. Decoding (path, query, Accept, body into a message) is pure and runs
/// on the caller's thread. Deciding (admission, defaults, validation, the store) runs on the control
/// executor, where every write sees the newest state, also of writes whose commit is still on its way to
/// disk; so a conflict is decided in one turn and never retried. Encoding is pure again and runs where the
/// front likes. A write is answered only after its commit is durable. Nothing else waits: a watch is a store
/// subscription with a bounded queue, a log is a stream of the node link.
///
/// Interrupted: requests in flight when the server is destroyed are not answered (the front closes their
/// connections); what the store had accepted by then is either durable or gone, never half. `start` may run
/// again on the same store: it only adds what is missing.
///
/// Threads: `handle` from any; everything else on the control executor.
class ApiServer final : public Handler {
  public:
    /// `streams` may be null: logs then answer ServiceUnavailable. `dates` is the clock objects are dated and
    /// their ages are told by; null = the control executor's, by which everything else goes in any case: a
    /// cluster whose time is stopped is served as before. All references must outlive the server, and
    /// `random` is used on the control executor only.
    ApiServer(store::Store& store, Executor& control, Random& random, nodelink::PodStreams* streams,
              Options options = {}, const Clock* dates = nullptr);
    ~ApiServer() override;
    ApiServer(const ApiServer&) = delete;
    ApiServer& operator=(const ApiServer&) = delete;

    /// Creates the objects every cluster has (namespaces, the service of the API itself) where they are
    /// missing, then calls `done`; from then on /readyz says ok. An error is the store's.
    void start(std::function<void(Result<void>)> done);
    bool ready() const;
    /// Adds figures of somebody else to /metrics, for as long as `source` lives. It is asked on any thread.
    void addMetrics(std::weak_ptr<prometheus::Collectable> source);

    /// Asks `source` for the objects of a computed kind until what is returned goes. One source a kind.
    [[nodiscard]] std::unique_ptr<Serving> serve(const api::Kind& kind, ObjectSource& source);
    /// Has what is below /apis/`group` answered by `source`, in these versions (the preferred one first),
    /// until what is returned goes. No kind may be of that group.
    [[nodiscard]] std::shared_ptr<void> serveGroup(const std::string& group,
                                                   std::vector<std::string> versions, GroupSource& source);
    /// Has questions of `kind` answered by `answerer` until what is returned goes.
    [[nodiscard]] std::shared_ptr<void> answer(const api::Kind& kind, Answerer answerer);

    [[nodiscard]] std::shared_ptr<Running> handle(Request request,
                                                  std::shared_ptr<Exchange> exchange) override;

    /// For LocalCluster.
    const std::shared_ptr<Core>& core() const { return core_; }

  private:
    std::shared_ptr<Core> core_;
};

} // namespace wheelhouse::apiserver
