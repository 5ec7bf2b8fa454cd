#pragma once

#include "actors.h"
#include "clock_keeper.h"
#include "engine/api/codec.h"
#include "engine/api/groups/clock.h"
#include "engine/api/groups/decisions.h"
#include "engine/api/types.h"
#include "engine/apiserver/local_cluster.h"
#include "engine/base/simulation.h"
#include "engine/store/backend.h"
#include "engine/store/store.h"
#include "paced_executor.h"
#include "vmnodes/simulated/simulated_provider.h"

#include <QtTest>
#include <memory>
#include <optional>
#include <string>

namespace wheelhouse::controlplane::test {

namespace core = api::core;
namespace apps = api::apps;
namespace lab = api::lab;

/// JSON written with single quotes.
inline std::string J(std::string text) {
    for (char& c : text)
        if (c == '\'') c = '"';
    return text;
}

/// One life of a control plane with simulated nodes, by virtual time. Real time is the executor's.
struct Life {
    Life(SimulatedExecutor& executor, Random& random, store::Store& store)
        : real(executor), server(store, executor, random, &hub, {}, &time),
          provider(std::make_unique<simulated::SimulatedProvider>(hub.port(), nodes, executor, random)),
          cluster(std::make_unique<apiserver::LocalCluster>(server, executor, "admin")),
          clockCluster(server, executor, "system:cluster-clock") {
        server.start([this, &random](const Result<void>& started) {
            QVERIFY(started.has_value());
            keeper = std::make_unique<ClockKeeper>(clockCluster, real, time, gate, providers());
            keeper->start([this, &random](const Result<void>& known) {
                QVERIFY(known.has_value());
                ActorOptions options;
                options.taintSimulated = false;
                options.bootstrapFor = [](const std::string&, const std::string&) {
                    return machines::Bootstrap();
                };
                actors = std::make_unique<Actors>(server, hub, real, paced, random, options, providers());
                keeper->setQueues(&actors->queues());
            });
        });
    }
    ~Life() {
        if (keeper) keeper->setQueues(nullptr);
        actors.reset();
        keeper.reset();
        provider.reset();
        real.advance(std::chrono::milliseconds(1)); // the nodes go in a turn of their own
    }
    std::map<std::string, machines::MachineProvider*> providers() { return {{"simulated", provider.get()}}; }

    SimulatedExecutor& real;
    ClusterTime time{real};
    WorkGate gate{real};
    PacedExecutor paced{real, time, &gate};
    PacedExecutor nodes{real, time};
    nodelink::NodeHub hub{real};
    apiserver::ApiServer server;
    std::unique_ptr<simulated::SimulatedProvider> provider;
    std::unique_ptr<apiserver::LocalCluster> cluster;
    apiserver::LocalCluster clockCluster;
    std::unique_ptr<ClockKeeper> keeper;
    std::unique_ptr<Actors> actors;
};

/// A lab whose control plane can be stopped and started on the same store.
struct LabBench {
    explicit LabBench(int nodes = 2) {
        store = std::move(*store::Store::open(store::makeMemoryBackend(), executor));
        start();
        for (int i = 1; i <= nodes; ++i)
            make("lab.wheelhouse.dev/v1alpha1", "machines", "",
                 J("{'apiVersion':'lab.wheelhouse.dev/v1alpha1','kind':'Machine','metadata':{'name':'sim-") +
                     std::to_string(i) + J("'},'spec':{'provider':'simulated','cpus':4}}"));
        const bool up = until(
            [&] {
                int ready = 0;
                for (int i = 1; i <= nodes; ++i)
                    ready += isReady("sim-" + std::to_string(i)) ? 1 : 0;
                return ready == nodes && get<core::ServiceAccount>("default/default");
            },
            std::chrono::seconds(30));
        if (!up) qFatal("the nodes do not come up");
        advance(std::chrono::milliseconds(100)); // everybody has heard of it
    }
    void start() {
        life.reset();
        life = std::make_unique<Life>(executor, random, *store);
        if (!until([&] { return life->actors != nullptr; }, std::chrono::seconds(5)))
            qFatal("the control plane does not start");
    }
    void stop() { life.reset(); }
    bool until(const std::function<bool()>& condition, Duration limit) {
        return executor.runUntil(condition, limit);
    }
    void advance(Duration real) { executor.advance(real); }

