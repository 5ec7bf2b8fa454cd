#include "auth_bench.h"

#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::apiserver;
using namespace wheelhouse::apiserver::test;

namespace {

QString q(const std::string& text) {
    return QString::fromStdString(text);
}

const std::string accounts = "/api/v1/namespaces/default/serviceaccounts";
const std::string reviews = "/apis/authentication.k8s.io/v1/tokenreviews";

std::string account(const std::string& name) {
    return J("{'apiVersion':'v1','kind':'ServiceAccount','metadata':{'name':'") + name + J("'}}");
}

Answer requestToken(ApiBench& api, const std::string& name, const std::string& spec = "") {
    return api.send(
        "POST", accounts + "/" + name + "/token",
        J("{'apiVersion':'authentication.k8s.io/v1','kind':'TokenRequest','spec':{" + spec + "}}"), json);
}

std::string tokenFor(ApiBench& api, const std::string& name, const std::string& spec = "") {
    return requestToken(api, name, spec).at("status.token");
}

Answer with(ApiBench& api, const std::string& token, const std::string& path = "/api") {
    return api.send("GET", path, {}, {{"authorization", "Bearer " + token}}, std::nullopt);
}

Answer review(ApiBench& api, const std::string& token, const std::string& audiences = "") {
    return api.send("POST", reviews,
                    J("{'apiVersion':'authentication.k8s.io/v1','kind':'TokenReview','spec':{'token':'") +
                        token + J("'" + (audiences.empty() ? "" : ",'audiences':" + audiences) + "}}"),
                    json);
}

boost::json::value payloadOf(const std::string& token) {
    const QByteArray middle = QByteArray::fromStdString(token).split('.').at(1);
    const QByteArray text =
        QByteArray::fromBase64(middle, QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
    return boost::json::parse(text.toStdString());
}

} // namespace

class TestAuthTokens : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void init() {
        api = std::make_unique<ApiBench>();
        QCOMPARE(q(make(*api, accounts, account("bot"))), QString());
    }
    void cleanup() { api.reset(); }

    void aTokenSaysWhatKubernetesSays();
    void aTokenOpensTheApi();
    void tokensCannotBeChanged();
    void tokensEndWithTime();
    void tokensEndWithTheirAccount();
    void tokensEndWithWhatTheyAreBoundTo();
    void audiencesAreKept();
    void lifetimesHaveLimits();
    void reviewsTellWhoHoldsAToken();
    void keysAndIssuerArePublished();
    void bootstrapTokensComeFromSecrets();
    void whoamiTellsUserAndGroups();
    void dryRunMakesNoToken();

  private:
    std::unique_ptr<ApiBench> api;
};

void TestAuthTokens::aTokenSaysWhatKubernetesSays() {
    const Answer answer = requestToken(*api, "bot", "'expirationSeconds':1200");
    QCOMPARE(answer.code, 201);
    QCOMPARE(q(answer.at("kind")), "TokenRequest");
    const auto claims = payloadOf(answer.at("status.token"));
    const auto text = [&](const char* path) { return q(Answer::textAt(claims, path)); };
    QCOMPARE(text("sub"), "system:serviceaccount:default:bot");
    QCOMPARE(text("iss"), "https://kubernetes.default.svc.cluster.local");
    QCOMPARE(text("aud.0"), "https://kubernetes.default.svc.cluster.local");
    QCOMPARE(text("kubernetes|io.namespace"), "default");
    QCOMPARE(text("kubernetes|io.serviceaccount.name"), "bot");
    QCOMPARE(text("kubernetes|io.serviceaccount.uid"),
             q(api->send("GET", accounts + "/bot").at("metadata.uid")));
    QCOMPARE(text("exp").toLongLong() - text("iat").toLongLong(), 1200);
    QVERIFY(!text("jti").isEmpty());
}

void TestAuthTokens::aTokenOpensTheApi() {
    const std::string token = tokenFor(*api, "bot");
    QCOMPARE(with(*api, token).code, 200);
    const Answer refused = with(*api, token, "/api/v1/namespaces/default/pods");
    QCOMPARE(refused.code, 403);
    QVERIFY(refused.at("message").find("User \"system:serviceaccount:default:bot\" cannot list") !=
            std::string::npos);
    QCOMPARE(q(make(*api, rbacPath + "/namespaces/default/rolebindings",
                    binding("RoleBinding", "v", "ClusterRole", "view",
                            "'kind':'ServiceAccount','name':'bot','namespace':'default'"))),
             QString());
    QCOMPARE(with(*api, token, "/api/v1/namespaces/default/pods").code, 200);
    QCOMPARE(with(*api, token, "/api/v1/namespaces/default/secrets").code, 403);
    // A browser's WebSocket says it another way.
    const QByteArray packed = QByteArray::fromStdString(token).toBase64(QByteArray::Base64UrlEncoding |
                                                                        QByteArray::OmitTrailingEquals);
    const Answer socket = api->send(
        "GET", "/api", {},
        {{"sec-websocket-protocol", "x, base64url.bearer.authorization.k8s.io." + packed.toStdString()}},
        std::nullopt);
    QCOMPARE(socket.code, 200);
}

