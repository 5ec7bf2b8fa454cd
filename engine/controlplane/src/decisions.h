#pragma once

#include "engine/apiserver/api_server.h"
#include "engine/scheduler/scheduler.h"

#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::controlplane {

/// Serves what the scheduler decided, and its answers to questions: SchedulingDecisions and WhatIfs. On the
/// control executor.
class Decisions final : public apiserver::ObjectSource {
  public:
    /// Both must outlive it.
    Decisions(apiserver::ApiServer& api, scheduler::Scheduler& scheduler);
    ~Decisions() override;

    std::unique_ptr<google::protobuf::Message> object(const std::string& nameSpace, const std::string& name,
                                                      const std::string& subresource) override;
    std::vector<std::string> keys(const std::string& nameSpace) override;
    /// Who reads why a pod went where it went is not told what is in namespaces whose pods they may not list.
    bool veils() const override { return true; }
    void veil(google::protobuf::Message& object, const apiserver::Reader& reader) const override;

  private:
    scheduler::Scheduler& scheduler_;
    std::unique_ptr<apiserver::Serving> serving_;
    std::shared_ptr<void> answering_;
};

} // namespace wheelhouse::controlplane
