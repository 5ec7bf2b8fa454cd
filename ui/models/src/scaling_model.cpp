#include "ui/models/scaling_model.h"

#include "engine/api/groups/autoscaling_lab.h"
#include "engine/api/time.h"

#include <QDateTime>
#include <QSet>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

QString clockText(WallTime when) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(when.time_since_epoch()).count();
    return QDateTime::fromSecsSinceEpoch(seconds).toString(QStringLiteral("HH:mm:ss"));
}

std::string keyOf(WallTime time) {
    return std::to_string(time.time_since_epoch().count());
}

ScalingPoint pointOf(const api::lab::ScalingStep& step) {
    ScalingPoint point;
    point.time = api::fromTime(step.time());
    point.current = step.current();
    point.desired = step.desired();
    for (const auto& metric : step.metrics()) {
        if (!metric.has_ratio()) continue;
        const double ratio = metric.has_ratiowithunmeasured() ? metric.ratiowithunmeasured() : metric.ratio();
        point.ratio = std::max(point.ratio.value_or(ratio), ratio);
    }
    for (const auto& rule : step.rules()) {
        if (rule.name() == "Metrics") point.proposed = rule.replicas();
        if (rule.name() == "Stabilization") point.stabilised = rule.replicas();
    }
    return point;
}

QString metricText(const api::lab::ScalingStep& step) {
    QStringList out;
    for (const auto& metric : step.metrics()) {
        const QString name = QString::fromStdString(metric.name()).section(u'(', 0, 0).trimmed();
        out << (metric.error().empty()
                    ? ScalingModel::tr("%1: %2 of %3")
                          .arg(name, QString::fromStdString(metric.value()),
                               QString::fromStdString(metric.target()))
                    : ScalingModel::tr("%1: %2").arg(name, QString::fromStdString(metric.error())));
    }
    return out.join(QStringLiteral("; "));
}

QString outcomeText(const api::lab::ScalingStep& step) {
    if (step.result() == "Failed") return ScalingModel::tr("failed");
    if (step.result() == "Disabled") return ScalingModel::tr("switched off");
    if (step.current() == step.desired()) return ScalingModel::tr("stays at %1").arg(step.current());
    return ScalingModel::tr("%1 → %2").arg(step.current()).arg(step.desired());
}

Tone toneOf(const std::string& result) {
    if (result == "Up") return Tone::Accent;
    if (result == "Down") return Tone::Warning;
    return result == "Failed" ? Tone::Bad : Tone::Muted;
}

} // namespace

ScalingModel::ScalingModel(std::function<WallTime()> now, QObject* parent)
    : LiveTableModel(std::move(now), parent) {
    std::vector<LiveTableModel::Column> columns(4);
    columns[Time] = {tr("Time"), {}, ColumnType::Number};
    columns[Outcome] = {tr("Outcome"), {}};
    columns[Metric] = {tr("Metric"), {}};
    columns[Why] = {tr("Why"), {}};
    reset(std::move(columns), {});
    sort(Time, Qt::DescendingOrder);
}

void ScalingModel::take(const api::Object& object) {
    const auto decision = object.as<api::lab::AutoscalingDecision>();
    target_ = QString::fromStdString(decision.target());
    std::vector<Delta> deltas;
    for (const auto& step : decision.decisions()) {
        const ScalingPoint point = pointOf(step);
        const auto place =
            std::lower_bound(points_.begin(), points_.end(), point.time,
                             [](const ScalingPoint& a, WallTime time) { return a.time < time; });
        if (place != points_.end() && place->time == point.time) continue;
        points_.insert(place, point);
        Row row;
        row.cells = {clockText(point.time), outcomeText(step), metricText(step),
                     QString::fromStdString(step.message())};
        row.numbers = {static_cast<qint64>(point.time.time_since_epoch().count()), 0, 0, 0};
        row.born = point.time;
        row.tone = toneOf(step.result());
        deltas.push_back({Change::Added, keyOf(point.time), std::move(row)});
    }
    while (points_.size() > most) {
        const Key oldest = keyOf(points_.front().time);
        const auto fresh = std::find_if(deltas.begin(), deltas.end(),
                                        [&oldest](const Delta& delta) { return delta.key == oldest; });
        if (fresh != deltas.end())
            deltas.erase(fresh);
        else
            deltas.push_back({Change::Removed, oldest, {}});
        points_.erase(points_.begin());
    }
    apply(std::move(deltas));
}

void ScalingModel::clear() {
    std::vector<Delta> deltas;
    for (Key& key : keys())
        deltas.push_back({Change::Removed, std::move(key), {}});
    points_.clear();
    target_.clear();
    apply(std::move(deltas));
}

QString ScalingModel::sentence() const {
    return rowCount() == 0 ? QString() : row(0).cells[Why];
}

QString ScalingModel::metric() const {
    return rowCount() == 0 ? QString() : row(0).cells[Metric];
}

} // namespace wheelhouse::ui
