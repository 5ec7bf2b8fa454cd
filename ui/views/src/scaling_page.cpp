#include "ui/views/scaling_page.h"

#include "engine/api/groups/autoscaling_lab.h"
#include "line_painter.h"
#include "scaling_chart.h"
#include "ui/models/kubectl.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QListView>
#include <QPainter>
#include <QStackedWidget>
#include <QStyledItemDelegate>
#include <QTableView>

namespace wheelhouse::ui {
namespace {

const QString autoscalerKind = QStringLiteral("HorizontalPodAutoscaler");
const QString decisionKind = QStringLiteral("AutoscalingDecision");
const QString poolKind = QStringLiteral("NodePool");

/// One decision: when, a dot, the outcome, why.
class StepDelegate final : public QStyledItemDelegate {
  public:
    StepDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), theme_(theme) {}
    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {200, 26}; }
    void paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Tokens& t = theme_.tokens();
        const auto cell = [&](int column) { return index.sibling(index.row(), column).data().toString(); };
        const auto tone = static_cast<Tone>(index.data(LiveTableModel::ToneRole).toInt());
        LinePainter line(*p, theme_, option.rect.adjusted(4, 0, -8, 0), 10);
        line.text(62, theme_.mono(metrics::smallPx), t.muted, cell(ScalingModel::Time));
        line.dot(tone);
        line.text(78, theme_.body(metrics::smallPx, QFont::DemiBold), t.text, cell(ScalingModel::Outcome));
        line.text(line.room(), theme_.body(metrics::smallPx), Theme::mix(t.text, t.muted, 0.5),
                  cell(ScalingModel::Why));
    }

  private:
    const Theme& theme_;
};

} // namespace

ScalingPage::ScalingPage(ClusterSession& session, ClusterActions& actions, const Theme& theme,
                         QWidget* parent)
    : QWidget(parent), session_(session), actions_(actions), theme_(theme),
      autoscalers_(session.cluster(), session.executor(), [&session] { return session.now(); }),
      pools_(session.cluster(), session.executor(), [&session] { return session.now(); }),
      trace_([&session] { return session.now(); }) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(20, 20, 20, 12);
    row->setSpacing(20);
    auto* left = new QVBoxLayout;
    left->setSpacing(10);
    left->addWidget(makeLabel(tr("Autoscaling"), "title", this));
    left->addWidget(makeLabel(tr("Pods"), "heading", this));
    list_ = makeTable(autoscalers_.model(), tr("Pod autoscalers"), this);
    left->addWidget(list_, 3);
    left->addWidget(buildPools(), 2);
    row->addLayout(left, 2);
    row->addWidget(buildTrace(), 3);
    connect(list_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& index) {
                if (index.isValid())
                    open(index.data(LiveTableModel::NamespaceRole).toString(),
                         index.data(LiveTableModel::NameRole).toString());
            });
    for (auto* model : {&autoscalers_.model(), &pools_.model()})
        for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
            connect(model, signal, this, &ScalingPage::refresh);
    connect(&autoscalers_, &ObjectTable::stateChanged, this, &ScalingPage::refresh);
    connect(&session_, &ClusterSession::resourcesChanged, this, [this] {
        if (isVisible()) reopen();
    });
    refresh();
}

ScalingPage::~ScalingPage() = default;

QWidget* ScalingPage::buildPools() {
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 8, 0, 0);
    column->setSpacing(8);
    column->addWidget(makeLabel(tr("Pools of nodes"), "heading", box));
    poolList_ = makeTable(pools_.model(), tr("Pools of nodes"), this);
    column->addWidget(poolList_, 1);
    poolBar_ = new QWidget(box);
    auto* bar = new QHBoxLayout(poolBar_);
    bar->setContentsMargins(0, 0, 0, 0);
    poolName_ = makeLabel({}, "muted", poolBar_);
    poolSize_ = new Stepper(
        theme_, 0, 1000, 0, [](int value) { return QString::number(value); }, poolBar_);
    poolSize_->setAccessibleName(tr("Machines in the pool"));
    bar->addWidget(poolName_, 1);
    bar->addWidget(poolSize_);
    column->addWidget(poolBar_);
    connect(poolList_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &ScalingPage::refreshPool);
    connect(poolList_, &QAbstractItemView::activated, this, [this](const QModelIndex& index) {
        Q_EMIT objectActivated(poolKind, {}, index.data(LiveTableModel::NameRole).toString());
    });
    connect(&pools_.model(), &QAbstractItemModel::dataChanged, this, &ScalingPage::refreshPool);
    connect(poolSize_, &Stepper::valueChanged, this, [this](int machines) {
        if (!chosenPool().isEmpty()) actions_.scalePool(chosenPool(), machines);
    });
    return box;
}

QWidget* ScalingPage::buildTrace() {
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(10);
    auto* head = new QHBoxLayout;
    title_ = makeLabel({}, "monoTitle", box);
    metric_ = makeLabel({}, "muted", box);
    metric_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    metric_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    head->addWidget(title_);
    head->addWidget(metric_, 1);
    column->addLayout(head);
    chart_ = new ScalingChart(theme_, box);
    steps_ = new QListView(box);
    steps_->setModel(&trace_);
    steps_->setItemDelegate(new StepDelegate(theme_, steps_));
    steps_->setUniformItemSizes(true);
    steps_->setFrameShape(QFrame::NoFrame);
    steps_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    steps_->setAccessibleName(tr("Decisions of the autoscaler"));
    auto* shown = new QWidget(box);
    auto* inside = new QVBoxLayout(shown);
    inside->setContentsMargins(0, 0, 0, 0);
    inside->setSpacing(10);
    inside->addWidget(chart_, 3);
    inside->addWidget(steps_, 2);
    empty_ = new EmptyState(theme_, QStringLiteral("scaling"), box);
    stack_ = new QStackedWidget(box);
    stack_->addWidget(shown);
    stack_->addWidget(empty_);
    column->addWidget(stack_, 1);
    command_ = new CommandStrip(theme_, box);
    column->addWidget(command_);
    connect(&theme_, &Theme::changed, steps_->viewport(), qOverload<>(&QWidget::update));
    return box;
}

