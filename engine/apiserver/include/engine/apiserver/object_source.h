#pragma once

#include "engine/api/kind.h"
#include "engine/apiserver/handler.h"
#include "engine/base/status.h"

#include <functional>
#include <google/protobuf/message.h>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::apiserver {

/// What somebody who asks may know beside the object asked for. On the control executor.
class Reader {
  public:
    virtual ~Reader() = default;
    virtual bool mayListPods(const std::string& nameSpace) const = 0;
};

/// Makes the objects of one computed kind (`api::isComputed`) when somebody asks for them: what the store
/// would only repeat, and most of which nobody ever looks at. The API server does the rest: access,
/// selectors, pages, tables, watches. On the control executor only, and answers at once.
class ObjectSource {
  public:
    virtual ~ObjectSource() = default;
    /// The object as it is now, of the kind's own message type, with name, namespace and whatever else its
    /// metadata has but no resourceVersion; null where there is none. `subresource` is empty or one of the
    /// kind's.
    virtual std::unique_ptr<google::protobuf::Message>
    object(const std::string& nameSpace, const std::string& name, const std::string& subresource) = 0;
    /// "namespace/name" (or "name" of a cluster-scoped kind) of all objects of a namespace, in order; an
    /// empty namespace means all.
    virtual std::vector<std::string> keys(const std::string& nameSpace) = 0;
    /// Whether objects say more than everybody who may read them may know; they are then veiled for each
    /// reader, but for those who may do everything.
    virtual bool veils() const { return false; }
    virtual void veil(google::protobuf::Message& /*object*/, const Reader& /*reader*/) const {}
};

/// A source being asked; destroying it (on the control executor) ends that. Its kind then answers
/// ServiceUnavailable, and watches of it wait for another source.
class Serving {
  public:
    virtual ~Serving() = default;
    /// An object came, changed or went: watchers see it a moment later, once however often it changed until
    /// then. Cheap when nobody watches.
    virtual void changed(const std::string& key) = 0;
    /// Whether anybody watches: sources that must look to notice changes need not look otherwise.
    virtual bool watched() const = 0;
};

/// A question that is answered and forgotten: a kind that can only be created. `message` is of its type, with
/// defaults but not checked; the answer is the message to send back, now or later, on the control executor.
struct Question {
    std::shared_ptr<google::protobuf::Message> message;
    std::string nameSpace;
    User user;
    std::shared_ptr<const Reader> reader; ///< the same user; null = may know everything
};
using Answerer = std::function<void(
    Question question, std::function<void(Result<std::shared_ptr<google::protobuf::Message>>)> answer)>;

} // namespace wheelhouse::apiserver
