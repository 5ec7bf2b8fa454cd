#include "etcd_reads.h"

#include "etcd_kv.grpc.pb.h"
#include "figures.h"

#include <atomic>
#include <grpcpp/grpcpp.h>
#include <memory>
#include <thread>

namespace bench {
namespace {

constexpr int connections = 10;
constexpr int threads = 2;

struct Read {
    grpc::ClientContext context;
    etcdserverpb::RangeResponse answer;
    grpc::Status status;
    std::unique_ptr<grpc::ClientAsyncResponseReader<etcdserverpb::RangeResponse>> reader;
};

/// A thread's share of the clients: each reads again as soon as it is answered.
class Readers {
  public:
    explicit Readers(std::vector<std::unique_ptr<etcdserverpb::KV::Stub>>& stubs) : stubs_(stubs) {
        request_.set_key("bench");
    }
    /// How many of `count` reads found the value.
    int run(int count, int clients) {
        int started = 0;
        int good = 0;
        for (; started < std::min(clients, count); ++started)
            begin(started);
        void* tag = nullptr;
        bool fine = false;
        for (int answered = 0; answered < count && queue_.Next(&tag, &fine); ++answered) {
            const std::unique_ptr<Read> read(static_cast<Read*>(tag));
            good += read->status.ok() && read->answer.kvs_size() == 1;
            if (started < count) begin(started++);
        }
        return good;
    }

  private:
    void begin(int number) {
        auto read = std::make_unique<Read>();
        auto& stub = stubs_[static_cast<std::size_t>(number) % stubs_.size()];
        read->reader = stub->AsyncRange(&read->context, request_, &queue_);
        Read* raw = read.release();
        raw->reader->Finish(&raw->answer, &raw->status, raw);
    }

    std::vector<std::unique_ptr<etcdserverpb::KV::Stub>>& stubs_;
    etcdserverpb::RangeRequest request_;
    grpc::CompletionQueue queue_;
};

} // namespace

double etcdReadsPerSecond(const std::string& address, int count, int clients, int runs) {
    std::vector<std::unique_ptr<etcdserverpb::KV::Stub>> stubs;
    for (int i = 0; i < connections; ++i) {
        grpc::ChannelArguments arguments;
        arguments.SetInt("bench.connection", i); // or all would share one
        stubs.push_back(etcdserverpb::KV::NewStub(
            grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments)));
    }
    etcdserverpb::PutRequest put;
    put.set_key("bench");
    put.set_value(std::string(1024, 'x'));
    etcdserverpb::PutResponse done;
    grpc::ClientContext context;
    if (const auto status = stubs[0]->Put(&context, put, &done); !status.ok()) {
        std::fprintf(stderr, "etcd: %s\n", status.error_message().c_str());
        return 0;
    }
    std::vector<Run> all;
    for (int i = 0; i < runs; ++i)
        all.push_back(measure([&] {
            std::atomic<int> good{0};
            std::vector<std::thread> workers;
            for (int k = 0; k < threads; ++k)
                workers.emplace_back([&] { good += Readers(stubs).run(count / threads, clients / threads); });
            for (auto& worker : workers)
                worker.join();
            return static_cast<double>(good);
        }));
    return perSecond(all).median;
}

} // namespace bench
