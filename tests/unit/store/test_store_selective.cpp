// Lists that pass by what cannot match: always the same answer as looking at everything.
#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "engine/store/selective.h"
#include "engine/store/store.h"

#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::store;

namespace {

using api::core::Pod;

struct Selector {
    api::LabelSelector labels;
    api::FieldSelector fields;

    Selector(const char* label, const char* field)
        : labels(*api::LabelSelector::parse(label)),
          fields(*api::FieldSelector::parse(field, api::kindOf<Pod>())) {}
    bool matches(const ObjectPtr& object) const {
        return labels.matches(object->labels()) && fields.matches(*object);
    }
};

class Bench {
  public:
    explicit Bench(std::shared_ptr<std::vector<Record>> kept = nullptr)
        : store(std::move(*Store::open(makeMemoryBackend(std::move(kept)), executor))) {}

    void put(const std::string& key, int app, int node) {
        store->put(
            {&api::kindOf<Pod>(), key},
            [&](const ObjectPtr&, Revision revision) {
                Pod pod;
                pod.mutable_metadata()->set_namespace_(key.substr(0, key.find('/')));
                pod.mutable_metadata()->set_name(key.substr(key.find('/') + 1));
                pod.mutable_metadata()->set_resourceversion(std::to_string(revision));
                (*pod.mutable_metadata()->mutable_labels())["app"] = "a" + std::to_string(app);
                if (app % 2 == 0) (*pod.mutable_metadata()->mutable_labels())["even"] = "";
                pod.mutable_spec()->set_nodename("n" + std::to_string(node));
                pod.mutable_status()->set_phase(node % 2 == 0 ? "Running" : "Pending");
                return api::Object::of(pod);
            },
            nullptr);
    }
    void remove(const std::string& key) {
        store->remove(
            {&api::kindOf<Pod>(), key},
            [&](const ObjectPtr& newest, Revision revision) -> Result<ObjectPtr> {
                if (!newest) return fail(Reason::NotFound, "none");
                auto last = newest->as<Pod>();
                last.mutable_metadata()->set_resourceversion(std::to_string(revision));
                return api::Object::of(last);
            },
            nullptr);
    }
    /// Names of a page, and what comes after it.
    std::vector<std::string> page(const std::function<bool(const ObjectPtr&)>& filter, const char* prefix,
                                  std::int64_t limit, Revision at) const {
        std::vector<std::string> out;
        const auto found = store->list(api::kindOf<Pod>(), prefix, "", limit, at, filter);
        if (!found) return {"refused: " + found.error().message};
        for (const ObjectPtr& object : found->items)
            out.push_back(object->key());
        out.push_back("next: " + found->next);
        return out;
    }
    /// Nothing, or the selector whose list is not what a walk over everything gives.
    std::string disagreement(Revision at) const {
        static const Selector selectors[] = {{"app=a3", ""},
                                             {"app=a3,even", ""},
                                             {"app in (a1,a2)", ""},
                                             {"!even", ""},
                                             {"app!=a3", ""},
                                             {"app=none", ""},
                                             {"", "spec.nodeName=n4"},
                                             {"even", "spec.nodeName=n4"},
                                             {"", "metadata.name=p7"},
                                             {"", "status.phase=Running"},
                                             {"", "spec.nodeName!=n4"},
                                             {"app=a2", "status.phase=Pending"}};
        for (const Selector& each : selectors)
            for (const char* prefix : {"", "x/"})
                for (const std::int64_t limit : {0, 3}) {
                    const auto accepts = [&](const ObjectPtr& object) { return each.matches(object); };
                    const Selective selective{
                        api::requiredTraits(each.labels) | api::requiredNameTraits(each.fields),
                        api::requiredFieldTraits(each.fields, api::kindOf<Pod>()), accepts};
                    if (page(selective, prefix, limit, at) != page(accepts, prefix, limit, at))
                        return each.labels.toString() + " " + each.fields.toString();
                }
        return {};
    }

    SimulatedExecutor executor;
    std::unique_ptr<Store> store;
};

} // namespace

class TestStoreSelective : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void agreeWithLookingAtEverything() {
        const auto kept = std::make_shared<std::vector<Record>>();
        SeededRandom random(9);
        Revision older = 0;
        {
            Bench bench(kept);
            for (int i = 0; i < 3000; ++i) {
                const std::string key =
                    (random.below(2) == 0 ? "x/p" : "y/p") + std::to_string(random.below(300));
                if (random.below(4) == 0)
                    bench.remove(key);
                else
                    bench.put(key, static_cast<int>(random.below(30)), static_cast<int>(random.below(30)));
                // Some lists come while writes are on their way.
                if (random.below(3) != 0) bench.executor.advance(std::chrono::milliseconds(1));
                if (i == 1500) older = bench.store->revision();
                if (i % 20 != 0) continue;
                const std::string wrong = bench.disagreement(0);
                QVERIFY2(wrong.empty(), wrong.c_str());
            }
            bench.executor.advance(std::chrono::seconds(1));
            QCOMPARE(bench.disagreement(older), std::string());
        }
        // And as the store comes back from disk.
        Bench again(kept);
        QCOMPARE(again.disagreement(0), std::string());
        QCOMPARE(again.disagreement(older), std::string());
        QVERIFY(again.store->count(api::kindOf<Pod>()) > 100);
    }

    void traitsSayNoOnlyWhereNothingMatches() {
        const Selector both("app=a1,even", "spec.nodeName=n1");
        Pod pod;
        pod.mutable_metadata()->set_name("p");
        (*pod.mutable_metadata()->mutable_labels())["app"] = "a1";
        (*pod.mutable_metadata()->mutable_labels())["even"] = "";
        pod.mutable_spec()->set_nodename("n1");
        const auto object = api::Object::of(pod);
        const auto has = [](api::Traits all, api::Traits wanted) { return (all & wanted) == wanted; };
        QVERIFY(has(api::labelTraits(*object), api::requiredTraits(both.labels)));
        const api::Traits fields = api::fieldTraits(*object);
        QVERIFY(api::requiredFieldTraits(both.fields, api::kindOf<Pod>()).metBy(fields));
        QVERIFY(fields != 0);
        // Of many other values few are mistaken for this one.
        int mistaken = 0;
        for (int i = 2; i < 1002; ++i)
            mistaken += has(api::labelTraits(*object),
                            api::requiredTraits(*api::LabelSelector::parse("app=a" + std::to_string(i))));
        QVERIFY2(mistaken < 50, std::to_string(mistaken).c_str());
        // And of other nodes none.
        for (int i = 2; i < 1002; ++i) {
            const Selector other("", ("spec.nodeName=n" + std::to_string(i)).c_str());
            QVERIFY(!api::requiredFieldTraits(other.fields, api::kindOf<Pod>()).metBy(fields));
        }
    }
};

QTEST_APPLESS_MAIN(TestStoreSelective)
#include "test_store_selective.moc"
