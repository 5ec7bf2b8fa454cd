#pragma once

#include "engine/api/kind.h"
#include "engine/base/assert.h"
#include "engine/base/ids.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace wheelhouse::api {

/// One API object at one revision: never changes after it is made, so it may be shared between threads
/// freely. Holds the protobuf bytes (metadata.resourceVersion included) and, decoded, only what everybody
/// looks up by. Typed access decodes on demand: `pod->as<core::Pod>()`.
class Object {
  public:
    /// Serialises `message`, whose type must be a registered kind. Everything below is read from its
    /// metadata.
    static std::shared_ptr<const Object> of(const google::protobuf::Message& message);
    /// From stored or received bytes of `kind`'s message. Null when they do not parse.
    static std::shared_ptr<const Object> parse(const Kind& kind, std::string bytes);

    const Kind& kind() const { return *kind_; }
    const std::string& nameSpace() const { return nameSpace_; } ///< empty for cluster-scoped kinds
    const std::string& name() const { return name_; }
    const Uid& uid() const { return uid_; }
    Revision revision() const { return revision_; }
    const std::map<std::string, std::string>& labels() const { return labels_; }
    /// The uid of the owner whose reference has `controller: true`, or empty.
    const Uid& controllerUid() const { return controllerUid_; }
    bool deleting() const { return deleting_; } ///< metadata.deletionTimestamp is set
    /// The message's protobuf bytes, without the `k8s\0` envelope.
    const std::string& bytes() const { return bytes_; }
    /// "namespace/name", or "name" for cluster-scoped kinds: unique within a kind.
    std::string key() const { return nameSpace_.empty() ? name_ : nameSpace_ + "/" + name_; }

    /// The typed message; `M` must be this object's kind. Costs one parse.
    template <class M>
    M as() const {
        WH_ASSERT(kind_->descriptor == M::descriptor(), "an object decoded as another kind");
        M message;
        WH_ASSERT(message.ParseFromString(bytes_), "stored bytes of a known kind do not parse");
        return message;
    }
    /// The message without knowing its type.
    std::unique_ptr<google::protobuf::Message> message() const;

  private:
    Object() = default;
    static std::shared_ptr<const Object> make(const Kind& kind, const google::protobuf::Message& message,
                                              std::string bytes);
    const Kind* kind_ = nullptr;
    std::string nameSpace_;
    std::string name_;
    Uid uid_;
    Uid controllerUid_;
    Revision revision_ = 0;
    bool deleting_ = false;
    std::map<std::string, std::string> labels_;
    std::string bytes_;
};

using ObjectPtr = std::shared_ptr<const Object>;

} // namespace wheelhouse::api
