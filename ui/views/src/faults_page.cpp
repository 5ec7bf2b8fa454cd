#include "ui/views/faults_page.h"

#include "line_painter.h"
#include "palette_bar.h"
#include "ui/models/kubectl.h"
#include "ui/widgets/flow_layout.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QListView>
#include <QPainter>
#include <QStackedWidget>
#include <QStyledItemDelegate>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

using namespace std::chrono_literals;

const QString faultWord = QStringLiteral("fault");

void paintRowBack(QPainter* p, const QStyleOptionViewItem& option, const Theme& theme) {
    if ((option.state & (QStyle::State_MouseOver | QStyle::State_Selected)) == 0) return;
    p->save();
    p->setRenderHint(QPainter::Antialiasing);
    p->setPen(Qt::NoPen);
    p->setBrush((option.state & QStyle::State_Selected) != 0 ? theme.tint(Tone::Accent)
                                                             : theme.tokens().raised);
    p->drawRoundedRect(option.rect.adjusted(0, 1, 0, -1), 6, 6);
    p->restore();
}

/// One fault: its icon, what, where, how it stands, the time that is left.
class FaultDelegate final : public QStyledItemDelegate {
  public:
    FaultDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), theme_(theme) {}
    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {200, 46}; }
    void paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Tokens& t = theme_.tokens();
        const auto cell = [&](int column) { return index.sibling(index.row(), column).data().toString(); };
        const auto tone = static_cast<Tone>(index.data(LiveTableModel::ToneRole).toInt());
        const bool there = tone != Tone::Completed;
        paintRowBack(p, option, theme_);
        p->drawPixmap(option.rect.left() + 12, option.rect.center().y() - 8,
                      theme_.pixmap(index.data(LiveTableModel::ExtraRole).toString(), 16,
                                    there ? theme_.color(tone) : t.muted, p->device()->devicePixelRatioF()));
        const QRect row = option.rect.adjusted(42, 4, -12, -4);
        const QRect upper(row.left(), row.top(), row.width(), row.height() / 2);
        LinePainter first(*p, theme_, upper, 10);
        const int left = 120;
        first.text(upper.width() - left - 10, theme_.body(metrics::bodyPx, QFont::DemiBold),
                   there ? t.text : t.muted, cell(FaultModel::What));
        first.text(left, theme_.mono(metrics::smallPx), there ? t.text : t.muted, cell(FaultModel::Left));
        LinePainter second(*p, theme_, upper.translated(0, row.height() / 2), 10);
        second.text(second.room() - left - 10, theme_.mono(metrics::smallPx), t.muted,
                    cell(FaultModel::Where));
        second.dot(tone);
        second.text(second.room(), theme_.body(metrics::smallPx), t.muted, cell(FaultModel::State));
    }

  private:
    const Theme& theme_;
};

/// One thing that is done: where, who, what, when.
class EffectDelegate final : public QStyledItemDelegate {
  public:
    EffectDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), theme_(theme) {}
    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {200, 28}; }
    void paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Tokens& t = theme_.tokens();
        const auto cell = [&](int row, int column) { return index.sibling(row, column).data().toString(); };
        const auto tone = static_cast<Tone>(index.data(LiveTableModel::ToneRole).toInt());
        const QString node = cell(index.row(), FaultEffects::Node);
        const bool sameNode = index.row() > 0 && cell(index.row() - 1, FaultEffects::Node) == node;
        paintRowBack(p, option, theme_);
        LinePainter line(*p, theme_, option.rect.adjusted(8, 0, -8, 0), 10);
        line.text(96, theme_.mono(metrics::smallPx, QFont::DemiBold), t.text, sameNode ? QString() : node);
        line.dot(tone);
        line.text(116, theme_.body(metrics::bodyPx, QFont::Medium), t.text,
                  cell(index.row(), FaultEffects::Who));
        const int when = 92;
        line.text(std::max(60, line.room() - when - 10), theme_.body(), t.muted,
                  cell(index.row(), FaultEffects::What));
        line.text(when, theme_.mono(metrics::smallPx), theme_.color(tone == Tone::Muted ? Tone::Plain : tone),
                  cell(index.row(), FaultEffects::When));
    }

  private:
    const Theme& theme_;
};

} // namespace

