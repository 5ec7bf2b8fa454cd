#pragma once

#include "engine/api/apply.h"
#include "engine/api/codec.h"
#include "engine/api/merge_schema.h"
#include "engine/api/object.h"
#include "engine/api/semantics.h"

#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::api {

// What semantics.h, codec.h and apply.h offer by message type, by row. Where several rows show the same
// stored objects (`Kind::storedAs`) the row says how: the versions of a custom kind by their schemas, a
// built-in alias by translation (alias.h). Everything else is as by message type. Pure and thread-safe.
//
// An object has two forms. As it is shown it is a message of the row. As it is worked on, its draft, it is a
// message of what is stored; only for aliases are these two types.

/// `Object::of` for a kind whose message type does not tell it.
ObjectPtr objectOf(const Kind& kind, const google::protobuf::Message& message);
/// An object of the store as `kind` shows it; itself when it is that already.
ObjectPtr shownAs(const Kind& kind, const ObjectPtr& object);
/// A stored object as `kind` shows it: a custom one without what the schema does not know (any more), and
/// with defaults that came later.
std::unique_ptr<google::protobuf::Message> messageAs(const Kind& kind, const Object& object);
/// That as JSON.
std::string jsonAs(const Kind& kind, const Object& object);

/// A stored object to work on, as `messageAs` does for custom ones.
std::unique_ptr<google::protobuf::Message> draftOf(const Kind& kind, const Object& object);
/// What a client sent as `kind`, to work on. A draft stays what it is.
std::unique_ptr<google::protobuf::Message> toDraft(const Kind& kind,
                                                   std::unique_ptr<google::protobuf::Message> message);
/// The row a draft of `kind` speaks of: its version is the one of its fields.
const Kind& draftKind(const Kind& kind);

// `object` is a draft of `kind`.
void applyDefaults(const Kind& kind, google::protobuf::Message& object);
std::vector<Cause> validateCreate(const Kind& kind, const google::protobuf::Message& object);
std::vector<Cause> validateUpdate(const Kind& kind, const google::protobuf::Message& object,
                                  const google::protobuf::Message& old);
void prepareCreate(const Kind& kind, google::protobuf::Message& object);
void prepareUpdate(const Kind& kind, google::protobuf::Message& object, const google::protobuf::Message& old,
                   bool statusSubresource);

/// JSON of an object of `kind`, as it is shown. Of a custom kind, fields its schema does not know are taken
/// away and noted as unknown.
Result<Decoded> decodeJson(std::string_view json, const Kind& kind, FieldValidation validation);

/// How drafts of `kind` are merged.
std::shared_ptr<const apply::Type> mergeTypeOf(const Kind& kind);
/// What leads from one draft to another. Nothing where one does not fit its schema: of such an object nobody
/// knows who set what.
apply::Comparison compareDrafts(const Kind& kind, const google::protobuf::Message& before,
                                const google::protobuf::Message& after, const apply::Set& ignored);

} // namespace wheelhouse::api
