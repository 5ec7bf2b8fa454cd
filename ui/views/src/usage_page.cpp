#include "usage_page.h"

#include "chart_style.h"
#include "ui/models/words.h"

#include <QDateTime>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <QtCharts/QAreaSeries>
#include <QtCharts/QChart>
#include <QtCharts/QDateTimeAxis>
#include <QtCharts/QLegend>
#include <QtCharts/QLineSeries>
#include <QtCharts/QValueAxis>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

constexpr qint64 shortestSpan = 60'000; ///< milliseconds; less would be all edge

qint64 millis(WallTime time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

} // namespace

UsageChart::UsageChart(Unit unit, const Theme& theme, QWidget* parent)
    : QChartView(parent), unit_(unit), theme_(theme) {
    auto* chart = makeTimeChart();
    time_ = new QDateTimeAxis;
    time_->setFormat(QStringLiteral("HH:mm:ss"));
    time_->setTickCount(4);
    axis_ = new QValueAxis;
    axis_->setTickCount(4);
    chart->addAxis(time_, Qt::AlignBottom);
    chart->addAxis(axis_, Qt::AlignLeft);
    setChart(chart);
    used_ = new QLineSeries(this);
    area_ = new QAreaSeries(used_);
    area_->setName(unit == Unit::Memory ? tr("used") + QStringLiteral(" (MiB)") : tr("used"));
    asked_ = new QLineSeries;
    asked_->setName(tr("asked for"));
    most_ = new QLineSeries;
    most_->setName(tr("at most"));
    for (QAbstractSeries* each : std::initializer_list<QAbstractSeries*>{area_, asked_, most_}) {
        chart->addSeries(each);
        each->attachAxis(time_);
        each->attachAxis(axis_);
    }
    setRenderHint(QPainter::Antialiasing);
    setFrameShape(QFrame::NoFrame);
    setMinimumHeight(150);
    setAccessibleName(unit == Unit::Processors ? tr("Processors over time") : tr("Memory over time"));
    chart->legend()->setMarkerShape(QLegend::MarkerShapeRectangle);
    connect(&theme, &Theme::changed, this, &UsageChart::paintTheme);
    paintTheme();
}

