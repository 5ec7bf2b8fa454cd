#include "engine/api/quantity.h"
#include "engine/api/semantics.h"
#include "semantics/kind_rules.h"
#include "semantics/pod_part_rules.h"

#include <algorithm>
#include <set>

namespace wheelhouse::api {

namespace {

namespace pb = google::protobuf;
using semantics::qosClass;
using semantics::sameMessage;

const pb::FieldDescriptor* messageField(const pb::Message& object, const char* name) {
    const auto* field = object.GetDescriptor()->FindFieldByName(name);
    return field != nullptr && field->message_type() != nullptr && !field->is_repeated() ? field : nullptr;
}

/// Makes `field` of `to` what it is in `from`, set or not.
void copyField(pb::Message& to, const pb::Message& from, const pb::FieldDescriptor* field) {
    const pb::Reflection* of = to.GetReflection();
    if (of->HasField(from, field)) {
        of->MutableMessage(&to, field)->CopyFrom(of->GetMessage(from, field));
    } else {
        of->ClearField(&to, field);
    }
}

meta::ObjectMeta* metadataOf(pb::Message& object) {
    const auto* field = messageField(object, "metadata");
    if (field == nullptr || field->message_type() != meta::ObjectMeta::descriptor()) return nullptr;
    return static_cast<meta::ObjectMeta*>(object.GetReflection()->MutableMessage(&object, field));
}

/// Kinds whose metadata.generation counts the changes of what is wanted.
bool countsGenerations(const pb::Descriptor* type) {
    const semantics::KindRules* rules = semantics::rulesFor(type);
    if (rules != nullptr) return rules->generations;
    return type == core::Pod::descriptor() || type == apps::Deployment::descriptor() ||
           type == apps::ReplicaSet::descriptor() || type == discovery::EndpointSlice::descriptor() ||
           type == lab::Machine::descriptor();
}

void prepare(core::Pod& pod) {
    pod.clear_status();
    pod.mutable_status()->set_phase("Pending");
    pod.mutable_status()->set_qosclass(qosClass(pod.spec()));
    if (pod.spec().terminationgraceperiodseconds() < 0)
        pod.mutable_spec()->set_terminationgraceperiodseconds(1);
    if (pod.spec().schedulinggates_size() == 0) return;
    core::PodCondition& condition = *pod.mutable_status()->add_conditions();
    condition.set_type("PodScheduled");
    condition.set_status("False");
    condition.set_reason("SchedulingGated");
    condition.set_message("Scheduling is blocked due to non-empty scheduling gates");
}

void prepare(core::Namespace& space) {
    space.clear_status();
    space.mutable_status()->set_phase("Active");
    auto& finalizers = *space.mutable_spec()->mutable_finalizers();
    if (std::find(finalizers.begin(), finalizers.end(), "kubernetes") == finalizers.end()) {
        space.mutable_spec()->add_finalizers("kubernetes");
    }
}

/// For kinds without a spec, everything a user writes is what is wanted.
bool changedBesideMetadata(const pb::Message& object, const pb::Message& old) {
    std::unique_ptr<pb::Message> a(object.New());
    std::unique_ptr<pb::Message> b(object.New());
    a->CopyFrom(object);
    b->CopyFrom(old);
    for (pb::Message* each : {a.get(), b.get()})
        if (const auto* field = messageField(*each, "metadata"))
            each->GetReflection()->ClearField(each, field);
    return !sameMessage(*a, *b);
}

bool wantedChanged(const pb::Message& object, const pb::Message& old) {
    if (object.GetDescriptor() == discovery::EndpointSlice::descriptor()) {
        discovery::EndpointSlice a(static_cast<const discovery::EndpointSlice&>(object));
        discovery::EndpointSlice b(static_cast<const discovery::EndpointSlice&>(old));
        if (semantics::toJson(a.metadata().labels()) != semantics::toJson(b.metadata().labels())) return true;
        a.clear_metadata();
        b.clear_metadata();
        return !sameMessage(a, b);
    }
    if (object.GetDescriptor() == apps::Deployment::descriptor()) {
        // The annotations of a deployment reach its replica sets, so they are part of what is wanted.
        const auto& now = static_cast<const apps::Deployment&>(object).metadata().annotations();
        const auto& before = static_cast<const apps::Deployment&>(old).metadata().annotations();
        if (semantics::toJson(now) != semantics::toJson(before)) return true;
    }
    const auto* spec = messageField(object, "spec");
    if (spec == nullptr) return changedBesideMetadata(object, old);
    const pb::Reflection* of = object.GetReflection();
    return !sameMessage(of->GetMessage(object, spec), of->GetMessage(old, spec));
}

bool usesNodePorts(const core::ServiceSpec& spec) {
    return spec.type() == "NodePort" || spec.type() == "LoadBalancer";
}

bool reachableFromOutside(const core::ServiceSpec& spec) {
    return usesNodePorts(spec) || (spec.type() == "ClusterIP" && !spec.externalips().empty());
}

bool sameNodePorts(const core::ServiceSpec& a, const core::ServiceSpec& b) {
    std::multiset<int> ports[2];
    for (const auto& port : a.ports())
        ports[0].insert(port.nodeport());
    for (const auto& port : b.ports())
        ports[1].insert(port.nodeport());
    return ports[0] == ports[1];
}

/// What only the type before had, and the client did not change, goes with that type.
void dropWithType(core::Service& service, const core::Service& old) {
    core::ServiceSpec& spec = *service.mutable_spec();
    const core::ServiceSpec& before = old.spec();
    if (spec.type() == "ExternalName" && before.type() != "ExternalName") {
        if (spec.clusterip() == before.clusterip()) {
            spec.clear_clusterip();
            spec.clear_clusterips();
        }
        if (std::equal(spec.ipfamilies().begin(), spec.ipfamilies().end(), before.ipfamilies().begin(),
                       before.ipfamilies().end()))
            spec.clear_ipfamilies();
        if (spec.ipfamilypolicy() == before.ipfamilypolicy()) spec.clear_ipfamilypolicy();
    }
    if (usesNodePorts(before) && !usesNodePorts(spec) && sameNodePorts(spec, before))
        for (core::ServicePort& port : *spec.mutable_ports())
            port.clear_nodeport();
    const auto checked = [](const core::ServiceSpec& of) {
        return of.type() == "LoadBalancer" && of.externaltrafficpolicy() == "Local";
    };
    if (checked(before) && !checked(spec) && spec.healthchecknodeport() == before.healthchecknodeport())
        spec.clear_healthchecknodeport();
    if (before.type() == "LoadBalancer" && spec.type() != "LoadBalancer") {
        if (spec.allocateloadbalancernodeports() == before.allocateloadbalancernodeports())
            spec.clear_allocateloadbalancernodeports();
        if (spec.loadbalancerclass() == before.loadbalancerclass()) spec.clear_loadbalancerclass();
    }
    if (reachableFromOutside(before) && !reachableFromOutside(spec) &&
        spec.externaltrafficpolicy() == before.externaltrafficpolicy())
        spec.clear_externaltrafficpolicy();
    if (spec.type() != "LoadBalancer" && service.has_status()) service.mutable_status()->clear_loadbalancer();
}

/// An address and node ports once given are kept by a client that does not mention them.
void keepAllocations(core::Service& service, const core::Service& old) {
    core::ServiceSpec& spec = *service.mutable_spec();
    const core::ServiceSpec& before = old.spec();
    if (spec.type() == "ExternalName" || before.type() == "ExternalName") return;
    if (spec.clusterip().empty() && spec.clusterips().empty()) {
        spec.set_clusterip(before.clusterip());
        *spec.mutable_clusterips() = before.clusterips();
    }
    if (!usesNodePorts(spec)) return;
    for (core::ServicePort& port : *spec.mutable_ports()) {
        if (port.nodeport() != 0) continue;
        for (const core::ServicePort& was : before.ports()) {
            if (was.port() == port.port() && was.protocol() == port.protocol())
                port.set_nodeport(was.nodeport());
        }
    }
}

/// What a write on the status subresource may change beside the status differs from kind to kind.
void keepForStatusWrite(pb::Message& object, const pb::Message& old, meta::ObjectMeta& now,
                        const meta::ObjectMeta& before) {
    const auto* type = object.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
        const auto* field = type->field(i);
        if (field->name() == "spec" && field->message_type() != nullptr) copyField(object, old, field);
    }
    *now.mutable_ownerreferences() = before.ownerreferences();
    if (type == apps::Deployment::descriptor()) *now.mutable_labels() = before.labels();
    if (type == lab::Machine::descriptor()) {
        *now.mutable_labels() = before.labels();
        *now.mutable_annotations() = before.annotations();
        *now.mutable_finalizers() = before.finalizers();
    }
}

} // namespace

