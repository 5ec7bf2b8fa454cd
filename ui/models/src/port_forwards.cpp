#include "ui/models/port_forwards.h"

#include "engine/api/types.h"
#include "port_connection.h"
#include "ui/models/kubectl.h"
#include "ui/models/live_table_model.h"
#include "ui/models/pod_logs.h"
#include "ui/models/words.h"

#include <QPointer>
#include <QtNetwork/QTcpServer>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

namespace core = api::core;
const api::ResourceName podResource{"", "v1", "pods"};
const api::ResourceName serviceResource{"", "v1", "services"};
constexpr int firstFreePort = 1024; ///< lower ones are for root

QString text(const std::string& given) {
    return QString::fromStdString(given);
}

bool isReady(const core::Pod& pod) {
    if (pod.metadata().has_deletiontimestamp()) return false;
    const auto& conditions = pod.status().conditions();
    return std::any_of(conditions.begin(), conditions.end(),
                       [](const auto& each) { return each.type() == "Ready" && each.status() == "True"; });
}

/// The pod's port behind a service's; 0 when the pod has no port of that name.
int targetPort(const core::Service& service, int port, const core::Pod& pod) {
    for (const auto& each : service.spec().ports()) {
        if (each.port() != port) continue;
        const auto& target = each.targetport();
        if (!each.has_targetport() || (target.type() == 0 && target.intval() == 0)) return port;
        if (target.type() == 0) return target.intval();
        for (const auto& container : pod.spec().containers())
            for (const auto& named : container.ports())
                if (named.name() == target.strval()) return named.containerport();
        return 0;
    }
    return 0;
}

bool isTcp(const std::string& protocol) {
    return protocol.empty() || protocol == "TCP";
}

} // namespace

std::vector<ForwardablePort> forwardablePortsOf(const api::Object& object) {
    std::vector<ForwardablePort> out;
    const auto add = [&](int port, const std::string& name, const std::string& protocol) {
        const ForwardablePort made{port, text(name)};
        if (isTcp(protocol) && std::find(out.begin(), out.end(), made) == out.end()) out.push_back(made);
    };
    if (object.kind().name == podResource) {
        const auto pod = object.as<core::Pod>();
        for (const auto& container : pod.spec().containers())
            for (const auto& port : container.ports())
                add(port.containerport(), port.name(), port.protocol());
    } else if (object.kind().name == serviceResource) {
        const auto service = object.as<core::Service>();
        for (const auto& port : service.spec().ports())
            add(port.port(), port.name(), port.protocol());
    }
    return out;
}

QString PortForwards::Entry::target() const {
    return (wish.kind == u"Service" ? QStringLiteral("service/") : QStringLiteral("pod/")) + wish.name;
}

QString PortForwards::Entry::command() const {
    return kubectl::portForward(wish.nameSpace, target(), localPort, wish.port);
}

QString PortForwards::Entry::url() const {
    const bool tls = wish.port == 443 || wish.port == 8443 || wish.port == 6443;
    return QStringLiteral("%1://127.0.0.1:%2/").arg(tls ? u"https" : u"http").arg(localPort);
}

/// One forward: who listens, and the connections there are.
class PortForwards::Forward final : public QObject {
  public:
    Forward(PortForwards& owner, const Wish& wish) : owner_(owner) { entry.wish = wish; }

    Result<void> listen();
    Entry entry;

  private:
    void accept();
    void joinService(PortConnection* connection);
    void joinOneOf(PortConnection* connection, const core::Service& service,
                   const std::vector<api::ObjectPtr>& pods);
    void join(PortConnection* connection, const QString& pod, int port);

    PortForwards& owner_;
    QTcpServer server_;
    std::size_t turn_ = 0;
};

Result<void> PortForwards::Forward::listen() {
    const Wish& wish = entry.wish;
    if (client::podSessionsOf(owner_.cluster_) == nullptr)
        return fail(Reason::MethodNotAllowed, "this cluster has no streams to its pods");
    const QHostAddress here(QHostAddress::LocalHost);
    bool listens = false;
    if (wish.localPort > 0)
        listens = server_.listen(here, static_cast<quint16>(wish.localPort));
    else
        listens = (wish.port >= firstFreePort && server_.listen(here, static_cast<quint16>(wish.port))) ||
                  server_.listen(here, 0);
    if (!listens)
        return fail(Reason::ServiceUnavailable, "127.0.0.1:" + std::to_string(wish.localPort) + ": " +
                                                    server_.errorString().toStdString());
    entry.localPort = server_.serverPort();
    connect(&server_, &QTcpServer::newConnection, this, &Forward::accept);
    return {};
}

void PortForwards::Forward::accept() {
    while (QTcpSocket* socket = server_.nextPendingConnection()) {
        std::unique_ptr<QTcpSocket> held(socket);
        if (entry.connections >= mostConnections) {
            entry.problem = PortForwards::tr("more than %1 connections at once").arg(mostConnections);
            owner_.touched();
            continue;
        }
        ++entry.connections;
        PortConnection::Events events;
        events.onBytes = [this](std::size_t sent, std::size_t received) {
            entry.sent += sent;
            entry.received += received;
            owner_.touched();
        };
        events.onEnd = [this](const QString& problem) {
            --entry.connections;
            entry.problem = problem;
            owner_.touched();
        };
        auto* connection = new PortConnection(std::move(held), std::move(events), this);
        owner_.touched();
        if (entry.wish.kind == u"Service")
            joinService(connection);
        else
            join(connection, entry.wish.name, entry.wish.port);
    }
}

