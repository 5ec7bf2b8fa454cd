#pragma once

#include "engine/api/field_set.h"
#include "engine/api/merge_schema.h"
#include "engine/api/types.h"
#include "engine/base/status.h"

#include <google/protobuf/message.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wheelhouse::api::apply {

// Server-side apply and the record of who set which field (metadata.managedFields), with the rules of
// structured-merge-diff and apimachinery's managedfields. Pure, and thread-safe but for SetCache.

using ManagedFields = google::protobuf::RepeatedPtrField<meta::ManagedFieldsEntry>;

/// What leads from one object to another. No field is in two of the sets.
struct Comparison {
    Set added;
    Set modified;
    Set removed;
    bool same() const { return added.empty() && modified.empty() && removed.empty(); }
    Set changed() const { return added.unionWith(modified); }
};

/// Compares two objects of one message type as their JSON would be, in one walk. Metadata nobody can own
/// (name, uid, resourceVersion, managedFields, …) and top-level fields that are members of `ignored` are left
/// out.
Comparison compare(const google::protobuf::Message& before, const google::protobuf::Message& after,
                   const Set& ignored = {});
/// The same of JSON texts by any schema. InternalError when one is no object or does not fit the schema.
Result<Comparison> compareJson(const Type& type, std::string_view before, std::string_view after,
                               const Set& ignored = {});
/// The fields an object of JSON sets.
Result<Set> fieldsOfJson(const Type& type, std::string_view object);

/// Remembers parsed field sets by their text: most objects share theirs. Not thread-safe. Bounded.
class SetCache {
  public:
    /// Null when the text is no field set.
    std::shared_ptr<const Set> parse(const std::string& json);

  private:
    std::unordered_map<std::string, std::shared_ptr<const Set>> sets_;
};

/// Who writes, and by which path.
struct Writer {
    std::string manager;     ///< empty = "unknown"
    std::string apiVersion;  ///< "apps/v1"
    std::string kind;        ///< "Deployment"
    std::string subresource; ///< empty = the object itself
    Set resets;              ///< fields this path cannot change: nobody comes to own them by it
    meta::Time now;
};

/// What an update, create or patch makes of the record: the manager owns what it changed, whoever owned it
/// before does not any more. `fromRequest` is the record the new object came with, `live` the stored one's;
/// `creates` when nothing was stored. The answer is what to store; empty = nobody is tracked.
ManagedFields track(const Writer& writer, const Comparison& changes, const ManagedFields& live,
                    const ManagedFields& fromRequest, bool creates, SetCache& cache);

/// Both are the same but for the times.
bool sameButTimes(const ManagedFields& a, const ManagedFields& b);

struct ApplyRequest {
    Writer writer;
    bool force = false;
    const Type* type = nullptr;
    std::string_view config; ///< the applied configuration, JSON
    /// The stored object as JSON without managedFields; that of an empty object of the kind where nothing is
    /// stored.
    std::string_view live;
    std::string_view empty; ///< an empty object of the kind, JSON
    std::string name;       ///< of the object, with its namespace, for messages: "default/web"
    const ManagedFields* managed = nullptr; ///< of the stored object
};

struct Applied {
    std::string object; ///< JSON; not defaulted, without managedFields
    ManagedFields managed;
    bool changed = true; ///< false: `object` is the live one
};

/// Lays a configuration over the live object: fields it sets are owned by the manager, fields it set before
/// and no longer mentions go unless somebody else owns them. Conflict (with one cause for each field) when it
/// would change what others own and is not forced; BadRequest for a configuration of another version or with
/// managedFields; InternalError for one that does not fit the schema.
Result<Applied> apply(const ApplyRequest& request, SetCache& cache);

// The scale subresource shows of the record what concerns the replicas.

/// Where the replicas stand in each version of the parent, by apiVersion, as a set of that one field. Entries
/// of other versions are dropped.
using ReplicasPaths = std::map<std::string, Set>;

/// The record of a Scale: the entries that own the replicas, as of autoscaling/v1.
ManagedFields toScale(const ManagedFields& parent, const ReplicasPaths& paths, SetCache& cache);
/// The parent's record after its Scale was written with record `scale` through `parentVersion`.
ManagedFields fromScale(const ManagedFields& parent, const ManagedFields& scale,
                        const std::string& parentVersion, const ReplicasPaths& paths, SetCache& cache);

} // namespace wheelhouse::api::apply
