#pragma once

#include "ui/models/live_table_model.h"

#include <QObject>
#include <QString>
#include <map>
#include <vector>

namespace wheelhouse::ui {

/// Something worth a flag on the tape.
struct Incident {
    WallTime time{};
    Revision revision = 0;
    Tone tone = Tone::Muted;
    QString text;
    bool operator==(const Incident&) const = default;
};

/// The tape of a cluster's history: which revision it was at which time, how much happened when, and what
/// stood out. Fed with objects and Events as watches bring them; their revisions and times are all it knows,
/// so it reaches back as far as Events do. Bounded. UI thread only.
class TimelineModel final : public QObject {
    Q_OBJECT
  public:
    static constexpr std::size_t mostMarks = 20'000;
    static constexpr std::size_t mostIncidents = 500;

    explicit TimelineModel(QObject* parent = nullptr);

    /// At `time` the cluster was at `revision`. Revisions may come in any order.
    void mark(Revision revision, WallTime time);
    /// A core/v1 Event: marks its time, and is an incident where its sentence has a tone of trouble.
    void event(const api::Object& event);
    /// Something the user did here, at the newest revision known.
    void note(const QString& text, Tone tone, WallTime time);
    /// Nothing before this revision can be looked at any more.
    void forget(Revision oldest);

    bool empty() const { return marks_.empty(); }
    WallTime first() const;
    WallTime last() const;
    Revision newest() const { return marks_.empty() ? 0 : marks_.rbegin()->first; }
    Revision oldest() const { return marks_.empty() ? 0 : marks_.begin()->first; }
    /// The newest revision not after `time`; the oldest known where there is none; 0 of an empty tape.
    Revision revisionAt(WallTime time) const;
    /// When a revision was, as near as is known.
    WallTime timeOf(Revision revision) const;
    /// The next mark after, or before; the same where there is none.
    Revision after(Revision revision) const;
    Revision before(Revision revision) const;
    /// How many marks fall into each of `buckets` equal parts of [from, to].
    std::vector<int> activity(WallTime from, WallTime to, int buckets) const;
    const std::vector<Incident>& incidents() const { return incidents_; }

  Q_SIGNALS:
    /// At most once for each turn of the event loop.
    void changed();

  private:
    void changedLater();
    std::map<Revision, WallTime> marks_; ///< times never go back as revisions go on
    std::vector<Incident> incidents_;    ///< by time
    bool told_ = true;
};

} // namespace wheelhouse::ui
