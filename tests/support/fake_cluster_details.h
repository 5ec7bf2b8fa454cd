#pragma once

// What the two sources of FakeCluster share.
#include "fake_cluster.h"

#include "engine/api/codec.h"
#include "engine/api/groups/authentication.h"
#include "engine/api/selector.h"
#include "engine/api/time.h"
#include "engine/api/types.h"
#include "engine/client/metadata.h"

#include <algorithm>
#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>

namespace wheelhouse::tests {

using namespace client;
namespace core = api::core;
namespace authn = api::authentication;
namespace authz = api::authorization;

inline std::string keyOf(const std::string& nameSpace, const std::string& name) {
    return nameSpace.empty() ? name : nameSpace + "/" + name;
}

inline Status notFound(const ResourceName& resource, const std::string& name) {
    Status status;
    status.reason = Reason::NotFound;
    status.message = fmt::format("{}{}{} \"{}\" not found", resource.resource,
                                 resource.group.empty() ? "" : ".", resource.group, name);
    status.group = resource.group;
    status.kind = resource.resource;
    status.name = name;
    return status;
}

inline Status conflict(const api::Kind& kind, const std::string& name, const std::string& why) {
    Status status;
    status.reason = Reason::Conflict;
    status.message =
        fmt::format("Operation cannot be fulfilled on {} \"{}\": {}", kind.name.resource, name, why);
    status.group = kind.name.group;
    status.kind = kind.name.resource;
    status.name = name;
    return status;
}

/// Copies a whole field, or clears it where `from` has none.
inline void copyField(const google::protobuf::Message& from, google::protobuf::Message& to,
                      const char* name) {
    const auto* field = to.GetDescriptor()->FindFieldByName(name);
    if (!field) return;
    const auto* reflection = to.GetReflection();
    if (!from.GetReflection()->HasField(from, field)) {
        reflection->ClearField(&to, field);
        return;
    }
    reflection->MutableMessage(&to, field)->CopyFrom(from.GetReflection()->GetMessage(from, field));
}

inline bool sameField(const google::protobuf::Message& a, const google::protobuf::Message& b,
                      const char* name) {
    const auto* field = a.GetDescriptor()->FindFieldByName(name);
    if (!field) return true;
    return google::protobuf::util::MessageDifferencer::Equals(a.GetReflection()->GetMessage(a, field),
                                                              b.GetReflection()->GetMessage(b, field));
}

template <class T>
void FakeCluster::answer(Callback<T> done, Result<T> result) {
    executor_.postAfter(latency_, [done = std::move(done), result = std::move(result)] { done(result); });
}

} // namespace wheelhouse::tests
