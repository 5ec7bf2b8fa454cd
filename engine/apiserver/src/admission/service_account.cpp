#include "admission/pods.h"
#include "errors.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace wheelhouse::apiserver {
namespace {

using api::core::Pod;
using api::core::PodSpec;
using api::core::ServiceAccount;

constexpr const char* defaultName = "default";
constexpr const char* mirror = "kubernetes.io/config.mirror";
constexpr const char* mountableOnly = "kubernetes.io/enforce-mountable-secrets";
constexpr const char* tokenPath = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr const char* volumePrefix = "kube-api-access-";
constexpr const char* rootCa = "kube-root-ca.crt";
/// An hour and a bit, by which the server knows the token for the API.
constexpr std::int64_t tokenSeconds = 3607;
constexpr int fileMode = 0644;
constexpr int suffixLength = 5;

/// Which secrets a pod may use, where its account says "those of mine only".
class Mountable {
  public:
    explicit Mountable(const ServiceAccount& account) : account_(account.metadata().name()) {
        for (const auto& secret : account.secrets())
            secrets_.insert(secret.name());
        for (const auto& secret : account.imagepullsecrets())
            pulls_.insert(secret.name());
    }

    /// What is not allowed, or nothing.
    std::string problem(const PodSpec& spec) const {
        for (const auto& volume : spec.volumes()) {
            const auto& source = volume.volumesource();
            if (source.has_secret() && !may(source.secret().secretname()))
                return fmt::format(
                    "volume with secret.secretName=\"{}\" is not allowed because service account "
                    "{} does not reference that secret",
                    source.secret().secretname(), account_);
            for (const auto& part : source.projected().sources())
                if (part.has_secret() && !may(part.secret().localobjectreference().name()))
                    return fmt::format(
                        "volume with projected secret.name=\"{}\" is not allowed because service "
                        "account {} does not reference that secret",
                        part.secret().localobjectreference().name(), account_);
        }
        for (const auto& container : spec.initcontainers())
            if (auto why = ofContainer("init container", container); !why.empty()) return why;
        for (const auto& container : spec.containers())
            if (auto why = ofContainer("container", container); !why.empty()) return why;
        if (auto why = ofEphemeral(spec); !why.empty()) return why;
        for (int i = 0; i < spec.imagepullsecrets_size(); ++i)
            if (pulls_.count(spec.imagepullsecrets(i).name()) == 0)
                return fmt::format(
                    "imagePullSecrets[{}].name=\"{}\" is not allowed because service account {} "
                    "does not reference that imagePullSecret",
                    i, spec.imagepullsecrets(i).name(), account_);
        return {};
    }
    std::string ofEphemeral(const PodSpec& spec) const {
        for (const auto& container : spec.ephemeralcontainers())
            if (auto why = ofContainer("ephemeral container", container.ephemeralcontainercommon());
                !why.empty())
                return why;
        return {};
    }

  private:
    bool may(const std::string& secret) const { return secrets_.count(secret) > 0; }

    template <class C>
    std::string ofContainer(const char* what, const C& container) const {
        for (const auto& variable : container.env()) {
            if (!variable.valuefrom().has_secretkeyref()) continue;
            const std::string& name = variable.valuefrom().secretkeyref().localobjectreference().name();
            if (!may(name))
                return fmt::format("{} {} with envVar {} referencing secret.secretName=\"{}\" is not allowed "
                                   "because service account {} does not reference that secret",
                                   what, container.name(), variable.name(), name, account_);
        }
        for (const auto& from : container.envfrom()) {
            if (!from.has_secretref()) continue;
            const std::string& name = from.secretref().localobjectreference().name();
            if (!may(name))
                return fmt::format("{} {} with envFrom referencing secret.secretName=\"{}\" is not allowed "
                                   "because service account {} does not reference that secret",
                                   what, container.name(), name, account_);
        }
        return {};
    }

    std::string account_;
    std::set<std::string> secrets_;
    std::set<std::string> pulls_;
};

bool isMountableOnly(const ServiceAccount& account) {
    const auto mark = account.metadata().annotations().find(mountableOnly);
    return mark != account.metadata().annotations().end() && mark->second == "true";
}

/// The files by which a program in the pod speaks to the API: a token, the CA, the namespace.
void addTokenVolume(api::core::Volume& volume, const std::string& name) {
    volume.set_name(name);
    auto& projected = *volume.mutable_volumesource()->mutable_projected();
    projected.set_defaultmode(fileMode);
    auto& token = *projected.add_sources()->mutable_serviceaccounttoken();
    token.set_expirationseconds(tokenSeconds);
    token.set_path("token");
    auto& authority = *projected.add_sources()->mutable_configmap();
    authority.mutable_localobjectreference()->set_name(rootCa);
    auto& certificate = *authority.add_items();
    certificate.set_key("ca.crt");
    certificate.set_path("ca.crt");
    auto& file = *projected.add_sources()->mutable_downwardapi()->add_items();
    file.set_path("namespace");
    file.mutable_fieldref()->set_apiversion("v1");
    file.mutable_fieldref()->set_fieldpath("metadata.namespace");
}

bool wantsToken(const PodSpec& spec, const ServiceAccount* account) {
    if (spec.has_automountserviceaccounttoken()) return spec.automountserviceaccounttoken();
    if (account && account->has_automountserviceaccounttoken())
        return account->automountserviceaccounttoken();
    return true;
}

/// Every pod runs as somebody, has what it needs to speak to the API as them, and pulls images with their
/// secrets.
class ServiceAccounts final : public AdmissionPlugin {
  public:
    ServiceAccounts(store::Store& store, Random& random, bool mountTokens)
        : store_(store), random_(random), mountTokens_(mountTokens) {}

