#include "ui/views/detail_drawer.h"

#include "ui/models/kubectl.h"
#include "ui/models/node_drain.h"
#include "ui/models/port_forwards.h"
#include "usage_page.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPointer>
#include <QScrollArea>
#include <QScrollBar>
#include <QStackedWidget>
#include <QTabBar>

namespace wheelhouse::ui {
namespace {

using namespace std::chrono_literals;
const api::ResourceName machineResource{"lab.wheelhouse.dev", "v1alpha1", "machines"};
const api::ResourceName eventResource{"", "v1", "events"};

} // namespace

DetailDrawer::DetailDrawer(ClusterSession& session, ClusterActions& actions, const Theme& theme,
                           QWidget* parent)
    : QWidget(parent), session_(session), actions_(actions), theme_(theme),
      events_([&session] { return session.now(); }), usage_(session.cluster(), session.executor()) {
    setObjectName(QStringLiteral("drawer"));
    setAttribute(Qt::WA_StyledBackground);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* header = new QWidget(this);
    buildHeader(header);
    column->addWidget(header);
    buildBody();
    column->addWidget(pages_, 1);
    buildConfirm();
    column->addWidget(confirm_);
    auto* foot = new QHBoxLayout;
    foot->setContentsMargins(16, 8, 16, 12);
    command_ = new CommandStrip(theme, this);
    foot->addWidget(command_);
    column->addLayout(foot);
    connect(&pacer_, &FramePacer::frame, this, &DetailDrawer::refresh);
}

DetailDrawer::~DetailDrawer() = default;

void DetailDrawer::buildHeader(QWidget* header) {
    auto* column = new QVBoxLayout(header);
    column->setContentsMargins(20, 16, 16, 0);
    column->setSpacing(2);
    auto* first = new QHBoxLayout;
    first->setSpacing(8);
    title_ = new ElidedLabel(Qt::ElideMiddle, header);
    const auto face = [this] {
        title_->setStyleSheet(QStringLiteral("font-family:'JetBrains Mono','DejaVu Sans Mono',monospace;"
                                             "font-size:%1px;font-weight:600")
                                  .arg(theme_.px(15)));
    };
    face();
    connect(&theme_, &Theme::changed, this, face);
    chip_ = new StateChip(theme_, header);
    auto* close = makeButton({}, "quiet", header);
    setThemedIcon(close, theme_, QStringLiteral("close"), Tone::Muted);
    close->setAccessibleName(tr("Close details"));
    close->setToolTip(tr("Close details (Esc)"));
    first->addWidget(title_, 1);
    first->addWidget(chip_);
    first->addWidget(close);
    column->addLayout(first);
    subtitle_ = makeLabel({}, "muted", header);
    column->addWidget(subtitle_);
    actionRow_ = new QHBoxLayout;
    actionRow_->setContentsMargins(0, 10, 0, 4);
    actionRow_->setSpacing(8);
    actionRow_->addStretch(1);
    column->addLayout(actionRow_);
    problem_ = makeLabel({}, "bad", header);
    problem_->setWordWrap(true);
    problem_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    problem_->setContentsMargins(0, 4, 4, 4);
    column->addWidget(problem_);
    tabs_ = new QTabBar(header);
    tabs_->setExpanding(false);
    tabs_->setUsesScrollButtons(false);
    tabs_->setDrawBase(false);
    tabs_->setAccessibleName(tr("Details"));
    column->addSpacing(4);
    column->addWidget(tabs_);
    connect(close, &QPushButton::clicked, this, &DetailDrawer::closed);
    connect(tabs_, &QTabBar::currentChanged, this, [this](int index) {
        if (index < 0 || index >= shownTabs_.size()) return;
        pages_->setCurrentIndex(shownTabs_[index]);
        if (shownTabs_[index] == Yaml) fetchYaml();
        if (shownTabs_[index] == Verdict) verdict_->open(subject_.nameSpace, subject_.name);
        followUsage();
        if (!confirm_->isVisible()) command_->setCommand(mainCommand());
    });
}

void DetailDrawer::buildBody() {
    pages_ = new QStackedWidget(this);
    auto* scroll = new QScrollArea(pages_);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setStyleSheet(
        QStringLiteral("QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }"));
    auto* padded = new QWidget(scroll);
    auto* inner = new QVBoxLayout(padded);
    inner->setContentsMargins(20, 16, 16, 16);
    sheet_ = new FactSheet(theme_, padded);
    inner->addWidget(sheet_);
    inner->addStretch(1);
    scroll->setWidget(padded);
    pages_->addWidget(scroll);
    auto* verdictScroll = new QScrollArea(pages_);
    verdictScroll->setWidgetResizable(true);
    verdictScroll->setFrameShape(QFrame::NoFrame);
    verdictScroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    verdictScroll->setStyleSheet(scroll->styleSheet());
    verdict_ = new VerdictPane(session_, theme_, VerdictPane::Room::Drawer, verdictScroll);
    verdictScroll->setWidget(verdict_);
    pages_->addWidget(verdictScroll);
    connect(verdict_, &VerdictPane::commandChanged, this, [this] {
        if (pages_->currentIndex() == Verdict) command_->setCommand(mainCommand());
    });
    eventView_ = new FeedView(events_, theme_, pages_);
    pages_->addWidget(eventView_);
    auto* yamlPage = new QWidget(pages_);
    auto* yamlColumn = new QVBoxLayout(yamlPage);
    yamlColumn->setContentsMargins(16, 12, 16, 4);
    yaml_ = new CodeEdit(theme_, yamlPage);
    yaml_->setReadOnly(true);
    yaml_->setAccessibleName(tr("YAML of the object"));
    auto* edit = makeButton(tr("Edit"), "", yamlPage);
    edit->setObjectName(QStringLiteral("action.edit"));
    edit->setToolTip(tr("Open it in the editor below, to change and apply"));
    setThemedIcon(edit, theme_, QStringLiteral("document"), Tone::Plain);
    connect(edit, &QPushButton::clicked, this,
            [this] { Q_EMIT editRequested(yaml_->toPlainText(), subject_.name); });
    yamlColumn->addWidget(yaml_, 1);
    yamlColumn->addWidget(edit, 0, Qt::AlignRight);
    pages_->addWidget(yamlPage);
    logs_ = new LogsView(session_.cluster(), session_.executor(), theme_, pages_, LogsView::Bar::Compact);
    pages_->addWidget(logs_);
    auto* consolePage = new QWidget(pages_);
    auto* consoleColumn = new QVBoxLayout(consolePage);
    consoleColumn->setContentsMargins(16, 12, 16, 4);
    console_ = new QPlainTextEdit(consolePage);
    console_->setReadOnly(true);
    console_->setLineWrapMode(QPlainTextEdit::NoWrap);
    console_->setAccessibleName(tr("Console of the machine"));
    consoleColumn->addWidget(console_);
    pages_->addWidget(consolePage);
    usagePage_ = new UsagePage(usage_, theme_, pages_);
    pages_->addWidget(usagePage_);
}

void DetailDrawer::buildConfirm() {
    confirm_ = new QWidget(this);
    confirm_->setObjectName(QStringLiteral("confirm"));
    confirm_->setAttribute(Qt::WA_StyledBackground);
    auto* row = new QHBoxLayout(confirm_);
    row->setContentsMargins(20, 10, 16, 10);
    row->setSpacing(8);
    question_ = makeLabel({}, "", confirm_);
    question_->setWordWrap(true);
    auto* no = makeButton(tr("Cancel"), "", confirm_);
    confirmYes_ = makeButton({}, "dangerPrimary", confirm_);
    row->addWidget(question_, 1);
    row->addWidget(no);
    row->addWidget(confirmYes_);
    confirm_->hide();
    const auto finish = [this] {
        confirm_->hide();
        command_->setCommand(mainCommand());
    };
    connect(no, &QPushButton::clicked, this, finish);
    connect(confirmYes_, &QPushButton::clicked, this, [this, finish] {
        if (const auto act = std::exchange(confirmed_, nullptr)) act();
        finish();
    });
}

void DetailDrawer::ask(const QString& question, const QString& verb, const QString& command,
                       std::function<void()> act) {
    question_->setText(question);
    confirmYes_->setText(verb);
    confirmed_ = std::move(act);
    command_->setCommand(command);
    confirm_->show();
    confirmYes_->setFocus();
}

bool DetailDrawer::isMachine() const {
    return machine_ != nullptr;
}
bool DetailDrawer::isPod() const {
    return subject_.resource.kind == "Pod";
}

bool DetailDrawer::hasVerdict() const {
    return isPod() && session_.resourceOfKind(QStringLiteral("SchedulingDecision")) != nullptr;
}

bool DetailDrawer::hasUsage() const {
    if (!isPod() && subject_.resource.kind != "Node") return false;
    // A machine without a node uses nothing anybody measures.
    return object_ != nullptr && session_.resourceOfKind(isPod() ? QStringLiteral("PodMetrics")
                                                                 : QStringLiteral("NodeMetrics")) != nullptr;
}

UsageBounds DetailDrawer::usageBounds() const {
    UsageBounds bounds = usageBoundsOf(*object_);
    const MapNode* node = subject_.resource.kind == "Node" ? session_.map().findNode(subject_.name) : nullptr;
    if (node == nullptr) return bounds;
    bounds.cpuAsked = node->cpuAsked; // by its pods
    bounds.memoryAsked = node->memoryAsked;
    return bounds;
}

void DetailDrawer::followUsage() {
    if (isVisible() && hasUsage())
        usage_.follow(QString::fromStdString(subject_.resource.kind), subject_.nameSpace, subject_.name);
    else
        usage_.unfollow();
}

void DetailDrawer::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    followUsage();
}

