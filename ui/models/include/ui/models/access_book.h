#pragma once

#include "engine/api/groups/rbac.h"
#include "engine/api/object.h"

#include <QString>
#include <QStringList>
#include <map>
#include <set>
#include <tuple>
#include <vector>

namespace wheelhouse::ui {

/// Somebody rights are given to.
struct AccessSubject {
    enum class Kind { User, Group, ServiceAccount };
    Kind kind = Kind::User;
    QString nameSpace; ///< of a service account
    QString name;
    bool operator==(const AccessSubject&) const = default;
    bool operator<(const AccessSubject& other) const {
        return std::tie(kind, nameSpace, name) < std::tie(other.kind, other.nameSpace, other.name);
    }

    /// "shop/builder" for a service account, else the name.
    QString text() const;
    /// How the server calls it: "system:serviceaccount:shop:builder".
    QString userName() const;
    /// The groups it belongs to whatever the cluster's sign-in says; a group belongs to itself.
    QStringList groups() const;
    /// Part of the cluster itself.
    bool isSystem() const;
};

/// A binding as far as one subject has rights by it.
struct AccessGrant {
    QString kind; ///< "RoleBinding" or "ClusterRoleBinding"
    QString nameSpace;
    QString name;
    QString roleKind;
    QString roleName;
    QString through; ///< the group by which it holds; empty = the subject itself is named
    QString text() const;
    bool operator==(const AccessGrant&) const = default;
};

/// What may be done with one resource, or one path, in one place.
struct AccessRight {
    QString nameSpace; ///< empty = everywhere
    QString apiGroup;
    QString resource; ///< with its subresource; empty for a path
    QString path;
    QStringList names; ///< only these objects; empty = all
    std::map<QString, std::vector<AccessGrant>> verbs;
};

/// What somebody wants to do.
struct AccessQuestion {
    QString verb;
    QString apiGroup;
    QString resource;  ///< with its subresource
    QString nameSpace; ///< empty = in all of them
    QString name;      ///< empty = with any
};

/// The roles and bindings of a cluster, and what follows from them. It knows what the server knows from
/// them alone: not who is in which group, nor what other authorizers say. One thread.
class AccessBook {
  public:
    /// Takes in a Role, ClusterRole, RoleBinding or ClusterRoleBinding; others are ignored.
    void put(const api::Object& object);
    void drop(const api::Object& object);

    /// Everybody a binding names, in order; accounts of the cluster itself last.
    std::vector<AccessSubject> subjects() const;
    /// The bindings that reach a subject, its groups' included.
    std::vector<AccessGrant> grantsOf(const AccessSubject& subject) const;
    /// Sorted by resource, then place.
    std::vector<AccessRight> rightsOf(const AccessSubject& subject) const;
    /// The bindings by which a subject may do that; none = it may not, as far as they go.
    std::vector<AccessGrant> allows(const AccessSubject& subject, const AccessQuestion& question) const;

  private:
    using Rules = google::protobuf::RepeatedPtrField<api::rbac::PolicyRule>;
    struct Binding {
        AccessGrant grant;
        std::vector<AccessSubject> subjects;
    };
    using Key = std::pair<QString, QString>; ///< namespace, name
    const Rules* rulesOf(const AccessGrant& grant) const;
    template <class Visit>
    void eachRule(const AccessSubject& subject, const Visit& visit) const;

    std::map<Key, Rules> roles_; ///< cluster roles have no namespace
    std::map<Key, Binding> bindings_;
};

/// A subject as a rule's owner writes it; a user "system:serviceaccount:…" is that account.
AccessSubject subjectOf(const api::rbac::Subject& subject);

} // namespace wheelhouse::ui
