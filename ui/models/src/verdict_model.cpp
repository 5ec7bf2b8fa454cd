#include "ui/models/verdict_model.h"

#include <algorithm>
#include <map>
#include <set>

namespace wheelhouse::ui {
namespace {

QString fromStd(const std::string& text) {
    return QString::fromStdString(text);
}

QString joined(const google::protobuf::RepeatedPtrField<std::string>& texts) {
    QStringList list;
    for (const std::string& text : texts)
        list << fromStd(text);
    return list.join(QStringLiteral(", "));
}

} // namespace

QString microsText(double micros) {
    return micros < 1000 ? VerdictModel::tr("%1 µs").arg(micros, 0, 'f', micros < 10 ? 1 : 0)
                         : VerdictModel::tr("%1 ms").arg(micros / 1000, 0, 'f', 2);
}

QString shortPluginName(const QString& plugin) {
    static const std::map<QString, const char*> names = {
        {QStringLiteral("NodeUnschedulable"), QT_TRANSLATE_NOOP("wheelhouse::ui::VerdictModel", "cordon")},
        {QStringLiteral("NodeName"), QT_TRANSLATE_NOOP("wheelhouse::ui::VerdictModel", "name")},
        {QStringLiteral("TaintToleration"), QT_TRANSLATE_NOOP("wheelhouse::ui::VerdictModel", "taint")},
        {QStringLiteral("NodeAffinity"), QT_TRANSLATE_NOOP("wheelhouse::ui::VerdictModel", "affinity")},
        {QStringLiteral("NodePorts"), QT_TRANSLATE_NOOP("wheelhouse::ui::VerdictModel", "ports")},
        {QStringLiteral("NodeResourcesFit"), QT_TRANSLATE_NOOP("wheelhouse::ui::VerdictModel", "fit")},
        {QStringLiteral("VolumeRestrictions"), QT_TRANSLATE_NOOP("wheelhouse::ui::VerdictModel", "disks")},
        {QStringLiteral("NodeVolumeLimits"), QT_TRANSLATE_NOOP("wheelhouse::ui::VerdictModel", "limits")},
        {QStringLiteral("VolumeBinding"), QT_TRANSLATE_NOOP("wheelhouse::ui::VerdictModel", "volumes")},
        {QStringLiteral("VolumeZone"), QT_TRANSLATE_NOOP("wheelhouse::ui::VerdictModel", "zone")},
        {QStringLiteral("PodTopologySpread"), QT_TRANSLATE_NOOP("wheelhouse::ui::VerdictModel", "spread")},
        {QStringLiteral("InterPodAffinity"), QT_TRANSLATE_NOOP("wheelhouse::ui::VerdictModel", "pods")},
        {QStringLiteral("NodeResourcesBalancedAllocation"),
         QT_TRANSLATE_NOOP("wheelhouse::ui::VerdictModel", "balance")},
        {QStringLiteral("ImageLocality"), QT_TRANSLATE_NOOP("wheelhouse::ui::VerdictModel", "image")},
        {QStringLiteral("DynamicResources"), QT_TRANSLATE_NOOP("wheelhouse::ui::VerdictModel", "devices")}};
    const auto found = names.find(plugin);
    return found == names.end() ? plugin : VerdictModel::tr(found->second);
}

VerdictModel::VerdictModel(QObject* parent) : QAbstractTableModel(parent) {}

void VerdictModel::setAttempt(const api::lab::SchedulingAttempt& attempt) {
    beginResetModel();
    attempt_ = attempt;
    readPlugins();
    readRows();
    findTelling();
    endResetModel();
}

void VerdictModel::clear() {
    setAttempt({});
}

void VerdictModel::setOnlyTelling(bool only) {
    if (only == onlyTelling_) return;
    beginResetModel();
    onlyTelling_ = only;
    findTelling();
    endResetModel();
}

std::size_t VerdictModel::pluginAt(const QString& name) {
    const auto found = std::find_if(plugins_.begin(), plugins_.end(),
                                    [&name](const Plugin& plugin) { return plugin.name == name; });
    if (found != plugins_.end()) return static_cast<std::size_t>(found - plugins_.begin());
    plugins_.push_back({name});
    return plugins_.size() - 1;
}

/// Filters in the order in which they ran, then those that only score.
void VerdictModel::readPlugins() {
    plugins_.clear();
    for (const auto& run : attempt_.plugins()) {
        if (run.stage() != "Filter") continue;
        Plugin& plugin = plugins_[pluginAt(fromStd(run.plugin()))];
        plugin.filters = true;
        plugin.filterMicros = run.microseconds();
    }
    for (const auto& refused : attempt_.refused())
        plugins_[pluginAt(fromStd(refused.plugin()))].filters = true;
    for (const auto& node : attempt_.scored())
        for (const auto& score : node.scores())
            plugins_[pluginAt(fromStd(score.plugin()))].weight = score.weight();
    for (const auto& run : attempt_.plugins())
        if (run.stage() == "Score")
            plugins_[pluginAt(fromStd(run.plugin()))].scoreMicros = run.microseconds();
}

void VerdictModel::readRows() {
    rows_.clear();
    for (const auto& node : attempt_.scored()) {
        Row row{fromStd(node.node()), true, node.total(), std::vector<Cell>(plugins_.size())};
        for (std::size_t i = 0; i < plugins_.size(); ++i)
            if (plugins_[i].filters) row.cells[i].mark = Mark::Passed;
        for (const auto& score : node.scores())
            row.cells[pluginAt(fromStd(score.plugin()))] = {
                Mark::Scored, score.raw(), score.normalised(), score.weight(), score.weighted(), {}};
        rows_.push_back(std::move(row));
    }
    if (attempt_.feasible() > attempt_.scored_size())
        rows_.push_back({tr("%1 more that fit").arg(attempt_.feasible() - attempt_.scored_size()), true, 0,
                         std::vector<Cell>(plugins_.size(), Cell{Mark::Unknown, 0, 0, 0, 0, {}})});
    for (const auto& refused : attempt_.refused()) {
        Row row{{}, false, 0, std::vector<Cell>(plugins_.size())};
        const std::size_t by = pluginAt(fromStd(refused.plugin()));
        for (std::size_t i = 0; i < by; ++i)
            if (plugins_[i].filters) row.cells[i].mark = Mark::Passed;
        row.cells[by].mark = Mark::Refused;
        row.cells[by].reason = joined(refused.reasons());
        for (const std::string& node : refused.nodes()) {
            row.node = fromStd(node);
            rows_.push_back(row);
        }
        if (refused.count() <= refused.nodes_size()) continue;
        row.node = tr("%1 more refused").arg(refused.count() - refused.nodes_size());
        rows_.push_back(std::move(row));
    }
}

void VerdictModel::findTelling() {
    shown_.clear();
    quiet_ = 0;
    for (std::size_t i = 0; i < plugins_.size(); ++i) {
        std::set<qint64> scores;
        bool refuses = false;
        for (const Row& row : rows_) {
            refuses = refuses || row.cells[i].mark == Mark::Refused;
            if (row.cells[i].mark == Mark::Scored) scores.insert(row.cells[i].normalised);
        }
        plugins_[i].telling = refuses || scores.size() > 1;
        if (!onlyTelling_ || plugins_[i].telling)
            shown_.push_back(i);
        else
            ++quiet_;
    }
}

int VerdictModel::rowOf(const QString& node) const {
    const auto found =
        std::find_if(rows_.begin(), rows_.end(), [&node](const Row& row) { return row.node == node; });
    return found == rows_.end() ? -1 : static_cast<int>(found - rows_.begin());
}

QStringList VerdictModel::plugins() const {
    QStringList names;
    for (const std::size_t at : shown_)
        names << plugins_[at].name;
    return names;
}

int VerdictModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int VerdictModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(shown_.size()) + 2;
}

