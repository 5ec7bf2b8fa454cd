#include "ui/models/helm_chart.h"

#include "ui/models/kubectl.h"

#include <QDir>
#include <QFileInfo>
#include <QPointer>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTimer>

namespace wheelhouse::ui {
namespace {

constexpr int patience = 30'000; ///< milliseconds
constexpr qsizetype mostBytes = 3 * 1024 * 1024;
constexpr qsizetype longestName = 53; ///< of a release

tl::unexpected<Status> failure(Reason reason, const QString& text) {
    return fail(reason, text.toStdString());
}

/// What helm says is wrong, without its prefix and its usage.
QString complaintIn(const QByteArray& output) {
    QString last;
    for (const QString& line : QString::fromUtf8(output).split(u'\n', Qt::SkipEmptyParts)) {
        if (line.startsWith(u"Error: ")) return line.mid(7);
        if (!line.startsWith(u"WARNING")) last = line;
    }
    return last.trimmed();
}

} // namespace

HelmChart::HelmChart(QString program, QObject* parent) : QObject(parent), program_(std::move(program)) {}

HelmChart::~HelmChart() {
    if (process_ == nullptr) return;
    process_->disconnect(this);
    process_->kill();
    process_->waitForFinished(1000);
}

bool HelmChart::isChart(const QString& folder) {
    return QFileInfo(folder).isDir() &&
           QFileInfo::exists(QDir(folder).filePath(QStringLiteral("Chart.yaml")));
}

QString HelmChart::releaseOf(const QString& folder) {
    static const QRegularExpression other(QStringLiteral("[^a-z0-9]+"));
    static const QRegularExpression edges(QStringLiteral("^-+|-+$"));
    QString name = QDir(folder).dirName().toLower().replace(other, QStringLiteral("-")).left(longestName);
    name.remove(edges);
    return name.isEmpty() ? QStringLiteral("chart") : name;
}

QStringList HelmChart::arguments(const QString& folder, const QString& nameSpace) {
    return {QStringLiteral("template"),    releaseOf(folder), folder,
            QStringLiteral("--namespace"), nameSpace,         QStringLiteral("--include-crds"),
            QStringLiteral("--skip-tests")};
}

QString HelmChart::command(const QString& folder, const QString& nameSpace) {
    QStringList words{QStringLiteral("helm")};
    for (const QString& argument : arguments(folder, nameSpace))
        words << kubectl::quoted(argument);
    return words.join(u' ') + QStringLiteral(" | kubectl apply -n ") + kubectl::quoted(nameSpace) +
           QStringLiteral(" -f -");
}

void HelmChart::finish(Result<QString> result) {
    if (process_ != nullptr) {
        process_->disconnect(this);
        process_->kill(); // nothing happens to one that has ended
        process_->deleteLater();
        process_ = nullptr;
    }
    if (const Done done = std::exchange(done_, nullptr)) done(std::move(result));
}

void HelmChart::render(const QString& folder, const QString& nameSpace, Done done) {
    done_ = nullptr;
    finish(QString());
    done_ = std::move(done);
    const QString program =
        program_.isEmpty() ? QStandardPaths::findExecutable(QStringLiteral("helm")) : program_;
    if (program.isEmpty())
        return finish(
            failure(Reason::ServiceUnavailable,
                    tr("Charts are made into manifests by helm, which is not installed. Install it, "
                       "or drop the output of “helm template” as a file.")));
    process_ = new QProcess(this);
    connect(process_, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            finish(failure(Reason::ServiceUnavailable,
                           tr("helm cannot be started: %1").arg(process_->errorString())));
    });
    connect(process_, &QProcess::finished, this, [this](int code, QProcess::ExitStatus status) {
        const QByteArray text = process_->readAllStandardOutput();
        if (status != QProcess::NormalExit || code != 0)
            return finish(failure(
                Reason::Invalid,
                tr("helm cannot render this chart: %1").arg(complaintIn(process_->readAllStandardError()))));
        if (text.size() > mostBytes)
            return finish(failure(Reason::RequestEntityTooLarge,
                                  tr("This chart makes more than can be applied at once.")));
        finish(QString::fromUtf8(text));
    });
    QTimer::singleShot(patience, process_, [this] {
        finish(failure(Reason::Timeout, tr("helm did not answer within %1 s.").arg(patience / 1000)));
    });
    process_->start(program, arguments(folder, nameSpace));
    process_->closeWriteChannel();
}

} // namespace wheelhouse::ui
