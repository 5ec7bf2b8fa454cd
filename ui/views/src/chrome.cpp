#include "chrome.h"

#include <QFocusEvent>
#include <QHBoxLayout>
#include <QMenu>
#include <QPainter>

namespace wheelhouse::ui {

namespace {

constexpr int narrowBar = 1280; ///< below it the clock shows its present speed only
constexpr int roomyBar = 1380;  ///< from here the search is more than an icon

} // namespace

RailButton::RailButton(const Theme& theme, const QString& icon, const QString& text, QWidget* parent)
    : QAbstractButton(parent), theme_(theme), icon_(icon) {
    setText(text);
    setCheckable(true);
    setAutoExclusive(true);
    setFocusPolicy(Qt::TabFocus);
    setCursor(Qt::PointingHandCursor);
    setAccessibleName(text);
    setFixedHeight(58);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

QSize RailButton::sizeHint() const {
    return {QFontMetrics(theme_.body(10, QFont::DemiBold)).horizontalAdvance(text()) + 6, 58};
}

void RailButton::paintEvent(QPaintEvent*) {
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const Tokens& t = theme_.tokens();
    const QRect tile = rect().adjusted(6, 3, -6, -3);
    if (isChecked() || underMouse() || (hasFocus() && byKey_)) {
        p.setPen((hasFocus() && byKey_) ? QPen(t.accent, 1) : QPen(Qt::NoPen));
        p.setBrush(isChecked() ? t.raised : Theme::mix(t.panel, t.raised, 0.6));
        p.drawRoundedRect(QRectF(tile).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
    }
    const QColor color = isChecked() ? t.accent : underMouse() ? t.text : t.muted;
    if (isChecked()) {
        p.setPen(Qt::NoPen);
        p.setBrush(t.accent);
        p.drawRoundedRect(QRectF(0, 10, 2.5, height() - 20), 1.2, 1.2);
    }
    p.drawPixmap(width() / 2 - 11, 10, theme_.pixmap(icon_, 22, color, devicePixelRatioF()));
    p.setFont(theme_.body(10, isChecked() ? QFont::DemiBold : QFont::Medium));
    p.setPen(color);
    p.drawText(QRect(0, 34, width(), 16), Qt::AlignCenter, text());
}

void RailButton::focusInEvent(QFocusEvent* event) {
    byKey_ = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason;
    QAbstractButton::focusInEvent(event);
}

void RailButton::enterEvent(QEnterEvent* event) {
    QAbstractButton::enterEvent(event);
    update();
}

void RailButton::leaveEvent(QEvent* event) {
    QAbstractButton::leaveEvent(event);
    update();
}

TopBar::TopBar(ClusterSession& session, ClusterActions& actions, const KeyTable& keys, const Theme& theme,
               const QString& title, const QString& place, QWidget* parent)
    : QWidget(parent), session_(session), theme_(theme) {
    setObjectName(QStringLiteral("topBar"));
    setAttribute(Qt::WA_StyledBackground);
    setFixedHeight(metrics::topBarHeight);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(20, 0, 16, 0);
    row->setSpacing(8);
    auto* name = makeLabel(title, "heading", this);
    auto* where = makeLabel(place, "muted", this);
    state_ = new StateChip(theme, this);
    row->addWidget(name);
    row->addWidget(where);
    row->addSpacing(4);
    row->addWidget(state_);
    row->addSpacing(8);
    nameSpace_ = new Chooser(theme, this);
    nameSpace_->setText(tr("all namespaces"));
    nameSpace_->setMenu(new QMenu(nameSpace_));
    nameSpace_->setMinimumWidth(170);
    nameSpace_->setToolTip(tr("Namespace shown"));
    row->addWidget(nameSpace_);
    search_ = makeButton({}, "search", this);
    setThemedIcon(search_, theme, QStringLiteral("search"), Tone::Muted);
    search_->setAccessibleName(tr("Search or run"));
    const auto hint = [this, &keys] {
        search_->setToolTip(keys.hint(tr("Go anywhere, do anything"), Deed::Search));
        searchKey_ = keys.textOf(Deed::Search);
        nameSearch();
    };
    row->addWidget(search_);
    row->addStretch(1);
    clock_ = new ClockBar(session.clock(), actions, session.executor(), keys, theme, this);
    row->addWidget(clock_);
    row->addSpacing(4);
    const auto count = [&](const QString& tip) {
        auto* button = makeButton({}, "count", this);
        button->setToolTip(tip);
        row->addWidget(button);
        return button;
    };
    nodes_ = count(tr("Show the nodes"));
    pods_ = count(tr("Show the pods"));
    pending_ = count(tr("Pods that wait for a node or are starting"));
    failing_ = count(tr("Show only trouble"));
    view_ = makeButton({}, "quiet", this);
    setThemedIcon(view_, theme, QStringLiteral("sun"), Tone::Muted);
    view_->setToolTip(tr("How it looks, and keys"));
    view_->setAccessibleName(tr("How it looks, and keys"));
    row->addSpacing(4);
    row->addWidget(view_);
    deploy_ = makeButton(tr("Deploy"), "primary", this);
    deploy_->setToolTip(tr("Apply a manifest"));
    row->addSpacing(4);
    row->addWidget(deploy_);
    hint();
    connect(&keys, &KeyTable::changed, this, hint);
    connect(deploy_, &QPushButton::clicked, this, &TopBar::deployRequested);
    connect(search_, &QPushButton::clicked, this, &TopBar::searchRequested);
    connect(nodes_, &QPushButton::clicked, this, &TopBar::nodesRequested);
    connect(pods_, &QPushButton::clicked, this, &TopBar::podsRequested);
    connect(pending_, &QPushButton::clicked, this, &TopBar::troubleRequested);
    connect(failing_, &QPushButton::clicked, this, &TopBar::troubleRequested);
    connect(&session_, &ClusterSession::namespacesChanged, this, &TopBar::fillNamespaces);
    connect(&session_, &ClusterSession::connectionChanged, this, &TopBar::refresh);
    connect(&session_.map(), &ClusterMapModel::changed, this, &TopBar::refresh);
    fillNamespaces();
    refresh();
}

void TopBar::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    clock_->setCompact(width() < narrowBar);
    nameSearch();
}

void TopBar::nameSearch() {
    search_->setText(width() < roomyBar ? QString()
                                        : tr("Search or run") + QStringLiteral("   ") + searchKey_);
}

void TopBar::fillNamespaces() {
    QMenu* menu = nameSpace_->menu();
    menu->clear();
    const auto add = [&](const QString& label, const QString& value) {
        auto* action = menu->addAction(label);
        action->setCheckable(true);
        action->setChecked(value == chosen_);
        connect(action, &QAction::triggered, this, [this, value] { choose(value); });
    };
    add(tr("all namespaces"), {});
    menu->addSeparator();
    for (const QString& name : session_.namespaces())
        add(name, name);
}

void TopBar::choose(const QString& nameSpace) {
    chosen_ = nameSpace;
    nameSpace_->setText(nameSpace.isEmpty() ? tr("all namespaces") : nameSpace);
    fillNamespaces();
    Q_EMIT namespaceChosen(nameSpace);
}

void TopBar::showPast(bool past) {
    past_ = past;
    refresh();
}

void TopBar::refresh() {
    switch (session_.connection()) {
    case ClusterSession::Connection::Connecting:
        state_->setState(tr("connecting"), Tone::Muted);
        break;
    case ClusterSession::Connection::Connected:
        past_ ? state_->setState(tr("past"), Tone::Warning) : state_->setState(tr("live"), Tone::Good);
        break;
    case ClusterSession::Connection::Unreachable:
        state_->setState(tr("no answer"), Tone::Bad);
        break;
    }
    const auto counts = session_.map().counts();
    const auto set = [](QPushButton* button, const QString& text, const char* tone) {
        if (button->text() != text) button->setText(text);
        restyle(button, "tone", tone);
    };
    const QString nodes = counts.nodes == 1 ? tr("1 node") : tr("%1 nodes").arg(counts.nodes);
    set(nodes_, counts.nodesInTrouble > 0 ? nodes + tr(", %1 down").arg(counts.nodesInTrouble) : nodes,
        counts.nodesInTrouble > 0 ? "bad" : "");
    set(pods_, counts.pods == 1 ? tr("1 pod") : tr("%1 pods").arg(counts.pods), "");
    set(pending_, tr("%1 pending").arg(counts.pending), "warning");
    set(failing_, tr("%1 failing").arg(counts.failing), "bad");
    pending_->setVisible(counts.pending > 0);
    failing_->setVisible(counts.failing > 0);
}

Banner::Banner(const Theme& theme, const char* kind, const QString& icon, Tone tone, QWidget* parent)
    : QWidget(parent) {
    setObjectName(QString::fromLatin1(kind));
    setAttribute(Qt::WA_StyledBackground);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(20, 6, 12, 6);
    row->setSpacing(10);
    auto* mark = new QLabel(this);
    const auto draw = [this, mark, &theme, icon, tone] {
        mark->setPixmap(theme.pixmap(icon, 16, theme.color(tone), devicePixelRatioF()));
    };
    draw();
    connect(&theme, &Theme::changed, this, draw);
    text_ = new QLabel(this);
    text_->setWordWrap(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    close_ = makeButton({}, "quiet", this);
    setThemedIcon(close_, theme, QStringLiteral("close"), Tone::Muted, 14);
    close_->setAccessibleName(tr("Close message"));
    row->addWidget(mark);
    row->addWidget(text_, 1);
    row->addWidget(close_);
    connect(close_, &QPushButton::clicked, this, &QWidget::hide);
    hide();
}

void Banner::say(const QString& text) {
    text_->setText(text);
    setVisible(!text.isEmpty());
}

QString Banner::text() const {
    return text_->text();
}

void Banner::stay() {
    close_->hide();
}

QPushButton* Banner::addButton(const QString& text) {
    auto* button = makeButton(text, "", this);
    static_cast<QHBoxLayout*>(layout())->insertWidget(2, button);
    return button;
}

} // namespace wheelhouse::ui
