#pragma once

#include "engine/client/pod_sessions.h"
#include "ui/models/frame_pacer.h"

#include <QAbstractTableModel>
#include <QString>
#include <memory>
#include <vector>

namespace wheelhouse::ui {

/// A port of a pod or service that can be forwarded.
struct ForwardablePort {
    int port = 0;
    QString name;
    bool operator==(const ForwardablePort&) const = default;
};
/// The TCP ports of a Pod or Service; of other kinds none. Pure.
std::vector<ForwardablePort> forwardablePortsOf(const api::Object& object);

/// Ports of pods and services on this computer, on its loopback address only. A service's connections go to
/// one of its ready pods, chosen anew for each. What goes wrong with a connection is one line on its forward,
/// which goes on listening. UI thread only.
class PortForwards final : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { Target, Namespace, Local, Port, State, Connections, Traffic, ColumnCount };
    static constexpr int mostConnections = 128; ///< of one forward

    struct Wish {
        QString kind; ///< "Pod" or "Service"
        QString nameSpace;
        QString name;
        int port = 0;
        int localPort = 0; ///< 0 = the same where it is free and allowed, else any
    };
    struct Entry {
        Wish wish;
        int localPort = 0;
        int connections = 0; ///< open now
        quint64 sent = 0;    ///< bytes to the pod
        quint64 received = 0;
        QString problem; ///< the last connection's; empty when it went well
        QString command() const;
        QString url() const;
        QString target() const;
    };

    explicit PortForwards(client::Cluster& cluster, QObject* parent = nullptr);
    ~PortForwards() override;

    /// The row of the new forward; an error where the local port cannot be had.
    Result<int> start(const Wish& wish);
    void stop(int row);
    Entry at(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    class Forward;
    void touched();

    client::Cluster& cluster_;
    FramePacer pacer_;
    std::vector<std::unique_ptr<Forward>> forwards_;
};

} // namespace wheelhouse::ui
