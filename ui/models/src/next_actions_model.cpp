#include "ui/models/next_actions_model.h"

#include "engine/api/groups/clock.h"
#include "engine/api/time.h"

#include <algorithm>
#include <set>

namespace wheelhouse::ui {
namespace {

using namespace std::chrono_literals;

QString why(const QString& reason, int failures, const QString& lastError) {
    if (reason == u"Running") return NextActionsModel::tr("at work");
    if (reason == u"Ready") return NextActionsModel::tr("waits for its turn");
    if (reason == u"Timer") return NextActionsModel::tr("waits for its time");
    if (reason == u"Unschedulable")
        return NextActionsModel::tr("fits nowhere; tried again when something changes");
    if (reason == u"Binding") return NextActionsModel::tr("is being bound to its node");
    if (reason != u"BackOff") return reason;
    const QString failed = failures == 1 ? NextActionsModel::tr("failed once")
                                         : NextActionsModel::tr("failed %1 times").arg(failures);
    return lastError.isEmpty() ? failed : NextActionsModel::tr("%1: %2").arg(failed, lastError);
}

Tone toneOf(const QString& reason) {
    if (reason == u"Running") return Tone::Good;
    if (reason == u"Ready" || reason == u"Binding") return Tone::Accent;
    if (reason == u"BackOff" || reason == u"Unschedulable") return Tone::Warning;
    return Tone::Muted;
}

} // namespace

QString countdownText(Duration left) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
    if (seconds <= 0) return NextActionsModel::tr("now");
    if (seconds < 60) return NextActionsModel::tr("in %1 s").arg(seconds);
    if (seconds < 3600)
        return NextActionsModel::tr("in %1:%2").arg(seconds / 60).arg(seconds % 60, 2, 10, QChar(u'0'));
    return NextActionsModel::tr("in %1 h %2 min").arg(seconds / 3600).arg(seconds % 3600 / 60);
}

NextActionsModel::NextActionsModel(std::function<WallTime()> now, QObject* parent)
    : LiveTableModel(now, parent), now_(std::move(now)) {
    std::vector<LiveTableModel::Column> columns(4);
    columns[When] = {tr("When"), {}, ColumnType::Number};
    columns[Who] = {tr("Who"), {}};
    columns[What] = {tr("What"), {}};
    columns[Why] = {tr("Why"), {}};
    reset(std::move(columns), {});
    sort(When, Qt::AscendingOrder);
    connect(&pacer_, &FramePacer::frame, this, &NextActionsModel::flush);
}

void NextActionsModel::follow(client::Cluster& cluster, Executor& executor) {
    if (queues_) return;
    entries_.clear();
    queues_ =
        std::make_unique<client::Informer>(cluster, executor, api::kindOf<api::lab::ReconcileQueue>().name);
    queues_->addHandler(
        {[this](const api::ObjectPtr& object) { queue(Change::Added, object); },
         [this](const api::ObjectPtr&, const api::ObjectPtr& object) { queue(Change::Modified, object); },
         [this](const api::ObjectPtr& object) { queue(Change::Removed, object); }});
    queues_->start();
}

void NextActionsModel::unfollow() {
    queues_.reset();
}

void NextActionsModel::queue(Change change, const api::ObjectPtr& object) {
    std::vector<Entry>& entries = entries_[object->name()];
    entries.clear();
    if (change != Change::Removed) {
        const auto queue = object->as<api::lab::ReconcileQueue>();
        for (const auto& key : queue.keys())
            entries.push_back({QString::fromStdString(object->name()), QString::fromStdString(key.key()),
                               QString::fromStdString(key.reason()), api::fromTime(key.due()), key.failures(),
                               QString::fromStdString(key.lasterror())});
    }
    pacer_.request();
}

void NextActionsModel::flush() {
    std::vector<const Entry*> soonest;
    for (const auto& [name, entries] : entries_)
        for (const Entry& entry : entries)
            soonest.push_back(&entry);
    const std::size_t shown = std::min(most, soonest.size());
    std::partial_sort(soonest.begin(), soonest.begin() + static_cast<std::ptrdiff_t>(shown), soonest.end(),
                      [](const Entry* a, const Entry* b) { return a->due < b->due; });
    soonest.resize(shown);
    std::vector<Delta> deltas;
    std::set<Key> keep;
    for (const Entry* entry : soonest) {
        Key key = (entry->queue + u' ' + entry->key).toStdString();
        if (keep.insert(key).second) deltas.push_back({Change::Added, std::move(key), rowOf(*entry)});
    }
    for (Key& key : keys())
        if (keep.count(key) == 0) deltas.push_back({Change::Removed, std::move(key), {}});
    apply(std::move(deltas));
}

LiveTableModel::Row NextActionsModel::rowOf(const Entry& entry) const {
    Row row;
    row.cells = {{}, entry.queue, entry.key, why(entry.reason, entry.failures, entry.lastError)};
    row.numbers = {static_cast<qint64>(entry.due.time_since_epoch().count()), 0, 0, 0};
    row.born = entry.due;
    row.name = entry.key;
    row.tone = toneOf(entry.reason);
    row.extra = entry.reason;
    return row;
}

void NextActionsModel::tick() {
    if (rowCount() > 0) Q_EMIT dataChanged(index(0, When), index(rowCount() - 1, When), {Qt::DisplayRole});
}

bool NextActionsModel::countsDown() const {
    return rowCount() > 0 && row(rowCount() - 1).born > now_();
}

QVariant NextActionsModel::data(const QModelIndex& index, int role) const {
    if (role == Qt::DisplayRole && index.column() == When &&
        checkIndex(index, CheckIndexOption::IndexIsValid)) {
        const Row& at = row(index.row());
        return at.extra == u"Running" ? tr("now") : countdownText(*at.born - now_());
    }
    return LiveTableModel::data(index, role);
}

} // namespace wheelhouse::ui
