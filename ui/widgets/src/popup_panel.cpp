#include "ui/widgets/popup_panel.h"

#include <QPainter>
#include <QScreen>
#include <algorithm>

namespace wheelhouse::ui {

PopupPanel::PopupPanel(const Theme& theme, int width, QWidget* parent)
    : QFrame(parent, Qt::Popup | Qt::FramelessWindowHint), theme_(theme) {
    setAttribute(Qt::WA_WindowPropagation);
    setAutoFillBackground(true);
    setFixedWidth(width);
}

void PopupPanel::openBelow(const QWidget& near) {
    adjustSize();
    const QRect room = near.screen()->availableGeometry();
    const QPoint wanted = near.mapToGlobal(QPoint(near.width() - width(), near.height() + 6));
    move(std::clamp(wanted.x(), room.left(), std::max(room.left(), room.right() - width())),
         std::clamp(wanted.y(), room.top(), std::max(room.top(), room.bottom() - height())));
    show();
}

void PopupPanel::paintEvent(QPaintEvent*) {
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const Tokens& t = theme_.tokens();
    p.setPen(QPen(Theme::mix(t.line, t.muted, 0.35), 1));
    p.setBrush(t.panel);
    p.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
}

} // namespace wheelhouse::ui
