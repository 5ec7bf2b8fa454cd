#pragma once

#include "ui/widgets/theme.h"

#include <QPainter>
#include <algorithm>

namespace wheelhouse::ui {

/// Paints one line of a list from left to right: texts of given widths, cut where they do not fit, and a
/// state dot. Gives the painter back as it was. On the UI thread, while the painter lives.
class LinePainter {
  public:
    LinePainter(QPainter& painter, const Theme& theme, const QRect& row, int gap,
                Qt::TextElideMode elide = Qt::ElideRight)
        : painter_(painter), theme_(theme), rest_(row), gap_(gap), elide_(elide) {
        painter_.save();
        painter_.setRenderHint(QPainter::Antialiasing);
    }
    ~LinePainter() { painter_.restore(); }
    LinePainter(const LinePainter&) = delete;
    LinePainter& operator=(const LinePainter&) = delete;

    /// Pixels left.
    int room() const { return rest_.width(); }
    void text(int width, const QFont& font, const QColor& color, const QString& text) {
        if (rest_.width() <= 0) return;
        painter_.setFont(font);
        painter_.setPen(color);
        const QRect box(rest_.left(), rest_.top(), std::min(width, rest_.width()), rest_.height());
        painter_.drawText(box, Qt::AlignLeft | Qt::AlignVCenter,
                          painter_.fontMetrics().elidedText(text, elide_, box.width()));
        rest_.setLeft(rest_.left() + width + gap_);
    }
    void dot(Tone tone) {
        painter_.setPen(Qt::NoPen);
        painter_.setBrush(theme_.color(tone));
        painter_.drawEllipse(QRectF(rest_.left(), rest_.center().y() - 3, 7, 7));
        rest_.setLeft(rest_.left() + 17);
    }

  private:
    QPainter& painter_;
    const Theme& theme_;
    QRect rest_;
    const int gap_;
    const Qt::TextElideMode elide_;
};

} // namespace wheelhouse::ui
