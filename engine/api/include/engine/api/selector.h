#pragma once

#include "engine/api/object.h"
#include "engine/api/types.h"
#include "engine/base/status.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::api {

/// A label selector: all requirements must hold. The empty selector matches everything.
class LabelSelector {
  public:
    enum class Operator { In, NotIn, Exists, DoesNotExist, GreaterThan, LessThan };
    struct Requirement {
        std::string key;
        Operator op = Operator::Exists;
        std::set<std::string> values;
    };
    LabelSelector() = default;
    /// From the query form: `a=b,c!=d,e in (f,g),!h`.
    static Result<LabelSelector> parse(std::string_view text);
    /// From the object form; an absent selector matches nothing, which callers express by not asking.
    static Result<LabelSelector> from(const meta::LabelSelector& selector);
    static LabelSelector equalTo(const std::map<std::string, std::string>& labels);
    bool matches(const std::map<std::string, std::string>& labels) const;
    bool empty() const { return requirements_.empty(); }
    std::string toString() const;
    const std::vector<Requirement>& requirements() const { return requirements_; }

  private:
    std::vector<Requirement> requirements_;
};

/// A field selector: `=`, `==` and `!=` on the few fields a kind supports (metadata.name, metadata.namespace
/// and the kind's own, e.g. spec.nodeName). BadRequest names a field that is not supported.
class FieldSelector {
  public:
    struct Term {
        std::string field;
        bool negated = false;
        std::string value;
    };
    FieldSelector() = default;
    static Result<FieldSelector> parse(std::string_view text, const Kind& kind);
    bool matches(const Object& object) const;
    bool empty() const { return terms_.empty(); }
    std::string toString() const;
    const std::vector<Term>& terms() const { return terms_; }

  private:
    std::vector<Term> terms_;
};

} // namespace wheelhouse::api
