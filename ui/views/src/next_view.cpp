#include "ui/views/next_view.h"

#include "line_painter.h"
#include "ui/models/kubectl.h"

#include <QHBoxLayout>
#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

using namespace std::chrono_literals;

/// When, a state dot, who, what, why, in one line.
class NextDelegate final : public QStyledItemDelegate {
  public:
    NextDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), theme_(theme) {}
    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {200, 25}; }
    void paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Tokens& t = theme_.tokens();
        const auto cell = [&](int column) { return index.sibling(index.row(), column).data().toString(); };
        const auto tone = static_cast<Tone>(index.data(LiveTableModel::ToneRole).toInt());
        if ((option.state & (QStyle::State_MouseOver | QStyle::State_Selected)) != 0) {
            p->save();
            p->setRenderHint(QPainter::Antialiasing);
            p->setPen(Qt::NoPen);
            p->setBrush((option.state & QStyle::State_Selected) != 0 ? theme_.tint(Tone::Accent) : t.raised);
            p->drawRoundedRect(option.rect.adjusted(10, 1, -10, -1), 6, 6);
            p->restore();
        }
        LinePainter line(*p, theme_, option.rect.adjusted(20, 0, -16, 0), 12, Qt::ElideMiddle);
        line.text(84, theme_.mono(metrics::smallPx), tone == Tone::Muted ? t.muted : theme_.color(tone),
                  cell(NextActionsModel::When));
        line.dot(tone);
        line.text(190, theme_.body(metrics::bodyPx, QFont::DemiBold), t.text, cell(NextActionsModel::Who));
        line.text(std::max(140, std::min(380, line.room() / 2)), theme_.mono(metrics::smallPx), t.text,
                  cell(NextActionsModel::What));
        if (line.room() > 60) line.text(line.room(), theme_.body(), t.muted, cell(NextActionsModel::Why));
    }

  private:
    const Theme& theme_;
};

} // namespace

NextView::NextView(ClusterSession& session, ClusterActions& actions, const Theme& theme, QWidget* parent)
    : QWidget(parent), session_(session), actions_(actions), model_([&session] { return session.now(); }) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(20, 2, 16, 2);
    bar->setSpacing(8);
    sentence_ = makeLabel({}, "muted", this);
    sentence_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    bar->addWidget(sentence_, 1);
    suspend_ = makeButton(tr("Machines stand still too"), "chip", this);
    suspend_->setCheckable(true);
    bar->addWidget(suspend_);
    stepQueue_ = makeButton(tr("Let it act"), "", this);
    bar->addWidget(stepQueue_);
    step_ = makeButton(tr("Next step"), "primary", this);
    bar->addWidget(step_);
    column->addLayout(bar);
    list_ = new QListView(this);
    list_->setModel(&model_);
    list_->setItemDelegate(new NextDelegate(theme, list_));
    list_->setUniformItemSizes(true);
    list_->setMouseTracking(true);
    list_->setFrameShape(QFrame::NoFrame);
    list_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setAccessibleName(tr("Who acts next"));
    column->addWidget(list_, 1);
    connect(&theme, &Theme::changed, list_->viewport(), qOverload<>(&QWidget::update));
    connect(&session_.clock(), &ClockModel::changed, this, &NextView::refresh);
    connect(list_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &NextView::refresh);
    connect(&model_, &QAbstractItemModel::rowsInserted, this, &NextView::refresh);
    connect(&model_, &QAbstractItemModel::rowsRemoved, this, &NextView::refresh);
    connect(step_, &QPushButton::clicked, this,
            [this] { actions_.step(session_.clock().takeStepNumber(), {}); });
    const auto stepChosen = [this] {
        if (session_.clock().paused() && !chosenQueue().isEmpty())
            actions_.step(session_.clock().takeStepNumber(), chosenQueue());
    };
    connect(stepQueue_, &QPushButton::clicked, this, stepChosen);
    connect(list_, &QAbstractItemView::activated, this, stepChosen);
    connect(suspend_, &QPushButton::clicked, this,
            [this](bool checked) { actions_.setMachinesSuspended(checked); });
    refresh();
}

QString NextView::chosenQueue() const {
    const QModelIndexList chosen = list_->selectionModel()->selectedIndexes();
    return chosen.isEmpty() ? QString()
                            : chosen[0].sibling(chosen[0].row(), NextActionsModel::Who).data().toString();
}

void NextView::refresh() {
    ClockModel& clock = session_.clock();
    const bool can = clock.known() && clock.paused();
    QString sentence;
    if (!clock.known())
        sentence = tr("This cluster does not tell what its controllers wait for.");
    else if (!clock.message().isEmpty())
        sentence = clock.message();
    else if (!can)
        sentence = tr(
            "What controllers and the scheduler wait for, soonest first. Stop the time to go step by step.");
    else if (clock.lastStep().isEmpty())
        sentence = tr("Time stands still. Nothing acts until you take a step or let it go on.");
    else
        sentence = tr("Time stands still. The last step: %1.").arg(clock.lastStep());
    sentence_->setText(sentence);
    sentence_->setToolTip(sentence);
    step_->setVisible(can);
    stepQueue_->setVisible(can);
    suspend_->setVisible(can);
    suspend_->setChecked(clock.suspendsMachines());
    suspend_->setToolTip(kubectl::setClock(
        QStringLiteral("\"suspendMachines\":%1").arg(clock.suspendsMachines() ? u"false" : u"true")));
    const QString queue = chosenQueue();
    stepQueue_->setEnabled(!queue.isEmpty());
    stepQueue_->setToolTip(queue.isEmpty() ? tr("Choose who acts")
                                           : tr("Only %1 takes the step, others wait").arg(queue));
    tick();
}

void NextView::tick() {
    timer_.stop();
    if (!isVisible()) return;
    model_.tick();
    if (!session_.clock().paused() && model_.countsDown())
        timer_.start(session_.executor(), session_.clock().speed() > 1 ? Duration(250ms) : Duration(1s),
                     [this] { tick(); });
}

void NextView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (session_.resourceOfKind(QStringLiteral("ReconcileQueue")) != nullptr)
        model_.follow(session_.cluster(), session_.executor());
    refresh();
}

void NextView::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    model_.unfollow();
    timer_.stop();
}

} // namespace wheelhouse::ui
