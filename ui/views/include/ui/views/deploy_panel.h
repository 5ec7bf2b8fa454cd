#pragma once

#include "ui/models/cluster_actions.h"
#include "ui/models/deploy_template.h"
#include "ui/models/text_diff.h"
#include "ui/widgets/controls.h"

class QLineEdit;
class QTextBrowser;

namespace wheelhouse::ui {

/// What is about to be deployed: name, number, place, and what that would change on the server, as a
/// difference made by a dry run. Nothing is written before "Apply". UI thread only.
class DeployPanel final : public OverlayPanel {
    Q_OBJECT
  public:
    DeployPanel(ClusterActions& actions, const Theme& theme, QWidget* parent);

    /// A template, under a free name, at a place.
    void openTemplate(const QString& id, const DeployPlace& place, const std::vector<QString>& taken);
    /// A person's own manifest.
    void openManifest(const QString& text, const QString& file);
    /// What a Helm chart was made into; `command` does the same in a shell.
    void openChart(const QString& text, const QString& folder, const QString& command);
    void setNamespace(const QString& nameSpace) { nameSpace_ = nameSpace; }
    QString nameSpace() const { return nameSpace_; }
    QString manifest() const;
    QString command() const { return foot_->command(); }
    /// The difference as lines with "+ ", "- " or "  " before them.
    QString difference() const;
    QLineEdit* nameField() { return name_; }
    Stepper* replicas() { return replicas_; }
    QPushButton* applyButton() { return foot_->button(); }
    bool settled() const { return asked_ == shown_; }

  Q_SIGNALS:
    /// The manifest goes on in the editor.
    void editRequested(const QString& text, const QString& file);

  private:
    void begin();
    void ask();
    void show(const Result<std::vector<client::ManifestOutcome>>& result);
    void render();
    void apply();
    QString placeText() const;

    ClusterActions& actions_;
    QString nameSpace_ = QStringLiteral("default");
    QString template_;
    DeployPlace place_;
    QString text_;
    QString file_;
    QString command_; ///< of a chart; else it follows from the text
    std::uint64_t asked_ = 0;
    std::uint64_t shown_ = 0;
    std::vector<std::pair<QString, std::vector<DiffLine>>> differences_;
    QString problems_;
    QLabel* title_;
    QLabel* where_;
    QWidget* fields_;
    QLineEdit* name_;
    Stepper* replicas_;
    QTextBrowser* view_;
    PanelFoot* foot_;
};

} // namespace wheelhouse::ui
