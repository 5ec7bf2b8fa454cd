#pragma once

#include "engine/api/object.h"
#include "engine/base/executor.h"
#include "engine/client/cluster.h"

#include <QObject>
#include <QString>
#include <deque>
#include <vector>

namespace wheelhouse::ui {

/// What a node or pod used at one time.
struct UsagePoint {
    WallTime time{};
    qint64 cpuMilli = 0;
    qint64 memoryBytes = 0;
    bool operator==(const UsagePoint&) const = default;
};

/// What it asks for and what it may have at most; 0 = it does not say.
struct UsageBounds {
    qint64 cpuAsked = 0;
    qint64 cpuMost = 0;
    qint64 memoryAsked = 0;
    qint64 memoryMost = 0;
    bool operator==(const UsageBounds&) const = default;
};
/// Of a Node what pods may have of it, of a Pod what it asks for and is limited to as a whole or else by its
/// containers, those that start first and stay included; a limit counts when every container has one. Nothing
/// of anything else. Pure.
UsageBounds usageBoundsOf(const api::Object& object);

/// What a node or pod uses, as metrics.k8s.io tells it, for as long as somebody looks: that API knows the
/// present only, so what was is kept here, of the last few that were looked at. UI thread only.
class UsageModel final : public QObject {
    Q_OBJECT
  public:
    static constexpr std::size_t mostPoints = 720;
    static constexpr std::size_t mostSubjects = 24;

    UsageModel(client::Cluster& cluster, Executor& executor, QObject* parent = nullptr);
    /// Asks every few seconds from now on. One that was followed before goes on where it was.
    void follow(const QString& kind, const QString& nameSpace, const QString& name);
    void unfollow();
    bool following() const { return following_; }
    /// Oldest first.
    const std::vector<UsagePoint>& points() const { return subjects_.front().points; }
    /// Why there is nothing to show, in a sentence; empty = there is.
    QString problem() const { return problem_; }

  Q_SIGNALS:
    void changed();

  private:
    struct Subject {
        QString kind;
        QString nameSpace;
        QString name;
        std::vector<UsagePoint> points;
    };
    void ask();
    void take(const Result<api::ObjectPtr>& answer);
    client::Cluster& cluster_;
    Executor& executor_;
    std::deque<Subject> subjects_; ///< the present one first; never empty
    bool following_ = false;
    std::uint64_t asked_ = 0;
    QString problem_;
    ScopedTimer again_;
};

} // namespace wheelhouse::ui
