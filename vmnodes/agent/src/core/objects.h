#pragma once

#include "engine/api/types.h"
#include "engine/base/ids.h"
#include "engine/base/status.h"

#include <map>
#include <string>
#include <vector>

namespace wheelhouse::agent {

/// What the control plane has sent because some pod here refers to it: ConfigMaps, Secrets, tokens, and the
/// volumes behind claims.
class ObjectCache {
  public:
    using Data = std::map<std::string, std::string>;
    /// Where the data of a token has it.
    static constexpr const char* tokenKey = "token";
    /// `kind` is "ConfigMap", "Secret", "Token" or "PersistentVolumeClaim", whose bytes are those of the
    /// volume it is bound to; empty bytes = there is no such object, or no volume yet.
    void set(const std::string& kind, const std::string& nameSpace, const std::string& name,
             const std::string& bytes);
    /// Its data. NotFound: there is none; ServiceUnavailable: the control plane has not said yet.
    Result<Data> data(const std::string& kind, const std::string& nameSpace, const std::string& name) const;
    /// The pod is gone, and its tokens with it; their keys.
    std::vector<std::string> forgetTokens(const std::string& nameSpace, const Uid& pod);
    /// The volume a claim is bound to. ServiceUnavailable: there is none yet, or the control plane has not
    /// said.
    Result<api::core::PersistentVolume> volume(const std::string& nameSpace, const std::string& claim) const;
    static std::string key(const std::string& kind, const std::string& nameSpace, const std::string& name) {
        return kind + "/" + nameSpace + "/" + name;
    }

  private:
    struct Entry {
        bool exists = false;
        Data data;
        api::core::PersistentVolume volume;
    };
    std::map<std::string, Entry> entries_;
};

} // namespace wheelhouse::agent
