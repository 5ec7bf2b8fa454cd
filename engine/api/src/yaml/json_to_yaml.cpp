#include "engine/api/codec.h"
#include "yaml/scalars.h"
#include "json/json_reader.h"
#include "json/json_writer.h"

namespace wheelhouse::api {
namespace {

bool isPlainSafe(std::string_view text) {
    if (text.empty() || yaml::resolvePlain(text).type != yaml::ScalarType::String) return false;
    if (text.find_first_of("\n\r\t") != std::string_view::npos) return false;
    if (text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
    // Characters that mean something to YAML at the start of a scalar.
    if (std::string_view("!&*|>'\"%@`#,[]{}?-:=<.~").find(text.front()) != std::string_view::npos) {
        const bool harmless = (text.front() == '-' || text.front() == '?' || text.front() == ':') &&
                              text.size() > 1 && text[1] != ' ' && text != "---" && text[1] != '-';
        if (!harmless && text.front() != '<' && text.front() != '.' && text.front() != '=') return false;
        if (text == "=" || text == "<<" || text == "...") return false;
    }
    if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos) return false;
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F) return false;
    return true;
}

/// A text of several lines that survives as a literal block: nothing that blocks trim or misread.
bool isBlockSafe(std::string_view text) {
    if (text.find('\n') == std::string_view::npos || text.front() == '\n' || text.front() == ' ')
        return false;
    if (text.ends_with("\n\n")) return false;
    for (const char c : text)
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || static_cast<unsigned char>(c) >= 0x7F)
            return false;
    return text.find(" \n") == std::string_view::npos && text.back() != ' ';
}

class YamlEmitter {
  public:
    explicit YamlEmitter(std::string_view json) : reader_(json, FieldValidation::Ignore) {}

    Result<std::string> run() {
        switch (reader_.peek()) {
        case JsonReader::Type::Object:
            object(0, false);
            break;
        case JsonReader::Type::Array:
            array(0);
            break;
        default:
            scalar(0);
        }
        if (!reader_.finish()) return fail(Reason::BadRequest, reader_.error());
        return std::move(out_);
    }

  private:
    void indent(int level) { out_.append(static_cast<std::size_t>(level) * 2, ' '); }

    void text(const std::string& value, int level) {
        if (isPlainSafe(value)) {
            out_ += value;
        } else if (isBlockSafe(value)) {
            block(value, level);
            return;
        } else {
            JsonWriter writer;
            writer.string(value);
            out_ += writer.take();
        }
        out_ += '\n';
    }

    void block(std::string_view value, int level) {
        out_ += value.back() == '\n' ? "|\n" : "|-\n";
        if (value.back() == '\n') value.remove_suffix(1);
        while (true) {
            const std::size_t end = value.find('\n');
            const std::string_view line = value.substr(0, end);
            if (!line.empty()) indent(level + 1);
            out_.append(line);
            out_ += '\n';
            if (end == std::string_view::npos) break;
            value.remove_prefix(end + 1);
        }
    }

    void scalar(int level) {
        if (reader_.peek() == JsonReader::Type::String) {
            std::string value;
            if (reader_.readString(value)) text(value, level);
            return;
        }
        std::string raw;
        if (reader_.readRaw(raw)) out_ += raw + "\n";
    }

    void key(std::string_view name) {
        // YAML looks no further than 1,024 characters for the colon of a simple key; any other says so first.
        constexpr std::size_t simpleKey = 1000;
        std::string text(name);
        if (!isPlainSafe(name)) {
            JsonWriter writer;
            writer.string(name);
            text = writer.take();
        }
        if (text.size() > simpleKey)
            out_ += "? " + text + "\n" + std::string(column_, ' ') + ":";
        else
            out_ += text + ":";
    }

    /// A value after "key:", on the same line or below.
    void member(int level) {
        switch (reader_.peek()) {
        case JsonReader::Type::Object:
            out_ += '\n';
            object(level + 1, false);
            return;
        // Lists stand below their key without further indentation, as kubectl prints them.
        case JsonReader::Type::Array:
            out_ += '\n';
            array(level);
            return;
        default:
            out_ += ' ';
            scalar(level);
        }
    }

    /// `inList`: the first key stands behind a "- ".
    void object(int level, bool inList) {
        if (!reader_.beginObject()) return;
        const std::size_t before = out_.size();
        std::string_view name;
        bool first = true;
        while (reader_.nextKey(name)) {
            if (!(first && inList)) indent(level);
            first = false;
            column_ = static_cast<std::size_t>(level) * 2;
            key(name);
            member(level);
        }
        if (first) empty(before, "{}");
    }

    void array(int level) {
        if (!reader_.beginArray()) return;
        const std::size_t before = out_.size();
        bool first = true;
        while (reader_.nextElement()) {
            first = false;
            indent(level);
            out_ += "- ";
            element(level);
        }
        if (first) empty(before, "[]");
    }

    void element(int level) {
        switch (reader_.peek()) {
        case JsonReader::Type::Object:
            object(level + 1, true);
            return;
        case JsonReader::Type::Array: {
            // Rare: a list in a list is written in flow style.
            std::string raw;
            if (reader_.readRaw(raw)) out_ += raw + "\n";
            return;
        }
        default:
            scalar(level);
        }
    }

    /// An empty collection stands on the line of its key.
    void empty(std::size_t before, std::string_view brackets) {
        out_.resize(before);
        if (!out_.empty() && out_.back() == '\n') {
            out_.back() = ' ';
        }
        out_.append(brackets);
        out_ += '\n';
    }

    JsonReader reader_;
    std::string out_;
    std::size_t column_ = 0; ///< of the keys of the object under way
};

} // namespace

Result<std::string> jsonToYaml(std::string_view json) {
    return YamlEmitter(json).run();
}

} // namespace wheelhouse::api
