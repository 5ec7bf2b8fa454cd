#pragma once

#include "engine/client/pod_sessions.h"
#include "ui/models/frame_pacer.h"
#include "ui/models/terminal_grid.h"

#include <QObject>
#include <QStringList>
#include <optional>

namespace wheelhouse::ui {

/// A command in a container, and the terminal it talks to. What arrives between two frames is shown together.
/// Going away ends the command. UI thread only.
class PodTerminal final : public QObject {
    Q_OBJECT
  public:
    enum class State { Idle, Opening, Running, Ended };
    struct Target {
        QString nameSpace;
        QString pod;
        QString container; ///< empty = the only one
        QStringList command{QStringLiteral("sh")};
        bool operator==(const Target&) const = default;
    };

    explicit PodTerminal(client::Cluster& cluster, QObject* parent = nullptr);
    ~PodTerminal() override;

    /// Begins anew, with an empty screen; a command that still runs is ended.
    void open(const Target& target);
    const Target& target() const { return target_; }
    TerminalGrid& grid() { return grid_; }
    State state() const { return state_; }
    /// Of a command that has ended by itself.
    std::optional<int> exitCode() const { return exitCode_; }
    /// Why there is no exit code; empty while all is well.
    const std::optional<Status>& error() const { return error_; }
    /// The kubectl command that does the same.
    QString command() const;

  Q_SIGNALS:
    void changed();

  private:
    void take(std::string_view bytes);
    void flush();
    void ended(const Result<int>& result);

    client::Cluster& cluster_;
    TerminalGrid grid_;
    FramePacer pacer_;
    QByteArray buffer_;
    Target target_;
    State state_ = State::Idle;
    bool congested_ = false; ///< the container takes no input
    std::optional<int> exitCode_;
    std::optional<Status> error_;
    std::unique_ptr<client::PodSession> session_;
};

} // namespace wheelhouse::ui
