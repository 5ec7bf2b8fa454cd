#pragma once

#include "engine/api/groups/authorization.h"
#include "engine/api/groups/decisions.h"
#include "engine/base/random.h"
#include "engine/base/simulation.h"
#include "engine/client/cluster.h"
#include "engine/client/openapi.h"
#include "fake_logs.h"
#include "fake_sessions.h"

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace wheelhouse::tests {

/// A cluster in memory for tests of whatever talks to one: it keeps Kubernetes' promises about revisions,
/// conflicts, generated names, the status subresource, deletion (grace of bound pods, finalizers, propagation
/// policies), namespaces that end by `finalize`, watches and bindings. It has no admission, no validation and
/// no collector of its own. Every answer and event comes as a posted task of `executor`, events in order.
class FakeCluster final : public client::Cluster, public FakeSessions, public client::SchemaSource {
  public:
    FakeCluster(Executor& executor, Random& random);
    ~FakeCluster() override;

    // --- what a test looks at
    // -------------------------------------------------------------------------------------
    /// One call somebody made, in order of arrival (tests' own shortcuts below are not recorded).
    struct Made {
        std::string verb; ///< get list watch create update patch delete
        std::string resource;
        std::string nameSpace;
        std::string name; ///< of a creation: as stored
        std::string subresource;
        std::string patch; ///< of a patch: its text
        bool failed = false;
    };
    std::vector<Made> calls;
    /// How many calls were like this; empty arguments match anything.
    int count(const std::string& verb, const std::string& resource = {}, const std::string& name = {}) const;
    /// The present state, or null.
    api::ObjectPtr find(const client::ResourceName& resource, const std::string& key) const;
    std::vector<api::ObjectPtr> all(const client::ResourceName& resource) const;
    template <class M>
    std::optional<M> get(const std::string& key) const {
        const auto object = find(api::kindOf<M>().name, key);
        return object ? std::optional<M>(object->template as<M>()) : std::nullopt;
    }
    template <class M>
    std::vector<M> all() const {
        std::vector<M> result;
        for (const auto& object : all(api::kindOf<M>().name))
            result.push_back(object->template as<M>());
        return result;
    }
    Revision revision() const { return revision_; }

    // --- what a test does
    // -----------------------------------------------------------------------------------------
    /// Stores at once, as if some client had written it: created (uid, time, revision given where empty) or,
    /// where the name exists, replaced as it is, status included.
    template <class M>
    M put(M message) {
        return store(message)->template as<M>();
    }
    api::ObjectPtr store(const google::protobuf::Message& message);
    /// Changes what is there at once; false when there is nothing.
    template <class M>
    bool edit(const std::string& key, const std::function<void(M&)>& change) {
        auto message = get<M>(key);
        if (!message) return false;
        change(*message);
        store(*message);
        return true;
    }
    /// Takes the object away at once, whatever its finalizers.
    bool drop(const client::ResourceName& resource, const std::string& key);
    template <class M>
    bool drop(const std::string& key) {
        return drop(api::kindOf<M>().name, key);
    }

    /// The next `times` calls of this verb and resource (empty = any) fail with `status` and change nothing.
    void failNext(std::string verb, std::string resource, Status status, int times = 1);
    /// As failNext, but the write happens and only its answer is lost (Timeout).
    void loseAnswers(std::string verb, std::string resource, int times = 1);
    /// Ends every running watch (of `resource`; empty = all).
    void endWatches(Status status, const std::string& resource = {});
    /// Forgets history: watches that ask for less get Expired.
    void compact();
    /// Answers and events come this much later.
    void setLatency(Duration latency) { latency_ = latency; }
    /// What logs() gives for any pod that is not in `written`.
    std::string logText;
    /// What containers have written, by "pod/container".
    std::map<std::string, FakeLog> written;
    /// Answers access reviews; nobody may do anything without it.
    std::function<bool(const api::authorization::SubjectAccessReview&)> mayDo;
    /// Answers a WhatIf in place of a scheduler, given its namespace; nobody answers without it.
    std::function<void(const std::string&, api::lab::WhatIf&)> whatIf;
    /// Resources that discovery leaves out.
    std::set<std::string> unserved;
    /// False: sendInitialEvents is refused as older servers do.
    bool watchList = true;

    // --- Cluster
    // --------------------------------------------------------------------------------------------------
    void get(const client::ResourceName& resource, const std::string& nameSpace, const std::string& name,
             client::Callback<api::ObjectPtr> done) override;
    void list(const client::ResourceName& resource, const client::ListOptions& options,
              client::Callback<client::ObjectList> done) override;
    std::unique_ptr<client::Subscription> watch(const client::ResourceName& resource,
                                                const client::WatchOptions& options,
                                                client::WatchSink sink) override;
    void create(const client::ResourceName& resource, const std::string& nameSpace, client::Body body,
                const client::WriteOptions& options, client::Callback<client::Written> done) override;
    void update(const client::ResourceName& resource, const std::string& nameSpace, const std::string& name,
                client::Body body, const client::WriteOptions& options,
                client::Callback<client::Written> done) override;
    void patch(const client::ResourceName& resource, const std::string& nameSpace, const std::string& name,
               api::PatchType type, std::string patch, const client::WriteOptions& options,
               client::Callback<client::Written> done) override;
    void remove(const client::ResourceName& resource, const std::string& nameSpace, const std::string& name,
                const client::DeleteOptions& options, client::Callback<client::Written> done) override;
    void table(const client::ResourceName& resource, const client::ListOptions& options,
               client::Callback<api::Table> done) override;
    void openApi(const std::string& apiVersion,
                 client::Callback<std::shared_ptr<const std::string>> done) override;
    void discover(client::Callback<std::vector<client::ResourceInfo>> done) override;
    std::unique_ptr<client::Subscription> logs(const std::string& nameSpace, const std::string& pod,
                                               const client::LogOptions& options,
                                               client::LogSink sink) override;
    void yaml(const client::ResourceName& resource, const std::string& nameSpace, const std::string& name,
              client::Callback<std::string> done) override;
    std::string address() const override { return "a cluster in memory"; }

  private:
    struct Watcher;
    struct Failure {
        std::string verb;
        std::string resource;
        Status status;
        int times = 0;
        bool afterwards = false;
    };
    struct Change {
        client::WatchEvent event;
        api::ObjectPtr before;
        const api::Kind* kind = nullptr;
    };
    using Message = std::unique_ptr<google::protobuf::Message>;

    Made& note(std::string verb, const client::ResourceName& resource, const std::string& nameSpace,
               const std::string& name, const std::string& subresource);
    std::optional<Failure> failure(const Made& call);
    template <class T>
    void answer(client::Callback<T> done, Result<T> result);
    void write(Made& call, client::Callback<client::Written> done,
               const std::function<Result<client::Written>()>& work);
    Result<client::ObjectList> select(const client::ResourceName& resource,
                                      const client::ListOptions& options) const;
    Result<std::vector<api::ObjectPtr>> allAt(const api::Kind& kind, Revision revision) const;
    Result<Message> decode(const api::Kind& kind, const client::Body& body) const;
    Result<client::Written> createNow(const api::Kind& kind, const std::string& nameSpace, Message message,
                                      const client::WriteOptions& options, std::string& name);
    Result<client::Written> bindNow(const std::string& nameSpace, const client::Body& body,
                                    std::string& name);
    Result<client::Written> tokenNow(const std::string& nameSpace, const client::Body& body,
                                     std::string& name);
    Result<client::Written> evictNow(const std::string& nameSpace, const client::Body& body,
                                     std::string& name);
    Result<client::Written> updateNow(const api::Kind& kind, const std::string& key, Message message,
                                      const client::WriteOptions& options);
    Result<client::Written> removeNow(const api::Kind& kind, const std::string& key,
                                      const client::DeleteOptions& options);
    api::ObjectPtr commit(google::protobuf::Message& message, const api::ObjectPtr& before);
    api::ObjectPtr finishDeletion(google::protobuf::Message& message, const api::ObjectPtr& before);
    void publish(Change change);

    Executor& executor_;
    Random& random_;
    Duration latency_{};
    Revision revision_ = 0;
    Revision compacted_ = 0;
    std::map<std::pair<client::ResourceName, std::string>, api::ObjectPtr> objects_;
    std::deque<Change> history_;
    std::list<std::weak_ptr<Watcher>> watchers_;
    std::vector<Failure> failures_;
};

} // namespace wheelhouse::tests
