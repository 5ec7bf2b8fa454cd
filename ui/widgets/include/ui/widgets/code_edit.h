#pragma once

#include "ui/models/yaml_assistant.h"
#include "ui/widgets/theme.h"

#include <QPlainTextEdit>
#include <QSyntaxHighlighter>
#include <functional>

namespace wheelhouse::ui {

/// Colours YAML as it is typed: keys, texts, numbers, comments, document marks.
class YamlHighlighter final : public QSyntaxHighlighter {
    Q_OBJECT
  public:
    YamlHighlighter(QTextDocument* document, const Theme& theme);

  protected:
    void highlightBlock(const QString& text) override;

  private:
    const Theme& theme_;
};

/// A plain-text editor for YAML: line numbers, two-space tabs that keep the indentation, one line marked as
/// wrong, and what is underlined. Ours and not QScintilla: it takes the theme's fonts and colours as they
/// are, costs nothing at start and needs no second text engine. A `CodeAssist` may stand by it.
class CodeEdit final : public QPlainTextEdit {
    Q_OBJECT
  public:
    explicit CodeEdit(const Theme& theme, QWidget* parent = nullptr);
    /// 1-based; 0 takes the mark away.
    void markLine(int line);
    int markedLine() const { return marked_; }
    void setProblems(std::vector<EditProblem> problems);
    /// Keys it says yes to are somebody else's.
    void setKeyGuard(std::function<bool(const QKeyEvent&)> guard) { guard_ = std::move(guard); }
    int gutterWidth() const;
    void paintGutter(QPaintEvent* event);

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void retheme();
    void showMarks();
    const Theme& theme_;
    YamlHighlighter* highlighter_;
    QWidget* gutter_;
    int marked_ = 0;
    std::vector<EditProblem> problems_;
    std::function<bool(const QKeyEvent&)> guard_;
};

} // namespace wheelhouse::ui
