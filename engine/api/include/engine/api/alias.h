#pragma once

#include "engine/api/kind.h"

#include <string>
#include <string_view>

namespace wheelhouse::api {

// Some kinds are the same objects in another shape (`Kind::storedAs`): events.k8s.io/v1 shows the events of
// v1, autoscaling/v1 the autoscalers of v2. They are translated where a request comes in and where its answer
// goes out (by_kind.h). Pure, thread-safe.

/// Whether objects of `kind` are stored as another message type.
bool isAlias(const Kind& kind);
/// An object of `alias`' message as what is stored.
std::unique_ptr<google::protobuf::Message> toStored(const Kind& alias,
                                                    const google::protobuf::Message& message);
/// What is stored as an object of `alias`' message.
std::unique_ptr<google::protobuf::Message> fromStored(const Kind& alias,
                                                      const google::protobuf::Message& stored);
/// The stored field that a field selector's name means in `alias`; the name itself where they agree.
std::string storedField(const Kind& alias, std::string_view field);

} // namespace wheelhouse::api
