#pragma once

#include "engine/client/informer.h"
#include "ui/models/frame_pacer.h"
#include "ui/models/live_table_model.h"

#include <map>
#include <memory>

namespace wheelhouse::ui {

/// Who acts next: what the controllers and the scheduler wait to look at, soonest first, from the cluster's
/// ReconcileQueues. At most the `most` soonest are rows. Columns: when (a countdown), who (the queue), what
/// (the key) and why. UI thread only.
class NextActionsModel final : public LiveTableModel {
    Q_OBJECT
  public:
    enum Column { When, Who, What, Why };
    static constexpr std::size_t most = 200;

    /// `now` is the cluster's time, by which things are due.
    explicit NextActionsModel(std::function<WallTime()> now, QObject* parent = nullptr);

    /// Watches the queues while somebody looks: a cluster that is watched has to look at them itself.
    void follow(client::Cluster& cluster, Executor& executor);
    void unfollow();
    bool following() const { return queues_ != nullptr; }
    /// Takes in one ReconcileQueue; rows change with the next frame.
    void queue(Change change, const api::ObjectPtr& object);
    /// Handles what came since the last frame now.
    void flush();
    /// Tells views that the countdowns have moved on.
    void tick();
    /// Something is due at a known time, so that countdowns move.
    bool countsDown() const;

    QVariant data(const QModelIndex& index, int role) const override;

  private:
    struct Entry {
        QString queue;
        QString key;
        QString reason;
        WallTime due{};
        int failures = 0;
        QString lastError;
    };
    Row rowOf(const Entry& entry) const;

    std::function<WallTime()> now_;
    FramePacer pacer_;
    std::map<std::string, std::vector<Entry>> entries_;
    std::unique_ptr<client::Informer> queues_;
};

/// "now", "in 6 s", "in 4:29", "in 2 h 5 min".
QString countdownText(Duration left);

} // namespace wheelhouse::ui