FaultsPage::FaultsPage(ClusterSession& session, FaultModel& faults, ClusterActions& actions,
                       const Theme& theme, QWidget* parent)
    : QWidget(parent), session_(session), faults_(faults), actions_(actions), theme_(theme),
      effects_(session, faults) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 16, 20, 12);
    column->setSpacing(12);
    auto* head = new QHBoxLayout;
    head->setSpacing(12);
    head->addWidget(makeLabel(tr("Failures"), "title", this));
    auto* note = makeLabel(tr("Break something on purpose. It mends itself when its time is over, or when "
                              "you say so."),
                           "muted", this);
    note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    head->addWidget(note, 1);
    column->addLayout(head);
    palette_ = buildPalette();
    column->addWidget(palette_);
    auto* row = new QHBoxLayout;
    row->setSpacing(24);
    row->addWidget(buildBroken(), 2);
    row->addWidget(buildEffects(), 3);
    auto* shown = new QWidget(this);
    shown->setLayout(row);
    row->setContentsMargins(0, 4, 0, 0);
    empty_ = new EmptyState(theme, QStringLiteral("fault"), this);
    stack_ = new QStackedWidget(this);
    stack_->addWidget(shown);
    stack_->addWidget(empty_);
    column->addWidget(stack_, 1);
    command_ = new CommandStrip(theme, this);
    column->addWidget(command_);
    connect(&faults_, &FaultModel::faultsChanged, this, &FaultsPage::refresh);
    connect(&session_, &ClusterSession::resourcesChanged, this, &FaultsPage::refresh);
    connect(list_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &FaultsPage::refresh);
    connect(list_, &QAbstractItemView::activated, this, [this](const QModelIndex& index) {
        Q_EMIT objectActivated(QStringLiteral("Fault"), {}, index.data(LiveTableModel::NameRole).toString());
    });
    connect(effectsList_, &QAbstractItemView::activated, this, [this](const QModelIndex& index) {
        Q_EMIT objectActivated(QStringLiteral("Node"), {}, index.data(LiveTableModel::NameRole).toString());
    });
    connect(mend_, &QPushButton::clicked, this, [this] { mend(chosen()); });
    connect(mendAll_, &QPushButton::clicked, this, [this] { mend(faults_.standing()); });
    connect(clear_, &QPushButton::clicked, this, [this] { mend(faults_.over()); });
    refresh();
}

QWidget* FaultsPage::buildPalette() {
    auto* box = new QWidget(this);
    auto* flow = new FlowLayout(8, box);
    for (const FaultTemplate& each : faultTemplates()) {
        auto* item = new PaletteItem(theme_, lookOf(each, false), box);
        item->setObjectName(QStringLiteral("fault.") + each.id);
        item->setFixedWidth(196);
        item->setToolTip(tr("Press it to say whom and how long"));
        connect(item, &QAbstractButton::clicked, this, [this, id = each.id] { Q_EMIT faultChosen(id); });
        flow->addWidget(item);
    }
    return box;
}

QListView* FaultsPage::makeList(LiveTableModel& model, const QString& name) {
    auto* list = new QListView(this);
    list->setModel(&model);
    list->setUniformItemSizes(true);
    list->setMouseTracking(true);
    list->setFrameShape(QFrame::NoFrame);
    list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list->setAccessibleName(name);
    connect(&theme_, &Theme::changed, list->viewport(), qOverload<>(&QWidget::update));
    // The time that is left is in another column than the one the view listens to.
    connect(&model, &QAbstractItemModel::dataChanged, list->viewport(), qOverload<>(&QWidget::update));
    return list;
}

