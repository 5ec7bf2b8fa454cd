#pragma once

#include <map>
#include <string>
#include <string_view>

namespace wheelhouse::controllers {

/// A set of completion indexes, kept and written as ranges: "1,3-5".
class IndexSet {
  public:
    /// Indexes below `completions`; parts of the text that mean nothing are left out.
    static IndexSet parse(std::string_view text, int completions);

    void add(int index) { add(index, index); }
    void add(const IndexSet& other);
    bool contains(int index) const;
    bool empty() const { return ranges_.empty(); }
    int size() const;
    /// How many indexes are in both.
    int common(const IndexSet& other) const;
    std::string text() const;
    /// From the first index of a range to its last; ranges neither touch nor overlap.
    const std::map<int, int>& ranges() const { return ranges_; }

  private:
    void add(int first, int last);
    std::map<int, int> ranges_;
};

} // namespace wheelhouse::controllers
