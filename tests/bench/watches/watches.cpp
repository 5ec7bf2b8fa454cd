// Row 9: events to many watchers, and what an idle watcher costs, through the API server's handler in this
// process (events encoded once, JSON; no HTTP). Durable mode: RocksDB, every write synced before anybody is
// told.
#include "engine/api/types.h"
#include "engine/apiserver/api_server.h"
#include "engine/base/system.h"
#include "engine/store/store.h"
#include "figures.h"
#include "process_figures.h"

#include <cstdlib>
#include <filesystem>
#include <future>
#include <poll.h>

using namespace wheelhouse;

namespace {

constexpr int runs = 5;

/// Events are made at a rate, which is a matter of time.
void pauseFor(int microseconds) {
    const timespec span{0, microseconds * 1000L};
    ::ppoll(nullptr, 0, &span, nullptr);
}

/// A client of a watch: counts what it is sent, and how long after the commit that was.
class Watching final : public apiserver::Exchange {
  public:
    struct Shared {
        std::atomic<std::int64_t> deliveries{0};
        std::vector<double> delays; ///< control executor only
        double committed = 0;       ///< when the event being told became durable
        bool timing = false;
    };
    explicit Watching(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

    void respond(std::function<apiserver::Response()>) override {
        std::fprintf(stderr, "no figure: a watch was refused\n");
        std::exit(1);
    }
    void begin(int, apiserver::Headers) override {}
    void write(apiserver::Bytes) override {
        shared_->deliveries.fetch_add(1, std::memory_order_relaxed);
        if (shared_->timing) shared_->delays.push_back(bench::now(CLOCK_MONOTONIC) - shared_->committed);
    }
    void end() override {}
    void abort() override {}
    std::size_t pendingBytes() const override { return 0; }

  private:
    const std::shared_ptr<Shared> shared_;
};

class Lab {
  public:
    Lab() {
        std::string folder = std::string(WHEELHOUSE_BINARY_DIR) + "/bench-XXXXXX";
        folder_ = ::mkdtemp(folder.data());
        auto backend = *store::openRocksDb(folder_ / "state", disk_);
        std::promise<void> started;
        control_.run([&] {
            store_ = std::move(*store::Store::open(std::move(backend), control_));
            server_ = std::make_unique<apiserver::ApiServer>(*store_, control_, random_, nullptr);
        });
        control_.post([&] { server_->start([&](const Result<void>&) { started.set_value(); }); });
        started.get_future().wait();
    }
    ~Lab() {
        control_.run([&] {
            running_.clear();
            server_.reset();
            first_.reset();
            store_.reset();
        });
        std::filesystem::remove_all(folder_);
    }

    void watch(int count, const std::shared_ptr<Watching::Shared>& shared) {
        // The store tells its watchers in the order they came: this one is told first.
        control_.run([&] {
            first_ = std::move(*store_->watch(
                api::kindOf<api::core::ConfigMap>(), store_->revision(),
                [shared](const store::Change&) { shared->committed = bench::now(CLOCK_MONOTONIC); }));
        });
        for (int i = 0; i < count; ++i) {
            apiserver::Request request;
            request.method = "GET";
            request.path = "/api/v1/namespaces/default/configmaps";
            request.query =
                "watch=true&allowWatchBookmarks=true&resourceVersion=" + std::to_string(revision());
            request.user = apiserver::User{"admin", {"system:masters"}};
            running_.push_back(server_->handle(std::move(request), std::make_shared<Watching>(shared)));
        }
        control_.run([] {});
    }
    Revision revision() {
        Revision revision = 0;
        control_.run([&] { revision = store_->revision(); });
        return revision;
    }
    void put(int number) {
        control_.post([this, number] {
            const std::string name = "bench-" + std::to_string(number % 1000);
            store_->put(
                {&api::kindOf<api::core::ConfigMap>(), "default/" + name},
                [&](const api::ObjectPtr&, Revision revision) {
                    api::core::ConfigMap map;
                    map.mutable_metadata()->set_namespace_("default");
                    map.mutable_metadata()->set_name(name);
                    map.mutable_metadata()->set_resourceversion(std::to_string(revision));
                    (*map.mutable_data())["value"] = std::string(256, 'x');
                    return api::Object::of(map);
                },
                nullptr);
        });
    }
    template <class F>
    void onControl(F&& task) {
        control_.run(task);
    }

