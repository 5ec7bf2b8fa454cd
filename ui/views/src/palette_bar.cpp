#include "palette_bar.h"

#include <QApplication>
#include <QButtonGroup>
#include <QDrag>
#include <QDragEnterEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QMimeData>
#include <QMouseEvent>
#include <QPainter>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace wheelhouse::ui {

PaletteItem::PaletteItem(const Theme& theme, PaletteLook look, QWidget* parent)
    : QAbstractButton(parent), theme_(theme), look_(std::move(look)) {
    setObjectName(QStringLiteral("palette.") + look_.id);
    setText(look_.name);
    setAccessibleName(look_.name);
    setAccessibleDescription(look_.note);
    const QString drag = look_.mime.isEmpty() ? QString() : tr("Drag it onto a zone or a node, or press it");
    setToolTip(QStringList({look_.name, look_.note, drag}).join(u'\n').trimmed());
    setCursor(look_.mime.isEmpty() ? Qt::PointingHandCursor : Qt::OpenHandCursor);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setMaximumWidth(200);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void PaletteItem::paintEvent(QPaintEvent*) {
    const Tokens& t = theme_.tokens();
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(QPen(hasFocus() ? t.accent : underMouse() ? Theme::mix(t.line, t.muted, 0.5) : t.line, 1));
    p.setBrush(underMouse() ? Theme::mix(t.raised, t.line, 0.5) : t.raised);
    p.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
    const qreal tile = look_.small ? 18 : 22;
    // A name of two letters and dots says less than the icon alone; the tool tip has all of it.
    const bool named = width() >= (look_.small ? 72 : 88);
    const QRectF box(!named ? (width() - tile) / 2 : look_.small ? 6 : 10, (height() - tile) / 2, tile, tile);
    p.setPen(Qt::NoPen);
    p.setBrush(look_.hue ? theme_.hue(*look_.hue) : theme_.tint(Tone::Bad));
    p.drawRoundedRect(box, 6, 6);
    p.drawPixmap(box.center() - QPointF(7, 7),
                 theme_.pixmap(look_.icon, 14, look_.hue ? t.panel : t.bad, devicePixelRatioF()));
    if (!named) return;
    const int left = static_cast<int>(box.right()) + (look_.small ? 6 : 10);
    const QRect text(left, 0, width() - left - 8, height());
    const auto line = [&](const QRect& at, const QFont& font, const QColor& color, const QString& words) {
        p.setFont(font);
        p.setPen(color);
        p.drawText(at, Qt::AlignLeft | Qt::AlignVCenter,
                   p.fontMetrics().elidedText(words, Qt::ElideRight, at.width()));
    };
    if (look_.small) return line(text, theme_.body(metrics::smallPx, QFont::Medium), t.text, look_.name);
    line(QRect(text.left(), 7, text.width(), 18), theme_.body(metrics::smallPx, QFont::DemiBold), t.text,
         look_.name);
    line(QRect(text.left(), 24, text.width(), 16), theme_.body(metrics::captionPx), t.muted, look_.note);
}

void PaletteItem::mousePressEvent(QMouseEvent* event) {
    pressed_ = event->pos();
    QAbstractButton::mousePressEvent(event);
}

void PaletteItem::mouseMoveEvent(QMouseEvent* event) {
    const bool far = (event->pos() - pressed_).manhattanLength() >= QApplication::startDragDistance();
    if (look_.mime.isEmpty() || (event->buttons() & Qt::LeftButton) == 0 || !far)
        return QAbstractButton::mouseMoveEvent(event);
    setDown(false);
    auto* drag = new QDrag(this);
    auto* data = new QMimeData;
    data->setData(look_.mime, look_.id.toUtf8());
    drag->setMimeData(data);
    drag->setPixmap(grab());
    drag->setHotSpot(pressed_);
    drag->exec(Qt::CopyAction);
}

void PaletteItem::enterEvent(QEnterEvent* event) {
    QAbstractButton::enterEvent(event);
    update();
}

void PaletteItem::leaveEvent(QEvent* event) {
    QAbstractButton::leaveEvent(event);
    update();
}

NodeBin::NodeBin(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
    setAcceptDrops(true);
    setAccessibleName(tr("Bin"));
    setAccessibleDescription(tr("Drag a node here to drain and remove it, or a pod to evict it"));
    setToolTip(accessibleDescription());
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void NodeBin::paintEvent(QPaintEvent*) {
    const Tokens& t = theme_.tokens();
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(QPen(over_ ? t.bad : Theme::mix(t.line, t.muted, 0.35), over_ ? 1.6 : 1, Qt::DashLine));
    p.setBrush(over_ ? theme_.tint(Tone::Bad) : QBrush(Qt::NoBrush));
    p.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 8, 8);
    const QColor color = over_ ? t.bad : t.muted;
    p.drawPixmap(12, height() / 2 - 8,
                 theme_.pixmap(QStringLiteral("trash"), 16, color, devicePixelRatioF()));
    p.setPen(color);
    p.setFont(theme_.body(metrics::captionPx));
    p.drawText(rect().adjusted(36, 0, -8, 0), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap,
               tr("drain and remove"));
}

void NodeBin::dragEnterEvent(QDragEnterEvent* event) {
    if (!event->mimeData()->hasFormat(MapDrag::nodeMime) && !event->mimeData()->hasFormat(MapDrag::podMime))
        return;
    event->setDropAction(Qt::MoveAction);
    event->accept();
    over_ = true;
    update();
}

void NodeBin::dragLeaveEvent(QDragLeaveEvent*) {
    over_ = false;
    update();
}

void NodeBin::dropEvent(QDropEvent* event) {
    over_ = false;
    update();
    event->setDropAction(Qt::MoveAction);
    event->accept();
    const QMimeData* data = event->mimeData();
    if (data->hasFormat(MapDrag::nodeMime))
        Q_EMIT nodeDropped(QString::fromUtf8(data->data(MapDrag::nodeMime)));
    else
        Q_EMIT podDropped(QString::fromUtf8(data->data(MapDrag::podMime)));
}

PaletteLook lookOf(const FaultTemplate& what, bool small) {
    return {what.id, what.name, what.note, what.icon, std::nullopt, MapDrag::faultMime, small};
}

PaletteBar::PaletteBar(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
    setObjectName(QStringLiteral("palette"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(20, 0, 20, 10);
    row->setSpacing(12);
    row->addWidget(buildModes());
    stack_ = new QStackedWidget(this);
    stack_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    stack_->addWidget(buildTemplates());
    stack_->addWidget(buildFaults());
    row->addWidget(stack_, 1);
    bin_ = new NodeBin(theme, this);
    row->addWidget(bin_);
}

QWidget* PaletteBar::buildModes() {
    auto* modes = new QWidget(this);
    auto* column = new QVBoxLayout(modes);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    build_ = makeButton(tr("Build"), "chip", modes);
    break_ = makeButton(tr("Break"), "chip", modes);
    break_->setObjectName(QStringLiteral("palette.break"));
    auto* group = new QButtonGroup(modes);
    for (auto* button : {build_, break_}) {
        button->setCheckable(true);
        group->addButton(button);
        column->addWidget(button);
    }
    build_->setChecked(true);
    connect(break_, &QPushButton::toggled, this, [this](bool on) { stack_->setCurrentIndex(on ? 1 : 0); });
    return modes;
}

QWidget* PaletteBar::buildTemplates() {
    auto* page = new QWidget(this);
    auto* row = new QHBoxLayout(page);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    for (const DeployTemplate& each : deployTemplates()) {
        auto* item = new PaletteItem(
            theme_, {each.id, each.name, each.note, each.icon, each.hue, MapDrag::templateMime, false}, page);
        connect(item, &QAbstractButton::clicked, this, [this, id = each.id] { Q_EMIT templateChosen(id); });
        row->addWidget(item, 1);
    }
    auto* yours = new PaletteItem(theme_,
                                  {QStringLiteral("file"), tr("Your YAML"), tr("a file or a Helm chart"),
                                   QStringLiteral("document"), 4, QString(), false},
                                  page);
    connect(yours, &QAbstractButton::clicked, this, &PaletteBar::fileWanted);
    row->addWidget(yours, 1);
    row->addStretch(0);
    return page;
}

/// Two lines of small ones, so that as many fit as there are.
QWidget* PaletteBar::buildFaults() {
    auto* page = new QWidget(this);
    auto* grid = new QGridLayout(page);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(4);
    const auto all = faultTemplates();
    const int columns = (static_cast<int>(all.size()) + 1) / 2;
    for (int i = 0; i < static_cast<int>(all.size()); ++i) {
        const FaultTemplate& each = all[static_cast<std::size_t>(i)];
        auto* item = new PaletteItem(theme_, lookOf(each, true), page);
        connect(item, &QAbstractButton::clicked, this, [this, id = each.id] { Q_EMIT faultChosen(id); });
        grid->addWidget(item, i / columns, i % columns);
    }
    return page;
}

void PaletteBar::setFaultsPossible(bool possible, const QString& why) {
    break_->setEnabled(possible);
    break_->setToolTip(why);
    if (!possible) showFaults(false);
}

void PaletteBar::showFaults(bool faults) {
    (faults ? break_ : build_)->setChecked(true);
}

PaletteItem* PaletteBar::item(const QString& id) const {
    return findChild<PaletteItem*>(QStringLiteral("palette.") + id);
}

} // namespace wheelhouse::ui
