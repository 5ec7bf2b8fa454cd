#include "deployment_math.h"

#include "engine/api/time.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/message_differencer.h>

namespace wheelhouse::controllers {

namespace apps = api::apps;
namespace core = api::core;
namespace meta = api::meta;

namespace {

core::PodTemplateSpec withoutHash(const core::PodTemplateSpec& podTemplate) {
    core::PodTemplateSpec copy = podTemplate;
    copy.mutable_metadata()->mutable_labels()->erase(hashLabel);
    return copy;
}

/// What one ReplicaSet's size becomes when all grow or shrink alike.
int proportionalChange(const apps::Deployment& deployment, const apps::ReplicaSet& set) {
    if (deployment.spec().replicas() == 0) return -set.spec().replicas();
    std::int64_t before = annotatedNumber(set.metadata(), annotation::maxReplicas);
    // A set without the annotation was made before this deployment scaled anything.
    if (before <= 0) before = deployment.status().replicas();
    if (before <= 0) return 0;
    const double most = deployment.spec().replicas() + fenceOf(deployment).surge;
    return static_cast<int>(std::lround(set.spec().replicas() * most / static_cast<double>(before))) -
           set.spec().replicas();
}

} // namespace

int resolve(const api::intstr::IntOrString& value, int of, bool up) {
    if (value.type() == 0) return value.intval();
    const std::string& text = value.strval();
    int percent = 0;
    std::from_chars(text.data(), text.data() + text.size(), percent);
    const std::int64_t hundredths = std::int64_t{percent} * of;
    return static_cast<int>(up ? (hundredths + 99) / 100 : hundredths / 100);
}

bool isRolling(const apps::Deployment& deployment) {
    return deployment.spec().strategy().type() != "Recreate";
}

Fence fenceOf(const apps::Deployment& deployment) {
    if (!isRolling(deployment)) return {};
    const int replicas = deployment.spec().replicas();
    const auto& rolling = deployment.spec().strategy().rollingupdate();
    api::intstr::IntOrString quarter;
    quarter.set_type(1);
    quarter.set_strval("25%");
    Fence fence;
    fence.surge = resolve(rolling.has_maxsurge() ? rolling.maxsurge() : quarter, replicas, true);
    fence.unavailable =
        resolve(rolling.has_maxunavailable() ? rolling.maxunavailable() : quarter, replicas, false);
    // Both zero would never get anywhere.
    if (fence.surge == 0 && fence.unavailable == 0) fence.unavailable = 1;
    fence.unavailable = std::min(fence.unavailable, replicas);
    return fence;
}

bool sameTemplate(const core::PodTemplateSpec& a, const core::PodTemplateSpec& b) {
    return google::protobuf::util::MessageDifferencer::Equals(withoutHash(a), withoutHash(b));
}

std::string shortHash(std::string bytes, int collisions) {
    if (collisions > 0) bytes += "#" + std::to_string(collisions);
    std::uint32_t hash = 2166136261U;
    for (const char c : bytes)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    // No vowels and no look-alikes, as in every name Kubernetes makes up.
    static constexpr char alphabet[] = "bcdfghjklmnpqrstvwxz2456789";
    std::string text;
    for (const char digit : std::to_string(hash))
        text += alphabet[static_cast<unsigned char>(digit) % (sizeof alphabet - 1)];
    return text;
}

std::string templateHash(const core::PodTemplateSpec& podTemplate, int collisions) {
    std::string bytes;
    {
        google::protobuf::io::StringOutputStream stream(&bytes);
        google::protobuf::io::CodedOutputStream coded(&stream);
        coded.SetSerializationDeterministic(true);
        withoutHash(podTemplate).SerializeToCodedStream(&coded);
    }
    return shortHash(std::move(bytes), collisions);
}

std::int64_t annotatedNumber(const meta::ObjectMeta& metadata, const char* name) {
    const auto found = metadata.annotations().find(name);
    if (found == metadata.annotations().end()) return -1;
    std::int64_t number = -1;
    const std::string& text = found->second;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return parsed.ec == std::errc() ? number : -1;
}

std::int64_t revisionOf(const meta::ObjectMeta& metadata) {
    return std::max<std::int64_t>(annotatedNumber(metadata, annotation::revision), 0);
}

const apps::ReplicaSet* setOfRevision(const Sets& sets, std::int64_t revision) {
    const apps::ReplicaSet* newest = nullptr;
    const apps::ReplicaSet* before = nullptr;
    for (const auto& set : sets) {
        const std::int64_t number = revisionOf(set.metadata());
        if (revision > 0 && number == revision) return &set;
        if (!newest || number > revisionOf(newest->metadata())) {
            before = newest;
            newest = &set;
        } else if (!before || number > revisionOf(before->metadata())) {
            before = &set;
        }
    }
    return revision == 0 ? before : nullptr;
}

int totalReplicas(const Sets& sets) {
    int total = 0;
    for (const auto& set : sets)
        total += set.spec().replicas();
    return total;
}

int totalAvailable(const Sets& sets) {
    int total = 0;
    for (const auto& set : sets)
        total += set.status().availablereplicas();
    return total;
}

void sortByAge(Sets& sets) {
    std::sort(sets.begin(), sets.end(), [](const apps::ReplicaSet& a, const apps::ReplicaSet& b) {
        const auto& x = a.metadata();
        const auto& y = b.metadata();
        if (x.creationtimestamp().seconds() != y.creationtimestamp().seconds())
            return x.creationtimestamp().seconds() < y.creationtimestamp().seconds();
        return x.name() < y.name();
    });
}

int newSetSize(const apps::Deployment& deployment, int fresh, int total) {
    const int replicas = deployment.spec().replicas();
    if (!isRolling(deployment)) return replicas;
    const int room = replicas + fenceOf(deployment).surge - total;
    if (room <= 0) return fresh;
    return fresh + std::min(room, replicas - fresh);
}

std::map<std::string, int> scaleInProportion(const apps::Deployment& deployment, Sets active) {
    const int replicas = deployment.spec().replicas();
    const int allowed = replicas > 0 ? replicas + fenceOf(deployment).surge : 0;
    const int toAdd = allowed - totalReplicas(active);
    sortByAge(active);
    // Largest first; among equals the newer one gains first and the older one loses first.
    if (toAdd > 0) std::reverse(active.begin(), active.end());
    std::stable_sort(active.begin(), active.end(), [](const apps::ReplicaSet& a, const apps::ReplicaSet& b) {
        return a.spec().replicas() > b.spec().replicas();
    });
    std::map<std::string, int> sizes;
    int added = 0;
    for (const auto& set : active) {
        int change = 0;
        if (toAdd != 0 && toAdd != added && set.spec().replicas() != 0) {
            const int share = proportionalChange(deployment, set);
            change = toAdd > 0 ? std::min(share, toAdd - added) : std::max(share, toAdd - added);
        }
        sizes[set.metadata().name()] = set.spec().replicas() + change;
        added += change;
    }
    if (!active.empty()) {
        int& first = sizes[active.front().metadata().name()];
        first = std::max(0, first + toAdd - added);
    }
    return sizes;
}

std::map<std::string, int> shrinkOld(const apps::Deployment& deployment, const apps::ReplicaSet& fresh,
                                     Sets old) {
    std::map<std::string, int> sizes;
    const int least = deployment.spec().replicas() - fenceOf(deployment).unavailable;
    const int total = totalReplicas(old) + fresh.spec().replicas();
    const int freshMissing = fresh.spec().replicas() - fresh.status().availablereplicas();
    int budget = total - least - freshMissing;
    if (budget <= 0) return sizes;
    sortByAge(old);
    // Pods that serve nobody go first, in whichever set they are.
    for (auto& set : old) {
        const int broken = set.spec().replicas() - set.status().availablereplicas();
        const int cut = std::min(budget, broken);
        if (cut <= 0) continue;
        budget -= cut;
        sizes[set.metadata().name()] = set.spec().replicas() - cut;
        set.mutable_spec()->set_replicas(set.spec().replicas() - cut);
    }
    int spare = totalAvailable(old) + fresh.status().availablereplicas() - least;
    for (const auto& set : old) {
        const int cut = std::min(spare, set.spec().replicas());
        if (cut <= 0) continue;
        spare -= cut;
        sizes[set.metadata().name()] = set.spec().replicas() - cut;
    }
    return sizes;
}

} // namespace wheelhouse::controllers
