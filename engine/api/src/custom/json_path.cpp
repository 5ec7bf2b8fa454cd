#include "custom/json_path.h"

#include <algorithm>
#include <charconv>

namespace wheelhouse::api::custom {

class JsonPathParser {
  public:
    explicit JsonPathParser(std::string_view text) : text_(text) {}

    std::optional<JsonPath> parse() {
        JsonPath path;
        if (text_.starts_with('{') && text_.ends_with('}')) text_ = text_.substr(1, text_.size() - 2);
        if (text_.starts_with('$')) text_.remove_prefix(1);
        if (text_.empty() || (text_.front() != '.' && text_.front() != '[')) return std::nullopt;
        while (!text_.empty()) {
            JsonPath::Step step;
            const bool good = text_.front() == '.' ? member(step) : text_.front() == '[' && bracket(step);
            if (!good) return std::nullopt;
            path.steps_.push_back(std::move(step));
        }
        return path;
    }

  private:
    using Step = JsonPath::Step;

    /// `.name`; a backslash takes the next character as it is. `.*` and `.[…]` too.
    bool member(Step& step) {
        text_.remove_prefix(1);
        if (text_.starts_with('[')) return bracket(step);
        if (text_.starts_with('*')) {
            text_.remove_prefix(1);
            step.type = Step::Type::All;
            return true;
        }
        step.name = name();
        return !step.name.empty();
    }

    std::string name() {
        std::string out;
        while (!text_.empty() &&
               std::string_view(".[]()=!<> '\"").find(text_.front()) == std::string_view::npos) {
            if (text_.front() == '\\' && text_.size() > 1) text_.remove_prefix(1);
            out.push_back(text_.front());
            text_.remove_prefix(1);
        }
        return out;
    }

    bool take(std::string_view token) {
        if (!text_.starts_with(token)) return false;
        text_.remove_prefix(token.size());
        return true;
    }
    void skipBlanks() {
        while (text_.starts_with(' '))
            text_.remove_prefix(1);
    }

    std::optional<std::string> quoted() {
        const char quote = text_.front();
        text_.remove_prefix(1);
        std::string out;
        while (!text_.empty() && text_.front() != quote) {
            if (text_.front() == '\\' && text_.size() > 1) text_.remove_prefix(1);
            out.push_back(text_.front());
            text_.remove_prefix(1);
        }
        if (text_.empty()) return std::nullopt;
        text_.remove_prefix(1);
        return out;
    }

    std::optional<std::int64_t> number() {
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
        if (error != std::errc()) return std::nullopt;
        text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
        return value;
    }

    bool bracket(Step& step) {
        text_.remove_prefix(1);
        if (take("*]")) {
            step.type = Step::Type::All;
            return true;
        }
        if (take("?(")) return filter(step);
        if (text_.starts_with('\'') || text_.starts_with('"')) {
            auto key = quoted();
            if (!key) return false;
            step.name = std::move(*key);
            return take("]");
        }
        step.from = number();
        if (take(":")) {
            step.type = Step::Type::Slice;
            step.to = number();
            return take("]");
        }
        step.type = Step::Type::Index;
        return step.from && take("]");
    }

    bool filter(Step& step) {
        step.type = Step::Type::Filter;
        skipBlanks();
        if (!take("@")) return false;
        while (text_.starts_with('.') || text_.starts_with("['")) {
            if (take(".")) {
                step.filterPath.push_back(name());
            } else {
                text_.remove_prefix(1);
                auto key = quoted();
                if (!key || !take("]")) return false;
                step.filterPath.push_back(std::move(*key));
            }
        }
        skipBlanks();
        for (const char* op : {"==", "!=", "<=", ">=", "<", ">"})
            if (take(op)) {
                step.op = op;
                break;
            }
        skipBlanks();
        if (!step.op.empty() && !literal(step)) return false;
        skipBlanks();
        return take(")]");
    }

    bool literal(Step& step) {
        if (text_.starts_with('"') || text_.starts_with('\'')) {
            auto text = quoted();
            if (text) step.literal = std::move(*text);
            return text.has_value();
        }
        const std::size_t end = text_.find_first_of(" )");
        if (end == std::string_view::npos) return false;
        auto value = JsonValue::parse(text_.substr(0, end));
        if (!value) return false;
        step.literal = std::move(*value);
        text_.remove_prefix(end);
        return true;
    }

    std::string_view text_;
};

std::optional<JsonPath> JsonPath::parse(std::string_view text) {
    return JsonPathParser(text).parse();
}

bool JsonPath::passes(const JsonValue& value, const Step& step) {
    const JsonValue* at = &value;
    for (const std::string& name : step.filterPath)
        if (at = at->member(name); at == nullptr) return false;
    if (step.op.empty()) return true;
    if (step.op == "==") return *at == step.literal;
    if (step.op == "!=") return !(*at == step.literal);
    if (!at->isNumber() || !step.literal.isNumber()) return false;
    const double a = at->number();
    const double b = step.literal.number();
    if (step.op == "<") return a < b;
    if (step.op == "<=") return a <= b;
    return step.op == ">" ? a > b : a >= b;
}

void JsonPath::follow(const JsonValue& value, const Step& step, std::vector<const JsonValue*>& out) {
    if (step.type == Step::Type::Member) {
        if (const JsonValue* member = value.member(step.name)) out.push_back(member);
        return;
    }
    if (step.type == Step::Type::All && value.object() != nullptr)
        for (const auto& [key, member] : *value.object())
            out.push_back(&member);
    const JsonValue::Array* array = value.array();
    if (array == nullptr) return;
    const auto size = static_cast<std::int64_t>(array->size());
    const auto position = [&](std::int64_t i) {
        return std::clamp<std::int64_t>(i < 0 ? i + size : i, 0, size);
    };
    std::int64_t from = 0;
    std::int64_t to = size;
    if (step.type == Step::Type::Slice) {
        from = position(step.from.value_or(0));
        to = position(step.to.value_or(size));
    } else if (step.type == Step::Type::Index) {
        from = *step.from < 0 ? *step.from + size : *step.from;
        to = from + 1;
        if (from < 0 || from >= size) return;
    }
    for (std::int64_t i = from; i < to; ++i) {
        const JsonValue& element = (*array)[static_cast<std::size_t>(i)];
        if (step.type != Step::Type::Filter || passes(element, step)) out.push_back(&element);
    }
}

std::vector<const JsonValue*> JsonPath::find(const JsonValue& root) const {
    std::vector<const JsonValue*> found = {&root};
    for (const Step& step : steps_) {
        std::vector<const JsonValue*> next;
        for (const JsonValue* value : found)
            follow(*value, step, next);
        found = std::move(next);
    }
    return found;
}

} // namespace wheelhouse::api::custom
