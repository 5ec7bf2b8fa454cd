#include "ui/widgets/terminal_screen.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>
#include <algorithm>
#include <cmath>

namespace wheelhouse::ui {
namespace {

constexpr int margin = 8;

bool before(const QPoint& a, const QPoint& b) {
    return a.y() < b.y() || (a.y() == b.y() && a.x() < b.x());
}

} // namespace

TerminalScreen::TerminalScreen(TerminalGrid& grid, const Theme& theme, QWidget* parent)
    : QAbstractScrollArea(parent), grid_(grid), theme_(theme) {
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_InputMethodEnabled);
    viewport()->setCursor(Qt::IBeamCursor);
    setAccessibleName(tr("Terminal"));
    setAccessibleDescription(tr("Every key goes to the program. Ctrl+Tab leaves."));
    measure();
    connect(&grid_, &TerminalGrid::changed, this, [this] {
        follow();
        viewport()->update();
    });
    connect(&theme_, &Theme::changed, this, [this] {
        measure();
        fit();
        viewport()->update();
    });
    connect(verticalScrollBar(), &QScrollBar::valueChanged, viewport(), qOverload<>(&QWidget::update));
}

void TerminalScreen::measure() {
    font_ = theme_.mono(metrics::bodyPx);
    font_.setKerning(false);
    const QFontMetricsF m(font_);
    cellWidth_ = m.horizontalAdvance(QStringLiteral("MMMMMMMM")) / 8;
    cellHeight_ = std::max(1, static_cast<int>(std::ceil(m.height())));
    ascent_ = static_cast<int>(std::ceil(m.ascent()));
}

void TerminalScreen::fit() {
    const QSize room = viewport()->size() - QSize(2 * margin, margin);
    grid_.resize(static_cast<int>(room.width() / cellWidth_), room.height() / cellHeight_);
    follow();
}

/// Stays at the end for whoever is there, and where it is for whoever reads what was.
void TerminalScreen::follow() {
    QScrollBar* bar = verticalScrollBar();
    const bool atEnd = bar->value() >= bar->maximum();
    bar->setRange(0, grid_.history());
    bar->setPageStep(grid_.rows());
    if (atEnd) bar->setValue(bar->maximum());
}

QColor TerminalScreen::colorOf(const TerminalColor& color, const QColor& plain, bool bold) const {
    const Tokens& t = theme_.tokens();
    switch (color.kind) {
    case TerminalColor::Kind::Default:
        return plain;
    case TerminalColor::Kind::Own:
        return QColor(color.rgb);
    case TerminalColor::Kind::Named:
        break;
    }
    // Black and white are the ends of the theme's own scale, so that either is readable on the panel.
    const QColor named[] = {t.line, t.bad, t.ok, t.warning, t.accent, t.deleting, t.second, t.text};
    const bool bright = color.name >= 8 || bold;
    const QColor base = named[color.name % 8];
    return color.name == 8 ? t.muted : bright ? Theme::mix(base, t.text, 0.25) : base;
}

bool TerminalScreen::selected(int line, int column) const {
    if (!selection_) return false;
    const bool forward = before(selection_->from, selection_->to);
    const QPoint& first = forward ? selection_->from : selection_->to;
    const QPoint& last = forward ? selection_->to : selection_->from;
    const QPoint here(column, line);
    return !before(here, first) && !before(last, here);
}

