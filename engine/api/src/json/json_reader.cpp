#include "json/json_reader.h"

#include "engine/base/base64.h"

#include <charconv>
#include <cstring>

namespace wheelhouse::api {
namespace {

/// More complaints about fields than anybody reads.
constexpr std::size_t maxFieldErrors = 100;

std::string_view typeName(JsonReader::Type type) {
    switch (type) {
    case JsonReader::Type::Null:
        return "null";
    case JsonReader::Type::Bool:
        return "a boolean";
    case JsonReader::Type::Number:
        return "a number";
    case JsonReader::Type::String:
        return "a string";
    case JsonReader::Type::Array:
        return "a list";
    case JsonReader::Type::Object:
        return "an object";
    case JsonReader::Type::Invalid:
        break;
    }
    return "nothing";
}

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

void appendUtf8(std::string& out, unsigned code) {
    if (code < 0x80) {
        out.push_back(static_cast<char>(code));
    } else if (code < 0x800) {
        out.push_back(static_cast<char>(0xC0 | (code >> 6)));
        out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
    } else if (code < 0x10000) {
        out.push_back(static_cast<char>(0xE0 | (code >> 12)));
        out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
        out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
    } else {
        out.push_back(static_cast<char>(0xF0 | (code >> 18)));
        out.push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3F)));
        out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
        out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
    }
}

} // namespace

std::size_t utf8Length(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto continuation = [&](std::size_t i) { return i < text.size() && (at(i) & 0xC0) == 0x80; };
    if (text.empty()) return 0;
    const unsigned char c = at(0);
    if (c < 0x80) return 1;
    if (c >= 0xC2 && c <= 0xDF) return continuation(1) ? 2 : 0;
    if (c >= 0xE0 && c <= 0xEF) {
        if (!continuation(1) || !continuation(2)) return 0;
        if (c == 0xE0 && at(1) < 0xA0) return 0;
        if (c == 0xED && at(1) > 0x9F) return 0;
        return 3;
    }
    if (c >= 0xF0 && c <= 0xF4) {
        if (!continuation(1) || !continuation(2) || !continuation(3)) return 0;
        if (c == 0xF0 && at(1) < 0x90) return 0;
        if (c == 0xF4 && at(1) > 0x8F) return 0;
        return 4;
    }
    return 0;
}

