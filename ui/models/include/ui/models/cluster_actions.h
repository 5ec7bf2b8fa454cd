#pragma once

#include "engine/client/cluster.h"
#include "engine/client/manifests.h"

#include <QObject>
#include <QString>
#include <functional>
#include <vector>

namespace wheelhouse::ui {

/// What a person asks of a cluster, each as an ordinary write any client could do, each with its kubectl
/// command. Answers come later as signals; nothing waits. UI thread only.
class ClusterActions final : public QObject {
    Q_OBJECT
  public:
    struct NewMachines {
        bool simulated = false;
        int count = 1;
        int cpus = 1;
        int memoryMiB = 512;
        QString zone; ///< or several with commas between them: each machine the next one
    };
    using Applied = std::function<void(Result<std::vector<client::ManifestOutcome>>)>;

    explicit ClusterActions(client::Cluster& cluster, QObject* parent = nullptr);

    void remove(const client::ResourceInfo& resource, const QString& nameSpace, const QString& name);
    void removePod(const QString& nameSpace, const QString& name);
    /// Names are the first free "vm-N" or "sim-N"; `taken` are those in use.
    void addMachines(const NewMachines& wanted, const std::vector<QString>& taken);
    void removeMachine(const QString& name);
    void setPower(const QString& machine, const QString& power);
    /// Ends a fault and undoes what it did.
    void mend(const QString& fault);
    void setCordoned(const QString& node, bool cordoned);
    /// Takes a pod off its node as far as its disruption budgets allow; whoever owns it makes a new one.
    void evict(const QString& nameSpace, const QString& pod);
    /// How many machines a pool of nodes should have.
    void scalePool(const QString& pool, int machines);
    /// Stops the lab's time, or lets it go on.
    void setPaused(bool paused);
    void setSpeed(double speed);
    /// While paused: one more thing happens, in `queue` or (empty) wherever something is next. `number` is
    /// what ClockModel::takeStepNumber() gave.
    void step(std::int64_t number, const QString& queue);
    /// Whether real machines stand still together with the lab's time.
    void setMachinesSuspended(bool suspended);
    /// `file` is only for the kubectl command shown. Also says done() or failed() for each document.
    void apply(const QString& text, const QString& file, const QString& nameSpace, bool dryRun, Applied done);

    /// The manifest of machines to be added, as kubectl would apply it.
    static QString machineManifest(const NewMachines& wanted, const std::vector<QString>& taken);

  Q_SIGNALS:
    /// `what` is a sentence about the user ("deleted pod web-1."), `command` does the same in a shell.
    void done(const QString& what, const QString& command);
    void failed(const QString& what, const wheelhouse::Status& status, const QString& command);

  private:
    void setClock(const QString& fields, const QString& what);
    client::Callback<client::Written> report(QString what, QString command);
    client::Cluster& cluster_;
};

} // namespace wheelhouse::ui
