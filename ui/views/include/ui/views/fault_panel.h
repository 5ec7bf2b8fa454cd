#pragma once

#include "ui/models/cluster_actions.h"
#include "ui/models/fault_template.h"
#include "ui/widgets/controls.h"

class QLineEdit;

namespace wheelhouse::ui {

class PlaceField;

/// What is about to be broken: whom, how hard, how long. Nothing is written before "Break it". UI thread
/// only.
class FaultPanel final : public OverlayPanel {
    Q_OBJECT
  public:
    FaultPanel(ClusterActions& actions, const Theme& theme, QWidget* parent);

    /// What is known of the cluster, to complete what is typed and to find a free name.
    struct Known {
        QStringList nodes;
        QStringList zones;
        QStringList namespaces;
        std::vector<QString> faults;
    };
    void open(const FaultWish& wish, Known known);
    FaultWish wish() const;
    QString manifest() const;
    QString command() const { return foot_->command(); }
    QString problem() const { return foot_->problem(); }
    PlaceField* whom() { return where_; }
    PlaceField* otherEnd() { return other_; }
    QLineEdit* podsField() { return pods_; }
    Stepper* strength() { return strength_; }
    Stepper* duration() { return duration_; }
    QPushButton* breakButton() { return foot_->button(); }

  Q_SIGNALS:
    /// The manifest goes on in the editor.
    void editRequested(const QString& text);

  private:
    void buildFields();
    void refresh();
    void apply();
    QString name() const;

    ClusterActions& actions_;
    const FaultTemplate* what_;
    Known known_;
    QLabel* icon_;
    QLabel* title_;
    QLabel* note_;
    QWidget* fields_;
    PlaceField* where_;
    PlaceField* other_;
    QPushButton* oneWay_;
    QLineEdit* nameSpace_;
    QLineEdit* pods_;
    Stepper* strength_;
    Stepper* duration_;
    std::vector<std::pair<QLabel*, QWidget*>> rows_; ///< in the order they are shown
    PanelFoot* foot_;
};

} // namespace wheelhouse::ui
