#pragma once

#include "pod_info.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace wheelhouse::scheduler {

using Slot = std::uint32_t;

/// For every slot the number of the value its node has for a label, or -1.
struct Topology {
    std::vector<std::int32_t> valueOf;
    std::int32_t values = 0;
    std::unordered_map<std::string, std::int32_t> numbers;
};

/// Pods counted by the place a node label names.
struct DomainCounts {
    std::shared_ptr<const Topology> topology;
    std::vector<std::int64_t> byValue; ///< as long as any place was ever counted in
    std::int64_t total = 0;            ///< of nodes that have the label

    std::int64_t at(std::int32_t value) const {
        return value >= 0 && static_cast<std::size_t>(value) < byValue.size()
                   ? byValue[static_cast<std::size_t>(value)]
                   : 0;
    }
    void add(std::int32_t value, std::int64_t count);
};

/// How many pods there are of some sort, by slot and by place. Kept up to date by Tallies.
struct Tally {
    std::vector<PodMatcher> all; ///< a pod counts if it matches every one
    bool leavesOutDeleting = false;
    std::vector<std::int32_t> bySlot;
    std::map<std::string, DomainCounts> domains; ///< by topology key
};

/// A term that pods already placed have: which pods it speaks of, and where those that have it are.
struct SpokenTerm {
    enum class Kind { Near, Far, Preferred } kind = Kind::Near;
    PodTerm term;
    DomainCounts domain;
    std::int64_t pods = 0; ///< that have it, labelled node or not
};

/// Counts of placed pods that attempts ask for again and again: pods matching selectors (spreading, affinity
/// of the pod to be placed) and terms of placed pods (the other direction). Each change costs as many
/// additions as the pod has counts, and selectors are matched once for each shape.
class Tallies {
  public:
    /// Topologies are found and made by the owner of the slots.
    class Places {
      public:
        virtual ~Places() = default;
        virtual std::shared_ptr<const Topology> topology(const std::string& key) = 0;
        virtual std::size_t slotCount() const = 0;
        /// Calls `visit` with every pod placed and its slot.
        virtual void eachPlaced(const std::function<void(const PodInfo&, Slot)>& visit) const = 0;
        virtual void eachPlacedOn(Slot slot, const std::function<void(const PodInfo&)>& visit) const = 0;
    };
    explicit Tallies(Places& places) : places_(places) {}

    /// A pod came to (+1) or left (-1) a slot.
    void account(const PodInfo& pod, Slot slot, int sign);
    /// Takes (-1) or puts back (+1) all counts of a slot's places, around a change of its labels.
    void relabel(Slot slot, int sign);
    void resize(std::size_t slots);
    /// Labels of namespaces changed: selectors of namespaces may mean others now.
    void setNamespace(const std::string& name, const Labels* labels);

    const Tally& matching(const std::vector<PodMatcher>& all, bool leavesOutDeleting) {
        return tallyFor(all, leavesOutDeleting);
    }
    const DomainCounts& matchingBy(const std::vector<PodMatcher>& all, const std::string& topologyKey);
    /// The terms of placed pods (for `term`) that speak of pods of this shape. Valid until the next call.
    const std::vector<std::uint32_t>& speakingOf(const PodShape& shape);
    const SpokenTerm& term(std::uint32_t number) const { return *terms_[number]; }
    const NamespaceLabels& namespaces() const { return namespaces_; }

    /// Drops counts nobody may need again; between attempts only, for it ends the references given out. True
    /// when it did.
    bool trim();

  private:
    const std::vector<std::uint32_t>& countedFor(const PodShape& shape);
    Tally& tallyFor(const std::vector<PodMatcher>& all, bool leavesOutDeleting);
    void recount(Tally& tally);
    const std::vector<std::uint32_t>& termsOf(const PodShape& shape);
    std::uint32_t numberOf(SpokenTerm::Kind kind, const PodTerm& term);

    Places& places_;
    NamespaceLabels namespaces_;
    std::vector<std::unique_ptr<Tally>> tallies_;
    std::unordered_map<std::string, std::uint32_t> tallyByKey_;
    std::uint64_t talliesVersion_ = 1;
    std::vector<std::unique_ptr<SpokenTerm>> terms_;
    std::unordered_map<std::string, std::uint32_t> termByKey_;
    std::uint64_t termsVersion_ = 1;
    std::uint64_t generation_ = 1; ///< of the numbers of terms
    std::size_t trimTermsAt_ = 8192;
};

} // namespace wheelhouse::scheduler
