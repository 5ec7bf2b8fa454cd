#include "auth_bench.h"

#include <QtTest>
#include <set>

using namespace wheelhouse;
using namespace wheelhouse::apiserver;
using namespace wheelhouse::apiserver::test;

namespace {

QString q(const std::string& text) {
    return QString::fromStdString(text);
}

/// RBAC as plainly as it can be written down: what the server's index must agree with.
struct Oracle {
    struct Rule {
        std::set<std::string> verbs, groups, resources, names;
    };
    struct Binding {
        std::string nameSpace; ///< "" = cluster-wide
        std::string subjectKind, subject, role;
    };
    std::map<std::string, Rule> roles;
    std::vector<Binding> bindings;

    bool allowed(const User& user, const std::string& verb, const std::string& group,
                 const std::string& resource, const std::string& nameSpace, const std::string& name) const {
        for (const Binding& each : bindings) {
            if (!each.nameSpace.empty() && each.nameSpace != nameSpace) continue;
            const bool mine = each.subjectKind == "User"
                                  ? each.subject == user.name
                                  : std::count(user.groups.begin(), user.groups.end(), each.subject) > 0;
            if (!mine) continue;
            const Rule& rule = roles.at(each.role);
            const auto fits = [](const std::set<std::string>& set, const std::string& value) {
                return set.count("*") > 0 || set.count(value) > 0;
            };
            const auto slash = resource.find('/');
            const bool anyOfSub =
                slash != std::string::npos && rule.resources.count("*" + resource.substr(slash)) > 0;
            if (fits(rule.verbs, verb) && fits(rule.groups, group) &&
                (fits(rule.resources, resource) || anyOfSub) &&
                (rule.names.empty() || (!name.empty() && rule.names.count(name) > 0)))
                return true;
        }
        return false;
    }
};

std::string list(const std::set<std::string>& items) {
    std::string out;
    for (const auto& item : items)
        out += (out.empty() ? "'" : ",'") + item + "'";
    return "[" + out + "]";
}

bool asked(ApiBench& api, const User& user, const std::string& verb, const std::string& group,
           const std::string& resource, const std::string& nameSpace, const std::string& name) {
    std::string groups;
    for (const auto& each : user.groups)
        groups += (groups.empty() ? "'" : ",'") + each + "'";
    const auto slash = resource.find('/');
    const std::string body =
        J("{'apiVersion':'authorization.k8s.io/v1','kind':'SubjectAccessReview','spec':{'user':'" +
          user.name + "','groups':[" + groups + "],'resourceAttributes':{'verb':'" + verb + "','group':'" +
          group + "','resource':'" + resource.substr(0, slash) + "','subresource':'" +
          (slash == std::string::npos ? "" : resource.substr(slash + 1)) + "','namespace':'" + nameSpace +
          "','name':'" + name + "'}}}");
    const Answer answer = api.send("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", body, json);
    if (answer.code != 201) qWarning() << q(answer.body);
    return answer.at("status.allowed") == "true";
}

const std::vector<std::string> users = {"ann", "bob", "eve"};

/// Random roles and bindings, written to the API and remembered by the oracle.
void fillAtRandom(ApiBench& api, SeededRandom random, Oracle& oracle) {
    const std::vector<std::string> verbs = {"get", "list", "watch", "create", "update", "delete", "*"};
    const std::vector<std::string> groups = {"", "apps", "batch", "*"};
    const std::vector<std::string> resources = {
        "pods", "pods/log", "deployments", "deployments/scale", "secrets", "*/scale", "*"};
    const std::vector<std::string> spaces = {"default", "kube-system", "kube-public"};
    const std::vector<std::string> teams = {"red", "blue"};
    const auto pick = [&](const std::vector<std::string>& from) { return from[random.below(from.size())]; };
    const auto some = [&](const std::vector<std::string>& from) {
        std::set<std::string> out;
        for (std::uint64_t i = 0, n = 1 + random.below(2); i < n; ++i)
            out.insert(pick(from));
        return out;
    };
    for (int i = 0; i < 24; ++i) {
        const std::string name = "r" + std::to_string(i);
        Oracle::Rule rule{some(verbs), some(groups), some(resources), {}};
        if (random.below(3) == 0) rule.names = {"one"};
        QCOMPARE(q(make(api, rbacPath + "/clusterroles",
                        role("ClusterRole", name, list(rule.verbs), list(rule.groups), list(rule.resources),
                             rule.names.empty() ? "" : list(rule.names)))),
                 QString());
        oracle.roles[name] = rule;
    }
    for (int i = 0; i < 30; ++i) {
        const bool wide = random.below(4) == 0;
        Oracle::Binding each{wide ? "" : pick(spaces), random.below(2) ? "User" : "Group", "",
                             "r" + std::to_string(random.below(24))};
        each.subject = each.subjectKind == "User" ? pick(users) : pick(teams);
        const std::string subject =
            each.subjectKind == "User" ? userSubject(each.subject) : groupSubject(each.subject);
        const std::string path = wide ? rbacPath + "/clusterrolebindings"
                                      : rbacPath + "/namespaces/" + each.nameSpace + "/rolebindings";
        QCOMPARE(q(make(api, path,
                        binding(wide ? "ClusterRoleBinding" : "RoleBinding", "b" + std::to_string(i),
                                "ClusterRole", each.role, subject))),
                 QString());
        oracle.bindings.push_back(each);
    }
}

} // namespace

