#include "ui/models/cluster_actions.h"

#include "engine/api/types.h"
#include "ui/models/clock_model.h"
#include "ui/models/kubectl.h"

#include <QPointer>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

const api::ResourceName podResource{"", "v1", "pods"};
const api::ResourceName nodeResource{"", "v1", "nodes"};
const api::ResourceName machineResource{"lab.wheelhouse.dev", "v1alpha1", "machines"};
const api::ResourceName poolResource{"lab.wheelhouse.dev", "v1alpha1", "nodepools"};
const api::ResourceName faultResource{"lab.wheelhouse.dev", "v1alpha1", "faults"};
const api::ResourceName clockResource{"lab.wheelhouse.dev", "v1alpha1", "clusterclocks"};

std::vector<QString> freeNames(const ClusterActions::NewMachines& wanted, const std::vector<QString>& taken) {
    const QString prefix = wanted.simulated ? QStringLiteral("sim-") : QStringLiteral("vm-");
    std::vector<QString> names;
    for (int n = 1; static_cast<int>(names.size()) < wanted.count; ++n) {
        const QString name = prefix + QString::number(n);
        if (std::find(taken.begin(), taken.end(), name) == taken.end()) names.push_back(name);
    }
    return names;
}

/// The zone of the machine that is made as this one, counted from 0; empty = none.
QString zoneOf(const ClusterActions::NewMachines& wanted, std::size_t index) {
    const QStringList zones = wanted.zone.split(u',', Qt::SkipEmptyParts);
    return zones.isEmpty() ? QString() : zones[static_cast<qsizetype>(index) % zones.size()].trimmed();
}

api::lab::Machine machineOf(const ClusterActions::NewMachines& wanted, const QString& name) {
    api::lab::Machine machine;
    machine.mutable_metadata()->set_name(name.toStdString());
    auto& spec = *machine.mutable_spec();
    spec.set_provider(wanted.simulated ? "simulated" : "vm");
    spec.set_cpus(wanted.cpus);
    spec.set_memorymib(wanted.memoryMiB);
    if (!wanted.zone.isEmpty()) spec.set_zone(wanted.zone.toStdString());
    return machine;
}

} // namespace

ClusterActions::ClusterActions(client::Cluster& cluster, QObject* parent)
    : QObject(parent), cluster_(cluster) {}

client::Callback<client::Written> ClusterActions::report(QString what, QString command) {
    return [self = QPointer(this), what = std::move(what),
            command = std::move(command)](Result<client::Written> answer) {
        if (!self) return;
        if (answer)
            Q_EMIT self->done(what, command);
        else
            Q_EMIT self->failed(what, answer.error(), command);
    };
}

void ClusterActions::remove(const client::ResourceInfo& resource, const QString& nameSpace,
                            const QString& name) {
    const QString word = kubectl::resourceWord(resource.name, QString::fromStdString(resource.singular));
    cluster_.remove(resource.name, nameSpace.toStdString(), name.toStdString(), {},
                    report(tr("deleted %1 %2.").arg(word, name), kubectl::remove(word, nameSpace, name)));
}

void ClusterActions::removePod(const QString& nameSpace, const QString& name) {
    client::ResourceInfo pods;
    pods.name = podResource;
    pods.singular = "pod";
    remove(pods, nameSpace, name);
}

void ClusterActions::addMachines(const NewMachines& wanted, const std::vector<QString>& taken) {
    NewMachines one = wanted;
    one.count = 1;
    std::vector<QString> used = taken;
    std::size_t index = 0;
    for (const QString& name : freeNames(wanted, taken)) {
        one.zone = zoneOf(wanted, index++);
        const QString command = kubectl::apply({}, machineManifest(one, used), {});
        used.push_back(name);
        const QString what = wanted.simulated ? tr("added the simulated node %1.").arg(name)
                                              : tr("added the VM node %1.").arg(name);
        cluster_.create(machineResource, {}, client::body(machineOf(one, name)), {}, report(what, command));
    }
}

void ClusterActions::removeMachine(const QString& name) {
    cluster_.remove(machineResource, {}, name.toStdString(), {},
                    report(tr("removed node %1 and its machine.").arg(name),
                           kubectl::remove(QStringLiteral("machine"), {}, name)));
}

void ClusterActions::setPower(const QString& machine, const QString& power) {
    const QString what = power == u"Off"  ? tr("cut the power of %1.").arg(machine)
                         : power == u"On" ? tr("switched %1 on.").arg(machine)
                                          : tr("froze %1.").arg(machine);
    const QString patch = QStringLiteral("{\"spec\":{\"power\":\"%1\"}}").arg(power);
    cluster_.patch(machineResource, {}, machine.toStdString(), api::PatchType::Merge, patch.toStdString(), {},
                   report(what, kubectl::setPower(machine, power)));
}

void ClusterActions::mend(const QString& fault) {
    cluster_.remove(faultResource, {}, fault.toStdString(), {},
                    report(tr("mended %1.").arg(fault), kubectl::remove(QStringLiteral("fault"), {}, fault)));
}

