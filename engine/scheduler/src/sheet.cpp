#include "sheet.h"

#include "column_math.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::scheduler {

/// Writes down what a plug-in took.
class Sheet::Stopwatch {
  public:
    Stopwatch(Sheet& sheet, std::string_view plugin, std::string_view point)
        : sheet_(sheet), plugin_(plugin), point_(point),
          begin_(sheet.clock_ != nullptr ? sheet.clock_->now() : Instant{}) {}
    ~Stopwatch() {
        if (sheet_.clock_ != nullptr)
            sheet_.times_.push_back({plugin_, point_, sheet_.clock_->now() - begin_});
    }
    Stopwatch(const Stopwatch&) = delete;

  private:
    Sheet& sheet_;
    std::string_view plugin_;
    std::string_view point_;
    Instant begin_;
};

Sheet::Sheet(PodShapePtr shape, ClusterCache& cache, const PluginSet& plugins, Rejections& rejections,
             const Clock* clock)
    : shape_(std::move(shape)), cache_(cache), plugins_(plugins), rejections_(rejections), clock_(clock) {}

// --- filters
// -----------------------------------------------------------------------------------------------------

/// Begins again: every plug-in looks at the cluster anew.
void Sheet::prepare() {
    passes_.clear();
    scorings_.clear();
    refusal_.clear();
    refuser_ = nullptr;
    scoredOnce_ = false;
    overlaid_.clear();
    const std::size_t slots = cache_.nodes().size();
    base_.assign(slots, absent);
    for (const Slot slot : cache_.live())
        base_[slot] = 0;
    domain_ = cache_.live();
    for (const auto& filter : plugins_.filters) {
        const Stopwatch watch(*this, filter->name(), "PreFilter");
        Prepared prepared = filter->prepare(*shape_, cache_, rejections_);
        if (!prepared.refusal.empty()) {
            refusal_ = prepared.refusal;
            refuser_ = filter.get();
            break;
        }
        if (prepared.only) {
            const std::uint32_t elsewhere = rejections_.id(
                filter->name(), {fmt::format("node(s) didn't satisfy plugin(s) [{}]", filter->name())}, true);
            for (const Slot slot : cache_.live())
                base_[slot] = elsewhere;
            for (const Slot slot : *prepared.only)
                base_[slot] = 0;
            domain_ = std::move(*prepared.only);
        }
        if (prepared.pass) passes_.push_back({filter.get(), std::move(prepared.pass)});
    }
    first_ = base_;
    verdicts_.rewrite(slots, 0) = base_;
    scratch_.assign(slots, 0);
    stamps_.assign(slots, 0);
    epoch_ = cache_.epoch();
    split_ = passes_.size() + 1;
}

/// Which nodes changed since the last time; all of them where that cannot be told.
void Sheet::collectChanges() {
    changed_.clear();
    allChanged_ = false;
    const std::uint64_t until = cache_.mark();
    // What volumes wait for is too far-flung to be followed: such a pod's sheet begins anew each time.
    const bool again = epoch_ != cache_.epoch() || shape_->hasVolumes();
    if (again || !cache_.changedSince(seen_, changed_)) {
        prepare();
        changed_.clear();
        allChanged_ = true;
    }
    seen_ = until;
    ++stamp_;
    std::erase_if(changed_, [this](Slot slot) {
        const bool known = stamps_[slot] == stamp_;
        stamps_[slot] = stamp_;
        return known;
    });
    // Also of nodes out of the question: counts of places may include them.
    if (!allChanged_) {
        for (const Checking& each : passes_)
            each.pass->refresh(changed_);
        for (const Scoring& each : scorings_) {
            if (each.pass) each.pass->refresh(changed_);
        }
    }
    for (const Slot slot : overlaid_) {
        if (stamps_[slot] == stamp_) continue;
        stamps_[slot] = stamp_;
        changed_.push_back(slot);
    }
    overlaid_.clear();
    std::erase_if(changed_, [this](Slot slot) { return base_[slot] != 0; });
}

std::uint32_t Sheet::verdictOf(Slot slot) {
    scratch_[slot] = 0;
    const std::span<const Slot> one(&slot, 1);
    for (const Checking& each : passes_) {
        each.pass->check(one, scratch_);
        if (scratch_[slot] != 0) break;
    }
    return scratch_[slot];
}

