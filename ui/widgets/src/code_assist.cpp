#include "ui/widgets/code_assist.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QHelpEvent>
#include <QPainter>
#include <QScrollBar>
#include <QStandardItemModel>
#include <QStyledItemDelegate>
#include <QTextBlock>
#include <QToolTip>

namespace wheelhouse::ui {
namespace {

using namespace std::chrono_literals;
constexpr auto pause = 250ms; ///< after the last key, before mistakes are looked for
constexpr int labelRole = Qt::UserRole + 1;
constexpr int rowHeight = 24;
constexpr int popupWidth = 380;

/// The word at the left, what it is at the right.
class ChoiceDelegate final : public QStyledItemDelegate {
  public:
    ChoiceDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), theme_(theme) {}
    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
        return {popupWidth, rowHeight};
    }
    void paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Tokens& t = theme_.tokens();
        if ((option.state & QStyle::State_Selected) != 0) p->fillRect(option.rect, theme_.tint(Tone::Accent));
        QRect room = option.rect.adjusted(10, 0, -10, 0);
        const auto draw = [&](const QFont& font, const QColor& color, int side, const QString& text) {
            p->setFont(font);
            p->setPen(color);
            p->drawText(room, side | Qt::AlignVCenter,
                        p->fontMetrics().elidedText(text, Qt::ElideRight, room.width()));
            return p->fontMetrics().horizontalAdvance(text);
        };
        QString word = index.data().toString().trimmed();
        if (word.endsWith(u':')) word.chop(1);
        room.setLeft(room.left() + draw(theme_.mono(metrics::smallPx), t.text, Qt::AlignLeft, word) + 12);
        draw(theme_.body(metrics::captionPx), t.muted, Qt::AlignRight, index.data(labelRole).toString());
    }

  private:
    const Theme& theme_;
};

} // namespace

CodeAssist::CodeAssist(CodeEdit& edit, YamlAssistant& assistant, const KeyTable& keys, const Theme& theme)
    : QObject(&edit), edit_(edit), assistant_(assistant), keys_(keys), choices_(new QStandardItemModel(this)),
      completer_(new QCompleter(choices_, this)) {
    completer_->setWidget(&edit_);
    completer_->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
    completer_->setMaxVisibleItems(10);
    completer_->popup()->setItemDelegate(new ChoiceDelegate(theme, completer_->popup()));
    completer_->popup()->setObjectName(QStringLiteral("choices"));
    completer_->popup()->setAccessibleName(tr("What can be written here"));
    // It is a window of its own, and takes no style from the one it belongs to.
    const auto dress = [this, &theme] { list()->setStyleSheet(theme.styleSheet()); };
    dress();
    connect(&theme, &Theme::changed, this, dress);
    connect(completer_, qOverload<const QString&>(&QCompleter::activated), this, &CodeAssist::accept);
    edit_.installEventFilter(this);
    edit_.viewport()->installEventFilter(this);
    later_.setSingleShot(true);
    later_.setInterval(pause);
    connect(&later_, &QTimer::timeout, this, &CodeAssist::check);
    connect(&edit_, &QPlainTextEdit::textChanged, &later_, qOverload<>(&QTimer::start));
    // What is typed while the list is open comes past no filter.
    connect(&edit_, &QPlainTextEdit::textChanged, this, [this] {
        if (!accepting_ && list()->isVisible()) laterOffer();
    });
    edit_.setKeyGuard([this](const QKeyEvent& key) {
        return list()->isVisible() && (key.key() == Qt::Key_Return || key.key() == Qt::Key_Enter ||
                                       key.key() == Qt::Key_Tab || key.key() == Qt::Key_Escape);
    });
    connect(&assistant_, &YamlAssistant::changed, &later_, qOverload<>(&QTimer::start));
}

QStringList CodeAssist::offered() const {
    QStringList out;
    if (list()->isVisible())
        for (int i = 0; i < choices_->rowCount(); ++i)
            out << choices_->item(i)->text();
    return out;
}

