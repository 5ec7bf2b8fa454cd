#pragma once

#include "engine/client/cluster.h"
#include "engine/client/informer.h"
#include "ui/models/clock_model.h"
#include "ui/models/cluster_map_model.h"
#include "ui/models/feed_model.h"
#include "ui/models/frame_pacer.h"
#include "ui/models/timeline_model.h"

#include <QObject>
#include <QStringList>
#include <memory>
#include <vector>

namespace wheelhouse::ui {

/// The window's standing interest in one cluster: whether it answers, which kinds and namespaces it has, and
/// the watches behind the map and the feed. Starts with start(); a cluster that does not answer is asked
/// again with back-off for as long as the session lives. UI thread only.
class ClusterSession final : public QObject {
    Q_OBJECT
  public:
    enum class Connection { Connecting, Connected, Unreachable };

    ClusterSession(client::Cluster& cluster, Executor& executor, QObject* parent = nullptr);
    ~ClusterSession() override;

    void start();
    /// Asks again now instead of when the back-off says.
    void retryNow();

    Connection connection() const { return connection_; }
    QString connectionError() const { return error_; }
    /// Machines can be added and their power cut: the cluster is a lab of ours.
    bool isLab() const { return lab_; }
    /// True once nodes and pods have been listed.
    bool loaded() const { return loaded_; }
    const std::vector<client::ResourceInfo>& resources() const { return resources_; }
    const client::ResourceInfo* resourceOfKind(const QString& kind) const;
    QStringList namespaces() const;
    /// A Node as last heard of; null = there is none.
    api::ObjectPtr node(const QString& name) const;

    ClusterMapModel& map() { return map_; }
    FeedModel& feed() { return feed_; }
    /// What is known of the cluster's history.
    TimelineModel& timeline() { return timeline_; }
    /// The time the cluster lives by; with a lab that can be stopped and set.
    ClockModel& clock() { return clock_; }
    WallTime now() const { return clock_.now(); }
    client::Cluster& cluster() { return cluster_; }
    Executor& executor() { return executor_; }

  Q_SIGNALS:
    void connectionChanged();
    void resourcesChanged();
    void namespacesChanged();
    void loadedChanged();

  private:
    void probe();
    void connected(std::vector<client::ResourceInfo> resources);
    void unreachable(const Status& status);
    void startWatching();
    void keepLineOpen();
    void checkLoaded();
    void remember(const api::ObjectPtr& object);

    client::Cluster& cluster_;
    Executor& executor_;
    ClockModel clock_;
    ClusterMapModel map_;
    FeedModel feed_;
    TimelineModel timeline_;
    FramePacer pacer_;
    Connection connection_ = Connection::Connecting;
    QString error_;
    bool lab_ = false;
    bool loaded_ = false;
    bool probing_ = false;
    int failures_ = 0;
    std::vector<client::ResourceInfo> resources_;
    std::map<std::string, QString> namespaces_;
    std::unique_ptr<client::Informer> pods_;
    std::unique_ptr<client::Informer> nodes_;
    std::unique_ptr<client::Informer> machines_;
    std::unique_ptr<client::Informer> events_;
    std::unique_ptr<client::Informer> namespaceList_;
    std::unique_ptr<client::Subscription> line_;
    ScopedTimer again_;
    ScopedTimer loadCheck_;
};

} // namespace wheelhouse::ui
