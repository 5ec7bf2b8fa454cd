#include "ui/models/node_drain.h"

#include "engine/api/types.h"
#include "ui/models/kubectl.h"
#include "ui/models/words.h"

#include <QPointer>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

using namespace std::chrono_literals;

const api::ResourceName podResource{"", "v1", "pods"};
const api::ResourceName nodeResource{"", "v1", "nodes"};
const api::ResourceName machineResource{"lab.wheelhouse.dev", "v1alpha1", "machines"};
constexpr Duration lookAgain = 1s;
constexpr const char* mirror = "kubernetes.io/config.mirror";

/// Pods that stay whatever happens to the node, as kubectl drain --ignore-daemonsets has it.
bool stays(const api::core::Pod& pod) {
    if (pod.metadata().annotations().count(mirror) > 0) return true;
    if (pod.status().phase() == "Succeeded" || pod.status().phase() == "Failed") return true;
    const auto& owners = pod.metadata().ownerreferences();
    return std::any_of(owners.begin(), owners.end(),
                       [](const auto& owner) { return owner.controller() && owner.kind() == "DaemonSet"; });
}

} // namespace

NodeDrain::NodeDrain(client::Cluster& cluster, Executor& executor, QObject* parent)
    : QObject(parent), cluster_(cluster), executor_(executor) {}

NodeDrain::~NodeDrain() = default;

QString NodeDrain::command(const Wish& wish) {
    const QString drain = QStringLiteral("kubectl drain %1 --ignore-daemonsets --delete-emptydir-data")
                              .arg(kubectl::quoted(wish.node));
    if (!wish.remove) return drain;
    return drain + QStringLiteral(" && ") +
           kubectl::remove(wish.hasMachine ? QStringLiteral("machine") : QStringLiteral("node"), {},
                           wish.node);
}

NodeDrain::Run* NodeDrain::find(const QString& node, std::uint64_t number) {
    const auto found = running_.find(node);
    return found == running_.end() || found->second->number != number ? nullptr : found->second.get();
}

void NodeDrain::start(const Wish& wish) {
    auto& run = running_[wish.node];
    if (run) return;
    run = std::make_unique<Run>();
    run->wish = wish;
    run->number = ++numbers_;
    cordon(*run);
}

void NodeDrain::stop(const QString& node) {
    running_.erase(node);
}

void NodeDrain::fail(const QString& node, const Status& status) {
    running_.erase(node);
    Q_EMIT failed(node, status);
}

void NodeDrain::cordon(Run& run) {
    cluster_.patch(
        nodeResource, {}, run.wish.node.toStdString(), api::PatchType::Strategic,
        R"({"spec":{"unschedulable":true}})", {},
        [self = QPointer(this), node = run.wish.node, number = run.number](Result<client::Written> answer) {
            Run* now = self ? self->find(node, number) : nullptr;
            if (now == nullptr) return;
            // A machine whose node never came has no pods either.
            if (!answer && answer.error().reason == Reason::NotFound) return self->empty(*now);
            if (!answer) return self->fail(node, answer.error());
            self->look(*now);
        });
}

void NodeDrain::look(Run& run) {
    client::ListOptions options;
    options.fieldSelector = "spec.nodeName=" + run.wish.node.toStdString();
    cluster_.list(podResource, options,
                  [self = QPointer(this), node = run.wish.node,
                   number = run.number](Result<client::ObjectList> answer) {
                      Run* now = self ? self->find(node, number) : nullptr;
                      if (now == nullptr) return;
                      if (answer) return self->evict(*now, *answer);
                      if (answer.error().reason == Reason::Forbidden) return self->fail(node, answer.error());
                      now->waiting = errorLine(answer.error());
                      self->lookLater(*now);
                  });
}

void NodeDrain::evict(Run& run, const client::ObjectList& pods) {
    int left = 0;
    std::vector<api::ObjectPtr> toEvict;
    for (const api::ObjectPtr& object : pods.items) {
        if (stays(object->as<api::core::Pod>())) continue;
        ++left;
        if (!object->deleting()) toEvict.push_back(object);
    }
    if (left == 0) return empty(run);
    Q_EMIT progressed(run.wish.node, left, run.waiting);
    run.waiting.clear();
    run.open = static_cast<int>(toEvict.size());
    if (run.open == 0) return lookLater(run);
    for (const api::ObjectPtr& pod : toEvict) {
        api::policy::Eviction eviction;
        eviction.mutable_metadata()->set_name(pod->name());
        eviction.mutable_metadata()->set_namespace_(pod->nameSpace());
        client::WriteOptions options;
        options.subresource = "eviction";
        cluster_.create(podResource, pod->nameSpace(), client::body(eviction), options,
                        [self = QPointer(this), node = run.wish.node, number = run.number,
                         name = QString::fromStdString(pod->name())](Result<client::Written> answer) {
                            Run* now = self ? self->find(node, number) : nullptr;
                            if (now == nullptr) return;
                            if (!answer && answer.error().reason != Reason::NotFound)
                                now->waiting = name + QStringLiteral(": ") + errorLine(answer.error());
                            if (--now->open == 0) self->lookLater(*now);
                        });
    }
}

void NodeDrain::lookLater(Run& run) {
    run.again.start(executor_, lookAgain, [this, node = run.wish.node, number = run.number] {
        if (Run* now = find(node, number)) look(*now);
    });
}

void NodeDrain::empty(Run& run) {
    const Wish wish = run.wish;
    if (!wish.remove) {
        running_.erase(wish.node);
        Q_EMIT finished(wish.node, false);
        return;
    }
    cluster_.remove(wish.hasMachine ? machineResource : nodeResource, {}, wish.node.toStdString(), {},
                    [self = QPointer(this), wish, number = run.number](Result<client::Written> answer) {
                        if (!self || self->find(wish.node, number) == nullptr) return;
                        if (!answer && answer.error().reason != Reason::NotFound)
                            return self->fail(wish.node, answer.error());
                        self->running_.erase(wish.node);
                        Q_EMIT self->finished(wish.node, true);
                    });
}

} // namespace wheelhouse::ui
