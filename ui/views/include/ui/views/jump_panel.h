#pragma once

#include "ui/models/jump_model.h"
#include "ui/widgets/controls.h"

class QLabel;
class QLineEdit;
class QListView;

namespace wheelhouse::ui {

/// One line to get anywhere and do anything: it lies over the window while it is used. Down and Up choose,
/// Return goes, Escape puts it away. UI thread only.
class JumpPanel final : public OverlayPanel {
    Q_OBJECT
  public:
    JumpPanel(ClusterSession& session, const Theme& theme, QWidget* parent);

    /// Opens with this much typed already, such as ":".
    void open(const QString& text = {});
    JumpModel& model() { return model_; }
    QLineEdit* field() { return field_; }
    QListView* list() { return list_; }

  Q_SIGNALS:
    void chosen(const wheelhouse::ui::JumpEntry& entry);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void refill(const QString& text);
    void choose();

    JumpModel model_;
    QLineEdit* field_;
    QListView* list_;
    QLabel* nothing_;
};

} // namespace wheelhouse::ui
