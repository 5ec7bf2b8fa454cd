#include "volume_binder.h"

#include "engine/api/codec.h"

#include <fmt/format.h>
#include <vector>

namespace wheelhouse::scheduler {

namespace core = api::core;

namespace {

std::pair<std::string, std::string> split(const std::string& key) {
    const auto slash = key.find('/');
    if (slash == std::string::npos) return {"", key};
    return {key.substr(0, slash), key.substr(slash + 1)};
}

Status failure(Reason reason, std::string message) {
    Status out;
    out.reason = reason;
    out.message = std::move(message);
    return out;
}

} // namespace

void VolumeBinder::reserve(const VolumePlan& plan, const std::string& node) {
    for (const auto& [claim, volume] : plan.bind)
        cache_.volumes.reserveVolume(volume, claim);
    for (const std::string& claim : plan.provision)
        cache_.volumes.reserveNode(claim, node);
}

void VolumeBinder::release(const VolumePlan& plan) {
    for (const auto& [claim, volume] : plan.bind)
        cache_.volumes.release(claim);
    for (const std::string& claim : plan.provision)
        cache_.volumes.release(claim);
}

void VolumeBinder::write(const Uid& pod, const client::ResourceName& resource, const std::string& key,
                         const std::string& patch) {
    const auto [nameSpace, name] = split(key);
    cluster_.patch(resource, nameSpace, name, api::PatchType::Merge, patch, {},
                   [weak = std::weak_ptr(self_), pod,
                    number = waiting_.at(pod).number](const Result<client::Written>& answer) {
                       if (const auto self = weak.lock()) (*self)->written(pod, number, answer);
                   });
}

void VolumeBinder::bind(const Uid& pod, VolumePlan plan, std::string node, Duration limit, Done done) {
    Waiting& waiting = waiting_[pod];
    waiting = {std::move(plan), std::move(node), std::move(done), 0, std::make_unique<ScopedTimer>(),
               ++next_};
    waiting.writing = waiting.plan.bind.size() + waiting.plan.provision.size();
    waiting.limit->start(executor_, limit, [this, pod] {
        finish(pod, tl::unexpected(failure(Reason::Timeout, "binding volumes: context deadline exceeded")));
    });
    const VolumePlan written = waiting.plan;
    const std::string on = waiting.node;
    for (const auto& [claim, volume] : written.bind) {
        const ClaimInfo* known = cache_.volumes.claim(claim);
        core::ObjectReference reference;
        reference.set_kind("PersistentVolumeClaim");
        reference.set_apiversion("v1");
        reference.set_namespace_(split(claim).first);
        reference.set_name(split(claim).second);
        if (known != nullptr) reference.set_uid(known->object->uid().value());
        write(
            pod, api::kindOf<core::PersistentVolume>().name, volume,
            fmt::format(R"({{"metadata":{{"annotations":{{"pv.kubernetes.io/bound-by-controller":"yes"}}}},)"
                        R"("spec":{{"claimRef":{}}}}})",
                        api::encodeJson(reference)));
    }
    for (const std::string& claim : written.provision) {
        write(pod, api::kindOf<core::PersistentVolumeClaim>().name, claim,
              fmt::format(R"({{"metadata":{{"annotations":{{"volume.kubernetes.io/selected-node":"{}"}}}}}})",
                          on));
    }
}

void VolumeBinder::written(const Uid& pod, std::uint64_t number, const Result<client::Written>& answer) {
    const auto known = waiting_.find(pod);
    if (known == waiting_.end() || known->second.number != number) return;
    if (!answer) {
        finish(pod,
               tl::unexpected(failure(answer.error().reason, "binding volumes: " + answer.error().message)));
        return;
    }
    // The watch may be behind; what was just written is as good as seen.
    if (answer->object) cache_.volumes.put(answer->object);
    if (known->second.writing > 0) --known->second.writing;
    look(pod);
}

void VolumeBinder::look(const Uid& pod) {
    const auto known = waiting_.find(pod);
    if (known == waiting_.end() || known->second.writing > 0) return;
    const Waiting& waiting = known->second;
    bool all = true;
    for (const auto& [claim, volume] : waiting.plan.bind) {
        const ClaimInfo* info = cache_.volumes.claim(claim);
        all = all && info != nullptr && info->bound();
    }
    for (const std::string& claim : waiting.plan.provision) {
        const ClaimInfo* info = cache_.volumes.claim(claim);
        if (info == nullptr || (!info->bound() && info->selectedNode != waiting.node)) {
            finish(pod,
                   tl::unexpected(failure(
                       Reason::Conflict, fmt::format("binding volumes: provisioning of {} on {} was given up",
                                                     claim, waiting.node))));
            return;
        }
        all = all && info->bound();
    }
    if (all) finish(pod, {});
}

void VolumeBinder::claimsChanged() {
    if (waiting_.empty()) return;
    std::vector<Uid> pods;
    for (const auto& [pod, waiting] : waiting_)
        pods.push_back(pod);
    for (const Uid& pod : pods)
        look(pod);
}

void VolumeBinder::finish(const Uid& pod, Result<void> result) {
    const auto known = waiting_.find(pod);
    if (known == waiting_.end()) return;
    // A timer may be who calls: it must outlive its own task.
    executor_.post([keep = std::shared_ptr<ScopedTimer>(std::move(known->second.limit)),
                    done = std::move(known->second.done), result = std::move(result)] { done(result); });
    waiting_.erase(known);
}

} // namespace wheelhouse::scheduler
