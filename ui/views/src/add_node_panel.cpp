#include "ui/views/add_node_panel.h"

#include <QVBoxLayout>

namespace wheelhouse::ui {

AddNodePanel::AddNodePanel(const Theme& theme, HostModel& host, ClusterMapModel& map, QWidget* parent)
    : PopupPanel(theme, 420, parent), host_(host) {
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

} // namespace wheelhouse::ui
