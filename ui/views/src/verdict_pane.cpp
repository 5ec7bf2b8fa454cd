#include "ui/views/verdict_pane.h"

#include "engine/api/time.h"
#include "ui/models/kubectl.h"
#include "ui/models/words.h"
#include "ui/widgets/flow_layout.h"
#include "verdict_matrix.h"

#include <QDateTime>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMenu>
#include <QPointer>
#include <QVBoxLayout>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

const api::ResourceName podResource{"", "v1", "pods"};
constexpr int drawerRows = 9;

QString timeText(const api::meta::MicroTime& time) {
    const auto seconds =
        std::chrono::floor<std::chrono::seconds>(api::fromTime(time).time_since_epoch()).count();
    return QDateTime::fromSecsSinceEpoch(seconds).toString(QStringLiteral("HH:mm:ss"));
}

} // namespace

VerdictPane::VerdictPane(ClusterSession& session, const Theme& theme, Room room, QWidget* parent)
    : QWidget(parent), session_(session), theme_(theme), room_(room) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(room == Room::Page ? 20 : 16, 12, 16, 12);
    column->setSpacing(10);
    column->addWidget(buildHead());
    matrix_ = new VerdictMatrix(model_, theme, this);
    column->addWidget(matrix_, room == Room::Page ? 1 : 0);
    if (room == Room::Drawer) matrix_->setVisibleRows(drawerRows);
    card_ = new QWidget(this);
    card_->setObjectName(QStringLiteral("card"));
    card_->setAttribute(Qt::WA_StyledBackground);
    auto* inside = new QVBoxLayout(card_);
    inside->setContentsMargins(12, 10, 12, 10);
    inside->setSpacing(6);
    why_ = makeLabel({}, "", card_);
    victims_ = makeLabel({}, "muted", card_);
    for (auto* label : {why_, victims_}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        inside->addWidget(label);
    }
    column->addWidget(card_);
    column->addWidget(buildWhatIf());
    if (room == Room::Drawer) column->addStretch(1);
    model_.setOnlyTelling(true);
    refresh();
}

VerdictPane::~VerdictPane() = default;

QWidget* VerdictPane::buildHead() {
    auto* head = new QWidget(this);
    auto* column = new QVBoxLayout(head);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    auto* row = new QHBoxLayout;
    row->setSpacing(4);
    heading_ = makeLabel({}, "heading", head);
    older_ = makeButton({}, "quiet", head);
    newer_ = makeButton({}, "quiet", head);
    setThemedIcon(older_, theme_, QStringLiteral("chevron-left"), Tone::Plain, 14);
    setThemedIcon(newer_, theme_, QStringLiteral("chevron-right"), Tone::Plain, 14);
    older_->setAccessibleName(tr("Attempt before"));
    older_->setToolTip(tr("Attempt before"));
    newer_->setAccessibleName(tr("Attempt after"));
    newer_->setToolTip(tr("Attempt after"));
    facts_ = makeLabel({}, "muted", head);
    facts_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    all_ = makeButton(tr("all plug-ins"), "chip", head);
    all_->setCheckable(true);
    ask_ = makeButton(tr("Ask now"), "", head);
    ask_->setToolTip(tr("Ask the scheduler where the pod would go now"));
    row->addWidget(heading_);
    row->addWidget(older_);
    row->addWidget(newer_);
    row->addStretch(1);
    row->addWidget(all_);
    row->addWidget(ask_);
    column->addLayout(row);
    column->addWidget(facts_);
    connect(older_, &QPushButton::clicked, this, [this] { showAttempt(shown_ + 1); });
    connect(newer_, &QPushButton::clicked, this, [this] { showAttempt(shown_ - 1); });
    connect(all_, &QPushButton::toggled, this, [this](bool on) {
        model_.setOnlyTelling(!on);
        refresh();
    });
    connect(ask_, &QPushButton::clicked, this, [this] { ask(true); });
    return head;
}

QWidget* VerdictPane::buildWhatIf() {
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 4, 0, 0);
    column->setSpacing(8);
    column->addWidget(makeLabel(tr("What if"), "heading", box));
    auto* chips = new QWidget(box);
    chips_ = new FlowLayout(6, chips);
    column->addWidget(chips);
    auto* row = new QHBoxLayout;
    row->setSpacing(6);
    kindButton_ = new Chooser(theme_, box);
    kindButton_->setAccessibleName(tr("What to change"));
    kindButton_->setMenu(new QMenu(kindButton_));
    for (const WhatIfEdit::Kind kind : whatIfKinds())
        kindButton_->menu()->addAction(nameOf(kind), this, [this, kind] { chooseKind(kind); });
    text_ = new QLineEdit(box);
    text_->setAccessibleName(tr("The change"));
    add_ = makeButton(tr("Try"), "", box);
    row->addWidget(kindButton_);
    row->addWidget(text_, 1);
    row->addWidget(add_);
    column->addLayout(row);
    problem_ = makeLabel({}, "bad", box);
    problem_->setWordWrap(true);
    problem_->hide();
    column->addWidget(problem_);
    connect(text_, &QLineEdit::returnPressed, this, &VerdictPane::takeTyped);
    connect(text_, &QLineEdit::textChanged, problem_, &QWidget::hide);
    connect(add_, &QPushButton::clicked, this, &VerdictPane::takeTyped);
    chooseKind(WhatIfEdit::Cpu);
    return box;
}

