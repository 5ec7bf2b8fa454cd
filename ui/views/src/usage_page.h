#pragma once

#include "ui/models/usage_model.h"
#include "ui/widgets/controls.h"

#include <QtCharts/QChartView>

class QAreaSeries;
class QDateTimeAxis;
class QLineSeries;
class QStackedWidget;
class QValueAxis;

namespace wheelhouse::ui {

/// One resource over time: what is used, what was asked for, what there is at most. UI thread only.
class UsageChart final : public QChartView {
    Q_OBJECT
  public:
    enum class Unit : std::uint8_t { Processors, Memory };
    UsageChart(Unit unit, const Theme& theme, QWidget* parent);
    void setPoints(const std::vector<std::pair<WallTime, qint64>>& points, qint64 asked, qint64 most);
    /// How many points the line of what is used has; for tests.
    int points() const;
    /// The top of the axis, in processors or MiB.
    double top() const;

  private:
    void paintTheme();
    double scaled(qint64 value) const;
    const Unit unit_;
    const Theme& theme_;
    QDateTimeAxis* time_;
    QValueAxis* axis_;
    QLineSeries* used_;
    QAreaSeries* area_;
    QLineSeries* asked_;
    QLineSeries* most_;
};

/// What a node or pod uses: two charts, and the present figures in words. UI thread only.
class UsagePage final : public QWidget {
    Q_OBJECT
  public:
    UsagePage(UsageModel& model, const Theme& theme, QWidget* parent);
    void setBounds(const UsageBounds& bounds);
    UsageChart* cpu() { return cpu_; }
    UsageChart* memory() { return memory_; }
    QString cpuText() const { return cpuText_->text(); }
    QString memoryText() const { return memoryText_->text(); }

  private:
    void refresh();
    UsageModel& model_;
    UsageBounds bounds_;
    QStackedWidget* stack_;
    EmptyState* empty_;
    QLabel* cpuText_;
    QLabel* memoryText_;
    UsageChart* cpu_;
    UsageChart* memory_;
};

} // namespace wheelhouse::ui