void DetailDrawer::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    followUsage();
}

/// What the page shown is, as a command.
QString DetailDrawer::mainCommand() const {
    if (pages_->currentIndex() == Usage) return kubectl::top(word(), subject_.nameSpace, subject_.name);
    return pages_->currentIndex() == Verdict && !verdict_->command().isEmpty()
               ? verdict_->command()
               : kubectl::get(word(), subject_.nameSpace, subject_.name);
}

QString DetailDrawer::word() const {
    if (!object_ && machine_) return QStringLiteral("machine");
    return kubectl::resourceWord(subject_.resource.name, QString::fromStdString(subject_.resource.singular));
}

void DetailDrawer::clear() {
    ++generation_;
    watch_.reset();
    machineWatch_.reset();
    eventWatch_.reset();
    age_.stop();
    logs_->clear();
    verdict_->clear();
    usage_.unfollow();
    subject_ = {};
    object_.reset();
    machine_.reset();
}

void DetailDrawer::show(Subject subject) {
    const bool same = subject.name == subject_.name && subject.nameSpace == subject_.nameSpace &&
                      subject.resource.name == subject_.resource.name;
    if (same && watch_) return;
    clear();
    subject_ = std::move(subject);
    gone_ = false;
    facts_ = {};
    shownActions_ = QStringLiteral("?");
    confirm_->hide();
    yaml_->clear();
    console_->clear();
    events_.apply([this] {
        std::vector<LiveTableModel::Delta> all;
        for (const auto& key : events_.keys())
            all.push_back({Change::Removed, key, {}});
        return all;
    }());
    title_->setText(subject_.name);
    chip_->setState({}, Tone::Muted);
    subtitle_->setText(tr("Loading…"));
    problem_->hide();
    command_->setCommand(kubectl::get(word(), subject_.nameSpace, subject_.name));
    follow(subject_.resource, false);
    if (subject_.machineToo) {
        client::ResourceInfo machine;
        machine.name = machineResource;
        follow(machine, true);
    }
    client::WatchOptions options;
    options.nameSpace = subject_.resource.namespaced ? subject_.nameSpace.toStdString() : "";
    options.fieldSelector = "involvedObject.name=" + subject_.name.toStdString();
    client::WatchSink sink;
    sink.onEvent = [this](const client::WatchEvent& event) {
        if (event.object && event.type != client::WatchEvent::Type::Deleted)
            events_.event(Change::Added, event.object);
    };
    sink.onEnd = [](const auto&) {};
    eventWatch_ = session_.cluster().watch(eventResource, options, std::move(sink));
    rebuildTabs();
    tabs_->setCurrentIndex(0);
    refresh();
}

