#include "plane.h"

#include "disk.h"

#include <cstdlib>
#include <future>
#include <poll.h>

using namespace wheelhouse;

namespace bench {
namespace {

constexpr double mostSeconds = 600;

[[noreturn]] void giveUp(const std::string& why) {
    std::fprintf(stderr, "no figure: %s\n", why.c_str());
    std::exit(1);
}

} // namespace

Plane::Plane() : folder_(scratch()) {
    auto backend = *store::openRocksDb(folder_ / "state", disk_);
    std::promise<void> ready;
    control_.run([&] {
        store_ = *store::Store::open(std::move(backend), control_);
        api_ = std::make_unique<apiserver::ApiServer>(*store_, control_, random_, nullptr);
        admin_ = std::make_unique<apiserver::LocalCluster>(*api_, control_, "admin");
        schedulerCluster_ =
            std::make_unique<apiserver::LocalCluster>(*api_, control_, "system:kube-scheduler");
        api_->start([&](const Result<void>& outcome) {
            if (!outcome) giveUp(outcome.error().message);
            ready.set_value();
        });
    });
    ready.get_future().wait();
    std::vector<core::Namespace> namespaces(2);
    namespaces[0].mutable_metadata()->set_name("sched-0");
    namespaces[1].mutable_metadata()->set_name("sched-1");
    create(namespaces);
    // What the controllers would make.
    std::vector<core::ServiceAccount> accounts;
    for (const char* nameSpace : {"default", "sched-0", "sched-1"}) {
        core::ServiceAccount& account = accounts.emplace_back();
        account.mutable_metadata()->set_name("default");
        account.mutable_metadata()->set_namespace_(nameSpace);
    }
    create(accounts);
}

Plane::~Plane() {
    control_.run([&] {
        scheduler_.reset();
        schedulerCluster_.reset();
        admin_.reset();
        api_.reset();
        store_.reset();
    });
    std::filesystem::remove_all(folder_);
}

void Plane::createAll(std::vector<Creation> all) {
    std::promise<void> over;
    std::size_t left = all.size();
    control_.post([&] {
        for (Creation& each : all) {
            admin_->create(each.resource, each.nameSpace, std::move(each.body), {},
                           [&](const Result<client::Written>& written) {
                               if (!written) giveUp(written.error().message);
                               if (written->object) lastPod_ = written->object->uid().value();
                               if (--left == 0) over.set_value();
                           });
        }
    });
    over.get_future().wait();
}

void Plane::createNodes(const std::vector<core::Node>& nodes) {
    create(nodes);
    std::promise<void> over;
    std::size_t left = nodes.size();
    control_.post([&] {
        for (const core::Node& node : nodes) {
            admin_->patch(api::kindOf<core::Node>().name, "", node.metadata().name(), api::PatchType::Merge,
                          R"({"spec":{"taints":null}})", {}, [&](const Result<client::Written>& written) {
                              if (!written) giveUp(written.error().message);
                              if (--left == 0) over.set_value();
                          });
        }
    });
    over.get_future().wait();
}

void Plane::startScheduler() {
    control_.run([&] {
        scheduler_ = std::make_unique<scheduler::Scheduler>(*schedulerCluster_, control_, random_);
        scheduler_->start();
    });
}

std::uint64_t Plane::bound() {
    std::uint64_t out = 0;
    control_.run([&] { out = scheduler_->counts().bound; });
    return out;
}

void Plane::awaitBound(std::uint64_t count) {
    const double start = now(CLOCK_MONOTONIC);
    while (bound() < count) {
        if (now(CLOCK_MONOTONIC) - start > mostSeconds) giveUp("pods stay without a node");
        ::poll(nullptr, 0, 2);
    }
}

Run Plane::place(const std::vector<core::Pod>& pods) {
    create(pods);
    expected_ += pods.size();
    const std::uint64_t already = bound();
    return measure([&] {
        awaitBound(expected_);
        return static_cast<double>(expected_ - already);
    });
}

std::size_t Plane::placedOf(const std::vector<std::string>& keys) {
    std::size_t out = 0;
    control_.run([&] {
        for (const std::string& key : keys) {
            const auto pod = store_->newest({&api::kindOf<core::Pod>(), key});
            out += pod && !pod->as<core::Pod>().spec().nodename().empty();
        }
    });
    return out;
}

std::size_t Plane::pods() {
    std::size_t out = 0;
    control_.run([&] { out = store_->listNewest(api::kindOf<core::Pod>(), "").size(); });
    return out;
}

Run Plane::placeBeside(const std::vector<core::Pod>& pods, const std::vector<core::Pod>& beside,
                       double perSecond, std::size_t& made) {
    settle();
    create(pods);
    const std::uint64_t already = bound();
    const std::uint64_t wanted = expected_ + pods.size();
    std::vector<std::string> others;
    const Run out = measure([&] {
        const double start = now(CLOCK_MONOTONIC);
        while (bound() - placedOf(others) < wanted) {
            const double gone = now(CLOCK_MONOTONIC) - start;
            if (gone > mostSeconds) giveUp("pods stay without a node");
            if (others.size() < beside.size() && gone * perSecond >= static_cast<double>(others.size())) {
                const core::Pod& next = beside[others.size()];
                others.push_back(next.metadata().namespace_() + "/" + next.metadata().name());
                create(std::vector{next});
            }
            ::poll(nullptr, 0, 2);
        }
        return static_cast<double>(wanted - already);
    });
    made += others.size();
    expected_ = wanted + others.size();
    return out;
}

double Plane::shareScored() {
    double out = 0;
    control_.run([&] {
        const auto* decisions = scheduler_->decisions(Uid(lastPod_));
        if (decisions == nullptr || decisions->empty()) return;
        const auto& decision = decisions->back();
        double seen = 0;
        for (const auto& node : decision.nodes)
            seen += node.rejection != 0 || node.total > 0;
        out = seen / static_cast<double>(decision.nodes.size());
    });
    return out;
}

} // namespace bench
