#include "hook_run.h"

#include "probe_worker.h"

#include <utility>

namespace wheelhouse::agent {

namespace core = api::core;

HookRun::HookRun(Runtime& runtime, Executor& executor, const core::LifecycleHandler& handler,
                 const core::Container& container, const std::string& podIp, const std::string& containerId,
                 Ended ended)
    : executor_(executor), ended_(std::move(ended)) {
    if (handler.has_sleep()) {
        pause_.start(executor_, std::chrono::seconds(handler.sleep().seconds()), [this] { end({}); });
        return;
    }
    // A TCP hook may be written down, but there never was one.
    core::ProbeHandler asked;
    if (handler.has_exec()) *asked.mutable_exec() = handler.exec();
    if (handler.has_httpget()) *asked.mutable_httpget() = handler.httpget();
    Result<ProbeTarget> target = probeTarget(asked, container, podIp, containerId);
    if (!target) {
        pause_.start(executor_, Duration::zero(), [this, why = target.error().message] { end(why); });
        return;
    }
    target->hook = true;
    runtime.probe(*target, Duration::zero(),
                  [this, alive = std::weak_ptr(alive_)](Result<ProbeAnswer> answer) {
                      if (alive.expired()) return;
                      if (!answer) return end(answer.error().message);
                      end(answer->ok ? std::string() : "the hook failed: " + answer->text);
                  });
}

void HookRun::limit(Duration time) {
    limit_.start(executor_, time, [this] { end("the hook did not end in time"); });
}

void HookRun::end(const std::string& error) {
    pause_.stop();
    limit_.stop();
    alive_.reset();
    const Ended ended = std::move(ended_); // whoever is told may destroy this
    ended(error);
}

} // namespace wheelhouse::agent
