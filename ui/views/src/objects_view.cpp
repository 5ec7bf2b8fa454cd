#include "ui/views/objects_view.h"

#include "column_panel.h"
#include "mark_bar.h"
#include "ui/models/kubectl.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QStackedWidget>
#include <QStyledItemDelegate>
#include <QTableView>
#include <algorithm>
#include <set>

namespace wheelhouse::ui {
namespace {

using namespace std::chrono_literals;

struct Section {
    const char* title;
    std::vector<const char*> kinds;
};
const std::vector<Section>& sections() {
    static const std::vector<Section> all = {
        {QT_TRANSLATE_NOOP("wheelhouse::ui::ObjectsView", "Workloads"), {"Deployment", "ReplicaSet", "Pod"}},
        {QT_TRANSLATE_NOOP("wheelhouse::ui::ObjectsView", "Network"), {"Service", "EndpointSlice"}},
        {QT_TRANSLATE_NOOP("wheelhouse::ui::ObjectsView", "Configuration"),
         {"ConfigMap", "Secret", "ServiceAccount"}},
        {QT_TRANSLATE_NOOP("wheelhouse::ui::ObjectsView", "Cluster"),
         {"Node", "Namespace", "Event", "Lease"}},
        {QT_TRANSLATE_NOOP("wheelhouse::ui::ObjectsView", "Lab"), {"Machine"}},
    };
    return all;
}

/// A row of the table: the first column in the monospaced face, the state with a dot in its tone.
class RowDelegate final : public QStyledItemDelegate {
  public:
    RowDelegate(const Theme& theme, LiveTableModel& model, const RowMarks& marks, QObject* parent)
        : QStyledItemDelegate(parent), theme_(theme), model_(model), marks_(marks) {}
    void paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Tokens& t = theme_.tokens();
        p->save();
        p->setRenderHint(QPainter::Antialiasing);
        if ((option.state & QStyle::State_Selected) != 0)
            p->fillRect(option.rect, Theme::mix(t.background, t.accent, t.dark ? 0.2 : 0.13));
        p->fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1),
                    Theme::mix(t.background, t.line, 0.7));
        const bool marked = !marks_.empty() && marks_.has(model_.key(index.row()));
        if (marked) p->fillRect(option.rect.adjusted(0, 0, 0, -1), theme_.tint(Tone::Warning));
        const auto column = static_cast<std::size_t>(index.column());
        const QString name = model_.columns()[column].name;
        const bool isName = name == u"Name";
        const bool isState = name == u"Status" || name == u"Phase" || name == u"State";
        const auto tone = static_cast<Tone>(index.data(LiveTableModel::ToneRole).toInt());
        QRect r = option.rect.adjusted(10, 0, -6, 0);
        if (marked && index.column() == 0) {
            p->drawPixmap(r.left() - 4, r.center().y() - 7,
                          theme_.pixmap(QStringLiteral("check"), 14, theme_.color(Tone::Warning),
                                        p->device()->devicePixelRatioF()));
            r.setLeft(r.left() + 14);
        }
        if (isState && tone != Tone::Plain) {
            p->setPen(Qt::NoPen);
            p->setBrush(theme_.color(tone));
            p->drawEllipse(QRectF(r.left(), r.center().y() - 3, 7, 7));
            r.setLeft(r.left() + 14);
        }
        const bool mono = isName || index.data(LiveTableModel::NumericRole).toBool() ||
                          name.contains(u"IP") || name == u"Ready" || name.contains(u"Image");
        p->setFont(mono ? theme_.mono(metrics::smallPx, isName ? QFont::Medium : QFont::Normal)
                        : theme_.body());
        p->setPen(isName || (isState && tone == Tone::Bad) ? (isState ? theme_.color(tone) : t.text)
                                                           : Theme::mix(t.text, t.muted, 0.4));
        p->drawText(r, Qt::AlignLeft | Qt::AlignVCenter,
                    p->fontMetrics().elidedText(index.data().toString(),
                                                isName ? Qt::ElideMiddle : Qt::ElideRight, r.width()));
        p->restore();
    }

  private:
    const Theme& theme_;
    LiveTableModel& model_;
    const RowMarks& marks_;
};

} // namespace

