#include "ui/models/time_travel.h"

#include <QPointer>

namespace wheelhouse::ui {
namespace {

const std::array<api::ResourceName, 3> resources = {
    api::ResourceName{"", "v1", "nodes"}, api::ResourceName{"lab.wheelhouse.dev", "v1alpha1", "machines"},
    api::ResourceName{"", "v1", "pods"}};

} // namespace

TimeTravel::TimeTravel(client::Cluster& cluster, QObject* parent) : QObject(parent), cluster_(cluster) {}

/// One revision is asked for at a time; a finger on the tape wants many more than can be had.
void TimeTravel::goTo(Revision revision, bool machines) {
    wanted_ = revision;
    machines_ = machines;
    if (open_ > 0 || revision == 0 || revision == here_) return;
    asked_ = revision;
    coming_ = {};
    open_ = machines ? 3 : 2;
    ask(Nodes);
    if (machines) ask(Machines);
    ask(Pods);
}

void TimeTravel::leave() {
    wanted_ = 0;
    here_ = 0;
}

void TimeTravel::ask(Kind kind) {
    client::ListOptions options;
    options.resourceVersion = std::to_string(asked_);
    options.resourceVersionMatch = "Exact";
    cluster_.list(resources[kind], options, [self = QPointer(this), kind](Result<client::ObjectList> answer) {
        if (self) self->answered(kind, std::move(answer));
    });
}

void TimeTravel::answered(Kind kind, Result<client::ObjectList> answer) {
    if (answer)
        for (const api::ObjectPtr& object : answer->items)
            coming_[kind][object->key()] = object;
    else if (asked_ > 0) {
        const Revision lost = std::exchange(asked_, 0); // its other answers mean nothing now
        if (wanted_ == lost) wanted_ = here_;
        Q_EMIT failed(lost, answer.error());
    }
    if (--open_ > 0) return;
    if (asked_ > 0 && wanted_ > 0) show();
    if (wanted_ > 0 && wanted_ != here_) goTo(wanted_, machines_);
}

/// The map is told the difference, so that pods travel from one moment to the next.
void TimeTravel::show() {
    const auto tell = [this](Kind kind, Change change, const api::ObjectPtr& object) {
        if (kind == Nodes) map_.node(change, object);
        if (kind == Machines) map_.machine(change, object);
        if (kind == Pods) map_.pod(change, object);
    };
    for (const Kind kind : {Nodes, Machines, Pods}) {
        for (const auto& [key, object] : shown_[kind]) {
            const auto now = coming_[kind].find(key);
            if (now == coming_[kind].end() || now->second->uid() != object->uid())
                tell(kind, Change::Removed, object);
        }
        for (const auto& [key, object] : coming_[kind]) {
            const auto before = shown_[kind].find(key);
            const bool fresh = before == shown_[kind].end() || before->second->uid() != object->uid();
            if (fresh)
                tell(kind, Change::Added, object);
            else if (before->second->revision() != object->revision())
                tell(kind, Change::Modified, object);
        }
        shown_[kind] = std::move(coming_[kind]);
    }
    here_ = asked_;
    do {
        map_.apply();
    } while (map_.pending());
    Q_EMIT arrived(here_);
}

} // namespace wheelhouse::ui