void DetailDrawer::follow(const client::ResourceInfo& resource, bool machine) {
    client::WatchOptions options;
    options.nameSpace = machine ? "" : subject_.nameSpace.toStdString();
    options.fieldSelector = "metadata.name=" + subject_.name.toStdString();
    client::WatchSink sink;
    const auto generation = generation_;
    sink.onEvent = [this, machine](const client::WatchEvent& event) { take(event, machine); };
    sink.onEnd = [this, generation, machine, resource](const auto&) {
        // Watches end as a matter of course; look again soon. Not from inside the subscription's own
        // callback.
        session_.executor().postAfter(500ms, [self = QPointer(this), generation, machine, resource] {
            if (self && self->generation_ == generation) self->follow(resource, machine);
        });
    };
    (machine ? machineWatch_ : watch_) = session_.cluster().watch(resource.name, options, std::move(sink));
}

void DetailDrawer::take(const client::WatchEvent& event, bool machine) {
    if (event.type == client::WatchEvent::Type::Bookmark || !event.object) return;
    const bool deleted = event.type == client::WatchEvent::Type::Deleted;
    if (machine)
        machine_ = deleted ? nullptr : event.object;
    else
        object_ = event.object;
    if (!machine) gone_ = deleted;
    if (deleted && subject_.machineToo && !machine) object_.reset();
    pacer_.request();
}

