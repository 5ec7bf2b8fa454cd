#pragma once

#include "ui/models/fault_template.h"
#include "ui/widgets/controls.h"

#include <QStringList>
#include <vector>

class QLineEdit;

namespace wheelhouse::ui {

/// Whom something is about: which sort of place as chips, and its names, completed while they are typed. UI
/// thread only.
class PlaceField final : public QWidget {
    Q_OBJECT
  public:
    /// The sorts that can be chosen, in this order.
    PlaceField(const std::vector<FaultPlace::Kind>& kinds, const QString& name, QWidget* parent);
    void setKnown(const QStringList& nodes, const QStringList& zones);
    void setPlace(const FaultPlace& place);
    FaultPlace place() const;
    QLineEdit* edit() { return edit_; }

  Q_SIGNALS:
    void changed();

  private:
    void refresh();
    FaultPlace::Kind kind_;
    std::vector<std::pair<FaultPlace::Kind, QPushButton*>> chips_;
    QLineEdit* edit_;
    QStringList nodes_;
    QStringList zones_;
};

} // namespace wheelhouse::ui
