#include "engine/api/apply.h"

#include <QtTest>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>

namespace json = boost::json;
using namespace wheelhouse;
using namespace wheelhouse::api::apply;

namespace {

QString q(const std::string& text) {
    return QString::fromStdString(text);
}

std::string textOf(const json::object& object, const char* key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// With the members of every object in order, so that equal values have equal texts.
json::value sorted(const json::value& value) {
    if (value.is_array()) {
        json::array out;
        for (const auto& each : value.get_array())
            out.push_back(sorted(each));
        return out;
    }
    if (!value.is_object()) return value;
    std::map<std::string, json::value> members;
    for (const auto& [key, member] : value.get_object())
        members[std::string(key)] = sorted(member);
    json::object out;
    for (const auto& [key, member] : members)
        out[key] = member;
    return out;
}

std::string canonical(const json::value& value) {
    return json::serialize(sorted(value));
}

/// One object written again and again by several managers, as in a line of cases.jsonl.
struct Story {
    const Type* type = nullptr;
    std::string empty;
    std::string live;
    ManagedFields managed;
    SetCache cache;
    Writer writer;
    bool stored = false;

    explicit Story(const json::object& story) {
        const std::string name = textOf(story, "type");
        if (name == "untyped")
            type = &untyped();
        else if (const auto* descriptor =
                     google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
                         "k8s.io." + name.substr(7)))
            type = &typeOf(descriptor);
        const auto& first = story.at("steps").as_array()[0].as_object().at("object").as_object();
        writer.apiVersion = textOf(first, "apiVersion");
        writer.kind = textOf(first, "kind");
        writer.now.set_seconds(1'700'000'000);
        if (const auto* resets = story.if_contains("resets"))
            for (const auto& each : resets->as_array())
                writer.resets = writer.resets.unionWith(Set::ofFields({each.as_string().c_str()}));
        empty = live =
            json::serialize(json::object{{"apiVersion", writer.apiVersion}, {"kind", writer.kind}});
    }

    /// The server gives what it stores an identity.
    void store(json::value object) {
        auto& metadata = object.as_object()["metadata"];
        if (!metadata.is_object()) metadata = json::object();
        metadata.as_object()["uid"] = "u";
        live = json::serialize(object);
        stored = true;
    }

    json::object outcome() const {
        json::array record;
        std::vector<std::pair<std::string, json::object>> entries;
        for (const auto& entry : managed)
            entries.emplace_back(entry.operation() + entry.manager(),
                                 json::object{{"manager", entry.manager()},
                                              {"operation", entry.operation()},
                                              {"subresource", entry.subresource()},
                                              {"fields", entry.fieldsv1().raw()},
                                              {"timed", entry.has_time()}});
        std::sort(entries.begin(), entries.end(),
                  [](const auto& a, const auto& b) { return a.first < b.first; });
        for (auto& entry : entries)
            record.push_back(std::move(entry.second));
        return {{"object", json::parse(live)}, {"managed", record}};
    }

    json::object run(const json::object& step) {
        writer.manager = textOf(step, "manager");
        writer.subresource = textOf(step, "subresource");
        const std::string object = json::serialize(step.at("object"));
        if (textOf(step, "op") == "update") {
            const auto changes = compareJson(*type, live, object);
            if (!changes) return {{"error", changes.error().message}};
            managed = track(writer, *changes, managed, {}, !stored, cache);
            store(step.at("object"));
            return outcome();
        }
        ApplyRequest request;
        request.writer = writer;
        request.force = step.contains("force");
        request.type = type;
        request.config = object;
        request.live = live;
        request.empty = empty;
        request.name = "default/x";
        request.managed = &managed;
        auto applied = apply(request, cache);
        if (!applied) {
            json::object out{{"error", applied.error().message}};
            if (applied.error().causes.empty()) return out;
            json::array conflicts;
            for (const auto& cause : applied.error().causes)
                conflicts.push_back(json::value(cause.message + " @ " + cause.field));
            out["conflicts"] = conflicts;
            return out;
        }
        managed = applied->managed;
        store(json::parse(applied->object));
        return outcome();
    }
};

/// Without nulls and without what is empty.
json::value dense(const json::value& value) {
    if (!value.is_object()) return value;
    json::object out;
    for (const auto& [key, member] : value.get_object()) {
        json::value below = dense(member);
        if (below.is_null() || (below.is_object() && below.get_object().empty())) continue;
        out[key] = std::move(below);
    }
    return out;
}

Set ownedBy(const Story& story, const std::string& manager, bool others) {
    Set out;
    for (const auto& entry : story.managed)
        if ((entry.manager() == manager && entry.operation() == "Apply") != others)
            out = out.unionWith(*Set::parse(entry.fieldsv1().raw()));
    return out;
}

json::object expected(const json::object& step) {
    json::object out = step.at("expect").as_object();
    if (auto* record = out.if_contains("managed")) {
        auto& entries = record->as_array();
        // The library's test objects keep the sets as maps, in the order of their texts.
        for (auto& entry : entries)
            if (auto& fields = entry.as_object()["fields"]; fields.is_string())
                fields = json::parse(fields.as_string());
        std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
            const auto key = [](const auto& e) {
                return textOf(e.as_object(), "operation") + textOf(e.as_object(), "manager");
            };
            return key(a) < key(b);
        });
    }
    if (auto* conflicts = out.if_contains("conflicts")) {
        auto& list = conflicts->as_array();
        // Kubernetes lists managers in no particular order; the text is theirs where there is but one.
        std::sort(list.begin(), list.end(),
                  [](const auto& a, const auto& b) { return a.as_string() < b.as_string(); });
        if (list.size() > 1) out.erase("error");
    }
    return out;
}