void TerminalScreen::paintLine(QPainter& painter, int line, int y) const {
    const Tokens& t = theme_.tokens();
    for (int column = 0; column < grid_.columns();) {
        // One stroke for cells that look the same; only ASCII is sure to be as wide as its cell.
        const TerminalCell cell = grid_.cell(line, column);
        const bool marked = selected(line, column);
        QString run = cell.text.isEmpty() ? QStringLiteral(" ") : cell.text;
        int end = column + cell.width;
        const auto simple = [](const QString& text) {
            return text.isEmpty() || (text.size() == 1 && text[0].unicode() < 0x7f);
        };
        while (simple(cell.text) && end < grid_.columns()) {
            const TerminalCell next = grid_.cell(line, end);
            if (!simple(next.text) || next.style != cell.style || selected(line, end) != marked) break;
            run += next.text.isEmpty() ? QStringLiteral(" ") : next.text;
            end += next.width;
        }
        QColor fore = colorOf(cell.style.fore, t.text, cell.style.bold);
        QColor back = colorOf(cell.style.back, t.panel, false);
        if (cell.style.reverse) std::swap(fore, back);
        if (marked) back = theme_.tint(Tone::Accent);
        const QRectF box(margin + column * cellWidth_, y, (end - column) * cellWidth_, cellHeight_);
        if (back != t.panel) painter.fillRect(box, back);
        QFont font = font_;
        if (cell.style.bold) font.setBold(true);
        font.setItalic(cell.style.italic);
        font.setUnderline(cell.style.underline);
        font.setStrikeOut(cell.style.strike);
        painter.setFont(font);
        painter.setPen(fore);
        if (!run.trimmed().isEmpty() || cell.style.underline || cell.style.strike)
            painter.drawText(QPointF(box.left(), y + ascent_), run);
        column = end;
    }
}

void TerminalScreen::paintCursor(QPainter& painter, int first) const {
    const QPoint at = grid_.cursor();
    const int row = at.y() - first;
    if (!grid_.cursorVisible() || row < 0 || row >= grid_.rows()) return;
    const Tokens& t = theme_.tokens();
    const TerminalCell under = grid_.cell(at.y(), at.x());
    const QRectF box(margin + at.x() * cellWidth_, row * cellHeight_ + margin / 2, cellWidth_ * under.width,
                     cellHeight_);
    if (!hasFocus()) {
        painter.setPen(t.accent);
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(box.adjusted(0, 0, -1, -1));
        return;
    }
    painter.fillRect(box, t.accent);
    painter.setFont(font_);
    painter.setPen(t.onAccent);
    painter.drawText(QPointF(box.left(), box.top() + ascent_), under.text);
}

void TerminalScreen::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), theme_.tokens().panel);
    const int first = verticalScrollBar()->value();
    for (int row = 0; row < grid_.rows(); ++row)
        paintLine(painter, first + row, row * cellHeight_ + margin / 2);
    paintCursor(painter, first);
}

void TerminalScreen::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    fit();
}

/// What is not for the program.
bool TerminalScreen::ours(const QKeyEvent& event) const {
    const auto held = event.modifiers();
    if (held == (Qt::ControlModifier | Qt::ShiftModifier))
        return event.key() == Qt::Key_C || event.key() == Qt::Key_V || event.key() == Qt::Key_A;
    if (held == Qt::ShiftModifier) return event.key() == Qt::Key_PageUp || event.key() == Qt::Key_PageDown;
    return false;
}

bool TerminalScreen::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        // The window's shortcuts are letters for the program here.
        event->accept();
        return true;
    }
    if (event->type() == QEvent::KeyPress) {
        auto* key = static_cast<QKeyEvent*>(event);
        if (key->modifiers().testFlag(Qt::ControlModifier) &&
            (key->key() == Qt::Key_Tab || key->key() == Qt::Key_Backtab)) {
            QAbstractScrollArea::focusNextPrevChild(key->key() == Qt::Key_Tab);
            return true;
        }
        keyPressEvent(key);
        return true;
    }
    return QAbstractScrollArea::event(event);
}

void TerminalScreen::keyPressEvent(QKeyEvent* event) {
    event->accept();
    // A modifier by itself says nothing, and takes no selection away that is about to be copied.
    if (event->key() >= Qt::Key_Shift && event->key() <= Qt::Key_ScrollLock) return;
    if (event->key() == Qt::Key_AltGr) return;
    QScrollBar* bar = verticalScrollBar();
    if (ours(*event)) {
        switch (event->key()) {
        case Qt::Key_C:
            return copy();
        case Qt::Key_V:
            return paste();
        case Qt::Key_A:
            return selectAll();
        case Qt::Key_PageUp:
            return bar->setValue(bar->value() - bar->pageStep());
        default:
            return bar->setValue(bar->value() + bar->pageStep());
        }
    }
    selection_.reset();
    bar->setValue(bar->maximum());
    grid_.key(event->key(), event->modifiers(), event->text());
}

