#pragma once

#include "engine/api/codec.h"
#include "engine/api/object.h"
#include "engine/api/selector.h"
#include "engine/api/semantics.h"
#include "engine/api/types.h"
#include "engine/apiserver/handler.h"
#include "engine/base/status.h"
#include "engine/nodelink/pod_streams.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::apiserver {

struct Core;
class Reader;

// The verbs, on objects instead of bytes: what the HTTP handler and LocalCluster share. Control executor
// only. `done` may run inside the call when the answer needs no commit.

/// Which objects of a kind a list or watch is about.
struct Selection {
    const api::Kind* kind = nullptr;
    std::string nameSpace; ///< empty = all
    api::LabelSelector labels;
    api::FieldSelector fields;
    /// Who is shown them, where that matters (computed kinds); null = somebody who may know everything.
    std::shared_ptr<const Reader> reader;

    bool selective() const { return !labels.empty() || !fields.empty(); }
    bool matches(const api::Object& object) const;
    /// The one name asked for by `metadata.name=x`, or empty.
    std::string singleName() const;
};
Result<Selection> makeSelection(const api::Kind& kind, std::string nameSpace, std::string_view labels,
                                std::string_view fields);

struct ListQuery {
    Selection selection;
    std::int64_t limit = 0;
    std::string continueToken;
    std::string resourceVersion;
    std::string resourceVersionMatch;
};

struct ListAnswer {
    std::vector<api::ObjectPtr> items;
    Revision revision = 0;
    std::string continueToken;
    std::optional<std::int64_t> remaining;
};

/// `subresource` and `reader` matter to computed kinds only: stored objects are the same for everybody.
Result<api::ObjectPtr> getObject(Core& core, const api::Kind& kind, const std::string& nameSpace,
                                 const std::string& name, std::string_view resourceVersion = {},
                                 const std::string& subresource = {}, const Reader* reader = nullptr);
Result<ListAnswer> listObjects(Core& core, const ListQuery& query);
/// The newest revision objects of a kind can have.
Revision revisionOf(Core& core, const api::Kind& kind);
/// The number of a resourceVersion parameter; empty = 0. BadRequest when it is none.
Result<Revision> parseResourceVersion(std::string_view text);

struct WatchQuery {
    Selection selection;
    std::string resourceVersion;
    std::string resourceVersionMatch;
    std::optional<bool> sendInitialEvents;
    bool bookmarks = false;
};

struct Event {
    enum class Type { Added, Modified, Deleted, Bookmark };
    Type type = Type::Added;
    api::ObjectPtr object; ///< null for a bookmark
    Revision revision = 0;
    bool initialEventsEnd = false;
};

/// A running watch; destroying it ends it (not from inside its sink).
class Watcher {
  public:
    virtual ~Watcher() = default;
};
/// Events arrive in order, the first ones possibly inside the call. Errors: BadRequest and Invalid for the
/// parameters, Expired when history no longer reaches back.
Result<std::unique_ptr<Watcher>> startWatch(Core& core, const WatchQuery& query,
                                            std::function<void(const Event&)> sink);

struct WriteRequest {
    const api::Kind* kind = nullptr;
    std::string nameSpace;
    std::string name; ///< empty for create
    std::string subresource;
    std::unique_ptr<google::protobuf::Message>
        message; ///< the body, of the kind's type (or Scale, Binding, Eviction)
    User user;
    bool dryRun = false;
    std::string fieldManager;   ///< who is recorded as owner of what changes; empty = by the user's name
    bool recorded = false;      ///< the message's managedFields are decided already
    bool forgetsOwners = false; ///< the body emptied managedFields, which a message cannot say
    std::vector<std::string> warnings;
};

struct Outcome {
    api::ObjectPtr object; ///< the object after the write; null where the answer is none
    /// What a client is sent instead of `object`: a Status, a Scale.
    std::shared_ptr<const google::protobuf::Message> answer;
    std::string answerVersion;
    std::string answerKind;
    bool created = false;
    std::vector<std::string> warnings;
};
using Done = std::function<void(Result<Outcome>)>;

void createObject(Core& core, WriteRequest request, Done done);
void updateObject(Core& core, WriteRequest request, Done done);

/// Create when the request has no name, update otherwise, or what its subresource does.
void dispatchWrite(Core& core, WriteRequest request, Done done);

struct PatchRequest {
    WriteRequest write; ///< without a message
    api::PatchType type = api::PatchType::Merge;
    std::string patch;
    api::FieldValidation validation = api::FieldValidation::Warn;
    bool apply = false; ///< `patch` is an applied configuration, as JSON; `type` means nothing
    bool force = false; ///< with apply: take over what others own
    std::vector<std::string> duplicates; ///< with apply: keys given twice in the text that came
};
void patchObject(Core& core, PatchRequest request, Done done);

struct RemoveRequest {
    const api::Kind* kind = nullptr;
    std::string nameSpace;
    std::string name;
    api::meta::DeleteOptions options;
    User user;
    bool dryRun = false;
};
void removeObject(Core& core, RemoveRequest request, Done done);
/// Deletes everything a list would show; answers with that list when every deletion is decided.
void removeCollection(Core& core, const ListQuery& query, const RemoveRequest& model,
                      std::function<void(Result<ListAnswer>)> done);

// Subresources with a shape of their own.
bool isScale(std::string_view subresource);
Result<std::unique_ptr<google::protobuf::Message>> scaleOf(const api::Kind& kind,
                                                           const api::ObjectPtr& object);
const google::protobuf::Descriptor* scaleType();
void updateScale(Core& core, WriteRequest request, Done done);
void patchScale(Core& core, PatchRequest request, Done done);
const google::protobuf::Descriptor* bindingType();
void bindPod(Core& core, WriteRequest request, Done done);
const google::protobuf::Descriptor* evictionType();
/// The Status of a subresource that made something nobody is shown.
Outcome plainSuccess();
void evictPod(Core& core, WriteRequest request, Done done);
void finalizeNamespace(Core& core, WriteRequest request, Done done);

struct LogQuery {
    std::string container;
    bool follow = false;
    bool previous = false;
    bool timestamps = false;
    std::optional<std::int64_t> tailLines;
    std::optional<std::int64_t> sinceSeconds;
    std::string sinceTime;
    std::optional<std::int64_t> limitBytes;
};
Result<std::unique_ptr<nodelink::PodStream>> openLog(Core& core, const std::string& nameSpace,
                                                     const std::string& pod, const LogQuery& query,
                                                     std::function<void(std::string_view)> onData,
                                                     std::function<void(Result<void>)> onEnd);

/// Creates the objects every cluster has, one after another.
void bootstrap(const std::shared_ptr<Core>& core, std::function<void(Result<void>)> done);

} // namespace wheelhouse::apiserver
