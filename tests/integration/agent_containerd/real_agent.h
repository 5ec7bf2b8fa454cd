#pragma once

#include "engine/base/system.h"
#include "recording_channel.h"
#include "vmnodes/agent/agent.h"
#include "vmnodes/agent/cri_runtime.h"
#include "vmnodes/agent/file_state_store.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace wheelhouse::tests {

/// One agent over a containerd, on a thread of its own.
struct RealAgent {
    /// `linked`: the control plane is there from the start. The state of this computer is nobody's business,
    /// unless `adjust` says so.
    explicit RealAgent(const agent::CriOptions& criOptions, const std::string& folder, bool linked = true,
                       const std::function<void(agent::AgentOptions&)>& adjust = {})
        : channel(linked) {
        executor.run([&] {
            agent::AgentOptions options;
            options.nodeName = "here";
            options.restartBackOff = std::chrono::seconds(1);
            options.housekeeping.thresholds.clear();
            options.housekeeping.imageHighPercent = 100;
            if (adjust) adjust(options);
            store = std::make_unique<agent::FileStateStore>(folder + "/records");
            runtime = agent::makeCriRuntime(criOptions, executor);
            agent = std::make_unique<agent::Agent>(channel, *runtime, *store, executor, random, options);
            agent->start();
        });
    }
    ~RealAgent() {
        executor.run([&] {
            agent.reset();
            runtime.reset();
        });
    }
    void say(nodelink::ToAgent message) {
        executor.run([&] { channel.say(message); });
    }
    void setLink(bool up) {
        executor.run([&] { channel.setUp(up); });
    }
    void desire(api::core::Pod pod) {
        static int version = 0;
        pod.mutable_metadata()->set_resourceversion(std::to_string(++version));
        nodelink::ToAgent message;
        message.mutable_pod()->set_pod(pod.SerializeAsString());
        say(message);
    }
    SystemRandom random;
    RecordingChannel channel;
    std::unique_ptr<agent::FileStateStore> store;
    std::unique_ptr<agent::Runtime> runtime;
    std::unique_ptr<agent::Agent> agent;
    ThreadExecutor executor{"agent"};
};

} // namespace wheelhouse::tests
