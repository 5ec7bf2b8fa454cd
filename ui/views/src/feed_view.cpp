#include "ui/views/feed_view.h"

#include "line_painter.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QMenu>
#include <QStyledItemDelegate>

namespace wheelhouse::ui {
namespace {

class FeedDelegate final : public QStyledItemDelegate {
  public:
    FeedDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), theme_(theme) {}
    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
        return {200, theme_.px(25)};
    }
    void paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Tokens& t = theme_.tokens();
        const bool selected = (option.state & QStyle::State_Selected) != 0;
        LinePainter line(*p, theme_, option.rect.adjusted(20, 0, -16, 0), 8);
        if (selected || (option.state & QStyle::State_MouseOver) != 0) {
            p->setPen(Qt::NoPen);
            p->setBrush(selected ? theme_.tint(Tone::Accent) : t.raised);
            p->drawRoundedRect(option.rect.adjusted(10, 1, -10, -1), 6, 6);
        }
        const auto column = [&](int at) { return index.sibling(index.row(), at).data().toString(); };
        const auto fitted = [&line](const QFont& font, const QColor& color, const QString& text) {
            line.text(QFontMetrics(font).horizontalAdvance(text) + 1, font, color, text);
        };
        line.text(theme_.px(64), theme_.mono(), t.muted, column(0));
        line.dot(static_cast<Tone>(index.data(LiveTableModel::ToneRole).toInt()));
        fitted(theme_.body(metrics::bodyPx, QFont::DemiBold), t.text, column(1));
        fitted(theme_.body(), Theme::mix(t.text, t.muted, 0.55), column(2).simplified());
        // The user's own deeds carry the command that does the same.
        if (index.data(LiveTableModel::NameRole).toString().isEmpty() && line.room() > 80)
            line.text(line.room(), theme_.mono(metrics::captionPx), t.muted,
                      index.data(LiveTableModel::ExtraRole).toString().section(u'\n', 0, 0));
    }

  private:
    const Theme& theme_;
};

} // namespace

FeedView::FeedView(FeedModel& model, const Theme& theme, QWidget* parent) : QListView(parent), theme_(theme) {
    setModel(&model);
    setItemDelegate(new FeedDelegate(theme, this));
    setUniformItemSizes(true);
    setMouseTracking(true);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFrameShape(QFrame::NoFrame);
    setAccessibleName(tr("Event feed"));
    connect(&theme, &Theme::changed, this, [this] { scheduleDelayedItemsLayout(); });
    connect(&theme, &Theme::changed, viewport(), qOverload<>(&QWidget::update));
    connect(this, &QAbstractItemView::activated, this, [this](const QModelIndex& index) {
        const QString name = index.data(LiveTableModel::NameRole).toString();
        if (!name.isEmpty())
            Q_EMIT objectActivated(index.data(LiveTableModel::ExtraRole).toString(),
                                   index.data(LiveTableModel::NamespaceRole).toString(), name);
    });
    connect(this, &QAbstractItemView::clicked, this, &QAbstractItemView::activated);
}

void FeedView::paintEvent(QPaintEvent* event) {
    if (model()->rowCount() > 0) return QListView::paintEvent(event);
    QPainter p(viewport());
    p.setFont(theme_.body());
    p.setPen(theme_.tokens().muted);
    p.drawText(
        viewport()->rect().adjusted(20, 12, -20, 0), Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap,
        tr("Nothing has happened yet. What the scheduler, the nodes and you do is told here, newest first."));
}

void FeedView::contextMenuEvent(QContextMenuEvent* event) {
    const QModelIndex index = indexAt(event->pos());
    if (!index.isValid()) return;
    QMenu menu(this);
    menu.addAction(tr("Copy line"), this, [index] {
        QApplication::clipboard()->setText(index.sibling(index.row(), 1).data().toString() + u' ' +
                                           index.sibling(index.row(), 2).data().toString());
    });
    if (index.data(LiveTableModel::NameRole).toString().isEmpty())
        menu.addAction(tr("Copy kubectl command"), this, [index] {
            QApplication::clipboard()->setText(index.data(LiveTableModel::ExtraRole).toString());
        });
    menu.exec(event->globalPos());
}

} // namespace wheelhouse::ui
