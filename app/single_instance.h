#pragma once

#include <QLocalServer>
#include <QObject>
#include <filesystem>

namespace wheelhouse::app {

/// One window for each lab of a user: a second start brings the first one's window to the front instead. It
/// is found by a socket in the user's runtime folder that is named after the data folder. Main thread only.
class SingleInstance final : public QObject {
    Q_OBJECT
  public:
    explicit SingleInstance(const std::filesystem::path& dataDirectory, QObject* parent = nullptr);

    /// True when another window of this lab was there and has been told; waits for it a few seconds at most.
    bool handOver() const;
    /// From now on others are heard. What a window that died left behind is replaced. False when there can be
    /// no socket: then a second start is told that the lab is in use.
    bool listen();

  Q_SIGNALS:
    /// Somebody started the program again.
    void startedAgain();

  private:
    QString socket_;
    QLocalServer server_;
};

} // namespace wheelhouse::app
