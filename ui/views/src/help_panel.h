#pragma once

#include "ui/models/help_model.h"
#include "ui/widgets/controls.h"

class QListView;

namespace wheelhouse::ui {

/// Which keys do what, where one is now first; and where a key is changed: choose a line, press the new key.
/// UI thread only.
class HelpPanel final : public OverlayPanel {
    Q_OBJECT
  public:
    HelpPanel(KeyTable& keys, const Theme& theme, QWidget* parent);
    /// `here` is the place the focus is in.
    void open(KeyPlace here);
    QListView* here() { return here_; }
    QListView* everywhere() { return everywhere_; }
    /// Waits for the new key of this action.
    void ask(Deed deed);
    bool asks() const { return asked_.has_value(); }
    QString problem() const { return problem_->text(); }

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    QListView* makeList(HelpModel& model, const QString& name);
    void take(const QKeySequence& key);
    void say(const QString& hint, const QString& problem);
    KeyTable& keys_;
    HelpModel hereModel_;
    HelpModel everywhereModel_;
    std::optional<Deed> asked_;
    QListView* here_;
    QListView* everywhere_;
    QLabel* hint_;
    QLabel* problem_;
};

} // namespace wheelhouse::ui
