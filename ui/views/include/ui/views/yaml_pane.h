#pragma once

#include "ui/models/cluster_actions.h"
#include "ui/widgets/code_assist.h"
#include "ui/widgets/controls.h"

#include <QWidget>

class QVBoxLayout;

namespace wheelhouse::ui {

/// Paste or open a manifest and apply it: every document's outcome beside the text, what a dry run would
/// change, mistakes on their line. What was applied last can be undone. Applying never blocks typing. UI
/// thread only.
class YamlPane final : public QWidget {
    Q_OBJECT
  public:
    YamlPane(ClusterActions& actions, const KeyTable& keys, const Theme& theme, QWidget* parent = nullptr);

    /// Helps with what is written here; once. The assistant must outlive this.
    void assist(YamlAssistant& assistant);
    CodeAssist* assistance() { return assist_; }
    void setText(const QString& text, const QString& file);
    QString text() const { return edit_->toPlainText(); }
    void setNamespace(const QString& nameSpace);
    void apply(bool dryRun);
    /// What was applied last becomes what it was; what was created goes.
    void undo();
    QPushButton* undoButton() { return undo_; }
    CodeEdit* editor() { return edit_; }
    /// What the last apply said, one line a document, for tests and screen readers.
    QStringList outcomes() const { return outcomes_; }
    bool busy() const { return busy_; }

  Q_SIGNALS:
    void applied();
    void removalRequested(const QString& kind, const QString& nameSpace, const QString& name);

  protected:
    bool event(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    /// True when it was a key of the editor.
    bool takeKey(QEvent& event);
    void chooseFile();
    void openFile(const QString& path);
    void show(const Result<std::vector<client::ManifestOutcome>>& result, bool dryRun);
    void addOutcome(const QString& icon, Tone tone, const QString& title, const QString& detail,
                    const QString& difference = {});
    void send(const QString& text, const QString& file, bool dryRun);
    void remember(const std::vector<client::ManifestOutcome>& outcomes);
    void showProblems();
    void showHints();
    void clearOutcomes();
    void refresh();

    ClusterActions& actions_;
    const KeyTable& keys_;
    const Theme& theme_;
    CodeEdit* edit_;
    QWidget* side_;
    QVBoxLayout* results_;
    QLabel* hint_;
    CommandStrip* command_;
    QPushButton* apply_;
    QPushButton* dryRun_;
    QPushButton* undo_;
    QPushButton* example_;
    QLabel* problems_;
    CodeAssist* assist_ = nullptr;
    std::vector<client::ManifestOutcome> done_; ///< what the last apply changed
    QString file_;
    QString nameSpace_;
    QStringList outcomes_;
    bool busy_ = false;
};

} // namespace wheelhouse::ui