ObjectsView::ObjectsView(ClusterSession& session, const Theme& theme, QWidget* parent)
    : QWidget(parent), session_(session), theme_(theme),
      table_(session.cluster(), session.executor(), [&session] { return session.now(); }) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    kinds_ = new QListWidget(this);
    kinds_->setObjectName(QStringLiteral("kinds"));
    kinds_->setFixedWidth(184);
    kinds_->setFrameShape(QFrame::NoFrame);
    kinds_->setAccessibleName(tr("Kinds"));
    kinds_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* left = new QVBoxLayout;
    left->setContentsMargins(16, 20, 0, 12);
    auto* heading = makeLabel(tr("Objects"), "title", this);
    heading->setIndent(15);
    left->addWidget(heading);
    left->addWidget(kinds_, 1);
    row->addLayout(left);
    row->addWidget(buildTable(), 1);
    connect(kinds_, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) {
        if (item != nullptr && !item->data(Qt::UserRole).isNull())
            openKind(item->data(Qt::UserRole).toString());
    });
    connect(&session_, &ClusterSession::resourcesChanged, this, &ObjectsView::fillKinds);
    connect(&table_, &ObjectTable::stateChanged, this, &ObjectsView::refresh);
    connect(&table_.model(), &QAbstractItemModel::rowsInserted, this, &ObjectsView::refresh);
    connect(&table_.model(), &QAbstractItemModel::rowsRemoved, this, &ObjectsView::refresh);
    connect(&table_.model(), &QAbstractItemModel::modelReset, this, &ObjectsView::refresh);
    connect(&theme_, &Theme::changed, this, [this] {
        fitColumns();
        view_->viewport()->update();
    });
    fillKinds();
}

