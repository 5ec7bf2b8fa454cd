#pragma once

#include "engine/base/executor.h"
#include "engine/client/cluster.h"

#include <QObject>
#include <QString>
#include <map>
#include <memory>

namespace wheelhouse::ui {

/// Empties nodes as `kubectl drain` does, and takes them away afterwards if asked to.
///
/// A node is cordoned, then each of its pods is evicted, those of DaemonSets, mirror pods and finished ones
/// left aside. An eviction that a disruption budget forbids is tried again every few seconds; so is whatever
/// the cluster did not answer. When no pod is left the machine (or, without one, the Node) is deleted.
/// Interrupted by stop() or by closing the window, what is evicted is evicted and the node stays cordoned.
/// UI thread only.
class NodeDrain final : public QObject {
    Q_OBJECT
  public:
    NodeDrain(client::Cluster& cluster, Executor& executor, QObject* parent = nullptr);
    ~NodeDrain() override;

    struct Wish {
        QString node;
        bool remove = false;     ///< take it away when it is empty
        bool hasMachine = false; ///< what is taken away is its Machine
    };
    void start(const Wish& wish);
    /// Leaves the node as it is.
    void stop(const QString& node);
    bool draining(const QString& node) const { return running_.count(node) > 0; }

    static QString command(const Wish& wish);

  Q_SIGNALS:
    /// `pods` are still there; `waiting` says what for, e.g. a disruption budget. Empty = on their way.
    void progressed(const QString& node, int pods, const QString& waiting);
    void finished(const QString& node, bool removed);
    void failed(const QString& node, const wheelhouse::Status& status);

  private:
    struct Run {
        Wish wish;
        std::uint64_t number = 0;
        int open = 0; ///< evictions without an answer
        QString waiting;
        ScopedTimer again;
    };
    Run* find(const QString& node, std::uint64_t number);
    void cordon(Run& run);
    void look(Run& run);
    void evict(Run& run, const client::ObjectList& pods);
    void lookLater(Run& run);
    void empty(Run& run);
    void fail(const QString& node, const Status& status);

    client::Cluster& cluster_;
    Executor& executor_;
    std::uint64_t numbers_ = 0;
    std::map<QString, std::unique_ptr<Run>> running_;
};

} // namespace wheelhouse::ui
