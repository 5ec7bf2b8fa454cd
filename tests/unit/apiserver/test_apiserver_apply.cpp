#include "api_bench.h"
#include "engine/api/types.h"
#include "engine/apiserver/local_cluster.h"

#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::apiserver::test;

namespace {

const std::string maps = "/api/v1/namespaces/default/configmaps";
const std::string pods = "/api/v1/namespaces/default/pods";
const std::string services = "/api/v1/namespaces/default/services";
const std::string deployments = "/apis/apps/v1/namespaces/default/deployments";
const apiserver::Headers applyPatch{{"content-type", "application/apply-patch+yaml"}};

QString q(const std::string& text) {
    return QString::fromStdString(text);
}

apiserver::Headers from(const std::string& userAgent, const std::string& type = "application/json") {
    return {{"content-type", type}, {"user-agent", userAgent}};
}

/// The record of one manager: its FieldsV1, or "" when it has none.
std::string fields(const Answer& answer, const std::string& manager, const std::string& operation,
                   const std::string& subresource = "", const std::string& what = "fieldsV1") {
    const boost::json::value value = answer.json();
    for (int i = 0;; ++i) {
        const std::string entry = "metadata.managedFields." + std::to_string(i);
        if (Answer::textAt(value, entry + ".manager").empty()) return {};
        if (Answer::textAt(value, entry + ".manager") == manager &&
            Answer::textAt(value, entry + ".operation") == operation &&
            Answer::textAt(value, entry + ".subresource") == subresource)
            return Answer::textAt(value, entry + "." + what);
    }
}

std::size_t entries(const Answer& answer) {
    const boost::json::value value = answer.json();
    const auto* record = value.at("metadata").as_object().if_contains("managedFields");
    return record == nullptr ? 0 : record->as_array().size();
}

std::string map(const std::string& data) {
    return J("{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a'},'data':" + data + "}");
}

std::string web(const std::string& spec, const std::string& metadata = "") {
    return J(
        "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'web'" + metadata +
        "},'spec':{'selector':{'matchLabels':{'app':'x'}}," + spec +
        "'template':{'metadata':{'labels':{'app':'x'}},'spec':{'containers':[{'name':'c','image':'i'}]}}}}");
}

struct Bench : ApiBench {
    Answer apply(const std::string& path, const std::string& manager, const std::string& body,
                 const std::string& more = "") {
        return send("PATCH", path + "?fieldManager=" + manager + more, body, applyPatch);
    }
};

} // namespace

/// Server-side apply and the record of who set what, as clients see them.
class TestApiserverApply : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void createsWhatIsNotThere() {
        Bench bench;
        const std::string yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n";
        const Answer created = bench.apply(maps + "/a", "me", yaml);
        QCOMPARE(created.code, 201);
        QCOMPARE(q(created.at("data.k")), QString("v"));
        QVERIFY(!created.at("metadata.uid").empty());
        QCOMPARE(q(fields(created, "me", "Apply")), q(J("{'f:data':{'f:k':{}}}")));
        QCOMPARE(q(fields(created, "me", "Apply", "", "apiVersion")), QString("v1"));
        QCOMPARE(q(fields(created, "me", "Apply", "", "fieldsType")), QString("FieldsV1"));
        QVERIFY(!fields(created, "me", "Apply", "", "time").empty());

