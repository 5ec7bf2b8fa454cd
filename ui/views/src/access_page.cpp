#include "ui/views/access_page.h"

#include "line_painter.h"
#include "ui/widgets/combo_box.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QRegularExpression>
#include <QStackedWidget>
#include <QStyledItemDelegate>
#include <QTableView>

namespace wheelhouse::ui {
namespace {

constexpr int verbWidth = 58;
constexpr qsizetype mostExplained = 4;

/// Ticks under the names of their columns; names in the monospaced face.
class AccessDelegate final : public QStyledItemDelegate {
  public:
    AccessDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), theme_(theme) {}
    void paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Tokens& t = theme_.tokens();
        if ((option.state & QStyle::State_Selected) != 0)
            p->fillRect(option.rect, Theme::mix(t.background, t.accent, t.dark ? 0.2 : 0.13));
        p->fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1),
                    Theme::mix(t.background, t.line, 0.7));
        const QString text = index.data().toString();
        if (text == u"✓") {
            p->setFont(theme_.body(metrics::bodyPx, QFont::DemiBold));
            p->setPen(theme_.color(Tone::Good));
            p->drawText(option.rect.adjusted(10, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, text);
            return;
        }
        const bool first = index.column() == 0;
        const bool muted = index.data(LiveTableModel::ToneRole).toInt() == static_cast<int>(Tone::Muted);
        LinePainter line(*p, theme_, option.rect.adjusted(10, 0, -6, 0), 8,
                         first ? Qt::ElideMiddle : Qt::ElideRight);
        line.text(line.room(), first ? theme_.mono() : theme_.body(metrics::smallPx),
                  first && !muted ? t.text : Theme::mix(t.text, t.muted, first ? 0.7 : 0.4), text);
    }

  private:
    const Theme& theme_;
};

} // namespace

AccessPage::AccessPage(ClusterSession& session, const Theme& theme, QWidget* parent)
    : QWidget(parent), session_(session), theme_(theme), model_(session.cluster(), session.executor()) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(20, 20, 20, 12);
    row->setSpacing(20);
    row->addWidget(buildSubjects());
    empty_ = new EmptyState(theme_, QStringLiteral("access"), this);
    stack_ = new QStackedWidget(this);
    stack_->addWidget(buildRights());
    stack_->addWidget(empty_);
    row->addWidget(stack_, 1);
    connect(&model_, &AccessModel::changed, this, &AccessPage::refresh);
    connect(&model_, &AccessModel::answered, this, &AccessPage::refreshAnswer);
    connect(&session_, &ClusterSession::resourcesChanged, this, &AccessPage::fillQuestion);
    connect(&session_, &ClusterSession::namespacesChanged, this, &AccessPage::fillQuestion);
    connect(&theme_, &Theme::changed, this, [this] {
        subjects_->viewport()->update();
        rights_->viewport()->update();
    });
    fillQuestion();
    refresh();
    refreshAnswer();
}

QTableView* AccessPage::makeAccessTable(LiveTableModel& model, const QString& name) {
    QTableView* view = makeTable(model, name, this);
    view->setItemDelegate(new AccessDelegate(theme_, view));
    view->horizontalHeader()->setMinimumSectionSize(24);
    return view;
}

QWidget* AccessPage::buildSubjects() {
    auto* box = new QWidget(this);
    box->setFixedWidth(360);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(10);
    auto* head = new QHBoxLayout;
    count_ = makeLabel({}, "muted", box);
    head->addWidget(makeLabel(tr("Access"), "title", box));
    head->addWidget(count_, 1);
    column->addLayout(head);
    auto* bar = new QHBoxLayout;
    bar->setSpacing(8);
    filter_ = new QLineEdit(box);
    filter_->setPlaceholderText(tr("Filter: text, !not"));
    filter_->setAccessibleName(tr("Filter accounts"));
    filter_->addAction(theme_.icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    system_ = makeButton(tr("System"), "chip", box);
    system_->setCheckable(true);
    system_->setToolTip(tr("Show the cluster's own accounts too"));
    bar->addWidget(filter_, 1);
    bar->addWidget(system_);
    column->addLayout(bar);
    subjects_ = makeAccessTable(model_.subjects(), tr("Accounts"));
    subjects_->horizontalHeader()->setStretchLastSection(false); // the first column has the room
    subjects_->horizontalHeader()->setSectionResizeMode(AccessModel::Who, QHeaderView::Stretch);
    subjects_->setColumnWidth(AccessModel::Kind, 122);
    subjects_->setColumnWidth(AccessModel::Bindings, 70);
    column->addWidget(subjects_, 1);
    connect(filter_, &QLineEdit::textChanged, &model_.subjects(), &LiveTableModel::setFilter);
    connect(system_, &QPushButton::toggled, &model_, &AccessModel::setSystemShown);
    connect(subjects_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& index) { chooseRow(index.row()); });
    return box;
}

