#pragma once

#include "engine/framing/spdy.h"

#include <zlib.h>

namespace wheelhouse::framing {

/// Inflates and parses the header blocks of one direction. Their compression is shared, so blocks must come
/// in order and the first error is the last call.
class SpdyInflater {
  public:
    explicit SpdyInflater(const SpdyLimits& limits);
    ~SpdyInflater();
    SpdyInflater(const SpdyInflater&) = delete;
    SpdyInflater& operator=(const SpdyInflater&) = delete;
    Result<SpdyHeaders> read(std::string_view block);

  private:
    Result<std::string> inflated(std::string_view block);
    const SpdyLimits limits_;
    z_stream stream_{};
    bool usable_ = false;
};

/// Makes the header blocks of one direction.
class SpdyDeflater {
  public:
    SpdyDeflater();
    ~SpdyDeflater();
    SpdyDeflater(const SpdyDeflater&) = delete;
    SpdyDeflater& operator=(const SpdyDeflater&) = delete;
    std::string write(const SpdyHeaders& headers);

  private:
    z_stream stream_{};
};

} // namespace wheelhouse::framing
