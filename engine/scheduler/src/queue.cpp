#include "queue.h"

#include <algorithm>
#include <tuple>

namespace wheelhouse::scheduler {

bool Queue::Turn::operator<(const Turn& other) const {
    return std::tie(other.priority, since, number, uid) <
           std::tie(priority, other.since, other.number, other.uid);
}

bool Queue::Early::operator<(const Early& other) const {
    return std::tie(second, other.priority, due, uid) <
           std::tie(other.second, priority, other.due, other.uid);
}

Queue::Early Queue::earlyOf(const Waiting& waiting) {
    const auto second = std::chrono::floor<std::chrono::seconds>(waiting.due.time_since_epoch());
    return {second.count(), waiting.pod->priority(), waiting.due, waiting.pod->uid};
}

Duration Queue::backOffAfter(int attempts) const {
    Duration wait = timing_.initialBackoff;
    for (int i = 1; i < attempts && wait < timing_.maxBackoff; ++i)
        wait *= 2;
    return std::min(wait, timing_.maxBackoff);
}

void Queue::leave(Waiting& waiting) {
    switch (waiting.place) {
    case Place::Active:
        active_.erase(waiting.turn);
        break;
    case Place::BackOff:
        backOff_.erase({waiting.due, waiting.pod->uid});
        early_.erase(earlyOf(waiting));
        break;
    case Place::Unschedulable:
        unschedulable_.erase({waiting.due, waiting.pod->uid});
        break;
    }
}

void Queue::activate(Waiting& waiting, Instant now) {
    waiting.place = Place::Active;
    waiting.turn = {waiting.pod->priority(), now, nextNumber_++, waiting.pod->uid};
    active_.insert(waiting.turn);
}

/// From wherever it waits to the active part, or to back-off while that is not over.
void Queue::retry(Waiting& waiting, Instant now) {
    leave(waiting);
    if (waiting.backOffEnds <= now) {
        activate(waiting, now);
        return;
    }
    sitOut(waiting);
}

void Queue::sitOut(Waiting& waiting) {
    waiting.place = Place::BackOff;
    waiting.due = waiting.backOffEnds;
    backOff_.insert({waiting.due, waiting.pod->uid});
    if (!waiting.help.sitsOut) early_.insert(earlyOf(waiting));
}

void Queue::put(const PodInfoPtr& pod, Instant now) {
    const auto [place, isNew] = waiting_.try_emplace(pod->uid);
    Waiting& waiting = place->second;
    if (isNew) {
        waiting.pod = pod;
        activate(waiting, now);
        return;
    }
    const PodShapePtr before = waiting.pod->shape;
    if (waiting.pod->priority() != pod->priority() && waiting.place != Place::Unschedulable) {
        const Place place = waiting.place;
        leave(waiting);
        waiting.pod = pod;
        if (place == Place::BackOff) return sitOut(waiting);
        waiting.place = place;
        waiting.turn.priority = pod->priority();
        active_.insert(waiting.turn);
        return;
    }
    waiting.pod = pod;
    // The scheduler's own report of a failure comes back as an update of the status; that is no reason to try
    // again.
    if (waiting.place != Place::Unschedulable || before == pod->shape) return;
    const auto& refusedBy = waiting.help.refusedBy;
    const bool helped = std::any_of(refusedBy.begin(), refusedBy.end(), [&](const Filter* filter) {
        return filter->helpedBySelf(*before, *pod->shape);
    });
    if (refusedBy.empty() || helped) retry(waiting, now);
}

void Queue::remove(const Uid& uid) {
    const auto known = waiting_.find(uid);
    if (known == waiting_.end()) return;
    leave(known->second);
    waiting_.erase(known);
}

std::optional<Queue::Popped> Queue::pop() {
    if (!ready()) return std::nullopt;
    const Uid uid = active_.empty() ? early_.begin()->uid : active_.begin()->uid;
    const Waiting waiting = waiting_.at(uid);
    remove(uid);
    return Popped{waiting.pod, waiting.attempts};
}

void Queue::unschedulable(const PodInfoPtr& pod, int attempts, Help help, Instant now) {
    Waiting& waiting = waiting_[pod->uid];
    waiting.pod = pod;
    waiting.attempts = attempts;
    waiting.help = std::move(help);
    waiting.backOffEnds = now + backOffAfter(attempts);
    waiting.place = Place::Unschedulable;
    waiting.due = now + timing_.unschedulableTimeout;
    unschedulable_.insert({waiting.due, pod->uid});
}

void Queue::backOff(const PodInfoPtr& pod, int attempts, Instant now) {
    Waiting& waiting = waiting_[pod->uid];
    waiting.pod = pod;
    waiting.attempts = attempts;
    waiting.backOffEnds = now + backOffAfter(attempts);
    waiting.help = {0, {}, true};
    sitOut(waiting);
}

bool Queue::helps(const Waiting& waiting, const Happening& happened, const ClusterCache& cache) {
    if ((waiting.help.events & happened.what) == 0) return false;
    if (waiting.help.refusedBy.empty()) return true;
    return std::any_of(waiting.help.refusedBy.begin(), waiting.help.refusedBy.end(),
                       [&](const Filter* filter) {
                           return (filter->helpedBy() & happened.what) != 0 &&
                                  filter->helps(happened, *waiting.pod->shape, cache);
                       });
}

void Queue::wake(const Happening& happened, const ClusterCache& cache, Instant now) {
    if (happened.what == 0 || unschedulable_.empty()) return;
    std::vector<Uid> helped;
    for (const Due& due : unschedulable_) {
        if (helps(waiting_.at(due.second), happened, cache)) helped.push_back(due.second);
    }
    for (const Uid& uid : helped)
        retry(waiting_.at(uid), now);
}

void Queue::wakeOne(const Uid& uid, Instant now, bool sitsOut) {
    const auto known = waiting_.find(uid);
    if (known == waiting_.end() || known->second.place != Place::Unschedulable) return;
    known->second.help.sitsOut = sitsOut;
    retry(known->second, now);
}

PodInfoPtr Queue::find(const Uid& uid) const {
    const auto known = waiting_.find(uid);
    return known == waiting_.end() ? nullptr : known->second.pod;
}

std::optional<Instant> Queue::flush(Instant now) {
    while (!backOff_.empty() && backOff_.begin()->first <= now) {
        Waiting& waiting = waiting_.at(backOff_.begin()->second);
        leave(waiting);
        activate(waiting, now);
    }
    while (!unschedulable_.empty() && unschedulable_.begin()->first <= now) {
        retry(waiting_.at(unschedulable_.begin()->second), now);
    }
    std::optional<Instant> next;
    for (const auto* part : {&backOff_, &unschedulable_}) {
        if (!part->empty() && (!next || part->begin()->first < *next)) next = part->begin()->first;
    }
    return next;
}

} // namespace wheelhouse::scheduler
