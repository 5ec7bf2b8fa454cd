#pragma once

#include "json/value.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::api::custom {

/// The part of kubectl's JSONPath that printer columns use: `.spec.a`, `['a.b']`, `[0]`, `[-1]`, `[*]`,
/// `[1:3]` and `[?(@.type=="Ready")]`.
class JsonPath {
  public:
    /// Nothing when the text is no such path.
    static std::optional<JsonPath> parse(std::string_view text);
    /// The values it leads to, in order.
    std::vector<const JsonValue*> find(const JsonValue& root) const;

  private:
    struct Step {
        enum class Type { Member, Index, All, Slice, Filter };
        Type type = Type::Member;
        std::string name;
        std::optional<std::int64_t> from;
        std::optional<std::int64_t> to;
        std::vector<std::string> filterPath; ///< under @
        std::string op;                      ///< "==", "!=", "<", …; empty = exists
        JsonValue literal;
    };
    friend class JsonPathParser;
    static void follow(const JsonValue& value, const Step& step, std::vector<const JsonValue*>& out);
    static bool passes(const JsonValue& value, const Step& step);

    std::vector<Step> steps_;
};

} // namespace wheelhouse::api::custom
