#pragma once

#include "ui/widgets/controls.h"

class QCheckBox;

namespace wheelhouse::ui {

/// What shall become of virtual machines that run when the window is closed. UI thread only.
class ClosePanel final : public OverlayPanel {
    Q_OBJECT
  public:
    ClosePanel(const Theme& theme, QWidget* parent);
    /// So many of them run.
    void ask(int machines);
    QPushButton* stopButton() { return stop_; }
    QPushButton* leaveButton() { return leave_; }
    QCheckBox* rememberBox() { return remember_; }

  Q_SIGNALS:
    void chosen(bool leaveRunning, bool remember);

  private:
    QLabel* text_;
    QCheckBox* remember_;
    QPushButton* stop_;
    QPushButton* leave_;
};

} // namespace wheelhouse::ui
