#include "engine/controlplane/control_plane.h"

#include "actors.h"
#include "audit_file.h"
#include "clock_keeper.h"
#include "component_statuses.h"
#include "engine/api/time_zone.h"
#include "engine/apiserver/api_server.h"
#include "engine/apiserver/http_server.h"
#include "engine/apiserver/local_cluster.h"
#include "engine/base/files.h"
#include "engine/base/log.h"
#include "engine/nodelink/link_server.h"
#include "engine/store/sealed_backend.h"
#include "engine/store/store.h"
#include "paced_executor.h"
#include "pki.h"
#include "process_metrics.h"
#include "sealing_key.h"
#include "standstill.h"

#include <boost/asio/post.hpp>
#include <condition_variable>
#include <cstdlib>
#include <fmt/format.h>
#include <mutex>

namespace wheelhouse::controlplane {
namespace {

constexpr const char* adminUser = "kubernetes-admin";
constexpr const char* zoneFolder = "/usr/share/zoneinfo";
/// Thousands of nodes look at themselves every ten seconds, each at its own time: that is a thread woken
/// thousands of times a second, and as many small writes.
constexpr Duration slackOfNodes = std::chrono::milliseconds(4);

/// Calls `start` with a callback and waits until the callback was called.
void await(const std::function<void(std::function<void()>)>& start) {
    std::mutex mutex;
    std::condition_variable called;
    bool done = false;
    start([&] {
        const std::lock_guard lock(mutex);
        done = true;
        called.notify_one();
    });
    std::unique_lock lock(mutex);
    called.wait(lock, [&] { return done; });
}

} // namespace

struct ControlPlane::Impl {
    Impl(DataDirectory d, Options o, Seams s)
        : directory(std::move(d)), options(std::move(o)), seams(s), time(s.clock), gate(s.control),
          paced(s.control, time, &gate) {}

    DataDirectory directory;
    Options options;
    Seams seams;
    ClusterTime time;
    WorkGate gate;
    PacedExecutor paced; ///< the control executor by the cluster's time
    std::vector<std::unique_ptr<PacedExecutor>> others;
    scheduler::Configuration scheduling;
    std::optional<Pki> pki;
    std::shared_ptr<AuditFile> audit;
    const std::shared_ptr<ProcessMetrics> processMetrics = std::make_shared<ProcessMetrics>();
    std::shared_ptr<FrontMetrics> frontMetrics;
    std::shared_ptr<FabricMetrics> fabricMetrics;
    std::unique_ptr<store::Store> store;
    std::unique_ptr<nodelink::NodeHub> hub;
    std::unique_ptr<apiserver::ApiServer> api;
    std::unique_ptr<ComponentStatuses> components;
    std::unique_ptr<apiserver::HttpServer> http;
    std::unique_ptr<nodelink::GrpcLinkServer> link;
    std::unique_ptr<client::Cluster> clockCluster;
    Standstill standstill;
    std::unique_ptr<ClockKeeper> keeper;
    std::unique_ptr<loadbalancer::HostFront> front;
    std::unique_ptr<Actors> actors;
    std::string url;
    machines::LinkFabric* fabric = nullptr;

    /// Runs `task` on the control executor and waits.
    void onControl(const std::function<void()>& task) const {
        await([&](const std::function<void()>& done) {
            seams.control.post([&task, done] {
                task();
                done();
            });
        });
    }