void DetailDrawer::refresh() {
    if (!object_ && !machine_) {
        facts_ = {};
    } else {
        facts_ = object_ ? factsOf(*object_, session_.now()) : factsOf(*machine_, session_.now());
        if (object_ && machine_ && machine_ != object_) {
            Facts machine = factsOf(*machine_, session_.now());
            const bool running = machine.tone == Tone::Good || machine.tone == Tone::Accent;
            if (!running) {
                facts_.state = machine.state;
                facts_.tone = machine.tone;
            }
            // A machine that somebody switched off has no trouble that needs telling.
            if (!machine.power.isEmpty() && machine.power != u"On") facts_.problem.clear();
            if (!machine.problem.isEmpty()) facts_.problem = machine.problem;
            facts_.console = machine.console;
            facts_.power = machine.power;
            facts_.sections.insert(facts_.sections.begin() + 1, machine.sections.begin(),
                                   machine.sections.end());
        }
    }
    const bool missing = !object_ && !machine_;
    if (gone_ && missing && !subject_.name.isEmpty()) {
        chip_->setState(tr("Deleted"), Tone::Completed);
        subtitle_->setText(tr("It is gone."));
    } else if (!missing) {
        chip_->setState(gone_ && !subject_.machineToo ? tr("Deleted") : facts_.state,
                        gone_ && !subject_.machineToo ? Tone::Completed : facts_.tone);
        subtitle_->setText(facts_.subtitle);
    }
    problem_->setText(facts_.problem);
    problem_->setVisible(!facts_.problem.isEmpty() && facts_.problem != facts_.state);
    sheet_->setFacts(facts_.sections);
    if (object_) usagePage_->setBounds(usageBounds());
    if (console_->toPlainText() != facts_.console) {
        console_->setPlainText(facts_.console);
        console_->document()->setDefaultFont(theme_.mono(metrics::captionPx));
        console_->verticalScrollBar()->setValue(console_->verticalScrollBar()->maximum());
    }
    if (isPod() && !facts_.containers.isEmpty())
        logs_->open(subject_.nameSpace, subject_.name, facts_.containers);
    rebuildTabs();
    rebuildActions();
    if (command_->command().startsWith(u"kubectl get ")) command_->setCommand(mainCommand());
    if (pages_->currentIndex() == Yaml) fetchYaml();
    // "running for 5s" moves on while somebody looks.
    if (!missing && isVisible() && !age_.active())
        age_.start(session_.executor(), 10s, [this] {
            if (isVisible()) refresh();
        });
}

void DetailDrawer::rebuildTabs() {
    QList<Tab> wanted = {Status, Events, Yaml};
    if (hasVerdict()) wanted.insert(1, Verdict);
    if (hasUsage()) wanted.push_back(Usage);
    if (isPod()) wanted.push_back(Logs);
    if (!facts_.console.isEmpty()) wanted.push_back(Console);
    if (wanted == shownTabs_) return;
    const Tab current = static_cast<Tab>(pages_->currentIndex());
    static const char* names[] = {QT_TR_NOOP("Status"), QT_TR_NOOP("Verdict"), QT_TR_NOOP("Events"),
                                  QT_TR_NOOP("YAML"),   QT_TR_NOOP("Logs"),    QT_TR_NOOP("Console"),
                                  QT_TR_NOOP("Usage")};
    const QSignalBlocker quiet(tabs_);
    while (tabs_->count() > 0)
        tabs_->removeTab(0);
    for (const Tab tab : wanted)
        tabs_->addTab(tr(names[tab]));
    // Emptied and filled again in one turn, the bar would keep the height it had without tabs.
    tabs_->updateGeometry();
    shownTabs_ = wanted;
    const qsizetype at = std::max<qsizetype>(0, wanted.indexOf(current));
    tabs_->setCurrentIndex(static_cast<int>(at));
    pages_->setCurrentIndex(wanted[at]);
    followUsage();
}

