#include "engine/api/codec.h"
#include "semantics/device_parts.h"

namespace wheelhouse::api::semantics {

namespace {

constexpr int maxRequests = 32;
constexpr int maxSelectors = 32;
constexpr int maxConstraints = 32;
constexpr int maxConfigurations = 32;
constexpr int maxAlternatives = 8;
constexpr int maxTolerations = 16;
constexpr int maxDevices = 128;

using Selectors = google::protobuf::RepeatedPtrField<devices::DeviceSelector>;

void validateSelectors(const Selectors& selectors, const Path& path, Problems& problems) {
    if (selectors.size() > maxSelectors) problems.tooMany(path, selectors.size(), maxSelectors);
    for (int i = 0; i < selectors.size(); ++i) {
        const Path at = path.index(static_cast<std::size_t>(i)).child("cel");
        if (!selectors.Get(i).has_cel())
            problems.required(at);
        else if (selectors.Get(i).cel().expression().empty())
            problems.required(at.child("expression"));
    }
}

/// A request and one of its alternatives ask alike.
template <class Request>
void validateWanted(const Request& of, const Path& path, Problems& problems) {
    const Path device = path.child("deviceClassName");
    if (of.deviceclassname().empty())
        problems.required(device);
    else
        problems.invalid(device, of.deviceclassname(), dnsSubdomain(of.deviceclassname()));
    validateSelectors(of.selectors(), path.child("selectors"), problems);
    const Path mode = path.child("allocationMode");
    const Path count = path.child("count");
    if (of.allocationmode() == "All") {
        if (of.count() != 0)
            problems.invalid(count, of.count(), "must not be specified when allocationMode is 'All'");
    } else if (of.allocationmode() == "ExactCount") {
        if (of.count() <= 0) problems.invalid(count, of.count(), "must be greater than zero");
    } else {
        problems.notSupported(mode, of.allocationmode(), {"All", "ExactCount"});
    }
    const Path tolerations = path.child("tolerations");
    if (of.tolerations_size() > maxTolerations)
        problems.tooMany(tolerations, of.tolerations_size(), maxTolerations);
    for (int i = 0; i < of.tolerations_size(); ++i)
        validateDeviceToleration(of.tolerations(i), tolerations.index(static_cast<std::size_t>(i)), problems);
}

void validateRequest(const devices::DeviceRequest& of, const Path& path, std::set<std::string>& names,
                     Problems& problems) {
    problems.invalid(path.child("name"), of.name(), dnsLabel(of.name()));
    if (!names.insert(of.name()).second) problems.duplicate(path.child("name"), of.name());
    if (!of.has_exactly() && of.firstavailable().empty())
        problems.required(path, "exactly one of `exactly` or `firstAvailable` is required");
    if (of.has_exactly() && !of.firstavailable().empty())
        problems.invalidBare(path, "exactly one of `exactly` or `firstAvailable` is required");
    if (of.has_exactly()) validateWanted(of.exactly(), path.child("exactly"), problems);
    if (of.firstavailable_size() > maxAlternatives)
        problems.tooMany(path.child("firstAvailable"), of.firstavailable_size(), maxAlternatives);
    std::set<std::string> alternatives;
    for (int i = 0; i < of.firstavailable_size(); ++i) {
        const devices::DeviceSubRequest& each = of.firstavailable(i);
        const Path at = path.child("firstAvailable").index(static_cast<std::size_t>(i));
        problems.invalid(at.child("name"), each.name(), dnsLabel(each.name()));
        if (!alternatives.insert(each.name()).second) problems.duplicate(at.child("name"), each.name());
        validateWanted(each, at, problems);
    }
}

void validateClaim(const devices::ResourceClaimSpec& of, const Path& path, Problems& problems) {
    const Path requests = path.child("devices").child("requests");
    const devices::DeviceClaim& claim = of.devices();
    if (claim.requests_size() > maxRequests) problems.tooMany(requests, claim.requests_size(), maxRequests);
    std::set<std::string> names;
    for (int i = 0; i < claim.requests_size(); ++i)
        validateRequest(claim.requests(i), requests.index(static_cast<std::size_t>(i)), names, problems);
    const auto known = [&](const auto& asked, const Path& at) {
        for (int k = 0; k < asked.size(); ++k)
            if (!names.contains(asked.Get(k).substr(0, asked.Get(k).find('/'))))
                problems.invalid(at.child("requests").index(static_cast<std::size_t>(k)), asked.Get(k),
                                 "must be the name of a request in the claim or the name of a request and a "
                                 "subrequest separated by '/'");
    };
    const Path constraints = path.child("devices").child("constraints");
    if (claim.constraints_size() > maxConstraints)
        problems.tooMany(constraints, claim.constraints_size(), maxConstraints);
    for (int i = 0; i < claim.constraints_size(); ++i) {
        const Path at = constraints.index(static_cast<std::size_t>(i));
        known(claim.constraints(i).requests(), at);
        validateConstraint(claim.constraints(i), at, problems);
    }
    const Path configurations = path.child("devices").child("config");
    if (claim.config_size() > maxConfigurations)
        problems.tooMany(configurations, claim.config_size(), maxConfigurations);
    for (int i = 0; i < claim.config_size(); ++i) {
        const Path at = configurations.index(static_cast<std::size_t>(i));
        known(claim.config(i).requests(), at);
        validateConfiguration(claim.config(i).deviceconfiguration(), at, problems);
    }
}

void checkClaimKind(const devices::ResourceClaim& claim, Problems& problems) {
    validateClaim(claim.spec(), Path("spec"), problems);
}

void checkClaimChange(const devices::ResourceClaim& now, const devices::ResourceClaim& old,
                      Problems& problems) {
    requireSame(now.spec(), old.spec(), Path("spec"), problems);
}

void checkTemplate(const devices::ResourceClaimTemplate& object, Problems& problems) {
    const Path spec("spec");
    validateLabels(object.spec().metadata().labels(), spec.child("metadata").child("labels"), problems);
    validateAnnotations(object.spec().metadata().annotations(), spec.child("metadata").child("annotations"),
                        problems);
    validateClaim(object.spec().spec(), spec.child("spec"), problems);
}

void checkTemplateChange(const devices::ResourceClaimTemplate& now, const devices::ResourceClaimTemplate& old,
                         Problems& problems) {
    requireSame(now.spec(), old.spec(), Path("spec"), problems);
}

template <class Request>
void defaultWanted(Request& request) {
    if (request.allocationmode().empty()) request.set_allocationmode("ExactCount");
    if (request.allocationmode() == "ExactCount" && request.count() == 0) request.set_count(1);
    for (devices::DeviceToleration& toleration : *request.mutable_tolerations())
        if (toleration.operator_().empty()) toleration.set_operator_("Equal");
}

void defaultClaimSpec(devices::ResourceClaimSpec& spec) {
    for (devices::DeviceRequest& request : *spec.mutable_devices()->mutable_requests()) {
        if (request.has_exactly()) defaultWanted(*request.mutable_exactly());
        for (devices::DeviceSubRequest& each : *request.mutable_firstavailable())
            defaultWanted(each);
    }
    if (spec.devices().ByteSizeLong() == 0) spec.clear_devices();
}

void defaultClaimKind(devices::ResourceClaim& claim) {
    defaultClaimSpec(*claim.mutable_spec());
}

void defaultTemplate(devices::ResourceClaimTemplate& object) {
    defaultClaimSpec(*object.mutable_spec()->mutable_spec());
}

void checkDeviceClass(const devices::DeviceClass& object, Problems& problems) {
    const Path spec("spec");
    validateSelectors(object.spec().selectors(), spec.child("selectors"), problems);
    const Path configurations = spec.child("config");
    if (object.spec().config_size() > maxConfigurations)
        problems.tooMany(configurations, object.spec().config_size(), maxConfigurations);
    for (int i = 0; i < object.spec().config_size(); ++i)
        validateConfiguration(object.spec().config(i).deviceconfiguration(),
                              configurations.index(static_cast<std::size_t>(i)), problems);
    if (object.spec().has_extendedresourcename())
        problems.invalid(spec.child("extendedResourceName"), object.spec().extendedresourcename(),
                         qualifiedName(object.spec().extendedresourcename()));
}

void checkSlice(const devices::ResourceSlice& object, Problems& problems) {
    const Path spec("spec");
    const devices::ResourceSliceSpec& of = object.spec();
    if (of.driver().empty())
        problems.required(spec.child("driver"));
    else
        problems.invalid(spec.child("driver"), of.driver(), dnsSubdomain(of.driver()));
    const Path pool = spec.child("pool");
    validatePoolName(of.pool().name(), pool.child("name"), problems);
    if (of.has_nodename())
        problems.invalid(spec.child("nodeName"), of.nodename(), dnsSubdomain(of.nodename()));
    if (of.pool().resourceslicecount() <= 0)
        problems.invalid(pool.child("resourceSliceCount"), of.pool().resourceslicecount(),
                         "must be greater than zero");
    problems.nonNegative(pool.child("generation"), of.pool().generation());
    const int places = (of.has_nodename() ? 1 : 0) + (of.has_nodeselector() ? 1 : 0) +
                       (of.allnodes() ? 1 : 0) + (of.perdevicenodeselection() ? 1 : 0);
    if (places == 0)
        problems.required(
            spec,
            "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required");
    if (places > 1)
        problems.invalidBare(
            spec, "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is "
                  "required, but multiple fields are set");
    if (of.devices_size() > maxDevices)
        problems.tooMany(spec.child("devices"), of.devices_size(), maxDevices);
    std::set<std::string> names;
    for (int i = 0; i < of.devices_size(); ++i) {
        const Path device = spec.child("devices").index(static_cast<std::size_t>(i));
        const Path at = device.child("name");
        problems.invalid(at, of.devices(i).name(), dnsLabel(of.devices(i).name()));
        if (!names.insert(of.devices(i).name()).second) problems.duplicate(at, of.devices(i).name());
        validateDevice(of.devices(i), device, problems);
    }
}

void checkSliceChange(const devices::ResourceSlice& now, const devices::ResourceSlice& old,
                      Problems& problems) {
    const Path spec("spec");
    requireSameValue(now.spec().driver(), old.spec().driver(), spec.child("driver"), problems);
    requireSameValue(now.spec().pool().name(), old.spec().pool().name(), spec.child("pool").child("name"),
                     problems);
    requireSameValue(now.spec().nodename(), old.spec().nodename(), spec.child("nodeName"), problems);
    requireSame(now.spec().nodeselector(), old.spec().nodeselector(), spec.child("nodeSelector"), problems);
    if (now.spec().allnodes() != old.spec().allnodes())
        problems.invalidJson(spec.child("allNodes"), now.spec().allnodes() ? "true" : "false",
                             fieldIsImmutable);
}

} // namespace

KindRuleList deviceRules() {
    using Claim = devices::ResourceClaim;
    using Template = devices::ResourceClaimTemplate;
    using Class = devices::DeviceClass;
    using Slice = devices::ResourceSlice;
    static const KindRules all[] = {
        {.type = Claim::descriptor(),
         .defaults = on<Claim, defaultClaimKind>,
         .check = checks<Claim, checkClaimKind>,
         .checkChange = compares<Claim, checkClaimChange>},
        {.type = Template::descriptor(),
         .defaults = on<Template, defaultTemplate>,
         .check = checks<Template, checkTemplate>,
         .checkChange = compares<Template, checkTemplateChange>},
        {.type = Class::descriptor(), .generations = true, .check = checks<Class, checkDeviceClass>},
        {.type = Slice::descriptor(),
         .generations = true,
         .check = checks<Slice, checkSlice>,
         .checkChange = compares<Slice, checkSliceChange>}};
    return all;
}

} // namespace wheelhouse::api::semantics
