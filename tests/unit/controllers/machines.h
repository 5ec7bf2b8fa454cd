#pragma once

#include "bench.h"
#include "fake_provider.h"

namespace wheelhouse {

using tests::FakeProvider;

inline api::lab::Machine machine(const std::string& name, const std::string& provider = "vm") {
    api::lab::Machine machine;
    machine.mutable_metadata()->set_name(name);
    machine.mutable_spec()->set_provider(provider);
    machine.mutable_spec()->set_power("On");
    machine.mutable_spec()->set_zone("east");
    machine.mutable_spec()->set_cpus(2);
    return machine;
}

} // namespace wheelhouse
