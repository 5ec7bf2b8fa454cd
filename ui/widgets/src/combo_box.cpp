#include "ui/widgets/combo_box.h"

#include <QPainter>

namespace wheelhouse::ui {
namespace {

constexpr int chevron = 14;

} // namespace

ComboBox::ComboBox(const Theme& theme, const QString& name, int width, QWidget* parent)
    : QComboBox(parent), theme_(theme) {
    setEditable(true);
    setInsertPolicy(QComboBox::NoInsert);
    setMinimumWidth(width);
    setMaxVisibleItems(14);
    setAccessibleName(name);
    setToolTip(name);
}

void ComboBox::paintEvent(QPaintEvent* event) {
    QComboBox::paintEvent(event);
    QPainter painter(this);
    painter.drawPixmap(
        width() - chevron - 8, (height() - chevron) / 2,
        theme_.pixmap(QStringLiteral("chevron-down"), chevron, theme_.tokens().muted, devicePixelRatioF()));
}

} // namespace wheelhouse::ui
