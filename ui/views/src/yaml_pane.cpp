#include "ui/views/yaml_pane.h"

#include "diff_html.h"
#include "ui/models/kubectl.h"
#include "ui/models/words.h"

#include <QDragEnterEvent>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QJsonDocument>
#include <QJsonObject>
#include <QKeyEvent>
#include <QMimeData>
#include <QPointer>
#include <QRegularExpression>
#include <QScrollArea>

namespace wheelhouse::ui {
namespace {

constexpr qint64 mostBytes = 3 * 1024 * 1024;
constexpr std::size_t mostProblems = 3;    ///< that are told at once
constexpr std::size_t mostDifference = 80; ///< lines

/// "… line 7, column 3 …" → 7.
int lineIn(const QString& message) {
    static const QRegularExpression expression(QStringLiteral(R"(\bline (\d+))"));
    const auto match = expression.match(message);
    return match.hasMatch() ? match.captured(1).toInt() : 0;
}

/// The line of the last key of a field path such as `spec.replicas` or `spec.containers[0].image`.
int lineOfField(const QString& text, const QString& field) {
    const QString key = field.section(u'.', -1).section(u'[', 0, 0);
    if (key.isEmpty()) return 0;
    const QStringList lines = text.split(u'\n');
    const QRegularExpression expression(
        QStringLiteral("^[\\s-]*%1\\s*:").arg(QRegularExpression::escape(key)));
    for (qsizetype i = 0; i < lines.size(); ++i)
        if (expression.match(lines[i]).hasMatch()) return static_cast<int>(i) + 1;
    return 0;
}

/// The beginning of a long comparison.
std::vector<DiffLine> shortened(std::vector<DiffLine> lines) {
    if (lines.size() <= mostDifference) return lines;
    lines.resize(mostDifference);
    lines.push_back({DiffLine::Skipped, {}});
    return lines;
}

/// `unknown field "spec.replicaz"` → spec.replicaz
QString unknownField(const QString& message) {
    static const QRegularExpression expression(QStringLiteral(R"re(unknown field "([^"]+)")re"));
    return expression.match(message).captured(1);
}

} // namespace

YamlPane::YamlPane(ClusterActions& actions, const KeyTable& keys, const Theme& theme, QWidget* parent)
    : QWidget(parent), actions_(actions), keys_(keys), theme_(theme) {
    setAcceptDrops(true);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(16, 8, 16, 12);
    row->setSpacing(16);
    edit_ = new CodeEdit(theme, this);
    edit_->setAccessibleName(tr("Manifest"));
    edit_->setPlaceholderText(tr("Paste a manifest here, drop a file, or begin with an example.\nSeveral "
                                 "documents are separated by ---"));
    row->addWidget(edit_, 1);
    side_ = new QWidget(this);
    side_->setFixedWidth(400);
    auto* column = new QVBoxLayout(side_);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    auto* open = makeButton(tr("Open…"), "", side_);
    setThemedIcon(open, theme, QStringLiteral("folder"), Tone::Plain);
    example_ = makeButton(tr("Example"), "", side_);
    setThemedIcon(example_, theme, QStringLiteral("document"), Tone::Plain);
    dryRun_ = makeButton(tr("Dry run"), "", side_);
    apply_ = makeButton(tr("Apply"), "primary", side_);
    undo_ = makeButton(tr("Undo"), "", side_);
    undo_->setToolTip(tr("Put back what the last apply changed"));
    undo_->hide();
    connect(undo_, &QPushButton::clicked, this, &YamlPane::undo);
    for (auto* button : {open, example_, undo_})
        buttons->addWidget(button);
    buttons->addStretch(1);
    buttons->addWidget(dryRun_);
    buttons->addWidget(apply_);
    column->addLayout(buttons);
    problems_ = makeLabel({}, "bad", side_);
    problems_->setWordWrap(true);
    problems_->hide();
    column->addWidget(problems_);
    auto* scroll = new QScrollArea(side_);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setStyleSheet(
        QStringLiteral("QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }"));
    auto* list = new QWidget(scroll);
    results_ = new QVBoxLayout(list);
    results_->setContentsMargins(0, 4, 0, 4);
    results_->setSpacing(8);
    hint_ = makeLabel({}, "muted", list);
    hint_->setWordWrap(true);
    results_->addWidget(hint_);
    results_->addStretch(1);
    scroll->setWidget(list);
    column->addWidget(scroll, 1);
    command_ = new CommandStrip(theme, side_);
    column->addWidget(command_);
    row->addWidget(side_);
    connect(open, &QPushButton::clicked, this, &YamlPane::chooseFile);
    connect(example_, &QPushButton::clicked, this, [this] {
        QFile file(QStringLiteral(":/wheelhouse/examples/nginx-deployment.yaml"));
        if (file.open(QIODevice::ReadOnly)) setText(QString::fromUtf8(file.readAll()), {});
    });
    connect(dryRun_, &QPushButton::clicked, this, [this] { apply(true); });
    connect(apply_, &QPushButton::clicked, this, [this] { apply(false); });
    connect(edit_, &QPlainTextEdit::textChanged, this, &YamlPane::refresh);
    edit_->installEventFilter(this);
    connect(&keys_, &KeyTable::changed, this, &YamlPane::showHints);
    showHints();
    refresh();
}

void YamlPane::showHints() {
    apply_->setToolTip(keys_.hint(tr("Apply"), Deed::EditorApply));
    dryRun_->setToolTip(
        keys_.hint(tr("Ask the server what would happen; nothing is changed"), Deed::EditorDryRun));
}

/// With the focus here a key is the editor's before it is the window's.
bool YamlPane::takeKey(QEvent& event) {
    const bool pressed = event.type() == QEvent::KeyPress;
    if (!pressed && event.type() != QEvent::ShortcutOverride) return false;
    const auto& key = static_cast<QKeyEvent&>(event);
    const auto deed = keys_.deedOf(KeyPlace::Editor, key.key(), key.modifiers());
    if (deed != Deed::EditorApply && deed != Deed::EditorDryRun) return false;
    event.accept();
    if (pressed) apply(*deed == Deed::EditorDryRun);
    return true;
}

bool YamlPane::event(QEvent* event) {
    return takeKey(*event) || QWidget::event(event);
}

bool YamlPane::eventFilter(QObject* watched, QEvent* event) {
    return takeKey(*event) || QWidget::eventFilter(watched, event);
}

void YamlPane::assist(YamlAssistant& assistant) {
    assist_ = new CodeAssist(*edit_, assistant, keys_, theme_);
    connect(assist_, &CodeAssist::problemsChanged, this, &YamlPane::showProblems);
}

void YamlPane::showProblems() {
    QStringList lines;
    for (const EditProblem& problem : assist_->problems())
        if (lines.size() < static_cast<qsizetype>(mostProblems))
            lines << tr("Line %1: %2").arg(problem.line + 1).arg(problem.text);
    if (assist_->problems().size() > mostProblems)
        lines << tr("and %1 more").arg(assist_->problems().size() - mostProblems);
    problems_->setText(lines.join(u'\n'));
    problems_->setVisible(!lines.isEmpty());
}

void YamlPane::setText(const QString& text, const QString& file) {
    file_ = file;
    edit_->setPlainText(text);
    done_.clear();
    clearOutcomes();
    refresh();
    edit_->setFocus();
}

void YamlPane::setNamespace(const QString& nameSpace) {
    nameSpace_ = nameSpace;
    refresh();
}

void YamlPane::refresh() {
    const bool empty = edit_->toPlainText().trimmed().isEmpty();
    apply_->setEnabled(!empty && !busy_);
    dryRun_->setEnabled(!empty && !busy_);
    undo_->setVisible(!done_.empty());
    example_->setVisible(done_.empty());
    undo_->setEnabled(!busy_);
    apply_->setText(busy_ ? tr("Applying…") : tr("Apply"));
    if (outcomes_.isEmpty())
        hint_->setText(
            tr("Documents that name no namespace go to <b>%1</b>. What becomes of each is shown here.")
                .arg(nameSpace_.toHtmlEscaped()));
    command_->setCommand(kubectl::apply(file_, edit_->toPlainText(), {}));
    command_->setVisible(!empty);
}

void YamlPane::apply(bool dryRun) {
    if (busy_ || edit_->toPlainText().trimmed().isEmpty()) return;
    send(edit_->toPlainText(), file_, dryRun);
}

void YamlPane::send(const QString& text, const QString& file, bool dryRun) {
    busy_ = true;
    clearOutcomes();
    edit_->markLine(0);
    refresh();
    actions_.apply(text, file, nameSpace_, dryRun, [self = QPointer(this), dryRun](auto result) {
        if (!self) return;
        self->busy_ = false;
        if (result && !dryRun) self->remember(*result);
        self->show(result, dryRun);
        self->refresh();
        Q_EMIT self->applied();
    });
}

void YamlPane::remember(const std::vector<client::ManifestOutcome>& outcomes) {
    using Action = client::ManifestOutcome::Action;
    done_.clear();
    for (const auto& outcome : outcomes)
        if (outcome.action == Action::Created || outcome.action == Action::Configured)
            done_.push_back(outcome);
}

void YamlPane::undo() {
    if (busy_) return;
    QStringList before;
    // The other way round: what came last may lean on what came first.
    for (auto each = done_.rbegin(); each != done_.rend(); ++each) {
        if (!each->before.empty()) {
            before << readableYaml(each->before);
            continue;
        }
        const QJsonObject made = QJsonDocument::fromJson(QByteArray::fromStdString(each->after)).object();
        const QJsonObject metadata = made[QStringLiteral("metadata")].toObject();
        Q_EMIT removalRequested(made[QStringLiteral("kind")].toString(),
                                metadata[QStringLiteral("namespace")].toString(),
                                metadata[QStringLiteral("name")].toString());
    }
    done_.clear();
    clearOutcomes();
    if (!before.isEmpty()) send(before.join(QStringLiteral("\n---\n")), {}, false);
    refresh();
}

void YamlPane::show(const Result<std::vector<client::ManifestOutcome>>& result, bool dryRun) {
    clearOutcomes();
    const QString text = edit_->toPlainText();
    if (!result) {
        const QString message = errorLine(result.error());
        addOutcome(QStringLiteral("close"), Tone::Bad, tr("Nothing was applied"),
                   message + u'\n' + errorDetail(result.error()));
        edit_->markLine(lineIn(message));
        return;
    }
    using Action = client::ManifestOutcome::Action;
    int wrong = 0;
    for (const auto& outcome : *result) {
        const QString what = QString::fromStdString(outcome.what);
        QStringList notes;
        for (const std::string& warning : outcome.warnings)
            notes.push_back(QString::fromStdString(warning));
        switch (outcome.action) {
        case Action::Created:
            addOutcome(QStringLiteral("check"), Tone::Good,
                       dryRun ? tr("%1 would be created").arg(what) : tr("%1 created").arg(what),
                       notes.join(u'\n'));
            break;
        case Action::Configured:
            addOutcome(
                QStringLiteral("check"), Tone::Good,
                dryRun ? tr("%1 would change").arg(what) : tr("%1 changed").arg(what), notes.join(u'\n'),
                diffHtml(theme_.tokens(),
                         shortened(diffOf(readableYaml(outcome.before), readableYaml(outcome.after)))));
            break;
        case Action::Unchanged:
            addOutcome(QStringLiteral("minus"), Tone::Muted, tr("%1 unchanged").arg(what), notes.join(u'\n'));
            break;
        case Action::Failed: {
            const QString message = errorLine(outcome.error);
            const QString detail = errorDetail(outcome.error);
            addOutcome(QStringLiteral("close"), Tone::Bad,
                       tr("%1 was refused").arg(what.isEmpty() ? tr("A document") : what),
                       message.contains(detail) ? message : message + u'\n' + detail);
            if (wrong == 0) wrong = lineIn(message);
            if (wrong == 0 && !outcome.error.causes.empty())
                wrong = lineOfField(text, QString::fromStdString(outcome.error.causes.front().field));
            if (wrong == 0) wrong = lineOfField(text, unknownField(message));
        }
        }
    }
    edit_->markLine(wrong);
}

void YamlPane::addOutcome(const QString& icon, Tone tone, const QString& title, const QString& detail,
                          const QString& difference) {
    outcomes_.push_back(detail.isEmpty() ? title : title + QStringLiteral(": ") + detail);
    hint_->hide();
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(tone == Tone::Bad ? 12 : 2, tone == Tone::Bad ? 10 : 2, 12,
                            tone == Tone::Bad ? 10 : 2);
    row->setSpacing(10);
    if (tone == Tone::Bad) {
        box->setObjectName(QStringLiteral("problems"));
        box->setAttribute(Qt::WA_StyledBackground);
    }
    auto* mark = new QLabel(box);
    mark->setPixmap(theme_.pixmap(icon, 16, theme_.color(tone), devicePixelRatioF()));
    mark->setAlignment(Qt::AlignTop);
    row->addWidget(mark, 0, Qt::AlignTop);
    auto* words = new QVBoxLayout;
    words->setSpacing(4);
    auto* heading = makeLabel(title, "heading", box);
    heading->setWordWrap(true);
    words->addWidget(heading);
    if (!detail.trimmed().isEmpty()) {
        auto* more = makeLabel(detail.trimmed(), "muted", box);
        more->setWordWrap(true);
        more->setTextInteractionFlags(Qt::TextSelectableByMouse);
        words->addWidget(more);
    }
    if (!difference.isEmpty()) {
        auto* view = makeLabel(difference, "mono", box);
        view->setTextFormat(Qt::RichText);
        view->setTextInteractionFlags(Qt::TextSelectableByMouse);
        words->addWidget(view);
    }
    row->addLayout(words, 1);
    results_->insertWidget(results_->count() - 1, box);
}

void YamlPane::clearOutcomes() {
    outcomes_.clear();
    while (results_->count() > 2) {
        QLayoutItem* item = results_->takeAt(1);
        delete item->widget();
        delete item;
    }
    hint_->show();
}

void YamlPane::chooseFile() {
    auto* dialog = new QFileDialog(this, tr("Open a manifest"), {},
                                   tr("Manifests (*.yaml *.yml *.json);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &YamlPane::openFile);
    dialog->open();
}

void YamlPane::openFile(const QString& path) {
    QFile file(path);
    clearOutcomes();
    if (!file.open(QIODevice::ReadOnly))
        return addOutcome(QStringLiteral("close"), Tone::Bad, tr("Could not open %1").arg(path),
                          file.errorString());
    if (file.size() > mostBytes)
        return addOutcome(QStringLiteral("close"), Tone::Bad, tr("%1 is too large").arg(path),
                          tr("Manifests of more than 3 MiB are refused by the server."));
    setText(QString::fromUtf8(file.readAll()), path);
}

void YamlPane::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls() || event->mimeData()->hasText()) event->acceptProposedAction();
}

void YamlPane::dropEvent(QDropEvent* event) {
    const auto urls = event->mimeData()->urls();
    if (!urls.isEmpty() && urls.front().isLocalFile())
        openFile(urls.front().toLocalFile());
    else if (event->mimeData()->hasText())
        setText(event->mimeData()->text(), {});
    event->acceptProposedAction();
}

} // namespace wheelhouse::ui
