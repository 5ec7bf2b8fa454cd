#include "lab.h"

#include "engine/api/codec.h"
#include "engine/base/files.h"
#include "engine/base/log.h"
#include "engine/base/system.h"
#include "lab_nodes.h"
#include "paths.h"
#include "vmnodes/agent/housekeeping.h"
#include "vmnodes/fabric/fabric.h"
#include "vmnodes/image/image_builder.h"
#include "vmnodes/libvirt/libvirt_provider.h"
#include "vmnodes/simulated/simulated_provider.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <fmt/format.h>
#include <mutex>
#include <thread>
#include <vector>

namespace wheelhouse::app {
namespace {

/// Threads that run the sockets' io_context; joined when it goes away.
class IoThreads {
  public:
    explicit IoThreads(int count) : work_(boost::asio::make_work_guard(io_)) {
        for (int i = 0; i < count; ++i)
            threads_.emplace_back([this] { io_.run(); });
    }
    ~IoThreads() {
        work_.reset();
        io_.stop();
        for (std::thread& thread : threads_)
            thread.join();
    }
    boost::asio::io_context& io() { return io_; }

  private:
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::vector<std::thread> threads_;
};

controlplane::Options planeOptions(const CommandLine& options, bool hasMachines) {
    controlplane::Options out;
    out.listenHost = options.listenHost;
    out.listenPort = options.listenPort;
    out.kubeconfig = options.kubeconfig;
    out.registryMirrors = options.registryMirrors;
    out.nodeMonitorGrace = options.nodeMonitorGrace;
    out.heartbeat = options.heartbeat;
    out.defaultTolerationSeconds = options.defaultTolerationSeconds;
    out.history = options.history;
    out.auditLog = options.auditLog;
    out.auditPolicy = options.auditPolicy;
    out.auditFileBytes = std::size_t{options.auditFileMegabytes} << 20;
    out.auditBackups = options.auditBackups;
    out.schedulerConfiguration = options.schedulerConfiguration;
    // Where every node is simulated there is nothing better to prefer.
    const auto vms = options.nodes.find("vm");
    out.taintSimulated = options.nodes.empty() ? hasMachines : vms != options.nodes.end() && vms->second > 0;
    return out;
}

/// What all nodes of the lab are told: the agents' words for it, and the same as JSON for those of machines.
struct NodeSettings {
    agent::HousekeepingOptions housekeeping;
    std::string json;
};

Result<NodeSettings> nodeSettings(const std::filesystem::path& file) {
    NodeSettings settings;
    if (file.empty()) return settings;
    const Result<std::string> text = readFile(file);
    if (!text) return tl::unexpected<Status>(text.error());
    const auto wrong = [&](const std::string& what) {
        return fail(Reason::BadRequest, fmt::format("{}: {}", file.string(), what));
    };
    const auto documents = api::yamlToJson(*text);
    if (!documents) return wrong(documents.error().message);
    if (documents->size() != 1) return wrong("must hold one KubeletConfiguration");
    auto housekeeping = agent::readKubeletConfiguration(documents->front());
    if (!housekeeping) return wrong(housekeeping.error().message);
    settings.housekeeping = std::move(*housekeeping);
    settings.json = documents->front();
    return settings;
}

} // namespace

// Members are destroyed in reverse order: whoever uses a thread is declared after it.
struct Lab::Impl {
    explicit Impl(CommandLine o) : options(std::move(o)) {}

    CommandLine options;
    SystemClock clock;
    SystemRandom random;
    ThreadExecutor disk{"disk"};
    ThreadExecutor control{"control"};
    ThreadExecutor nodes{"sim-nodes"};
    IoThreads io{2};
    std::unique_ptr<fabric::Fabric> fabric;
    std::unique_ptr<controlplane::ControlPlane> plane;
    std::unique_ptr<libvirt::LibvirtProvider> vms;
    std::unique_ptr<simulated::SimulatedProvider> simulated;
    std::unique_ptr<client::Cluster> cluster; ///< on the control executor
    bool stopped = false;

