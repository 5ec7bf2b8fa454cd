#include "engine/api/groups/admissionregistration.h"
#include "semantics/kind_rules.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace wheelhouse::api::semantics {

namespace {

namespace admission = admissionregistration;
using Texts = google::protobuf::RepeatedPtrField<std::string>;

constexpr std::int32_t longestTimeout = 30;
constexpr int mostAuditAnnotations = 20;
constexpr std::size_t longestAuditExpression = 5 * 1024;
const std::vector<std::string> reinvocations = {"IfNeeded", "Never"};

bool has(const Texts& texts, std::string_view text) {
    return std::find(texts.begin(), texts.end(), text) != texts.end();
}

std::string listOf(const Texts& texts) {
    std::string out = "[";
    for (const std::string& text : texts)
        out += (out.size() > 1 ? "," : "") + quoted(text);
    return out + "]";
}

/// Nothing but blanks is as good as nothing.
bool blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
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
        if (blank(condition.expression())) problems.required(at.child("expression"));
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
    if constexpr (requires { hook.reinvocationpolicy(); })
        if (hook.has_reinvocationpolicy())
            problems.oneOf(path.child("reinvocationPolicy"), hook.reinvocationpolicy(), reinvocations);
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

void validateNamedRule(const admission::NamedRuleWithOperations& of, const Path& path, Problems& problems) {
    std::set<std::string> seen;
    for (int i = 0; i < of.resourcenames_size(); ++i) {
        const Path at = path.child("resourceNames").index(static_cast<std::size_t>(i));
        problems.invalid(at, of.resourcenames(i), pathSegment(of.resourcenames(i)));
        if (!seen.insert(of.resourcenames(i)).second) problems.duplicate(at, of.resourcenames(i));
    }
    validateRule(of.rulewithoperations(), path, problems);
}

void validateMatch(const admission::MatchResources& match, const Path& path, Problems& problems) {
    if (match.has_matchpolicy())
        problems.oneOf(path.child("matchPolicy"), match.matchpolicy(), {"Equivalent", "Exact"});
    if (match.has_namespaceselector())
        validateLabelSelector(match.namespaceselector(), path.child("namespaceSelector"), problems);
    if (match.has_objectselector())
        validateLabelSelector(match.objectselector(), path.child("objectSelector"), problems);
    for (int i = 0; i < match.resourcerules_size(); ++i)
        validateNamedRule(match.resourcerules(i),
                          path.child("resourceRules").index(static_cast<std::size_t>(i)), problems);
    for (int i = 0; i < match.excluderesourcerules_size(); ++i)
        validateNamedRule(match.excluderesourcerules(i),
                          path.child("excludeResourceRules").index(static_cast<std::size_t>(i)), problems);
}

/// `value` as one problem with all complaints about it.
void validateJoined(const Path& path, const std::string& value, const Complaints& complaints,
                    const std::string& before, Problems& problems) {
    std::string all;
    for (const std::string& each : complaints)
        all += (all.empty() ? "" : ",") + each;
    if (!all.empty()) problems.invalid(path, value, before + all);
}

void validateParamKind(const admission::ParamKind& of, const Path& path, Problems& problems) {
    const Path at = path.child("apiVersion");
    const std::string& version = of.apiversion();
    if (const auto slashes = std::count(version.begin(), version.end(), '/'); version.empty()) {
        problems.required(at);
    } else if (slashes > 1) {
        problems.invalid(at, version, "unexpected GroupVersion string: " + version);
    } else {
        const std::size_t slash = version.find('/');
        const std::string group = slash == std::string::npos ? "" : version.substr(0, slash);
        const std::string name = slash == std::string::npos ? version : version.substr(slash + 1);
        if (!group.empty()) validateJoined(at, group, dnsSubdomain(group), "", problems);
        if (name.empty())
            problems.invalid(at, version, "version must be specified");
        else
            validateJoined(at, name, dns1035Label(name), "", problems);
    }
    std::string lower = of.kind();
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    if (of.kind().empty())
        problems.required(path.child("kind"));
    else
        validateJoined(path.child("kind"), of.kind(), dns1035Label(lower),
                       "may have mixed case, but should otherwise match: ", problems);
}

bool isIdentifier(const std::string& name) {
    static const std::set<std::string> reserved = {
        "true",     "false",   "null",      "in",       "as",  "break",  "const",
        "continue", "else",    "for",       "function", "if",  "import", "let",
        "loop",     "package", "namespace", "return",   "var", "void",   "while"};
    const auto letter = [](unsigned char c) { return std::isalpha(c) || c == '_'; };
    return !name.empty() && letter(static_cast<unsigned char>(name.front())) && !reserved.contains(name) &&
           std::all_of(name.begin(), name.end(),
                       [&](unsigned char c) { return letter(c) || std::isdigit(c); });
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
    if (of.has_paramkind()) validateParamKind(of.paramkind(), spec.child("paramKind"), problems);
    std::set<std::string> names;
    for (int i = 0; i < of.variables_size(); ++i) {
        const Path at = spec.child("variables").index(static_cast<std::size_t>(i));
        if (blank(of.variables(i).name()))
            problems.required(at.child("name"), "name is not specified");
        else if (!isIdentifier(of.variables(i).name()))
            problems.invalid(at.child("name"), of.variables(i).name(), "name is not a valid CEL identifier");
        if (blank(of.variables(i).expression()))
            problems.required(at.child("expression"), "expression is not specified");
        if (!names.insert(of.variables(i).name()).second)
            problems.duplicate(at.child("name"), of.variables(i).name());
    }
    validateConditions(of.matchconditions(), spec.child("matchConditions"), problems);
}

void validateValidation(const admission::Validation& of, const Path& path, Problems& problems) {
    if (blank(of.expression())) problems.required(path.child("expression"), "expression is not specified");
    if (!of.messageexpression().empty() && blank(of.messageexpression()))
        problems.invalid(path.child("messageExpression"), of.messageexpression(),
                         "must be non-empty if specified");
    const Path message = path.child("message");
    std::string_view text = of.message();
    if (!text.empty() && blank(text)) {
        problems.invalid(message, text, "message must be non-empty if specified");
    } else if (!text.empty()) {
        text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
        text.remove_prefix(text.find_first_not_of(" \t\r\n"));
        if (text.find_first_of("\r\n") != std::string_view::npos)
            problems.invalid(message, of.message(), "message must not contain line breaks");
    }
    if (of.has_reason())
        problems.oneOf(path.child("reason"), of.reason(), {"Forbidden", "Invalid", "RequestEntityTooLarge"});
}

void validateAuditAnnotations(const admission::ValidatingAdmissionPolicy& object, const Path& path,
                              Problems& problems) {
    const auto& all = object.spec().auditannotations();
    if (all.size() > mostAuditAnnotations)
        problems.invalidBare(path, "must not have more than 20 auditAnnotations");
    std::set<std::string> keys;
    for (int i = 0; i < all.size(); ++i) {
        const Path at = path.index(static_cast<std::size_t>(i));
        // Under this name it stands in the audit log.
        const std::string name = object.metadata().name() + "/" + all.Get(i).key();
        problems.invalid(at.child("key"), name, qualifiedName(name));
        if (!keys.insert(all.Get(i).key()).second) problems.duplicate(at.child("key"), all.Get(i).key());
        const std::string& expression = all.Get(i).valueexpression();
        if (blank(expression))
            problems.required(at.child("valueExpression"), "valueExpression is not specified");
        else if (expression.size() > longestAuditExpression)
            problems.required(at.child("valueExpression"), "must not exceed 5120 bytes in length");
    }
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
        validateValidation(of.validations(i), spec.child("validations").index(static_cast<std::size_t>(i)),
                           problems);
    validateAuditAnnotations(object, spec.child("auditAnnotations"), problems);
}

void defaultValidatingPolicy(admission::ValidatingAdmissionPolicy& object) {
    if (!object.spec().has_failurepolicy()) object.mutable_spec()->set_failurepolicy("Fail");
    if (object.spec().has_matchconstraints())
        defaultMatch(*object.mutable_spec()->mutable_matchconstraints());
}

void validateParamRef(const admission::ParamRef& of, const Path& path, Problems& problems) {
    const bool both = !of.name().empty() && of.has_selector();
    if (!of.name().empty()) problems.invalid(path.child("name"), of.name(), pathSegment(of.name()));
    if (of.has_selector()) validateLabelSelector(of.selector(), path.child("selector"), problems);
    for (const char* field : {"name", "selector"})
        if (both) problems.forbidden(path.child(field), "name and selector are mutually exclusive");
    if (of.name().empty() && !of.has_selector())
        problems.required(path, "one of name or selector must be specified");
    problems.oneOf(path.child("parameterNotFoundAction"), of.parameternotfoundaction(), {"Deny", "Allow"});
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
    validateParamRef(of.paramref(), spec.child("paramRef"), problems);
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
    if (of.has_reinvocationpolicy())
        problems.oneOf(Path("spec").child("reinvocationPolicy"), of.reinvocationpolicy(), reinvocations);
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