class TestAuthRbac : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void matrixAgreesWithAnOracle();
    void refusalsReadAsKubernetesWritesThem();
    void viewReadsButSeesNoSecretsAndWritesNothing();
    void aggregatedRolesHaveTheirPartsFromTheStart();
    void peopleSeeWhatTheLabHas();
    void nobodyGrantsWhatTheyDoNotHave();
    void bindAndEscalateAreVerbs();
    void impersonationIsCheckedPartByPart();
    void selfSubjectRulesListWhatIsGranted();
    void defaultPolicyComesBackWithoutLosingAdditions();
    void unknownPathsAreForbiddenBeforeTheyAreNotFound();
    void cve_2019_11247_clusterScopedThroughNamespacedPath();
    void cve_2020_8558_nothingWithoutCredentials();
    void decisionsPerSecond();
};

void TestAuthRbac::matrixAgreesWithAnOracle() {
    ApiBench api;
    Oracle oracle;
    fillAtRandom(api, SeededRandom(20), oracle);
    if (QTest::currentTestFailed()) return;
    int yes = 0, no = 0;
    const auto compareAll = [&] {
        for (const auto& user : users)
            for (const auto& team : {std::string("red"), std::string("blue"), std::string("green")})
                for (const auto& verb : {"get", "list", "create", "patch"})
                    for (const auto& [group, resource] : {std::pair<std::string, std::string>{"", "pods"},
                                                          {"", "pods/log"},
                                                          {"", "secrets"},
                                                          {"apps", "deployments"},
                                                          {"apps", "deployments/scale"},
                                                          {"batch", "jobs"}})
                        for (const auto& space :
                             {std::string("default"), std::string("kube-public"), std::string("")})
                            for (const auto& name : {std::string(""), std::string("one")}) {
                                const User who = person(user, {team});
                                const bool wanted = oracle.allowed(who, verb, group, resource, space, name);
                                (wanted ? yes : no)++;
                                QVERIFY2(asked(api, who, verb, group, resource, space, name) == wanted,
                                         q(user + " " + team + " " + verb + " " + group + "/" + resource +
                                           " in '" + space + "' named '" + name + "'")
                                             .toUtf8()
                                             .constData());
                            }
    };
    compareAll();
    QVERIFY2(yes > 100 && no > 100,
             qPrintable(QString("the matrix must test both answers: %1 yes, %2 no").arg(yes).arg(no)));
    // The index follows: half the bindings and a role go.
    for (int i = 0; i < 15; ++i) {
        const auto& each = oracle.bindings[static_cast<std::size_t>(i)];
        const std::string path =
            each.nameSpace.empty()
                ? rbacPath + "/clusterrolebindings/b" + std::to_string(i)
                : rbacPath + "/namespaces/" + each.nameSpace + "/rolebindings/b" + std::to_string(i);
        QCOMPARE(api.send("DELETE", path).code, 200);
    }
    oracle.bindings.erase(oracle.bindings.begin(), oracle.bindings.begin() + 15);
    compareAll();
}