void DetailDrawer::openTab(Tab tab) {
    const qsizetype at = shownTabs_.indexOf(tab);
    if (at >= 0) tabs_->setCurrentIndex(static_cast<int>(at));
}

void DetailDrawer::rebuildActions() {
    const bool away = !object_ && !machine_;
    const bool nodeLike = subject_.resource.kind == "Node" || subject_.resource.kind == "Machine";
    const QString key = QStringLiteral("%1/%2/%3/%4/%5/%6/%7")
                            .arg(away)
                            .arg(nodeLike)
                            .arg(isMachine())
                            .arg(facts_.power)
                            .arg(facts_.cordoned)
                            .arg(gone_)
                            .arg(facts_.containers.join(u','));
    if (key == shownActions_) return;
    shownActions_ = key;
    while (actionRow_->count() > 1) {
        QLayoutItem* item = actionRow_->takeAt(0);
        item->widget()->deleteLater();
        item->widget()->setObjectName({});
        item->widget()->hide();
        delete item;
    }
    if (away || (gone_ && !isMachine())) return;
    const QString name = subject_.name;
    if (nodeLike && (isMachine() || subject_.resource.kind == "Machine")) {
        const bool off = facts_.power == u"Off" || facts_.power == u"Frozen";
        offer(QStringLiteral("power"), off ? tr("Power on") : tr("Cut power"), QStringLiteral("power"),
              off ? "" : "danger",
              kubectl::setPower(name, off ? QStringLiteral("On") : QStringLiteral("Off")),
              [this, off] { askPower(off); });
    }
    if (subject_.resource.kind == "Node" && object_)
        offer(QStringLiteral("cordon"), facts_.cordoned ? tr("Uncordon") : tr("Cordon"),
              QStringLiteral("cordon"), "", kubectl::cordon(name, !facts_.cordoned),
              [this, name, cordon = !facts_.cordoned] { actions_.setCordoned(name, cordon); });
    if (isPod() && !facts_.containers.isEmpty())
        offer(QStringLiteral("shell"), tr("Shell"), QStringLiteral("terminal"), "",
              kubectl::exec(subject_.nameSpace, name,
                            facts_.containers.size() > 1 ? facts_.containers.front() : QString(),
                            {QStringLiteral("sh")}),
              [this] { Q_EMIT shellRequested(subject_.nameSpace, subject_.name); });
    if (const QString selector = object_ ? podSelectorOf(*object_) : QString(); !selector.isEmpty())
        offer(QStringLiteral("logs"), tr("Logs"), QStringLiteral("follow"), "",
              kubectl::logsOfMany(subject_.nameSpace, selector, {}, 0, false), [this] {
                  Q_EMIT logsRequested(QString::fromStdString(subject_.resource.kind), subject_.nameSpace,
                                       subject_.name);
              });
    if (object_ && (isPod() || subject_.resource.kind == "Service")) {
        const auto ports = forwardablePortsOf(*object_);
        const int port = ports.empty() ? 80 : ports.front().port;
        const QString kind = QString::fromStdString(subject_.resource.kind);
        offer(QStringLiteral("forward"), tr("Forward"), QStringLiteral("forward"), "",
              kubectl::portForward(subject_.nameSpace, kind.toLower() + u'/' + name, port, port),
              [this, kind] { Q_EMIT forwardRequested(kind, subject_.nameSpace, subject_.name); });
    }
    const QString removal = isMachine() ? kubectl::remove(QStringLiteral("machine"), {}, name)
                                        : kubectl::remove(word(), subject_.nameSpace, name);
    offer(QStringLiteral("delete"), nodeLike ? tr("Remove") : tr("Delete"), QStringLiteral("trash"), "danger",
          removal, [this] { askDelete(); });
}

