// Secrets at rest: nobody who has the disk alone reads them; what was written in the clear before still is
// read.
#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "engine/store/sealed_backend.h"
#include "engine/store/store.h"

#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::store;

namespace {

const std::string plainText = "a password nobody may see";

struct Sealed {
    std::shared_ptr<std::vector<Record>> kept = std::make_shared<std::vector<Record>>();
    SimulatedExecutor executor;
    SeededRandom random{3};

    std::unique_ptr<Backend> backend(const std::string& key) {
        auto inner = makeMemoryBackend(kept);
        return key.empty() ? std::move(inner) : makeSealedBackend(std::move(inner), {.key = key}, random);
    }
    Result<std::unique_ptr<Store>> open(const std::string& key) {
        return Store::open(backend(key), executor, {.recentBytes = 0});
    }
    template <class M>
    void put(Store& store, const std::string& name, const std::function<void(M&)>& fill) {
        store.put(
            {&api::kindOf<M>(), "ns/" + name},
            [&](const ObjectPtr&, Revision revision) {
                M message;
                message.mutable_metadata()->set_namespace_("ns");
                message.mutable_metadata()->set_name(name);
                message.mutable_metadata()->set_resourceversion(std::to_string(revision));
                fill(message);
                return api::Object::of(message);
            },
            [](const Result<ObjectPtr>& written) { QVERIFY(written.has_value()); });
        executor.advance(std::chrono::seconds(1));
    }
    void putSecret(Store& store, const std::string& name, const std::string& value) {
        put<api::core::Secret>(
            store, name, [&](api::core::Secret& secret) { (*secret.mutable_data())["password"] = value; });
    }
    static std::string secretIn(const Store& store, const std::string& name, Revision at = 0) {
        const auto object = store.get({&api::kindOf<api::core::Secret>(), "ns/" + name}, at);
        return object && *object ? (*object)->as<api::core::Secret>().data().at("password") : "none";
    }
};

const std::string key(32, 'k');

} // namespace

class TestStoreSealed : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void secretsAreNotOnTheDisk() {
        Sealed bench;
        {
            auto store = std::move(*bench.open(key));
            bench.putSecret(*store, "s", plainText);
            bench.put<api::core::ConfigMap>(*store, "c",
                                            [](auto& map) { (*map.mutable_data())["a"] = "in the clear"; });
            QCOMPARE(Sealed::secretIn(*store, "s"), plainText);
        }
        QCOMPARE(bench.kept->size(), std::size_t(2));
        QVERIFY(bench.kept->at(0).value.find("password") == std::string::npos);
        QVERIFY(bench.kept->at(1).value.find("in the clear") != std::string::npos);
        const auto store = std::move(*bench.open(key));
        QCOMPARE(Sealed::secretIn(*store, "s"), plainText);
    }

    void equalSecretsLookDifferent() {
        Sealed bench;
        const auto store = std::move(*bench.open(key));
        bench.putSecret(*store, "s", plainText);
        bench.putSecret(*store, "s", plainText);
        const std::string& first = bench.kept->at(0).value;
        const std::string& second = bench.kept->at(1).value;
        QVERIFY(first.substr(15, 32) != second.substr(15, 32));
    }

    void olderStatesAreReadFromTheDisk() {
        Sealed bench;
        const auto store = std::move(*bench.open(key));
        bench.putSecret(*store, "s", "first");
        const Revision then = store->revision();
        for (int i = 0; i < 3000; ++i) // so that what is old is not kept in memory
            bench.putSecret(*store, "s", "later");
        QCOMPARE(Sealed::secretIn(*store, "s", then), std::string("first"));
    }

    void whatWasWrittenBeforeIsStillRead() {
        Sealed bench;
        {
            auto store = std::move(*bench.open(""));
            bench.putSecret(*store, "old", plainText);
        }
        QVERIFY(bench.kept->at(0).value.find(plainText) != std::string::npos);
        const auto store = std::move(*bench.open(key));
        QCOMPARE(Sealed::secretIn(*store, "old"), plainText);
        bench.putSecret(*store, "old", plainText);
        QVERIFY(bench.kept->at(1).value.find(plainText) == std::string::npos);
    }

    void anotherKeyAndDamageAreSaid_data() {
        QTest::addColumn<int>("byte");
        QTest::newRow("another key") << -1;
        QTest::newRow("nonce") << 5;
        QTest::newRow("text") << 20;
        QTest::newRow("tag") << -2;
        QTest::newRow("of another revision") << -3;
    }
    void anotherKeyAndDamageAreSaid() {
        QFETCH(int, byte);
        Sealed bench;
        {
            auto store = std::move(*bench.open(key));
            bench.putSecret(*store, "a", "one");
            bench.putSecret(*store, "a", "two");
        }
        std::string& value = bench.kept->at(1).value;
        if (byte == -3)
            value = bench.kept->at(0).value;
        else if (byte == -2)
            value.back() = static_cast<char>(value.back() ^ 1);
        else if (byte >= 0)
            value[static_cast<std::size_t>(byte)] =
                static_cast<char>(value[static_cast<std::size_t>(byte)] ^ 1);
        const auto opened = bench.open(byte == -1 ? std::string(32, 'x') : key);
        QVERIFY(!opened.has_value());
        QVERIFY2(opened.error().message.find("cannot be decrypted") != std::string::npos,
                 opened.error().message.c_str());
    }
};

QTEST_APPLESS_MAIN(TestStoreSealed)
#include "test_store_sealed.moc"
