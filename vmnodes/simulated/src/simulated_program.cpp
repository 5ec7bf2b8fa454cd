// The part of SimulatedRuntime that acts out programs.
#include "recorded_log.h"
#include "shell.h"
#include "simulated_files.h"
#include "vmnodes/simulated/simulated_runtime.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::simulated {

using namespace agent;

namespace {

constexpr std::size_t mostMessage = 4096;

/// What the container would run: its command, or the image's own where that is known.
Shell::Words commandOf(const ContainerSpec& spec) {
    Shell::Words words(spec.command.begin(), spec.command.end());
    if (words.empty() && spec.image.find("/agnhost:") != std::string::npos) words.emplace_back("/agnhost");
    words.insert(words.end(), spec.args.begin(), spec.args.end());
    if (words.size() == 1 && words[0] == "/agnhost") words.emplace_back("pause");
    // Without a terminal or anything to read its shell ends at once.
    const bool busybox = baseName(spec.image).starts_with("busybox") && !spec.stdIn && !spec.tty;
    if (words.empty() && busybox) words.emplace_back("sh");
    return words;
}

} // namespace

std::shared_ptr<SimulatedFiles> SimulatedRuntime::filesOf(const Container& container) const {
    auto files = std::make_shared<SimulatedFiles>();
    files->write("/etc/hosts", container.spec.hosts.empty() ? nodeHosts : container.spec.hosts, false);
    if (container.spec.security.readOnlyRoot) files->setReadOnly();
    for (const Mount& mount : container.spec.mounts) {
        // The path on the node is the volume's, and below it what a subPath names.
        auto volume = volumes_.end();
        for (auto each = volumes_.begin(); each != volumes_.end(); ++each) {
            const bool holds = mount.hostPath == each->first || mount.hostPath.starts_with(each->first + "/");
            if (holds && (volume == volumes_.end() || each->first.size() > volume->first.size()))
                volume = each;
        }
        if (volume == volumes_.end()) continue;
        const std::string sub = mount.hostPath.substr(volume->first.size());
        if (!sub.empty() && volume->second->find(sub) == nullptr) volume->second->makeFolder(sub);
        files->mount(mount.containerPath, volume->second, sub, mount.readOnly);
    }
    return files;
}

void SimulatedRuntime::writeLimits(Container& container) {
    const LinuxResources& given = container.spec.resources;
    const auto orMax = [](std::int64_t amount) { return amount > 0 ? std::to_string(amount) : "max"; };
    // As the kernel's first form of it, of 2 to 262144 shares, becomes its second, of 1 to 10000.
    const std::int64_t weight = 1 + (std::max<std::int64_t>(given.cpuShares, 2) - 2) * 9999 / 262142;
    const std::int64_t period = given.cpuPeriod > 0 ? given.cpuPeriod : 100'000;
    container.kernel->assign(
        {{"/cgroup/cpu.weight", {fmt::format("{}\n", weight), 0644}},
         {"/cgroup/cpu.max", {fmt::format("{} {}\n", orMax(given.cpuQuota), period), 0644}},
         {"/cgroup/memory.max", {orMax(given.memoryLimit) + "\n", 0644}},
         {"/1/oom_score_adj", {fmt::format("{}\n", given.oomScoreAdjust), 0644}}});
}

void SimulatedRuntime::runProgram(const std::string& id, Container& container) {
    const Shell::Words command = commandOf(container.spec);
    if (!Shell::knows(command)) return;
    container.output = std::make_shared<RecordedOutput>();
    PodId pod;
    if (const auto sandbox = sandboxes_.find(container.info.sandboxId); sandbox != sandboxes_.end())
        pod = sandbox->second.info.pod;
    const auto print = [this, output = container.output](const std::string& text) {
        output->append(executor_.clock().wallNow(), text);
    };
    container.program =
        std::make_shared<Shell>(executor_, placeOf(pod, &container), Shell::Io{print, print, {}},
                                [this, id](int code) { programEnded(id, code); });
    container.program->run(command);
}

void SimulatedRuntime::programEnded(const std::string& id, int code) {
    const auto it = containers_.find(id);
    if (it == containers_.end()) return;
    Container& container = it->second;
    const std::string& path = container.spec.terminationMessagePath;
    if (const auto* file = container.files->find(path.empty() ? "/dev/termination-log" : path))
        container.info.message = file->bytes().substr(0, mostMessage);
    if (container.info.message.empty() && container.spec.terminationMessageFromLog && code != 0)
        container.info.message = container.output->tail(mostMessage / 2);
    end(id, code, code == 0 ? "Completed" : "Error");
}

void SimulatedRuntime::probeByCommand(const ProbeTarget& target, Container& container, Duration timeout,
                                      Done<ProbeAnswer> done) {
    const std::uint64_t number = nextId_++;
    ProbeRun& run = probes_[number];
    run.done = std::move(done);
    PodId pod;
    if (const auto sandbox = sandboxes_.find(container.info.sandboxId); sandbox != sandboxes_.end())
        pod = sandbox->second.info.pod;
    const auto print = [&run](const std::string& text) { run.text += text; };
    run.shell = std::make_shared<Shell>(executor_, placeOf(pod, &container), Shell::Io{print, print, {}},
                                        [this, number](int code) { probeEnded(number, code == 0, {}); });
    run.shell->run(target.command);
    if (timeout > Duration::zero())
        later(timeout, [this, number] { probeEnded(number, false, "command timed out"); });
}

bool SimulatedRuntime::layPage(SimulatedFiles& files, const std::string& path) {
    if (files.inVolume(path)) return false; // what is there is others' business
    return files.find(path) != nullptr || files.isFolder(path) ||
           files.write(path, "simulated\n", false).empty();
}

bool SimulatedRuntime::hasPage(Container& container, const std::string& path) const {
    const std::string file = cleanPath(path.substr(0, path.find('?')));
    const auto [page, isNew] = container.pages.try_emplace(file, false);
    if (!container.files) return true; // nobody has looked in yet
    if (isNew) page->second = layPage(*container.files, file);
    return !page->second || container.files->find(file) != nullptr || container.files->isFolder(file);
}

void SimulatedRuntime::probeEnded(std::uint64_t number, bool ok, const std::string& why) {
    const auto it = probes_.find(number);
    if (it == probes_.end()) return;
    const ProbeRun run = std::move(it->second);
    probes_.erase(it);
    run.done(ProbeAnswer{ok, why.empty() ? run.text : why});
}

} // namespace wheelhouse::simulated
