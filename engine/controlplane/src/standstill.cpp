#include "standstill.h"

#include <utility>

namespace wheelhouse::controlplane {

class Standstill::View final : public machines::MachineProvider {
  public:
    View(Holders& holders, machines::MachineProvider& provider) : holders_(holders), provider_(provider) {}

    void setListener(Listener listener) override { provider_.setListener(std::move(listener)); }
    void ensureRunning(machines::MachineSpec spec) override { provider_.ensureRunning(std::move(spec)); }
    void cutPower(const std::string& name) override {
        letGo(name);
        provider_.cutPower(name);
    }
    void freeze(const std::string& name) override {
        holders_[{&provider_, name}].insert(this);
        provider_.freeze(name);
    }
    void thaw(const std::string& name) override {
        // Also what this holder has not frozen: an earlier control plane may have.
        if (letGo(name)) provider_.thaw(name);
    }
    void remove(const std::string& name, Done done) override {
        holders_.erase({&provider_, name});
        provider_.remove(name, std::move(done));
    }
    void ensureVolume(machines::VolumeSpec volume, Done done) override {
        provider_.ensureVolume(std::move(volume), std::move(done));
    }
    void removeVolume(const std::string& handle, Done done) override {
        provider_.removeVolume(handle, std::move(done));
    }
    void attachVolume(const std::string& machine, const std::string& handle, Done done) override {
        provider_.attachVolume(machine, handle, std::move(done));
    }
    void detachVolume(const std::string& machine, const std::string& handle, Done done) override {
        provider_.detachVolume(machine, handle, std::move(done));
    }
    int mostVolumes() const override { return provider_.mostVolumes(); }
    void shutdown(bool keep, std::function<void()> done) override {
        provider_.shutdown(keep, std::move(done));
    }

  private:
    /// Whether nobody holds the machine any more.
    bool letGo(const std::string& name) {
        const auto it = holders_.find({&provider_, name});
        if (it == holders_.end()) return true;
        it->second.erase(this);
        if (!it->second.empty()) return false;
        holders_.erase(it);
        return true;
    }

    Holders& holders_;
    machines::MachineProvider& provider_;
};

Standstill::Standstill() = default;
Standstill::~Standstill() = default;

Standstill::Providers Standstill::forHolder(const Providers& providers) {
    Providers out;
    for (const auto& [name, provider] : providers) {
        views_.push_back(std::make_unique<View>(holders_, *provider));
        out.emplace(name, views_.back().get());
    }
    return out;
}

} // namespace wheelhouse::controlplane
