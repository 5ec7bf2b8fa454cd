#include "remote/watch.h"

#include "engine/api/codec.h"
#include "engine/api/types.h"
#include "remote/answers.h"

namespace wheelhouse::client::remote {

namespace {

/// Larger than any object an API server stores, in any encoding.
constexpr std::size_t largestFrame = 64 * 1024 * 1024;
constexpr const char* initialEventsEnd = "k8s.io/initial-events-end";

Status malformed() {
    return fail(Reason::ServiceUnavailable, "the server sent a malformed watch event").value();
}

} // namespace

bool WatchDecoder::nextFrame(std::string_view& frame, Batch& batch) {
    const std::string_view rest = std::string_view(buffer_).substr(at_);
    if (!protobuf_) {
        const auto end = rest.find('\n');
        if (end == std::string_view::npos) {
            if (rest.size() > largestFrame) batch.error = malformed();
            return false;
        }
        frame = rest.substr(0, end);
        at_ += end + 1;
        return true;
    }
    if (rest.size() < 4) return false;
    std::size_t size = 0;
    for (int i = 0; i < 4; ++i)
        size = size << 8 | static_cast<unsigned char>(rest[static_cast<std::size_t>(i)]);
    if (size > largestFrame) {
        batch.error = malformed();
        return false;
    }
    if (rest.size() < 4 + size) return false;
    frame = rest.substr(4, size);
    at_ += 4 + size;
    return true;
}

WatchDecoder::Batch WatchDecoder::feed(std::string_view bytes) {
    Batch batch;
    buffer_.append(bytes);
    std::string_view frame;
    while (!batch.error && nextFrame(frame, batch))
        if (!frame.empty()) decode(frame, batch);
    buffer_.erase(0, std::exchange(at_, 0));
    return batch;
}

void WatchDecoder::decode(std::string_view frame, Batch& batch) {
    api::meta::WatchEvent message;
    if (protobuf_) {
        if (!message.ParseFromArray(frame.data(), static_cast<int>(frame.size()))) {
            batch.error = malformed();
            return;
        }
        return event(message.type(), protobufType, message.object().raw(), batch);
    }
    auto decoded = api::decodeJson(frame, api::meta::WatchEvent::descriptor(), api::FieldValidation::Ignore);
    if (!decoded) {
        batch.error = malformed();
        return;
    }
    const auto& parsed = static_cast<const api::meta::WatchEvent&>(*decoded->message);
    event(parsed.type(), "application/json", parsed.object().raw(), batch);
}

void WatchDecoder::event(const std::string& type, std::string_view contentType, std::string_view object,
                         Batch& batch) {
    if (type == "ERROR") {
        batch.error = statusOf(500, contentType, object);
        return;
    }
    WatchEvent event;
    if (type == "ADDED")
        event.type = WatchEvent::Type::Added;
    else if (type == "MODIFIED")
        event.type = WatchEvent::Type::Modified;
    else if (type == "DELETED")
        event.type = WatchEvent::Type::Deleted;
    else if (type == "BOOKMARK")
        event.type = WatchEvent::Type::Bookmark;
    else
        return; // of a later protocol: to be ignored
    if (kind_ && event.type != WatchEvent::Type::Bookmark) {
        auto made = objectOf(kind_, contentType, object);
        if (!made || !*made) {
            batch.error = made ? malformed() : made.error();
            return;
        }
        event.object = std::move(*made);
        event.revision = event.object->revision();
        batch.events.push_back(std::move(event));
        return;
    }
    api::meta::PartialObjectMetadata partial;
    if (contentType == protobufType) {
        // Every object has its metadata as field 1.
        const auto envelope = openEnvelope(object);
        if (envelope) (void)partial.ParseFromString(envelope->raw);
    } else if (auto decoded = api::decodeJson(object, api::meta::PartialObjectMetadata::descriptor(),
                                              api::FieldValidation::Ignore)) {
        partial.CopyFrom(*decoded->message);
    }
    event.revision = revisionOf(partial.metadata().resourceversion());
    const auto& annotations = partial.metadata().annotations();
    const auto end = annotations.find(initialEventsEnd);
    event.initialEventsEnd =
        event.type == WatchEvent::Type::Bookmark && end != annotations.end() && end->second == "true";
    batch.events.push_back(std::move(event));
}

} // namespace wheelhouse::client::remote
