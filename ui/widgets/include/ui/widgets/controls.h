#pragma once

#include "ui/models/object_facts.h"
#include "ui/widgets/theme.h"

#include <QFrame>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QTableView>
#include <QWidget>
#include <functional>

class QHBoxLayout;

namespace wheelhouse::ui {

/// A label of a kind the style sheet knows: "title", "heading", "muted", "caption", "mono", "monoTitle",
/// "bad".
QLabel* makeLabel(const QString& text, const char* kind, QWidget* parent = nullptr);
/// A button of a role the style sheet knows: "primary", "quiet", "danger", "dangerPrimary", "chip",
/// "chooser", "count".
QPushButton* makeButton(const QString& text, const char* role, QWidget* parent = nullptr);
/// A table as all of the window's are: whole rows are chosen, one at a time, and nothing but lines between
/// rows is drawn. `name` is what assistive technology calls it.
QTableView* makeTable(QAbstractItemModel& model, const QString& name, QWidget* parent);
/// Sets a dynamic property and has the style sheet look again.
void restyle(QWidget* widget, const char* property, const QVariant& value);

/// An icon for a button that follows the theme.
void setThemedIcon(QPushButton* button, const Theme& theme, const QString& icon, Tone tone, int size = 16);

/// A button that opens a list: text at the left, a chevron at the right.
class Chooser final : public QPushButton {
    Q_OBJECT
  public:
    explicit Chooser(const Theme& theme, QWidget* parent = nullptr);
    QSize sizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    const Theme& theme_;
};

/// One line of text that gives way when there is no room, in the middle or at the end.
class ElidedLabel final : public QWidget {
    Q_OBJECT
  public:
    explicit ElidedLabel(Qt::TextElideMode mode = Qt::ElideRight, QWidget* parent = nullptr);
    void setText(const QString& text);
    QString text() const { return text_; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QString text_;
    Qt::TextElideMode mode_;
};

/// `$ kubectl …` with a button that copies it.
class CommandStrip final : public QWidget {
    Q_OBJECT
  public:
    explicit CommandStrip(const Theme& theme, QWidget* parent = nullptr);
    void setCommand(const QString& command);
    QString command() const { return command_; }

  private:
    const Theme& theme_;
    ElidedLabel* label_;
    QPushButton* copy_;
    QString command_;
};

/// What an empty place says: what this is, and the one thing to do first.
class EmptyState final : public QWidget {
    Q_OBJECT
  public:
    EmptyState(const Theme& theme, const QString& icon, QWidget* parent = nullptr);
    void setTexts(const QString& title, const QString& text);
    QPushButton* addButton(const QString& text, const char* role);

  private:
    QLabel* icon_;
    QLabel* title_;
    QLabel* text_;
    QHBoxLayout* buttons_;
};

/// A small rounded word in a tone, with a dot: never colour alone.
class StateChip final : public QWidget {
    Q_OBJECT
  public:
    explicit StateChip(const Theme& theme, QWidget* parent = nullptr);
    void setState(const QString& text, Tone tone);
    QSize sizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    const Theme& theme_;
    QString text_;
    Tone tone_ = Tone::Muted;
};

/// Sections of keys and values, painted: no widget a row. Its text can be copied from its menu.
class FactSheet final : public QWidget {
    Q_OBJECT
  public:
    explicit FactSheet(const Theme& theme, QWidget* parent = nullptr);
    void setFacts(const std::vector<Facts::Section>& sections);
    QSize sizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

  private:
    int render(QPainter* painter, int width) const;
    QString plainText() const;
    const Theme& theme_;
    std::vector<Facts::Section> sections_;
};

/// − value +
class Stepper final : public QWidget {
    Q_OBJECT
  public:
    Stepper(const Theme& theme, int low, int high, int value, std::function<QString(int)> text,
            QWidget* parent = nullptr);
    int value() const { return value_; }
    void setValue(int value);
    /// Both ends count; the value is brought between them and its text made anew.
    void setRange(int low, int high);
    void setStep(int step) { step_ = step; }

  Q_SIGNALS:
    void valueChanged(int value);

  private:
    int low_, high_, value_, step_ = 1;
    std::function<QString(int)> text_;
    QLabel* label_;
    QPushButton* less_;
    QPushButton* more_;
};

/// The end of a panel that changes something: what is wrong with it, the command that does the same, the
/// editor, "Cancel", and the button that does it.
class PanelFoot final : public QWidget {
    Q_OBJECT
  public:
    /// `role` is the button's: "primary", or "dangerPrimary" for what breaks something.
    PanelFoot(const Theme& theme, const QString& deed, const char* role, QWidget* parent);
    /// Shown while it is not empty.
    void setProblem(const QString& text);
    QString problem() const { return problem_->text(); }
    void setCommand(const QString& command) { command_->setCommand(command); }
    QString command() const { return command_->command(); }
    QPushButton* button() { return button_; }

  Q_SIGNALS:
    void editRequested();
    void cancelled();

  private:
    QLabel* problem_;
    CommandStrip* command_;
    QPushButton* button_;
};

/// A panel over the middle of its parent; Escape puts it away.
class OverlayPanel : public QFrame {
    Q_OBJECT
  public:
    OverlayPanel(const Theme& theme, int width, QWidget* parent);

  protected:
    /// Shows it above everything, as tall as it wants to be but at most `height`; 0 = as it wants to be.
    void openOver(int height);
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    const Theme& theme_;
};

} // namespace wheelhouse::ui
