#include "scaling_chart.h"

#include "chart_style.h"

#include <QDateTime>
#include <QtCharts/QChart>
#include <QtCharts/QDateTimeAxis>
#include <QtCharts/QLegend>
#include <QtCharts/QLineSeries>
#include <QtCharts/QValueAxis>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

constexpr qint64 shortestSpan = 60'000; ///< milliseconds; less would be all edge

double millis(WallTime time) {
    return static_cast<double>(
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

/// A number holds until the next one is decided.
void addStep(QList<QPointF>& line, double at, double value) {
    if (!line.isEmpty()) line.append(QPointF(at, line.last().y()));
    line.append(QPointF(at, value));
}

} // namespace

ScalingChart::ScalingChart(const Theme& theme, QWidget* parent) : QChartView(parent), theme_(theme) {
    auto* chart = makeTimeChart();
    time_ = new QDateTimeAxis;
    time_->setFormat(QStringLiteral("HH:mm:ss"));
    time_->setTickCount(6);
    replicas_ = new QValueAxis;
    replicas_->setLabelFormat(QStringLiteral("%d"));
    replicas_->setTitleText(tr("replicas"));
    ratio_ = new QValueAxis;
    ratio_->setLabelFormat(QStringLiteral("%.1f"));
    ratio_->setTitleText(tr("measured ÷ wanted"));
    chart->addAxis(time_, Qt::AlignBottom);
    chart->addAxis(replicas_, Qt::AlignLeft);
    chart->addAxis(ratio_, Qt::AlignRight);
    setChart(chart);
    measured_ = addLine(tr("metric"), ratio_);
    target_ = addLine(tr("target"), ratio_);
    proposed_ = addLine(tr("metric asks for"), replicas_);
    stabilised_ = addLine(tr("stabilised"), replicas_);
    decided_ = addLine(tr("decided"), replicas_);
    present_ = addLine(tr("replicas"), replicas_);
    setRenderHint(QPainter::Antialiasing);
    setFrameShape(QFrame::NoFrame);
    setAccessibleName(tr("Trace of the autoscaler"));
    chart->legend()->setMarkerShape(QLegend::MarkerShapeFromSeries);
    connect(&theme, &Theme::changed, this, &ScalingChart::paintTheme);
    paintTheme();
}

QLineSeries* ScalingChart::addLine(const QString& name, QValueAxis* axis) {
    auto* line = new QLineSeries;
    line->setName(name);
    chart()->addSeries(line);
    line->attachAxis(time_);
    line->attachAxis(axis);
    return line;
}

void ScalingChart::paintTheme() {
    const Tokens& t = theme_.tokens();
    paintChart(*chart(), theme_);
    setBackgroundBrush(t.background);
    ratio_->setGridLineVisible(false);
    const auto pen = [this](QLineSeries* line, const QColor& color, qreal width, Qt::PenStyle style) {
        line->setPen(QPen(color, theme_.stroke(width), style, Qt::RoundCap, Qt::RoundJoin));
    };
    pen(measured_, t.accent, 2, Qt::SolidLine);
    pen(target_, t.muted, 1, Qt::DashLine);
    pen(proposed_, t.deleting, 1.4, Qt::DotLine);
    pen(stabilised_, Theme::mix(t.deleting, t.muted, 0.4), 1.4, Qt::DashDotLine);
    pen(decided_, t.warning, 1.8, Qt::DashLine);
    pen(present_, t.second, 2.4, Qt::SolidLine);
}

void ScalingChart::setPoints(const std::vector<ScalingPoint>& points) {
    QList<QPointF> measured;
    QList<QPointF> proposed;
    QList<QPointF> stabilised;
    QList<QPointF> decided;
    QList<QPointF> present;
    int mostReplicas = 1;
    double mostRatio = 1.5;
    for (const ScalingPoint& point : points) {
        const double at = millis(point.time);
        if (point.ratio) measured.append(QPointF(at, *point.ratio));
        mostRatio = std::max(mostRatio, point.ratio.value_or(0) * 1.1);
        if (point.proposed) addStep(proposed, at, *point.proposed);
        if (point.stabilised) addStep(stabilised, at, *point.stabilised);
        addStep(decided, at, point.desired);
        addStep(present, at, point.current);
        mostReplicas = std::max({mostReplicas, point.current, point.desired, point.proposed.value_or(0),
                                 point.stabilised.value_or(0)});
    }
    qint64 first = points.empty() ? 0 : static_cast<qint64>(millis(points.front().time));
    const qint64 last = points.empty() ? shortestSpan : static_cast<qint64>(millis(points.back().time));
    first = std::min(first, last - shortestSpan);
    time_->setRange(QDateTime::fromMSecsSinceEpoch(first), QDateTime::fromMSecsSinceEpoch(last));
    replicas_->setRange(0, mostReplicas + 1);
    replicas_->setTickCount(std::min(mostReplicas + 2, 6));
    replicas_->applyNiceNumbers();
    ratio_->setRange(0, mostRatio);
    target_->replace({QPointF(static_cast<double>(first), 1), QPointF(static_cast<double>(last), 1)});
    measured_->replace(measured);
    proposed_->replace(proposed);
    stabilised_->replace(stabilised);
    decided_->replace(decided);
    present_->replace(present);
}

int ScalingChart::pointsOf(const QString& series) const {
    for (const QAbstractSeries* each : chart()->series())
        if (const auto* line = qobject_cast<const QLineSeries*>(each);
            line != nullptr && line->name() == series)
            return static_cast<int>(line->count());
    return 0;
}

} // namespace wheelhouse::ui
