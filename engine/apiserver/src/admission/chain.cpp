#include "admission/chain.h"

namespace wheelhouse::apiserver {

AdmissionChain::AdmissionChain(store::Store& store, Random& random, const std::string& serviceNetwork,
                               int defaultTolerationSeconds) {
    plugins_.push_back(makeNamespaceLifecycle(store));
    plugins_.push_back(makeServiceAccountDefault());
    plugins_.push_back(makePriority());
    plugins_.push_back(makeDefaultTolerations(defaultTolerationSeconds));
    plugins_.push_back(makeServiceAddresses(store, random, serviceNetwork));
}

Result<void> AdmissionChain::admit(Admission& admission) {
    for (const auto& plugin : plugins_)
        if (auto admitted = plugin->admit(admission); !admitted) return admitted;
    return {};
}

Result<void> AdmissionChain::check(const Admission& admission) {
    for (const auto& plugin : plugins_)
        if (auto checked = plugin->check(admission); !checked) return checked;
    return {};
}

void AdmissionChain::removed(const api::Object& object) {
    for (const auto& plugin : plugins_)
        plugin->removed(object);
}

} // namespace wheelhouse::apiserver
