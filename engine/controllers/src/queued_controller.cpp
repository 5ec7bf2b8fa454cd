#include "engine/controllers/queued_controller.h"

#include "engine/api/glance.h"

#include <algorithm>

namespace wheelhouse::controllers {

namespace {

constexpr Duration syncPoll = std::chrono::milliseconds(20);

} // namespace

QueuedController::QueuedController(const Deps& deps, std::string name, int parallel)
    : name_(std::move(name)), executor_(deps.executor), random_(deps.random), options_(deps.options),
      informers_(deps.informers), api_(deps.cluster),
      events_(deps.cluster, deps.executor, name_ + "-controller"), parallel_(parallel) {}

void QueuedController::start() {
    if (queue_) return;
    *running_ = true;
    queue_ = std::make_unique<client::WorkQueue>(
        name_, executor_,
        [this](const std::string& key, client::WorkQueue::Done done) {
            if (!ready()) {
                // A half-known cluster would be "repaired" into ruin.
                queue_->addAfter(key, syncPoll);
                return done({});
            }
            tasks_.run(reconcile(key), std::move(done));
        },
        parallel_);
    started();
}

void QueuedController::stop() {
    *running_ = false;
    queue_.reset();
    tasks_.clear();
}

std::vector<client::WorkQueue::Pending> QueuedController::pending() const {
    return queue_ ? queue_->pending() : std::vector<client::WorkQueue::Pending>();
}

void QueuedController::enqueue(const std::string& key) {
    if (queue_) queue_->add(key);
}

void QueuedController::enqueueAfter(const std::string& key, Duration delay) {
    if (queue_) queue_->addAfter(key, delay);
}

client::Informer& QueuedController::watch(const client::ResourceName& resource,
                                          client::Informer::Handler handler) {
    client::Informer& informer = informers_.of(resource);
    if (std::find(needed_.begin(), needed_.end(), &informer) == needed_.end()) needed_.push_back(&informer);
    client::Informer::Handler guarded;
    const std::weak_ptr<bool> weak = running_;
    const auto live = [weak] {
        const auto running = weak.lock();
        return running && *running;
    };
    if (handler.onAdd)
        guarded.onAdd = [live, react = std::move(handler.onAdd)](const ObjectPtr& object) {
            if (live()) react(object);
        };
    if (handler.onUpdate)
        guarded.onUpdate = [live, react = std::move(handler.onUpdate)](const ObjectPtr& before,
                                                                       const ObjectPtr& object) {
            if (live()) react(before, object);
        };
    if (handler.onDelete)
        guarded.onDelete = [live, react = std::move(handler.onDelete)](const ObjectPtr& object) {
            if (live()) react(object);
        };
    if (guarded.onAdd || guarded.onUpdate || guarded.onDelete) informer.addHandler(std::move(guarded));
    return informer;
}

client::Informer::Handler QueuedController::enqueueSelf() {
    return onAny([this](const ObjectPtr& object) { enqueue(object->key()); });
}

client::Informer::Handler QueuedController::onAny(std::function<void(const ObjectPtr&)> react) {
    client::Informer::Handler handler;
    handler.onAdd = react;
    handler.onUpdate = [react](const ObjectPtr&, const ObjectPtr& object) { react(object); };
    handler.onDelete = react;
    return handler;
}

client::Informer::Handler QueuedController::onSelectable(std::function<void(const ObjectPtr&)> react) {
    client::Informer::Handler handler = onAny(react);
    handler.onUpdate = [react](const ObjectPtr& before, const ObjectPtr& object) {
        if (before->labels() != object->labels()) react(before);
        react(object);
    };
    return handler;
}

bool QueuedController::ready() const {
    return std::all_of(needed_.begin(), needed_.end(),
                       [](const auto* informer) { return informer->synced(); });
}

void indexByController(client::Informer& informer) {
    informer.addIndex(byController, [](const ObjectPtr& object) {
        return object->controllerUid().empty() ? std::vector<std::string>()
                                               : std::vector<std::string>{object->controllerUid().value()};
    });
}

void indexByNamespace(client::Informer& informer) {
    informer.addIndex(byNamespace,
                      [](const ObjectPtr& object) { return std::vector<std::string>{object->nameSpace()}; });
}

void indexByOrphanage(client::Informer& informer) {
    informer.addIndex(byOrphanage, [](const ObjectPtr& object) {
        return object->controllerUid().empty() ? std::vector<std::string>{object->nameSpace()}
                                               : std::vector<std::string>();
    });
}

void indexByUid(client::Informer& informer) {
    informer.addIndex(
        byUid, [](const ObjectPtr& object) { return std::vector<std::string>{object->uid().value()}; });
}

void indexByNode(client::Informer& pods) {
    pods.addIndex(byNode, [](const ObjectPtr& object) {
        const std::string_view node = api::nodeOfPod(*object);
        return node.empty() ? std::vector<std::string>() : std::vector{std::string(node)};
    });
}

Result<void> unlessGone(const Result<client::Written>& written) {
    if (written || written.error().reason == Reason::NotFound) return {};
    return fail(written.error());
}

} // namespace wheelhouse::controllers
