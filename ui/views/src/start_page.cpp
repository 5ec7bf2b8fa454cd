#include "ui/views/start_page.h"

#include "line_painter.h"
#include "ui/models/kubectl.h"

#include <QHBoxLayout>
#include <QListView>
#include <QProgressBar>
#include <QScrollArea>
#include <QStyledItemDelegate>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

constexpr int rowHeight = 30;
constexpr int mostRows = 5;

/// One node: its name, how far it is, how it stands, what was done last.
class ProgressDelegate final : public QStyledItemDelegate {
  public:
    ProgressDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), theme_(theme) {}
    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
        return {200, rowHeight};
    }
    void paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Tokens& t = theme_.tokens();
        const auto cell = [&](int column) { return index.sibling(index.row(), column).data().toString(); };
        const auto tone = static_cast<Tone>(index.data(LiveTableModel::ToneRole).toInt());
        LinePainter line(*p, theme_, option.rect.adjusted(2, 0, -2, 0), 12);
        line.text(110, theme_.mono(metrics::smallPx, QFont::DemiBold), t.text, cell(NodeProgress::Name));
        line.text(110, theme_.body(metrics::smallPx), t.muted, cell(NodeProgress::Kind));
        const int left = option.rect.right() - line.room() + 1;
        const QRectF bar(left, option.rect.center().y() - 2, 140, 5);
        line.text(140, theme_.body(), t.text, {});
        line.dot(tone);
        line.text(130, theme_.body(metrics::bodyPx, QFont::Medium), theme_.color(tone),
                  cell(NodeProgress::State));
        line.text(line.room(), theme_.body(metrics::smallPx), t.muted, cell(NodeProgress::Note));
        p->save();
        p->setRenderHint(QPainter::Antialiasing);
        p->setPen(Qt::NoPen);
        p->setBrush(t.line);
        p->drawRoundedRect(bar, 2.5, 2.5);
        const double fraction = index.data(LiveTableModel::ExtraRole).toString().toDouble();
        p->setBrush(theme_.color(tone));
        p->drawRoundedRect(QRectF(bar.topLeft(), QSizeF(bar.width() * fraction, bar.height())), 2.5, 2.5);
        p->restore();
    }

  private:
    const Theme& theme_;
};

QWidget* makeCard(QWidget* parent) {
    auto* card = new QWidget(parent);
    card->setObjectName(QStringLiteral("card"));
    card->setAttribute(Qt::WA_StyledBackground);
    auto* column = new QVBoxLayout(card);
    column->setContentsMargins(16, 14, 16, 14);
    column->setSpacing(8);
    return card;
}

QVBoxLayout* columnOf(QWidget* widget) {
    return static_cast<QVBoxLayout*>(widget->layout());
}

} // namespace

CheckRow::CheckRow(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 6, 0, 6);
    row->setSpacing(12);
    icon_ = new QLabel(this);
    icon_->setFixedSize(20, 20);
    row->addWidget(icon_, 0, Qt::AlignTop);
    auto* column = new QVBoxLayout;
    column->setSpacing(4);
    auto* head = new QHBoxLayout;
    head->setSpacing(8);
    title_ = makeLabel({}, "heading", this);
    finding_ = makeLabel({}, "muted", this);
    finding_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    fix_ = makeButton({}, "", this);
    head->addWidget(title_);
    head->addWidget(finding_, 1);
    head->addWidget(fix_);
    column->addLayout(head);
    meaning_ = makeLabel({}, "muted", this);
    meaning_->setWordWrap(true);
    column->addWidget(meaning_);
    command_ = new CommandStrip(theme, this);
    column->addWidget(command_);
    building_ = new QWidget(this);
    auto* work = new QHBoxLayout(building_);
    work->setContentsMargins(0, 0, 0, 0);
    work->setSpacing(10);
    bar_ = new QProgressBar(building_);
    bar_->setRange(0, 1000);
    bar_->setTextVisible(false);
    bar_->setFixedWidth(140);
    step_ = makeLabel({}, "muted", building_);
    step_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    cancel_ = makeButton(tr("Stop"), "quiet", building_);
    work->addWidget(bar_);
    work->addWidget(step_, 1);
    work->addWidget(cancel_);
    column->addWidget(building_);
    row->addLayout(column, 1);
    connect(fix_, &QPushButton::clicked, this, &CheckRow::fixRequested);
    connect(cancel_, &QPushButton::clicked, this, &CheckRow::cancelRequested);
    connect(&theme, &Theme::changed, this, &CheckRow::draw);
}

