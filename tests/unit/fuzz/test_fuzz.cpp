// R10: hostile input to every decoder of the API. No crash (the sanitizer builds run this too), at most 100
// ms of CPU and 64 MB a request, and what is accepted means the same when it is written and read again.
//
// The number of inputs is fixed and their numbers come from a seed, so that a failure can be run again;
// WHEELHOUSE_LONG multiplies it by a hundred.
#include "auth/jwt.h"
#include "continue_token.h"
#include "engine/api/apply.h"
#include "engine/api/catalogue.h"
#include "engine/api/codec.h"
#include "engine/api/quantity.h"
#include "engine/api/selector.h"
#include "engine/api/semantics.h"
#include "engine/api/time.h"
#include "engine/api/types.h"
#include "engine/apiserver/audit.h"
#include "fuzz.h"
#include "kind_samples.h"
#include "path.h"
#include "streams/answer_reader.h"

#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::test;

namespace {

/// JSON written with single quotes: readable, and moc stumbles over raw strings.
std::string J(std::string text) {
    for (char& c : text)
        if (c == '\'') c = '"';
    return text;
}

struct Corpora {
    std::vector<std::string> json;
    std::vector<std::string> yaml;
    std::vector<std::string> protobuf;
};

const Corpora& corpora() {
    static const Corpora all = [] {
        Corpora out;
        for (const auto& [name, sample] : api::test::kindSamples()) {
            const std::string json = J("{'apiVersion':'") + sample.apiVersion + J("','kind':'") +
                                     sample.kind + J("',") + (sample.json + 1);
            out.json.push_back(json);
            if (auto yaml = api::jsonToYaml(json)) out.yaml.push_back(*yaml);
            if (auto decoded = api::decodeJson(json, api::FieldValidation::Ignore))
                out.protobuf.push_back(
                    api::encodeProtobuf(*decoded->message, sample.apiVersion, sample.kind));
        }
        out.yaml.emplace_back("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n");
        return out;
    }();
    return all;
}

/// What was accepted, written as JSON and read again, is the same.
std::string readsBack(const api::Decoded& decoded) {
    const auto* type = decoded.message->GetDescriptor();
    const std::string once = api::encodeJson(*decoded.message, decoded.apiVersion, decoded.kindName);
    const auto again = api::decodeJson(once, type, api::FieldValidation::Ignore);
    if (!again) return "what was accepted is refused: " + again.error().message;
    if (api::encodeJson(*again->message, again->apiVersion, again->kindName) != once)
        return "what was accepted reads back as something else";
    return {};
}

std::string decodesJson(const std::string& input) {
    const auto decoded = api::decodeJson(input, api::FieldValidation::Warn);
    const auto strict = api::decodeJson(input, api::FieldValidation::Strict);
    if (!decoded) return strict ? "strict accepts what warn refuses" : "";
    if (strict.has_value() != decoded->warnings.empty()) return "strict and warn disagree";
    if (const auto other =
            api::reflect::decodeJson(input, decoded->message->GetDescriptor(), api::FieldValidation::Ignore);
        !other || api::serialize(*other->message) != api::serialize(*decoded->message))
        return "the reflective codec reads something else";
    return readsBack(*decoded);
}

std::string decodesProtobuf(const std::string& input) {
    const auto decoded = api::decodeProtobuf(input);
    return decoded ? readsBack(*decoded) : "";
}

std::string decodesYaml(const std::string& input) {
    const auto documents = api::yamlToJson(input);
    if (!documents) return "";
    for (const std::string& document : *documents) {
        const auto back = api::jsonToYaml(document);
        if (!back) return "JSON made of YAML is no JSON: " + back.error().message;
        const auto again = api::yamlToJson(*back);
        if (!again || again->size() > 1) return "YAML made of JSON cannot be read";
    }
    return "";
}

std::string validates(const std::string& input) {
    auto decoded = api::decodeJson(input, api::FieldValidation::Ignore);
    if (!decoded) return "";
    api::applyDefaults(*decoded->message);
    const auto causes = api::validateCreate(*decoded->message);
    const auto unchanged = api::validateUpdate(*decoded->message, *decoded->message);
    if (causes.size() > 100'000 || unchanged.size() > 100'000) return "causes without end";
    const std::string once = api::serialize(*decoded->message);
    const std::string before = decoded->message->ShortDebugString();
    api::applyDefaults(*decoded->message);
    if (api::serialize(*decoded->message) == once) return "";
    return "defaults change what has them already: " + before + " became " +
           decoded->message->ShortDebugString();
}

const std::string& deploymentJson() {
    static const std::string json = J(
        "{'apiVersion':'apps/"
        "v1','kind':'Deployment','metadata':{'name':'s','namespace':'d','labels':{'a':'b'},"
        "'finalizers':['a','b']},'spec':{'replicas':2,'selector':{'matchLabels':{'a':'b'}},'template':{'"
        "metadata':"
        "{'labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'x','ports':[{'containerPort':80}]},"
        "{'name':'d','image':'y'}]}}}}");
    return json;
}

Decoder patches(api::PatchType type) {
    return [type](const std::string& input) -> std::string {
        const auto made = api::applyPatch(deploymentJson(), input, type, api::apps::Deployment::descriptor());
        if (!made) return "";
        return api::jsonToYaml(*made) ? "" : "a patch made something that is no JSON";
    };
}

std::string appliesFieldSets(const std::string& input) {
    const auto set = api::apply::Set::parse(input);
    if (!set) return "";
    const auto again = api::apply::Set::parse(set->serialize());
    return again && *again == *set ? "" : "a field set reads back as something else";
}

} // namespace