    Result<apiserver::AuditOptions> openAudit();
    Result<void> readSchedulerConfiguration();
    Result<void> openState();
    Result<void> openLink(const KeyPair& keys);
    Result<void> openFront();
    Result<void> writeAdminKubeconfig();
    void startActors(const Providers& providers);
    machines::Bootstrap bootstrapFor(const std::string& machine, const std::string& provider);
};

Result<apiserver::AuditOptions> ControlPlane::Impl::openAudit() {
    apiserver::AuditOptions out;
    if (options.auditLog == "-") return out;
    out.policy = apiserver::defaultAuditPolicy();
    if (!options.auditPolicy.empty()) {
        const Result<std::string> text = readFile(options.auditPolicy);
        if (!text) return tl::unexpected<Status>(text.error());
        Result<apiserver::AuditPolicy> policy = apiserver::parseAuditPolicy(*text);
        if (!policy)
            return fail(Reason::BadRequest,
                        fmt::format("{}: {}", options.auditPolicy.string(), policy.error().message));
        out.policy = std::move(*policy);
    }
    AuditFile::Limits limits;
    limits.fileBytes = options.auditFileBytes;
    limits.backups = options.auditBackups;
    Result<std::unique_ptr<AuditFile>> opened = AuditFile::open(
        options.auditLog.empty() ? directory.path() / "audit" / "audit.log" : options.auditLog, limits,
        seams.disk);
    if (!opened) return tl::unexpected<Status>(opened.error());
    audit = std::move(*opened);
    out.write = [weak = std::weak_ptr(audit)](std::string line) {
        if (const auto file = weak.lock()) file->write(std::move(line));
    };
    return out;
}

Result<void> ControlPlane::Impl::readSchedulerConfiguration() {
    if (options.schedulerConfiguration.empty()) return {};
    const Result<std::string> text = readFile(options.schedulerConfiguration);
    if (!text) return tl::unexpected<Status>(text.error());
    Result<scheduler::Configuration> parsed = scheduler::parseConfiguration(*text);
    if (!parsed)
        return fail(Reason::BadRequest,
                    fmt::format("{}: {}", options.schedulerConfiguration.string(), parsed.error().message));
    scheduling = std::move(*parsed);
    for (const std::string& note : scheduling.notes)
        log::warning("scheduler", "{}: no effect: {}", options.schedulerConfiguration.string(), note);
    return {};
}

Result<void> ControlPlane::Impl::openState() {
    Result<Pki> opened = Pki::openOrCreate(directory.pki(), seams.clock, seams.random);
    if (!opened) return tl::unexpected<Status>(opened.error());
    pki.emplace(std::move(*opened));
    Result<std::unique_ptr<store::Backend>> backend = store::openRocksDb(directory.state(), seams.disk);
    if (!backend) return tl::unexpected<Status>(backend.error());
    const Result<std::string> sealingKey =
        openOrCreateSealingKey(directory.path() / "secrets.key", seams.random);
    if (!sealingKey) return tl::unexpected<Status>(sealingKey.error());
    *backend = store::makeSealedBackend(std::move(*backend), {.key = *sealingKey}, seams.random);
    const Result<KeyPair> linkKeys = pki->server("nodelink", apiServerNames());
    if (!linkKeys) return tl::unexpected<Status>(linkKeys.error());
    const Result<std::string> tokenKey = pki->tokenKey();
    if (!tokenKey) return tl::unexpected<Status>(tokenKey.error());
    Result<apiserver::AuditOptions> auditOptions = openAudit();
    if (!auditOptions) return tl::unexpected<Status>(auditOptions.error());
    Result<void> outcome;
    onControl([&] {
        store::Retention retention;
        retention.age = options.history;
        // Whoever watches here is told at once; only who was away asks for what has been.
        retention.recentBytes = std::size_t{16} << 20;
        Result<std::unique_ptr<store::Store>> openedStore =
            store::Store::open(std::move(*backend), seams.control, retention);
        if (!openedStore) {
            outcome = tl::unexpected<Status>(openedStore.error());
            return;
        }
        store = std::move(*openedStore);
        hub = std::make_unique<nodelink::NodeHub>(seams.control);
        apiserver::Options apiOptions;
        apiOptions.defaultTolerationSeconds = options.defaultTolerationSeconds;
        apiOptions.tokenKeyPem = *tokenKey;
        apiOptions.mountTokens = options.mountTokens;
        apiOptions.audit = std::move(*auditOptions);
        api = std::make_unique<apiserver::ApiServer>(*store, seams.control, seams.random, hub.get(),
                                                     apiOptions, &time);
        api->addMetrics(processMetrics);
        const auto acting = [this] { return std::string(actors ? "" : "it has not started yet"); };
        components = std::make_unique<ComponentStatuses>(
            *api, ComponentStatuses::Parts{
                      {"controller-manager", acting},
                      {"etcd-0",
                       [this] {
                           return std::string(
                               store->readOnly() ? "a write to disk failed: the store is read-only" : "");
                       }},
                      {"scheduler", acting}});
        outcome = openLink(*linkKeys);
    });
    return outcome;
}

/// Machines that run on while the program is away dial the port they were given, so the lab keeps its port.
Result<void> ControlPlane::Impl::openLink(const KeyPair& keys) {
    const std::filesystem::path portFile = directory.path() / "nodelink-port";
    nodelink::LinkServerOptions wanted;
    wanted.caPem = pki->caPem();
    wanted.certificatePem = keys.certificatePem;
    wanted.keyPem = keys.keyPem;
    if (const Result<std::string> kept = readFile(portFile))
        wanted.port = static_cast<std::uint16_t>(std::strtoul(kept->c_str(), nullptr, 10));
    auto listening = nodelink::GrpcLinkServer::listen(wanted, hub->port());
    if (!listening && wanted.port != 0) {
        log::warning("controlplane",
                     "{}; another port is used, and machines still running must be restarted to find it",
                     listening.error().message);
        wanted.port = 0;
        listening = nodelink::GrpcLinkServer::listen(wanted, hub->port());
    }
    if (!listening) return tl::unexpected<Status>(listening.error());
    link = std::move(*listening);
    return writeFileAtomically(portFile, std::to_string(link->port()));
}

Result<void> ControlPlane::Impl::openFront() {
    const Result<KeyPair> keys = pki->server("apiserver", apiServerNames());
    if (!keys) return tl::unexpected<Status>(keys.error());
    apiserver::HttpOptions http_;
    http_.listen = fmt::format("{}:{}", options.listenHost, options.listenPort);
    http_.certificatePem = keys->certificatePem;
    http_.keyPem = keys->keyPem;
    http_.clientCaPem = pki->caPem();
    auto started = apiserver::HttpServer::start(seams.io, std::move(http_), *api, seams.clock, seams.random);
    if (!started) return tl::unexpected<Status>(started.error());
    http = std::move(*started);
    url = http->url();
    frontMetrics = std::make_shared<FrontMetrics>(*http);
    onControl([this] { api->addMetrics(frontMetrics); });
    return {};
}

Result<void> ControlPlane::Impl::writeAdminKubeconfig() {
    const Result<KeyPair> admin = pki->issueClient(adminUser, {"system:masters"});
    if (!admin) return tl::unexpected<Status>(admin.error());
    return writeKubeconfig(options.kubeconfig, {options.name, url, pki->caPem(), *admin});
}

machines::Bootstrap ControlPlane::Impl::bootstrapFor(const std::string& machine,
                                                     const std::string& provider) {
    machines::Bootstrap out;
    out.linkHost = "127.0.0.1";
    out.linkPort = link->port();
    out.registryMirrors = options.registryMirrors;
    if (provider == "simulated") return out; // lives in this process and needs no credentials
    out.caPem = pki->caPem();
    const Result<KeyPair> keys =
        pki->issueClient(std::string(nodelink::nodeUserPrefix) + machine, {"system:nodes"});
    if (!keys) {
        log::error("controlplane", "cannot issue a certificate for {}: {}", machine, keys.error().message);
        return out;
    }
    out.certificatePem = keys->certificatePem;
    out.keyPem = keys->keyPem;
    return out;
}

ControlPlane::ControlPlane(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ControlPlane::~ControlPlane() {
    stop();
}

Result<std::unique_ptr<ControlPlane>> ControlPlane::open(DataDirectory directory, Options options,
                                                         Seams seams) {
    std::unique_ptr<ControlPlane> plane(
        new ControlPlane(std::make_unique<Impl>(std::move(directory), std::move(options), seams)));
    // While everything else starts: whoever needs one earlier waits or takes its name as given.
    boost::asio::post(seams.io, [] { api::useTimeZones(api::TimeZones::read(zoneFolder)); });
    for (const auto step :
         {&Impl::readSchedulerConfiguration, &Impl::openState, &Impl::openFront, &Impl::writeAdminKubeconfig})
        if (Result<void> outcome = (plane->impl_.get()->*step)(); !outcome)
            return tl::unexpected<Status>(outcome.error());
    return plane;
}

nodelink::HubPort ControlPlane::hubPort() const {
    return impl_->hub->port();
}

void ControlPlane::start(Providers providers, std::function<void(Result<void>)> ready) {
    Impl& impl = *impl_;
    impl.seams.control.post([&impl, providers = std::move(providers), ready = std::move(ready)] {
        impl.api->start([&impl, providers, ready](const Result<void>& outcome) {
            if (!outcome) return ready(outcome);
            // What time it is must be known before anybody lives by it.
            impl.clockCluster = std::make_unique<apiserver::LocalCluster>(*impl.api, impl.seams.control,
                                                                          "system:cluster-clock");
            impl.keeper = std::make_unique<ClockKeeper>(*impl.clockCluster, impl.seams.control, impl.time,
                                                        impl.gate, impl.standstill.forHolder(providers));
            impl.keeper->start([&impl, providers, ready](const Result<void>& known) {
                if (known) impl.startActors(impl.standstill.forHolder(providers));
                ready(known);
            });
        });
    });
}

void ControlPlane::Impl::startActors(const Providers& providers) {
    ActorOptions wanted;
    wanted.caPem = pki->caPem();
    wanted.apiPort = http->port();
    wanted.serverUrl = url;
    wanted.signCertificate = [this](const std::string& request, const std::string& usage,
                                    const std::string& extended, Duration validity) {
        return pki->signRequest(request, usage, extended, validity);
    };
    wanted.nodeMonitorGrace = options.nodeMonitorGrace;
    wanted.heartbeat = options.heartbeat;
    wanted.taintSimulated = options.taintSimulated;
    wanted.fabric = fabric;
    wanted.scheduling = scheduling;
    front = loadbalancer::openHostFront(seams.io, seams.control);
    wanted.front = front.get();
    wanted.bootstrapFor = [this](const std::string& machine, const std::string& provider) {
        return bootstrapFor(machine, provider);
    };
    actors = std::make_unique<Actors>(*api, *hub, seams.control, paced, seams.random, std::move(wanted),
                                      providers);
    keeper->setQueues(&actors->queues());
}

Executor& ControlPlane::pacedBy(Executor& real) {
    impl_->others.push_back(std::make_unique<PacedExecutor>(real, impl_->time, nullptr, slackOfNodes));
    return *impl_->others.back();
}

void ControlPlane::setFabric(machines::LinkFabric& fabric) {
    impl_->fabric = &fabric;
    impl_->fabricMetrics = std::make_shared<FabricMetrics>(fabric);
    impl_->onControl([this] { impl_->api->addMetrics(impl_->fabricMetrics); });
}

void ControlPlane::stop() {
    Impl& impl = *impl_;
    if (impl.http) await([&](std::function<void()> done) { impl.http->stop(std::move(done)); });
    if (impl.frontMetrics) impl.frontMetrics->forget();
    impl.http.reset();
    impl.onControl([&] {
        if (impl.keeper) impl.keeper->setQueues(nullptr);
        impl.actors.reset();
        impl.keeper.reset();
        impl.clockCluster.reset();
        impl.link.reset();
        impl.components.reset();
        impl.api.reset();
        impl.hub.reset();
        impl.store.reset();
    });
    impl.audit.reset();
    impl.fabricMetrics.reset();
}

std::unique_ptr<client::Cluster> ControlPlane::connect(Executor& callbacks, const std::string& user) {
    return std::make_unique<apiserver::LocalCluster>(*impl_->api, callbacks, user);
}

const std::string& ControlPlane::url() const {
    return impl_->url;
}

} // namespace wheelhouse::controlplane
