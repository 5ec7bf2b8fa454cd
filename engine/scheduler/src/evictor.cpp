#include "evictor.h"

#include "engine/api/codec.h"
#include "engine/api/time.h"

#include <fmt/format.h>

namespace wheelhouse::scheduler {

namespace core = api::core;

namespace {

std::string patchFor(const PodInfo& victim, const PodInfo& preemptor, WallTime now) {
    core::PodCondition condition;
    condition.set_type("DisruptionTarget");
    condition.set_status("True");
    condition.set_reason("PreemptionByScheduler");
    condition.set_message(preemptor.shape->schedulerName +
                          ": preempting to accommodate a higher priority pod");
    *condition.mutable_lasttransitiontime() = api::toTime(now);
    return fmt::format(R"({{"metadata":{{"uid":"{}"}},"status":{{"conditions":[{}]}}}})", victim.uid.value(),
                       api::encodeJson(condition));
}

bool isGone(const Result<client::Written>& answer) {
    return !answer &&
           (answer.error().reason == Reason::NotFound || answer.error().reason == Reason::Conflict);
}

} // namespace

void Evictor::evict(const PodInfoPtr& preemptor, const Victims& victims, const std::string& node) {
    std::vector<PodInfoPtr> staying;
    for (const PodInfoPtr& victim : victims.pods) {
        if (!victim->deleting) staying.push_back(victim);
    }
    if (staying.empty()) return;
    clearing_.insert(preemptor->uid);
    tasks_.run(clear(preemptor, std::move(staying), node), [this, uid = preemptor->uid](Result<void> result) {
        clearing_.erase(uid);
        listener_.finished(uid, !result);
    });
}

client::Step Evictor::clear(PodInfoPtr preemptor, std::vector<PodInfoPtr> victims, std::string node) {
    const client::ResourceName& pods = api::kindOf<core::Pod>().name;
    const WallTime now = executor_.clock().wallNow();
    std::vector<client::Calls<client::Written>::Start> telling;
    for (const PodInfoPtr& victim : victims) {
        telling.emplace_back([this, &pods, victim, patch = patchFor(*victim, *preemptor, now)](
                                 client::Callback<client::Written> done) {
            client::WriteOptions write;
            write.subresource = "status";
            cluster_.patch(pods, victim->nameSpace(), victim->name(), api::PatchType::Strategic, patch, write,
                           std::move(done));
        });
    }
    const auto told = co_await client::Calls<client::Written>(std::move(telling));
    std::vector<client::Calls<client::Written>::Start> removing;
    std::vector<PodInfoPtr> going;
    Result<void> result;
    for (std::size_t i = 0; i < victims.size(); ++i) {
        if (isGone(told[i])) continue;
        if (!told[i]) {
            result = tl::unexpected(told[i].error());
            continue;
        }
        going.push_back(victims[i]);
        removing.emplace_back([this, &pods, victim = victims[i]](client::Callback<client::Written> done) {
            client::DeleteOptions options;
            options.uid = victim->uid;
            cluster_.remove(pods, victim->nameSpace(), victim->name(), options, std::move(done));
        });
    }
    const auto removed = co_await client::Calls<client::Written>(std::move(removing));
    for (std::size_t i = 0; i < going.size(); ++i) {
        if (removed[i]) {
            listener_.evicted(*going[i], *preemptor, node);
        } else if (!isGone(removed[i])) {
            result = tl::unexpected(removed[i].error());
        }
    }
    co_return result;
}

} // namespace wheelhouse::scheduler