QVariant VerdictModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Row& row = rows_[static_cast<std::size_t>(index.row())];
    if (role == ChosenRole) return !row.node.isEmpty() && row.node == fromStd(attempt_.node());
    if (index.column() == 0) {
        if (role == Qt::DisplayRole || role == Qt::ToolTipRole || role == Qt::AccessibleTextRole)
            return row.node;
        return {};
    }
    if (index.column() == columnCount() - 1) {
        const bool has =
            row.feasible && row.cells.empty() == plugins_.empty() && index.row() < attempt_.scored_size();
        if (role == Qt::DisplayRole) return has ? QString::number(row.total) : QStringLiteral("–");
        if (role == Qt::ToolTipRole && has) return tr("Sum of the weighted scores");
        return {};
    }
    const std::size_t at = shown_[static_cast<std::size_t>(index.column()) - 1];
    return cellData(row, plugins_[at], row.cells[at], role);
}

QVariant VerdictModel::cellData(const Row& row, const Plugin& plugin, const Cell& cell, int role) const {
    if (role == MarkRole) return static_cast<int>(cell.mark);
    if (role == ShareRole) return static_cast<double>(cell.normalised) / 100.0;
    if (role == FullNameRole) return plugin.name;
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != Qt::AccessibleTextRole) return {};
    const bool brief = role == Qt::DisplayRole;
    switch (cell.mark) {
    case Mark::Passed:
        return brief ? QString() : tr("%1 has nothing against %2").arg(plugin.name, row.node);
    case Mark::Refused:
        return brief ? QString() : tr("%1 refuses %2: %3").arg(plugin.name, row.node, cell.reason);
    case Mark::Scored:
        return brief ? QString::number(cell.normalised)
                     : tr("%1: counted %2, that is %3 of 100, times weight %4 = %5")
                           .arg(plugin.name)
                           .arg(cell.raw)
                           .arg(cell.normalised)
                           .arg(cell.weight)
                           .arg(cell.weighted);
    case Mark::Unknown:
        return brief ? QString() : tr("Only the best nodes are written down");
    case Mark::None:
        return brief || row.feasible ? QString() : tr("Not asked: another one had refused %1").arg(row.node);
    }
    return {};
}

