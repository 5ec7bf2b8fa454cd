#include "mark_bar.h"

#include <QHBoxLayout>

namespace wheelhouse::ui {

MarkBar::MarkBar(RowMarks& marks, const Theme& theme, QWidget* parent) : QWidget(parent), marks_(marks) {
    setObjectName(QStringLiteral("card"));
    setAttribute(Qt::WA_StyledBackground);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(14, 6, 8, 6);
    row->setSpacing(8);
    text_ = makeLabel({}, "heading", this);
    row->addWidget(text_, 1);
    const auto add = [&](const QString& text, const char* role) {
        auto* button = makeButton(text, role, this);
        row->addWidget(button);
        return button;
    };
    logs_ = add(tr("Logs"), "");
    cordon_ = add(tr("Cordon"), "");
    uncordon_ = add(tr("Uncordon"), "");
    cancel_ = add(tr("Cancel"), "");
    delete_ = add(tr("Delete…"), "danger");
    none_ = add({}, "quiet");
    setThemedIcon(none_, theme, QStringLiteral("close"), Tone::Muted, 14);
    none_->setAccessibleName(tr("Unmark all"));
    none_->setToolTip(tr("Unmark all"));
    connect(logs_, &QPushButton::clicked, this, &MarkBar::logsWanted);
    connect(cordon_, &QPushButton::clicked, this, [this] { Q_EMIT cordonWanted(true); });
    connect(uncordon_, &QPushButton::clicked, this, [this] { Q_EMIT cordonWanted(false); });
    connect(none_, &QPushButton::clicked, &marks_, &RowMarks::clear);
    connect(cancel_, &QPushButton::clicked, this, [this] {
        asking_ = false;
        refresh();
    });
    connect(delete_, &QPushButton::clicked, this, [this] {
        if (!asking_) return askDelete();
        asking_ = false;
        Q_EMIT deleteWanted();
        refresh();
    });
    connect(&marks_, &RowMarks::changed, this, [this] {
        asking_ = false; // it was about others
        refresh();
    });
    refresh();
}

void MarkBar::setKind(const QString& kind) {
    if (kind == kind_) return;
    kind_ = kind;
    refresh();
}

void MarkBar::askDelete() {
    asking_ = true;
    refresh();
    delete_->setFocus(Qt::OtherFocusReason);
}

void MarkBar::refresh() {
    const auto count = static_cast<int>(marks_.size());
    setVisible(count > 0);
    text_->setText(asking_      ? (count == 1 ? tr("Delete the object that is marked?")
                                              : tr("Delete the %1 objects that are marked?").arg(count))
                   : count == 1 ? tr("1 marked")
                                : tr("%1 marked").arg(count));
    logs_->setVisible(!asking_ && kind_ == u"Pod");
    cordon_->setVisible(!asking_ && kind_ == u"Node");
    uncordon_->setVisible(!asking_ && kind_ == u"Node");
    none_->setVisible(!asking_);
    cancel_->setVisible(asking_);
    delete_->setText(asking_ ? tr("Delete %1").arg(count) : tr("Delete…"));
    restyle(delete_, "role", asking_ ? "dangerPrimary" : "danger");
    Q_EMIT asked();
}

} // namespace wheelhouse::ui
