#include "ui/widgets/code_edit.h"

#include <QPainter>
#include <QRegularExpression>
#include <QTextBlock>

namespace wheelhouse::ui {
namespace {

class Gutter final : public QWidget {
  public:
    explicit Gutter(CodeEdit* edit) : QWidget(edit), edit_(edit) {}
    QSize sizeHint() const override { return {edit_->gutterWidth(), 0}; }

  protected:
    void paintEvent(QPaintEvent* event) override { edit_->paintGutter(event); }

  private:
    CodeEdit* edit_;
};

} // namespace

YamlHighlighter::YamlHighlighter(QTextDocument* document, const Theme& theme)
    : QSyntaxHighlighter(document), theme_(theme) {
    connect(&theme, &Theme::changed, this, &QSyntaxHighlighter::rehighlight);
}

void YamlHighlighter::highlightBlock(const QString& text) {
    static const QRegularExpression key(
        QStringLiteral(R"(^(\s*(?:- +)*)("[^"]*"|'[^']*'|[^\s#:"'\-][^:#]*?)\s*:(?=\s|$))"));
    static const QRegularExpression number(
        QStringLiteral(R"((?<=[\s\[,:])(-?\d+(\.\d+)?|true|false|null|~)(?=\s*(#|,|\]|$)))"));
    static const QRegularExpression quoted(QStringLiteral(R"("(?:[^"\\]|\\.)*"|'[^']*')"));
    static const QRegularExpression comment(QStringLiteral(R"((^|\s)#.*$)"));
    const Tokens& t = theme_.tokens();
    if (text.startsWith(u"---") || text.startsWith(u"..."))
        return setFormat(0, static_cast<int>(text.size()), t.deleting);
    const auto each = [&](const QRegularExpression& expression, const QColor& color) {
        for (auto it = expression.globalMatch(text); it.hasNext();) {
            const auto match = it.next();
            setFormat(static_cast<int>(match.capturedStart()), static_cast<int>(match.capturedLength()),
                      color);
        }
    };
    each(number, t.warning);
    each(quoted, t.ok);
    if (const auto match = key.match(text); match.hasMatch())
        setFormat(static_cast<int>(match.capturedStart(2)), static_cast<int>(match.capturedLength(2)),
                  t.accent);
    each(comment, t.muted);
}

CodeEdit::CodeEdit(const Theme& theme, QWidget* parent) : QPlainTextEdit(parent), theme_(theme) {
    setLineWrapMode(QPlainTextEdit::NoWrap);
    highlighter_ = new YamlHighlighter(document(), theme);
    gutter_ = new Gutter(this);
    connect(this, &QPlainTextEdit::blockCountChanged, this,
            [this] { setViewportMargins(gutterWidth(), 6, 6, 0); });
    connect(this, &QPlainTextEdit::updateRequest, this, [this](const QRect& rect, int dy) {
        if (dy != 0)
            gutter_->scroll(0, dy);
        else
            gutter_->update(0, rect.y(), gutter_->width(), rect.height());
    });
    connect(this, &QPlainTextEdit::textChanged, this, [this] { markLine(0); });
    connect(&theme, &Theme::changed, this, &CodeEdit::retheme);
    retheme();
}

void CodeEdit::retheme() {
    const QFont font = theme_.mono(metrics::smallPx);
    document()->setDefaultFont(font);
    setTabStopDistance(2 * QFontMetricsF(font).horizontalAdvance(u' '));
    setViewportMargins(gutterWidth(), 6, 6, 0);
    const int marked = marked_;
    marked_ = -1;
    markLine(marked);
    gutter_->update();
}

int CodeEdit::gutterWidth() const {
    const int digits = std::max(2, static_cast<int>(QString::number(blockCount()).size()));
    return QFontMetrics(theme_.mono(metrics::smallPx)).horizontalAdvance(u'0') * digits + 26;
}

void CodeEdit::markLine(int line) {
    if (line == marked_) return;
    marked_ = line;
    const QTextBlock block = line > 0 ? document()->findBlockByNumber(line - 1) : QTextBlock();
    if (block.isValid()) {
        setTextCursor(QTextCursor(block));
        centerCursor();
    }
    showMarks();
}

void CodeEdit::setProblems(std::vector<EditProblem> problems) {
    problems_ = std::move(problems);
    showMarks();
}

void CodeEdit::showMarks() {
    QList<QTextEdit::ExtraSelection> marks;
    const QTextBlock block = marked_ > 0 ? document()->findBlockByNumber(marked_ - 1) : QTextBlock();
    if (block.isValid()) {
        QTextEdit::ExtraSelection mark;
        mark.cursor = QTextCursor(block);
        mark.format.setBackground(theme_.tint(Tone::Bad));
        mark.format.setProperty(QTextFormat::FullWidthSelection, true);
        marks.push_back(mark);
    }
    for (const EditProblem& problem : problems_) {
        const QTextBlock line = document()->findBlockByNumber(problem.line);
        if (!line.isValid() || problem.column + problem.length >= line.length()) continue;
        QTextEdit::ExtraSelection mark;
        mark.cursor = QTextCursor(line);
        mark.cursor.setPosition(line.position() + problem.column);
        mark.cursor.setPosition(line.position() + problem.column + problem.length, QTextCursor::KeepAnchor);
        mark.format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        mark.format.setUnderlineColor(theme_.color(Tone::Bad));
        marks.push_back(mark);
    }
    setExtraSelections(marks);
    gutter_->update();
}

void CodeEdit::paintGutter(QPaintEvent* event) {
    QPainter p(gutter_);
    const Tokens& t = theme_.tokens();
    p.setFont(theme_.mono(metrics::captionPx));
    QTextBlock block = firstVisibleBlock();
    qreal top = blockBoundingGeometry(block).translated(contentOffset()).top() + 6;
    const QColor quiet = Theme::mix(t.background, t.muted, 0.55);
    while (block.isValid() && top <= event->rect().bottom()) {
        const qreal height = blockBoundingRect(block).height();
        const bool wrong = block.blockNumber() + 1 == marked_;
        if (wrong) p.fillRect(QRectF(0, top, 3, height), t.bad);
        p.setPen(wrong ? t.bad : quiet);
        p.drawText(QRectF(0, top, gutter_->width() - 14, height), Qt::AlignRight | Qt::AlignVCenter,
                   QString::number(block.blockNumber() + 1));
        top += height;
        block = block.next();
    }
}

void CodeEdit::resizeEvent(QResizeEvent* event) {
    QPlainTextEdit::resizeEvent(event);
    const QRect inner = contentsRect();
    gutter_->setGeometry(inner.left(), inner.top(), gutterWidth(), inner.height());
}

void CodeEdit::keyPressEvent(QKeyEvent* event) {
    if (guard_ && guard_(*event)) return event->ignore();
    if (event->key() == Qt::Key_Tab && !textCursor().hasSelection()) {
        insertPlainText(QStringLiteral("  "));
        return;
    }
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) &&
        event->modifiers() == Qt::NoModifier) {
        const QString line = textCursor().block().text();
        qsizetype indent = 0;
        while (indent < line.size() && line[indent] == u' ')
            ++indent;
        insertPlainText(u'\n' + QString(indent, u' '));
        return;
    }
    QPlainTextEdit::keyPressEvent(event);
}

} // namespace wheelhouse::ui
