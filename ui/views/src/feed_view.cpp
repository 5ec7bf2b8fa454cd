#include "ui/views/feed_view.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QMenu>
#include <QPainter>
#include <QStyledItemDelegate>

namespace wheelhouse::ui {
namespace {

class FeedDelegate final : public QStyledItemDelegate {
  public:
    FeedDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), theme_(theme) {}
    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {200, 25}; }
    void paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Tokens& t = theme_.tokens();
        p->save();
        p->setRenderHint(QPainter::Antialiasing);
        QRect r = option.rect.adjusted(20, 0, -16, 0);
        if ((option.state & (QStyle::State_MouseOver | QStyle::State_Selected)) != 0) {
            p->setPen(Qt::NoPen);
            p->setBrush((option.state & QStyle::State_Selected) != 0 ? theme_.tint(Tone::Accent) : t.raised);
            p->drawRoundedRect(option.rect.adjusted(10, 1, -10, -1), 6, 6);
        }
        const auto draw = [&](const QRect& rect, const QString& text, const QColor& color) {
            p->setPen(color);
            p->drawText(rect, Qt::AlignLeft | Qt::AlignVCenter,
                        p->fontMetrics().elidedText(text, Qt::ElideRight, rect.width()));
        };
        p->setFont(theme_.mono(metrics::smallPx));
        draw(r, index.sibling(index.row(), 0).data().toString(), t.muted);
        r.setLeft(r.left() + 72);
        p->setPen(Qt::NoPen);
        p->setBrush(theme_.color(static_cast<Tone>(index.data(LiveTableModel::ToneRole).toInt())));
        p->drawEllipse(QRectF(r.left(), r.center().y() - 3, 7, 7));
        r.setLeft(r.left() + 17);
        p->setFont(theme_.body(metrics::bodyPx, QFont::DemiBold));
        const QString actor = index.sibling(index.row(), 1).data().toString();
        draw(r, actor, t.text);
        r.setLeft(r.left() + std::min(r.width(), p->fontMetrics().horizontalAdvance(actor)) + 8);
        p->setFont(theme_.body(metrics::bodyPx));
        QString text = index.sibling(index.row(), 2).data().toString();
        draw(r, text.simplified(), Theme::mix(t.text, t.muted, 0.55));
        if (index.data(LiveTableModel::NameRole).toString().isEmpty()) {
            // The user's own deeds carry the command that does the same.
            const int used = p->fontMetrics().horizontalAdvance(text) + 16;
            p->setFont(theme_.mono(metrics::captionPx));
            if (used < r.width() - 80)
                draw(r.adjusted(used, 0, 0, 0),
                     index.data(LiveTableModel::ExtraRole).toString().section(u'\n', 0, 0), t.muted);
        }
        p->restore();
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
