#pragma once

#include "engine/base/random.h"
#include "sheet.h"

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::scheduler {

/// Budgets for how many pods of some sort may be missing at a time.
class DisruptionBudgets {
  public:
    void put(const api::ObjectPtr& object);
    void remove(const api::ObjectPtr& object);
    std::uint64_t version() const { return version_; }
    /// Which of `pods`, in this order, could not go without breaking a budget.
    std::vector<bool> broken(const std::vector<PodInfoPtr>& pods) const;

  private:
    struct Budget {
        std::string nameSpace;
        api::LabelSelector selector;
        std::int32_t allowed = 0;
        std::vector<std::string> going; ///< names of pods counted already, sorted
    };
    std::uint64_t version_ = 1;
    std::map<std::string, Budget> budgets_;
};

/// What is lost by taking a node; compared member by member, the smaller the better.
struct Loss {
    std::uint32_t budgetsBroken = 0;
    std::int32_t highest = 0;    ///< of the victims' priorities
    std::int64_t priorities = 0; ///< all together
    std::size_t pods = 0;
    std::int64_t youth = 0; ///< minus the start of the longest running of the most important
    auto operator<=>(const Loss&) const = default;
};

/// Who would have to leave a node.
struct Victims {
    Slot slot = 0;
    std::vector<PodInfoPtr> pods; ///< the most important first
    std::uint32_t budgetsBroken = 0;
    Loss loss;
};

/// What preemption can do for a pod that found no node.
struct Clearance {
    std::shared_ptr<const Victims> chosen;                  ///< null: nothing
    std::string message;                                    ///< why nothing
    bool keepNomination = false;                            ///< victims are leaving already
    std::vector<std::shared_ptr<const Victims>> considered; ///< the chosen first
};

/// DefaultPreemption: finds the node where the least is lost if less important pods make room. Never names a
/// victim without which the pod would not fit all the same. Pure but for the lot that says where to begin.
///
/// Where victims of one node matter to that node alone, every node is considered, and what was found of it is
/// kept until the node changes; else as many as the profile says, as a trial then costs more.
class Preemption {
  public:
    Preemption(ClusterCache& cache, Rejections& rejections, Random& random)
        : cache_(cache), rejections_(rejections), random_(random) {}

    /// After `sheet.filter` refused every node.
    Clearance clear(const PodInfo& pod, Sheet& sheet);

    /// Rejections got new numbers.
    void forget() { memos_.clear(); }

    DisruptionBudgets budgets;

  private:
    struct Trial {
        std::shared_ptr<const Victims> victims;
        std::uint32_t verdict = 0; ///< without victims: a rejection, of the pod on the emptied node
    };
    /// What was found of the nodes for one shape of pod.
    struct Memo {
        std::uint64_t epoch = 0;
        std::uint64_t mark = 0;
        std::uint64_t budgets = 0;
        std::uint64_t used = 0;
        std::vector<Trial> trials;       ///< by slot
        std::vector<std::uint8_t> known; ///< by slot
    };
    bool eligible(const PodInfo& pod, const Sheet& sheet, std::string& why) const;
    Trial dryRun(const PodInfo& pod, Sheet& sheet, Slot slot);
    Memo* memoFor(const Sheet& sheet);
    Trial tryNode(const PodInfo& pod, Sheet& sheet, Slot slot, Memo* memo);
    std::vector<Slot> potential(const Sheet& sheet) const;

    ClusterCache& cache_;
    Rejections& rejections_;
    Random& random_;
    std::map<std::uint64_t, Memo> memos_; ///< by shape
    std::uint64_t turn_ = 0;
};

} // namespace wheelhouse::scheduler
