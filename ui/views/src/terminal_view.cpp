#include "ui/views/terminal_view.h"

#include "ui/models/kubectl.h"
#include "ui/models/words.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QMenu>
#include <QStackedWidget>
#include <QTabBar>

namespace wheelhouse::ui {
namespace {

const QString shell = QStringLiteral("sh");

} // namespace

TerminalView::TerminalView(client::Cluster& cluster, const Theme& theme, QWidget* parent)
    : QWidget(parent), cluster_(cluster), theme_(theme) {
    stack_ = new QStackedWidget(this);
    empty_ = new EmptyState(theme, QStringLiteral("terminal"), this);
    empty_->setTexts(tr("No terminal open"),
                     tr("Select a pod and press s, or Shell in its details, to work inside a container."));
    auto* page = new QWidget(this);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(16, 0, 16, 8);
    column->setSpacing(6);
    column->addWidget(buildBar());
    screens_ = new QStackedWidget(page);
    column->addWidget(screens_, 1);
    command_ = new CommandStrip(theme, page);
    column->addWidget(command_);
    stack_->addWidget(empty_);
    stack_->addWidget(page);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(stack_);
    connect(tabs_, &QTabBar::currentChanged, this, &TerminalView::select);
    connect(again_, &QPushButton::clicked, this, [this] {
        if (current() != nullptr) runAgain(current()->target().container);
    });
    connect(&theme_, &Theme::changed, this, &TerminalView::refresh);
    connect(program_, &QLineEdit::returnPressed, again_, &QPushButton::click);
}

TerminalView::~TerminalView() = default;

QWidget* TerminalView::buildBar() {
    auto* bar = new QWidget(this);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    tabs_ = new QTabBar(bar);
    tabs_->setDrawBase(false);
    tabs_->setExpanding(false);
    tabs_->setElideMode(Qt::ElideMiddle);
    tabs_->setAccessibleName(tr("Terminals"));
    status_ = makeLabel({}, "muted", bar);
    containerButton_ = makeButton({}, "quiet", bar);
    containerButton_->setMenu(new QMenu(containerButton_));
    containerButton_->setToolTip(tr("Container"));
    program_ = new QLineEdit(bar);
    program_->setText(shell);
    program_->setMaximumWidth(160);
    program_->setAccessibleName(tr("Program to run"));
    program_->setToolTip(tr("The program that is run, with its arguments"));
    again_ = makeButton(tr("Run again"), "quiet", bar);
    setThemedIcon(again_, theme_, QStringLiteral("refresh"), Tone::Muted);
    row->addWidget(tabs_, 1);
    for (QWidget* widget : std::initializer_list<QWidget*>{status_, containerButton_, program_, again_})
        row->addWidget(widget);
    return bar;
}

PodTerminal* TerminalView::current() const {
    const int at = tabs_->currentIndex();
    return at < 0 || at >= count() ? nullptr : entries_[static_cast<std::size_t>(at)].terminal.get();
}

TerminalScreen* TerminalView::screen() const {
    const int at = tabs_->currentIndex();
    return at < 0 || at >= count() ? nullptr : entries_[static_cast<std::size_t>(at)].screen;
}

void TerminalView::open(const QString& nameSpace, const QString& pod, const QStringList& containers) {
    for (int i = 0; i < count(); ++i) {
        const PodTerminal& terminal = *entries_[static_cast<std::size_t>(i)].terminal;
        if (terminal.target().nameSpace != nameSpace || terminal.target().pod != pod) continue;
        tabs_->setCurrentIndex(i);
        if (terminal.state() == PodTerminal::State::Ended) runAgain(terminal.target().container);
        if (screen() != nullptr) screen()->setFocus(Qt::OtherFocusReason);
        return;
    }
    // The oldest that has ended makes room.
    if (count() >= mostTerminals) {
        int least = 0;
        for (int i = count() - 1; i >= 0; --i)
            if (entries_[static_cast<std::size_t>(i)].terminal->state() == PodTerminal::State::Ended)
                least = i;
        close(least);
    }
    add({nameSpace, pod, containers.value(0), program()}, containers);
}

QStringList TerminalView::program() const {
    const QStringList words = kubectl::words(program_->text());
    return words.isEmpty() ? QStringList{shell} : words;
}

void TerminalView::add(const PodTerminal::Target& target, const QStringList& containers) {
    Entry entry;
    entry.terminal = std::make_unique<PodTerminal>(cluster_);
    entry.containers = containers;
    entry.screen = new TerminalScreen(entry.terminal->grid(), theme_, screens_);
    PodTerminal* terminal = entry.terminal.get();
    screens_->addWidget(entry.screen);
    entries_.push_back(std::move(entry));
    connect(terminal, &PodTerminal::changed, this, [this, terminal] {
        if (terminal == current()) refresh();
    });
    const int at = tabs_->addTab(target.pod);
    tabs_->setTabToolTip(at, target.nameSpace + u'/' + target.pod);
    auto* closing = makeButton({}, "quiet", tabs_);
    setThemedIcon(closing, theme_, QStringLiteral("close"), Tone::Muted, 12);
    closing->setFixedSize(20, 20);
    closing->setAccessibleName(tr("Close the terminal"));
    closing->setToolTip(tr("Close the terminal; its program ends"));
    closing->setFocusPolicy(Qt::TabFocus);
    connect(closing, &QPushButton::clicked, this, [this, terminal] { close(indexOf(*terminal)); });
    tabs_->setTabButton(at, QTabBar::RightSide, closing);
    stack_->setCurrentIndex(1);
    tabs_->setCurrentIndex(at);
    select(at);
    terminal->open(target);
    screen()->setFocus(Qt::OtherFocusReason);
}

void TerminalView::runAgain(const QString& container) {
    PodTerminal* terminal = current();
    if (terminal == nullptr) return;
    PodTerminal::Target target = terminal->target();
    target.container = container;
    target.command = program();
    terminal->open(target);
    screen()->setFocus(Qt::OtherFocusReason);
}

int TerminalView::indexOf(const PodTerminal& terminal) const {
    for (int i = 0; i < count(); ++i)
        if (entries_[static_cast<std::size_t>(i)].terminal.get() == &terminal) return i;
    return -1;
}

void TerminalView::close(int index) {
    if (index < 0 || index >= count()) return;
    Entry entry = std::move(entries_[static_cast<std::size_t>(index)]);
    entries_.erase(entries_.begin() + index);
    delete entry.screen;
    entry.screen = nullptr;
    const QSignalBlocker quiet(tabs_);
    tabs_->removeTab(index);
    if (count() == 0)
        stack_->setCurrentIndex(0);
    else
        select(tabs_->currentIndex());
}

void TerminalView::closeCurrent() {
    close(tabs_->currentIndex());
}

void TerminalView::select(int index) {
    if (index < 0 || index >= count()) return;
    screens_->setCurrentWidget(entries_[static_cast<std::size_t>(index)].screen);
    fillContainers();
    refresh();
}

void TerminalView::fillContainers() {
    const Entry& entry = entries_[static_cast<std::size_t>(tabs_->currentIndex())];
    containerButton_->menu()->clear();
    for (const QString& name : entry.containers)
        containerButton_->menu()->addAction(name, this, [this, name] { runAgain(name); });
    containerButton_->setVisible(entry.containers.size() > 1);
}

void TerminalView::refresh() {
    const PodTerminal* terminal = current();
    if (terminal == nullptr) return;
    QString text;
    Tone tone = Tone::Muted;
    switch (terminal->state()) {
    case PodTerminal::State::Idle:
        break;
    case PodTerminal::State::Opening:
        text = tr("connecting…");
        break;
    case PodTerminal::State::Running:
        text = tr("running");
        tone = Tone::Good;
        break;
    case PodTerminal::State::Ended:
        if (terminal->error()) {
            text = errorLine(*terminal->error());
            tone = Tone::Bad;
        } else {
            text = tr("ended with exit code %1").arg(*terminal->exitCode());
            tone = *terminal->exitCode() == 0 ? Tone::Muted : Tone::Warning;
        }
        break;
    }
    status_->setText(status_->fontMetrics().elidedText(text, Qt::ElideRight, 420));
    status_->setToolTip(text);
    status_->setStyleSheet(QStringLiteral("color:%1").arg(theme_.color(tone).name()));
    containerButton_->setText(terminal->target().container);
    again_->setText(terminal->state() == PodTerminal::State::Ended ? tr("Run again") : tr("Start over"));
    command_->setCommand(terminal->command());
}

} // namespace wheelhouse::ui