json::object comparable(json::object outcome) {
    return expected(json::object{{"expect", std::move(outcome)}});
}

} // namespace

/// Stories of objects applied and updated by several managers, with the outcome Kubernetes' own library
/// (structured-merge-diff 6.3, apimachinery 0.35) gives for each step.
class TestApplyCases : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void everyStepEndsAsInKubernetes() {
        const QByteArray other = qgetenv("WHEELHOUSE_APPLY_CASES");
        const std::string path =
            other.isEmpty() ? QFINDTESTDATA("cases.jsonl").toStdString() : other.toStdString();
        std::ifstream file(path);
        QVERIFY2(file.good(), "cases.jsonl cannot be read");
        int stories = 0;
        int wrong = 0;
        for (std::string line; std::getline(file, line); ++stories) {
            const json::object story = json::parse(line).as_object();
            Story run(story);
            QVERIFY2(run.type != nullptr, textOf(story, "type").c_str());
            int number = 0;
            for (const auto& each : story.at("steps").as_array()) {
                const json::object& step = each.as_object();
                const std::string got = canonical(comparable(run.run(step)));
                const std::string want = canonical(expected(step));
                ++number;
                if (got == want) continue;
                qWarning().noquote() << q(textOf(story, "name")) << "step" << number << "\n got" << q(got)
                                     << "\nwant" << q(want) << "\n doing"
                                     << q(json::serialize(step.at("object")));
                if (++wrong > 5) QFAIL("too many differences");
                break;
            }
        }
        QVERIFY(stories > 50);
        QCOMPARE(wrong, 0);
    }

    /// Whatever came before: an application owns what it sets, changes nothing the second time, and what is
    /// no longer applied and owned by nobody else goes.
    void applyKeepsItsPromises() {
        std::ifstream file(QFINDTESTDATA("cases.jsonl").toStdString());
        int checked = 0;
        for (std::string line; std::getline(file, line);) {
            const json::object story = json::parse(line).as_object();
            Story run(story);
            for (const auto& each : story.at("steps").as_array())
                run.run(each.as_object());
            json::object step = story.at("steps").as_array().back().as_object();
            step["op"] = "apply";
            step["manager"] = "promise";
            step["force"] = true;
            json::object first = run.run(step);
            if (first.contains("error")) continue;
            ++checked;
            json::object second = run.run(step);
            QCOMPARE(q(canonical(second.at("object"))), q(canonical(first.at("object"))));
            const auto set = fieldsOfJson(*run.type, json::serialize(step.at("object")));
            static const Set system =
                Set::ofFields({"apiVersion", "kind", "metadata.name", "metadata.namespace"});
            const Set wanted = set->recursiveDifference(system.unionWith(run.writer.resets))
                                   .difference(Set::ofFields({"metadata"}));
            const Set own = ownedBy(run, "promise", false);
            QVERIFY2(own.contains(wanted), own.serialize().c_str());

            const Set alone = own.difference(ownedBy(run, "promise", true));
            json::object nothing{{"apiVersion", run.writer.apiVersion}, {"kind", run.writer.kind}};
            step["object"] = nothing;
            const json::object less = run.run(step);
            QVERIFY2(!less.contains("error"), json::serialize(less).c_str());
            QVERIFY(ownedBy(run, "promise", false).empty());
            const auto left = fieldsOfJson(*run.type, json::serialize(dense(less.at("object"))));
            const Set kept = left->intersection(alone);
            QVERIFY2(kept.empty(), kept.serialize().c_str());
        }
        QVERIFY(checked > 50);
    }
};

QTEST_APPLESS_MAIN(TestApplyCases)
#include "test_apply_cases.moc"
