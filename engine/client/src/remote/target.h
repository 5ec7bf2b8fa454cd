#pragma once

#include "engine/client/cluster.h"
#include "remote/http_client.h"

#include <fmt/format.h>
#include <string>
#include <utility>

namespace wheelhouse::client::remote {

/// A request path with its query, built piece by piece.
class Target {
  public:
    Target(const ResourceName& resource, const std::string& nameSpace) {
        text_ = resource.group.empty()
                    ? "/api/" + encodeComponent(resource.version)
                    : "/apis/" + encodeComponent(resource.group) + "/" + encodeComponent(resource.version);
        if (!nameSpace.empty()) text_ += "/namespaces/" + encodeComponent(nameSpace);
        text_ += "/" + encodeComponent(resource.resource);
    }
    Target& segment(const std::string& name) {
        if (!name.empty()) text_ += "/" + encodeComponent(name);
        return *this;
    }
    Target& with(const char* name, const std::string& value) {
        return value.empty() ? *this : always(name, value);
    }
    /// Also where the value is empty.
    Target& always(const char* name, const std::string& value) {
        text_ += std::exchange(mark_, '&');
        text_ += fmt::format("{}={}", name, encodeComponent(value));
        return *this;
    }
    Target& with(const WriteOptions& options) {
        with("dryRun", options.dryRun ? "All" : "");
        with("fieldManager", options.fieldManager);
        return with("fieldValidation", options.fieldValidation);
    }
    Target& with(const ListOptions& options) {
        with("labelSelector", options.labelSelector);
        with("fieldSelector", options.fieldSelector);
        with("limit", options.limit > 0 ? std::to_string(options.limit) : "");
        with("continue", options.continueToken);
        with("resourceVersion", options.resourceVersion);
        return with("resourceVersionMatch", options.resourceVersionMatch);
    }
    const std::string& text() const { return text_; }

  private:
    std::string text_;
    char mark_ = '?';
};

} // namespace wheelhouse::client::remote
