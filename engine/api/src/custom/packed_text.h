#pragma once

#include <string>
#include <string_view>

namespace wheelhouse::api {

/// A long text that is kept for long and read rarely. Thread-safe.
class PackedText {
  public:
    explicit PackedText(std::string_view text);
    std::string text() const;
    std::size_t size() const { return size_; } ///< of the text, bytes

  private:
    std::size_t size_ = 0;
    std::string packed_;
};

} // namespace wheelhouse::api
