#include "ui/widgets/theme.h"

#include <QApplication>
#include <QFile>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QPainter>
#include <QRegularExpression>
#include <QStyle>
#include <QStyleFactory>
#include <QStyleHints>
#include <QSvgRenderer>
#include <QToolTip>
#include <cmath>

static void initIcons() {
    Q_INIT_RESOURCE(icons);
}

namespace wheelhouse::ui {
namespace {

const std::array<QColor, hueCount> applicationHues = {
    QColor(0x4c8dff), QColor(0x2dd4bf), QColor(0xc084fc), QColor(0xf59e0b), QColor(0x94a3b8),
    QColor(0xf472b6), QColor(0x84cc16), QColor(0x22b8e6), QColor(0xfb8b6b), QColor(0x8b7cf6),
};

Tokens darkTokens() {
    Tokens t;
    t.dark = true;
    t.background = QColor(0x0e141b);
    t.panel = QColor(0x151d27);
    t.raised = QColor(0x1b2531);
    t.line = QColor(0x263341);
    t.text = QColor(0xe6edf3);
    t.muted = QColor(0x8b9bab);
    t.accent = QColor(0x4cc2ff);
    t.onAccent = QColor(0x06263a);
    t.second = QColor(0x2dd4bf);
    t.ok = QColor(0x3fb97f);
    t.warning = QColor(0xf0b429);
    t.bad = QColor(0xf36d50);
    t.deleting = QColor(0xa78bfa);
    t.completed = QColor(0x8b9bab);
    t.hues = applicationHues;
    return t;
}

Tokens lightTokens() {
    Tokens t;
    t.dark = false;
    t.background = QColor(0xf6f4f0);
    t.panel = QColor(0xffffff);
    t.raised = QColor(0xf3f1ec);
    t.line = QColor(0xe0dcd3);
    t.text = QColor(0x1c2430);
    t.muted = QColor(0x5f6874);
    t.accent = QColor(0x0a6eac);
    t.onAccent = QColor(0xffffff);
    t.second = QColor(0x0b756b);
    t.ok = QColor(0x15794a);
    t.warning = QColor(0x8f5d00);
    t.bad = QColor(0xbf3a1e);
    t.deleting = QColor(0x7350cc);
    t.completed = QColor(0x646c77);
    t.hues = applicationHues;
    return t;
}

/// The four states, apart in hue and lightness for those who take two of the usual ones for the same.
void setStates(Tokens& t, QRgb ok, QRgb warning, QRgb bad, QRgb deleting) {
    t.ok = QColor(ok);
    t.warning = QColor(warning);
    t.bad = QColor(bad);
    t.deleting = QColor(deleting);
}

Tokens tokensOf(const Look& look) {
    Tokens t = look.dark ? darkTokens() : lightTokens();
    if (look.vision == ColorVision::RedGreen)
        look.dark ? setStates(t, 0x4da3ff, 0xf7e46a, 0xff7a33, 0xf0c2ea)
                  : setStates(t, 0x0067c7, 0x7f6a00, 0x741b00, 0x5d1263);
    if (look.vision == ColorVision::BlueYellow)
        look.dark ? setStates(t, 0x2fd0a8, 0xffd9de, 0xff5a4d, 0xa08ef4)
                  : setStates(t, 0x007767, 0xa64c70, 0xc01818, 0x5a3fb0);
    if (look.projector) {
        t.line = Theme::mix(t.line, t.muted, 0.45);
        t.muted = Theme::mix(t.muted, t.text, 0.4);
    }
    return t;
}

QString rgb(const QColor& c) {
    return c.name();
}

} // namespace

Theme::Theme(bool dark, QObject* parent)
    : QObject(parent), look_{dark, ColorVision::Usual, false}, tokens_(tokensOf(look_)) {
    initIcons();
}

void Theme::prepareApplication() {
    initIcons();
    if (QApplication::style() == nullptr || QApplication::style()->name() != u"fusion")
        QApplication::setStyle(QStyleFactory::create(QStringLiteral("fusion")));
    QGuiApplication::setDesktopFileName(QStringLiteral("dev.wheelhouse.Wheelhouse"));
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/wheelhouse/icons/dev.wheelhouse.Wheelhouse.svg")));
}

bool Theme::systemIsDark() {
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    const auto scheme = QGuiApplication::styleHints()->colorScheme();
    if (scheme != Qt::ColorScheme::Unknown) return scheme == Qt::ColorScheme::Dark;
#endif
    return QGuiApplication::palette().color(QPalette::Window).lightness() < 128;
}

void Theme::setLook(const Look& look) {
    if (look == look_) return;
    look_ = look;
    tokens_ = tokensOf(look);
    pixmaps_.clear();
    Q_EMIT changed();
}

void Theme::setDark(bool dark) {
    Look look = look_;
    look.dark = dark;
    setLook(look);
}

QColor Theme::color(Tone tone) const {
    switch (tone) {
    case Tone::Plain:
        return tokens_.text;
    case Tone::Muted:
        return tokens_.muted;
    case Tone::Accent:
        return tokens_.accent;
    case Tone::Good:
        return tokens_.ok;
    case Tone::Warning:
        return tokens_.warning;
    case Tone::Bad:
        return tokens_.bad;
    case Tone::Deleting:
        return tokens_.deleting;
    case Tone::Completed:
        return tokens_.completed;
    }
    return tokens_.text;
}

QColor Theme::mix(const QColor& base, const QColor& over, double amount) {
    const auto blend = [amount](int a, int b) { return static_cast<int>(std::lround(a + (b - a) * amount)); };
    return {blend(base.red(), over.red()), blend(base.green(), over.green()),
            blend(base.blue(), over.blue())};
}

QColor Theme::tint(Tone tone) const {
    return mix(tokens_.panel, color(tone), tokens_.dark ? 0.16 : 0.12);
}

QFont Theme::body(int size, int weight) const {
    QFont font = QApplication::font();
    QStringList families = {QStringLiteral("Inter")};
    families += font.families();
    font.setFamilies(families);
    font.setPixelSize(px(size));
    font.setWeight(static_cast<QFont::Weight>(weight));
    font.setHintingPreference(QFont::PreferNoHinting);
    return font;
}

QFont Theme::mono(int size, int weight) const {
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setFamilies({QStringLiteral("JetBrains Mono"), QStringLiteral("DejaVu Sans Mono"), font.family()});
    font.setFixedPitch(true);
    font.setPixelSize(px(size));
    font.setWeight(static_cast<QFont::Weight>(weight));
    font.setHintingPreference(QFont::PreferNoHinting);
    return font;
}

QPixmap Theme::pixmap(const QString& name, int size, const QColor& color, qreal ratio) const {
    const QString key = QStringLiteral("%1/%2/%3/%4").arg(name).arg(size).arg(color.rgba(), 0, 16).arg(ratio);
    if (const auto found = pixmaps_.find(key); found != pixmaps_.end()) return found->second;
    QFile file(QStringLiteral(":/wheelhouse/icons/%1.svg").arg(name));
    QPixmap result(QSize(size, size) * ratio);
    result.fill(Qt::transparent);
    if (file.open(QIODevice::ReadOnly)) {
        QByteArray drawing = file.readAll();
        drawing.replace("currentColor", color.name().toLatin1());
        QSvgRenderer renderer(drawing);
        QPainter painter(&result);
        renderer.render(&painter);
    }
    result.setDevicePixelRatio(ratio);
    return pixmaps_.emplace(key, result).first->second;
}

QIcon Theme::icon(const QString& name, Tone tone) const {
    return icon(name, color(tone), color(tone));
}

QIcon Theme::icon(const QString& name, const QColor& normal, const QColor& on) const {
    QIcon icon;
    for (const qreal ratio : {1.0, 2.0}) {
        icon.addPixmap(pixmap(name, 24, normal, ratio), QIcon::Normal, QIcon::Off);
        icon.addPixmap(pixmap(name, 24, on, ratio), QIcon::Normal, QIcon::On);
        icon.addPixmap(pixmap(name, 24, mix(tokens_.panel, tokens_.muted, 0.5), ratio), QIcon::Disabled,
                       QIcon::Off);
    }
    return icon;
}

QPalette Theme::palette() const {
    QPalette p;
    p.setColor(QPalette::Window, tokens_.background);
    p.setColor(QPalette::Base, tokens_.panel);
    p.setColor(QPalette::AlternateBase, tokens_.raised);
    p.setColor(QPalette::Button, tokens_.raised);
    for (const auto role :
         {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText})
        p.setColor(role, tokens_.text);
    p.setColor(QPalette::PlaceholderText, tokens_.muted);
    p.setColor(QPalette::ToolTipBase, tokens_.raised);
    p.setColor(QPalette::Highlight, mix(tokens_.panel, tokens_.accent, tokens_.dark ? 0.32 : 0.2));
    p.setColor(QPalette::HighlightedText, tokens_.text);
    p.setColor(QPalette::Link, tokens_.accent);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, mix(tokens_.panel, tokens_.muted, 0.6));
    return p;
}