void UsageChart::paintTheme() {
    const Tokens& t = theme_.tokens();
    paintChart(*chart(), theme_);
    setBackgroundBrush(t.panel);
    const QColor color = unit_ == Unit::Processors ? t.accent : t.second;
    area_->setPen(QPen(color, theme_.stroke(2), Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    area_->setBrush(Theme::mix(t.raised, color, 0.22));
    asked_->setPen(QPen(t.warning, theme_.stroke(1.4), Qt::DotLine, Qt::RoundCap));
    most_->setPen(QPen(t.muted, theme_.stroke(1.4), Qt::DashLine, Qt::RoundCap));
}

double UsageChart::scaled(qint64 value) const {
    return static_cast<double>(value) / (unit_ == Unit::Processors ? 1000.0 : 1024.0 * 1024.0);
}

void UsageChart::setPoints(const std::vector<std::pair<WallTime, qint64>>& points, qint64 asked,
                           qint64 most) {
    QList<QPointF> line;
    double highest = 0;
    for (const auto& [time, value] : points) {
        line.append(QPointF(static_cast<double>(millis(time)), scaled(value)));
        highest = std::max(highest, scaled(value));
    }
    qint64 first = points.empty() ? 0 : millis(points.front().first);
    const qint64 last = points.empty() ? shortestSpan : millis(points.back().first);
    first = std::min(first, last - shortestSpan);
    const auto flat = [&](QLineSeries* series, qint64 value) {
        series->setVisible(value > 0);
        series->replace({QPointF(static_cast<double>(first), scaled(value)),
                         QPointF(static_cast<double>(last), scaled(value))});
    };
    // A bound far above what is used would press the line to the ground: it is told in words then.
    const double room = highest * 4;
    for (const auto& [series, bound] : {std::pair(asked_, asked), {most_, most}}) {
        const bool near = bound > 0 && scaled(bound) <= room;
        flat(series, near ? bound : 0);
        if (near) highest = std::max(highest, scaled(bound));
    }
    const double least = unit_ == Unit::Processors ? 0.01 : 1;
    time_->setRange(QDateTime::fromMSecsSinceEpoch(first), QDateTime::fromMSecsSinceEpoch(last));
    axis_->setRange(0, std::max(highest, least) * 1.15);
    axis_->setTickCount(4);
    axis_->setLabelFormat(axis_->max() >= 20  ? QStringLiteral("%.0f")
                          : axis_->max() >= 1 ? QStringLiteral("%.1f")
                                              : QStringLiteral("%.2f"));
    used_->replace(line);
}

int UsageChart::points() const {
    return static_cast<int>(used_->count());
}

double UsageChart::top() const {
    return axis_->max();
}

UsagePage::UsagePage(UsageModel& model, const Theme& theme, QWidget* parent)
    : QWidget(parent), model_(model) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 12, 16, 4);
    stack_ = new QStackedWidget(this);
    auto* page = new QWidget(stack_);
    auto* charts = new QVBoxLayout(page);
    charts->setContentsMargins(0, 0, 0, 0);
    charts->setSpacing(6);
    cpuText_ = makeLabel({}, "heading", page);
    memoryText_ = makeLabel({}, "heading", page);
    cpu_ = new UsageChart(UsageChart::Unit::Processors, theme, page);
    memory_ = new UsageChart(UsageChart::Unit::Memory, theme, page);
    charts->addWidget(cpuText_);
    charts->addWidget(cpu_, 1);
    charts->addSpacing(6);
    charts->addWidget(memoryText_);
    charts->addWidget(memory_, 1);
    empty_ = new EmptyState(theme, QStringLiteral("scaling"), stack_);
    stack_->addWidget(page);
    stack_->addWidget(empty_);
    column->addWidget(stack_);
    connect(&model, &UsageModel::changed, this, &UsagePage::refresh);
    refresh();
}

void UsagePage::setBounds(const UsageBounds& bounds) {
    if (bounds == bounds_) return;
    bounds_ = bounds;
    refresh();
}

void UsagePage::refresh() {
    const auto& points = model_.points();
    stack_->setCurrentIndex(points.empty() ? 1 : 0);
    if (points.empty()) {
        empty_->setTexts(tr("Nothing measured yet"), model_.problem().isEmpty()
                                                         ? tr("The cluster is asked what it uses.")
                                                         : model_.problem());
        return;
    }
    std::vector<std::pair<WallTime, qint64>> cpu;
    std::vector<std::pair<WallTime, qint64>> memory;
    for (const UsagePoint& point : points) {
        cpu.emplace_back(point.time, point.cpuMilli);
        memory.emplace_back(point.time, point.memoryBytes);
    }
    cpu_->setPoints(cpu, bounds_.cpuAsked, bounds_.cpuMost);
    memory_->setPoints(memory, bounds_.memoryAsked, bounds_.memoryMost);
    const UsagePoint& now = points.back();
    const auto words = [](const QString& name, qint64 used, qint64 asked, qint64 most, auto textOf) {
        QString out = most > 0 ? UsagePage::tr("%1: %2 of %3 (%4 %)")
                                     .arg(name, textOf(used), textOf(most))
                                     .arg(used * 100 / most)
                               : UsagePage::tr("%1: %2").arg(name, textOf(used));
        return asked > 0 ? UsagePage::tr("%1, %2 asked for").arg(out, textOf(asked)) : out;
    };
    cpuText_->setText(words(tr("Processors"), now.cpuMilli, bounds_.cpuAsked, bounds_.cpuMost,
                            [](qint64 milli) { return ui::cpuText(milli); }));
    memoryText_->setText(words(tr("Memory"), now.memoryBytes, bounds_.memoryAsked, bounds_.memoryMost,
                               [](qint64 bytes) { return bytesText(bytes); }));
}

} // namespace wheelhouse::ui
