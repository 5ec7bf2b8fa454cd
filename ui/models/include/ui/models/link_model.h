#pragma once

#include "engine/client/informer.h"
#include "ui/models/fault_model.h"

#include <QObject>
#include <map>
#include <memory>
#include <vector>

namespace wheelhouse::ui {

/// A link as the map draws it: between two nodes, or a node and the control plane.
struct MapLink {
    enum class State : std::uint8_t { Whole, Slow, CutOneWay, Cut };
    QString from;
    QString to;                ///< empty = the control plane
    double bytesPerSecond = 0; ///< both ways together
    State state = State::Whole;
    QString text;       ///< what is broken: "late by 800 ms"
    QStringList faults; ///< names of what breaks it
    bool operator==(const MapLink&) const = default;
};

/// Links with their traffic and what is broken on them. Asks for traffic only while it follows; what is
/// broken it knows always. It speaks once a frame. UI thread only.
class LinkModel final : public QObject {
    Q_OBJECT
  public:
    LinkModel(const FaultModel& faults, std::function<WallTime()> now, QObject* parent = nullptr);

    void follow(client::Cluster& cluster, Executor& executor);
    void unfollow();
    bool following() const { return traffic_ != nullptr; }
    /// Takes in one LinkTraffic; called by the watch, and by tests.
    void take(Change change, const api::ObjectPtr& object);
    /// Takes in what has come since the last frame.
    void flush();
    const std::vector<MapLink>& links() const { return links_; }

  Q_SIGNALS:
    void changed();

  private:
    using Ends = std::pair<QString, QString>; ///< in their order; the second empty = the control plane
    struct Counted {
        Ends ends;
        qint64 bytes = 0;
        WallTime when{};
        double rate = 0;
    };
    void addFaults(std::map<Ends, MapLink>& links) const;

    const FaultModel& faults_;
    std::function<WallTime()> now_;
    std::unique_ptr<client::Informer> traffic_;
    FramePacer pacer_;
    std::map<std::string, Counted> counted_;
    std::vector<MapLink> links_;
};

/// "800 B/s", "1.2 MB/s"; empty when nothing goes.
QString rateText(double bytesPerSecond);

} // namespace wheelhouse::ui
