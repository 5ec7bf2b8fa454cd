#include "port_connection.h"

#include "ui/models/words.h"

#include <QTimer>

namespace wheelhouse::ui {
namespace {

constexpr qint64 mostUnread = 64 * 1024;
constexpr qint64 mostUnwritten = 256 * 1024;
constexpr std::chrono::seconds farewell{3};

} // namespace

PortConnection::PortConnection(std::unique_ptr<QTcpSocket> socket, Events events, QObject* parent)
    : QObject(parent), socket_(std::move(socket)), events_(std::move(events)) {
    socket_->setParent(nullptr);
    socket_->setReadBufferSize(mostUnread);
    socket_->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    connect(socket_.get(), &QTcpSocket::readyRead, this, &PortConnection::readSocket);
    connect(socket_.get(), &QTcpSocket::bytesWritten, this, [this] {
        if (held_ && socket_->bytesToWrite() < mostUnwritten / 2 && session_) {
            held_ = false;
            session_->hold(false);
        }
    });
    connect(socket_.get(), &QTcpSocket::disconnected, this, [this] {
        readSocket();
        hungUp();
    });
}

PortConnection::~PortConnection() {
    socket_->disconnect(this);
}

void PortConnection::join(client::PodSessions& sessions, const QString& nameSpace, const QString& pod,
                          int port) {
    if (over_) return;
    client::PodSink sink;
    sink.onData = [this](int, std::string_view bytes) {
        if (over_) return;
        events_.onBytes(0, bytes.size());
        socket_->write(bytes.data(), static_cast<qint64>(bytes.size()));
        if (socket_->bytesToWrite() > mostUnwritten && !std::exchange(held_, true)) session_->hold(true);
    };
    sink.onCongestion = [this](bool congested) {
        congested_ = congested;
        readSocket();
    };
    sink.onEnd = [this](const Result<int>& result) {
        if (over_)
            deleteLater();
        else
            ended(result);
    };
    session_ = sessions.openPort(nameSpace.toStdString(), pod.toStdString(), static_cast<std::uint16_t>(port),
                                 std::move(sink));
    congested_ = false;
    readSocket();
}

void PortConnection::refuse(const QString& problem) {
    if (std::exchange(over_, true)) return;
    socket_->disconnectFromHost();
    finish(problem);
}

/// Whoever asked has gone. What they said last may still be on its way to the pod, which is told that there
/// is no more; it has a moment to take it.
void PortConnection::hungUp() {
    if (over_ || !session_) return ended(0);
    over_ = true;
    events_.onEnd({});
    const QByteArray rest = socket_->readAll();
    if (!rest.isEmpty()) session_->write(rest.toStdString());
    session_->closeInput();
    session_->hold(false);
    QTimer::singleShot(farewell, this, [this] { deleteLater(); });
}

void PortConnection::readSocket() {
    if (congested_ || over_ || !session_) return;
    const QByteArray bytes = socket_->readAll();
    if (bytes.isEmpty()) return;
    events_.onBytes(static_cast<std::size_t>(bytes.size()), 0);
    session_->write(bytes.toStdString());
}

void PortConnection::ended(const Result<int>& result) {
    if (std::exchange(over_, true)) return;
    // What is still to be written to whoever asked goes out first.
    if (socket_->state() == QAbstractSocket::ConnectedState) {
        connect(socket_.get(), &QTcpSocket::disconnected, this,
                [this, problem = result ? QString() : errorLine(result.error())] { finish(problem); });
        socket_->disconnectFromHost();
        return;
    }
    finish(result ? QString() : errorLine(result.error()));
}

void PortConnection::finish(const QString& problem) {
    events_.onEnd(problem);
    deleteLater();
}

} // namespace wheelhouse::ui
