#pragma once

#include "engine/client/informer.h"
#include "ui/models/cluster_session.h"
#include "ui/models/fault_model.h"

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace wheelhouse::ui {

/// What the cluster knows of a node under a fault, as far as somebody acts on it.
struct NodePlight {
    QString node;
    std::optional<WallTime> leaseRenewed;
    std::optional<WallTime> leaseEnds;
    QString ready; ///< "True", "False", "Unknown"; empty = it never said
    std::optional<WallTime> readySince;
    QStringList pressures;           ///< conditions that are true beside Ready
    std::optional<WallTime> looksAt; ///< when the node controller looks at it next
    QString taint;                   ///< NoExecute
    std::optional<WallTime> taintSince;
    int evictions = 0; ///< pods whose toleration runs out
    std::optional<WallTime> firstEviction;
    int leaving = 0; ///< pods on their way out
};

/// One thing that somebody does, did or is going to do about it.
struct FaultEffect {
    QString who;
    QString what;
    std::optional<WallTime> when;
    Tone tone = Tone::Muted;
};
/// In the order in which a silent node goes down: its agent, the node controller, taints, evictions, the
/// scheduler's queue. Pure.
std::vector<FaultEffect> effectsOf(const NodePlight& plight, WallTime now);

/// What each controller does about the nodes under a fault, with countdowns. Follows their Leases and two
/// queues only while it is asked to. UI thread only.
class FaultEffects final : public LiveTableModel {
    Q_OBJECT
  public:
    enum Column { Node, Who, What, When };
    static constexpr std::size_t most = 12; ///< nodes

    FaultEffects(ClusterSession& session, const FaultModel& faults, QObject* parent = nullptr);
    ~FaultEffects() override;

    void follow();
    void unfollow();
    void tick();
    bool countsDown() const;
    QVariant data(const QModelIndex& index, int role) const override;

  private:
    void refollow();
    void flush();
    void takeQueue(const api::ObjectPtr& object);
    NodePlight plightOf(const QString& node) const;

    ClusterSession& session_;
    const FaultModel& faults_;
    FramePacer pacer_;
    bool following_ = false;
    std::map<QString, std::unique_ptr<client::Informer>> leases_;
    std::vector<std::unique_ptr<client::Informer>> queues_;
    std::map<std::string, WallTime> looks_;     ///< by node
    std::map<std::string, WallTime> evictions_; ///< by "namespace/pod"
};

} // namespace wheelhouse::ui
