#include "ui/views/logs_view.h"

#include "ui/models/kubectl.h"
#include "ui/models/words.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QStackedWidget>
#include <QTextBlock>

namespace wheelhouse::ui {
namespace {

using namespace std::chrono_literals;
constexpr int mostHits = 500;

} // namespace

LogsView::LogsView(client::Cluster& cluster, Executor& executor, const Theme& theme, QWidget* parent,
                   Bar kind)
    : QWidget(parent), cluster_(cluster), executor_(executor), theme_(theme) {
    stack_ = new QStackedWidget(this);
    empty_ = new EmptyState(theme, QStringLiteral("terminal"), this);
    empty_->setTexts(tr("No log chosen"),
                     tr("Select a pod on the map or in a table to read what its containers write."));
    auto* page = new QWidget(this);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(16, 8, 16, 12);
    column->setSpacing(8);
    edit_ = new QPlainTextEdit(page);
    edit_->setReadOnly(true);
    edit_->setMaximumBlockCount(mostLines);
    edit_->setLineWrapMode(QPlainTextEdit::NoWrap);
    edit_->setAccessibleName(tr("Log"));
    buildBar(kind);
    const QWidget* wide = kind == Bar::Full ? static_cast<QWidget*>(title_) : search_;
    auto* bar = new QHBoxLayout;
    bar->setSpacing(6);
    for (QWidget* widget : std::initializer_list<QWidget*>{title_, status_, containerButton_, previous_,
                                                           wrap_, follow_, search_, count_})
        bar->addWidget(widget, widget == wide ? 1 : 0);
    column->addLayout(bar);
    column->addWidget(edit_, 1);
    stack_->addWidget(empty_);
    stack_->addWidget(page);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(stack_);
    connect(&pacer_, &FramePacer::frame, this, &LogsView::flush);
    const auto font = [this] { edit_->document()->setDefaultFont(theme_.mono(metrics::smallPx)); };
    font();
    connect(&theme_, &Theme::changed, this, [this, font] {
        font();
        markHits();
    });
}

LogsView::~LogsView() = default;

void LogsView::buildBar(Bar bar) {
    title_ = new ElidedLabel(Qt::ElideMiddle, this);
    title_->setMinimumWidth(60);
    status_ = makeLabel({}, "muted", this);
    containerButton_ = makeButton({}, "quiet", this);
    containerButton_->setMenu(new QMenu(containerButton_));
    containerButton_->setToolTip(tr("Container"));
    const auto toggle = [this, bar](const QString& text, const QString& icon, bool on) {
        auto* button = makeButton(bar == Bar::Full ? text : QString(), "quiet", this);
        button->setAccessibleName(text);
        button->setToolTip(text);
        button->setCheckable(true);
        button->setChecked(on);
        setThemedIcon(button, theme_, icon, Tone::Muted);
        return button;
    };
    previous_ = toggle(tr("Previous"), QStringLiteral("refresh"), false);
    previous_->setToolTip(tr("The run before the last restart"));
    wrap_ = toggle(tr("Wrap"), QStringLiteral("wrap"), false);
    follow_ = toggle(tr("Follow"), QStringLiteral("follow"), true);
    search_ = new QLineEdit(this);
    search_->setPlaceholderText(tr("Search the log"));
    search_->setClearButtonEnabled(false);
    search_->setMinimumWidth(110);
    search_->setMaximumWidth(bar == Bar::Full ? 170 : 400);
    search_->addAction(theme_.icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    count_ = makeLabel({}, "muted", this);
    if (bar == Bar::Full) count_->setMinimumWidth(48);
    title_->setVisible(bar == Bar::Full);
    connect(previous_, &QPushButton::toggled, this, &LogsView::restart);
    connect(follow_, &QPushButton::toggled, this, [this](bool on) {
        if (on) edit_->verticalScrollBar()->setValue(edit_->verticalScrollBar()->maximum());
    });
    connect(wrap_, &QPushButton::toggled, this, [this](bool on) {
        edit_->setLineWrapMode(on ? QPlainTextEdit::WidgetWidth : QPlainTextEdit::NoWrap);
    });
    connect(search_, &QLineEdit::textChanged, this, [this] {
        markHits();
        find(true);
    });
    connect(search_, &QLineEdit::returnPressed, this, [this] { find(true); });
}

void LogsView::open(const QString& nameSpace, const QString& pod, const QStringList& containers) {
    if (nameSpace == nameSpace_ && pod == pod_ && containers == containers_) return;
    nameSpace_ = nameSpace;
    pod_ = pod;
    containers_ = containers;
    container_ = containers.size() > 1 ? containers.front() : QString();
    containerButton_->setVisible(containers.size() > 1);
    containerButton_->setText(container_);
    containerButton_->menu()->clear();
    for (const QString& name : containers)
        containerButton_->menu()->addAction(name, this, [this, name] {
            container_ = name;
            containerButton_->setText(name);
            restart();
        });
    title_->setText(pod);
    stack_->setCurrentIndex(1);
    restart();
}

void LogsView::clear() {
    stop();
    pod_.clear();
    nameSpace_.clear();
    containers_.clear();
    stack_->setCurrentIndex(0);
}

QString LogsView::text() const {
    return edit_->toPlainText();
}

QString LogsView::command() const {
    return kubectl::logs(nameSpace_, pod_, container_, !previous_->isChecked(), previous_->isChecked());
}

void LogsView::stop() {
    ++generation_;
    stream_.reset();
    again_.stop();
    buffer_.clear();
}

void LogsView::restart() {
    stop();
    edit_->clear();
    if (pod_.isEmpty() || !isVisible()) return;
    decoder_ = QStringDecoder(QStringDecoder::Utf8);
    fresh_ = true;
    client::LogOptions options;
    options.container = container_.toStdString();
    options.follow = !previous_->isChecked();
    options.previous = previous_->isChecked();
    options.tailLines = mostLines / 4;
    client::LogSink sink;
    const auto generation = generation_;
    sink.onData = [this](std::string_view bytes) { take(bytes); };
    // The subscription may not be destroyed from inside its own callback.
    sink.onEnd = [this, generation](Result<void> result) {
        executor_.post([self = QPointer(this), generation, result = std::move(result)] {
            if (self && self->generation_ == generation) self->ended(result);
        });
    };
    setStatus(options.follow ? tr("live") : tr("previous run"), options.follow ? Tone::Good : Tone::Muted);
    stream_ = cluster_.logs(nameSpace_.toStdString(), pod_.toStdString(), options, std::move(sink));
}

void LogsView::take(std::string_view bytes) {
    buffer_.append(bytes.data(), static_cast<qsizetype>(bytes.size()));
    pacer_.request();
}

void LogsView::flush() {
    if (buffer_.isEmpty()) return;
    const QString text = decoder_(std::exchange(buffer_, QByteArray()));
    if (std::exchange(fresh_, false)) edit_->clear();
    QScrollBar* bar = edit_->verticalScrollBar();
    const int was = bar->value();
    QTextCursor cursor(edit_->document());
    cursor.movePosition(QTextCursor::End);
    cursor.insertText(text);
    bar->setValue(follow_->isChecked() ? bar->maximum() : was);
    if (!search_->text().isEmpty()) markHits();
}

void LogsView::ended(const Result<void>& result) {
    flush();
    stream_.reset();
    if (result) return setStatus(tr("ended"), Tone::Muted);
    setStatus(errorLine(result.error()), Tone::Warning);
    if (previous_->isChecked() || !isVisible()) return;
    again_.start(executor_, 2s, [this] { restart(); });
}

void LogsView::setStatus(const QString& text, Tone tone) {
    status_->setText(QFontMetrics(status_->font()).elidedText(text, Qt::ElideRight, 320));
    status_->setToolTip(text);
    QPalette p = status_->palette();
    p.setColor(QPalette::WindowText, theme_.color(tone));
    status_->setPalette(p);
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

void LogsView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (!pod_.isEmpty() && !stream_) restart();
}

/// Nobody reads: the stream ends, and begins anew when somebody looks again.
void LogsView::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    stop();
}

} // namespace wheelhouse::ui
