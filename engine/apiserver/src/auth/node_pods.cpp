#include "auth/node_pods.h"

#include "engine/api/types.h"
#include "engine/base/assert.h"

namespace wheelhouse::apiserver::auth {
namespace {

using api::core::Container;
using api::core::Pod;

class Collector {
  public:
    explicit Collector(const Pod& pod) : nameSpace_(pod.metadata().namespace_()) {
        add("Pod", pod.metadata().name());
        add("ServiceAccount", pod.spec().serviceaccountname());
        for (const auto& pull : pod.spec().imagepullsecrets())
            add("Secret", pull.name());
        for (const auto& container : pod.spec().containers())
            look(container);
        for (const auto& container : pod.spec().initcontainers())
            look(container);
        for (const auto& container : pod.spec().ephemeralcontainers())
            look(container.ephemeralcontainercommon());
        for (const auto& volume : pod.spec().volumes())
            look(volume.volumesource());
        for (const auto& claim : pod.spec().resourceclaims())
            add("ResourceClaim", claim.resourceclaimname());
    }
    std::set<std::string> references;

  private:
    void add(const char* kind, const std::string& name) {
        if (!name.empty()) references.insert(std::string(kind) + "/" + nameSpace_ + "/" + name);
    }
    template <class C>
    void look(const C& container) {
        for (const auto& from : container.envfrom()) {
            add("ConfigMap", from.configmapref().localobjectreference().name());
            add("Secret", from.secretref().localobjectreference().name());
        }
        for (const auto& variable : container.env()) {
            add("ConfigMap", variable.valuefrom().configmapkeyref().localobjectreference().name());
            add("Secret", variable.valuefrom().secretkeyref().localobjectreference().name());
        }
    }
    void look(const api::core::VolumeSource& source) {
        add("ConfigMap", source.configmap().localobjectreference().name());
        add("Secret", source.secret().secretname());
        add("PersistentVolumeClaim", source.persistentvolumeclaim().claimname());
        for (const auto& part : source.projected().sources()) {
            add("ConfigMap", part.configmap().localobjectreference().name());
            add("Secret", part.secret().localobjectreference().name());
        }
    }
    const std::string& nameSpace_;
};

} // namespace

bool NodePods::uses(const std::string& node, const std::string& kind, const std::string& nameSpace,
                    const std::string& name) {
    if (!watch_) follow();
    const auto here = nodes_.find(node);
    if (here == nodes_.end()) return false;
    if (kind != "PersistentVolume") return here->second.count(kind + "/" + nameSpace + "/" + name) > 0;
    // A volume is used through the claim it is bound to.
    const api::ObjectPtr volume = store_.get({&api::kindOf<api::core::PersistentVolume>(), name});
    if (!volume) return false;
    const auto claim = volume->as<api::core::PersistentVolume>().spec().claimref();
    return here->second.count("PersistentVolumeClaim/" + claim.namespace_() + "/" + claim.name()) > 0;
}

void NodePods::follow() {
    const api::Kind& kind = api::kindOf<Pod>();
    const auto page = store_.list(kind, "", "", 0, 0);
    WH_ASSERT(page, "the newest state cannot be listed");
    for (const api::ObjectPtr& object : page->items)
        changed(object, false);
    auto watch = store_.watch(kind, page->revision, [this](const store::Change& change) {
        changed(change.object, change.type == store::Change::Type::Deleted);
    });
    WH_ASSERT(watch, "the newest state cannot be watched");
    watch_ = std::move(*watch);
}

void NodePods::changed(const api::ObjectPtr& object, bool gone) {
    if (const auto before = pods_.find(object->key()); before != pods_.end()) {
        auto& counts = nodes_[before->second.node];
        for (const auto& reference : before->second.references)
            if (const auto count = counts.find(reference); count != counts.end() && --count->second == 0)
                counts.erase(count);
        if (counts.empty()) nodes_.erase(before->second.node);
        pods_.erase(before);
    }
    if (gone) return;
    const auto pod = object->as<Pod>();
    if (pod.spec().nodename().empty()) return;
    PodUse use{pod.spec().nodename(), std::move(Collector(pod).references)};
    auto& counts = nodes_[use.node];
    for (const auto& reference : use.references)
        ++counts[reference];
    pods_.emplace(object->key(), std::move(use));
}

} // namespace wheelhouse::apiserver::auth
