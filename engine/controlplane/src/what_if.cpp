#include "what_if.h"

#include "engine/api/groups/decisions.h"
#include "engine/api/semantics.h"
#include "engine/api/types.h"
#include "engine/scheduler/decision_record.h"
#include "hidden_pods.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace wheelhouse::controlplane {

namespace core = api::core;
namespace lab = api::lab;
using Answer = std::function<void(Result<std::shared_ptr<google::protobuf::Message>>)>;

namespace {

constexpr const char* unnamed = "what-if";

void editTaints(const lab::NodeEdit& edit, core::Node& node) {
    auto& taints = *node.mutable_spec()->mutable_taints();
    const auto goes = [&edit](const core::Taint& taint) {
        const auto& without = edit.withouttaints();
        return std::find(without.begin(), without.end(), taint.key()) != without.end() ||
               std::any_of(edit.taints().begin(), edit.taints().end(), [&taint](const core::Taint& other) {
                   return other.key() == taint.key() && other.effect() == taint.effect();
               });
    };
    taints.erase(std::remove_if(taints.begin(), taints.end(), goes), taints.end());
    for (const core::Taint& taint : edit.taints())
        *taints.Add() = taint;
}

void applyEdit(const lab::NodeEdit& edit, core::Node& node) {
    auto& labels = *node.mutable_metadata()->mutable_labels();
    for (const std::string& key : edit.withoutlabels())
        labels.erase(key);
    for (const auto& [key, value] : edit.labels())
        labels[key] = value;
    editTaints(edit, node);
    if (edit.has_unschedulable()) node.mutable_spec()->set_unschedulable(edit.unschedulable());
    for (const auto& [name, amount] : edit.allocatable())
        (*node.mutable_status()->mutable_allocatable())[name] = amount;
}

scheduler::Supposition suppositionOf(const lab::WhatIfSpec& spec) {
    scheduler::Supposition out;
    out.withoutPods.assign(spec.withoutpods().begin(), spec.withoutpods().end());
    for (const lab::NodeEdit& edit : spec.nodes())
        out.nodes.push_back(
            {edit.name(), edit.remove(), edit.copyof(), [edit](core::Node& node) { applyEdit(edit, node); }});
    return out;
}

/// The pod asked about as it would be created. Its problems go to `causes`.
core::Pod podOf(const lab::WhatIfSpec& spec, const std::string& nameSpace, std::vector<Cause>& causes) {
    core::Pod pod;
    *pod.mutable_metadata() = spec.pod().metadata();
    *pod.mutable_spec() = spec.pod().spec();
    pod.mutable_metadata()->set_namespace_(nameSpace);
    if (pod.metadata().name().empty()) pod.mutable_metadata()->set_name(unnamed);
    pod.mutable_metadata()->set_uid(unnamed);
    api::applyDefaults(pod);
    for (Cause cause : api::validateCreate(pod)) {
        cause.field = "spec.pod." + cause.field;
        causes.push_back(std::move(cause));
    }
    return pod;
}

std::vector<Cause> problemsOf(const lab::WhatIfSpec& spec) {
    std::vector<Cause> out;
    if (spec.has_pod() == !spec.podname().empty())
        out.push_back(
            {"FieldValueInvalid", "Invalid value: exactly one of pod and podName must be set", "spec"});
    for (int i = 0; i < spec.nodes_size(); ++i) {
        const std::string at = fmt::format("spec.nodes[{}]", i);
        if (spec.nodes(i).name().empty())
            out.push_back({"FieldValueRequired", "Required value", at + ".name"});
        if (spec.nodes(i).remove() && !spec.nodes(i).copyof().empty())
            out.push_back(
                {"FieldValueForbidden", "Forbidden: a node that is not there is no copy", at + ".copyOf"});
    }
    for (int i = 0; i < spec.withoutpods_size(); ++i)
        if (spec.withoutpods(i).find('/') == std::string::npos)
            out.push_back({"FieldValueInvalid",
                           fmt::format("Invalid value: \"{}\": must be namespace/name", spec.withoutpods(i)),
                           fmt::format("spec.withoutPods[{}]", i)});
    return out;
}

/// Nothing = now.
std::optional<Revision> revisionOf(const std::string& text, std::vector<Cause>& causes) {
    if (text.empty()) return std::nullopt;
    Revision revision = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
    if (error == std::errc() && end == text.data() + text.size() && revision > 0) return revision;
    causes.push_back({"FieldValueInvalid", fmt::format("Invalid value: \"{}\": must be a revision", text),
                      "spec.resourceVersion"});
    return std::nullopt;
}

/// Who may not know of pods may not ask how it would be without them either.
Result<void> mayAsk(const apiserver::Question& question, const lab::WhatIfSpec& spec) {
    if (!question.reader) return {};
    for (const std::string& pod : spec.withoutpods()) {
        const std::string nameSpace = pod.substr(0, pod.find('/'));
        if (!question.reader->mayListPods(nameSpace))
            return fail(
                Reason::Forbidden,
                fmt::format(
                    "pods is forbidden: User \"{}\" cannot list resource \"pods\" in API group \"\" in "
                    "the namespace \"{}\"",
                    question.user.name, nameSpace));
    }
    return {};
}

std::shared_ptr<google::protobuf::Message> answered(lab::WhatIf question,
                                                    const scheduler::Foresight& foresight,
                                                    const std::string& nameSpace,
                                                    const apiserver::Reader* reader) {
    lab::WhatIfStatus& status = *question.mutable_status();
    status.Clear();
    if (foresight.revision > 0) status.set_resourceversion(std::to_string(foresight.revision));
    const scheduler::SchedulingDecision& decision = foresight.decisions.front();
    status.set_fits(!decision.chosen.empty());
    *status.mutable_attempt() = scheduler::recordOf(
        decision, question.spec().matrix() ? scheduler::Detail::Matrix : scheduler::Detail::Telling);
    if (reader != nullptr) hidePods(*status.mutable_attempt(), nameSpace, *reader);
    return std::make_shared<lab::WhatIf>(std::move(question));
}

} // namespace

