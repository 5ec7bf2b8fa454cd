#pragma once

#include "ui/models/key_table.h"
#include "ui/models/yaml_assistant.h"
#include "ui/widgets/code_edit.h"

#include <QTimer>

class QAbstractItemView;
class QCompleter;
class QStandardItemModel;

namespace wheelhouse::ui {

/// Stands by a CodeEdit: offers what could be written (as one types, and by its key), underlines what
/// the server would not take, and tells what a field means when the mouse rests on it. UI thread only; lives
/// as long as the editor.
class CodeAssist final : public QObject {
    Q_OBJECT
  public:
    CodeAssist(CodeEdit& edit, YamlAssistant& assistant, const KeyTable& keys, const Theme& theme);

    const std::vector<EditProblem>& problems() const { return problems_; }
    /// The list of what is offered, and its texts; hidden and empty when nothing is.
    QAbstractItemView* list() const;
    QStringList offered() const;
    /// What would be told about the place, mistakes first.
    QString told(int line, int column);

  Q_SIGNALS:
    void problemsChanged();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void laterOffer();
    void offer(bool asked);
    void accept(const QString& text);
    void check();

    CodeEdit& edit_;
    YamlAssistant& assistant_;
    const KeyTable& keys_;
    QStandardItemModel* choices_;
    QCompleter* completer_;
    QTimer later_;
    std::vector<EditProblem> problems_;
    bool accepting_ = false; ///< the text changes by what was chosen
};

} // namespace wheelhouse::ui
