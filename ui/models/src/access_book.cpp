#include "ui/models/access_book.h"

#include <algorithm>

namespace wheelhouse::ui {
namespace {

namespace rbac = api::rbac;
const QString accountPrefix = QStringLiteral("system:serviceaccount:");
const QString signedIn = QStringLiteral("system:authenticated");
const QString notSignedIn = QStringLiteral("system:unauthenticated");

QString text(const std::string& given) {
    return QString::fromStdString(given);
}

QStringList listOf(const google::protobuf::RepeatedPtrField<std::string>& given) {
    QStringList out;
    for (const std::string& each : given)
        out << text(each);
    return out;
}

bool has(const google::protobuf::RepeatedPtrField<std::string>& given, const QString& wanted) {
    return std::any_of(given.begin(), given.end(),
                       [&](const std::string& each) { return each == "*" || text(each) == wanted; });
}

/// A rule speaks of subresources as "pods/log", "*/log" or "*".
bool hasResource(const rbac::PolicyRule& rule, const QString& wanted) {
    const QString sub = wanted.section(u'/', 1);
    return has(rule.resources(), wanted) ||
           (!sub.isEmpty() && has(rule.resources(), QStringLiteral("*/") + sub));
}

bool allowsThat(const rbac::PolicyRule& rule, const AccessQuestion& question) {
    const auto& names = rule.resourcenames();
    return has(rule.verbs(), question.verb) && has(rule.apigroups(), question.apiGroup) &&
           hasResource(rule, question.resource) &&
           (names.empty() || std::any_of(names.begin(), names.end(), [&](const std::string& each) {
                return text(each) == question.name;
            }));
}

} // namespace

QString AccessSubject::text() const {
    return kind == Kind::ServiceAccount ? nameSpace + u'/' + name : name;
}

QString AccessSubject::userName() const {
    return kind == Kind::ServiceAccount ? accountPrefix + nameSpace + u':' + name
           : kind == Kind::User         ? name
                                        : QString();
}

QStringList AccessSubject::groups() const {
    if (kind == Kind::ServiceAccount)
        return {QStringLiteral("system:serviceaccounts"),
                QStringLiteral("system:serviceaccounts:") + nameSpace, signedIn};
    if (kind == Kind::User) return {name == u"system:anonymous" ? notSignedIn : signedIn};
    if (name == signedIn || name == notSignedIn) return {name};
    return {name, signedIn};
}

bool AccessSubject::isSystem() const {
    return kind == Kind::ServiceAccount ? nameSpace == u"kube-system" : name.startsWith(u"system:");
}

QString AccessGrant::text() const {
    return nameSpace.isEmpty() ? name : nameSpace + u'/' + name;
}

AccessSubject subjectOf(const rbac::Subject& subject) {
    const QString name = text(subject.name());
    if (subject.kind() == "ServiceAccount")
        return {AccessSubject::Kind::ServiceAccount, text(subject.namespace_()), name};
    if (subject.kind() == "Group") return {AccessSubject::Kind::Group, {}, name};
    const QString account = name.startsWith(accountPrefix) ? name.mid(accountPrefix.size()) : QString();
    if (account.count(u':') == 1)
        return {AccessSubject::Kind::ServiceAccount, account.section(u':', 0, 0), account.section(u':', 1)};
    return {AccessSubject::Kind::User, {}, name};
}

void AccessBook::put(const api::Object& object) {
    const Key key{text(object.nameSpace()), text(object.name())};
    const std::string& kind = object.kind().kind;
    const auto bind = [&](const auto& made) {
        Binding binding;
        binding.grant = {
            text(kind), key.first, key.second, text(made.roleref().kind()), text(made.roleref().name()), {}};
        for (const auto& subject : made.subjects()) {
            AccessSubject who = subjectOf(subject);
            // An account without a namespace is no account; the server refuses to know it too.
            if (who.kind != AccessSubject::Kind::ServiceAccount || !who.nameSpace.isEmpty())
                binding.subjects.push_back(std::move(who));
        }
        bindings_[key] = std::move(binding);
    };
    if (kind == "Role")
        roles_[key] = object.as<rbac::Role>().rules();
    else if (kind == "ClusterRole")
        roles_[key] = object.as<rbac::ClusterRole>().rules();
    else if (kind == "RoleBinding")
        bind(object.as<rbac::RoleBinding>());
    else if (kind == "ClusterRoleBinding")
        bind(object.as<rbac::ClusterRoleBinding>());
}

void AccessBook::drop(const api::Object& object) {
    const Key key{text(object.nameSpace()), text(object.name())};
    const std::string& kind = object.kind().kind;
    if (kind == "Role" || kind == "ClusterRole") roles_.erase(key);
    if (kind == "RoleBinding" || kind == "ClusterRoleBinding") bindings_.erase(key);
}

std::vector<AccessSubject> AccessBook::subjects() const {
    std::set<AccessSubject> known;
    for (const auto& [key, binding] : bindings_)
        known.insert(binding.subjects.begin(), binding.subjects.end());
    std::vector<AccessSubject> out(known.begin(), known.end());
    std::stable_partition(out.begin(), out.end(), [](const auto& each) { return !each.isSystem(); });
    return out;
}

const AccessBook::Rules* AccessBook::rulesOf(const AccessGrant& grant) const {
    const auto found = roles_.find({grant.roleKind == u"Role" ? grant.nameSpace : QString(), grant.roleName});
    return found == roles_.end() ? nullptr : &found->second;
}

std::vector<AccessGrant> AccessBook::grantsOf(const AccessSubject& subject) const {
    const QStringList groups = subject.groups();
    std::vector<AccessGrant> out;
    for (const auto& [key, binding] : bindings_) {
        const auto reaches = [&](const AccessSubject& each) {
            return each == subject || (each.kind == AccessSubject::Kind::Group && groups.contains(each.name));
        };
        // Named itself counts before whatever group it is in.
        auto by = std::find(binding.subjects.begin(), binding.subjects.end(), subject);
        if (by == binding.subjects.end())
            by = std::find_if(binding.subjects.begin(), binding.subjects.end(), reaches);
        if (by == binding.subjects.end()) continue;
        out.push_back(binding.grant);
        if (*by != subject) out.back().through = by->name;
    }
    return out;
}

template <class Visit>
void AccessBook::eachRule(const AccessSubject& subject, const Visit& visit) const {
    for (const AccessGrant& grant : grantsOf(subject))
        if (const Rules* rules = rulesOf(grant))
            for (const rbac::PolicyRule& rule : *rules)
                visit(grant, rule);
}

std::vector<AccessRight> AccessBook::rightsOf(const AccessSubject& subject) const {
    // By resource, group, place, names and path: the order in which they are read.
    std::map<std::tuple<QString, QString, QString, QString, QString>, AccessRight> found;
    const auto add = [&](const AccessGrant& grant, const rbac::PolicyRule& rule, AccessRight right) {
        right.nameSpace = grant.nameSpace;
        auto& place =
            found[{right.resource, right.apiGroup, right.nameSpace, right.names.join(u','), right.path}];
        if (place.verbs.empty()) place = std::move(right);
        for (const std::string& verb : rule.verbs()) {
            auto& grants = place.verbs[text(verb)];
            if (std::find(grants.begin(), grants.end(), grant) == grants.end()) grants.push_back(grant);
        }
    };
    eachRule(subject, [&](const AccessGrant& grant, const rbac::PolicyRule& rule) {
        for (const std::string& group : rule.apigroups())
            for (const std::string& resource : rule.resources())
                add(grant, rule, {{}, text(group), text(resource), {}, listOf(rule.resourcenames()), {}});
        // Paths have no place: a role of a namespace gives none.
        if (grant.nameSpace.isEmpty())
            for (const std::string& path : rule.nonresourceurls())
                add(grant, rule, {{}, {}, {}, text(path), {}, {}});
    });
    std::vector<AccessRight> out;
    for (auto& [key, right] : found)
        if (!right.resource.isEmpty()) out.push_back(std::move(right));
    for (auto& [key, right] : found)
        if (!right.path.isEmpty()) out.push_back(std::move(right));
    return out;
}

std::vector<AccessGrant> AccessBook::allows(const AccessSubject& subject,
                                            const AccessQuestion& question) const {
    std::vector<AccessGrant> out;
    eachRule(subject, [&](const AccessGrant& grant, const rbac::PolicyRule& rule) {
        const bool here = grant.nameSpace.isEmpty() || grant.nameSpace == question.nameSpace;
        if (here && allowsThat(rule, question) && std::find(out.begin(), out.end(), grant) == out.end())
            out.push_back(grant);
    });
    return out;
}

} // namespace wheelhouse::ui