void Sheet::checkChanged() {
    if (changed_.empty()) return;
    for (const Slot slot : changed_)
        scratch_[slot] = 0;
    for (const Checking& each : passes_) {
        const Stopwatch watch(*this, each.filter->name(), "Filter");
        each.pass->check(changed_, scratch_);
    }
    for (const Slot slot : changed_) {
        feasibilityMoved_ = feasibilityMoved_ || (verdicts_.read()[slot] == 0) != (scratch_[slot] == 0);
        verdicts_.set(slot, scratch_[slot]);
    }
}

/// `split`: the first filter whose verdict on one node may depend on another. What those before it said is
/// kept, so that they too look only at nodes that changed.
void Sheet::checkAll(std::size_t split) {
    const bool whole = allChanged_ || split != split_;
    if (whole) first_ = base_;
    const std::vector<Slot>& changed = whole ? domain_ : changed_;
    for (const Slot slot : changed)
        first_[slot] = 0;
    for (std::size_t i = 0; i < split; ++i) {
        const Stopwatch watch(*this, passes_[i].filter->name(), "Filter");
        passes_[i].pass->check(changed, first_);
    }
    std::vector<std::uint32_t>& verdicts = verdicts_.rewrite(0, 0);
    verdicts = first_;
    for (std::size_t i = split; i < passes_.size(); ++i) {
        const Stopwatch watch(*this, passes_[i].filter->name(), "Filter");
        passes_[i].pass->check(domain_, verdicts);
    }
    allChanged_ = true;
}

bool Sheet::local() const {
    return std::all_of(passes_.begin(), passes_.end(),
                       [](const Checking& each) { return each.pass->local(); });
}

void Sheet::filter(const Uid& self) {
    times_.clear();
    // What changed for a pod that was not scored is not known any more.
    if (!scoredLast_) scoredOnce_ = false;
    scoredLast_ = false;
    feasibilityMoved_ = false;
    collectChanges();
    feasibleKnown_ = false;
    if (!refusal_.empty()) return;
    std::size_t split = 0;
    while (split < passes_.size() && passes_[split].pass->local())
        ++split;
    if (split == passes_.size() && split == split_ && !allChanged_) {
        checkChanged();
    } else {
        checkAll(split);
    }
    split_ = split;
    leaveRoomForNominees(self);
}

/// Nodes where others wait for victims to leave must fit them too, unless they are less important.
void Sheet::leaveRoomForNominees(const Uid& self) {
    for (const auto& [slot, pods] : cache_.nominees()) {
        if (base_[slot] != 0 || verdicts_.read()[slot] != 0) continue;
        const std::uint32_t verdict = verdictNow(slot, self);
        if (verdict == 0) continue;
        verdicts_.set(slot, verdict);
        feasibilityMoved_ = true;
        overlaid_.push_back(slot);
        if (stamps_[slot] != stamp_) changed_.push_back(slot);
    }
}

void Sheet::pretend(const PodInfo& pod, Slot slot, int sign) {
    cache_.pretend(pod, slot, sign);
    const std::span<const Slot> one(&slot, 1);
    for (const Checking& each : passes_)
        each.pass->refresh(one);
}

std::uint32_t Sheet::verdictNow(Slot slot, const Uid& self) {
    std::vector<const PodInfo*> nominees;
    if (const auto there = cache_.nominees().find(slot); there != cache_.nominees().end()) {
        for (const PodInfoPtr& pod : there->second) {
            if (pod->uid != self && pod->priority() >= shape_->priority) nominees.push_back(pod.get());
        }
    }
    if (!nominees.empty()) {
        for (const PodInfo* pod : nominees)
            pretend(*pod, slot, 1);
        const std::uint32_t verdict = verdictOf(slot);
        for (const PodInfo* pod : nominees)
            pretend(*pod, slot, -1);
        if (verdict != 0) return verdict;
    }
    return verdictOf(slot);
}

// --- scores
// ------------------------------------------------------------------------------------------------------

const std::vector<Slot>& Sheet::feasible() {
    if (!feasibleKnown_) {
        feasible_.clear();
        if (refusal_.empty()) {
            const auto& verdicts = verdicts_.read();
            for (const Slot slot : domain_) {
                if (verdicts[slot] == 0) feasible_.push_back(slot);
            }
        }
        feasibleKnown_ = true;
    }
    return feasible_;
}

bool Sheet::anyFeasible() const {
    if (!refusal_.empty()) return false;
    const auto& verdicts = verdicts_.read();
    return std::find(verdicts.begin(), verdicts.end(), 0U) != verdicts.end();
}

