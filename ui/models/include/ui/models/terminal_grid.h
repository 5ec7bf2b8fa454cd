#pragma once

#include <QByteArrayView>
#include <QColor>
#include <QObject>
#include <QPoint>
#include <QString>
#include <memory>

namespace wheelhouse::ui {

/// A colour as a program in a terminal asked for it: one of the sixteen the theme has, or one of its own.
struct TerminalColor {
    enum class Kind { Default, Named, Own };
    Kind kind = Kind::Default;
    int name = 0; ///< 0 to 7 black, red, green, yellow, blue, magenta, cyan, white; 8 to 15 their bright kin
    QRgb rgb = 0;
    bool operator==(const TerminalColor&) const = default;
};

struct TerminalStyle {
    TerminalColor fore;
    TerminalColor back;
    bool bold = false;
    bool italic = false;
    bool underline = false;
    bool strike = false;
    bool reverse = false;
    bool operator==(const TerminalStyle&) const = default;
};

struct TerminalCell {
    QString text;  ///< empty = blank
    int width = 1; ///< 2 for wide characters; the cell to the right is then empty
    TerminalStyle style;
};

/// The screen of a terminal (xterm's language, as far as libvterm speaks it) and the lines that have left it
/// at the top. Lines are counted from the oldest one kept; the screen is the last `rows()` of them. Bounded.
/// One thread.
class TerminalGrid final : public QObject {
    Q_OBJECT
  public:
    static constexpr int mostHistory = 2000;

    explicit TerminalGrid(QObject* parent = nullptr);
    ~TerminalGrid() override;

    /// What the program writes.
    void feed(QByteArrayView bytes);
    /// What a person does; the bytes it means come out of `typed`.
    void key(int key, Qt::KeyboardModifiers modifiers, const QString& text);
    void paste(const QString& text);
    void resize(int columns, int rows);
    /// An empty screen, no history, everything as it was in the beginning.
    void reset();

    int columns() const;
    int rows() const;
    int history() const;
    int lines() const { return history() + rows(); }
    TerminalCell cell(int line, int column) const;
    /// The text from one place to another (column, line), both included, lines without their trailing blanks.
    QString text(QPoint from, QPoint to) const;
    QString text() const { return text({0, 0}, {columns() - 1, lines() - 1}); }
    /// Column and line of the cursor.
    QPoint cursor() const;
    bool cursorVisible() const;
    QString title() const;

  Q_SIGNALS:
    void changed();
    void typed(const QByteArray& bytes);
    void resized(int columns, int rows);
    void titleChanged();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace wheelhouse::ui
