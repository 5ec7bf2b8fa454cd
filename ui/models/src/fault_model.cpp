#include "ui/models/fault_model.h"

#include "engine/api/table.h"
#include "engine/api/time.h"
#include "ui/models/fault_template.h"
#include "ui/models/next_actions_model.h"

#include <algorithm>
#include <set>

namespace wheelhouse::ui {
namespace {

/// How a fault stands, in the order of the list.
enum class Stand : std::uint8_t { Active, Mending, Pending, Failed, Ended };

Stand standOf(const api::Object& object, const api::lab::Fault& fault) {
    const std::string& phase = fault.status().phase();
    if (object.deleting()) return Stand::Mending;
    if (phase == "Active") return Stand::Active;
    if (phase == "Failed") return Stand::Failed;
    return phase == "Ended" ? Stand::Ended : Stand::Pending;
}

QString wordOf(Stand stand) {
    switch (stand) {
    case Stand::Active:
        return FaultModel::tr("active");
    case Stand::Mending:
        return FaultModel::tr("being mended");
    case Stand::Pending:
        return FaultModel::tr("to come");
    case Stand::Failed:
        return FaultModel::tr("not possible");
    case Stand::Ended:
        return FaultModel::tr("over");
    }
    return {};
}

Tone toneOf(Stand stand) {
    switch (stand) {
    case Stand::Active:
        return Tone::Bad;
    case Stand::Mending:
        return Tone::Deleting;
    case Stand::Pending:
    case Stand::Failed:
        return Tone::Warning;
    case Stand::Ended:
        return Tone::Completed;
    }
    return Tone::Plain;
}

/// When the next thing happens to it, or when it was over; nothing = only when it is mended.
std::optional<WallTime> timeOf(Stand stand, const api::lab::FaultStatus& status) {
    if (stand == Stand::Pending && status.has_next()) return api::fromTime(status.next());
    if ((stand == Stand::Active || stand == Stand::Ended) && status.has_ends())
        return api::fromTime(status.ends());
    return std::nullopt;
}

LiveTableModel::Row rowOf(const api::ObjectPtr& object) {
    const auto fault = object->as<api::lab::Fault>();
    const Stand stand = standOf(*object, fault);
    LiveTableModel::Row row;
    row.cells = {wordOf(stand),
                 faultText(fault.spec()),
                 faultWhere(fault),
                 {},
                 QString::fromStdString(fault.status().message())};
    row.numbers = {static_cast<qint64>(stand), 0, 0, 0, 0};
    row.born = timeOf(stand, fault.status());
    row.name = QString::fromStdString(object->name());
    row.object = object;
    row.tone = toneOf(stand);
    const FaultTemplate* what = templateOf(fault.spec());
    row.extra = what == nullptr ? QString() : what->icon;
    return row;
}

} // namespace

FaultModel::FaultModel(std::function<WallTime()> now, QObject* parent)
    : LiveTableModel(now, parent), now_(std::move(now)), box_([this] { pacer_.request(); }) {
    std::vector<LiveTableModel::Column> columns(5);
    columns[State] = {tr("State"), {}, ColumnType::Number};
    columns[What] = {tr("What"), {}};
    columns[Where] = {tr("Where"), {}};
    columns[Left] = {tr("Left"), {}};
    columns[Message] = {tr("Message"), {}};
    reset(std::move(columns), {});
    sort(State, Qt::AscendingOrder);
    connect(&pacer_, &FramePacer::frame, this, &FaultModel::flush);
}

void FaultModel::follow(client::Cluster& cluster, Executor& executor) {
    if (faults_) return;
    faults_ = std::make_unique<client::Informer>(cluster, executor, api::kindOf<api::lab::Fault>().name);
    faults_->addHandler(
        {[this](const api::ObjectPtr& object) { take(Change::Added, object); },
         [this](const api::ObjectPtr&, const api::ObjectPtr& object) { take(Change::Modified, object); },
         [this](const api::ObjectPtr& object) { take(Change::Removed, object); }});
    faults_->start();
}

void FaultModel::take(Change change, const api::ObjectPtr& object) {
    box_.put(change, object->name(), object);
}

void FaultModel::flush() {
    std::vector<Delta> deltas;
    for (auto& news : box_.take()) {
        if (news.change == Change::Removed) {
            all_.erase(news.key);
            deltas.push_back({Change::Removed, news.key, {}});
        } else {
            deltas.push_back({news.change, news.key, rowOf(news.value)});
            all_[news.key] = std::move(news.value);
        }
    }
    if (deltas.empty()) return;
    byNode_.clear();
    standing_.clear();
    over_.clear();
    active_ = 0;
    for (const auto& [name, object] : all_) {
        const auto fault = object->as<api::lab::Fault>();
        const Stand stand = standOf(*object, fault);
        (stand == Stand::Ended || stand == Stand::Failed ? over_ : standing_) << QString::fromStdString(name);
        if (stand != Stand::Active) continue;
        ++active_;
        const FaultTemplate* what = templateOf(fault.spec());
        std::set<std::string> told; // several containers of one node are one badge
        for (const auto& target : fault.status().targets())
            if (!target.done() && target.problem().empty() && told.insert(target.node()).second)
                byNode_[QString::fromStdString(target.node())].push_back({QString::fromStdString(name),
                                                                          what->icon, faultText(fault.spec()),
                                                                          fault.spec().has_link()});
    }
    apply(std::move(deltas));
    Q_EMIT faultsChanged();
}

std::vector<QString> FaultModel::taken() const {
    std::vector<QString> names;
    for (const auto& [name, object] : all_)
        names.push_back(QString::fromStdString(name));
    return names;
}

QString FaultModel::leftText(const Row& row) const {
    const auto stand = static_cast<Stand>(row.numbers[State]);
    if (!row.born) return stand == Stand::Active ? tr("until mended") : QString();
    if (stand == Stand::Ended)
        return tr("%1 ago").arg(
            QString::fromStdString(api::humanDuration(std::max(now_() - *row.born, Duration::zero()))));
    const QString when = countdownText(*row.born - now_());
    return stand == Stand::Pending ? tr("begins %1").arg(when) : tr("ends %1").arg(when);
}

void FaultModel::tick() {
    if (rowCount() > 0) Q_EMIT dataChanged(index(0, Left), index(rowCount() - 1, Left), {Qt::DisplayRole});
}

bool FaultModel::countsDown() const {
    for (int i = 0; i < rowCount(); ++i)
        if (row(i).born) return true;
    return false;
}

QVariant FaultModel::data(const QModelIndex& index, int role) const {
    if (role == Qt::DisplayRole && index.column() == Left &&
        checkIndex(index, CheckIndexOption::IndexIsValid))
        return leftText(row(index.row()));
    return LiveTableModel::data(index, role);
}

} // namespace wheelhouse::ui
