#include "help_panel.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

namespace wheelhouse::ui {
namespace {

constexpr int rowHeight = 28;
constexpr int headingHeight = 34;

/// A heading, or what is done and its keys as caps at the right.
class KeyDelegate final : public QStyledItemDelegate {
  public:
    KeyDelegate(const std::optional<Deed>& asked, const Theme& theme, QObject* parent)
        : QStyledItemDelegate(parent), asked_(asked), theme_(theme) {}
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        return {option.rect.width(), index.data(HelpModel::HeadingRole).toBool() ? headingHeight : rowHeight};
    }
    void paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Tokens& t = theme_.tokens();
        p->save();
        p->setRenderHint(QPainter::Antialiasing);
        const QRect row = option.rect.adjusted(8, 0, -8, 0);
        if (index.data(HelpModel::HeadingRole).toBool()) {
            p->setFont(theme_.body(metrics::captionPx, QFont::DemiBold));
            p->setPen(t.accent);
            p->drawText(row.adjusted(0, 8, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                        index.data().toString().toUpper());
            p->restore();
            return;
        }
        const bool asked = asked_ && static_cast<int>(*asked_) == index.data(HelpModel::DeedRole).toInt();
        if ((option.state & (QStyle::State_Selected | QStyle::State_MouseOver)) != 0 || asked) {
            p->setPen(Qt::NoPen);
            p->setBrush(asked ? theme_.tint(Tone::Accent) : t.raised);
            p->drawRoundedRect(QRectF(option.rect).adjusted(0, 1, 0, -1), 6, 6);
        }
        const int left = paintKeys(p, row, asked, index);
        p->setFont(theme_.body());
        p->setPen(t.text);
        const QRect room(row.left(), row.top(), left - row.left() - 12, row.height());
        p->drawText(room, Qt::AlignLeft | Qt::AlignVCenter,
                    p->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight, room.width()));
        p->restore();
    }

  private:
    /// From the right; returns where the leftmost begins.
    int paintKeys(QPainter* p, const QRect& row, bool asked, const QModelIndex& index) const {
        const Tokens& t = theme_.tokens();
        p->setFont(theme_.mono(metrics::captionPx, QFont::Medium));
        const QStringList keys = asked ? QStringList{HelpPanel::tr("press a key")}
                                       : index.data(HelpModel::KeysRole).toStringList();
        const bool fixed = index.data(HelpModel::FixedRole).toBool();
        int right = row.right();
        for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
            const int width = p->fontMetrics().horizontalAdvance(*key) + 14;
            const QRectF cap(right - width, row.center().y() - 9, width, 19);
            p->setPen(QPen(asked ? t.accent : t.line, 1));
            p->setBrush(asked ? QBrush(Qt::NoBrush) : fixed ? QBrush(Qt::NoBrush) : QBrush(t.raised));
            p->drawRoundedRect(cap.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
            p->setPen(asked ? t.accent : fixed ? t.muted : t.text);
            p->drawText(cap, Qt::AlignCenter, *key);
            right -= width + 6;
        }
        return right;
    }

    const std::optional<Deed>& asked_;
    const Theme& theme_;
};

bool modifierOnly(int key) {
    return key == Qt::Key_Shift || key == Qt::Key_Control || key == Qt::Key_Alt || key == Qt::Key_Meta ||
           key == Qt::Key_AltGr || key == Qt::Key_unknown || key == 0;
}

} // namespace

