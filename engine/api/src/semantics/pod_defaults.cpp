#include "semantics/pod_defaults.h"

namespace wheelhouse::api::semantics {

namespace {

constexpr int defaultFileMode = 0644;

void defaultHttpGet(core::HTTPGetAction& action) {
    if (action.path().empty()) action.set_path("/");
    if (action.scheme().empty()) action.set_scheme("HTTP");
}

void defaultProbe(core::Probe& probe) {
    if (probe.timeoutseconds() == 0) probe.set_timeoutseconds(1);
    if (probe.periodseconds() == 0) probe.set_periodseconds(10);
    if (probe.successthreshold() == 0) probe.set_successthreshold(1);
    if (probe.failurethreshold() == 0) probe.set_failurethreshold(3);
    if (probe.handler().has_httpget()) defaultHttpGet(*probe.mutable_handler()->mutable_httpget());
    if (probe.handler().has_grpc() && !probe.handler().grpc().has_service()) {
        probe.mutable_handler()->mutable_grpc()->set_service("");
    }
}

void defaultFieldRef(core::ObjectFieldSelector& reference) {
    if (reference.apiversion().empty()) reference.set_apiversion("v1");
}

void defaultResourceRef(core::ResourceFieldSelector& reference) {
    if (reference.divisor().string().empty()) reference.mutable_divisor()->set_string("0");
}

void requestsFromLimits(core::ResourceRequirements& resources) {
    for (const auto& [name, limit] : resources.limits()) {
        if (!resources.requests().contains(name)) (*resources.mutable_requests())[name] = limit;
    }
}

/// Container and EphemeralContainerCommon have the same fields but are different messages.
template <class C>
void defaultContainer(C& container) {
    if (container.imagepullpolicy().empty()) container.set_imagepullpolicy(pullPolicyFor(container.image()));
    if (container.terminationmessagepath().empty())
        container.set_terminationmessagepath("/dev/termination-log");
    if (container.terminationmessagepolicy().empty()) container.set_terminationmessagepolicy("File");
    if (container.has_resources()) requestsFromLimits(*container.mutable_resources());
    if (container.has_livenessprobe()) defaultProbe(*container.mutable_livenessprobe());
    if (container.has_readinessprobe()) defaultProbe(*container.mutable_readinessprobe());
    if (container.has_startupprobe()) defaultProbe(*container.mutable_startupprobe());
    if (container.has_lifecycle()) {
        auto& lifecycle = *container.mutable_lifecycle();
        if (lifecycle.poststart().has_httpget())
            defaultHttpGet(*lifecycle.mutable_poststart()->mutable_httpget());
        if (lifecycle.prestop().has_httpget())
            defaultHttpGet(*lifecycle.mutable_prestop()->mutable_httpget());
    }
    for (auto& variable : *container.mutable_env()) {
        if (!variable.has_valuefrom()) continue;
        auto& source = *variable.mutable_valuefrom();
        if (source.has_fieldref()) defaultFieldRef(*source.mutable_fieldref());
        if (source.has_resourcefieldref()) defaultResourceRef(*source.mutable_resourcefieldref());
    }
}

template <class Items>
void defaultDownwardItems(Items& items) {
    for (auto& item : items) {
        if (item.has_fieldref()) defaultFieldRef(*item.mutable_fieldref());
        if (item.has_resourcefieldref()) defaultResourceRef(*item.mutable_resourcefieldref());
    }
}

bool hasSource(const core::VolumeSource& source) {
    std::vector<const google::protobuf::FieldDescriptor*> set;
    source.GetReflection()->ListFields(source, &set);
    return !set.empty();
}

void defaultVolume(core::Volume& volume) {
    core::VolumeSource& source = *volume.mutable_volumesource();
    if (!hasSource(source)) source.mutable_emptydir();
    if (source.has_secret() && !source.secret().has_defaultmode()) {
        source.mutable_secret()->set_defaultmode(defaultFileMode);
    }
    if (source.has_configmap() && !source.configmap().has_defaultmode()) {
        source.mutable_configmap()->set_defaultmode(defaultFileMode);
    }
    if (source.has_hostpath() && !source.hostpath().has_type()) source.mutable_hostpath()->set_type("");
    if (source.has_downwardapi()) {
        auto& api = *source.mutable_downwardapi();
        if (!api.has_defaultmode()) api.set_defaultmode(defaultFileMode);
        defaultDownwardItems(*api.mutable_items());
    }
    if (source.has_image() && source.image().pullpolicy().empty()) {
        source.mutable_image()->set_pullpolicy(pullPolicyFor(source.image().reference()));
    }
    if (!source.has_projected()) return;
    auto& projected = *source.mutable_projected();
    if (!projected.has_defaultmode()) projected.set_defaultmode(defaultFileMode);
    for (auto& part : *projected.mutable_sources()) {
        if (part.has_serviceaccounttoken() && !part.serviceaccounttoken().has_expirationseconds()) {
            part.mutable_serviceaccounttoken()->set_expirationseconds(3600);
        }
        if (part.has_downwardapi()) defaultDownwardItems(*part.mutable_downwardapi()->mutable_items());
    }
}

/// With the host's network a container port is the host's port.
void defaultHostPorts(core::PodSpec& spec) {
    const auto fill = [](auto& containers) {
        for (auto& container : containers) {
            for (auto& port : *container.mutable_ports()) {
                if (port.hostport() == 0) port.set_hostport(port.containerport());
            }
        }
    };
    fill(*spec.mutable_containers());
    fill(*spec.mutable_initcontainers());
}

} // namespace

std::string pullPolicyFor(const std::string& image) {
    if (image.find('@') != std::string::npos) return "IfNotPresent";
    const std::size_t slash = image.rfind('/');
    const std::size_t colon = image.rfind(':');
    const bool tagged = colon != std::string::npos && (slash == std::string::npos || colon > slash);
    if (!tagged || image.compare(colon + 1, std::string::npos, "latest") == 0) return "Always";
    return "IfNotPresent";
}

void defaultPodSpec(core::PodSpec& spec) {
    for (auto& volume : *spec.mutable_volumes())
        defaultVolume(volume);
    for (auto& container : *spec.mutable_initcontainers())
        defaultContainer(container);
    for (auto& container : *spec.mutable_containers())
        defaultContainer(container);
    for (auto& container : *spec.mutable_ephemeralcontainers()) {
        defaultContainer(*container.mutable_ephemeralcontainercommon());
    }
    if (spec.has_resources()) requestsFromLimits(*spec.mutable_resources());
    if (spec.hostnetwork()) defaultHostPorts(spec);
    if (spec.restartpolicy().empty()) spec.set_restartpolicy("Always");
    if (!spec.has_terminationgraceperiodseconds()) spec.set_terminationgraceperiodseconds(30);
    if (spec.dnspolicy().empty()) spec.set_dnspolicy("ClusterFirst");
    if (spec.schedulername().empty()) spec.set_schedulername("default-scheduler");
    spec.mutable_securitycontext();
    // `serviceAccount` is the old name of `serviceAccountName`; both always say the same.
    if (spec.serviceaccountname().empty() && !spec.serviceaccount().empty()) {
        spec.set_serviceaccountname(spec.serviceaccount());
    }
    if (!spec.serviceaccountname().empty()) spec.set_serviceaccount(spec.serviceaccountname());
}

} // namespace wheelhouse::api::semantics
