#pragma once

#include "engine/base/status.h"

#include <QObject>
#include <QString>
#include <functional>

class QProcess;

namespace wheelhouse::ui {

/// Helm charts as manifests, made by the `helm` program where there is one. Nothing waits: it works beside
/// the window and is ended when it takes too long. UI thread only.
class HelmChart final : public QObject {
    Q_OBJECT
  public:
    using Done = std::function<void(Result<QString>)>;

    /// `program` is for tests; empty = "helm", as found in $PATH.
    explicit HelmChart(QString program = {}, QObject* parent = nullptr);
    ~HelmChart() override;
    /// A folder that holds a chart.
    static bool isChart(const QString& folder);
    /// The name its release has: the folder's, as far as that can be a name.
    static QString releaseOf(const QString& folder);
    /// The command that does the same and applies it.
    static QString command(const QString& folder, const QString& nameSpace);
    /// Answers once, with the manifests or one line that says why there are none. A call before the last has
    /// answered ends that one, whose answer does not come.
    void render(const QString& folder, const QString& nameSpace, Done done);

  private:
    static QStringList arguments(const QString& folder, const QString& nameSpace);
    void finish(Result<QString> result);
    const QString program_;
    QProcess* process_ = nullptr;
    Done done_;
};

} // namespace wheelhouse::ui