void CodeAssist::offer(bool asked) {
    if (edit_.document()->characterCount() > YamlAssistant::mostText) return list()->hide();
    const QTextCursor cursor = edit_.textCursor();
    const int line = cursor.blockNumber();
    const int column = cursor.positionInBlock();
    const QString text = edit_.toPlainText();
    const YamlPlace place = yamlPlaceAt(text, line, column);
    // Unasked, only once something has been typed; and not while an older line is only walked through.
    std::vector<EditSuggestion> all;
    if (asked || !place.typed.isEmpty() || place.inValue) all = assistant_.suggest(text, line, column);
    choices_->clear();
    for (const EditSuggestion& each : all) {
        auto* item = new QStandardItem(each.text);
        item->setData(each.label, labelRole);
        item->setToolTip(each.explain);
        choices_->appendRow(item);
    }
    if (all.empty()) return list()->hide();
    QRect at = edit_.cursorRect();
    at.translate(edit_.viewport()->pos());
    at.setWidth(popupWidth);
    completer_->complete(at);
    completer_->popup()->setCurrentIndex(completer_->completionModel()->index(0, 0));
}

/// In place of what is typed.
void CodeAssist::accept(const QString& text) {
    QTextCursor cursor = edit_.textCursor();
    const YamlPlace place = yamlPlaceAt(edit_.toPlainText(), cursor.blockNumber(), cursor.positionInBlock());
    cursor.movePosition(QTextCursor::Left, QTextCursor::KeepAnchor, static_cast<int>(place.typed.size()));
    // A key that is followed by its colon already gets no second one.
    QString insert = text;
    const QString rest = cursor.block().text().mid(edit_.textCursor().positionInBlock());
    if (!place.inValue && rest.startsWith(u':')) insert = insert.section(u':', 0, 0);
    if (place.inValue && edit_.textCursor().block().text().endsWith(u':')) insert.prepend(u' ');
    accepting_ = true;
    cursor.insertText(insert);
    accepting_ = false;
    edit_.setTextCursor(cursor);
}

/// Once the key has done what it does.
void CodeAssist::laterOffer() {
    QTimer::singleShot(0, this, [this] { offer(false); });
}

QAbstractItemView* CodeAssist::list() const {
    return completer_->popup();
}

QString CodeAssist::told(int line, int column) {
    for (const EditProblem& problem : problems_)
        if (problem.line == line && column >= problem.column && column <= problem.column + problem.length)
            return problem.text.toHtmlEscaped();
    return assistant_.explain(edit_.toPlainText(), line, column);
}

bool CodeAssist::eventFilter(QObject* watched, QEvent* event) {
    const auto asks = [this](const QKeyEvent& key) {
        return keys_.deedOf(KeyPlace::Editor, key.key(), key.modifiers()) == Deed::EditorOffer;
    };
    if (watched == &edit_ && event->type() == QEvent::ShortcutOverride &&
        asks(*static_cast<QKeyEvent*>(event))) {
        // Elsewhere in the window this stops the clock.
        event->accept();
        return true;
    }
    if (watched == &edit_ && event->type() == QEvent::KeyPress) {
        const auto& key = *static_cast<QKeyEvent*>(event);
        if (asks(key)) {
            offer(true);
            return true;
        }
        if (!key.text().isEmpty() && key.text().front().isPrint() &&
            (key.modifiers() & ~Qt::ShiftModifier) == Qt::NoModifier)
            laterOffer();
    }
    if (watched == edit_.viewport() && event->type() == QEvent::ToolTip) {
        const auto& help = *static_cast<QHelpEvent*>(event);
        const QTextCursor cursor = edit_.cursorForPosition(help.pos());
        QToolTip::showText(help.globalPos(), told(cursor.blockNumber(), cursor.positionInBlock()), &edit_);
        return true;
    }
    return QObject::eventFilter(watched, event);
}

void CodeAssist::check() {
    std::vector<EditProblem> now = assistant_.problems(edit_.toPlainText());
    if (now == problems_ && !now.empty()) return;
    problems_ = std::move(now);
    edit_.setProblems(problems_);
    Q_EMIT problemsChanged();
}

} // namespace wheelhouse::ui