void TestAuthTokens::tokensCannotBeChanged() {
    const std::string token = tokenFor(*api, "bot");
    const auto first = token.find('.'), second = token.find('.', first + 1);
    const auto pack = [](const QByteArray& text) {
        return text.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals).toStdString();
    };
    const std::string payload = token.substr(first + 1, second - first - 1);
    const std::string forged = pack("{\"alg\":\"none\"}") + "." + payload + ".";
    const std::string confused = pack("{\"alg\":\"HS256\"}") + "." + payload + token.substr(second);
    std::string other = token;
    other[first + 5] = other[first + 5] == 'A' ? 'B' : 'A';
    std::string cut = token.substr(0, token.size() - 4);
    for (const std::string& bad : {forged, confused, other, cut, token + ".x", token.substr(0, second),
                                   std::string(".."), std::string(), std::string(20000, 'a')})
        QCOMPARE(with(*api, bad).code, 401);
    QCOMPARE(with(*api, token).code, 200);
    // Another server's key, same claims.
    ApiBench elsewhere;
    QCOMPARE(q(make(elsewhere, accounts, account("bot"))), QString());
    QCOMPARE(with(*api, tokenFor(elsewhere, "bot")).code, 401);
}

void TestAuthTokens::tokensEndWithTime() {
    const std::string token = tokenFor(*api, "bot", "'expirationSeconds':600");
    api->settle(std::chrono::seconds(590));
    QCOMPARE(with(*api, token).code, 200);
    api->settle(std::chrono::seconds(120)); // beyond the leeway of a minute
    QCOMPARE(with(*api, token).code, 401);
}

void TestAuthTokens::tokensEndWithTheirAccount() {
    const std::string token = tokenFor(*api, "bot");
    QCOMPARE(api->send("DELETE", accounts + "/bot").code, 200);
    QCOMPARE(with(*api, token).code, 401);
    QCOMPARE(q(make(*api, accounts, account("bot"))), QString());
    QCOMPARE(with(*api, token).code, 401); // another account of the same name
    QCOMPARE(requestToken(*api, "nobody").code, 404);
}

void TestAuthTokens::tokensEndWithWhatTheyAreBoundTo() {
    const std::string pods = "/api/v1/namespaces/default/pods";
    QCOMPARE(q(make(*api, pods, pod("p", "'serviceAccountName':'bot',"))), QString());
    QCOMPARE(q(make(*api, pods, pod("other"))), QString());
    const std::string secrets = "/api/v1/namespaces/default/secrets";
    QCOMPARE(q(make(*api, secrets, J("{'metadata':{'name':'s'}}"))), QString());
    const auto bound = [](const std::string& kind, const std::string& name, const std::string& uid = "") {
        return "'boundObjectRef':{'apiVersion':'v1','kind':'" + kind + "','name':'" + name + "'" +
               (uid.empty() ? "" : ",'uid':'" + uid + "'") + "}";
    };
    const std::string byPod = tokenFor(*api, "bot", bound("Pod", "p"));
    const std::string bySecret = tokenFor(*api, "bot", bound("Secret", "s"));
    QCOMPARE(with(*api, byPod).code, 200);
    QCOMPARE(with(*api, bySecret).code, 200);
    QCOMPARE(q(review(*api, byPod).at("status.user.extra.authentication|kubernetes|io/pod-name.0")), "p");
    QCOMPARE(requestToken(*api, "bot", bound("Pod", "other")).code, 400);
    QCOMPARE(requestToken(*api, "bot", bound("Pod", "none")).code, 404);
    QCOMPARE(requestToken(*api, "bot", bound("Pod", "p", "1-2-3")).code, 409);
    QCOMPARE(requestToken(*api, "bot", bound("ConfigMap", "p")).code, 400);
    QCOMPARE(api->send("DELETE", pods + "/p?gracePeriodSeconds=0").code, 200);
    QCOMPARE(with(*api, byPod).code, 401);
    QCOMPARE(with(*api, bySecret).code, 200);
    QCOMPARE(api->send("DELETE", secrets + "/s").code, 200);
    QCOMPARE(with(*api, bySecret).code, 401);
}

void TestAuthTokens::audiencesAreKept() {
    const std::string vault = tokenFor(*api, "bot", "'audiences':['vault']");
    QCOMPARE(with(*api, vault).code, 401); // not for the API
    QCOMPARE(q(review(*api, vault).at("status.authenticated")), "");
    const Answer answer = review(*api, vault, "['vault','other']");
    QCOMPARE(q(answer.at("status.authenticated")), "true");
    QCOMPARE(q(answer.at("status.audiences")), "[\"vault\"]");
}

