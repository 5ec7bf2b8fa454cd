#pragma once

#include "engine/base/status.h"

#include <map>
#include <string>

namespace wheelhouse::agent {

/// Where an agent keeps the last desired state, so that it carries on without the link and across its own
/// restarts. Small records by key; a record is written whole or not at all. On the agent's executor.
class StateStore {
  public:
    virtual ~StateStore() = default;
    virtual std::map<std::string, std::string> load() = 0;
    virtual Result<void> put(const std::string& key, const std::string& bytes) = 0;
    virtual void remove(const std::string& key) = 0;
};

/// Remembers nothing: for simulated nodes, whose power cut loses everything anyway.
class NoStateStore final : public StateStore {
  public:
    std::map<std::string, std::string> load() override { return {}; }
    Result<void> put(const std::string&, const std::string&) override { return {}; }
    void remove(const std::string&) override {}
};

} // namespace wheelhouse::agent
