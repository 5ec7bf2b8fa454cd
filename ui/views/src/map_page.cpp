#include "ui/views/map_page.h"

#include "palette_bar.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QPainter>
#include <QStackedWidget>
#include <algorithm>

namespace wheelhouse::ui {

MapLegend::MapLegend(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setFixedHeight(24);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void MapLegend::setApplications(std::vector<std::pair<QString, int>> applications) {
    if (applications == applications_) return;
    applications_ = std::move(applications);
    update();
}

void MapLegend::paintEvent(QPaintEvent*) {
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    p.setFont(theme_.body(metrics::smallPx));
    int x = 0;
    for (const auto& [name, hue] : applications_) {
        const QString text = p.fontMetrics().elidedText(name, Qt::ElideRight, 110);
        const int width = 16 + p.fontMetrics().horizontalAdvance(text);
        if (x + width > this->width()) break;
        p.setPen(Qt::NoPen);
        p.setBrush(theme_.hue(hue));
        p.drawRoundedRect(QRectF(x, height() / 2.0 - 5, 10, 10), 3, 3);
        p.setPen(Theme::mix(theme_.tokens().text, theme_.tokens().muted, 0.5));
        p.drawText(QRect(x + 16, 0, width, height()), Qt::AlignLeft | Qt::AlignVCenter, text);
        x += width + 16;
    }
}

QString MapPage::wordsOf(MapGrouping grouping) {
    switch (grouping) {
    case MapGrouping::Zone:
        return tr("by zone");
    case MapGrouping::Pool:
        return tr("by pool");
    case MapGrouping::Namespace:
        return tr("by namespace");
    case MapGrouping::Owner:
        return tr("by owner");
    }
    return {};
}

MapPage::MapPage(ClusterSession& session, const KeyTable& keys, const Theme& theme, QWidget* parent)
    : QWidget(parent), session_(session), keys_(keys), theme_(theme) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(20, 12, 20, 12);
    bar->setSpacing(8);
    bar->addWidget(makeLabel(tr("Map"), "title", this));
    by_ = makeLabel(tr("by zone"), "muted", this);
    by_->setContentsMargins(0, 4, 8, 0);
    bar->addWidget(by_);
    groupings_ = new QButtonGroup(this);
    const auto chip = [&](const QString& text, MapGrouping grouping) {
        auto* button = makeButton(text, "chip", this);
        button->setCheckable(true);
        button->setChecked(grouping == MapGrouping::Zone);
        groupings_->addButton(button, static_cast<int>(grouping));
        bar->addWidget(button);
    };
    chip(tr("zone"), MapGrouping::Zone);
    chip(tr("pool"), MapGrouping::Pool);
    chip(tr("namespace"), MapGrouping::Namespace);
    chip(tr("owner"), MapGrouping::Owner);
    trouble_ = makeButton(tr("only trouble"), "chip", this);
    trouble_->setCheckable(true);
    bar->addSpacing(8);
    bar->addWidget(trouble_);
    bar->addSpacing(12);
    legend_ = new MapLegend(theme, this);
    bar->addWidget(legend_, 1);
    addNode_ = makeButton(tr("Add node"), "", this);
    setThemedIcon(addNode_, theme, QStringLiteral("plus"), Tone::Plain);
    bar->addWidget(addNode_);
    column->addLayout(bar);
    map_ = new MapView(
        session.map(), keys, theme, session.executor(), [&session] { return session.now(); }, this);
    empty_ = new EmptyState(theme, QStringLiteral("wheel"), this);
    emptyAdd_ = empty_->addButton(tr("Add a node"), "primary");
    stack_ = new QStackedWidget(this);
    stack_->addWidget(map_);
    stack_->addWidget(empty_);
    column->addWidget(stack_, 1);
    drag_ = new MapDrag(session, *map_, this);
    palette_ = new PaletteBar(theme, this);
    column->addWidget(palette_);
    connect(groupings_, &QButtonGroup::idToggled, this, [this](int id, bool on) {
        if (!on) return;
        map_->setGrouping(static_cast<MapGrouping>(id));
        if (past_ != nullptr) past_->setGrouping(map_->grouping());
        by_->setText(wordsOf(map_->grouping()));
    });
    connect(trouble_, &QPushButton::toggled, map_, &MapView::setOnlyTrouble);
    connect(addNode_, &QPushButton::clicked, this, [this] { Q_EMIT addNodeRequested(addNode_); });
    connect(emptyAdd_, &QPushButton::clicked, this, [this] { Q_EMIT addNodeRequested(emptyAdd_); });
    connect(&session_.map(), &ClusterMapModel::changed, this, &MapPage::refresh);
    connect(&session_, &ClusterSession::connectionChanged, this, &MapPage::refresh);
    connect(&session_, &ClusterSession::loadedChanged, this, &MapPage::refresh);
    refresh();
}

void MapPage::setOnlyTrouble(bool only) {
    trouble_->setChecked(only);
}

void MapPage::setReducedMotion(bool reduced) {
    map_->setReducedMotion(reduced);
    if (past_ != nullptr) past_->setReducedMotion(reduced);
}

bool MapPage::onlyTrouble() const {
    return trouble_->isChecked();
}

void MapPage::setGrouping(MapGrouping grouping) {
    if (auto* chip = groupings_->button(static_cast<int>(grouping))) chip->setChecked(true);
}

void MapPage::showPast(ClusterMapModel* past) {
    if (past != nullptr && past_ == nullptr) {
        past_ = new MapView(
            *past, keys_, theme_, session_.executor(), [this] { return session_.now(); }, this);
        past_->setAccessibleName(tr("Cluster map of the past"));
        past_->setReducedMotion(map_->reducedMotion());
        stack_->addWidget(past_);
    }
    if (past_ != nullptr) past_->setGrouping(map_->grouping());
    inPast_ = past != nullptr;
    palette_->setVisible(!inPast_);
    refresh();
}

void MapPage::refresh() {
    auto applications = session_.map().applications(8);
    for (auto& [name, value] : applications)
        value = session_.map().hueOfApplication(name);
    std::sort(applications.begin(), applications.end());
    legend_->setApplications(std::move(applications));
    const bool connected = session_.connection() == ClusterSession::Connection::Connected;
    addNode_->setEnabled(connected && session_.isLab() && !inPast_);
    addNode_->setToolTip(
        inPast_      ? tr("The past can be looked at, not changed")
        : !connected ? tr("The cluster does not answer yet")
        : session_.isLab()
            ? tr("Add virtual machines or simulated nodes")
            : tr("Only a Wheelhouse lab can make nodes: this cluster does not serve Machines"));
    const bool anything = !session_.map().nodes().empty() || !session_.map().queue().empty();
    if (inPast_)
        stack_->setCurrentWidget(past_);
    else
        stack_->setCurrentIndex(anything ? 0 : 1);
    if (anything) return;
    emptyAdd_->setVisible(session_.loaded() && session_.isLab());
    if (session_.loaded())
        empty_->setTexts(tr("A cluster without nodes"),
                         session_.isLab() ? tr("The control plane runs. Pods need a node to run on: add a "
                                               "virtual machine, or a simulated node to try things at once.")
                                          : tr("The control plane answers, but no node has joined it yet."));
    else if (session_.connection() == ClusterSession::Connection::Unreachable)
        empty_->setTexts(tr("The cluster does not answer"), session_.connectionError());
    else
        empty_->setTexts(tr("Connecting…"), tr("The map fills as soon as the cluster answers."));
}

} // namespace wheelhouse::ui