void DetailDrawer::offer(const QString& id, const QString& text, const QString& icon, const char* role,
                         const QString& command, std::function<void()> act) {
    auto* button = makeButton(text, role, this);
    button->setObjectName(QStringLiteral("action.") + id);
    button->setProperty("command", command);
    button->setToolTip(command);
    setThemedIcon(button, theme_, icon, qstrcmp(role, "danger") == 0 ? Tone::Bad : Tone::Plain);
    button->installEventFilter(this);
    connect(button, &QPushButton::clicked, this, act);
    actionRow_->insertWidget(actionRow_->count() - 1, button);
}

/// Pointing at an action shows its command below.
bool DetailDrawer::eventFilter(QObject* watched, QEvent* event) {
    const bool in = event->type() == QEvent::Enter || event->type() == QEvent::FocusIn;
    const bool out = event->type() == QEvent::Leave || event->type() == QEvent::FocusOut;
    if (in)
        command_->setCommand(watched->property("command").toString());
    else if (out && !confirm_->isVisible())
        command_->setCommand(mainCommand());
    return QWidget::eventFilter(watched, event);
}

void DetailDrawer::askDelete() {
    const QString name = subject_.name;
    if (isMachine()) {
        ask(tr("Remove %1? Its machine and disk are deleted; its pods move elsewhere.").arg(name),
            tr("Remove"), kubectl::remove(QStringLiteral("machine"), {}, name),
            [this, name] { actions_.removeMachine(name); });
        return;
    }
    const QString question = isPod() ? tr("Delete pod %1? Whoever owns it makes a new one.").arg(name)
                                     : tr("Delete %1 %2?").arg(word(), name);
    ask(question, tr("Delete"), kubectl::remove(word(), subject_.nameSpace, name),
        [this, subject = subject_] { actions_.remove(subject.resource, subject.nameSpace, subject.name); });
}

void DetailDrawer::askPower(bool on) {
    const QString name = subject_.name;
    if (on) return actions_.setPower(name, QStringLiteral("On"));
    ask(tr("Cut the power of %1, as pulling the plug would?").arg(name), tr("Cut power"),
        kubectl::setPower(name, QStringLiteral("Off")),
        [this, name] { actions_.setPower(name, QStringLiteral("Off")); });
}

void DetailDrawer::askEvict() {
    const QString name = subject_.name;
    ask(tr("Evict pod %1? It leaves its node as far as disruption budgets allow; whoever owns it makes a new "
           "one.")
            .arg(name),
        tr("Evict"), kubectl::evict(subject_.nameSpace, name),
        [this, subject = subject_] { actions_.evict(subject.nameSpace, subject.name); });
}

void DetailDrawer::askDrain(bool remove) {
    const MapNode* node = session_.map().findNode(subject_.name);
    const NodeDrain::Wish wish{subject_.name, remove, node != nullptr && node->hasMachine};
    ask(remove
            ? tr("Drain %1 and remove it? Its pods are evicted, then the node is taken away.").arg(wish.node)
            : tr("Drain %1? It takes no new pods and those it has are evicted.").arg(wish.node),
        remove ? tr("Drain and remove") : tr("Drain"), NodeDrain::command(wish),
        [this, wish] { Q_EMIT drainRequested(wish.node, wish.remove, wish.hasMachine); });
}

void DetailDrawer::fetchYaml() {
    if (!object_ && !machine_) return;
    const api::ResourceName resource = object_ ? subject_.resource.name : machineResource;
    session_.cluster().yaml(resource, subject_.nameSpace.toStdString(), subject_.name.toStdString(),
                            [self = QPointer(this), generation = generation_](Result<std::string> text) {
                                if (!self || self->generation_ != generation) return;
                                const QString yaml = text ? QString::fromStdString(*text)
                                                          : QStringLiteral("# ") + errorLine(text.error());
                                if (yaml == self->yaml_->toPlainText()) return;
                                const int at = self->yaml_->verticalScrollBar()->value();
                                self->yaml_->setPlainText(yaml);
                                self->yaml_->verticalScrollBar()->setValue(at);
                            });
}

} // namespace wheelhouse::ui
