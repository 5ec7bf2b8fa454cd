#include "engine/api/semantics.h"
#include "engine/api/types.h"
#include "engine/base/assert.h"
#include "options.pb.h"
#include "semantics/kind_rules.h"
#include "semantics/pod_defaults.h"

#include <charconv>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>

namespace wheelhouse::api {

namespace {

namespace pb = google::protobuf;

/// Whether a `default` option stands on any field of this message or of the messages below it.
class DefaultsBelow {
  public:
    bool operator()(const pb::Descriptor* type) {
        const std::scoped_lock lock(mutex_);
        std::set<const pb::Descriptor*> visiting;
        return find(type, visiting);
    }

  private:
    bool find(const pb::Descriptor* type, std::set<const pb::Descriptor*>& visiting) {
        if (const auto known = known_.find(type); known != known_.end()) return known->second;
        if (!visiting.insert(type).second) return false;
        bool any = false;
        for (int i = 0; i < type->field_count() && !any; ++i) {
            const pb::FieldDescriptor* field = type->field(i);
            any = field->options().HasExtension(wh::default_value) ||
                  (field->message_type() != nullptr && find(field->message_type(), visiting));
        }
        visiting.erase(type);
        // Inside a cycle a "no" is only provisional; a "yes" is final.
        if (any || visiting.empty()) known_[type] = any;
        return any;
    }