QWidget* AccessPage::buildQuestion() {
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    verb_ = new ComboBox(theme_, tr("Verb"), 96, box);
    for (const QString& verb : AccessModel::verbs())
        verb_->addItem(verb);
    resource_ = new ComboBox(theme_, tr("Resource"), 190, box);
    nameSpace_ = new ComboBox(theme_, tr("Namespace"), 140, box);
    name_ = new QLineEdit(box);
    name_->setPlaceholderText(tr("any name"));
    name_->setAccessibleName(tr("Name of the object"));
    name_->setMaximumWidth(140);
    ask_ = makeButton(tr("Ask"), "primary", box);
    ask_->setToolTip(tr("Ask the server whether it may do that"));
    who_ = makeButton(tr("Who can?"), "chip", box);
    who_->setCheckable(true);
    who_->setToolTip(tr("List only those who may do that, by roles and bindings"));
    for (QWidget* widget :
         std::initializer_list<QWidget*>{makeLabel(tr("May it"), "muted", box), verb_, resource_,
                                         makeLabel(tr("in"), "muted", box), nameSpace_, name_, ask_, who_})
        row->addWidget(widget, widget == resource_ ? 1 : 0);
    connect(ask_, &QPushButton::clicked, this, [this] { model_.ask(question()); });
    connect(who_, &QPushButton::toggled, this, &AccessPage::questionChanged);
    for (QComboBox* field : {verb_, resource_, nameSpace_})
        connect(field, &QComboBox::editTextChanged, this, &AccessPage::questionChanged);
    connect(name_, &QLineEdit::textChanged, this, &AccessPage::questionChanged);
    connect(name_, &QLineEdit::returnPressed, ask_, &QPushButton::click);
    return box;
}