  private:
    std::filesystem::path folder_;
    SystemRandom random_;
    ThreadExecutor disk_{"disk"};
    ThreadExecutor control_{"control"};
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<store::Store::Watch> first_;
    std::unique_ptr<apiserver::ApiServer> server_;
    std::vector<std::shared_ptr<apiserver::Running>> running_;
};

void await(const std::shared_ptr<Watching::Shared>& shared, std::int64_t deliveries) {
    const double start = bench::now(CLOCK_MONOTONIC);
    while (shared->deliveries.load() < deliveries) {
        if (bench::now(CLOCK_MONOTONIC) - start > 120) {
            std::fprintf(stderr, "no figure: only %lld of %lld events came\n",
                         static_cast<long long>(shared->deliveries.load()),
                         static_cast<long long>(deliveries));
            std::exit(1);
        }
        pauseFor(200);
    }
}

void fanOut(int watchers, int events) {
    std::vector<bench::Run> flood;
    std::vector<double> p99s;
    for (int run = 0; run < runs; ++run) {
        Lab lab;
        const auto shared = std::make_shared<Watching::Shared>();
        lab.watch(watchers, shared);
        const std::int64_t all = std::int64_t{watchers} * events;
        flood.push_back(bench::measure([&] {
            for (int i = 0; i < events; ++i)
                lab.put(i);
            await(shared, all);
            return static_cast<double>(all);
        }));
        // At 1,000 events a second, one by one.
        shared->deliveries = 0;
        lab.onControl([&] { shared->timing = true; });
        const double start = bench::now(CLOCK_MONOTONIC);
        for (int i = 0; i < events; ++i) {
            lab.put(i);
            while (bench::now(CLOCK_MONOTONIC) < start + (i + 1) / 1000.0)
                pauseFor(100);
        }
        await(shared, all);
        lab.onControl([&] {
            auto& delays = shared->delays;
            std::sort(delays.begin(), delays.end());
            p99s.push_back(delays[delays.size() * 99 / 100] * 1000);
        });
    }
    const std::string shape = std::to_string(watchers) + " watchers, " + std::to_string(events) + " events: ";
    bench::report("9", shape + "deliveries as fast as they go, durable mode", "deliveries/s",
                  bench::perSecond(flood), runs, "none", 0, 1'000'000);
    bench::report("9", shape + "p99 from commit to delivery at 1,000 events/s, durable mode", "ms",
                  {bench::median(p99s), *std::min_element(p99s.begin(), p99s.end()),
                   *std::max_element(p99s.begin(), p99s.end()), 0},
                  runs, "none", 0, 5);
}

void idle(int watchers) {
    std::vector<double> bytes;
    for (int run = 0; run < runs; ++run) {
        Lab lab;
        const auto shared = std::make_shared<Watching::Shared>();
        const double before = bench::memoryKiB(::getpid());
        lab.watch(watchers, shared);
        bytes.push_back((bench::memoryKiB(::getpid()) - before) * 1024 / watchers);
    }
    bench::report("9", std::to_string(watchers) + " idle watchers: memory (PSS) of one", "bytes",
                  {bench::median(bytes), *std::min_element(bytes.begin(), bytes.end()),
                   *std::max_element(bytes.begin(), bytes.end()), 0},
                  runs, "etcd, a gRPC stream, published", 18 * 1024, 0.111);
}

} // namespace

int main() {
    fanOut(1000, 1000);
    idle(10'000);
}
