#include "ui/models/node_progress.h"

#include "ui/models/words.h"

#include <algorithm>

namespace wheelhouse::ui {
namespace {

enum class Stand : std::uint8_t { Failed, Coming, Away, Ready };

Stand standOf(NodeLook look) {
    switch (look) {
    case NodeLook::Failed:
    case NodeLook::NotReady:
        return Stand::Failed;
    case NodeLook::Booting:
        return Stand::Coming;
    case NodeLook::Stopped:
    case NodeLook::Frozen:
    case NodeLook::Leaving:
        return Stand::Away;
    case NodeLook::Ready:
    case NodeLook::Cordoned:
        return Stand::Ready;
    }
    return Stand::Away;
}

/// What went wrong, what it waits for, or the last thing that was done and how long all took.
QString noteOf(const MapNode& node) {
    if (!node.message.isEmpty() && node.look != NodeLook::Ready) return node.message;
    if (node.steps.empty()) return {};
    qint64 all = 0;
    for (const BootStep& step : node.steps)
        all += step.milliseconds;
    if (node.look == NodeLook::Ready) return NodeProgress::tr("came up in %1").arg(stepTime(all));
    const BootStep& last = node.steps.back();
    return last.name + u' ' + stepTime(last.milliseconds);
}

LiveTableModel::Row rowOf(const MapNode& node) {
    LiveTableModel::Row row;
    row.name = node.name;
    row.cells = {node.name, kindOf(node), wordOf(node.look), noteOf(node)};
    row.numbers = {0, 0, static_cast<qint64>(standOf(node.look)), 0};
    row.tone = toneOf(node.look);
    row.extra = QString::number(NodeProgress::fractionOf(node));
    return row;
}

} // namespace

NodeProgress::NodeProgress(ClusterMapModel& map, QObject* parent)
    : LiveTableModel([] { return WallTime{}; }, parent), map_(map) {
    std::vector<LiveTableModel::Column> columns(4);
    columns[Name].name = tr("Node");
    columns[Kind].name = tr("Kind");
    columns[State].name = tr("State");
    columns[State].type = ColumnType::Number;
    columns[Note].name = tr("Last step");
    reset(std::move(columns), {});
    sort(State, Qt::AscendingOrder);
}

double NodeProgress::fractionOf(const MapNode& node) {
    if (standOf(node.look) == Stand::Ready) return 1;
    // Steps are told as they happen: how many there will be is not known, so the bar never arrives by itself.
    const auto done = static_cast<double>(
        std::count_if(node.steps.begin(), node.steps.end(), [](const BootStep& step) { return step.done; }));
    return 1 - 1 / (1 + done / 3);
}

void NodeProgress::follow() {
    if (following_) return;
    following_ = connect(&map_, &ClusterMapModel::changed, this,
                         [this](const MapChange& change) { take(change.nodes); });
    std::set<QString> names;
    for (const Key& key : keys())
        names.insert(QString::fromStdString(key));
    for (const auto& [name, node] : map_.nodes())
        names.insert(name);
    take(names);
}

void NodeProgress::unfollow() {
    disconnect(following_);
    following_ = {};
}

void NodeProgress::take(const std::set<QString>& names) {
    std::vector<Delta> news;
    for (const QString& name : names) {
        const MapNode* node = map_.findNode(name);
        if (node != nullptr)
            news.push_back({Change::Modified, name.toStdString(), rowOf(*node)});
        else
            news.push_back({Change::Removed, name.toStdString(), {}});
    }
    apply(std::move(news));
    count();
}

void NodeProgress::count() {
    Counts now;
    for (const auto& [name, node] : map_.nodes()) {
        const Stand stand = standOf(node.look);
        now.ready += stand == Stand::Ready;
        now.coming += stand == Stand::Coming;
        now.failed += stand == Stand::Failed;
    }
    if (now == std::exchange(counts_, now)) return;
    Q_EMIT countsChanged();
}

} // namespace wheelhouse::ui
