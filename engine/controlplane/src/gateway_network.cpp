#include "gateway_network.h"

#include "engine/api/groups/networking.h"
#include "engine/api/kind.h"
#include "engine/api/types.h"

#include <functional>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <utility>

namespace wheelhouse::controlplane {

namespace core = api::core;

namespace {

/// Equal messages give equal bytes.
std::string bytesOf(const google::protobuf::Message& message) {
    std::string bytes;
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
    coded.Trim();
    return bytes;
}

void copyNames(api::meta::ObjectMeta& to, const api::meta::ObjectMeta& from) {
    to.set_name(from.name());
    to.set_namespace_(from.namespace_());
    *to.mutable_labels() = from.labels();
}

/// All but what only its keepers care for.
template <class M>
std::string wholePart(const api::ObjectPtr& object) {
    M out = object->as<M>();
    api::meta::ObjectMeta meta;
    copyNames(meta, out.metadata());
    *out.mutable_metadata() = std::move(meta);
    return bytesOf(out);
}

std::string namespacePart(const api::ObjectPtr& object) {
    core::Namespace out;
    copyNames(*out.mutable_metadata(), object->as<core::Namespace>().metadata());
    return bytesOf(out);
}

template <class From, class To>
void copyPorts(const From& from, To* to) {
    for (const core::Container& container : from)
        if (container.ports_size() > 0) *to->Add()->mutable_ports() = container.ports();
}

bool isNameSettings(const api::ObjectPtr& object) {
    return object->nameSpace() == "kube-system" && object->name() == "kube-dns";
}

std::string podPart(const api::ObjectPtr& object) {
    const core::Pod pod = object->as<core::Pod>();
    core::Pod out;
    copyNames(*out.mutable_metadata(), pod.metadata());
    out.mutable_spec()->set_nodename(pod.spec().nodename());
    if (pod.spec().hostnetwork()) out.mutable_spec()->set_hostnetwork(true);
    copyPorts(pod.spec().containers(), out.mutable_spec()->mutable_containers());
    copyPorts(pod.spec().initcontainers(), out.mutable_spec()->mutable_initcontainers());
    out.mutable_status()->set_phase(pod.status().phase());
    out.mutable_status()->set_podip(pod.status().podip());
    *out.mutable_status()->mutable_podips() = pod.status().podips();
    return bytesOf(out);
}

std::string keyOf(const char* kind, const api::ObjectPtr& object) {
    return std::string(kind) + "/" + object->nameSpace() + "/" + object->name();
}

} // namespace

GatewayNetwork::GatewayNetwork(client::InformerSet& informers, nodelink::NodeHub& hub) : hub_(hub) {
    watch({&informers.of<core::Service>(), "Service", wholePart<core::Service>});
    watch({&informers.of<api::discovery::EndpointSlice>(), "EndpointSlice",
           wholePart<api::discovery::EndpointSlice>});
    watch({&informers.of<core::ConfigMap>(), "NameSettings", wholePart<core::ConfigMap>, false,
           isNameSettings});
    watch({&informers.of<core::Namespace>(), "Namespace", namespacePart, true});
    watch({&informers.of<core::Pod>(), "Pod", podPart, true});
    watch({&informers.of<api::networking::NetworkPolicy>(), "NetworkPolicy",
           wholePart<api::networking::NetworkPolicy>, true});
}

bool GatewayNetwork::synced() const {
    for (const auto& source : sources_)
        if (!source->informer->synced()) return false;
    return true;
}

void GatewayNetwork::watch(Source from) {
    const auto source = std::make_shared<const Source>(from);
    sources_.push_back(source);
    const std::weak_ptr life(life_);
    const auto now = [this, life, source](const api::ObjectPtr& object) {
        if (!life.expired()) changed(*source, object);
    };
    source->informer->addHandler(
        {.onAdd = now,
         .onUpdate = [now](const api::ObjectPtr&, const api::ObjectPtr& object) { now(object); },
         .onDelete =
             [this, life, source](const api::ObjectPtr& object) {
                 if (!life.expired()) deleted(*source, object);
             }});
}

void GatewayNetwork::connect(const NodeName& node) {
    nodes_.insert(node);
    for (const auto& source : sources_)
        if (wanted(*source)) sendAll(*source, node);
}

void GatewayNetwork::sendAll(const Source& source, const NodeName& node) {
    for (const api::ObjectPtr& object : source.informer->all()) {
        if (!concerns(source, object)) continue;
        const std::string bytes = source.part(object);
        sent_[keyOf(source.kind, object)] = std::hash<std::string>{}(bytes);
        send(node, source, object, bytes);
    }
}

void GatewayNetwork::firstPolicy() {
    policies_ = true;
    for (const auto& source : sources_)
        for (const NodeName& node : nodes_)
            if (source->forPolicies) sendAll(*source, node);
}

void GatewayNetwork::changed(const Source& source, const api::ObjectPtr& object) {
    if (!concerns(source, object)) return;
    if (!policies_ && source.forPolicies) {
        if (std::string_view(source.kind) == "NetworkPolicy") firstPolicy();
        return;
    }
    if (nodes_.empty()) return; // whoever connects is sent everything
    const std::string bytes = source.part(object);
    const std::size_t hash = std::hash<std::string>{}(bytes);
    if (std::exchange(sent_[keyOf(source.kind, object)], hash) == hash) return;
    for (const NodeName& node : nodes_)
        send(node, source, object, bytes);
}

void GatewayNetwork::deleted(const Source& source, const api::ObjectPtr& object) {
    if (!concerns(source, object)) return;
    sent_.erase(keyOf(source.kind, object));
    if (!wanted(source)) return;
    for (const NodeName& node : nodes_)
        send(node, source, object, {});
}

void GatewayNetwork::send(const NodeName& node, const Source& source, const api::ObjectPtr& object,
                          const std::string& bytes) {
    nodelink::ToAgent message;
    nodelink::DesiredObject& desired = *message.mutable_object();
    desired.set_kind(source.kind);
    desired.mutable_object()->set_namespace_(object->nameSpace());
    desired.mutable_object()->set_name(object->name());
    desired.set_bytes(bytes);
    hub_.send(node, std::move(message));
}

} // namespace wheelhouse::controlplane
