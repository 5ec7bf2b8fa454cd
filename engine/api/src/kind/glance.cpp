#include "engine/api/glance.h"

#include "engine/api/time.h"
#include "engine/api/types.h"
#include "engine/api/wire_fields.h"

#include <algorithm>

namespace wheelhouse::api {
namespace {

using meta::ObjectMeta;

/// A message field of the object itself.
std::string_view partOf(const Object& object, int number) {
    WireFields fields(object.bytes());
    while (fields.next())
        if (fields.number() == number) return fields.bytes();
    return {};
}

std::string_view metadataIn(const Object& object) {
    return partOf(object, core::Pod::kMetadataFieldNumber); // of every kind
}

WallTime timeIn(std::string_view bytes) {
    meta::Time time;
    WireFields fields(bytes);
    while (fields.next())
        if (fields.number() == meta::Time::kSecondsFieldNumber)
            time.set_seconds(static_cast<std::int64_t>(fields.value()));
    return fromTime(time);
}

bool becomesClaim(std::string_view volume) {
    WireFields fields(volume);
    while (fields.next()) {
        if (fields.number() != core::Volume::kVolumeSourceFieldNumber) continue;
        WireFields source(fields.bytes());
        while (source.next())
            if (source.number() == core::VolumeSource::kPersistentVolumeClaimFieldNumber ||
                source.number() == core::VolumeSource::kEphemeralFieldNumber)
                return true;
    }
    return false;
}

void readSpec(std::string_view spec, PodFacts& facts) {
    WireFields fields(spec);
    while (fields.next()) {
        switch (fields.number()) {
        case core::PodSpec::kNodeNameFieldNumber:
            facts.node = fields.bytes();
            break;
        case core::PodSpec::kHostnameFieldNumber:
            facts.hostname = fields.bytes();
            break;
        case core::PodSpec::kSubdomainFieldNumber:
            facts.subdomain = fields.bytes();
            break;
        case core::PodSpec::kTolerationsFieldNumber:
            ++facts.tolerations;
            break;
        default:
            break;
        }
    }
}

void readCondition(std::string_view condition, PodFacts& facts) {
    std::string_view type;
    std::string_view status;
    std::string_view reason;
    std::optional<std::string_view> since;
    WireFields fields(condition);
    while (fields.next()) {
        switch (fields.number()) {
        case core::PodCondition::kTypeFieldNumber:
            type = fields.bytes();
            break;
        case core::PodCondition::kStatusFieldNumber:
            status = fields.bytes();
            break;
        case core::PodCondition::kReasonFieldNumber:
            reason = fields.bytes();
            break;
        case core::PodCondition::kLastTransitionTimeFieldNumber:
            since = fields.bytes();
            break;
        default:
            break;
        }
    }
    if (type == "Ready") {
        facts.ready = status == "True";
        if (since) facts.turned = timeIn(*since);
    } else if (type == "PodScheduled") {
        facts.unschedulable = status == "False" && reason == "Unschedulable";
    }
}

void readStatus(std::string_view status, PodFacts& facts) {
    WireFields fields(status);
    while (fields.next()) {
        switch (fields.number()) {
        case core::PodStatus::kPhaseFieldNumber:
            facts.phase = fields.bytes();
            break;
        case core::PodStatus::kPodIPFieldNumber:
            facts.ip = fields.bytes();
            break;
        case core::PodStatus::kConditionsFieldNumber:
            readCondition(fields.bytes(), facts);
            break;
        case core::PodStatus::kContainerStatusesFieldNumber: {
            WireFields container(fields.bytes());
            while (container.next())
                if (container.number() == core::ContainerStatus::kRestartCountFieldNumber)
                    facts.restarts = std::max(facts.restarts, static_cast<std::int64_t>(container.value()));
            break;
        }
        default:
            break;
        }
    }
}

} // namespace

std::vector<std::string_view> ownerReferences(const Object& object) {
    std::vector<std::string_view> references;
    WireFields fields(metadataIn(object));
    while (fields.next())
        if (fields.number() == ObjectMeta::kOwnerReferencesFieldNumber) references.push_back(fields.bytes());
    return references;
}

std::vector<std::string_view> ownerUids(const Object& object) {
    std::vector<std::string_view> uids = ownerReferences(object);
    for (std::string_view& each : uids) {
        WireFields reference(each);
        each = {};
        while (reference.next())
            if (reference.number() == meta::OwnerReference::kUidFieldNumber) each = reference.bytes();
    }
    return uids;
}

std::string_view annotationOf(const Object& object, std::string_view key) {
    WireFields fields(metadataIn(object));
    while (fields.next()) {
        if (fields.number() != ObjectMeta::kAnnotationsFieldNumber) continue;
        std::string_view found;
        std::string_view value;
        WireFields entry(fields.bytes());
        while (entry.next())
            (entry.number() == 1 ? found : value) = entry.bytes();
        if (found == key) return value;
    }
    return {};
}

WallTime lastHappened(const Object& event) {
    using core::Event;
    WallTime last{};
    const auto consider = [&last](std::string_view time) { last = std::max(last, timeIn(time)); };
    WireFields fields(event.bytes());
    while (fields.next()) {
        switch (fields.number()) {
        case Event::kMetadataFieldNumber: {
            WireFields metadata(fields.bytes());
            while (metadata.next())
                if (metadata.number() == ObjectMeta::kCreationTimestampFieldNumber)
                    consider(metadata.bytes());
            break;
        }
        case Event::kFirstTimestampFieldNumber:
        case Event::kLastTimestampFieldNumber:
        case Event::kEventTimeFieldNumber:
            consider(fields.bytes());
            break;
        case Event::kSeriesFieldNumber: {
            WireFields series(fields.bytes());
            while (series.next())
                if (series.number() == core::EventSeries::kLastObservedTimeFieldNumber)
                    consider(series.bytes());
            break;
        }
        default:
            break;
        }
    }
    return last;
}

std::string_view nodeOfPod(const Object& pod) {
    WireFields fields(partOf(pod, core::Pod::kSpecFieldNumber));
    while (fields.next())
        if (fields.number() == core::PodSpec::kNodeNameFieldNumber) return fields.bytes();
    return {};
}

bool usesClaims(const Object& pod) {
    WireFields fields(partOf(pod, core::Pod::kSpecFieldNumber));
    while (fields.next())
        if (fields.number() == core::PodSpec::kVolumesFieldNumber && becomesClaim(fields.bytes()))
            return true;
    return false;
}

PodFacts::PodFacts(const Object& pod) : deleting(pod.deleting()) {
    WH_ASSERT(pod.kind().descriptor == core::Pod::descriptor(), "facts of a pod asked of something else");
    WireFields fields(pod.bytes());
    while (fields.next()) {
        if (fields.number() == core::Pod::kMetadataFieldNumber) {
            WireFields metadata(fields.bytes());
            while (metadata.next())
                if (metadata.number() == ObjectMeta::kCreationTimestampFieldNumber)
                    created = timeIn(metadata.bytes());
        } else if (fields.number() == core::Pod::kSpecFieldNumber) {
            readSpec(fields.bytes(), *this);
        } else if (fields.number() == core::Pod::kStatusFieldNumber) {
            readStatus(fields.bytes(), *this);
        }
    }
}

} // namespace wheelhouse::api