void CheckRow::show(const HostCheck& check, const HostModel::Build* build) {
    tone_ = build != nullptr ? Tone::Accent : check.tone;
    title_->setText(check.title);
    finding_->setText(check.finding);
    finding_->setToolTip(check.finding);
    meaning_->setText(check.meaning);
    command_->setCommand(check.command);
    command_->setVisible(!check.command.isEmpty());
    fix_->setText(check.fix);
    fix_->setVisible(!check.fix.isEmpty() && build == nullptr);
    building_->setVisible(build != nullptr);
    if (build != nullptr) {
        finding_->setText(build->ending ? tr("is being stopped") : tr("is being built"));
        bar_->setValue(static_cast<int>(build->fraction * 1000));
        bar_->setAccessibleName(build->step);
        step_->setText(build->step);
        cancel_->setEnabled(!build->ending);
    }
    const QString state = tone_ == Tone::Good      ? tr("good")
                          : tone_ == Tone::Warning ? tr("could be better")
                          : tone_ == Tone::Bad     ? tr("missing")
                                                   : tr("working");
    icon_->setToolTip(state);
    setAccessibleName(check.title);
    setAccessibleDescription(state + QStringLiteral(". ") + finding_->text() + QStringLiteral(". ") +
                             check.meaning);
    draw();
}

void CheckRow::draw() {
    const QString icon = tone_ == Tone::Good      ? QStringLiteral("check")
                         : tone_ == Tone::Warning ? QStringLiteral("warning")
                         : tone_ == Tone::Bad     ? QStringLiteral("close")
                                                  : QStringLiteral("refresh");
    icon_->setPixmap(theme_.pixmap(icon, 18, theme_.color(tone_), devicePixelRatioF()));
    restyle(finding_, "kind",
            tone_ == Tone::Bad       ? "bad"
            : tone_ == Tone::Warning ? "warning"
            : tone_ == Tone::Good    ? "good"
                                     : "muted");
}

StartPage::StartPage(ClusterSession& session, HostModel& host, const Theme& theme, QWidget* parent)
    : QWidget(parent), session_(session), host_(host), theme_(theme), progress_(session.map()) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildHead());
    auto* content = new QWidget(this);
    auto* row = new QHBoxLayout(content);
    row->setContentsMargins(20, 0, 20, 12);
    row->setSpacing(20);
    row->addWidget(buildChecklist(), 1, Qt::AlignTop);
    row->addWidget(buildChoices(), 1, Qt::AlignTop);
    auto* scroll = new QScrollArea(this);
    scroll->setObjectName(QStringLiteral("page"));
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(content);
    column->addWidget(scroll, 1);
    column->addWidget(buildProgress());
    connect(&host_, &HostModel::changed, this, &StartPage::showChecks);
    for (const auto signal : {&ClusterSession::connectionChanged, &ClusterSession::loadedChanged})
        connect(&session_, signal, this, &StartPage::showPossible);
    connect(&session_.map(), &ClusterMapModel::changed, this, [this](const MapChange& change) {
        if (!change.structure || !isVisible()) return;
        form_->refresh();
        showCommands();
    });
    connect(&progress_, &NodeProgress::countsChanged, this, &StartPage::showProgress);
    showChecks();
    showPossible();
    showProgress();
    showCommands();
}

QWidget* StartPage::buildHead() {
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(20, 12, 20, 12);
    column->setSpacing(8);
    auto* row = new QHBoxLayout;
    row->setSpacing(12);
    row->addWidget(makeLabel(tr("Start"), "title", box));
    auto* note = makeLabel(
        tr("The control plane runs already. What it needs now is nodes: real ones, or some that pretend."),
        "muted", box);
    note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    note->setContentsMargins(0, 4, 0, 0);
    row->addWidget(note, 1);
    skip_ = makeButton(tr("Not now"), "quiet", box);
    row->addWidget(skip_);
    column->addLayout(row);
    impossible_ = makeLabel(tr("Only a Wheelhouse lab can make nodes: this cluster does not serve Machines."),
                            "warning", box);
    column->addWidget(impossible_);
    connect(skip_, &QPushButton::clicked, this, &StartPage::skipped);
    return box;
}

