#include "ui/views/add_node_panel.h"

#include <QPainter>
#include <QVBoxLayout>

namespace wheelhouse::ui {

AddNodePanel::AddNodePanel(const Theme& theme, HostModel& host, ClusterMapModel& map, QWidget* parent)
    : QFrame(parent, Qt::Popup | Qt::FramelessWindowHint), theme_(theme), host_(host) {
    setAttribute(Qt::WA_WindowPropagation);
    setAutoFillBackground(true);
    setFixedWidth(420);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 16, 20, 16);
    column->setSpacing(12);
    column->addWidget(makeLabel(tr("Add nodes"), "heading", this));
    form_ = new NodeForm(theme, host, map, this);
    column->addWidget(form_);
    add_ = makeButton(form_->deed(), "primary", this);
    column->addWidget(add_);
    connect(form_, &NodeForm::changed, this, [this] {
        add_->setText(form_->deed());
        if (isVisible()) adjustSize();
    });
    connect(form_, &NodeForm::accepted, add_, &QPushButton::click);
    connect(add_, &QPushButton::clicked, this, [this] {
        hide();
        Q_EMIT chosen();
    });
}

void AddNodePanel::prepare() {
    form_->refresh();
    host_.look();
}

void AddNodePanel::paintEvent(QPaintEvent*) {
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const Tokens& t = theme_.tokens();
    p.setPen(QPen(Theme::mix(t.line, t.muted, 0.35), 1));
    p.setBrush(t.panel);
    p.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
}

} // namespace wheelhouse::ui
