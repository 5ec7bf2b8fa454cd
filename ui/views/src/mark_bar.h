#pragma once

#include "ui/models/row_marks.h"
#include "ui/widgets/controls.h"

namespace wheelhouse::ui {

/// How many rows are marked, and what can be done with all of them. Deleting asks first, in place. Seen only
/// while something is marked. UI thread only.
class MarkBar final : public QWidget {
    Q_OBJECT
  public:
    MarkBar(RowMarks& marks, const Theme& theme, QWidget* parent);
    /// What the marked rows are: "Pod", and whether pods of it have logs.
    void setKind(const QString& kind);
    /// Asks whether to delete them all.
    void askDelete();
    bool asks() const { return asking_; }
    QPushButton* deleteButton() { return delete_; }

  Q_SIGNALS:
    void deleteWanted();
    void logsWanted();
    void cordonWanted(bool cordon);
    /// It began or ceased to ask.
    void asked();

  private:
    void refresh();
    RowMarks& marks_;
    QString kind_;
    bool asking_ = false;
    QLabel* text_;
    QPushButton* logs_;
    QPushButton* cordon_;
    QPushButton* uncordon_;
    QPushButton* delete_;
    QPushButton* cancel_;
    QPushButton* none_;
};

} // namespace wheelhouse::ui
