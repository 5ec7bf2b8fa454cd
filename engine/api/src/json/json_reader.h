#pragma once

#include "engine/api/codec.h"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::api {

/// A strict pull reader over one JSON text in memory. Every call that can fail returns false and the reader
/// stays failed with the first error; further calls do nothing. Errors name the path of the value
/// (`spec.containers[0].image`) or, for malformed JSON, line and column. The text must outlive the reader.
/// Not thread-safe.
class JsonReader {
  public:
    enum class Type { Null, Bool, Number, String, Array, Object, Invalid };

    JsonReader(std::string_view text, FieldValidation validation);

    /// The type of the value that comes next; Invalid after an error.
    Type peek();
    /// Consumes `null` if it comes next.
    bool takeNull();

    bool readString(std::string& value);
    bool readBool(bool& value);
    bool readInt32(std::int32_t& value);
    bool readInt64(std::int64_t& value);
    bool readDouble(double& value);
    /// The number's text, checked against the grammar only.
    bool readNumberText(std::string_view& value);
    /// Standard base64 with padding.
    bool readBytes(std::string& value);
    bool skipValue();
    /// The next value as it stands, without the blanks between its tokens.
    bool readRaw(std::string& value);

    bool beginObject();
    /// False at the end of the object or after an error. `key` lives as long as the reader.
    bool nextKey(std::string_view& key);
    bool beginArray();
    /// False at the end of the array or after an error.
    bool nextElement();
    /// True when nothing but blanks is left; otherwise fails.
    bool finish();

    /// The key just read is not in the schema, or was given before: noted unless they are to be ignored.
    void noteUnknownField();
    void noteDuplicateField();

    /// Fails at the current path: `spec.replicas: expected an integer, found a string`.
    bool failHere(std::string_view what);
    /// After reading key `apiVersion` or `kind` of a message that may carry them: consumes the value, which
    /// is kept when this is the outermost object. `known` tells whether the key was one of the two.
    bool readTypeMeta(std::string_view key, bool& known);
    const std::string& apiVersion() const { return typeMeta_[0]; }
    const std::string& kind() const { return typeMeta_[1]; }

    bool failed() const { return failed_; }
    const std::string& error() const { return error_; }
    std::vector<std::string>& fieldErrors() { return fieldErrors_; }
    bool strict() const { return validation_ == FieldValidation::Strict; }
    std::string path() const;

  private:
    struct Frame {
        bool array = false;
        bool first = true;
        bool hasTypeMeta[2] = {false, false};
        std::string_view key;
        std::int64_t index = -1;
    };

    void skipBlanks();
    bool failSyntax(std::string_view what);
    bool failType(std::string_view expected);
    bool open(char bracket, bool array);
    bool close(char bracket);
    bool scanString(std::string_view& raw, bool& escaped);
    bool unescape(std::string_view raw, std::string& value);
    bool readHex4(const char*& p, const char* end, unsigned& value);
    bool literal(std::string_view word);

    const char* begin_;
    const char* pos_;
    const char* end_;
    FieldValidation validation_;
    bool failed_ = false;
    std::string error_;
    std::vector<std::string> fieldErrors_;
    std::vector<Frame> frames_;
    std::deque<std::string> unescapedKeys_;
    std::string typeMeta_[2];
};

/// True when `text` is well-formed UTF-8 (no surrogates, no overlong forms).
bool isUtf8(std::string_view text);
/// The length of the well-formed UTF-8 sequence at the start of `text`, 0 if there is none.
std::size_t utf8Length(std::string_view text);

} // namespace wheelhouse::api