void answerWhatIf(scheduler::Scheduler& scheduler, apiserver::Question question, Answer answer) {
    auto& asked = static_cast<lab::WhatIf&>(*question.message);
    const lab::WhatIfSpec& spec = asked.spec();
    std::vector<Cause> causes = problemsOf(spec);
    const std::optional<Revision> at = revisionOf(spec.resourceversion(), causes);
    std::vector<api::ObjectPtr> pods;
    std::vector<std::string> podKeys;
    if (spec.has_pod()) pods.push_back(api::Object::of(podOf(spec, question.nameSpace, causes)));
    if (!causes.empty()) return answer(fail(api::invalid(api::kindOf<lab::WhatIf>(), "", std::move(causes))));
    if (auto allowed = mayAsk(question, spec); !allowed) return answer(fail(allowed.error()));
    scheduler::Supposition supposition = suppositionOf(spec);
    supposition.newPods = spec.has_pod();
    if (!spec.has_pod()) {
        podKeys.push_back(question.nameSpace + "/" + spec.podname());
        supposition.withoutPods.push_back(podKeys.back());
    }
    if (at)
        return scheduler.whatIf(*at, std::move(supposition), std::move(pods), std::move(podKeys),
                                [asked, nameSpace = question.nameSpace, reader = question.reader,
                                 answer = std::move(answer)](const Result<scheduler::Foresight>& seen) {
                                    if (!seen) return answer(fail(seen.error()));
                                    answer(answered(asked, *seen, nameSpace, reader.get()));
                                });
    for (const std::string& key : podKeys)
        if (const api::ObjectPtr pod = scheduler.pod(key)) pods.push_back(pod);
    const auto seen = scheduler.whatIf(supposition, pods);
    if (!seen) return answer(fail(seen.error()));
    answer(answered(std::move(asked), *seen, question.nameSpace, question.reader.get()));
}

} // namespace wheelhouse::controlplane
