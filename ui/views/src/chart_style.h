#pragma once

#include "ui/widgets/theme.h"

class QChart;

namespace wheelhouse::ui {

// How every chart over time looks.

/// A chart without lines and axes: little room around it, nothing that moves by itself. The caller owns it.
QChart* makeTimeChart();
/// Ground, legend and all axes of a chart in the colours and fonts of the theme.
void paintChart(QChart& chart, const Theme& theme);

} // namespace wheelhouse::ui
