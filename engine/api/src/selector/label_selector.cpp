#include "engine/api/selector.h"

#include "selector/trait.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace wheelhouse::api {
namespace {

using Operator = LabelSelector::Operator;
using Requirement = LabelSelector::Requirement;

constexpr std::size_t maxNameLength = 63;
constexpr std::size_t maxPrefixLength = 253;

bool isAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Letters and digits, with '-', '_' and '.' inside.
bool isLabelPart(std::string_view text) {
    return !text.empty() && text.size() <= maxNameLength && isAlphanumeric(text.front()) &&
           isAlphanumeric(text.back()) && std::all_of(text.begin(), text.end(), [](char c) {
               return isAlphanumeric(c) || c == '-' || c == '_' || c == '.';
           });
}

bool isLabelKey(std::string_view key) {
    const std::size_t slash = key.find('/');
    if (slash == std::string_view::npos) return isLabelPart(key);
    const std::string_view prefix = key.substr(0, slash);
    const auto isPrefixChar = [](char c) {
        return (isAlphanumeric(c) && !(c >= 'A' && c <= 'Z')) || c == '-' || c == '.';
    };
    return !prefix.empty() && prefix.size() <= maxPrefixLength && isAlphanumeric(prefix.front()) &&
           isAlphanumeric(prefix.back()) && std::all_of(prefix.begin(), prefix.end(), isPrefixChar) &&
           isLabelPart(key.substr(slash + 1));
}

bool isLabelValue(std::string_view value) {
    return value.empty() || isLabelPart(value);
}

std::optional<std::int64_t> toInteger(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

tl::unexpected<Status> refuse(std::string_view text, std::string_view why) {
    return fail(Reason::BadRequest, "unable to parse the label selector \"" +
                                        std::string(text.substr(0, 200)) + "\": " + std::string(why));
}

/// The tokens of the query form: words, and the operators `= == != ! ( ) , < >`.
class Tokens {
  public:
    explicit Tokens(std::string_view text) : text_(text), rest_(text) {}
    std::string_view text() const { return text_; }

    bool atEnd() {
        skipBlanks();
        return rest_.empty();
    }
    bool take(std::string_view token) {
        skipBlanks();
        if (!rest_.starts_with(token)) return false;
        rest_.remove_prefix(token.size());
        return true;
    }
    /// A word, which may be empty.
    std::string_view word() {
        skipBlanks();
        const std::size_t length = std::min(rest_.find_first_of("=!(),<> \t\n\r"), rest_.size());
        const std::string_view found = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return found;
    }

  private:
    void skipBlanks() {
        while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t' || rest_.front() == '\n' ||
                                  rest_.front() == '\r'))
            rest_.remove_prefix(1);
    }
    std::string_view text_;
    std::string_view rest_;
};

Result<Requirement> validated(Requirement requirement, std::string_view text) {
    if (!isLabelKey(requirement.key)) return refuse(text, "\"" + requirement.key + "\" is no label key");
    const bool compares = requirement.op == Operator::GreaterThan || requirement.op == Operator::LessThan;
    for (const std::string& value : requirement.values) {
        if (compares && !toInteger(value)) return refuse(text, "\"" + value + "\" is no integer");
        if (!isLabelValue(value)) return refuse(text, "\"" + value + "\" is no label value");
    }
    return requirement;
}

/// `(a, b)` after `in` or `notin`.
Result<std::set<std::string>> parseSet(Tokens& tokens) {
    std::set<std::string> values;
    if (!tokens.take("(")) return refuse(tokens.text(), "'(' is expected after in and notin");
    do
        values.insert(std::string(tokens.word()));
    while (tokens.take(","));
    if (!tokens.take(")")) return refuse(tokens.text(), "')' is expected");
    return values;
}

Result<Requirement> parseRequirement(Tokens& tokens) {
    Requirement requirement;
    if (tokens.take("!")) {
        requirement.key = tokens.word();
        requirement.op = Operator::DoesNotExist;
        return validated(std::move(requirement), tokens.text());
    }
    requirement.key = tokens.word();
    const auto single = [&](Operator op) {
        requirement.op = op;
        requirement.values = {std::string(tokens.word())};
        return validated(std::move(requirement), tokens.text());
    };
    if (tokens.take("!=")) return single(Operator::NotIn);
    if (tokens.take("==") || tokens.take("=")) return single(Operator::In);
    if (tokens.take(">")) return single(Operator::GreaterThan);
    if (tokens.take("<")) return single(Operator::LessThan);
    const std::string_view word = tokens.word();
    if (word == "in" || word == "notin") {
        requirement.op = word == "in" ? Operator::In : Operator::NotIn;
        Result<std::set<std::string>> values = parseSet(tokens);
        if (!values) return fail(std::move(values.error()));
        requirement.values = std::move(*values);
    } else if (!word.empty()) {
        return refuse(tokens.text(), "found \"" + std::string(word) + "\" where an operator is expected");
    }
    return validated(std::move(requirement), tokens.text());
}

