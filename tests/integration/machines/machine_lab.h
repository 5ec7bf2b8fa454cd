#pragma once

#include "engine/base/files.h"
#include "engine/base/system.h"
#include "processes.h"
#include "vmnodes/fabric/fabric.h"
#include "vmnodes/image/image_builder.h"
#include "vmnodes/libvirt/libvirt_provider.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <future>
#include <map>
#include <mutex>
#include <unistd.h>

namespace wheelhouse::testing {

/// A provider on a data folder of its own, with a control thread as the program has one. Whatever happens, no
/// machine of it outlives it.
class MachineLab {
  public:
    /// The process's own folder: the embedded driver allows one in its life. Short: the hypervisor's sockets
    /// lie below it.
    static const std::filesystem::path& processFolder() {
        static const struct Folder {
            Folder() {
                char text[] = "/tmp/wh-XXXXXX";
                path = mkdtemp(text);
            }
            ~Folder() {
                std::error_code error;
                std::filesystem::remove_all(path, error);
            }
            std::filesystem::path path;
        } folder;
        return folder.path;
    }

    explicit MachineLab(std::filesystem::path folder = processFolder(), bool owns = true)
        : folder_(std::move(folder)), owns_(owns), fabric_(std::move(*fabric::Fabric::create(random_))) {}
    ~MachineLab() {
        close(true);
        if (!owns_) return;
        for (const auto& process : libvirt::qemuProcesses(folder_.string()))
            libvirt::killQemu(process.pid, folder_.string(), process.uuid);
        std::error_code error;
        std::filesystem::remove_all(folder_ / "machines", error);
    }

    void open(libvirt::Options options = {}) {
        options.dataFolder = folder_;
        // Tests share their computer with compilers and with other tests.
        if (options.bootDeadline == libvirt::Options{}.bootDeadline)
            options.bootDeadline = std::chrono::minutes(5);
        if (options.agentProgram.empty()) options.agentProgram = WHEELHOUSE_STAND_IN_AGENT;
        control_.run([&] {
            provider_ = std::make_unique<libvirt::LibvirtProvider>(
                options,
                [](const image::OnProgress& progress, const std::atomic<bool>& cancel) {
                    return image::buildOrReuse(imageOptions(), progress, &cancel);
                },
                *fabric_, control_, clock_);
            provider_->setListener([this](const machines::MachineState& state) {
                const std::lock_guard lock(mutex_);
                states_[state.name] = state;
                history_[state.name].push_back(state.phase);
            });
        });
    }
    /// Ends the provider; its machines run on when `keep`.
    void close(bool keep) {
        if (provider_ == nullptr) return;
        std::promise<void> done;
        control_.run([&] { provider_->shutdown(keep, [&done] { done.set_value(); }); });
        done.get_future().wait();
        control_.run([&] { provider_.reset(); });
        const std::lock_guard lock(mutex_);
        states_.clear();
        history_.clear();
    }
    void on(const std::function<void(libvirt::LibvirtProvider&)>& what) {
        control_.run([&] { what(*provider_); });
    }
    machines::MachineState state(const std::string& name) const {
        const std::lock_guard lock(mutex_);
        const auto found = states_.find(name);
        return found == states_.end() ? machines::MachineState{} : found->second;
    }
    machines::Phase phase(const std::string& name) const { return state(name).phase; }
    std::vector<machines::Phase> history(const std::string& name) const {
        const std::lock_guard lock(mutex_);
        const auto found = history_.find(name);
        return found == history_.end() ? std::vector<machines::Phase>() : found->second;
    }
    const std::filesystem::path& folder() const { return folder_; }
    fabric::Fabric& fabric() { return *fabric_; }

    static image::ImageOptions imageOptions() {
        return image::defaultOptions(std::filesystem::path(WHEELHOUSE_BINARY_DIR) / "bin/wheelhouse");
    }
    static machines::MachineSpec spec(const std::string& name, int number) {
        machines::MachineSpec spec;
        spec.name = name;
        spec.uuid = fmt::format("00000000-0000-4000-8000-{:012x}", number);
        spec.zone = "a";
        spec.nodeLabels = {{"color", "blue"}};
        spec.bootstrap.linkHost = "127.0.0.1";
        spec.bootstrap.linkPort = 4242;
        spec.bootstrap.caPem = "ca\n";
        spec.bootstrap.certificatePem = "certificate\n";
        spec.bootstrap.keyPem = "key\n";
        spec.bootstrap.registryMirrors = {{"docker.io", "http://127.0.0.1:5000"}};
        return spec;
    }

  private:
    std::filesystem::path folder_;
    bool owns_;
    SystemRandom random_;
    SystemClock clock_;
    std::unique_ptr<fabric::Fabric> fabric_;
    mutable std::mutex mutex_;
    std::map<std::string, machines::MachineState> states_;
    std::map<std::string, std::vector<machines::Phase>> history_;
    std::unique_ptr<libvirt::LibvirtProvider> provider_;
    ThreadExecutor control_{"control"};
};

constexpr int bootLimit = 240'000; // milliseconds; software emulation on a busy computer

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

inline std::string console(const MachineLab& lab, const std::string& name) {
    return readFile(lab.folder() / "machines" / name / "console.log").value_or("");
}

} // namespace wheelhouse::testing
