#pragma once

#include "engine/base/status.h"

#include <map>
#include <set>
#include <string>

namespace wheelhouse::agent {

/// The ConfigMaps and Secrets the control plane has sent because some pod here refers to them.
class ObjectCache {
  public:
    using Data = std::map<std::string, std::string>;
    /// `kind` is "ConfigMap" or "Secret"; empty bytes = there is no such object.
    void set(const std::string& kind, const std::string& nameSpace, const std::string& name,
             const std::string& bytes);
    /// Its data. NotFound: there is none; ServiceUnavailable: the control plane has not said yet.
    Result<Data> data(const std::string& kind, const std::string& nameSpace, const std::string& name) const;
    static std::string key(const std::string& kind, const std::string& nameSpace, const std::string& name) {
        return kind + "/" + nameSpace + "/" + name;
    }

  private:
    struct Entry {
        bool exists = false;
        Data data;
    };
    std::map<std::string, Entry> entries_;
};

} // namespace wheelhouse::agent
