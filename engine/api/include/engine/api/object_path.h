#pragma once

#include "engine/api/object.h"
#include "engine/base/status.h"

#include <memory>
#include <string>
#include <string_view>

namespace wheelhouse::api {

/// A JSONPath into objects, as `kubectl get -o custom-columns` and printer columns take it:
/// `.metadata.labels.app`, `.spec.containers[*].image`, `.status.conditions[?(@.type=="Ready")].status`; the
/// first dot and braces around it all may be left out.
/// Never changes; thread-safe.
class ObjectPath {
  public:
    /// BadRequest for what is no such path.
    static Result<ObjectPath> parse(std::string_view text);
    /// What it leads to, as text: several values with commas between them, empty when there is none. Costs an
    /// encoding of the object.
    std::string of(const Object& object) const;

  private:
    struct Impl;
    explicit ObjectPath(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
    std::shared_ptr<const Impl> impl_;
};

} // namespace wheelhouse::api