void TestAuthRbac::refusalsReadAsKubernetesWritesThem() {
    ApiBench api;
    const User x = person("x");
    const auto message = [&](const char* method, const std::string& path) {
        const Answer answer = api.send(method, path, {}, {}, x);
        return q(std::to_string(answer.code) + " " + answer.at("message"));
    };
    QCOMPARE(message("GET", "/api/v1/namespaces/default/pods"),
             "403 pods is forbidden: User \"x\" cannot list resource \"pods\" in API group \"\" in the "
             "namespace \"default\"");
    QCOMPARE(
        message("GET", "/apis/apps/v1/deployments"),
        "403 deployments.apps is forbidden: User \"x\" cannot list resource \"deployments\" in API group "
        "\"apps\" at the cluster scope");
    QCOMPARE(
        message("GET", "/api/v1/namespaces/default/pods/p/log"),
        "403 pods \"p\" is forbidden: User \"x\" cannot get resource \"pods/log\" in API group \"\" in the "
        "namespace \"default\"");
    QCOMPARE(
        message("DELETE", "/api/v1/nodes/n"),
        "403 nodes \"n\" is forbidden: User \"x\" cannot delete resource \"nodes\" in API group \"\" at the "
        "cluster scope");
    QCOMPARE(message("GET", "/api/v1/namespaces/default"),
             "403 namespaces \"default\" is forbidden: User \"x\" cannot get resource \"namespaces\" in API "
             "group \"\" in the namespace \"default\"");
    QCOMPARE(message("GET", "/metrics"), "403 forbidden: User \"x\" cannot get path \"/metrics\"");
    const Answer answer = api.send("GET", "/api/v1/namespaces/default/secrets/s", {}, {}, x);
    QCOMPARE(q(answer.at("reason")), "Forbidden");
    QCOMPARE(q(answer.at("details.kind")), "secrets");
    QCOMPARE(q(answer.at("details.name")), "s");
    // A dangling binding is named.
    QCOMPARE(q(make(api, rbacPath + "/namespaces/default/roles",
                    role("Role", "short", "['get']", "['']", "['pods']"))),
             QString());
    QCOMPARE(q(make(api, rbacPath + "/namespaces/default/rolebindings",
                    binding("RoleBinding", "b", "Role", "short", userSubject("x")))),
             QString());
    QCOMPARE(api.send("DELETE", rbacPath + "/namespaces/default/roles/short").code, 200);
    QCOMPARE(message("GET", "/api/v1/namespaces/default/pods"),
             "403 pods is forbidden: User \"x\" cannot list resource \"pods\" in API group \"\" in the "
             "namespace \"default\": RBAC: role.rbac.authorization.k8s.io \"short\" not found");
    // Discovery and version are for everybody who is known.
    QCOMPARE(api.send("GET", "/api", {}, {}, x).code, 200);
    QCOMPARE(api.send("GET", "/version", {}, {}, x).code, 200);
}

void TestAuthRbac::viewReadsButSeesNoSecretsAndWritesNothing() {
    ApiBench api;
    QCOMPARE(q(make(api, rbacPath + "/namespaces/default/rolebindings",
                    binding("RoleBinding", "b", "ClusterRole", "view", userSubject("viewer")))),
             QString());
    const User viewer = person("viewer");
    QCOMPARE(api.send("GET", "/api/v1/namespaces/default/pods", {}, {}, viewer).code, 200);
    QCOMPARE(api.send("GET", "/apis/apps/v1/namespaces/default/deployments", {}, {}, viewer).code, 200);
    QCOMPARE(api.send("GET", "/api/v1/namespaces/default/secrets", {}, {}, viewer).code, 403);
    QCOMPARE(api.send("GET", "/api/v1/namespaces/kube-system/pods", {}, {}, viewer).code, 403);
    QCOMPARE(api.send("GET", "/api/v1/pods", {}, {}, viewer).code, 403);
    QCOMPARE(api.send("POST", "/api/v1/namespaces/default/configmaps", configMap("c"), json, viewer).code,
             403);
    QCOMPARE(api.send("DELETE", "/api/v1/namespaces/default/pods/p", {}, {}, viewer).code, 403);
    QCOMPARE(api.send("GET", rbacPath + "/namespaces/default/roles", {}, {}, viewer).code, 403);
}