void VerdictPane::chooseKind(WhatIfEdit::Kind kind) {
    kind_ = kind;
    kindButton_->setText(nameOf(kind));
    text_->setPlaceholderText(exampleOf(kind));
    problem_->hide();
    text_->setFocus();
}

void VerdictPane::open(const QString& nameSpace, const QString& pod) {
    if (nameSpace == nameSpace_ && pod == pod_ && decisions_) return;
    clear();
    nameSpace_ = nameSpace;
    pod_ = pod;
    setCommand(kubectl::yaml(QStringLiteral("schedulingdecision"), nameSpace_, pod_));
    follow();
    refresh();
}

void VerdictPane::clear() {
    ++question_;
    decisions_.reset();
    decision_.Clear();
    shown_ = 0;
    supposed_ = false;
    suggested_ = false;
    edits_.clear();
    pod_.clear();
    model_.clear();
    refreshEdits();
    refresh();
}

void VerdictPane::follow() {
    if (session_.resourceOfKind(QStringLiteral("SchedulingDecision")) == nullptr) return;
    client::WatchOptions selection;
    selection.nameSpace = nameSpace_.toStdString();
    selection.fieldSelector = "metadata.name=" + pod_.toStdString();
    decisions_ = std::make_unique<client::Informer>(
        session_.cluster(), session_.executor(), api::kindOf<api::lab::SchedulingDecision>().name, selection);
    decisions_->addHandler({[this](const api::ObjectPtr& object) { take(object); },
                            [this](const api::ObjectPtr&, const api::ObjectPtr& object) { take(object); },
                            [](const api::ObjectPtr&) {}});
    decisions_->start();
}

void VerdictPane::take(const api::ObjectPtr& object) {
    const int known = decision_.attempts_size();
    decision_ = object->as<api::lab::SchedulingDecision>();
    // Who looks at an older attempt goes on looking at it; who looks at the newest sees the newest.
    if (shown_ > 0)
        shown_ = std::min(shown_ + decision_.attempts_size() - known, decision_.attempts_size() - 1);
    if (!std::exchange(suggested_, true) && decision_.attempts_size() > 0) {
        for (WhatIfEdit& edit : suggestedEdits(decision_.attempts(0)))
            edits_.push_back(std::move(edit));
        refreshEdits();
    }
    if (!supposed_) showAttempt(shown_);
}

void VerdictPane::showAttempt(int index) {
    if (index < 0 || index >= decision_.attempts_size()) return;
    shown_ = index;
    supposed_ = false;
    model_.setAttempt(decision_.attempts(index));
    refresh();
}

void VerdictPane::refresh() {
    const bool tells = session_.resourceOfKind(QStringLiteral("SchedulingDecision")) != nullptr;
    const auto& attempt = model_.attempt();
    const bool any = supposed_ || decision_.attempts_size() > 0;
    matrix_->setVisible(any && model_.rowCount() > 0);
    card_->setVisible(any || !pod_.isEmpty());
    older_->setVisible(!supposed_ && decision_.attempts_size() > 1);
    newer_->setVisible(!supposed_ && decision_.attempts_size() > 1);
    older_->setEnabled(shown_ + 1 < decision_.attempts_size());
    newer_->setEnabled(shown_ > 0);
    all_->setVisible(any);
    ask_->setVisible(tells && !pod_.isEmpty() && !supposed_);
    victims_->setVisible(false);
    if (!any) {
        heading_->setText(pod_.isEmpty() ? QString() : tr("No attempt is known"));
        facts_->setText({});
        why_->setText(
            !tells ? tr("This cluster's scheduler does not tell its reasons; that of a Wheelhouse lab does.")
                   : tr("The scheduler has not looked at this pod since it was started. Ask it where the pod "
                        "would go now."));
        return;
    }
    heading_->setText(supposed_ ? tr("What if, now")
                                : tr("Attempt %1 of %2")
                                      .arg(attempt.number())
                                      .arg(std::max(decision_.attempts(0).number(), attempt.number())));
    QStringList facts;
    if (!supposed_ && attempt.has_time()) facts << timeText(attempt.time());
    if (attempt.microseconds() > 0) facts << microsText(static_cast<double>(attempt.microseconds()));
    facts << tr("%1 of %2 nodes fit").arg(attempt.feasible()).arg(attempt.nodes());
    if (model_.quietPlugins() > 0) facts << tr("%1 plug-ins had nothing to say").arg(model_.quietPlugins());
    facts_->setText(facts.join(QStringLiteral(" · ")));
    facts_->setToolTip(facts.join(u'\n'));
    why_->setText(sentence());
    const QStringList victims = victimsOf(attempt);
    victims_->setText(victims.join(u'\n'));
    victims_->setVisible(!victims.isEmpty());
}