    Result<void> admit(Admission& admission) override {
        Pod* pod = createdPod(admission);
        if (!pod) return {};
        if (pod->metadata().annotations().count(mirror) > 0) return checkMirror(admission, *pod);
        auto& spec = *pod->mutable_spec();
        if (spec.serviceaccountname().empty())
            spec.set_serviceaccountname(spec.serviceaccount().empty() ? defaultName : spec.serviceaccount());
        spec.set_serviceaccount(spec.serviceaccountname());
        const api::ObjectPtr object = accountOf(admission, spec);
        // The default account of a namespace just made is on its way, and a pod need not wait for it.
        if (!object && spec.serviceaccountname() != defaultName)
            return refuse(
                admission,
                fmt::format("error looking up service account {}/{}: serviceaccount \"{}\" not found",
                            admission.nameSpace, spec.serviceaccountname(), spec.serviceaccountname()));
        ServiceAccount account;
        if (object) account = object->as<ServiceAccount>();
        if (mountTokens_ && wantsToken(spec, &account)) mountToken(spec);
        if (spec.imagepullsecrets_size() == 0) *spec.mutable_imagepullsecrets() = account.imagepullsecrets();
        return {};
    }

    Result<void> check(const Admission& admission) override {
        if (admission.kind != &api::kindOf<Pod>() || !admission.object) return {};
        const bool creates = createdPod(admission) != nullptr;
        if (!creates && admission.subresource != "ephemeralcontainers") return {};
        const auto& pod = static_cast<const Pod&>(*admission.object);
        const api::ObjectPtr object = accountOf(admission, pod.spec());
        if (!object) return {};
        const auto account = object->as<ServiceAccount>();
        if (!isMountableOnly(account)) return {};
        const Mountable mountable(account);
        const std::string why = creates ? mountable.problem(pod.spec()) : mountable.ofEphemeral(pod.spec());
        return why.empty() ? Result<void>() : refuse(admission, why);
    }

  private:
    static Result<void> refuse(const Admission& admission, const std::string& why) {
        return fail(forbidden(*admission.kind, admission.name, why));
    }

    /// A node's own pod, shown here: it is nobody, and uses nothing of the cluster's.
    static Result<void> checkMirror(const Admission& admission, const Pod& pod) {
        if (!pod.spec().serviceaccountname().empty())
            return refuse(admission, "a mirror pod may not reference service accounts");
        for (const auto& volume : pod.spec().volumes())
            for (const auto& part : volume.volumesource().projected().sources())
                if (part.has_serviceaccounttoken())
                    return refuse(admission,
                                  "a mirror pod may not use ServiceAccountToken volume projections");
        for (const auto& volume : pod.spec().volumes())
            if (volume.volumesource().has_secret())
                return refuse(admission, "a mirror pod may not reference secrets");
        return {};
    }

    api::ObjectPtr accountOf(const Admission& admission, const PodSpec& spec) const {
        return store_.newest(
            {&api::kindOf<ServiceAccount>(), admission.nameSpace + "/" + spec.serviceaccountname()});
    }

    void mountToken(PodSpec& spec) {
        std::string name;
        for (const auto& volume : spec.volumes())
            if (volume.name().starts_with(volumePrefix)) name = volume.name();
        const bool given = !name.empty();
        if (!given) name = volumePrefix + randomSuffix(random_, suffixLength);
        bool used = false;
        const auto mount = [&](api::core::Container& container) {
            for (const auto& known : container.volumemounts())
                if (known.mountpath() == tokenPath) return;
            auto& added = *container.add_volumemounts();
            added.set_name(name);
            added.set_readonly(true);
            added.set_mountpath(tokenPath);
            used = true;
        };
        for (auto& container : *spec.mutable_initcontainers())
            mount(container);
        for (auto& container : *spec.mutable_containers())
            mount(container);
        if (used && !given) addTokenVolume(*spec.add_volumes(), name);
    }

    store::Store& store_;
    Random& random_;
    bool mountTokens_;
};

} // namespace

std::unique_ptr<AdmissionPlugin> makeServiceAccounts(store::Store& store, Random& random, bool mountTokens) {
    return std::make_unique<ServiceAccounts>(store, random, mountTokens);
}

} // namespace wheelhouse::apiserver
