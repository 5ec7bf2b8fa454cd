#include "../volume_plan.h"
#include "plugins.h"

#include <algorithm>
#include <map>
#include <set>

namespace wheelhouse::scheduler {

namespace {

constexpr Events volumeEvents = events::nodeAdded | events::nodeLabels | events::claims | events::podRemoved;

class VolumeRestrictions final : public Filter {
  public:
    std::string_view name() const override { return "VolumeRestrictions"; }
    Events helpedBy() const override { return events::nodeAdded | events::podRemoved | events::claims; }
    bool helps(const Happening& happened, const PodShape& waiting, const ClusterCache&) const override {
        if (happened.pod == nullptr) return true;
        const PodShape& gone = *happened.pod->shape;
        if (conflict(gone.disks, waiting.disks)) return true;
        return gone.nameSpace == waiting.nameSpace &&
               std::any_of(gone.claims.begin(), gone.claims.end(), [&](const ClaimUse& one) {
                   return std::any_of(waiting.claims.begin(), waiting.claims.end(),
                                      [&](const ClaimUse& other) { return other.name == one.name; });
               });
    }
    Prepared prepare(const PodShape& pod, ClusterCache& cache, Rejections& rejections) override {
        std::vector<std::string> exclusive;
        for (const ClaimUse& use : pod.claims) {
            const std::string key = pod.nameSpace + "/" + use.name;
            const ClaimInfo* claim = cache.volumes.claim(key);
            if (claim != nullptr && claim->oneHolder()) exclusive.push_back(key);
        }
        if (pod.disks.empty() && exclusive.empty()) return {};
        return {std::make_unique<Pass>(pod, cache, rejections, std::move(exclusive)), {}, {}};
    }

  private:
    static bool conflict(const std::vector<DiskUse>& there, const std::vector<DiskUse>& wanted) {
        return std::any_of(there.begin(), there.end(), [&](const DiskUse& one) {
            return std::any_of(wanted.begin(), wanted.end(), [&](const DiskUse& other) {
                return one.disk == other.disk && !(one.shareable && one.readOnly && other.readOnly);
            });
        });
    }

    class Pass final : public FilterPass {
      public:
        Pass(const PodShape& pod, const ClusterCache& cache, Rejections& rejections,
             std::vector<std::string> exclusive)
            : pod_(pod), cache_(cache), exclusive_(std::move(exclusive)) {
            disk_ = rejections.id("VolumeRestrictions", {"node(s) had no available disk"}, false);
            held_ = rejections.id("VolumeRestrictions",
                                  {"node has pod using PersistentVolumeClaim with the same name and "
                                   "ReadWriteOncePod access mode"},
                                  false);
        }
        // A claim only one pod may hold is taken wherever that pod is.
        bool local() const override { return exclusive_.empty(); }
        void check(std::span<const Slot> slots, std::span<std::uint32_t> verdicts) override {
            const bool held = std::any_of(exclusive_.begin(), exclusive_.end(), [&](const std::string& key) {
                return cache_.usesOfClaim(key) > 0;
            });
            for (const Slot slot : slots) {
                if (verdicts[slot] != 0) continue;
                if (conflict(cache_.node(slot).disks, pod_.disks)) {
                    verdicts[slot] = disk_;
                } else if (held) {
                    verdicts[slot] = held_;
                }
            }
        }

      private:
        const PodShape& pod_;
        const ClusterCache& cache_;
        std::vector<std::string> exclusive_;
        std::uint32_t disk_ = 0;
        std::uint32_t held_ = 0;
    };
};

/// Volumes by the driver that attaches them.
using Attached = std::map<std::string, std::set<std::string>>;

void addAttached(const std::string& claimKey, const VolumeView& volumes, Attached& to) {
    const ClaimInfo* claim = volumes.claim(claimKey);
    if (claim == nullptr) return;
    if (const VolumeInfo* volume = volumes.volume(claim->volumeName)) {
        if (!volume->driver.empty()) to[volume->driver].insert(volume->handle);
        return;
    }
    const ClassInfo* made = volumes.storageClass(claim->className);
    if (made != nullptr && made->provisions()) to[made->provisioner].insert(claimKey);
}

class NodeVolumeLimits final : public Filter {
  public:
    std::string_view name() const override { return "NodeVolumeLimits"; }
    Events helpedBy() const override { return events::nodeAdded | events::podRemoved | events::claims; }
    bool helps(const Happening& happened, const PodShape&, const ClusterCache&) const override {
        return happened.pod == nullptr || !happened.pod->shape->claims.empty();
    }
    Prepared prepare(const PodShape& pod, ClusterCache& cache, Rejections& rejections) override {
        Attached wanted;
        for (const ClaimUse& use : pod.claims)
            addAttached(pod.nameSpace + "/" + use.name, cache.volumes, wanted);
        if (wanted.empty()) return {};
        const auto rejection = rejections.id(name(), {"node(s) exceed max volume count"}, false);
        return {localPass(cache, rejection,
                          [&cache, wanted = std::move(wanted)](const NodeInfo& node) {
                              return tooMany(node, wanted, cache.volumes);
                          }),
                {},
                {}};
    }

