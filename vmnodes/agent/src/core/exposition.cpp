#include "exposition.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <google/protobuf/stubs/common.h>
#include <optional>
#include <utility>

namespace wheelhouse::agent {

namespace {

constexpr std::size_t mostSamples = 1000;
constexpr std::size_t mostSampleBytes = 2048; ///< of a name and its labels

bool isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

/// The two ways numbers are written beyond what from_chars takes: a plus sign, and digits that are not all
/// there is.
std::optional<double> numberOf(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (end != text.data() + text.size() || text.empty()) return std::nullopt;
    if (error == std::errc::result_out_of_range) return text.starts_with('-') ? -HUGE_VAL : HUGE_VAL;
    if (error != std::errc()) return std::nullopt;
    return number;
}

/// One line, from its front.
class Line {
  public:
    explicit Line(std::string_view text) : text_(text) {}
    bool empty() const { return text_.empty(); }
    void skipBlanks() {
        while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\t'))
            text_.remove_prefix(1);
    }
    bool take(char c) {
        if (!text_.starts_with(c)) return false;
        text_.remove_prefix(1);
        return true;
    }
    /// Empty when there is none. `colons`: as names of metrics may have.
    std::string_view name(bool colons) {
        std::size_t length = 0;
        while (length < text_.size() && (isLetter(text_[length]) || (colons && text_[length] == ':') ||
                                         (length > 0 && isDigit(text_[length]))))
            ++length;
        return cut(length);
    }
    std::string_view word() { return cut(std::min(text_.find_first_of(" \t"), text_.size())); }
    /// The text between quotes, whose opening one has been taken.
    std::optional<std::string> quoted() {
        std::string out;
        for (std::size_t i = 0; i < text_.size(); ++i) {
            char c = text_[i];
            if (c == '"') {
                text_.remove_prefix(i + 1);
                return out;
            }
            if (c == '\\') {
                if (++i == text_.size()) return std::nullopt;
                c = text_[i];
                if (c == 'n')
                    c = '\n';
                else if (c != '\\' && c != '"')
                    out.push_back('\\'); // means nothing, and stands for itself
            }
            out.push_back(c);
        }
        return std::nullopt;
    }

  private:
    std::string_view cut(std::size_t length) {
        const std::string_view out = text_.substr(0, length);
        text_.remove_prefix(length);
        return out;
    }
    std::string_view text_;
};

class Reader {
  public:
    Result<std::vector<ExposedSample>> read(std::string_view page) {
        std::size_t number = 0;
        while (!page.empty()) {
            ++number;
            const std::size_t end = std::min(page.find('\n'), page.size());
            std::string_view line = page.substr(0, end);
            page.remove_prefix(std::min(end + 1, page.size()));
            if (line.ends_with('\r')) line.remove_suffix(1);
            const std::string problem = readLine(Line(line));
            if (!problem.empty())
                return fail(Reason::BadRequest, fmt::format("line {}: {}", number, problem));
        }
        return std::move(samples_);
    }

  private:
    /// What is wrong with it; empty = nothing.
    std::string readLine(Line line) {
        line.skipBlanks();
        if (line.empty()) return {};
        if (line.take('#')) return readComment(line);
        ExposedSample sample;
        sample.name = line.name(true);
        if (sample.name.empty()) return "a name is expected";
        line.skipBlanks();
        if (line.take('{'))
            if (std::string problem = readLabels(line, sample); !problem.empty()) return problem;
        line.skipBlanks();
        const auto value = numberOf(line.word());
        if (!value) return "a number is expected";
        sample.value = *value;
        line.skipBlanks();
        if (!line.empty() && !isWhole(line.word())) return "a timestamp in milliseconds is expected";
        line.skipBlanks();
        if (!line.empty()) return "something follows the timestamp";
        return keep(std::move(sample));
    }

    static bool isWhole(std::string_view text) {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        return error == std::errc() && end == text.data() + text.size();
    }

    std::string readComment(Line line) {
        line.skipBlanks();
        if (line.word() != "TYPE") return {};
        line.skipBlanks();
        const std::string_view name = line.name(true);
        line.skipBlanks();
        const std::string_view type = line.word();
        if (name.empty() || type.empty()) return "a name and a type are expected";
        if (type != "counter" && type != "gauge" && type != "histogram" && type != "summary" &&
            type != "untyped")
            return fmt::format("there is no type \"{}\"", type);
        types_[std::string(name)] = type;
        return {};
    }

    static std::string readLabels(Line& line, ExposedSample& sample) {
        std::size_t bytes = sample.name.size();
        for (;;) {
            line.skipBlanks();
            if (line.take('}')) return {};
            const std::string_view name = line.name(false);
            line.skipBlanks();
            if (name.empty() || !line.take('=')) return "a label is expected";
            line.skipBlanks();
            auto value = line.take('"') ? line.quoted() : std::nullopt;
            if (!value) return "a quoted value of a label is expected";
            bytes += name.size() + value->size();
            if (bytes > mostSampleBytes) return "a sample is too long";
            // What is no text would not get through to the control plane.
            if (!google::protobuf::internal::IsStructurallyValidUTF8(value->data(),
                                                                     static_cast<int>(value->size())))
                return "a label's value is no UTF-8";
            if (!sample.labels.emplace(name, std::move(*value)).second)
                return fmt::format("the label \"{}\" stands there twice", name);
            line.skipBlanks();
            if (!line.take(',')) return line.take('}') ? std::string() : "a comma or a brace is expected";
        }
    }

    std::string_view typeOf(const std::string& name) const {
        const auto found = types_.find(name);
        return found == types_.end() ? std::string_view() : found->second;
    }

    /// The part of a histogram or summary this is: "_sum", "_count", "_bucket"; empty = none.
    std::string_view partOf(const std::string& name) const {
        for (const std::string_view suffix : {"_sum", "_count", "_bucket"}) {
            if (!name.ends_with(suffix)) continue;
            const std::string_view type = typeOf(name.substr(0, name.size() - suffix.size()));
            if (type == "histogram" || type == "summary") return suffix;
        }
        return {};
    }

    std::string keep(ExposedSample sample) {
        const std::string_view type = typeOf(sample.name);
        const std::string_view part = type.empty() ? partOf(sample.name) : std::string_view();
        if (part == "_bucket" || !std::isfinite(sample.value)) return {};
        sample.counter = type == "counter" || !part.empty() ||
                         ((type.empty() || type == "untyped") && sample.name.ends_with("_total"));
        if (samples_.size() == mostSamples) return fmt::format("there are more than {} samples", mostSamples);
        samples_.push_back(std::move(sample));
        return {};
    }

    std::map<std::string, std::string> types_;
    std::vector<ExposedSample> samples_;
};

} // namespace

Result<std::vector<ExposedSample>> parseExposition(std::string_view page) {
    return Reader().read(page);
}

} // namespace wheelhouse::agent
