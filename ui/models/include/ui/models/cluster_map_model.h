#pragma once

#include "engine/api/object.h"
#include "engine/base/clock.h"
#include "engine/base/ids.h"
#include "ui/models/live_table_model.h"
#include "ui/models/mailbox.h"

#include <QObject>
#include <QString>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

namespace wheelhouse::ui {

/// What the cards of the map are, and what the regions they stand in.
enum class MapGrouping : std::uint8_t {
    Zone,      ///< nodes by zone
    Pool,      ///< nodes by pool, or by what provides them where they have none
    Namespace, ///< applications by namespace
    Owner,     ///< what owns pods (a ReplicaSet, a Job) by application: a rollout is two cards
};
constexpr bool ofNodes(MapGrouping grouping) {
    return grouping == MapGrouping::Zone || grouping == MapGrouping::Pool;
}

/// What a pod looks like on the map.
enum class PodLook : std::uint8_t { Waiting, Starting, Running, NotReady, Failing, Completed, Terminating };
/// What a node or the machine it is to run on looks like.
enum class NodeLook : std::uint8_t { Ready, NotReady, Cordoned, Booting, Stopped, Frozen, Failed, Leaving };

struct MapPod {
    Uid uid;
    QString nameSpace;
    QString name;
    QString application; ///< app.kubernetes.io/name, app, k8s-app or the owner's name
    QString owner;       ///< "ReplicaSet/web-5d8"; empty = nobody controls it
    int hue = 0;         ///< stable by application name
    PodLook look = PodLook::Waiting;
    QString node;   ///< empty while it waits for the scheduler
    QString reason; ///< "CrashLoopBackOff", "0/3 nodes are available: …"; empty when all is well
    qint64 cpuMilli = 0;
    qint64 memoryBytes = 0;
    bool operator==(const MapPod&) const = default;
};

struct BootStep {
    QString name;
    qint64 milliseconds = 0;
    bool done = false;
    bool operator==(const BootStep&) const = default;
};

/// A card of the map: a node, the machine behind it, or both, joined by name; or an application or owner.
struct MapNode {
    QString name;
    QString title; ///< what an application or owner is called; empty = a node, called by its name
    QString zone;  ///< the region it stands in
    QString pool;
    QString provider;          ///< "vm", "simulated" or empty where no machine is known; an owner's kind
    QString accelerator;       ///< "kvm", "tcg"
    QString acceleratorReason; ///< why not the best one
    NodeLook look = NodeLook::Ready;
    std::optional<WallTime> since; ///< of NotReady
    QString message;               ///< what went wrong and what to do
    std::vector<BootStep> steps;
    QString consoleTail;
    qint64 cpuMilli = 0; ///< allocatable
    qint64 memoryBytes = 0;
    qint64 cpuAsked = 0; ///< sum of its pods' requests
    qint64 memoryAsked = 0;
    bool hasNode = false;
    bool hasMachine = false;
    std::vector<const MapPod*> pods; ///< by application, then name; valid until the next change
};

/// What changed between two frames of the map.
struct MapChange {
    struct Move {
        Uid uid;
        QString from; ///< node, or empty = the queue
        QString to;   ///< node; empty = gone
        int hue = 0;
    };
    std::set<QString> nodes; ///< whose card must be drawn again, nodes and others
    std::vector<Move> moves; ///< pods that were placed or went away
    bool structure = false;  ///< cards came, went or changed their region
    bool queue = false;
};

/// The cluster as the map shows it: nodes, machines and pods joined, as plain values. Feed it objects as they
/// come; it speaks once a frame, when `apply()` is called. Knows nothing of widgets or of where objects come
/// from. UI thread only.
class ClusterMapModel final : public QObject {
    Q_OBJECT
  public:
    explicit ClusterMapModel(QObject* parent = nullptr);

    void pod(Change change, const api::ObjectPtr& object);
    void node(Change change, const api::ObjectPtr& object);
    void machine(Change change, const api::ObjectPtr& object);
    /// Only pods of this namespace; empty = all. Takes effect with the next apply().
    void setNamespace(const QString& nameSpace);
    /// What cards() are. Takes effect at once.
    void setGrouping(MapGrouping grouping);
    MapGrouping grouping() const { return grouping_; }
    /// Takes in what came since the last call and emits changed() if there was anything: all nodes, and as
    /// many pods as one frame has time for. Of more the rest is wanted() at once.
    void apply();
    static constexpr std::size_t podsAtOnce = 4000;
    bool pending() const;

    const std::map<QString, MapNode>& nodes() const { return nodes_; }
    /// What the map shows in its regions: the nodes, or the applications or owners of all pods.
    const std::map<QString, MapNode>& cards() const { return ofNodes(grouping_) ? nodes_ : workloads_; }
    const MapNode* findCard(const QString& name) const;
    /// The card a pod is on; empty = it waits for a node.
    QString cardOf(const MapPod& pod) const;
    const std::vector<const MapPod*>& queue() const; ///< those no node was found for yet, oldest first
    const MapPod* findPod(const Uid& uid) const;
    const MapNode* findNode(const QString& name) const;
    /// Applications by number of pods, most first: the legend.
    std::vector<std::pair<QString, int>> applications(std::size_t most) const;

    /// The hue an application has on this map: its own by name, or the next free one where another has that.
    int hueOfApplication(const QString& name) const;

    struct Counts {
        int nodes = 0;
        int nodesInTrouble = 0;
        int pods = 0;
        int pending = 0;
        int failing = 0;
        bool operator==(const Counts&) const = default;
    };
    Counts counts() const;

  Q_SIGNALS:
    void wanted(); ///< news wait for apply()
    void changed(const wheelhouse::ui::MapChange& change);

  private:
    using Box = Mailbox<Uid, api::ObjectPtr>;
    struct Asked {
        int pods = 0;
        qint64 cpuMilli = 0;
        qint64 memoryBytes = 0;
    };
    void takeNodes(MapChange& change);
    void takeMachines(MapChange& change);
    void takePods(MapChange& change);
    void place(const MapPod& pod, int sign, MapChange& change);
    void placeByWorkload(const MapPod& pod, int sign, MapChange& change);
    void join(const QString& name, MapChange& change);
    bool shown(const MapPod& pod) const;
    int claimHue(const QString& application);

    Box podBox_;
    Box nodeBox_;
    Box machineBox_;
    std::unordered_map<Uid, MapPod> pods_;
    std::map<QString, std::pair<Uid, MapNode>> nodeParts_;    ///< what Node objects say
    std::map<QString, std::pair<Uid, MapNode>> machineParts_; ///< what Machine objects say
    std::map<QString, MapNode> nodes_;
    std::map<QString, MapNode> workloads_; ///< while cards are no nodes
    std::unordered_map<std::string, int> applicationCounts_;
    std::map<QString, std::vector<const MapPod*>> podsByNode_; ///< "" = the queue
    std::map<QString, Asked> asked_; ///< by node, heard of or not: what all its pods ask for
    std::map<QString, int> hues_;
    QString nameSpace_;
    MapGrouping grouping_ = MapGrouping::Zone;
    bool refilter_ = false;
};

/// Readers from API objects; pure.
MapPod readPod(const api::Object& object);
MapNode readNode(const api::Object& object);
MapNode readMachine(const api::Object& object);
/// The one card of a node and its machine; either may be null, not both.
MapNode joined(const MapNode* node, const MapNode* machine);
/// Which of `count` hues an application has: always the same for a name.
int hueOf(const QString& application, int count);
inline constexpr int hueCount = 10;

} // namespace wheelhouse::ui