    Result<void> makeProviders(const NodeSettings& settings);
    void stopProvider(machines::MachineProvider& provider, bool keep);
};

Result<void> Lab::Impl::makeProviders(const NodeSettings& settings) {
    Result<std::unique_ptr<fabric::Fabric>> made = fabric::Fabric::create(random);
    if (!made) return tl::unexpected<Status>(made.error());
    fabric = std::move(*made);
    plane->setFabric(*fabric);
    const std::filesystem::path programs = programDirectory();
    libvirt::Options vmOptions;
    vmOptions.dataFolder = options.dataDirectory;
    vmOptions.agentProgram = programs / "wheelhouse-agent";
    vmOptions.kubeletConfiguration = settings.json;
    simulated::SimulatedOptions simulatedOptions;
    simulatedOptions.agent.housekeeping = settings.housekeeping;
    const libvirt::ImageSource images = [programs](const image::OnProgress& progress,
                                                   const std::atomic<bool>& cancel) {
        return image::buildOrReuse(image::defaultOptions(programs / "wheelhouse"), progress, &cancel);
    };
    control.run([&] {
        vms = std::make_unique<libvirt::LibvirtProvider>(vmOptions, images, *fabric, control, clock);
        simulated = std::make_unique<simulated::SimulatedProvider>(plane->hubPort(), plane->pacedBy(nodes),
                                                                   control, random, simulatedOptions);
    });
    return {};
}

void Lab::Impl::stopProvider(machines::MachineProvider& provider, bool keep) {
    std::mutex mutex;
    std::condition_variable told;
    bool done = false;
    control.post([&] {
        provider.shutdown(keep, [&] {
            const std::lock_guard lock(mutex);
            done = true;
            told.notify_one();
        });
    });
    std::unique_lock lock(mutex);
    told.wait(lock, [&] { return done; });
}

Lab::Lab(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Lab::~Lab() {
    stop();
}

Result<std::unique_ptr<Lab>> Lab::open(const CommandLine& options) {
    const auto vms = options.nodes.find("vm");
    const Result<void> host = libvirt::checkHost();
    if (!host && vms != options.nodes.end() && vms->second > 0) return tl::unexpected<Status>(host.error());
    const Result<NodeSettings> settings = nodeSettings(options.kubeletConfiguration);
    if (!settings) return tl::unexpected<Status>(settings.error());
    Result<controlplane::DataDirectory> directory = controlplane::DataDirectory::open(options.dataDirectory);
    if (!directory) return tl::unexpected<Status>(directory.error());
    std::unique_ptr<Lab> lab(new Lab(std::make_unique<Impl>(options)));
    Impl& impl = *lab->impl_;
    auto plane =
        controlplane::ControlPlane::open(std::move(*directory), planeOptions(options, host.has_value()),
                                         {impl.control, impl.disk, impl.io.io(), impl.clock, impl.random});
    if (!plane) return tl::unexpected<Status>(plane.error());
    impl.plane = std::move(*plane);
    if (Result<void> made = impl.makeProviders(*settings); !made) return tl::unexpected<Status>(made.error());
    return lab;
}

void Lab::start(std::function<void(Result<void>)> ready) {
    Impl& impl = *impl_;
    impl.plane->start({{"vm", impl.vms.get()}, {"simulated", impl.simulated.get()}},
                      [&impl, ready = std::move(ready)](const Result<void>& outcome) {
                          if (!outcome) return ready(outcome);
                          impl.cluster = impl.plane->connect(impl.control, "wheelhouse");
                          // In a window somebody chooses what a new lab begins with.
                          std::map<std::string, int> fresh;
                          if (impl.options.command == Command::Serve) fresh["simulated"] = 3;
                          if (impl.options.command == Command::Serve && libvirt::checkHost()) fresh["vm"] = 2;
                          ensureMachines(*impl.cluster, impl.options.nodes, std::move(fresh), ready);
                      });
}

void Lab::leaveMachines() {
    impl_->options.keepMachines = true;
}

void Lab::stop() {
    Impl& impl = *impl_;
    if (std::exchange(impl.stopped, true)) return;
    if (impl.plane) impl.plane->stop();
    if (impl.vms) impl.stopProvider(*impl.vms, impl.options.keepMachines);
    if (impl.simulated) impl.stopProvider(*impl.simulated, false);
    impl.control.run([&] {
        impl.cluster.reset();
        impl.vms.reset();
        impl.simulated.reset();
    });
    // The last of the simulated nodes go on their own thread, and by the plane's time.
    impl.nodes.run([] {});
}

std::unique_ptr<client::Cluster> Lab::connect(Executor& callbacks, const std::string& user) {
    return impl_->plane->connect(callbacks, user);
}

const std::string& Lab::url() const {
    return impl_->plane->url();
}

const CommandLine& Lab::options() const {
    return impl_->options;
}

} // namespace wheelhouse::app