QWidget* ObjectsView::buildTable() {
    auto* page = new QWidget(this);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(16, 20, 20, 12);
    column->setSpacing(10);
    auto* bar = new QHBoxLayout;
    bar->setSpacing(8);
    title_ = makeLabel({}, "heading", page);
    count_ = makeLabel({}, "muted", page);
    filter_ = new QLineEdit(page);
    filter_->setPlaceholderText(tr("Filter: text, !not, -l app=web"));
    filter_->setFixedWidth(260);
    filter_->addAction(theme_.icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    filter_->setAccessibleName(tr("Filter rows"));
    wide_ = makeButton(tr("Wide"), "chip", page);
    wide_->setCheckable(true);
    wide_->setToolTip(tr("All of the server's columns"));
    bar->addWidget(title_);
    bar->addWidget(count_);
    bar->addStretch(1);
    bar->addWidget(filter_);
    bar->addWidget(wide_);
    auto* columns = makeButton(tr("Columns"), "chip", page);
    columns->setToolTip(tr("Which columns are seen, and columns of your own"));
    bar->addWidget(columns);
    columnPanel_ = new ColumnPanel(theme_, page);
    connect(columns, &QPushButton::clicked, this, [this, columns] { openColumns(*columns); });
    connect(columnPanel_, &ColumnPanel::changed, this, [this] {
        choices_[kind_] = columnPanel_->choice();
        applyColumns();
    });
    column->addLayout(bar);
    view_ = makeTable(table_.model(), tr("Objects"), page);
    view_->setItemDelegate(new RowDelegate(theme_, table_.model(), marks_, view_));
    view_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    view_->setSortingEnabled(true);
    view_->installEventFilter(this);
    view_->horizontalHeader()->setSortIndicator(0, Qt::AscendingOrder);
    empty_ = new EmptyState(theme_, QStringLiteral("objects"), page);
    emptyDeploy_ = empty_->addButton(tr("Deploy a manifest"), "primary");
    stack_ = new QStackedWidget(page);
    stack_->addWidget(view_);
    stack_->addWidget(empty_);
    column->addWidget(stack_, 1);
    markBar_ = new MarkBar(marks_, theme_, page);
    column->addWidget(markBar_);
    connectMarks();
    command_ = new CommandStrip(theme_, page);
    column->addWidget(command_);
    const auto activate = [this](const QModelIndex& index) {
        Q_EMIT objectActivated(table_.resource(), index.data(LiveTableModel::NamespaceRole).toString(),
                               index.data(LiveTableModel::NameRole).toString());
    };
    connect(view_, &QAbstractItemView::clicked, this, activate);
    connect(view_, &QAbstractItemView::activated, this, activate);
    connect(filter_, &QLineEdit::textChanged, this, [this](const QString& text) {
        table_.model().setFilter(text);
        refresh();
    });
    connect(wide_, &QPushButton::toggled, this, &ObjectsView::applyColumns);
    connect(emptyDeploy_, &QPushButton::clicked, this, &ObjectsView::deployRequested);
    return page;
}

void ObjectsView::connectMarks() {
    connect(&marks_, &RowMarks::changed, view_->viewport(), qOverload<>(&QWidget::update));
    connect(&marks_, &RowMarks::changed, this, &ObjectsView::showCommand);
    connect(markBar_, &MarkBar::asked, this, &ObjectsView::showCommand);
    connect(markBar_, &MarkBar::deleteWanted, this, [this] { Q_EMIT deleteMarked(table_.resource()); });
    connect(markBar_, &MarkBar::logsWanted, this, &ObjectsView::logsOfMarked);
    connect(markBar_, &MarkBar::cordonWanted, this, &ObjectsView::cordonMarked);
    // What is gone is not marked any more; what is filtered out is. Rows are told of before they are gone.
    const auto keep = [this] {
        if (table_.state() == ObjectTable::State::Ready) marks_.keep(table_.model().keys());
    };
    connect(&table_.model(), &QAbstractItemModel::rowsRemoved, this, keep, Qt::QueuedConnection);
    connect(&table_, &ObjectTable::stateChanged, this, keep);
}

void ObjectsView::setColumnChoices(const std::map<QString, ColumnChoice>& choices) {
    choices_ = choices;
    applyColumns();
}

QString ObjectsView::ownColumnsProblem() const {
    const auto& rows = *static_cast<const LiveTableModel*>(view_->model());
    if (rows.rowCount() == 0 || rows.row(0).object != nullptr) return {};
    return tr("A column of your own needs the schema of %1, which this program has not got.").arg(kind_);
}

void ObjectsView::openColumns(const QWidget& near) {
    columnPanel_->prepare(table_.model().columns(), choices_[kind_], wide(), ownColumnsProblem());
    columnPanel_->openBelow(near);
}

void ObjectsView::applyColumns() {
    table_.setUserColumns(choices_[kind_].own);
    fitted_.clear();
    fitColumns();
    showCommand();
}

void ObjectsView::toggleMarks() {
    RowMarks::Rows rows;
    QModelIndexList chosen = view_->selectionModel()->selectedRows();
    if (!chosen.contains(view_->currentIndex().siblingAtColumn(0))) chosen = {view_->currentIndex()};
    for (const QModelIndex& row : chosen)
        if (row.isValid())
            rows[table_.model().key(row.row())] = {row.data(LiveTableModel::NamespaceRole).toString(),
                                                   row.data(LiveTableModel::NameRole).toString()};
    marks_.toggle(rows);
}

void ObjectsView::fillKinds() {
    const QSignalBlocker quiet(kinds_);
    kinds_->clear();
    std::set<QString> listed;
    const auto head = [this](const QString& text) {
        auto* item = new QListWidgetItem(text.toUpper(), kinds_);
        item->setFlags(Qt::NoItemFlags);
        item->setFont(theme_.body(10, QFont::DemiBold));
        item->setSizeHint({100, kinds_->count() == 1 ? 24 : 34});
        item->setTextAlignment(Qt::AlignLeft | Qt::AlignBottom);
    };
    const auto add = [&](const client::ResourceInfo& resource) {
        const QString kind = QString::fromStdString(resource.kind);
        const bool can =
            std::find(resource.verbs.begin(), resource.verbs.end(), "list") != resource.verbs.end() ||
            resource.verbs.empty();
        if (!can || !listed.insert(kind).second) return;
        auto* item = new QListWidgetItem(kind, kinds_);
        item->setData(Qt::UserRole, kind);
        item->setSizeHint({100, 30});
        if (kind == kind_) kinds_->setCurrentItem(item);
    };
    for (const Section& section : sections()) {
        bool first = true;
        for (const char* kind : section.kinds) {
            const auto* resource = session_.resourceOfKind(QString::fromLatin1(kind));
            if (resource == nullptr) continue;
            if (std::exchange(first, false)) head(tr(section.title));
            add(*resource);
        }
    }
    bool first = true;
    for (const auto& resource : session_.resources()) {
        if (listed.contains(QString::fromStdString(resource.kind))) continue;
        if (std::exchange(first, false)) head(tr("Other"));
        add(resource);
    }
    if (isVisible() && table_.state() == ObjectTable::State::Idle) reopen();
    refresh();
}

void ObjectsView::openKind(const QString& kind) {
    if (kind == kind_ && table_.state() != ObjectTable::State::Idle) return;
    kind_ = kind;
    for (int i = 0; i < kinds_->count(); ++i) {
        if (kinds_->item(i)->data(Qt::UserRole).toString() != kind) continue;
        const QSignalBlocker quiet(kinds_);
        kinds_->setCurrentRow(i);
    }
    filter_->clear();
    marks_.clear();
    reopen();
}

void ObjectsView::setNamespace(const QString& nameSpace) {
    if (nameSpace == nameSpace_) return;
    nameSpace_ = nameSpace;
    marks_.clear();
    reopen();
}

void ObjectsView::reopen() {
    const auto* resource = session_.resourceOfKind(kind_);
    if (resource == nullptr || !isVisible()) return table_.close();
    fitted_.clear();
    table_.setUserColumns(choices_[kind_].own);
    table_.open(*resource, nameSpace_);
}

void ObjectsView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (table_.state() == ObjectTable::State::Idle) reopen();
    refresh();
}

