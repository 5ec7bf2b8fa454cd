#include "engine/api/groups/apiregistration.h"
#include "semantics/kind_rules.h"

namespace wheelhouse::api::semantics {

namespace {

constexpr std::int32_t highestGroup = 20'000;
constexpr std::int32_t highestVersion = 1'000;

void checkApiService(const apiregistration::APIService& object, Problems& problems) {
    const Path spec("spec");
    const apiregistration::APIServiceSpec& of = object.spec();
    const std::string expected = of.version() + "." + of.group();
    if (object.metadata().name() != expected)
        problems.invalid(Path("metadata.name"), object.metadata().name(),
                         "must be `spec.version+\".\"+spec.group`: \"" + expected + "\"");
    if (of.group().empty() ? of.version() != "v1" : !dnsSubdomain(of.group()).empty())
        problems.invalid(spec.child("group"), of.group(),
                         of.group().empty()
                             ? Complaints{"only v1 may have an empty group and it better be legacy kube"}
                             : dnsSubdomain(of.group()));
    problems.invalid(spec.child("version"), of.version(), dns1035Label(of.version()));
    if (of.grouppriorityminimum() <= 0 || of.grouppriorityminimum() > highestGroup)
        problems.invalid(spec.child("groupPriorityMinimum"), of.grouppriorityminimum(),
                         "must be positive and less than 20000");
    if (of.versionpriority() <= 0 || of.versionpriority() > highestVersion)
        problems.invalid(spec.child("versionPriority"), of.versionpriority(),
                         "must be positive and less than 1000");
    if (!of.has_service()) {
        if (!of.cabundle().empty())
            problems.invalid(spec.child("caBundle"), std::to_string(of.cabundle().size()) + " bytes",
                             "local APIServices may not have a caBundle");
        if (of.insecureskiptlsverify())
            problems.invalidJson(spec.child("insecureSkipTLSVerify"), "true",
                                 "local APIServices may not have insecureSkipTLSVerify");
        return;
    }
    const Path service = spec.child("service");
    if (of.service().namespace_().empty()) problems.required(service.child("namespace"));
    if (of.service().name().empty()) problems.required(service.child("name"));
    if (of.service().has_port() && (of.service().port() < 1 || of.service().port() > 65535))
        problems.invalid(service.child("port"), of.service().port(),
                         "port is not valid: must be between 1 and 65535, inclusive");
    if (of.insecureskiptlsverify() && !of.cabundle().empty())
        problems.invalidJson(spec.child("insecureSkipTLSVerify"), "true",
                             "may not be true if caBundle is present");
}

void defaultApiService(apiregistration::APIService& object) {
    if (object.spec().has_service() && !object.spec().service().has_port())
        object.mutable_spec()->mutable_service()->set_port(443);
}

} // namespace

KindRuleList extensionRules() {
    using Service = apiregistration::APIService;
    static const KindRules all[] = {{.type = Service::descriptor(),
                                     .name = pathSegment,
                                     .defaults = on<Service, defaultApiService>,
                                     .check = checks<Service, checkApiService>}};
    return all;
}

} // namespace wheelhouse::api::semantics
