#include "ui/views/jump_panel.h"

#include "line_painter.h"
#include "ui/widgets/controls.h"

#include <QFocusEvent>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

constexpr int rowHeight = 34;
constexpr int mostRows = 9;
constexpr int noteWidth = 170;

QString iconOf(const JumpEntry& entry) {
    switch (entry.what) {
    case JumpEntry::What::Action:
        return QStringLiteral("play");
    case JumpEntry::What::Kind:
        return QStringLiteral("objects");
    case JumpEntry::What::Namespace:
        return QStringLiteral("folder");
    case JumpEntry::What::Node:
        return QStringLiteral("node");
    case JumpEntry::What::Pod:
        return QStringLiteral("pod");
    }
    return {};
}

class JumpDelegate final : public QStyledItemDelegate {
  public:
    JumpDelegate(const JumpModel& model, const Theme& theme, QObject* parent)
        : QStyledItemDelegate(parent), model_(model), theme_(theme) {}

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
        return {option.rect.width(), rowHeight};
    }
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const Tokens& t = theme_.tokens();
        const JumpEntry& entry = model_.entry(index.row());
        const bool chosen = (option.state & QStyle::State_Selected) != 0;
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (chosen) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(Theme::mix(t.panel, t.accent, t.dark ? 0.22 : 0.14));
            painter->drawRoundedRect(QRectF(option.rect).adjusted(0, 1, 0, -1), 8, 8);
        }
        painter->drawPixmap(option.rect.left() + 12, option.rect.center().y() - 7,
                            theme_.pixmap(iconOf(entry), 16, chosen ? t.accent : t.muted,
                                          painter->device()->devicePixelRatioF()));
        painter->restore();
        LinePainter line(*painter, theme_, option.rect.adjusted(40, 0, -12, 0), 12, Qt::ElideMiddle);
        line.text(line.room() - noteWidth - 12, theme_.body(), t.text, entry.title);
        line.text(noteWidth, theme_.body(metrics::smallPx), t.muted, entry.note);
    }

  private:
    const JumpModel& model_;
    const Theme& theme_;
};

} // namespace

JumpPanel::JumpPanel(ClusterSession& session, const Theme& theme, QWidget* parent)
    : OverlayPanel(theme, 600, parent), model_(session) {
    setAccessibleName(tr("Go to"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 12, 12, 12);
    column->setSpacing(8);
    field_ = new QLineEdit(this);
    field_->setPlaceholderText(tr("Search or run: web-5, :pod shop, :deploy app=web, :ns shop"));
    field_->setAccessibleName(tr("Search or run"));
    field_->installEventFilter(this);
    list_ = new QListView(this);
    list_->setModel(&model_);
    list_->setItemDelegate(new JumpDelegate(model_, theme, list_));
    list_->setUniformItemSizes(true);
    list_->setFocusPolicy(Qt::NoFocus);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setAccessibleName(tr("Where to go"));
    nothing_ = makeLabel(tr("Nothing by that name."), "muted", this);
    column->addWidget(field_);
    column->addWidget(list_, 1);
    column->addWidget(nothing_);
    connect(field_, &QLineEdit::textChanged, this, &JumpPanel::refill);
    connect(list_, &QListView::clicked, this, &JumpPanel::choose);
}

void JumpPanel::open(const QString& text) {
    const QSize room = parentWidget()->size();
    move((room.width() - width()) / 2, std::min(64, room.height() / 10));
    field_->setText(text);
    refill(text);
    show();
    raise();
    field_->setFocus(Qt::ShortcutFocusReason);
    field_->end(false);
}

void JumpPanel::refill(const QString& text) {
    model_.setText(text);
    const int rows = model_.rowCount();
    list_->setVisible(rows > 0);
    list_->setFixedHeight(std::min(rows, mostRows) * rowHeight + 2);
    nothing_->setVisible(rows == 0);
    if (rows > 0) list_->setCurrentIndex(model_.index(0));
    adjustSize();
}

void JumpPanel::choose() {
    const QModelIndex index = list_->currentIndex();
    if (!index.isValid()) return;
    const JumpEntry entry = model_.entry(index.row());
    hide();
    model_.visited(entry);
    Q_EMIT chosen(entry);
}

bool JumpPanel::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::FocusOut &&
        static_cast<QFocusEvent*>(event)->reason() != Qt::ActiveWindowFocusReason)
        hide();
    if (event->type() != QEvent::KeyPress) return OverlayPanel::eventFilter(watched, event);
    const int rows = model_.rowCount();
    const auto go = [&](int step) {
        if (rows > 0)
            list_->setCurrentIndex(model_.index((list_->currentIndex().row() + step + rows) % rows));
        return true;
    };
    switch (static_cast<QKeyEvent*>(event)->key()) {
    case Qt::Key_Down:
        return go(1);
    case Qt::Key_Up:
        return go(-1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
        choose();
        return true;
    case Qt::Key_Escape:
        hide();
        return true;
    default:
        return OverlayPanel::eventFilter(watched, event);
    }
}

} // namespace wheelhouse::ui