void prepareCreate(pb::Message& object) {
    if (meta::ObjectMeta* metadata = metadataOf(object)) {
        metadata->clear_deletiontimestamp();
        metadata->clear_deletiongraceperiodseconds();
        metadata->clear_selflink();
        metadata->clear_generation();
        if (countsGenerations(object.GetDescriptor())) metadata->set_generation(1);
    }
    const auto* type = object.GetDescriptor();
    if (type == core::Pod::descriptor()) {
        prepare(static_cast<core::Pod&>(object));
    } else if (type == core::Namespace::descriptor()) {
        prepare(static_cast<core::Namespace&>(object));
    } else if (type != core::Node::descriptor()) {
        // A node registers together with its status; every other kind begins without one.
        if (const auto* status = messageField(object, "status"))
            object.GetReflection()->ClearField(&object, status);
    }
    const semantics::KindRules* rules = semantics::rulesFor(type);
    if (rules != nullptr && rules->create != nullptr) rules->create(object);
}

void prepareUpdate(pb::Message& object, const pb::Message& old, bool statusSubresource) {
    meta::ObjectMeta* now = metadataOf(object);
    if (now == nullptr) return;
    const auto* metadataField = messageField(old, "metadata");
    const auto& before =
        static_cast<const meta::ObjectMeta&>(old.GetReflection()->GetMessage(old, metadataField));
    // Left empty, these mean "whatever it is"; anything else is checked against the old object by validation.
    if (now->uid().empty()) now->set_uid(before.uid());
    if (now->creationtimestamp().seconds() == 0)
        *now->mutable_creationtimestamp() = before.creationtimestamp();
    if (now->deletiontimestamp().seconds() == 0 && before.has_deletiontimestamp()) {
        *now->mutable_deletiontimestamp() = before.deletiontimestamp();
    }
    if (!now->has_deletiongraceperiodseconds() && before.has_deletiongraceperiodseconds()) {
        now->set_deletiongraceperiodseconds(before.deletiongraceperiodseconds());
    }
    now->clear_selflink();
    if (before.has_generation()) {
        now->set_generation(before.generation());
    } else {
        now->clear_generation();
    }
    const semantics::KindRules* rules = semantics::rulesFor(object.GetDescriptor());
    if (rules != nullptr && rules->update != nullptr) rules->update(object, old, statusSubresource);
    if (statusSubresource) {
        keepForStatusWrite(object, old, *now, before);
        return;
    }
    if (const auto* status = messageField(object, "status")) copyField(object, old, status);
    if (object.GetDescriptor() == core::Namespace::descriptor()) {
        // Only the finalize subresource removes a namespace's own finalizers.
        *static_cast<core::Namespace&>(object).mutable_spec()->mutable_finalizers() =
            static_cast<const core::Namespace&>(old).spec().finalizers();
    }
    if (object.GetDescriptor() == core::Service::descriptor()) {
        auto& service = static_cast<core::Service&>(object);
        dropWithType(service, static_cast<const core::Service&>(old));
        keepAllocations(service, static_cast<const core::Service&>(old));
    }
    if (countsGenerations(object.GetDescriptor()) && wantedChanged(object, old)) {
        now->set_generation(before.generation() + 1);
    }
}

} // namespace wheelhouse::api