void TestAuthRbac::aggregatedRolesHaveTheirPartsFromTheStart() {
    ApiBench api;
    const std::string edit = api.send("GET", rbacPath + "/clusterroles/edit").body;
    QVERIFY(edit.find("serviceaccounts/token") != std::string::npos); // its own part
    QVERIFY(edit.find("pods/log") != std::string::npos);              // through view
    const Answer view = api.send("GET", rbacPath + "/clusterroles/view");
    QVERIFY(view.body.find("secrets") == std::string::npos);
    QCOMPARE(q(view.at("metadata.labels.rbac|authorization|k8s|io/aggregate-to-edit")), "true");
    QCOMPARE(q(view.at("metadata.annotations.rbac|authorization|kubernetes|io/autoupdate")), "true");
}

/// view reads use, pools, machines, the clock and decisions; edit and admin may also ask what if; none of
/// them changes what belongs to the whole cluster.
void TestAuthRbac::peopleSeeWhatTheLabHas() {
    ApiBench api;
    for (const std::string who : {"view", "edit", "admin"})
        QCOMPARE(q(make(api, rbacPath + "/clusterrolebindings",
                        binding("ClusterRoleBinding", who, "ClusterRole", who, userSubject(who)))),
                 QString());
    const std::string lab = "lab.wheelhouse.dev";
    const std::string metrics = "metrics.k8s.io";
    struct Row {
        std::string verb, group, resource;
        bool view, edit, admin;
    };
    const std::vector<Row> rows = {
        {"list", metrics, "nodes", true, true, true},
        {"get", metrics, "pods", true, true, true},
        {"create", metrics, "pods", false, false, false},
        {"get", lab, "schedulingdecisions", true, true, true},
        {"get", lab, "schedulingdecisions/matrix", true, true, true},
        {"list", lab, "autoscalingdecisions", true, true, true},
        {"watch", lab, "reconcilequeues", true, true, true},
        {"get", lab, "clusterclocks", true, true, true},
        {"list", lab, "faults", true, true, true},
        {"list", lab, "machines", true, true, true},
        {"get", lab, "nodepools", true, true, true},
        {"get", lab, "nodepools/scale", true, true, true},
        {"create", lab, "whatifs", false, true, true},
        {"patch", lab, "nodepools/scale", false, false, false},
        {"create", lab, "nodepools", false, false, false},
        {"delete", lab, "machines", false, false, false},
        {"update", lab, "clusterclocks", false, false, false},
        {"create", lab, "faults", false, false, false},
        {"delete", lab, "faults", false, false, false},
    };
    for (const Row& row : rows)
        for (const auto& [who, wanted] : {std::pair<std::string, bool>{"view", row.view},
                                          {"edit", row.edit},
                                          {"admin", row.admin},
                                          {"stranger", false}})
            QVERIFY2(asked(api, person(who), row.verb, row.group, row.resource, "default", "x") == wanted,
                     (who + " " + row.verb + " " + row.resource).c_str());
}

void TestAuthRbac::nobodyGrantsWhatTheyDoNotHave() {
    ApiBench api;
    QCOMPARE(q(make(api, rbacPath + "/namespaces/default/rolebindings",
                    binding("RoleBinding", "b", "ClusterRole", "admin", userSubject("boss")))),
             QString());
    const User boss = person("boss", {"staff"});
    // What they have they may give.
    QCOMPARE(q(make(api, rbacPath + "/namespaces/default/roles",
                    role("Role", "mine", "['get','list']", "['']", "['pods']"), boss)),
             QString());
    const Answer more = api.send("POST", rbacPath + "/namespaces/default/roles",
                                 role("Role", "more", "['get','delete']", "['']", "['nodes']"), json, boss);
    QCOMPARE(more.code, 403);
    QCOMPARE(q(more.at("message")),
             "roles.rbac.authorization.k8s.io \"more\" is forbidden: user \"boss\" (groups=[\"staff\" "
             "\"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n"
             "{APIGroups:[\"\"], Resources:[\"nodes\"], Verbs:[\"get\" \"delete\"]}");
    const Answer all = api.send(
        "POST", rbacPath + "/namespaces/default/rolebindings",
        binding("RoleBinding", "b2", "ClusterRole", "cluster-admin", userSubject("boss")), json, boss);
    QCOMPARE(all.code, 403);
    QVERIFY(all.at("message").find("{APIGroups:[\"*\"], Resources:[\"*\"], Verbs:[\"*\"]}") !=
            std::string::npos);
    QCOMPARE(api.send("GET", rbacPath + "/namespaces/default/rolebindings/b2").code, 404);
    // Nor by way of an update.
    QCOMPARE(api.send("PATCH", rbacPath + "/namespaces/default/roles/mine",
                      J("{'rules':[{'verbs':['*'],'apiGroups':['*'],'resources':['*']}]}"), mergePatch, boss)
                 .code,
             403);
    // The verbs exec, attach and port-forward need are no way around either.
    QCOMPARE(make(api, rbacPath + "/namespaces/default/rolebindings",
                  binding("RoleBinding", "b3", "ClusterRole", "edit", userSubject("friend")), boss),
             std::string());
}