    /// Creates from JSON and waits for the answer.
    Result<client::Written> make(const std::string& version, const std::string& resource,
                                 const std::string& nameSpace, const std::string& json) {
        const std::size_t slash = version.find('/');
        const api::ResourceName name =
            slash == std::string::npos
                ? api::ResourceName{"", version, resource}
                : api::ResourceName{version.substr(0, slash), version.substr(slash + 1), resource};
        std::optional<Result<client::Written>> answer;
        life->cluster->create(name, nameSpace, client::RawBody{json, "application/json"}, {},
                              [&](Result<client::Written> written) { answer = std::move(written); });
        until([&] { return answer.has_value(); }, std::chrono::seconds(1));
        return answer ? std::move(*answer) : Result<client::Written>(fail(Reason::Timeout, "no answer"));
    }
    Result<client::Written> patch(const api::Kind& kind, const std::string& nameSpace,
                                  const std::string& name, const std::string& json) {
        std::optional<Result<client::Written>> answer;
        life->cluster->patch(kind.name, nameSpace, name, api::PatchType::Merge, J(json), {},
                             [&](Result<client::Written> written) { answer = std::move(written); });
        until([&] { return answer.has_value(); }, std::chrono::seconds(1));
        return answer ? std::move(*answer) : Result<client::Written>(fail(Reason::Timeout, "no answer"));
    }
    Result<client::Written> setClock(const std::string& spec) {
        auto written = patch(api::kindOf<lab::ClusterClock>(), "", "cluster", "{'spec':" + spec + "}");
        until([] { return false; }, std::chrono::milliseconds(1));
        return written;
    }
    /// What the API says, of any kind.
    template <class M>
    std::optional<M> ask(const std::string& nameSpace, const std::string& name) {
        std::optional<Result<api::ObjectPtr>> answer;
        life->cluster->get(api::kindOf<M>().name, nameSpace, name,
                           [&](Result<api::ObjectPtr> object) { answer = std::move(object); });
        until([&] { return answer.has_value(); }, std::chrono::seconds(1));
        if (!answer || !*answer) return std::nullopt;
        return (**answer)->template as<M>();
    }
    template <class M>
    std::optional<M> get(const std::string& key) const {
        const auto object = store->get({&api::kindOf<M>(), key});
        return object ? std::optional<M>(object->template as<M>()) : std::nullopt;
    }
    lab::ClusterClock clock() const { return *get<lab::ClusterClock>("cluster"); }
    bool isReady(const std::string& node) const {
        const auto object = get<core::Node>(node);
        if (!object) return false;
        for (const auto& condition : object->status().conditions())
            if (condition.type() == "Ready") return condition.status() == "True";
        return false;
    }
    std::vector<core::Pod> pods() const {
        std::vector<core::Pod> out;
        const auto page = store->list(api::kindOf<core::Pod>(), "", "", 0, 0, {});
        for (const auto& object : page->items)
            out.push_back(object->as<core::Pod>());
        return out;
    }

    SimulatedExecutor executor;
    SeededRandom random{7};
    std::unique_ptr<store::Store> store;
    std::unique_ptr<Life> life;
};

inline std::string podJson(const std::string& name, const std::string& spec = "") {
    return J("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'" + name + "'},'spec':{" + spec +
             "'containers':[{'name':'c','image':'demo','resources':{'requests':{'cpu':'100m'}}}]}}");
}
inline std::string deploymentJson(const std::string& name, int replicas) {
    return J("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'" + name +
             "'},'spec':{'replicas':" + std::to_string(replicas) + ",'selector':{'matchLabels':{'app':'" +
             name + "'}},'template':{'metadata':{'labels':{'app':'" + name +
             "'}},'spec':{'containers':[{'name':'c','image':'demo'}]}}}}");
}

} // namespace wheelhouse::controlplane::test
