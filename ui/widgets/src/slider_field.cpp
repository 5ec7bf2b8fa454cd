#include "ui/widgets/slider_field.h"

#include "ui/widgets/controls.h"

#include <QHBoxLayout>
#include <QSlider>
#include <algorithm>
#include <cstdlib>

namespace wheelhouse::ui {

SliderField::SliderField(const QString& name, std::vector<int> stops, int value,
                         std::function<QString(int)> text, QWidget* parent)
    : QWidget(parent), stops_(std::move(stops)), text_(std::move(text)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(12);
    slider_ = new QSlider(Qt::Horizontal, this);
    slider_->setRange(0, static_cast<int>(stops_.size()) - 1);
    slider_->setPageStep(std::max(1, static_cast<int>(stops_.size()) / 5));
    slider_->setAccessibleName(name);
    slider_->setMinimumWidth(120);
    setFocusProxy(slider_);
    label_ = makeLabel({}, "mono", this);
    label_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    row->addWidget(slider_, 1);
    row->addWidget(label_);
    setValue(value);
    say();
    label_->ensurePolished();
    int width = 0;
    for (const int stop : stops_)
        width = std::max(width, label_->fontMetrics().horizontalAdvance(text_(stop)));
    label_->setMinimumWidth(width + 4);
    connect(slider_, &QSlider::valueChanged, this, [this] {
        say();
        Q_EMIT valueChanged(this->value());
    });
}

int SliderField::value() const {
    return stops_[static_cast<std::size_t>(slider_->value())];
}

void SliderField::setValue(int value) {
    const auto nearest = std::min_element(stops_.begin(), stops_.end(), [value](int a, int b) {
        return std::abs(a - value) < std::abs(b - value);
    });
    slider_->setValue(static_cast<int>(nearest - stops_.begin()));
}

void SliderField::say() {
    const QString text = text_(value());
    label_->setText(text);
    slider_->setAccessibleDescription(text);
}

} // namespace wheelhouse::ui
