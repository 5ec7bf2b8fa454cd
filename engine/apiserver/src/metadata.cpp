#include "metadata.h"

#include "engine/api/by_kind.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

namespace wheelhouse::apiserver {

using google::protobuf::Message;

Message* subMessage(Message& message, const char* field) {
    const auto* descriptor = message.GetDescriptor()->FindFieldByName(field);
    if (!descriptor || descriptor->is_repeated() ||
        descriptor->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE)
        return nullptr;
    return message.GetReflection()->MutableMessage(&message, descriptor);
}

const Message* subMessage(const Message& message, const char* field) {
    const auto* descriptor = message.GetDescriptor()->FindFieldByName(field);
    if (!descriptor || descriptor->is_repeated() ||
        descriptor->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE)
        return nullptr;
    return &message.GetReflection()->GetMessage(message, descriptor);
}

api::meta::ObjectMeta& metadataOf(Message& message) {
    auto* metadata = subMessage(message, "metadata");
    WH_ASSERT(metadata && metadata->GetDescriptor() == api::meta::ObjectMeta::descriptor(),
              "a registered kind without object metadata");
    return static_cast<api::meta::ObjectMeta&>(*metadata);
}

const api::meta::ObjectMeta& metadataOf(const Message& message) {
    const auto* metadata = subMessage(message, "metadata");
    WH_ASSERT(metadata && metadata->GetDescriptor() == api::meta::ObjectMeta::descriptor(),
              "a registered kind without object metadata");
    return static_cast<const api::meta::ObjectMeta&>(*metadata);
}

api::ObjectPtr atRevision(const api::ObjectPtr& object, Revision revision) {
    const auto message = object->message();
    metadataOf(*message).set_resourceversion(std::to_string(revision));
    return api::objectOf(object->kind(), *message);
}

std::string deterministicBytes(const Message& message) {
    std::string bytes;
    {
        google::protobuf::io::StringOutputStream stream(&bytes);
        google::protobuf::io::CodedOutputStream coded(&stream);
        coded.SetSerializationDeterministic(true);
        message.SerializePartialToCodedStream(&coded);
    }
    return bytes;
}

std::string keyOf(const api::Kind& kind, const std::string& nameSpace, const std::string& name) {
    return kind.namespaced ? nameSpace + "/" + name : name;
}

std::unique_ptr<Message> cloneOf(const Message& message) {
    std::unique_ptr<Message> copy(message.New());
    copy->CopyFrom(message);
    return copy;
}

} // namespace wheelhouse::apiserver
