#include "chart_style.h"

#include <QGraphicsLayout>
#include <QtCharts/QAbstractAxis>
#include <QtCharts/QChart>
#include <QtCharts/QLegend>

namespace wheelhouse::ui {

QChart* makeTimeChart() {
    auto* chart = new QChart;
    chart->layout()->setContentsMargins(0, 0, 0, 0);
    chart->setMargins({4, 4, 8, 4});
    chart->setBackgroundRoundness(8);
    chart->setAnimationOptions(QChart::NoAnimation);
    chart->setPlotAreaBackgroundVisible(false);
    chart->legend()->setAlignment(Qt::AlignTop);
    return chart;
}

void paintChart(QChart& chart, const Theme& theme) {
    const Tokens& t = theme.tokens();
    chart.setBackgroundBrush(t.raised);
    chart.legend()->setLabelColor(t.text);
    chart.legend()->setFont(theme.body(metrics::captionPx));
    for (QAbstractAxis* axis : chart.axes()) {
        axis->setLabelsColor(t.muted);
        axis->setLabelsFont(theme.mono(metrics::captionPx));
        axis->setTitleBrush(t.muted);
        axis->setTitleFont(theme.body(metrics::captionPx));
        axis->setLinePenColor(t.line);
        axis->setGridLineColor(t.line);
    }
}

} // namespace wheelhouse::ui
