#pragma once

#include "ui/models/cluster_actions.h"
#include "ui/widgets/controls.h"

#include <QFrame>

class QLineEdit;

namespace wheelhouse::ui {

/// A small panel that asks what kind of node, how many, how big and where, and shows the command that does
/// the same.
class AddNodePanel final : public QFrame {
    Q_OBJECT
  public:
    explicit AddNodePanel(const Theme& theme, QWidget* parent = nullptr);
    /// Names in use, so that the command shows the ones that will be made, and zones to offer.
    void prepare(std::vector<QString> taken, const QStringList& zones);
    ClusterActions::NewMachines wanted() const;
    void setSimulated(bool simulated);
    QPushButton* addButton() { return add_; }

  Q_SIGNALS:
    void chosen();

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    void refresh();
    const Theme& theme_;
    QPushButton* vm_;
    QPushButton* simulated_;
    Stepper* count_;
    Stepper* cpus_;
    Stepper* memory_;
    QLineEdit* zone_;
    QLabel* note_;
    CommandStrip* command_;
    QPushButton* add_;
    std::vector<QString> taken_;
};

} // namespace wheelhouse::ui
