#pragma once

#include "ui/views/node_form.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/popup_panel.h"

namespace wheelhouse::ui {

/// A small panel that asks for nodes: the form, and a button that makes them.
class AddNodePanel final : public PopupPanel {
    Q_OBJECT
  public:
    AddNodePanel(const Theme& theme, HostModel& host, ClusterMapModel& map, QWidget* parent = nullptr);
    /// Looks at the map and the computer as they are now.
    void prepare();
    NodeForm* form() { return form_; }
    QPushButton* addButton() { return add_; }

  Q_SIGNALS:
    void chosen();

  private:
    HostModel& host_;
    NodeForm* form_;
    QPushButton* add_;
};

} // namespace wheelhouse::ui