QVariant VerdictModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    const auto beside = [&](Qt::Alignment side) { return QVariant::fromValue(side | Qt::AlignVCenter); };
    if (role == Qt::TextAlignmentRole && section == 0) return beside(Qt::AlignLeft);
    if (role == Qt::TextAlignmentRole && section == columnCount() - 1) return beside(Qt::AlignRight);
    if (section == 0) return role == Qt::DisplayRole ? tr("node") : QVariant();
    if (section == columnCount() - 1) return role == Qt::DisplayRole ? tr("score") : QVariant();
    const Plugin& plugin = plugins_[shown_[static_cast<std::size_t>(section) - 1]];
    if (role == Qt::DisplayRole) return shortPluginName(plugin.name);
    if (role != Qt::ToolTipRole) return {};
    QString tip = plugin.name;
    if (plugin.weight > 0) tip += u'\n' + tr("weight %1").arg(plugin.weight);
    if (plugin.filterMicros > 0) tip += u'\n' + tr("filtering took %1").arg(microsText(plugin.filterMicros));
    if (plugin.scoreMicros > 0) tip += u'\n' + tr("scoring took %1").arg(microsText(plugin.scoreMicros));
    return tip;
}

namespace {

/// What set the first of the ranked nodes apart from the second.
QString leadOf(const api::lab::SchedulingAttempt& attempt) {
    const auto& first = attempt.scored(0);
    const auto& second = attempt.scored(1);
    if (first.total() == second.total()) {
        const auto equals =
            std::count_if(attempt.scored().begin(), attempt.scored().end(),
                          [&first](const auto& node) { return node.total() == first.total(); });
        return VerdictModel::tr("%1 nodes have the same score of %2: the lot decided.")
            .arg(equals)
            .arg(first.total());
    }
    std::vector<std::pair<qint64, QString>> differences;
    for (const auto& mine : first.scores())
        for (const auto& theirs : second.scores())
            if (mine.plugin() == theirs.plugin() && mine.weighted() != theirs.weighted())
                differences.emplace_back(mine.weighted() - theirs.weighted(),
                                         shortPluginName(fromStd(mine.plugin())));
    std::sort(differences.begin(), differences.end(),
              [](const auto& a, const auto& b) { return std::abs(a.first) > std::abs(b.first); });
    QStringList parts;
    for (const auto& [difference, plugin] : differences)
        if (parts.size() < 3)
            parts << QStringLiteral("%1 %2%3")
                         .arg(plugin, difference > 0 ? QStringLiteral("+") : QString())
                         .arg(difference);
    return VerdictModel::tr("%1 against %2 of %3: %4.")
        .arg(first.total())
        .arg(second.total())
        .arg(fromStd(second.node()), parts.join(QStringLiteral(", ")));
}

} // namespace

QString whyOf(const api::lab::SchedulingAttempt& attempt) {
    QStringList out;
    if (attempt.result() == "Scheduled") {
        if (attempt.scored_size() > 1)
            out << leadOf(attempt);
        else if (attempt.feasible() == 1)
            out << VerdictModel::tr("It is the only node that fits.");
    } else if (attempt.nodes() == 0) {
        out << VerdictModel::tr("There is no node.");
    }
    for (const auto& refused : attempt.refused()) {
        const QString reasons = joined(refused.reasons());
        out << (refused.count() == 1 && refused.nodes_size() == 1
                    ? VerdictModel::tr("%1 is out: %2.").arg(fromStd(refused.nodes(0)), reasons)
                    : VerdictModel::tr("%1 nodes are out: %2.").arg(refused.count()).arg(reasons));
    }
    if (!attempt.nominatednode().empty())
        out << VerdictModel::tr("%1 is being cleared for it.").arg(fromStd(attempt.nominatednode()));
    if (!attempt.preemption().empty())
        out << VerdictModel::tr("No node can be cleared: %1").arg(fromStd(attempt.preemption()));
    return out.join(u' ');
}

QStringList victimsOf(const api::lab::SchedulingAttempt& attempt) {
    QStringList out;
    for (const auto& candidate : attempt.candidates()) {
        QString line = VerdictModel::tr("%1 would have to lose %2")
                           .arg(fromStd(candidate.node()), joined(candidate.victims()));
        if (candidate.budgetsbroken() > 0)
            line += VerdictModel::tr(" (against %1 disruption budgets)").arg(candidate.budgetsbroken());
        out << line;
    }
    return out;
}

} // namespace wheelhouse::ui
