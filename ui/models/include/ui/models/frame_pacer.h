#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace wheelhouse::ui {

/// Turns "something changed" into at most one `frame()` every 16 ms. When handling a frame takes long, the
/// next one waits as long again, so that input always gets its turn. No timer runs while nothing is asked
/// for.
class FramePacer final : public QObject {
    Q_OBJECT
  public:
    explicit FramePacer(QObject* parent = nullptr);
    void request();
    /// Handles what was asked for now, e.g. before a test looks.
    void flush();

  Q_SIGNALS:
    void frame();

  private:
    void fire();
    QTimer timer_;
    QElapsedTimer sinceLast_;
    qint64 lastCost_ = 0;
};

} // namespace wheelhouse::ui
