#include "single_instance.h"

#include <QCryptographicHash>
#include <QDir>
#include <QLocalSocket>
#include <QStandardPaths>

namespace wheelhouse::app {
namespace {

constexpr int patience = 5000; ///< milliseconds, for a window that is busy
const QByteArray word = "show\n";

QString socketOf(const std::filesystem::path& dataDirectory) {
    std::error_code error;
    const std::filesystem::path real = std::filesystem::weakly_canonical(dataDirectory, error);
    const std::string name = error ? dataDirectory.string() : real.string();
    const QByteArray hash =
        QCryptographicHash::hash(QByteArray::fromStdString(name), QCryptographicHash::Sha256).toHex();
    return QDir(QStandardPaths::writableLocation(QStandardPaths::RuntimeLocation))
        .filePath(QStringLiteral("wheelhouse-%1.socket").arg(QString::fromLatin1(hash.left(16))));
}

} // namespace

SingleInstance::SingleInstance(const std::filesystem::path& dataDirectory, QObject* parent)
    : QObject(parent), socket_(socketOf(dataDirectory)) {
    server_.setSocketOptions(QLocalServer::UserAccessOption);
    connect(&server_, &QLocalServer::newConnection, this, [this] {
        while (QLocalSocket* other = server_.nextPendingConnection()) {
            connect(other, &QLocalSocket::disconnected, other, &QObject::deleteLater);
            const auto read = [this, other] {
                if (other->bytesAvailable() < word.size()) return;
                const bool meant = other->read(word.size()) == word;
                other->write("ok\n");
                other->disconnectFromServer();
                if (meant) Q_EMIT startedAgain();
            };
            connect(other, &QLocalSocket::readyRead, this, read);
            read();
        }
    });
}

bool SingleInstance::handOver() const {
    QLocalSocket other;
    other.connectToServer(socket_);
    if (!other.waitForConnected(patience)) return false;
    other.write(word);
    return other.waitForReadyRead(patience);
}

bool SingleInstance::listen() {
    QLocalServer::removeServer(socket_);
    return server_.listen(socket_);
}

} // namespace wheelhouse::app
