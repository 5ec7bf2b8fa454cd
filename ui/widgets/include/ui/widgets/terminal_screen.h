#pragma once

#include "ui/models/terminal_grid.h"
#include "ui/widgets/theme.h"

#include <QAbstractScrollArea>
#include <optional>

namespace wheelhouse::ui {

/// Paints a terminal and gives it what is typed. Every key is the program's, Tab and Escape included, except
/// Ctrl+Shift+C and V (copy, paste), Shift+Page Up and Down (history) and Ctrl+Tab (to the next widget). The
/// terminal takes the size of the widget. UI thread only; the grid must outlive it.
class TerminalScreen final : public QAbstractScrollArea {
    Q_OBJECT
  public:
    TerminalScreen(TerminalGrid& grid, const Theme& theme, QWidget* parent = nullptr);

    bool hasSelection() const { return selection_.has_value(); }
    QString selectedText() const;
    void copy() const;
    void paste();
    void selectAll();
    QSize sizeHint() const override { return {640, 240}; }

  protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void inputMethodEvent(QInputMethodEvent* event) override;
    QVariant inputMethodQuery(Qt::InputMethodQuery query) const override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool focusNextPrevChild(bool) override { return false; }

  private:
    struct Selection {
        QPoint from; ///< column, line
        QPoint to;
    };
    void measure();
    void fit();
    void follow();
    void paintLine(QPainter& painter, int line, int y) const;
    void paintCursor(QPainter& painter, int first) const;
    QColor colorOf(const TerminalColor& color, const QColor& plain, bool bold) const;
    bool selected(int line, int column) const;
    QPoint placeAt(const QPoint& at) const;
    bool ours(const QKeyEvent& event) const;

    TerminalGrid& grid_;
    const Theme& theme_;
    QFont font_;
    double cellWidth_ = 8;
    int cellHeight_ = 16;
    int ascent_ = 12;
    std::optional<Selection> selection_;
    QPoint anchor_; ///< where the mouse went down
};

} // namespace wheelhouse::ui
