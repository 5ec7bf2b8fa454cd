#include "verdict_matrix.h"

#include <QHeaderView>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

constexpr int lineHeight = 30;
constexpr int headerHeight = 32;
constexpr int narrowest = 54;
constexpr int widest = 104;
constexpr int totalWidth = 58;

class MarkDelegate final : public QStyledItemDelegate {
  public:
    MarkDelegate(const Theme& theme, const VerdictModel& model, QObject* parent)
        : QStyledItemDelegate(parent), theme_(theme), model_(model) {}

    void paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        p->save();
        p->setRenderHint(QPainter::Antialiasing);
        const bool chosen = index.data(VerdictModel::ChosenRole).toBool();
        if (chosen || (option.state & QStyle::State_Selected) != 0)
            p->fillRect(option.rect, theme_.tint(chosen ? Tone::Accent : Tone::Muted));
        if (index.column() == 0 || index.column() == model_.columnCount() - 1)
            paintText(p, option.rect, index, chosen);
        else
            paintMark(p, option.rect, index);
        if ((option.state & QStyle::State_HasFocus) != 0) {
            p->setBrush(Qt::NoBrush);
            p->setPen(theme_.tokens().accent);
            p->drawRect(option.rect.adjusted(0, 0, -1, -1));
        }
        p->restore();
    }

  private:
    void paintText(QPainter* p, const QRect& rect, const QModelIndex& index, bool chosen) const {
        const bool name = index.column() == 0;
        p->setFont(theme_.mono(metrics::smallPx, chosen || !name ? QFont::DemiBold : QFont::Medium));
        p->setPen(chosen ? theme_.tokens().accent : theme_.tokens().text);
        const QRect box = rect.adjusted(name ? 10 : 4, 0, -8, 0);
        p->drawText(box, (name ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter,
                    p->fontMetrics().elidedText(index.data().toString(), Qt::ElideMiddle, box.width()));
    }

    void paintMark(QPainter* p, const QRect& rect, const QModelIndex& index) const {
        const Tokens& t = theme_.tokens();
        const auto icon = [&](const QString& name, const QColor& color) {
            p->drawPixmap(rect.center().x() - 7, rect.center().y() - 7,
                          theme_.pixmap(name, 15, color, p->device()->devicePixelRatioF()));
        };
        switch (static_cast<VerdictModel::Mark>(index.data(VerdictModel::MarkRole).toInt())) {
        case VerdictModel::Mark::Passed:
            return icon(QStringLiteral("check"), t.ok);
        case VerdictModel::Mark::Refused:
            return icon(QStringLiteral("close"), t.bad);
        case VerdictModel::Mark::Scored:
            return paintBar(p, rect, index);
        default:
            p->setPen(Qt::NoPen);
            p->setBrush(t.line);
            p->drawEllipse(QRectF(rect.center().x() - 1, rect.center().y() - 1, 3, 3));
        }
    }

    void paintBar(QPainter* p, const QRect& rect, const QModelIndex& index) const {
        const Tokens& t = theme_.tokens();
        const bool figures = rect.width() >= 76;
        QRectF track(rect.left() + 10, rect.center().y() - 3, rect.width() - 20 - (figures ? 28 : 0), 7);
        p->setPen(Qt::NoPen);
        p->setBrush(t.line);
        p->drawRoundedRect(track, 3.5, 3.5);
        const double share = std::clamp(index.data(VerdictModel::ShareRole).toDouble(), 0.0, 1.0);
        if (share > 0) {
            p->setBrush(t.second);
            p->drawRoundedRect(QRectF(track.topLeft(), QSizeF(std::max(5.0, track.width() * share), 7)), 3.5,
                               3.5);
        }
        if (!figures) return;
        p->setFont(theme_.mono(metrics::captionPx));
        p->setPen(t.muted);
        p->drawText(QRectF(track.right() + 2, rect.top(), 28, rect.height()),
                    Qt::AlignRight | Qt::AlignVCenter, index.data().toString());
    }

    const Theme& theme_;
    const VerdictModel& model_;
};

} // namespace

VerdictMatrix::VerdictMatrix(VerdictModel& model, const Theme& theme, QWidget* parent)
    : QTableView(parent), model_(model) {
    setModel(&model);
    setItemDelegate(new MarkDelegate(theme, model, this));
    setShowGrid(false);
    setFrameShape(QFrame::NoFrame);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setCornerButtonEnabled(false);
    setAccessibleName(tr("Nodes and what each plug-in said of them"));
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(lineHeight);
    horizontalHeader()->setFixedHeight(headerHeight);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setSectionsClickable(false);
    horizontalHeader()->setDefaultAlignment(Qt::AlignCenter);
    horizontalHeader()->setMinimumSectionSize(30);
    horizontalHeader()->setTextElideMode(Qt::ElideRight);
    connect(&theme, &Theme::changed, viewport(), qOverload<>(&QWidget::update));
    connect(&model, &QAbstractItemModel::modelReset, this, &VerdictMatrix::fit);
}

void VerdictMatrix::setVisibleRows(int most) {
    mostRows_ = most;
    fit();
}

void VerdictMatrix::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    fit();
}

void VerdictMatrix::fit() {
    if (mostRows_ > 0)
        setFixedHeight(headerHeight + 2 + lineHeight * std::clamp(model_.rowCount(), 1, mostRows_) +
                       (horizontalScrollBar()->isVisible() ? 10 : 0));
    const int columns = model_.columnCount();
    if (columns < 2) return;
    const int plugins = columns - 2;
    const int room = viewport()->width() - totalWidth;
    const int names = std::clamp(room / 4, 84, 200);
    const int each = plugins == 0 ? 0 : std::clamp((room - names) / plugins, narrowest, widest);
    horizontalHeader()->resizeSection(0, std::max(names, room - each * plugins));
    for (int column = 1; column <= plugins; ++column)
        horizontalHeader()->resizeSection(column, each);
    horizontalHeader()->resizeSection(columns - 1, totalWidth);
}

} // namespace wheelhouse::ui
