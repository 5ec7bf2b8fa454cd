#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wheelhouse::api {

/// Appends JSON to one string; commas come by themselves. Keys are given with their quotes and colon
/// (`"name":`), so that the known ones are copied as they stand. The caller keeps brackets balanced.
class JsonWriter {
  public:
    void beginObject() { open('{'); }
    void endObject() { close('}'); }
    void beginArray() { open('['); }
    void endArray() { close(']'); }
    /// A key from the schema, quotes and colon included.
    void key(std::string_view quoted) {
        comma();
        out_.append(quoted);
        needComma_ = false;
    }
    /// A key that is data.
    void dataKey(std::string_view text) {
        comma();
        quote(text);
        out_.push_back(':');
        needComma_ = false;
    }
    void string(std::string_view text) {
        comma();
        quote(text);
        needComma_ = true;
    }
    void integer(std::int64_t value);
    void number(double value);
    void boolean(bool value) { raw(value ? "true" : "false"); }
    void null() { raw("null"); }
    void base64(std::string_view bytes);
    /// One JSON value as it stands.
    void raw(std::string_view json) {
        comma();
        out_.append(json);
        needComma_ = true;
    }
    void reserve(std::size_t bytes) { out_.reserve(bytes); }
    std::string take() { return std::move(out_); }

  private:
    void comma() {
        if (needComma_) out_.push_back(',');
    }
    void open(char bracket) {
        comma();
        out_.push_back(bracket);
        needComma_ = false;
    }
    void close(char bracket) {
        out_.push_back(bracket);
        needComma_ = true;
    }
    void quote(std::string_view text);

    std::string out_;
    bool needComma_ = false;
};

} // namespace wheelhouse::api