        bench.settle(std::chrono::minutes(5));
        const Answer again = bench.apply(maps + "/a", "me", yaml);
        QCOMPARE(again.code, 200);
        QCOMPARE(q(again.body), q(created.body));
    }

    void conflictsNameOwnersAndFields() {
        Bench bench;
        QCOMPARE(bench.apply(deployments + "/web", "a", web("'replicas':3,")).code, 201);
        const Answer refused = bench.apply(deployments + "/web", "b", web("'replicas':5,"));
        QCOMPARE(refused.code, 409);
        QCOMPARE(q(refused.at("reason")), QString("Conflict"));
        QCOMPARE(q(refused.at("message")),
                 QString("Apply failed with 1 conflict: conflict with \"a\": .spec.replicas"));
        QCOMPARE(q(refused.at("details.causes.0.reason")), QString("FieldManagerConflict"));
        QCOMPARE(q(refused.at("details.causes.0.message")), QString("conflict with \"a\""));
        QCOMPARE(q(refused.at("details.causes.0.field")), QString(".spec.replicas"));
        QCOMPARE(q(bench.send("GET", deployments + "/web").at("spec.replicas")), QString("3"));

        const Answer taken = bench.apply(deployments + "/web", "b", web("'replicas':5,"), "&force=true");
        QCOMPARE(taken.code, 200);
        QCOMPARE(q(taken.at("spec.replicas")), QString("5"));
        QVERIFY(fields(taken, "a", "Apply").find("f:replicas") == std::string::npos);
        QVERIFY(fields(taken, "b", "Apply").find("f:replicas") != std::string::npos);
    }

    void severalConflictsAreListed() {
        Bench bench;
        const Answer created = bench.send("POST", maps, map("{'x':'1','y':'1'}"), from("tool/1.0 (linux)"));
        QCOMPARE(created.code, 201);
        const Answer refused = bench.apply(maps + "/a", "b", map("{'x':'2','y':'2'}"));
        QCOMPARE(refused.code, 409);
        QCOMPARE(q(refused.at("message")),
                 QString("Apply failed with 2 conflicts: conflicts with \"tool\" using v1:\n"
                         "- .data.x\n- .data.y"));
    }

    void sharedFieldsGoWithTheirLastOwner() {
        Bench bench;
        bench.apply(maps + "/a", "one", map("{'shared':'v','own':'1'}"));
        const Answer both = bench.apply(maps + "/a", "two", map("{'shared':'v'}"));
        QCOMPARE(both.code, 200);
        QCOMPARE(entries(both), 2u);
        const Answer less = bench.apply(maps + "/a", "one", map("{}"));
        QCOMPARE(q(less.at("data.shared")), QString("v"));
        QCOMPARE(q(less.at("data.own")), QString());
        QCOMPARE(q(fields(less, "one", "Apply")), q(J("{'f:data':{}}")));
        const Answer none = bench.apply(maps + "/a", "two",
                                        J("{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a'}}"));
        QCOMPARE(q(none.at("data.shared")), QString());
    }

    void listsAreMergedByTheirKeys() {
        Bench bench;
        const auto podOf = [](const std::string& containers) {
            return J(
                "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'web'},'spec':{'selector':{"
                "'matchLabels':{'app':'x'}},'template':{'metadata':{'labels':{'app':'x'}},'spec':{'"
                "containers':[" +
                containers + "]}}}}");
        };
        bench.apply(deployments + "/web", "a",
                    podOf("{'name':'c','image':'i','env':[{'name':'E','value':'1'}]}"));
        const Answer added = bench.apply(deployments + "/web", "b",
                                         podOf("{'name':'side','image':'s'},{'name':'c','image':'i'}"));
        QCOMPARE(added.code, 200);
        QCOMPARE(q(added.at("spec.template.spec.containers.0.name")), QString("side"));
        QCOMPARE(q(added.at("spec.template.spec.containers.1.env.0.name")), QString("E"));
        const Answer gone = bench.apply(deployments + "/web", "a", podOf("{'name':'c','image':'i'}"));
        QCOMPARE(q(gone.at("spec.template.spec.containers.1.env")), QString());
        QCOMPARE(q(gone.at("spec.template.spec.containers.0.name")), QString("side"));
        QVERIFY(fields(gone, "b", "Apply")
                    .find(J("'k:{\\'name\\':\\'side\\'}':{'.':{},'f:image':{},'f:name':{}}")) !=
                std::string::npos);
    }

    void parametersAreChecked() {
        Bench bench;
        const Answer nobody = bench.send("PATCH", maps + "/a", map("{}"), applyPatch);
        QCOMPARE(nobody.code, 422);
        QCOMPARE(
            q(nobody.at("message")),
            QString("PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for "
                    "apply patch"));
        QCOMPARE(bench.apply(maps + "/a", std::string(129, 'x'), map("{}")).code, 422);
        const Answer unprintable = bench.apply(maps + "/a", "a%07b", map("{}"));
        QCOMPARE(unprintable.code, 422);
        QVERIFY(unprintable.at("message").find("invalid character U+0007 (at position 1)") !=
                std::string::npos);
        QCOMPARE(bench.send("PATCH", maps + "/a?force=true", J("{'data':{}}"), mergePatch).code, 422);
        QCOMPARE(bench.send("POST", maps + "?fieldManager=" + std::string(129, 'x'), map("{}"), json).code,
                 422);
        QCOMPARE(bench
                     .send("PATCH", maps + "/a?fieldManager=m", "x",
                           {{"content-type", "application/apply-patch+cbor"}})
                     .code,
                 415);
        QCOMPARE(bench.send("GET", maps + "/a").code, 404);
    }

    void configurationsAreChecked() {
        Bench bench;
        bench.apply(maps + "/a", "m", map("{'k':'v'}"));
        const std::string before = bench.send("GET", maps + "/a").body;
        const Answer record = bench.apply(
            maps + "/a", "m",
            J("{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','managedFields':[]}}"));
        QCOMPARE(record.code, 400);
        QCOMPARE(q(record.at("message")), QString("metadata.managedFields must be nil"));
        const Answer kind =
            bench.apply(maps + "/a", "m", J("{'apiVersion':'v1','kind':'Secret','metadata':{'name':'a'}}"));
        QCOMPARE(kind.code, 400);
        QCOMPARE(q(kind.at("message")), QString("invalid object type: /v1, Kind=Secret"));
        const Answer name = bench.apply(maps + "/b", "m", map("{}"));
        QCOMPARE(name.code, 400);
        QCOMPARE(q(name.at("message")),
                 QString("the name of the object (a) does not match the name on the URL (b)"));
        QCOMPARE(bench.apply(maps + "/a", "m", "a: [").code, 400);
        QCOMPARE(bench.apply(maps + "/a", "m", "[]").code, 400);
        const Answer unknown = bench.apply(maps + "/a", "m",
                                           J("{'apiVersion':'v1','kind':'ConfigMap','metadata':{"
                                             "'name':'a'},'dota':{}}"));
        QCOMPARE(unknown.code, 500);
        QCOMPARE(q(unknown.at("message")),
                 QString("failed to create typed patch object (default/a; /v1, Kind=ConfigMap): "
                         ".dota: field not declared in schema"));
        const Answer uid = bench.apply(maps + "/new", "m",
                                       J("{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':"
                                         "'new','uid':'u'}}"));
        QCOMPARE(uid.code, 409);
        QCOMPARE(bench.apply(maps + "/a/status", "m", map("{}")).code, 404);
        QCOMPARE(q(bench.send("GET", maps + "/a").body), q(before));
    }

    void duplicateKeysAreRefusedWhenStrict() {
        Bench bench;
        const std::string twice =
            J("{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a'},'data':{'k':'1','k':'2'}}");
        QCOMPARE(bench.apply(maps + "/a", "m", twice, "&fieldValidation=Strict").code, 400);
        const Answer warned = bench.apply(maps + "/a", "m", twice);
        QCOMPARE(warned.code, 201);
        QVERIFY(warned.header("warning").find("key \\\"k\\\" already set in map") != std::string::npos);
        QCOMPARE(q(warned.at("data.k")), QString("2"));
    }

    void dryRunStoresNothing() {
        Bench bench;
        const Answer dry = bench.apply(maps + "/a", "m", map("{'k':'v'}"), "&dryRun=All");
        QCOMPARE(dry.code, 201);
        QVERIFY(!fields(dry, "m", "Apply").empty());
        QCOMPARE(bench.send("GET", maps + "/a").code, 404);
    }

    void everyWriteIsRecorded() {
        Bench bench;
        const Answer created =
            bench.send("POST", deployments, web("'replicas':2,"), from("kubectl/v1.35.2 (linux/amd64)"));
        QCOMPARE(created.code, 201);
        const std::string owned = fields(created, "kubectl", "Update");
        QVERIFY2(
            owned ==
                J("{'f:spec':{'f:progressDeadlineSeconds':{},'f:replicas':{},'f:revisionHistoryLimit':{},"
                  "'f:selector':{},'f:strategy':{'f:rollingUpdate':{'.':{},'f:maxSurge':{},'f:"
                  "maxUnavailable':{}},"
                  "'f:type':{}},'f:template':{'f:metadata':{'f:labels':{'.':{},'f:app':{}}},'f:spec':{"
                  "'f:containers':{'k:{\\'name\\':\\'c\\'}':{'.':{},'f:image':{},'f:imagePullPolicy':{},'"
                  "f:name':{},"
                  "'f:resources':{},'f:terminationMessagePath':{},'f:terminationMessagePolicy':{}}},'f:"
                  "dnsPolicy':{},"
                  "'f:restartPolicy':{},'f:schedulerName':{},'f:securityContext':{},"
                  "'f:terminationGracePeriodSeconds':{}}}}}"),
            owned.c_str());
        bench.settle(std::chrono::seconds(30));
        const Answer scaled = bench.send("PATCH", deployments + "/web", J("{'spec':{'replicas':3}}"),
                                         from("other/1", "application/merge-patch+json"));
        QCOMPARE(q(fields(scaled, "other", "Update")), q(J("{'f:spec':{'f:replicas':{}}}")));
        QVERIFY(fields(scaled, "kubectl", "Update").find("f:replicas") == std::string::npos);
        QCOMPARE(q(fields(scaled, "kubectl", "Update", "", "time")),
                 q(fields(created, "kubectl", "Update", "", "time")));
        QVERIFY(fields(scaled, "other", "Update", "", "time") !=
                fields(created, "kubectl", "Update", "", "time"));

        const Answer status = bench.send("PATCH", deployments + "/web/status",
                                         J("{'spec':{'replicas':9},'status':{'replicas':3}}"),
                                         from("controller/1", "application/merge-patch+json"));
        QCOMPARE(q(fields(status, "controller", "Update", "status")), q(J("{'f:status':{'f:replicas':{}}}")));
        const Answer named =
            bench.send("PATCH", deployments + "/web?fieldManager=named", J("{'spec':{'paused':true}}"),
                       from("other/1", "application/merge-patch+json"));
        QCOMPARE(q(fields(named, "named", "Update")), q(J("{'f:spec':{'f:paused':{}}}")));
        QCOMPARE(entries(named), 4u);

        bench.settle(std::chrono::seconds(30));
        const Answer same = bench.send("PATCH", deployments + "/web", J("{'spec':{'paused':true}}"),
                                       from("other/1", "application/merge-patch+json"));
        QCOMPARE(q(same.body), q(named.body));
    }

    void whatTheServerAddsIsNobodys() {
        Bench bench;
        const Answer service = bench.send(
            "POST", services, J("{'metadata':{'name':'s'},'spec':{'ports':[{'port':80}]}}"), from("me/1"));
        QCOMPARE(service.code, 201);
        QVERIFY(!service.at("spec.clusterIP").empty());
        const std::string owned = fields(service, "me", "Update");
        QVERIFY2(owned.find("f:ports") != std::string::npos, owned.c_str());
        QVERIFY2(owned.find("clusterIP") == std::string::npos, owned.c_str());
        QVERIFY2(owned.find("status") == std::string::npos, owned.c_str());
        const Answer created = bench.send("POST", pods, pod("p"), from("me/1"));
        QCOMPARE(created.code, 201);
        QVERIFY(fields(created, "me", "Update").find("f:status") == std::string::npos);
        QVERIFY(fields(created, "me", "Update").find("tolerations") == std::string::npos);
    }

    void theRecordCanBeForgottenAndStartsAnew() {
        Bench bench;
        bench.send("POST", maps, map("{'k':'v'}"), from("me/1"));
        for (const char* forget :
             {"{'metadata':{'managedFields':[{}]}}", "{'metadata':{'managedFields':[]}}"}) {
            bench.send("PATCH", maps + "/a", J("{'data':{'again':'1'}}"), mergePatch);
            const Answer forgotten = bench.send("PATCH", maps + "/a", J(forget), mergePatch);
            QCOMPARE(forgotten.code, 200);
            QCOMPARE(entries(forgotten), 0u);
            // Nobody is recorded until something is applied.
            QCOMPARE(entries(bench.send("PATCH", maps + "/a", J("{'data':{'x':'1'}}"),
                                        from("me/1", "application/merge-patch+json"))),
                     0u);
            const Answer applied = bench.apply(maps + "/a", "m", map("{'y':'1'}"));
            QCOMPARE(applied.code, 200);
            QCOMPARE(q(fields(applied, "m", "Apply")), q(J("{'f:data':{'f:y':{}}}")));
            QVERIFY(fields(applied, "before-first-apply", "Update").find("f:k") != std::string::npos);
            QCOMPARE(bench.apply(maps + "/a", "m", map("{'x':'2'}")).code, 409);
        }
        // A body that says nothing of the record changes nothing of it.
        const Answer put = bench.send("PUT", maps + "/a", map("{'k':'v','x':'1','y':'1','again':'1'}"), json);
        QVERIFY(entries(put) >= 2);
    }

    void aRecordThatIsSentIsTakenWhenItIsValid() {
        Bench bench;
        bench.send("POST", maps, map("{'k':'v'}"), from("old/1"));
        const Answer renamed =
            bench.send("PATCH", maps + "/a",
                       J("[{'op':'replace','path':'/metadata/managedFields/0/manager','value':'new'}]"),
                       {{"content-type", "application/json-patch+json"}});
        QCOMPARE(renamed.code, 200);
        QVERIFY(!fields(renamed, "new", "Update").empty());
        QVERIFY(fields(renamed, "old", "Update").empty());
        const Answer broken =
            bench.send("PATCH", maps + "/a",
                       J("[{'op':'replace','path':'/metadata/managedFields/0/operation','value':'Guess'}]"),
                       {{"content-type", "application/json-patch+json"}});
        QCOMPARE(broken.code, 200);
        QVERIFY(!fields(broken, "new", "Update").empty());
    }

    void theOldestUpdatesAreMerged() {
        Bench bench;
        bench.send("POST", maps, map("{'first':'v'}"), from("creator/1"));
        Answer last;
        for (int i = 0; i < 13; ++i) {
            bench.settle(std::chrono::seconds(2));
            last = bench.send("PATCH", maps + "/a", J("{'data':{'k" + std::to_string(i) + "':'v'}}"),
                              from("m" + std::to_string(i) + "/1", "application/merge-patch+json"));
        }
        QCOMPARE(entries(last), 10u);
        const std::string ancient = fields(last, "ancient-changes", "Update");
        QVERIFY2(ancient.find("f:k0") != std::string::npos && ancient.find("f:k3") != std::string::npos,
                 ancient.c_str());
        QVERIFY(!fields(last, "m12", "Update").empty());
    }

    void scaleHasAPartOfTheRecord() {
        Bench bench;
        bench.apply(deployments + "/web", "a", web("'replicas':1,"));
        const Answer refused =
            bench.send("PATCH", deployments + "/web/scale?fieldManager=b",
                       J("{'apiVersion':'autoscaling/"
                         "v1','kind':'Scale','metadata':{'name':'web'},'spec':{'replicas':4}}"),
                       applyPatch);
        QCOMPARE(refused.code, 409);
        QCOMPARE(q(refused.at("details.causes.0.field")), QString(".spec.replicas"));
        QCOMPARE(bench
                     .send("PATCH", deployments + "/web/scale", J("{'spec':{'replicas':5}}"),
                           from("scaler/1", "application/merge-patch+json"))
                     .code,
                 200);
        const Answer after = bench.send("GET", deployments + "/web");
        QCOMPARE(q(after.at("spec.replicas")), QString("5"));
        QCOMPARE(q(fields(after, "scaler", "Update", "scale")), q(J("{'f:spec':{'f:replicas':{}}}")));
        QVERIFY(fields(after, "a", "Apply").find("f:replicas") == std::string::npos);
        const Answer conflict = bench.apply(deployments + "/web", "a", web("'replicas':2,"));
        QCOMPARE(q(conflict.at("message")),
                 QString("Apply failed with 1 conflict: conflict with \"scaler\" with "
                         "subresource \"scale\" using apps/v1: .spec.replicas"));
        const Answer forced =
            bench.send("PATCH", deployments + "/web/scale?fieldManager=b&force=true",
                       J("{'apiVersion':'autoscaling/"
                         "v1','kind':'Scale','metadata':{'name':'web'},'spec':{'replicas':4}}"),
                       applyPatch);
        QCOMPARE(forced.code, 200);
        const Answer owned = bench.send("GET", deployments + "/web");
        QCOMPARE(q(owned.at("spec.replicas")), QString("4"));
        QCOMPARE(q(fields(owned, "b", "Apply", "scale")), q(J("{'f:spec':{'f:replicas':{}}}")));
        QVERIFY(fields(owned, "scaler", "Update", "scale").empty());
    }

    void statusIsAppliedByItself() {
        Bench bench;
        bench.apply(deployments + "/web", "a", web("'replicas':1,"));
        const Answer status = bench.send(
            "PATCH", deployments + "/web/status?fieldManager=c",
            J("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'web'},'spec':{'replicas':7},"
              "'status':{'conditions':[{'type':'Ready','status':'True'}]}}"),
            applyPatch);
        QCOMPARE(status.code, 200);
        QCOMPARE(q(status.at("spec.replicas")), QString("1"));
        QCOMPARE(q(status.at("status.conditions.0.type")), QString("Ready"));
        QCOMPARE(q(fields(status, "c", "Apply", "status")),
                 q(J("{'f:status':{'f:conditions':{'k:{\\'type\\':\\'Ready\\'}':{'.':{},'f:status':{},'f:"
                     "type':{}}}}}")));
        QCOMPARE(bench
                     .send("PATCH", deployments + "/none/status?fieldManager=c",
                           J("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'none'}}"),
                           applyPatch)
                     .code,
                 404);
    }

    /// kubectl apply, then kubectl apply --server-side: what the annotation remembers is kubectl's to change.
    void clientSideApplyIsTakenOver() {
        Bench bench;
        const std::string applied =
            J("{\\'apiVersion\\':\\'v1\\',\\'kind\\':\\'ConfigMap\\',\\'metadata\\':{\\'name\\':\\'a\\'},"
              "\\'data\\':{\\'k\\':\\'1\\'}}");
        const Answer created = bench.send(
            "POST", maps + "?fieldManager=kubectl-client-side-apply",
            J("{'metadata':{'name':'a','annotations':{'kubectl.kubernetes.io/last-applied-configuration':'") +
                applied + J("'}},'data':{'k':'1'}}"),
            json);
        QCOMPARE(created.code, 201);
        QCOMPARE(bench.apply(maps + "/a", "somebody", map("{'k':'2'}")).code, 409);
        const Answer taken = bench.apply(maps + "/a", "kubectl", map("{'k':'2'}"));
        QCOMPARE(taken.code, 200);
        QCOMPARE(q(taken.at("data.k")), QString("2"));
        QCOMPARE(q(taken.at("metadata.annotations.kubectl|kubernetes|io/last-applied-configuration")),
                 q(J("{'apiVersion':'v1','data':{'k':'2'},'kind':'ConfigMap','metadata':{'name':'a'}}\n")));
    }

    void controllersInThisProcessHaveTheirNames() {
        Bench bench;
        apiserver::LocalCluster cluster(*bench.server, bench.executor, "system:kube-controller-manager");
        api::core::ConfigMap made;
        made.mutable_metadata()->set_name("a");
        (*made.mutable_data())["k"] = "v";
        bool done = false;
        cluster.create({"", "v1", "configmaps"}, "default", client::body(made), {},
                       [&](const Result<client::Written>& written) { done = written.has_value(); });
        QVERIFY(bench.executor.runUntil([&] { return done; }, std::chrono::seconds(1)));
        const Answer read = bench.send("GET", maps + "/a");
        QCOMPARE(q(fields(read, "kube-controller-manager", "Update")), q(J("{'f:data':{'.':{},'f:k':{}}}")));
        const Answer space = bench.send("GET", "/api/v1/namespaces/default");
        QCOMPARE(q(fields(space, "kube-apiserver", "Update")),
                 q(J("{'f:metadata':{'f:labels':{'.':{},'f:kubernetes.io/metadata.name':{}}}}")));
    }

    void tablesAndPartialObjectsCarryTheRecord() {
        Bench bench;
        bench.apply(maps + "/a", "me", map("{'k':'v'}"));
        const Answer partial =
            bench.send("GET", maps + "/a", "",
                       {{"accept", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"}});
        QCOMPARE(q(fields(partial, "me", "Apply")), q(J("{'f:data':{'f:k':{}}}")));
        const Answer table =
            bench.send("GET", maps + "/a", "", {{"accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}});
        QCOMPARE(q(table.at("rows.0.object.metadata.managedFields.0.manager")), QString("me"));
    }
};

QTEST_APPLESS_MAIN(TestApiserverApply)
#include "test_apiserver_apply.moc"
