#pragma once

#include "engine/api/placement.h"

namespace wheelhouse::scheduler {

using api::NodeChoice;
using api::NodeTerm;
using Labels = NodeTerm::Labels;

} // namespace wheelhouse::scheduler
