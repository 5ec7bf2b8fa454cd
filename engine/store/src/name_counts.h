#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace wheelhouse::store {

/// How many names of a large sorted set lie between two of them, without walking over all of them: the set is
/// cut into runs of some thousand names, whose sizes are known.
class NameCounts {
  public:
    /// Calls its argument with the names from `from` on, in order, until it answers false.
    using Walk = std::function<void(std::string_view from, const std::function<bool(std::string_view)>&)>;

    /// `walk` goes over the names that are counted, the new one included.
    void added(std::string_view name, const Walk& walk);
    void removed(std::string_view name);
    std::size_t all() const { return all_; }
    /// Names from `from` on that begin with `prefix`.
    std::size_t from(std::string_view from, std::string_view prefix, const Walk& walk) const;

  private:
    static constexpr std::size_t longest = 4096;
    using Runs = std::map<std::string, std::size_t, std::less<>>; ///< where a run begins → how many names
    Runs::iterator runOf(std::string_view name);

    Runs runs_;
    std::size_t all_ = 0;
};

} // namespace wheelhouse::store
