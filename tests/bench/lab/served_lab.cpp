#include "served_lab.h"

#include "engine/api/types.h"
#include "figures.h"

#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <future>
#include <mutex>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace wheelhouse;

namespace bench {
namespace {

constexpr double mostSeconds = 300;

[[noreturn]] void giveUp(const std::string& why) {
    std::fprintf(stderr, "no figure: %s\n", why.c_str());
    std::exit(1);
}

void pauseBriefly(int milliseconds = 1) {
    ::poll(nullptr, 0, milliseconds);
}

} // namespace

ServedLab::ServedLab(const std::vector<std::string>& arguments) {
    std::string folder = std::string(WHEELHOUSE_BINARY_DIR) + "/lab-XXXXXX";
    folder_ = ::mkdtemp(folder.data());
    const std::string program = std::string(WHEELHOUSE_BINARY_DIR) + "/bin/wheelhouse";
    const std::string ready = folder_ / "ready";
    std::vector<std::string> all{program,        "serve",        "--data-dir",
                                 folder_ / "d",  "--kubeconfig", folder_ / "kubeconfig",
                                 "--ready-file", ready};
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& argument : all)
        argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, (folder_ / "log").c_str(), O_WRONLY | O_CREAT,
                                       0600);
    const double start = now(CLOCK_MONOTONIC);
    if (::posix_spawn(&pid_, program.c_str(), &files, nullptr, argv.data(), environ) != 0)
        giveUp("cannot start " + program);
    ::posix_spawn_file_actions_destroy(&files);
    while (!std::filesystem::exists(ready)) {
        if (::waitpid(pid_, nullptr, WNOHANG) == pid_)
            giveUp("the program ended; see " + (folder_ / "log").string());
        if (now(CLOCK_MONOTONIC) - start > mostSeconds) giveUp("the program does not serve");
        pauseBriefly();
    }
    secondsToServe_ = now(CLOCK_MONOTONIC) - start;
    connect();
}

void ServedLab::connect() {
    const auto endpoint = client::loadKubeconfig(folder_ / "kubeconfig");
    if (!endpoint) giveUp(endpoint.error().message);
    endpoint_ = *endpoint;
    executor_ = std::make_unique<ThreadExecutor>("bench");
    ioThread_ = std::thread([this] { io_.run(); });
    executor_->run([&] { cluster_ = client::connectRemote(*endpoint, io_, *executor_); });
}

ServedLab::~ServedLab() {
    if (executor_) executor_->run([&] { cluster_.reset(); });
    work_.reset();
    io_.stop();
    if (ioThread_.joinable()) ioThread_.join();
    executor_.reset();
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
    std::filesystem::remove_all(folder_);
}

double ServedLab::await(const std::function<void(std::function<void(long)>)>& count, long wanted,
                        const char* what) {
    const double start = now(CLOCK_MONOTONIC);
    for (;;) {
        std::mutex mutex;
        std::condition_variable told;
        long seen = -2;
        const double asked = now(CLOCK_MONOTONIC);
        executor_->post([&] {
            count([&](long value) {
                const std::lock_guard lock(mutex);
                seen = value;
                told.notify_one();
            });
        });
        std::unique_lock lock(mutex);
        told.wait(lock, [&] { return seen != -2; });
        if (seen >= wanted) return now(CLOCK_MONOTONIC) - start;
        if (now(CLOCK_MONOTONIC) - start > mostSeconds)
            giveUp(std::string(what) + ": " + std::to_string(seen) + " of " + std::to_string(wanted));
        pauseBriefly(1 + static_cast<int>(4000 * (now(CLOCK_MONOTONIC) - asked)));
    }
}

double ServedLab::runPods(int count) {
    api::apps::ReplicaSet set;
    set.mutable_metadata()->set_name("bench");
    set.mutable_metadata()->set_namespace_("default");
    set.mutable_spec()->set_replicas(count);
    (*set.mutable_spec()->mutable_selector()->mutable_matchlabels())["app"] = "bench";
    auto& pod = *set.mutable_spec()->mutable_template_();
    (*pod.mutable_metadata()->mutable_labels())["app"] = "bench";
    auto& container = *pod.mutable_spec()->add_containers();
    container.set_name("main");
    container.set_image("wheelhouse.dev/demo:1");
    auto& toleration = *pod.mutable_spec()->add_tolerations();
    toleration.set_key("wheelhouse.dev/simulated");
    toleration.set_operator_("Exists");
    const api::ResourceName sets = api::kindOf<api::apps::ReplicaSet>().name;
    const double start = now(CLOCK_MONOTONIC);
    await(
        [&](const std::function<void(long)>& answer) {
            cluster_->create(sets, "default", client::body(set), {},
                             [answer](const Result<client::Written>& written) {
                                 if (!written && written.error().reason != Reason::AlreadyExists)
                                     giveUp(written.error().message);
                                 answer(1);
                             });
        },
        1, "create");
    await(
        [&](const std::function<void(long)>& answer) {
            cluster_->get(sets, "default", "bench", [answer](const Result<api::ObjectPtr>& got) {
                answer(got ? (*got)->as<api::apps::ReplicaSet>().status().readyreplicas() : -1);
            });
        },
        count, "ready replicas");
    return now(CLOCK_MONOTONIC) - start;
}

