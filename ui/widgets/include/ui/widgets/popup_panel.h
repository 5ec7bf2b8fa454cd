#pragma once

#include "ui/widgets/theme.h"

#include <QFrame>

namespace wheelhouse::ui {

/// A small panel that comes out of a button and goes when one clicks elsewhere.
class PopupPanel : public QFrame {
    Q_OBJECT
  public:
    PopupPanel(const Theme& theme, int width, QWidget* parent);
    /// Below `near`, their right edges in line, and on the screen.
    void openBelow(const QWidget& near);

  protected:
    void paintEvent(QPaintEvent* event) override;
    const Theme& theme_;
};

} // namespace wheelhouse::ui
