#include "decisions.h"

#include "engine/api/groups/decisions.h"
#include "engine/api/types.h"
#include "engine/scheduler/decision_record.h"
#include "hidden_pods.h"
#include "what_if.h"

namespace wheelhouse::controlplane {

namespace lab = api::lab;
using scheduler::Detail;

Decisions::Decisions(apiserver::ApiServer& api, scheduler::Scheduler& scheduler)
    : scheduler_(scheduler), serving_(api.serve(api::kindOf<lab::SchedulingDecision>(), *this)),
      answering_(api.answer(api::kindOf<lab::WhatIf>(), [this](apiserver::Question question, auto answer) {
          answerWhatIf(scheduler_, std::move(question), std::move(answer));
      })) {
    scheduler_.onDecision([this](const std::string& pod) { serving_->changed(pod); });
}

Decisions::~Decisions() {
    scheduler_.onDecision(nullptr);
}

std::unique_ptr<google::protobuf::Message>
Decisions::object(const std::string& nameSpace, const std::string& name, const std::string& subresource) {
    const api::ObjectPtr pod = scheduler_.pod(nameSpace + "/" + name);
    const auto* decisions = pod ? scheduler_.decisions(pod->uid()) : nullptr;
    if (decisions == nullptr || decisions->empty()) return nullptr;
    auto out = std::make_unique<lab::SchedulingDecision>();
    auto& metadata = *out->mutable_metadata();
    const auto of = pod->as<api::core::Pod>();
    metadata.set_name(name);
    metadata.set_namespace_(nameSpace);
    metadata.set_uid(pod->uid().value());
    *metadata.mutable_labels() = of.metadata().labels();
    *metadata.mutable_creationtimestamp() = of.metadata().creationtimestamp();
    if (!subresource.empty()) {
        *out->add_attempts() = recordOf(decisions->back(), Detail::Matrix);
        return out;
    }
    for (auto each = decisions->rbegin(); each != decisions->rend(); ++each)
        *out->add_attempts() = recordOf(*each, Detail::Telling);
    return out;
}

void Decisions::veil(google::protobuf::Message& object, const apiserver::Reader& reader) const {
    auto& decision = static_cast<lab::SchedulingDecision&>(object);
    for (lab::SchedulingAttempt& attempt : *decision.mutable_attempts())
        hidePods(attempt, decision.metadata().namespace_(), reader);
}

std::vector<std::string> Decisions::keys(const std::string& nameSpace) {
    return scheduler_.decidedPods(nameSpace);
}

} // namespace wheelhouse::controlplane