QWidget* StartPage::buildChecklist() {
    auto* card = makeCard(this);
    auto* head = new QHBoxLayout;
    head->addWidget(makeLabel(tr("This computer"), "heading", card));
    head->addStretch(1);
    look_ = makeButton(tr("Look again"), "quiet", card);
    setThemedIcon(look_, theme_, QStringLiteral("refresh"), Tone::Muted);
    head->addWidget(look_);
    columnOf(card)->addLayout(head);
    looking_ = makeLabel({}, "muted", card);
    looking_->setWordWrap(true);
    columnOf(card)->addWidget(looking_);
    checks_ = new QVBoxLayout;
    checks_->setSpacing(2);
    columnOf(card)->addLayout(checks_);
    connect(look_, &QPushButton::clicked, &host_, &HostModel::look);
    return card;
}

QWidget* StartPage::buildReady(const QString& icon, const QString& title, const QString& text,
                               QPushButton*& button, CommandStrip*& command) {
    auto* card = makeCard(this);
    auto* head = new QHBoxLayout;
    head->setSpacing(10);
    auto* mark = new QLabel(card);
    const auto draw = [this, mark, icon] {
        mark->setPixmap(theme_.pixmap(icon, 18, theme_.tokens().accent, devicePixelRatioF()));
    };
    draw();
    connect(&theme_, &Theme::changed, mark, draw);
    head->addWidget(mark);
    head->addWidget(makeLabel(title, "heading", card), 1);
    columnOf(card)->addLayout(head);
    auto* note = makeLabel(text, "muted", card);
    note->setWordWrap(true);
    columnOf(card)->addWidget(note);
    columnOf(card)->addStretch(1);
    command = new CommandStrip(theme_, card);
    columnOf(card)->addWidget(command);
    columnOf(card)->addWidget(button);
    button->setParent(card);
    return card;
}

QWidget* StartPage::buildChoices() {
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(16);
    auto* row = new QHBoxLayout;
    row->setSpacing(16);
    sample_ = makeButton(tr("Make the sample lab"), "primary", box);
    row->addWidget(buildReady(QStringLiteral("play"), tr("Sample lab"),
                              tr("Six simulated nodes over three zones, and a shop with a database on them: "
                                 "something to look at, and to break."),
                              sample_, sampleCommand_),
                   1);
    simulated_ = makeButton(tr("Use simulated nodes"), "", box);
    row->addWidget(
        buildReady(QStringLiteral("node"), tr("Simulated nodes"),
                   tr("Three nodes that only pretend. They need nothing of this computer and are "
                      "up at once. Where it can have machines, pods have to tolerate them, as those "
                      "of the palette do."),
                   simulated_, simulatedCommand_),
        1);
    column->addLayout(row);
    column->addWidget(buildForm());
    connect(sample_, &QPushButton::clicked, this, &StartPage::sampleWanted);
    connect(simulated_, &QPushButton::clicked, this, &StartPage::simulatedWanted);
    return box;
}

QWidget* StartPage::buildForm() {
    auto* card = makeCard(this);
    columnOf(card)->addWidget(makeLabel(tr("Nodes of your own"), "heading", card));
    form_ = new NodeForm(theme_, host_, session_.map(), card);
    columnOf(card)->addWidget(form_);
    add_ = makeButton(form_->deed(), "", card);
    columnOf(card)->addWidget(add_);
    connect(form_, &NodeForm::changed, this, [this] { add_->setText(form_->deed()); });
    connect(form_, &NodeForm::accepted, add_, &QPushButton::click);
    connect(add_, &QPushButton::clicked, this, [this] { Q_EMIT nodesWanted(form_->wanted()); });
    return card;
}

