#include "admission/chain.h"

namespace wheelhouse::apiserver {

AdmissionChain::AdmissionChain(store::Store& store, auth::Auth& auth, Random& random,
                               const std::string& serviceNetwork, int defaultTolerationSeconds,
                               bool mountTokens) {
    plugins_.push_back(makeNamespaceLifecycle(store));
    plugins_.push_back(makeLimitRanger(store));
    plugins_.push_back(makeServiceAccounts(store, random, mountTokens));
    plugins_.push_back(makeNodeRestriction());
    plugins_.push_back(makeTaintNodes());
    plugins_.push_back(makePodSecurity(store));
    plugins_.push_back(makePriority(store));
    plugins_.push_back(makeDefaultTolerations(defaultTolerationSeconds));
    plugins_.push_back(makeDefaultStorageClass(store));
    plugins_.push_back(makeStorageProtection());
    plugins_.push_back(makeClaimResize(store));
    plugins_.push_back(makeRuntimeClass(store));
    plugins_.push_back(makeCertificates(auth));
    plugins_.push_back(makeDefaultIngressClass(store));
    plugins_.push_back(makeDenyExternalIps());
    // Upstream these two are part of the resources' own storage.
    plugins_.push_back(makeServiceAddresses(store, random, serviceNetwork));
    plugins_.push_back(makeRoleEscalation(auth));
    // Mutating policies and webhooks, then validating ones, have their place here.
    // Last: what anything above refuses is not counted.
    plugins_.push_back(makeResourceQuota(store));
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