/// Brings raw scores up to date; true when any of them changed. A local pass is asked about nodes that
/// changed only, and about refused ones too, for they may not stay so.
bool Sheet::scoreRaw(Scoring& scoring, bool stale) {
    const std::size_t slots = cache_.nodes().size();
    const bool local = scoring.pass->local();
    if (stale || !scoring.complete || !local) {
        scoring.pass->score(local ? domain_ : feasible(), scoring.raw.rewrite(slots, 0));
        scoring.complete = local;
        return true;
    }
    if (changed_.empty()) return false;
    rawScratch_.resize(slots);
    scoring.pass->score(changed_, rawScratch_);
    bool moved = false;
    for (const Slot slot : changed_) {
        moved = moved || rawScratch_[slot] != scoring.raw.read()[slot];
        scoring.raw.set(slot, rawScratch_[slot]);
    }
    return moved;
}

/// True when any node's score may have changed, not only those of `changed_`.
bool Sheet::scoreColumn(Scoring& scoring, bool stale) {
    const Stopwatch watch(*this, scoring.scorer->name(), "Score");
    const std::size_t slots = cache_.nodes().size();
    const bool whole = stale || !scoring.complete || !scoring.pass->local();
    if (whole) scoring.scores.rewrite(slots, 0);
    const bool moved = scoreRaw(scoring, stale);
    if (scoring.pass->normalises()) {
        // The range of raw scores is taken over feasible nodes, so one that joins or leaves may move all.
        if (!moved && !feasibilityMoved_ && !allChanged_) return false;
        scoring.pass->normalise(feasible(), scoring.raw.read(), scoring.scores.write());
        return true;
    }
    const auto& raw = scoring.raw.read();
    if (whole) {
        auto& scores = scoring.scores.write();
        for (const Slot slot : domain_)
            scores[slot] = static_cast<std::uint8_t>(raw[slot]);
    } else {
        for (const Slot slot : changed_)
            scoring.scores.set(slot, static_cast<std::uint8_t>(raw[slot]));
    }
    return whole;
}

void Sheet::addUp(bool all) {
    std::int32_t constant = 0;
    for (const Scoring& each : scorings_) {
        if (!each.pass) constant += each.weight * each.scorer->indifferent();
    }
    const auto& verdicts = verdicts_.read();
    if (all) {
        totals_.assign(cache_.nodes().size(), constant);
        for (const Scoring& each : scorings_) {
            if (each.pass) addWeighted(each.scores.read(), each.weight, totals_);
        }
        strikeRefused(verdicts, totals_);
        return;
    }
    for (const Slot slot : changed_) {
        totals_[slot] = verdicts[slot] == 0 ? constant : -1;
        if (totals_[slot] < 0) continue;
        for (const Scoring& each : scorings_) {
            if (each.pass) totals_[slot] += each.weight * each.scores.read()[slot];
        }
    }
}

void Sheet::score() {
    if (scorings_.empty()) {
        for (const PluginSet::Weighted& each : plugins_.scorers) {
            Scoring& made = scorings_.emplace_back();
            made.scorer = each.scorer.get();
            made.weight = each.weight;
            made.pass = each.scorer->prepare(*shape_, cache_);
        }
    }
    // What changed while nothing was feasible was never scored.
    const bool stale = !scoredOnce_;
    if (stale) allChanged_ = true;
    bool all = allChanged_;
    for (Scoring& each : scorings_) {
        if (each.pass) all = scoreColumn(each, stale) || all;
    }
    addUp(all);
    scoredOnce_ = true;
    scoredLast_ = true;
}

std::optional<Slot> Sheet::best(Random& random) const {
    const Top top = topOf(totals_);
    if (top.count == 0) return std::nullopt;
    const std::uint64_t drawn = top.count > 1 ? random.below(top.count) : 0;
    return static_cast<Slot>(placeOf(totals_, top.value, drawn));
}

// --- what is kept
// ------------------------------------------------------------------------------------------------

Sheet::Columns Sheet::columns(bool scored) const {
    Columns out;
    out.live = cache_.liveShared();
    out.verdicts = verdicts_.share();
    for (std::size_t i = 0; i < plugins_.scorers.size(); ++i) {
        Columns::Scores column;
        if (scored) {
            const Scoring& each = scorings_[i];
            column.constant = each.scorer->indifferent();
            if (each.pass) {
                column.scores = each.scores.share();
                if (each.pass->normalises()) column.raw = each.raw.share();
            }
        }
        out.scorers.push_back(std::move(column));
    }
    return out;
}

std::vector<SchedulingDecision::Spent> Sheet::takeTimes() {
    return std::move(times_);
}

} // namespace wheelhouse::scheduler