void TestAuthRbac::bindAndEscalateAreVerbs() {
    ApiBench api;
    QCOMPARE(q(make(api, rbacPath + "/clusterroles",
                    role("ClusterRole", "granter", "['bind','create']", "['rbac.authorization.k8s.io']",
                         "['clusterroles','clusterrolebindings']"))),
             QString());
    QCOMPARE(q(make(api, rbacPath + "/clusterrolebindings",
                    binding("ClusterRoleBinding", "g", "ClusterRole", "granter", userSubject("granter")))),
             QString());
    const User granter = person("granter");
    QCOMPARE(api.send("POST", rbacPath + "/clusterroles",
                      role("ClusterRole", "all", "['*']", "['*']", "['*']"), json, granter)
                 .code,
             403);
    QCOMPARE(q(make(api, rbacPath + "/clusterrolebindings",
                    binding("ClusterRoleBinding", "h", "ClusterRole", "cluster-admin", userSubject("x")),
                    granter)),
             QString());
    // A role that gathers may gather anything: only who has everything may write one.
    const std::string gathering =
        J("{'apiVersion':'rbac.authorization.k8s.io/v1','kind':'ClusterRole','metadata':{'name':'net'},"
          "'aggregationRule':{'clusterRoleSelectors':[{'matchLabels':{'x':'y'}}]}}");
    const Answer refused = api.send("POST", rbacPath + "/clusterroles", gathering, json, granter);
    QCOMPARE(refused.code, 403);
    QCOMPARE(q(refused.at("message")),
             "clusterroles.rbac.authorization.k8s.io \"net\" is forbidden: must have "
             "cluster-admin privileges to use the aggregationRule");
}

void TestAuthRbac::impersonationIsCheckedPartByPart() {
    ApiBench api;
    QCOMPARE(q(make(api, rbacPath + "/clusterroles",
                    role("ClusterRole", "actor", "['impersonate']", "['']", "['users','groups']",
                         "['bob','red']"))),
             QString());
    QCOMPARE(q(make(api, rbacPath + "/clusterrolebindings",
                    binding("ClusterRoleBinding", "a", "ClusterRole", "actor", userSubject("ann")))),
             QString());
    QCOMPARE(q(make(api, rbacPath + "/namespaces/default/rolebindings",
                    binding("RoleBinding", "v", "ClusterRole", "view", groupSubject("red")))),
             QString());
    const User ann = person("ann");
    const auto as = [&](Headers headers) {
        return api.send("GET", "/api/v1/namespaces/default/pods", {}, std::move(headers), ann);
    };
    QCOMPARE(as({}).code, 403);
    QCOMPARE(as({{"impersonate-user", "bob"}, {"impersonate-group", "red"}}).code, 200);
    QCOMPARE(
        q(as({{"impersonate-user", "bob"}}).at("message")),
        "pods is forbidden: User \"bob\" cannot list resource \"pods\" in API group \"\" in the namespace "
        "\"default\"");
    QCOMPARE(
        q(as({{"impersonate-user", "eve"}}).at("message")),
        "users \"eve\" is forbidden: User \"ann\" cannot impersonate resource \"users\" in API group \"\" at "
        "the cluster scope");
    QCOMPARE(as({{"impersonate-user", "bob"}, {"impersonate-group", "system:masters"}}).code, 403);
    QCOMPARE(as({{"impersonate-user", "bob"}, {"impersonate-uid", "1"}}).code, 403);
    QCOMPARE(as({{"impersonate-user", "bob"}, {"impersonate-extra-scopes", "all"}}).code, 403);
    QCOMPARE(as({{"impersonate-user", "system:serviceaccount:default:x"}}).code, 403);
    QCOMPARE(as({{"impersonate-group", "red"}}).code, 400);
    const std::string self = J("{'apiVersion':'authentication.k8s.io/v1','kind':'SelfSubjectReview'}");
    const Answer who = api.send("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", self,
                                {{"content-type", "application/json"},
                                 {"impersonate-user", "system:serviceaccount:kube-system:bot"},
                                 {"impersonate-extra-example.com%2fscope", "a"}});
    QCOMPARE(who.code, 201);
    QCOMPARE(q(who.at("status.userInfo.username")), "system:serviceaccount:kube-system:bot");
    QCOMPARE(q(who.at("status.userInfo.groups.1")), "system:serviceaccounts:kube-system");
    QCOMPARE(q(who.at("status.userInfo.extra.example|com/scope.0")), "a");
}

