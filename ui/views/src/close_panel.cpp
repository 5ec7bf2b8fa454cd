#include "close_panel.h"

#include <QCheckBox>
#include <QHBoxLayout>

namespace wheelhouse::ui {

ClosePanel::ClosePanel(const Theme& theme, QWidget* parent) : OverlayPanel(theme, 520, parent) {
    setAccessibleName(tr("Close Wheelhouse"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 20);
    column->setSpacing(12);
    column->addWidget(makeLabel(tr("Close Wheelhouse"), "title", this));
    text_ = makeLabel({}, "muted", this);
    text_->setWordWrap(true);
    column->addWidget(text_);
    remember_ = new QCheckBox(tr("Always do that"), this);
    column->addWidget(remember_);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    auto* cancel = makeButton(tr("Cancel"), "", this);
    leave_ = makeButton(tr("Leave them running"), "", this);
    stop_ = makeButton(tr("Stop them"), "primary", this);
    row->addWidget(cancel);
    row->addStretch(1);
    row->addWidget(leave_);
    row->addWidget(stop_);
    column->addLayout(row);
    connect(cancel, &QPushButton::clicked, this, &QWidget::hide);
    const auto choose = [this](bool leave) {
        hide();
        Q_EMIT chosen(leave, remember_->isChecked());
    };
    connect(leave_, &QPushButton::clicked, this, [choose] { choose(true); });
    connect(stop_, &QPushButton::clicked, this, [choose] { choose(false); });
}

void ClosePanel::ask(int machines) {
    text_->setText(machines == 1
                       ? tr("A virtual machine runs. Left running, it goes on without a control plane until "
                            "Wheelhouse is started again; stopped, it starts with it.")
                       : tr("%1 virtual machines run. Left running, they go on without a control plane until "
                            "Wheelhouse is started again; stopped, they start with it.")
                             .arg(machines));
    openOver(0);
    stop_->setFocus();
}

} // namespace wheelhouse::ui