QWidget* StartPage::buildProgress() {
    progressBox_ = new QWidget(this);
    auto* column = new QVBoxLayout(progressBox_);
    column->setContentsMargins(20, 4, 20, 12);
    column->setSpacing(6);
    auto* row = new QHBoxLayout;
    progressTitle_ = makeLabel({}, "heading", progressBox_);
    row->addWidget(progressTitle_, 1);
    map_ = makeButton(tr("Open the map"), "", progressBox_);
    row->addWidget(map_);
    column->addLayout(row);
    list_ = new QListView(progressBox_);
    list_->setModel(&progress_);
    list_->setItemDelegate(new ProgressDelegate(theme_, list_));
    list_->setUniformItemSizes(true);
    list_->setFrameShape(QFrame::NoFrame);
    list_->setSelectionMode(QAbstractItemView::NoSelection);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    list_->setAccessibleName(tr("Nodes on their way"));
    connect(&theme_, &Theme::changed, list_->viewport(), qOverload<>(&QWidget::update));
    // The bar is painted beside the column the view listens to.
    connect(&progress_, &QAbstractItemModel::dataChanged, list_->viewport(), qOverload<>(&QWidget::update));
    column->addWidget(list_);
    connect(map_, &QPushButton::clicked, this, &StartPage::mapWanted);
    return progressBox_;
}

CheckRow* StartPage::check(const QString& id) const {
    const auto found = rows_.find(id);
    return found == rows_.end() ? nullptr : found->second;
}

void StartPage::setApplications(std::vector<QString> taken) {
    applications_ = std::move(taken);
    showCommands();
}

void StartPage::showChecks() {
    look_->setEnabled(host_.isHere() && !host_.looking());
    looking_->setVisible(!host_.facts());
    looking_->setText(host_.isHere()
                          ? tr("Looking at what this computer can do…")
                          : tr("The lab runs on another computer: what that can do is not known here."));
    for (const HostCheck& check : host_.checks()) {
        CheckRow*& row = rows_[check.id];
        if (row == nullptr) {
            row = new CheckRow(theme_, this);
            checks_->addWidget(row);
            connect(row, &CheckRow::fixRequested, this, [this, id = check.id] { host_.mend(id); });
            connect(row, &CheckRow::cancelRequested, &host_, &HostModel::cancelBuild);
        }
        const bool builds = check.id == u"image" && host_.build();
        row->show(check, builds ? &*host_.build() : nullptr);
    }
    if (!chosen_ && host_.facts()) {
        chosen_ = true;
        form_->setSimulated(!machinesProblem(*host_.facts()).isEmpty());
    }
}

void StartPage::showPossible() {
    const bool connected = session_.connection() == ClusterSession::Connection::Connected;
    impossible_->setVisible(connected && !session_.isLab());
    for (auto* button : {sample_, simulated_, add_})
        button->setEnabled(connected && session_.isLab());
    form_->setEnabled(connected && session_.isLab());
}

void StartPage::showProgress() {
    const NodeProgress::Counts counts = progress_.counts();
    const int all = progress_.rowCount();
    progressBox_->setVisible(all > 0);
    skip_->setVisible(all == 0);
    QString title = tr("%1 of %2 nodes are ready").arg(counts.ready).arg(all);
    if (counts.failed > 0) title += tr(", %1 in trouble").arg(counts.failed);
    progressTitle_->setText(title);
    restyle(map_, "role", all > 0 && counts.ready == all ? "primary" : "");
    list_->setFixedHeight(std::min(all, mostRows) * rowHeight);
}

void StartPage::showCommands() {
    const SampleLab sample = sampleLab(applications_);
    sampleCommand_->setCommand(
        kubectl::apply({},
                       ClusterActions::machineManifest(sample.machines, form_->taken()) +
                           QStringLiteral("---\n") + sample.manifest,
                       {}));
    simulatedCommand_->setCommand(
        kubectl::apply({}, ClusterActions::machineManifest(simulatedNodes(), form_->taken()), {}));
}

void StartPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    progress_.follow();
    form_->refresh();
    showProgress();
    showCommands();
    host_.look();
}

void StartPage::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    progress_.unfollow();
}

} // namespace wheelhouse::ui