QWidget* AccessPage::buildRights() {
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(10);
    auto* head = new QHBoxLayout;
    head->setSpacing(10);
    title_ = makeLabel({}, "monoTitle", box);
    kind_ = makeLabel({}, "muted", box);
    answer_ = new StateChip(theme_, box);
    rightFilter_ = new QLineEdit(box);
    rightFilter_->setPlaceholderText(tr("Filter rights"));
    rightFilter_->setAccessibleName(tr("Filter rights"));
    rightFilter_->setFixedWidth(180);
    rightFilter_->addAction(theme_.icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    head->addWidget(title_);
    head->addWidget(kind_, 1);
    head->addWidget(answer_);
    head->addWidget(rightFilter_);
    column->addLayout(head);
    column->addWidget(buildQuestion());
    rights_ = makeAccessTable(model_.rights(), tr("Rights"));
    column->addWidget(rights_, 1);
    why_ = makeLabel({}, "muted", box);
    why_->setWordWrap(true);
    why_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(why_);
    command_ = new CommandStrip(theme_, box);
    column->addWidget(command_);
    connect(rightFilter_, &QLineEdit::textChanged, &model_.rights(), &LiveTableModel::setFilter);
    connect(rights_, &QAbstractItemView::clicked, this, &AccessPage::rightPicked);
    connect(rights_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &AccessPage::refresh);
    connect(rights_, &QAbstractItemView::activated, this, [this](const QModelIndex& index) {
        const auto grants = model_.grantsAt(index.row());
        if (!grants.empty())
            Q_EMIT objectActivated(grants.front().kind, grants.front().nameSpace, grants.front().name);
    });
    return box;
}

/// What there is to choose from; what is chosen stays.
void AccessPage::fillQuestion() {
    const auto refill = [](QComboBox* box, QStringList texts, const QString& first) {
        const QString was = box->currentText();
        const QSignalBlocker quiet(box);
        box->clear();
        box->addItems(texts);
        box->setEditText(was.isEmpty() ? first : was);
    };
    QStringList resources;
    for (const client::ResourceInfo& info : session_.resources()) {
        const QString name = QString::fromStdString(info.name.resource);
        const QString group =
            info.name.group.empty() ? QString() : u'.' + QString::fromStdString(info.name.group);
        resources << name + group;
        for (const std::string& sub : info.subresources)
            resources << name + u'/' + QString::fromStdString(sub) + group;
    }
    resources.removeDuplicates();
    resources.sort();
    refill(resource_, resources, QStringLiteral("pods"));
    refill(nameSpace_, QStringList{tr("everywhere")} + session_.namespaces(), tr("everywhere"));
}

AccessQuestion AccessPage::questionOf(const QString& verb, const QString& resource, const QString& nameSpace,
                                      const QString& name) {
    static const QRegularExpression form(QStringLiteral(R"(^([^./]+)(/[^.]+)?(?:\.(.+))?$)"));
    const auto match = form.match(resource);
    return {verb, match.captured(3), match.captured(1) + match.captured(2), nameSpace, name};
}

AccessQuestion AccessPage::question() const {
    const QString nameSpace = nameSpace_->currentText().trimmed();
    return questionOf(verb_->currentText().trimmed(), resource_->currentText().trimmed(),
                      nameSpace == tr("everywhere") ? QString() : nameSpace, name_->text().trimmed());
}

void AccessPage::questionChanged() {
    model_.forgetAnswer();
    model_.setOnly(who_->isChecked() ? std::optional(question()) : std::nullopt);
}

void AccessPage::chooseRow(int row) {
    if (model_.refreshing()) return;
    if (const auto subject = model_.subjectAt(row)) model_.choose(*subject);
}

/// A right that is pressed becomes the question.
void AccessPage::rightPicked(const QModelIndex& index) {
    const auto column = [&](int at) { return index.sibling(index.row(), at).data().toString(); };
    const QString resource = column(AccessModel::Resource).section(u' ', 0, 0);
    if (resource.startsWith(u'/') || resource == tr("everything")) return;
    if (const int verb = index.column() - AccessModel::FirstVerb;
        verb >= 0 && verb < AccessModel::verbs().size())
        verb_->setEditText(AccessModel::verbs()[verb]);
    resource_->setEditText(resource);
    nameSpace_->setEditText(column(AccessModel::Where));
}

void AccessPage::fitColumns() {
    rights_->setColumnWidth(AccessModel::Resource, 260);
    rights_->setColumnWidth(AccessModel::Where, 120);
    for (int i = 0; i < AccessModel::verbs().size(); ++i)
        rights_->setColumnWidth(AccessModel::FirstVerb + i, verbWidth);
    rights_->setColumnWidth(AccessModel::FirstVerb + static_cast<int>(AccessModel::verbs().size()), 120);
}

void AccessPage::refresh() {
    const bool any = model_.subjects().total() > 0 || model_.chosen();
    count_->setText(any ? QString::number(model_.subjects().rowCount()) : QString());
    stack_->setCurrentIndex(model_.chosen() ? 0 : 1);
    if (!model_.chosen()) {
        if (!model_.trouble().isEmpty())
            empty_->setTexts(tr("Roles cannot be read"), model_.trouble());
        else if (!model_.loaded())
            empty_->setTexts(tr("Reading roles and bindings…"), {});
        else
            empty_->setTexts(tr("Choose an account"),
                             tr("What it may do, and which binding says so, is shown here. The cluster's own "
                                "accounts are shown by “System”."));
        return;
    }
    // Who has been chosen stays so, listed or not.
    if (const int row = model_.chosenRow(); row != subjects_->currentIndex().row()) {
        const QSignalBlocker quiet(subjects_->selectionModel());
        subjects_->selectionModel()->setCurrentIndex(
            model_.subjects().index(row, 0), QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
        subjects_->viewport()->update();
    }
    const AccessSubject& subject = *model_.chosen();
    title_->setText(subject.text());
    kind_->setText(subject.kind == AccessSubject::Kind::Group            ? tr("group")
                   : subject.kind == AccessSubject::Kind::ServiceAccount ? tr("service account")
                                                                         : tr("user"));
    const QModelIndex row = rights_->currentIndex();
    QStringList lines =
        row.isValid() ? row.data(LiveTableModel::ExtraRole).toString().split(u'\n')
                      : QStringList{tr("Select a right to see which binding gives it; Return opens it.")};
    if (lines.size() > mostExplained) {
        const qsizetype more = lines.size() - mostExplained + 1;
        lines.resize(mostExplained - 1);
        lines << tr("and %1 more").arg(more);
    }
    why_->setText(lines.join(u'\n'));
    command_->setCommand(AccessModel::command(
        subject, model_.asking() || model_.answer() ? std::optional(question()) : std::nullopt));
}

void AccessPage::refreshAnswer() {
    const auto& answer = model_.answer();
    ask_->setEnabled(!model_.asking());
    if (!answer) {
        answer_->setState(model_.asking() ? tr("asking…") : QString(), Tone::Muted);
        answer_->setToolTip({});
        return refresh();
    }
    answer_->setState(answer->failed    ? tr("no answer")
                      : answer->allowed ? tr("allowed")
                                        : tr("not allowed"),
                      answer->failed    ? Tone::Warning
                      : answer->allowed ? Tone::Good
                                        : Tone::Bad);
    answer_->setToolTip(answer->why);
    refresh();
    if (!answer->why.isEmpty()) why_->setText(answer->why);
}

void AccessPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    fitColumns();
    model_.start();
    refresh();
}

void AccessPage::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    model_.stop();
}

} // namespace wheelhouse::ui
