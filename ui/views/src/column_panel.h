#pragma once

#include "ui/models/column_choice.h"
#include "ui/models/live_table_model.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/popup_panel.h"

class QCheckBox;
class QLineEdit;
class QVBoxLayout;

namespace wheelhouse::ui {

/// A small panel to choose columns in, and to add some by JSONPath. UI thread only.
class ColumnPanel final : public PopupPanel {
    Q_OBJECT
  public:
    ColumnPanel(const Theme& theme, QWidget* parent);
    /// `wide` = wide columns are seen unless they are put away; `problem` = why there can be no column of
    /// one's own, empty = there can.
    void prepare(const std::vector<LiveTableModel::Column>& columns, const ColumnChoice& choice, bool wide,
                 const QString& problem);
    const ColumnChoice& choice() const { return choice_; }
    QCheckBox* box(const QString& column) const;
    QLineEdit* nameField() { return name_; }
    QLineEdit* pathField() { return path_; }
    QPushButton* addButton() { return add_; }
    QString problem() const { return problem_->text(); }

  Q_SIGNALS:
    void changed();

  private:
    void rebuild();
    QWidget* lineOf(const LiveTableModel::Column& column);
    void add();
    void say(const QString& problem);
    QString problemOf(const std::vector<UserColumn>& columns) const;
    bool isOwn(const QString& name) const;
    std::vector<LiveTableModel::Column> columns_;
    ColumnChoice choice_;
    bool wide_ = false;
    QWidget* list_ = nullptr;
    QVBoxLayout* column_;
    QLineEdit* name_;
    QLineEdit* path_;
    QLabel* problem_;
    QPushButton* add_;
};

} // namespace wheelhouse::ui
