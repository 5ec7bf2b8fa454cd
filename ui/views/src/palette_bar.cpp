#include "palette_bar.h"

#include <QApplication>
#include <QDrag>
#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QMimeData>
#include <QMouseEvent>
#include <QPainter>

namespace wheelhouse::ui {

PaletteItem::PaletteItem(const Theme& theme, const DeployTemplate& what, const QString& mime, QWidget* parent)
    : QAbstractButton(parent), theme_(theme), what_(what), mime_(mime) {
    setObjectName(QStringLiteral("palette.") + what.id);
    setText(what.name);
    setAccessibleName(what.name);
    setAccessibleDescription(what.note);
    setToolTip(mime.isEmpty() ? what.note : tr("Drag it onto a zone or a node, or press it"));
    setCursor(mime.isEmpty() ? Qt::PointingHandCursor : Qt::OpenHandCursor);
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
    p.setPen(Qt::NoPen);
    p.setBrush(theme_.hue(what_.hue));
    p.drawRoundedRect(QRectF(10, height() / 2.0 - 11, 22, 22), 6, 6);
    p.drawPixmap(14, height() / 2 - 7, theme_.pixmap(what_.icon, 14, t.panel, devicePixelRatioF()));
    const QRect text = rect().adjusted(42, 7, -8, -7);
    const auto line = [&](const QRect& box, const QFont& font, const QColor& color, const QString& words) {
        p.setFont(font);
        p.setPen(color);
        p.drawText(box, Qt::AlignLeft | Qt::AlignVCenter,
                   p.fontMetrics().elidedText(words, Qt::ElideRight, box.width()));
    };
    line(QRect(text.left(), text.top(), text.width(), 18), theme_.body(metrics::smallPx, QFont::DemiBold),
         t.text, what_.name);
    line(QRect(text.left(), text.top() + 17, text.width(), 16), theme_.body(metrics::captionPx), t.muted,
         what_.note);
}

void PaletteItem::mousePressEvent(QMouseEvent* event) {
    pressed_ = event->pos();
    QAbstractButton::mousePressEvent(event);
}

void PaletteItem::mouseMoveEvent(QMouseEvent* event) {
    const bool far = (event->pos() - pressed_).manhattanLength() >= QApplication::startDragDistance();
    if (mime_.isEmpty() || (event->buttons() & Qt::LeftButton) == 0 || !far)
        return QAbstractButton::mouseMoveEvent(event);
    setDown(false);
    auto* drag = new QDrag(this);
    auto* data = new QMimeData;
    data->setData(MapDrag::templateMime, mime_.toUtf8());
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

PaletteBar::PaletteBar(const Theme& theme, QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("palette"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(20, 0, 20, 10);
    row->setSpacing(8);
    for (const DeployTemplate& each : deployTemplates()) {
        auto* item = new PaletteItem(theme, each, each.id, this);
        connect(item, &QAbstractButton::clicked, this, [this, id = each.id] { Q_EMIT templateChosen(id); });
        row->addWidget(item, 1);
    }
    const DeployTemplate file{QStringLiteral("file"),
                              tr("Your YAML"),
                              tr("drop a file on the map"),
                              QStringLiteral("document"),
                              4,
                              1,
                              false};
    auto* yours = new PaletteItem(theme, file, {}, this);
    connect(yours, &QAbstractButton::clicked, this, &PaletteBar::fileWanted);
    row->addWidget(yours, 1);
    row->addStretch(0);
    bin_ = new NodeBin(theme, this);
    row->addWidget(bin_);
}

PaletteItem* PaletteBar::item(const QString& id) const {
    return findChild<PaletteItem*>(QStringLiteral("palette.") + id);
}

} // namespace wheelhouse::ui
