#pragma once

#include "ui/models/cluster_map_model.h"
#include "ui/models/live_table_model.h"

namespace wheelhouse::ui {

/// The machines of a lab on their way to being nodes that are ready: what went wrong first, then what is on
/// its way, then those that have arrived. Reads the map while it follows it. UI thread only.
class NodeProgress final : public LiveTableModel {
    Q_OBJECT
  public:
    enum Column { Name, Kind, State, Note };
    struct Counts {
        int ready = 0;
        int coming = 0;
        int failed = 0;
        bool operator==(const Counts&) const = default;
    };

    explicit NodeProgress(ClusterMapModel& map, QObject* parent = nullptr);
    void follow();
    void unfollow();
    Counts counts() const { return counts_; }
    /// How far the node of a row has come, from 0 to 1; the row's ExtraRole is the same as text.
    static double fractionOf(const MapNode& node);

  Q_SIGNALS:
    void countsChanged();

  private:
    void take(const std::set<QString>& names);
    void count();
    ClusterMapModel& map_;
    QMetaObject::Connection following_;
    Counts counts_;
};

} // namespace wheelhouse::ui
