#pragma once

#include "engine/apiserver/handler.h"
#include "engine/base/random.h"
#include "engine/store/store.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::apiserver {

namespace auth {
class Auth;
}

/// One write on its way to the store.
struct Admission {
    enum class Operation { Create, Update, Delete };
    Operation operation = Operation::Create;
    const api::Kind* kind = nullptr;
    std::string nameSpace;
    std::string name;
    std::string subresource;
    google::protobuf::Message* object = nullptr;    ///< may be changed; null for a deletion
    const google::protobuf::Message* old = nullptr; ///< null for a creation
    const User* user = nullptr;
    bool dryRun = false;
    std::vector<std::string>* warnings = nullptr;
    /// Run once the write is decided: true = committed, false = refused or only tried. For what a plug-in has
    /// set aside.
    mutable std::vector<std::function<void(bool committed)>> settle;
};

/// One rule every write passes. Plug-ins may change the object (`admit`, before validation) or refuse it
/// (`admit` or `check`, which sees the validated object). They live on the control executor and may read the
/// store's newest state.
class AdmissionPlugin {
  public:
    virtual ~AdmissionPlugin() = default;
    virtual Result<void> admit(Admission&) { return {}; }
    virtual Result<void> check(const Admission&) { return {}; }
    /// An object has gone for good.
    virtual void removed(const api::Object&) {}
};

/// The plug-ins in Kubernetes' order.
class AdmissionChain {
  public:
    AdmissionChain(store::Store& store, auth::Auth& auth, Random& random, const std::string& serviceNetwork,
                   int defaultTolerationSeconds, bool mountTokens);
    Result<void> admit(Admission& admission);
    Result<void> check(const Admission& admission);
    void removed(const api::Object& object);

  private:
    std::vector<std::unique_ptr<AdmissionPlugin>> plugins_;
};

std::unique_ptr<AdmissionPlugin> makeNamespaceLifecycle(store::Store& store);
std::unique_ptr<AdmissionPlugin> makeLimitRanger(store::Store& store);
/// `mountTokens`: pods get the volume with a token of their account, for nodes that know how to fill it.
std::unique_ptr<AdmissionPlugin> makeServiceAccounts(store::Store& store, Random& random, bool mountTokens);
std::unique_ptr<AdmissionPlugin> makeNodeRestriction();
std::unique_ptr<AdmissionPlugin> makeTaintNodes();
std::unique_ptr<AdmissionPlugin> makePodSecurity(store::Store& store);
std::unique_ptr<AdmissionPlugin> makePriority(store::Store& store);
std::unique_ptr<AdmissionPlugin> makeDefaultTolerations(int seconds);
std::unique_ptr<AdmissionPlugin> makeDefaultStorageClass(store::Store& store);
std::unique_ptr<AdmissionPlugin> makeStorageProtection();
std::unique_ptr<AdmissionPlugin> makeClaimResize(store::Store& store);
std::unique_ptr<AdmissionPlugin> makeRuntimeClass(store::Store& store);
std::unique_ptr<AdmissionPlugin> makeCertificates(auth::Auth& auth);
std::unique_ptr<AdmissionPlugin> makeDefaultIngressClass(store::Store& store);
std::unique_ptr<AdmissionPlugin> makeDenyExternalIps();
std::unique_ptr<AdmissionPlugin> makeRoleEscalation(auth::Auth& auth);
std::unique_ptr<AdmissionPlugin> makeServiceAddresses(store::Store& store, Random& random,
                                                      const std::string& network);
std::unique_ptr<AdmissionPlugin> makeResourceQuota(store::Store& store);

} // namespace wheelhouse::apiserver