QString VerdictPane::sentence() const {
    const auto& attempt = model_.attempt();
    const QString node = QString::fromStdString(attempt.node());
    const QString outcome = node.isEmpty()
                                ? (supposed_ ? tr("It would fit nowhere.") : tr("It fitted nowhere."))
                            : supposed_ ? tr("It would go to %1.").arg(node)
                                        : tr("It went to %1.").arg(node);
    return (outcome + u' ' + whyOf(attempt)).trimmed();
}

bool VerdictPane::anyOn() const {
    return std::any_of(edits_.begin(), edits_.end(), [](const WhatIfEdit& edit) { return edit.on; });
}

void VerdictPane::takeTyped() {
    WhatIfEdit edit{kind_, text_->text().trimmed(), true};
    const QString problem = problemOf(edit);
    problem_->setText(problem);
    problem_->setVisible(!problem.isEmpty());
    if (!problem.isEmpty()) return;
    text_->clear();
    addEdit(edit);
}

void VerdictPane::addEdit(const WhatIfEdit& edit) {
    const auto same = std::find_if(edits_.begin(), edits_.end(), [&edit](const WhatIfEdit& other) {
        return other.kind == edit.kind && other.text == edit.text;
    });
    if (same != edits_.end())
        same->on = edit.on;
    else
        edits_.push_back(edit);
    refreshEdits();
    ask();
}

void VerdictPane::refreshEdits() {
    while (QLayoutItem* item = chips_->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater();
        delete item;
    }
    for (std::size_t i = 0; i < edits_.size(); ++i) {
        auto* chip = makeButton(describe(edits_[i]), "chip", chips_->parentWidget());
        chip->setCheckable(true);
        // Checked, its letters are bolder and need more room.
        chip->setMinimumWidth(
            QFontMetrics(theme_.body(metrics::smallPx, QFont::DemiBold)).horizontalAdvance(chip->text()) +
            34);
        chip->setChecked(edits_[i].on);
        chip->setToolTip(nameOf(edits_[i].kind) + QStringLiteral(": ") + edits_[i].text + u'\n' +
                         tr("Click to try it or not; right click to forget it"));
        chip->setContextMenuPolicy(Qt::CustomContextMenu);
        connect(chip, &QPushButton::toggled, this, [this, i](bool on) {
            edits_[i].on = on;
            ask();
        });
        connect(
            chip, &QWidget::customContextMenuRequested, this,
            [this, i] {
                edits_.erase(edits_.begin() + static_cast<std::ptrdiff_t>(i));
                refreshEdits();
                ask();
            },
            Qt::QueuedConnection);
        chips_->addWidget(chip);
        chip->show();
    }
    chips_->parentWidget()->setVisible(!edits_.empty());
    chips_->parentWidget()->updateGeometry();
}

/// Asks with the pod as it is at this moment. Nothing tried = what happened is shown again, unless nothing is
/// known of that.
void VerdictPane::ask(bool always) {
    const std::uint64_t asked = ++question_;
    problem_->hide();
    if (pod_.isEmpty()) return;
    if (!anyOn() && !always && decision_.attempts_size() > 0) {
        setCommand(kubectl::yaml(QStringLiteral("schedulingdecision"), nameSpace_, pod_));
        return showAttempt(std::min(shown_, decision_.attempts_size() - 1));
    }
    session_.cluster().get(podResource, nameSpace_.toStdString(), pod_.toStdString(),
                           [self = QPointer(this), asked](Result<api::ObjectPtr> pod) {
                               if (!self || self->question_ != asked) return;
                               if (!pod) return self->answered(fail(pod.error()));
                               const api::lab::WhatIf question = whatIfOf(**pod, self->edits_, true);
                               self->setCommand(whatIfCommand(question, self->nameSpace_));
                               self->session_.cluster().create(
                                   api::kindOf<api::lab::WhatIf>().name, self->nameSpace_.toStdString(),
                                   client::body(question), {}, [self, asked](Result<client::Written> answer) {
                                       if (self && self->question_ == asked)
                                           self->answered(std::move(answer));
                                   });
                           });
}

void VerdictPane::answered(Result<client::Written> answer) {
    const auto* told = answer ? dynamic_cast<const api::lab::WhatIf*>(answer->answer.get()) : nullptr;
    if (told == nullptr) {
        problem_->setText(answer ? tr("The scheduler gave no answer.") : errorDetail(answer.error()));
        if (!answer && problem_->text().isEmpty()) problem_->setText(errorLine(answer.error()));
        problem_->show();
        return;
    }
    supposed_ = true;
    model_.setAttempt(told->status().attempt());
    refresh();
}

void VerdictPane::setCommand(const QString& command) {
    if (command == command_) return;
    command_ = command;
    Q_EMIT commandChanged(command);
}

} // namespace wheelhouse::ui
