#include "ui/models/usage_model.h"

#include "engine/api/groups/metrics.h"
#include "engine/api/quantity.h"
#include "engine/api/time.h"
#include "engine/api/types.h"
#include "ui/models/words.h"

#include <QPointer>
#include <algorithm>
#include <tuple>

namespace wheelhouse::ui {
namespace {

using namespace std::chrono_literals;

constexpr Duration pace = 10s; ///< nobody measures oftener

template <class Quantities>
api::Quantity amount(const Quantities& quantities, const char* resource) {
    const auto found = quantities.find(resource);
    if (found == quantities.end()) return {};
    return api::Quantity::parse(found->second.string()).value_or(api::Quantity());
}

template <class Usage>
void add(UsagePoint& point, const Usage& usage) {
    point.cpuMilli += amount(usage, "cpu").milli();
    point.memoryBytes += amount(usage, "memory").units();
}

/// Of one resource what a pod asks for and what it may have; `units` makes a number of a quantity.
template <class Units>
std::pair<qint64, qint64> boundsOf(const api::core::PodSpec& spec, const char* resource, Units units) {
    qint64 asked = 0;
    qint64 most = 0;
    bool limited = spec.containers_size() > 0;
    const auto count = [&](const auto& container) {
        const auto& resources = container.resources();
        asked += units(amount(resources.requests(), resource));
        most += units(amount(resources.limits(), resource));
        limited = limited && resources.limits().contains(resource);
    };
    for (const auto& container : spec.containers())
        count(container);
    for (const auto& container : spec.initcontainers())
        if (container.restartpolicy() == "Always") count(container);
    const auto& whole = spec.resources();
    if (whole.requests().contains(resource)) asked = units(amount(whole.requests(), resource));
    if (whole.limits().contains(resource)) return {asked, units(amount(whole.limits(), resource))};
    return {asked, limited ? most : 0};
}

UsageBounds boundsOfPod(const api::core::PodSpec& spec) {
    UsageBounds out;
    std::tie(out.cpuAsked, out.cpuMost) =
        boundsOf(spec, "cpu", [](const api::Quantity& quantity) { return quantity.milli(); });
    std::tie(out.memoryAsked, out.memoryMost) =
        boundsOf(spec, "memory", [](const api::Quantity& quantity) { return quantity.units(); });
    return out;
}

} // namespace

UsageBounds usageBoundsOf(const api::Object& object) {
    const std::string& kind = object.kind().kind;
    if (kind == "Pod") {
        const auto pod = object.as<api::core::Pod>();
        return boundsOfPod(pod.spec());
    }
    UsageBounds out;
    if (kind != "Node") return out;
    const auto node = object.as<api::core::Node>();
    out.cpuMost = amount(node.status().allocatable(), "cpu").milli();
    out.memoryMost = amount(node.status().allocatable(), "memory").units();
    return out;
}

UsageModel::UsageModel(client::Cluster& cluster, Executor& executor, QObject* parent)
    : QObject(parent), cluster_(cluster), executor_(executor), subjects_(1) {}

void UsageModel::follow(const QString& kind, const QString& nameSpace, const QString& name) {
    const auto is = [&](const Subject& each) {
        return each.kind == kind && each.nameSpace == nameSpace && each.name == name;
    };
    if (!is(subjects_.front())) {
        Subject subject{kind, nameSpace, name, {}};
        if (const auto known = std::find_if(subjects_.begin(), subjects_.end(), is);
            known != subjects_.end()) {
            subject = std::move(*known);
            subjects_.erase(known);
        }
        subjects_.push_front(std::move(subject));
        if (subjects_.size() > mostSubjects) subjects_.pop_back();
        problem_.clear();
        Q_EMIT changed();
    } else if (following_) {
        return;
    }
    following_ = true;
    ask();
}

void UsageModel::unfollow() {
    following_ = false;
    ++asked_;
    again_.stop();
}

void UsageModel::ask() {
    const Subject& subject = subjects_.front();
    const api::ResourceName resource{"metrics.k8s.io", "v1beta1", subject.kind == u"Node" ? "nodes" : "pods"};
    cluster_.get(resource, subject.nameSpace.toStdString(), subject.name.toStdString(),
                 [self = QPointer(this), number = ++asked_](const Result<api::ObjectPtr>& answer) {
                     if (!self || self->asked_ != number) return;
                     self->take(answer);
                     if (!self) return;
                     self->again_.start(self->executor_, pace, [model = self.data()] { model->ask(); });
                 });
}

void UsageModel::take(const Result<api::ObjectPtr>& answer) {
    if (!answer) {
        // What was measured before stays; only an empty chart says why it is.
        problem_ = answer.error().reason == Reason::NotFound
                       ? tr("Nothing has been measured yet. The first figures come within half a minute, "
                            "where the cluster has metrics.k8s.io.")
                       : errorLine(answer.error());
        Q_EMIT changed();
        return;
    }
    UsagePoint point;
    if (subjects_.front().kind == u"Node") {
        const auto measured = (*answer)->as<api::metrics::NodeMetrics>();
        point.time = api::fromTime(measured.timestamp());
        add(point, measured.usage());
    } else {
        const auto measured = (*answer)->as<api::metrics::PodMetrics>();
        point.time = api::fromTime(measured.timestamp());
        for (const auto& container : measured.containers())
            add(point, container.usage());
    }
    problem_.clear();
    auto& points = subjects_.front().points;
    if (!points.empty() && point.time <= points.back().time) return; // measured once, told twice
    if (points.size() == mostPoints) points.erase(points.begin());
    points.push_back(point);
    Q_EMIT changed();
}

} // namespace wheelhouse::ui
