#include "semantics/event_rules.h"

#include "semantics/kind_rules.h"
#include "semantics/rules.h"

namespace wheelhouse::api::semantics {
namespace {

const Path metadata("metadata");
constexpr std::size_t nameLimit = 128;
constexpr std::size_t noteLimit = 1024;

bool isNew(const core::Event& event) {
    return event.has_eventtime();
}

/// Events about cluster-scoped objects live in "default".
void validateAbout(const core::Event& event, Problems& problems) {
    const std::string& about = event.involvedobject().namespace_();
    const std::string& in = event.metadata().namespace_();
    const bool fits = !about.empty() ? isNew(event) || about == in
                      : isNew(event) ? in == "default" || in == "kube-system"
                                     : in == "default" || in.empty();
    if (!fits)
        problems.invalid(Path("involvedObject").child("namespace"), about, "does not match event.namespace");
}

void validateWord(const std::string& text, const char* field, Problems& problems) {
    if (text.empty()) problems.required(Path(field));
    if (text.size() > nameLimit) problems.invalid(Path(field), "", "can have at most 128 characters");
}

void validateSeries(const core::Event& event, Problems& problems) {
    if (!event.has_series()) return;
    const Path series("series");
    if (event.series().count() < 2) problems.invalid(series.child("count"), "", "should be at least 2");
    if (!event.series().has_lastobservedtime()) problems.required(series.child("lastObservedTime"));
}

void requireUnset(bool set, const char* field, Problems& problems) {
    if (set) problems.invalid(Path(field), "", "needs to be unset");
}

} // namespace

void validate(const core::Event& event, Problems& problems) {
    validateMeta(event.metadata(), true, dnsSubdomain, metadata, problems);
    validateAbout(event, problems);
    if (!isNew(event)) return;
    const Path reporter("reportingComponent");
    if (event.reportingcomponent().empty()) problems.required(reporter);
    problems.invalid(reporter, event.reportingcomponent(), qualifiedName(event.reportingcomponent()));
    validateWord(event.reportinginstance(), "reportingInstance", problems);
    validateWord(event.action(), "action", problems);
    validateWord(event.reason(), "reason", problems);
    if (event.message().size() > noteLimit)
        problems.invalid(Path("message"), "", "can have at most 1024 characters");
}

void validateChange(const core::Event& event, const core::Event& old, Problems& problems) {
    validateMetaUpdate(event.metadata(), old.metadata(), metadata, problems);
}

void validateStrictly(const core::Event& event, Problems& problems) {
    validateSeries(event, problems);
    if (!isNew(event)) problems.required(Path("eventTime"));
    if (event.type() != "Normal" && event.type() != "Warning")
        problems.invalid(Path("type"), "", "has invalid value: " + event.type());
    requireUnset(event.has_firsttimestamp(), "firstTimestamp", problems);
    requireUnset(event.has_lasttimestamp(), "lastTimestamp", problems);
    requireUnset(event.count() != 0, "count", problems);
    const auto& source = event.source();
    requireUnset(!source.component().empty() || !source.host().empty(), "source", problems);
}

void validateChangeStrictly(const core::Event& event, const core::Event& old, Problems& problems) {
    if (!sameMessage(event.series(), old.series()) || event.has_series() != old.has_series())
        validateSeries(event, problems);
    const auto value = [&](const auto& now, const auto& before, const char* field) {
        requireSameValue(now, before, Path(field), problems);
    };
    const auto message = [&](const auto& now, const auto& before, const char* field) {
        requireSame(now, before, Path(field), problems);
    };
    message(event.involvedobject(), old.involvedobject(), "involvedObject");
    value(event.reason(), old.reason(), "reason");
    value(event.message(), old.message(), "message");
    message(event.source(), old.source(), "source");
    message(event.firsttimestamp(), old.firsttimestamp(), "firstTimestamp");
    message(event.lasttimestamp(), old.lasttimestamp(), "lastTimestamp");
    value(event.count(), old.count(), "count");
    value(event.type(), old.type(), "type");
    message(event.eventtime(), old.eventtime(), "eventTime");
    value(event.action(), old.action(), "action");
    message(event.related(), old.related(), "related");
    value(event.reportingcomponent(), old.reportingcomponent(), "reportingController");
    value(event.reportinginstance(), old.reportinginstance(), "reportingInstance");
}

} // namespace wheelhouse::api::semantics
