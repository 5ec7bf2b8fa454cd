#pragma once

#include "engine/client/pod_sessions.h"

#include <QtNetwork/QTcpSocket>
#include <functional>
#include <memory>

namespace wheelhouse::ui {

/// One connection of somebody on this computer, joined to a port of a pod. Neither side is read faster than
/// the other takes. It deletes itself after `onEnd`. UI thread only.
class PortConnection final : public QObject {
  public:
    struct Events {
        std::function<void(std::size_t sent, std::size_t received)> onBytes;
        std::function<void(const QString& problem)> onEnd; ///< once, last; empty = it went well
    };

    PortConnection(std::unique_ptr<QTcpSocket> socket, Events events, QObject* parent);
    ~PortConnection() override;

    /// The pod's side is open.
    void join(client::PodSessions& sessions, const QString& nameSpace, const QString& pod, int port);
    /// There is no pod.
    void refuse(const QString& problem);

  private:
    void readSocket();
    void hungUp();
    void ended(const Result<int>& result);
    void finish(const QString& problem);

    std::unique_ptr<QTcpSocket> socket_;
    Events events_;
    std::unique_ptr<client::PodSession> session_;
    bool congested_ = true; ///< until it is joined
    bool held_ = false;
    bool over_ = false;
};

} // namespace wheelhouse::ui
