// Rows 1 and 2: durable puts by one client beside the disk's own syncs, and by a thousand clients beside
// etcd.
#include "engine/store/store.h"
#include "disk.h"
#include "engine/api/types.h"
#include "engine/base/system.h"
#include "etcd.h"

#include <condition_variable>
#include <filesystem>
#include <mutex>

using namespace wheelhouse;

namespace {

constexpr int runs = 5;

const api::Kind& configMaps() {
    return api::kindOf<api::core::ConfigMap>();
}

api::ObjectPtr configMap(const std::string& name, std::size_t bytes, Revision revision) {
    api::core::ConfigMap message;
    message.mutable_metadata()->set_namespace_("bench");
    message.mutable_metadata()->set_name(name);
    message.mutable_metadata()->set_resourceversion(std::to_string(revision));
    (*message.mutable_data())["v"] = std::string(bytes, 'x');
    return api::Object::of(message);
}

/// `clients` of them, each putting again as soon as it is answered, until `total` puts are durable.
class Load {
  public:
    Load(store::Store& store, Executor& control, int total, std::size_t bytes, int keyWidth)
        : store_(store), control_(control), left_(total), unanswered_(total), bytes_(bytes),
          keyWidth_(keyWidth) {}

    void run(int clients) {
        control_.post([this, clients] {
            for (int i = 0; i < clients; ++i)
                next(i);
        });
        std::unique_lock lock(mutex_);
        done_.wait(lock, [this] { return unanswered_ == 0; });
    }

  private:
    void next(int client) {
        if (left_-- <= 0) return;
        std::string name = "c" + std::to_string(client);
        name.resize(static_cast<std::size_t>(keyWidth_), 'k');
        const store::Key key{&configMaps(), "bench/" + name};
        store_.put(
            key, [&](const api::ObjectPtr&, Revision revision) { return configMap(name, bytes_, revision); },
            [this, client](const Result<api::ObjectPtr>&) {
                next(client);
                const std::lock_guard lock(mutex_);
                if (--unanswered_ == 0) done_.notify_one();
            });
    }

    store::Store& store_;
    Executor& control_;
    int left_;
    int unanswered_;
    std::size_t bytes_;
    int keyWidth_;
    std::mutex mutex_;
    std::condition_variable done_;
};
bench::Run measurePuts(int clients, int total, std::size_t bytes, int keyWidth) {
    const std::filesystem::path folder = bench::scratch();
    bench::Run run;
    {
        ThreadExecutor disk("disk");
        ThreadExecutor control("control");
        auto backend = *store::openRocksDb(folder / "state", disk);
        std::unique_ptr<store::Store> store;
        control.run([&] { store = *store::Store::open(std::move(backend), control); });
        run = bench::measure([&] {
            Load(*store, control, total, bytes, keyWidth).run(clients);
            return static_cast<double>(total);
        });
        control.run([&] { store.reset(); });
    }
    std::filesystem::remove_all(folder);
    return run;
}

} // namespace

int main() {
    std::vector<bench::Run> single;
    std::vector<bench::Run> disk;
    std::vector<bench::Run> many;
    for (int i = 0; i < runs; ++i) {
        disk.push_back(bench::measureDisk(10'000, 300));
        single.push_back(measurePuts(1, 10'000, 256, 8));
        many.push_back(measurePuts(1000, 200'000, 1024, 256));
    }
    bench::report("1", "durable put, 1 client, 10k x 256 B, synced", "put/s", bench::perSecond(single), runs,
                  "fdatasync/s of the disk", bench::perSecond(disk).median, 0.8);
    bench::report("2", "durable put, 1000 clients, 256 B key, 1 KiB value, in process", "put/s",
                  bench::perSecond(many), runs, "etcdctl check perf, 1000 clients, writes/s",
                  bench::Etcd().writesPerSecond(), 10);
}
