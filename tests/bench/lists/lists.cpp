// Row 7: lists with selectors that match nothing, and a very long list in pages, through the API server's
// handler in this process (decode, authorisation, store, encoding; no HTTP). Nothing is written meanwhile, so
// the store is in memory and "durable" means nothing here. `lists 300000 1000000`: how many ConfigMaps and
// pods.
#include "engine/api/types.h"
#include "engine/apiserver/api_server.h"
#include "engine/base/simulation.h"
#include "engine/store/store.h"
#include "figures.h"

#include <cstdlib>

using namespace wheelhouse;

namespace {

constexpr int runs = 7;

struct Client final : apiserver::Exchange {
    std::optional<apiserver::Response> response;
    void respond(std::function<apiserver::Response()> render) override {
        response = render();
        if (!response->source) return;
        std::string body;
        while (response->source->next(body)) {
        }
        response->body = std::make_shared<const std::string>(std::move(body));
    }
    void begin(int, apiserver::Headers) override {}
    void write(apiserver::Bytes) override {}
    void end() override {}
    void abort() override {}
    std::size_t pendingBytes() const override { return 0; }
};

class Lab {
  public:
    Lab()
        : store_(std::move(*store::Store::open(store::makeMemoryBackend(), executor_))),
          server_(std::make_unique<apiserver::ApiServer>(*store_, executor_, random_, nullptr)) {
        bool started = false;
        server_->start([&](const Result<void>&) { started = true; });
        executor_.runUntil([&] { return started; }, std::chrono::seconds(10));
    }

    template <class M>
    void fill(int count, const std::function<void(M&, int)>& shape) {
        for (int i = 0; i < count; ++i) {
            M message;
            message.mutable_metadata()->set_namespace_("default");
            message.mutable_metadata()->set_name("bench-" + std::to_string(1'000'000'000 + i));
            shape(message, i);
            const store::Key key{&api::kindOf<M>(), "default/" + message.metadata().name()};
            store_->put(
                key,
                [&](const api::ObjectPtr&, Revision revision) {
                    message.mutable_metadata()->set_resourceversion(std::to_string(revision));
                    return api::Object::of(message);
                },
                nullptr);
            if (i % 1000 == 0) executor_.advance(std::chrono::milliseconds(1));
        }
        executor_.advance(std::chrono::milliseconds(1));
    }

    struct Answer {
        std::string body;
        double taken = 0; ///< milliseconds
        double cpu = 0;   ///< of processor time: what others do on the machine is not in it
    };
    Answer get(const std::string& path, const std::string& query) {
        apiserver::Request request;
        request.method = "GET";
        request.path = path;
        request.query = query;
        request.user = apiserver::User{"admin", {"system:masters"}};
        auto client = std::make_shared<Client>();
        const double start = bench::now(CLOCK_MONOTONIC);
        const double cpu = bench::now(CLOCK_PROCESS_CPUTIME_ID);
        const auto running = server_->handle(std::move(request), client);
        executor_.runUntil([&] { return client->response.has_value(); }, std::chrono::seconds(1));
        const double taken = (bench::now(CLOCK_MONOTONIC) - start) * 1000;
        if (!client->response || client->response->code != 200) {
            std::fprintf(stderr, "no figure: %s?%s was refused\n", path.c_str(), query.c_str());
            std::exit(1);
        }
        return {*client->response->body, taken, (bench::now(CLOCK_PROCESS_CPUTIME_ID) - cpu) * 1000};
    }

  private:
    SimulatedExecutor executor_;
    SeededRandom random_{1};
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<apiserver::ApiServer> server_;
};

void report(const std::string& what, const std::vector<double>& milliseconds, double anchor,
            const char* anchorName) {
    bench::report("7", what, "ms",
                  {bench::median(milliseconds), *std::min_element(milliseconds.begin(), milliseconds.end()),
                   *std::max_element(milliseconds.begin(), milliseconds.end()), 0},
                  static_cast<int>(milliseconds.size()), anchorName, anchor, 10 / anchor);
}

void selective(Lab& lab, const std::string& what, const std::string& path, const std::string& query,
               double anchor) {
    std::vector<double> times;
    for (int i = 0; i < runs; ++i) {
        const auto [body, taken, cpu] = lab.get(path, query);
        if (body.find("\"items\":[]") == std::string::npos) std::fprintf(stderr, "the list is not empty\n");
        times.push_back(taken);
    }
    report(what, times, anchor, "kube-apiserver, published, ms");
}

struct Times {
    std::vector<double> taken;
    std::vector<double> cpu;
};

/// Every page of the list, one after another.
Times pages(Lab& lab, const std::string& path) {
    Times times;
    std::string query = "limit=500";
    while (true) {
        const auto [body, taken, cpu] = lab.get(path, query);
        times.taken.push_back(taken);
        times.cpu.push_back(cpu);
        const std::string key = "\"continue\":\"";
        const std::size_t at = body.substr(0, 2000).find(key);
        if (at == std::string::npos) return times;
        const std::size_t begin = at + key.size();
        query = "limit=500&continue=" + body.substr(begin, body.find('"', begin) - begin);
    }
}

} // namespace

int main(int argc, char** argv) {
    const int maps = argc > 1 ? std::atoi(argv[1]) : 300'000;
    const int pods = argc > 2 ? std::atoi(argv[2]) : 1'000'000;
    Lab lab;
    const std::string value(1024, 'x');
    lab.fill<api::core::ConfigMap>(maps, [&](auto& map, int i) {
        (*map.mutable_metadata()->mutable_labels())["app"] = "bench-" + std::to_string(i % 100);
        (*map.mutable_data())["value"] = value;
    });
    const std::string shape = std::to_string(maps) + " ConfigMaps of 1 KiB, a list matching nothing, by ";
    selective(lab, shape + "label", "/api/v1/configmaps", "labelSelector=app%3Dnone", 499);
    selective(lab, shape + "name", "/api/v1/configmaps", "fieldSelector=metadata.name%3Dnone", 499);
    lab.fill<api::core::Pod>(pods, [&](auto& pod, int i) {
        (*pod.mutable_metadata()->mutable_labels())["app"] = "bench";
        pod.mutable_spec()->set_nodename("node-" + std::to_string(i % 1000));
        auto& container = *pod.mutable_spec()->add_containers();
        container.set_name("main");
        container.set_image("wheelhouse.dev/demo:1");
        pod.mutable_status()->set_phase("Running");
    });
    selective(lab, std::to_string(pods) + " pods, a list matching nothing, by node", "/api/v1/pods",
              "fieldSelector=spec.nodeName%3Dnone", 499);
    const double start = bench::now(CLOCK_MONOTONIC);
    Times times = pages(lab, "/api/v1/pods");
    const double whole = bench::now(CLOCK_MONOTONIC) - start;
    const std::string paged = std::to_string(pods) + " pods in pages of 500: ";
    report(paged + "one page (median, least, most)", times.taken, 106, "kube-apiserver p99, published, ms");
    const auto p99 = [](std::vector<double>& of) {
        std::sort(of.begin(), of.end());
        return of[of.size() * 99 / 100];
    };
    report(paged + "one page, p99", {p99(times.taken)}, 106, "kube-apiserver p99, published, ms");
    report(paged + "one page, p99 of processor time", {p99(times.cpu)}, 106,
           "kube-apiserver p99, published, ms");
    bench::report("7", paged + "all pages", "s", {whole, whole, whole, 0}, 1, "none", 0, 0);
}
