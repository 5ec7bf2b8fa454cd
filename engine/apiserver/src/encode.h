#pragma once

#include "engine/api/object.h"
#include "engine/apiserver/handler.h"
#include "engine/base/clock.h"
#include "negotiate.h"
#include "verbs.h"

#include <memory>
#include <string>

namespace wheelhouse::apiserver {

// Answers as bytes. `kind` is the one asked for: objects are shown as that kind, in its version. Pure;
// thread-safe.

std::string encodeObject(const api::Kind& kind, const api::ObjectPtr& object, const Format& format,
                         WallTime now);
std::string encodeList(const api::Kind& kind, std::shared_ptr<const ListAnswer> list, const Format& format,
                       WallTime now);
/// The same bytes in pieces; null where they are few, or are YAML, which is made as a whole.
std::shared_ptr<BodySource> listSource(const api::Kind& kind, std::shared_ptr<const ListAnswer> list,
                                       const Format& format, WallTime now);
/// A message that is no registered object: a Status, a Scale, a discovery document.
std::string encodeMessage(const google::protobuf::Message& message, std::string_view apiVersion,
                          std::string_view kind, const Format& format);
std::string encodeStatus(const Status& status, const Format& format);

/// One watch event, framed for its stream. `firstOfTable`: a Table event that brings the column definitions.
std::string encodeEvent(const api::Kind& kind, const Event& event, const Format& format, bool firstOfTable,
                        WallTime now);
/// The ERROR event that ends a watch.
std::string encodeErrorEvent(const Status& status, const Format& format);

} // namespace wheelhouse::apiserver
