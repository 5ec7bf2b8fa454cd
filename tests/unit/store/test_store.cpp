// The store over the memory backend: visibility, order, history, watches, compaction, failure.
#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "engine/store/store.h"

#include <QtTest>
#include <map>

using namespace wheelhouse;
using namespace wheelhouse::store;

namespace {

const api::Kind& configMaps() {
    return api::kindOf<api::core::ConfigMap>();
}

ObjectPtr configMap(const std::string& nameSpace, const std::string& name, const std::string& value,
                    Revision revision) {
    api::core::ConfigMap message;
    message.mutable_metadata()->set_namespace_(nameSpace);
    message.mutable_metadata()->set_name(name);
    message.mutable_metadata()->set_uid("uid-" + name);
    message.mutable_metadata()->set_resourceversion(std::to_string(revision));
    (*message.mutable_data())["value"] = value;
    return api::Object::of(message);
}

std::string valueOf(const ObjectPtr& object) {
    return object ? object->as<api::core::ConfigMap>().data().at("value") : "(absent)";
}

/// Holds appends back until told to finish them, well or badly.
class HeldBackend final : public Backend {
  public:
    Result<Revision> load(const std::function<void(Record&&)>&) override { return Revision{0}; }
    void append(std::vector<Record> records, Done done) override {
        appended.insert(appended.end(), records.begin(), records.end());
        waiting.push_back(std::move(done));
    }
    Result<std::string> read(Revision revision) override {
        for (const Record& record : appended)
            if (record.revision == revision) return record.value;
        return fail(Reason::InternalError, "no such record");
    }
    void compact(Revision, std::vector<Revision>) override {}
    void finish(Result<void> outcome) {
        for (Done& done : std::exchange(waiting, {}))
            done(outcome);
    }
    std::vector<Record> appended;
    std::vector<Done> waiting;
};

/// A backend that outlives its store, as a disk does.
class SharedBackend final : public Backend {
  public:
    explicit SharedBackend(std::shared_ptr<Backend> disk) : disk_(std::move(disk)) {}
    Result<Revision> load(const std::function<void(Record&&)>& each) override { return disk_->load(each); }
    void append(std::vector<Record> records, Done done) override {
        disk_->append(std::move(records), std::move(done));
    }
    Result<std::string> read(Revision revision) override { return disk_->read(revision); }
    void compact(Revision revision, std::vector<Revision> dropped) override {
        disk_->compact(revision, std::move(dropped));
    }

  private:
    const std::shared_ptr<Backend> disk_;
};

struct Fixture {
    SimulatedExecutor executor;
    HeldBackend* held = nullptr;
    std::unique_ptr<Store> store;

    explicit Fixture(bool hold = false, Retention retention = {}) {
        std::unique_ptr<Backend> backend;
        if (hold) {
            auto made = std::make_unique<HeldBackend>();
            held = made.get();
            backend = std::move(made);
        } else {
            backend = makeMemoryBackend();
        }
        store = *Store::open(std::move(backend), executor, retention);
    }
    void settle() {
        while (executor.step()) {
        }
    }
    void put(const std::string& name, const std::string& value, Store::Committed done = nullptr) {
        store->put(
            {&configMaps(), "ns/" + name},
            [&](const ObjectPtr&, Revision revision) { return configMap("ns", name, value, revision); },
            std::move(done));
    }
    void erase(const std::string& name) {
        store->remove(
            {&configMaps(), "ns/" + name},
            [&](const ObjectPtr& newest, Revision revision) -> Result<ObjectPtr> {
                if (!newest) return fail(Reason::NotFound, "gone");
                return configMap("ns", name, valueOf(newest), revision);
            },
            nullptr);
    }
    ObjectPtr get(const std::string& name) const { return store->get({&configMaps(), "ns/" + name}); }
};

std::string describe(const Change& change) {
    static const char* const types[] = {"created", "updated", "deleted"};
    return std::string(types[static_cast<int>(change.type)]) + " " + change.object->name() + "=" +
           valueOf(change.object) + "@" + std::to_string(change.revision);
}

} // namespace

