#pragma once

#include "ui/models/scaling_model.h"
#include "ui/widgets/theme.h"

#include <QtCharts/QChartView>

class QDateTimeAxis;
class QLineSeries;
class QValueAxis;

namespace wheelhouse::ui {

/// The trace of one autoscaler: the metric as a ratio to its target, what it asks for, what stabilisation
/// makes of it, what was decided and how many replicas there are. UI thread only.
class ScalingChart final : public QChartView {
    Q_OBJECT
  public:
    ScalingChart(const Theme& theme, QWidget* parent);
    void setPoints(const std::vector<ScalingPoint>& points);
    /// How many points a line has, by its name; for tests.
    int pointsOf(const QString& series) const;

  private:
    QLineSeries* addLine(const QString& name, QValueAxis* axis);
    void paintTheme();

    const Theme& theme_;
    QDateTimeAxis* time_;
    QValueAxis* replicas_;
    QValueAxis* ratio_;
    QLineSeries* measured_;
    QLineSeries* target_;
    QLineSeries* proposed_;
    QLineSeries* stabilised_;
    QLineSeries* decided_;
    QLineSeries* present_;
};

} // namespace wheelhouse::ui
