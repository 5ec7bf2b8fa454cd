// Custom resources through the API: definitions are established, their objects behave as built-in ones do,
// and everything goes when the definition goes.
#include "api_bench.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::apiserver;
using namespace wheelhouse::apiserver::test;

namespace {

const std::string definitionsPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const std::string widgets = "/apis/example.com/v1/namespaces/default/widgets";

std::string version(const std::string& name, bool storage, const std::string& more = "") {
    return J("{'name':'") + name + J("','served':true,'storage':") + (storage ? "true" : "false") + more +
           J(",'subresources':{'status':{},'scale':{'specReplicasPath':'.spec.replicas','statusReplicasPath':"
             "'.status.replicas','labelSelectorPath':'.status.selector'}},'selectableFields':[{'jsonPath':"
             "'.spec.color'}],'additionalPrinterColumns':[{'name':'Color','type':'string','jsonPath':'.spec."
             "color'},"
             "{'name':'Age','type':'date','jsonPath':'.metadata.creationTimestamp'}],'schema':{'"
             "openAPIV3Schema':{"
             "'type':'object','properties':{'spec':{'type':'object','properties':{'color':{'type':'string','"
             "default':"
             "'blue'},'replicas':{'type':'integer','minimum':0},'parts':{'type':'array','items':{'type':'"
             "string'}}}},"
             "'status':{'type':'object','properties':{'replicas':{'type':'integer'},'selector':{'type':'"
             "string'}}}}"
             "}}}");
}

std::string definition(const std::string& plural = "widgets", const std::string& kind = "Widget",
                       const std::string& versions = version("v1", true),
                       const std::string& scope = "Namespaced") {
    return J("{'apiVersion':'apiextensions.k8s.io/"
             "v1','kind':'CustomResourceDefinition','metadata':{'name':'") +
           plural + J(".example.com'},'spec':{'group':'example.com','scope':'") + scope +
           J("','names':{'plural':'") + plural + J("','kind':'") + kind + J("'},'versions':[") + versions +
           "]}}";
}

std::string widget(const std::string& name, const std::string& spec = "{}",
                   const std::string& apiVersion = "v1") {
    return J("{'apiVersion':'example.com/") + apiVersion + J("','kind':'Widget','metadata':{'name':'") +
           name + J("'},'spec':") + J(spec) + "}";
}

std::string condition(const Answer& answer, const std::string& type) {
    const auto json = answer.json();
    for (const auto& each : json.at("status").at("conditions").as_array())
        if (Answer::textAt(each, "type") == type)
            return Answer::textAt(each, "status") + " " + Answer::textAt(each, "reason");
    return {};
}

struct Bench : ApiBench {
    Bench() {
        const Answer created = send("POST", definitionsPath, definition());
        if (created.code != 201) qFatal("%s", created.body.c_str());
        settle();
    }
};

} // namespace