void ClusterActions::setCordoned(const QString& node, bool cordoned) {
    const QString patch =
        QStringLiteral("{\"spec\":{\"unschedulable\":%1}}").arg(cordoned ? u"true" : u"null");
    cluster_.patch(
        nodeResource, {}, node.toStdString(), api::PatchType::Strategic, patch.toStdString(), {},
        report(cordoned ? tr("keeps new pods off %1.").arg(node) : tr("lets pods onto %1 again.").arg(node),
               kubectl::cordon(node, cordoned)));
}

void ClusterActions::evict(const QString& nameSpace, const QString& pod) {
    api::policy::Eviction eviction;
    eviction.mutable_metadata()->set_name(pod.toStdString());
    eviction.mutable_metadata()->set_namespace_(nameSpace.toStdString());
    client::WriteOptions options;
    options.subresource = "eviction";
    cluster_.create(podResource, nameSpace.toStdString(), client::body(eviction), options,
                    report(tr("evicted %1.").arg(pod), kubectl::evict(nameSpace, pod)));
}

void ClusterActions::scalePool(const QString& pool, int machines) {
    const QString patch = QStringLiteral("{\"spec\":{\"replicas\":%1}}").arg(machines);
    cluster_.patch(poolResource, {}, pool.toStdString(), api::PatchType::Merge, patch.toStdString(), {},
                   report(tr("set the pool %1 to %2 machines.").arg(pool).arg(machines),
                          kubectl::scale(QStringLiteral("nodepool"), {}, pool, machines)));
}

void ClusterActions::setPaused(bool paused) {
    setClock(QStringLiteral("\"paused\":%1").arg(paused ? u"true" : u"false"),
             paused ? tr("stopped the cluster's time.") : tr("let the cluster's time go on."));
}

void ClusterActions::setSpeed(double speed) {
    setClock(QStringLiteral("\"speed\":\"%1\"").arg(speed),
             tr("set the cluster's time to %1.").arg(speedText(speed)));
}

void ClusterActions::step(std::int64_t number, const QString& queue) {
    setClock(QStringLiteral("\"steps\":%1,\"stepOf\":\"%2\"").arg(number).arg(queue),
             queue.isEmpty() ? tr("let one thing happen.") : tr("let %1 do one thing.").arg(queue));
}

void ClusterActions::setMachinesSuspended(bool suspended) {
    setClock(QStringLiteral("\"suspendMachines\":%1").arg(suspended ? u"true" : u"false"),
             suspended ? tr("lets machines stand still with the cluster's time.")
                       : tr("lets machines run while the cluster's time stands still."));
}

void ClusterActions::setClock(const QString& fields, const QString& what) {
    const QString patch = QStringLiteral("{\"spec\":{%1}}").arg(fields);
    cluster_.patch(clockResource, {}, "cluster", api::PatchType::Merge, patch.toStdString(), {},
                   report(what, kubectl::setClock(fields)));
}

void ClusterActions::apply(const QString& text, const QString& file, const QString& nameSpace, bool dryRun,
                           Applied done) {
    const QString command =
        kubectl::apply(file, text, nameSpace) + (dryRun ? QStringLiteral(" --dry-run=server") : QString());
    client::applyManifests(cluster_, text.toStdString(), nameSpace.toStdString(), dryRun,
                           [self = QPointer(this), done = std::move(done), command,
                            dryRun](Result<std::vector<client::ManifestOutcome>> answer) {
                               if (!self) return;
                               done(answer);
                               if (!answer || dryRun) return;
                               using Action = client::ManifestOutcome::Action;
                               for (const auto& outcome : *answer) {
                                   const QString what = QString::fromStdString(outcome.what);
                                   if (outcome.action == Action::Failed)
                                       Q_EMIT self->failed(tr("applied %1.").arg(what), outcome.error,
                                                           command);
                                   else if (outcome.action == Action::Created)
                                       Q_EMIT self->done(tr("created %1.").arg(what), command);
                                   else if (outcome.action == Action::Configured)
                                       Q_EMIT self->done(tr("changed %1.").arg(what), command);
                               }
                           });
}

QString ClusterActions::machineManifest(const NewMachines& wanted, const std::vector<QString>& taken) {
    QStringList documents;
    for (const QString& name : freeNames(wanted, taken)) {
        const QString zone = zoneOf(wanted, static_cast<std::size_t>(documents.size()));
        QString one =
            QStringLiteral("apiVersion: lab.wheelhouse.dev/v1alpha1\nkind: Machine\nmetadata:\n  name: %1\n"
                           "spec:\n  provider: %2\n  cpus: %3\n  memoryMiB: %4\n")
                .arg(name, wanted.simulated ? u"simulated" : u"vm")
                .arg(wanted.cpus)
                .arg(wanted.memoryMiB);
        if (!zone.isEmpty()) one += QStringLiteral("  zone: %1\n").arg(zone);
        documents.push_back(one);
    }
    return documents.join(QStringLiteral("---\n"));
}

} // namespace wheelhouse::ui
