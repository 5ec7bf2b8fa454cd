#include "engine/client/metadata.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

namespace wheelhouse::client {

api::meta::ObjectMeta metadataOf(const api::Object& object) {
    using google::protobuf::internal::WireFormatLite;
    // Every kind has its metadata in field 1.
    constexpr std::uint32_t metadataTag =
        WireFormatLite::MakeTag(1, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
    const std::string& bytes = object.bytes();
    google::protobuf::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                              static_cast<int>(bytes.size()));
    api::meta::ObjectMeta metadata;
    while (const std::uint32_t tag = in.ReadTag()) {
        if (tag != metadataTag) {
            if (!WireFormatLite::SkipField(&in, tag)) break;
            continue;
        }
        std::uint32_t length = 0;
        if (!in.ReadVarint32(&length)) break;
        const auto limit = in.PushLimit(static_cast<int>(length));
        WH_ASSERT(metadata.MergeFromCodedStream(&in), "stored metadata does not parse");
        in.PopLimit(limit);
    }
    return metadata;
}

api::meta::ObjectMeta& metadataOf(google::protobuf::Message& message) {
    const auto* field = message.GetDescriptor()->FindFieldByName("metadata");
    WH_ASSERT(field != nullptr, "a registered kind without metadata");
    return static_cast<api::meta::ObjectMeta&>(*message.GetReflection()->MutableMessage(&message, field));
}

api::meta::OwnerReference controllerReference(const api::Object& owner) {
    api::meta::OwnerReference reference;
    reference.set_apiversion(owner.kind().apiVersion());
    reference.set_kind(owner.kind().kind);
    reference.set_name(owner.name());
    reference.set_uid(owner.uid().value());
    reference.set_controller(true);
    reference.set_blockownerdeletion(true);
    return reference;
}

const api::meta::OwnerReference* controllerOf(const api::meta::ObjectMeta& metadata) {
    for (const auto& reference : metadata.ownerreferences())
        if (reference.controller()) return &reference;
    return nullptr;
}

api::core::ObjectReference referenceTo(const api::Object& object) {
    api::core::ObjectReference reference;
    reference.set_apiversion(object.kind().apiVersion());
    reference.set_kind(object.kind().kind);
    reference.set_namespace_(object.nameSpace());
    reference.set_name(object.name());
    reference.set_uid(object.uid().value());
    reference.set_resourceversion(std::to_string(object.revision()));
    return reference;
}

} // namespace wheelhouse::client
