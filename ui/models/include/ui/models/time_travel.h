#pragma once

#include "engine/client/cluster.h"
#include "ui/models/cluster_map_model.h"

#include <QObject>
#include <QString>
#include <array>
#include <map>
#include <memory>

namespace wheelhouse::ui {

/// The cluster as it was: nodes, machines and pods listed at one exact revision, as a map of their own. While
/// a revision is on its way the one before stays; asked for several, only the newest question counts. Nothing
/// can be changed through it. UI thread only.
class TimeTravel final : public QObject {
    Q_OBJECT
  public:
    explicit TimeTravel(client::Cluster& cluster, QObject* parent = nullptr);

    /// Goes there; with `machines` also Machines are asked for.
    void goTo(Revision revision, bool machines);
    void leave();
    bool away() const { return wanted_ > 0; }
    /// Where one is; 0 = in the present, or not there yet.
    Revision revision() const { return here_; }
    ClusterMapModel& map() { return map_; }

  Q_SIGNALS:
    void arrived(wheelhouse::Revision revision);
    /// The history at this revision is gone, or the cluster does not answer.
    void failed(wheelhouse::Revision revision, const wheelhouse::Status& status);

  private:
    enum Kind : std::size_t { Nodes, Machines, Pods };
    using Objects = std::map<std::string, api::ObjectPtr>;
    void ask(Kind kind);
    void answered(Kind kind, Result<client::ObjectList> answer);
    void show();

    client::Cluster& cluster_;
    ClusterMapModel map_;
    Revision wanted_ = 0;
    Revision asked_ = 0;
    Revision here_ = 0;
    bool machines_ = false;
    int open_ = 0;
    std::array<Objects, 3> coming_;
    std::array<Objects, 3> shown_;
};

} // namespace wheelhouse::ui
