#include "ui/models/cluster_session.h"

#include "ui/models/words.h"

#include <QPointer>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

using namespace std::chrono_literals;

const api::ResourceName podResource{"", "v1", "pods"};
const api::ResourceName nodeResource{"", "v1", "nodes"};
const api::ResourceName eventResource{"", "v1", "events"};
const api::ResourceName namespaceResource{"", "v1", "namespaces"};
const api::ResourceName machineResource{"lab.wheelhouse.dev", "v1alpha1", "machines"};

client::Informer::Handler handlerOf(std::function<void(Change, const api::ObjectPtr&)> take) {
    return {[take](const api::ObjectPtr& object) { take(Change::Added, object); },
            [take](const api::ObjectPtr& before, const api::ObjectPtr& now) {
                // Another object under the same name: the old one is gone.
                if (before->uid() != now->uid()) {
                    take(Change::Removed, before);
                    take(Change::Added, now);
                } else {
                    take(Change::Modified, now);
                }
            },
            [take](const api::ObjectPtr& last) { take(Change::Removed, last); }};
}

} // namespace

ClusterSession::ClusterSession(client::Cluster& cluster, Executor& executor, QObject* parent)
    : QObject(parent), cluster_(cluster), executor_(executor), clock_(cluster, executor),
      feed_([this] { return now(); }) {
    connect(&map_, &ClusterMapModel::wanted, &pacer_, &FramePacer::request);
    connect(&pacer_, &FramePacer::frame, this, [this] {
        map_.apply();
        checkLoaded();
    });
}

ClusterSession::~ClusterSession() = default;

void ClusterSession::start() {
    probe();
}

void ClusterSession::retryNow() {
    again_.stop();
    failures_ = 0;
    probe();
}

void ClusterSession::probe() {
    if (probing_) return;
    probing_ = true;
    cluster_.discover([self = QPointer(this)](Result<std::vector<client::ResourceInfo>> answer) {
        if (!self) return;
        self->probing_ = false;
        if (answer)
            self->connected(std::move(*answer));
        else
            self->unreachable(answer.error());
    });
}

void ClusterSession::connected(std::vector<client::ResourceInfo> resources) {
    failures_ = 0;
    resources_ = std::move(resources);
    lab_ = std::any_of(resources_.begin(), resources_.end(),
                       [](const auto& r) { return r.name == machineResource; });
    connection_ = Connection::Connected;
    error_.clear();
    Q_EMIT resourcesChanged();
    Q_EMIT connectionChanged();
    if (resourceOfKind(QStringLiteral("ClusterClock")) != nullptr) clock_.start();
    if (!pods_) startWatching();
    keepLineOpen();
}

void ClusterSession::unreachable(const Status& status) {
    const auto delay = std::min<std::chrono::milliseconds>(1000ms * (1 << std::min(failures_, 5)), 30s);
    ++failures_;
    connection_ = Connection::Unreachable;
    error_ = errorLine(status);
    Q_EMIT connectionChanged();
    again_.start(executor_, delay, [this] { probe(); });
}

void ClusterSession::startWatching() {
    const auto make = [this](const api::ResourceName& resource, auto take) {
        auto informer = std::make_unique<client::Informer>(cluster_, executor_, resource);
        informer->addHandler(handlerOf(take));
        informer->start();
        return informer;
    };
    nodes_ = make(nodeResource, [this](Change c, const api::ObjectPtr& o) {
        remember(o);
        map_.node(c, o);
    });
    if (lab_)
        machines_ = make(machineResource, [this](Change c, const api::ObjectPtr& o) { map_.machine(c, o); });
    pods_ = make(podResource, [this](Change c, const api::ObjectPtr& o) {
        remember(o);
        map_.pod(c, o);
    });
    events_ = make(eventResource, [this](Change c, const api::ObjectPtr& o) {
        if (c != Change::Removed) timeline_.event(*o);
        feed_.event(c, o);
    });
    namespaceList_ = make(namespaceResource, [this](Change c, const api::ObjectPtr& o) {
        if (c == Change::Removed)
            namespaces_.erase(o->name());
        else
            namespaces_[o->name()] = QString::fromStdString(o->name());
        Q_EMIT namespacesChanged();
    });
    checkLoaded();
}

/// What was there before the window looked is dated by Events alone.
void ClusterSession::remember(const api::ObjectPtr& object) {
    if (loaded_) timeline_.mark(object->revision(), now());
}

/// An empty cluster sends no news at all, so until everything is listed the state is looked at a few times.
void ClusterSession::checkLoaded() {
    if (loaded_ || !pods_) return;
    if (!pods_->synced() || !nodes_->synced() || (machines_ && !machines_->synced()) || map_.pending()) {
        if (!loadCheck_.active()) loadCheck_.start(executor_, 30ms, [this] { checkLoaded(); });
        return;
    }
    loadCheck_.stop();
    loaded_ = true;
    Q_EMIT loadedChanged();
}

/// One small watch whose end tells that the cluster went away; informers come back by themselves and do not
/// say.
void ClusterSession::keepLineOpen() {
    client::WatchOptions options;
    options.fieldSelector = "metadata.name=default";
    client::WatchSink sink;
    sink.onEvent = [](const client::WatchEvent&) {};
    sink.onEnd = [this](const Status& status) {
        executor_.post([self = QPointer(this), status] {
            if (!self) return;
            self->line_.reset();
            // Servers end watches every few minutes as a matter of course: only a failed question is trouble.
            self->again_.start(self->executor_, 200ms, [session = self.data()] { session->probe(); });
        });
    };
    line_ = cluster_.watch(namespaceResource, options, std::move(sink));
}

const client::ResourceInfo* ClusterSession::resourceOfKind(const QString& kind) const {
    const std::string wanted = kind.toStdString();
    const auto found =
        std::find_if(resources_.begin(), resources_.end(), [&](const auto& r) { return r.kind == wanted; });
    return found == resources_.end() ? nullptr : &*found;
}

api::ObjectPtr ClusterSession::node(const QString& name) const {
    return nodes_ ? nodes_->get(name.toStdString()) : nullptr;
}

QStringList ClusterSession::namespaces() const {
    QStringList names;
    for (const auto& [key, name] : namespaces_)
        names.push_back(name);
    return names;
}

} // namespace wheelhouse::ui
