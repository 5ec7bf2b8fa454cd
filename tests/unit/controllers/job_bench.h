#pragma once

#include "bench.h"
#include "engine/api/groups/batch.h"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace wheelhouse {

namespace batch = api::batch;

inline constexpr const char* trackingFinalizer = "batch.kubernetes.io/job-tracking";

/// A Job as the server would have defaulted it.
inline batch::Job job(const std::string& name, int completions, int parallelism) {
    batch::Job job;
    job.mutable_metadata()->set_namespace_("default");
    job.mutable_metadata()->set_name(name);
    auto& spec = *job.mutable_spec();
    spec.set_completions(completions);
    spec.set_parallelism(parallelism);
    spec.set_backofflimit(6);
    spec.set_completionmode("NonIndexed");
    spec.set_suspend(false);
    spec.set_podreplacementpolicy("TerminatingOrFailed");
    (*spec.mutable_selector()->mutable_matchlabels())["app"] = name;
    *spec.mutable_template_() = podTemplate(name);
    spec.mutable_template_()->mutable_spec()->set_restartpolicy("Never");
    return job;
}

inline batch::Job indexedJob(const std::string& name, int completions, int parallelism) {
    batch::Job made = job(name, completions, parallelism);
    made.mutable_spec()->set_completionmode("Indexed");
    return made;
}

inline int indexOf(const core::Pod& pod) {
    const auto found = pod.metadata().annotations().find("batch.kubernetes.io/job-completion-index");
    return found == pod.metadata().annotations().end() ? -1 : std::stoi(found->second);
}

/// The Job controller with a played scheduler and nodes.
struct JobBench : Bench {
    /// How each pod that runs ends now: its exit code, or nothing when it runs on.
    std::function<std::optional<int>(const core::Pod&)> ends = [](const core::Pod&) {
        return std::optional<int>(0);
    };
    std::set<std::string> succeeded; ///< uids of pods that ended well
    std::set<std::string> failed;
    std::map<int, int> attempts; ///< by index, pods that ran

    explicit JobBench(std::vector<std::string> names = {"job"}) : Bench(std::move(names)) {}

    batch::Job job(const std::string& name = "j") const {
        return *cluster.get<batch::Job>("default/" + name);
    }
    batch::JobStatus status() const { return job().status(); }
    std::vector<core::Pod> active() const {
        std::vector<core::Pod> pods;
        for (const auto& pod : cluster.all<core::Pod>())
            if (!isOver(pod) && !pod.metadata().has_deletiontimestamp()) pods.push_back(pod);
        return pods;
    }
    static bool isOver(const core::Pod& pod) {
        return pod.status().phase() == "Succeeded" || pod.status().phase() == "Failed";
    }
    bool hasCondition(const std::string& type, const std::string& reason = {}) const {
        const auto now = status();
        for (const auto& condition : now.conditions())
            if (condition.type() == type && condition.status() == "True")
                return reason.empty() || condition.reason() == reason;
        return false;
    }

    void end(core::Pod pod, int exitCode) {
        pod.mutable_status()->set_phase(exitCode == 0 ? "Succeeded" : "Failed");
        auto& container = *pod.mutable_status()->add_containerstatuses();
        container.set_name("main");
        auto& terminated = *container.mutable_state()->mutable_terminated();
        terminated.set_exitcode(exitCode);
        *terminated.mutable_finishedat() = api::toTime(executor.wallNow());
        setReady(pod, false);
        cluster.put(pod);
        (exitCode == 0 ? succeeded : failed).insert(pod.metadata().uid());
        ++attempts[indexOf(pod)];
    }

    /// One step of the played world: pods get a node and run, those that ran end, those that shall go, go.
    void play() {
        for (auto pod : cluster.all<core::Pod>()) {
            if (pod.metadata().has_deletiontimestamp()) {
                if (!isOver(pod)) pod.mutable_status()->set_phase("Failed");
                pod.mutable_metadata()->set_deletiongraceperiodseconds(0);
                cluster.store(pod);
                continue;
            }
            if (isOver(pod)) continue;
            if (pod.status().phase() == "Running") {
                if (const auto code = ends(pod)) end(pod, *code);
                continue;
            }
            pod.mutable_spec()->set_nodename("n1");
            pod.mutable_status()->set_phase("Running");
            setReady(pod, true);
            cluster.put(pod);
        }
    }
    /// Until the Job is over; false when it is not within `limit`.
    bool finish(Duration limit = 2h) {
        for (Duration spent{}; spent < limit; spent += 2s) {
            settle(1s);
            if (hasCondition("Complete") || hasCondition("Failed")) return true;
            play();
            settle(1s);
        }
        return false;
    }
    /// No pod is left that somebody would have to count.
    bool released() const {
        for (const auto& pod : cluster.all<core::Pod>())
            if (pod.metadata().finalizers_size() > 0) return false;
        return true;
    }
};

} // namespace wheelhouse
