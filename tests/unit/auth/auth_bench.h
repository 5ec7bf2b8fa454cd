#pragma once

#include "api_bench.h"

namespace wheelhouse::apiserver::test {

inline User person(const std::string& name, std::vector<std::string> groups = {}) {
    return {name, std::move(groups)};
}

/// A role with one rule; `names` may stay empty.
inline std::string role(const std::string& kind, const std::string& name, const std::string& verbs,
                        const std::string& groups, const std::string& resources,
                        const std::string& names = "") {
    return J("{'apiVersion':'rbac.authorization.k8s.io/v1','kind':'") + kind + J("','metadata':{'name':'") +
           name + J("'},'rules':[{'verbs':") + J(verbs) + J(",'apiGroups':") + J(groups) +
           J(",'resources':") + J(resources) +
           (names.empty() ? std::string() : J(",'resourceNames':") + J(names)) + "}]}";
}

/// A binding of one subject; `subject` is JSON without its braces.
inline std::string binding(const std::string& kind, const std::string& name, const std::string& roleKind,
                           const std::string& roleName, const std::string& subject) {
    return J("{'apiVersion':'rbac.authorization.k8s.io/v1','kind':'") + kind + J("','metadata':{'name':'") +
           name + J("'},'roleRef':{'apiGroup':'rbac.authorization.k8s.io','kind':'") + roleKind +
           J("','name':'") + roleName + J("'},'subjects':[{") + J(subject) + "}]}";
}
inline std::string userSubject(const std::string& name) {
    return "'kind':'User','apiGroup':'rbac.authorization.k8s.io','name':'" + name + "'";
}
inline std::string groupSubject(const std::string& name) {
    return "'kind':'Group','apiGroup':'rbac.authorization.k8s.io','name':'" + name + "'";
}

const std::string rbacPath = "/apis/rbac.authorization.k8s.io/v1";

inline std::string make(ApiBench& api, const std::string& path, const std::string& body,
                        const std::optional<User>& user = ApiBench::admin()) {
    const Answer answer = api.send("POST", path, body, json, user);
    return answer.code == 201 ? std::string() : answer.body;
}

} // namespace wheelhouse::apiserver::test
