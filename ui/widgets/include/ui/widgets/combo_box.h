#pragma once

#include "ui/widgets/theme.h"

#include <QComboBox>

namespace wheelhouse::ui {

/// A list to choose from that can also be typed into, with the theme's chevron. What is typed is not added to
/// the list. UI thread only.
class ComboBox final : public QComboBox {
    Q_OBJECT
  public:
    /// `name` is for the tool tip and screen readers.
    ComboBox(const Theme& theme, const QString& name, int width, QWidget* parent = nullptr);

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    const Theme& theme_;
};

} // namespace wheelhouse::ui
