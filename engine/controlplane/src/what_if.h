#pragma once

#include "engine/apiserver/object_source.h"
#include "engine/scheduler/scheduler.h"

#include <functional>
#include <memory>

namespace wheelhouse::controlplane {

/// Answers a WhatIf: checks the question, puts it to the scheduler, writes the answer down. `answer` is
/// called once, now or later; Invalid and NotFound say what is wrong with the question, Expired that its
/// revision is forgotten.
void answerWhatIf(scheduler::Scheduler& scheduler, apiserver::Question question,
                  std::function<void(Result<std::shared_ptr<google::protobuf::Message>>)> answer);

} // namespace wheelhouse::controlplane
