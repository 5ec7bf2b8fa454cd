#pragma once

#include "ui/models/feed_model.h"
#include "ui/widgets/theme.h"

#include <QListView>

namespace wheelhouse::ui {

/// The event feed: one line an event, newest first. Activating a line asks to show what it is about. UI
/// thread only.
class FeedView final : public QListView {
    Q_OBJECT
  public:
    FeedView(FeedModel& model, const Theme& theme, QWidget* parent = nullptr);

  Q_SIGNALS:
    void objectActivated(const QString& kind, const QString& nameSpace, const QString& name);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

  private:
    const Theme& theme_;
};

} // namespace wheelhouse::ui