void ScalingPage::setNamespace(const QString& nameSpace) {
    nameSpace_ = nameSpace;
    autoscalers_.close();
    if (isVisible()) reopen();
}

void ScalingPage::open(const QString& nameSpace, const QString& autoscaler) {
    if (nameSpace == shownNamespace_ && autoscaler == shown_ && decisions_) return;
    shownNamespace_ = nameSpace;
    shown_ = autoscaler;
    trace_.clear();
    chart_->setPoints({});
    decisions_.reset();
    if (!shown_.isEmpty() && session_.resourceOfKind(decisionKind) != nullptr) {
        client::WatchOptions selection;
        selection.nameSpace = shownNamespace_.toStdString();
        selection.fieldSelector = "metadata.name=" + shown_.toStdString();
        decisions_ =
            std::make_unique<client::Informer>(session_.cluster(), session_.executor(),
                                               api::kindOf<api::lab::AutoscalingDecision>().name, selection);
        decisions_->addHandler({[this](const api::ObjectPtr& object) { take(object); },
                                [this](const api::ObjectPtr&, const api::ObjectPtr& object) { take(object); },
                                [](const api::ObjectPtr&) {}});
        decisions_->start();
    }
    refresh();
}

void ScalingPage::take(const api::ObjectPtr& object) {
    trace_.take(*object);
    chart_->setPoints(trace_.points());
    refresh();
}

void ScalingPage::reopen() {
    const auto follow = [this](ObjectTable& table, const QString& kind, const QString& nameSpace) {
        const client::ResourceInfo* resource = nullptr;
        for (const auto& info : session_.resources()) // the newest of its versions
            if (QString::fromStdString(info.kind) == kind &&
                (resource == nullptr || info.name.version > resource->name.version))
                resource = &info;
        if (resource != nullptr && table.state() == ObjectTable::State::Idle)
            table.open(*resource, nameSpace);
    };
    follow(autoscalers_, autoscalerKind, nameSpace_);
    follow(pools_, poolKind, {});
    if (!shown_.isEmpty() && !decisions_) open(shownNamespace_, shown_);
    refresh();
}

void ScalingPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    reopen();
}

void ScalingPage::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    autoscalers_.close();
    pools_.close();
    decisions_.reset();
}

QString ScalingPage::chosenPool() const {
    const QModelIndex index = poolList_->selectionModel()->currentIndex();
    return index.isValid() ? index.data(LiveTableModel::NameRole).toString() : QString();
}

void ScalingPage::refreshPool() {
    const QModelIndex index = poolList_->selectionModel()->currentIndex();
    poolBar_->setVisible(index.isValid());
    if (!index.isValid()) return;
    const auto& object = pools_.model().row(index.row()).object;
    if (!object) return;
    const auto pool = object->as<api::lab::NodePool>();
    const int wanted = pool.spec().has_replicas() ? pool.spec().replicas() : pool.spec().min();
    const QSignalBlocker quiet(poolSize_);
    poolSize_->setValue(wanted);
    const QString name = QString::fromStdString(object->name());
    poolName_->setText(pool.status().message().empty() ? tr("Machines in %1").arg(name)
                                                       : QString::fromStdString(pool.status().message()));
    poolName_->setToolTip(poolName_->text());
    poolSize_->setToolTip(kubectl::scale(QStringLiteral("nodepool"), {}, name, wanted));
}

void ScalingPage::refresh() {
    const bool lab = session_.resourceOfKind(decisionKind) != nullptr;
    const bool any = trace_.rowCount() > 0;
    stack_->setCurrentIndex(any ? 0 : 1);
    title_->setText(shown_);
    metric_->setText(trace_.metric());
    metric_->setToolTip(trace_.metric());
    command_->setCommand(shown_.isEmpty()
                             ? kubectl::list(QStringLiteral("horizontalpodautoscalers"), nameSpace_, true)
                             : kubectl::yaml(QStringLiteral("autoscalingdecision"), shownNamespace_, shown_));
    refreshPool();
    if (any) return;
    if (autoscalers_.model().rowCount() == 0)
        empty_->setTexts(
            tr("Nothing scales by itself yet"),
            tr("A HorizontalPodAutoscaler changes the number of pods with their load. Apply one, and each "
               "of its decisions is drawn here with its reasons."));
    else if (!lab)
        empty_->setTexts(tr("No reasons here"), tr("Only the autoscaler of a Wheelhouse lab tells why."));
    else if (shown_.isEmpty())
        empty_->setTexts(tr("Choose an autoscaler"),
                         tr("Its metric, what it asks for and what became of that are "
                            "drawn as one chart."));
    else
        empty_->setTexts(tr("No decision yet"), tr("An autoscaler decides every 15 seconds."));
}

} // namespace wheelhouse::ui