/// Accents, and characters that are composed of several keys.
void TerminalScreen::inputMethodEvent(QInputMethodEvent* event) {
    event->accept();
    if (!event->commitString().isEmpty()) grid_.key(0, Qt::NoModifier, event->commitString());
}

QVariant TerminalScreen::inputMethodQuery(Qt::InputMethodQuery query) const {
    if (query == Qt::ImEnabled) return true;
    if (query != Qt::ImCursorRectangle) return QAbstractScrollArea::inputMethodQuery(query);
    const QPoint at = grid_.cursor() - QPoint(0, verticalScrollBar()->value());
    return QRectF(margin + at.x() * cellWidth_, at.y() * cellHeight_ + margin / 2, cellWidth_, cellHeight_)
        .toRect();
}

QPoint TerminalScreen::placeAt(const QPoint& at) const {
    const int column = static_cast<int>((at.x() - margin) / cellWidth_);
    const int row = (at.y() - margin / 2) / cellHeight_;
    return {std::clamp(column, 0, grid_.columns() - 1),
            std::clamp(verticalScrollBar()->value() + row, 0, grid_.lines() - 1)};
}

void TerminalScreen::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::MiddleButton) {
        grid_.paste(QApplication::clipboard()->text(QClipboard::Selection));
        return;
    }
    if (event->button() != Qt::LeftButton) return;
    const QPoint place = placeAt(event->position().toPoint());
    selection_.reset();
    anchor_ = place;
    viewport()->update();
}

void TerminalScreen::mouseMoveEvent(QMouseEvent* event) {
    if (!event->buttons().testFlag(Qt::LeftButton)) return;
    const QPoint place = placeAt(event->position().toPoint());
    if (!selection_ && place == anchor_) return;
    selection_ = Selection{anchor_, place};
    if (QApplication::clipboard()->supportsSelection())
        QApplication::clipboard()->setText(selectedText(), QClipboard::Selection);
    viewport()->update();
}

/// A word.
void TerminalScreen::mouseDoubleClickEvent(QMouseEvent* event) {
    const QPoint place = placeAt(event->position().toPoint());
    const auto isWord = [&](int column) { return !grid_.cell(place.y(), column).text.trimmed().isEmpty(); };
    if (!isWord(place.x())) return;
    int first = place.x();
    int last = place.x();
    while (first > 0 && isWord(first - 1))
        --first;
    while (last + 1 < grid_.columns() && isWord(last + 1))
        ++last;
    selection_ = Selection{{first, place.y()}, {last, place.y()}};
    viewport()->update();
}

void TerminalScreen::contextMenuEvent(QContextMenuEvent* event) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("Copy (Ctrl+Shift+C)"), this, &TerminalScreen::copy)->setEnabled(hasSelection());
    menu->addAction(tr("Paste (Ctrl+Shift+V)"), this, &TerminalScreen::paste);
    menu->addAction(tr("Select all (Ctrl+Shift+A)"), this, &TerminalScreen::selectAll);
    menu->popup(event->globalPos());
}

void TerminalScreen::focusInEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusInEvent(event);
    viewport()->update();
}

void TerminalScreen::focusOutEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusOutEvent(event);
    viewport()->update();
}

QString TerminalScreen::selectedText() const {
    return selection_ ? grid_.text(selection_->from, selection_->to) : QString();
}

void TerminalScreen::copy() const {
    if (selection_) QApplication::clipboard()->setText(selectedText());
}

void TerminalScreen::paste() {
    const QString text = QApplication::clipboard()->text();
    if (!text.isEmpty()) grid_.paste(text);
}

void TerminalScreen::selectAll() {
    selection_ = Selection{{0, 0}, {grid_.columns() - 1, grid_.lines() - 1}};
    viewport()->update();
}

} // namespace wheelhouse::ui
