#include "ui/views/logs_view.h"

#include <QFile>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QStackedWidget>
#include <QTextBlock>

namespace wheelhouse::ui {
namespace {

constexpr int mostHits = 500;

} // namespace

LogsView::LogsView(client::Cluster& cluster, Executor& executor, const Theme& theme, QWidget* parent,
                   Bar kind)
    : QWidget(parent), theme_(theme), kind_(kind), logs_(cluster, executor) {
    stack_ = new QStackedWidget(this);
    empty_ = new EmptyState(theme, QStringLiteral("terminal"), this);
    empty_->setTexts(tr("No log chosen"),
                     tr("Select a pod on the map or in a table to read what its containers write; of a "
                        "deployment, press l to read all its pods together."));
    auto* page = new QWidget(this);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(16, 8, 16, 12);
    column->setSpacing(8);
    edit_ = new QPlainTextEdit(page);
    edit_->setReadOnly(true);
    edit_->setMaximumBlockCount(static_cast<int>(PodLogs::mostLines));
    edit_->setLineWrapMode(QPlainTextEdit::NoWrap);
    edit_->setUndoRedoEnabled(false);
    edit_->setAccessibleName(tr("Log"));
    buildBar();
    const QWidget* wide = kind == Bar::Full ? static_cast<QWidget*>(title_) : search_;
    auto* bar = new QHBoxLayout;
    bar->setSpacing(6);
    for (QWidget* widget :
         std::initializer_list<QWidget*>{title_, status_, containerButton_, since_, previous_, times_, wrap_,
                                         follow_, search_, only_, count_, save_})
        bar->addWidget(widget, widget == wide ? 1 : 0);
    column->addLayout(bar);
    column->addWidget(edit_, 1);
    stack_->addWidget(empty_);
    stack_->addWidget(page);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(stack_);
    connect(&logs_, &PodLogs::appended, this, &LogsView::append);
    connect(&logs_, &PodLogs::rebuilt, this, &LogsView::rebuild);
    connect(&logs_, &PodLogs::statusChanged, this, &LogsView::refreshStatus);
    const auto font = [this] { edit_->document()->setDefaultFont(theme_.mono(metrics::smallPx)); };
    font();
    connect(&theme_, &Theme::changed, this, [this, font] {
        font();
        rebuild();
        refreshStatus();
    });
}

LogsView::~LogsView() = default;

QPushButton* LogsView::toggle(const QString& text, const QString& icon, bool on) {
    auto* button = makeButton(kind_ == Bar::Full ? text : QString(), "quiet", this);
    button->setAccessibleName(text);
    button->setToolTip(text);
    button->setCheckable(true);
    button->setChecked(on);
    setThemedIcon(button, theme_, icon, Tone::Muted);
    return button;
}

void LogsView::buildBar() {
    title_ = new ElidedLabel(Qt::ElideMiddle, this);
    title_->setMinimumWidth(60);
    title_->setVisible(kind_ == Bar::Full);
    status_ = makeLabel({}, "muted", this);
    containerButton_ = makeButton({}, "quiet", this);
    containerButton_->setMenu(new QMenu(containerButton_));
    containerButton_->setToolTip(tr("Container"));
    buildSince();
    buildToggles();
    search_ = new QLineEdit(this);
    search_->setPlaceholderText(tr("Search the log"));
    search_->setMinimumWidth(110);
    search_->setMaximumWidth(kind_ == Bar::Full ? 170 : 400);
    search_->addAction(theme_.icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    count_ = makeLabel({}, "muted", this);
    if (kind_ == Bar::Full) count_->setMinimumWidth(48);
    save_ = makeButton({}, "quiet", this);
    save_->setAccessibleName(tr("Save the log"));
    save_->setToolTip(tr("Save what is shown to a file"));
    setThemedIcon(save_, theme_, QStringLiteral("download"), Tone::Muted);
    // A narrow place has room for what is pressed often.
    for (QPushButton* button : {since_, times_, save_})
        button->setVisible(kind_ == Bar::Full);
    connect(save_, &QPushButton::clicked, this, &LogsView::save);
    connect(search_, &QLineEdit::textChanged, this, [this] {
        if (only_->isChecked()) rebuild();
        markHits();
        find(true);
    });
    connect(search_, &QLineEdit::returnPressed, this, [this] { find(true); });
}

void LogsView::buildToggles() {
    previous_ = toggle(tr("Previous"), QStringLiteral("refresh"), false);
    previous_->setToolTip(tr("The run before the last restart"));
    times_ = toggle(tr("Times"), QStringLiteral("clock"), false);
    times_->setToolTip(tr("When each line was written"));
    wrap_ = toggle(tr("Wrap"), QStringLiteral("wrap"), false);
    follow_ = toggle(tr("Follow"), QStringLiteral("follow"), true);
    only_ = toggle(tr("Only matches"), QStringLiteral("filter"), false);
    only_->setToolTip(tr("Show only the lines that hold what is searched for"));
    connect(previous_, &QPushButton::toggled, this, &LogsView::restart);
    connect(times_, &QPushButton::toggled, this, &LogsView::rebuild);
    connect(only_, &QPushButton::toggled, this, &LogsView::rebuild);
    connect(follow_, &QPushButton::toggled, this, [this](bool on) {
        if (on) edit_->verticalScrollBar()->setValue(edit_->verticalScrollBar()->maximum());
    });
    connect(wrap_, &QPushButton::toggled, this, [this](bool on) {
        edit_->setLineWrapMode(on ? QPlainTextEdit::WidgetWidth : QPlainTextEdit::NoWrap);
    });
}

void LogsView::buildSince() {
    since_ = makeButton(tr("Newest"), "quiet", this);
    since_->setToolTip(tr("How far back the log is read"));
    since_->setAccessibleName(tr("How far back the log is read"));
    auto* menu = new QMenu(since_);
    const std::pair<QString, int> choices[] = {{tr("Newest"), 0},           {tr("Last minute"), 60},
                                               {tr("Last 5 minutes"), 300}, {tr("Last 15 minutes"), 900},
                                               {tr("Last hour"), 3600},     {tr("Last day"), 86400}};
    for (const auto& [text, seconds] : choices)
        menu->addAction(text, this, [this, text = text, seconds = seconds] {
            since_->setText(text);
            target_.sinceSeconds = seconds;
            restart();
        });
    since_->setMenu(menu);
}

void LogsView::open(const QString& nameSpace, const QString& pod, const QStringList& containers) {
    LogTarget target;
    target.nameSpace = nameSpace;
    target.title = pod;
    target.pods = QStringList{pod};
    const bool same =
        target_.nameSpace == nameSpace && target_.pods == target.pods && target_.selector.isEmpty();
    // Who does not know the containers does not change the choice.
    if (same && (containers.isEmpty() || containers == containers_)) return;
    target.container = containers.size() > 1 ? containers.front() : QString();
    target.sinceSeconds = target_.sinceSeconds;
    containers_ = containers;
    target_ = target;
    showTarget();
}

void LogsView::openMany(const LogTarget& target) {
    LogTarget wanted = target;
    wanted.sinceSeconds = target_.sinceSeconds;
    wanted.previous = previous_->isChecked();
    if (wanted == target_) return;
    containers_.clear();
    target_ = wanted;
    showTarget();
}

void LogsView::showTarget() {
    containerButton_->setVisible(containers_.size() > 1);
    containerButton_->setText(target_.container);
    containerButton_->menu()->clear();
    for (const QString& name : containers_)
        containerButton_->menu()->addAction(name, this, [this, name] {
            target_.container = name;
            containerButton_->setText(name);
            restart();
        });
    title_->setText(target_.title);
    stack_->setCurrentIndex(1);
    restart();
}

void LogsView::setPrevious(bool previous) {
    previous_->setChecked(previous);
}

void LogsView::clear() {
    logs_.clear();
    target_ = {};
    containers_.clear();
    stack_->setCurrentIndex(0);
}

QString LogsView::text() const {
    return edit_->toPlainText();
}

QString LogsView::status() const {
    return status_->toolTip();
}

void LogsView::restart() {
    fresh_ = false;
    edit_->clear();
    logs_.clear();
    if (target_.title.isEmpty() || !isVisible()) return;
    target_.previous = previous_->isChecked();
    logs_.open(target_);
}

bool LogsView::shown(const PodLogs::Line& line) const {
    return !only_->isChecked() || search_->text().isEmpty() ||
           line.text.contains(search_->text(), Qt::CaseInsensitive) ||
           line.source.contains(search_->text(), Qt::CaseInsensitive);
}

void LogsView::append(std::size_t count) {
    // What was shown before somebody looked away is there until the same log has come again.
    // And once there is a second source, the lines of the first need its name.
    if (std::exchange(fresh_, false) || named_ != (logs_.sources().size() > 1)) return rebuild();
    insert(logs_.lines().size() - count);
}

void LogsView::rebuild() {
    if (fresh_ && logs_.lines().empty()) return;
    fresh_ = false;
    edit_->clear();
    insert(0);
}

/// Shows the lines from `first` on at the end.
void LogsView::insert(std::size_t first) {
    named_ = logs_.sources().size() > 1;
    QScrollBar* bar = edit_->verticalScrollBar();
    const int was = bar->value();
    QTextCursor cursor(edit_->document());
    cursor.movePosition(QTextCursor::End);
    cursor.beginEditBlock();
    QTextCharFormat plain;
    plain.setForeground(theme_.tokens().text);
    QTextCharFormat muted;
    muted.setForeground(theme_.tokens().muted);
    for (std::size_t i = first; i < logs_.lines().size(); ++i) {
        const PodLogs::Line& line = logs_.lines()[i];
        if (!shown(line)) continue;
        if (!edit_->document()->isEmpty()) cursor.insertBlock();
        if (times_->isChecked() && !line.time.isEmpty())
            cursor.insertText(line.time.section(u'T', 1).left(12) + u' ', muted);
        if (named_) {
            QTextCharFormat source;
            source.setForeground(Theme::mix(theme_.hue(line.hue), theme_.tokens().text, 0.25));
            cursor.insertText(line.source + QStringLiteral("  "), source);
        }
        QTextCharFormat format = plain;
        if (line.level != PodLogs::Level::Plain)
            format.setForeground(
                theme_.color(line.level == PodLogs::Level::Error ? Tone::Bad : Tone::Warning));
        cursor.insertText(line.text, format);
    }
    cursor.endEditBlock();
    bar->setValue(follow_->isChecked() ? bar->maximum() : was);
    if (!search_->text().isEmpty()) markHits();
}

void LogsView::refreshStatus() {
    QString text;
    Tone tone = Tone::Muted;
    if (!logs_.trouble().isEmpty()) {
        text = logs_.trouble();
        tone = Tone::Warning;
    } else if (target_.previous) {
        text = tr("previous run");
    } else if (logs_.ended()) {
        text = tr("ended");
    } else if (logs_.wanted() > PodLogs::mostStreams) {
        text = tr("%1 of %2 logs").arg(PodLogs::mostStreams).arg(logs_.wanted());
        tone = Tone::Warning;
    } else if (logs_.wanted() > 1) {
        text = tr("live, %1 logs").arg(logs_.wanted());
        tone = Tone::Good;
    } else if (logs_.running()) {
        text = tr("live");
        tone = Tone::Good;
    }
    const int room = kind_ == Bar::Full ? 320 : 110;
    status_->setText(QFontMetrics(status_->font()).elidedText(text, Qt::ElideRight, room));
    status_->setToolTip(text);
    status_->setStyleSheet(QStringLiteral("color:%1").arg(theme_.color(tone).name()));
}

void LogsView::markHits() {
    QList<QTextEdit::ExtraSelection> marks;
    const QString wanted = search_->text();
    hits_ = 0;
    if (!wanted.isEmpty()) {
        QTextCursor cursor(edit_->document());
        while (hits_ < mostHits) {
            cursor = edit_->document()->find(wanted, cursor);
            if (cursor.isNull()) break;
            QTextEdit::ExtraSelection mark;
            mark.cursor = cursor;
            mark.format.setBackground(theme_.tint(Tone::Warning));
            mark.format.setForeground(theme_.color(Tone::Warning));
            marks.push_back(mark);
            ++hits_;
        }
    }
    count_->setText(wanted.isEmpty()    ? QString()
                    : hits_ >= mostHits ? tr("%1+").arg(mostHits)
                    : hits_ == 1        ? tr("1 hit")
                                        : tr("%1 hits").arg(hits_));
    edit_->setExtraSelections(marks);
}

void LogsView::find(bool forward) {
    if (search_->text().isEmpty()) return;
    follow_->setChecked(false);
    const auto flags = forward ? QTextDocument::FindFlags() : QTextDocument::FindBackward;
    if (edit_->find(search_->text(), flags)) return;
    edit_->moveCursor(forward ? QTextCursor::Start : QTextCursor::End);
    edit_->find(search_->text(), flags);
}

bool LogsView::saveTo(const QString& path) const {
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate)) return false;
    const QByteArray bytes = (text() + u'\n').toUtf8();
    return file.write(bytes) == bytes.size() && file.flush();
}

void LogsView::save() {
    auto* dialog = new QFileDialog(this, tr("Save the log"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    QString name = target_.title;
    dialog->selectFile(name.replace(u'/', u'-') + QStringLiteral(".log"));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        if (saveTo(path)) return;
        status_->setText(tr("could not be saved"));
        status_->setToolTip(tr("%1 cannot be written.").arg(path));
    });
    dialog->open();
}

void LogsView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (target_.title.isEmpty() || logs_.running()) return;
    target_.previous = previous_->isChecked();
    fresh_ = true;
    logs_.open(target_);
}

/// Nobody reads: the streams end, and begin anew when somebody looks again.
void LogsView::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    logs_.close();
}

} // namespace wheelhouse::ui
