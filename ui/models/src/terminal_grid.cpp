#include "ui/models/terminal_grid.h"

#include <algorithm>
#include <deque>
#include <vector>
#include <vterm.h>

namespace wheelhouse::ui {
namespace {

constexpr int leastColumns = 2;
constexpr int mostSize = 1000;
constexpr qsizetype mostTitle = 200;

struct KeyRow {
    int qt;
    VTermKey key;
};
constexpr KeyRow keys[] = {
    {Qt::Key_Return, VTERM_KEY_ENTER},  {Qt::Key_Enter, VTERM_KEY_ENTER},
    {Qt::Key_Tab, VTERM_KEY_TAB},       {Qt::Key_Backtab, VTERM_KEY_TAB},
    {Qt::Key_Escape, VTERM_KEY_ESCAPE}, {Qt::Key_Backspace, VTERM_KEY_BACKSPACE},
    {Qt::Key_Up, VTERM_KEY_UP},         {Qt::Key_Down, VTERM_KEY_DOWN},
    {Qt::Key_Left, VTERM_KEY_LEFT},     {Qt::Key_Right, VTERM_KEY_RIGHT},
    {Qt::Key_Insert, VTERM_KEY_INS},    {Qt::Key_Delete, VTERM_KEY_DEL},
    {Qt::Key_Home, VTERM_KEY_HOME},     {Qt::Key_End, VTERM_KEY_END},
    {Qt::Key_PageUp, VTERM_KEY_PAGEUP}, {Qt::Key_PageDown, VTERM_KEY_PAGEDOWN},
};

VTermModifier modifiersOf(Qt::KeyboardModifiers given) {
    int out = VTERM_MOD_NONE;
    if (given & Qt::ShiftModifier) out |= VTERM_MOD_SHIFT;
    if (given & Qt::AltModifier) out |= VTERM_MOD_ALT;
    if (given & Qt::ControlModifier) out |= VTERM_MOD_CTRL;
    return static_cast<VTermModifier>(out);
}

bool isBlank(const VTermScreenCell& cell) {
    return cell.chars[0] == 0 && VTERM_COLOR_IS_DEFAULT_BG(&cell.bg) && !cell.attrs.reverse;
}

/// libvterm 0.1 gives a title whole, later ones in pieces. True when the title is complete.
bool addTitle(QString& title, const char* whole) {
    title = QString::fromUtf8(whole);
    return true;
}
template <class Piece>
requires requires(const Piece& piece) {
    piece.initial;
}
bool addTitle(QString& title, const Piece& piece) {
    if (piece.initial) title.clear();
    title += QString::fromUtf8(piece.str, static_cast<qsizetype>(piece.len));
    return piece.final;
}

/// The right half of a wide character.
constexpr std::uint32_t continued = 0xFFFFFFFF;

} // namespace

struct TerminalGrid::Impl {
    explicit Impl(TerminalGrid& owner) : self(owner), terminal(vterm_new(24, 80)) {
        vterm_set_utf8(terminal, 1);
        screen = vterm_obtain_screen(terminal);
        static const VTermScreenCallbacks callbacks = makeCallbacks();
        vterm_screen_set_callbacks(screen, &callbacks, this);
        vterm_screen_set_damage_merge(screen, VTERM_DAMAGE_SCREEN);
        vterm_screen_enable_altscreen(screen, 1);
        vterm_output_set_callback(
            terminal,
            [](const char* bytes, std::size_t size, void* user) {
                Q_EMIT static_cast<Impl*>(user)->self.typed(QByteArray(bytes, static_cast<qsizetype>(size)));
            },
            this);
        vterm_screen_reset(screen, 1);
    }
    ~Impl() { vterm_free(terminal); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    static VTermScreenCallbacks makeCallbacks() {
        VTermScreenCallbacks out{};
        out.movecursor = [](VTermPos pos, VTermPos, int, void* user) {
            static_cast<Impl*>(user)->cursor = pos;
            return 1;
        };
        out.settermprop = [](VTermProp prop, VTermValue* value, void* user) {
            return static_cast<Impl*>(user)->setProperty(prop, *value);
        };
        out.sb_pushline = [](int columns, const VTermScreenCell* cells, void* user) {
            return static_cast<Impl*>(user)->push(columns, cells);
        };
        out.sb_popline = [](int columns, VTermScreenCell* cells, void* user) {
            return static_cast<Impl*>(user)->pop(columns, cells);
        };
        return out;
    }
    int setProperty(VTermProp prop, const VTermValue& value);
    int push(int columns, const VTermScreenCell* cells);
    int pop(int columns, VTermScreenCell* cells);
    VTermScreenCell at(int line, int column) const;
    TerminalColor colorOf(VTermColor color, bool fore) const;

    TerminalGrid& self;
    VTerm* terminal;
    VTermScreen* screen;
    std::deque<std::vector<VTermScreenCell>> past; ///< without trailing blanks
    VTermPos cursor{0, 0};
    bool cursorVisible = true;
    QString title;
    QString growing; ///< a title on its way
};

int TerminalGrid::Impl::setProperty(VTermProp prop, const VTermValue& value) {
    if (prop == VTERM_PROP_CURSORVISIBLE) cursorVisible = value.boolean != 0;
    if (prop == VTERM_PROP_TITLE) {
        const bool whole = addTitle(growing, value.string);
        growing.truncate(mostTitle);
        if (whole && title != growing) {
            title = growing;
            Q_EMIT self.titleChanged();
        }
    }
    return 1;
}

int TerminalGrid::Impl::push(int columns, const VTermScreenCell* cells) {
    while (columns > 0 && isBlank(cells[columns - 1]))
        --columns;
    past.emplace_back(cells, cells + columns);
    if (past.size() > mostHistory) past.pop_front();
    return 1;
}

/// A taller screen takes back what has left it.
int TerminalGrid::Impl::pop(int columns, VTermScreenCell* cells) {
    if (past.empty()) return 0;
    const auto& line = past.back();
    VTermState* state = vterm_obtain_state(terminal);
    for (int c = 0; c < columns; ++c) {
        if (static_cast<std::size_t>(c) < line.size()) {
            cells[c] = line[static_cast<std::size_t>(c)];
            continue;
        }
        cells[c] = VTermScreenCell{};
        cells[c].width = 1;
        vterm_state_get_default_colors(state, &cells[c].fg, &cells[c].bg);
    }
    past.pop_back();
    return 1;
}

VTermScreenCell TerminalGrid::Impl::at(int line, int column) const {
    VTermScreenCell cell{};
    cell.width = 1;
    vterm_state_get_default_colors(vterm_obtain_state(terminal), &cell.fg, &cell.bg);
    const int kept = static_cast<int>(past.size());
    if (line < 0 || column < 0) return cell;
    if (line < kept) {
        const auto& row = past[static_cast<std::size_t>(line)];
        return static_cast<std::size_t>(column) < row.size() ? row[static_cast<std::size_t>(column)] : cell;
    }
    vterm_screen_get_cell(screen, {line - kept, column}, &cell);
    return cell;
}

TerminalColor TerminalGrid::Impl::colorOf(VTermColor color, bool fore) const {
    if (fore ? VTERM_COLOR_IS_DEFAULT_FG(&color) : VTERM_COLOR_IS_DEFAULT_BG(&color)) return {};
    if (VTERM_COLOR_IS_INDEXED(&color) && color.indexed.idx < 16)
        return {TerminalColor::Kind::Named, color.indexed.idx, 0};
    vterm_screen_convert_color_to_rgb(screen, &color);
    return {TerminalColor::Kind::Own, 0, qRgb(color.rgb.red, color.rgb.green, color.rgb.blue)};
}

TerminalGrid::TerminalGrid(QObject* parent) : QObject(parent), impl_(std::make_unique<Impl>(*this)) {}

TerminalGrid::~TerminalGrid() = default;

void TerminalGrid::feed(QByteArrayView bytes) {
    vterm_input_write(impl_->terminal, bytes.data(), static_cast<std::size_t>(bytes.size()));
    vterm_screen_flush_damage(impl_->screen);
    Q_EMIT changed();
}

void TerminalGrid::key(int key, Qt::KeyboardModifiers modifiers, const QString& text) {
    const VTermModifier held = modifiersOf(modifiers);
    for (const KeyRow& row : keys) {
        if (row.qt != key) continue;
        int with = held;
        if (key == Qt::Key_Backtab) with = VTERM_MOD_SHIFT;
        // These have no other forms that shells know.
        if (row.key == VTERM_KEY_BACKSPACE || row.key == VTERM_KEY_ESCAPE || row.key == VTERM_KEY_ENTER)
            with &= VTERM_MOD_ALT;
        return vterm_keyboard_key(impl_->terminal, row.key, static_cast<VTermModifier>(with));
    }
    if (key >= Qt::Key_F1 && key <= Qt::Key_F12)
        return vterm_keyboard_key(impl_->terminal,
                                  static_cast<VTermKey>(VTERM_KEY_FUNCTION(key - Qt::Key_F1 + 1)), held);
    // As terminals always did, not by libvterm's newer escapes for Ctrl+I, J, M and [.
    if ((held & VTERM_MOD_CTRL) != 0 &&
        (key == Qt::Key_Space || (key >= Qt::Key_At && key <= Qt::Key_Underscore))) {
        const char control = static_cast<char>(key & 0x1f);
        const QByteArray prefix = (held & VTERM_MOD_ALT) != 0 ? QByteArray("\x1b") : QByteArray();
        Q_EMIT typed(prefix + QByteArray(1, control));
        return;
    }
    const auto alt = static_cast<VTermModifier>(held & VTERM_MOD_ALT);
    for (const uint c : text.toUcs4())
        vterm_keyboard_unichar(impl_->terminal, c, alt);
}

void TerminalGrid::paste(const QString& text) {
    QString given = text;
    // Enter sends a carriage return, and so do lines that are pasted.
    given.replace(QStringLiteral("\r\n"), QStringLiteral("\r")).replace(u'\n', u'\r');
    // What is pasted may not end its own paste and go on as if typed.
    given.remove(QChar(0x1b));
    vterm_keyboard_start_paste(impl_->terminal);
    Q_EMIT typed(given.toUtf8());
    vterm_keyboard_end_paste(impl_->terminal);
}

void TerminalGrid::resize(int columns, int rows) {
    columns = std::clamp(columns, leastColumns, mostSize);
    rows = std::clamp(rows, 1, mostSize);
    if (columns == this->columns() && rows == this->rows()) return;
    vterm_set_size(impl_->terminal, rows, columns);
    vterm_screen_flush_damage(impl_->screen);
    Q_EMIT resized(columns, rows);
    Q_EMIT changed();
}

void TerminalGrid::reset() {
    impl_->past.clear();
    impl_->title.clear();
    vterm_screen_reset(impl_->screen, 1);
    vterm_screen_flush_damage(impl_->screen);
    // Resetting writes into the history what it clears.
    impl_->past.clear();
    Q_EMIT titleChanged();
    Q_EMIT changed();
}

int TerminalGrid::columns() const {
    int rows = 0;
    int columns = 0;
    vterm_get_size(impl_->terminal, &rows, &columns);
    return columns;
}

int TerminalGrid::rows() const {
    int rows = 0;
    int columns = 0;
    vterm_get_size(impl_->terminal, &rows, &columns);
    return rows;
}

int TerminalGrid::history() const {
    return static_cast<int>(impl_->past.size());
}

TerminalCell TerminalGrid::cell(int line, int column) const {
    const VTermScreenCell from = impl_->at(line, column);
    TerminalCell out;
    if (from.chars[0] != continued)
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && from.chars[i] != 0; ++i) {
            const char32_t c = from.chars[i];
            out.text += QString::fromUcs4(&c, 1);
        }
    out.width = std::max<int>(1, from.width);
    out.style.fore = impl_->colorOf(from.fg, true);
    out.style.back = impl_->colorOf(from.bg, false);
    out.style.bold = from.attrs.bold != 0;
    out.style.italic = from.attrs.italic != 0;
    out.style.underline = from.attrs.underline != 0;
    out.style.strike = from.attrs.strike != 0;
    out.style.reverse = from.attrs.reverse != 0;
    return out;
}

QString TerminalGrid::text(QPoint from, QPoint to) const {
    if (from.y() > to.y() || (from.y() == to.y() && from.x() > to.x())) std::swap(from, to);
    QStringList out;
    for (int line = std::max(0, from.y()); line <= std::min(to.y(), lines() - 1); ++line) {
        const int first = line == from.y() ? from.x() : 0;
        const int last = line == to.y() ? to.x() : columns() - 1;
        QString row;
        for (int column = std::max(0, first); column <= std::min(last, columns() - 1);) {
            const TerminalCell each = cell(line, column);
            row += each.text.isEmpty() ? QStringLiteral(" ") : each.text;
            column += each.width;
        }
        while (row.endsWith(u' '))
            row.chop(1);
        out << row;
    }
    while (!out.isEmpty() && out.last().isEmpty())
        out.removeLast();
    return out.join(u'\n');
}

QPoint TerminalGrid::cursor() const {
    return {impl_->cursor.col, history() + impl_->cursor.row};
}

bool TerminalGrid::cursorVisible() const {
    return impl_->cursorVisible;
}

QString TerminalGrid::title() const {
    return impl_->title;
}

} // namespace wheelhouse::ui
