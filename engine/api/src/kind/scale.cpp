#include "engine/api/scale.h"

#include "engine/api/groups/custom.h"
#include "engine/api/selector.h"
#include "engine/api/types.h"

namespace wheelhouse::api {

using google::protobuf::Message;

namespace {

const Message* part(const Message& object, const char* name) {
    const auto* field = object.GetDescriptor()->FindFieldByName(name);
    return field ? &object.GetReflection()->GetMessage(object, field) : nullptr;
}

int replicasOf(const Message* part) {
    if (!part) return 0;
    const auto* field = part->GetDescriptor()->FindFieldByName("replicas");
    return field ? part->GetReflection()->GetInt32(*part, field) : 0;
}

/// The pods a workload counts as its own, in the query form.
std::string selectorText(const Message& object) {
    if (object.GetDescriptor() == core::ReplicationController::descriptor()) {
        const auto& labels = static_cast<const core::ReplicationController&>(object).spec().selector();
        return LabelSelector::equalTo({labels.begin(), labels.end()}).toString();
    }
    const Message* spec = part(object, "spec");
    const Message* selector = spec ? part(*spec, "selector") : nullptr;
    if (!selector || selector->GetDescriptor() != meta::LabelSelector::descriptor()) return {};
    auto parsed = LabelSelector::from(static_cast<const meta::LabelSelector&>(*selector));
    return parsed ? parsed->toString() : std::string();
}

} // namespace

Result<custom::ScaleNumbers> scaleNumbersOf(const Kind& kind, const Message& object) {
    if (customOf(kind)) return custom::scaleOf(kind, static_cast<const CustomObject&>(object));
    custom::ScaleNumbers numbers;
    numbers.wanted = replicasOf(part(object, "spec"));
    numbers.actual = replicasOf(part(object, "status"));
    numbers.selector = selectorText(object);
    return numbers;
}

} // namespace wheelhouse::api
