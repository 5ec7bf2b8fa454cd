#pragma once

#include "engine/base/status.h"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace wheelhouse::api::apply {

/// A scalar of JSON, in the order in which Kubernetes sorts list keys: numbers (by value), texts, booleans,
/// null.
class Scalar {
  public:
    Scalar() = default; ///< null
    explicit Scalar(std::int64_t number) : value_(number) {}
    explicit Scalar(double number);
    explicit Scalar(std::string text) : value_(std::move(text)) {}
    explicit Scalar(bool value) : value_(value) {}
    std::strong_ordering operator<=>(const Scalar& other) const;
    bool operator==(const Scalar& other) const { return (*this <=> other) == 0; }
    /// As JSON, with the escapes of Go's encoder.
    std::string toJson() const;
    /// As Kubernetes prints it in paths: texts quoted.
    std::string toText() const;

  private:
    std::variant<std::int64_t, double, std::string, bool, std::monostate> value_ = std::monostate();
};

/// One step of a path: a field by name, a list entry by its keys, by its value, or by its index. Ordered as
/// in Kubernetes: fields first, then keys, values and indices.
struct PathElement {
    using Field = std::string;
    using Key = std::vector<std::pair<std::string, Scalar>>; ///< sorted by name
    std::variant<Field, Key, Scalar, std::int64_t> step;

    static PathElement field(std::string name) { return {std::move(name)}; }
    static PathElement key(Key keys);
    static PathElement value(Scalar scalar) { return {std::move(scalar)}; }
    static PathElement index(std::int64_t number) { return {number}; }
    auto operator<=>(const PathElement&) const = default;
    const Field* asField() const { return std::get_if<Field>(&step); }
    bool isKey() const { return std::holds_alternative<Key>(step); }
    /// `f:name`, `k:{"name":"a"}`, `v:1`, `i:0`
    std::string serialize() const;
    /// `.name`, `[name="a"]`, `[=1]`, `[0]`
    std::string toText() const;
};

/// A set of fields of one object: a tree of path elements, any of which may be a member. Value type; not
/// thread-safe while changed.
///
/// Owning a field does not mean owning what is below it, nor the other way round: `spec` and `spec.replicas`
/// are two members. The operations are those of Kubernetes' field sets (structured-merge-diff).
class Set {
  public:
    struct Node;

    Set() = default;
    /// From dotted field names, e.g. {"metadata.name", "status"}.
    static Set ofFields(std::initializer_list<std::string_view> paths);
    /// From the FieldsV1 form. Entries of a kind this version does not know are left out; BadRequest
    /// otherwise.
    static Result<Set> parse(std::string_view json);
    /// The FieldsV1 form, in Kubernetes' order.
    std::string serialize() const;

    /// Holds no member.
    bool empty() const { return nodes_.empty(); }
    std::size_t size() const; ///< members
    bool operator==(const Set& other) const;

    Set unionWith(const Set& other) const;
    Set intersection(const Set& other) const;
    /// Members of this set that are not members of `other`; what is below a member of `other` stays.
    Set difference(const Set& other) const;
    /// The same, and everything below a member of `other` goes too.
    Set recursiveDifference(const Set& other) const;
    bool intersects(const Set& other) const;
    bool contains(const Set& other) const; ///< every member of `other`

    /// One node: whether it is a member, and what is below it; null when nothing is.
    const Node* find(const PathElement& element) const;
    const std::vector<Node>& nodes() const { return nodes_; } ///< sorted
    /// Adds a member and the members below it; nothing when there are none.
    void add(PathElement element, bool member, Set below);
    /// Each member as Kubernetes prints paths (`.spec.containers[name="a"].image`), parents before children.
    std::vector<std::string> texts() const;

  private:
    std::vector<Node> nodes_; ///< sorted by element; each is a member or has members below
};

struct Set::Node {
    PathElement element;
    bool member = false;
    Set below;
};

} // namespace wheelhouse::api::apply
