#pragma once

#include "engine/api/object.h"
#include "engine/api/semantics.h"
#include "engine/api/table.h"
#include "engine/base/executor.h"
#include "engine/base/status.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace wheelhouse::client {

using api::ObjectPtr;
using api::ResourceName;

/// The answer to a call, delivered on the executor the Cluster was made with, never inside the call itself.
template <class T>
using Callback = std::function<void(Result<T>)>;

/// Which objects. Empty nameSpace = all namespaces (or a cluster-scoped kind).
struct ListOptions {
    std::string nameSpace;
    std::string labelSelector;
    std::string fieldSelector;
    std::int64_t limit = 0;
    std::string continueToken;
    std::string resourceVersion;      ///< empty = newest, "0" = any, N = at least N
    std::string resourceVersionMatch; ///< "", "Exact", "NotOlderThan"
};

struct ObjectList {
    std::vector<ObjectPtr> items;
    Revision revision = 0;
    std::string continueToken;
    std::optional<std::int64_t> remaining;
};

struct WatchOptions {
    std::string nameSpace;
    std::string labelSelector;
    std::string fieldSelector;
    Revision since = 0; ///< events after this revision; 0 = begin with the present state (as Added)
    bool sendInitialEvents = false; ///< WatchList: state first, then a bookmark with `initialEventsEnd`
};

struct WatchEvent {
    enum class Type { Added, Modified, Deleted, Bookmark };
    Type type = Type::Added;
    ObjectPtr object; ///< null for a bookmark; for Deleted the last state, at the deletion's revision
    Revision revision = 0;
    bool initialEventsEnd = false;
};

/// A running watch, log or other subscription. Destroying it ends it; afterwards no callback runs (call and
/// destroy on the cluster's executor).
class Subscription {
  public:
    virtual ~Subscription() = default;
};

struct WatchSink {
    std::function<void(const WatchEvent&)> onEvent;
    /// Once, last: Expired means list again; anything else means try again later.
    std::function<void(Status)> onEnd;
};

/// What to write: a message of a registered kind, or bytes as a person or a file gave them.
struct RawBody {
    std::string bytes;
    std::string
        contentType; ///< "application/json", "application/yaml", "application/vnd.kubernetes.protobuf"
};
using Body = std::variant<std::shared_ptr<const google::protobuf::Message>, RawBody>;

template <class M>
Body body(M message) {
    return Body(
        std::shared_ptr<const google::protobuf::Message>(std::make_shared<const M>(std::move(message))));
}

struct WriteOptions {
    std::string subresource; ///< "", "status", "scale", "binding", "eviction", "finalize"
    bool dryRun = false;
    std::string fieldManager = "wheelhouse";
    std::string fieldValidation; ///< "", "Ignore", "Warn", "Strict"
};

struct Written {
    ObjectPtr object; ///< null where the answer is no object (a binding, an immediate deletion)
    /// The answer to what is only asked and never stored, as a message: an access review, a token.
    std::shared_ptr<const google::protobuf::Message> answer;
    bool created = false;
    std::vector<std::string> warnings;
};

struct DeleteOptions {
    std::optional<std::int64_t> gracePeriodSeconds;
    std::string propagationPolicy; ///< "", "Orphan", "Background", "Foreground"
    Uid uid;                       ///< precondition; empty = none
    Revision revision = 0;         ///< precondition; 0 = none
};

struct LogOptions {
    std::string container; ///< empty = the only one
    bool follow = false;
    bool previous = false;
    bool timestamps = false;
    std::optional<std::int64_t> tailLines;
    std::optional<std::int64_t> sinceSeconds;
    std::string sinceTime; ///< RFC 3339
    std::optional<std::int64_t> limitBytes;
};

struct LogSink {
    std::function<void(std::string_view)> onData; ///< raw bytes, whole lines not guaranteed
    std::function<void(Result<void>)> onEnd;      ///< once, last
};

/// A kind as a server describes it: enough to build its paths and menus. Also for kinds this program has no
/// schema of.
struct ResourceInfo {
    ResourceName name;
    std::string kind;
    std::string singular;
    std::vector<std::string> shortNames;
    std::vector<std::string> categories;
    std::vector<std::string> verbs;
    std::vector<std::string> subresources;
    bool namespaced = false;
};

/// A cluster, whichever: the API server in this process, or one far away over HTTPS. Controllers, the
/// scheduler and the window know a cluster only as this. Not thread-safe: call from the executor it was made
/// with; callbacks arrive there. Errors are the server's Status, or ServiceUnavailable when it cannot be
/// reached.
class Cluster {
  public:
    virtual ~Cluster() = default;

    virtual void get(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
                     Callback<ObjectPtr> done) = 0;
    virtual void list(const ResourceName& resource, const ListOptions& options,
                      Callback<ObjectList> done) = 0;
    [[nodiscard]] virtual std::unique_ptr<Subscription>
    watch(const ResourceName& resource, const WatchOptions& options, WatchSink sink) = 0;
    virtual void create(const ResourceName& resource, const std::string& nameSpace, Body body,
                        const WriteOptions& options, Callback<Written> done) = 0;
    /// The body's resourceVersion, when set, must be the stored one (Conflict otherwise).
    virtual void update(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
                        Body body, const WriteOptions& options, Callback<Written> done) = 0;
    virtual void patch(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
                       api::PatchType type, std::string patch, const WriteOptions& options,
                       Callback<Written> done) = 0;
    virtual void remove(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
                        const DeleteOptions& options, Callback<Written> done) = 0;

    /// The server's own columns. `object` of each row is set where the kind is known to this program.
    virtual void table(const ResourceName& resource, const ListOptions& options,
                       Callback<api::Table> done) = 0;
    virtual void discover(Callback<std::vector<ResourceInfo>> done) = 0;
    [[nodiscard]] virtual std::unique_ptr<Subscription>
    logs(const std::string& nameSpace, const std::string& pod, const LogOptions& options, LogSink sink) = 0;
    /// One object's own form as text, for people: YAML as the server has it (also for kinds without a schema
    /// here).
    virtual void yaml(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
                      Callback<std::string> done) = 0;
    /// Where this cluster is, for titles and error messages: "this computer" or a URL.
    virtual std::string address() const = 0;
};

} // namespace wheelhouse::client
