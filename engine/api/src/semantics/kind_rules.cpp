#include "semantics/kind_rules.h"

#include "custom/definition.h"
#include "engine/api/codec.h"
#include "engine/api/selector.h"
#include "semantics/lab_kinds.h"

#include <unordered_map>

namespace wheelhouse::api::semantics {

const KindRules* rulesFor(const google::protobuf::Descriptor* type) {
    static const auto all = [] {
        std::unordered_map<const google::protobuf::Descriptor*, const KindRules*> table;
        for (const KindRuleList& list :
             {accessRules(), certificateRules(), classRules(), clockRules(), definitionRules(), deviceRules(),
              extensionRules(), fairnessRules(), faultRules(), jobRules(), metricRules(), networkRules(),
              poolRules(), quotaRules(), scalingRules(), statefulRules(), storageRules(), claimRules(),
              webhookRules()})
            for (const KindRules& rules : list)
                table.emplace(rules.type, &rules);
        return table;
    }();
    const auto found = all.find(type);
    return found == all.end() ? nullptr : found->second;
}

void requireSame(const google::protobuf::Message& now, const google::protobuf::Message& old, const Path& path,
                 Problems& problems) {
    if (!sameMessage(now, old)) problems.invalidJson(path, encodeJson(now), fieldIsImmutable);
}

Complaints domainPrefixedPath(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size())
        return {"must be a domain-prefixed path (such as \"acme.io/foo\")"};
    Complaints out = dnsSubdomain(text.substr(0, slash));
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                         "-._~!$&'()*+,;=:@/%";
    if (text.find_first_not_of(allowed) != std::string_view::npos)
        out.emplace_back("Invalid path (e.g. 'valid path', regex used for validation is "
                         "'[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')");
    return out;
}

Complaints wildcardSubdomain(std::string_view text) {
    if (text.starts_with("*.") && dnsSubdomain(text.substr(2)).empty()) return {};
    return {"a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which "
            "must consist "
            "of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. "
            "'*.example.com', regex used for validation is "
            "'\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"};
}

void requireMatch(const meta::LabelSelector& selector, const core::PodTemplateSpec& podTemplate,
                  const Path& path, Problems& problems) {
    const Result<LabelSelector> parsed = LabelSelector::from(selector);
    if (!parsed || parsed->empty()) return;
    const auto& labels = podTemplate.metadata().labels();
    if (!parsed->matches({labels.begin(), labels.end()}))
        problems.invalidJson(path.child("metadata").child("labels"), toJson(labels),
                             "`selector` does not match template `labels`");
}

bool isZeroAmount(const IntOrString& value) {
    return value.type() == 0 ? value.intval() == 0 : value.strval() == "0%" || value.strval() == "0";
}

void validateAmount(const IntOrString& value, const Path& path, bool atMostAll, Problems& problems) {
    if (value.type() == 0) {
        problems.nonNegative(path, value.intval());
        return;
    }
    const Complaints complaints = percent(value.strval());
    problems.invalid(path, value.strval(), complaints);
    if (complaints.empty() && atMostAll && value.strval().size() > 3 && value.strval() != "100%")
        problems.invalid(path, value.strval(), "must not be greater than 100%");
}

} // namespace wheelhouse::api::semantics
