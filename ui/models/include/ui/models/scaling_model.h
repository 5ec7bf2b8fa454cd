#pragma once

#include "ui/models/live_table_model.h"

#include <vector>

namespace wheelhouse::ui {

/// One decision of an autoscaler as numbers, for a chart. Numbers that were not part of it are absent.
struct ScalingPoint {
    WallTime time{};
    std::optional<double> ratio; ///< measured over wanted, the largest of its metrics; 1 = as it should be
    std::optional<int> proposed; ///< what the metrics ask for
    std::optional<int> stabilised;
    int current = 0; ///< replicas before
    int desired = 0; ///< replicas decided on
    bool operator==(const ScalingPoint&) const = default;
};

/// What one horizontal pod autoscaler decided and why, newest first, kept for as long as somebody looks:
/// longer than the cluster itself remembers. Columns: time, outcome, metric, why. UI thread only.
class ScalingModel final : public LiveTableModel {
    Q_OBJECT
  public:
    enum Column { Time, Outcome, Metric, Why };
    static constexpr std::size_t most = 2000;

    explicit ScalingModel(std::function<WallTime()> now, QObject* parent = nullptr);

    /// Takes in an AutoscalingDecision; steps known already stay as they are.
    void take(const api::Object& decision);
    void clear();
    /// Oldest first.
    const std::vector<ScalingPoint>& points() const { return points_; }
    /// "Deployment/web"; empty = not known.
    QString target() const { return target_; }
    /// The newest decision in one sentence.
    QString sentence() const;
    /// "cpu 78% of 60%": the metric of the newest decision; empty when nothing is measured.
    QString metric() const;

  private:
    std::vector<ScalingPoint> points_;
    QString target_;
};

} // namespace wheelhouse::ui
