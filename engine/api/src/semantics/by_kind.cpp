#include "engine/api/by_kind.h"

#include "custom/definition.h"
#include "engine/api/alias.h"
#include "engine/api/custom_resource.h"
#include "semantics/event_rules.h"

namespace wheelhouse::api {

using google::protobuf::Message;

namespace {

CustomObject& typed(Message& object) {
    return static_cast<CustomObject&>(object);
}
const CustomObject& typed(const Message& object) {
    return static_cast<const CustomObject&>(object);
}

/// The rules of a definition are those of schemas.
void addDefinition(const Message& object, const Message* old, std::vector<Cause>& causes) {
    using apiextensions::CustomResourceDefinition;
    if (object.GetDescriptor() != CustomResourceDefinition::descriptor()) return;
    for (Cause& cause : semantics::validateDefinition(static_cast<const CustomResourceDefinition&>(object),
                                                      static_cast<const CustomResourceDefinition*>(old)))
        causes.push_back(std::move(cause));
}

/// Events of the newer group have another word for who reports, and more to keep to.
void addEvent(const Kind& kind, const Message& object, const Message* old, std::vector<Cause>& causes) {
    if (kind.descriptor != events::Event::descriptor()) return;
    for (Cause& cause : causes)
        if (cause.field == "reportingComponent") cause.field = "reportingController";
    semantics::Problems problems;
    const auto& event = static_cast<const core::Event&>(object);
    if (old == nullptr)
        semantics::validateStrictly(event, problems);
    else
        semantics::validateChangeStrictly(event, static_cast<const core::Event&>(*old), problems);
    for (Cause& cause : problems.take())
        causes.push_back(std::move(cause));
}

} // namespace

void applyDefaults(const Kind& kind, Message& object) {
    if (customOf(kind))
        custom::applyDefaults(kind, typed(object));
    else
        applyDefaults(object);
}

std::vector<Cause> validateCreate(const Kind& kind, const Message& object) {
    if (customOf(kind)) return custom::validate(kind, typed(object), nullptr);
    std::vector<Cause> causes = validateCreate(object);
    addDefinition(object, nullptr, causes);
    addEvent(kind, object, nullptr, causes);
    return causes;
}

std::vector<Cause> validateUpdate(const Kind& kind, const Message& object, const Message& old) {
    if (customOf(kind)) return custom::validate(kind, typed(object), &typed(old));
    std::vector<Cause> causes = validateUpdate(object, old);
    addDefinition(object, &old, causes);
    addEvent(kind, object, &old, causes);
    return causes;
}

void prepareCreate(const Kind& kind, Message& object) {
    if (customOf(kind))
        custom::prepareCreate(kind, typed(object));
    else
        prepareCreate(object);
}

void prepareUpdate(const Kind& kind, Message& object, const Message& old, bool statusSubresource) {
    if (customOf(kind))
        custom::prepareUpdate(kind, typed(object), typed(old), statusSubresource);
    else
        prepareUpdate(object, old, statusSubresource);
}

ObjectPtr objectOf(const Kind& kind, const Message& message) {
    WH_ASSERT(kind.descriptor == message.GetDescriptor(), "an object of another kind's type");
    if (findKind(message.GetDescriptor()) == &kind) return Object::of(message);
    return Object::parse(kind, serialize(message));
}

ObjectPtr shownAs(const Kind& kind, const ObjectPtr& object) {
    if (object == nullptr || &object->kind() == &kind) return object;
    return objectOf(kind, *messageAs(kind, *object));
}

std::unique_ptr<Message> messageAs(const Kind& kind, const Object& object) {
    std::unique_ptr<Message> draft = draftOf(kind, object);
    return isAlias(kind) && &object.kind() != &kind ? fromStored(kind, *draft) : std::move(draft);
}

std::unique_ptr<Message> draftOf(const Kind& kind, const Object& object) {
    std::unique_ptr<Message> message = object.message();
    if (!customOf(kind)) return message;
    custom::prune(kind, typed(*message));
    custom::applyDefaults(kind, typed(*message));
    return message;
}

std::unique_ptr<Message> toDraft(const Kind& kind, std::unique_ptr<Message> message) {
    if (!isAlias(kind) || message->GetDescriptor() != kind.descriptor) return message;
    return toStored(kind, *message);
}

const Kind& draftKind(const Kind& kind) {
    return isAlias(kind) ? kind.storage() : kind;
}

std::string jsonAs(const Kind& kind, const Object& object) {
    return encodeJson(*messageAs(kind, object), kind.apiVersion(), kind.kind);
}

Result<Decoded> decodeJson(std::string_view json, const Kind& kind, FieldValidation validation) {
    if (!customOf(kind)) return decodeJson(json, kind.descriptor, validation);
    const FieldValidation noted = validation == FieldValidation::Strict ? FieldValidation::Warn : validation;
    auto decoded = decodeJson(json, kind.descriptor, noted);
    if (!decoded) return decoded;
    decoded->kind = &kind;
    for (const std::string& path : custom::prune(kind, typed(*decoded->message)))
        if (validation != FieldValidation::Ignore)
            decoded->warnings.push_back("unknown field \"" + path + "\"");
    if (validation != FieldValidation::Strict || decoded->warnings.empty()) return decoded;
    std::string all;
    for (const std::string& warning : decoded->warnings)
        all += (all.empty() ? "" : ", ") + warning;
    return fail(Reason::BadRequest, kind.kind + " in version \"" + kind.name.version +
                                        "\" cannot be handled as a " + kind.kind +
                                        ": strict decoding error: " + all);
}

std::shared_ptr<const apply::Type> mergeTypeOf(const Kind& kind) {
    if (customOf(kind)) return customOf(kind)->mergeType();
    return {std::shared_ptr<void>(), &apply::typeOf(draftKind(kind).descriptor)};
}

apply::Comparison compareDrafts(const Kind& kind, const Message& before, const Message& after,
                                const apply::Set& ignored) {
    if (!customOf(kind)) return apply::compare(before, after, ignored);
    const auto json = [&](const Message& draft) { return encodeJson(draft, kind.apiVersion(), kind.kind); };
    return apply::compareJson(*mergeTypeOf(kind), json(before), json(after), ignored)
        .value_or(apply::Comparison());
}

} // namespace wheelhouse::api