bool holds(const Requirement& requirement, const std::map<std::string, std::string>& labels) {
    const auto it = labels.find(requirement.key);
    const bool present = it != labels.end();
    switch (requirement.op) {
    case Operator::In:
        return present && requirement.values.contains(it->second);
    case Operator::NotIn:
        return !present || !requirement.values.contains(it->second);
    case Operator::Exists:
        return present;
    case Operator::DoesNotExist:
        return !present;
    case Operator::GreaterThan:
    case Operator::LessThan:
        break;
    }
    if (!present || requirement.values.size() != 1) return false;
    const std::optional<std::int64_t> left = toInteger(it->second);
    const std::optional<std::int64_t> right = toInteger(*requirement.values.begin());
    if (!left || !right) return false;
    return requirement.op == Operator::GreaterThan ? *left > *right : *left < *right;
}

std::string toText(const Requirement& requirement) {
    std::string values;
    for (const std::string& value : requirement.values)
        values += values.empty() ? value : "," + value;
    switch (requirement.op) {
    case Operator::In:
        return requirement.values.size() == 1 ? requirement.key + "=" + values
                                              : requirement.key + " in (" + values + ")";
    case Operator::NotIn:
        return requirement.values.size() == 1 ? requirement.key + "!=" + values
                                              : requirement.key + " notin (" + values + ")";
    case Operator::Exists:
        return requirement.key;
    case Operator::DoesNotExist:
        return "!" + requirement.key;
    case Operator::GreaterThan:
        return requirement.key + ">" + values;
    case Operator::LessThan:
        return requirement.key + "<" + values;
    }
    return {};
}

std::optional<Operator> operatorNamed(std::string_view name) {
    if (name == "In") return Operator::In;
    if (name == "NotIn") return Operator::NotIn;
    if (name == "Exists") return Operator::Exists;
    if (name == "DoesNotExist") return Operator::DoesNotExist;
    return std::nullopt;
}

} // namespace

Result<LabelSelector> LabelSelector::parse(std::string_view text) {
    LabelSelector selector;
    Tokens tokens(text);
    while (!tokens.atEnd()) {
        Result<Requirement> requirement = parseRequirement(tokens);
        if (!requirement) return fail(std::move(requirement.error()));
        selector.requirements_.push_back(std::move(*requirement));
        if (tokens.atEnd()) break;
        if (!tokens.take(",")) return refuse(text, "',' is expected between requirements");
        if (tokens.atEnd()) return refuse(text, "a requirement is expected after ','");
    }
    return selector;
}

Result<LabelSelector> LabelSelector::from(const meta::LabelSelector& selector) {
    LabelSelector result = equalTo({selector.matchlabels().begin(), selector.matchlabels().end()});
    for (const meta::LabelSelectorRequirement& expression : selector.matchexpressions()) {
        const std::optional<Operator> op = operatorNamed(expression.operator_());
        if (!op)
            return fail(Reason::BadRequest,
                        "\"" + expression.operator_() + "\" is not a valid label selector operator");
        const bool needsValues = *op == Operator::In || *op == Operator::NotIn;
        if (needsValues == expression.values().empty())
            return fail(Reason::BadRequest, needsValues
                                                ? "values are needed for In and NotIn"
                                                : "values may not be given for Exists and DoesNotExist");
        Requirement requirement{
            expression.key(), *op, {expression.values().begin(), expression.values().end()}};
        Result<Requirement> checked = validated(std::move(requirement), expression.key());
        if (!checked) return fail(std::move(checked.error()));
        result.requirements_.push_back(std::move(*checked));
    }
    return result;
}

LabelSelector LabelSelector::equalTo(const std::map<std::string, std::string>& labels) {
    LabelSelector selector;
    for (const auto& [key, value] : labels)
        selector.requirements_.push_back(Requirement{key, Operator::In, {value}});
    return selector;
}

bool LabelSelector::matches(const std::map<std::string, std::string>& labels) const {
    return std::all_of(requirements_.begin(), requirements_.end(),
                       [&](const Requirement& requirement) { return holds(requirement, labels); });
}

std::string LabelSelector::toString() const {
    std::string text;
    for (const Requirement& requirement : requirements_)
        text += text.empty() ? toText(requirement) : "," + toText(requirement);
    return text;
}

Traits labelTraits(const Object& object) {
    Traits traits = traitOf("metadata.name", object.name());
    for (const auto& [key, value] : object.labels())
        traits |= traitOf(key, "") | traitOf(key + "=", value);
    return traits;
}

Traits requiredTraits(const LabelSelector& selector) {
    Traits traits = 0;
    for (const Requirement& each : selector.requirements()) {
        if (each.op == Operator::NotIn || each.op == Operator::DoesNotExist) continue;
        traits |= traitOf(each.key, "");
        if (each.op == Operator::In && each.values.size() == 1)
            traits |= traitOf(each.key + "=", *each.values.begin());
    }
    return traits;
}

} // namespace wheelhouse::api
