#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace wheelhouse {

/// A value of a meaning of its own: a Uid is not a NodeName although both are text.
template <class Tag, class T>
class Strong {
  public:
    Strong() = default;
    explicit Strong(T value) : value_(std::move(value)) {}
    const T& value() const { return value_; }
    bool empty() const requires requires(const T& t) { t.empty(); }
    { return value_.empty(); }
    auto operator<=>(const Strong&) const = default;

  private:
    T value_{};
};

using Uid = Strong<struct UidTag, std::string>;
using NodeName = Strong<struct NodeNameTag, std::string>;

/// The position of a write in the store's history: starts at 1, one more for every committed write. 0 = none.
using Revision = std::uint64_t;

} // namespace wheelhouse

template <class Tag, class T>
struct std::hash<wheelhouse::Strong<Tag, T>> {
    std::size_t operator()(const wheelhouse::Strong<Tag, T>& s) const { return std::hash<T>{}(s.value()); }
};
