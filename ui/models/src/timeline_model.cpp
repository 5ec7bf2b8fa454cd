#include "ui/models/timeline_model.h"

#include "ui/models/words.h"

#include <QMetaObject>
#include <algorithm>

namespace wheelhouse::ui {

TimelineModel::TimelineModel(QObject* parent) : QObject(parent) {}

void TimelineModel::changedLater() {
    if (!std::exchange(told_, false)) return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            told_ = true;
            Q_EMIT changed();
        },
        Qt::QueuedConnection);
}

/// A clock that was set may tell times that go back; the tape never does.
void TimelineModel::mark(Revision revision, WallTime time) {
    if (revision == 0) return;
    const auto next = marks_.lower_bound(revision);
    if (next != marks_.end() && next->first == revision) return;
    if (next != marks_.end()) time = std::min(time, next->second);
    if (next != marks_.begin()) time = std::max(time, std::prev(next)->second);
    marks_.emplace_hint(next, revision, time);
    if (marks_.size() > mostMarks) marks_.erase(marks_.begin());
    changedLater();
}

void TimelineModel::event(const api::Object& object) {
    const Sentence sentence = sentenceOf(object);
    mark(object.revision(), sentence.when);
    if (sentence.tone != Tone::Bad && sentence.tone != Tone::Warning) return;
    const QString text = sentence.actor + u' ' + sentence.text;
    const auto at =
        std::upper_bound(incidents_.begin(), incidents_.end(), sentence.when,
                         [](WallTime time, const Incident& incident) { return time < incident.time; });
    incidents_.insert(at, {sentence.when, object.revision(), sentence.tone, text});
    if (incidents_.size() > mostIncidents) incidents_.erase(incidents_.begin());
    changedLater();
}

void TimelineModel::note(const QString& text, Tone tone, WallTime time) {
    const auto at =
        std::upper_bound(incidents_.begin(), incidents_.end(), time,
                         [](WallTime when, const Incident& incident) { return when < incident.time; });
    incidents_.insert(at, {time, newest(), tone, text});
    if (incidents_.size() > mostIncidents) incidents_.erase(incidents_.begin());
    changedLater();
}

void TimelineModel::forget(Revision oldest) {
    marks_.erase(marks_.begin(), marks_.lower_bound(oldest));
    std::erase_if(incidents_, [this](const Incident& incident) { return incident.time < first(); });
    changedLater();
}

WallTime TimelineModel::first() const {
    return marks_.empty() ? WallTime() : marks_.begin()->second;
}

WallTime TimelineModel::last() const {
    return marks_.empty() ? WallTime() : marks_.rbegin()->second;
}

Revision TimelineModel::revisionAt(WallTime time) const {
    if (marks_.empty()) return 0;
    // Times go on with revisions, so the marks are in the order of their times as well.
    auto low = marks_.begin();
    for (auto it = marks_.begin(); it != marks_.end() && it->second <= time; ++it)
        low = it;
    return low->first;
}

WallTime TimelineModel::timeOf(Revision revision) const {
    if (marks_.empty()) return {};
    const auto after = marks_.upper_bound(revision);
    return after == marks_.begin() ? after->second : std::prev(after)->second;
}

Revision TimelineModel::after(Revision revision) const {
    const auto next = marks_.upper_bound(revision);
    return next == marks_.end() ? revision : next->first;
}

Revision TimelineModel::before(Revision revision) const {
    const auto here = marks_.lower_bound(revision);
    return here == marks_.begin() ? revision : std::prev(here)->first;
}

std::vector<int> TimelineModel::activity(WallTime from, WallTime to, int buckets) const {
    std::vector<int> out(static_cast<std::size_t>(std::max(0, buckets)), 0);
    const auto span = (to - from).count();
    if (out.empty() || span <= 0) return out;
    for (const auto& [revision, time] : marks_) {
        if (time < from || time > to) continue;
        const double share = static_cast<double>((time - from).count()) / static_cast<double>(span);
        ++out[std::min(out.size() - 1, static_cast<std::size_t>(share * static_cast<double>(out.size())))];
    }
    return out;
}

} // namespace wheelhouse::ui
