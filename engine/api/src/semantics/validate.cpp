#include "engine/api/semantics.h"
#include "semantics/kind_rules.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace wheelhouse::api {

namespace {

using google::protobuf::Message;
using semantics::Path;
using semantics::Problems;

template <class M>
bool create(const Message& object, Problems& problems) {
    if (object.GetDescriptor() != M::descriptor()) return false;
    semantics::validate(static_cast<const M&>(object), problems);
    return true;
}

template <class M>
bool change(const Message& object, const Message& old, Problems& problems) {
    if (object.GetDescriptor() != M::descriptor()) return false;
    semantics::validateChange(static_cast<const M&>(object), static_cast<const M&>(old), problems);
    return true;
}

/// A kind without rules of its own still has metadata.
const meta::ObjectMeta* metadataOf(const Message& object) {
    const auto* field = object.GetDescriptor()->FindFieldByName("metadata");
    if (field == nullptr || field->message_type() != meta::ObjectMeta::descriptor()) return nullptr;
    return static_cast<const meta::ObjectMeta*>(&object.GetReflection()->GetMessage(object, field));
}

void validateNew(const Message& object, Problems& problems) {
    const bool known =
        create<core::Pod>(object, problems) || create<apps::Deployment>(object, problems) ||
        create<apps::ReplicaSet>(object, problems) || create<core::Service>(object, problems) ||
        create<core::Namespace>(object, problems) || create<core::Node>(object, problems) ||
        create<core::ConfigMap>(object, problems) || create<core::Secret>(object, problems) ||
        create<core::ServiceAccount>(object, problems) || create<core::Event>(object, problems) ||
        create<coordination::Lease>(object, problems) || create<discovery::EndpointSlice>(object, problems) ||
        create<lab::Machine>(object, problems);
    if (!known) {
        const Kind* kind = findKind(object.GetDescriptor());
        const meta::ObjectMeta* metadata = metadataOf(object);
        const semantics::KindRules* rules = semantics::rulesFor(object.GetDescriptor());
        if (metadata != nullptr && kind != nullptr) {
            semantics::validateMeta(*metadata, kind->namespaced,
                                    rules != nullptr ? rules->name : semantics::dnsSubdomain,
                                    Path("metadata"), problems);
        }
        if (rules != nullptr && rules->check != nullptr) rules->check(object, problems);
    }
    semantics::validateEnumerations(object, problems);
}

} // namespace

std::vector<Cause> validateCreate(const Message& object) {
    Problems problems;
    validateNew(object, problems);
    const auto* pod =
        object.GetDescriptor() == core::Pod::descriptor() ? static_cast<const core::Pod*>(&object) : nullptr;
    if (pod != nullptr && pod->spec().ephemeralcontainers_size() > 0) {
        problems.forbidden(Path("spec").child("ephemeralContainers"), "cannot be set on create");
    }
    return problems.take();
}

std::vector<Cause> validateUpdate(const Message& object, const Message& old) {
    Problems problems;
    const bool known =
        change<core::Pod>(object, old, problems) || change<apps::Deployment>(object, old, problems) ||
        change<apps::ReplicaSet>(object, old, problems) || change<core::Service>(object, old, problems) ||
        change<core::Namespace>(object, old, problems) || change<core::Node>(object, old, problems) ||
        change<core::ConfigMap>(object, old, problems) || change<core::Secret>(object, old, problems) ||
        change<core::ServiceAccount>(object, old, problems) || change<core::Event>(object, old, problems) ||
        change<coordination::Lease>(object, old, problems) ||
        change<discovery::EndpointSlice>(object, old, problems) ||
        change<lab::Machine>(object, old, problems);
    if (!known) {
        const meta::ObjectMeta* now = metadataOf(object);
        const meta::ObjectMeta* before = metadataOf(old);
        if (now != nullptr && before != nullptr) {
            semantics::validateMetaUpdate(*now, *before, Path("metadata"), problems);
        }
        const semantics::KindRules* rules = semantics::rulesFor(object.GetDescriptor());
        if (rules != nullptr && rules->checkChange != nullptr) rules->checkChange(object, old, problems);
    }
    Problems inNew;
    validateNew(object, inNew);
    std::vector<Cause> causes = problems.take();
    for (Cause& cause : inNew.take()) {
        if (std::find(causes.begin(), causes.end(), cause) == causes.end())
            causes.push_back(std::move(cause));
    }
    return causes;
}

Status invalid(const Kind& kind, std::string_view name, std::vector<Cause> causes) {
    std::vector<std::string> texts;
    std::set<std::string> seen;
    for (const Cause& cause : causes) {
        std::string text = cause.field.empty() ? cause.message : cause.field + ": " + cause.message;
        if (seen.insert(text).second) texts.push_back(std::move(text));
    }
    const std::string what = kind.name.group.empty() ? kind.kind : kind.kind + "." + kind.name.group;
    Status status;
    status.reason = Reason::Invalid;
    status.message = fmt::format("{} \"{}\" is invalid", what, name);
    if (texts.size() == 1) status.message += ": " + texts.front();
    if (texts.size() > 1) status.message += fmt::format(": [{}]", fmt::join(texts, ", "));
    status.group = kind.name.group;
    status.kind = kind.kind;
    status.name = std::string(name);
    status.causes = std::move(causes);
    return status;
}

} // namespace wheelhouse::api
