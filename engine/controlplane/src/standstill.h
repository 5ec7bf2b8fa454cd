#pragma once

#include "engine/machines/machine_provider.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace wheelhouse::controlplane {

/// Several may want one machine to stand still, each for reasons of its own: the clock, whoever its power
/// belongs to. It does as long as anybody wants it. Control executor only.
class Standstill {
  public:
    using Providers = std::map<std::string, machines::MachineProvider*>;

    Standstill();
    ~Standstill();

    /// `providers` as one more holder sees them: a machine it thaws goes on only where no other holder has
    /// frozen it. Everything else is passed on as it is. The result lives as long as this, `providers` must
    /// live longer.
    Providers forHolder(const Providers& providers);

  private:
    class View;
    /// Provider and machine → the holders who have frozen it.
    using Holders = std::map<std::pair<machines::MachineProvider*, std::string>, std::set<const View*>>;

    Holders holders_;
    std::vector<std::unique_ptr<View>> views_;
};

} // namespace wheelhouse::controlplane
