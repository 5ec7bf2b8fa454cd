#pragma once

#include "clock_bar.h"
#include "ui/models/cluster_session.h"
#include "ui/widgets/controls.h"

#include <QAbstractButton>
#include <QWidget>

class QButtonGroup;

namespace wheelhouse::ui {

/// One place in the left rail: icon over name, a bar beside the present one.
class RailButton final : public QAbstractButton {
    Q_OBJECT
  public:
    RailButton(const Theme& theme, const QString& icon, const QString& text, QWidget* parent);
    /// As wide as its name.
    QSize sizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

  private:
    const Theme& theme_;
    QString icon_;
    bool byKey_ = false; ///< focus came from the keyboard, so it is shown
};

/// Which cluster, which namespace, how much of everything, and the one primary action.
class TopBar final : public QWidget {
    Q_OBJECT
  public:
    TopBar(ClusterSession& session, ClusterActions& actions, const KeyTable& keys, const Theme& theme,
           const QString& title, const QString& place, QWidget* parent);
    ClockBar* clock() { return clock_; }
    QPushButton* deployButton() { return deploy_; }
    QPushButton* namespaceButton() { return nameSpace_; }
    QString chosenNamespace() const { return chosen_; }
    /// Shows only this namespace; empty = all.
    void choose(const QString& nameSpace);
    QPushButton* searchButton() { return search_; }
    QPushButton* viewButton() { return view_; }
    /// The page below shows the past, so nobody takes it for the present.
    void showPast(bool past);

  Q_SIGNALS:
    void namespaceChosen(const QString& nameSpace);
    void searchRequested();
    void nodesRequested();
    void podsRequested();
    void troubleRequested();
    void deployRequested();

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void refresh();
    void fillNamespaces();
    void nameSearch();
    ClusterSession& session_;
    const Theme& theme_;
    QString chosen_;
    QString searchKey_;
    bool past_ = false;
    StateChip* state_;
    ClockBar* clock_;
    QPushButton* nameSpace_;
    QPushButton* search_;
    QPushButton* nodes_;
    QPushButton* pods_;
    QPushButton* pending_;
    QPushButton* failing_;
    QPushButton* view_;
    QPushButton* deploy_;
};

/// A line across the window that says something and can be put away: never a dialog.
class Banner final : public QWidget {
    Q_OBJECT
  public:
    Banner(const Theme& theme, const char* kind, const QString& icon, Tone tone, QWidget* parent);
    void say(const QString& text);
    QString text() const;
    QPushButton* addButton(const QString& text);
    /// What it says holds until it is taken back: it cannot be closed.
    void stay();

  private:
    QLabel* text_;
    QPushButton* close_;
};

} // namespace wheelhouse::ui
