#pragma once

#include "ui/models/port_forwards.h"
#include "ui/widgets/controls.h"

#include <QWidget>

class QComboBox;
class QSpinBox;
class QStackedWidget;
class QTableView;

namespace wheelhouse::ui {

/// The ports of pods and services that are on this computer: start, stop, open in the browser, copy the
/// address. They go on while nobody looks. UI thread only.
class ForwardsView final : public QWidget {
    Q_OBJECT
  public:
    ForwardsView(client::Cluster& cluster, const Theme& theme, QWidget* parent = nullptr);

    /// Fills the form with what is to be forwarded; the first port is chosen.
    void prepare(const QString& kind, const QString& nameSpace, const QString& name,
                 const std::vector<ForwardablePort>& ports);
    PortForwards& model() { return model_; }
    QTableView* table() { return table_; }
    QSpinBox* localField() { return local_; }
    QComboBox* portField() { return port_; }
    QPushButton* startButton() { return start_; }
    QPushButton* stopButton() { return stop_; }
    QString problem() const { return problem_->text(); }
    QString command() const { return command_->command(); }

  Q_SIGNALS:
    void started(const QString& what, const QString& command);
    void stopped(const QString& what);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    QWidget* buildForm();
    void buildTable();
    int wantedPort() const;
    void begin();
    void stopChosen();
    void openChosen();
    int chosen() const;
    void refresh();

    const Theme& theme_;
    PortForwards model_;
    PortForwards::Wish wish_;
    QStackedWidget* stack_;
    EmptyState* empty_;
    QWidget* form_;
    ElidedLabel* what_;
    QComboBox* port_;
    QSpinBox* local_;
    QPushButton* start_;
    QLabel* problem_;
    QTableView* table_;
    QPushButton* open_;
    QPushButton* copy_;
    QPushButton* stop_;
    CommandStrip* command_;
};

} // namespace wheelhouse::ui
