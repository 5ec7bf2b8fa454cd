#pragma once

#include "engine/api/groups/decisions.h"
#include "engine/client/cluster.h"

#include <QObject>
#include <QString>
#include <map>
#include <vector>

namespace wheelhouse::ui {

/// Whether a pod would fit on one node, and if not, why not.
struct PlacementHint {
    bool fits = false;
    bool best = false; ///< where the scheduler would put it
    QString reason;    ///< of one that does not fit
    bool operator==(const PlacementHint&) const = default;
};
using PlacementHints = std::map<QString, PlacementHint>;

/// Reads one attempt that holds every node. Pure.
PlacementHints hintsOf(const api::lab::SchedulingAttempt& attempt);
/// What holds for several pods together: a node fits when all fit there. Pure.
PlacementHints joined(const std::vector<PlacementHints>& all);

/// Asks the scheduler, while something is dragged over the map, which nodes it would fit on. Late answers to
/// earlier questions are thrown away. Of a cluster that cannot tell there are no hints. UI thread only.
class PlacementPreview final : public QObject {
    Q_OBJECT
  public:
    explicit PlacementPreview(client::Cluster& cluster, QObject* parent = nullptr);

    /// Pods that need not exist.
    void ask(const std::vector<api::core::PodTemplateSpec>& pods, const QString& nameSpace);
    /// A pod there is, as if it were taken off its node.
    void askAbout(const QString& nameSpace, const QString& pod);
    void clear();
    const PlacementHints& hints() const { return hints_; }

  Q_SIGNALS:
    void changed();

  private:
    void put(const std::vector<api::lab::WhatIf>& questions, const QString& nameSpace);

    client::Cluster& cluster_;
    std::uint64_t question_ = 0;
    std::size_t missing_ = 0;
    std::vector<PlacementHints> answers_;
    PlacementHints hints_;
};

} // namespace wheelhouse::ui