bool isUtf8(std::string_view text) {
    while (!text.empty()) {
        std::uint64_t word = 0;
        while (text.size() >= sizeof(word)) {
            std::memcpy(&word, text.data(), sizeof(word));
            if ((word & 0x8080808080808080ULL) != 0) break;
            text.remove_prefix(sizeof(word));
        }
        if (text.empty()) break;
        const std::size_t length = utf8Length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

JsonReader::JsonReader(std::string_view text, FieldValidation validation)
    : begin_(text.data()), pos_(text.data()), end_(text.data() + text.size()), validation_(validation) {
    frames_.reserve(32);
    if (text.size() > maxBodyBytes) {
        failed_ = true;
        error_ = "the body is larger than " + std::to_string(maxBodyBytes) + " bytes";
    } else if (!isUtf8(text)) {
        failed_ = true;
        error_ = "the body is not valid UTF-8";
    }
}

void JsonReader::skipBlanks() {
    while (pos_ != end_ && (*pos_ == ' ' || *pos_ == '\n' || *pos_ == '\t' || *pos_ == '\r'))
        ++pos_;
}

JsonReader::Type JsonReader::peek() {
    if (failed_) return Type::Invalid;
    skipBlanks();
    if (pos_ == end_) {
        failSyntax("the text ends where a value is expected");
        return Type::Invalid;
    }
    switch (*pos_) {
    case 'n':
        return Type::Null;
    case 't':
    case 'f':
        return Type::Bool;
    case '"':
        return Type::String;
    case '[':
        return Type::Array;
    case '{':
        return Type::Object;
    default:
        break;
    }
    if (*pos_ == '-' || isDigit(*pos_)) return Type::Number;
    failSyntax("a value is expected");
    return Type::Invalid;
}

bool JsonReader::literal(std::string_view word) {
    if (static_cast<std::size_t>(end_ - pos_) < word.size() || std::string_view(pos_, word.size()) != word)
        return failSyntax("an unknown word");
    pos_ += word.size();
    return true;
}

bool JsonReader::takeNull() {
    return peek() == Type::Null && literal("null");
}

bool JsonReader::readBool(bool& value) {
    if (peek() != Type::Bool) return failType("a boolean");
    value = *pos_ == 't';
    return literal(value ? "true" : "false");
}

bool JsonReader::readNumberText(std::string_view& value) {
    if (peek() != Type::Number) return failType("a number");
    const char* p = pos_;
    if (*p == '-') ++p;
    if (p == end_ || !isDigit(*p)) return failSyntax("a digit is expected");
    if (*p == '0') {
        ++p;
    } else {
        while (p != end_ && isDigit(*p))
            ++p;
    }
    if (p != end_ && isDigit(*p)) return failSyntax("a number may not begin with 0");
    if (p != end_ && *p == '.') {
        ++p;
        if (p == end_ || !isDigit(*p)) return failSyntax("a digit is expected");
        while (p != end_ && isDigit(*p))
            ++p;
    }
    if (p != end_ && (*p == 'e' || *p == 'E')) {
        ++p;
        if (p != end_ && (*p == '+' || *p == '-')) ++p;
        if (p == end_ || !isDigit(*p)) return failSyntax("a digit is expected");
        while (p != end_ && isDigit(*p))
            ++p;
    }
    value = std::string_view(pos_, static_cast<std::size_t>(p - pos_));
    pos_ = p;
    return true;
}

bool JsonReader::readInt64(std::int64_t& value) {
    if (peek() != Type::Number) return failType("an integer");
    std::string_view text;
    if (!readNumberText(text)) return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size())
        return failHere("expected an integer, found " + std::string(text.substr(0, 40)));
    if (error != std::errc())
        return failHere("the number " + std::string(text.substr(0, 40)) + " does not fit 64 bits");
    return true;
}

bool JsonReader::readInt32(std::int32_t& value) {
    std::int64_t wide = 0;
    if (!readInt64(wide)) return false;
    if (wide < INT32_MIN || wide > INT32_MAX)
        return failHere("the number " + std::to_string(wide) + " does not fit 32 bits");
    value = static_cast<std::int32_t>(wide);
    return true;
}

bool JsonReader::readDouble(double& value) {
    std::string_view text;
    if (!readNumberText(text)) return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return failHere("the number " + std::string(text.substr(0, 40)) + " is out of range");
    return true;
}

bool JsonReader::scanString(std::string_view& raw, bool& escaped) {
    const char* p = pos_ + 1;
    escaped = false;
    while (p != end_ && *p != '"') {
        if (static_cast<unsigned char>(*p) < 0x20) {
            pos_ = p;
            return failSyntax("a control character inside a string");
        }
        if (*p == '\\') {
            escaped = true;
            if (++p == end_) break;
        }
        ++p;
    }
    if (p == end_) {
        pos_ = p;
        return failSyntax("the text ends inside a string");
    }
    raw = std::string_view(pos_ + 1, static_cast<std::size_t>(p - pos_ - 1));
    pos_ = p + 1;
    return true;
}

bool JsonReader::readHex4(const char*& p, const char* end, unsigned& value) {
    if (end - p < 4) return failSyntax("four hexadecimal digits are expected after \\u");
    const auto [stop, error] = std::from_chars(p, p + 4, value, 16);
    if (error != std::errc() || stop != p + 4)
        return failSyntax("four hexadecimal digits are expected after \\u");
    p += 4;
    return true;
}

bool JsonReader::unescape(std::string_view raw, std::string& value) {
    constexpr unsigned replacement = 0xFFFD;
    value.clear();
    value.reserve(raw.size());
    const char* p = raw.data();
    const char* const end = p + raw.size();
    while (p != end) {
        if (*p != '\\') {
            value.push_back(*p++);
            continue;
        }
        const char c = *++p;
        ++p;
        switch (c) {
        case '"':
        case '\\':
        case '/':
            value.push_back(c);
            break;
        case 'b':
            value.push_back('\b');
            break;
        case 'f':
            value.push_back('\f');
            break;
        case 'n':
            value.push_back('\n');
            break;
        case 'r':
            value.push_back('\r');
            break;
        case 't':
            value.push_back('\t');
            break;
        case 'u': {
            unsigned code = 0;
            if (!readHex4(p, end, code)) return false;
            if (code >= 0xD800 && code < 0xE000) {
                // A pair makes one character; half a pair is no character at all.
                const char* next = p;
                unsigned low = 0;
                const bool pair = code < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u';
                if (pair) {
                    next += 2;
                    if (!readHex4(next, end, low)) return false;
                }
                if (pair && low >= 0xDC00 && low < 0xE000) {
                    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                    p = next;
                } else {
                    code = replacement;
                }
            }
            appendUtf8(value, code);
            break;
        }
        default:
            return failSyntax("an unknown escape in a string");
        }
    }
    return true;
}

bool JsonReader::readString(std::string& value) {
    if (peek() != Type::String) return failType("a string");
    std::string_view raw;
    bool escaped = false;
    if (!scanString(raw, escaped)) return false;
    if (escaped) return unescape(raw, value);
    value.assign(raw);
    return true;
}

bool JsonReader::readBytes(std::string& value) {
    std::string text;
    if (!readString(text)) return false;
    if (!decodeBase64(text, value)) return failHere("not valid base64");
    return true;
}

bool JsonReader::open(char bracket, bool array) {
    if (frames_.size() >= static_cast<std::size_t>(maxDepth))
        return failHere("nested deeper than " + std::to_string(maxDepth) + " levels");
    if (*pos_ != bracket) return failSyntax("a bracket is expected");
    ++pos_;
    frames_.emplace_back();
    frames_.back().array = array;
    return true;
}

bool JsonReader::close(char bracket) {
    if (pos_ == end_ || *pos_ != bracket) return false;
    ++pos_;
    frames_.pop_back();
    return true;
}

bool JsonReader::beginObject() {
    if (peek() != Type::Object) return failType("an object");
    return open('{', false);
}

bool JsonReader::beginArray() {
    if (peek() != Type::Array) return failType("a list");
    return open('[', true);
}

bool JsonReader::nextKey(std::string_view& key) {
    if (failed_) return false;
    Frame& frame = frames_.back();
    skipBlanks();
    if (close('}')) return false;
    if (!frame.first) {
        if (pos_ == end_ || *pos_ != ',') return failSyntax("',' or '}' is expected");
        ++pos_;
        skipBlanks();
    }
    frame.first = false;
    if (pos_ == end_ || *pos_ != '"') return failSyntax("a field name in quotes is expected");
    bool escaped = false;
    if (!scanString(key, escaped)) return false;
    if (escaped) {
        std::string plain;
        if (!unescape(key, plain)) return false;
        key = unescapedKeys_.emplace_back(std::move(plain));
    }
    frame.key = key;
    skipBlanks();
    if (pos_ == end_ || *pos_ != ':') return failSyntax("':' is expected");
    ++pos_;
    return true;
}

bool JsonReader::nextElement() {
    if (failed_) return false;
    Frame& frame = frames_.back();
    skipBlanks();
    if (close(']')) return false;
    if (!frame.first) {
        if (pos_ == end_ || *pos_ != ',') return failSyntax("',' or ']' is expected");
        ++pos_;
        skipBlanks();
        if (pos_ != end_ && *pos_ == ']') return failSyntax("a value is expected");
    }
    frame.first = false;
    ++frame.index;
    return true;
}

bool JsonReader::skipValue() {
    switch (peek()) {
    case Type::Null:
        return literal("null");
    case Type::Bool: {
        bool ignored = false;
        return readBool(ignored);
    }
    case Type::Number: {
        std::string_view ignored;
        return readNumberText(ignored);
    }
    case Type::String: {
        std::string ignored;
        return readString(ignored);
    }
    case Type::Array:
        if (!beginArray()) return false;
        while (nextElement())
            if (!skipValue()) return false;
        return !failed_;
    case Type::Object: {
        if (!beginObject()) return false;
        std::string_view key;
        while (nextKey(key))
            if (!skipValue()) return false;
        return !failed_;
    }
    case Type::Invalid:
        break;
    }
    return false;
}

bool JsonReader::readRaw(std::string& value) {
    if (peek() == Type::Invalid) return false;
    const char* const start = pos_;
    if (!skipValue()) return false;
    value.clear();
    bool inString = false;
    for (const char* p = start; p != pos_; ++p) {
        if (!inString && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r')) continue;
        value.push_back(*p);
        if (inString && *p == '\\') {
            value.push_back(*++p);
        } else if (*p == '"') {
            inString = !inString;
        }
    }
    return true;
}

bool JsonReader::readTypeMeta(std::string_view key, bool& known) {
    const std::size_t which = key == "apiVersion" ? 0 : 1;
    known = which == 0 || key == "kind";
    if (!known) return true;
    Frame& frame = frames_.back();
    if (frame.hasTypeMeta[which]) noteDuplicateField();
    frame.hasTypeMeta[which] = true;
    std::string text;
    if (!takeNull() && !readString(text)) return false;
    if (frames_.size() == 1) typeMeta_[which] = std::move(text);
    return true;
}

bool JsonReader::finish() {
    if (failed_) return false;
    skipBlanks();
    return pos_ == end_ || failSyntax("nothing more is expected after the value");
}

std::string JsonReader::path() const {
    std::string path;
    for (const Frame& frame : frames_) {
        if (frame.array) {
            if (frame.index >= 0) path += "[" + std::to_string(frame.index) + "]";
        } else if (!frame.key.empty()) {
            if (!path.empty()) path += '.';
            path += frame.key;
        }
    }
    return path;
}

void JsonReader::noteUnknownField() {
    if (validation_ != FieldValidation::Ignore && fieldErrors_.size() < maxFieldErrors)
        fieldErrors_.push_back("unknown field \"" + path() + "\"");
}

void JsonReader::noteDuplicateField() {
    if (validation_ != FieldValidation::Ignore && fieldErrors_.size() < maxFieldErrors)
        fieldErrors_.push_back("duplicate field \"" + path() + "\"");
}

bool JsonReader::failHere(std::string_view what) {
    if (failed_) return false;
    failed_ = true;
    const std::string where = path();
    error_ = where.empty() ? std::string(what) : where + ": " + std::string(what);
    return false;
}

bool JsonReader::failType(std::string_view expected) {
    if (failed_) return false;
    return failHere("expected " + std::string(expected) + ", found " + std::string(typeName(peek())));
}

bool JsonReader::failSyntax(std::string_view what) {
    if (failed_) return false;
    failed_ = true;
    int line = 1;
    const char* lineStart = begin_;
    for (const char* p = begin_; p != pos_; ++p) {
        if (*p == '\n') {
            ++line;
            lineStart = p + 1;
        }
    }
    error_ = "malformed JSON at line " + std::to_string(line) + ", column " +
             std::to_string(pos_ - lineStart + 1) + ": " + std::string(what);
    return false;
}

} // namespace wheelhouse::api