void TestAuthTokens::lifetimesHaveLimits() {
    const Answer answer = requestToken(*api, "bot", "'expirationSeconds':599");
    QCOMPARE(answer.code, 422);
    QCOMPARE(q(answer.at("details.causes.0.field")), "spec.expirationSeconds");
    QVERIFY(answer.at("message").find("may not specify a duration less than 10 minutes") !=
            std::string::npos);
    QCOMPARE(requestToken(*api, "bot", "'expirationSeconds':4294967297").code, 422);
}

void TestAuthTokens::reviewsTellWhoHoldsAToken() {
    const Answer good = review(*api, tokenFor(*api, "bot"));
    QCOMPARE(good.code, 201);
    QCOMPARE(q(good.at("status.authenticated")), "true");
    QCOMPARE(q(good.at("status.user.username")), "system:serviceaccount:default:bot");
    QCOMPARE(q(good.at("status.user.groups")),
             "[\"system:serviceaccounts\",\"system:serviceaccounts:default\",\"system:authenticated\"]");
    QVERIFY(good.at("status.user.extra.authentication|kubernetes|io/credential-id.0").starts_with("JTI="));
    const Answer bad = review(*api, "nonsense");
    QCOMPARE(bad.code, 201);
    QVERIFY(bad.at("status.error").find("invalid bearer token") != std::string::npos);
    QCOMPARE(review(*api, "").code, 400);
}

void TestAuthTokens::keysAndIssuerArePublished() {
    const std::string token = tokenFor(*api, "bot");
    const Answer keys = with(*api, token, "/openid/v1/jwks");
    QCOMPARE(keys.code, 200);
    QCOMPARE(q(keys.header("content-type")), "application/jwk-set+json");
    QCOMPARE(q(keys.at("keys.0.alg")), "ES256");
    QCOMPARE(q(keys.at("keys.0.x")).size(), 43);
    const Answer issuer = with(*api, token, "/.well-known/openid-configuration");
    QCOMPARE(q(issuer.at("issuer")), "https://kubernetes.default.svc.cluster.local");
    QCOMPARE(q(issuer.at("id_token_signing_alg_values_supported.0")), "ES256");
    QVERIFY(keys.body.find("\"d\"") == std::string::npos); // the private part stays here
}

void TestAuthTokens::bootstrapTokensComeFromSecrets() {
    const auto b64 = [](const char* text) { return QByteArray(text).toBase64().toStdString(); };
    const auto secret = [&](const std::string& id, const char* expiration, const char* usage) {
        return J(
            "{'apiVersion':'v1','kind':'Secret','type':'bootstrap.kubernetes.io/token','metadata':{'name':"
            "'bootstrap-token-" +
            id + "'},'data':{'token-id':'" + b64(id.c_str()) + "','token-secret':'" +
            b64("0123456789abcdef") + "','usage-bootstrap-authentication':'" + b64(usage) +
            "','expiration':'" + b64(expiration) + "','auth-extra-groups':'" +
            b64("system:bootstrappers:workers") + "'}}");
    };
    const std::string path = "/api/v1/namespaces/kube-system/secrets";
    QCOMPARE(q(make(*api, path, secret("abcdef", "2999-01-01T00:00:00Z", "true"))), QString());
    QCOMPARE(q(make(*api, path, secret("expird", "1969-01-01T00:00:00Z", "true"))), QString());
    QCOMPARE(q(make(*api, path, secret("unused", "2999-01-01T00:00:00Z", "false"))), QString());
    const Answer who = review(*api, "abcdef.0123456789abcdef");
    QCOMPARE(q(who.at("status.user.username")), "system:bootstrap:abcdef");
    QVERIFY(who.at("status.user.groups").find("system:bootstrappers:workers") != std::string::npos);
    QCOMPARE(with(*api, "abcdef.0123456789abcdef").code, 200);
    for (const char* bad : {"abcdef.0123456789abcdeg", "expird.0123456789abcdef", "unused.0123456789abcdef",
                            "nobody.0123456789abcdef", "abcdef.0123456789ABCDEF"})
        QCOMPARE(with(*api, bad).code, 401);
}

void TestAuthTokens::whoamiTellsUserAndGroups() {
    const std::string body = J("{'apiVersion':'authentication.k8s.io/v1','kind':'SelfSubjectReview'}");
    const Answer answer = api->send("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", body, json,
                                    person("ann", {"red"}));
    QCOMPARE(answer.code, 201);
    QCOMPARE(q(answer.at("status.userInfo.username")), "ann");
    QCOMPARE(q(answer.at("status.userInfo.groups")), "[\"red\",\"system:authenticated\"]");
    QCOMPARE(api->send("GET", "/apis/authentication.k8s.io/v1/selfsubjectreviews").code, 405);
}

void TestAuthTokens::dryRunMakesNoToken() {
    const Answer answer =
        api->send("POST", accounts + "/bot/token?dryRun=All",
                  J("{'apiVersion':'authentication.k8s.io/v1','kind':'TokenRequest','spec':{}}"), json);
    QCOMPARE(answer.code, 201);
    QCOMPARE(q(answer.at("status.token")), "");
}

QTEST_GUILESS_MAIN(TestAuthTokens)
#include "test_auth_tokens.moc"
