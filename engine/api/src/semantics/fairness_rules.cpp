#include "engine/api/groups/flowcontrol.h"
#include "semantics/kind_rules.h"

#include <fmt/format.h>
#include <set>

namespace wheelhouse::api::semantics {

namespace {

const Path spec("spec");
constexpr std::int32_t lastPrecedence = 10'000;
using Texts = google::protobuf::RepeatedPtrField<std::string>;

void validateWords(const Texts& texts, const Path& path, const char* what, Problems& problems) {
    if (texts.empty()) problems.required(path);
    bool star = false;
    for (const std::string& text : texts)
        star = star || text == "*";
    if (star && texts.size() > 1)
        problems.invalidBare(path, fmt::format("if '*' is present, must not specify other {}", what));
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
    if (account && of.has_serviceaccount()) {
        if (of.serviceaccount().name().empty()) problems.required(path.child("serviceAccount").child("name"));
        if (of.serviceaccount().namespace_().empty())
            problems.required(path.child("serviceAccount").child("namespace"));
    }
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
        validateWords(rule.verbs(), at.child("verbs"), "verbs", problems);
        validateWords(rule.apigroups(), at.child("apiGroups"), "api groups", problems);
        validateWords(rule.resources(), at.child("resources"), "resources", problems);
        if (rule.namespaces().empty() && !rule.clusterscope())
            problems.required(at.child("namespaces"),
                              "resource rules that are not cluster scoped must supply at least "
                              "one namespace");
    }
    for (int i = 0; i < of.nonresourcerules_size(); ++i) {
        const Path at = path.child("nonResourceRules").index(static_cast<std::size_t>(i));
        validateWords(of.nonresourcerules(i).verbs(), at.child("verbs"), "verbs", problems);
        validateWords(of.nonresourcerules(i).nonresourceurls(), at.child("nonResourceURLs"),
                      "non-resource urls", problems);
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

void checkPriorityLevel(const flowcontrol::PriorityLevelConfiguration& object, Problems& problems) {
    const flowcontrol::PriorityLevelConfigurationSpec& of = object.spec();
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
    const auto positive = [&](const char* name, std::int64_t value) {
        if (value <= 0) problems.invalid(queuing.child(name), value, "must be positive");
    };
    positive("queueLengthLimit", over.queuing().queuelengthlimit());
    positive("queues", over.queuing().queues());
    positive("handSize", over.queuing().handsize());
    if (over.queuing().handsize() > over.queuing().queues())
        problems.invalid(queuing.child("handSize"), over.queuing().handsize(),
                         fmt::format("should not be greater than queues ({})", over.queuing().queues()));
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