void ObjectsView::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    table_.close();
    age_.stop();
}

/// Letters act on the row instead of searching for it: `/` does that.
bool ObjectsView::eventFilter(QObject* watched, QEvent* event) {
    const QModelIndex row = view_->currentIndex();
    if (event->type() != QEvent::KeyPress || !row.isValid()) return QWidget::eventFilter(watched, event);
    const auto& key = *static_cast<QKeyEvent*>(event);
    bool handled = false;
    Q_EMIT rowKey(key.key(), key.modifiers(), QString::fromStdString(table_.resource().kind),
                  row.data(LiveTableModel::NamespaceRole).toString(),
                  row.data(LiveTableModel::NameRole).toString(), &handled);
    return handled || QWidget::eventFilter(watched, event);
}

QStringList ObjectsView::chosenInNamespace(const QString& nameSpace) const {
    QStringList out = marks_.byNamespace()[nameSpace];
    if (!marks_.empty()) return out;
    for (const QModelIndex& row : view_->selectionModel()->selectedRows())
        if (row.data(LiveTableModel::NamespaceRole).toString() == nameSpace)
            out << row.data(LiveTableModel::NameRole).toString();
    out.sort();
    return out;
}

void ObjectsView::focusFilter() {
    filter_->setFocus();
    filter_->selectAll();
}

void ObjectsView::refresh() {
    title_->setText(kind_);
    const auto shown = static_cast<std::size_t>(table_.model().rowCount());
    const std::size_t total = table_.model().total();
    count_->setText(shown == total ? QString::number(total) : tr("%1 of %2").arg(shown).arg(total));
    markBar_->setKind(kind_);
    showCommand();
    emptyDeploy_->setVisible(false);
    if (shown > 0) {
        stack_->setCurrentIndex(0);
        fitColumns();
        ageLater();
        return;
    }
    stack_->setCurrentIndex(1);
    if (session_.connection() != ClusterSession::Connection::Connected && session_.resources().empty()) {
        empty_->setTexts(tr("Not connected yet"),
                         tr("What this cluster holds is listed here as soon as it answers."));
    } else if (table_.state() == ObjectTable::State::Loading || table_.state() == ObjectTable::State::Idle) {
        empty_->setTexts(tr("Loading…"), {});
    } else if (table_.state() == ObjectTable::State::Failed) {
        empty_->setTexts(tr("Could not list %1").arg(kind_),
                         tr("%1\nIt is tried again by itself.").arg(table_.error()));
    } else if (total > 0) {
        empty_->setTexts(
            tr("Nothing matches"),
            tr("No row holds “%1”. Clear the filter to see all %2.").arg(filter_->text()).arg(total));
    } else {
        empty_->setTexts(
            nameSpace_.isEmpty() ? tr("No %1 yet").arg(kind_) : tr("No %1 in %2").arg(kind_, nameSpace_),
            tr("Objects are made from manifests. Apply one here, or with kubectl, and it appears at once."));
        emptyDeploy_->setVisible(true);
    }
}