class TestFuzz : public QObject {
    Q_OBJECT

  public:
    /// A long run of one decoder takes longer than Qt Test would wait for a function.
    static void initMain() { qputenv("QTEST_FUNCTION_TIMEOUT", "3600000"); }

  private Q_SLOTS:
    // The detector itself: it finds a decoder that is slow, greedy or forgetful.
    void findsDecodersThatAreWrong() {
        SeededRandom random(1);
        Mutator inputs({"abc"}, random);
        const auto spin = [](const std::string& input) -> std::string {
            volatile std::uint64_t sum = 0;
            for (std::uint64_t i = 0; i < 400'000'000; ++i)
                sum = sum + i * input.size();
            return "";
        };
        QVERIFY(fuzz(spin, inputs, 1).find("s of CPU") != std::string::npos);
        const auto hoard = [](const std::string&) -> std::string {
            const std::vector<std::string> many(100, std::string(1 << 20, 'x'));
            return many.size() == 100 ? "" : "lost";
        };
        QVERIFY(fuzz(hoard, inputs, 1).find("bytes") != std::string::npos);
        const auto fussy = [](const std::string& input) -> std::string {
            return input.find("[[[[") == std::string::npos ? "" : "four";
        };
        QVERIFY(fuzz(fussy, inputs, 2000).starts_with("four for input"));
        QCOMPARE(fuzz([](const std::string&) { return std::string(); }, inputs, 100), std::string());
    }

    void theGoodInputsAreGood() {
        QVERIFY(corpora().json.size() > 50);
        QCOMPARE(corpora().protobuf.size(), corpora().json.size());
        QVERIFY(corpora().yaml.size() > corpora().json.size());
    }