void TestAuthRbac::selfSubjectRulesListWhatIsGranted() {
    ApiBench api;
    QCOMPARE(q(make(api, rbacPath + "/namespaces/default/roles",
                    role("Role", "r", "['get']", "['']", "['pods']", "['one']"))),
             QString());
    QCOMPARE(q(make(api, rbacPath + "/namespaces/default/rolebindings",
                    binding("RoleBinding", "b", "Role", "r", userSubject("x")))),
             QString());
    const auto rules = [&](const std::string& space) {
        return api
            .send("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
                  J("{'apiVersion':'authorization.k8s.io/v1','kind':'SelfSubjectRulesReview','spec':{"
                    "'namespace':'" +
                    space + "'}}"),
                  json, person("x"))
            .body;
    };
    QVERIFY(rules("default").find(J("'resourceNames':['one']")) != std::string::npos);
    QVERIFY(rules("kube-system").find(J("'resourceNames':['one']")) == std::string::npos);
    QVERIFY(rules("default").find("selfsubjectrulesreviews") != std::string::npos);
    QVERIFY(rules("default").find("/openapi/*") != std::string::npos);
}

void TestAuthRbac::defaultPolicyComesBackWithoutLosingAdditions() {
    ApiBench api;
    QCOMPARE(api.send("DELETE", rbacPath + "/clusterroles/system:discovery").code, 200);
    QCOMPARE(
        api.send("PATCH", rbacPath + "/clusterrolebindings/system:basic-user",
                 J("{'subjects':[{'kind':'Group','apiGroup':'rbac.authorization.k8s.io','name':'guests'}]}"),
                 mergePatch)
            .code,
        200);
    QCOMPARE(api.send("PATCH", rbacPath + "/clusterroles/system:basic-user",
                      J("{'metadata':{'annotations':{'rbac.authorization.kubernetes.io/autoupdate':'false'}},"
                        "'rules':[]}"),
                      mergePatch)
                 .code,
             200);
    api.started = false;
    api.server = std::make_unique<ApiServer>(*api.store, api.executor, api.random, &api.streams, Options{});
    api.server->start([&](const Result<void>& result) { api.started = result.has_value(); });
    QVERIFY(api.executor.runUntil([&] { return api.started; }, std::chrono::seconds(5)));
    QCOMPARE(api.send("GET", rbacPath + "/clusterroles/system:discovery").code, 200);
    const std::string bound = api.send("GET", rbacPath + "/clusterrolebindings/system:basic-user").body;
    QVERIFY(bound.find("guests") != std::string::npos);
    QVERIFY(bound.find("system:authenticated") != std::string::npos);
    const Answer alone = api.send("GET", rbacPath + "/clusterroles/system:basic-user");
    QVERIFY(alone.body.find("selfsubjectaccessreviews") == std::string::npos);
}

void TestAuthRbac::unknownPathsAreForbiddenBeforeTheyAreNotFound() {
    ApiBench api;
    const User x = person("x");
    QCOMPARE(api.send("GET", "/apis/example.com/v1/things", {}, {}, x).code, 403);
    QCOMPARE(api.send("GET", "/apis/example.com/v1/things").code, 404);
    // What routing ignores is ignored here too.
    QCOMPARE(api.send("GET", "//api//v1//namespaces//default//secrets/", {}, {}, x).code, 403);
    QCOMPARE(api.send("GET", "/api/v1/namespaces/default/secrets?watch=true&fieldSelector=metadata.name%3Da",
                      {}, {}, x)
                 .code,
             403);
}