class TestStore : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aWriteIsInvisibleUntilDurable() {
        Fixture f(true);
        std::vector<Revision> answered;
        f.put("a", "1", [&](Result<ObjectPtr> r) { answered.push_back((*r)->revision()); });
        f.settle();
        QVERIFY(f.get("a") == nullptr);
        QCOMPARE(f.store->revision(), Revision{0});
        QCOMPARE(valueOf(f.store->newest({&configMaps(), "ns/a"})), std::string("1"));
        QVERIFY(answered.empty());
        f.held->finish({});
        f.settle();
        QCOMPARE(valueOf(f.get("a")), std::string("1"));
        QCOMPARE(answered, std::vector<Revision>{1});
    }

    void writesOfOneTurnShareOneAppend() {
        Fixture f(true);
        for (int i = 0; i < 10; ++i)
            f.put("a" + std::to_string(i), "1");
        f.settle();
        QCOMPARE(f.held->waiting.size(), std::size_t{1});
        QCOMPARE(f.held->appended.size(), std::size_t{10});
    }

    void anUnchangedObjectWaitsForTheWriteItSaw() {
        Fixture f(true);
        f.put("a", "1");
        bool answered = false;
        f.store->put(
            {&configMaps(), "ns/a"}, [](const ObjectPtr& newest, Revision) { return newest; },
            [&](const Result<ObjectPtr>& r) { answered = r.has_value(); });
        f.settle();
        QVERIFY2(!answered, "a no-op on a write that is not durable must not be answered before it is");
        f.held->finish({});
        f.settle();
        QVERIFY(answered);
        QCOMPARE(f.store->revision(), Revision{1});
    }

    void aRefusedWriteCostsNoRevision() {
        Fixture f;
        Status seen;
        f.store->put(
            {&configMaps(), "ns/a"},
            [](const ObjectPtr&, Revision) -> Result<ObjectPtr> { return fail(Reason::Conflict, "no"); },
            [&](const Result<ObjectPtr>& r) { seen = r.error(); });
        f.put("b", "1");
        f.settle();
        QCOMPARE(seen.reason, Reason::Conflict);
        QCOMPARE(f.get("b")->revision(), Revision{1});
    }

    void aFailedSyncShowsNothingAndTurnsReadOnly() {
        Fixture f(true);
        f.put("a", "old");
        f.settle();
        f.held->finish({});
        f.settle();
        std::vector<std::string> seen;
        const auto watch =
            *f.store->watch(configMaps(), 1, [&](const Change& c) { seen.push_back(describe(c)); });
        int failures = 0;
        const auto count = [&](const Result<ObjectPtr>& r) {
            failures += !r && r.error().reason == Reason::ServiceUnavailable;
        };
        f.put("a", "new", count);
        f.put("b", "new", count);
        f.settle();
        f.held->finish(fail(Reason::InternalError, "disk full"));
        f.settle();
        QCOMPARE(failures, 2);
        QCOMPARE(valueOf(f.get("a")), std::string("old"));
        QVERIFY(f.store->newest({&configMaps(), "ns/b"}) == nullptr);
        QVERIFY(f.store->readOnly());
        QVERIFY(seen.empty());
        f.put("c", "late", count);
        f.settle();
        QCOMPARE(failures, 3);
    }

    void aWatchIsHistoryThenLiveWithoutGaps() {
        Fixture f;
        f.put("a", "1");
        f.put("b", "1");
        f.settle();
        std::vector<std::string> seen;
        auto watch = *f.store->watch(configMaps(), 1, [&](const Change& c) { seen.push_back(describe(c)); });
        QVERIFY2(seen.empty(), "never inside the call");
        f.put("a", "2");
        f.erase("b");
        f.settle();
        QCOMPARE(seen, (std::vector<std::string>{"created b=1@2", "updated a=2@3", "deleted b=1@4"}));
        watch.reset();
        f.put("a", "3");
        f.settle();
        QCOMPARE(seen.size(), std::size_t{3});
    }

    void aWatcherMayEndItselfAndStartOthers() {
        Fixture f;
        std::vector<std::string> seen;
        std::unique_ptr<Store::Watch> first;
        std::unique_ptr<Store::Watch> second;
        first = *f.store->watch(configMaps(), 0, [&](const Change& c) {
            seen.push_back("first " + describe(c));
            second = *f.store->watch(
                configMaps(), 0, [&](const Change& again) { seen.push_back("second " + describe(again)); });
            first.reset();
        });
        f.put("a", "1");
        f.put("b", "1");
        f.settle();
        QCOMPARE(seen, (std::vector<std::string>{"first created a=1@1", "second created a=1@1",
                                                 "second created b=1@2"}));
    }

    void listsPageInOrderAtOneRevision() {
        Fixture f;
        for (const char* name : {"c", "a", "d", "b"})
            f.put(name, "1");
        f.settle();
        const auto first = *f.store->list(configMaps(), "ns/", "", 2, 0);
        QCOMPARE(first.items.size(), std::size_t{2});
        QCOMPARE(first.items[0]->name(), std::string("a"));
        QCOMPARE(first.next, std::string("ns/c"));
        QCOMPARE(first.remaining, std::int64_t{2});
        f.put("c", "2");
        f.erase("d");
        f.settle();
        const auto rest = *f.store->list(configMaps(), "ns/", first.next, 2, first.revision);
        QCOMPARE(rest.items.size(), std::size_t{2});
        QCOMPARE(valueOf(rest.items[0]), std::string("1"));
        QVERIFY(rest.next.empty());
        QCOMPARE((*f.store->list(configMaps(), "other/", "", 0, 0)).items.size(), std::size_t{0});
        QCOMPARE(f.store->count(configMaps()), std::size_t{3});
    }

    void aFilterDecidesWhatCountsAgainstTheLimit() {
        Fixture f;
        for (int i = 0; i < 10; ++i)
            f.put("a" + std::to_string(i), i % 2 ? "odd" : "even");
        f.settle();
        const auto odd = [](const ObjectPtr& o) { return valueOf(o) == "odd"; };
        const auto page = *f.store->list(configMaps(), "", "", 2, 0, odd);
        QCOMPARE(page.items.size(), std::size_t{2});
        QCOMPARE(page.items[1]->name(), std::string("a3"));
        QCOMPARE(page.next, std::string("ns/a5"));
    }

    void theFutureIsATimeoutAndTheCompactedPastExpired() {
        Fixture f;
        for (const char* value : {"1", "2", "3"})
            f.put("a", value);
        f.settle();
        QCOMPARE(valueOf(*f.store->get({&configMaps(), "ns/a"}, 2)), std::string("2"));
        QCOMPARE(f.store->get({&configMaps(), "ns/a"}, 9).error().reason, Reason::Timeout);
        f.store->compact(2);
        QCOMPARE(f.store->compactedRevision(), Revision{2});
        QCOMPARE(f.store->list(configMaps(), "", "", 0, 1).error().reason, Reason::Expired);
        QCOMPARE(f.store->watch(configMaps(), 1, [](const Change&) {}).error().reason, Reason::Expired);
        QCOMPARE(valueOf(*f.store->get({&configMaps(), "ns/a"}, 2)), std::string("2"));
        std::vector<std::string> seen;
        const auto watch =
            *f.store->watch(configMaps(), 2, [&](const Change& c) { seen.push_back(describe(c)); });
        f.settle();
        QCOMPARE(seen, std::vector<std::string>{"updated a=3@3"});
    }

    void whereLittleHappensOldStatesGoToo() {
        Fixture f(false, {.age = std::chrono::minutes(8)});
        for (const char* value : {"1", "2"})
            f.put("a", value);
        f.settle();
        f.executor.advance(std::chrono::minutes(8));
        f.put("a", "3");
        f.settle();
        QCOMPARE(f.store->compactedRevision(), Revision{0});
        f.executor.advance(std::chrono::minutes(2));
        f.put("a", "4");
        f.settle();
        QCOMPARE(f.store->compactedRevision(), Revision{2});
        QCOMPARE(valueOf(*f.store->get({&configMaps(), "ns/a"}, 3)), std::string("3"));
    }

    void compactionKeepsAPromiseMadeToARunningWatch() {
        Fixture f;
        f.put("a", "1");
        f.put("a", "2");
        f.settle();
        std::vector<std::string> seen;
        const auto watch =
            *f.store->watch(configMaps(), 0, [&](const Change& c) { seen.push_back(describe(c)); });
        f.store->compact(2);
        f.settle();
        QCOMPARE(seen, (std::vector<std::string>{"created a=1@1", "updated a=2@2"}));
    }

    void retentionBoundsHistoryButNeverTheNewestState() {
        Fixture f(false, {std::chrono::hours(24), 64 * 1024});
        for (int i = 0; i < 8000; ++i)
            f.put("key" + std::to_string(i % 10), std::string(100, 'x'));
        f.settle();
        for (int i = 0; i < 8000; ++i) {
            f.put("key" + std::to_string(i % 10), std::string(100, 'y'));
            f.settle();
        }
        QVERIFY(f.store->compactedRevision() > 12'000);
        QCOMPARE(f.store->list(configMaps(), "", "", 0, 0)->items.size(), std::size_t{10});
    }

    void statesLongPastAreReadFromDisk() {
        Fixture f(false, {std::chrono::hours(24), std::size_t{1} << 30, 10'000});
        for (int i = 0; i < 4000; ++i) {
            f.put("key" + std::to_string(i % 10), std::to_string(i));
            f.settle();
        }
        QCOMPARE(f.store->compactedRevision(), Revision{0});
        QVERIFY(f.store->historyBytes() > 100'000);
        QVERIFY2(f.store->recentBytes() <= 10'000, std::to_string(f.store->recentBytes()).c_str());
        QCOMPARE(valueOf(*f.store->get({&configMaps(), "ns/key3"}, 14)), std::string("13"));
        const auto past = *f.store->list(configMaps(), "ns/", "", 0, 20);
        QCOMPARE(past.items.size(), std::size_t{10});
        QCOMPARE(valueOf(past.items[9]), std::string("19"));
        const auto paged = *f.store->list(configMaps(), "ns/", "ns/key5", 2, 15);
        QCOMPARE(valueOf(paged.items[0]), std::string("5"));
        QCOMPARE(valueOf(paged.items[1]), std::string("6"));
        QCOMPARE(paged.remaining, std::int64_t{3});
        const auto odd = [](const ObjectPtr& o) { return std::stoi(valueOf(o)) % 2 == 1; };
        QCOMPARE((*f.store->list(configMaps(), "ns/", "", 0, 20, odd)).items.size(), std::size_t{5});
    }

    void aWatchGoesBackAsFarAsMemoryDoes() {
        Fixture f(false, {std::chrono::hours(24), std::size_t{1} << 30, 10'000});
        for (int i = 0; i < 4000; ++i) {
            f.put("a", std::to_string(i));
            f.settle();
        }
        const Revision oldest = f.store->watchableRevision();
        QVERIFY(oldest > 1000 && oldest < 4000);
        QCOMPARE(f.store->watch(configMaps(), oldest - 1, [](const Change&) {}).error().reason,
                 Reason::Expired);
        std::vector<Revision> seen;
        const auto watch = *f.store->watch(configMaps(), oldest, [&](const Change& c) {
            seen.push_back(c.revision);
            QCOMPARE(valueOf(c.object), std::to_string(c.revision - 1));
            QCOMPARE(valueOf(c.before), std::to_string(c.revision - 2));
        });
        f.settle();
        QCOMPARE(seen.size(), static_cast<std::size_t>(4000 - oldest));
        QCOMPARE(seen.front(), oldest + 1);
    }

    void aDamagedOldRecordIsSaidAndHarmsNothingElse() {
        const auto kept = std::make_shared<std::vector<Record>>();
        SimulatedExecutor executor;
        auto store = *Store::open(makeMemoryBackend(kept), executor,
                                  {std::chrono::hours(24), std::size_t{1} << 30, 1000});
        for (int i = 0; i < 2000; ++i) {
            store->put(
                {&configMaps(), "ns/a"},
                [&](const ObjectPtr&, Revision r) { return configMap("ns", "a", std::to_string(i), r); },
                nullptr);
            while (executor.step()) {
            }
        }
        (*kept)[4].value = "nonsense";
        const auto damaged = store->list(configMaps(), "", "", 0, 5);
        QVERIFY(!damaged);
        QCOMPARE(damaged.error().reason, Reason::InternalError);
        QVERIFY2(damaged.error().message.find("record 5 of ConfigMap ns/a is damaged") != std::string::npos,
                 damaged.error().message.c_str());
        QCOMPARE(valueOf(*store->get({&configMaps(), "ns/a"}, 6)), std::string("5"));
        QCOMPARE(valueOf(store->get({&configMaps(), "ns/a"})), std::string("1999"));
    }

    // Random writes, deletions, compactions and restarts with next to no memory: every retained revision
    // reads as a plain map from then, and so does the present.
    void anyRetainedRevisionReadsAsItWas_data() {
        QTest::addColumn<int>("seed");
        for (int seed = 0; seed < 20; ++seed)
            QTest::addRow("seed %d", seed) << seed;
    }
    void anyRetainedRevisionReadsAsItWas() {
        QFETCH(int, seed);
        SeededRandom random(static_cast<std::uint64_t>(seed));
        const Retention retention{std::chrono::hours(24), std::size_t{1} << 30, random.below(3) * 2000};
        const std::shared_ptr<Backend> disk = makeMemoryBackend();
        SimulatedExecutor executor;
        auto store = *Store::open(std::make_unique<SharedBackend>(disk), executor, retention);
        using State = std::map<std::string, std::string>;
        std::vector<State> model{{}};
        const auto settle = [&] {
            while (executor.step()) {
            }
        };
        const auto matches = [&](Revision at) {
            State read;
            const auto page = store->list(configMaps(), "", "", 0, at);
            if (!page) return false;
            for (const ObjectPtr& object : page->items)
                read[object->name()] = valueOf(object);
            return read == model[at];
        };
        for (int i = 0; i < 3000; ++i) {
            const std::string name = "k" + std::to_string(random.below(5));
            State next = model.back();
            if (random.below(4) == 0 && next.count(name) > 0) {
                const std::string last = next[name];
                store->remove(
                    {&configMaps(), "ns/" + name},
                    [&](const ObjectPtr&, Revision r) { return configMap("ns", name, last, r); }, nullptr);
                next.erase(name);
            } else {
                next[name] = std::to_string(i);
                store->put(
                    {&configMaps(), "ns/" + name},
                    [&](const ObjectPtr&, Revision r) { return configMap("ns", name, next[name], r); },
                    nullptr);
            }
            model.push_back(next);
            if (random.below(3) == 0) settle();
            if (random.below(700) == 0) {
                settle();
                store->compact(store->compactedRevision() +
                               random.below(store->revision() - store->compactedRevision() + 1));
            }
            if (random.below(900) == 0) {
                settle();
                const Revision compacted = store->compactedRevision();
                store.reset();
                store = *Store::open(std::make_unique<SharedBackend>(disk), executor, retention);
                QCOMPARE(store->revision(), Revision{model.size() - 1});
                QCOMPARE(store->compactedRevision(), compacted);
            }
        }
        settle();
        QCOMPARE(store->count(configMaps()), model.back().size());
        for (Revision at = std::max<Revision>(1, store->compactedRevision()); at < model.size(); ++at)
            QVERIFY2(matches(at), std::to_string(at).c_str());
    }
};

QTEST_GUILESS_MAIN(TestStore)
#include "test_store.moc"
