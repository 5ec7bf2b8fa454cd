#include "component_statuses.h"
#include "engine/api/table.h"
#include "engine/api/types.h"
#include "engine/apiserver/local_cluster.h"
#include "engine/base/simulation.h"
#include "engine/store/store.h"

#include <QtTest>

using namespace wheelhouse;
using namespace std::chrono_literals;
namespace core = api::core;

class TestComponentStatuses : public QObject {
    Q_OBJECT
    SimulatedExecutor executor_;
    SeededRandom random_{5};
    const api::Kind& kind_ = api::kindOf<core::ComponentStatus>();

    std::vector<std::string> rows(client::Cluster& cluster) {
        std::optional<Result<client::ObjectList>> answer;
        cluster.list(kind_.name, {}, [&](Result<client::ObjectList> list) { answer = std::move(list); });
        executor_.runUntil([&] { return answer.has_value(); }, 10s);
        std::vector<std::string> out;
        if (!answer || !*answer) return {"no list"};
        for (const api::ObjectPtr& object : (*answer)->items) {
            std::string row;
            for (const api::Table::Cell& cell : api::tableRow(kind_, object, {}).cells)
                row += std::get<std::string>(cell) + "|";
            out.push_back(row);
        }
        return out;
    }

  private Q_SLOTS:
    void saysWhatIsWell() {
        const auto store = std::move(*store::Store::open(store::makeMemoryBackend(), executor_));
        apiserver::ApiServer server(*store, executor_, random_, nullptr);
        std::string trouble;
        controlplane::ComponentStatuses statuses(
            server, {{"scheduler", [] { return std::string(); }}, {"etcd-0", [&] { return trouble; }}});
        bool started = false;
        server.start([&](const Result<void>&) { started = true; });
        executor_.runUntil([&] { return started; }, 10s);
        apiserver::LocalCluster cluster(server, executor_, "admin");
        using Rows = std::vector<std::string>;
        QCOMPARE(rows(cluster), (Rows{"etcd-0|Healthy|ok||", "scheduler|Healthy|ok||"}));
        trouble = "disk full";
        QCOMPARE(rows(cluster), (Rows{"etcd-0|Unhealthy|disk full||", "scheduler|Healthy|ok||"}));

        std::optional<Result<api::ObjectPtr>> got;
        cluster.get(kind_.name, "", "nobody",
                    [&](Result<api::ObjectPtr> answer) { got = std::move(answer); });
        executor_.runUntil([&] { return got.has_value(); }, 10s);
        QCOMPARE(got->error().reason, Reason::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestComponentStatuses)
#include "test_component_statuses.moc"
