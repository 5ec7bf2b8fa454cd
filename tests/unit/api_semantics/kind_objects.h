#pragma once

#include "kind_samples.h"
#include "objects.h"

namespace wheelhouse::api::test {

using google::protobuf::Message;

inline const Sample& base(const QString& name) {
    return kindSamples().at(name.toStdString());
}

inline std::unique_ptr<Message> decode(const Kind& kind, std::string_view json) {
    Result<Decoded> decoded = decodeJson(json, kind.descriptor, FieldValidation::Strict);
    if (!decoded) qFatal("test object does not decode: %s", decoded.error().message.c_str());
    return std::move(decoded->message);
}

inline meta::ObjectMeta& metadataOf(Message& object) {
    const auto* field = object.GetDescriptor()->FindFieldByName("metadata");
    return static_cast<meta::ObjectMeta&>(*object.GetReflection()->MutableMessage(&object, field));
}

/// The base with a merge patch over it, as the server would store it.
inline std::unique_ptr<Message> created(const Sample& of, const QString& change) {
    const Kind& kind = *findKind(of.apiVersion, of.kind);
    const auto json = applyPatch(of.json, change.toStdString(), PatchType::Merge, kind.descriptor);
    if (!json) qFatal("test change does not apply: %s", json.error().message.c_str());
    auto message = decode(kind, *json);
    metadataOf(*message).set_uid("11111111-2222-3333-4444-555555555555");
    metadataOf(*message).mutable_creationtimestamp()->set_seconds(1'700'000'000);
    prepareCreate(*message);
    applyDefaults(*message);
    return message;
}

} // namespace wheelhouse::api::test
