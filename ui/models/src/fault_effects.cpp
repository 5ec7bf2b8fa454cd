#include "ui/models/fault_effects.h"

#include "engine/api/groups/clock.h"
#include "engine/api/table.h"
#include "engine/api/time.h"
#include "engine/api/types.h"
#include "ui/models/next_actions_model.h"

#include <algorithm>
#include <set>

namespace wheelhouse::ui {
namespace {

using api::coordination::Lease;

constexpr const char* leaseNamespace = "kube-node-lease";
constexpr const char* lookQueue = "nodelifecycle";
constexpr const char* evictQueue = "tainteviction";

void readLease(const Lease& lease, NodePlight& plight) {
    if (!lease.spec().has_renewtime()) return;
    plight.leaseRenewed = api::fromTime(lease.spec().renewtime());
    plight.leaseEnds = *plight.leaseRenewed + std::chrono::seconds(lease.spec().leasedurationseconds());
}

void readNode(const api::core::Node& node, NodePlight& plight) {
    for (const auto& condition : node.status().conditions()) {
        if (condition.type() == "Ready") {
            plight.ready = QString::fromStdString(condition.status());
            if (condition.has_lasttransitiontime())
                plight.readySince = api::fromTime(condition.lasttransitiontime());
        } else if (condition.status() == "True") {
            plight.pressures << QString::fromStdString(condition.type());
        }
    }
    for (const auto& taint : node.spec().taints()) {
        if (taint.effect() != "NoExecute") continue;
        plight.taint = QString::fromStdString(taint.key());
        if (taint.has_timeadded()) plight.taintSince = api::fromTime(taint.timeadded());
    }
}

FaultEffect agentsEffect(const NodePlight& plight, WallTime now) {
    const QString who = FaultEffects::tr("Agent");
    if (*plight.leaseEnds <= now)
        return {who, FaultEffects::tr("is silent; its lease has run out"), plight.leaseEnds, Tone::Bad};
    const bool late = plight.ready == u"Unknown" ||
                      now - *plight.leaseRenewed > (*plight.leaseEnds - *plight.leaseRenewed) / 2;
    return late ? FaultEffect{who, FaultEffects::tr("is silent; its lease runs out"), plight.leaseEnds,
                              Tone::Warning}
                : FaultEffect{who, FaultEffects::tr("renews its lease"), plight.leaseEnds, Tone::Good};
}

FaultEffect controllersEffect(const NodePlight& plight) {
    const QString who = FaultEffects::tr("Node controller");
    if (plight.ready == u"Unknown")
        return {who, FaultEffects::tr("heard nothing and calls it NotReady"), plight.readySince, Tone::Bad};
    if (plight.ready == u"False")
        return {who, FaultEffects::tr("is told by the node that it is not ready"), plight.readySince,
                Tone::Bad};
    return {who, FaultEffects::tr("looks whether it was heard"), plight.looksAt, Tone::Muted};
}

} // namespace

std::vector<FaultEffect> effectsOf(const NodePlight& plight, WallTime now) {
    std::vector<FaultEffect> out;
    if (plight.leaseEnds) out.push_back(agentsEffect(plight, now));
    if (!plight.ready.isEmpty()) out.push_back(controllersEffect(plight));
    for (const QString& pressure : plight.pressures)
        out.push_back({FaultEffects::tr("Agent"), FaultEffects::tr("reports %1").arg(pressure), std::nullopt,
                       Tone::Warning});
    if (!plight.taint.isEmpty())
        out.push_back({FaultEffects::tr("Node controller"),
                       FaultEffects::tr("keeps pods off: %1").arg(plight.taint), plight.taintSince,
                       Tone::Warning});
    if (plight.evictions > 0)
        out.push_back({FaultEffects::tr("Taint eviction"),
                       plight.evictions == 1 ? FaultEffects::tr("deletes a pod")
                                             : FaultEffects::tr("deletes %1 pods").arg(plight.evictions),
                       plight.firstEviction, Tone::Accent});
    if (plight.leaving > 0)
        out.push_back({FaultEffects::tr("Taint eviction"),
                       plight.leaving == 1
                           ? FaultEffects::tr("deleted a pod; it ends when the node is heard again")
                           : FaultEffects::tr("deleted %1 pods; they end when the node is heard again")
                                 .arg(plight.leaving),
                       std::nullopt, Tone::Deleting});
    return out;
}

FaultEffects::FaultEffects(ClusterSession& session, const FaultModel& faults, QObject* parent)
    : LiveTableModel([&session] { return session.now(); }, parent), session_(session), faults_(faults) {
    std::vector<LiveTableModel::Column> columns(4);
    columns[Node] = {tr("Node"), {}, ColumnType::Number}; // in the order of effectsOf()
    columns[Who] = {tr("Who"), {}};
    columns[What] = {tr("What"), {}};
    columns[When] = {tr("When"), {}};
    reset(std::move(columns), {});
    sort(Node, Qt::AscendingOrder);
    connect(&pacer_, &FramePacer::frame, this, &FaultEffects::flush);
    connect(&faults_, &FaultModel::faultsChanged, this, [this] {
        if (following_) refollow();
    });
    connect(&session_.map(), &ClusterMapModel::changed, this, [this] {
        if (following_) pacer_.request();
    });
}

FaultEffects::~FaultEffects() = default;

void FaultEffects::follow() {
    if (following_) return;
    following_ = true;
    refollow();
}

void FaultEffects::unfollow() {
    following_ = false;
    leases_.clear();
    queues_.clear();
    looks_.clear();
    evictions_.clear();
}

void FaultEffects::refollow() {
    const auto watch = [this](const api::ResourceName& resource, const std::string& nameSpace,
                              const std::string& name, auto take) {
        client::WatchOptions selection;
        selection.nameSpace = nameSpace;
        selection.fieldSelector = "metadata.name=" + name;
        auto informer =
            std::make_unique<client::Informer>(session_.cluster(), session_.executor(), resource, selection);
        informer->addHandler({[take](const api::ObjectPtr& object) { take(object); },
                              [take](const api::ObjectPtr&, const api::ObjectPtr& object) { take(object); },
                              [take](const api::ObjectPtr&) { take(nullptr); }});
        informer->start();
        return informer;
    };
    std::erase_if(leases_, [this](const auto& each) { return !faults_.byNode().contains(each.first); });
    for (const auto& [node, each] : faults_.byNode()) {
        if (leases_.size() >= most) break;
        if (leases_.contains(node)) continue;
        leases_[node] = watch(api::kindOf<Lease>().name, leaseNamespace, node.toStdString(),
                              [this](const api::ObjectPtr&) { pacer_.request(); });
    }
    if (queues_.empty() && !leases_.empty() &&
        session_.resourceOfKind(QStringLiteral("ReconcileQueue")) != nullptr)
        for (const char* name : {lookQueue, evictQueue})
            queues_.push_back(watch(api::kindOf<api::lab::ReconcileQueue>().name, {}, name,
                                    [this](const api::ObjectPtr& object) { takeQueue(object); }));
    pacer_.request();
}

void FaultEffects::takeQueue(const api::ObjectPtr& object) {
    if (!object) return;
    const auto queue = object->as<api::lab::ReconcileQueue>();
    auto& into = object->name() == lookQueue ? looks_ : evictions_;
    into.clear();
    for (const auto& key : queue.keys())
        if (key.reason() == "Timer") into[key.key()] = api::fromTime(key.due());
    pacer_.request();
}

NodePlight FaultEffects::plightOf(const QString& name) const {
    NodePlight plight;
    plight.node = name;
    if (const auto found = leases_.find(name); found != leases_.end())
        for (const auto& lease : found->second->all())
            readLease(lease->as<Lease>(), plight);
    if (const auto node = session_.node(name)) readNode(node->as<api::core::Node>(), plight);
    if (const auto look = looks_.find(name.toStdString()); look != looks_.end())
        plight.looksAt = look->second;
    const MapNode* onMap = session_.map().findNode(name);
    if (onMap == nullptr || plight.taint.isEmpty()) return plight;
    for (const MapPod* pod : onMap->pods) {
        if (pod->look == PodLook::Terminating) {
            ++plight.leaving;
            continue;
        }
        const auto due = evictions_.find((pod->nameSpace + u'/' + pod->name).toStdString());
        if (due == evictions_.end()) continue;
        ++plight.evictions;
        plight.firstEviction = std::min(plight.firstEviction.value_or(due->second), due->second);
    }
    return plight;
}

void FaultEffects::flush() {
    std::vector<Delta> deltas;
    std::set<Key> keep;
    qint64 order = 0;
    for (const auto& [node, lease] : leases_) {
        for (const FaultEffect& effect : effectsOf(plightOf(node), session_.now())) {
            Row row;
            row.cells = {node, effect.who, effect.what, {}};
            row.numbers = {order, 0, 0, 0};
            row.born = effect.when;
            row.name = node;
            row.tone = effect.tone;
            Key key = std::to_string(order++);
            keep.insert(key);
            deltas.push_back({Change::Added, std::move(key), std::move(row)});
        }
    }
    for (Key& key : keys())
        if (!keep.contains(key)) deltas.push_back({Change::Removed, std::move(key), {}});
    apply(std::move(deltas));
}

/// A lease that runs out changes its words too, so everything is looked at again, not only the countdowns.
void FaultEffects::tick() {
    flush();
    if (rowCount() > 0) Q_EMIT dataChanged(index(0, When), index(rowCount() - 1, When), {Qt::DisplayRole});
}

bool FaultEffects::countsDown() const {
    return rowCount() > 0;
}

QVariant FaultEffects::data(const QModelIndex& index, int role) const {
    if (role == Qt::DisplayRole && index.column() == When &&
        checkIndex(index, CheckIndexOption::IndexIsValid)) {
        const auto& when = row(index.row()).born;
        if (!when) return QString();
        const Duration left = *when - session_.now();
        if (left > Duration::zero()) return countdownText(left);
        return tr("%1 ago").arg(QString::fromStdString(api::humanDuration(-left)));
    }
    return LiveTableModel::data(index, role);
}

} // namespace wheelhouse::ui
