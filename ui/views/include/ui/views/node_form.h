#pragma once

#include "ui/models/cluster_actions.h"
#include "ui/models/cluster_map_model.h"
#include "ui/models/host_model.h"
#include "ui/models/provision.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/slider_field.h"

class QLineEdit;

namespace wheelhouse::ui {

/// How much of the computer machines would have: what they have now, and what more is asked for.
class RoomBars final : public QWidget {
    Q_OBJECT
  public:
    explicit RoomBars(const Theme& theme, QWidget* parent = nullptr);
    void show(const Provision& provision);
    QSize sizeHint() const override { return {280, 44}; }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    const Theme& theme_;
    Provision provision_;
};

/// What kind of nodes, how many, how big and where, as sliders; what that asks of the computer, with a
/// warning where it is more than it has; and the command that does the same. UI thread only.
class NodeForm final : public QWidget {
    Q_OBJECT
  public:
    NodeForm(const Theme& theme, HostModel& host, ClusterMapModel& map, QWidget* parent = nullptr);
    /// Looks at the map again: names in use, zones there are, what machines have.
    void refresh();
    ClusterActions::NewMachines wanted() const;
    /// Names that are in use, so that new nodes get others.
    const std::vector<QString>& taken() const { return taken_; }
    void setSimulated(bool simulated);
    SliderField* count() { return count_; }
    SliderField* cpus() { return cpus_; }
    SliderField* memory() { return memory_; }
    QLineEdit* zone() { return zone_; }
    /// What is said about too much being asked for; empty = nothing.
    QString warning() const { return warning_->text(); }
    QString command() const { return command_->command(); }
    /// What a button says that does it.
    QString deed() const;

  Q_SIGNALS:
    void changed();
    /// Enter was pressed.
    void accepted();

  private:
    QWidget* buildKinds();
    QWidget* buildSliders();
    QWidget* buildWarning();
    void render();
    const Theme& theme_;
    HostModel& host_;
    ClusterMapModel& map_;
    QPushButton* vm_;
    QPushButton* simulated_;
    SliderField* count_;
    SliderField* cpus_;
    SliderField* memory_;
    QLineEdit* zone_;
    QLabel* note_;
    RoomBars* room_;
    QWidget* warningBox_;
    QLabel* warningIcon_;
    QLabel* warning_;
    CommandStrip* command_;
    std::vector<QString> taken_;
    Promised promised_;
};

} // namespace wheelhouse::ui
