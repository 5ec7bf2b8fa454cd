// Counting what lies beyond a page of a very long list.
#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "engine/store/store.h"
#include "name_counts.h"

#include <QtTest>
#include <set>

using namespace wheelhouse;
using namespace wheelhouse::store;

class TestStoreCounts : public QObject {
    Q_OBJECT

    std::set<std::string, std::less<>> names_;
    NameCounts counts_;

    NameCounts::Walk walk() const {
        return [this](std::string_view from, const std::function<bool(std::string_view)>& each) {
            for (auto it = names_.lower_bound(from); it != names_.end(); ++it)
                if (!each(*it)) return;
        };
    }
    std::size_t counted(const std::string& from, const std::string& prefix) const {
        std::size_t count = 0;
        for (auto it = names_.lower_bound(from); it != names_.end() && it->starts_with(prefix); ++it)
            ++count;
        return count;
    }

  private Q_SLOTS:
    void agreesWithCountingOneByOne() {
        SeededRandom random(5);
        for (int i = 0; i < 60'000; ++i) {
            const std::string name =
                "ns" + std::to_string(random.below(5)) + "/p" + std::to_string(random.below(20'000));
            if (i % 3 == 2) {
                if (names_.erase(name) > 0) counts_.removed(name);
            } else if (names_.insert(name).second) {
                counts_.added(name, walk());
            }
            if (i % 1000 != 0) continue;
            QCOMPARE(counts_.all(), names_.size());
            for (const std::string prefix : {"", "ns0/", "ns2/", "ns4/", "none/"}) {
                QCOMPARE(counts_.from(prefix, prefix, walk()), counted(prefix, prefix));
                const std::string from = prefix + "p" + std::to_string(random.below(20'000));
                if (!prefix.empty()) QCOMPARE(counts_.from(from, prefix, walk()), counted(from, prefix));
            }
            QCOMPARE(counts_.from(name, "", walk()), counted(name, ""));
        }
        QVERIFY(names_.size() > 20'000);
        // Down to nothing again.
        for (const std::string& name : names_)
            counts_.removed(name);
        QCOMPARE(counts_.all(), std::size_t(0));
    }

    void longListsKnowWhatIsLeft() {
        SimulatedExecutor executor;
        const auto store = std::move(*Store::open(makeMemoryBackend(), executor));
        constexpr int all = 12'000;
        for (int i = 0; i < all; ++i)
            store->put(
                {&api::kindOf<api::core::ConfigMap>(), "ns/" + std::to_string(100'000 + i)},
                [&](const ObjectPtr&, Revision revision) {
                    api::core::ConfigMap map;
                    map.mutable_metadata()->set_namespace_("ns");
                    map.mutable_metadata()->set_name(std::to_string(100'000 + i));
                    map.mutable_metadata()->set_resourceversion(std::to_string(revision));
                    return api::Object::of(map);
                },
                nullptr);
        executor.advance(std::chrono::seconds(1));
        std::string start;
        std::int64_t seen = 0;
        do {
            const auto page = store->list(api::kindOf<api::core::ConfigMap>(), "ns/", start, 500, 0);
            QVERIFY(page.has_value());
            seen += static_cast<std::int64_t>(page->items.size());
            QCOMPARE(page->remaining, all - seen);
            start = page->next;
        } while (!start.empty());
        QCOMPARE(seen, std::int64_t{all});
    }
};

QTEST_APPLESS_MAIN(TestStoreCounts)
#include "test_store_counts.moc"
