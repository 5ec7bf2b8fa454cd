#include "engine/api/object.h"

#include "engine/api/codec.h"
#include "engine/api/types.h"

#include <charconv>

namespace wheelhouse::api {
namespace {

const meta::ObjectMeta& metadataOf(const google::protobuf::Message& message) {
    const auto* field = message.GetDescriptor()->FindFieldByNumber(1);
    WH_ASSERT(field != nullptr && field->message_type() == meta::ObjectMeta::descriptor(),
              "a registered kind without metadata as its first field");
    return static_cast<const meta::ObjectMeta&>(message.GetReflection()->GetMessage(message, field));
}

Revision parseRevision(const std::string& text) {
    Revision revision = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
    return error == std::errc() && end == text.data() + text.size() ? revision : 0;
}

} // namespace

std::shared_ptr<const Object> Object::of(const google::protobuf::Message& message) {
    const Kind* kind = findKind(message.GetDescriptor());
    WH_ASSERT(kind != nullptr, "an object of a kind that is not registered");
    return make(*kind, message, serialize(message));
}

std::shared_ptr<const Object> Object::parse(const Kind& kind, std::string bytes) {
    const std::unique_ptr<google::protobuf::Message> message = kind.newMessage();
    if (!message->ParseFromString(bytes)) return nullptr;
    return make(kind, *message, std::move(bytes));
}

std::shared_ptr<const Object> Object::make(const Kind& kind, const google::protobuf::Message& message,
                                           std::string bytes) {
    const meta::ObjectMeta& metadata = metadataOf(message);
    std::shared_ptr<Object> object(new Object);
    object->kind_ = &kind;
    object->nameSpace_ = metadata.namespace_();
    object->name_ = metadata.name();
    object->uid_ = Uid(metadata.uid());
    object->revision_ = parseRevision(metadata.resourceversion());
    object->deleting_ = metadata.has_deletiontimestamp();
    object->labels_.insert(metadata.labels().begin(), metadata.labels().end());
    for (const meta::OwnerReference& owner : metadata.ownerreferences()) {
        if (owner.controller()) {
            object->controllerUid_ = Uid(owner.uid());
            break;
        }
    }
    object->bytes_ = std::move(bytes);
    return object;
}

std::unique_ptr<google::protobuf::Message> Object::message() const {
    std::unique_ptr<google::protobuf::Message> message = kind_->newMessage();
    WH_ASSERT(message->ParseFromString(bytes_), "stored bytes of a known kind do not parse");
    return message;
}

} // namespace wheelhouse::api
