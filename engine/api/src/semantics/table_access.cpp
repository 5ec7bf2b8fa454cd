#include "engine/api/groups/admissionregistration.h"
#include "engine/api/groups/apiextensions.h"
#include "engine/api/groups/apiregistration.h"
#include "engine/api/groups/certificates.h"
#include "engine/api/groups/flowcontrol.h"
#include "engine/api/groups/rbac.h"
#include "semantics/table_printers.h"

namespace wheelhouse::api::semantics {

namespace {

template <class M>
Cells created(const M& of, WallTime) {
    return {of.metadata().name(), createdAt(of)};
}

std::string listText(const std::vector<std::string>& all) {
    std::string out;
    for (const std::string& each : all)
        out += (out.empty() ? "" : ", ") + each;
    return out;
}

template <class Binding>
Cells binding(const Binding& of, WallTime now) {
    std::vector<std::string> users;
    std::vector<std::string> groups;
    std::vector<std::string> accounts;
    for (const rbac::Subject& subject : of.subjects()) {
        if (subject.kind() == "User") users.push_back(subject.name());
        if (subject.kind() == "Group") groups.push_back(subject.name());
        if (subject.kind() == "ServiceAccount")
            accounts.push_back(subject.namespace_() + "/" + subject.name());
    }
    return {of.metadata().name(), of.roleref().kind() + "/" + of.roleref().name(),
            ageOf(of, now),       listText(users),
            listText(groups),     listText(accounts)};
}

Cells request(const certificates::CertificateSigningRequest& of, WallTime now) {
    std::string state;
    bool failed = false;
    for (const auto& condition : of.status().conditions()) {
        if (condition.type() == "Approved" || condition.type() == "Denied") state = condition.type();
        failed = failed || condition.type() == "Failed";
    }
    if (state.empty()) state = "Pending";
    if (failed) state += ",Failed";
    if (!of.status().certificate().empty()) state += ",Issued";
    return {of.metadata().name(),
            ageOf(of, now),
            of.spec().signername(),
            of.spec().username(),
            of.spec().has_expirationseconds()
                ? humanDuration(std::chrono::seconds(of.spec().expirationseconds()))
                : "<none>",
            state};
}

template <class Configuration>
Cells webhooks(const Configuration& of, WallTime now) {
    return {of.metadata().name(), std::int64_t{of.webhooks_size()}, ageOf(of, now)};
}

template <class Spec>
std::string paramKind(const Spec& of) {
    return of.has_paramkind() ? of.paramkind().apiversion() + "/" + of.paramkind().kind() : "<unset>";
}

Cells validatingPolicy(const admissionregistration::ValidatingAdmissionPolicy& of, WallTime now) {
    return {of.metadata().name(), std::int64_t{of.spec().validations_size()}, paramKind(of.spec()),
            ageOf(of, now)};
}

Cells mutatingPolicy(const admissionregistration::MutatingAdmissionPolicy& of, WallTime now) {
    return {of.metadata().name(), std::int64_t{of.spec().mutations_size()}, paramKind(of.spec()),
            ageOf(of, now)};
}

template <class Binding>
Cells policyBinding(const Binding& of, WallTime now) {
    std::string parameters = "<unset>";
    if (of.spec().has_paramref()) {
        const auto& to = of.spec().paramref();
        parameters = to.has_selector()         ? selectorText(to.selector())
                     : to.namespace_().empty() ? "*/" + to.name()
                                               : to.namespace_() + "/" + to.name();
    }
    return {of.metadata().name(), of.spec().policyname(), parameters, ageOf(of, now)};
}

Cells apiService(const apiregistration::APIService& of, WallTime now) {
    const auto& service = of.spec().service();
    std::string available = "Unknown";
    for (const auto& condition : of.status().conditions()) {
        if (condition.type() != "Available") continue;
        available = condition.status();
        if (available != "True") available += " (" + condition.reason() + ")";
    }
    return {of.metadata().name(),
            of.spec().has_service() ? service.namespace_() + "/" + service.name() : "Local", available,
            ageOf(of, now)};
}

Cells flowSchema(const flowcontrol::FlowSchema& of, WallTime now) {
    std::string dangling = "?";
    for (const auto& condition : of.status().conditions())
        if (condition.type() == "Dangling") dangling = condition.status();
    return {of.metadata().name(),
            of.spec().prioritylevelconfiguration().name(),
            std::int64_t{of.spec().matchingprecedence()},
            of.spec().has_distinguishermethod() ? of.spec().distinguishermethod().type() : "<none>",
            ageOf(of, now),
            dangling};
}

Cells priorityLevel(const flowcontrol::PriorityLevelConfiguration& of, WallTime now) {
    const flowcontrol::PriorityLevelConfigurationSpec& spec = of.spec();
    std::string shares = "<none>";
    std::string queues = "<none>";
    std::string hand = "<none>";
    std::string length = "<none>";
    if (spec.has_exempt()) shares = std::to_string(spec.exempt().nominalconcurrencyshares());
    if (spec.has_limited()) {
        shares = std::to_string(spec.limited().nominalconcurrencyshares());
        if (spec.limited().limitresponse().has_queuing()) {
            const auto& queuing = spec.limited().limitresponse().queuing();
            queues = std::to_string(queuing.queues());
            hand = std::to_string(queuing.handsize());
            length = std::to_string(queuing.queuelengthlimit());
        }
    }
    return {of.metadata().name(), spec.type(), shares, queues, hand, length, ageOf(of, now)};
}

Columns bindingColumns() {
    return {nameColumn(),
            text("Role", "The role given."),
            ageColumn(),
            wide(text("Users", "Users who get it.")),
            wide(text("Groups", "Groups who get it.")),
            wide(text("ServiceAccounts", "Service accounts that get it."))};
}

Columns policyBindingColumns() {
    return {nameColumn(), text("PolicyName", "The policy."), text("ParamRef", "Its parameters."),
            ageColumn()};
}

} // namespace

Printers accessPrinters() {
    namespace admission = admissionregistration;
    using Crd = apiextensions::CustomResourceDefinition;
    const Columns createdOnly = {nameColumn(), createdColumn()};
    const Columns hooks = {nameColumn(), number("Webhooks", "How many webhooks."), ageColumn()};
    return {
        printer<rbac::Role>(createdOnly, created<rbac::Role>),
        printer<rbac::ClusterRole>(createdOnly, created<rbac::ClusterRole>),
        printer<rbac::RoleBinding>(bindingColumns(), binding<rbac::RoleBinding>),
        printer<rbac::ClusterRoleBinding>(bindingColumns(), binding<rbac::ClusterRoleBinding>),
        printer<Crd>(createdOnly, created<Crd>),
        printer<certificates::CertificateSigningRequest>(
            {nameColumn(), ageColumn(), text("SignerName", "Who shall sign."),
             text("Requestor", "Who asked."), text("RequestedDuration", "For how long."),
             text("Condition", "How it stands.")},
            request),
        printer<admission::MutatingWebhookConfiguration>(hooks,
                                                         webhooks<admission::MutatingWebhookConfiguration>),
        printer<admission::ValidatingWebhookConfiguration>(
            hooks, webhooks<admission::ValidatingWebhookConfiguration>),
        printer<admission::ValidatingAdmissionPolicy>(
            {nameColumn(), number("Validations", "How many checks."),
             text("ParamKind", "Kind of its parameters."), ageColumn()},
            validatingPolicy),
        printer<admission::MutatingAdmissionPolicy>({nameColumn(), number("Mutations", "How many changes."),
                                                     text("ParamKind", "Kind of its parameters."),
                                                     ageColumn()},
                                                    mutatingPolicy),
        printer<admission::ValidatingAdmissionPolicyBinding>(
            policyBindingColumns(), policyBinding<admission::ValidatingAdmissionPolicyBinding>),
        printer<admission::MutatingAdmissionPolicyBinding>(
            policyBindingColumns(), policyBinding<admission::MutatingAdmissionPolicyBinding>),
        printer<apiregistration::APIService>({nameColumn(), text("Service", "Who serves it."),
                                              text("Available", "Whether it is served."), ageColumn()},
                                             apiService),
        printer<flowcontrol::FlowSchema>({nameColumn(), text("PriorityLevel", "The level."),
                                          number("MatchingPrecedence", "Order, lowest first."),
                                          text("DistinguisherMethod", "How flows are told apart."),
                                          ageColumn(), text("MissingPL", "Whether the level is missing.")},
                                         flowSchema),
        printer<flowcontrol::PriorityLevelConfiguration>(
            {nameColumn(), text("Type", "Exempt or Limited."),
             text("NominalConcurrencyShares", "Share of the server."), text("Queues", "How many queues."),
             text("HandSize", "Queues a flow may use."),
             text("QueueLengthLimit", "Requests that wait in one."), ageColumn()},
            priorityLevel)};
}

} // namespace wheelhouse::api::semantics