HelpPanel::HelpPanel(KeyTable& keys, const Theme& theme, QWidget* parent)
    : OverlayPanel(theme, 900, parent), keys_(keys), hereModel_(keys), everywhereModel_(keys) {
    setAccessibleName(tr("Keys"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 16);
    column->setSpacing(8);
    auto* head = new QHBoxLayout;
    head->setSpacing(8);
    head->addWidget(makeLabel(tr("Keys"), "title", this), 1);
    auto* standard = makeButton(tr("Standard keys"), "quiet", this);
    auto* close = makeButton({}, "quiet", this);
    setThemedIcon(close, theme, QStringLiteral("close"), Tone::Muted, 14);
    close->setAccessibleName(tr("Close"));
    head->addWidget(standard);
    head->addWidget(close);
    column->addLayout(head);
    auto* row = new QHBoxLayout;
    row->setSpacing(24);
    here_ = makeList(hereModel_, tr("Keys where you are"));
    everywhere_ = makeList(everywhereModel_, tr("Keys that work everywhere"));
    row->addWidget(here_, 1);
    row->addWidget(everywhere_, 1);
    column->addLayout(row, 1);
    hint_ = makeLabel({}, "muted", this);
    problem_ = makeLabel({}, "bad", this);
    problem_->setWordWrap(true);
    column->addWidget(hint_);
    column->addWidget(problem_);
    connect(close, &QPushButton::clicked, this, &QWidget::hide);
    connect(standard, &QPushButton::clicked, this, [this] {
        asked_.reset();
        keys_.standard();
        say({}, {});
    });
}

QListView* HelpPanel::makeList(HelpModel& model, const QString& name) {
    auto* list = new QListView(this);
    list->setModel(&model);
    list->setItemDelegate(new KeyDelegate(asked_, theme_, list));
    list->setMouseTracking(true);
    list->setFrameShape(QFrame::NoFrame);
    list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    list->setAccessibleName(name);
    list->installEventFilter(this);
    const auto choose = [this, &model](const QModelIndex& index) {
        if (const auto deed = model.deedAt(index)) ask(*deed);
    };
    connect(list, &QListView::clicked, this, choose);
    connect(list, &QListView::activated, this, choose);
    return list;
}

void HelpPanel::open(KeyPlace here) {
    asked_.reset();
    std::vector<KeyPlace> places;
    if (here != KeyPlace::Everywhere) places.push_back(here);
    for (const KeyPlace place : {KeyPlace::Row, KeyPlace::Map, KeyPlace::Timeline, KeyPlace::Editor})
        if (place != here) places.push_back(place);
    hereModel_.setPlaces(places);
    everywhereModel_.setPlaces({KeyPlace::Everywhere});
    say({}, {});
    openOver(parentWidget()->height() - 120);
    here_->setCurrentIndex(hereModel_.index(1));
    here_->setFocus(Qt::ShortcutFocusReason);
}

void HelpPanel::say(const QString& hint, const QString& problem) {
    hint_->setText(hint.isEmpty() ? tr("Press Enter or click on a line to give it another key.") : hint);
    hint_->setVisible(problem.isEmpty());
    problem_->setText(problem);
    problem_->setVisible(!problem.isEmpty());
    here_->viewport()->update();
    everywhere_->viewport()->update();
}

void HelpPanel::ask(Deed deed) {
    const KeyAction& action = keys_.action(deed);
    if (action.fixed) return say({}, tr("“%1” has its keys for good.").arg(action.title));
    asked_ = deed;
    say(tr("%1: press the new key. Backspace takes its key away, Escape leaves it as it is.")
            .arg(action.title),
        {});
}

void HelpPanel::take(const QKeySequence& key) {
    const QString problem = keys_.rebind(*asked_, key);
    if (!problem.isEmpty()) return say({}, problem); // and asks on
    asked_.reset();
    say({}, {});
}

/// While a key is asked for, every key is the answer, whatever it does otherwise.
bool HelpPanel::eventFilter(QObject* watched, QEvent* event) {
    if (!asked_) return OverlayPanel::eventFilter(watched, event);
    if (event->type() == QEvent::FocusOut) {
        asked_.reset();
        say({}, {});
        return OverlayPanel::eventFilter(watched, event);
    }
    if (event->type() == QEvent::ShortcutOverride) {
        event->accept();
        return true;
    }
    if (event->type() != QEvent::KeyPress) return OverlayPanel::eventFilter(watched, event);
    const auto& pressed = *static_cast<QKeyEvent*>(event);
    if (modifierOnly(pressed.key())) return true;
    if (pressed.key() == Qt::Key_Escape) {
        asked_.reset();
        say({}, {});
    } else if (pressed.key() == Qt::Key_Backspace && pressed.modifiers() == Qt::NoModifier) {
        take({});
    } else {
        take(KeyTable::keyOf(pressed.key(), pressed.modifiers()));
    }
    return true;
}

} // namespace wheelhouse::ui
