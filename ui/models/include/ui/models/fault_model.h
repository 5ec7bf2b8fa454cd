#pragma once

#include "engine/api/groups/faults.h"
#include "engine/client/informer.h"
#include "ui/models/frame_pacer.h"
#include "ui/models/live_table_model.h"

#include <map>
#include <memory>
#include <vector>

namespace wheelhouse::ui {

/// A fault that is there on a node, as the map shows it.
struct NodeFault {
    QString fault; ///< the object's name
    QString icon;
    QString text;      ///< "power cut"
    bool link = false; ///< it is about what the node says and hears, not about the node
    bool operator==(const NodeFault&) const = default;
};
using NodeFaults = std::map<QString, std::vector<NodeFault>>;

/// Everything broken on purpose in a lab, those that are there first, with the time that is left, and which
/// nodes they concern. One watch for as long as it follows; it speaks once a frame. UI thread only.
class FaultModel final : public LiveTableModel {
    Q_OBJECT
  public:
    enum Column { State, What, Where, Left, Message };

    explicit FaultModel(std::function<WallTime()> now, QObject* parent = nullptr);

    /// Follows the cluster's Faults from now on; again is harmless.
    void follow(client::Cluster& cluster, Executor& executor);
    bool following() const { return faults_ != nullptr; }
    /// Takes in one Fault; called by the watch, and by tests.
    void take(Change change, const api::ObjectPtr& object);
    /// Takes in what has come since the last frame.
    void flush();

    /// What is there now, by the nodes at either end; ones that are over or have not begun do not count.
    const NodeFaults& byNode() const { return byNode_; }
    int active() const { return active_; }
    /// Names of those that are there or will be, and of those that are over or failed.
    QStringList standing() const { return standing_; }
    QStringList over() const { return over_; }
    std::vector<QString> taken() const;
    /// Every Fault known, by name.
    const std::map<std::string, api::ObjectPtr>& all() const { return all_; }

    /// Tells views that the time that is left has moved on.
    void tick();
    bool countsDown() const;
    QVariant data(const QModelIndex& index, int role) const override;

  Q_SIGNALS:
    void faultsChanged();

  private:
    QString leftText(const Row& row) const;

    std::function<WallTime()> now_;
    std::unique_ptr<client::Informer> faults_;
    Mailbox<std::string, api::ObjectPtr> box_;
    FramePacer pacer_;
    std::map<std::string, api::ObjectPtr> all_;
    NodeFaults byNode_;
    QStringList standing_;
    QStringList over_;
    int active_ = 0;
};

} // namespace wheelhouse::ui
