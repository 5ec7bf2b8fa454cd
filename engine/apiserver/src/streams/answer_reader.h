#pragma once

#include "engine/apiserver/handler.h"
#include "engine/base/status.h"

#include <memory>
#include <string>
#include <string_view>

namespace wheelhouse::apiserver {

/// Reads one HTTP/1 answer piece by piece, holding no more of it than its head. Not thread-safe.
class AnswerReader {
  public:
    /// `headOnly`: the answer to HEAD has no body whatever its headers say.
    explicit AnswerReader(bool headOnly);
    ~AnswerReader();
    AnswerReader(const AnswerReader&) = delete;
    AnswerReader& operator=(const AnswerReader&) = delete;

    /// What these bytes hold of the body; after a 101 whatever follows the head. An error for what is no
    /// HTTP.
    Result<std::string> feed(std::string_view bytes);
    /// No more bytes come. False when the answer is cut short.
    bool finish();
    bool headDone() const;
    bool done() const; ///< the whole answer has been read
    int code() const;  ///< once the head is done
    Headers headers() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace wheelhouse::apiserver
