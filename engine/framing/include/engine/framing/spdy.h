#pragma once

#include "engine/base/status.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wheelhouse::framing {

/// Names in lower case; a name with several values stands once for each.
using SpdyHeaders = std::vector<std::pair<std::string, std::string>>;

enum class SpdyType : std::uint16_t {
    Data = 0, ///< no number on the wire
    SynStream = 1,
    SynReply = 2,
    Reset = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    Headers = 8,
    WindowUpdate = 9,
};

/// Why a stream is reset.
enum class SpdyReset : std::uint32_t {
    ProtocolError = 1,
    InvalidStream = 2,
    RefusedStream = 3,
    Cancel = 5,
    InternalError = 6,
    FlowControlError = 7,
};

/// One frame of any type; which fields mean something depends on it.
struct SpdyFrame {
    SpdyType type = SpdyType::Data;
    std::uint32_t stream = 0;     ///< GoAway: the last good one
    std::uint32_t associated = 0; ///< SynStream
    bool fin = false;             ///< the sender sends no more on this stream
    bool unidirectional = false;  ///< SynStream
    std::uint32_t value = 0;      ///< reset or goaway status, ping id, window delta
    SpdyHeaders headers;          ///< SynStream, SynReply, Headers
    std::string data;

    /// The first value of a header, or empty.
    std::string_view header(std::string_view name) const {
        for (const auto& [key, value] : headers)
            if (key == name) return value;
        return {};
    }
};

/// What a peer may make us hold.
struct SpdyLimits {
    std::size_t frameBytes = 1024 * 1024; ///< payload of a data frame
    std::size_t headerBytes = 64 * 1024;  ///< a header block, before and after inflating
    std::size_t headers = 100;
};

/// Reads one direction of a connection. Not thread-safe; after an error it reads nothing more (a header block
/// that was not understood leaves the compression of all later ones unknown).
class SpdyReader {
  public:
    explicit SpdyReader(SpdyLimits limits = {});
    ~SpdyReader();
    SpdyReader(const SpdyReader&) = delete;
    SpdyReader& operator=(const SpdyReader&) = delete;

    void feed(std::string_view bytes);
    /// The next frame; nothing when more bytes are needed. Control frames of unknown type are skipped.
    Result<std::optional<SpdyFrame>> next();
    /// Bytes fed and not yet given out.
    std::size_t buffered() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Makes one direction of a connection; frames must be sent in the order they were made, because their
/// headers share one compression. Not thread-safe.
class SpdyWriter {
  public:
    SpdyWriter();
    ~SpdyWriter();
    SpdyWriter(const SpdyWriter&) = delete;
    SpdyWriter& operator=(const SpdyWriter&) = delete;

    std::string synStream(std::uint32_t stream, const SpdyHeaders& headers, bool fin = false);
    std::string synReply(std::uint32_t stream, const SpdyHeaders& headers, bool fin = false);
    std::string headers(std::uint32_t stream, const SpdyHeaders& headers, bool fin = false);
    static std::string data(std::uint32_t stream, std::string_view bytes, bool fin = false);
    static std::string reset(std::uint32_t stream, SpdyReset why);
    static std::string ping(std::uint32_t id);
    static std::string goAway(std::uint32_t lastStream, std::uint32_t status = 0);
    static std::string windowUpdate(std::uint32_t stream, std::uint32_t bytes);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace wheelhouse::framing
