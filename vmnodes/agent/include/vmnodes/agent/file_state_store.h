#pragma once

#include "vmnodes/agent/state_store.h"

#include <filesystem>

namespace wheelhouse::agent {

/// One file a record in one folder; written in one step, so that a power cut leaves the old record or the new
/// one.
class FileStateStore final : public StateStore {
  public:
    explicit FileStateStore(std::filesystem::path folder);
    std::map<std::string, std::string> load() override;
    Result<void> put(const std::string& key, const std::string& bytes) override;
    void remove(const std::string& key) override;

  private:
    std::filesystem::path folder_;
};

} // namespace wheelhouse::agent