    void json() { checkDecoder(decodesJson, corpora().json, 20'000); }
    void protobuf() { checkDecoder(decodesProtobuf, corpora().protobuf, 20'000); }
    void yaml() { checkDecoder(decodesYaml, corpora().yaml, 3'000); }
    void defaultsAndValidation() { checkDecoder(validates, corpora().json, 20'000); }

    void jsonPatch() {
        checkDecoder(
            patches(api::PatchType::Json),
            {J("[{'op':'add','path':'/metadata/labels','value':{'a':'b'}}]"),
             J("[{'op':'test','path':'/kind','value':'Deployment'},{'op':'remove','path':'/spec/replicas'}]"),
             J("[{'op':'copy','from':'/spec','path':'/spec/template/spec/x'},"
               "{'op':'move','from':'/metadata','path':'/spec/template/spec/containers/-'}]")},
            20'000);
    }
    void mergePatch() {
        checkDecoder(
            patches(api::PatchType::Merge),
            {J("{'spec':{'replicas':null,'template':{'metadata':{'labels':{'a':'b'}}}}}"), deploymentJson()},
            10'000);
    }
    void strategicPatch() {
        checkDecoder(
            patches(api::PatchType::Strategic),
            {J("{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'y'},{'name':'d','$patch':"
               "'delete'}],'$setElementOrder/containers':[{'name':'d'},{'name':'c'}]}}}}"),
             J("{'metadata':{'$deleteFromPrimitiveList/finalizers':['a'],'labels':{'$patch':'replace'}}}"),
             deploymentJson()},
            10'000);
    }
    void fieldSets() {
        checkDecoder(
            appliesFieldSets,
            {J("{'f:metadata':{'f:labels':{'.':{},'f:a':{}}},'f:spec':{'k:{\\'name\\':\\'c\\'}':{'.':{}},"
               "'v:\\'x\\'':{},'i:3':{}}}")},
            20'000);
    }

    void labelSelectors() {
        checkDecoder(
            [](const std::string& input) -> std::string {
                const auto parsed = api::LabelSelector::parse(input);
                if (!parsed) return "";
                parsed->matches({{"a", "b"}});
                const auto again = api::LabelSelector::parse(parsed->toString());
                return again && again->toString() == parsed->toString() ? "" : "reads back differently";
            },
            {"a=b,c!=d", "tier in (front, back),env notin (x)", "!gone,there", "n>5,n<9", ""}, 20'000);
    }
    void fieldSelectors() {
        checkDecoder(
            [](const std::string& input) -> std::string {
                const auto parsed = api::FieldSelector::parse(input, api::kindOf<api::core::Pod>());
                if (!parsed) return "";
                const auto again =
                    api::FieldSelector::parse(parsed->toString(), api::kindOf<api::core::Pod>());
                return again && again->toString() == parsed->toString() ? "" : "reads back differently";
            },
            {"metadata.name=a", "spec.nodeName!=n,status.phase==Running", "metadata.namespace=d\\,e", ""},
            20'000);
    }
    void quantities() {
        checkDecoder(
            [](const std::string& input) -> std::string {
                const auto parsed = api::Quantity::parse(input);
                if (!parsed) return "";
                const auto again = api::Quantity::parse(parsed->toString());
                return again && *again == *parsed ? "" : "reads back as another value";
            },
            {"100m", "1.5Gi", "12e6", "0.5", "-3k", "1Ei", "5n"}, 50'000);
    }
    void times() {
        checkDecoder(
            [](const std::string& input) -> std::string {
                const auto parsed = api::parseTimestamp(input);
                if (!parsed) return "";
                const auto again = api::parseTimestamp(api::formatMicros(parsed->seconds, parsed->nanos));
                return again && again->seconds == parsed->seconds ? "" : "reads back as another time";
            },
            {"2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123456Z", "1999-12-31T23:59:60+14:00"}, 50'000);
    }
    void continueTokens() {
        checkDecoder(
            [](const std::string& input) -> std::string {
                const auto parsed = apiserver::ContinueToken::parse(input);
                if (!parsed) return "";
                const auto again = apiserver::ContinueToken::parse(parsed->text());
                return again && again->start == parsed->start ? "" : "reads back differently";
            },
            {apiserver::ContinueToken{42, "default/a"}.text(), apiserver::ContinueToken{-1, "x"}.text()},
            20'000);
    }
    void pathsAndQueries() {
        checkDecoder(
            [](const std::string& input) -> std::string {
                const std::size_t question = std::min(input.find('?'), input.size());
                const auto info = apiserver::parseRequest(
                    *api::Catalogue::builtIn(), {{"metrics.example", {"v1"}}}, "GET",
                    input.substr(0, question), input.substr(std::min(question + 1, input.size())));
                return info && info->area == apiserver::RequestInfo::Area::Resource && !info->kind
                           ? "a resource without a kind"
                           : "";
            },
            {"/api/v1/namespaces/default/pods/a/log?follow=true&tailLines=5", "/apis/apps/v1/deployments",
             "/apis/apps/v1/watch/namespaces/d/deployments/x", "/openapi/v3/apis/apps/v1?hash=0",
             "/healthz/x", "/api/v1/nodes/n/proxy/a%2Fb?watch=1&fieldSelector=a%3Db"},
            50'000);
    }
    /// What a pod answers to a proxied request, in pieces.
    void proxiedAnswers() {
        checkDecoder(
            [](const std::string& input) -> std::string {
                apiserver::AnswerReader whole(false), pieces(false);
                const auto once = whole.feed(input);
                std::string body;
                bool fine = true;
                for (std::size_t i = 0; i < input.size() && fine; i += 7) {
                    const auto part = pieces.feed(std::string_view(input).substr(i, 7));
                    fine = part.has_value();
                    if (part) body += *part;
                }
                if (once && fine && *once != body) return "pieces make another body";
                return whole.headDone() && (whole.code() < 0 || whole.code() > 999) ? "no such code" : "";
            },
            {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello",
             "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nTransfer-Encoding: "
             "chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: r\r\n\r\n",
             "HTTP/1.0 304 Not Modified\r\n\r\n",
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nbytes"},
            20'000);
    }
    /// Whatever is done to a token, only what was signed counts.
    void tokens() {
        const auto key = apiserver::auth::TokenKey::generate();
        QVERIFY(key.has_value());
        const std::string payload = J("{'iss':'x','sub':'system:serviceaccount:a:b','exp':4000000000}");
        const auto token = key->sign(payload);
        QVERIFY(token.has_value());
        checkDecoder(
            [&](const std::string& input) -> std::string {
                const auto claims = apiserver::auth::verifiedPayload(input, {*key});
                return claims && *claims != payload ? "claims that nobody signed" : "";
            },
            {*token}, 5'000);
    }
    void auditPolicies() {
        checkDecoder(
            [](const std::string& input) -> std::string {
                const auto parsed = apiserver::parseAuditPolicy(input);
                return parsed && parsed->rules.empty() ? "a policy without rules" : "";
            },
            {"apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n"
             "- {level: Request, users: [a], resources: [{group: '', resources: [pods/log]}]}\n"
             "- {level: None, nonResourceURLs: ['/healthz*']}\n"},
            5'000);
    }
};

QTEST_APPLESS_MAIN(TestFuzz)
#include "test_fuzz.moc"
