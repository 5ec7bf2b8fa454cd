#pragma once

#include "ui/models/cluster_session.h"
#include "ui/models/verdict_model.h"
#include "ui/models/what_if.h"
#include "ui/widgets/controls.h"

#include <QWidget>
#include <memory>
#include <vector>

class QLineEdit;

namespace wheelhouse::ui {

class FlowLayout;
class VerdictMatrix;

/// Why a pod is where it is: every attempt of the scheduler as nodes by plug-ins, the outcome in words, and
/// "what if" edits that are put to the scheduler at once. Follows the pod's SchedulingDecision while it shows
/// one. Of a cluster whose scheduler does not tell its reasons it says so. UI thread only.
class VerdictPane final : public QWidget {
    Q_OBJECT
  public:
    enum class Room { Drawer, Page };

    VerdictPane(ClusterSession& session, const Theme& theme, Room room, QWidget* parent = nullptr);
    ~VerdictPane() override;

    void open(const QString& nameSpace, const QString& pod);
    void clear();
    VerdictModel& rows() { return model_; }
    int attempts() const { return decision_.attempts_size(); }
    /// 0 = the newest.
    void showAttempt(int index);
    void addEdit(const WhatIfEdit& edit);
    const std::vector<WhatIfEdit>& edits() const { return edits_; }
    /// The matrix shows an answer to "what if" instead of what happened.
    bool supposes() const { return supposed_; }
    QString sentence() const;
    QString command() const { return command_; }
    QLineEdit* editField() { return text_; }
    QPushButton* addButton() { return add_; }

  Q_SIGNALS:
    void commandChanged(const QString& command);

  private:
    QWidget* buildHead();
    QWidget* buildWhatIf();
    void follow();
    void take(const api::ObjectPtr& object);
    void refresh();
    void refreshEdits();
    void chooseKind(WhatIfEdit::Kind kind);
    void takeTyped();
    void ask(bool always = false);
    void answered(Result<client::Written> answer);
    bool anyOn() const;
    void setCommand(const QString& command);

    ClusterSession& session_;
    const Theme& theme_;
    const Room room_;
    QString nameSpace_;
    QString pod_;
    api::lab::SchedulingDecision decision_;
    int shown_ = 0;
    bool supposed_ = false;
    bool suggested_ = false;
    std::uint64_t question_ = 0; ///< answers to older ones are thrown away
    std::vector<WhatIfEdit> edits_;
    WhatIfEdit::Kind kind_ = WhatIfEdit::Cpu;
    QString command_;
    VerdictModel model_;
    VerdictMatrix* matrix_;
    QLabel* heading_;
    QLabel* facts_;
    QPushButton* newer_;
    QPushButton* older_;
    QPushButton* all_;
    QPushButton* ask_;
    QLabel* why_;
    QWidget* card_;
    QLabel* victims_;
    FlowLayout* chips_;
    QPushButton* kindButton_;
    QLineEdit* text_;
    QPushButton* add_;
    QLabel* problem_;
    std::unique_ptr<client::Informer> decisions_;
};

} // namespace wheelhouse::ui