  private:
    static bool tooMany(const NodeInfo& node, const Attached& wanted, const VolumeView& volumes) {
        const bool limited = std::any_of(wanted.begin(), wanted.end(), [&](const auto& each) {
            return volumes.limit(node.name, each.first).has_value();
        });
        if (!limited) return false;
        Attached there;
        for (const auto& [claim, uses] : node.claims)
            addAttached(claim, volumes, there);
        return std::any_of(wanted.begin(), wanted.end(), [&](const auto& each) {
            const auto limit = volumes.limit(node.name, each.first);
            if (!limit) return false;
            std::set<std::string>& together = there[each.first];
            const std::size_t before = together.size();
            together.insert(each.second.begin(), each.second.end());
            return together.size() > before && together.size() > static_cast<std::size_t>(*limit);
        });
    }
};

class VolumeBinding final : public Filter {
  public:
    std::string_view name() const override { return "VolumeBinding"; }
    Events helpedBy() const override { return volumeEvents; }
    bool helps(const Happening& happened, const PodShape&, const ClusterCache&) const override {
        return happened.pod == nullptr;
    }
    Prepared prepare(const PodShape& pod, ClusterCache& cache, Rejections& rejections) override {
        if (pod.claims.empty()) return {};
        PodClaims claims = PodClaims::of(pod, cache.volumes);
        if (!claims.refusal.empty()) return {nullptr, claims.refusal, {}};
        return {std::make_unique<Pass>(cache, rejections, std::move(claims)), {}, {}};
    }

  private:
    class Pass final : public FilterPass {
      public:
        Pass(const ClusterCache& cache, Rejections& rejections, PodClaims claims)
            : cache_(cache), rejections_(rejections), claims_(std::move(claims)) {}
        void check(std::span<const Slot> slots, std::span<std::uint32_t> verdicts) override {
            for (const Slot slot : slots) {
                if (verdicts[slot] != 0) continue;
                const VolumePlan plan = VolumePlan::of(claims_, cache_.node(slot), cache_.volumes);
                if (!plan.refusals.empty())
                    verdicts[slot] = rejections_.id("VolumeBinding", plan.refusals, true);
            }
        }

      private:
        const ClusterCache& cache_;
        Rejections& rejections_;
        PodClaims claims_;
    };
};

/// The labels volumes of some clouds carry, each with the name it has now.
const std::map<std::string, std::string>& zoneLabels() {
    static const std::map<std::string, std::string> labels = {
        {"topology.kubernetes.io/zone", "topology.kubernetes.io/zone"},
        {"topology.kubernetes.io/region", "topology.kubernetes.io/region"},
        {"failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"},
        {"failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"}};
    return labels;
}

std::set<std::string> zonesIn(const std::string& text) {
    std::set<std::string> out;
    std::size_t from = 0;
    for (;;) {
        const std::size_t end = text.find("__", from);
        out.insert(text.substr(from, end - from));
        if (end == std::string::npos) return out;
        from = end + 2;
    }
}

class VolumeZone final : public Filter {
  public:
    std::string_view name() const override { return "VolumeZone"; }
    Events helpedBy() const override { return events::nodeAdded | events::nodeLabels | events::claims; }
    Prepared prepare(const PodShape& pod, ClusterCache& cache, Rejections& rejections) override {
        std::vector<std::pair<std::string, std::set<std::string>>> needed;
        for (const ClaimUse& use : pod.claims) {
            const ClaimInfo* claim = cache.volumes.claim(pod.nameSpace + "/" + use.name);
            if (claim == nullptr) continue;
            const VolumeInfo* volume = cache.volumes.volume(claim->volumeName);
            if (volume == nullptr) continue;
            for (const auto& [label, now] : zoneLabels()) {
                const auto value = volume->object->labels().find(label);
                if (value != volume->object->labels().end())
                    needed.emplace_back(label, zonesIn(value->second));
            }
        }
        if (needed.empty()) return {};
        const auto rejection = rejections.id(name(), {"node(s) had no available volume zone"}, true);
        return {localPass(cache, rejection,
                          [needed = std::move(needed)](const NodeInfo& node) {
                              return !reaches(node.labels, needed);
                          }),
                {},
                {}};
    }

  private:
    static bool reaches(const Labels& labels,
                        const std::vector<std::pair<std::string, std::set<std::string>>>& needed) {
        const bool zoned = std::any_of(zoneLabels().begin(), zoneLabels().end(),
                                       [&](const auto& each) { return labels.contains(each.first); });
        // A node that is in no zone at all is taken to be near everything.
        if (!zoned) return true;
        return std::all_of(needed.begin(), needed.end(), [&](const auto& each) {
            auto value = labels.find(each.first);
            if (value == labels.end()) value = labels.find(zoneLabels().at(each.first));
            return value != labels.end() && each.second.contains(value->second);
        });
    }
};

} // namespace

std::unique_ptr<Filter> makeVolumeRestrictions() {
    return std::make_unique<VolumeRestrictions>();
}

std::unique_ptr<Filter> makeNodeVolumeLimits() {
    return std::make_unique<NodeVolumeLimits>();
}

std::unique_ptr<Filter> makeVolumeBinding() {
    return std::make_unique<VolumeBinding>();
}

std::unique_ptr<Filter> makeVolumeZone() {
    return std::make_unique<VolumeZone>();
}

} // namespace wheelhouse::scheduler
