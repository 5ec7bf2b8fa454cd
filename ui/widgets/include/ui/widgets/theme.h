#pragma once

#include "ui/models/cluster_map_model.h"
#include "ui/models/live_table_model.h"

#include <QColor>
#include <QFont>
#include <QIcon>
#include <QObject>
#include <QPalette>
#include <QPixmap>
#include <array>
#include <map>

namespace wheelhouse::ui {

/// The colours of one appearance, by what they are for.
struct Tokens {
    bool dark = true;
    QColor background, panel, raised, line, text, muted, accent, onAccent, second, ok, warning, bad, deleting,
        completed;
    std::array<QColor, hueCount> hues;
};

/// Whom the colours of states are made for.
enum class ColorVision : std::uint8_t {
    Usual,
    RedGreen,   ///< red and green look alike: good is blue, bad orange, and they differ in lightness
    BlueYellow, ///< blue and yellow look alike
};

/// What of the look can be chosen.
struct Look {
    bool dark = true;
    ColorVision vision = ColorVision::Usual;
    bool projector = false; ///< for a room: large type, thick lines, more contrast
    bool operator==(const Look&) const = default;
};

/// Sizes every view uses; all in device-independent pixels, spacing in steps of four.
namespace metrics {
inline constexpr int unit = 4;
inline constexpr int railWidth = 60;
inline constexpr int topBarHeight = 52;
inline constexpr int rowHeight = 32; ///< of tables
inline constexpr int radius = 8;
inline constexpr int cardRadius = 10;
inline constexpr int bodyPx = 13;
inline constexpr int smallPx = 12;
inline constexpr int captionPx = 11;
inline constexpr int titlePx = 18;
} // namespace metrics

/// How everything looks: colours, fonts, icons and the one style sheet, made from the tokens. The only place
/// that names a colour. Views hold a reference and repaint on changed(). UI thread only.
class Theme final : public QObject {
    Q_OBJECT
  public:
    explicit Theme(bool dark, QObject* parent = nullptr);
    /// The base style and fonts for the whole program; harmless to call again.
    static void prepareApplication();
    /// What the desktop asks for.
    static bool systemIsDark();

    void setLook(const Look& look);
    const Look& look() const { return look_; }
    void setDark(bool dark);
    bool isDark() const { return tokens_.dark; }
    const Tokens& tokens() const { return tokens_; }
    QColor color(Tone tone) const;
    QColor hue(int index) const {
        return tokens_.hues[static_cast<std::size_t>(index) % tokens_.hues.size()];
    }
    /// `amount` of `over` on `base`, opaque.
    static QColor mix(const QColor& base, const QColor& over, double amount);
    /// The quiet background of a chip or row in a tone.
    QColor tint(Tone tone) const;

    /// A size as large as it is to be shown, and a line as thick.
    int px(int size) const { return look_.projector ? (size * 5 + 2) / 4 : size; }
    qreal stroke(qreal width) const { return look_.projector ? width * 1.8 : width; }
    QFont body(int size = metrics::bodyPx, int weight = QFont::Normal) const;
    QFont mono(int size = metrics::smallPx, int weight = QFont::Normal) const;
    /// A line icon of `resources/icons` in a colour.
    QPixmap pixmap(const QString& name, int size, const QColor& color, qreal ratio) const;
    QIcon icon(const QString& name, Tone tone = Tone::Muted) const;
    QIcon icon(const QString& name, const QColor& normal, const QColor& on) const;

    QString styleSheet() const;
    QPalette palette() const;

  Q_SIGNALS:
    void changed();

  private:
    Look look_;
    Tokens tokens_;
    mutable std::map<QString, QPixmap> pixmaps_;
};

} // namespace wheelhouse::ui