void TestAuthRbac::cve_2019_11247_clusterScopedThroughNamespacedPath() {
    ApiBench api;
    QCOMPARE(
        q(make(api, rbacPath + "/namespaces/default/roles", role("Role", "r", "['*']", "['*']", "['*']"))),
        QString());
    QCOMPARE(q(make(api, rbacPath + "/namespaces/default/rolebindings",
                    binding("RoleBinding", "b", "Role", "r", userSubject("x")))),
             QString());
    const User x = person("x");
    QCOMPARE(api.send("GET", "/api/v1/namespaces/default/pods", {}, {}, x).code, 200);
    QCOMPARE(api.send("GET", "/api/v1/namespaces/default/nodes", {}, {}, x).code, 404);
    QCOMPARE(api.send("GET", rbacPath + "/namespaces/default/clusterroles/cluster-admin", {}, {}, x).code,
             404);
    QCOMPARE(api.send("DELETE", rbacPath + "/namespaces/default/clusterroles/view", {}, {}, x).code, 404);
    QCOMPARE(api.send("GET", "/api/v1/nodes", {}, {}, x).code, 403);
    QCOMPARE(api.send("GET", rbacPath + "/clusterroles/view").code, 200);
}

void TestAuthRbac::cve_2020_8558_nothingWithoutCredentials() {
    ApiBench api;
    for (const char* path : {"/api/v1/namespaces/default/pods", "/api", "/healthz/ping", "/metrics",
                             "/openapi/v3", "/openid/v1/jwks"}) {
        const Answer answer = api.send("GET", path, {}, {}, std::nullopt);
        QCOMPARE(answer.code, 401);
        QCOMPARE(q(answer.at("message")), "Unauthorized");
    }
    for (const char* path : {"/api", "/healthz"})
        QCOMPARE(api.send("GET", path, {}, {{"authorization", "Bearer nonsense"}}, std::nullopt).code, 401);
    // Whether the server is well, and which it is, anybody may be told, until the roles say otherwise.
    const std::string viewers = rbacPath + "/clusterrolebindings/system:public-info-viewer";
    for (const char* path : {"/healthz", "/livez", "/readyz", "/version"})
        QCOMPARE(api.send("GET", path, {}, {}, std::nullopt).code, 200);
    QCOMPARE(api.send("POST", "/version", {}, {}, std::nullopt).code, 401);
    QCOMPARE(api.send("GET", "/healthz", {}, {{"impersonate-user", "admin"}}, std::nullopt).code, 403);
    QCOMPARE(api.send("DELETE", viewers).code, 200);
    QCOMPARE(api.send("GET", "/healthz", {}, {}, std::nullopt).code, 403);
    // The name of the anonymous user opens nothing.
    QCOMPARE(
        api.send("GET", "/api/v1/pods", {}, {}, person("system:anonymous", {"system:unauthenticated"})).code,
        403);
}

void TestAuthRbac::decisionsPerSecond() {
    ApiBench api;
    for (int i = 0; i < 200; ++i)
        QCOMPARE(q(make(api, rbacPath + "/namespaces/default/rolebindings",
                        binding("RoleBinding", "b" + std::to_string(i), "ClusterRole", "edit",
                                userSubject("u" + std::to_string(i))))),
                 QString());
    constexpr int rounds = 2000;
    QElapsedTimer timer;
    timer.start();
    int allowed = 0;
    for (int i = 0; i < rounds; ++i)
        allowed += api.send("GET", "/api/v1/namespaces/default/secrets/none", {}, {},
                            person("u" + std::to_string(i % 250)))
                               .code == 404
                       ? 1
                       : 0;
    QCOMPARE(allowed, rounds * 200 / 250);
    qInfo("%.0f whole requests, each decided by RBAC over 200 bindings, per second",
          rounds * 1e9 / static_cast<double>(std::max<qint64>(1, timer.nsecsElapsed())));
}

QTEST_GUILESS_MAIN(TestAuthRbac)
#include "test_auth_rbac.moc"
