#pragma once

#include "bench.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace wheelhouse {

/// A bench with one StatefulSet, "db".
struct StatefulBench : Bench {
    StatefulBench() : Bench({"statefulset"}) {}

    static apps::StatefulSet statefulSet(int replicas, const std::string& image = "db:1") {
        apps::StatefulSet set;
        set.mutable_metadata()->set_namespace_("default");
        set.mutable_metadata()->set_name("db");
        auto& spec = *set.mutable_spec();
        spec.set_replicas(replicas);
        spec.set_servicename("peers");
        spec.set_podmanagementpolicy("OrderedReady");
        (*spec.mutable_selector()->mutable_matchlabels())["app"] = "db";
        *spec.mutable_template_() = podTemplate("db", image);
        spec.mutable_updatestrategy()->set_type("RollingUpdate");
        spec.mutable_updatestrategy()->mutable_rollingupdate()->set_partition(0);
        return set;
    }
    static void addClaim(apps::StatefulSet& set, const std::string& name,
                         const std::string& whenDeleted = "Retain",
                         const std::string& whenScaled = "Retain") {
        auto& claim = *set.mutable_spec()->add_volumeclaimtemplates();
        claim.mutable_metadata()->set_name(name);
        claim.mutable_spec()->add_accessmodes("ReadWriteOnce");
        auto& policy = *set.mutable_spec()->mutable_persistentvolumeclaimretentionpolicy();
        policy.set_whendeleted(whenDeleted);
        policy.set_whenscaled(whenScaled);
    }
    apps::StatefulSet stored() const { return *cluster.get<apps::StatefulSet>("default/db"); }
    void edit(const std::function<void(apps::StatefulSetSpec&)>& change) {
        cluster.edit<apps::StatefulSet>("default/db", [&](auto& set) {
            change(*set.mutable_spec());
            set.mutable_metadata()->set_generation(set.metadata().generation() + 1);
        });
    }
    void setReplicas(int replicas) {
        edit([&](auto& spec) { spec.set_replicas(replicas); });
    }
    void setImage(const std::string& image) {
        edit([&](auto& spec) {
            spec.mutable_template_()->mutable_spec()->mutable_containers(0)->set_image(image);
        });
    }
    std::optional<core::Pod> podOf(int ordinal) const {
        return cluster.get<core::Pod>("default/db-" + std::to_string(ordinal));
    }
    std::string imageOf(int ordinal) const {
        const auto pod = podOf(ordinal);
        return pod ? pod->spec().containers(0).image() : std::string();
    }
    /// "db:1 db:1 db:2": the images of all pods by number, "-" where one is missing.
    QString images(int count) const {
        QStringList all;
        for (int i = 0; i < count; ++i)
            all << (podOf(i) ? QString::fromStdString(imageOf(i)) : QString("-"));
        return all.join(" ");
    }
    /// The names of all pods.
    QStringList names() const {
        QStringList all;
        for (const auto& pod : cluster.all<core::Pod>())
            all << QString::fromStdString(pod.metadata().name());
        all.sort();
        return all;
    }
    void run(int ordinal, bool ready = true) {
        auto pod = *podOf(ordinal);
        pod.mutable_spec()->set_nodename("n1");
        pod.mutable_status()->set_phase("Running");
        setReady(pod, ready);
        cluster.put(pod);
    }
    /// Runs whatever is there and has not been run, and ends what is to go, one at a time. False: nothing to
    /// do.
    bool playOne() {
        for (const auto& pod : cluster.all<core::Pod>()) {
            if (pod.metadata().has_deletiontimestamp()) {
                cluster.drop<core::Pod>("default/" + pod.metadata().name());
                return true;
            }
            if (pod.status().phase() != "Pending") continue;
            run(std::stoi(pod.metadata().name().substr(3)));
            return true;
        }
        return false;
    }
    std::vector<apps::ControllerRevision> revisions() const {
        auto all = cluster.all<apps::ControllerRevision>();
        std::sort(all.begin(), all.end(),
                  [](const auto& a, const auto& b) { return a.revision() < b.revision(); });
        return all;
    }
    std::optional<core::PersistentVolumeClaim> claimOf(const std::string& name) const {
        return cluster.get<core::PersistentVolumeClaim>("default/" + name);
    }
    /// "StatefulSet/db" and the like: who owns this claim.
    QString ownersOf(const std::string& name) const {
        QStringList owners;
        const auto claim = claimOf(name);
        for (const auto& each : claim->metadata().ownerreferences())
            owners << QString::fromStdString(each.kind() + "/" + each.name());
        return owners.join(" ");
    }
};

} // namespace wheelhouse