QWidget* FaultsPage::buildBroken() {
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* bar = new QHBoxLayout;
    bar->setSpacing(8);
    bar->addWidget(makeLabel(tr("What is broken"), "heading", box));
    bar->addStretch(1);
    clear_ = makeButton(tr("Forget those that are over"), "quiet", box);
    mend_ = makeButton(tr("Mend"), "", box);
    mendAll_ = makeButton(tr("Mend all"), "primary", box);
    for (auto* button : {clear_, mend_, mendAll_})
        bar->addWidget(button);
    column->addLayout(bar);
    list_ = makeList(faults_, tr("What is broken"));
    list_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    list_->setItemDelegate(new FaultDelegate(theme_, list_));
    column->addWidget(list_, 1);
    return box;
}

QWidget* FaultsPage::buildEffects() {
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* heading = makeLabel(tr("What is done about it"), "heading", box);
    heading->setMinimumHeight(30);
    column->addWidget(heading);
    effectsNote_ = makeLabel(tr("No node is under a fault now."), "muted", box);
    column->addWidget(effectsNote_);
    effectsList_ = makeList(effects_, tr("What is done about it"));
    effectsList_->setItemDelegate(new EffectDelegate(theme_, effectsList_));
    column->addWidget(effectsList_, 1);
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(&effects_, signal, this, [this] { effectsNote_->setVisible(effects_.rowCount() == 0); });
    return box;
}

QStringList FaultsPage::chosen() const {
    QStringList names;
    for (const QModelIndex& index : list_->selectionModel()->selectedIndexes())
        names << index.data(LiveTableModel::NameRole).toString();
    names.removeDuplicates();
    names.sort();
    return names;
}

void FaultsPage::mend(const QStringList& names) {
    for (const QString& name : names)
        actions_.mend(name);
}

void FaultsPage::refresh() {
    const bool possible = session_.resourceOfKind(QStringLiteral("Fault")) != nullptr;
    const bool any = faults_.rowCount() > 0;
    palette_->setEnabled(possible);
    stack_->setCurrentIndex(any ? 0 : 1);
    const QStringList names = chosen();
    mend_->setEnabled(!names.isEmpty());
    mendAll_->setEnabled(!faults_.standing().isEmpty());
    clear_->setVisible(!faults_.over().isEmpty());
    const auto command = [](const QStringList& of) {
        QStringList words;
        for (const QString& name : of)
            words << kubectl::quoted(name);
        return QStringLiteral("kubectl delete fault ") + words.join(u' ');
    };
    mend_->setToolTip(names.isEmpty() ? tr("Choose what to mend") : command(names));
    mendAll_->setToolTip(faults_.standing().isEmpty() ? tr("Nothing is broken")
                                                      : command(faults_.standing()));
    clear_->setToolTip(command(faults_.over()));
    command_->setCommand(names.isEmpty() ? kubectl::list(QStringLiteral("faults"), {}, false)
                                         : command(names));
    if (!possible)
        empty_->setTexts(tr("Nothing can be broken here"),
                         tr("Only a Wheelhouse lab can: this cluster does not serve Faults."));
    else
        empty_->setTexts(tr("Nothing is broken"),
                         tr("Press a fault above, drag one onto a node of the map, or take it from a node's "
                            "menu. Then watch here who notices, and when."));
    if (isVisible() && !timer_.active()) tick();
}

void FaultsPage::tick() {
    timer_.stop();
    if (!isVisible()) return;
    faults_.tick();
    effects_.tick();
    if (!session_.clock().paused() && (faults_.countsDown() || effects_.countsDown()))
        timer_.start(session_.executor(), session_.clock().speed() > 1 ? Duration(250ms) : Duration(1s),
                     [this] { tick(); });
}

void FaultsPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    effects_.follow();
    refresh();
}

void FaultsPage::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    effects_.unfollow();
    timer_.stop();
}

void FaultsPage::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Delete && !chosen().isEmpty()) return mend(chosen());
    QWidget::keyPressEvent(event);
}

} // namespace wheelhouse::ui
