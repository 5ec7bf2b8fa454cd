#pragma once

#include "ui/models/verdict_model.h"
#include "ui/widgets/theme.h"

#include <QTableView>

namespace wheelhouse::ui {

/// The table of one scheduling attempt, as wide as there is room: marks, bars and totals. UI thread only.
class VerdictMatrix final : public QTableView {
    Q_OBJECT
  public:
    VerdictMatrix(VerdictModel& model, const Theme& theme, QWidget* parent);
    /// As high as its rows need, up to `most` of them.
    void setVisibleRows(int most);

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void fit();
    VerdictModel& model_;
    int mostRows_ = 0; ///< 0 = as much as there is
};

} // namespace wheelhouse::ui
