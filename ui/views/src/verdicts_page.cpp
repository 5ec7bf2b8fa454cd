#include "ui/views/verdicts_page.h"

#include "ui/models/kubectl.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QPainter>
#include <QStackedWidget>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QVBoxLayout>

namespace wheelhouse::ui {
namespace {

const QString decisionKind = QStringLiteral("SchedulingDecision");
constexpr int listWidth = 380;

/// The column of that name; −1 where the server has none.
int columnOf(const LiveTableModel& model, const char* name) {
    for (std::size_t i = 0; i < model.columns().size(); ++i)
        if (model.columns()[i].name == QLatin1String(name)) return static_cast<int>(i);
    return -1;
}

/// Two lines a pod: its name, and where it went or that it waits.
class DecisionDelegate final : public QStyledItemDelegate {
  public:
    DecisionDelegate(const Theme& theme, LiveTableModel& model, QObject* parent)
        : QStyledItemDelegate(parent), theme_(theme), model_(model) {}
    void paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Tokens& t = theme_.tokens();
        const auto cell = [&](const char* name) {
            const int column = columnOf(model_, name);
            return column < 0 ? QString() : index.sibling(index.row(), column).data().toString();
        };
        const bool placed = cell("Result") == u"Scheduled";
        p->save();
        p->setRenderHint(QPainter::Antialiasing);
        if ((option.state & (QStyle::State_MouseOver | QStyle::State_Selected)) != 0) {
            p->setPen(Qt::NoPen);
            p->setBrush((option.state & QStyle::State_Selected) != 0 ? theme_.tint(Tone::Accent) : t.raised);
            p->drawRoundedRect(option.rect.adjusted(4, 1, -8, -1), 8, 8);
        }
        const QRect r = option.rect.adjusted(16, 6, -20, -6);
        p->setPen(Qt::NoPen);
        p->setBrush(theme_.color(placed ? Tone::Good : Tone::Warning));
        p->drawEllipse(QRectF(r.left(), r.top() + 5, 7, 7));
        const QRect top(r.left() + 16, r.top(), r.width() - 16, 18);
        const QRect below(r.left() + 16, r.top() + 19, r.width() - 16, 18);
        const auto draw = [&](const QRect& rect, int align, const QColor& color, const QString& text) {
            p->setPen(color);
            p->drawText(rect, align | Qt::AlignVCenter,
                        p->fontMetrics().elidedText(text, Qt::ElideMiddle, rect.width()));
        };
        p->setFont(theme_.mono(metrics::smallPx, QFont::Medium));
        draw(top.adjusted(0, 0, -50, 0), Qt::AlignLeft, t.text,
             index.data(LiveTableModel::NameRole).toString());
        p->setFont(theme_.body(metrics::captionPx));
        draw(top, Qt::AlignRight, t.muted, cell("Age"));
        const QString attempts = cell("Attempts");
        const QString outcome =
            placed ? VerdictsPage::tr("to %1").arg(cell("Node")) : VerdictsPage::tr("fits nowhere");
        draw(below, Qt::AlignLeft, placed ? t.muted : t.warning,
             attempts == u"1" ? outcome : VerdictsPage::tr("%1, attempt %2").arg(outcome, attempts));
        draw(below, Qt::AlignRight, t.muted, VerdictsPage::tr("%1 fit").arg(cell("Feasible")));
        p->restore();
    }

  private:
    const Theme& theme_;
    LiveTableModel& model_;
};

} // namespace

VerdictsPage::VerdictsPage(ClusterSession& session, const Theme& theme, QWidget* parent)
    : QWidget(parent), session_(session), theme_(theme),
      table_(session.cluster(), session.executor(), [&session] { return session.now(); }) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(buildList());
    auto* right = new QVBoxLayout;
    right->setContentsMargins(0, 12, 4, 12);
    right->setSpacing(0);
    title_ = makeLabel({}, "monoTitle", this);
    title_->setContentsMargins(20, 8, 0, 0);
    right->addWidget(title_);
    pane_ = new VerdictPane(session, theme, VerdictPane::Room::Page, this);
    right->addWidget(pane_, 1);
    auto* foot = new QHBoxLayout;
    foot->setContentsMargins(20, 0, 16, 0);
    command_ = new CommandStrip(theme, this);
    foot->addWidget(command_);
    right->addLayout(foot);
    row->addLayout(right, 1);
    connect(pane_, &VerdictPane::commandChanged, command_, &CommandStrip::setCommand);
    connect(&table_, &ObjectTable::stateChanged, this, &VerdictsPage::refresh);
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(&table_.model(), signal, this, &VerdictsPage::refresh);
    connect(&table_.model(), &QAbstractItemModel::modelReset, this, &VerdictsPage::refresh);
    connect(&session_, &ClusterSession::resourcesChanged, this, [this] {
        if (isVisible()) reopen();
    });
    refresh();
}