void PortForwards::Forward::join(PortConnection* connection, const QString& pod, int port) {
    connection->join(*client::podSessionsOf(owner_.cluster_), entry.wish.nameSpace, pod, port);
}

void PortForwards::Forward::joinService(PortConnection* connection) {
    const std::string nameSpace = entry.wish.nameSpace.toStdString();
    owner_.cluster_.get(serviceResource, nameSpace, entry.wish.name.toStdString(),
                        [this, connection = QPointer(connection), nameSpace](Result<api::ObjectPtr> found) {
                            if (!connection) return;
                            if (!found) return connection->refuse(errorLine(found.error()));
                            client::ListOptions options;
                            options.nameSpace = nameSpace;
                            options.labelSelector = podSelectorOf(**found).toStdString();
                            if (options.labelSelector.empty())
                                return connection->refuse(PortForwards::tr("the service chooses no pods"));
                            owner_.cluster_.list(
                                podResource, options,
                                [this, connection, service = *found](Result<client::ObjectList> pods) {
                                    if (!connection) return;
                                    if (!pods) return connection->refuse(errorLine(pods.error()));
                                    joinOneOf(connection, service->as<core::Service>(), pods->items);
                                });
                        });
}

/// The ready pods take turns.
void PortForwards::Forward::joinOneOf(PortConnection* connection, const core::Service& service,
                                      const std::vector<api::ObjectPtr>& pods) {
    std::vector<core::Pod> ready;
    for (const api::ObjectPtr& object : pods)
        if (auto pod = object->as<core::Pod>(); isReady(pod)) ready.push_back(std::move(pod));
    if (ready.empty()) return connection->refuse(PortForwards::tr("no pod of the service is ready"));
    const core::Pod& pod = ready[turn_++ % ready.size()];
    const int port = targetPort(service, entry.wish.port, pod);
    if (port == 0) return connection->refuse(PortForwards::tr("the pod has no such port"));
    join(connection, text(pod.metadata().name()), port);
}

PortForwards::PortForwards(client::Cluster& cluster, QObject* parent)
    : QAbstractTableModel(parent), cluster_(cluster) {
    connect(&pacer_, &FramePacer::frame, this, [this] {
        if (!forwards_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    });
}

PortForwards::~PortForwards() = default;

void PortForwards::touched() {
    pacer_.request();
}

Result<int> PortForwards::start(const Wish& wish) {
    auto forward = std::make_unique<Forward>(*this, wish);
    if (auto listens = forward->listen(); !listens) return fail(listens.error());
    const int row = rowCount();
    beginInsertRows({}, row, row);
    forwards_.push_back(std::move(forward));
    endInsertRows();
    return row;
}

void PortForwards::stop(int row) {
    if (row < 0 || row >= rowCount()) return;
    beginRemoveRows({}, row, row);
    const std::unique_ptr<Forward> gone = std::move(forwards_[static_cast<std::size_t>(row)]);
    forwards_.erase(forwards_.begin() + row);
    endRemoveRows();
}

PortForwards::Entry PortForwards::at(int row) const {
    return row < 0 || row >= rowCount() ? Entry() : forwards_[static_cast<std::size_t>(row)]->entry;
}

int PortForwards::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(forwards_.size());
}

int PortForwards::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant PortForwards::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Entry& entry = forwards_[static_cast<std::size_t>(index.row())]->entry;
    if (role == LiveTableModel::ToneRole)
        return static_cast<int>(!entry.problem.isEmpty() ? Tone::Warning
                                : entry.connections > 0  ? Tone::Accent
                                                         : Tone::Good);
    if (role == Qt::ToolTipRole) return entry.problem.isEmpty() ? entry.command() : entry.problem;
    if (role != Qt::DisplayRole && role != Qt::AccessibleTextRole) return {};
    switch (index.column()) {
    case Target:
        return entry.target();
    case Namespace:
        return entry.wish.nameSpace;
    case Local:
        return QStringLiteral("127.0.0.1:%1").arg(entry.localPort);
    case Port:
        return entry.wish.port;
    case State:
        return !entry.problem.isEmpty() ? entry.problem : tr("listening");
    case Connections:
        return entry.connections;
    case Traffic:
        return QStringLiteral("↑ %1  ↓ %2").arg(bytesText(entry.sent), bytesText(entry.received));
    default:
        return {};
    }
}

QVariant PortForwards::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    const QString names[] = {tr("Target"), tr("Namespace"),   tr("Here"),   tr("Port"),
                             tr("State"),  tr("Connections"), tr("Traffic")};
    return section >= 0 && section < ColumnCount ? names[section] : QString();
}

} // namespace wheelhouse::ui