/// One sheet for every standard widget; `@name` stands for a token. Our own widgets paint themselves.
QString Theme::styleSheet() const {
    QFile file(QStringLiteral(":/wheelhouse/theme.qss"));
    if (!file.open(QIODevice::ReadOnly)) return {};
    QString sheet = QString::fromUtf8(file.readAll());
    const QColor hover = mix(tokens_.raised, tokens_.text, 0.05);
    const std::pair<const char*, QColor> values[] = {
        {"@accentTint", mix(tokens_.panel, tokens_.accent, tokens_.dark ? 0.2 : 0.13)},
        {"@accentHover", mix(tokens_.accent, tokens_.dark ? tokens_.text : tokens_.text, 0.12)},
        {"@onAccent", tokens_.onAccent},
        {"@accent", tokens_.accent},
        {"@background", tokens_.background},
        {"@panel", tokens_.panel},
        {"@raised", tokens_.raised},
        {"@hover", hover},
        {"@strongLine", mix(tokens_.line, tokens_.muted, 0.35)},
        {"@line", tokens_.line},
        {"@text", tokens_.text},
        {"@muted", tokens_.muted},
        {"@disabled", mix(tokens_.panel, tokens_.muted, 0.6)},
        {"@badTint", tint(Tone::Bad)},
        {"@bad", tokens_.bad},
        {"@ok", tokens_.ok},
        {"@warningTint", tint(Tone::Warning)},
        {"@warning", tokens_.warning},
        {"@selection", mix(tokens_.panel, tokens_.accent, tokens_.dark ? 0.32 : 0.2)},
    };
    for (const auto& [name, value] : values)
        sheet.replace(QLatin1String(name), rgb(value));
    if (look_.projector) {
        static const QRegularExpression size(QStringLiteral("font-size: (\\d+)px"));
        qsizetype at = 0;
        for (auto found = size.match(sheet, at); found.hasMatch(); found = size.match(sheet, at)) {
            const QString larger = QStringLiteral("font-size: %1px").arg(px(found.captured(1).toInt()));
            sheet.replace(found.capturedStart(), found.capturedLength(), larger);
            at = found.capturedStart() + larger.size();
        }
        sheet.replace(QStringLiteral(": 1px solid"), QStringLiteral(": 2px solid"));
        sheet.replace(QStringLiteral("min-height: 18px"), QStringLiteral("min-height: 22px"));
    }
    sheet.replace(QStringLiteral("@bodyFamily"),
                  QStringLiteral("\"Inter\", \"%1\"").arg(QApplication::font().family()));
    sheet.replace(QStringLiteral("@monoFamily"),
                  QStringLiteral("\"JetBrains Mono\", \"DejaVu Sans Mono\", monospace"));
    return sheet;
}

} // namespace wheelhouse::ui