QWidget* VerdictsPage::buildList() {
    auto* list = new QWidget(this);
    list->setFixedWidth(listWidth);
    auto* column = new QVBoxLayout(list);
    column->setContentsMargins(20, 20, 0, 12);
    column->setSpacing(10);
    column->addWidget(makeLabel(tr("Verdicts"), "title", list));
    filter_ = new QLineEdit(list);
    filter_->setPlaceholderText(tr("Filter: text, !not, -l app=web"));
    filter_->addAction(theme_.icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    filter_->setAccessibleName(tr("Filter pods"));
    column->addWidget(filter_);
    view_ = new QTableView(list);
    view_->setModel(&table_.model());
    view_->setItemDelegate(new DecisionDelegate(theme_, table_.model(), view_));
    view_->setShowGrid(false);
    view_->setFrameShape(QFrame::NoFrame);
    view_->setSelectionBehavior(QAbstractItemView::SelectRows);
    view_->setSelectionMode(QAbstractItemView::SingleSelection);
    view_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    view_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view_->setMouseTracking(true);
    view_->setAccessibleName(tr("Pods the scheduler has looked at"));
    view_->verticalHeader()->hide();
    view_->verticalHeader()->setDefaultSectionSize(50);
    view_->horizontalHeader()->hide();
    view_->horizontalHeader()->setStretchLastSection(false);
    empty_ = new EmptyState(theme_, QStringLiteral("verdict"), list);
    stack_ = new QStackedWidget(list);
    stack_->addWidget(view_);
    stack_->addWidget(empty_);
    column->addWidget(stack_, 1);
    connect(filter_, &QLineEdit::textChanged, this, [this](const QString& text) {
        table_.model().setFilter(text);
        refresh();
    });
    connect(view_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& index) {
                if (index.isValid())
                    open(index.data(LiveTableModel::NamespaceRole).toString(),
                         index.data(LiveTableModel::NameRole).toString());
            });
    return list;
}

void VerdictsPage::open(const QString& nameSpace, const QString& pod) {
    title_->setText(pod);
    pane_->open(nameSpace, pod);
    refresh();
}

void VerdictsPage::setNamespace(const QString& nameSpace) {
    nameSpace_ = nameSpace;
    table_.close();
    if (isVisible()) reopen();
}

void VerdictsPage::reopen() {
    const auto* resource = session_.resourceOfKind(decisionKind);
    if (resource != nullptr && table_.state() == ObjectTable::State::Idle) table_.open(*resource, nameSpace_);
    refresh();
}

void VerdictsPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    reopen();
}

void VerdictsPage::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    table_.close();
}

void VerdictsPage::refresh() {
    const bool any = table_.model().rowCount() > 0;
    stack_->setCurrentIndex(any ? 0 : 1);
    const int columns = table_.model().columnCount();
    for (int column = 0; column < columns; ++column)
        view_->setColumnHidden(column, column > 0);
    if (columns > 0) view_->setColumnWidth(0, listWidth - 24);
    title_->setVisible(!title_->text().isEmpty());
    if (command_->command().isEmpty())
        command_->setCommand(kubectl::list(QStringLiteral("schedulingdecisions"), nameSpace_, true));
    if (any) return;
    if (session_.connection() != ClusterSession::Connection::Connected)
        empty_->setTexts(tr("Connecting…"), {});
    else if (session_.resourceOfKind(decisionKind) == nullptr)
        empty_->setTexts(tr("No reasons here"), tr("Only the scheduler of a Wheelhouse lab tells why."));
    else if (!filter_->text().isEmpty())
        empty_->setTexts(tr("Nothing matches"), {});
    else if (table_.state() == ObjectTable::State::Failed)
        empty_->setTexts(tr("Not to be had"), table_.error());
    else
        empty_->setTexts(
            tr("No verdicts yet"),
            tr("Deploy something: each pod the scheduler looks at appears here, with what every plug-in "
               "said of every node."));
}

} // namespace wheelhouse::ui