double ServedLab::deletePods() {
    const double start = now(CLOCK_MONOTONIC);
    await(
        [&](const std::function<void(long)>& answer) {
            client::DeleteOptions options;
            options.propagationPolicy = "Background";
            cluster_->remove(api::kindOf<api::apps::ReplicaSet>().name, "default", "bench", options,
                             [answer](const Result<client::Written>& gone) {
                                 if (!gone) giveUp(gone.error().message);
                                 answer(1);
                             });
        },
        1, "delete");
    await(
        [&](const std::function<void(long)>& answer) {
            client::ListOptions options;
            options.nameSpace = "default";
            options.limit = 1;
            cluster_->list(api::kindOf<api::core::Pod>().name, options,
                           [answer](const Result<client::ObjectList>& left) {
                               answer(left ? -static_cast<long>(left->items.size()) : -1);
                           });
        },
        0, "pods gone");
    return now(CLOCK_MONOTONIC) - start;
}

int ServedLab::createMaps(int count, int inFlight, std::size_t bytes) {
    const std::string value(bytes, 'x');
    return createAll(api::kindOf<api::core::ConfigMap>().name, "default", count, inFlight, [&](int) {
        api::core::ConfigMap map;
        map.mutable_metadata()->set_name("bench-" + std::to_string(mapsMade_++));
        map.mutable_metadata()->set_namespace_("default");
        (*map.mutable_data())["value"] = value;
        return client::body(map);
    });
}

int ServedLab::createObjects(const client::ResourceName& resource, const std::string& nameSpace,
                             const std::vector<std::string>& bodies, int inFlight) {
    return createAll(resource, nameSpace, static_cast<int>(bodies.size()), inFlight, [&](int i) {
        return client::RawBody{bodies[static_cast<std::size_t>(i)], "application/json"};
    });
}

int ServedLab::createAll(const client::ResourceName& resource, const std::string& nameSpace, int count,
                         int inFlight, const std::function<client::Body(int)>& make) {
    struct Load {
        int started = 0, ended = 0, good = 0;
        std::promise<int> over;
        std::function<void()> next;
    };
    const auto load = std::make_shared<Load>();
    auto over = load->over.get_future();
    // Everything it is called with outlives the wait below; the load itself goes with its last answer.
    load->next = [this, weak = std::weak_ptr(load), &resource, &nameSpace, count, &make] {
        const auto load = weak.lock();
        if (!load || load->started == count) return;
        cluster_->create(resource, nameSpace, make(load->started++), {},
                         [load, count](const Result<client::Written>& written) {
                             load->good += written.has_value();
                             load->next();
                             if (++load->ended == count) load->over.set_value(load->good);
                         });
    };
    executor_->post([load, inFlight] {
        for (int i = 0; i < inFlight; ++i)
            load->next();
    });
    return over.get();
}

std::vector<api::ObjectPtr> ServedLab::list(const client::ResourceName& resource,
                                            const std::string& nameSpace) const {
    // Shared: whoever waits goes on before set_value has returned.
    const auto found = std::make_shared<std::promise<std::vector<api::ObjectPtr>>>();
    auto objects = found->get_future();
    executor_->post([this, found, resource, nameSpace] {
        client::ListOptions options;
        options.nameSpace = nameSpace;
        cluster_->list(resource, options, [found](const Result<client::ObjectList>& list) {
            found->set_value(list ? list->items : std::vector<api::ObjectPtr>());
        });
    });
    return objects.get();
}

double ServedLab::awaitNodes(int count) {
    return await(
        [&](const std::function<void(long)>& answer) {
            cluster_->list(
                api::kindOf<api::core::Node>().name, {}, [answer](const Result<client::ObjectList>& nodes) {
                    long ready = 0;
                    if (nodes)
                        for (const api::ObjectPtr& object : nodes->items) {
                            const auto node = object->as<api::core::Node>();
                            for (const auto& condition : node.status().conditions())
                                ready += condition.type() == "Ready" && condition.status() == "True";
                        }
                    answer(ready);
                });
        },
        count, "ready nodes");
}

} // namespace bench
