#include "ui/models/link_model.h"

#include "engine/api/groups/links.h"
#include "ui/models/fault_template.h"

#include <algorithm>
#include <cmath>

namespace wheelhouse::ui {
namespace {

/// So much of a rate is news; the rest is what went before, so that a line does not flicker.
constexpr double fresh = 0.6;

MapLink::State stateOf(const api::lab::LinkFault& link) {
    if (!link.cut() && link.losspercent() < 100) return MapLink::State::Slow;
    return link.oneway() ? MapLink::State::CutOneWay : MapLink::State::Cut;
}

} // namespace

LinkModel::LinkModel(const FaultModel& faults, std::function<WallTime()> now, QObject* parent)
    : QObject(parent), faults_(faults), now_(std::move(now)) {
    connect(&faults_, &FaultModel::faultsChanged, &pacer_, &FramePacer::request);
    connect(&pacer_, &FramePacer::frame, this, &LinkModel::flush);
}

void LinkModel::follow(client::Cluster& cluster, Executor& executor) {
    if (traffic_) return;
    traffic_ =
        std::make_unique<client::Informer>(cluster, executor, api::kindOf<api::lab::LinkTraffic>().name);
    traffic_->addHandler(
        {[this](const api::ObjectPtr& object) { take(Change::Added, object); },
         [this](const api::ObjectPtr&, const api::ObjectPtr& object) { take(Change::Modified, object); },
         [this](const api::ObjectPtr& object) { take(Change::Removed, object); }});
    traffic_->start();
}

void LinkModel::unfollow() {
    if (!traffic_) return;
    traffic_.reset();
    counted_.clear();
    pacer_.request();
}

void LinkModel::take(Change change, const api::ObjectPtr& object) {
    pacer_.request();
    if (change == Change::Removed) {
        counted_.erase(object->name());
        return;
    }
    const auto traffic = object->as<api::lab::LinkTraffic>();
    const qint64 bytes = traffic.sentbytes() + traffic.receivedbytes();
    const WallTime now = now_();
    Counted& counted = counted_[object->name()];
    const double seconds = std::chrono::duration<double>(now - counted.when).count();
    // Counting began anew where there is less than before.
    if (counted.when != WallTime{} && bytes >= counted.bytes && seconds > 0)
        counted.rate =
            fresh * static_cast<double>(bytes - counted.bytes) / seconds + (1 - fresh) * counted.rate;
    counted.ends = {QString::fromStdString(traffic.from()), QString::fromStdString(traffic.to())};
    counted.bytes = bytes;
    counted.when = now;
}

void LinkModel::addFaults(std::map<Ends, MapLink>& links) const {
    for (const auto& [name, object] : faults_.all()) {
        const auto fault = object->as<api::lab::Fault>();
        if (!fault.spec().has_link() || fault.status().phase() != "Active" || object->deleting()) continue;
        const auto breaks = [&, &fault = fault, &name = name](const QString& near, const QString& far) {
            const bool turned = !far.isEmpty() && far < near;
            const Ends ends = turned ? Ends{far, near} : Ends{near, far};
            MapLink& link = links[ends];
            link.from = ends.first;
            link.to = ends.second;
            link.state = std::max(link.state, stateOf(fault.spec().link()));
            link.text += (link.text.isEmpty() ? QString() : QStringLiteral(", ")) + faultText(fault.spec());
            link.faults << QString::fromStdString(name);
        };
        const auto& targets = fault.status().targets();
        for (const auto& near : targets) {
            if (near.otherend() || near.done() || !near.problem().empty()) continue;
            const QString from = QString::fromStdString(near.node());
            if (fault.spec().link().controlplane()) breaks(from, {});
            for (const auto& far : targets)
                if (far.otherend() && !far.done() && far.problem().empty() && far.node() != near.node())
                    breaks(from, QString::fromStdString(far.node()));
        }
    }
}

void LinkModel::flush() {
    std::map<Ends, MapLink> links;
    for (const auto& [name, counted] : counted_) {
        MapLink& link = links[counted.ends];
        link.from = counted.ends.first;
        link.to = counted.ends.second;
        link.bytesPerSecond = counted.rate;
    }
    addFaults(links);
    std::vector<MapLink> now;
    now.reserve(links.size());
    for (auto& [ends, link] : links)
        now.push_back(std::move(link));
    if (now == links_) return;
    links_ = std::move(now);
    Q_EMIT changed();
}

QString rateText(double bytesPerSecond) {
    if (bytesPerSecond < 1) return {};
    const char* const units[] = {"B/s", "kB/s", "MB/s", "GB/s"};
    std::size_t unit = 0;
    double amount = bytesPerSecond;
    while (amount >= 1000 && unit + 1 < std::size(units)) {
        amount /= 1000;
        ++unit;
    }
    return QStringLiteral("%1 %2")
        .arg(amount, 0, 'f', amount < 10 && unit > 0 ? 1 : 0)
        .arg(QLatin1String(units[unit]));
}

} // namespace wheelhouse::ui
