#pragma once

#include "engine/base/executor.h"
#include "engine/machines/machine_provider.h"

#include <QStringList>
#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace wheelhouse::tests {

/// A provider that does what it is told, in virtual time, and remembers being told.
class FakeProvider final : public machines::MachineProvider {
  public:
    explicit FakeProvider(Executor& executor) : executor_(executor) {}

    void setListener(Listener listener) override {
        listener_ = std::move(listener);
        for (const auto& [name, state] : states)
            tell(name);
    }
    void ensureRunning(machines::MachineSpec spec) override {
        told << QString::fromStdString("start " + spec.name);
        specs[spec.name] = spec;
        set(spec.name, broken ? machines::Phase::Failed : machines::Phase::Running,
            broken ? "no disk space" : "");
    }
    void cutPower(const std::string& name) override {
        told << QString::fromStdString("cut " + name);
        set(name, machines::Phase::Stopped);
    }
    void freeze(const std::string& name) override { told << QString::fromStdString("freeze " + name); }
    void thaw(const std::string& name) override { told << QString::fromStdString("thaw " + name); }
    void remove(const std::string& name, Done done) override {
        told << QString::fromStdString("remove " + name);
        if (hang) return;
        states.erase(name);
        executor_.post([done, failing = failRemovals] {
            done(failing ? Result<void>(fail(Reason::InternalError, "busy")) : Result<void>());
        });
    }
    void ensureVolume(machines::VolumeSpec volume, Done done) override {
        if (!refusal.empty()) return answer(done, fail(Reason::InternalError, refusal));
        std::int64_t& bytes = volumes[volume.handle];
        bytes = std::max(bytes, volume.bytes);
        answer(done, {});
    }
    void removeVolume(const std::string& handle, Done done) override {
        if (holders.contains(handle)) return answer(done, fail(Reason::Conflict, "attached"));
        volumes.erase(handle);
        answer(done, {});
    }
    void attachVolume(const std::string& machine, const std::string& handle, Done done) override {
        if (!refusal.empty()) return answer(done, fail(Reason::InternalError, refusal));
        if (!volumes.contains(handle)) return answer(done, fail(Reason::NotFound, "no such volume"));
        const auto [it, free] = holders.try_emplace(handle, machine);
        if (!free && it->second != machine) return answer(done, fail(Reason::Conflict, "attached elsewhere"));
        answer(done, {});
    }
    void detachVolume(const std::string& machine, const std::string& handle, Done done) override {
        if (!refusal.empty()) return answer(done, fail(Reason::InternalError, refusal));
        const auto it = holders.find(handle);
        if (it != holders.end() && it->second == machine) holders.erase(it);
        answer(done, {});
    }
    int mostVolumes() const override { return most; }
    void shutdown(bool, std::function<void()> done) override { executor_.post(std::move(done)); }

    void set(const std::string& name, machines::Phase phase, const std::string& message = {}) {
        auto& state = states[name];
        state.name = name;
        state.phase = phase;
        state.message = message;
        state.accelerator = "tcg: no KVM here";
        tell(name);
    }
    void tell(const std::string& name) {
        executor_.post([this, state = states[name]] {
            if (listener_) listener_(state);
        });
    }

    std::map<std::string, machines::MachineState> states;
    std::map<std::string, machines::MachineSpec> specs;
    std::map<std::string, std::int64_t> volumes; ///< bytes by handle
    std::map<std::string, std::string> holders;  ///< machine by handle
    std::string refusal;                         ///< what every call about volumes but a removal fails with
    QStringList told;
    int most = 0; ///< volumes for one machine
    bool broken = false;
    bool hang = false;
    bool failRemovals = false;

  private:
    void answer(const Done& done, const Result<void>& result) {
        executor_.post([done, result] { done(result); });
    }
    Executor& executor_;
    Listener listener_;
};

} // namespace wheelhouse::tests
