#pragma once

#include "engine/api/codec.h"
#include "engine/api/groups/custom.h"
#include "engine/api/object.h"
#include "engine/api/semantics.h"
#include "engine/api/table.h"
#include "engine/api/types.h"
#include "engine/base/status.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::api {

namespace custom {
struct Schema;
}
namespace apply {
struct Type;
}
class PackedText;

/// What one version of a CustomResourceDefinition says about its kind beyond names. Never changes;
/// thread-safe. The schema is kept as packed text and taken apart when it is needed; only those used last
/// stay taken apart. Most kinds of a cluster are rarely touched, and there may be hundreds.
class CustomResource {
  public:
    struct Column {
        Table::Column column;
        std::string path; ///< JSONPath
    };
    struct Scale {
        std::string specReplicasPath; ///< ".spec.replicas"
        std::string statusReplicasPath;
        std::string labelSelectorPath; ///< empty = none
    };
    struct Definition {
        std::string schema; ///< openAPIV3Schema as JSON; afterwards `schemaText` has it
        bool status = false;
        std::optional<Scale> scale;
        std::vector<Column> columns;               ///< empty = Age
        std::vector<std::string> selectableFields; ///< "spec.color"
        std::string deprecation; ///< the warning for whoever uses this version; empty = none
        std::string listKind;
    };

    CustomResource(Definition definition, std::string hash);
    ~CustomResource();
    const Definition& definition() const { return definition_; }
    std::string schemaText() const;
    /// Hold it while you look at it.
    std::shared_ptr<const custom::Schema> schema() const;
    /// How versions of an object are merged (server-side apply).
    std::shared_ptr<const apply::Type> mergeType() const;
    /// Hexadecimal; different for different definitions.
    const std::string& hash() const { return hash_; }
    /// What `kubectl get` shows: Name, then the definition's columns or Age.
    const std::vector<Table::Column>& columns() const { return columns_; }

  private:
    Definition definition_; ///< without the schema
    const std::unique_ptr<const PackedText> packed_;
    std::string hash_;
    std::vector<Table::Column> columns_;
    mutable std::mutex mutex_;
    mutable std::weak_ptr<const custom::Schema> schema_;
    mutable std::weak_ptr<const apply::Type> mergeType_;
};

/// The row of a custom kind. Every row of such a kind is one of these (`customOf`).
struct CustomKind final : Kind {
    CustomKind(Kind row, CustomResource::Definition definition, std::string hash)
        : Kind(std::move(row)), custom(std::move(definition), std::move(hash)) {}
    CustomResource custom;
};
/// What a definition says about `kind`; null for built-in kinds.
inline const CustomResource* customOf(const Kind& kind) {
    const bool custom = kind.descriptor == CustomObject::descriptor() && kind.storedAs != nullptr;
    return custom ? &static_cast<const CustomKind&>(kind).custom : nullptr;
}

/// The row under which the objects of a definition are stored, whatever their version: it has no version, is
/// the same for every definition of that name, and is served nowhere. Thread-safe.
const Kind& customStorage(const std::string& group, const std::string& resource);
/// The row the store keeps objects under, by its name: a built-in one, or that of custom objects. Null for a
/// built-in name this program does not know.
const Kind* findStorageKind(const ResourceName& name);

/// The row of one version of a custom kind. `names` as accepted; kept for the life of the program, and the
/// same one for the same content, so that what changes and changes back leaves no trace.
struct CustomNames {
    std::string group;
    std::string plural;
    std::string kind;
    std::string singular;
    std::vector<std::string> shortNames;
    std::vector<std::string> categories;
    bool namespaced = false;
};
const Kind& customKind(const CustomNames& names, const std::string& version,
                       CustomResource::Definition definition);
/// A row for a custom kind known only by its names, as clients of a far server have it.
const Kind& customKind(const CustomNames& names, const std::string& version);

// What by_kind.h offers, of custom objects alone. `object` is a CustomObject of `kind`.
namespace custom {

/// Takes away what the schema does not know and returns the paths of it.
std::vector<std::string> prune(const Kind& kind, CustomObject& object);
void applyDefaults(const Kind& kind, CustomObject& object);
void prepareCreate(const Kind& kind, CustomObject& object);
void prepareUpdate(const Kind& kind, CustomObject& object, const CustomObject& old, bool statusSubresource);
/// `old` null = the object is new.
std::vector<Cause> validate(const Kind& kind, const CustomObject& object, const CustomObject* old);
std::vector<Table::Cell> cells(const Kind& kind, const CustomObject& object, WallTime now);
/// The value of a selectable field as text; empty when there is none.
std::string fieldValue(const CustomObject& object, std::string_view path);

/// What the scale subresource shows. InternalError when the object says no number of wanted replicas.
struct ScaleNumbers {
    std::int64_t wanted = 0;
    std::int64_t actual = 0;
    std::string selector;
};
Result<ScaleNumbers> scaleOf(const Kind& kind, const CustomObject& object);
/// Invalid paths change nothing.
void setReplicas(const Kind& kind, CustomObject& object, std::int64_t replicas);

/// Whether a CustomResourceDefinition has x-kubernetes-validations anywhere.
bool hasCelRules(const google::protobuf::Message& definition);

} // namespace custom

} // namespace wheelhouse::api
