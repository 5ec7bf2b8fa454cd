#pragma once

#include "engine/api/usage.h"
#include "plane.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace wheelhouse::sim {

/// What must hold of the quotas of one namespace, judged from the whole history in its order: nothing that
/// was let in exceeds one that was there; in the end each says what there is, and lets in what still fits.
/// Counts pods, their CPU and config maps, in its own way.
class QuotaChecker {
  public:
    using Amounts = std::map<std::string, std::int64_t>; ///< by resource, in thousandths

    void saw(const store::Change& change);
    /// Everything that was broken, for a person.
    std::vector<std::string> judge();
    /// What there is of everything a quota can count here.
    static Amounts inUse(const Plane& plane);
    /// Whether each quota's status is what there is.
    static bool toldRight(const Plane& plane);
    static Amounts amountsOf(const api::QuantityMap& list);

  private:
    void judgeObject(const store::Change& change);

    std::map<Revision, store::Change> history_;
    std::map<std::string, Amounts> hard_; ///< by quota
    std::map<std::string, Amounts> uses_; ///< by the object's kind and key
    Amounts used_;
    std::vector<std::string> complaints_;
};

} // namespace wheelhouse::sim
