#include "engine/api/groups/flowcontrol.h"
#include "semantics/kind_rules.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>

namespace wheelhouse::api::semantics {

namespace {

const Path spec("spec");
constexpr std::int32_t lastPrecedence = 10'000;
constexpr std::int32_t mostQueues = 10'000'000;
constexpr double hashBits = 60;          ///< of which a request's hand of queues is dealt
constexpr const char* exempt = "exempt"; ///< the one schema and the one level that nothing holds back
using Texts = google::protobuf::RepeatedPtrField<std::string>;

void validateWords(const Texts& texts, const Path& path, const char* what, Problems& problems) {
    if (texts.empty()) problems.required(path);
    bool star = false;
    for (const std::string& text : texts)
        star = star || text == "*";
    if (star && texts.size() > 1)
        problems.invalidBare(path, fmt::format("if '*' is present, must not specify other {}", what));
}

void validateVerbs(const Texts& verbs, const Path& path, Problems& problems) {
    static const std::vector<std::string> known = {"create", "delete", "deletecollection", "get",  "list",
                                                   "patch",  "proxy",  "update",           "watch"};
    if (verbs.empty()) return problems.required(path, "verbs must contain at least one value");
    validateWords(verbs, path, "verbs", problems);
    if (std::find(verbs.begin(), verbs.end(), "*") != verbs.end()) return;
    for (int i = 0; i < verbs.size(); ++i)
        if (std::find(known.begin(), known.end(), verbs.Get(i)) == known.end())
            problems.notSupported(path.index(static_cast<std::size_t>(i)), verbs.Get(i), known);
}

void validateUrl(const std::string& url, const Path& path, Problems& problems) {
    const auto stars = std::count(url.begin(), url.end(), '*');
    const char* why = url.empty()                           ? "must not be empty"
                      : url == "/"                          ? nullptr
                      : url.front() != '/'                  ? "must start with slash"
                      : url.find(' ') != std::string::npos  ? "must not contain white-space"
                      : url.find("//") != std::string::npos ? "must not contain double slash"
                      : stars > 1 || (stars == 1 && !url.ends_with("/*"))
                          ? "wildcard can only do suffix matching"
                          : nullptr;
    if (why != nullptr) problems.invalid(path, url, why);
}

void validateUrls(const Texts& urls, const Path& path, Problems& problems) {
    if (urls.empty()) return problems.required(path, "nonResourceURLs must contain at least one value");
    validateWords(urls, path, "non-resource URLs", problems);
    if (std::find(urls.begin(), urls.end(), "*") != urls.end()) return;
    for (int i = 0; i < urls.size(); ++i)
        validateUrl(urls.Get(i), path.index(static_cast<std::size_t>(i)), problems);
}

void validateSpaces(const flowcontrol::ResourcePolicyRule& rule, const Path& path, Problems& problems) {
    const Texts& spaces = rule.namespaces();
    if (spaces.empty()) {
        if (!rule.clusterscope())
            problems.required(
                path, "resource rules that are not cluster scoped must supply at least one namespace");
        return;
    }
    validateWords(spaces, path, "namespaces", problems);
    if (std::find(spaces.begin(), spaces.end(), "*") != spaces.end()) return;
    for (int i = 0; i < spaces.size(); ++i)
        for (const std::string& why : dnsLabel(spaces.Get(i)))
            problems.invalid(path.index(static_cast<std::size_t>(i)), spaces.Get(i),
                             "each member of this list must be '*' or a DNS-1123 label; " + why);
}

void validateAccount(const flowcontrol::ServiceAccountSubject& of, const Path& path, Problems& problems) {
    if (of.name().empty())
        problems.required(path.child("name"));
    else if (of.name() != "*")
        problems.invalid(path.child("name"), of.name(), dnsSubdomain(of.name()));
    if (of.namespace_().empty())
        problems.required(path.child("namespace"), "must specify namespace for service account");
    else
        problems.invalid(path.child("namespace"), of.namespace_(), dnsLabel(of.namespace_()));
}

void validateSubject(const flowcontrol::Subject& of, const Path& path, Problems& problems) {
    const bool user = of.kind() == "User";
    const bool group = of.kind() == "Group";
    const bool account = of.kind() == "ServiceAccount";
    if (!user && !group && !account)
        return problems.notSupported(path.child("kind"), of.kind(), {"Group", "ServiceAccount", "User"});
    const auto one = [&](const char* name, bool wanted, bool given) {
        if (wanted && !given)
            problems.required(path.child(name),
                              fmt::format("{} is required when subject kind is '{}'", name, of.kind()));
        if (!wanted && given)
            problems.forbidden(path.child(name),
                               fmt::format("{} is forbidden when subject kind is not '{}'", name,
                                           name[0] == 'u'   ? "User"
                                           : name[0] == 'g' ? "Group"
                                                            : "ServiceAccount"));
    };
    one("serviceAccount", account, of.has_serviceaccount());
    one("user", user, of.has_user());
    one("group", group, of.has_group());
    if (user && of.has_user() && of.user().name().empty())
        problems.required(path.child("user").child("name"));
    if (group && of.has_group() && of.group().name().empty())
        problems.required(path.child("group").child("name"));
    if (account && of.has_serviceaccount())
        validateAccount(of.serviceaccount(), path.child("serviceAccount"), problems);
}

void validateRequests(const flowcontrol::PolicyRulesWithSubjects& of, const Path& path, Problems& problems) {
    if (of.subjects().empty())
        problems.required(path.child("subjects"), "subjects must contain at least one value");
    for (int i = 0; i < of.subjects_size(); ++i)
        validateSubject(of.subjects(i), path.child("subjects").index(static_cast<std::size_t>(i)), problems);
    if (of.resourcerules().empty() && of.nonresourcerules().empty())
        problems.required(path, "at least one of resourceRules and nonResourceRules has to be non-empty");
    for (int i = 0; i < of.resourcerules_size(); ++i) {
        const Path at = path.child("resourceRules").index(static_cast<std::size_t>(i));
        const auto& rule = of.resourcerules(i);
        validateVerbs(rule.verbs(), at.child("verbs"), problems);
        if (rule.apigroups().empty())
            problems.required(at.child("apiGroups"), "resource rules must supply at least one api group");
        else
            validateWords(rule.apigroups(), at.child("apiGroups"), "api groups", problems);
        if (rule.resources().empty())
            problems.required(at.child("resources"), "resource rules must supply at least one resource");
        else
            validateWords(rule.resources(), at.child("resources"), "resources", problems);
        validateSpaces(rule, at.child("namespaces"), problems);
    }
    for (int i = 0; i < of.nonresourcerules_size(); ++i) {
        const Path at = path.child("nonResourceRules").index(static_cast<std::size_t>(i));
        validateVerbs(of.nonresourcerules(i).verbs(), at.child("verbs"), problems);
        validateUrls(of.nonresourcerules(i).nonresourceurls(), at.child("nonResourceURLs"), problems);
    }
}

void checkFlowSchema(const flowcontrol::FlowSchema& object, Problems& problems) {
    const flowcontrol::FlowSchemaSpec& of = object.spec();
    if (of.matchingprecedence() <= 0)
        problems.invalid(spec.child("matchingPrecedence"), of.matchingprecedence(),
                         "must be a positive value");
    if (of.matchingprecedence() > lastPrecedence)
        problems.invalid(spec.child("matchingPrecedence"), of.matchingprecedence(),
                         "must not be greater than 10000");
    if (of.matchingprecedence() == 1 && object.metadata().name() != exempt)
        problems.invalid(spec.child("matchingPrecedence"), of.matchingprecedence(),
                         "only the schema named 'exempt' may have matchingPrecedence 1");
    if (of.has_distinguishermethod())
        problems.oneOf(spec.child("distinguisherMethod").child("type"), of.distinguishermethod().type(),
                       {"ByNamespace", "ByUser"});
    const Path level = spec.child("priorityLevelConfiguration").child("name");
    if (of.prioritylevelconfiguration().name().empty())
        problems.required(level, "must reference a priority level");
    else
        problems.invalid(level, of.prioritylevelconfiguration().name(),
                         dnsSubdomain(of.prioritylevelconfiguration().name()));
    for (int i = 0; i < of.rules_size(); ++i)
        validateRequests(of.rules(i), spec.child("rules").index(static_cast<std::size_t>(i)), problems);
}

void defaultFlowSchema(flowcontrol::FlowSchema& object) {
    if (object.spec().matchingprecedence() == 0) object.mutable_spec()->set_matchingprecedence(1000);
}

/// How many bits it takes to deal a hand of that many from that many queues.
double entropyBits(std::int32_t queues, std::int32_t hand) {
    double bits = 0;
    for (std::int32_t i = 0; i < hand; ++i)
        bits += std::log2(static_cast<double>(queues - i));
    return std::ceil(bits);
}

void validateQueuing(const flowcontrol::QueuingConfiguration& of, const Path& path, Problems& problems) {
    if (of.queuelengthlimit() <= 0)
        problems.invalid(path.child("queueLengthLimit"), of.queuelengthlimit(), "must be positive");
    if (of.queues() <= 0)
        problems.invalid(path.child("queues"), of.queues(), "must be positive");
    else if (of.queues() > mostQueues)
        problems.invalid(path.child("queues"), of.queues(),
                         fmt::format("must not be greater than {}", mostQueues));
    const Path hand = path.child("handSize");
    if (of.handsize() <= 0)
        problems.invalid(hand, of.handsize(), "must be positive");
    else if (of.handsize() > of.queues())
        problems.invalid(hand, of.handsize(),
                         fmt::format("should not be greater than queues ({})", of.queues()));
    else if (of.handsize() > hashBits || entropyBits(of.queues(), of.handsize()) > hashBits)
        problems.invalid(
            hand, of.handsize(),
            fmt::format("required entropy bits of deckSize {} and handSize {} should not be greater than {}",
                        of.queues(), of.handsize(), hashBits));
}

void checkPriorityLevel(const flowcontrol::PriorityLevelConfiguration& object, Problems& problems) {
    const flowcontrol::PriorityLevelConfigurationSpec& of = object.spec();
    if ((object.metadata().name() == exempt) != (of.type() == "Exempt"))
        problems.invalid(spec.child("type"), of.type(),
                         "type must be 'Exempt' if and only if name is 'exempt'");
    if (of.type() == "Exempt") {
        if (of.has_limited())
            problems.forbidden(spec.child("limited"), "must be nil if the type is not Limited");
        return;
    }
    if (of.type() != "Limited")
        return problems.notSupported(spec.child("type"), of.type(), {"Exempt", "Limited"});
    if (of.has_exempt()) problems.forbidden(spec.child("exempt"), "must be nil if the type is Limited");
    const Path limited = spec.child("limited");
    if (!of.has_limited()) return problems.required(limited, "must not be empty when type is Limited");
    const flowcontrol::LimitedPriorityLevelConfiguration& limits = of.limited();
    if (limits.nominalconcurrencyshares() < 0)
        problems.invalid(limited.child("nominalConcurrencyShares"), limits.nominalconcurrencyshares(),
                         "must be a non-negative integer");
    problems.between(limited.child("lendablePercent"), limits.lendablepercent(), 0, 100);
    if (limits.borrowinglimitpercent() < 0)
        problems.invalid(limited.child("borrowingLimitPercent"), limits.borrowinglimitpercent(),
                         "if specified, must be a non-negative integer");
    const Path response = limited.child("limitResponse");
    const flowcontrol::LimitResponse& over = limits.limitresponse();
    if (over.type() == "Reject") {
        if (over.has_queuing())
            problems.forbidden(response.child("queuing"),
                               "must be nil if limited.limitResponse.type is not Limited");
        return;
    }
    if (over.type() != "Queue")
        return problems.notSupported(response.child("type"), over.type(), {"Queue", "Reject"});
    const Path queuing = response.child("queuing");
    if (!over.has_queuing())
        return problems.required(queuing, "must not be empty if limited.limitResponse.type is Limited");
    validateQueuing(over.queuing(), queuing, problems);
}

void defaultPriorityLevel(flowcontrol::PriorityLevelConfiguration& object) {
    flowcontrol::PriorityLevelConfigurationSpec& of = *object.mutable_spec();
    if (of.type() == "Exempt") {
        auto& exempt = *of.mutable_exempt();
        if (!exempt.has_nominalconcurrencyshares()) exempt.set_nominalconcurrencyshares(0);
        if (!exempt.has_lendablepercent()) exempt.set_lendablepercent(0);
        return;
    }
    if (!of.has_limited()) return;
    auto& limited = *of.mutable_limited();
    if (!limited.has_nominalconcurrencyshares()) limited.set_nominalconcurrencyshares(30);
    if (!limited.has_lendablepercent()) limited.set_lendablepercent(0);
    if (limited.limitresponse().type() != "Queue" || !limited.limitresponse().has_queuing()) return;
    auto& queuing = *limited.mutable_limitresponse()->mutable_queuing();
    if (queuing.handsize() == 0) queuing.set_handsize(8);
    if (queuing.queues() == 0) queuing.set_queues(64);
    if (queuing.queuelengthlimit() == 0) queuing.set_queuelengthlimit(50);
}

} // namespace

KindRuleList fairnessRules() {
    using Schema = flowcontrol::FlowSchema;
    using Level = flowcontrol::PriorityLevelConfiguration;
    static const KindRules all[] = {{.type = Schema::descriptor(),
                                     .generations = true,
                                     .defaults = on<Schema, defaultFlowSchema>,
                                     .check = checks<Schema, checkFlowSchema>},
                                    {.type = Level::descriptor(),
                                     .generations = true,
                                     .defaults = on<Level, defaultPriorityLevel>,
                                     .check = checks<Level, checkPriorityLevel>}};
    return all;
}

} // namespace wheelhouse::api::semantics