class TestApiserverCustom : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void definitionIsEstablished() {
        Bench bench;
        const Answer got = bench.send("GET", definitionsPath + "/widgets.example.com");
        QCOMPARE(condition(got, "NamesAccepted"), std::string("True NoConflicts"));
        QCOMPARE(condition(got, "Established"), std::string("True InitialNamesAccepted"));
        QCOMPARE(got.at("status.acceptedNames.listKind"), std::string("WidgetList"));
        QCOMPARE(got.at("status.storedVersions"), J("['v1']"));
        QCOMPARE(got.at("spec.conversion.strategy"), std::string("None"));
    }

    void namesInUseAreNotAccepted() {
        Bench bench;
        QCOMPARE(bench.send("POST", definitionsPath, definition("gadgets", "Widget")).code, 201);
        bench.settle();
        const std::string path = definitionsPath + "/gadgets.example.com";
        QCOMPARE(condition(bench.send("GET", path), "NamesAccepted"), std::string("False ListKindConflict"));
        QCOMPARE(condition(bench.send("GET", path), "Established"), std::string("False NotAccepted"));
        QCOMPARE(bench.send("GET", "/apis/example.com/v1/namespaces/default/gadgets").code, 404);
        // They are free once the other definition has gone.
        QCOMPARE(bench.send("DELETE", definitionsPath + "/widgets.example.com").code, 200);
        bench.settle();
        QCOMPARE(condition(bench.send("GET", path), "Established"), std::string("True InitialNamesAccepted"));
        QCOMPARE(bench.send("GET", "/apis/example.com/v1/namespaces/default/gadgets").code, 200);
    }

    void definitionsAreChecked() {
        ApiBench bench;
        const Answer refused =
            bench.send("POST", definitionsPath, definition("widgets", "Widget", version("v1", false)));
        QCOMPARE(refused.code, 422);
        QVERIFY(refused.at("message").find("must have exactly one version marked as storage version") !=
                std::string::npos);
    }

    void objectsAreWrittenAndRead() {
        Bench bench;
        const Answer created = bench.send("POST", widgets, widget("a", "{'replicas':2,'nope':1}"));
        QCOMPARE(created.code, 201);
        QCOMPARE(created.at("spec"), J("{'color':'blue','replicas':2}"));
        QCOMPARE(created.at("metadata.generation"), std::string("1"));
        QCOMPARE(created.header("warning"), std::string("299 - \"unknown field \\\"spec.nope\\\"\""));
        QCOMPARE(created.at("apiVersion"), std::string("example.com/v1"));
        const Answer list = bench.send("GET", "/apis/example.com/v1/widgets");
        QCOMPARE(list.at("kind"), std::string("WidgetList"));
        QCOMPARE(list.at("items.0.kind"), std::string("Widget"));
        QCOMPARE(bench.send("GET", widgets + "/a").body, created.body);
        // What goes in comes out.
        QCOMPARE(bench.send("PUT", widgets + "/a", created.body).body, created.body);
        const Answer refused = bench.send("POST", widgets, widget("b", "{'replicas':-1}"));
        QCOMPARE(refused.code, 422);
        QCOMPARE(
            refused.at("message"),
            std::string(
                "Widget.example.com \"b\" is invalid: [spec.replicas: Invalid value: -1: spec.replicas in "
                "body should be greater than or equal to 0, spec.replicas: Invalid value: -1: should be a "
                "non-negative integer]"));
        const Answer strict =
            bench.send("POST", widgets + "?fieldValidation=Strict", widget("b", "{'nope':1}"));
        QCOMPARE(strict.code, 400);
        QVERIFY(strict.at("message").find("strict decoding error: unknown field \"spec.nope\"") !=
                std::string::npos);
    }

    void patches() {
        Bench bench;
        bench.send("POST", widgets, widget("a"));
        const Answer merged = bench.send("PATCH", widgets + "/a", J("{'spec':{'color':'red'}}"), mergePatch);
        QCOMPARE(merged.at("spec.color"), std::string("red"));
        QCOMPARE(merged.at("metadata.generation"), std::string("2"));
        const Headers jsonPatch{{"content-type", "application/json-patch+json"}};
        const Answer patched = bench.send(
            "PATCH", widgets + "/a", J("[{'op':'replace','path':'/spec/color','value':'green'}]"), jsonPatch);
        QCOMPARE(patched.at("spec.color"), std::string("green"));
        const Headers strategic{{"content-type", "application/strategic-merge-patch+json"}};
        QCOMPARE(bench.send("PATCH", widgets + "/a", J("{'spec':{}}"), strategic).code, 415);
        const Headers protobuf{{"content-type", "application/vnd.kubernetes.protobuf"}};
        QCOMPARE(bench.send("POST", widgets, "k8s", protobuf).code, 415);
        const Headers onlyProtobuf{{"accept", "application/vnd.kubernetes.protobuf"}};
        QCOMPARE(bench.send("GET", widgets + "/a", "", onlyProtobuf).code, 406);
    }

    void subresources() {
        Bench bench;
        bench.send("POST", widgets, widget("a", "{'replicas':2}"));
        const Answer status =
            bench.send("PATCH", widgets + "/a/status",
                       J("{'spec':{'color':'red'},'status':{'replicas':1,'selector':'app=a'}}"), mergePatch);
        QCOMPARE(status.at("status"), J("{'replicas':1,'selector':'app=a'}"));
        QCOMPARE(status.at("spec.color"), std::string("blue"));
        QCOMPARE(status.at("metadata.generation"), std::string("1"));
        const Answer main = bench.send("PATCH", widgets + "/a", J("{'status':{'replicas':9}}"), mergePatch);
        QCOMPARE(main.at("status.replicas"), std::string("1"));
        const Answer scale = bench.send("GET", widgets + "/a/scale");
        QCOMPARE(scale.at("kind"), std::string("Scale"));
        QCOMPARE(scale.at("spec.replicas") + scale.at("status.replicas") + scale.at("status.selector"),
                 std::string("21app=a"));
        QCOMPARE(bench.send("PATCH", widgets + "/a/scale", J("{'spec':{'replicas':5}}"), mergePatch)
                     .at("spec.replicas"),
                 std::string("5"));
        QCOMPARE(bench.send("GET", widgets + "/a").at("spec.replicas"), std::string("5"));
    }

    void selectorsTablesAndCollections() {
        Bench bench;
        bench.send("POST", widgets, widget("a", "{'color':'red'}"));
        bench.send("POST", widgets, widget("b"));
        QCOMPARE(bench.send("GET", widgets + "?fieldSelector=spec.color%3Dred").at("items.0.metadata.name"),
                 std::string("a"));
        QCOMPARE(bench.send("GET", widgets + "?fieldSelector=spec.replicas%3D1").code, 400);
        const Headers table{{"accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}};
        const Answer rows = bench.send("GET", widgets, "", table);
        QCOMPARE(rows.at("columnDefinitions.1.name"), std::string("Color"));
        QCOMPARE(rows.at("rows.0.cells.1"), std::string("red"));
        const Headers partial{{"accept", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"}};
        QCOMPARE(bench.send("GET", widgets, "", partial).at("items.0.kind"),
                 std::string("PartialObjectMetadata"));
        QCOMPARE(bench.send("DELETE", widgets + "?fieldSelector=spec.color%3Dred").code, 200);
        QCOMPARE(bench.send("GET", widgets).at("items.0.metadata.name"), std::string("b"));
    }

    void discoveryAndDocumentsAreThereAtOnce() {
        ApiBench bench;
        const Headers aggregated{
            {"accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"}};
        const std::string before = bench.send("GET", "/apis", "", aggregated).header("etag");
        const std::string documents = bench.send("GET", "/openapi/v3").body;
        bench.send("POST", definitionsPath,
                   definition("widgets", "Widget", version("v1beta1", false) + "," + version("v1", true)));
        bench.settle();
        const Answer after = bench.send("GET", "/apis", "", aggregated);
        QVERIFY(after.header("etag") != before);
        QVERIFY(after.body.find(J("'resource':'widgets'")) != std::string::npos);
        const Answer group = bench.send("GET", "/apis/example.com");
        QCOMPARE(group.at("preferredVersion.version") + " " + group.at("versions.1.version"),
                 std::string("v1 v1beta1"));
        QCOMPARE(bench.send("GET", "/apis/example.com/v1").at("resources.0.name"), std::string("widgets"));
        QVERIFY(bench.send("GET", "/openapi/v3").body != documents);
        const Answer document = bench.send("GET", "/openapi/v3/apis/example.com/v1");
        QVERIFY(document.body.find("com.example.v1.Widget") != std::string::npos);
        QVERIFY(document.body.find(J("'x-kubernetes-selectable-fields':[{'fieldPath':'spec.color'}]")) !=
                std::string::npos);
        // A changed schema has another address; the old one leads there.
        const std::string hash = document.header("etag");
        bench.send("PATCH", definitionsPath + "/widgets.example.com",
                   J("{'spec':{'names':{'shortNames':['wd']}}}"), mergePatch);
        bench.settle();
        const Answer changed = bench.send("GET", "/openapi/v3/apis/example.com/v1");
        QVERIFY(changed.header("etag") != hash);
        QCOMPARE(
            bench.send("GET", "/openapi/v3/apis/example.com/v1?hash=" + hash.substr(1, hash.size() - 2)).code,
            301);
    }

    void versionsAreTheSameObjects() {
        ApiBench bench;
        const std::string deprecated = J(",'deprecated':true");
        bench.send("POST", definitionsPath,
                   definition("widgets", "Widget",
                              version("v1beta1", true, deprecated) + "," + version("v1", false)));
        bench.settle();
        bench.send("POST", widgets, widget("a"));
        const Answer old = bench.send("GET", "/apis/example.com/v1beta1/namespaces/default/widgets/a");
        QCOMPARE(old.at("apiVersion"), std::string("example.com/v1beta1"));
        QCOMPARE(
            old.header("warning"),
            std::string("299 - \"example.com/v1beta1 Widget is deprecated; use example.com/v1 Widget\""));
        QCOMPARE(bench.send("GET", widgets + "/a").at("metadata.uid"), old.at("metadata.uid"));
        // The other version becomes the stored one: both may be stored from now on.
        bench.send("PUT", definitionsPath + "/widgets.example.com",
                   definition("widgets", "Widget", version("v1beta1", false) + "," + version("v1", true)));
        bench.settle();
        QCOMPARE(bench.send("GET", definitionsPath + "/widgets.example.com").at("status.storedVersions"),
                 J("['v1beta1','v1']"));
    }

    void watchesFollowTheDefinition() {
        Bench bench;
        bench.send("POST", widgets, widget("a"));
        const auto watch = bench.open("GET", widgets + "?watch=true");
        bench.settle();
        QCOMPARE(story(*watch), std::string("ADDED a"));
        bench.send("PATCH", widgets + "/a", J("{'spec':{'color':'red'}}"), mergePatch);
        bench.settle();
        QCOMPARE(story(*watch), std::string("ADDED a, MODIFIED a"));
        // Another schema: the client is sent to ask again, and sees the new default.
        const std::string newDefault =
            J("{'spec':{'versions':[{'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':{"
              "'type':'object','properties':{'spec':{'type':'object','properties':{'color':{'type':'string'},"
              "'size':{'type':'integer','default':3}}}}}}}]}}");
        QCOMPARE(bench.send("PATCH", definitionsPath + "/widgets.example.com", newDefault, mergePatch).code,
                 200);
        bench.settle();
        QVERIFY(watch->ended);
        QCOMPARE(bench.send("GET", widgets + "/a").at("spec"), J("{'color':'red','size':3}"));
        const auto again = bench.open("GET", widgets + "?watch=true");
        bench.settle();
        bench.send("DELETE", definitionsPath + "/widgets.example.com");
        bench.settle();
        QCOMPARE(story(*again), std::string("ADDED a, DELETED a"));
        QVERIFY(again->ended);
    }

    void deletingTheDefinitionDeletesItsObjects() {
        Bench bench;
        bench.send("POST", widgets,
                   J("{'apiVersion':'example.com/"
                     "v1','kind':'Widget','metadata':{'name':'held','finalizers':['example.com/hold']}}"));
        bench.send("POST", widgets, widget("free"));
        const Answer going = bench.send("DELETE", definitionsPath + "/widgets.example.com");
        QCOMPARE(going.code, 200);
        bench.settle();
        const Answer now = bench.send("GET", definitionsPath + "/widgets.example.com");
        QCOMPARE(condition(now, "Terminating"), std::string("True InstanceDeletionInProgress"));
        QCOMPARE(bench.send("GET", widgets + "/free").code, 404);
        QVERIFY(!bench.send("GET", widgets + "/held").at("metadata.deletionTimestamp").empty());
        const Answer refused = bench.send("POST", widgets, widget("late"));
        QCOMPARE(refused.code, 405);
        QCOMPARE(refused.at("message"),
                 std::string("create not allowed while custom resource definition is terminating"));
        bench.send("PATCH", widgets + "/held", J("{'metadata':{'finalizers':null}}"), mergePatch);
        bench.settle();
        QCOMPARE(bench.send("GET", definitionsPath + "/widgets.example.com").code, 404);
        QCOMPARE(bench.send("GET", widgets).code, 404);
        QCOMPARE(bench.send("GET", "/apis/example.com").code, 404);
    }

    void whatIsServedNoMoreIsDeletedToo() {
        Bench bench;
        bench.send("POST", widgets, widget("a"));
        std::string unserved = version("v1", true);
        unserved.replace(unserved.find(J("'served':true")), 13, J("'served':false"));
        const Answer hidden = bench.send("PUT", definitionsPath + "/widgets.example.com",
                                         definition("widgets", "Widget", unserved));
        QCOMPARE(hidden.code, 200);
        bench.settle();
        QCOMPARE(bench.send("GET", widgets + "/a").code, 404);
        bench.send("DELETE", definitionsPath + "/widgets.example.com");
        bench.settle();
        QCOMPARE(bench.send("GET", definitionsPath + "/widgets.example.com").code, 404);
        // Nothing comes back with another definition of the name.
        bench.send("POST", definitionsPath, definition());
        bench.settle();
        QCOMPARE(bench.send("GET", widgets).at("items"), std::string("[]"));
    }

    void survivesRestart() {
        auto kept = std::make_shared<std::vector<store::Record>>();
        SimulatedExecutor executor;
        SeededRandom random{3};
        const auto run = [&](const std::function<void(ApiServer&)>& work) {
            auto store = std::move(*store::Store::open(store::makeMemoryBackend(kept), executor));
            ApiServer server(*store, executor, random, nullptr);
            bool started = false;
            server.start([&](const Result<void>& result) { started = result.has_value(); });
            executor.runUntil([&] { return started; }, std::chrono::seconds(1));
            QVERIFY(started);
            work(server);
        };
        const auto send = [&](ApiServer& server, const std::string& method, const std::string& path,
                              const std::string& body) {
            Request request;
            request.method = method;
            request.path = path;
            request.body = body;
            request.user = ApiBench::admin();
            const auto exchange = std::make_shared<FakeExchange>();
            const auto running = server.handle(std::move(request), exchange);
            executor.runUntil([&] { return exchange->response.has_value(); }, std::chrono::seconds(1));
            executor.advance(std::chrono::milliseconds(1));
            return exchange->response->code;
        };
        run([&](ApiServer& server) {
            QCOMPARE(send(server, "POST", definitionsPath, definition()), 201);
            QCOMPARE(send(server, "POST", widgets, widget("a")), 201);
        });
        run([&](ApiServer& server) { QCOMPARE(send(server, "GET", widgets + "/a", ""), 200); });
    }

    void serverSideApplyGoesByTheSchema() {
        ApiBench bench;
        const std::string schema = J(
            "{'type':'object','properties':{'spec':{'type':'object','properties':{'color':{'type':'string'},"
            "'size':{'type':'integer'},'ports':{'type':'array','x-kubernetes-list-type':'map',"
            "'x-kubernetes-list-map-keys':['port','protocol'],'items':{'type':'object','required':['port'],"
            "'properties':{'port':{'type':'integer'},'protocol':{'type':'string','default':'TCP'},'name':{"
            "'type':'string'}}}},'tags':{'type':'array','x-kubernetes-list-type':'set','items':{'type':"
            "'string'}},'whole':{'type':'object','x-kubernetes-map-type':'atomic','properties':{'a':{'type':"
            "'string'},'b':{'type':'string'}}},'scale':{'type':'object','properties':{'wanted':{'type':"
            "'integer'}}}}}}}");
        const std::string both =
            J("{'name':'v1','served':true,'storage':true,'subresources':{'status':{},'scale':{"
              "'specReplicasPath':'.spec.scale.wanted','statusReplicasPath':'.status.replicas'}},"
              "'schema':{'openAPIV3Schema':") +
            schema + J("}},{'name':'v1beta1','served':true,'storage':false,'schema':{'openAPIV3Schema':") +
            schema + "}}";
        QCOMPARE(bench.send("POST", definitionsPath, definition("widgets", "Widget", both)).code, 201);
        bench.settle();
        const auto apply = [&](const std::string& manager, const std::string& spec,
                               const std::string& more = "", const std::string& apiVersion = "v1") {
            const std::string path = "/apis/example.com/" + apiVersion + "/namespaces/default/widgets/a";
            return bench.send("PATCH", path + "?fieldManager=" + manager + more,
                              widget("a", spec, apiVersion),
                              {{"content-type", "application/apply-patch+yaml"}});
        };
        const Answer made = apply(
            "one", "{'color':'red','ports':[{'port':80,'name':'http'}],'tags':['x'],'whole':{'a':'1'}}");
        QCOMPARE(made.code, 201);
        QCOMPARE(made.at("metadata.managedFields.0.apiVersion"), std::string("example.com/v1"));
        QCOMPARE(made.at("metadata.managedFields.0.fieldsV1.f:spec.f:ports"),
                 J("{'k:{\\'port\\':80,\\'protocol\\':\\'TCP\\'}':{'.':{},'f:name':{},'f:port':{}}}"));
        const Answer merged = apply("two", "{'ports':[{'port':80,'protocol':'UDP'}],'tags':['y']}");
        QCOMPARE(merged.at("spec.ports.0.name") + merged.at("spec.ports.1.protocol"), std::string("httpUDP"));
        QCOMPARE(merged.at("spec.tags"), J("['x','y']"));
        const Answer refused = apply("two", "{'whole':{'b':'2'}}");
        QCOMPARE(refused.code, 409);
        QCOMPARE(refused.at("message"),
                 std::string("Apply failed with 1 conflict: conflict with \"one\": .spec.whole"));
        QCOMPARE(apply("two", "{'whole':{'b':'2'}}", "&force=true").at("spec.whole"), J("{'b':'2'}"));
        const Answer unknown = apply("one", "{'nope':1}");
        QCOMPARE(unknown.code, 500);
        QVERIFY(unknown.at("message").find(".spec.nope: field not declared in schema") != std::string::npos);
        // What is owned in one version is owned in every version.
        const Answer other = apply("three", "{'color':'green'}", "", "v1beta1");
        QCOMPARE(other.code, 409);
        // The scale's replicas stand where the definition says.
        bench.send("PATCH", widgets + "/a", J("{'spec':{'scale':{'wanted':1}}}"), mergePatch);
        QCOMPARE(bench
                     .send("PATCH", widgets + "/a/scale?fieldManager=scaler", J("{'spec':{'replicas':3}}"),
                           mergePatch)
                     .at("spec.replicas"),
                 std::string("3"));
        const Answer taken = apply("one", "{'scale':{'wanted':2}}");
        QCOMPARE(taken.at("message"),
                 std::string("Apply failed with 1 conflict: conflict with \"scaler\" with subresource "
                             "\"scale\" using example.com/v1: .spec.scale.wanted"));
    }

    void appliedConfigurationsAreLookedAtClosely() {
        ApiBench bench;
        const std::string open =
            J("{'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':{'type':'object',"
              "'properties':{'spec':{'type':'object','x-kubernetes-preserve-unknown-fields':true,"
              "'properties':{'template':{'type':'object','properties':{'spec':{'type':'object'}},'x-"
              "kubernetes-embedded-resource':true}}}}}}}");
        QCOMPARE(bench.send("POST", definitionsPath, definition("widgets", "Widget", open)).code, 201);
        bench.settle();
        const auto apply = [&](const std::string& metadata, const std::string& spec) {
            return bench.send("PATCH", widgets + "/a?fieldManager=m&fieldValidation=Strict",
                              "\napiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: a\n" +
                                  metadata + "spec:\n" + spec,
                              {{"content-type", "application/apply-patch+yaml"}});
        };
        const Answer twice = apply("", "  unknown: kept\n  foo: a\n  foo: b\n");
        QCOMPARE(twice.code, 400);
        QVERIFY(twice.at("message").ends_with("\n  line 9: key \"foo\" already set in map"));
        const Answer unknown = apply("  nope: 1\n", "  template:\n    apiVersion: v1\n    kind: Sub\n"
                                                    "    metadata:\n      nope: 1\n");
        QCOMPARE(unknown.code, 500);
        for (const char* path : {".metadata.nope: ", ".spec.template.metadata.nope: "})
            QVERIFY2(unknown.at("message").find(std::string(path) + "field not declared in schema") !=
                         std::string::npos,
                     path);
        QCOMPARE(apply("", "  unknown: kept\n").at("spec"), J("{'unknown':'kept'}"));
    }

    void updatesAreRecorded() {
        Bench bench;
        bench.send("POST", widgets + "?fieldManager=maker", widget("a"));
        const Answer status = bench.send("PATCH", widgets + "/a/status?fieldManager=watcher",
                                         J("{'status':{'replicas':1}}"), mergePatch);
        const auto fields = status.json().at("metadata").at("managedFields");
        QCOMPARE(Answer::textAt(fields, "0.manager") + " " + Answer::textAt(fields, "0.fieldsV1"),
                 J("maker {'f:spec':{'.':{},'f:color':{}}}"));
        QCOMPARE(Answer::textAt(fields, "1.manager") + Answer::textAt(fields, "1.subresource"),
                 std::string("watcherstatus"));
        // Nothing new is no write.
        const Answer again = bench.send("PATCH", widgets + "/a/status?fieldManager=watcher",
                                        J("{'status':{'replicas':1}}"), mergePatch);
        QCOMPARE(again.at("metadata.resourceVersion"), status.at("metadata.resourceVersion"));
    }

    void quotasCountCustomObjects() {
        Bench bench;
        bench.send(
            "POST", "/api/v1/namespaces/default/resourcequotas",
            J("{'apiVersion':'v1','kind':'ResourceQuota','metadata':{'name':'q'},'spec':{'hard':{'count/"
              "widgets.example.com':'1'}}}"));
        QCOMPARE(bench.send("POST", widgets, widget("a")).code, 201);
        const Answer refused = bench.send("POST", widgets, widget("b"));
        QCOMPARE(refused.code, 403);
        QVERIFY(refused.at("message").find("exceeded quota: q, requested: count/widgets.example.com=1") !=
                std::string::npos);
        QCOMPARE(bench.send("DELETE", widgets + "/a").code, 200);
        QCOMPARE(bench.send("POST", widgets, widget("b")).code, 201);
    }

    void olderOpenApiHasCustomKinds() {
        Bench bench;
        const Answer before = bench.send("GET", "/openapi/v2");
        QCOMPARE(before.code, 200);
        const auto whole = before.json();
        const auto& schema = whole.at("definitions").at("com.example.v1.Widget");
        QCOMPARE(Answer::textAt(schema, "properties.spec.properties.color.default"), std::string("blue"));
        QCOMPARE(Answer::textAt(schema, "properties.metadata.$ref"),
                 std::string("#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"));
        QVERIFY(whole.at("paths").as_object().contains(
            "/apis/example.com/v1/namespaces/{namespace}/widgets/{name}/status"));
        const Headers known{{"if-none-match", before.header("etag")}};
        QCOMPARE(bench.send("GET", "/openapi/v2", "", known).code, 304);
        const char* gnostic = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
        const Answer protobuf = bench.send("GET", "/openapi/v2", "", {{"accept", gnostic}});
        QCOMPARE(protobuf.code, 200);
        QCOMPARE(protobuf.header("content-type"),
                 std::string("application/com.github.proto-openapi.spec.v2.v1.0+protobuf"));
        QCOMPARE(protobuf.body.substr(0, 5), std::string("\x0a\x03") + "2.0");
        QVERIFY(protobuf.body.find("com.example.v1.Widget") != std::string::npos);
        QCOMPARE(bench.send("GET", "/openapi/v2", "", {{"accept", "text/html"}}).code, 406);
        bench.send("DELETE", definitionsPath + "/widgets.example.com");
        bench.settle();
        const Answer after = bench.send("GET", "/openapi/v2", "", known);
        QCOMPARE(after.code, 200);
        QVERIFY(after.body.find("com.example.v1.Widget") == std::string::npos);
    }

    /// One custom type must not be readable through another of the same kind name or resource
    /// (CVE-2022-3162).
    void cve_2022_3162_oneCustomTypeIsNotReadThroughAnother() {
        Bench bench;
        std::string other = definition();
        for (std::size_t at = other.find("example.com"); at != std::string::npos;
             at = other.find("example.com", at + 20))
            other.replace(at, 11, "example.com.other.org");
        QCOMPARE(bench.send("POST", definitionsPath, other).code, 201);
        bench.settle();
        bench.send("POST", widgets, widget("secret"));
        const std::string path = "/apis/example.com.other.org/v1/namespaces/default/widgets";
        QCOMPARE(bench.send("GET", path).at("items"), std::string("[]"));
        QCOMPARE(bench.send("GET", path + "/secret").code, 404);
        for (const char* trick :
             {"/../../../../../example.com/v1/namespaces/default/widgets/secret", "/%2e%2e%2fsecret"})
            QVERIFY(bench.send("GET", path + trick).code >= 400);
    }

    /// A cluster-scoped custom object is not reached through a namespaced path, nor the other way round
    /// (CVE-2019-11247).
    void cve_2019_11247_scopeIsThatOfTheDefinition() {
        Bench bench;
        bench.send("POST", definitionsPath, definition("globals", "Global", version("v1", true), "Cluster"));
        bench.settle();
        const std::string global =
            J("{'apiVersion':'example.com/v1','kind':'Global','metadata':{'name':'g'}}");
        QCOMPARE(bench.send("POST", "/apis/example.com/v1/globals", global).code, 201);
        QCOMPARE(bench.send("GET", "/apis/example.com/v1/globals/g").code, 200);
        for (const char* method : {"GET", "DELETE"})
            QCOMPARE(bench.send(method, "/apis/example.com/v1/namespaces/default/globals/g").code, 404);
        QCOMPARE(bench.send("POST", "/apis/example.com/v1/namespaces/default/globals", global).code, 404);
        bench.send("POST", widgets, widget("w"));
        QCOMPARE(bench.send("GET", "/apis/example.com/v1/widgets/w").code, 404);
    }
};

QTEST_APPLESS_MAIN(TestApiserverCustom)
#include "test_apiserver_custom.moc"
