#include "engine/api/alias.h"

#include "engine/api/types.h"
#include "engine/base/assert.h"
#include "kind/autoscaler_versions.h"

#include <array>

namespace wheelhouse::api {
namespace {

using google::protobuf::Message;

core::Event stored(const events::Event& from) {
    core::Event to;
    if (from.has_metadata()) *to.mutable_metadata() = from.metadata();
    if (from.has_regarding()) *to.mutable_involvedobject() = from.regarding();
    if (from.has_related()) *to.mutable_related() = from.related();
    if (from.has_eventtime()) *to.mutable_eventtime() = from.eventtime();
    if (from.has_series()) {
        to.mutable_series()->set_count(from.series().count());
        *to.mutable_series()->mutable_lastobservedtime() = from.series().lastobservedtime();
    }
    if (from.has_deprecatedsource()) *to.mutable_source() = from.deprecatedsource();
    if (from.has_deprecatedfirsttimestamp()) *to.mutable_firsttimestamp() = from.deprecatedfirsttimestamp();
    if (from.has_deprecatedlasttimestamp()) *to.mutable_lasttimestamp() = from.deprecatedlasttimestamp();
    if (from.deprecatedcount() != 0) to.set_count(from.deprecatedcount());
    const auto copy = [](const std::string& text, std::string* (core::Event::*field)(), core::Event& event) {
        if (!text.empty()) *(event.*field)() = text;
    };
    copy(from.reportingcontroller(), &core::Event::mutable_reportingcomponent, to);
    copy(from.reportinginstance(), &core::Event::mutable_reportinginstance, to);
    copy(from.action(), &core::Event::mutable_action, to);
    copy(from.reason(), &core::Event::mutable_reason, to);
    copy(from.note(), &core::Event::mutable_message, to);
    copy(from.type(), &core::Event::mutable_type, to);
    return to;
}

events::Event shown(const core::Event& from) {
    events::Event to;
    if (from.has_metadata()) *to.mutable_metadata() = from.metadata();
    if (from.has_involvedobject()) *to.mutable_regarding() = from.involvedobject();
    if (from.has_related()) *to.mutable_related() = from.related();
    if (from.has_eventtime()) *to.mutable_eventtime() = from.eventtime();
    if (from.has_series()) {
        to.mutable_series()->set_count(from.series().count());
        *to.mutable_series()->mutable_lastobservedtime() = from.series().lastobservedtime();
    }
    if (from.has_source()) *to.mutable_deprecatedsource() = from.source();
    if (from.has_firsttimestamp()) *to.mutable_deprecatedfirsttimestamp() = from.firsttimestamp();
    if (from.has_lasttimestamp()) *to.mutable_deprecatedlasttimestamp() = from.lasttimestamp();
    if (from.count() != 0) to.set_deprecatedcount(from.count());
    const auto copy = [](const std::string& text, std::string* (events::Event::*field)(),
                         events::Event& event) {
        if (!text.empty()) *(event.*field)() = text;
    };
    copy(from.reportingcomponent(), &events::Event::mutable_reportingcontroller, to);
    copy(from.reportinginstance(), &events::Event::mutable_reportinginstance, to);
    copy(from.action(), &events::Event::mutable_action, to);
    copy(from.reason(), &events::Event::mutable_reason, to);
    copy(from.message(), &events::Event::mutable_note, to);
    copy(from.type(), &events::Event::mutable_type, to);
    return to;
}

} // namespace

bool isAlias(const Kind& kind) {
    return kind.storedAs != nullptr && kind.storedAs->descriptor != kind.descriptor;
}

std::unique_ptr<Message> toStored(const Kind& alias, const Message& message) {
    if (alias.descriptor == events::Event::descriptor())
        return std::make_unique<core::Event>(stored(static_cast<const events::Event&>(message)));
    if (alias.descriptor == autoscaling::HorizontalPodAutoscaler::descriptor())
        return toNewAutoscaler(static_cast<const autoscaling::HorizontalPodAutoscaler&>(message));
    WH_ASSERT(false, "a kind stored as another that nobody translates");
    return nullptr;
}

std::unique_ptr<Message> fromStored(const Kind& alias, const Message& message) {
    if (alias.descriptor == events::Event::descriptor())
        return std::make_unique<events::Event>(shown(static_cast<const core::Event&>(message)));
    if (alias.descriptor == autoscaling::HorizontalPodAutoscaler::descriptor())
        return toOldAutoscaler(message);
    WH_ASSERT(false, "a kind stored as another that nobody translates");
    return nullptr;
}

std::string storedField(const Kind& alias, std::string_view field) {
    if (alias.descriptor != events::Event::descriptor()) return std::string(field);
    constexpr std::string_view about = "regarding.";
    if (field.starts_with(about)) return "involvedObject." + std::string(field.substr(about.size()));
    if (field == "reportingController") return "reportingComponent";
    return std::string(field);
}

} // namespace wheelhouse::api