/// What the table is, or, when it is asked for, what would be done to the marked rows, as a command.
void ObjectsView::showCommand() {
    const auto* resource = session_.resourceOfKind(kind_);
    if (resource == nullptr || command_ == nullptr) return;
    if (markBar_->asks())
        return command_->setCommand(kubectl::removeMany(
            kubectl::resourceWord(resource->name, QString::fromStdString(resource->singular)),
            marks_.byNamespace()));
    const QString list =
        kubectl::list(kubectl::resourceWord(resource->name, QString::fromStdString(resource->name.resource)),
                      nameSpace_, resource->namespaced);
    const auto choice = choices_.find(kind_);
    if (choice != choices_.end() && !choice->second.own.empty())
        command_->setCommand(kubectl::withColumns(list, resource->namespaced, choice->second.own));
    else
        command_->setCommand(wide() ? list + QStringLiteral(" -o wide") : list);
}

/// Widths once for a set of columns, by what is in them; the user's own widths are kept afterwards.
void ObjectsView::fitColumns() {
    QStringList names;
    for (const auto& column : table_.model().columns())
        names.push_back(column.name);
    if (names.isEmpty()) return;
    const QStringList wanted = names + QStringList(QString::number(theme_.px(metrics::smallPx)));
    if (wanted == fitted_) return;
    fitted_ = wanted;
    const QFontMetrics mono(theme_.mono(metrics::smallPx));
    const ColumnChoice& choice = choices_[kind_];
    for (int c = 0; c < names.size(); ++c) {
        const bool extra = table_.model().columns()[static_cast<std::size_t>(c)].wide &&
                           !wide_->isChecked() && !choice.shown.contains(names[c]);
        view_->setColumnHidden(c, extra || choice.hidden.contains(names[c]));
        int width =
            QFontMetrics(theme_.body(metrics::captionPx, QFont::DemiBold)).horizontalAdvance(names[c]) + 34;
        for (int r = 0; r < std::min(table_.model().rowCount(), 200); ++r)
            width =
                std::max(width, mono.horizontalAdvance(table_.model().index(r, c).data().toString()) + 34);
        view_->setColumnWidth(c, std::min(width, 360));
    }
    // What is left over is shared out, so that the columns fill the page without running apart.
    QList<int> visible;
    int used = 0;
    for (int c = 0; c < names.size(); ++c) {
        if (view_->isColumnHidden(c)) continue;
        visible.push_back(c);
        // The last column is stretched already: what it needs counts, not what it has.
        used += c + 1 == names.size() ? view_->horizontalHeader()->sectionSizeHint(c) + 40
                                      : view_->columnWidth(c);
    }
    const int extra =
        visible.isEmpty()
            ? 0
            : std::clamp((stack_->width() - 16 - used) / static_cast<int>(visible.size()), 0, 110);
    for (const int c : visible)
        if (c + 1 < names.size()) view_->setColumnWidth(c, view_->columnWidth(c) + extra);
}

/// Ages move on while they can be seen: every second while something is young, else more rarely.
void ObjectsView::ageLater() {
    if (age_.active() || !isVisible()) return;
    Duration youngest = 24h;
    for (int r = 0; r < std::min(table_.model().rowCount(), 500); ++r)
        if (const auto& born = table_.model().row(r).born)
            youngest = std::min(youngest, session_.now() - *born);
    const Duration wait = youngest < 2min ? Duration(1s) : youngest < 10min ? Duration(10s) : Duration(60s);
    age_.start(session_.executor(), wait, [this] {
        table_.model().ageAll();
        ageLater();
    });
}

} // namespace wheelhouse::ui
