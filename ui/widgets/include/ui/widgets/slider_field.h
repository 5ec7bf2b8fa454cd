#pragma once

#include <QWidget>
#include <functional>
#include <vector>

class QLabel;
class QSlider;

namespace wheelhouse::ui {

/// A slider with its value in words beside it. It stops at the values given, in their order, however far
/// apart they are. UI thread only.
class SliderField final : public QWidget {
    Q_OBJECT
  public:
    /// `name` is what assistive technology calls it; `stops` has at least one value.
    SliderField(const QString& name, std::vector<int> stops, int value, std::function<QString(int)> text,
                QWidget* parent = nullptr);
    int value() const;
    /// The stop that is nearest.
    void setValue(int value);
    QSlider* slider() { return slider_; }

  Q_SIGNALS:
    void valueChanged(int value);

  private:
    void say();
    std::vector<int> stops_;
    std::function<QString(int)> text_;
    QSlider* slider_;
    QLabel* label_;
};

} // namespace wheelhouse::ui
