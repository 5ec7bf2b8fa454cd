#include "vmnodes/simulated/simulated_runtime.h"

#include "container_load.h"
#include "engine/api/duration.h"
#include "engine/api/time.h"
#include "recorded_log.h"
#include "shell.h"
#include "simulated_annotations.h"
#include "simulated_log.h"
#include "simulated_session.h"
#include "vmnodes/agent/signals.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <fmt/format.h>
#include <utility>

namespace wheelhouse::simulated {

namespace core = api::core;
using namespace agent;

namespace {

constexpr std::uint32_t firstPodAddress = 2; // .0 is the network, .1 the bridge
constexpr int bySignal = 128; ///< a program's code when a signal ended it is this and the signal
constexpr const char* noSpace = "no space left on device";
const std::string imagePrefix = "sha256:simulated-";
constexpr std::int64_t imageBytes = std::int64_t{50} << 20;

/// The base and size of "10.244.3.0/24"; size 0 when it is not an IPv4 network.
std::pair<std::uint32_t, std::uint32_t> parseCidr(const std::string& cidr) {
    unsigned a = 0, b = 0, c = 0, d = 0, bits = 0;
    if (std::sscanf(cidr.c_str(), "%u.%u.%u.%u/%u", &a, &b, &c, &d, &bits) != 5 || bits > 30 || bits < 8)
        return {0, 0};
    return {(a << 24) | (b << 16) | (c << 8) | d, 1U << (32 - bits)};
}

const std::string nodeFolder = "/simulated/host";

/// On real nodes from the start, as parts of their image.
constexpr std::array builtInImages{"wheelhouse.dev/demo:1", "wheelhouse.dev/pause:1"};

std::string podFolder(const PodId& pod) {
    return fmt::format("/simulated/{}/", pod.uid.value());
}

std::shared_ptr<SimulatedFiles> newVolume(const VolumePlan& plan) {
    auto volume = std::make_shared<SimulatedFiles>();
    if (plan.kind == VolumePlan::Kind::Memory) {
        volume->setMemory();
        volume->setLimit(static_cast<std::size_t>(plan.sizeLimit));
    }
    if (plan.kind == VolumePlan::Kind::Disk || plan.kind == VolumePlan::Kind::Attached) volume->setApart();
    volume->setMode("/", 0777);
    return volume;
}

} // namespace

SimulatedRuntime::SimulatedRuntime(Executor& executor, Random& random, SimulatedShape shape,
                                   std::shared_ptr<SharedLoads> loads)
    : executor_(executor), random_(random), shape_(std::move(shape)),
      loads_(loads ? std::move(loads) : std::make_shared<SharedLoads>()), began_(executor.clock().now()) {
    for (const char* image : builtInImages)
        images_[image] = {.id = imagePrefix + image, .names = {image}, .bytes = imageBytes, .pinned = true};
}

SimulatedRuntime::~SimulatedRuntime() = default;

Duration SimulatedRuntime::draw(const Span& span) {
    const Duration takes =
        span.from + Duration(static_cast<Duration::rep>(static_cast<double>((span.to - span.from).count()) *
                                                        random_.fraction()));
    return faults_.cpu_percent() == 0 ? takes : takes * 100 / faults_.cpu_percent();
}

void SimulatedRuntime::later(Duration after, std::function<void()> task) {
    executor_.postAfter(after, [life = std::weak_ptr(life_), task = std::move(task)] {
        if (!life.expired()) task();
    });
}

std::string SimulatedRuntime::newId() {
    return fmt::format("{:08x}{:08x}", shape_.index, nextId_++);
}

SimulatedRuntime::Behaviour SimulatedRuntime::behaviourOf(const ContainerSpec& spec) {
    Behaviour out;
    const auto span = [&spec](const char* name) {
        return api::parseSpan(annotation(spec, name)).value_or(Duration::zero());
    };
    out.exitAfter = span("exit-after");
    out.stopAfter = span("stop-after");
    out.unreadyAfter = span("unready-after");
    if (const Duration every = span("log-every"); every > Duration::zero()) out.logEvery = every;
    const std::string code = annotation(spec, "exit-code");
    std::from_chars(code.data(), code.data() + code.size(), out.exitCode);
    return out;
}

std::string SimulatedRuntime::addressText(std::uint32_t address) {
    return fmt::format("{}.{}.{}.{}", address >> 24, (address >> 16) & 255, (address >> 8) & 255,
                       address & 255);
}

void SimulatedRuntime::inventory(Done<Inventory> done) {
    answer<Inventory>(Duration::zero(), std::move(done), Inventory{sandboxes(), containers()});
}

std::string SimulatedRuntime::takeAddress(std::uint32_t& address) {
    auto [base, size] = parseCidr(network_.pod_cidr());
    if (size ==
        0) { // no pod CIDR yet: the node's own part of the shared address space, never routed anywhere
        base = (100U << 24) | (64U << 16) | ((shape_.index & 0x3fff) << 8);
        size = 256;
    }
    for (std::uint32_t i = firstPodAddress; i + 1 < size; ++i)
        if (addresses_.insert(base + i).second) {
            address = base + i;
            return addressText(address);
        }
    return {};
}

void SimulatedRuntime::runSandbox(SandboxSpec spec, Done<SandboxInfo> done) {
    later(draw(shape_.sandbox), [this, spec = std::move(spec), done = std::move(done)] {
        Sandbox made;
        made.info.id = newId();
        made.info.pod = spec.pod;
        made.info.attempt = spec.attempt;
        made.info.ready = true;
        made.info.createdAt = executor_.clock().wallNow();
        if (!spec.security.hostNetwork) {
            made.info.ip = takeAddress(made.address);
            if (made.info.ip.empty())
                return done(fail(Reason::ServiceUnavailable, "the node has no pod address left"));
        }
        const SandboxInfo info = made.info;
        sandboxes_.emplace(info.id, std::move(made));
        done(info);
    });
}

void SimulatedRuntime::stopSandbox(const std::string& id, Done<void> done) {
    if (const auto it = sandboxes_.find(id); it != sandboxes_.end()) {
        const std::set<std::string> containers = it->second.containers;
        it->second.info.ready = false;
        addresses_.erase(it->second.address);
        for (const std::string& container : containers)
            end(container, 137, "Error");
    }
    answer<void>(draw(shape_.stop), std::move(done), {});
}

void SimulatedRuntime::removeSandbox(const std::string& id, Done<void> done) {
    if (const auto it = sandboxes_.find(id); it != sandboxes_.end()) {
        for (const std::string& container : it->second.containers)
            eraseContainer(container);
        addresses_.erase(it->second.address);
        sandboxes_.erase(it);
    }
    answer<void>(Duration::zero(), std::move(done), {});
}

void SimulatedRuntime::eraseContainer(const std::string& id) {
    const auto it = containers_.find(id);
    if (it == containers_.end()) return;
    if (it->second.exitTimer != 0) executor_.cancel(it->second.exitTimer);
    if (it->second.load) spentByErased_ += it->second.load->cpuNanoseconds(executor_.clock().now());
    containers_.erase(it);
}

void SimulatedRuntime::imageId(const std::string& image, Done<std::string> done) {
    answer<std::string>(Duration::zero(), std::move(done),
                        images_.contains(image) ? imagePrefix + image : "");
}

void SimulatedRuntime::pullImage(const std::string& image, const PodId&, Done<std::string> done) {
    later(draw(shape_.pull), [this, image, done = std::move(done)] {
        if (pullFails_ || image.starts_with("missing.invalid/") || image.ends_with(":404"))
            return done(
                fail(Reason::NotFound, fmt::format("failed to resolve reference \"{}\": not found", image)));
        if (faults_.disk_full())
            return done(fail(Reason::InternalError,
                             fmt::format("failed to pull and unpack image \"{}\": {}", image, noSpace)));
        addImage(image, imageBytes);
        done(imagePrefix + image);
    });
}

void SimulatedRuntime::addImage(const std::string& image, std::int64_t bytes) {
    images_[image] = {.id = imagePrefix + image, .names = {image}, .bytes = bytes, .pinned = false};
}

void SimulatedRuntime::images(Done<std::vector<ImageInfo>> done) {
    std::vector<ImageInfo> all;
    for (const auto& [name, image] : images_)
        all.push_back(image);
    answer<std::vector<ImageInfo>>(Duration::zero(), std::move(done), std::move(all));
}

void SimulatedRuntime::removeImage(const std::string& id, Done<void> done) {
    if (removalFails_)
        return answer<void>(Duration::zero(), std::move(done),
                            fail(Reason::InternalError, fmt::format("image {} cannot be removed", id)));
    std::erase_if(images_, [&](const auto& each) { return each.second.id == id; });
    answer<void>(Duration::zero(), std::move(done), {});
}

void SimulatedRuntime::createContainer(const std::string& sandboxId, const SandboxSpec& sandbox,
                                       ContainerSpec spec, Done<std::string> done) {
    later(draw(shape_.create), [this, sandboxId, sandbox, spec = std::move(spec), done = std::move(done)] {
        const auto in = sandboxes_.find(sandboxId);
        if (in == sandboxes_.end() || !in->second.info.ready)
            return done(fail(Reason::NotFound, fmt::format("sandbox {} is not there", sandboxId)));
        if (faults_.disk_full())
            return done(fail(Reason::InternalError,
                             fmt::format("failed to create containerd container: {}", noSpace)));
        Container made;
        made.info.id = newId();
        made.info.sandboxId = sandboxId;
        made.info.podUid = sandbox.pod.uid;
        made.info.name = spec.name;
        made.info.attempt = spec.attempt;
        made.info.state = ContainerInfo::State::Created;
        made.info.imageId = spec.imageId;
        made.behaviour = behaviourOf(spec);
        made.plan = std::make_shared<LoadPlan>(planLoad(spec, sandbox));
        made.spec = spec;
        in->second.containers.insert(made.info.id);
        const std::string id = made.info.id;
        containers_.emplace(id, std::move(made));
        done(id);
    });
}

void SimulatedRuntime::startContainer(const std::string& id, Done<ContainerInfo> done) {
    later(draw(shape_.start), [this, id, done = std::move(done)] {
        const auto it = containers_.find(id);
        if (it == containers_.end())
            return done(fail(Reason::NotFound, fmt::format("container {} is not there", id)));
        Container& container = it->second;
        container.info.state = ContainerInfo::State::Running;
        container.info.startedAt = executor_.clock().wallNow();
        container.started = executor_.clock().now();
        beginLoad(container);
        if (container.behaviour.exitAfter == Duration::zero())
            runProgram(id, container);
        else
            container.exitTimer =
                executor_.postAfter(container.behaviour.exitAfter, [this, id, life = std::weak_ptr(life_)] {
                    if (life.expired()) return;
                    const auto ending = containers_.find(id);
                    if (ending == containers_.end()) return;
                    ending->second.exitTimer = 0;
                    const int code = ending->second.behaviour.exitCode;
                    end(id, code, code == 0 ? "Completed" : "Error");
                });
        done(container.info);
    });
}

void SimulatedRuntime::end(const std::string& id, int exitCode, const std::string& reason) {
    const auto it = containers_.find(id);
    if (it == containers_.end() || it->second.info.state != ContainerInfo::State::Running) return;
    Container& container = it->second;
    if (container.exitTimer != 0) executor_.cancel(std::exchange(container.exitTimer, 0));
    container.info.state = ContainerInfo::State::Exited;
    container.info.exitCode = exitCode;
    container.info.reason = reason;
    container.info.finishedAt = executor_.clock().wallNow();
    container.ended = executor_.clock().now();
    container.program.reset();
    if (container.load) container.load->end(container.ended);
    later(Duration::zero(), [this, info = container.info] {
        if (listener_.onContainer) listener_.onContainer(info);
    });
}

void SimulatedRuntime::updateContainer(const std::string& id, const LinuxResources& resources,
                                       Done<void> done) {
    const auto it = containers_.find(id);
    if (it == containers_.end() || it->second.info.state != ContainerInfo::State::Running)
        return answer<void>(Duration::zero(), std::move(done),
                            fail(Reason::NotFound, fmt::format("container {} is not running", id)));
    Container& container = it->second;
    container.spec.resources = resources;
    if (container.kernel) writeLimits(container);
    if (container.load) container.load->setLimit(cpuLimit(resources), executor_.clock().now());
    answer<void>(Duration::zero(), std::move(done), {});
}

void SimulatedRuntime::stopContainer(const std::string& id, const std::string& signal, Duration grace,
                                     Done<void> done) {
    const auto it = containers_.find(id);
    if (it != containers_.end()) {
        const int number = signalNumber(signal).value_or(SIGTERM);
        Duration takes = draw(shape_.stop);
        int code = bySignal + number;
        if (it->second.behaviour.stopAfter > Duration::zero()) takes = it->second.behaviour.stopAfter;
        if (takes > grace || !endsByDefault(number)) {
            takes = grace;
            code = bySignal + SIGKILL;
        }
        // A program that hears the signal ends by itself, unless that takes too long.
        if (grace > Duration::zero() && it->second.program && it->second.program->signal(number)) {
            takes = grace;
            code = bySignal + SIGKILL;
        }
        later(takes, [this, id, code] { end(id, code, "Error"); });
    }
    answer<void>(Duration::zero(), std::move(done), {});
}

void SimulatedRuntime::removeContainer(const std::string& id, Done<void> done) {
    for (auto& [sandboxId, sandbox] : sandboxes_)
        sandbox.containers.erase(id);
    eraseContainer(id);
    answer<void>(Duration::zero(), std::move(done), {});
}

void SimulatedRuntime::probe(const ProbeTarget& target, Duration timeout, Done<ProbeAnswer> done) {
    const auto it = containers_.find(target.containerId);
    bool ok = it != containers_.end() && it->second.info.state == ContainerInfo::State::Running &&
              (target.hook || !probesFail_);
    if (ok && !target.hook && it->second.behaviour.unreadyAfter > Duration::zero())
        ok = executor_.clock().now() - it->second.started < it->second.behaviour.unreadyAfter;
    if (ok && target.kind == ProbeTarget::Kind::Exec && Shell::knows(target.command))
        return probeByCommand(target, it->second, timeout, std::move(done));
    const bool page = target.kind == ProbeTarget::Kind::Http && !target.hook;
    const bool found = !ok || !page || hasPage(it->second, target.path);
    std::string text = fmt::format("HTTP probe failed with statuscode: {}", found ? 503 : 404);
    if (target.kind == ProbeTarget::Kind::Grpc) text = "service unhealthy (responded with \"NOT_SERVING\")";
    if (ok && found) text = "ok";
    answer<ProbeAnswer>(std::chrono::milliseconds(5), std::move(done),
                        ProbeAnswer{ok && found, std::move(text)});
}

Result<std::unique_ptr<LogSource>> SimulatedRuntime::openLog(const LogQuery& query) {
    const auto it = containers_.find(query.containerId);
    if (it == containers_.end())
        return fail(Reason::NotFound, fmt::format("the log of container {} is gone", query.container));
    const Container& container = it->second;
    if (container.output)
        return std::make_unique<RecordedLog>(executor_, query, container.output,
                                             container.info.state == ContainerInfo::State::Exited);
    SimulatedLog::Story story;
    story.pod = query.pod.name;
    story.container = query.container;
    story.firstLine = container.info.startedAt;
    story.every = container.behaviour.logEvery;
    if (container.info.state == ContainerInfo::State::Exited) story.lastLine = container.info.finishedAt;
    return std::make_unique<SimulatedLog>(executor_, query, story);
}

SimulatedPlace SimulatedRuntime::placeOf(const PodId& pod, Container* container) const {
    SimulatedPlace place;
    place.pod = pod.name;
    place.nameSpace = pod.nameSpace;
    if (container == nullptr) return place;
    place.container = container->spec.name;
    place.image = container->spec.image;
    place.env = container->spec.env;
    place.user = container->spec.security.runAsUser.value_or(0);
    place.group = container->spec.security.runAsGroup.value_or(0);
    if (!container->files) {
        container->files = filesOf(*container);
        container->kernel = std::make_shared<SimulatedFiles>();
        container->files->mount("/sys/fs/cgroup", container->kernel, "/cgroup", true);
        container->files->mount("/proc/1", container->kernel, "/1", true);
        writeLimits(*container);
        for (auto& [path, laid] : container->pages)
            laid = layPage(*container->files, path);
    }
    place.files = container->files;
    if (container->load && container->info.state == ContainerInfo::State::Running) {
        const std::weak_ptr<ContainerLoad> load = container->load;
        place.burn = [load, clock = &executor_.clock()](double cores, Duration span) {
            if (const auto running = load.lock()) running->burn(cores, span, clock->now());
        };
        place.metrics = [load, clock = &executor_.clock()] {
            const auto running = load.lock();
            return running ? running->metricsPage(clock->now()) : std::string();
        };
        place.hold = [load](std::int64_t bytes) {
            const auto running = load.lock();
            return running ? running->hold(bytes) : 0;
        };
    }
    return place;
}

std::unique_ptr<PodSession> SimulatedRuntime::openExec(const ExecTarget& target, SessionEvents events) {
    const auto it = containers_.find(target.containerId);
    if (it == containers_.end() || it->second.info.state != ContainerInfo::State::Running)
        return simulateRefusal(executor_,
                               {.reason = Reason::NotFound,
                                .message = fmt::format("container {} is not running", target.container)},
                               std::move(events));
    if (!target.attach)
        return simulateCommand(executor_, placeOf(target.pod, &it->second), target, std::move(events));
    LogQuery query;
    query.pod = target.pod;
    query.container = target.container;
    query.containerId = target.containerId;
    query.follow = true;
    query.tailLines = 0;
    auto log = openLog(query);
    if (!log) return simulateRefusal(executor_, log.error(), std::move(events));
    return simulateAttach(executor_, std::move(*log), target, std::move(events));
}

std::unique_ptr<PodSession> SimulatedRuntime::openPort(const PortTarget& target, SessionEvents events) {
    const auto it = sandboxes_.find(target.sandboxId);
    Container* server = nullptr;
    if (it != sandboxes_.end())
        for (const std::string& id : it->second.containers)
            if (const auto found = containers_.find(id);
                found != containers_.end() && found->second.info.state == ContainerInfo::State::Running)
                server = &found->second;
    if (server == nullptr)
        return simulateRefusal(
            executor_,
            {.reason = Reason::ServiceUnavailable,
             .message = fmt::format("dial tcp4 127.0.0.1:{}: connect: connection refused", target.port)},
            std::move(events));
    return simulatePort(executor_, placeOf(target.pod, server), target.port, std::move(events));
}

void SimulatedRuntime::fill(SimulatedFiles& volume, const VolumePlan& plan) {
    std::map<std::string, SimulatedFiles::File> files;
    for (const auto& [path, file] : plan.files) {
        // What one pod is given is mostly given to the next as well.
        std::weak_ptr<std::string>& last = lastTexts_[path];
        SimulatedFiles::Text text = last.lock();
        if (!text || *text != file.bytes) text = std::make_shared<std::string>(file.bytes);
        last = text;
        files[path] = {std::move(text), file.mode};
    }
    volume.assign(std::move(files));
}

void SimulatedRuntime::makeVolumes(const PodId& pod, std::vector<VolumePlan> plans,
                                   Done<std::map<std::string, std::string>> done) {
    std::map<std::string, std::string> paths;
    for (const VolumePlan& plan : plans) {
        std::string& path = paths[plan.name];
        const bool ofNode = plan.kind == VolumePlan::Kind::HostPath;
        path = ofNode ? nodeFolder + cleanPath(plan.hostPath) : podFolder(pod) + plan.name;
        // A file of the node is one of the files in its folder.
        const bool isFile = ofNode && plan.hostPathType.starts_with("File");
        auto& volume = volumes_[isFile ? path.substr(0, path.rfind('/')) : path];
        if (!volume) volume = newVolume(plan);
        const std::string name = "/" + baseName(path);
        if (isFile && volume->find(name) == nullptr)
            volume->write(name, name == "/hosts" ? nodeHosts : "", false);
        if (plan.kind == VolumePlan::Kind::Files) fill(*volume, plan);
    }
    answer<std::map<std::string, std::string>>(Duration::zero(), std::move(done), std::move(paths));
}

void SimulatedRuntime::releaseVolumes(const PodId& pod, Done<void> done) {
    std::erase_if(volumes_,
                  [folder = podFolder(pod)](const auto& each) { return each.first.starts_with(folder); });
    answer<void>(Duration::zero(), std::move(done), {});
}

void SimulatedRuntime::removePodFiles(const PodId& pod, Done<void> done) {
    releaseVolumes(pod, std::move(done)); // logs go with their containers
}

void SimulatedRuntime::keepDisks(std::map<std::string, bool> /*disks*/, Done<void> done) {
    answer<void>(Duration::zero(), std::move(done), {}); // nothing is ever written on one
}

void SimulatedRuntime::applyNetwork(const nodelink::Network& network, Done<void> done) {
    network_.set_pod_cidr(
        network.pod_cidr()); // routes to pods that do not exist are not worth a thousand copies
    answer<void>(Duration::zero(), std::move(done), {});
}

void SimulatedRuntime::applyTraffic(std::shared_ptr<const network::NetworkObjects> objects, Done<void> done) {
    traffic_ = std::move(objects); // nobody asks for the rules of a network that is not there
    answer<void>(Duration::zero(), std::move(done), {});
}

void SimulatedRuntime::beginLoad(Container& container) {
    container.load = std::make_shared<ContainerLoad>(std::move(*container.plan), loads_, container.started);
    container.plan.reset();
}

bool SimulatedRuntime::crashContainer(const std::string& id, int exitCode) {
    const auto it = containers_.find(id);
    if (it == containers_.end() || it->second.info.state != ContainerInfo::State::Running) return false;
    end(id, exitCode, exitCode == 0 ? "Completed" : "Error");
    return true;
}

void SimulatedRuntime::loseSandbox(const std::string& id) {
    const auto it = sandboxes_.find(id);
    if (it == sandboxes_.end()) return;
    it->second.info.ready = false;
    addresses_.erase(it->second.address);
    for (const std::string& container : it->second.containers)
        eraseContainer(container);
    it->second.containers.clear();
    later(Duration::zero(), [this, info = it->second.info] {
        if (listener_.onSandbox) listener_.onSandbox(info);
    });
}

std::vector<ContainerInfo> SimulatedRuntime::containers() const {
    std::vector<ContainerInfo> out;
    for (const auto& [id, container] : containers_)
        out.push_back(container.info);
    return out;
}

std::vector<SandboxInfo> SimulatedRuntime::sandboxes() const {
    std::vector<SandboxInfo> out;
    for (const auto& [id, sandbox] : sandboxes_)
        out.push_back(sandbox.info);
    return out;
}

const ContainerSpec* SimulatedRuntime::spec(const std::string& containerId) const {
    const auto it = containers_.find(containerId);
    return it == containers_.end() ? nullptr : &it->second.spec;
}

} // namespace wheelhouse::simulated
