#include "column_panel.h"

#include "engine/api/object_path.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QVBoxLayout>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

constexpr std::size_t mostOwn = 8; ///< of one table
const QString example = QStringLiteral(".metadata.labels.app");

void put(QStringList& list, const QString& name, bool in) {
    list.removeAll(name);
    if (in) list << name;
}

} // namespace

ColumnPanel::ColumnPanel(const Theme& theme, QWidget* parent) : PopupPanel(theme, 360, parent) {
    column_ = new QVBoxLayout(this);
    column_->setContentsMargins(20, 16, 20, 16);
    column_->setSpacing(8);
    column_->addWidget(makeLabel(tr("Columns"), "heading", this));
    column_->addSpacing(4);
    auto* note = makeLabel(tr("Of your own, by a JSONPath; or several as kubectl's custom-columns has them:"),
                           "muted", this);
    note->setWordWrap(true);
    column_->addWidget(note);
    name_ = new QLineEdit(this);
    name_->setPlaceholderText(tr("Name, as “App”"));
    name_->setAccessibleName(tr("Name of the column"));
    path_ = new QLineEdit(this);
    path_->setPlaceholderText(example);
    path_->setAccessibleName(tr("JSONPath of the column"));
    path_->setFont(theme.mono());
    column_->addWidget(name_);
    column_->addWidget(path_);
    problem_ = makeLabel({}, "bad", this);
    problem_->setWordWrap(true);
    problem_->hide();
    column_->addWidget(problem_);
    add_ = makeButton(tr("Add the column"), "", this);
    column_->addWidget(add_);
    connect(add_, &QPushButton::clicked, this, &ColumnPanel::add);
    connect(path_, &QLineEdit::returnPressed, this, &ColumnPanel::add);
    connect(name_, &QLineEdit::returnPressed, path_, qOverload<>(&QWidget::setFocus));
}

void ColumnPanel::prepare(const std::vector<LiveTableModel::Column>& columns, const ColumnChoice& choice,
                          bool wide, const QString& problem) {
    columns_ = columns;
    choice_ = choice;
    wide_ = wide;
    for (QWidget* each : std::initializer_list<QWidget*>{name_, path_, add_})
        each->setEnabled(problem.isEmpty());
    rebuild();
    say(problem);
}

bool ColumnPanel::isOwn(const QString& name) const {
    return std::any_of(choice_.own.begin(), choice_.own.end(),
                       [&name](const UserColumn& each) { return each.name == name; });
}

QWidget* ColumnPanel::lineOf(const LiveTableModel::Column& column) {
    auto* line = new QWidget(list_);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, 0, 0);
    auto* box = new QCheckBox(column.name, line);
    box->setToolTip(column.description);
    box->setChecked(!choice_.hidden.contains(column.name) &&
                    (!column.wide || wide_ || choice_.shown.contains(column.name)));
    box->setEnabled(column.name != u"Name"); // a row has to be called something
    row->addWidget(box, 1);
    connect(box, &QCheckBox::toggled, this, [this, name = column.name, wide = column.wide](bool on) {
        put(choice_.hidden, name, !on);
        put(choice_.shown, name, on && wide);
        Q_EMIT changed();
    });
    if (!isOwn(column.name)) return line;
    auto* remove = makeButton({}, "quiet", line);
    setThemedIcon(remove, theme_, QStringLiteral("trash"), Tone::Muted, 14);
    remove->setAccessibleName(tr("Remove %1").arg(column.name));
    row->addWidget(remove);
    connect(remove, &QPushButton::clicked, this, [this, name = column.name] {
        std::erase_if(choice_.own, [&name](const UserColumn& each) { return each.name == name; });
        std::erase_if(columns_, [&name](const auto& each) { return each.name == name; });
        put(choice_.hidden, name, false);
        // Not from within the button that goes.
        QMetaObject::invokeMethod(this, &ColumnPanel::rebuild, Qt::QueuedConnection);
        Q_EMIT changed();
    });
    return line;
}

void ColumnPanel::rebuild() {
    delete list_;
    list_ = new QWidget(this);
    auto* rows = new QVBoxLayout(list_);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(4);
    for (const LiveTableModel::Column& column : columns_)
        rows->addWidget(lineOf(column));
    column_->insertWidget(1, list_);
    adjustSize();
}

QCheckBox* ColumnPanel::box(const QString& column) const {
    for (auto* each : findChildren<QCheckBox*>())
        if (each->text() == column) return each;
    return nullptr;
}

QString ColumnPanel::problemOf(const std::vector<UserColumn>& columns) const {
    if (choice_.own.size() + columns.size() > mostOwn)
        return tr("A table has at most %1 columns of your own.").arg(mostOwn);
    QStringList taken;
    for (const LiveTableModel::Column& column : columns_)
        taken << column.name;
    for (const UserColumn& column : columns) {
        if (column.name.isEmpty()) return tr("It needs a name.");
        if (column.name.contains(u',') || column.name.contains(u':'))
            return tr("A name has neither comma nor colon.");
        if (taken.contains(column.name)) return tr("There is a column called %1 already.").arg(column.name);
        if (!api::ObjectPath::parse(column.path.toStdString()))
            return tr("“%1” is no JSONPath; one looks like .spec.containers[*].image").arg(column.path);
        taken << column.name;
    }
    return {};
}

void ColumnPanel::say(const QString& problem) {
    problem_->setText(problem);
    problem_->setVisible(!problem.isEmpty());
    adjustSize();
}

void ColumnPanel::add() {
    const QString name = name_->text().trimmed();
    const QString path = path_->text().trimmed();
    auto wanted = name.isEmpty() ? columnsOf(path) : std::vector<UserColumn>();
    if (wanted.empty()) wanted.push_back({name, path});
    const QString problem = problemOf(wanted);
    say(problem);
    if (!problem.isEmpty()) return;
    for (const UserColumn& column : wanted) {
        choice_.own.push_back(column);
        columns_.push_back({column.name, column.path});
    }
    name_->clear();
    path_->clear();
    rebuild();
    Q_EMIT changed();
}

} // namespace wheelhouse::ui
