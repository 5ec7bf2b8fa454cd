// FakeCluster: what changes objects.
#include "fake_cluster.h"
#include "fake_cluster_details.h"

namespace wheelhouse::tests {

void FakeCluster::create(const ResourceName& resource, const std::string& nameSpace, Body body,
                         const WriteOptions& options, Callback<Written> done) {
    Made& call = note("create", resource, nameSpace, {}, options.subresource);
    write(call, std::move(done), [&]() -> Result<Written> {
        const api::Kind* kind = api::findKind(resource);
        if (!kind) return fail(notFound(resource, ""));
        if (options.subresource == "binding") return bindNow(nameSpace, body, call.name);
        if (options.subresource == "eviction") return evictNow(nameSpace, body, call.name);
        if (options.subresource == "token") return tokenNow(nameSpace, body, call.name);
        auto message = decode(*kind, body);
        if (!message) return fail(message.error());
        if (auto* review = dynamic_cast<authz::SubjectAccessReview*>(message->get())) {
            review->mutable_status()->set_allowed(mayDo && mayDo(*review));
            return Written{nullptr, std::move(*message), true, {}};
        }
        if (auto* question = dynamic_cast<api::lab::WhatIf*>(message->get())) {
            if (whatIf) whatIf(nameSpace, *question);
            return Written{nullptr, std::move(*message), true, {}};
        }
        return createNow(*kind, nameSpace, std::move(*message), options, call.name);
    });
}

Result<Written> FakeCluster::createNow(const api::Kind& kind, const std::string& nameSpace, Message message,
                                       const WriteOptions& options, std::string& name) {
    auto& metadata = metadataOf(*message);
    if (!metadata.resourceversion().empty())
        return fail(Reason::BadRequest, "resourceVersion should not be set on objects to be created");
    if (kind.namespaced) {
        if (nameSpace.empty()) return fail(Reason::BadRequest, "a namespace is needed");
        if (!metadata.namespace_().empty() && metadata.namespace_() != nameSpace)
            return fail(Reason::BadRequest,
                        "the namespace of the object does not match the namespace of the request");
        metadata.set_namespace_(nameSpace);
        const auto home = get<core::Namespace>(nameSpace);
        if (home && home->metadata().has_deletiontimestamp())
            return fail(Reason::Forbidden, "the namespace is being terminated");
    }
    for (int attempt = 0; metadata.name().empty() || attempt > 0; ++attempt) {
        if (metadata.generatename().empty()) return fail(Reason::Invalid, "name or generateName is required");
        metadata.set_name(metadata.generatename() + randomSuffix(random_, 5));
        if (!find(kind.name, keyOf(metadata.namespace_(), metadata.name())) || attempt == 7) break;
    }
    name = metadata.name();
    if (find(kind.name, keyOf(metadata.namespace_(), name))) {
        Status status = notFound(kind.name, name);
        status.reason = Reason::AlreadyExists;
        status.message = fmt::format("{} \"{}\" already exists", kind.name.resource, name);
        return fail(status);
    }
    metadata.set_uid(makeUuid(random_));
    metadata.set_generation(1);
    *metadata.mutable_creationtimestamp() = api::toTime(executor_.clock().wallNow());
    metadata.clear_deletiontimestamp();
    metadata.clear_deletiongraceperiodseconds();
    if (kind.hasSubresource("status")) {
        const auto* status = message->GetDescriptor()->FindFieldByName("status");
        message->GetReflection()->ClearField(message.get(), status);
    }
    if (auto* fresh = dynamic_cast<core::Namespace*>(message.get())) {
        if (fresh->spec().finalizers_size() == 0) fresh->mutable_spec()->add_finalizers("kubernetes");
        fresh->mutable_status()->set_phase("Active");
    }
    if (auto* pod = dynamic_cast<core::Pod*>(message.get())) pod->mutable_status()->set_phase("Pending");
    if (options.dryRun) return Written{api::Object::of(*message), nullptr, true, {}};
    return Written{commit(*message, nullptr), nullptr, true, {}};
}

Result<Written> FakeCluster::bindNow(const std::string& nameSpace, const Body& body, std::string& name) {
    const auto* given = std::get_if<std::shared_ptr<const google::protobuf::Message>>(&body);
    const auto* binding = given ? dynamic_cast<const core::Binding*>(given->get()) : nullptr;
    if (!binding) return fail(Reason::BadRequest, "a Binding message is needed");
    name = binding->metadata().name();
    const auto before = find(api::kindOf<core::Pod>().name, keyOf(nameSpace, name));
    if (!before) return fail(notFound(api::kindOf<core::Pod>().name, name));
    auto pod = before->as<core::Pod>();
    const std::string& uid = binding->metadata().uid();
    if (!uid.empty() && uid != before->uid().value())
        return fail(conflict(before->kind(), name, "the uid in the precondition does not match"));
    if (!pod.spec().nodename().empty())
        return fail(
            conflict(before->kind(), name,
                     "pod " + name + " is already assigned to node \"" + pod.spec().nodename() + "\""));
    if (before->deleting()) return fail(conflict(before->kind(), name, "pod " + name + " is being deleted"));
    pod.mutable_spec()->set_nodename(binding->target().name());
    auto& condition = *pod.mutable_status()->add_conditions();
    condition.set_type("PodScheduled");
    condition.set_status("True");
    commit(pod, before);
    return Written{nullptr, nullptr, true, {}};
}

Result<Written> FakeCluster::tokenNow(const std::string& nameSpace, const Body& body, std::string& name) {
    const auto* given = std::get_if<std::shared_ptr<const google::protobuf::Message>>(&body);
    const auto* asked = given ? dynamic_cast<const authn::TokenRequest*>(given->get()) : nullptr;
    if (!asked) return fail(Reason::BadRequest, "a TokenRequest message is needed");
    name = asked->metadata().name();
    const auto& kind = api::kindOf<core::ServiceAccount>().name;
    if (!find(kind, keyOf(nameSpace, name))) return fail(notFound(kind, name));
    auto answer = std::make_shared<authn::TokenRequest>(*asked);
    answer->mutable_status()->set_token("token of " + name + " for " + asked->spec().boundobjectref().name());
    return Written{nullptr, std::move(answer), true, {}};
}

Result<Written> FakeCluster::evictNow(const std::string& nameSpace, const Body& body, std::string& name) {
    const auto* given = std::get_if<std::shared_ptr<const google::protobuf::Message>>(&body);
    if (!given) return fail(Reason::BadRequest, "an Eviction message is needed");
    Message copy((*given)->New());
    copy->CopyFrom(**given);
    name = metadataOf(*copy).name();
    return removeNow(api::kindOf<core::Pod>(), keyOf(nameSpace, name), {});
}

void FakeCluster::update(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
                         Body body, const WriteOptions& options, Callback<Written> done) {
    Made& call = note("update", resource, nameSpace, name, options.subresource);
    write(call, std::move(done), [&]() -> Result<Written> {
        const api::Kind* kind = api::findKind(resource);
        if (!kind) return fail(notFound(resource, name));
        auto message = decode(*kind, body);
        if (!message) return fail(message.error());
        return updateNow(*kind, keyOf(nameSpace, name), std::move(*message), options);
    });
}

Result<Written> FakeCluster::updateNow(const api::Kind& kind, const std::string& key, Message message,
                                       const WriteOptions& options) {
    const auto before = find(kind.name, key);
    auto& metadata = metadataOf(*message);
    if (!before) return fail(notFound(kind.name, metadata.name()));
    if (!metadata.resourceversion().empty() &&
        metadata.resourceversion() != std::to_string(before->revision()))
        return fail(conflict(
            kind, before->name(),
            "the object has been modified; please apply your changes to the latest version and try again"));
    if (!metadata.uid().empty() && metadata.uid() != before->uid().value())
        return fail(conflict(kind, before->name(), "the uid does not match"));
    const auto old = before->message();
    const auto& oldMetadata = metadataOf(*old);
    if (options.subresource == "status" || options.subresource == "approval") {
        Message merged(old->New());
        merged->CopyFrom(*old);
        copyField(*message, *merged, "status");
        message = std::move(merged);
    } else if (options.subresource == "finalize") {
        Message merged(old->New());
        merged->CopyFrom(*old);
        copyField(*message, *merged, "spec");
        message = std::move(merged);
    } else if (kind.hasSubresource("status")) {
        copyField(*old, *message, "status");
    }
    auto& fresh = metadataOf(*message);
    fresh.set_namespace_(before->nameSpace());
    fresh.set_uid(before->uid().value());
    *fresh.mutable_creationtimestamp() = oldMetadata.creationtimestamp();
    fresh.set_generation(oldMetadata.generation());
    fresh.set_resourceversion(oldMetadata.resourceversion());
    fresh.clear_deletiontimestamp();
    fresh.clear_deletiongraceperiodseconds();
    if (oldMetadata.has_deletiontimestamp())
        *fresh.mutable_deletiontimestamp() = oldMetadata.deletiontimestamp();
    if (oldMetadata.has_deletiongraceperiodseconds())
        fresh.set_deletiongraceperiodseconds(oldMetadata.deletiongraceperiodseconds());
    if (google::protobuf::util::MessageDifferencer::Equals(*message, *old))
        return Written{before, nullptr, false, {}};
    if (options.subresource.empty() && !sameField(*message, *old, "spec"))
        fresh.set_generation(oldMetadata.generation() + 1);
    if (options.dryRun) return Written{api::Object::of(*message), nullptr, false, {}};
    if (!fresh.has_deletiontimestamp()) return Written{commit(*message, before), nullptr, false, {}};
    auto kept = finishDeletion(*message, before);
    return Written{kept ? kept : api::Object::of(*message), nullptr, false, {}};
}

void FakeCluster::patch(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
                        api::PatchType type, std::string patch, const WriteOptions& options,
                        Callback<Written> done) {
    Made& call = note("patch", resource, nameSpace, name, options.subresource);
    call.patch = patch;
    write(call, std::move(done), [&]() -> Result<Written> {
        const api::Kind* kind = api::findKind(resource);
        if (!kind) return fail(notFound(resource, name));
        const auto before = find(resource, keyOf(nameSpace, name));
        if (!before) return fail(notFound(resource, name));
        const std::string json = api::encodeJson(*before->message(), kind->apiVersion(), kind->kind);
        auto patched = api::applyPatch(json, patch, type, kind->descriptor);
        if (!patched) return fail(patched.error());
        auto decoded = api::decodeJson(*patched, kind->descriptor, api::FieldValidation::Ignore);
        if (!decoded) return fail(decoded.error());
        return updateNow(*kind, before->key(), std::move(decoded->message), options);
    });
}

void FakeCluster::remove(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
                         const DeleteOptions& options, Callback<Written> done) {
    Made& call = note("delete", resource, nameSpace, name, {});
    write(call, std::move(done), [&]() -> Result<Written> {
        const api::Kind* kind = api::findKind(resource);
        if (!kind) return fail(notFound(resource, name));
        return removeNow(*kind, keyOf(nameSpace, name), options);
    });
}

Result<Written> FakeCluster::removeNow(const api::Kind& kind, const std::string& key,
                                       const DeleteOptions& options) {
    const auto before = find(kind.name, key);
    if (!before)
        return fail(
            notFound(kind.name, key.substr(key.find('/') == std::string::npos ? 0 : key.find('/') + 1)));
    if (!options.uid.empty() && options.uid != before->uid())
        return fail(conflict(kind, before->name(), "the uid in the precondition does not match"));
    if (options.revision != 0 && options.revision != before->revision())
        return fail(conflict(kind, before->name(), "the resourceVersion in the precondition does not match"));
    auto message = before->message();
    auto& metadata = metadataOf(*message);
    const bool wasDeleting = metadata.has_deletiontimestamp();
    std::int64_t grace = 0;
    if (const auto* pod = dynamic_cast<const core::Pod*>(message.get())) {
        const bool ended = pod->status().phase() == "Succeeded" || pod->status().phase() == "Failed";
        const auto own = pod->spec().has_terminationgraceperiodseconds()
                             ? pod->spec().terminationgraceperiodseconds()
                             : 30;
        if (!pod->spec().nodename().empty() && !ended) grace = options.gracePeriodSeconds.value_or(own);
        if (wasDeleting && metadata.deletiongraceperiodseconds() < grace)
            grace = metadata.deletiongraceperiodseconds();
    }
    auto& finalizers = *metadata.mutable_finalizers();
    const auto want = [&](const char* finalizer, bool present) {
        const auto found = std::find(finalizers.begin(), finalizers.end(), finalizer);
        if (present && found == finalizers.end()) metadata.add_finalizers(finalizer);
        if (!present && found != finalizers.end()) finalizers.erase(found);
    };
    if (!options.propagationPolicy.empty()) {
        want("foregroundDeletion", options.propagationPolicy == "Foreground");
        want("orphan", options.propagationPolicy == "Orphan");
    }
    if (!wasDeleting)
        *metadata.mutable_deletiontimestamp() =
            api::toTime(executor_.clock().wallNow() + std::chrono::seconds(grace));
    metadata.set_deletiongraceperiodseconds(grace);
    if (auto* nameSpace = dynamic_cast<core::Namespace*>(message.get()))
        nameSpace->mutable_status()->set_phase("Terminating");
    if (wasDeleting && google::protobuf::util::MessageDifferencer::Equals(*message, *before->message()))
        return Written{before, nullptr, false, {}};
    return Written{finishDeletion(*message, before), nullptr, false, {}};
}

// --- the rest
// -----------------------------------------------------------------------------------------------------

} // namespace wheelhouse::tests
