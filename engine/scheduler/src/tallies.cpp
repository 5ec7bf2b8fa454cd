#include "tallies.h"

#include <algorithm>

namespace wheelhouse::scheduler {

namespace {

constexpr std::size_t mostTallies = 1024;
constexpr std::size_t mostTerms = 8192;

bool belongs(const Tally& tally, const PodShape& shape, const NamespaceLabels& namespaces) {
    return std::all_of(tally.all.begin(), tally.all.end(), [&](const PodMatcher& each) {
        return each.matches(shape.nameSpace, shape.labels, namespaces);
    });
}

void count(Tally& tally, const PodInfo& pod, Slot slot, int sign) {
    if (tally.leavesOutDeleting && pod.deleting) return;
    tally.bySlot[slot] += sign;
    for (auto& [key, domain] : tally.domains)
        domain.add(domain.topology->valueOf[slot], sign);
}

} // namespace

void DomainCounts::add(std::int32_t value, std::int64_t count) {
    if (value < 0) return;
    const auto at = static_cast<std::size_t>(value);
    if (at >= byValue.size()) byValue.resize(at + 1);
    byValue[at] += count;
    total += count;
}

const std::vector<std::uint32_t>& Tallies::countedFor(const PodShape& shape) {
    ShapeNotes& notes = shape.notes;
    if (notes.countedAt != talliesVersion_) {
        notes.countedAt = talliesVersion_;
        notes.counted.clear();
        for (std::uint32_t i = 0; i < tallies_.size(); ++i) {
            if (belongs(*tallies_[i], shape, namespaces_)) notes.counted.push_back(i);
        }
    }
    return notes.counted;
}

std::uint32_t Tallies::numberOf(SpokenTerm::Kind kind, const PodTerm& term) {
    const std::string key = std::to_string(static_cast<int>(kind)) + "/" + std::to_string(term.weight) + "/" +
                            term.topologyKey + "\n" + term.pods.key;
    const auto [place, isNew] = termByKey_.try_emplace(key, static_cast<std::uint32_t>(terms_.size()));
    if (isNew) {
        auto made = std::make_unique<SpokenTerm>();
        made->kind = kind;
        made->term = term;
        made->domain.topology = places_.topology(term.topologyKey);
        terms_.push_back(std::move(made));
        ++termsVersion_;
    }
    return place->second;
}

const std::vector<std::uint32_t>& Tallies::termsOf(const PodShape& shape) {
    ShapeNotes& notes = shape.notes;
    if (notes.ownAt == generation_) return notes.own;
    notes.own.clear();
    for (const PodTerm& term : shape.affinity.near)
        notes.own.push_back(numberOf(SpokenTerm::Kind::Near, term));
    for (const PodTerm& term : shape.affinity.far)
        notes.own.push_back(numberOf(SpokenTerm::Kind::Far, term));
    for (const PodTerm& term : shape.affinity.preferred)
        notes.own.push_back(numberOf(SpokenTerm::Kind::Preferred, term));
    notes.ownAt = generation_;
    return notes.own;
}

void Tallies::account(const PodInfo& pod, Slot slot, int sign) {
    for (const std::uint32_t i : countedFor(*pod.shape))
        count(*tallies_[i], pod, slot, sign);
    if (pod.shape->affinity.empty()) return;
    for (const std::uint32_t i : termsOf(*pod.shape)) {
        SpokenTerm& term = *terms_[i];
        term.pods += sign;
        term.domain.add(term.domain.topology->valueOf[slot], sign);
    }
}

void Tallies::relabel(Slot slot, int sign) {
    for (const auto& tally : tallies_) {
        for (auto& [key, domain] : tally->domains)
            domain.add(domain.topology->valueOf[slot], sign * std::int64_t{tally->bySlot[slot]});
    }
    places_.eachPlacedOn(slot, [&](const PodInfo& pod) {
        for (const std::uint32_t i : termsOf(*pod.shape)) {
            DomainCounts& domain = terms_[i]->domain;
            domain.add(domain.topology->valueOf[slot], sign);
        }
    });
}

void Tallies::resize(std::size_t slots) {
    for (const auto& tally : tallies_)
        tally->bySlot.resize(slots);
}

void Tallies::recount(Tally& tally) {
    tally.bySlot.assign(places_.slotCount(), 0);
    for (auto& [key, domain] : tally.domains) {
        domain.byValue.clear();
        domain.total = 0;
    }
    places_.eachPlaced([&](const PodInfo& pod, Slot slot) {
        if (belongs(tally, *pod.shape, namespaces_)) count(tally, pod, slot, 1);
    });
}

void Tallies::setNamespace(const std::string& name, const Labels* labels) {
    const auto known = namespaces_.find(name);
    if (labels == nullptr) {
        if (known == namespaces_.end()) return;
        namespaces_.erase(known);
    } else {
        if (known != namespaces_.end() && known->second == *labels) return;
        namespaces_[name] = *labels;
    }
    ++talliesVersion_;
    ++termsVersion_;
    for (const auto& tally : tallies_) {
        const bool bySelector = std::any_of(tally->all.begin(), tally->all.end(), [](const PodMatcher& each) {
            return each.namespaceSelector.has_value();
        });
        if (bySelector) recount(*tally);
    }
}

Tally& Tallies::tallyFor(const std::vector<PodMatcher>& all, bool leavesOutDeleting) {
    std::string key = leavesOutDeleting ? "-" : "+";
    for (const PodMatcher& each : all)
        key += each.key + "\n";
    const auto [place, isNew] = tallyByKey_.try_emplace(key, static_cast<std::uint32_t>(tallies_.size()));
    if (isNew) {
        auto made = std::make_unique<Tally>();
        made->all = all;
        made->leavesOutDeleting = leavesOutDeleting;
        tallies_.push_back(std::move(made));
        ++talliesVersion_;
        recount(*tallies_.back());
    }
    return *tallies_[place->second];
}

const DomainCounts& Tallies::matchingBy(const std::vector<PodMatcher>& all, const std::string& topologyKey) {
    Tally& tally = tallyFor(all, false);
    const auto [place, isNew] = tally.domains.try_emplace(topologyKey);
    if (isNew) {
        DomainCounts& domain = place->second;
        domain.topology = places_.topology(topologyKey);
        for (Slot slot = 0; slot < tally.bySlot.size(); ++slot) {
            if (tally.bySlot[slot] != 0) domain.add(domain.topology->valueOf[slot], tally.bySlot[slot]);
        }
    }
    return place->second;
}

const std::vector<std::uint32_t>& Tallies::speakingOf(const PodShape& shape) {
    ShapeNotes& notes = shape.notes;
    if (notes.spokenOfAt != termsVersion_) {
        notes.spokenOfAt = termsVersion_;
        notes.spokenOf.clear();
        for (std::uint32_t i = 0; i < terms_.size(); ++i) {
            if (terms_[i]->term.pods.matches(shape.nameSpace, shape.labels, namespaces_))
                notes.spokenOf.push_back(i);
        }
    }
    return notes.spokenOf;
}

bool Tallies::trim() {
    bool dropped = false;
    if (tallies_.size() > mostTallies) {
        tallies_.clear();
        tallyByKey_.clear();
        ++talliesVersion_;
        dropped = true;
    }
    const auto unused = [](const auto& term) { return term->pods == 0; };
    if (terms_.size() > trimTermsAt_) {
        std::erase_if(terms_, unused);
        trimTermsAt_ = std::max(mostTerms, terms_.size() * 2);
        termByKey_.clear();
        // Numbers have changed: every shape looks its terms up anew.
        ++generation_;
        ++termsVersion_;
        auto kept = std::move(terms_);
        terms_.clear();
        for (auto& term : kept) {
            const std::uint32_t number = numberOf(term->kind, term->term);
            terms_[number] = std::move(term);
        }
        dropped = true;
    }
    return dropped;
}

} // namespace wheelhouse::scheduler
