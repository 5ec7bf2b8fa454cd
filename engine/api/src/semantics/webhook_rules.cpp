#include "engine/api/groups/admissionregistration.h"
#include "semantics/kind_rules.h"

#include <algorithm>
#include <set>

namespace wheelhouse::api::semantics {

namespace {

namespace admission = admissionregistration;
using Texts = google::protobuf::RepeatedPtrField<std::string>;

constexpr std::int32_t longestTimeout = 30;

bool has(const Texts& texts, std::string_view text) {
    return std::find(texts.begin(), texts.end(), text) != texts.end();
}

std::string listOf(const Texts& texts) {
    std::string out = "[";
    for (const std::string& text : texts)
        out += (out.size() > 1 ? "," : "") + quoted(text);
    return out + "]";
}

/// Groups and versions of a rule: there is something, and a star stands alone.
void validateScope(const Texts& texts, const Path& path, const char* what, bool mayBeEmpty,
                   Problems& problems) {
    if (texts.empty()) problems.required(path);
    if (texts.size() > 1 && has(texts, "*"))
        problems.invalidJson(path, listOf(texts),
                             std::string("if '*' is present, must not specify other ") + what);
    for (int i = 0; i < texts.size(); ++i)
        if (!mayBeEmpty && texts.Get(i).empty()) problems.required(path.index(static_cast<std::size_t>(i)));
}

void validateResources(const Texts& resources, const Path& path, Problems& problems) {
    if (resources.empty()) problems.required(path);
    const bool everything = has(resources, "*/*");
    if (everything && resources.size() > 1)
        problems.invalidJson(path, listOf(resources),
                             "if '*/*' is present, must not specify other resources");
    for (int i = 0; i < resources.size(); ++i) {
        const std::string& each = resources.Get(i);
        const Path at = path.index(static_cast<std::size_t>(i));
        if (each.empty()) problems.required(at);
        const std::size_t slash = each.find('/');
        if (slash == std::string::npos || everything) continue;
        const std::string resource = each.substr(0, slash);
        const std::string subresource = each.substr(slash + 1);
        if (subresource != "*" && has(resources, resource + "/*"))
            problems.invalid(at, each, "if '" + resource + "/*' is present, must not specify " + each);
        if (resource != "*" && has(resources, "*/" + subresource))
            problems.invalid(at, each, "if '*/" + subresource + "' is present, must not specify " + each);
    }
}

void validateRule(const admission::RuleWithOperations& of, const Path& path, Problems& problems) {
    static const std::vector<std::string> operations = {"*", "CONNECT", "CREATE", "DELETE", "UPDATE"};
    const Path at = path.child("operations");
    if (of.operations().empty()) problems.required(at);
    if (of.operations_size() > 1 && has(of.operations(), "*"))
        problems.invalidJson(at, listOf(of.operations()),
                             "if '*' is present, must not specify other operations");
    for (int i = 0; i < of.operations_size(); ++i)
        if (std::find(operations.begin(), operations.end(), of.operations(i)) == operations.end())
            problems.notSupported(at.index(static_cast<std::size_t>(i)), of.operations(i), operations);
    const admission::Rule& rule = of.rule();
    validateScope(rule.apigroups(), path.child("apiGroups"), "API groups", true, problems);
    validateScope(rule.apiversions(), path.child("apiVersions"), "API versions", false, problems);
    validateResources(rule.resources(), path.child("resources"), problems);
    if (rule.has_scope()) problems.oneOf(path.child("scope"), rule.scope(), {"*", "Cluster", "Namespaced"});
}

void validateUrl(const std::string& url, const Path& path, Problems& problems) {
    constexpr const char* form = "; desired format: https://host[/path]";
    constexpr std::string_view https = "https://";
    if (!url.starts_with(https)) {
        const std::size_t colon = url.find("://");
        const std::string scheme = colon == std::string::npos ? "" : url.substr(0, colon);
        problems.invalid(path, scheme, std::string("'https' is the only allowed URL scheme") + form);
    }
    const std::size_t host = url.find("://") == std::string::npos ? 0 : url.find("://") + 3;
    if (host == url.size() || url[host] == '/')
        problems.invalid(path, "", std::string("host must be specified") + form);
    if (url.find('@', host) != std::string::npos)
        problems.invalid(path, url, "user information is not permitted in the URL");
    if (url.find('#') != std::string::npos)
        problems.invalid(path, url, "fragments are not permitted in the URL");
    if (url.find('?') != std::string::npos)
        problems.invalid(path, url, "query parameters are not permitted in the URL");
}

void validateService(const admission::ServiceReference& service, const Path& path, Problems& problems) {
    if (service.name().empty()) problems.required(path.child("name"), "service name is required");
    if (service.namespace_().empty())
        problems.required(path.child("namespace"), "service namespace is required");
    if (service.has_port()) {
        if (service.port() < 1 || service.port() > 65535)
            problems.invalid(path.child("port"), service.port(),
                             "port is not valid: must be between 1 and 65535, inclusive");
    }
    if (service.has_path() && !service.path().empty() && service.path() != "/" &&
        service.path().front() != '/')
        problems.invalid(path.child("path"), service.path(), "must start with a '/'");
}

void validateConditions(const google::protobuf::RepeatedPtrField<admission::MatchCondition>& conditions,
                        const Path& path, Problems& problems) {
    constexpr int most = 64;
    if (conditions.size() > most) problems.tooMany(path, conditions.size(), most);
    std::set<std::string> names;
    for (int i = 0; i < conditions.size(); ++i) {
        const Path at = path.index(static_cast<std::size_t>(i));
        const admission::MatchCondition& condition = conditions.Get(i);
        if (condition.expression().empty()) problems.required(at.child("expression"));
        if (condition.name().empty())
            problems.required(at.child("name"));
        else {
            problems.invalid(at.child("name"), condition.name(), qualifiedName(condition.name()));
            if (!names.insert(condition.name()).second)
                problems.duplicate(at.child("name"), condition.name());
        }
    }
}

template <class Hook>
void validateHook(const Hook& hook, const Path& path, Problems& problems) {
    const Path name = path.child("name");
    if (hook.name().empty()) {
        problems.required(name);
    } else {
        problems.invalid(name, hook.name(), dnsSubdomain(hook.name()));
        if (std::count(hook.name().begin(), hook.name().end(), '.') < 2)
            problems.invalid(name, hook.name(),
                             "should be a domain with at least three segments separated by dots");
    }
    for (int i = 0; i < hook.rules_size(); ++i)
        validateRule(hook.rules(i), path.child("rules").index(static_cast<std::size_t>(i)), problems);
    if (hook.has_failurepolicy())
        problems.oneOf(path.child("failurePolicy"), hook.failurepolicy(), {"Fail", "Ignore"});
    if (hook.has_matchpolicy())
        problems.oneOf(path.child("matchPolicy"), hook.matchpolicy(), {"Equivalent", "Exact"});
    const Path effects = path.child("sideEffects");
    if (!hook.has_sideeffects())
        problems.required(effects, "must specify one of None, NoneOnDryRun");
    else if (hook.sideeffects() != "None" && hook.sideeffects() != "NoneOnDryRun")
        problems.notSupported(effects, hook.sideeffects(), {"None", "NoneOnDryRun"});
    if (hook.has_timeoutseconds() && (hook.timeoutseconds() < 1 || hook.timeoutseconds() > longestTimeout))
        problems.invalid(path.child("timeoutSeconds"), hook.timeoutseconds(),
                         "the timeout value must be between 1 and 30 seconds");
    if (hook.has_namespaceselector())
        validateLabelSelector(hook.namespaceselector(), path.child("namespaceSelector"), problems);
    if (hook.has_objectselector())
        validateLabelSelector(hook.objectselector(), path.child("objectSelector"), problems);
    const Path versions = path.child("admissionReviewVersions");
    if (hook.admissionreviewversions().empty())
        problems.required(versions, "must specify one of v1, v1beta1");
    else if (!has(hook.admissionreviewversions(), "v1") && !has(hook.admissionreviewversions(), "v1beta1"))
        problems.invalidJson(versions, listOf(hook.admissionreviewversions()),
                             "must include at least one of v1, v1beta1");
    const Path client = path.child("clientConfig");
    const admission::WebhookClientConfig& config = hook.clientconfig();
    if (config.has_url() == config.has_service())
        problems.required(client, "exactly one of url or service is required");
    else if (config.has_url())
        validateUrl(config.url(), client.child("url"), problems);
    else
        validateService(config.service(), client.child("service"), problems);
    validateConditions(hook.matchconditions(), path.child("matchConditions"), problems);
}

template <class Configuration>
void checkConfiguration(const Configuration& of, Problems& problems) {
    std::set<std::string> names;
    for (int i = 0; i < of.webhooks_size(); ++i) {
        const Path at = Path("webhooks").index(static_cast<std::size_t>(i));
        validateHook(of.webhooks(i), at, problems);
        if (!of.webhooks(i).name().empty() && !names.insert(of.webhooks(i).name()).second)
            problems.duplicate(at.child("name"), of.webhooks(i).name());
    }
}

template <class Rules>
void defaultScopes(Rules& rules) {
    for (auto& rule : rules)
        if (!rule.rule().has_scope()) rule.mutable_rule()->set_scope("*");
}

template <class Hook>
void defaultHook(Hook& hook) {
    if (!hook.has_failurepolicy()) hook.set_failurepolicy("Fail");
    if (!hook.has_matchpolicy()) hook.set_matchpolicy("Equivalent");
    hook.mutable_namespaceselector();
    hook.mutable_objectselector();
    if (!hook.has_timeoutseconds()) hook.set_timeoutseconds(10);
    if (hook.clientconfig().has_service() && !hook.clientconfig().service().has_port())
        hook.mutable_clientconfig()->mutable_service()->set_port(443);
    defaultScopes(*hook.mutable_rules());
}

void defaultMutating(admission::MutatingWebhookConfiguration& of) {
    for (auto& hook : *of.mutable_webhooks()) {
        defaultHook(hook);
        if (!hook.has_reinvocationpolicy()) hook.set_reinvocationpolicy("Never");
    }
}

void defaultValidating(admission::ValidatingWebhookConfiguration& of) {
    for (auto& hook : *of.mutable_webhooks())
        defaultHook(hook);
}

// -------------------------------------------------------------------------------------------------------
// policies

void defaultMatch(admission::MatchResources& match) {
    if (!match.has_matchpolicy()) match.set_matchpolicy("Equivalent");
    match.mutable_namespaceselector();
    match.mutable_objectselector();
    for (auto* rules : {match.mutable_resourcerules(), match.mutable_excluderesourcerules()})
        for (auto& rule : *rules)
            if (!rule.rulewithoperations().rule().has_scope())
                rule.mutable_rulewithoperations()->mutable_rule()->set_scope("*");
}

void validateMatch(const admission::MatchResources& match, const Path& path, Problems& problems) {
    if (match.has_matchpolicy())
        problems.oneOf(path.child("matchPolicy"), match.matchpolicy(), {"Equivalent", "Exact"});
    if (match.has_namespaceselector())
        validateLabelSelector(match.namespaceselector(), path.child("namespaceSelector"), problems);
    if (match.has_objectselector())
        validateLabelSelector(match.objectselector(), path.child("objectSelector"), problems);
    for (int i = 0; i < match.resourcerules_size(); ++i)
        validateRule(match.resourcerules(i).rulewithoperations(),
                     path.child("resourceRules").index(static_cast<std::size_t>(i)), problems);
    for (int i = 0; i < match.excluderesourcerules_size(); ++i)
        validateRule(match.excluderesourcerules(i).rulewithoperations(),
                     path.child("excludeResourceRules").index(static_cast<std::size_t>(i)), problems);
}

/// What the two kinds of policies have in common.
template <class Spec>
void validatePolicy(const Spec& of, Problems& problems) {
    const Path spec("spec");
    const Path constraints = spec.child("matchConstraints");
    if (!of.has_matchconstraints()) {
        problems.required(constraints);
    } else {
        validateMatch(of.matchconstraints(), constraints, problems);
        if (of.matchconstraints().resourcerules().empty())
            problems.required(constraints.child("resourceRules"));
    }
    if (of.has_failurepolicy())
        problems.oneOf(spec.child("failurePolicy"), of.failurepolicy(), {"Fail", "Ignore"});
    if (of.has_paramkind()) {
        if (of.paramkind().apiversion().empty())
            problems.required(spec.child("paramKind").child("apiVersion"));
        if (of.paramkind().kind().empty()) problems.required(spec.child("paramKind").child("kind"));
    }
    std::set<std::string> names;
    for (int i = 0; i < of.variables_size(); ++i) {
        const Path at = spec.child("variables").index(static_cast<std::size_t>(i));
        if (of.variables(i).name().empty())
            problems.required(at.child("name"), "name is not a valid CEL identifier");
        if (of.variables(i).expression().empty())
            problems.required(at.child("expression"), "expression is not specified");
        if (!names.insert(of.variables(i).name()).second)
            problems.duplicate(at.child("name"), of.variables(i).name());
    }
    validateConditions(of.matchconditions(), spec.child("matchConditions"), problems);
}

void checkValidatingPolicy(const admission::ValidatingAdmissionPolicy& object, Problems& problems) {
    const Path spec("spec");
    const auto& of = object.spec();
    validatePolicy(of, problems);
    if (of.validations().empty() && of.auditannotations().empty()) {
        problems.required(spec.child("validations"),
                          "validations or auditAnnotations must contain at least one item");
        problems.required(spec.child("auditAnnotations"),
                          "validations or auditAnnotations must contain at least one item");
    }
    for (int i = 0; i < of.validations_size(); ++i)
        if (of.validations(i).expression().empty())
            problems.required(
                spec.child("validations").index(static_cast<std::size_t>(i)).child("expression"),
                "expression is not specified");
    for (int i = 0; i < of.auditannotations_size(); ++i) {
        const Path at = spec.child("auditAnnotations").index(static_cast<std::size_t>(i));
        if (of.auditannotations(i).key().empty()) problems.required(at.child("key"));
        if (of.auditannotations(i).valueexpression().empty()) problems.required(at.child("valueExpression"));
    }
}

void defaultValidatingPolicy(admission::ValidatingAdmissionPolicy& object) {
    if (!object.spec().has_failurepolicy()) object.mutable_spec()->set_failurepolicy("Fail");
    if (object.spec().has_matchconstraints())
        defaultMatch(*object.mutable_spec()->mutable_matchconstraints());
}

template <class Spec>
void validateBinding(const Spec& of, Problems& problems) {
    const Path spec("spec");
    if (of.policyname().empty())
        problems.required(spec.child("policyName"));
    else
        problems.invalid(spec.child("policyName"), of.policyname(), dnsSubdomain(of.policyname()));
    if (of.has_matchresources()) validateMatch(of.matchresources(), spec.child("matchResources"), problems);
    if (!of.has_paramref()) return;
    const Path path = spec.child("paramRef");
    if (of.paramref().name().empty() && !of.paramref().has_selector())
        problems.required(path, "one of name or selector must be specified");
    if (!of.paramref().name().empty() && of.paramref().has_selector())
        problems.forbidden(path.child("name"), "name and selector are mutually exclusive");
    if (!of.paramref().has_parameternotfoundaction())
        problems.required(path.child("parameterNotFoundAction"));
}

void checkValidatingBinding(const admission::ValidatingAdmissionPolicyBinding& object, Problems& problems) {
    static const std::vector<std::string> known = {"Audit", "Deny", "Warn"};
    const auto& of = object.spec();
    const Path path = Path("spec").child("validationActions");
    validateBinding(of, problems);
    if (of.validationactions().empty()) problems.required(path, "at least one validation action is required");
    std::set<std::string> seen;
    for (int i = 0; i < of.validationactions_size(); ++i) {
        const std::string& action = of.validationactions(i);
        const Path at = path.index(static_cast<std::size_t>(i));
        if (std::find(known.begin(), known.end(), action) == known.end())
            problems.notSupported(at, action, known);
        if (!seen.insert(action).second) problems.duplicate(at, action);
    }
    if (seen.contains("Deny") && seen.contains("Warn"))
        problems.invalidJson(
            path, listOf(of.validationactions()),
            "must not contain both Deny and Warn (repeating the same validation failure information "
            "in the API response and headers serves no purpose)");
}

template <class Binding>
void defaultPolicyBinding(Binding& object) {
    if (object.spec().has_matchresources()) defaultMatch(*object.mutable_spec()->mutable_matchresources());
}

void checkMutatingPolicy(const admission::MutatingAdmissionPolicy& object, Problems& problems) {
    const Path path = Path("spec").child("mutations");
    const auto& of = object.spec();
    validatePolicy(of, problems);
    if (of.mutations().empty()) problems.required(path, "mutations must contain at least one item");
    for (int i = 0; i < of.mutations_size(); ++i) {
        const Path at = path.index(static_cast<std::size_t>(i));
        const bool patch = of.mutations(i).patchtype() == "JSONPatch";
        if (!problems.oneOf(at.child("patchType"), of.mutations(i).patchtype(),
                            {"ApplyConfiguration", "JSONPatch"}))
            continue;
        if (patch && of.mutations(i).jsonpatch().expression().empty())
            problems.required(at.child("jsonPatch").child("expression"));
        if (!patch && of.mutations(i).applyconfiguration().expression().empty())
            problems.required(at.child("applyConfiguration").child("expression"));
    }
}

void defaultMutatingPolicy(admission::MutatingAdmissionPolicy& object) {
    if (!object.spec().has_failurepolicy()) object.mutable_spec()->set_failurepolicy("Fail");
    if (object.spec().has_matchconstraints())
        defaultMatch(*object.mutable_spec()->mutable_matchconstraints());
}

void checkMutatingBinding(const admission::MutatingAdmissionPolicyBinding& object, Problems& problems) {
    validateBinding(object.spec(), problems);
}

} // namespace

KindRuleList webhookRules() {
    using Mutating = admission::MutatingWebhookConfiguration;
    using Validating = admission::ValidatingWebhookConfiguration;
    using Policy = admission::ValidatingAdmissionPolicy;
    using Binding = admission::ValidatingAdmissionPolicyBinding;
    using Changing = admission::MutatingAdmissionPolicy;
    using ChangingBinding = admission::MutatingAdmissionPolicyBinding;
    static const KindRules all[] = {{.type = Mutating::descriptor(),
                                     .generations = true,
                                     .defaults = on<Mutating, defaultMutating>,
                                     .check = checks<Mutating, checkConfiguration<Mutating>>},
                                    {.type = Validating::descriptor(),
                                     .generations = true,
                                     .defaults = on<Validating, defaultValidating>,
                                     .check = checks<Validating, checkConfiguration<Validating>>},
                                    {.type = Policy::descriptor(),
                                     .generations = true,
                                     .defaults = on<Policy, defaultValidatingPolicy>,
                                     .check = checks<Policy, checkValidatingPolicy>},
                                    {.type = Binding::descriptor(),
                                     .generations = true,
                                     .defaults = on<Binding, defaultPolicyBinding<Binding>>,
                                     .check = checks<Binding, checkValidatingBinding>},
                                    {.type = Changing::descriptor(),
                                     .generations = true,
                                     .defaults = on<Changing, defaultMutatingPolicy>,
                                     .check = checks<Changing, checkMutatingPolicy>},
                                    {.type = ChangingBinding::descriptor(),
                                     .generations = true,
                                     .defaults = on<ChangingBinding, defaultPolicyBinding<ChangingBinding>>,
                                     .check = checks<ChangingBinding, checkMutatingBinding>}};
    return all;
}

} // namespace wheelhouse::api::semantics
