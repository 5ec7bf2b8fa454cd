#pragma once

#include "engine/client/cluster.h"

#include <string>
#include <vector>

namespace wheelhouse::client::remote {

/// Cuts the bytes of a watch into events: length-prefixed protobuf frames, or JSON objects one a line. Fed on
/// one thread at a time.
class WatchDecoder {
  public:
    /// Events of kinds unknown here (null) have no object, but still say that something changed.
    WatchDecoder(const api::Kind* kind, bool protobuf) : kind_(kind), protobuf_(protobuf) {}

    struct Batch {
        std::vector<WatchEvent> events;
        std::optional<Status> error; ///< the server's own end of the watch, or bytes that are no event
    };
    Batch feed(std::string_view bytes);

  private:
    bool nextFrame(std::string_view& frame, Batch& batch);
    void decode(std::string_view frame, Batch& batch);
    void event(const std::string& type, std::string_view contentType, std::string_view object, Batch& batch);

    const api::Kind* kind_;
    bool protobuf_;
    std::string buffer_;
    std::size_t at_ = 0;
};

} // namespace wheelhouse::client::remote
