#pragma once

#include "engine/base/executor.h"
#include "ui/models/key_table.h"
#include "ui/models/timeline_model.h"
#include "ui/widgets/theme.h"

#include <QWidget>
#include <functional>
#include <optional>

namespace wheelhouse::ui {

/// The tape of time: how much happened when, flags where something went wrong, and a head that can be taken
/// anywhere between. Drag or press to go there; with the focus, keys go from one revision to the
/// next, play and return to the present. UI thread only.
class TimelineView final : public QWidget {
    Q_OBJECT
  public:
    TimelineView(TimelineModel& model, Executor& executor, std::function<WallTime()> now,
                 const KeyTable& keys, const Theme& theme, QWidget* parent = nullptr);

    /// The head stands at this revision; nothing = live.
    void setHead(std::optional<Revision> revision);
    std::optional<Revision> head() const { return head_; }
    bool playing() const { return playing_; }
    double speed() const { return speed_; }
    /// Where on the tape a time is.
    int xOf(WallTime time) const;
    QSize minimumSizeHint() const override { return {300, 92}; }

  Q_SIGNALS:
    void wanted(wheelhouse::Revision revision);
    void liveWanted();

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override;
    bool event(QEvent* event) override;

  private:
    WallTime from() const;
    WallTime to() const;
    QRect tape() const;
    WallTime timeAt(int x) const;
    const Incident* incidentAt(const QPoint& at) const;
    void scrub(int x);
    void step(int direction);
    void play(bool on);
    void playOn();
    void tick();
    void paintBars(QPainter& p);
    void paintTimes(QPainter& p);
    void paintIncidents(QPainter& p);
    void paintHead(QPainter& p);
    void announce();

    TimelineModel& model_;
    Executor& executor_;
    std::function<WallTime()> now_;
    const KeyTable& keys_;
    const Theme& theme_;
    std::optional<Revision> head_;
    WallTime playTime_{};
    bool playing_ = false;
    double speed_ = 1;
    ScopedTimer timer_;
    ScopedTimer tick_;
};

} // namespace wheelhouse::ui