    std::mutex mutex_;
    std::unordered_map<const pb::Descriptor*, bool> known_;
};

void setFromJson(pb::Message& message, const pb::FieldDescriptor* field, const std::string& json) {
    const pb::Reflection* reflection = message.GetReflection();
    switch (field->cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_STRING:
        WH_ASSERT(json.size() >= 2 && json.front() == '"' && json.back() == '"',
                  "a default of a text is a JSON text");
        reflection->SetString(&message, field, json.substr(1, json.size() - 2));
        break;
    case pb::FieldDescriptor::CPPTYPE_BOOL:
        reflection->SetBool(&message, field, json == "true");
        break;
    case pb::FieldDescriptor::CPPTYPE_INT32:
        reflection->SetInt32(&message, field, std::stoi(json));
        break;
    case pb::FieldDescriptor::CPPTYPE_INT64:
        reflection->SetInt64(&message, field, std::stoll(json));
        break;
    default:
        WH_ASSERT(false, "the schema gives a default to a field type that cannot have one");
    }
}

bool isAbsent(const pb::Message& message, const pb::FieldDescriptor* field) {
    const pb::Reflection* reflection = message.GetReflection();
    if (!reflection->HasField(message, field)) return true;
    // Clients that write protobuf send every plain text and number, empty or not: only IF_SET fields tell
    // zero from absent.
    if (field->options().GetExtension(wh::emit) == wh::IF_SET) return false;
    switch (field->cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_STRING:
        return reflection->GetString(message, field).empty();
    case pb::FieldDescriptor::CPPTYPE_INT32:
        return reflection->GetInt32(message, field) == 0;
    case pb::FieldDescriptor::CPPTYPE_INT64:
        return reflection->GetInt64(message, field) == 0;
    default:
        return false;
    }
}

void applySchemaDefaults(pb::Message& message) {
    static DefaultsBelow defaultsBelow;
    const pb::Descriptor* type = message.GetDescriptor();
    if (!defaultsBelow(type)) return;
    const pb::Reflection* reflection = message.GetReflection();
    for (int i = 0; i < type->field_count(); ++i) {
        const pb::FieldDescriptor* field = type->field(i);
        if (!field->is_repeated() && field->options().HasExtension(wh::default_value)) {
            if (isAbsent(message, field)) {
                setFromJson(message, field, field->options().GetExtension(wh::default_value));
            }
        }
        if (field->message_type() == nullptr || field->is_map()) continue;
        if (field->is_repeated()) {
            for (int k = 0; k < reflection->FieldSize(message, field); ++k) {
                applySchemaDefaults(*reflection->MutableRepeatedMessage(&message, field, k));
            }
        } else if (reflection->HasField(message, field)) {
            applySchemaDefaults(*reflection->MutableMessage(&message, field));
        }
    }
}

using IntOrString = ::k8s::io::apimachinery::pkg::util::intstr::IntOrString;

bool isZero(const IntOrString& value) {
    return value.type() == 0 ? value.intval() == 0 : value.strval().empty();
}

void set(IntOrString& value, int number) {
    value.set_type(0);
    value.set_intval(number);
    value.clear_strval();
}

void set(IntOrString& value, const std::string& text) {
    value.set_type(1);
    value.set_strval(text);
    value.clear_intval();
}

void defaults(core::Pod& pod) {
    semantics::defaultPodSpec(*pod.mutable_spec());
    // Of pods only: a template leaves it open.
    if (!pod.spec().has_enableservicelinks()) pod.mutable_spec()->set_enableservicelinks(true);
}

void defaults(apps::Deployment& deployment) {
    apps::DeploymentSpec& spec = *deployment.mutable_spec();
    if (!spec.has_replicas()) spec.set_replicas(1);
    if (!spec.has_revisionhistorylimit()) spec.set_revisionhistorylimit(10);
    if (!spec.has_progressdeadlineseconds()) spec.set_progressdeadlineseconds(600);
    apps::DeploymentStrategy& strategy = *spec.mutable_strategy();
    if (strategy.type().empty()) strategy.set_type("RollingUpdate");
    if (strategy.type() == "RollingUpdate") {
        apps::RollingUpdateDeployment& rolling = *strategy.mutable_rollingupdate();
        if (!rolling.has_maxunavailable()) set(*rolling.mutable_maxunavailable(), "25%");
        if (!rolling.has_maxsurge()) set(*rolling.mutable_maxsurge(), "25%");
    }
    semantics::defaultPodSpec(*spec.mutable_template_()->mutable_spec());
}

void defaults(apps::ReplicaSet& set) {
    apps::ReplicaSetSpec& spec = *set.mutable_spec();
    if (!spec.has_replicas()) spec.set_replicas(1);
    semantics::defaultPodSpec(*spec.mutable_template_()->mutable_spec());
}

void defaultTrafficPolicies(core::ServiceSpec& spec) {
    const bool reachesNodes = spec.type() == "NodePort" || spec.type() == "LoadBalancer";
    if (reachesNodes || (spec.type() == "ClusterIP" && spec.externalips_size() > 0)) {
        if (spec.externaltrafficpolicy().empty()) spec.set_externaltrafficpolicy("Cluster");
    }
    if (spec.type() != "ExternalName" && !spec.has_internaltrafficpolicy())
        spec.set_internaltrafficpolicy("Cluster");
    if (spec.type() == "LoadBalancer" && !spec.has_allocateloadbalancernodeports()) {
        spec.set_allocateloadbalancernodeports(true);
    }
}

void defaults(core::Service& service) {
    core::ServiceSpec& spec = *service.mutable_spec();
    if (spec.sessionaffinity().empty()) spec.set_sessionaffinity("None");
    if (spec.sessionaffinity() == "None") {
        spec.clear_sessionaffinityconfig();
    } else if (spec.sessionaffinity() == "ClientIP" &&
               !spec.sessionaffinityconfig().clientip().has_timeoutseconds()) {
        spec.mutable_sessionaffinityconfig()->mutable_clientip()->set_timeoutseconds(10800);
    }
    if (spec.type().empty()) spec.set_type("ClusterIP");
    for (core::ServicePort& port : *spec.mutable_ports()) {
        if (isZero(port.targetport())) set(*port.mutable_targetport(), port.port());
    }
    defaultTrafficPolicies(spec);
    if (spec.type() == "ExternalName") return;
    if (spec.clusterips_size() == 0 && !spec.clusterip().empty()) spec.add_clusterips(spec.clusterip());
    if (spec.clusterip().empty() && spec.clusterips_size() > 0) spec.set_clusterip(spec.clusterips(0));
    if (!spec.has_ipfamilypolicy()) spec.set_ipfamilypolicy("SingleStack");
    if (spec.ipfamilies_size() == 0) spec.add_ipfamilies("IPv4");
}

void defaults(core::Namespace& space) {
    const std::string& name = space.metadata().name();
    // A namespace is found by its name with an ordinary label selector.
    if (!name.empty()) (*space.mutable_metadata()->mutable_labels())["kubernetes.io/metadata.name"] = name;
    if (space.status().phase().empty()) space.mutable_status()->set_phase("Active");
}

void defaults(core::Node& node) {
    core::NodeStatus& status = *node.mutable_status();
    if (status.allocatable().empty()) *status.mutable_allocatable() = status.capacity();
}

void defaults(core::Secret& secret) {
    if (secret.type().empty()) secret.set_type("Opaque");
    // `stringData` is only for writing: it ends in `data`, over what stands there.
    for (const auto& [key, value] : secret.stringdata())
        (*secret.mutable_data())[key] = value;
    secret.clear_stringdata();
}

void defaults(discovery::EndpointSlice& slice) {
    for (discovery::EndpointPort& port : *slice.mutable_ports()) {
        if (!port.has_name()) port.set_name("");
        if (!port.has_protocol()) port.set_protocol("TCP");
    }
}

template <class M>
bool applyTo(pb::Message& object) {
    if (object.GetDescriptor() != M::descriptor()) return false;
    defaults(static_cast<M&>(object));
    return true;
}

} // namespace

void applyDefaults(pb::Message& object) {
    // A pod's ports want the host's port before anything reads them, so the kind's own rules run on schema
    // defaults.
    applySchemaDefaults(object);
    if (object.GetDescriptor() == lab::Machine::descriptor() &&
        !static_cast<lab::Machine&>(object).has_spec()) {
        applySchemaDefaults(*static_cast<lab::Machine&>(object).mutable_spec());
    }
    applyTo<core::Pod>(object) || applyTo<apps::Deployment>(object) || applyTo<apps::ReplicaSet>(object) ||
        applyTo<core::Service>(object) || applyTo<core::Namespace>(object) || applyTo<core::Node>(object) ||
        applyTo<core::Secret>(object) || applyTo<discovery::EndpointSlice>(object);
    const semantics::KindRules* rules = semantics::rulesFor(object.GetDescriptor());
    if (rules != nullptr && rules->defaults != nullptr) rules->defaults(object);
}

} // namespace wheelhouse::api
